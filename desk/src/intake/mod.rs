//! Mail in: one intake for all channels (IMAP, LMTP, standard input, the API).

mod addresses;
pub(crate) mod aside;
pub(crate) mod holdings;
mod identify;
mod mailbox;
mod quotes;
mod report;
mod store;
mod thread;
mod verdict;
mod verify;
mod writer;

use crate::background::Wakeups;
use crate::clock::Clock;
use crate::delivery::Templates;
use crate::events::Events;
use crate::outbox::Outbox;
use crate::people::People;
use crate::requests::Requests;
use crate::search::Search;
use crate::settings::Settings;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tresen_keys::KeyStore;
use tresen_store::Store;

use async_recursion::async_recursion as boxed;
use tresen_mail::Message;
use tresen_model::{EmailAddress, RequestNumber};

use self::identify::{Identity, claim};
use self::store::{Incoming, Tried};
use self::writer::Writer;
use crate::address::normalise;
use crate::error::{Broken, Error};
use crate::people::own_links::Clean;
use crate::requests::File;

pub use self::aside::AsideMessage;
pub use self::mailbox::MailboxPosition;
pub(crate) use self::verify::Verifier;
pub use self::verify::check_resolver;
pub use tresen_mail::is_filter_header;
pub use tresen_model::{AsideReason, IntakeChannel};

/// Mail in.
#[derive(Clone)]
pub struct Intake {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) events: Events,
    pub(crate) people: Arc<People>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) search: Arc<Search>,
    pub(crate) requests: Arc<Requests>,
    pub(crate) templates: Arc<Templates>,
    /// Who reads a message that came in.
    pub(crate) reading: Arc<Semaphore>,
    pub(crate) verifier: Option<Arc<Verifier>>,
}

/// How long a message waits for the end of an erasure, 50 ms a time.
const WAITS: usize = 100;

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

impl TakenIn {
    /// Returns a word for logs and the API.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::Comment(_) => "comment",
            Self::Held(_) => "held",
            Self::Report => "report",
            Self::Known => "known",
            Self::Own => "own",
            Self::Aside => "aside",
        }
    }
}

impl Intake {
    /// Takes in one message (RFC 5322). When this returns, what became of it is on disk.
    ///
    /// Safe to call again with the same message, also at the same time and after a crash: it is
    /// stored once.
    ///
    /// # Errors
    /// [`Error::Broken`] when a database or the disk failed, [`Error::Busy`] while somebody whom the
    /// message is about is being erased: the channel keeps its copy and tries again later.
    #[boxed]
    pub async fn take_in(&self, raw: &[u8], envelope: &Envelope) -> Result<TakenIn, Error> {
        let taken = self.take(raw, envelope, false).await?;
        tracing::info!(channel = envelope.channel.as_str(), outcome = taken.as_str(), "a mail was taken in");
        Ok(taken)
    }

    /// The same, also for one that was set aside (`again`).
    async fn take(&self, raw: &[u8], envelope: &Envelope, again: bool) -> Result<TakenIn, Error> {
        let identity = self.identify(raw);
        if self.is_known(&identity.fingerprint, !again).await? {
            return Ok(TakenIn::Known);
        }
        let now = self.clock.now();
        if identity.own.is_some() {
            let mut tx = self.store.write().await?;
            claim(&mut tx, &identity.fingerprint, "own", now.0).await?;
            tx.commit().await?;
            return Ok(TakenIn::Own);
        }
        let Some(Clean { mut message, whole }) = self.people.read_message(raw).await? else {
            return self.put_aside(raw, envelope, &identity, AsideReason::Unreadable).await;
        };
        if let Some(bounce) = &message.bounce {
            return match self.take_report(bounce, &identity, now).await? {
                Some(taken) => Ok(taken),
                None => self.put_aside(raw, envelope, &identity, AsideReason::UnknownBounce).await,
            };
        }
        let Writer { who, judgement, automatic, trusted, via, reply_to } =
            match self.writer(&message, raw, envelope, now).await {
                Ok(writer) => writer,
                Err(reason) => return self.put_aside(raw, envelope, &identity, reason).await,
            };
        let mut text = store::text(&message);
        if let Some(thread) = self.find_thread(&message, envelope).await? {
            text = self.without_quotes(&mut message, text, &thread, &who.address).await?;
        }
        let files = self.seal_parts(&message, whole.as_deref()).await?;
        let incoming = Incoming {
            automatic,
            judgement,
            trusted,
            via: via.as_ref().map(EmailAddress::as_str),
            reply_to: reply_to.as_deref(),
            text,
            message: &message,
            from: &who,
            envelope,
            identity: &identity,
            files: &files,
        };
        for _ in 0..WAITS {
            match self.store_message(&incoming).await? {
                Tried::Taken(taken) => return Ok(taken),
                Tried::Aside(reason) => return self.put_aside(raw, envelope, &identity, reason).await,
                Tried::Again => {}
                // Whoever writes again starts afresh: in a moment.
                Tried::Erasing => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        Err(Error::Busy { wait: 5 })
    }

    /// Seals what came with a message, and the message itself where not all of it was read.
    async fn seal_parts(&self, message: &Message, whole: Option<&[u8]>) -> Result<Vec<File>, Broken> {
        let mut files = Vec::with_capacity(message.parts.len());
        for part in &message.parts {
            files.push(self.requests.seal_file(&part.name, part.content_id.as_deref(), &part.bytes).await?);
        }
        if let Some(whole) = whole {
            files.push(self.requests.seal_file("message.eml", None, whole).await?);
        }
        Ok(files)
    }

    /// Whether an address is the one that the desk sends from, with or without a plus part: nobody
    /// is to be answered there.
    fn is_own_address(&self, address: &EmailAddress) -> bool {
        let plain = |address: &EmailAddress| {
            let whole = normalise(address);
            let (local, domain) = whole.rsplit_once('@').unwrap_or_default();
            format!("{}@{domain}", local.split('+').next().unwrap_or_default())
        };
        plain(address) == plain(&self.settings.mail_from)
    }
}
