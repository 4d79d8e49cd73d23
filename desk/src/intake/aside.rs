//! Messages that could not be handled: kept whole, sealed, with the reason, until an admin has
//! looked. They belong to nobody that we know, so each has a key of its own in the key store.

use async_recursion::async_recursion as boxed;
use serde::{Deserialize, Serialize};
use sqlx::types::Uuid;
use tresen_keys::{PersonKey, random};
use tresen_mail::Limits;
use tresen_model::{AsideReason, EmailAddress, IntakeChannel, Timestamp};
use tresen_store::{Tx, from_row, on};
use zeroize::Zeroizing;

use super::addresses::{addresses, can_be_found, hold};
use super::identify::claim;
use super::{Envelope, Identity, TakenIn};
use crate::error::{Broken, Error};
use crate::intake::Intake;
use crate::needles::Needles;
use crate::outbox::enqueue::Payload;
use crate::outbox::kinds::MailKind;
use crate::people::Agent;
use crate::people::own_links::blocking;
use crate::requests::counts::set_aside;

/// A message that was set aside. Its text is known only to whoever downloads it.
#[derive(Clone, PartialEq, Eq)]
pub struct AsideMessage {
    /// Its id.
    pub id: Uuid,
    /// Why.
    pub reason: AsideReason,
    /// Bytes.
    pub size: u64,
    /// How it came.
    pub channel: IntakeChannel,
    /// When.
    pub at: Timestamp,
    /// From, as far as it can be read; may be empty.
    pub from: String,
    /// The subject, as far as it can be read; may be empty.
    pub subject: String,
}

impl std::fmt::Debug for AsideMessage {
    /// Without who wrote and about what.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, reason, .. } = self;
        f.debug_struct("AsideMessage").field("id", id).field("reason", reason).finish_non_exhaustive()
    }
}

/// What is shown of a message in the list.
#[derive(Default, Serialize, Deserialize)]
struct Summary {
    from: String,
    subject: String,
}

impl Summary {
    /// Reads the header alone; empty where even that goes wrong.
    async fn read(raw: &[u8]) -> Result<Self, Broken> {
        let head = raw[..raw.len().min(MOST_HEADER)].to_vec();
        let read = blocking(move || {
            let headers_only = Limits { bytes: 0, ..Limits::default() };
            let message = tresen_mail::read(&head, &headers_only);
            let named = message.from.as_ref().map(|from| from.address.as_str().to_owned());
            let from = Some(message.from_line).filter(|line| !line.is_empty()).or(named);
            Self { from: from.unwrap_or_default(), subject: message.subject }
        });
        Ok(read.await?.unwrap_or_default())
    }
}

/// What the channel knew, kept with the message so that it can be tried again.
#[derive(Serialize, Deserialize)]
struct Kept {
    recipients: Vec<String>,
    return_path: Option<String>,
    kind: Option<String>,
}

struct Row {
    id: Uuid,
    size: i64,
    reason: String,
    channel: String,
    at: i64,
    summary_sealed: Option<Vec<u8>>,
}

from_row!(Row { id, size, reason, channel, at, summary_sealed });

/// Seconds between two mails to an admin about what is set aside: a day, less what the hourly rounds
/// may drift.
const TELL_EVERY: i64 = 24 * 3600 - 60;

/// Bytes of a message in which From and subject are looked for.
const MOST_HEADER: usize = 256 * 1024;

