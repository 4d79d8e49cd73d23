//! A company's desk, made up: requests of three years in bulk, to measure a desk that has them.
//!
//! - `plan`: what happened in each request
//! - `words`: what people wrote, with a natural spread of words
//! - `rows`: rows of a batch, sealed as others are
//!
//! Everything is stored as if it had been written by people: sealed, found by search, counted, and erased and
//! exported like anything else. But many requests share a transaction, and nobody is mailed.

mod plan;
mod rows;
mod words;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use async_recursion::async_recursion as boxed;
use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tokio::task::JoinHandle;
use tresen_keys::{PersonKey, random};
use tresen_model::{EmailAddress, PersonId, Problem, Role};
use tresen_store::{dialect, on};

use self::plan::{AGENTS, Company};
use self::rows::Made;
use crate::address::blind_index;
use crate::desk::Desk;
use crate::error::{Broken, Error};
use crate::requests::statistics::Tally;
use crate::requests::{File, statistics};
use crate::search::Entry;

/// Requests that are stored in one transaction.
const BATCH: u64 = 1_000;

/// Requests whose words are put into the index at a time.
const WORDS: usize = 10_000;

/// Files that are written side by side.
const FILES_AT_ONCE: usize = 16;

/// Requests of each person who has much, and comments in each after the first.
const MUCH: u64 = 1_000;
const MUCH_COMMENTS: usize = 5;

/// What was made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MadeUp {
    /// Comments, notes included.
    pub comments: u64,
    /// Files.
    pub files: u64,
    /// Customers who have written.
    pub customers: u64,
    /// How many requests each person has who was to have much.
    pub each: u64,
}

/// What all batches need.
struct Making {
    company: Company,
    kinds: Vec<String>,
    agents: Vec<(PersonId, String)>,
    /// Whether words are put into the index here, and not by the worker.
    fills: bool,
}

/// A request to be made up, and whose it is.
struct Wanted {
    number: u64,
    person: PersonId,
    key: PersonKey,
    email: EmailAddress,
    has_much: bool,
}

/// A batch that is being made up.
struct Begun {
    /// The number of the first request of the next one.
    after: u64,
    made: JoinHandle<Result<Vec<Made>, Broken>>,
}

/// What was written so far.
#[derive(Default)]
struct Written {
    writers: HashMap<String, (PersonId, PersonKey)>,
    /// Who has a row.
    known: HashSet<PersonId>,
    numbers: HashSet<u64>,
    statistics: BTreeMap<(i64, String, Option<Uuid>), Tally>,
    comments: u64,
    files: u64,
}

impl Desk {
    /// Stores so many made-up requests of a company with twenty agents. A thousand of them, or as many as there are,
    /// belong to each of the persons in `with_much`.
    ///
    /// # Errors
    /// A refusal on `email` when there are too few requests for these persons; otherwise [`Error::Broken`].
    #[boxed]
    pub async fn make_up(&self, requests: u64, with_much: &[EmailAddress]) -> Result<MadeUp, Error> {
        let every = (requests / MUCH).max(1);
        if every < with_much.len() as u64 {
            return Err(Error::refused("email", Problem::ChoiceUnknown));
        }
        let kinds: Vec<String> = self.settings().request_types.iter().map(|kind| kind.id.clone()).collect();
        let company = Company::new(requests, self.now(), kinds.len());
        let fills = self.search.index.make_room(self.make_room_for(requests).await?).await?;
        let agents = self.make_up_agents().await?;
        let making = Arc::new(Making { company, kinds, agents, fills });
        let mut written = Written { numbers: self.numbers_taken().await?, ..Written::default() };
        let mut words = Vec::new();
        let mut filling: Option<JoinHandle<Result<(), Broken>>> = None;

        let mut next = self.begin_batch(&making, 0, with_much, &mut written).await?;
        while let Some(batch) = next {
            let after = batch.after;
            let mut made = batch.made.await.map_err(|_| Broken::Task)??;
            // One batch is made up and sealed while the one before it is written.
            next = self.begin_batch(&making, after, with_much, &mut written).await?;
            let stored = self.store_files(&mut made).await?;
            words.extend(self.store_batch(made, stored, &mut written).await?);
            if words.len() >= WORDS {
                joined(filling.take()).await?;
                let (desk, words) = (self.clone(), std::mem::take(&mut words));
                filling = Some(tokio::spawn(async move { desk.fill_words(words).await }));
            }
        }
        joined(filling).await?;
        self.fill_words(words).await?;
        let mut tx = self.store.write().await?;
        for ((day, kind, agent), tally) in &written.statistics {
            statistics::insert(&mut tx, *day, kind, *agent, tally, false).await?;
        }
        tx.commit().await?;
        let Written { comments, files, writers, .. } = written;
        Ok(MadeUp { comments, files, customers: writers.len() as u64, each: MUCH.min(requests / every) })
    }

    /// How many requests there will be.
    async fn make_room_for(&self, more: u64) -> Result<i64, Broken> {
        let mut reader = self.store.read().await?;
        let (there,): (i64,) =
            on!(reader.conn(), c => sqlx::query_as("SELECT COUNT(*) FROM request").fetch_one(c).await)?;
        Ok(there.saturating_add(more.cast_signed()))
    }

