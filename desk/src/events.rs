//! Live events: something happened to a request, look again.
//!
//! An event carries ids only, and is told after the commit that caused it. On PostgreSQL it goes through `NOTIFY`,
//! several at a time, so that every node hears of it; on SQLite one process serves and tells itself, and commands such
//! as `tresen mail ingest` tell it by a socket in the data folder.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::types::Uuid;
use tokio::sync::broadcast;
use tresen_model::{PersonId, RequestId};
use tresen_store::{Store, StoreError, Tx, dialect};

use crate::background::{Background, Gathered, Wakeups};
use crate::error::Broken;

/// How many events a slow listener may lag behind before it misses some.
const KEPT: usize = 1024;

/// So many events are told at once: PostgreSQL takes less than 8,000 bytes, and each has 67.
const TOLD_AT_ONCE: usize = 100;

/// The socket, in the data folder. Events on it are encoded as those of `NOTIFY`.
const SOCKET: &str = "events.sock";

/// Bytes of the longest event.
const LONGEST: usize = 128;

/// Something happened to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The request.
    pub request: RequestId,
    /// Whose request it is.
    pub customer: PersonId,
    /// Whether the customer can see what happened.
    pub public: bool,
}

impl Event {
    fn encode(self) -> String {
        format!("{} {} {}", self.request.0.simple(), self.customer.0.simple(), u8::from(self.public))
    }

    fn decode(payload: &str) -> Option<Self> {
        let mut parts = payload.split(' ');
        Some(Self {
            request: RequestId(Uuid::try_parse(parts.next()?).ok()?),
            customer: PersonId(Uuid::try_parse(parts.next()?).ok()?),
            public: parts.next()? == "1",
        })
    }
}

/// What begins the payload that tells other nodes of an erasure; the person follows.
const ERASED: &str = "erased ";

/// Tells every node that the key of a person was deleted, when the transaction commits.
pub(crate) async fn tell_of_deleted_key(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    dialect::notify_at_commit(tx, &format!("{ERASED}{}", person.0.simple())).await
}

fn erased(payload: &str) -> Option<PersonId> {
    Uuid::try_parse(payload.strip_prefix(ERASED)?).ok().map(PersonId)
}

/// The way of events within this process, and to others.
pub(crate) struct Channel {
    sender: broadcast::Sender<Event>,
    shared: bool,
    socket: PathBuf,
    /// Whether this is the process that others tell.
    listening: AtomicBool,
}

impl Channel {
    pub(crate) fn new(store: &Store, folder: &Path) -> Self {
        Self {
            sender: broadcast::channel(KEPT).0,
            shared: store.is_postgres(),
            socket: folder.join(SOCKET),
            listening: AtomicBool::new(false),
        }
    }

    /// Hears of everything from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }

    /// After the commit of the transaction that caused the event. Says whether it is to be told to other nodes.
    pub(crate) fn committed(&self, event: Event) -> bool {
        if self.shared {
            return true;
        }
        // Nobody listening is fine, here and elsewhere.
        drop(self.sender.send(event));
        if !self.listening.load(Ordering::Acquire) {
            drop(self.tell(event));
        }
        false
    }

    /// Tells all nodes, this one too, of some events. Within a transaction that stores something `NOTIFY` would have
    /// all commits wait for each other.
    pub(crate) async fn tell_nodes(&self, store: &Store, events: &[Event]) -> Result<(), StoreError> {
        for some in events.chunks(TOLD_AT_ONCE) {
            let told: Vec<String> = some.iter().map(|event| event.encode()).collect();
            dialect::notify(store, &told.join("\n")).await?;
        }
        Ok(())
    }

    fn tell(&self, event: Event) -> io::Result<usize> {
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        socket.send_to(event.encode().as_bytes(), &self.socket)
    }

    /// Passes on what other nodes and processes announce, and what this node does on PostgreSQL, until
    /// it is dropped. `heard` is called for each event, `forget` for each person whose key another node has deleted.
    pub(crate) async fn listen(
        &self,
        store: &Store,
        heard: impl Fn(),
        forget: impl Fn(PersonId),
    ) -> Result<(), Broken> {
        let Store::Postgres(pool) = store else { return self.listen_to_socket(heard).await };
        // A connection of its own: one of the pool would be missing for as long as the program runs.
        let own =
            PgPoolOptions::new().max_connections(1).connect_lazy_with((*pool.connect_options()).clone());
        let mut listener = PgListener::connect_with(&own).await?;
        listener.listen("tresen").await?;
        loop {
            let told = listener.recv().await?;
            if let Some(person) = erased(told.payload()) {
                forget(person);
                continue;
            }
            for event in told.payload().lines().filter_map(Event::decode) {
                drop(self.sender.send(event));
            }
            heard();
        }
    }

    async fn listen_to_socket(&self, heard: impl Fn()) -> Result<(), Broken> {
        // Left by a process that was killed. Two that serve the same folder are no use to each other.
        match std::fs::remove_file(&self.socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let socket = match tokio::net::UnixDatagram::bind(&self.socket) {
            Ok(socket) => socket,
            // Such as a path of more than 107 bytes. What this process does itself is heard all the same.
            Err(error) => {
                tracing::warn!(%error, "commands cannot tell this server of what they do; it looks every 20 seconds");
                return Ok(());
            }
        };
        let _bound = Bound(&self.socket);
        self.listening.store(true, Ordering::Release);
        let mut buffer = [0; LONGEST];
        loop {
            let length = socket.recv(&mut buffer).await?;
            if let Some(event) = std::str::from_utf8(&buffer[..length]).ok().and_then(Event::decode) {
                drop(self.sender.send(event));
                heard();
            }
        }
    }
}

/// Tells of what happens to requests.
#[derive(Clone)]
pub(crate) struct Events {
    pub(crate) store: Arc<Store>,
    pub(crate) channel: Arc<Channel>,
    /// Events that other nodes are to be told of.
    pub(crate) untold: Arc<Gathered<Event>>,
    pub(crate) background: Background,
    pub(crate) wakeups: Arc<Wakeups>,
}

impl Events {
    /// Hears of everything from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.channel.subscribe()
    }

    /// After a commit: those who watch are told, and the workers look.
    pub(crate) fn committed(&self, event: Event) {
        if self.channel.committed(event) && self.untold.add(event) {
            let this = self.clone();
            self.background.soon(async move {
                let events = this.untold.take();
                Ok(this.channel.tell_nodes(&this.store, &events).await.map_err(Broken::from)?)
            });
        }
        self.wakeups.all();
    }
}

/// A socket that is removed when nobody listens any more.
struct Bound<'a>(&'a Path);

impl Drop for Bound<'_> {
    fn drop(&mut self) {
        // What stays is replaced by the next who listens.
        drop(std::fs::remove_file(self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        let event = Event {
            request: RequestId(Uuid::from_u128(1)),
            customer: PersonId(Uuid::from_u128(2)),
            public: true,
        };
        assert_eq!(Event::decode(&event.encode()), Some(event));
        for payload in ["", "x y z", "1 2"] {
            assert_eq!(Event::decode(payload), None);
        }
        let person = PersonId(Uuid::from_u128(3));
        assert_eq!(erased(&format!("{ERASED}{}", person.0.simple())), Some(person));
        assert_eq!(erased(&event.encode()), None);
    }
}
