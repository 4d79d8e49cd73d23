//! API tokens.

use tresen_model::Language;

texts! {
    title: "API tokens" | "API-Tokens";
    lede: "With a token, a program can do here what you can do, as far as you allow it."
        | "Mit einem Token kann ein Programm hier tun, was Sie tun können, soweit Sie es erlauben.";
    link: "API tokens" | "API-Tokens";
    section_title: "Programs" | "Programme";
    section_text: "Give a program of yours a token instead of your password."
        | "Geben Sie einem eigenen Programm ein Token statt Ihres Passworts.";

    yours: "Your tokens" | "Ihre Tokens";
    yours_text: "A revoked token stops working at once. A new password ends all of them."
        | "Ein widerrufenes Token gilt sofort nicht mehr. Ein neues Passwort beendet alle.";
    none: "You have no tokens." | "Sie haben keine Tokens.";
    since: "made:" | "erstellt:";
    until: "expires:" | "läuft ab:";
    used: "last used:" | "zuletzt benutzt:";
    end: "Revoke" | "Widerrufen";
    ended: "The token has been revoked." | "Das Token ist widerrufen.";

    new: "New token" | "Neues Token";
    new_text: "Allow only what the program needs. The API is described at /api."
        | "Erlauben Sie nur, was das Programm braucht. Die API ist unter /api beschrieben.";
    name: "Name" | "Name";
    name_hint: "So that you recognise it later, such as the name of the program."
        | "Damit Sie es später erkennen, etwa der Name des Programms.";
    scopes: "Permissions" | "Berechtigungen";
    lasts: "Valid for" | "Gültig für";
    make: "Make token" | "Token erstellen";
    locked: "To make a token, please confirm first that it is you."
        | "Um ein Token zu erstellen, bestätigen Sie bitte zuerst, dass Sie es sind.";
    restricted: "While the processing of your data is restricted, tokens do not work and none can be made."
        | "Solange die Verarbeitung Ihrer Daten eingeschränkt ist, gelten Tokens nicht, und es kann keines erstellt werden.";

    made_title: "Your new token" | "Ihr neues Token";
    made_lede: "Copy it now. It is shown only this once."
        | "Kopieren Sie es jetzt. Es wird nur dieses eine Mal angezeigt.";
    made_use: "Keep it like a password. The program sends it in the header Authorization: Bearer TOKEN."
        | "Bewahren Sie es auf wie ein Passwort. Das Programm schickt es in der Kopfzeile Authorization: Bearer TOKEN.";
    kept: "I have copied it" | "Ich habe es kopiert";
}

/// How long a token lasts, by its days; empty is for ever.
pub fn days(language: Language, days: &str) -> String {
    match days {
        "" => say!(language, "no end", "ohne Ende"),
        days => say!(language, "{days} days", "{days} Tage"),
    }
}

/// What a scope allows a person.
pub fn scope(language: Language, word: &str, staff: bool) -> String {
    match (word, staff) {
        ("requests:read", true) => say!(language, "Read requests", "Anfragen lesen"),
        ("requests:read", false) => say!(language, "Read your requests", "Ihre Anfragen lesen"),
        ("requests:write", true) => {
            say!(language, "Create and change requests", "Anfragen anlegen und ändern")
        }
        ("requests:write", false) => {
            say!(language, "Create and close requests for you", "Anfragen für Sie anlegen und schließen")
        }
        ("comments:write", true) => {
            say!(language, "Write replies and internal notes", "Antworten und interne Notizen schreiben")
        }
        ("comments:write", false) => {
            say!(language, "Write in your requests", "In Ihren Anfragen schreiben")
        }
        ("people:read", true) => say!(language, "Find and read customers", "Kundendaten finden und lesen"),
        ("people:read", false) => say!(language, "Read your account", "Ihr Konto lesen"),
        ("people:write", _) => {
            say!(language, "Correct customers' data and invite them", "Kundendaten berichtigen und einladen")
        }
        ("people:restrict", _) => say!(
            language,
            "Restrict the processing of customers' data",
            "Verarbeitung von Kundendaten einschränken"
        ),
        ("people:export", true) => say!(language, "Export customers' data", "Kundendaten exportieren"),
        ("people:export", false) => say!(language, "Export your data", "Ihre Daten exportieren"),
        ("people:erase", true) => {
            say!(language, "Erase customers, for good", "Kundendaten endgültig löschen")
        }
        ("people:erase", false) => say!(
            language,
            "Delete your account and all your data, for good",
            "Ihr Konto und alle Ihre Daten endgültig löschen"
        ),
        ("statistics:read", _) => say!(language, "Read statistics", "Statistik lesen"),
        ("audit:read", _) => say!(language, "Read the audit log", "Prüfprotokoll lesen"),
        ("mail", _) => say!(language, "Hand over email", "E‑Mails übergeben"),
        (word, _) => word.to_owned(),
    }
}
