//! Passkeys (WebAuthn level 3): a key that lies in somebody's phone, computer or security key, and signs
//! what the desk asks, for this very address, after they have shown it their finger, face or PIN.
//!
//! That they have is asked for each time and checked (user verification), so a passkey is two factors in
//! one: what somebody has, and what they know or are. It is taken as the second step after a password,
//! and alone. Why `webauthn-rs`, and what it does not do: docs/decisions/0012-passkeys.md.
//!
//! What is asked of an authenticator, and that it is asked once: [`questions`](super::questions).

use async_recursion::async_recursion as boxed;
use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::types::Uuid;
use tresen_keys::{PersonKey, random};
use tresen_model::{PersonId, Problem, Timestamp};
use tresen_store::{Conn, StoreError, Tx, from_row, on};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder,
};

use super::FactorAdded;
use super::questions::{Purpose, refused, to_value};
use crate::accounts::Accounts;
use crate::accounts::devices::Greeting;
use crate::error::{Broken, Error};
use crate::people::factor::Factor;
use crate::people::fresh;
use crate::people::links::Purpose as Link;
use crate::people::person::{self, Presence};
use crate::people::sessions::{Entry, Opening, Session};
use crate::secret::Secret;

/// So many passkeys a person may have.
const MOST: usize = 20;

/// The longest name of a passkey, in characters.
const LONGEST_NAME: usize = 60;

/// The longest answer of a browser, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A passkey as its owner sees it.
#[derive(Clone)]
pub struct PasskeyLine {
    /// Names it in a form.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Since when it is there.
    pub since: Timestamp,
    /// When it was last used, if it was.
    pub last_used_at: Option<Timestamp>,
}

/// Passkeys belong to the host of the desk's address. `None` where that is an IP address: browsers make
/// none for those.
pub(crate) fn relying_party(public_url: &str, name: &str) -> Option<Webauthn> {
    let origin = Url::parse(public_url).ok()?;
    let host = origin.domain()?.to_owned();
    WebauthnBuilder::new(&host, &origin).ok()?.rp_name(name).build().ok()
}

struct Row {
    id: Uuid,
    credential_sealed: Vec<u8>,
    name_sealed: Vec<u8>,
    created_at: i64,
    last_used_at: Option<i64>,
}

from_row!(Row { id, credential_sealed, name_sealed, created_at, last_used_at });

impl Row {
    fn passkey(&self, key: &PersonKey) -> Result<Passkey, Broken> {
        let json = key.open("passkey.credential", self.id, &self.credential_sealed)?;
        serde_json::from_slice(&json).map_err(|_| Broken::Inconsistent("passkey.credential", self.id))
    }

    fn line(&self, key: &PersonKey) -> Result<PasskeyLine, Broken> {
        Ok(PasskeyLine {
            id: self.id.to_string(),
            name: key.open_text("passkey.name", self.id, &self.name_sealed)?,
            since: Timestamp(self.created_at),
            last_used_at: self.last_used_at.map(Timestamp),
        })
    }
}

/// How many somebody has.
pub(super) async fn count(conn: Conn<'_>, person: PersonId) -> Result<u32, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM passkey WHERE person_id = $1";
    let (count,): (i64,) = on!(conn, c => sqlx::query_as(SQL).bind(person.0).fetch_one(c).await)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Removes all; answers how many there were.
pub(super) async fn remove_all(tx: &mut Tx, person: PersonId) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM passkey WHERE person_id = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).execute(c).await.map(|done| done.rows_affected()))
}

async fn rows(conn: Conn<'_>, person: PersonId) -> Result<Vec<Row>, StoreError> {
    const SQL: &str = "SELECT id, credential_sealed, name_sealed, created_at, last_used_at FROM passkey
        WHERE person_id = $1 ORDER BY id";
    on!(conn, c => sqlx::query_as(SQL).bind(person.0).fetch_all(c).await)
}

/// All of a person's, oldest first.
pub(crate) async fn lines(
    conn: Conn<'_>,
    person: PersonId,
    key: &PersonKey,
) -> Result<Vec<PasskeyLine>, Broken> {
    rows(conn, person).await?.iter().map(|row| row.line(key)).collect()
}

fn parse<T: DeserializeOwned>(answer: &str) -> Result<T, Error> {
    if answer.len() > LONGEST_ANSWER {
        return Err(refused("the answer is too long"));
    }
    serde_json::from_str(answer).map_err(|_| refused("the answer is not understood"))
}

impl Accounts {
    fn webauthn(&self) -> Result<&Webauthn, Error> {
        self.passkeys.as_deref().ok_or(Error::NotFound)
    }

