//! The agents' pages: the queue, one request, and writing one down for somebody who called.

use tresen_model::views::{HistoryEntry, HistoryEvent};
use tresen_model::{AuthorKind, Language};

use crate::language::shared::words;

texts! {
    // The queue
    search: "Search subject, text, name or address" | "Betreff, Text, Name oder Adresse suchen";
    search_button: "Search" | "Suchen";
    view: "Filter by status" | "Nach Status filtern";
    view_active: "Active" | "Aktiv";
    view_all: "All" | "Alle";
    assignee_filter: "Filter by assignee" | "Nach Zuständigkeit filtern";
    assignee_anyone: "Everyone" | "Alle";
    assignee_me: "Mine" | "Meine";
    assignee_nobody: "Unassigned" | "Nicht zugewiesen";
    kind: "Type" | "Art";
    kind_any: "All types" | "Alle Arten";
    order: "Order" | "Reihenfolge";
    order_newest: "Latest activity first" | "Neueste Aktivität zuerst";
    order_oldest: "Oldest activity first" | "Älteste Aktivität zuerst";
    apply: "Apply" | "Anwenden";
    head_subject: "Subject" | "Betreff";
    head_status: "Status" | "Status";
    head_priority: "Priority" | "Priorität";
    head_customer: "From" | "Von";
    head_assignee: "Assigned to" | "Zuständig";
    head_created: "Received" | "Eingegangen";
    head_updated: "Last activity" | "Letzte Aktivität";
    no_name: "No name given" | "Ohne Namen";
    nobody: "Nobody" | "Niemand";
    former_agent: "A former agent" | "Ein früheres Teammitglied";
    unread: "unread" | "ungelesen";
    pages: "Pages of the queue" | "Seiten der Liste";
    first_page: "First page" | "Erste Seite";
    next_page: "Next page" | "Nächste Seite";
    capture: "Log a call" | "Anruf erfassen";
    all_done_title: "No open requests" | "Keine offenen Anfragen";
    all_done_text: "New requests appear here." | "Neue Anfragen erscheinen hier.";
    nothing_found_title: "Nothing found" | "Nichts gefunden";
    nothing_found_text: "No request matches these filters. Try fewer words or another status."
        | "Keine Anfrage passt zu diesen Filtern. Versuchen Sie es mit weniger Wörtern oder einem anderen Status.";
    search_incomplete: "The search index is being rebuilt. Some requests cannot be found until that is done."
        | "Der Suchindex wird neu aufgebaut. Bis dahin werden manche Anfragen nicht gefunden.";
    search_everywhere: "Search all requests" | "In allen Anfragen suchen";
    clear: "Clear filters" | "Filter zurücksetzen";

    // One request
    back: "All requests" | "Alle Anfragen";
    parked_title: "Your reply may not have arrived" | "Ihre Antwort ist vielleicht nicht angekommen";
    handling: "Handling" | "Bearbeitung";
    status: "Status" | "Status";
    priority: "Priority" | "Priorität";
    assignee: "Assigned to" | "Zuständig";
    save: "Save" | "Speichern";
    take: "Assign to me" | "Übernehmen";
    unassigned: "This request is unassigned." | "Diese Anfrage ist nicht zugewiesen.";
    customer: "Customer" | "Kundin oder Kunde";
    name: "Name" | "Name";
    email: "Email address" | "E‑Mail-Adresse";
    proven: "confirmed" | "bestätigt";
    not_proven: "not confirmed yet" | "noch nicht bestätigt";
    account: "Account" | "Konto";
    registered: "registered" | "registriert";
    not_registered: "none" | "keines";
    mail_language: "Language" | "Sprache";
    other_requests: "Other requests" | "Weitere Anfragen";
    none: "none" | "keine";
    history: "History" | "Verlauf";
    reply_title: "Reply" | "Antworten";
    reply_body: "Your text" | "Ihr Text";
    reply_hint: "A reply is emailed to the customer. An internal note stays on the team."
        | "Eine Antwort geht per E‑Mail hinaus. Eine interne Notiz bleibt im Team.";
    status_afterwards: "Status after the reply" | "Status nach der Antwort";
    status_afterwards_hint: "A note does not change it." | "Eine Notiz ändert daran nichts.";
    leave: "Leave unchanged" | "Unverändert lassen";
    send: "Send reply" | "Antwort senden";
    save_note: "Save as internal note" | "Als interne Notiz speichern";

    // Writing down a call
    capture_lede: "For customers who call. They get a confirmation by email with a link to the request."
        | "Für telefonische Anfragen. Die Person erhält eine Bestätigung per E‑Mail mit einem Link zur Anfrage.";
    capture_email: "Customer's email address" | "E‑Mail-Adresse der Person";
    capture_email_hint: "Our reply goes there. Ask for the spelling."
        | "Dorthin geht unsere Antwort. Lassen Sie sie buchstabieren.";
    capture_name: "Customer's name" | "Name der Person";
    capture_language: "Language for emails" | "Sprache der E‑Mails";
    capture_kind: "What is it about?" | "Worum geht es?";
    capture_kind_prompt: "Please choose" | "Bitte auswählen";
    capture_subject: "Subject" | "Betreff";
    capture_body: "The request" | "Die Anfrage";
    capture_body_hint: "In the customer's words. The customer can read this." | "In den Worten der Person. Sie kann das lesen.";
    capture_save: "Save request" | "Anfrage speichern";
}

