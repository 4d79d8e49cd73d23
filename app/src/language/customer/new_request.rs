//! The form for a new request, and that it has arrived.

use tresen_model::Language;

use crate::language::shared::live::size;

texts! {
    lede: "We answer by mail. You need no account." | "Wir antworten per E‑Mail. Sie brauchen kein Konto.";
    email: "Your mail address" | "Ihre E‑Mail-Adresse";
    email_hint: "Our answer goes there." | "Dorthin geht unsere Antwort.";
    name: "Your name" | "Ihr Name";
    name_hint: "A made-up name is fine." | "Ein erfundener Name genügt.";
    kind: "What is it about?" | "Worum geht es?";
    kind_prompt: "Please choose" | "Bitte auswählen";
    subject: "Subject" | "Betreff";
    body: "Your request" | "Ihre Anfrage";
    body_hint: "What happened, what did you expect, what have you tried?"
        | "Was ist passiert, was haben Sie erwartet, was haben Sie schon versucht?";
    attachments: "Files" | "Dateien";
    consent_before: "I agree that my details are stored and used to answer this request, as described in the"
        | "Ich bin einverstanden, dass meine Angaben gespeichert und zur Bearbeitung dieser Anfrage verwendet werden, wie in der";
    consent_link: "privacy statement" | "Datenschutzerklärung";
    consent_after: ". I can withdraw this at any time." | " beschrieben. Das kann ich jederzeit widerrufen.";
    send: "Send request" | "Anfrage senden";
    sent_title: "Your request has arrived" | "Ihre Anfrage ist angekommen";
    sent_lede: "Thank you. This is its number:" | "Vielen Dank. Das ist ihre Nummer:";
    sent_next: "We have sent you a confirmation by mail. Its links lead to this request and, if you like, to an account with all your requests."
        | "Wir haben Ihnen eine Bestätigung per E‑Mail geschickt. Ihre Links führen zu dieser Anfrage und, wenn Sie möchten, zu einem Konto mit allen Ihren Anfragen.";
    held_title: "One more step" | "Noch ein Schritt";
    held_lede: "We have sent you a mail. Please press the link in it, so that we know your request is from you. Its number is:"
        | "Wir haben Ihnen eine E‑Mail geschickt. Bitte öffnen Sie den Link darin, damit wir wissen, dass die Anfrage von Ihnen ist. Das ist ihre Nummer:";
    held_next: "Nothing of it is lost. As soon as you have confirmed it, we take care of it. We ask because machines send us advertising through this form."
        | "Es ist nichts verloren. Sobald Sie bestätigt haben, kümmern wir uns darum. Wir fragen, weil uns Maschinen über dieses Formular Werbung schicken.";
    trap: "Please leave this empty" | "Bitte leer lassen";
    once_more: "Please send it once more. Machines use this form too, and they do not read this."
        | "Bitte senden Sie es noch einmal. Auch Maschinen benutzen dieses Formular, und die lesen das hier nicht.";
    sent_no_mail: "No mail after a few minutes? Please look into your spam folder, and check whether the address was right."
        | "Nach ein paar Minuten noch keine E‑Mail? Bitte sehen Sie im Spam-Ordner nach, und prüfen Sie, ob die Adresse stimmte.";
}

/// The limits of attachments.
pub fn attachments_hint(language: Language, files: usize, bytes: u64) -> String {
    let size = size(language, bytes);
    say!(language, "Up to {files} files, {size} together.", "Bis zu {files} Dateien, zusammen {size}.")
}

/// For somebody who is logged in.
pub fn as_whom(language: Language, name: Option<&str>, email: &str) -> String {
    let who = name.map_or_else(|| email.to_owned(), |name| format!("{name} ({email})"));
    say!(language, "You write as {who}.", "Sie schreiben als {who}.")
}
