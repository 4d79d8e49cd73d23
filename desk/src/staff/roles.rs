//! What a person may do, and what comes with a change of it.

use tresen_model::{PersonId, Role, Timestamp};
use tresen_store::{Tx, on};

use crate::error::Broken;
use crate::people::{kinds, sessions};
use crate::requests::change;
use crate::tokens;

/// Gives a person another role. Nothing of the old one goes on: they are signed out, only an agent is
/// kept to request types, and what somebody who becomes a customer worked on waits for somebody else.
pub(crate) async fn change(tx: &mut Tx, person: PersonId, role: Role, now: Timestamp) -> Result<(), Broken> {
    const SQL: &str = "UPDATE person SET role = $2 WHERE id = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).bind(role.as_str()).execute(c).await.map(drop))?;
    if role != Role::Agent {
        kinds::forget(tx, person).await?;
    }
    if role == Role::Customer {
        change::release_unseen(tx, person, now).await?;
    }
    sessions::sign_out(tx, person, now).await?;
    tokens::end_all_of(tx, person).await?;
    Ok(())
}