impl Intake {
    /// Sets a message aside. Set aside already is fine.
    pub(super) async fn put_aside(
        &self,
        raw: &[u8],
        envelope: &Envelope,
        identity: &Identity,
        reason: AsideReason,
    ) -> Result<TakenIn, Error> {
        const SQL: &str =
            "INSERT INTO mail_aside (id, fingerprint, message_sealed, size, reason, channel, at, summary_sealed,
            addresses_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (fingerprint) DO NOTHING";
        let now = self.clock.now();
        let id = random::id(now)?;
        let kept = Kept {
            recipients: envelope.recipients.clone(),
            return_path: envelope.return_path.clone(),
            kind: envelope.kind.clone(),
        };
        let Ok(mut message) = serde_json::to_vec(&kept).map(Zeroizing::new) else {
            unreachable!("strings are JSON")
        };
        message.push(b'\n');
        message.extend_from_slice(raw);
        let key = PersonKey::random()?;
        let sealed = key.seal("mail_aside.message", id, &message)?;
        let Ok(summary) = serde_json::to_vec(&Summary::read(raw).await?).map(Zeroizing::new) else {
            unreachable!("strings are JSON")
        };
        let summary = key.seal("mail_aside.summary", id, &summary)?;
        let addresses = match addresses_of(raw, envelope).await?.map(Zeroizing::new) {
            Some(addresses) => Some(key.seal("mail_aside.addresses", id, addresses.as_bytes())?),
            None => None,
        };
        self.keys.add_aside(id, &key).await?;
        let mut tx = self.store.write().await?;
        let stored = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(id)
            .bind(identity.fingerprint.as_slice())
            .bind(sealed)
            .bind(i64::try_from(raw.len()).unwrap_or(i64::MAX))
            .bind(reason.as_str())
            .bind(envelope.channel.as_str())
            .bind(now.0)
            .bind(summary)
            .bind(addresses)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        tx.commit().await?;
        if stored == 0 {
            self.keys.delete_asides(&[id]).await?;
            return Ok(TakenIn::Known);
        }
        tracing::warn!(message = %id, reason = reason.as_str(), "a message was set aside");
        Ok(TakenIn::Aside)
    }

    /// The messages that were set aside, the newest first, at most a thousand.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin.
    #[boxed]
    pub async fn set_aside(&self, admin: &Agent) -> Result<Vec<AsideMessage>, Error> {
        const SQL: &str = "SELECT id, size, reason, channel, at, summary_sealed FROM mail_aside
            ORDER BY at DESC, id DESC LIMIT 1000";
        admin.require_admin()?;
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> = on!(reader.conn(), c => sqlx::query_as(SQL).fetch_all(c).await)?;
        drop(reader);
        let keys = self.keys.aside_keys().await?;
        let shown = |row: Row| {
            let broken = || Broken::Inconsistent("mail_aside", row.id);
            let opened = |(sealed, key): (&Vec<u8>, &PersonKey)| {
                let summary = key.open("mail_aside.summary", row.id, sealed)?;
                serde_json::from_slice(&summary).map_err(|_| broken())
            };
            let sealed = row.summary_sealed.as_ref().zip(keys.get(&row.id));
            let summary = Broken::pass_over(sealed.map(opened).transpose())?;
            let reason = match summary {
                Some(_) => AsideReason::parse(&row.reason).ok_or_else(broken)?,
                None => AsideReason::Damaged,
            };
            // Earlier versions kept none.
            let Summary { from, subject } = summary.flatten().unwrap_or_default();
            Ok(AsideMessage {
                id: row.id,
                reason,
                size: row.size.cast_unsigned(),
                channel: IntakeChannel::parse(&row.channel).ok_or_else(broken)?,
                at: Timestamp(row.at),
                from,
                subject: self.people.shown(subject),
            })
        };
        rows.into_iter().map(shown).collect()
    }

    /// Puts a mail to each admin into the outbox while anything is set aside, at most one a day. It
    /// says how much, and where.
    pub(crate) async fn tell_of_asides(&self) -> Result<(), Broken> {
        let count = set_aside(self.store.read().await?.conn()).await?;
        if count == 0 {
            return Ok(());
        }
        let since = Timestamp(self.clock.now().plus_seconds(-TELL_EVERY).0 + 1);
        let payload = || Payload { aside: Some(count), ..Payload::default() };
        self.outbox.tell_admins(MailKind::SetAside, since, payload).await
    }

    /// Returns a message that was set aside, in its length, with secrets of our links overwritten.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin, [`Error::NotFound`].
    #[boxed]
    pub async fn aside_message(&self, admin: &Agent, id: Uuid) -> Result<Vec<u8>, Error> {
        admin.require_admin()?;
        let (_, raw) = Broken::pass_over(self.open_aside(id).await)?.flatten().ok_or(Error::NotFound)?;
        Ok(self.people.overwrite_secrets(raw).await?)
    }

