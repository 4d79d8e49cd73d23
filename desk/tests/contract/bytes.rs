//! Of one customer among a thousand, no byte is left: in no file of the desk, and with PostgreSQL in no
//! file of the server and no base backup of it. Others write, search and are answered all the while.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use aho_corasick::AhoCorasick;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio::task::JoinSet;
use tresen_desk::Needles as Sought;
use tresen_desk::requests::{QueueQuery, QueueView, Submission};
use tresen_desk::{Desk, Location};
use tresen_model::RequestNumber;

use crate::support::{Form, Place, World, files_under, random_word};
use crate::traces::Needles;

stories! {
    one_of_a_thousand_is_erased_while_others_go_on,
    a_new_name_leaves_nothing_of_the_old_one,
}

const CUSTOMERS: usize = 1000;

/// The one who is erased, and one who stays; many lie between them and behind them.
const ERASED: usize = 400;
const STAYS: usize = 600;

const WITNESS: &str = "Zitronenfalterwort";

/// A customer all of whose words are made up, and nobody else's.
struct Customer {
    email: String,
    name: String,
    subject: String,
    body: String,
    file: String,
    contents: String,
    number: Option<RequestNumber>,
}

impl Customer {
    fn new() -> Self {
        let word = random_word;
        Self {
            email: format!("{}@{}.example", word(), word()),
            name: word(),
            subject: word(),
            body: word(),
            file: word(),
            contents: word(),
            number: None,
        }
    }

    /// Everything that nobody is to find, without what surrounds it.
    fn words(&self) -> Vec<&str> {
        let address = self.email.split(['@', '.']).take(2);
        address.chain([&*self.name, &self.subject, &self.body, &self.file, &self.contents]).collect()
    }

    /// What the search index has in the clear while they are there.
    fn searchable(&self) -> Vec<&str> {
        self.words().into_iter().filter(|word| *word != self.contents).collect()
    }

    async fn write(&mut self, desk: &Desk) {
        let mut files = desk.requests.receive_files();
        files.begin(&format!("{}.txt", self.file)).await.unwrap();
        files.write(format!("Contents: {}.", self.contents).as_bytes()).await.unwrap();
        files.end().await.unwrap();
        let form = Form::from(&self.email).called(&self.name).about(&self.subject, &self.body);
        let submission = Submission::parse(&form.fields(), desk.settings()).unwrap();
        self.number = Some(desk.requests.submit(submission, files.finish(), None).await.unwrap().number);
    }
}

/// Customers write and agents search and answer, mails go out, the index is kept, until it is dropped.
struct Traffic {
    ends: Arc<AtomicBool>,
    rounds: Arc<AtomicUsize>,
    tasks: JoinSet<()>,
}

impl Traffic {
    async fn start(world: &World, sought: &Customer) -> Self {
        let agent = world.agent("Grace").await;
        let (ends, rounds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..2 {
            let (desk, ends, rounds) = (world.desk.clone(), Arc::clone(&ends), Arc::clone(&rounds));
            let (agent, body) = (agent.clone(), sought.body.clone());
            tasks.spawn(async move {
                while !ends.load(Ordering::Acquire) {
                    let mut visitor = Customer::new();
                    visitor.write(&desk).await;
                    let number = visitor.number.unwrap();
                    let answer = format!("We are sorry about the {}.", visitor.subject);
                    let once = random_word();
                    desk.requests
                        .reply(&agent, number, &crate::support::reply(&answer, &once), Vec::new())
                        .await
                        .unwrap();
                    // Searching for the very words must not bring them anywhere.
                    let query =
                        QueueQuery { search: body.clone(), view: QueueView::All, ..QueueQuery::default() };
                    desk.requests.queue(&agent, &query).await.unwrap();
                    rounds.fetch_add(1, Ordering::AcqRel);
                    pause().await;
                }
            });
        }
        let (desk, stop) = (world.desk.clone(), Arc::clone(&ends));
        tasks.spawn(async move {
            while !stop.load(Ordering::Acquire) {
                desk.delivery.send_due_mails().await.unwrap();
                pause().await;
            }
        });
        let (desk, stop) = (world.desk.clone(), Arc::clone(&ends));
        tasks.spawn(async move {
            while !stop.load(Ordering::Acquire) {
                desk.indexer.index_stale().await.unwrap();
                pause().await;
            }
        });
        Self { ends, rounds, tasks }
    }

    /// Waits until so much more has happened.
    async fn go_on(&mut self, rounds: usize) {
        let end = self.rounds.load(Ordering::Acquire) + rounds;
        while self.rounds.load(Ordering::Acquire) < end {
            if let Some(done) = self.tasks.try_join_next() {
                done.unwrap();
            }
            pause().await;
        }
    }

    /// Ends it, and fails if something of it had failed.
    async fn end(mut self) {
        self.ends.store(true, Ordering::Release);
        while let Some(done) = self.tasks.join_next().await {
            done.unwrap();
        }
    }
}

/// Traffic that leaves the machine something for the rest.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// Everything in which something could lie, read anew for each look.
struct Files {
    places: Vec<PathBuf>,
    outgoing: PathBuf,
}

impl Files {
    /// In which files each of some byte strings is, whatever the case of letters.
    fn with(&self, sought: &[&[u8]]) -> Vec<BTreeSet<String>> {
        let matcher = AhoCorasick::builder().ascii_case_insensitive(true).build(sought).unwrap();
        let mut found = vec![BTreeSet::new(); sought.len()];
        let files = self.places.iter().flat_map(|place| match place.is_file() {
            true => vec![place.clone()],
            false => files_under(place),
        });
        for path in files.filter(|path| !path.starts_with(&self.outgoing)) {
            // Gone in the meantime, as the logs of a server that is at work.
            let Ok(contents) = std::fs::read(&path) else { continue };
            for hit in matcher.find_overlapping_iter(&contents) {
                found[hit.pattern().as_usize()].insert(path.display().to_string());
            }
        }
        found
    }

