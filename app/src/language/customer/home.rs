//! The front page.

use tresen_model::Language;

texts! {
    lede: "Write to us what you need. We answer by mail, and you can follow everything here. No account is needed."
        | "Schreiben Sie uns, was Sie brauchen. Wir antworten per E‑Mail, und Sie können alles hier verfolgen. Ein Konto ist nicht nötig.";
    new_title: "Ask for help" | "Hilfe anfordern";
    new_text: "Tell us what it is about. You will get a confirmation at once."
        | "Sagen Sie uns, worum es geht. Sie erhalten sofort eine Bestätigung.";
    mine_title: "My requests" | "Meine Anfragen";
    mine_known: "See what we answered, and write back." | "Sehen Sie, was wir geantwortet haben, und schreiben Sie zurück.";
    mine_unknown: "Log in, or register with your mail address: everything that you have sent us is there."
        | "Melden Sie sich an oder registrieren Sie sich mit Ihrer E‑Mail-Adresse: Alles, was Sie uns geschickt haben, ist da.";
    privacy_title: "Your data are yours" | "Ihre Daten gehören Ihnen";
    privacy_text: "No third party, no tracking. You can delete everything yourself, at any time and for good."
        | "Keine Dritten, keine Nachverfolgung. Sie können alles selbst löschen, jederzeit und endgültig.";
}

/// The title.
pub fn title(language: Language, desk: &str) -> String {
    say!(language, "How can {desk} help you?", "Wie kann {desk} Ihnen helfen?")
}
