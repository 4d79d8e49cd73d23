//! Tells whether a machine sent a mail (RFC 3834 and the habits of the field).

use crate::header;
use crate::message::{Automatic, Message};
use crate::mime::Entity;

/// Subjects that programs for absences write, in front of the subject that they answer.
const ABSENT: &[&str] = &[
    "automatic reply:",
    "automatische antwort:",
    "autoreply:",
    "auto-reply:",
    "auto reply:",
    "auto response:",
    "auto:",
    "autosvar:",
    "out of office:",
    "out of the office:",
    "out of office autoreply:",
    "abwesenheitsnotiz:",
    "abwesenheitsassistent:",
    "abwesend:",
    "abwesenheit:",
    "réponse automatique",
    "respuesta automática",
    "risposta automatica",
    "automatisch antwoord",
    "resposta automática",
];

/// Why a mail counts as a machine's; `None` for a person's.
pub(crate) fn recognise(entity: &Entity<'_>, message: &Message, report: bool) -> Option<Automatic> {
    let headers = &entity.headers;
    let submitted = headers.keyword("Auto-Submitted").unwrap_or_default();
    let precedence = headers.keyword("Precedence").unwrap_or_default();
    let subject = message.subject.to_lowercase();
    let absent = ABSENT.iter().any(|start| subject.starts_with(start));
    if report || entity.kind == "multipart/report" || headers.has("X-Failed-Recipients") {
        return Some(Automatic::Server);
    }
    let answers = [
        "X-Autoreply",
        "X-Autorespond",
        "X-Autoresponder",
        "X-AutoReply-From",
        "X-Mail-Autoreply",
        "Autosubmitted",
    ];
    if submitted.starts_with("auto-replied")
        || precedence == "auto_reply"
        || absent
        || answers.iter().any(|name| {
            headers.keyword(name).is_some_and(|value| !matches!(value.as_str(), "no" | "false" | "0"))
        })
    {
        return Some(Automatic::Reply);
    }
    let local =
        message.from.as_ref().map(|from| from.address.local_part().to_ascii_lowercase()).unwrap_or_default();
    let unparsed = || {
        let from = headers.first("From").map(header::raw_line).unwrap_or_default().to_ascii_lowercase();
        message.from.is_none() && from.contains("mailer-daemon")
    };
    if matches!(local.as_str(), "mailer-daemon" | "postmaster" | "mail-daemon" | "maildaemon") || unparsed() {
        return Some(Automatic::Server);
    }
    // What a person wrote to a group that has written itself into From is that person's.
    let list = !message.rewritten_by_list;
    if matches!(precedence.as_str(), "bulk" | "junk")
        || list && precedence == "list"
        || list
            && ["List-Id", "List-Post", "List-Unsubscribe", "List-Help", "List-Owner", "Mailing-List"]
                .iter()
                .any(|name| headers.has(name))
    {
        return Some(Automatic::Bulk);
    }
    if !submitted.is_empty() && submitted != "no" {
        return Some(Automatic::Generated);
    }
    if message.signals.return_path.as_deref() == Some("") {
        return Some(Automatic::Server);
    }
    let suppress = headers.keyword("X-Auto-Response-Suppress").unwrap_or_default();
    let suppresses =
        suppress.split(',').map(str::trim).any(|word| matches!(word, "all" | "autoreply" | "oof"));
    if suppresses || headers.has("X-Loop-Prevention") {
        return Some(Automatic::Generated);
    }
    is_nobody(&local).then_some(Automatic::Unread)
}

/// Addresses that nobody reads.
fn is_nobody(local: &str) -> bool {
    let plain: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    ["noreply", "donotreply", "nichtantworten", "bounce", "bounces", "keineantwort", "nepasrepondre"]
        .iter()
        .any(|nobody| {
            plain == *nobody
                || plain.starts_with(nobody)
                    && !plain[nobody.len()..].starts_with(|c: char| c.is_ascii_alphabetic())
                || plain.ends_with("noreply")
        })
}
