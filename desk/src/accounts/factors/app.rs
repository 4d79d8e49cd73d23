//! Codes of an authenticator app: TOTP (RFC 6238) with SHA-1, six digits and thirty seconds, which is
//! what every app can do. The secret is sealed with the person's key.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use totp_rs::{Builder, Totp};
use tresen_keys::{PersonKey, random};
use tresen_model::{PersonId, Problem, Timestamp};
use tresen_store::{Conn, StoreError, Tx, from_row, on};

use super::{any, recovery};
use crate::accounts::Accounts;
use crate::error::{Broken, Error};
use crate::outbox::kinds::MailKind;
use crate::people::person::{self, Presence};
use crate::people::sessions::{Entry, Opening, Session};
use crate::people::{Factor, sessions};

/// What an app that is being set up does not finish within so many seconds has to begin again.
pub(super) const SETUP: i64 = 3600;

/// A step of thirty seconds earlier or later is taken too: clocks differ, and people type.
const TOLERANCE: u16 = 1;

/// What somebody gives their authenticator app.
pub struct AppSetup {
    /// The secret in base 32, in groups of four, to be typed.
    pub secret: String,
    /// The same as an `otpauth:` link, for a QR code.
    pub link: String,
}

/// What comes of setting up a factor.
pub struct FactorAdded {
    /// Takes the place of the session's secret.
    pub entry: Entry,
    /// The recovery codes, shown here and never again; empty when there were some before.
    pub recovery_codes: Vec<String>,
}

struct Row {
    id: Uuid,
    secret_sealed: Vec<u8>,
    last_step: i64,
}

from_row!(Row { id, secret_sealed, last_step });

/// Since when an app is set up.
pub(super) async fn since(conn: Conn<'_>, person: PersonId) -> Result<Option<Timestamp>, StoreError> {
    const SQL: &str = "SELECT confirmed_at FROM totp WHERE person_id = $1 AND confirmed_at IS NOT NULL";
    let row: Option<(i64,)> = on!(conn, c => sqlx::query_as(SQL).bind(person.0).fetch_optional(c).await)?;
    Ok(row.map(|(at,)| Timestamp(at)))
}

/// Removes the app, and one that is being set up; answers how many were good for something.
pub(super) async fn remove(tx: &mut Tx, person: PersonId) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM totp WHERE person_id = $1";
    remove_pending(tx, person).await?;
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).execute(c).await.map(|done| done.rows_affected()))
}

/// Removes one that is being set up.
async fn remove_pending(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM totp WHERE person_id = $1 AND confirmed_at IS NULL";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).execute(c).await.map(drop))
}

/// The row that is set up, or the one that is being set up since `since`.
async fn find(conn: Conn<'_>, person: PersonId, since: Option<Timestamp>) -> Result<Option<Row>, StoreError> {
    const SET_UP: &str = "SELECT id, secret_sealed, last_step FROM totp
        WHERE person_id = $1 AND confirmed_at IS NOT NULL";
    const PENDING: &str = "SELECT id, secret_sealed, last_step FROM totp
        WHERE person_id = $1 AND confirmed_at IS NULL AND created_at > $2";
    match since {
        None => on!(conn, c => sqlx::query_as(SET_UP).bind(person.0).fetch_optional(c).await),
        Some(since) => {
            on!(conn, c => sqlx::query_as(PENDING).bind(person.0).bind(since.0).fetch_optional(c).await)
        }
    }
}

impl Row {
    /// The step whose code this is, unless it was used or is older than one that was.
    fn step_of(&self, key: &PersonKey, code: &str, now: Timestamp) -> Result<Option<i64>, Broken> {
        let totp = self.totp(key, None)?;
        let code: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
        let seconds = u64::try_from(now.0 / 1_000_000).unwrap_or_default();
        let step = totp.check(&code, seconds).and_then(|step| i64::try_from(step).ok());
        Ok(step.filter(|step| *step > self.last_step))
    }

    /// `named`: what the app shows, the desk and the account.
    fn totp(&self, key: &PersonKey, named: Option<(&str, &str)>) -> Result<Totp, Broken> {
        let secret = key.open("totp.secret", self.id, &self.secret_sealed)?;
        let mut builder = Builder::new().with_skew(TOLERANCE).with_secret(secret.to_vec());
        if let Some((desk, account)) = named {
            builder = builder.with_issuer(Some(desk)).with_account_name(account);
        }
        builder.build().map_err(|_| Broken::Inconsistent("totp.secret", self.id))
    }
}

