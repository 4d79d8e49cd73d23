//! What pages around mailed links say: an email is on its way, a link is no longer valid.

use tresen_model::Language;
use tresen_model::duration::{Case, in_words};

texts! {
    sent_title: "Please check your mailbox" | "Bitte sehen Sie in Ihr Postfach";
    sent_no_mail: "No email after a few minutes? Please check your spam folder and the address you entered."
        | "Nach ein paar Minuten noch keine E‑Mail? Bitte sehen Sie im Spam-Ordner nach, und prüfen Sie die angegebene Adresse.";
    ask_again: "Ask for a new link" | "Neuen Link anfordern";
}

/// How long a link is valid.
pub fn good_for(language: Language, seconds: i64) -> String {
    let lifetime = in_words(language, Case::Accusative, seconds.unsigned_abs());
    say!(language, "The link is valid for {lifetime}.", "Der Link gilt {lifetime}.")
}
