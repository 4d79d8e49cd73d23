//! One request: what was said in it, and the reply.

use tresen_model::{Language, Status};

texts! {
    received: "Received:" | "Eingegangen:";
    last_change: "Last activity:" | "Letzte Aktivität:";
    you: "You" | "Sie";
    support: "Support" | "Support";
    no_name: "No name given" | "Ohne Namen";
    customer: "Customer" | "Kundin oder Kunde";
    deleted_person: "Deleted person" | "Gelöschte Person";
    deleted_person_wrote: "A deleted person wrote here." | "Hier schrieb eine gelöschte Person.";
    outsider: "By email, not part of this request. The customer cannot see it."
        | "Per E‑Mail, gehört nicht zu dieser Anfrage. Nur für das Team sichtbar.";
    internal_note: "Internal note, never shown to the customer" | "Interne Notiz, nur für das Team sichtbar";
    confirm_title: "Is this request yours?" | "Ist diese Anfrage von Ihnen?";
    confirm_text: "Bots send advertising through our form. As soon as you confirm, we take care of your request."
        | "Bots schicken über unser Formular Werbung. Sobald Sie bestätigen, kümmern wir uns um Ihre Anfrage.";
    confirm: "Yes, it is mine" | "Ja, sie ist von mir";
    thread: "Messages" | "Nachrichten";
    reply_title: "Your reply" | "Ihre Antwort";
    reply_body: "Your message" | "Ihre Nachricht";
    reply_reopens: "Your reply reopens the request." | "Ihre Antwort öffnet die Anfrage wieder.";
    send: "Send reply" | "Antwort senden";
    settled: "Is this resolved?" | "Hat sich das erledigt?";
    settled_text: "Then you can close the request. You can reopen it at any time."
        | "Dann können Sie die Anfrage schließen. Sie lässt sich jederzeit wieder öffnen.";
    not_settled: "Not resolved after all?" | "Doch noch nicht erledigt?";
    not_settled_text: "Reopen the request, and we take care of it."
        | "Öffnen Sie die Anfrage wieder, dann kümmern wir uns darum.";
    close: "Close request" | "Anfrage schließen";
    reopen: "Reopen request" | "Wieder öffnen";
    register_title: "All your requests in one place" | "Alle Ihre Anfragen an einem Ort";
    register_text: "This link shows only this request. With an account you see everything you sent us, and you can delete it yourself."
        | "Dieser Link zeigt nur diese eine Anfrage. Mit einem Konto sehen Sie alles, was Sie uns geschickt haben, und können es selbst löschen.";
}

/// What a status means for the customer.
pub const fn status_means(language: Language, status: Status) -> &'static str {
    match (language, status) {
        (Language::English, Status::Open) => "We are working on it. You get an email as soon as we reply.",
        (Language::English, Status::Waiting) => "We have replied and are waiting to hear from you.",
        (Language::English, Status::Resolved) => {
            "We believe this is resolved. If it is not, just write to us below."
        }
        (Language::English, Status::Closed) => {
            "This request is closed. If you need us again, just write to us below."
        }
        (Language::German, Status::Open) => {
            "Wir kümmern uns darum. Sobald wir antworten, erhalten Sie eine E‑Mail."
        }
        (Language::German, Status::Waiting) => "Wir haben geantwortet und warten auf Ihre Rückmeldung.",
        (Language::German, Status::Resolved) => {
            "Aus unserer Sicht ist das erledigt. Wenn nicht, schreiben Sie uns einfach unten."
        }
        (Language::German, Status::Closed) => {
            "Diese Anfrage ist geschlossen. Wenn Sie uns noch einmal brauchen, schreiben Sie uns einfach unten."
        }
    }
}
