//! A customer's list of requests.

use tresen_model::Language;

texts! {
    lede: "Your requests, newest activity first." | "Ihre Anfragen, neueste Aktivität zuerst.";
    search: "Search your requests" | "Ihre Anfragen durchsuchen";
    search_button: "Search" | "Suchen";
    filter: "Filter by status" | "Nach Status filtern";
    all: "All" | "Alle";
    new_answer: "New reply" | "Neue Antwort";
    pages: "Pages of the list" | "Seiten der Liste";
    first_page: "First page" | "Erste Seite";
    next_page: "Older requests" | "Ältere Anfragen";
    none_title: "No requests yet" | "Noch keine Anfragen";
    none_text: "Tell us what you need. Your requests and our replies appear here."
        | "Schreiben Sie uns, was Sie brauchen. Ihre Anfragen und unsere Antworten erscheinen dann hier.";
    nothing_found_title: "Nothing found" | "Nichts gefunden";
    nothing_found_text: "No request matches. Try fewer words, or the number from our email."
        | "Keine Anfrage passt dazu. Versuchen Sie es mit weniger Wörtern oder mit der Nummer aus unserer E‑Mail.";
    nothing_here_title: "No requests here" | "Hier ist keine Anfrage";
    nothing_here_text: "No request has this status at the moment." | "Zurzeit hat keine Anfrage diesen Status.";
    show_all: "Show all requests" | "Alle Anfragen anzeigen";
}

/// How much was said in a request.
pub fn messages(language: Language, count: u32) -> String {
    match count {
        1 => say!(language, "1 message", "1 Nachricht"),
        _ => say!(language, "{count} messages", "{count} Nachrichten"),
    }
}