    /// Whether browsers make passkeys for the desk's address: they do for a name, and not for an IP
    /// address.
    pub fn offers_passkeys(&self) -> bool {
        self.passkeys.is_some()
    }

    /// The passkeys of whoever is logged in, oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they are being erased.
    #[boxed]
    pub async fn passkeys_of(&self, session: &Session) -> Result<Vec<PasskeyLine>, Error> {
        let (_, key) = self.people.require_person(session.person()).await?;
        let mut reader = self.store.read().await?;
        Ok(lines(reader.conn(), session.person(), &key).await?)
    }

    /// What a browser is to make a passkey of (`PublicKeyCredentialCreationOptionsJSON`).
    ///
    /// # Errors
    /// [`Error::ProofNeeded`]; [`Error::NotFound`] where there are no passkeys;
    /// [`Problem::TooManyPasskeys`] on the field `passkey`.
    #[boxed]
    pub async fn ask_for_new_passkey(&self, session: &Session) -> Result<String, Error> {
        self.people.require_fresh(session)?;
        self.people.may_enter_here(session.role())?;
        let person = session.person();
        let (row, key) = self.people.require_person(person).await?;
        let mut reader = self.store.read().await?;
        let there = rows(reader.conn(), person).await?;
        drop(reader);
        if there.len() >= MOST {
            return Err(Error::refused("passkey", Problem::TooManyPasskeys { max: MOST }));
        }
        let there: Result<Vec<Passkey>, Broken> = there.iter().map(|row| row.passkey(&key)).collect();
        let there = there?.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let email = row.email(&key)?;
        let name = row.name(&key)?;
        let shown = name.as_ref().map_or(email.as_str(), |name| name.as_str());
        let begun = self.webauthn()?.start_passkey_registration(
            self.handle_of(person),
            email.as_str(),
            shown,
            Some(there),
        );
        let (question, state) = begun.map_err(|_| refused("a question could not be made"))?;
        let challenge = question.public_key.challenge.to_vec();
        let mut question = to_value(&question.public_key);
        // One that browsers find by themselves, so that nobody has to type their address.
        question["authenticatorSelection"]["residentKey"] = json!("required");
        question["authenticatorSelection"]["requireResidentKey"] = json!(true);
        self.remember(Purpose::Register, Some((person, &key)), &challenge, &state).await?;
        Ok(question.to_string())
    }

