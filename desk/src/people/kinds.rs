//! The request types that an agent works on.
//!
//! An agent without a row in `agent_kind` works on all of them. For whoever has rows, a request of another
//! type does not exist: it is in no list, search, count or statistic, its number is not found, and nothing
//! is heard of it. Only agents have rows: admins see everything, so that no request is out of everybody's
//! reach.
//!
//! Each statement asks for itself ([`seen_by`]), so a change holds from the next one on, whoever is logged in.

use std::collections::HashMap;

use sqlx::types::Uuid;
use tresen_model::PersonId;
use tresen_store::{Conn, StoreError, Tx, on};

/// A condition: the agent with this id (a placeholder or a column) works on the request type in this column.
pub(crate) fn seen_by(agent: &str, kind: &str) -> String {
    format!(
        "(NOT EXISTS (SELECT 1 FROM agent_kind WHERE agent_kind.person_id = {agent})
         OR EXISTS (SELECT 1 FROM agent_kind WHERE agent_kind.person_id = {agent} AND agent_kind.kind = {kind}))"
    )
}

/// The request types of an agent who works on some only, in order; none for whoever works on all.
pub(crate) async fn of(conn: Conn<'_>, agent: PersonId) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "SELECT kind FROM agent_kind WHERE person_id = $1 ORDER BY kind";
    let rows: Vec<(String,)> = on!(conn, c => sqlx::query_as(SQL).bind(agent.0).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(kind,)| kind).collect())
}

/// The same of everybody who works on some only.
pub(crate) async fn of_all(conn: Conn<'_>) -> Result<HashMap<PersonId, Vec<String>>, StoreError> {
    const SQL: &str = "SELECT person_id, kind FROM agent_kind ORDER BY person_id, kind";
    let rows: Vec<(Uuid, String)> = on!(conn, c => sqlx::query_as(SQL).fetch_all(c).await)?;
    let mut all: HashMap<PersonId, Vec<String>> = HashMap::new();
    for (agent, kind) in rows {
        all.entry(PersonId(agent)).or_default().push(kind);
    }
    Ok(all)
}

/// Whether an agent works on some request types only.
pub(crate) async fn has_some_only(conn: Conn<'_>, agent: PersonId) -> Result<bool, StoreError> {
    Ok(!of(conn, agent).await?.is_empty())
}

/// Whether an agent works on a request type.
pub(crate) async fn includes(conn: Conn<'_>, agent: PersonId, kind: &str) -> Result<bool, StoreError> {
    let kinds = of(conn, agent).await?;
    Ok(kinds.is_empty() || kinds.iter().any(|own| own == kind))
}

/// Puts others in their place; none are all.
pub(crate) async fn replace(tx: &mut Tx, agent: PersonId, kinds: &[String]) -> Result<(), StoreError> {
    const INSERT: &str = "INSERT INTO agent_kind (person_id, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    forget(tx, agent).await?;
    for kind in kinds {
        on!(tx.conn(), c => sqlx::query(INSERT).bind(agent.0).bind(kind).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// The agent works on everything.
pub(crate) async fn forget(tx: &mut Tx, agent: PersonId) -> Result<(), StoreError> {
    const DELETE: &str = "DELETE FROM agent_kind WHERE person_id = $1";
    on!(tx.conn(), c => sqlx::query(DELETE).bind(agent.0).execute(c).await.map(drop))
}
