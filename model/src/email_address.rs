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
/// quoted local parts are refused: nobody types them into a form. Mails that come in carry
/// them: [`of_mail`](Self::of_mail).
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

    /// Parses an address in a mail that came in, with what programs write against the rules.
    ///
    /// Beyond [`parse`](Self::parse) it takes quoted local parts, letters of any script and odd dots in
    /// the local part (RFC 6531; `a..b@`), domains of one label, with an underscore or a dot at the
    /// end, and address literals (RFC 5321 4.1.3). Quotes that mean nothing are taken off. `None` for
    /// what has no local part or no domain, for white space outside of quotes, and beyond
    /// [`MAX_OCTETS`]. Not every such address [can be answered](Self::can_be_answered).
    pub fn of_mail(written: &str) -> Option<Self> {
        let written = written.trim();
        let (local, domain) = written.rsplit_once('@')?;
        let domain = domain.strip_suffix('.').unwrap_or(domain);
        let local = match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if is_plain(inner) => inner,
            Some(inner) if is_quotable(inner) => local,
            None if is_bare(local) => local,
            _ => return None,
        };
        let address = format!("{local}@{domain}");
        (address.len() <= MAX_OCTETS && is_domain_of_mail(domain)).then_some(Self(address))
    }

    /// Parses an address that an operator names or that was stored: of a form or of a mail.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn known(written: &str) -> Result<Self, Problem> {
        Self::parse(written).or_else(|problem| Self::of_mail(written).ok_or(problem))
    }

    /// Whether mail can be sent to it: it has a form that any mail server takes.
    pub fn can_be_answered(&self) -> bool {
        Self::parse(&self.0).is_ok()
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

/// A local part that needs no quotes, of the letters that people have in theirs.
fn is_plain(local: &str) -> bool {
    !local.is_empty() && local.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+'))
}

/// What may stand between quotes: no control character, and no quote without a backslash.
fn is_quotable(inner: &str) -> bool {
    let mut escaped = false;
    let well_formed = inner.chars().all(|c| {
        let fits = escaped || c != '"';
        escaped = c == '\\' && !escaped;
        fits && !is_invisible(c)
    });
    !inner.is_empty() && well_formed && !escaped
}

/// A local part without quotes, whatever its dots.
fn is_bare(local: &str) -> bool {
    !local.is_empty()
        && local.chars().any(|c| c != '.')
        && local.chars().all(|c| !c.is_whitespace() && !is_invisible(c) && !"\"(),:;<>@[\\]".contains(c))
}

fn is_domain_of_mail(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let number = literal.strip_prefix("IPv6:").unwrap_or(literal);
        return number.parse::<std::net::IpAddr>().is_ok();
    }
    domain.split('.').all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || "-_".contains(c))
    })
}

/// Characters that are not seen, or that turn the direction of what follows.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
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
    fn mails_come_from_addresses_that_no_form_takes() {
        for (written, kept) in [
            ("root@printserver", "root@printserver"),
            ("ada@example.com.", "ada@example.com"),
            ("ada@printserver.", "ada@printserver"),
            ("a..b@example.com", "a..b@example.com"),
            (".ada.@example.com", ".ada.@example.com"),
            ("\"a..b\"@example.com", "a..b@example.com"),
            ("\"ada.lovelace\"@example.com", "ada.lovelace@example.com"),
            ("\"#FAX#*493012#\"@example.com", "\"#FAX#*493012#\"@example.com"),
            ("\"Ada Lovelace\"@example.com", "\"Ada Lovelace\"@example.com"),
            ("\"a\\\"b@c\"@example.com", "\"a\\\"b@c\"@example.com"),
            ("jürgen@example.com", "jürgen@example.com"),
            ("用户@例子.example", "用户@例子.example"),
            ("ada@[192.0.2.1]", "ada@[192.0.2.1]"),
            ("ada@[IPv6:2001:db8::1]", "ada@[IPv6:2001:db8::1]"),
            ("ada@192.0.2.1", "ada@192.0.2.1"),
            ("scan@print_server.example.com", "scan@print_server.example.com"),
            ("ada@-example.com", "ada@-example.com"),
        ] {
            let address = EmailAddress::of_mail(written).unwrap_or_else(|| panic!("{written}"));
            assert_eq!(address.as_str(), kept);
            assert_eq!(address.can_be_answered(), EmailAddress::parse(kept).is_ok(), "{written}");
            assert_eq!(EmailAddress::known(kept), Ok(address), "{written}");
            assert!(EmailAddress::parse(written).is_err(), "{written}");
        }
        let ada = EmailAddress::of_mail("ada@example.com").expect("an address");
        assert!(ada.can_be_answered());
    }

    #[test]
    fn what_is_no_address_stays_none_in_mails() {
        let long = format!("{}@example.com", "a".repeat(260));
        for written in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@.",
            "..@example.com",
            "ada lovelace@example.com",
            "ada@exa mple.com",
            "ada@@example.com",
            "ada@example..com",
            "ada@example.com, eve@example.com",
            "<ada@example.com>",
            "\"\"@example.com",
            "\"a\"b\"@example.com",
            "\"a\\\"@example.com",
            "ada\r\n@example.com",
            "\"ada\r\nBcc: eve\"@example.com",
            "ad\u{202e}a@example.com",
            "ada@[example.com]",
            "ada@[192.0.2.1",
            &long,
        ] {
            assert!(EmailAddress::of_mail(written).is_none(), "{written:?}");
            assert!(EmailAddress::known(written).is_err(), "{written:?}");
        }
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
