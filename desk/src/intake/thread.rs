//! Which request a mail belongs to: by what only those know whom we wrote to, or by a Message-ID
//! that was taken in. Never by subject, number or sender.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_mail::Message;
use tresen_model::{PersonId, RequestNumber};
use tresen_store::{Conn, StoreError, dialect, on};

use super::Envelope;
use crate::error::Error;
use crate::intake::Intake;
use crate::outbox::thread::{OwnMessage, ReplyToken};
use crate::people::person;
use crate::requests::access::RequestHead;
use crate::requests::find_any;

/// So many Message-IDs of a mail are looked at, the newest first.
const MOST_ANSWERS: usize = 50;

/// The request that a mail belongs to.
pub(super) struct Thread {
    pub(super) number: RequestNumber,
    /// Whose reply token the mail was sent to; `None` when something else told the request.
    pub(super) token_of: Option<PersonId>,
}

impl Intake {
    /// First by reply token, then by our own Message-IDs, then by a known one of the conversation.
    pub(super) async fn find_thread(
        &self,
        message: &Message,
        envelope: &Envelope,
    ) -> Result<Option<Thread>, Error> {
        let mut reader = self.store.read().await?;
        for address in envelope.recipients.iter().chain(&message.recipients) {
            if let Some(token) = ReplyToken::read(address)
                && let Some(head) = find_any(reader.conn(), token.number).await?
                && let Some(owner) = self.token_owner(reader.conn(), &token, &head).await?
            {
                return Ok(Some(Thread { number: token.number, token_of: Some(owner) }));
            }
        }
        let answers = || message.answers.iter().take(MOST_ANSWERS);
        let own: Vec<OwnMessage> = answers().filter_map(|id| self.outbox.own_message(id)).collect();
        let mut number = number_of_own(reader.conn(), &own).await?;
        if number.is_none() {
            let hashes: Vec<[u8; 32]> = answers().map(|id| self.message_hash(id)).collect();
            number = number_of_known(reader.conn(), &hashes).await?;
        }
        Ok(number.map(|number| Thread { number, token_of: None }))
    }

    /// To whom a reply token was given: the customer, somebody who was admitted, or an agent.
    async fn token_owner(
        &self,
        mut conn: Conn<'_>,
        token: &ReplyToken,
        head: &RequestHead,
    ) -> Result<Option<PersonId>, Error> {
        const ADMITTED: &str = "SELECT person_id FROM participant WHERE request_id = $1";
        if self.outbox.wrote_reply_token(token, head.customer()) {
            return Ok(Some(head.customer()));
        }
        let admitted: Vec<(Uuid,)> =
            on!(conn.again(), c => sqlx::query_as(ADMITTED).bind(head.id).fetch_all(c).await)?;
        let staff = person::find_staff(conn, None).await?;
        let mut others = admitted.into_iter().map(|(id,)| id).chain(staff.iter().map(|row| row.id));
        Ok(others.find(|id| self.outbox.wrote_reply_token(token, PersonId(*id))).map(PersonId))
    }
}

/// The request of the first of our own messages that has one.
async fn number_of_own(mut conn: Conn<'_>, own: &[OwnMessage]) -> Result<Option<RequestNumber>, StoreError> {
    const REQUESTS: &str = "SELECT id, number FROM request WHERE id IN";
    const MAILS: &str = "SELECT outbox.id, number FROM request
        JOIN outbox ON outbox.request_id = request.id WHERE outbox.id IN";
    let (mut requests, mut mails) = (Vec::new(), Vec::new());
    for message in own {
        match *message {
            OwnMessage::Request(id) => requests.push(id),
            OwnMessage::Outbox(id) => mails.push(id),
            OwnMessage::Farewell => {}
        }
    }
    let requests = numbers(conn.again(), REQUESTS, &requests).await?;
    let mails = numbers(conn, MAILS, &mails).await?;
    Ok(own.iter().find_map(|message| match message {
        OwnMessage::Request(id) => requests.get(id).copied(),
        OwnMessage::Outbox(id) => mails.get(id).copied(),
        OwnMessage::Farewell => None,
    }))
}

/// The numbers of requests by the ids that a statement is completed with.
async fn numbers(
    conn: Conn<'_>,
    sql: &str,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, RequestNumber>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = AssertSqlSafe(format!("{sql} {}", dialect::places(1, ids.len())));
    let rows: Vec<(Uuid, i64)> = on!(conn, c => {
        let mut query = sqlx::query_as(sql);
        for id in ids {
            query = query.bind(*id);
        }
        query.fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(|(id, number)| (id, RequestNumber::from_bits(number.cast_unsigned()))).collect())
}

/// The request of the first of some Message-IDs that is known.
async fn number_of_known(conn: Conn<'_>, hashes: &[[u8; 32]]) -> Result<Option<RequestNumber>, StoreError> {
    if hashes.is_empty() {
        return Ok(None);
    }
    let sql = AssertSqlSafe(format!(
        "SELECT message_hash, number FROM request JOIN mail_in ON mail_in.request_id = request.id
         WHERE message_hash IN {} ORDER BY at",
        dialect::places(1, hashes.len())
    ));
    let rows: Vec<(Vec<u8>, i64)> = on!(conn, c => {
        let mut query = sqlx::query_as(sql);
        for hash in hashes {
            query = query.bind(hash.as_slice());
        }
        query.fetch_all(c).await
    })?;
    // The first that had the Message-ID: a later one may only have copied it.
    let first = hashes.iter().find_map(|hash| rows.iter().find(|(known, _)| known == hash));
    Ok(first.map(|(_, number)| RequestNumber::from_bits(number.cast_unsigned())))
}
