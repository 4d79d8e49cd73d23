//! Which request a mail belongs to: by what only those know whom we wrote to, or by a Message-ID
//! that was taken in. Never by subject, number or sender.

use sqlx::types::Uuid;
use tresen_mail::Message;
use tresen_model::{PersonId, RequestNumber};

use super::Envelope;
use crate::Desk;
use crate::error::{Broken, Error};
use crate::mail::thread::{OwnMessage, ReplyToken};
use crate::people::person;
use crate::requests::access::RequestHead;
use crate::requests::find_any;
use crate::store::{Conn, on};

/// So many Message-IDs of a mail are looked at, the newest first.
const MOST_ANSWERS: usize = 50;

/// The request that a mail belongs to.
pub(super) struct Thread {
    pub(super) number: RequestNumber,
    /// Whose reply token the mail was sent to; `None` when something else told the request.
    pub(super) token_of: Option<PersonId>,
}

impl Desk {
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
        for own in answers().filter_map(|id| self.own_message(id)) {
            if let Some(number) = number_of_own(reader.conn(), own).await? {
                return Ok(Some(Thread { number, token_of: None }));
            }
        }
        for id in answers() {
            if let Some(number) = number_of_known(reader.conn(), &self.message_hash(id)).await? {
                return Ok(Some(Thread { number, token_of: None }));
            }
        }
        Ok(None)
    }

    /// To whom a reply token was given: the customer, somebody who was admitted, or an agent.
    async fn token_owner(
        &self,
        mut conn: Conn<'_>,
        token: &ReplyToken,
        head: &RequestHead,
    ) -> Result<Option<PersonId>, Error> {
        const ADMITTED: &str = "SELECT person_id FROM participant WHERE request_id = $1";
        if self.wrote_reply_token(token, head.customer()) {
            return Ok(Some(head.customer()));
        }
        let admitted: Vec<(Uuid,)> =
            on!(conn.again(), c => sqlx::query_as(ADMITTED).bind(head.id).fetch_all(c).await)?;
        let staff = person::find_staff(conn, None).await?;
        let mut others = admitted.into_iter().map(|(id,)| id).chain(staff.iter().map(|row| row.id));
        Ok(others.find(|id| self.wrote_reply_token(token, PersonId(*id))).map(PersonId))
    }
}

async fn number_of_own(conn: Conn<'_>, own: OwnMessage) -> Result<Option<RequestNumber>, Broken> {
    const REQUEST: &str = "SELECT number FROM request WHERE id = $1";
    const OUTBOX: &str = "SELECT number FROM request JOIN outbox ON outbox.request_id = request.id
        WHERE outbox.id = $1";
    let (sql, id) = match own {
        OwnMessage::Request(id) => (REQUEST, id),
        OwnMessage::Outbox(id) => (OUTBOX, id),
        OwnMessage::Farewell => return Ok(None),
    };
    let row: Option<(i64,)> = on!(conn, c => sqlx::query_as(sql).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|(number,)| RequestNumber::from_bits(number.cast_unsigned())))
}

async fn number_of_known(conn: Conn<'_>, message_hash: &[u8; 32]) -> Result<Option<RequestNumber>, Broken> {
    // The first that had the Message-ID: a later one may only have copied it.
    const SQL: &str = "SELECT number FROM request JOIN mail_in ON mail_in.request_id = request.id
        WHERE message_hash = $1 ORDER BY at LIMIT 1";
    let row: Option<(i64,)> = on!(conn, c => sqlx::query_as(SQL)
        .bind(message_hash.as_slice())
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(number,)| RequestNumber::from_bits(number.cast_unsigned())))
}