    fn have_all(&self, sought: &[&str]) {
        let found = self.with(&sought.iter().map(|text| text.as_bytes()).collect::<Vec<_>>());
        let missing: Vec<&&str> =
            sought.iter().zip(&found).filter(|(_, files)| files.is_empty()).map(|(text, _)| text).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    fn have_none(&self, sought: &[&str]) {
        let found = self.with(&sought.iter().map(|text| text.as_bytes()).collect::<Vec<_>>());
        assert!(found.iter().all(BTreeSet::is_empty), "{sought:?}: {found:?}");
    }
}

/// A PostgreSQL server whose files can be read.
struct Server {
    url: String,
    /// Its files, without those of other databases.
    places: Vec<PathBuf>,
    programs: PathBuf,
}

impl Server {
    async fn of(world: &World) -> Option<Self> {
        let Location::Server(url) = &world.place.database else { return None };
        let mut connection = PgConnection::connect(url).await.unwrap();
        const SQL: &str = "SELECT setting FROM pg_config WHERE name = 'BINDIR'";
        let (programs,): (String,) = sqlx::query_as(SQL).fetch_one(&mut connection).await.unwrap();
        let (data,): (String,) =
            sqlx::query_as("SHOW data_directory").fetch_one(&mut connection).await.unwrap();
        assert!(Path::new(&data).join("PG_VERSION").is_file(), "the server's files must be on this machine");
        // Of other tests' databases nothing is of interest.
        let names: Vec<&str> = urls(&world.place).iter().map(|url| url.rsplit_once('/').unwrap().1).collect();
        let own: Vec<(String,)> =
            sqlx::query_as("SELECT oid::text FROM pg_database WHERE datname::text = ANY($1)")
                .bind(names)
                .fetch_all(&mut connection)
                .await
                .unwrap();
        assert_eq!(own.len(), 2);
        let data = PathBuf::from(data);
        let entries = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path());
        let mut places: Vec<PathBuf> = entries.filter(|path| !path.ends_with("base")).collect();
        places.extend(own.iter().map(|(own,)| data.join("base").join(own)));
        Some(Self { url: url.clone(), places, programs: programs.into() })
    }

