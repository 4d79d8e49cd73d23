//! The service desk itself: people, requests, privacy, mail, search, keys, store.
//!
//! It knows no HTTP and no HTML. Pages, the command line and the mail gateway all call the
//! methods of [`Desk`], which stand with their subjects:
//!
//! - [`abuse`]: limits, and what is suspicious about a form
//! - [`people`]: registering, logging in, the account
//! - [`requests`]: submitting, reading, answering, changing, listing
//! - [`privacy`]: consent, the privacy statement, erasure
//! - [`mail`]: the outbox and what leaves it
//! - [`intake`]: what comes in by mail
//! - [`tokens`]: API tokens
//! - [`webhooks`]: telling other programs what happens
//! - `search`, `events`, `objects`: finding, telling, keeping files
//! - [`uploads`]: having files checked, making images small
//!
//! Below it: `tresen_store` (two engines), `tresen_keys` (one key a person).

pub mod abuse;
pub mod accounts;
mod address;
pub mod backup;
mod behind;
pub mod clock;
pub mod delivery;
mod erasure_list;
mod error;
mod events;
mod housekeeping;
mod indexing;
pub mod intake;
mod joining;
mod migrations;
mod needles;
mod objects;
mod outage;
pub mod outbox;
pub mod people;
pub mod privacy;
pub mod requests;
mod search;
mod secret;
pub mod settings;
mod small_picture;
#[cfg(test)]
mod sources;
pub mod staff;
pub mod tokens;
pub mod uploads;
pub mod webhooks;

use std::future::Future;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use async_recursion::async_recursion as boxed;
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;
use tresen_model::Timestamp;

use self::delivery::{Sent, Templates, Transport};
use crate::abuse::Counts;
use crate::accounts::factors::passkeys::relying_party;
use crate::behind::{Gathered, MOMENT};
use crate::clock::Clock;
pub use crate::erasure_list::ListError;
pub use crate::error::{Broken, Challenge, Error, Refusal};
pub use crate::events::Event;
use crate::events::Events;
use crate::indexing::epoch::Filling;
use crate::intake::Verifier;
pub use crate::migrations::{has_data, has_keys};
pub use crate::needles::{NeedleError, Needles, Trace};
use crate::objects::Objects;
pub use crate::outage::Outage;
use crate::outage::Room;
use crate::people::passwords::Passwords;
use crate::privacy::farewell::Farewells;
use crate::privacy::recall::Erasures;
use crate::privacy::unfinished::Postponed;
use crate::requests::{QueueTeller, Seen};
use crate::search::Index;
pub use crate::secret::Secret;
pub use crate::settings::Settings;
pub use crate::small_picture::{SmallPicture, small_picture};
use tresen_keys::KeyStore;
pub use tresen_keys::{MasterKey, MasterKeyError};
use tresen_store::Store;
pub use tresen_store::{CONNECTIONS, Location, Places, Pool, TooFew};

/// So many answers may still be worked on behind the back of those who asked.
const BACKGROUND: u32 = 32;

/// How long a probe waits for a database.
const PING: std::time::Duration = std::time::Duration::from_secs(5);

/// The service desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

/// What the methods of [`Desk`] work with.
pub struct Inner {
    settings: Settings,
    clock: Arc<dyn Clock>,
    store: Store,
    keys: KeyStore,
    search: Index,
    search_filling: Filling,
    own_links: tresen_mail::OwnLinks,
    objects: Objects,
    room: Room,
    events: Events,
    /// Events that other nodes are to be told of.
    untold: Gathered<Event>,
    seen: Gathered<Seen>,
    queue_teller: QueueTeller,
    counts: Counts,
    passwords: Passwords,
    /// `None` where browsers make no passkeys.
    passkeys: Option<webauthn_rs::Webauthn>,
    templates: Templates,
    transport: Transport,
    privacy_version: i64,
    /// Held by whoever writes words of a person into the index, or removes them.
    indexing: tokio::sync::Mutex<()>,
    postponed: Postponed,
    erasures: Erasures,
    farewells: Farewells,
    mail_wakeup: Notify,
    sent: Sent,
    /// For mails that carry files: not many are in memory at once.
    mail_files: Arc<Semaphore>,
    search_wakeup: Notify,
    files_wakeup: Notify,
    /// Whoever makes an image small.
    previewing: Semaphore,
    /// Who reads a message that came in.
    reading: Semaphore,
    /// Who checks the senders of mails, if the operator wants that.
    verifier: Option<Verifier>,
    background: Arc<Semaphore>,
    closing: CancellationToken,
}

