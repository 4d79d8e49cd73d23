//! What is thought of a mail: of its sender by what the receiving server says about it, and of its
//! contents by what the operator's filter says. Nothing that a mail says of itself is believed.

use tresen_mail::Signals;
use tresen_model::{EmailAddress, HeldWhy, MailVerdict};

use crate::address::normalise;
use crate::settings::IntakeSettings;

/// What DMARC (RFC 7489) says about the address in From.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dmarc {
    /// The address's domain stands for it.
    Pass,
    /// The domain says that it does not send like this.
    Fail,
    /// Nobody says anything whom we believe.
    Unknown,
}

/// What is thought of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) dmarc: Dmarc,
    pub(super) spam: bool,
    pub(super) blocked: bool,
}

impl Judgement {
    /// The word for agents: the worst of all.
    pub(super) fn verdict(self) -> Option<MailVerdict> {
        match self {
            Self { blocked: true, .. } => Some(MailVerdict::Blocked),
            Self { dmarc: Dmarc::Fail, .. } => Some(MailVerdict::Forged),
            Self { spam: true, .. } => Some(MailVerdict::Spam),
            Self { dmarc: Dmarc::Pass, .. } => Some(MailVerdict::Genuine),
            Self { .. } => None,
        }
    }

    /// Why a new request is held back.
    pub(super) fn hold(self) -> Option<HeldWhy> {
        match self.verdict()? {
            MailVerdict::Blocked => Some(HeldWhy::Blocked),
            MailVerdict::Forged => Some(HeldWhy::Forged),
            MailVerdict::Spam => Some(HeldWhy::Spam),
            MailVerdict::Genuine => None,
        }
    }
}

/// Judges by the headers.
pub(super) fn judge(settings: &IntakeSettings, signals: &Signals, from: &EmailAddress) -> Judgement {
    let dmarc = settings.authserv_id.as_deref().map_or(Dmarc::Unknown, |trusted| {
        // The topmost only: it was added last, by the server that we get mail from.
        let topmost = signals.authentication_results.first();
        topmost.map_or(Dmarc::Unknown, |results| dmarc(results, trusted, from))
    });
    let spam = settings.spam_header.as_deref().is_some_and(|header| {
        let header = header.to_ascii_lowercase();
        let value = signals.spam.iter().find(|(name, _)| *name == header);
        value.is_some_and(|(_, value)| is_spam(value, &settings.spam_at))
    });
    Judgement { dmarc, spam, blocked: settings.blocks(from) }
}

/// The DMARC result about this address in an Authentication-Results header (RFC 8601), if it is
/// from the server that is trusted.
fn dmarc(results: &str, trusted: &str, from: &EmailAddress) -> Dmarc {
    let plain = without_comments(results);
    let mut parts = plain.split(';');
    let server = parts.next().and_then(|first| first.split_whitespace().next()).unwrap_or_default();
    if !server.trim_matches('"').eq_ignore_ascii_case(trusted.trim()) {
        return Dmarc::Unknown;
    }
    for part in parts {
        let mut words = part.split_whitespace();
        let Some((method, result)) = words.next().and_then(|word| word.split_once('=')) else { continue };
        let method = method.split('/').next().unwrap_or_default();
        if !method.eq_ignore_ascii_case("dmarc") {
            continue;
        }
        let about = words
            .filter_map(|word| word.split_once('='))
            .find(|(property, _)| property.eq_ignore_ascii_case("header.from"))
            .is_some_and(|(_, value)| is_domain_of(value.trim_matches('"'), from));
        return match result.to_ascii_lowercase().as_str() {
            "pass" if about => Dmarc::Pass,
            "fail" if about => Dmarc::Fail,
            _ => Dmarc::Unknown,
        };
    }
    Dmarc::Unknown
}

fn is_domain_of(value: &str, address: &EmailAddress) -> bool {
    let domain = value.rsplit('@').next().unwrap_or_default();
    EmailAddress::parse(&format!("a@{domain}"))
        .is_ok_and(|named| normalise(&named).split('@').nth(1) == normalise(address).split('@').nth(1))
}

/// Without comments, and without space around `=`.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut depth = 0_u32;
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => drop(signs.next()),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(sign),
            _ => {}
        }
    }
    let mut joined = String::with_capacity(plain.len());
    for (index, part) in plain.split('=').enumerate() {
        if index > 0 {
            joined.truncate(joined.trim_end().len());
            joined.push('=');
            joined.push_str(part.trim_start());
        } else {
            joined.push_str(part);
        }
    }
    joined
}

