//! What `index.html` calls the things that `data.json` has short words for.

use tresen_model::{Language, Priority, Status};

use crate::outbox::kinds::MailKind;
use crate::settings::Settings;

/// A text in the language of the page.
pub(super) fn pick(language: Language, english: &'static str, german: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::German => german,
    }
}

/// The language that somebody chose.
pub(super) fn of_language(language: Language, tag: &str) -> &str {
    match Language::parse(tag) {
        Some(Language::English) => pick(language, "English", "Englisch"),
        Some(Language::German) => pick(language, "German", "Deutsch"),
        None => tag,
    }
}

/// The type of a request; one that the settings no longer have keeps its short word.
pub(super) fn of_type<'a>(language: Language, settings: &'a Settings, id: &'a str) -> &'a str {
    let known = settings.request_types.iter().find(|known| known.id == id);
    known.map_or(id, |known| known.name.get(language))
}

/// A status.
pub(super) fn of_status(language: Language, word: &str) -> &str {
    match Status::parse(word) {
        Some(Status::Open) => pick(language, "open", "offen"),
        Some(Status::Waiting) => pick(language, "waiting for you", "wartet auf Sie"),
        Some(Status::Resolved) => pick(language, "resolved", "gelöst"),
        Some(Status::Closed) => pick(language, "closed", "geschlossen"),
        None => word,
    }
}

fn of_priority(language: Language, word: &str) -> &str {
    match Priority::parse(word) {
        Some(Priority::Urgent) => pick(language, "urgent", "dringend"),
        Some(Priority::High) => pick(language, "high", "hoch"),
        Some(Priority::Normal) => pick(language, "normal", "normal"),
        Some(Priority::Low) => pick(language, "low", "niedrig"),
        None => word,
    }
}

/// A step in the history of a request.
pub(super) fn of_event(language: Language, event: &str, from: Option<&str>, to: Option<&str>) -> String {
    let name = match event {
        "created" => pick(language, "received", "eingegangen"),
        "status" => pick(language, "status", "Status"),
        "priority" => pick(language, "priority", "Priorität"),
        "assigned" => pick(language, "assigned to an agent", "einem Teammitglied zugewiesen"),
        "admitted" => pick(language, "another sender admitted", "weitere Person zugelassen"),
        "split_off" => pick(language, "a message moved to a separate request", "eine Nachricht abgetrennt"),
        "released" => pick(language, "released by the team", "vom Team freigegeben"),
        "name" => pick(language, "name changed", "Name geändert"),
        "address" => pick(language, "email address changed", "E‑Mail-Adresse geändert"),
        "imported" => {
            pick(language, "imported from another service desk", "von einem anderen Servicedesk übernommen")
        }
        other => other,
    };
    let said = |word| match event {
        "status" => of_status(language, word).to_owned(),
        _ => of_priority(language, word).to_owned(),
    };
    match (from, to) {
        (Some(from), Some(to)) => format!("{name}: {} → {}", said(from), said(to)),
        _ => name.to_owned(),
    }
}

/// What a mail was about.
pub(super) fn of_mail(language: Language, word: &str) -> &str {
    let Some(kind) = MailKind::parse(word) else { return word };
    let say = |english, german| pick(language, english, german);
    match kind {
        MailKind::Confirmation | MailKind::ConfirmationKnown => {
            say("your request has arrived", "Ihre Anfrage ist eingegangen")
        }
        MailKind::Register => say("link to register", "Link zum Registrieren"),
        MailKind::AlreadyRegistered => say("you already have an account", "Sie haben schon ein Konto"),
        MailKind::NoAccount => say("there is no account yet", "es gibt noch kein Konto"),
        MailKind::PasswordReset => say("link to choose a new password", "Link für ein neues Passwort"),
        MailKind::PasswordChanged => say("your password was changed", "Ihr Passwort wurde geändert"),
        MailKind::FactorAdded => say("a second factor was set up", "ein zweiter Faktor wurde eingerichtet"),
        MailKind::FactorRemoved => say("a second factor was removed", "ein zweiter Faktor wurde entfernt"),
        MailKind::FactorsReset => {
            say("your second factors were reset", "Ihre zweiten Faktoren wurden zurückgesetzt")
        }
        MailKind::RoleChanged => say("your role was changed", "Ihre Rolle wurde geändert"),
        MailKind::Invitation => say("an invitation to answer requests", "eine Einladung zur Mitarbeit"),
        MailKind::RecoveryCodes => say("new recovery codes", "neue Wiederherstellungscodes"),
        MailKind::RecoveryUsed => {
            say("a recovery code was used", "ein Wiederherstellungscode wurde verwendet")
        }
        MailKind::NewDevice => say("a sign-in from a new device", "eine Anmeldung mit einem neuen Gerät"),
        MailKind::AddressProve => {
            say("link to confirm the new address", "Link zum Bestätigen der neuen Adresse")
        }
        MailKind::AddressChanged => say("your address was changed", "Ihre Adresse wurde geändert"),
        MailKind::Reply => say("a reply", "eine Antwort"),
        MailKind::Resolved => say("your request is resolved", "Ihre Anfrage ist gelöst"),
        MailKind::Captured => say("a request was logged for you", "eine Anfrage wurde für Sie erfasst"),
        MailKind::AgentNews => {
            say("new message in a request assigned to you", "Neues in einer Anfrage, die Sie bearbeiten")
        }
        MailKind::AnswerUnsent => {
            say("your emailed answer was not sent", "Ihre Antwort per E-Mail wurde nicht gesendet")
        }
        MailKind::SetAside => say("emails to us are set aside", "E‑Mails an uns sind beiseitegelegt"),
        MailKind::WebhookOff => say("a webhook was switched off", "ein Webhook wurde abgeschaltet"),
        MailKind::EraseLink => say("link to delete everything", "Link zum Löschen von allem"),
        MailKind::DataLink => say("link to your data", "Link zu Ihren Daten"),
        MailKind::ConfirmRequest => say("please confirm a request", "bitte eine Anfrage bestätigen"),
        MailKind::Erased => say("everything is deleted", "alles ist gelöscht"),
    }
}
