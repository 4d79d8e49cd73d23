//! Who may read and answer a request.

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::{HeldWhy, PersonId, RequestId, RequestNumber, Status, Timestamp};
use tresen_store::{Conn, StoreError, from_row, on};

use crate::error::{Broken, Error};
use crate::people::{Agent, LinkHolder, Session, kinds};

/// The proof with which a customer comes: the login, or the mailed link of one request.
#[derive(Clone)]
pub enum Access {
    /// Somebody who is logged in: their own requests.
    Session(Session),
    /// Somebody with a link: that request.
    Link(LinkHolder),
}

/// What one needs to know of a request before doing something with it.
pub(crate) struct RequestHead {
    pub(crate) id: Uuid,
    number: i64,
    pub(crate) person_id: Uuid,
    status: String,
    pub(crate) assignee_id: Option<Uuid>,
    priority: String,
    pub(crate) agent_wrote_at: i64,
    pub(crate) customer_read_at: i64,
    pub(crate) customer_wrote_at: i64,
    pub(crate) agent_read_at: i64,
    restricted_at: Option<i64>,
    held_why: Option<String>,
    pub(crate) kind: String,
    created_at: i64,
    pub(crate) subject_sealed: Vec<u8>,
    pub(super) customer_news_at: i64,
    pub(super) updated_at: i64,
}

from_row!(RequestHead {
    id,
    number,
    person_id,
    status,
    assignee_id,
    priority,
    agent_wrote_at,
    customer_read_at,
    customer_wrote_at,
    agent_read_at,
    restricted_at,
    held_why,
    kind,
    created_at,
    subject_sealed,
    customer_news_at,
    updated_at
});

impl RequestHead {
    pub(crate) fn request(&self) -> RequestId {
        RequestId(self.id)
    }

    pub(crate) fn number(&self) -> RequestNumber {
        RequestNumber::from_bits(self.number.cast_unsigned())
    }

    pub(crate) fn customer(&self) -> PersonId {
        PersonId(self.person_id)
    }

    pub(crate) fn status(&self) -> Result<Status, Broken> {
        Status::parse(&self.status).ok_or(Broken::Inconsistent("request.status", self.id))
    }

    pub(crate) fn priority(&self) -> Result<tresen_model::Priority, Broken> {
        tresen_model::Priority::parse(&self.priority).ok_or(Broken::Inconsistent("request.priority", self.id))
    }

    /// When it came in.
    pub(crate) fn created_at(&self) -> Timestamp {
        Timestamp(self.created_at)
    }

    /// Returns the time to write with a comment or a change: now, or just after the last one where the clock was
    /// set back. What happens in a request keeps its order, and what is new stays newer than what was read.
    pub(crate) fn moment(&self, now: Timestamp) -> Timestamp {
        if now.0 < self.updated_at { Timestamp(self.updated_at + 1) } else { now }
    }

    /// Whether the processing of the customer's data is restricted (Art. 18 GDPR).
    pub(crate) fn is_restricted(&self) -> bool {
        self.restricted_at.is_some()
    }

    /// Why it is held back as suspected spam, if it is.
    pub(crate) fn held(&self) -> Option<HeldWhy> {
        self.held_why.as_deref().and_then(HeldWhy::parse)
    }

    /// Whether an agent wrote something that the customer has not seen.
    pub(crate) fn unread_by_customer(&self) -> bool {
        self.agent_wrote_at > self.customer_read_at
    }

    /// Whether the customer wrote something that no agent has seen.
    pub(crate) fn unread_by_agents(&self) -> bool {
        self.customer_wrote_at > self.agent_read_at
    }
}

const HEAD: &str = "SELECT request.id, number, person_id, status, assignee_id, priority, agent_wrote_at,
    customer_read_at, customer_wrote_at, agent_read_at, person.restricted_at, held_why, kind,
    request.created_at, subject_sealed, customer_news_at, request.updated_at FROM request
    JOIN person ON person.id = request.person_id WHERE number = $1 AND person.state = 'active'";

/// Finds a request by its public number, for an agent.
///
/// # Errors
/// [`Error::NotFound`] also for a type that is not theirs; [`Error::Restricted`] for what agents must
/// not look at.
pub(crate) async fn find_for_agent(
    conn: Conn<'_>,
    agent: &Agent,
    number: RequestNumber,
) -> Result<RequestHead, Error> {
    let head = find_of_kind(conn, agent, number).await?;
    if head.is_restricted() { Err(Error::Restricted) } else { Ok(head) }
}

/// The same, also while its customer is restricted.
///
/// # Errors
/// [`Error::NotFound`] also for a type that is not the agent's.
pub(crate) async fn find_of_kind(
    conn: Conn<'_>,
    agent: &Agent,
    number: RequestNumber,
) -> Result<RequestHead, Error> {
    let sql = format!("{HEAD} AND {}", kinds::seen_by("$2", "request.kind"));
    let head: Option<RequestHead> = on!(conn, c => sqlx::query_as(AssertSqlSafe(sql))
        .bind(number.bits().cast_signed())
        .bind(agent.person().0)
        .fetch_optional(c)
        .await)?;
    head.ok_or(Error::NotFound)
}

/// Finds a request by its public number, whoever asks and whatever holds for its customer.
pub(crate) async fn find_any(
    conn: Conn<'_>,
    number: RequestNumber,
) -> Result<Option<RequestHead>, StoreError> {
    on!(conn, c => sqlx::query_as(HEAD).bind(number.bits().cast_signed()).fetch_optional(c).await)
}

impl Access {
    /// Who asks.
    pub(crate) fn person(&self) -> PersonId {
        match self {
            Self::Session(session) => session.person(),
            Self::Link(holder) => holder.person,
        }
    }

    /// Whether this is the customer of a request, and may open it.
    fn opens(&self, head: &RequestHead) -> bool {
        match self {
            Self::Session(session) => session.person() == head.customer(),
            Self::Link(holder) => holder.request == head.request() && holder.person == head.customer(),
        }
    }

    /// The request, if it is the customer's own. One that is somebody else's, and one that
    /// does not exist, look the same.
    pub(crate) async fn find(&self, conn: Conn<'_>, number: RequestNumber) -> Result<RequestHead, Error> {
        find_any(conn, number).await?.filter(|head| self.opens(head)).ok_or(Error::NotFound)
    }
}
