//! A forgotten password, and choosing a new one.

use tresen_model::Language;

texts! {
    title: "Forgot your password?" | "Passwort vergessen?";
    lede: "Enter the email address of your account. We send you a link to choose a new password."
        | "Geben Sie die E‑Mail-Adresse Ihres Kontos an. Wir schicken Ihnen einen Link, mit dem Sie ein neues Passwort festlegen.";
    email: "Your email address" | "Ihre E‑Mail-Adresse";
    ask: "Send me the link" | "Link zusenden";
    remembered: "Remembered it after all?" | "Ist es Ihnen doch wieder eingefallen?";
    sent_lede: "If we know the address you entered, an email is on its way there, or went there within the last hour. Use the link in it to choose a new password."
        | "Wenn wir die angegebene Adresse kennen, ist dorthin eine E‑Mail unterwegs oder ging in der letzten Stunde dorthin. Mit dem Link darin legen Sie ein neues Passwort fest.";
    choose_title: "Choose a new password" | "Neues Passwort festlegen";
    choose_lede: "You are then signed in here and signed out everywhere else."
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
