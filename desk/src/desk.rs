//! The desk: puts the subjects together, opens and closes them.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_recursion::async_recursion as boxed;
use tokio::sync::{Mutex, Semaphore, broadcast};
use tresen_keys::{KeyStore, MasterKey};
use tresen_mail::OwnLinks;
use tresen_model::Timestamp;
use tresen_store::{Location, Pool, Store, StoreError};

use crate::abuse::{Counts, Limits};
use crate::accounts::Accounts;
use crate::accounts::factors::passkeys::relying_party;
use crate::background::{Background, Gathered, Wakeups};
use crate::clock::Clock;
use crate::delivery::{Delivery, FILES_AT_ONCE, Sent, Templates, Transport};
use crate::error::Broken;
use crate::events::{Channel, Event, Events};
use crate::indexing::Indexer;
use crate::indexing::epoch::Filling;
use crate::intake::{Intake, Verifier};
use crate::joining::Joining;
use crate::migrations;
use crate::objects::Objects;
use crate::outage::{Outage, Room};
use crate::outbox::Outbox;
use crate::people::passwords::Passwords;
use crate::people::{People, own_links};
use crate::privacy::farewell::Farewells;
use crate::privacy::recall::Erasures;
use crate::privacy::unfinished::Postponed;
use crate::privacy::{Privacy, versions};
use crate::requests::{QueueTeller, Requests};
use crate::search::{Index, Search};
use crate::settings::Settings;
use crate::staff::Staff;
use crate::tokens::Tokens;
use crate::uploads::Files;
use crate::webhooks::Webhooks;

/// How long a probe waits for a database.
const PING: Duration = Duration::from_secs(5);

/// How long it takes until other nodes are listened to again.
const LISTEN_AGAIN: Duration = Duration::from_secs(5);

/// The service desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Subjects>);

/// The subjects of a [`Desk`], each with its methods, and what all of them stand on.
pub struct Subjects {
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) objects: Arc<Objects>,
    room: Arc<Room>,
    pub(crate) background: Background,
    wakeups: Arc<Wakeups>,
    events: Events,
    /// How often something may be tried.
    pub limits: Arc<Limits>,
    /// Who there is, and the proofs of who asks.
    pub people: Arc<People>,
    /// API tokens.
    pub tokens: Arc<Tokens>,
    /// Other programs that are told of what happens.
    pub webhooks: Arc<Webhooks>,
    /// Mails that wait to be sent.
    pub outbox: Arc<Outbox>,
    /// The search index.
    pub search: Arc<Search>,
    /// Requests, and what is said in them.
    pub requests: Arc<Requests>,
    /// Mail in.
    pub intake: Arc<Intake>,
    /// The worker that fills the search index.
    pub indexer: Arc<Indexer>,
    /// Files that are checked and made small.
    pub files: Arc<Files>,
    /// What sends mails.
    pub delivery: Arc<Delivery>,
    /// Who works at the desk.
    pub staff: Arc<Staff>,
    /// Accounts, and how people sign in.
    pub accounts: Arc<Accounts>,
    /// The rights of those whose data the desk holds.
    pub privacy: Arc<Privacy>,
    /// Another address for an account.
    pub joining: Arc<Joining>,
}

impl Deref for Desk {
    type Target = Subjects;

    fn deref(&self) -> &Subjects {
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
        let desk = Self(Arc::new(Subjects::put_together(opening).await?));
        desk.privacy.compare_erasures().await?;
        desk.privacy.resume_erasures(Timestamp(i64::MAX)).await?;
        desk.privacy.keep_the_erased_out().await?;
        desk.intake.tidy_asides().await?;
        desk.privacy.keep_restricted_unsearchable().await?;
        desk.indexer.check_index().await?;
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
        self.background.closing.cancel();
    }

    /// Waits until the desk is being closed.
    #[boxed]
    pub async fn closing(&self) {
        self.background.closing.cancelled().await;
    }

    /// Hears of everything that happens to requests from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Passes on the events of other nodes and processes, and lets the workers look, until the desk is
    /// closed.
    #[boxed]
    pub async fn hear_other_nodes(&self) {
        let closing = &self.background.closing;
        while !closing.is_cancelled() {
            tokio::select! {
                heard = self.events.channel.listen(
                    &self.store,
                    || self.wakeups.all(),
                    |person| self.keys.forget_cached(person),
                ) => match heard {
                    Ok(()) => return,
                    Err(error) => tracing::warn!(%error, "live events were interrupted; trying again in 5 seconds"),
                },
                () = closing.cancelled() => return,
            }
            tokio::time::sleep(LISTEN_AGAIN).await;
        }
    }

