//! What statuses and the like are called.

use tresen_model::{Channel, Language, Priority, Status};

/// What a customer reads.
pub fn status(language: Language, status: Status) -> &'static str {
    match (language, status) {
        (Language::English, Status::Open) => "Open",
        (Language::English, Status::Waiting) => "Waiting for you",
        (Language::English, Status::Resolved) => "Resolved",
        (Language::English, Status::Closed) => "Closed",
        (Language::German, Status::Open) => "Offen",
        (Language::German, Status::Waiting) => "Wartet auf Sie",
        (Language::German, Status::Resolved) => "Gelöst",
        (Language::German, Status::Closed) => "Geschlossen",
    }
}

/// What an agent reads.
pub fn status_for_agents(language: Language, value: Status) -> &'static str {
    match (language, value) {
        (Language::English, Status::Waiting) => "Waiting",
        (Language::German, Status::Waiting) => "Wartet",
        _ => status(language, value),
    }
}

/// How soon.
pub fn priority(language: Language, priority: Priority) -> &'static str {
    match (language, priority) {
        (Language::English, Priority::Urgent) => "Urgent",
        (Language::English, Priority::High) => "High",
        (Language::English, Priority::Normal) => "Normal",
        (Language::English, Priority::Low) => "Low",
        (Language::German, Priority::Urgent) => "Dringend",
        (Language::German, Priority::High) => "Hoch",
        (Language::German, Priority::Normal) => "Normal",
        (Language::German, Priority::Low) => "Niedrig",
    }
}

/// How a request came in.
pub fn channel(language: Language, channel: Channel) -> &'static str {
    match (language, channel) {
        (Language::English, Channel::Web) => "by form",
        (Language::English, Channel::Mail) => "by email",
        (Language::English, Channel::Agent) => "by phone",
        (Language::German, Channel::Web) => "über das Formular",
        (Language::German, Channel::Mail) => "per E‑Mail",
        (Language::German, Channel::Agent) => "telefonisch",
    }
}