impl Deref for Desk {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What a desk is opened with.
pub struct Opening {
    /// What the operator sets.
    pub settings: Settings,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The database.
    pub database: Location,
    /// The key store.
    pub keys: Location,
    /// The connections to each database.
    pub pool: Pool,
    /// The folder for the search index of SQLite.
    pub folder: PathBuf,
    /// The folder for attachments.
    pub objects: PathBuf,
    /// A second place for the list of erasures, on another machine or disk.
    pub erasures_copy: Option<PathBuf>,
    /// The master key.
    pub master_key: MasterKey,
    /// The words of mails.
    pub templates: Templates,
    /// The way of mails.
    pub transport: Transport,
}

impl Desk {
    /// Opens a desk: brings the tables up to date, finishes erasures that a crash has
    /// interrupted, and only then can anybody be served.
    ///
    /// # Errors
    /// [`Broken`] when a database or folder cannot be used.
    #[boxed]
    pub async fn open(opening: Opening) -> Result<Self, Broken> {
        let pool = opening.pool;
        let store = Store::open(&opening.database, &migrations::DATA, pool).await?;
        let keys = KeyStore::new(
            Store::open(&opening.keys, &tresen_keys::MIGRATIONS, pool).await?,
            opening.master_key,
        );
        keys.check_master().await?;
        let search = Index::open(&store, &opening.folder, pool).await?;
        let privacy_version =
            privacy::versions::in_force(&store, &opening.settings, opening.clock.now()).await?;
        let begun = privacy::versions::first(&store).await?.unwrap_or_else(|| opening.clock.now());
        let erasures = Erasures::open(&opening.folder, opening.erasures_copy, keys.master(), begun)?;
        let verifier = match &opening.settings.intake {
            intake if intake.verify => {
                Some(Verifier::new(intake.resolver).map_err(|error| Broken::Resolver(error.to_string()))?)
            }
            _ => None,
        };
        let desk = Self(Arc::new(Inner {
            room: Room::of([&opening.database, &opening.keys], &opening.objects),
            objects: Objects::open(&opening.objects).await?,
            events: Events::new(&store, &opening.folder),
            untold: Gathered::default(),
            seen: Gathered::default(),
            queue_teller: QueueTeller::default(),
            counts: Counts::open(&store).await?,
            passwords: Passwords::new()?,
            own_links: tresen_mail::OwnLinks::new(
                &opening.settings.public_url,
                opening.settings.mail_from.as_str(),
            ),
            passkeys: relying_party(&opening.settings.public_url, &opening.settings.name),
            settings: opening.settings,
            clock: opening.clock,
            store,
            keys,
            search,
            search_filling: Filling::default(),
            templates: opening.templates,
            transport: opening.transport,
            privacy_version,
            indexing: tokio::sync::Mutex::new(()),
            postponed: Postponed::default(),
            erasures,
            farewells: Farewells::default(),
            mail_wakeup: Notify::new(),
            sent: Sent::default(),
            mail_files: Arc::new(Semaphore::new(delivery::FILES_AT_ONCE)),
            search_wakeup: Notify::new(),
            files_wakeup: Notify::new(),
            previewing: Semaphore::new(1),
            reading: Semaphore::new(intake::READ_AT_ONCE),
            verifier,
            background: Arc::new(Semaphore::new(BACKGROUND as usize)),
            closing: CancellationToken::new(),
        }));
        desk.compare_erasures().await?;
        desk.resume_erasures(Timestamp(i64::MAX)).await?;
        desk.keep_the_erased_out().await?;
        desk.tidy_asides().await?;
        desk.keep_restricted_unsearchable().await?;
        desk.check_index().await?;
        Ok(desk)
    }

