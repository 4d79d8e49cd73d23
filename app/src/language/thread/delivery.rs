//! What became of an answer's mail, for agents.

use tresen_model::views::Delivery;
use tresen_model::{DeliveryState, Language, MailTrouble};

texts! {
    again: "Send again" | "Erneut senden";
    mail: "Email:" | "E‑Mail:";
}

/// Where the mail stands, and why.
pub fn state(language: Language, delivery: &Delivery) -> String {
    let why = delivery.trouble.map(|trouble| why(language, trouble, delivery.code.as_deref()));
    let why = match (&delivery.code, why) {
        (Some(code), Some(why)) => format!(" {why} ({code})"),
        (Some(code), None) => match meaning(language, code) {
            Some(meaning) => format!(" {meaning} ({code})"),
            None => format!(" ({code})"),
        },
        (None, Some(why)) => format!(" {why}"),
        (None, None) => String::new(),
    };
    match delivery.state {
        DeliveryState::Queued => say!(language, "on its way", "wird gleich gesendet"),
        DeliveryState::Sent if delivery.code.is_some() => say!(
            language,
            "sent; not yet accepted by the receiving server.{why}",
            "gesendet; der Zielserver hat sie noch nicht.{why}"
        ),
        DeliveryState::Sent => say!(language, "sent", "gesendet"),
        DeliveryState::Deferred => say!(
            language,
            "not sent yet, is retried automatically.{why}",
            "noch nicht gesendet, wird automatisch erneut versucht.{why}"
        ),
        DeliveryState::Bounced => say!(language, "came back.{why}", "kam zurück.{why}"),
        DeliveryState::Parked => say!(language, "could not be sent.{why}", "ließ sich nicht senden.{why}"),
    }
}

/// Why a mail does not leave.
pub fn why(language: Language, trouble: MailTrouble, code: Option<&str>) -> &'static str {
    match trouble {
        MailTrouble::Refused => code.and_then(|code| meaning(language, code)).unwrap_or(refused(language)),
        MailTrouble::Deferred => deferred(language),
        MailTrouble::Access => access(language),
        MailTrouble::Tls => tls(language),
        MailTrouble::Unreachable => unreachable(language),
        MailTrouble::Silent => silent(language),
        MailTrouble::Unwritten => unwritten(language),
        MailTrouble::Undeliverable => undeliverable(language),
        MailTrouble::Restored => restored(language),
    }
}

texts! {
    refused: "A mail server rejected it." | "Ein Mailserver hat sie abgelehnt.";
    deferred: "A mail server does not accept it for now." | "Ein Mailserver nimmt sie vorerst nicht an.";
    access: "Our mail server rejects the sign-in. Please tell the operator."
        | "Unser Mailserver lehnt die Anmeldung ab. Bitte informieren Sie den Betreiber.";
    tls: "There is no secure connection to our mail server. Please tell the operator."
        | "Zu unserem Mailserver gibt es keine sichere Verbindung. Bitte informieren Sie den Betreiber.";
    unreachable: "Our mail server cannot be reached." | "Unser Mailserver ist nicht erreichbar.";
    silent: "Our mail server takes too long to respond." | "Unser Mailserver antwortet zu langsam.";
    unwritten: "It could not be composed. The log has the reason."
        | "Sie ließ sich nicht erstellen. Der Grund steht im Protokoll.";
    undeliverable: "Earlier emails to this address came back." | "Frühere E‑Mails an diese Adresse kamen zurück.";
    restored: "It was waiting when a backup was made, and may have been sent since."
        | "Sie wartete, als eine Sicherung entstand, und wurde seither vielleicht gesendet.";
    no_address: "This email address does not exist." | "Diese E‑Mail-Adresse gibt es nicht.";
    full: "The mailbox is full." | "Das Postfach ist voll.";
    closed: "The mailbox is disabled." | "Das Postfach ist abgeschaltet.";
    too_large: "The email is too large for a mail server." | "Die E‑Mail ist für einen Mailserver zu groß.";
    policy: "A mail server considers it spam or does not allow it." | "Ein Mailserver hält sie für Spam oder lässt sie nicht zu.";
}

/// What an enhanced status code says (RFC 3463 3).
fn meaning(language: Language, code: &str) -> Option<&'static str> {
    let (_, rest) = code.split_once('.')?;
    match rest {
        "1.0" | "1.1" | "1.2" | "1.3" | "1.6" | "1.10" => Some(no_address(language)),
        "2.1" => Some(closed(language)),
        "2.2" => Some(full(language)),
        "2.3" | "3.4" => Some(too_large(language)),
        _ if rest.starts_with("7.") => Some(policy(language)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tresen_model::Timestamp;

    use super::*;

    #[test]
    fn says_why_in_words_and_code() {
        let delivery = |state, trouble, code: Option<&str>| Delivery {
            state,
            trouble,
            code: code.map(Into::into),
            at: Timestamp(0),
        };
        let (en, de) = (Language::English, Language::German);
        let unknown = delivery(DeliveryState::Parked, Some(MailTrouble::Refused), Some("5.1.1"));
        assert_eq!(state(en, &unknown), "could not be sent. This email address does not exist. (5.1.1)");
        assert_eq!(
            state(de, &unknown),
            "ließ sich nicht senden. Diese E‑Mail-Adresse gibt es nicht. (5.1.1)"
        );
        let odd = delivery(DeliveryState::Parked, Some(MailTrouble::Refused), Some("554"));
        assert_eq!(state(en, &odd), "could not be sent. A mail server rejected it. (554)");
        let later = delivery(DeliveryState::Deferred, Some(MailTrouble::Deferred), Some("4.7.1"));
        assert_eq!(
            state(en, &later),
            "not sent yet, is retried automatically. A mail server does not accept it for now. (4.7.1)"
        );
        assert_eq!(state(en, &delivery(DeliveryState::Sent, None, None)), "sent");
        assert_eq!(
            state(en, &delivery(DeliveryState::Bounced, None, Some("5.2.2"))),
            "came back. The mailbox is full. (5.2.2)"
        );
    }
}
