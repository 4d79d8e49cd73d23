//! What an authenticator is asked to sign. Each question is good once, for five minutes, and for what it was
//! asked for.

use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::types::Uuid;
use tresen_keys::{PersonKey, random};
use tresen_model::{PersonId, Problem, Timestamp};
use tresen_store::{StoreError, Tx, on};

use crate::accounts::Accounts;
use crate::error::{Broken, Error};
use crate::people::person::{self, Presence};

/// So many seconds a question is good for.
const PATIENCE: i64 = 300;

/// What an authenticator is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Register,
    SignIn,
    SecondStep,
    Confirm,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign-in",
            Self::SecondStep => "second-step",
            Self::Confirm => "confirm",
        }
    }
}

/// Forgets questions that are no longer good.
pub(super) async fn tidy_up(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM challenge WHERE expires_at < $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(now.0).execute(c).await.map(drop))
}

/// The one sentence for whatever was wrong with an answer. The log says which check it was.
pub(super) fn refused(why: &str) -> Error {
    tracing::info!(why, "a passkey was not taken");
    Error::refused("passkey", Problem::PasskeyRefused)
}

impl Accounts {
    /// Remembers a question. What was asked of somebody is sealed with their key.
    pub(super) async fn remember(
        &self,
        purpose: Purpose,
        asked: Option<(PersonId, &PersonKey)>,
        challenge: &[u8],
        state: &impl Serialize,
    ) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO challenge (id, challenge_hash, purpose, person_id, state, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let now = self.clock.now();
        let id = random::id(now)?;
        let state = to_value(state).to_string().into_bytes();
        let state = match asked {
            Some((_, key)) => key.seal("challenge.state", id, &state)?,
            None => state,
        };
        let mut tx = self.store.write().await?;
        if let Some((person, _)) = asked {
            let Presence::Here = person::touch(&mut tx, person, now).await? else {
                return Err(Error::Forbidden);
            };
        }
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(id)
            .bind(self.challenge_hash(challenge))
            .bind(purpose.as_str())
            .bind(asked.map(|(person, _)| person.0))
            .bind(state)
            .bind(now.plus_seconds(PATIENCE).0)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes up the question that an answer is to. It is used up then, whatever the answer is worth.
    pub(super) async fn take_up_question<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        asked: Option<(PersonId, &PersonKey)>,
        client_data: &[u8],
    ) -> Result<T, Error> {
        #[derive(Deserialize)]
        struct ClientData {
            challenge: String,
        }
        const SQL: &str = "DELETE FROM challenge WHERE challenge_hash = $1 AND purpose = $2
            AND person_id IS NOT DISTINCT FROM $3 AND expires_at > $4 RETURNING id, state";
        let data: ClientData =
            serde_json::from_slice(client_data).map_err(|_| refused("the answer is not understood"))?;
        let challenge = BASE64URL_NOPAD.decode(data.challenge.as_bytes());
        let challenge = challenge.map_err(|_| refused("the answer is not understood"))?;
        let mut tx = self.store.write().await?;
        let row: Option<(Uuid, Vec<u8>)> = on!(tx.conn(), c => sqlx::query_as(SQL)
            .bind(self.challenge_hash(&challenge))
            .bind(purpose.as_str())
            .bind(asked.map(|(person, _)| person.0))
            .bind(self.clock.now().0)
            .fetch_optional(c)
            .await)?;
        tx.commit().await?;
        let (id, state) = row.ok_or_else(|| refused("nobody asked, or it was answered, or too long ago"))?;
        let opened = match asked {
            Some((_, key)) => key.open("challenge.state", id, &state)?.to_vec(),
            None => state,
        };
        Ok(serde_json::from_slice(&opened).map_err(|_| Broken::Inconsistent("challenge.state", id))?)
    }

    fn challenge_hash(&self, challenge: &[u8]) -> Vec<u8> {
        self.keys.master().fingerprint("passkey question", &[challenge]).to_vec()
    }
}

/// All that is made JSON of here is maps with names for keys.
pub(super) fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