    async fn execute(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        for statement in sql.split(';') {
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }

    /// Has everything in its memory written to its files. A checkpoint leaves out unlogged tables, except
    /// the one before a database is copied as files.
    async fn flush(&self) {
        let name = format!("tresen_flush_{}", random_word());
        self.execute(&format!(
            "ANALYZE; CHECKPOINT; CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy; DROP DATABASE {name}"
        ))
        .await;
    }

    /// A base backup, with the log that it needs: streamed, since the server keeps little of its log and other tests
    /// fill it. They drop their databases meanwhile, too, and a file that vanishes while it is copied ends the copy:
    /// then it is made again.
    fn back_up(&self, folder: &Path) {
        const TRIES: usize = 10;
        for left in (0..TRIES).rev() {
            let mut program = Command::new(self.programs.join("pg_basebackup"));
            program.arg("--pgdata").arg(folder).args([
                "--checkpoint=fast",
                "--wal-method=stream",
                "--dbname",
            ]);
            let done = program.arg(&self.url).output().unwrap();
            if done.status.success() {
                return;
            }
            assert!(left > 0, "{}", String::from_utf8_lossy(&done.stderr));
        }
    }
}

/// Where the databases are, on a server.
fn urls(place: &Place) -> Vec<&String> {
    fn url(location: &Location) -> Option<&String> {
        match location {
            Location::Server(url) => Some(url),
            Location::File(_) => None,
        }
    }
    [&place.database, &place.keys].into_iter().filter_map(url).collect()
}

/// All files of a desk, and of its server.
fn files_of(world: &World, server: Option<&Server>) -> Files {
    let mut places = server.map(|server| server.places.clone()).unwrap_or_default();
    places.push(world.place.data().to_owned());
    Files { places, outgoing: world.place.outgoing() }
}

/// The wrapped key of somebody, as it lies in the key store. They are known by when they came.
async fn wrapped_key(world: &World, person: usize) -> Vec<u8> {
    let sql = format!("SELECT wrapped_key FROM person_key ORDER BY person_id LIMIT 1 OFFSET {person}");
    let sql = AssertSqlSafe(sql);
    let (key,): (Vec<u8>,) = match &world.place.keys {
        Location::File(path) => {
            let url = format!("sqlite:{}", path.display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap()
        }
        Location::Server(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap()
        }
    };
    assert!(key.len() >= 32);
    key
}

async fn one_of_a_thousand_is_erased_while_others_go_on(world: &World) {
    let mut customers: Vec<Customer> = (0..CUSTOMERS).map(|_| Customer::new()).collect();
    // One after the other, so that their keys lie in the same order.
    for customer in &mut customers {
        customer.write(&world.desk).await;
    }
    let (erased, stays) = (&customers[ERASED], &customers[STAYS]);
    let keys = [wrapped_key(world, ERASED).await, wrapped_key(world, STAYS).await];
    while world.desk.delivery.send_due_mails().await.unwrap() > 0 {}
    world.index().await;
    let mut traffic = Traffic::start(world, erased).await;
    traffic.go_on(5).await;

    let server = Server::of(world).await;
    let files = files_of(world, server.as_ref());
    if let Some(server) = &server {
        // A word that stands in a logged table is in every log and every backup.
        server
            .execute(&format!("CREATE TABLE witness (word TEXT); INSERT INTO witness VALUES ('{WITNESS}')"))
            .await;
        server.flush().await;
    }
    for customer in [erased, stays] {
        files.have_all(&customer.searchable());
        // The contents of files are in no index.
        files.have_none(&[&customer.contents]);
    }
    let sought = Arc::new(Sought::parse(&erased.words().join("\n")).unwrap());
    let look = async || {
        let (places, skip) = (vec![world.place.data().to_owned()], vec![files.outgoing.clone()]);
        world.desk.privacy.find_traces(Arc::clone(&sought), places, skip).await.unwrap()
    };
    let needles = Needles::new(erased.words());
    assert!(look().await.len() >= erased.searchable().len());
    assert_ne!(needles.traces(&world.place).await, Vec::<String>::new());
    assert!(files.with(&[&keys[0], &keys[1]]).iter().all(|files| !files.is_empty()));

    traffic.go_on(5).await;
    let done = world.desk.privacy.erase_by_operator(&erased.email).await.unwrap().unwrap();
    assert_eq!((done.count.requests, done.count.attachments), (1, 1));

    // At once, and after more has happened.
    for more in [0, 10] {
        traffic.go_on(more).await;
        if let Some(server) = &server {
            server.flush().await;
        }
        files.have_none(&erased.words());
        files.have_all(&stays.searchable());
    }
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    assert_eq!(look().await, []);

    // Nor is the key left with which the sealed rows of backups could be opened. A server's log has it
    // until that is overwritten, as a backup would have.
    if let Some(server) = &server {
        server.flush().await;
    }
    let left = files.with(&[&keys[0], &keys[1]]);
    let in_tables = |found: &BTreeSet<String>| found.iter().filter(|file| !file.contains("/pg_wal/")).count();
    assert_eq!(in_tables(&left[0]), 0, "{left:?}");
    assert_ne!(in_tables(&left[1]), 0);

    if let Some(server) = &server {
        let folder = tempfile::tempdir().unwrap();
        server.back_up(&folder.path().join("base"));
        let backup = Files { places: vec![folder.path().to_owned()], outgoing: files.outgoing.clone() };
        backup.have_none(&erased.words());
        // Of those who stay there is nothing in the clear either: the index is in no backup.
        backup.have_none(&stays.words());
        for files in [&files, &backup] {
            let found = &files.with(&[WITNESS.as_bytes()])[0];
            assert!(found.iter().any(|file| file.contains("/base/")), "{found:?}");
        }
        // Once more: the log that had it is overwritten by now.
        server.execute(&format!("INSERT INTO witness VALUES ('{WITNESS}')")).await;
        assert!(files.with(&[WITNESS.as_bytes()])[0].iter().any(|file| file.contains("/pg_wal/")));
    }
    traffic.end().await;
    assert!(world.desk.privacy.erase_by_operator(&erased.email).await.unwrap().is_none());
}

async fn a_new_name_leaves_nothing_of_the_old_one(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let (old, new) = (random_word(), random_word());
    world.desk.accounts.change_name(&ada, &old).await.unwrap();
    world.submit(&Form::from("ada@example.com").about("Teapot", "It drips")).await;
    world.index().await;
    let server = Server::of(world).await;
    let files = files_of(world, server.as_ref());
    let flush = async || {
        if let Some(server) = &server {
            server.flush().await;
        }
    };
    flush().await;
    files.have_all(&[&old]);
    world.desk.accounts.change_name(&ada, &new).await.unwrap();
    world.index().await;
    world.desk.tidy_up().await.unwrap();
    flush().await;
    files.have_none(&[&old]);
    files.have_all(&[&new]);
}
