//! What agents read of the statistics.

use tresen_model::Language;

use crate::language::shared::erase::grouped;

texts! {
    title: "Reports" | "Auswertung";
    lede: "Numbers and response times of the last 30 days." | "Zahlen und Bearbeitungszeiten der letzten 30 Tage.";
    by_kind: "By type of request" | "Nach Art der Anfrage";
    by_agent: "By agent" | "Nach Teammitglied";
    by_agent_note: "Each column counts what this agent did: calls logged, first replies, status changes."
        | "Gezählt ist, was die Person selbst getan hat: erfasste Anrufe, erste Antworten, Statusänderungen.";
    by_day: "By day" | "Nach Tag";
    kind: "Type" | "Art";
    agent: "Agent" | "Teammitglied";
    day: "Day" | "Tag";
    created: "Received" | "Eingegangen";
    answered: "First replies" | "Erste Antworten";
    answer_time: "Time to first reply" | "Dauer bis zur ersten Antwort";
    resolved: "Resolved" | "Gelöst";
    closed: "Closed" | "Geschlossen";
    reopened: "Reopened" | "Wieder geöffnet";
    settle_time: "Time to resolution" | "Dauer bis zur Erledigung";
    total: "Total" | "Insgesamt";
    nobody: "Customers and former agents" | "Kundschaft, frühere Teammitglieder";
    notes_title: "How this is counted" | "Wie gezählt wird";
    note_times: "Times are averages, counted from when a request came in. Resolution means resolved or closed; only the first time counts."
        | "Zeiten sind Durchschnitte, gerechnet ab Eingang der Anfrage. Erledigt ist eine Anfrage, sobald sie gelöst oder geschlossen ist; es zählt nur das erste Mal.";
    note_days: "A day begins and ends at midnight UTC. Each event counts on the day it happens."
        | "Ein Tag beginnt und endet um Mitternacht UTC. Jedes Ereignis zählt an dem Tag, an dem es geschieht.";
    note_privacy: "These are totals without names, numbers or texts of customers. They stay when a customer's data is deleted."
        | "Das sind Summen ohne Namen, Nummern oder Texte von Kundinnen und Kunden. Sie bleiben, wenn deren Daten gelöscht werden.";
    empty_title: "Nothing to report yet" | "Noch gibt es nichts auszuwerten";
    empty_text: "Numbers appear here as soon as requests come in." | "Sobald Anfragen eingehen, erscheinen hier Zahlen.";
}

/// How often something happened.
pub fn number(language: Language, number: u64) -> String {
    grouped(language, number)
}

/// How long something took, to the minute under two days and to the hour above.
pub fn duration(language: Language, seconds: u64) -> String {
    let minutes = seconds / 60;
    let (hours, rest) = (minutes / 60, minutes % 60);
    match minutes {
        0 => say!(language, "under 1 min", "unter 1 Min."),
        1..60 => say!(language, "{minutes} min", "{minutes} Min."),
        60..2880 => say!(language, "{hours} h {rest} min", "{hours} Std. {rest} Min."),
        _ => {
            let (days, hours) = (grouped(language, hours / 24), hours % 24);
            say!(language, "{days} days {hours} h", "{days} Tage {hours} Std.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_people_do() {
        for (seconds, english, german) in [
            (0, "under 1 min", "unter 1 Min."),
            (59, "under 1 min", "unter 1 Min."),
            (60, "1 min", "1 Min."),
            (3_599, "59 min", "59 Min."),
            (3_600, "1 h 0 min", "1 Std. 0 Min."),
            (47 * 3_600 + 1_800, "47 h 30 min", "47 Std. 30 Min."),
            (48 * 3_600, "2 days 0 h", "2 Tage 0 Std."),
            (1_234 * 86_400 + 7_200, "1,234 days 2 h", "1.234 Tage 2 Std."),
        ] {
            assert_eq!(duration(Language::English, seconds), english);
            assert_eq!(duration(Language::German, seconds), german);
        }
    }
}