/// Whether the filter's header means spam: by a number (the one after `score=`, or the first), or
/// by the word that it begins with.
fn is_spam(value: &str, at: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    match at.trim().parse::<f64>() {
        Ok(limit) => {
            let from = value.find("score=").map_or(0, |found| found + "score=".len());
            let number = value[from..]
                .split(|sign: char| !(sign.is_ascii_digit() || matches!(sign, '.' | '-' | '+')))
                .find_map(|word| word.parse::<f64>().ok());
            number.is_some_and(|number| number >= limit)
        }
        Err(_) => {
            let word = at.trim().to_ascii_lowercase();
            !word.is_empty()
                && value
                    .strip_prefix(&word)
                    .is_some_and(|rest| !rest.starts_with(|sign: char| sign.is_ascii_alphanumeric()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(results: &str) -> Dmarc {
        dmarc(results, "mx.example.net", &EmailAddress::parse("ada@Example.com").expect("valid"))
    }

    #[test]
    fn only_the_trusted_server_is_believed_and_only_about_this_address() {
        for (results, says) in [
            ("mx.example.net; dmarc=pass header.from=example.com", Dmarc::Pass),
            (
                "MX.example.net 1; spf=fail; dmarc = pass (p=none (x; dmarc=fail)) header.from=EXAMPLE.com",
                Dmarc::Pass,
            ),
            (
                "mx.example.net; dkim=pass header.d=example.com; dmarc=fail header.from=example.com",
                Dmarc::Fail,
            ),
            ("mx.example.net; dmarc=pass header.from=example.org", Dmarc::Unknown),
            ("mx.example.net; dmarc=pass", Dmarc::Unknown),
            ("mx.example.net; spf=pass smtp.mailfrom=ada@example.com", Dmarc::Unknown),
            ("mx.example.net; none", Dmarc::Unknown),
            ("mx.example.org; dmarc=pass header.from=example.com", Dmarc::Unknown),
            ("(mx.example.net;) evil.example; dmarc=pass header.from=example.com", Dmarc::Unknown),
            ("mx.example.net; x=\"; dmarc=pass header.from=example.com", Dmarc::Pass),
            ("", Dmarc::Unknown),
            (";;=;=", Dmarc::Unknown),
            ("((((", Dmarc::Unknown),
        ] {
            assert_eq!(of(results), says, "{results}");
        }
    }

    #[test]
    fn a_filter_speaks_in_numbers_or_words() {
        for (value, at, spam) in [
            ("YES", "yes", true),
            ("Yes, score=12.3 required=5.0", "yes", true),
            ("yesterday", "yes", false),
            ("No", "yes", false),
            ("5.0", "5", true),
            ("4.9", "5", false),
            ("No, score=-1.2 required=5.0", "5", false),
            ("Yes, hits=2 score=7.25", "5", true),
            ("spam", "5", false),
            ("", "5", false),
            ("", "", false),
        ] {
            assert_eq!(is_spam(value, at), spam, "{value:?} at {at:?}");
        }
    }

    #[test]
    fn the_topmost_result_counts_alone() {
        let settings =
            IntakeSettings { authserv_id: Some("mx.example.net".into()), ..IntakeSettings::default() };
        let from = EmailAddress::parse("ada@example.com").expect("valid");
        let pass = "mx.example.net; dmarc=pass header.from=example.com".to_owned();
        let signals = |results: &[&String]| Signals {
            authentication_results: results.iter().map(|result| (*result).clone()).collect(),
            ..Signals::default()
        };
        let other = "other.example; dmarc=fail header.from=example.com".to_owned();
        assert_eq!(judge(&settings, &signals(&[&pass, &other]), &from).dmarc, Dmarc::Pass);
        assert_eq!(judge(&settings, &signals(&[&other, &pass]), &from).dmarc, Dmarc::Unknown);
        let nobody = IntakeSettings::default();
        assert_eq!(judge(&nobody, &signals(&[&pass]), &from).dmarc, Dmarc::Unknown);
    }

    #[test]
    fn addresses_and_domains_are_blocked() {
        let blocked = vec!["Eve@example.com".to_owned(), " @EXAMPLE.org".to_owned(), "nonsense".to_owned()];
        let settings = IntakeSettings { blocked, ..IntakeSettings::default() };
        for (address, is) in [
            ("eve@example.com", true),
            ("ada@example.com", false),
            ("ada@example.org", true),
            ("ada@sub.example.org", false),
        ] {
            assert_eq!(settings.blocks(&EmailAddress::parse(address).expect("valid")), is, "{address}");
        }
    }
}
