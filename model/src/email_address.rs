//! Mail addresses (RFC 5321, RFC 6531 for the domain).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Problem;

/// The longest address that mail can carry: 254 octets (RFC 5321 4.5.3.1.3, erratum 1690).
pub const MAX_OCTETS: usize = 254;

/// The longest local part: 64 octets (RFC 5321 4.5.3.1.1).
pub const MAX_LOCAL_OCTETS: usize = 64;

/// A mail address as its owner typed it, without the spaces around it.
///
/// The local part is the unquoted form of RFC 5321 (`Dot-string`, ASCII). The domain has
/// at least two labels and may hold letters of any script (RFC 5890); the desk turns it
/// into ASCII where a protocol asks for that. Address literals such as `[192.0.2.1]` and
/// quoted local parts are refused: nobody types them into a form.
///
/// It is personal data, so there is no `Display`, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses what somebody typed.
    ///
    /// # Errors
    /// [`Problem::EmailMissing`] when there is nothing but spaces, otherwise
    /// [`Problem::EmailInvalid`].
    pub fn parse(typed: &str) -> Result<Self, Problem> {
        let address = typed.trim();
        if address.is_empty() {
            return Err(Problem::EmailMissing);
        }
        let valid = address.len() <= MAX_OCTETS
            && address
                .rsplit_once('@')
                .is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain));
        if valid { Ok(Self(address.to_owned())) } else { Err(Problem::EmailInvalid) }
    }

    /// The address as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

fn is_local_part(local: &str) -> bool {
    local.len() <= MAX_LOCAL_OCTETS
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
        })
}

fn is_domain(domain: &str) -> bool {
    let labels = domain.split('.').collect::<Vec<_>>();
    labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && labels.last().is_some_and(|top| !top.bytes().all(|byte| byte.is_ascii_digit()))
}

impl TryFrom<String> for EmailAddress {
    type Error = Problem;

    fn try_from(typed: String) -> Result<Self, Problem> {
        Self::parse(&typed)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_people_have() {
        for typed in [
            "ada@example.com",
            "  ada@example.com\t",
            "ada.lovelace+desk@mail.example.com",
            "o'brien@example.com",
            "ada@bücher.example.com",
            "a@b.co",
        ] {
            assert!(EmailAddress::parse(typed).is_ok(), "{typed}");
        }
    }

    #[test]
    fn refuses_what_mail_cannot_carry() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("ada@{}.com", "a.".repeat(130));
        for typed in [
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "ada@example.",
            "ada@.com",
            "a da@example.com",
            "ada@exa mple.com",
            "ada@@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "a..b@example.com",
            "ada@-example.com",
            "ada@192.0.2.1",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com,eve@example.com",
            "\"ada\"@example.com",
            "ada\0@example.com",
            &long_local,
            &long,
        ] {
            assert_eq!(EmailAddress::parse(typed), Err(Problem::EmailInvalid), "{typed:?}");
        }
        assert_eq!(EmailAddress::parse(" \t"), Err(Problem::EmailMissing));
    }

    #[test]
    fn debug_shows_nothing() {
        let address = EmailAddress::parse("ada@example.com").expect("valid");
        assert!(!format!("{address:?}").contains("ada"));
    }

    #[test]
    fn parses_when_it_is_deserialised() {
        assert!(serde_json::from_str::<EmailAddress>("\"nobody\"").is_err());
    }
}