    /// Checks that database and key store can be reached, and that there is room to write. What a trial of
    /// the disk came to counts for 5 seconds.
    ///
    /// # Errors
    /// Why nothing can be stored at the moment. The log says more.
    #[boxed]
    pub async fn ready(&self) -> Result<(), Outage> {
        for store in [&*self.store, self.keys.store()] {
            // A pool waits for a server that is being started.
            let pinged = tokio::time::timeout(PING, store.ping()).await;
            if let Err(error) = pinged.unwrap_or(Err(StoreError::PoolTimedOut)) {
                tracing::error!(%error, "a database does not answer");
                return Err(tresen_store::outage::of_store(&error).unwrap_or(Outage::Database));
            }
        }
        self.room.check().await.map_or(Ok(()), Err)
    }

    /// Lets workers end, waits for what is under way, and closes the databases.
    #[boxed]
    pub async fn close(&self) {
        self.background.closing.cancel();
        self.settle().await;
        self.privacy.erasures_are_copied().await;
        self.search.index.close().await;
        self.keys.store().close().await;
        self.store.close().await;
    }

    /// Waits until everything that was answered before its work was done is done.
    #[boxed]
    pub async fn settle(&self) {
        self.background.settle().await;
    }
}

impl Subjects {
    /// Gives each subject what it needs, from the bottom up.
    async fn put_together(opening: Opening) -> Result<Self, Broken> {
        let Opening { settings, clock, pool, folder, templates, transport, .. } = opening;
        let store = Arc::new(Store::open(&opening.database, &migrations::DATA, pool).await?);
        let keys = KeyStore::new(
            Store::open(&opening.keys, &tresen_keys::MIGRATIONS, pool).await?,
            opening.master_key,
        );
        keys.check_master().await?;
        let keys = Arc::new(keys);
        let index = Arc::new(Index::open(&store, &folder, pool).await?);
        let privacy_version = versions::in_force(&store, &settings, clock.now()).await?;
        let begun = versions::first(&store).await?.unwrap_or_else(|| clock.now());
        let erasures = Erasures::open(&folder, opening.erasures_copy, keys.master(), begun)?;
        let verifier = match &settings.intake {
            intake if intake.verify => {
                let made = Verifier::new(intake.resolver);
                Some(Arc::new(made.map_err(|error| Broken::Resolver(error.to_string()))?))
            }
            _ => None,
        };
        let room = Arc::new(Room::of([&opening.database, &opening.keys], &opening.objects));
        let objects = Arc::new(Objects::open(&opening.objects).await?);
        let settings = Arc::new(settings);
        let (templates, transport) = (Arc::new(templates), Arc::new(transport));
        let (background, wakeups) = (Background::default(), Arc::<Wakeups>::default());
        let events = Events {
            store: Arc::clone(&store),
            channel: Arc::new(Channel::new(&store, &folder)),
            untold: Arc::default(),
            background: background.clone(),
            wakeups: Arc::clone(&wakeups),
        };

        let reading = Arc::new(Semaphore::new(own_links::READ_AT_ONCE));
        let limits = Arc::new(Limits {
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            counts: Arc::new(Counts::open(&store).await?),
        });
        let people = Arc::new(People {
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            limits: Arc::clone(&limits),
            own_links: Arc::new(OwnLinks::new(&settings.public_url, settings.mail_from.as_str())),
            passwords: Arc::new(Passwords::new()?),
            reading: Arc::clone(&reading),
        });
        let tokens = Arc::new(Tokens {
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            limits: Arc::clone(&limits),
            people: Arc::clone(&people),
        });
        let outbox = Arc::new(Outbox {
            settings: Arc::clone(&settings),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            clock: Arc::clone(&clock),
            wakeups: Arc::clone(&wakeups),
            limits: Arc::clone(&limits),
            people: Arc::clone(&people),
        });
        let search = Arc::new(Search {
            store: Arc::clone(&store),
            wakeups: Arc::clone(&wakeups),
            index,
            writing: Arc::new(Mutex::new(())),
        });
        let requests = Arc::new(Requests {
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            objects: Arc::clone(&objects),
            events: events.clone(),
            background: background.clone(),
            wakeups: Arc::clone(&wakeups),
            limits: Arc::clone(&limits),
            people: Arc::clone(&people),
            outbox: Arc::clone(&outbox),
            search: Arc::clone(&search),
            queue_teller: Arc::new(QueueTeller::default()),
            seen: Arc::new(Gathered::default()),
            privacy_version,
        });
        let webhooks = Arc::new(Webhooks {
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            people: Arc::clone(&people),
            outbox: Arc::clone(&outbox),
            requests: Arc::clone(&requests),
        });
        let intake = Arc::new(Intake {
            reading: Arc::clone(&reading),
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            wakeups: Arc::clone(&wakeups),
            events: events.clone(),
            people: Arc::clone(&people),
            outbox: Arc::clone(&outbox),
            search: Arc::clone(&search),
            requests: Arc::clone(&requests),
            templates: Arc::clone(&templates),
            verifier,
        });
        let indexer = Arc::new(Indexer {
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            background: background.clone(),
            wakeups: Arc::clone(&wakeups),
            people: Arc::clone(&people),
            search: Arc::clone(&search),
            requests: Arc::clone(&requests),
            filling: Arc::new(Filling::default()),
        });
        let files = Arc::new(Files {
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            objects: Arc::clone(&objects),
            background: background.clone(),
            wakeups: Arc::clone(&wakeups),
            requests: Arc::clone(&requests),
            previewing: Arc::new(Semaphore::new(1)),
        });
        let delivery = Arc::new(Delivery {
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            background: background.clone(),
            wakeups: Arc::clone(&wakeups),
            events: events.clone(),
            people: Arc::clone(&people),
            outbox: Arc::clone(&outbox),
            requests: Arc::clone(&requests),
            files: Arc::clone(&files),
            sent: Arc::new(Sent::default()),
            transport: Arc::clone(&transport),
            templates: Arc::clone(&templates),
            mail_files: Arc::new(Semaphore::new(FILES_AT_ONCE)),
        });
        let staff = Arc::new(Staff {
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            wakeups: Arc::clone(&wakeups),
            people: Arc::clone(&people),
            outbox: Arc::clone(&outbox),
            search: Arc::clone(&search),
        });
        let accounts = Arc::new(Accounts {
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            background: background.clone(),
            wakeups: Arc::clone(&wakeups),
            limits: Arc::clone(&limits),
            people: Arc::clone(&people),
            outbox: Arc::clone(&outbox),
            search: Arc::clone(&search),
            staff: Arc::clone(&staff),
            passkeys: relying_party(&settings.public_url, &settings.name).map(Arc::new),
        });
        let privacy = Arc::new(Privacy {
            settings: Arc::clone(&settings),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            objects: Arc::clone(&objects),
            background: background.clone(),
            wakeups: Arc::clone(&wakeups),
            limits: Arc::clone(&limits),
            people: Arc::clone(&people),
            outbox: Arc::clone(&outbox),
            search: Arc::clone(&search),
            requests: Arc::clone(&requests),
            intake: Arc::clone(&intake),
            accounts: Arc::clone(&accounts),
            postponed: Arc::new(Postponed::default()),
            erasures,
            farewells: Arc::new(Farewells::default()),
            transport: Arc::clone(&transport),
            templates: Arc::clone(&templates),
            privacy_version,
        });
        let joining = Arc::new(Joining {
            limits: Arc::clone(&limits),
            clock: Arc::clone(&clock),
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            background: background.clone(),
            wakeups: Arc::clone(&wakeups),
            people: Arc::clone(&people),
            outbox: Arc::clone(&outbox),
            search: Arc::clone(&search),
            accounts: Arc::clone(&accounts),
            privacy: Arc::clone(&privacy),
        });

        Ok(Self {
            settings,
            clock,
            store,
            keys,
            objects,
            room,
            background,
            wakeups,
            events,
            limits,
            people,
            tokens,
            webhooks,
            outbox,
            search,
            requests,
            intake,
            indexer,
            files,
            delivery,
            staff,
            accounts,
            privacy,
            joining,
        })
    }
}
