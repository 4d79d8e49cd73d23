//! The form for a new request, and that it has arrived.

use tresen_model::Language;

use crate::language::shared::live::size;

texts! {
    lede: "We reply by email. You need no account." | "Wir antworten per E‑Mail. Sie brauchen kein Konto.";
    email: "Your email address" | "Ihre E‑Mail-Adresse";
    email_hint: "We send our reply there." | "Dorthin senden wir unsere Antwort.";
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
    sent_lede: "Thank you. Your request number:" | "Vielen Dank. Die Nummer Ihrer Anfrage:";
    sent_next: "You get a confirmation by email, unless several went to your address within the last hour. It links to this request and, if you like, to an account with all your requests."
        | "Sie bekommen eine Bestätigung per E‑Mail, wenn in der letzten Stunde nicht schon mehrere an Ihre Adresse gingen. Sie enthält Links zu dieser Anfrage und, wenn Sie möchten, zu einem Konto mit allen Ihren Anfragen.";
    held_title: "One more step" | "Noch ein Schritt";
    held_lede: "Please open the link in the email from us to confirm that the request is from you. Your request number:"
        | "Bitte öffnen Sie den Link in der E‑Mail von uns, damit wir wissen, dass die Anfrage von Ihnen ist. Die Nummer Ihrer Anfrage:";
    held_next: "Your request is saved. As soon as you confirm it, we take care of it. We ask because bots send advertising through this form. If several emails went to your address within the last hour, none follows, and our team looks at the request."
        | "Ihre Anfrage ist gespeichert. Sobald Sie bestätigt haben, kümmern wir uns darum. Wir fragen, weil Bots über dieses Formular Werbung schicken. Gingen in der letzten Stunde schon mehrere E‑Mails an Ihre Adresse, folgt keine, und unser Team sieht sich die Anfrage an.";
    trap: "Please leave this empty" | "Bitte leer lassen";
    once_more: "Please send it once more. This keeps bots out." | "Bitte senden Sie es noch einmal. So halten wir Bots fern.";
    sent_no_mail: "No email after a few minutes? Please check your spam folder and the address you entered."
        | "Nach ein paar Minuten noch keine E‑Mail? Bitte sehen Sie im Spam-Ordner nach, und prüfen Sie die angegebene Adresse.";
}

/// The limits of attachments.
pub fn attachments_hint(language: Language, files: usize, bytes: u64) -> String {
    let size = size(language, bytes);
    say!(language, "Up to {files} files, {size} in total.", "Bis zu {files} Dateien, insgesamt {size}.")
}

/// For somebody who is logged in.
pub fn as_whom(language: Language, name: Option<&str>, email: &str) -> String {
    let who = name.map_or_else(|| email.to_owned(), |name| format!("{name} ({email})"));
    say!(language, "You are writing as {who}.", "Sie schreiben als {who}.")
}
