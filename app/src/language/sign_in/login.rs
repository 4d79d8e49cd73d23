//! Logging in.

use tresen_model::Language;

texts! {
    lede: "With your email address and password." | "Mit Ihrer E‑Mail-Adresse und Ihrem Passwort.";
    failed: "That did not work." | "Das hat nicht geklappt.";
    email: "Email address" | "E‑Mail-Adresse";
    password: "Password" | "Passwort";
    forgotten: "Forgot your password?" | "Passwort vergessen?";
    no_account: "No account yet?" | "Noch kein Konto?";
    staff: "For the team" | "Für das Team";
    to_login: "Go to sign-in" | "Zur Anmeldung";
    leaving: "One moment" | "Einen Moment";
    link_of_another_title: "This link is for somebody else" | "Dieser Link ist für jemand anderen";
    link_of_another_text: "You are signed in as a member of the team. Only the person to whom the link was sent may use it. If that is you, please sign out first."
        | "Sie sind als Teammitglied angemeldet. Nur wem der Link geschickt wurde, darf ihn benutzen. Wenn Sie das sind, melden Sie sich bitte vorher ab.";
    not_signed_in_title: "You are not signed in" | "Sie sind nicht angemeldet";
    not_signed_in_text: "The sign-in with your organisation was not completed, or your account there has no access to this service desk. Please try again from the sign-in page. If it fails again, the operator finds the reason in the log."
        | "Die Anmeldung über Ihre Organisation wurde nicht abgeschlossen, oder Ihr Konto dort hat keinen Zugang zu diesem Servicedesk. Bitte versuchen Sie es von der Anmeldeseite aus noch einmal. Bleibt es dabei, findet der Betreiber den Grund im Protokoll.";
    register: "Register with your email address" | "Mit Ihrer E‑Mail-Adresse registrieren";
}

/// The button of a provider.
pub fn with(language: Language, name: &str) -> String {
    say!(language, "Sign in with {name}", "Mit {name} anmelden")
}

/// On the way to a provider.
pub fn leaving_lede(language: Language, name: &str) -> String {
    say!(language, "You are being redirected to {name}.", "Sie werden zu {name} weitergeleitet.")
}

/// The same for browsers that do not go on by themselves.
pub fn go_on(language: Language, name: &str) -> String {
    say!(language, "Continue to {name}", "Weiter zu {name}")
}
