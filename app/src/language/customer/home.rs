//! The front page.

use tresen_model::Language;

texts! {
    lede: "Tell us what you need. We reply by email, and you can follow your request here. You need no account."
        | "Schreiben Sie uns, was Sie brauchen. Wir antworten per E‑Mail, und Sie können alles hier verfolgen. Sie brauchen kein Konto.";
    new_title: "Ask for help" | "Hilfe anfordern";
    new_text: "Tell us what it is about. You get a confirmation at once."
        | "Sagen Sie uns, worum es geht. Sie erhalten sofort eine Bestätigung.";
    mine_title: "My requests" | "Meine Anfragen";
    mine_known: "Read our replies and write back." | "Lesen Sie unsere Antworten, und schreiben Sie zurück.";
    mine_unknown: "Sign in or register with your email address to see everything you sent us."
        | "Melden Sie sich an oder registrieren Sie sich mit Ihrer E‑Mail-Adresse. Dann sehen Sie alles, was Sie uns geschickt haben.";
    privacy_title: "Your data belongs to you" | "Ihre Daten gehören Ihnen";
    privacy_text: "No third parties, no tracking. You can delete everything yourself, at any time and for good."
        | "Keine Dritten, keine Nachverfolgung. Sie können alles selbst löschen, jederzeit und endgültig.";
}

/// The title.
pub fn title(language: Language, desk: &str) -> String {
    say!(language, "How can {desk} help you?", "Wie kann {desk} Ihnen helfen?")
}