    async fn numbers_taken(&self) -> Result<HashSet<u64>, Broken> {
        let mut reader = self.store.read().await?;
        let rows: Vec<(i64,)> =
            on!(reader.conn(), c => sqlx::query_as("SELECT number FROM request").fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(number,)| number.cast_unsigned()).collect())
    }

    /// Agents with a random password: nobody signs in as one of them.
    async fn make_up_agents(&self) -> Result<Vec<(PersonId, String)>, Error> {
        let mut agents = Vec::with_capacity(AGENTS);
        for number in 1..=AGENTS {
            let (email, name) = (format!("agent{number}@example.com"), format!("Agent no. {number}"));
            let parsed = EmailAddress::parse(&email).map_err(|problem| Error::refused("email", problem))?;
            let known = self.people.find_by_address(&parsed).await?;
            let person = match known {
                Some((row, _)) => row.id,
                None => {
                    let password = data_encoding::BASE64.encode(&random::bytes::<24>()?);
                    self.accounts.add_person(&email, &name, Role::Agent, &password).await?;
                    let found = self.people.find_by_address(&parsed).await?;
                    found.ok_or(Error::NotFound)?.0.id
                }
            };
            agents.push((PersonId(person), name));
        }
        Ok(agents)
    }

    /// Has the requests of a batch made up on another thread; `None` after the last one.
    async fn begin_batch(
        &self,
        making: &Arc<Making>,
        first: u64,
        with_much: &[EmailAddress],
        written: &mut Written,
    ) -> Result<Option<Begun>, Error> {
        let after = (first + BATCH).min(making.company.requests);
        if first == after {
            return Ok(None);
        }
        let every = (making.company.requests / MUCH).max(1);
        // Side by side in each stretch of `every`.
        let much = |number: u64| {
            let place = usize::try_from(number % every).ok().filter(|_| number / every < MUCH);
            place.and_then(|place| with_much.get(place))
        };
        let mut owners = Vec::with_capacity(BATCH as usize);
        let mut new = BTreeMap::new();
        for number in first..after {
            let email = match much(number) {
                Some(email) => email.clone(),
                None => {
                    let address = Company::address(making.company.customer(number));
                    EmailAddress::parse(&address).map_err(|problem| Error::refused("email", problem))?
                }
            };
            if !written.writers.contains_key(email.as_str()) {
                new.insert(email.as_str().to_owned(), email.clone());
            }
            owners.push((number, email, much(number).is_some()));
        }
        let indexes: Vec<[u8; 32]> = new.values().map(|email| blind_index(&self.keys, email)).collect();
        let found = self.keys.find_or_create_all(&indexes, self.now()).await?;
        written.writers.extend(new.into_keys().zip(found));
        let mut wanted = Vec::with_capacity(owners.len());
        for (number, email, has_much) in owners {
            let (person, key) = written
                .writers
                .get(email.as_str())
                .cloned()
                .ok_or(Broken::Inconsistent("writer", Uuid::nil()))?;
            wanted.push(Wanted { number, person, key, email, has_much });
        }
        let making = Arc::clone(making);
        let made = tokio::task::spawn_blocking(move || rows::make(&making, wanted));
        Ok(Some(Begun { after, made }))
    }

    /// Writes the files of a batch, by the place of their request.
    async fn store_files(&self, batch: &mut [Made]) -> Result<HashMap<usize, Vec<File>>, Error> {
        let contents: Vec<(usize, String, Vec<u8>)> = batch
            .iter_mut()
            .enumerate()
            .filter_map(|(place, made)| made.file.take().map(|(name, contents)| (place, name, contents)))
            .collect();
        let writing = contents.into_iter().map(|(place, name, contents)| {
            let mut input = self.requests.receive_files();
            async move {
                input.begin(&name).await?;
                input.write(&contents).await?;
                input.end().await?;
                Ok::<_, Error>((place, input.finish()))
            }
        });
        stream::iter(writing).buffer_unordered(FILES_AT_ONCE).try_collect().await
    }

    /// Puts words into the index, and takes the mark from their requests. Where the index has no way for many at once,
    /// the marks stay, and the worker does it.
    async fn fill_words(&self, words: Vec<Entry>) -> Result<(), Broken> {
        const DONE: usize = 500;
        if words.is_empty() {
            return Ok(());
        }
        // An erasure waits until it is done, and then removes it.
        let _indexing = self.search.writing.lock().await;
        let requests: Vec<Uuid> = words.iter().map(|entry| entry.request.0).collect();
        self.search.index.fill(words).await?;
        let mut tx = self.store.write().await?;
        for some in requests.chunks(DONE) {
            let places = dialect::places(2, some.len());
            let sql = format!("UPDATE request SET search_stale = $1 WHERE id IN {places}");
            on!(tx.conn(), c => {
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(false);
                for request in some {
                    query = query.bind(*request);
                }
                query.execute(c).await.map(drop)
            })?;
        }
        Ok(tx.commit().await?)
    }
}

async fn joined(filling: Option<JoinHandle<Result<(), Broken>>>) -> Result<(), Broken> {
    match filling {
        Some(filling) => filling.await.map_err(|_| Broken::Task)?,
        None => Ok(()),
    }
}
