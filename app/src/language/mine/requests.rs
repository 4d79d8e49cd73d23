//! A customer's list of requests.

use tresen_model::Language;

texts! {
    lede: "What you asked us, the newest activity first." | "Was Sie uns gefragt haben, das Neueste zuerst.";
    search: "Search your requests" | "Ihre Anfragen durchsuchen";
    search_button: "Search" | "Suchen";
    filter: "Filter by status" | "Nach Status filtern";
    all: "All" | "Alle";
    new_answer: "New answer" | "Neue Antwort";
    pages: "Pages of the list" | "Seiten der Liste";
    first_page: "To the beginning" | "Zum Anfang";
    next_page: "Older requests" | "Ältere Anfragen";
    none_title: "You have not asked us anything yet" | "Sie haben uns noch nichts gefragt";
    none_text: "Tell us what you need. Your requests and our answers will be here."
        | "Schreiben Sie uns, was Sie brauchen. Ihre Anfragen und unsere Antworten stehen dann hier.";
    nothing_found_title: "Nothing found" | "Nichts gefunden";
    nothing_found_text: "None of your requests matches. Try fewer words, or the number from our mail."
        | "Keine Ihrer Anfragen passt dazu. Versuchen Sie es mit weniger Wörtern oder mit der Nummer aus unserer E‑Mail.";
    nothing_here_title: "No requests here" | "Hier ist keine Anfrage";
    nothing_here_text: "None of your requests has this status at the moment."
        | "Zurzeit hat keine Ihrer Anfragen diesen Status.";
    show_all: "Show all requests" | "Alle Anfragen anzeigen";
}

/// How much was said in a request.
pub fn messages(language: Language, count: u32) -> String {
    match count {
        1 => say!(language, "1 message", "1 Nachricht"),
        _ => say!(language, "{count} messages", "{count} Nachrichten"),
    }
}
