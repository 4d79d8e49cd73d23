//! A forgotten password, and choosing a new one.

use tresen_model::Language;

texts! {
    title: "Forgot your password?" | "Passwort vergessen?";
    lede: "Give us the mail address of your account. We send you a link with which you choose a new password."
        | "Nennen Sie uns die E‑Mail-Adresse Ihres Kontos. Wir schicken Ihnen einen Link, mit dem Sie ein neues Passwort festlegen.";
    email: "Your mail address" | "Ihre E‑Mail-Adresse";
    ask: "Send me the link" | "Link zusenden";
    remembered: "Remembered it after all?" | "Ist es Ihnen doch wieder eingefallen?";
    sent_lede: "A mail is on its way to the address that you gave. Its link leads to a new password."
        | "An die angegebene Adresse ist eine E‑Mail unterwegs. Der Link darin führt zu einem neuen Passwort.";
    choose_title: "Choose a new password" | "Neues Passwort festlegen";
    choose_lede: "Then you are logged in here, and logged out everywhere else."
        | "Danach sind Sie hier angemeldet und überall sonst abgemeldet.";
    password: "Password" | "Passwort";
    new_password: "New password" | "Neues Passwort";
    save: "Save password" | "Passwort speichern";
}

/// What a new password has to be like.
pub fn hint(language: Language, min: usize) -> String {
    say!(
        language,
        "At least {min} characters. A few words in a row are fine.",
        "Mindestens {min} Zeichen. Ein paar Wörter hintereinander genügen."
    )
}
