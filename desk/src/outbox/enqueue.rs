//! The outbox: a mail is a row in the transaction that caused it.

use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::{PersonKey, random};
use tresen_model::{CommentId, EmailAddress, PersonId, RequestId, Timestamp};
use tresen_store::{StoreError, Tx, dialect, from_row, on};

use crate::error::Broken;
use crate::outbox::Outbox;
use crate::outbox::kinds::MailKind;
use crate::people::kinds::seen_by;
use crate::people::person::{self, PersonRow};

/// An address that nobody has proven gets at most so many mails an hour, and one of each group of
/// kinds, whatever is typed into forms: the desk is no way to annoy a stranger, and no stranger can
/// keep somebody's links from them.
const MOST_AN_HOUR: i64 = 3;

/// A mail that is to be sent.
pub(crate) struct Mail<'a> {
    /// Whose it is: their key seals it, their erasure deletes it.
    pub(crate) person: PersonId,
    pub(crate) key: &'a PersonKey,
    pub(crate) kind: MailKind,
    pub(crate) request: Option<RequestId>,
    pub(crate) comment: Option<CommentId>,
    pub(crate) payload: Payload,
    /// The person's row, where the caller has it.
    pub(crate) receiver: Option<&'a PersonRow>,
}

/// What the mail needs beyond what is stored anyway.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Payload {
    /// Another address than the person's.
    pub(crate) to: Option<String>,
    /// The secret of the link to the request.
    pub(crate) request: Option<String>,
    /// The secret of the link that the mail is about.
    pub(crate) action: Option<String>,
    /// Whoever caused the mail did not show that the address is theirs: it repeats nothing
    /// that was typed, however well the address is known.
    #[serde(default)]
    pub(crate) by_stranger: bool,
    /// The Message-ID of the mail that it answers, without angle brackets.
    #[serde(default)]
    pub(crate) answers: Option<String>,
    /// The request is resolved with the answer that the mail carries.
    #[serde(default)]
    pub(crate) resolved: bool,
    /// How many messages are set aside.
    #[serde(default)]
    pub(crate) aside: Option<u32>,
}

