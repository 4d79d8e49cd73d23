//! Tokens that people make for themselves, on the page of their account.

use async_recursion::async_recursion as boxed;
use data_encoding::BASE64URL_NOPAD;
use tresen_model::{Problem, Timestamp};
use tresen_store::{Tx, on};

use super::rows::{self, New, Owner};
use super::scope::Scopes;
use crate::error::{Broken, Error, Refusals};
use crate::people::Session;
use crate::people::audit::audit;
use crate::people::person::{self, Presence};
use crate::secret::Secret;
use crate::tokens::Tokens;

/// The most tokens that one person may have.
const MOST: usize = 20;

/// The longest life of a token that is not endless, in days.
const LONGEST: u32 = 3650;

/// The longest life of a token of somebody who signs in with a provider, in days. Such a token always ends: whoever
/// leaves the organisation signs in no more, and their role is not looked at again.
const LONGEST_VOUCHED: u32 = 30;

/// What a person asks for.
pub struct NewToken<'a> {
    /// Their name for it.
    pub name: &'a str,
    /// What it may do.
    pub scopes: Scopes,
    /// The days until it ends by itself.
    pub days: Option<u32>,
}

/// A token as its owner sees it.
#[derive(Clone)]
pub struct TokenLine {
    /// Names it in a form. It is no help in using it.
    pub handle: String,
    /// Its owner's name for it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to about five minutes.
    pub last_used_at: Option<Timestamp>,
}

impl Tokens {
    /// Makes a token for the person who is signed in. The secret is shown here and never again.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`]; [`Error::FactorNeeded`] for an agent who signed in without the second factor that
    /// they need; [`Error::Restricted`]; refusals of `name`, `scopes` (none, or one that their role has not) and
    /// `days`.
    #[boxed]
    pub async fn make_token(&self, session: &Session, new: &NewToken<'_>) -> Result<Secret, Error> {
        let role = session.role();
        if role.is_staff() {
            session.agent()?;
        }
        self.people.require_fresh(session)?;
        let mut refusals = Refusals::default();
        let name = refusals.take("name", rows::name(new.name));
        if new.scopes.is_empty() {
            refusals.note("scopes", Problem::ScopesMissing);
        } else if new.scopes.iter().any(|scope| !scope.is_for(role)) {
            refusals.note("scopes", Problem::ChoiceUnknown);
        }
        let longest = if session.is_vouched_for() { LONGEST_VOUCHED } else { LONGEST };
        let endless = new.days.is_none() && session.is_vouched_for();
        if endless || new.days.is_some_and(|days| days == 0 || days > longest) {
            refusals.note("days", Problem::ChoiceUnknown);
        }
        let Some(name) = name.filter(|_| refusals.is_empty()) else { return Err(refusals.into_error()) };
        let (row, key) = self.people.require_person(session.person()).await?;
        if row.is_restricted() {
            return Err(Error::Restricted);
        }
        let secret = Secret::random().map_err(Broken::from)?;
        let (hash, now) = (self.api_token_hash(&secret), self.clock.now());
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, session.person(), now).await? else {
            return Err(Error::Forbidden);
        };
        if rows::of_person(tx.conn(), session.person()).await?.len() >= MOST {
            tx.rollback().await?;
            return Err(Error::refused("name", Problem::TooManyTokens { max: MOST }));
        }
        let row = New {
            owner: Owner::Person(session.person(), &key, name),
            scopes: &new.scopes,
            staff: role.is_staff(),
            expires_at: rows::ends(now, new.days),
        };
        rows::insert(&mut tx, &hash, &row, now).await?;
        audit(&mut tx, "token-made", &serde_json::json!({ "scopes": new.scopes.words() }), now).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// The tokens of the person who is signed in, oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they are being erased.
    #[boxed]
    pub async fn tokens_of(&self, session: &Session) -> Result<Vec<TokenLine>, Error> {
        let key = self.keys.get(session.person()).await?.ok_or(Error::Forbidden)?;
        let mut reader = self.store.read().await?;
        let mut lines = Vec::new();
        for row in rows::of_person(reader.conn(), session.person()).await? {
            lines.push(TokenLine {
                handle: self.token_handle(&row.secret_hash),
                name: key.open_text("api_token.name", rows::place(&row.secret_hash), &row.name_sealed)?,
                scopes: Scopes::read(&row.scopes),
                created_at: Timestamp(row.created_at),
                expires_at: row.expires_at.map(Timestamp),
                last_used_at: row.last_used_at.map(Timestamp),
            });
        }
        Ok(lines)
    }

    /// Ends one of the person's own tokens at once. One that is gone already is fine.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn end_token(&self, session: &Session, handle: &str) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        for row in rows::of_person(tx.conn(), session.person()).await? {
            if self.token_handle(&row.secret_hash) == handle {
                remove(&mut tx, &row.secret_hash).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    fn token_handle(&self, hash: &[u8]) -> String {
        let named = self.keys.master().fingerprint("token handle", &[hash]);
        BASE64URL_NOPAD.encode(&named[..12])
    }
}

async fn remove(tx: &mut Tx, hash: &[u8]) -> Result<(), Broken> {
    const SQL: &str = "DELETE FROM api_token WHERE secret_hash = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(hash).execute(c).await.map(drop))?;
    Ok(())
}
