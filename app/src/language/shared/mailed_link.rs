//! What pages around mailed links say: a mail is on its way, a link is no longer good.

use tresen_model::Language;

texts! {
    sent_title: "Please look into your mailbox" | "Bitte sehen Sie in Ihr Postfach";
    sent_no_mail: "No mail after a few minutes? Please look into your spam folder, and check whether the address was right."
        | "Nach ein paar Minuten noch keine E‑Mail? Bitte sehen Sie im Spam-Ordner nach, und prüfen Sie, ob die Adresse stimmte.";
    ask_again: "Ask for another link" | "Neuen Link anfordern";
}

/// How long a link is good for.
pub fn good_for(language: Language, seconds: i64) -> String {
    match (seconds / 86_400, seconds / 3600) {
        (0, 1) => say!(language, "The link is good for one hour.", "Der Link gilt eine Stunde."),
        (0, hours) => say!(language, "The link is good for {hours} hours.", "Der Link gilt {hours} Stunden."),
        (1, _) => say!(language, "The link is good for one day.", "Der Link gilt einen Tag."),
        (days, _) => say!(language, "The link is good for {days} days.", "Der Link gilt {days} Tage."),
    }
}