    /// Takes the passkey that a browser has made (`RegistrationResponseJSON`). Ends all other sessions,
    /// renews this one as begun with it, and tells the person by mail.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`]; [`Problem::PasskeyRefused`] on the field `passkey`, a refusal of the name
    /// on `passkey_name`.
    #[boxed]
    pub async fn add_passkey(
        &self,
        session: &Session,
        name: &str,
        answer: &str,
    ) -> Result<FactorAdded, Error> {
        const INSERT: &str = "INSERT INTO passkey
            (id, person_id, credential_hash, credential_sealed, name_sealed, created_at)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        self.people.require_fresh(session)?;
        self.people.may_enter_here(session.role())?;
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let long = || Error::refused("passkey_name", Problem::NameTooLong { max: LONGEST_NAME });
        let name = match name.chars().count() {
            0 => return Err(Error::refused("passkey_name", Problem::NameMissing)),
            length if length > LONGEST_NAME => return Err(long()),
            _ => name,
        };
        let (_, key) = self.people.require_person(session.person()).await?;
        let (person, now) = (session.person(), self.clock.now());
        let answer: RegisterPublicKeyCredential = parse(answer)?;
        let client_data = answer.response.client_data_json.to_vec();
        let state = self.take_up_question(Purpose::Register, Some((person, &key)), &client_data).await?;
        let state: PasskeyRegistration = state;
        let passkey = self.webauthn()?.finish_passkey_registration(&answer, &state);
        let passkey = passkey.map_err(|error| refused(&error.to_string()))?;
        let id = random::id(now)?;
        let sealed = key.seal("passkey.credential", id, to_value(&passkey).to_string().as_bytes())?;
        let name = key.seal("passkey.name", id, name.as_bytes())?;
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Forbidden) };
        let inserted = on!(tx.conn(), c => sqlx::query(INSERT)
            .bind(id)
            .bind(person.0)
            .bind(self.credential_hash(passkey.cred_id()))
            .bind(sealed)
            .bind(name)
            .bind(now.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if inserted != 1 {
            return Err(refused("it is somebody's already"));
        }
        let added = self.after_adding(&mut tx, session, &key, Factor::Passkey, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(added)
    }

    /// Takes a passkey away, and with the last factor the recovery codes. Ends all other sessions, and
    /// tells the person by mail.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`]; [`Error::NotFound`] when it is not theirs, or gone;
    /// [`Problem::FactorRequired`] on the field `factor` for the last factor of somebody who has to have one.
    #[boxed]
    pub async fn remove_passkey(&self, session: &Session, id: &str) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM passkey WHERE id = $1 AND person_id = $2";
        self.people.require_fresh(session)?;
        let id = Uuid::parse_str(id).map_err(|_| Error::NotFound)?;
        let (_, key) = self.people.require_person(session.person()).await?;
        let (person, now) = (session.person(), self.clock.now());
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Forbidden) };
        let removed = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(id)
            .bind(person.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if removed != 1 {
            return Err(Error::NotFound);
        }
        self.after_removal(&mut tx, session, &key, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(())
    }

    /// What a browser is to sign so that somebody is logged in, whoever it is
    /// (`PublicKeyCredentialRequestOptionsJSON`).
    ///
    /// # Errors
    /// [`Error::NotFound`] where there are no passkeys.
    #[boxed]
    pub async fn ask_for_passkey(&self) -> Result<String, Error> {
        self.ask(Purpose::SignIn, None).await
    }

    /// The same for the second step of a login, with one of the passkeys of whoever it is.
    ///
    /// # Errors
    /// [`Error::Gone`] when the first step is over; [`Error::NotFound`] where there are no passkeys.
    #[boxed]
    pub async fn ask_for_passkey_in_second_step(&self, half: &Secret) -> Result<String, Error> {
        let person = self.people.peek(Link::SecondStep, half).await?.person;
        let (_, key) =
            self.people.require_person(person).await.map_err(|error| error.unless_broken(Error::Gone))?;
        self.ask(Purpose::SecondStep, Some((person, &key))).await
    }

    /// The same for proving again who one is.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there are no passkeys.
    #[boxed]
    pub async fn ask_for_passkey_to_confirm(&self, session: &Session) -> Result<String, Error> {
        let (_, key) = self.people.require_person(session.person()).await?;
        self.ask(Purpose::Confirm, Some((session.person(), &key))).await
    }

    /// Logs in whoever a passkey belongs to (`AuthenticationResponseJSON`). `device` is what the browser
    /// keeps from earlier.
    ///
    /// # Errors
    /// [`Problem::PasskeyRefused`] on the field `passkey`, whatever was wrong with it;
    /// [`Problem::OnlyWithProvider`] on the field `password`.
    #[boxed]
    pub async fn sign_in_with_passkey(&self, answer: &str, device: Option<&Secret>) -> Result<Entry, Error> {
        const FIND: &str = "SELECT person_id FROM passkey WHERE credential_hash = $1";
        let answer: PublicKeyCredential = parse(answer)?;
        let state = self.take_up_question(Purpose::SignIn, None, &answer.response.client_data_json).await?;
        let hash = self.credential_hash(answer.get_credential_id());
        let mut reader = self.store.read().await?;
        let found: Option<(Uuid,)> =
            on!(reader.conn(), c => sqlx::query_as(FIND).bind(hash).fetch_optional(c).await)?;
        drop(reader);
        let person = PersonId(found.ok_or_else(|| refused("it is nobody's"))?.0);
        // Whoever was not asked who they are says so themselves (WebAuthn 7.2, step 6).
        let handle = self.handle_of(person);
        if answer.get_user_unique_id() != Some(handle.as_bytes().as_slice()) {
            return Err(refused("it names somebody else"));
        }
        let owner = self.people.require_person(person).await;
        let (row, key) = owner.map_err(|error| error.unless_broken(refused("its owner is gone")))?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else {
            return Err(refused("its owner is gone"));
        };
        self.check_answer(&mut tx, person, &key, state, &answer, now).await?;
        self.people.may_enter_here(row.role()?)?;
        let greeting = Greeting { device, tell: Some(&key) };
        let entry = self.let_in(&mut tx, Opening::of(&row, Some(Factor::Passkey))?, greeting, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(entry)
    }

    /// Takes the second step of a login with a passkey.
    ///
    /// # Errors
    /// [`Error::Gone`] when the first step is over; [`Problem::PasskeyRefused`] on the field `passkey`.
    #[boxed]
    pub async fn second_step_with_passkey(
        &self,
        half: &Secret,
        answer: &str,
        device: Option<&Secret>,
    ) -> Result<Entry, Error> {
        let person = self.people.peek(Link::SecondStep, half).await?.person;
        let (row, key) =
            self.people.require_person(person).await.map_err(|error| error.unless_broken(Error::Gone))?;
        let answer: PublicKeyCredential = parse(answer)?;
        let asked = Some((person, &key));
        let state =
            self.take_up_question(Purpose::SecondStep, asked, &answer.response.client_data_json).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Gone) };
        self.check_answer(&mut tx, person, &key, state, &answer, now).await?;
        self.people.redeem(&mut tx, Link::SecondStep, half).await?;
        let greeting = Greeting { device, tell: Some(&key) };
        let entry = self.let_in(&mut tx, Opening::of(&row, Some(Factor::Passkey))?, greeting, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(entry)
    }

    /// Proves by a passkey who one is; good for ten minutes in this session, which is given back as it is now.
    ///
    /// # Errors
    /// [`Problem::PasskeyRefused`] on the field `passkey`.
    #[boxed]
    pub async fn confirm_with_passkey(&self, session: &Session, answer: &str) -> Result<Session, Error> {
        let person = session.person();
        let (_, key) = self.people.require_person(person).await?;
        let answer: PublicKeyCredential = parse(answer)?;
        let asked = Some((person, &key));
        let state = self.take_up_question(Purpose::Confirm, asked, &answer.response.client_data_json).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Forbidden) };
        self.check_answer(&mut tx, person, &key, state, &answer, now).await?;
        fresh::note(&mut tx, session, now).await?;
        tx.commit().await?;
        Ok(session.proven_at(now))
    }

    async fn ask(&self, purpose: Purpose, asked: Option<(PersonId, &PersonKey)>) -> Result<String, Error> {
        let begun = self.webauthn()?.start_discoverable_authentication();
        let (question, state) = begun.map_err(|_| refused("a question could not be made"))?;
        let challenge = question.public_key.challenge.to_vec();
        let mut question = to_value(&question.public_key);
        if let Some((person, key)) = asked {
            let mut reader = self.store.read().await?;
            let there = rows(reader.conn(), person).await?;
            drop(reader);
            let mut allowed = Vec::new();
            for row in there {
                let id = BASE64URL_NOPAD.encode(row.passkey(key)?.cred_id());
                allowed.push(json!({ "type": "public-key", "id": id }));
            }
            question["allowCredentials"] = Value::Array(allowed);
        }
        self.remember(purpose, asked, &challenge, &state).await?;
        Ok(question.to_string())
    }

    /// Checks an answer against the person's passkey as it is now, and notes its use.
    async fn check_answer(
        &self,
        tx: &mut Tx,
        person: PersonId,
        key: &PersonKey,
        state: DiscoverableAuthentication,
        answer: &PublicKeyCredential,
        now: Timestamp,
    ) -> Result<(), Error> {
        const FIND: &str = "SELECT id, credential_sealed, name_sealed, created_at, last_used_at FROM passkey
            WHERE credential_hash = $1 AND person_id = $2";
        const USED: &str = "UPDATE passkey SET credential_sealed = $2, last_used_at = $3 WHERE id = $1";
        let hash = self.credential_hash(answer.get_credential_id());
        let row: Option<Row> = on!(tx.conn(), c => sqlx::query_as(FIND)
            .bind(hash)
            .bind(person.0)
            .fetch_optional(c)
            .await)?;
        let row = row.ok_or_else(|| refused("it is not theirs"))?;
        let mut passkey = row.passkey(key)?;
        let webauthn = self.webauthn()?;
        let checked =
            webauthn.finish_discoverable_authentication_v2(answer, state, DiscoverableKey::from(&passkey));
        let checked = checked.map_err(|error| refused(&error.to_string()))?;
        if !checked.user_verified() {
            return Err(refused("its owner was not asked for finger, face or PIN"));
        }
        passkey.update_credential(&checked);
        let sealed = key.seal("passkey.credential", row.id, to_value(&passkey).to_string().as_bytes())?;
        on!(tx.conn(), c => sqlx::query(USED)
            .bind(row.id)
            .bind(sealed)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// What authenticators know a person by: random to anybody else, and for this desk alone.
    fn handle_of(&self, person: PersonId) -> Uuid {
        let hash = self.keys.master().fingerprint("passkey owner", &[person.0.as_bytes()]);
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        Uuid::from_bytes(half)
    }

    fn credential_hash(&self, id: &[u8]) -> Vec<u8> {
        self.keys.master().fingerprint("passkey", &[id]).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_has_passkeys() {
        for url in ["https://help.example.com", "http://localhost:3000", "https://help.example.com:8443"] {
            assert!(relying_party(url, "Desk").is_some(), "{url}");
        }
        for url in ["http://127.0.0.1:3000", "https://192.0.2.1", "http://[::1]:3000", "no url"] {
            assert!(relying_party(url, "Desk").is_none(), "{url}");
        }
    }
}
