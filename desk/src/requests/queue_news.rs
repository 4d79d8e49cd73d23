//! That something in the queue has changed, for all agents who watch it.
//!
//! What happens within a tenth of a second is told together, and what each of those who watch may hear is looked up
//! once for all of them: however many watch, and however much happens, it costs a few statements ten times a second.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tresen_model::RequestId;
use tresen_store::{dialect, on};

use crate::background::Background;
use crate::error::Broken;
use crate::people::restriction::NOT_RESTRICTED;
use crate::people::{Agent, kinds};
use crate::requests::Requests;

/// How long events are gathered before they are told.
const GATHER: Duration = Duration::from_millis(100);

/// News that wait for somebody who reads slowly. Who misses some is told that there are some.
const KEPT: usize = 16;

/// After a failure of the database it is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// What has happened, and who may hear of it.
struct News {
    /// The type of each request that has changed, without those that nobody may hear of.
    kinds: BTreeSet<String>,
    /// Everybody of the desk who is signed in, by the hash of the session: the person.
    sessions: HashMap<Vec<u8>, Uuid>,
    /// The types of those who work on some only.
    only: HashMap<Uuid, Vec<String>>,
}

impl News {
    fn concern(&self, person: Uuid) -> bool {
        let theirs = self.only.get(&person);
        self.kinds.iter().any(|kind| theirs.is_none_or(|theirs| theirs.contains(kind)))
    }
}

/// Tells all who watch the queue.
pub(crate) struct QueueTeller(broadcast::Sender<Arc<News>>);

impl Default for QueueTeller {
    fn default() -> Self {
        Self(broadcast::channel(KEPT).0)
    }
}

/// What an agent hears who watches the queue.
pub struct QueueNews {
    agent: Agent,
    heard: broadcast::Receiver<Arc<News>>,
    background: Background,
}

impl QueueNews {
    /// Waits until something has changed in requests that the agent works on; `None` once they are signed out,
    /// or the desk is being closed.
    pub async fn next(&mut self) -> Option<()> {
        loop {
            let news = tokio::select! {
                news = self.heard.recv() => news,
                () = self.background.closing.cancelled() => return None,
            };
            match news {
                Ok(news) => {
                    let person = *news.sessions.get(self.agent.session().token_hash())?;
                    if news.concern(person) {
                        return Some(());
                    }
                }
                // Something was missed, which may be theirs.
                Err(RecvError::Lagged(_)) => return Some(()),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

impl Requests {
    /// What an agent hears of the queue from now on, as long as [`tell_queues`](Self::tell_queues) runs.
    pub fn queue_news(&self, agent: &Agent) -> QueueNews {
        QueueNews {
            agent: agent.clone(),
            heard: self.queue_teller.0.subscribe(),
            background: self.background.clone(),
        }
    }

    /// Tells those who watch the queue what happens, until the desk is closed.
    #[boxed]
    pub async fn tell_queues(&self) {
        let mut events = self.events.subscribe();
        let mut changed: Vec<RequestId> = Vec::new();
        loop {
            if changed.is_empty() {
                let event = tokio::select! {
                    event = events.recv() => event,
                    () = self.background.closing.cancelled() => return,
                };
                match event {
                    Ok(event) => changed.push(event.request),
                    // The next one says enough.
                    Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => return,
                }
            }
            tokio::time::sleep(GATHER).await;
            while let Ok(event) = events.try_recv() {
                changed.push(event.request);
            }
            if self.queue_teller.0.receiver_count() == 0 {
                changed.clear();
                continue;
            }
            changed.sort_unstable();
            changed.dedup();
            match self.queue_news_of(&changed).await {
                Ok(news) => {
                    changed.clear();
                    // Nobody listens any more: fine.
                    drop(self.queue_teller.0.send(Arc::new(news)));
                }
                Err(error) => {
                    tracing::error!(%error, "agents could not be told of news in the queue; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn queue_news_of(&self, changed: &[RequestId]) -> Result<News, Broken> {
        const SESSIONS: &str = "SELECT session.token_hash, person.id FROM person
            JOIN session ON session.person_id = person.id
            WHERE person.role <> 'customer' AND person.state = 'active' AND session.expires_at > $1";
        const AT_ONCE: usize = 500;
        let mut reader = self.store.read().await?;
        let sessions: Vec<(Vec<u8>, Uuid)> =
            on!(reader.conn(), c => sqlx::query_as(SESSIONS).bind(self.clock.now().0).fetch_all(c).await)?;
        let mut kinds = BTreeSet::new();
        for some in changed.chunks(AT_ONCE) {
            let sql = format!(
                "SELECT DISTINCT kind FROM request WHERE {NOT_RESTRICTED} AND id IN {}",
                dialect::places(1, some.len())
            );
            let found: Vec<(String,)> = on!(reader.conn(), c => {
                let mut query = sqlx::query_as(AssertSqlSafe(sql));
                for request in some {
                    query = query.bind(request.0);
                }
                query.fetch_all(c).await
            })?;
            kinds.extend(found.into_iter().map(|(kind,)| kind));
        }
        let only = kinds::of_all(reader.conn()).await?;
        Ok(News {
            kinds,
            sessions: sessions.into_iter().collect(),
            only: only.into_iter().map(|(person, kinds)| (person.0, kinds)).collect(),
        })
    }
}
