//! Whether the processing of somebody's data is restricted (Art. 18 GDPR), and by whom.

use tresen_model::{PersonId, Timestamp};
use tresen_store::{Conn, StoreError, on};

/// A condition on a table with a column `person_id`: the person is not restricted.
pub(crate) const NOT_RESTRICTED: &str =
    "person_id NOT IN (SELECT id FROM person WHERE restricted_at IS NOT NULL)";

/// Who restricted the processing of somebody's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestrictedBy {
    /// The customer.
    Customer,
    /// An agent.
    Agent,
    /// Both, each for reasons of their own.
    Both,
}

impl RestrictedBy {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "customer" => Some(Self::Customer),
            "agent" => Some(Self::Agent),
            "both" => Some(Self::Both),
            _ => None,
        }
    }

    /// Whether the customer has something to lift.
    pub fn customer(self) -> bool {
        self != Self::Agent
    }

    /// Whether agents have.
    pub fn agent(self) -> bool {
        self != Self::Customer
    }
}

/// A restriction in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restriction {
    /// Since when.
    pub since: Timestamp,
    /// By whom.
    pub by: RestrictedBy,
}

impl Restriction {
    /// Reads the columns of a person.
    pub(crate) fn read(since: Option<i64>, by: Option<&str>) -> Option<Self> {
        Some(Self {
            since: Timestamp(since?),
            // What cannot be read holds for both: nobody alone lifts it.
            by: by.and_then(RestrictedBy::parse).unwrap_or(RestrictedBy::Both),
        })
    }
}

/// The restriction of a person, if there is one.
pub(crate) async fn restriction(conn: Conn<'_>, person: PersonId) -> Result<Option<Restriction>, StoreError> {
    const SQL: &str = "SELECT restricted_at, restricted_by FROM person
        WHERE id = $1 AND restricted_at IS NOT NULL";
    let row: Option<(i64, Option<String>)> =
        on!(conn, c => sqlx::query_as(SQL).bind(person.0).fetch_optional(c).await)?;
    Ok(row.and_then(|(since, by)| Restriction::read(Some(since), by.as_deref())))
}
