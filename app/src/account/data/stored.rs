//! What is stored about a person, as the page of their data shows it.

use serde::{Deserialize, Serialize};
use tresen_model::Channel;
use tresen_model::views::ErasureCount;

use crate::components::When;

/// What is stored about a person.
#[derive(Clone, Serialize, Deserialize)]
pub struct Stored {
    /// What was done just now.
    pub done: String,
    /// Whether the person came by a mailed link.
    pub by_link: bool,
    /// The email address.
    pub email: String,
    /// What they want to be called.
    pub name: Option<String>,
    /// When the person was first known here.
    pub since: When,
    /// When the address was proven.
    pub proven: Option<When>,
    /// Their data, counted.
    pub count: ErasureCount,
    /// Corrections and imports, oldest first.
    pub history: Vec<(Step, When)>,
    /// Requests by channel.
    pub channels: Vec<(Channel, u64)>,
    /// Emails sent to the person.
    pub mails_sent: u64,
    /// Processors of the operator, each with its purpose.
    pub processors: Vec<String>,
    /// Retention of closed requests, in months.
    pub requests_months: u32,
    /// Retention of an unused account, in months.
    pub person_months: u32,
    /// Consents, newest first.
    pub consents: Vec<Consent>,
    /// The restriction of processing, if there is one.
    pub restriction: Option<Restriction>,
    /// Whether all consents were withdrawn, so that only a new one lifts the restriction.
    pub needs_consent: bool,
    /// Whether the person is an agent, whose data cannot be restricted.
    pub staff: bool,
    /// Whether the person has to prove their identity again before the download.
    pub stale: bool,
}

/// A correction or an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The person gave another name, or took it away.
    Name,
    /// The person gave another mail address.
    Address,
    /// The person was imported from another desk.
    Imported,
}

/// A consent.
#[derive(Clone, Serialize, Deserialize)]
pub struct Consent {
    /// Its id in the form that withdraws it.
    pub id: String,
    /// The version of the privacy statement.
    pub version: i64,
    /// When it was given.
    pub given: When,
    /// `form` for the form of a new request, `account` for the page of one's own data.
    pub via: String,
    /// When it was withdrawn.
    pub withdrawn: Option<When>,
    /// The address of the text, for a consent given at another desk.
    pub elsewhere: Option<String>,
}

/// A restriction of processing (Art. 18 GDPR).
#[derive(Clone, Serialize, Deserialize)]
pub struct Restriction {
    /// Since when.
    pub since: When,
    /// Whether the person has restricted it.
    pub own: bool,
    /// Whether the team has.
    pub by_us: bool,
}
