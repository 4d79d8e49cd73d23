//! The languages that the desk speaks.

use serde::{Deserialize, Serialize};

/// A language of pages and mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// English, also for everyone whose language the desk does not speak.
    #[default]
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
}

impl Language {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::English, Self::German];

    /// The language tag (BCP 47), as in `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What the language calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// Reads a [`tag`](Self::tag), with or without a region (`de-AT`).
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.iter().copied().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The best match for an `Accept-Language` header (RFC 9110 12.5.4).
    ///
    /// A missing or unreadable weight counts as 1; a weight of 0 means "not this one".
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best = (0.0, Self::default());
        for item in accept_language.split(',').take(32) {
            let (tag, parameter) = item.split_once(';').unwrap_or((item, ""));
            let weight =
                parameter.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(1.0));
            if let Some(language) = Self::parse(tag)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_the_heaviest_language_it_speaks() {
        for (header, expected) in [
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("en-GB,en;q=0.9,de;q=0.8", Language::English),
            ("fr,de;q=0.4,en;q=0.3", Language::German),
            ("fr", Language::English),
            ("de;q=0", Language::English),
            ("", Language::English),
            ("*;q=0.1, DE ; q=1.0", Language::German),
        ] {
            assert_eq!(Language::negotiate(header), expected, "{header}");
        }
    }
}