/// An assigned agent who can no longer see the request.
pub fn cannot_see(language: Language, name: &str) -> String {
    say!(language, "{name} (cannot see this request)", "{name} (kann diese Anfrage nicht sehen)")
}

/// How many requests want something.
pub fn active(language: Language, count: u64) -> String {
    say!(language, "{count} active", "{count} aktiv")
}

/// How many of them are the agent's own.
pub fn own(language: Language, count: u64) -> String {
    say!(language, "{count} assigned to you", "{count} bei Ihnen")
}

/// How many of them nobody has taken.
pub fn without_assignee(language: Language, count: u64) -> String {
    say!(language, "{count} unassigned", "{count} nicht zugewiesen")
}

/// Mails about the request that could not be sent.
pub fn parked(language: Language, mails: u32) -> String {
    match mails {
        1 => say!(
            language,
            "An email about this request could not be sent. Please check the address, or contact the customer in another way.",
            "Eine E‑Mail zu dieser Anfrage konnte nicht zugestellt werden. Bitte prüfen Sie die Adresse, oder melden Sie sich auf anderem Weg."
        ),
        _ => say!(
            language,
            "{mails} emails about this request could not be sent. Please check the address, or contact the customer in another way.",
            "{mails} E‑Mails zu dieser Anfrage konnten nicht zugestellt werden. Bitte prüfen Sie die Adresse, oder melden Sie sich auf anderem Weg."
        ),
    }
}

/// A step in the life of a request, as a sentence.
pub fn history_step(language: Language, step: &HistoryEntry) -> String {
    let who = match (&step.actor, step.actor_kind) {
        (Some(name), _) => name.clone(),
        (None, Some(AuthorKind::Customer)) => say!(language, "The customer", "Die Kundin oder der Kunde"),
        (None, Some(AuthorKind::Agent)) => former_agent(language).to_owned(),
        (None, None) => say!(language, "The service desk", "Der Servicedesk"),
    };
    match &step.event {
        HistoryEvent::Created if step.actor_kind == Some(AuthorKind::Agent) => {
            say!(language, "{who} logged the request.", "{who} hat die Anfrage erfasst.")
        }
        HistoryEvent::Created => say!(language, "{who} sent the request.", "{who} hat die Anfrage gesendet."),
        HistoryEvent::Status { from, to } => {
            let from = words::status_for_agents(language, *from);
            let to = words::status_for_agents(language, *to);
            say!(
                language,
                "{who} changed the status from “{from}” to “{to}”.",
                "{who} hat den Status von „{from}“ auf „{to}“ geändert."
            )
        }
        HistoryEvent::Priority { from, to } => {
            let from = words::priority(language, *from);
            let to = words::priority(language, *to);
            say!(
                language,
                "{who} changed the priority from “{from}” to “{to}”.",
                "{who} hat die Priorität von „{from}“ auf „{to}“ geändert."
            )
        }
        HistoryEvent::Assigned { to: Some(to) } if step.actor.as_ref() == Some(to) => {
            say!(language, "{who} took the request.", "{who} hat die Anfrage übernommen.")
        }
        HistoryEvent::Assigned { to: Some(to) } => {
            say!(language, "{who} assigned the request to {to}.", "{who} hat die Anfrage an {to} übergeben.")
        }
        HistoryEvent::NameChanged => {
            say!(language, "{who} corrected their name.", "{who} hat den eigenen Namen berichtigt.")
        }
        HistoryEvent::AddressChanged => say!(
            language,
            "{who} corrected their email address.",
            "{who} hat die eigene E‑Mail-Adresse berichtigt."
        ),
        HistoryEvent::Imported => say!(
            language,
            "Requests of this customer were imported from another service desk.",
            "Anfragen dieser Person wurden von einem anderen Servicedesk übernommen."
        ),
        HistoryEvent::Assigned { to: None } => {
            say!(language, "{who} removed the assignment.", "{who} hat die Zuweisung aufgehoben.")
        }
        HistoryEvent::Admitted => say!(
            language,
            "{who} admitted another sender to the request.",
            "{who} hat eine weitere Person zur Anfrage zugelassen."
        ),
        HistoryEvent::SplitOff => say!(
            language,
            "{who} created a separate request from another sender's message.",
            "{who} hat aus der Nachricht einer anderen Person eine eigene Anfrage erstellt."
        ),
        HistoryEvent::Released => {
            say!(
                language,
                "{who} released the held request.",
                "{who} hat die zurückgehaltene Anfrage freigegeben."
            )
        }
    }
}
