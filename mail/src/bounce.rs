//! What a mail server says about a mail of ours (RFC 3464, RFC 3798, and what came before).

use crate::body::Found;
use crate::header::{self, Headers};
use crate::message::{Automatic, Bounce, Message, Returned};
use crate::mime::Entity;

/// Words of reports that are written for people only.
const FAILED: &[&str] = &[
    "could not be delivered",
    "couldn't be delivered",
    "was not delivered",
    "wasn't delivered",
    "not be delivered",
    "undeliverable",
    "undelivered",
    "delivery failed",
    "delivery failure",
    "delivery has failed",
    "failed permanently",
    "failure notice",
    "permanent error",
    "permanent fatal errors",
    "returned mail",
    "returning message to sender",
    "unzustellbar",
    "nicht zugestellt",
    "konnte nicht übermittelt",
    "user unknown",
    "mailbox unavailable",
    "address rejected",
    "unable to deliver",
    "not been delivered",
    "nicht zustellbar",
    "fehler bei der zustellung",
    "non distribué",
    "non remis",
    "pas pu être remis",
    "échec de la remise",
    "no se pudo entregar",
    "no se ha podido entregar",
    "no entregado",
    "impossibile recapitare",
    "mancato recapito",
    "non recapitabile",
    "onbestelbaar",
    "niet worden bezorgd",
    "niet worden afgeleverd",
    "não pôde ser entregue",
    "não entregue",
    "kunde inte levereras",
    "nie można dostarczyć",
    "nie została dostarczona",
    "недоставленное",
    "не доставлено",
    "не может быть доставлено",
];

const DELAYED: &[&str] = &[
    "delayed",
    "delay)",
    "still being retried",
    "will continue to be tried",
    "will keep trying",
    "will be retried",
    "not yet been delivered",
    "not been delivered yet",
    "do not need to resend",
    "verzögert",
    "noch nicht zugestellt",
];

/// What became of which mail; `None` when it is no report.
pub(crate) fn recognise(
    entity: &Entity<'_>,
    found: &Found<'_>,
    message: &Message,
    text: &str,
) -> Option<Bounce> {
    if message.automatic != Some(Automatic::Server) {
        // A person's mail, even with a report attached.
        return None;
    }
    let original = || original(found, message, text);
    if let Some(report) = found.reports.iter().find(|report| report.kind.ends_with("delivery-status")) {
        let bounce = match delivery_status(&report.text) {
            // It says nothing for machines: what it says for people counts.
            None => said(entity, message, text).unwrap_or((Returned::Other, None)),
            Some((returned, None)) => {
                let in_words = said(entity, message, text).filter(|(same, _)| *same == returned);
                (returned, in_words.and_then(|(_, status)| status))
            }
            Some(whole) => whole,
        };
        return Some(Bounce { returned: bounce.0, status: bounce.1, original: original() });
    }
    if let Some(report) = found.reports.first() {
        // A receipt (RFC 8098) or a complaint (RFC 5965): it did arrive.
        let named = field(&report.text, "original-message-id")
            .and_then(|id| header::ids(id.as_bytes()).into_iter().next());
        return Some(Bounce { returned: Returned::Other, status: None, original: named.or_else(original) });
    }
    // From before RFC 3464, or from a server that never read it.
    let (returned, status) = said(entity, message, text)?;
    Some(Bounce { returned, status, original: original() })
}

/// What a report of a server says for people; `None` when it says neither that it failed nor that it
/// takes longer.
fn said(entity: &Entity<'_>, message: &Message, text: &str) -> Option<(Returned, Option<String>)> {
    let said =
        format!("{}\n{}", message.subject, text.get(..text.floor_char_boundary(20_000)).unwrap_or_default())
            .to_lowercase();
    let delayed = DELAYED.iter().any(|words| said.contains(words));
    let failed = FAILED.iter().any(|words| said.contains(words)) || entity.headers.has("X-Failed-Recipients");
    let status = status_in(&said);
    let returned = match status.as_deref().and_then(|status| status.chars().next()) {
        Some('5') => Returned::Failed,
        Some('4') => Returned::Delayed,
        _ if delayed => Returned::Delayed,
        _ if failed => Returned::Failed,
        _ => match reply_class(&said)? {
            '5' => Returned::Failed,
            _ => Returned::Delayed,
        },
    };
    Some((returned, status))
}

