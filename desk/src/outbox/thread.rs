//! The ids and addresses by which an answer finds its request again.
//!
//! Both carry a keyed hash, so nobody can make up one that they were not sent.

use sqlx::types::Uuid;
use subtle::ConstantTimeEq;
use tresen_model::{EmailAddress, PersonId, RequestNumber};

use crate::outbox::Outbox;

/// What a Message-ID of ours belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnMessage {
    /// The first mail about a request: the request's id.
    Request(Uuid),
    /// Any other mail: the id of its row in the outbox.
    Outbox(Uuid),
    /// The last mail to somebody who was erased.
    Farewell,
}

/// What a reply address says. Whether its mark is right, only [`Outbox::wrote_reply_token`] tells.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ReplyToken {
    pub(crate) number: RequestNumber,
    mark: String,
}

impl Outbox {
    /// The id of a request's first mail, which every later one answers.
    pub(crate) fn thread_id(&self, request: Uuid) -> String {
        self.message_id("r", request)
    }

    /// A Message-ID that nobody else can make up: it is known again by its keyed hash.
    pub(crate) fn message_id(&self, kind: &str, id: Uuid) -> String {
        let host = self.settings.public_url.split("://").nth(1).unwrap_or_default();
        let host = host.split(['/', ':']).next().filter(|host| !host.is_empty()).unwrap_or("localhost");
        format!("{kind}.{}.{}@{host}", id.simple(), self.message_mark(kind, id))
    }

    /// Reads a [`message_id`](Self::message_id), with or without angle brackets; `None` for
    /// everybody else's and for one whose mark is wrong.
    pub(crate) fn own_message(&self, message_id: &str) -> Option<OwnMessage> {
        let local = message_id.trim().trim_start_matches('<').split('@').next()?;
        let mut parts = local.split('.');
        let (kind, id, mark) = (parts.next()?, parts.next()?, parts.next()?);
        let id = Uuid::try_parse(id).ok()?;
        if parts.next().is_some() || !same(&self.message_mark(kind, id), mark) {
            return None;
        }
        match kind {
            "r" => Some(OwnMessage::Request(id)),
            "m" => Some(OwnMessage::Outbox(id)),
            "e" => Some(OwnMessage::Farewell),
            _ => None,
        }
    }

    /// Where an answer of a person about a request goes: the desk's address with a plus and a
    /// token that is theirs (RFC 5233).
    pub(crate) fn reply_address(&self, number: RequestNumber, person: PersonId) -> Option<EmailAddress> {
        let from = self.settings.mail_from.as_str();
        let (local, domain) = from.rsplit_once('@')?;
        let number_text = number.to_string().trim_start_matches("T-").replace('-', "").to_lowercase();
        let mark = self.reply_mark(number, person);
        EmailAddress::parse(&format!("{local}+{number_text}{mark}@{domain}")).ok()
    }

    /// Whether a token was given to this person.
    pub(crate) fn wrote_reply_token(&self, token: &ReplyToken, person: PersonId) -> bool {
        same(&self.reply_mark(token.number, person), &token.mark)
    }

    fn message_mark(&self, kind: &str, id: Uuid) -> String {
        let mark = self.keys.master().fingerprint("message id", &[kind.as_bytes(), id.as_bytes()]);
        data_encoding::BASE32_NOPAD.encode(&mark[..10]).to_lowercase()
    }

    fn reply_mark(&self, number: RequestNumber, person: PersonId) -> String {
        let parts: [&[u8]; 2] = [&number.bits().to_be_bytes(), person.0.as_bytes()];
        let mark = self.keys.master().fingerprint("reply address", &parts);
        data_encoding::BASE32_NOPAD.encode(&mark[..10]).to_lowercase()
    }
}

impl ReplyToken {
    /// Reads the token of an address (`support+TOKEN@…`), whatever its domain and its case.
    pub(crate) fn read(address: &str) -> Option<Self> {
        const NUMBER: usize = 8;
        const MARK: usize = 16;
        let (local, _) = address.rsplit_once('@')?;
        let (_, token) = local.rsplit_once('+')?;
        if token.len() != NUMBER + MARK || !token.is_ascii() {
            return None;
        }
        let (number, mark) = token.split_at(NUMBER);
        Some(Self { number: RequestNumber::parse(number)?, mark: mark.to_ascii_lowercase() })
    }
}

/// Compared without telling by the time how much of it was right.
fn same(right: &str, given: &str) -> bool {
    right.as_bytes().ct_eq(given.as_bytes()).into()
}
