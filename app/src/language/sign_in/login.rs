//! Logging in.

use tresen_model::Language;

texts! {
    lede: "With your mail address and your password." | "Mit Ihrer E‑Mail-Adresse und Ihrem Passwort.";
    failed: "That did not work." | "Das hat nicht geklappt.";
    email: "Mail address" | "E‑Mail-Adresse";
    password: "Password" | "Passwort";
    forgotten: "Forgot your password?" | "Passwort vergessen?";
    no_account: "No account yet?" | "Noch kein Konto?";
    staff: "For people who work here" | "Für alle, die hier arbeiten";
    to_login: "To the login page" | "Zur Anmeldung";
    leaving: "One moment" | "Einen Moment";
    not_signed_in_title: "You are not signed in" | "Sie sind nicht angemeldet";
    not_signed_in_text: "Signing in with your organisation did not come to its end, or your account there is not for this service desk. Please try again from the login page. If it stays so, whoever runs this service desk finds the reason in its log."
        | "Die Anmeldung über Ihre Organisation kam nicht zum Ende, oder Ihr Konto dort ist nicht für diesen Servicedesk vorgesehen. Bitte versuchen Sie es von der Anmeldeseite aus noch einmal. Bleibt es dabei, findet der Betreiber den Grund im Protokoll.";
    register: "Register with your mail address" | "Mit Ihrer E‑Mail-Adresse registrieren";
}

/// The button of a provider.
pub fn with(language: Language, name: &str) -> String {
    say!(language, "Sign in with {name}", "Mit {name} anmelden")
}

/// On the way to a provider.
pub fn leaving_lede(language: Language, name: &str) -> String {
    say!(language, "You sign in with {name} now.", "Sie melden sich jetzt mit {name} an.")
}

/// The same for browsers that do not go on by themselves.
pub fn go_on(language: Language, name: &str) -> String {
    say!(language, "Go on to {name}", "Weiter zu {name}")
}