/// The worst that a delivery status says of any recipient, and its status code; `None` when it says
/// nothing.
fn delivery_status(text: &str) -> Option<(Returned, Option<String>)> {
    let mut worst: Option<(u8, Returned, Option<String>)> = None;
    let text = text.replace("\r\n", "\n");
    for group in text.split("\n\n") {
        let status = field(group, "status").and_then(|value| {
            let code = value.split_whitespace().next()?;
            is_status(code).then(|| code.to_owned())
        });
        // What the server on the other side said.
        let status = status.or_else(|| status_in(&field(group, "diagnostic-code")?));
        let action = field(group, "action").map(|value| value.trim().to_ascii_lowercase());
        let action = action.as_deref().map(|action| action.split_whitespace().next().unwrap_or_default());
        let returned = match (action, status.as_deref().and_then(|status| status.chars().next())) {
            (Some("failed"), _) => Returned::Failed,
            (Some("delayed"), _) => Returned::Delayed,
            (Some("delivered" | "relayed" | "expanded"), _) => Returned::Other,
            (_, Some('5')) => Returned::Failed,
            (_, Some('4')) => Returned::Delayed,
            (_, Some('2')) => Returned::Other,
            _ => continue,
        };
        let weight = match returned {
            Returned::Failed => 2,
            Returned::Delayed => 1,
            Returned::Other => 0,
        };
        if worst.as_ref().is_none_or(|(before, ..)| weight > *before) {
            worst = Some((weight, returned, status));
        }
    }
    worst.map(|(_, returned, status)| (returned, status))
}

/// A field of a report, unfolded.
fn field(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((found, value)) = line.split_once(':') else { continue };
        if found.trim().eq_ignore_ascii_case(name) {
            let folded = lines.take_while(|line| line.starts_with([' ', '\t']));
            return Some(folded.fold(value.trim().to_owned(), |all, line| format!("{all} {}", line.trim())));
        }
    }
    None
}

/// `class.subject.detail` (RFC 3463).
fn is_status(code: &str) -> bool {
    let mut parts = code.split('.');
    let class = parts.next().is_some_and(|class| matches!(class, "2" | "4" | "5"));
    let number = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    class && number(parts.next()) && number(parts.next()) && parts.next().is_none()
}

/// The first word of a text that is a status code, as in `550 5.1.1 User unknown` or `#5.1.1`.
fn status_in(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map(|word| word.trim_matches('.'))
        .find(|word| is_status(word) && !word.starts_with('2'))
        .map(str::to_owned)
}

/// The class of the first reply code of a server in a text (RFC 5321 4.2.3), as in `550 User unknown`.
fn reply_class(text: &str) -> Option<char> {
    const CODES: &[&str] = &["421", "450", "451", "452", "550", "551", "552", "553", "554"];
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '@'));
    words.find(|word| CODES.contains(word)).and_then(|word| word.chars().next())
}

/// The Message-ID of the mail that a report is about.
fn original(found: &Found<'_>, message: &Message, text: &str) -> Option<String> {
    let returned = found.returned.as_deref().and_then(|bytes| {
        let headers = Headers::split(bytes).0;
        headers.all("Message-ID").find_map(|value| header::ids(value).into_iter().next())
    });
    // Copied into the text by Exim, qmail and others.
    let copied = || {
        text.lines()
            .filter_map(|line| {
                let line = line.trim_start_matches(['>', ' ', '\t', '|']);
                let name = line.get(..11)?;
                name.eq_ignore_ascii_case("message-id:")
                    .then(|| header::ids(&line.as_bytes()[11..]).into_iter().next())?
            })
            .next()
    };
    returned.or_else(copied).or_else(|| message.answers.first().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_recipients_counts() {
        let text = "Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; a@example.com\nAction: delivered\nStatus: 2.0.0\n\n\
                    Final-Recipient: rfc822; b@example.com\nAction: failed\nStatus: 5.1.1 (no such user)\n";
        assert!(matches!(delivery_status(text), Some((Returned::Failed, Some(status))) if status == "5.1.1"));
        assert!(matches!(delivery_status("Action: delayed\nStatus: 4.x.1"), Some((Returned::Delayed, None))));
        assert!(delivery_status("nonsense").is_none());
    }

    #[test]
    fn a_status_is_no_address() {
        assert_eq!(status_in("host 5.1.1.7 said: 550 5.7.1 no"), Some("5.7.1".into()));
        assert_eq!(status_in("version 1.2.3 (#5.1.1)"), Some("5.1.1".into()));
        assert_eq!(status_in("5.1"), None);
    }
}
