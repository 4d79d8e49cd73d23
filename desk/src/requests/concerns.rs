//! Who may hear of an event.

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::{PersonId, RequestId};
use tresen_store::{Conn, StoreError, on};

use crate::error::Error;
use crate::events::Event;
use crate::people::kinds;
use crate::people::restriction::NOT_RESTRICTED;
use crate::people::sessions;
use crate::people::sessions::Agent;
use crate::requests::Access;
use crate::requests::Requests;

impl Requests {
    /// Whether an agent may still hear of an event: they are logged in, they work on the request's type,
    /// and its customer is not restricted.
    ///
    /// # Errors
    /// [`Error::Gone`] once they are logged out: nothing more is for them.
    #[boxed]
    pub async fn concerns(&self, agent: &Agent, event: &Event) -> Result<bool, Error> {
        let mut reader = self.store.read().await?;
        if !sessions::is_live(reader.conn(), agent.session(), self.clock.now()).await? {
            return Err(Error::Gone);
        }
        Ok(shows(reader.conn(), agent.person(), event.request).await?)
    }

    /// The same for the customer, or for whoever holds the mailed link.
    ///
    /// # Errors
    /// [`Error::Gone`] once they are logged out.
    #[boxed]
    pub async fn concerns_customer(&self, access: &Access, event: &Event) -> Result<bool, Error> {
        if !event.public || access.person() != event.customer {
            return Ok(false);
        }
        let Access::Session(session) = access else { return Ok(true) };
        let mut reader = self.store.read().await?;
        if sessions::is_live(reader.conn(), session, self.clock.now()).await? {
            Ok(true)
        } else {
            Err(Error::Gone)
        }
    }
}

/// Whether a request is there for an agent.
async fn shows(conn: Conn<'_>, agent: PersonId, request: RequestId) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT id FROM request WHERE id = $1 AND {NOT_RESTRICTED} AND {}",
        kinds::seen_by("$2", "request.kind")
    );
    let row: Option<(Uuid,)> = on!(conn, c => sqlx::query_as(AssertSqlSafe(sql))
        .bind(request.0)
        .bind(agent.0)
        .fetch_optional(c)
        .await)?;
    Ok(row.is_some())
}