impl Outbox {
    /// An agent who wants to know gets a mail when a customer wrote in a request of theirs, unless
    /// one about it waits already. Wake the worker after the commit.
    pub(crate) async fn tell_assignee(
        &self,
        tx: &mut Tx,
        request: RequestId,
        now: Timestamp,
    ) -> Result<(), Broken> {
        let sql = format!(
            "SELECT person.id FROM request JOIN person ON person.id = request.assignee_id
            WHERE request.id = $1 AND person.mail_news = $2 AND person.role <> 'customer'
            AND person.state = 'active' AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.request_id = $1
            AND outbox.person_id = person.id AND outbox.kind = $3 AND outbox.state = 'queued') AND {}",
            seen_by("person.id", "request.kind")
        );
        let kind = MailKind::AgentNews;
        let agent: Option<(Uuid,)> = on!(tx.conn(), c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(request.0)
            .bind(true)
            .bind(kind.as_str())
            .fetch_optional(c)
            .await)?;
        let Some((agent,)) = agent else { return Ok(()) };
        let Some(key) = self.keys.get(PersonId(agent)).await? else { return Ok(()) };
        let payload = Payload::default();
        let (person, request) = (PersonId(agent), Some(request));
        let mail = Mail { person, key: &key, kind, request, comment: None, payload, receiver: None };
        self.enqueue(tx, mail, now).await
    }

    /// Puts a mail into the outbox, unless it could never be sent to the person's address. Wake the
    /// worker after the commit.
    pub(crate) async fn enqueue(&self, tx: &mut Tx, mail: Mail<'_>, now: Timestamp) -> Result<(), Broken> {
        const SQL: &str = "INSERT INTO outbox (id, person_id, request_id, comment_id, kind, payload_sealed,
            lane, state, attempts, next_attempt_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $8, 'queued', 0, $7, $7)";
        let to = match &mail.payload.to {
            Some(to) => {
                EmailAddress::parse(to).map_err(|_| Broken::Inconsistent("outbox.to", mail.person.0))?
            }
            None => match mail.receiver {
                Some(row) => row.email(mail.key)?,
                // Without a row they are being erased, and no mail is for them.
                None => match person::find(tx.conn(), mail.person).await? {
                    Some(row) => row.email(mail.key)?,
                    None => return Ok(()),
                },
            },
        };
        if mail.payload.to.is_none() && !to.can_be_answered() {
            return Ok(());
        }
        let id = random::id(now)?;
        let Ok(payload) = serde_json::to_vec(&mail.payload) else { unreachable!("strings are JSON") };
        let payload = mail.key.seal("outbox.payload", id, &payload)?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(id)
            .bind(mail.person.0)
            .bind(mail.request.map(|request| request.0))
            .bind(mail.comment.map(|comment| comment.0))
            .bind(mail.kind.as_str())
            .bind(payload)
            .bind(now.0)
            .bind(self.lane_of(&to).0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Mails a person that something about their account is as it was not before.
    pub(crate) async fn tell(
        &self,
        tx: &mut Tx,
        person: PersonId,
        key: &PersonKey,
        kind: MailKind,
        now: Timestamp,
    ) -> Result<(), Broken> {
        let payload = Payload::default();
        self.enqueue(
            tx,
            Mail { person, key, kind, request: None, comment: None, payload, receiver: None },
            now,
        )
        .await
    }

    /// Whether an unproven address has had its share of mails for this hour: three, and one of each
    /// group of kinds. If not, the one that is about to be sent is counted: the rows of the outbox
    /// outlast a restart, the other count knows of mails to the same mailbox that belong to somebody
    /// else.
    pub(crate) async fn had_enough_mail(
        &self,
        tx: &mut Tx,
        (receiver, key): (&PersonRow, &PersonKey),
        kind: MailKind,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        if receiver.proven_at.is_some() {
            return Ok(false);
        }
        Ok(!self.may_mail(tx, PersonId(receiver.id), &receiver.email(key)?, kind, now).await?)
    }

    /// The same for new addresses, which nobody has proven either, however well the person
    /// who asks is known, and however many people ask.
    pub(crate) async fn proved_enough_addresses(
        &self,
        tx: &mut Tx,
        person: PersonId,
        to: &EmailAddress,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        let kind = MailKind::AddressProve;
        let sent = sent_within_the_hour(tx, person, kind.group(), now).await?;
        Ok(sent >= MOST_AN_HOUR || !self.limits.may_mail_unproven(tx, to, kind.as_str(), now).await?)
    }

    async fn may_mail(
        &self,
        tx: &mut Tx,
        person: PersonId,
        to: &EmailAddress,
        kind: MailKind,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        let group = match kind.group() {
            [] => std::slice::from_ref(&kind),
            group => group,
        };
        let name = group[0].as_str();
        if sent_within_the_hour(tx, person, &[], now).await? < MOST_AN_HOUR {
            return self.limits.may_mail_unproven(tx, to, name, now).await;
        }
        Ok(sent_within_the_hour(tx, person, group, now).await? == 0
            && self.limits.may_mail_first_of(tx, to, name, now).await?)
    }
}

/// How many mails of some kinds a person was sent within the last hour; of all kinds, where none is named.
async fn sent_within_the_hour(
    tx: &mut Tx,
    person: PersonId,
    kinds: &[MailKind],
    now: Timestamp,
) -> Result<i64, StoreError> {
    let among = match kinds {
        [] => String::new(),
        kinds => format!(" AND kind IN {}", dialect::places(3, kinds.len())),
    };
    let sql = format!("SELECT COUNT(*) FROM outbox WHERE person_id = $1 AND created_at > $2{among}");
    let (count,): (i64,) = on!(tx.conn(), c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(person.0).bind(now.plus_seconds(-3600).0);
        for kind in kinds {
            query = query.bind(kind.as_str());
        }
        query.fetch_one(c).await
    })?;
    Ok(count)
}

/// A mail as it waits.
pub(crate) struct OutboxRow {
    pub(crate) id: Uuid,
    pub(crate) person_id: Uuid,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) comment_id: Option<Uuid>,
    pub(crate) kind: String,
    pub(crate) payload_sealed: Option<Vec<u8>>,
    pub(crate) attempts: i64,
    pub(crate) next_attempt_at: i64,
    pub(crate) created_at: i64,
    pub(crate) lane: i64,
}

from_row!(OutboxRow {
    id,
    person_id,
    request_id,
    comment_id,
    kind,
    payload_sealed,
    attempts,
    next_attempt_at,
    created_at,
    lane
});

impl OutboxRow {
    pub(crate) fn payload(&self, key: &PersonKey) -> Result<Payload, Broken> {
        let broken = || Broken::Inconsistent("outbox.payload", self.id);
        let sealed = self.payload_sealed.as_ref().ok_or_else(broken)?;
        let payload = key.open("outbox.payload", self.id, sealed)?;
        serde_json::from_slice(&payload).map_err(|_| broken())
    }
}
