//! Live events: something happened to a request, look again.
//!
//! An event carries ids only. On PostgreSQL it goes through `NOTIFY`, so that every node
//! hears of it; on SQLite there is one process, which tells itself.

use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::types::Uuid;
use tokio::sync::broadcast;
use tresen_model::{PersonId, RequestId};

use crate::store::{Store, StoreError, Tx, dialect};

/// How many events a slow listener may lag behind before it misses some.
const KEPT: usize = 1024;

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

pub(crate) struct Events {
    sender: broadcast::Sender<Event>,
    shared: bool,
}

impl Events {
    pub(crate) fn new(store: &Store) -> Self {
        Self { sender: broadcast::channel(KEPT).0, shared: store.is_postgres() }
    }

    /// Hears of everything from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }

    /// Within the transaction that causes the event.
    pub(crate) async fn announce(&self, tx: &mut Tx, event: Event) -> Result<(), StoreError> {
        if self.shared { dialect::notify(tx, &event.encode()).await } else { Ok(()) }
    }

    /// After the commit of that transaction.
    pub(crate) fn committed(&self, event: Event) {
        if !self.shared {
            // Nobody listening is fine.
            drop(self.sender.send(event));
        }
    }

    /// Passes on what other nodes, and this one, announce, until it is dropped.
    pub(crate) async fn listen(&self, store: &Store) -> Result<(), StoreError> {
        let Store::Postgres(pool) = store else { return Ok(()) };
        // A connection of its own: one of the pool would be missing for as long as the program runs.
        let own =
            PgPoolOptions::new().max_connections(1).connect_lazy_with((*pool.connect_options()).clone());
        let mut listener = PgListener::connect_with(&own).await?;
        listener.listen("tresen").await?;
        loop {
            if let Some(event) = Event::decode(listener.recv().await?.payload()) {
                drop(self.sender.send(event));
            }
        }
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
    }
}
