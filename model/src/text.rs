//! What people write: names, subjects and texts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Problem;

macro_rules! text {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        ///
        /// It is personal data, so there is no `Display`, and `Debug` does not show it.
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Problem;

            fn try_from(typed: String) -> Result<Self, Problem> {
                Self::parse(&typed)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

text! {
    /// What a person wants to be called: one line, at most [`PersonName::MAX`] characters.
    PersonName
    /// What a request is about: one line, at most [`Subject::MAX`] characters.
    Subject
    /// The text of a comment: lines end in `\n`, at most [`Body::MAX`] characters.
    Body
}

impl PersonName {
    /// Characters (Unicode scalar values).
    pub const MAX: usize = 100;

    /// Parses what somebody typed.
    ///
    /// # Errors
    /// [`Problem::NameMissing`] or [`Problem::NameTooLong`].
    pub fn parse(typed: &str) -> Result<Self, Problem> {
        Self::optional(typed)?.ok_or(Problem::NameMissing)
    }

    /// The same where a name may be left out: nothing but spaces is no name.
    ///
    /// # Errors
    /// [`Problem::NameTooLong`].
    pub fn optional(typed: &str) -> Result<Option<Self>, Problem> {
        let name = one_line(typed);
        match name.chars().count() {
            0 => Ok(None),
            1..=Self::MAX => Ok(Some(Self(name))),
            _ => Err(Problem::NameTooLong { max: Self::MAX }),
        }
    }
}

impl Subject {
    /// Characters (Unicode scalar values).
    pub const MAX: usize = 200;

    /// Parses what somebody typed.
    ///
    /// # Errors
    /// [`Problem::SubjectMissing`] or [`Problem::SubjectTooLong`].
    pub fn parse(typed: &str) -> Result<Self, Problem> {
        let subject = one_line(typed);
        match subject.chars().count() {
            0 => Err(Problem::SubjectMissing),
            1..=Self::MAX => Ok(Self(subject)),
            _ => Err(Problem::SubjectTooLong { max: Self::MAX }),
        }
    }
}

impl Body {
    /// Characters (Unicode scalar values).
    pub const MAX: usize = 50_000;

    /// Parses what somebody typed.
    ///
    /// # Errors
    /// [`Problem::BodyMissing`] or [`Problem::BodyTooLong`].
    pub fn parse(typed: &str) -> Result<Self, Problem> {
        let text = typed.replace("\r\n", "\n").replace('\r', "\n");
        let text: String = text.chars().filter(|c| *c == '\n' || *c == '\t' || !is_internal(*c)).collect();
        let text = text.trim_end().trim_start_matches('\n');
        if text.trim().is_empty() {
            return Err(Problem::BodyMissing);
        }
        match text.chars().count() {
            length if length > Self::MAX => Err(Problem::BodyTooLong { max: Self::MAX, length }),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

/// Control characters, and noncharacters (Unicode 23.7), which stand for references in stored texts.
fn is_internal(c: char) -> bool {
    c.is_control() || ('\u{FDD0}'..='\u{FDEF}').contains(&c)
}

/// One line without control characters: line breaks and tabs become spaces, runs of white
/// space one space. Nothing that ends up in a mail header can break out of it.
fn one_line(typed: &str) -> String {
    let spaced: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line() {
        let subject = Subject::parse("  Printer\r\nBcc: eve@example.com\0 ").expect("valid");
        assert_eq!(subject.as_str(), "Printer Bcc: eve@example.com");
        assert_eq!(Subject::parse(" \n "), Err(Problem::SubjectMissing));
        assert_eq!(Subject::parse(&"ä".repeat(200)).map(|s| s.as_str().len()), Ok(400));
        assert_eq!(Subject::parse(&"ä".repeat(201)), Err(Problem::SubjectTooLong { max: 200 }));
    }

    #[test]
    fn a_body_keeps_its_lines() {
        let body = Body::parse("\r\n  Hello,\r\n\r\nit\trings.\0\r\n \r\n").expect("valid");
        assert_eq!(body.as_str(), "  Hello,\n\nit\trings.");
        assert_eq!(Body::parse("\n \r\n\t"), Err(Problem::BodyMissing));
        assert_eq!(
            Body::parse(&"x".repeat(100_000)),
            Err(Problem::BodyTooLong { max: Body::MAX, length: 100_000 })
        );
    }

    #[test]
    fn a_name_may_be_left_out() {
        assert_eq!(PersonName::optional("  "), Ok(None));
        assert_eq!(PersonName::parse("  "), Err(Problem::NameMissing));
        assert_eq!(
            PersonName::optional("Ada\nLovelace").map(|n| n.map(String::from)),
            Ok(Some("Ada Lovelace".into()))
        );
        assert!(PersonName::optional(&"x".repeat(101)).is_err());
    }
}
