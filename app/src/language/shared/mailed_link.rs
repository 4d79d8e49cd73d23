//! What pages around mailed links say: an email is on its way, a link is no longer valid.

use tresen_model::Language;

texts! {
    sent_title: "Please check your mailbox" | "Bitte sehen Sie in Ihr Postfach";
    sent_no_mail: "No email after a few minutes? Please check your spam folder and the address you entered."
        | "Nach ein paar Minuten noch keine E‑Mail? Bitte sehen Sie im Spam-Ordner nach, und prüfen Sie die angegebene Adresse.";
    ask_again: "Ask for a new link" | "Neuen Link anfordern";
}

/// How long a link is valid.
pub fn good_for(language: Language, seconds: i64) -> String {
    match (seconds / 86_400, seconds / 3600) {
        (0, 1) => say!(language, "The link is valid for one hour.", "Der Link gilt eine Stunde."),
        (0, hours) => {
            say!(language, "The link is valid for {hours} hours.", "Der Link gilt {hours} Stunden.")
        }
        (1, _) => say!(language, "The link is valid for one day.", "Der Link gilt einen Tag."),
        (days, _) => say!(language, "The link is valid for {days} days.", "Der Link gilt {days} Tage."),
    }
}