    /// What the operator has set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The desk's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Has those who watch live events go: the program is about to end.
    pub fn end_live_events(&self) {
        self.closing.cancel();
    }

    /// Waits until the desk is being closed.
    #[boxed]
    pub async fn closing(&self) {
        self.closing.cancelled().await;
    }

    /// Hears of everything that happens to requests from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Passes on the events of other nodes and processes, and lets the workers look, until the desk is
    /// closed.
    #[boxed]
    pub async fn hear_other_nodes(&self) {
        while !self.closing.is_cancelled() {
            tokio::select! {
                heard = self.events.listen(
                    &self.store,
                    || self.wake_workers(),
                    |person| self.keys.forget_cached(person),
                ) => match heard {
                    Ok(()) => return,
                    Err(error) => tracing::warn!(%error, "live events were interrupted; trying again in 5 seconds"),
                },
                () = self.closing.cancelled() => return,
            }
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        }
    }

    /// Checks that database and key store can be reached, and that there is room to write. What a trial of
    /// the disk came to counts for 5 seconds.
    ///
    /// # Errors
    /// Why nothing can be stored at the moment. The log says more.
    #[boxed]
    pub async fn ready(&self) -> Result<(), Outage> {
        for store in [&self.store, self.keys.store()] {
            // A pool waits for a server that is being started.
            let pinged = tokio::time::timeout(PING, store.ping()).await;
            if let Err(error) = pinged.unwrap_or(Err(tresen_store::StoreError::PoolTimedOut)) {
                tracing::error!(%error, "a database does not answer");
                return Err(tresen_store::outage::of_store(&error).unwrap_or(Outage::Database));
            }
        }
        self.room.check().await.map_or(Ok(()), Err)
    }

    /// Lets workers end, waits for what is under way, and closes the databases.
    #[boxed]
    pub async fn close(&self) {
        self.closing.cancel();
        self.settle().await;
        self.erasures_are_copied().await;
        self.search.close().await;
        self.keys.store().close().await;
        self.store.close().await;
    }

    /// Waits until everything that was answered before its work was done is done.
    #[boxed]
    pub async fn settle(&self) {
        // Never closed, so this cannot fail.
        drop(self.background.acquire_many(BACKGROUND).await);
    }

    /// Does work whose length must not show in the answer, such as whether an address is
    /// known. Waits only when very much is under way, whatever the work.
    async fn in_background(&self, work: impl Future<Output = Result<(), Error>> + Send + 'static) {
        let Ok(permit) = Arc::clone(&self.background).acquire_owned().await else { return };
        tokio::spawn(async move {
            report(work.await);
            drop(permit);
        });
    }

    /// Does work a moment later, together with what else has come until then. [`settle`](Self::settle) waits for it.
    fn soon(&self, work: impl Future<Output = Result<(), Error>> + Send + 'static) {
        let permit = Arc::clone(&self.background).try_acquire_owned().ok();
        tokio::spawn(async move {
            tokio::time::sleep(MOMENT).await;
            report(work.await);
            drop(permit);
        });
    }

    /// After a commit: those who watch are told, and the workers look.
    fn committed(&self, event: Event) {
        if self.events.committed(event) && self.untold.add(event) {
            let desk = self.clone();
            self.soon(async move {
                let events = desk.untold.take();
                Ok(desk.events.tell_nodes(&desk.store, &events).await.map_err(Broken::from)?)
            });
        }
        self.wake_workers();
    }

    fn wake_workers(&self) {
        self.mail_wakeup.notify_one();
        self.search_wakeup.notify_one();
        self.files_wakeup.notify_one();
    }
}

/// Logs a failure of which nobody else hears.
fn report(done: Result<(), Error>) {
    if let Err(error) = done {
        tracing::error!(%error, "something that was answered already could not be done");
    }
}