    /// Deletes a message that was set aside. It is not taken in again.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin, [`Error::NotFound`].
    #[boxed]
    pub async fn delete_aside(&self, admin: &Agent, id: Uuid) -> Result<(), Error> {
        admin.require_admin()?;
        if self.discard_asides(&[id]).await? == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Tries again to take in a message that was set aside, such as after an update.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin, [`Error::NotFound`], and those of
    /// [`take_in`](Self::take_in).
    #[boxed]
    pub async fn retry_aside(&self, admin: &Agent, id: Uuid) -> Result<TakenIn, Error> {
        admin.require_admin()?;
        let (envelope, raw) =
            Broken::pass_over(self.open_aside(id).await)?.flatten().ok_or(Error::NotFound)?;
        let taken = self.take(&raw, &envelope, true).await?;
        if taken != TakenIn::Known {
            // Its row went with the commit.
            self.keys.delete_asides(&[id]).await?;
            return Ok(taken);
        }
        // It cannot be handled still, and stays where it is.
        Ok(TakenIn::Aside)
    }

    /// Opens a message that was set aside; `None` when it is gone.
    pub(crate) async fn open_aside(&self, id: Uuid) -> Result<Option<(Envelope, Vec<u8>)>, Broken> {
        const SQL: &str = "SELECT message_sealed, channel FROM mail_aside WHERE id = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(Vec<u8>, String)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        drop(reader);
        let Some((sealed, channel)) = row else { return Ok(None) };
        let Some(key) = self.keys.aside(id).await? else { return Ok(None) };
        let opened = key.open("mail_aside.message", id, &sealed)?;
        let broken = || Broken::Inconsistent("mail_aside", id);
        let end = opened.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
        let kept: Kept = serde_json::from_slice(&opened[..end]).map_err(|_| broken())?;
        let envelope = Envelope {
            channel: IntakeChannel::parse(&channel).ok_or_else(broken)?,
            recipients: kept.recipients,
            return_path: kept.return_path,
            kind: kept.kind,
        };
        Ok(Some((envelope, opened[end + 1..].to_vec())))
    }

    /// Deletes messages that were set aside, with their keys, and says how many there were. They
    /// stay known.
    async fn discard_asides(&self, ids: &[Uuid]) -> Result<usize, Broken> {
        const FIND: &str = "SELECT fingerprint FROM mail_aside WHERE id = $1";
        let now = self.clock.now();
        let mut found = 0;
        let mut tx = self.store.write().await?;
        for id in ids {
            let row: Option<(Vec<u8>,)> =
                on!(tx.conn(), c => sqlx::query_as(FIND).bind(id).fetch_optional(c).await)?;
            let fingerprint = row.and_then(|(fingerprint,)| <[u8; 32]>::try_from(fingerprint).ok());
            if let Some(fingerprint) = fingerprint {
                found += 1;
                if !claim(&mut tx, &fingerprint, "discarded", now.0).await? {
                    delete_row(&mut tx, *id).await?;
                }
            }
        }
        tx.commit().await?;
        self.keys.delete_asides(ids).await?;
        if found > 0 {
            self.store.forget_traces_soon().await;
        }
        Ok(found)
    }

    /// Deletes what was set aside too long ago, and what has lost its key or its row in a crash or
    /// in a restored backup.
    pub(crate) async fn tidy_asides(&self) -> Result<(), Broken> {
        const OLD: &str = "SELECT id FROM mail_aside WHERE at < $1";
        const ALL: &str = "SELECT id FROM mail_aside";
        // In this order: what is set aside meanwhile has its key before its row.
        let rows = self.store.ids(ALL).await?;
        let keys = self.keys.asides().await?;
        let days = i64::from(self.settings.retention.set_aside_days);
        let before = self.clock.now().plus_seconds(-days * 24 * 3600);
        let mut reader = self.store.read().await?;
        let old: Vec<(Uuid,)> =
            on!(reader.conn(), c => sqlx::query_as(OLD).bind(before.0).fetch_all(c).await)?;
        drop(reader);
        let mut gone: Vec<Uuid> = old.into_iter().map(|(id,)| id).collect();
        gone.extend(rows.difference(&keys));
        if !gone.is_empty() {
            self.discard_asides(&gone).await?;
        }
        let rows = self.store.ids(ALL).await?;
        // A key that is new may belong to a row that is written just now: it has a day.
        let settled = random::id(self.clock.now().plus_seconds(-24 * 3600))?;
        let lost: Vec<Uuid> = keys.iter().copied().filter(|id| !rows.contains(id) && *id < settled).collect();
        Ok(self.keys.delete_asides(&lost).await?)
    }

    /// Deletes every message that was set aside and holds an address, in whatever form, for good. One that is
    /// damaged tells nobody anything; it stays, and admins see that it is damaged.
    pub(crate) async fn delete_asides_with(&self, address: &EmailAddress) -> Result<(), Broken> {
        const FIND: &str = "SELECT fingerprint FROM mail_aside WHERE id = $1";
        let Ok(needles) = Needles::parse(address.as_str()) else {
            // So short an address would be found in everything.
            return Ok(());
        };
        let needles = std::sync::Arc::new(needles);
        let mut gone = Vec::new();
        let mut fingerprints = Vec::new();
        for id in self.asides_that_may_hold(address).await? {
            let Some(opened) = Broken::pass_over(self.open_aside(id).await)? else {
                self.mark_damaged(id).await?;
                continue;
            };
            let Some((envelope, raw)) = opened else { continue };
            let needles = std::sync::Arc::clone(&needles);
            let found = tokio::task::spawn_blocking(move || {
                needles.occur_in(&raw)
                    || envelope.return_path.iter().any(|path| needles.occur_in(path.as_bytes()))
            });
            if !found.await.map_err(|_| Broken::Task)? {
                continue;
            }
            let mut reader = self.store.read().await?;
            let row: Option<(Vec<u8>,)> =
                on!(reader.conn(), c => sqlx::query_as(FIND).bind(id).fetch_optional(c).await)?;
            fingerprints.extend(row.and_then(|(fingerprint,)| <[u8; 32]>::try_from(fingerprint).ok()));
            gone.push(id);
        }
        if !gone.is_empty() {
            self.keys.remember_messages(&fingerprints).await?;
            self.discard_asides(&gone).await?;
        }
        Ok(())
    }
}

/// The addresses in a message that is to be set aside; `None` when they cannot tell what it holds.
async fn addresses_of(raw: &[u8], envelope: &Envelope) -> Result<Option<String>, Broken> {
    let path = envelope.return_path.as_deref().unwrap_or_default();
    let all = [path.as_bytes(), b"\n", raw].concat();
    Ok(blocking(move || addresses(&all)).await?.flatten())
}

impl Intake {
    /// The messages that hold an address by what was noted when they were set aside, and those of which nothing was.
    async fn asides_that_may_hold(&self, address: &EmailAddress) -> Result<Vec<Uuid>, Broken> {
        const SQL: &str = "SELECT id, addresses_sealed FROM mail_aside WHERE id > $1 ORDER BY id LIMIT 200";
        let is_simple = can_be_found(address);
        let keys = self.keys.aside_keys().await?;
        let may_hold = |id: Uuid, sealed: Option<&[u8]>| {
            let (Some(sealed), Some(key)) = (sealed, keys.get(&id)) else { return true };
            key.open_text("mail_aside.addresses", id, sealed).map_or(true, |all| hold(&all, address))
        };
        let (mut some, mut after) = (Vec::new(), Uuid::nil());
        let mut reader = self.store.read().await?;
        loop {
            let rows: Vec<(Uuid, Option<Vec<u8>>)> =
                on!(reader.conn(), c => sqlx::query_as(SQL).bind(after).fetch_all(c).await)?;
            let Some((last, _)) = rows.last() else { return Ok(some) };
            after = *last;
            let holders =
                rows.into_iter().filter(|(id, sealed)| !is_simple || may_hold(*id, sealed.as_deref()));
            some.extend(holders.map(|(id, _)| id));
        }
    }

    async fn mark_damaged(&self, id: Uuid) -> Result<(), Broken> {
        const SQL: &str = "UPDATE mail_aside SET reason = $2 WHERE id = $1";
        let reason = AsideReason::Damaged.as_str();
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL).bind(id).bind(reason).execute(c).await.map(drop))?;
        Ok(tx.commit().await?)
    }
}

async fn delete_row(tx: &mut Tx, id: Uuid) -> Result<(), Broken> {
    const SQL: &str = "DELETE FROM mail_aside WHERE id = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(id).execute(c).await.map(drop))?;
    Ok(())
}