/// Uses a code of the app up. Hold the person locked. `false` for one that is wrong or was used.
pub(super) async fn redeem(
    tx: &mut Tx,
    person: PersonId,
    key: &PersonKey,
    code: &str,
    now: Timestamp,
) -> Result<bool, Broken> {
    const SQL: &str = "UPDATE totp SET last_step = $2 WHERE id = $1 AND last_step < $2";
    let Some(row) = find(tx.conn(), person, None).await? else { return Ok(false) };
    let Some(step) = row.step_of(key, code, now)? else { return Ok(false) };
    let used = on!(tx.conn(), c => sqlx::query(SQL)
        .bind(row.id)
        .bind(step)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(used == 1)
}

impl Accounts {
    /// Begins to set up an authenticator app: makes a secret, which is good for nothing until
    /// [`confirm_app`](Self::confirm_app). An app that is set up stays until then.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`].
    #[boxed]
    pub async fn begin_app(&self, session: &Session) -> Result<(), Error> {
        const INSERT: &str = "INSERT INTO totp (id, person_id, secret_sealed, created_at, last_step)
            VALUES ($1, $2, $3, $4, 0)";
        self.people.require_fresh(session)?;
        let (_, key) = self.people.require_person(session.person()).await?;
        let (person, now) = (session.person(), self.clock.now());
        let id = random::id(now)?;
        // 160 bits, as RFC 4226 (section 4) recommends.
        let sealed = key.seal("totp.secret", id, &random::bytes::<20>()?)?;
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Forbidden) };
        remove_pending(&mut tx, person).await?;
        on!(tx.conn(), c => sqlx::query(INSERT)
            .bind(id)
            .bind(person.0)
            .bind(sealed)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(())
    }

    /// What to give the app that is being set up.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`]; [`Error::NotFound`] when none is, or for longer than an hour.
    #[boxed]
    pub async fn app_setup(&self, session: &Session) -> Result<AppSetup, Error> {
        self.people.require_fresh(session)?;
        let (person, key) = self.people.require_person(session.person()).await?;
        let since = self.clock.now().plus_seconds(-SETUP);
        let mut reader = self.store.read().await?;
        let row = find(reader.conn(), session.person(), Some(since)).await?.ok_or(Error::NotFound)?;
        // A colon parts the two in the link, so neither may have one.
        let desk = self.settings.name.replace(':', " ");
        let account = person.email(&key)?.as_str().replace(':', " ");
        let totp = row.totp(&key, Some((&desk, &account)))?;
        let link = totp.to_url().map_err(|_| Broken::Inconsistent("totp.secret", row.id))?;
        let secret = totp.secret().to_base32();
        let groups: Vec<&str> =
            secret.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        Ok(AppSetup { secret: groups.join(" "), link })
    }

    /// Finishes setting up the app with a code that it shows. It takes the place of an older one. Ends all
    /// other sessions, renews this one as begun with a second factor, and tells the person by mail.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`]; [`Error::NotFound`] when none is being set up;
    /// [`Problem::CodeWrong`] on the field `code`.
    #[boxed]
    pub async fn confirm_app(&self, session: &Session, code: &str) -> Result<FactorAdded, Error> {
        const DELETE: &str = "DELETE FROM totp WHERE person_id = $1 AND confirmed_at IS NOT NULL";
        const CONFIRM: &str = "UPDATE totp SET confirmed_at = $2, last_step = $3 WHERE id = $1";
        self.people.require_fresh(session)?;
        let (_, key) = self.people.require_person(session.person()).await?;
        let (person, now) = (session.person(), self.clock.now());
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Forbidden) };
        let pending =
            find(tx.conn(), person, Some(now.plus_seconds(-SETUP))).await?.ok_or(Error::NotFound)?;
        let step = pending.step_of(&key, code, now)?.ok_or(Error::refused("code", Problem::CodeWrong))?;
        on!(tx.conn(), c => sqlx::query(DELETE).bind(person.0).execute(c).await.map(drop))?;
        on!(tx.conn(), c => sqlx::query(CONFIRM)
            .bind(pending.id)
            .bind(now.0)
            .bind(step)
            .execute(c)
            .await
            .map(drop))?;
        let added = self.after_adding(&mut tx, session, &key, Factor::App, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(added)
    }

    /// After a factor was set up, within the transaction that did it: makes recovery codes where there are
    /// none, ends all sessions, begins one with the factor, and tells the person.
    pub(crate) async fn after_adding(
        &self,
        tx: &mut Tx,
        session: &Session,
        key: &PersonKey,
        factor: Factor,
        now: Timestamp,
    ) -> Result<FactorAdded, Error> {
        // The session that begins here has no end of its own, which one by a provider has.
        self.people.may_enter_here(session.role())?;
        let person = session.person();
        debug_assert!(any(tx.conn(), person).await?, "the factor is not there");
        let recovery_codes = match recovery::left(tx.conn(), person).await? {
            0 => self.make_recovery_codes(tx, person, now).await?,
            _ => Vec::new(),
        };
        sessions::sign_out(tx, person, now).await?;
        let opening = Opening { factor: Some(factor), ends_at: None, ..session.again() };
        let session = self.people.begin_session(tx, opening, now).await?;
        let device = self.remember_device(tx, person, now).await?;
        self.outbox.tell(tx, person, key, MailKind::FactorAdded, now).await?;
        Ok(FactorAdded { entry: Entry { session, device }, recovery_codes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, its last six digits.
        let key = PersonKey::random().expect("randomness");
        let id = Uuid::nil();
        let sealed = key.seal("totp.secret", id, b"12345678901234567890").expect("randomness");
        let row = |last_step| Row { id, secret_sealed: sealed.clone(), last_step };
        let at = |seconds: i64| Timestamp(seconds * 1_000_000);
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let step = seconds / 30;
            assert_eq!(row(0).step_of(&key, code, at(seconds)).expect("opens"), Some(step));
            // One step earlier or later, and no further.
            assert_eq!(row(0).step_of(&key, code, at(seconds + 30)).expect("opens"), Some(step));
            assert_eq!(row(0).step_of(&key, code, at(seconds - 30)).expect("opens"), Some(step));
            assert_eq!(row(0).step_of(&key, code, at(seconds + 60)).expect("opens"), None);
            // Once.
            assert_eq!(row(step).step_of(&key, code, at(seconds)).expect("opens"), None);
            assert_eq!(row(step - 1).step_of(&key, code, at(seconds)).expect("opens"), Some(step));
        }
        for typed in ["287 082", " 287082\n"] {
            assert_eq!(row(0).step_of(&key, typed, at(59)).expect("opens"), Some(1), "{typed}");
        }
        for wrong in ["", "28708", "2870822", "+87082", "٢٨٧٠٨٢", "287083"] {
            assert_eq!(row(0).step_of(&key, wrong, at(59)).expect("opens"), None, "{wrong}");
        }
    }
}
