//! A desk of one's own for each story, and what the stories do with it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tresen_desk::Secret;
use tresen_desk::accounts::Login;
use tresen_desk::clock::TestClock;
use tresen_desk::delivery::{Templates, Transport};
use tresen_desk::people::{Agent, Entry, LinkHolder, Purpose, Session};
use tresen_desk::requests::{
    Access, Fields, File, ListQuery, OpenFile, QueueQuery, Reply, Submission, Submitted,
};
use tresen_desk::settings::IntakeSettings;
use tresen_desk::settings::{AttachmentLimits, SecondFactor, SignIn};
use tresen_desk::settings::{FormSettings, LimitSettings};
use tresen_desk::settings::{PrivacySettings, Retention};
use tresen_desk::tokens::{NewService, Scope};
use tresen_desk::{Broken, Desk, Error, Location, MasterKey, Opening, Pool, Refusal, Settings};
use tresen_model::views::{Page, RequestLine};
use tresen_model::{EmailAddress, Language, Problem, RequestNumber, Role, Status, Timestamp, Visibility};

use crate::mail::Mail;

pub(crate) const PASSWORD: &str = "vermilion gearbox sonata 88";
pub(crate) const OTHER_PASSWORD: &str = "teapot glacier monorail 41";
/// The limits of the desks here: smaller than those people get, so that tests are quick.
pub(crate) const MAX_FILES: usize = 4;
pub(crate) const MAX_BYTES: u64 = 300_000;

/// Each desk may open two pools of ten connections; the server that xtask starts takes 400.
static POSTGRES: Semaphore = Semaphore::const_new(6);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A desk in a folder, and databases, of its own.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) place: Place,
    seen: Mutex<HashSet<PathBuf>>,
    /// What the browser of the story keeps for each who logs in with it.
    devices: Mutex<HashMap<String, Secret>>,
    _turn: Option<SemaphorePermit<'static>>,
}

/// Where a desk's things are.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) database: Location,
    pub(crate) keys: Location,
    /// Of each pool.
    connections: u32,
    names: Vec<String>,
}

/// A unit of work that takes a second connection waits for itself.
pub(crate) const ONE_CONNECTION: u32 = 1;

/// How often a race is run: many rounds where `cargo xtask test --thorough` asks for them.
pub(crate) fn rounds(few: u64, many: u64) -> u64 {
    if std::env::var_os("TRESEN_TEST_THOROUGH").is_some() { many } else { few }
}

pub(crate) fn random_word() -> String {
    let mut bytes = [0_u8; 12];
    getrandom::fill(&mut bytes).unwrap();
    bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect()
}

fn server() -> String {
    std::env::var("TRESEN_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "TRESEN_TEST_POSTGRES is not set: run `cargo xtask test`, which starts a PostgreSQL for this test"
        )
    })
}

/// A folder that is there until the tests end. What is static is never dropped, so those of earlier runs go first.
fn kept_folder() -> tempfile::TempDir {
    const BEFORE: &str = "contract-";
    let tests = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(tests).unwrap();
    for entry in std::fs::read_dir(tests).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        let process = name.strip_prefix(BEFORE).and_then(|rest| rest.split('-').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
    let prefix = format!("{BEFORE}{}-", std::process::id());
    tempfile::Builder::new().prefix(&prefix).tempdir_in(tests).unwrap()
}

/// The files of a desk on SQLite.
const FILES: [&str; 3] = ["tresen.db", "keys.db", "search.db"];

/// A desk that was opened once, of each engine: its tables are made once for all stories.
static PREPARED: [OnceCell<Place>; 2] = [OnceCell::const_new(), OnceCell::const_new()];

impl Place {
    /// Without a desk.
    pub(crate) async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::of_files(tempfile::tempdir().unwrap()),
            Engine::Postgres => Self::copied(["template0"; 2]).await,
        }
    }

    /// With a desk that has its tables and nothing else.
    async fn prepared(engine: Engine) -> Self {
        let prepared = PREPARED[engine as usize].get_or_init(|| Self::prepare(engine)).await;
        match engine {
            Engine::Sqlite => {
                let place = Self::new(engine).await;
                for file in FILES {
                    std::fs::copy(prepared.data().join(file), place.data().join(file)).unwrap();
                }
                place
            }
            Engine::Postgres => Self::copied([&prepared.names[0], &prepared.names[1]]).await,
        }
    }

    async fn prepare(engine: Engine) -> Self {
        let place = match engine {
            Engine::Sqlite => Self::of_files(kept_folder()),
            Engine::Postgres => Self::new(engine).await,
        };
        Desk::open(place.opening(clock())).await.unwrap().close().await;
        place
    }

    fn of_files(folder: tempfile::TempDir) -> Self {
        Self {
            database: Location::File(folder.path().join(FILES[0])),
            keys: Location::File(folder.path().join(FILES[1])),
            folder,
            connections: ONE_CONNECTION,
            names: Vec::new(),
        }
    }

    /// New databases for data and keys, as these are.
    async fn copied(templates: [&str; 2]) -> Self {
        let server = server();
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let mut names = Vec::new();
        for (kind, template) in ["data", "keys"].into_iter().zip(templates) {
            let name = format!("tresen_{kind}_{}", random_word());
            let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            names.push(name);
        }
        connection.close().await.unwrap();
        let base = server.rsplit_once('/').unwrap().0;
        let at = |name: &String| Location::Server(format!("{base}/{name}"));
        let folder = tempfile::tempdir().unwrap();
        Self { database: at(&names[0]), keys: at(&names[1]), folder, connections: ONE_CONNECTION, names }
    }

    /// The databases and files as they are now, which nobody has open: a copy of the disk.
    pub(crate) async fn copy(&self) -> Self {
        let copy = match self.names.as_slice() {
            [data, keys] => Self::copied([data, keys]).await,
            _ => Self::new(Engine::Sqlite).await,
        };
        for path in files_under(self.data()) {
            let to = copy.data().join(path.strip_prefix(self.data()).unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(path, to).unwrap();
        }
        copy
    }

    /// Everything but mails that were delivered.
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn outgoing(&self) -> PathBuf {
        self.folder.path().join("mail/outgoing")
    }

    pub(crate) fn opening(&self, clock: Arc<TestClock>) -> Opening {
        self.opening_with(clock, MasterKey::derive(&[7; 32]))
    }

    pub(crate) fn opening_with(&self, clock: Arc<TestClock>, master_key: MasterKey) -> Opening {
        Opening {
            settings: settings(),
            clock,
            database: self.database.clone(),
            keys: self.keys.clone(),
            // Slow machines run many stories at once.
            pool: Pool { connections: self.connections, patience: Duration::from_secs(30) },
            folder: self.folder.path().to_owned(),
            objects: self.folder.path().join("objects"),
            erasures_copy: None,
            master_key,
            templates: Templates::load(None).unwrap(),
            transport: Transport::folder(self.outgoing()).unwrap(),
        }
    }

    pub(crate) async fn remove(&self) {
        if self.names.is_empty() {
            return;
        }
        let mut connection = PgConnection::connect(&server()).await.unwrap();
        for name in &self.names {
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
    }
}

fn settings() -> Settings {
    Settings {
        name: "Fjord Service".into(),
        public_url: "https://desk.example".into(),
        mail_from: EmailAddress::parse("service@desk.example").unwrap(),
        accent: "#1b5e9b".into(),
        request_types: Settings::default_request_types(),
        attachments: AttachmentLimits { max_files: MAX_FILES, max_bytes: MAX_BYTES },
        uploads: tresen_desk::settings::Uploads::default(),
        privacy: PrivacySettings::default(),
        outgoing: tresen_desk::settings::Outgoing::default().resolved(true),
        retention: Retention::default(),
        intake: IntakeSettings {
            authserv_id: Some(crate::letters::TRUSTED.into()),
            spam_header: Some("X-Spam-Score".into()),
            spam_at: "5".into(),
            blocked: vec!["@blocked.example".into()],
            relays: vec!["forms@shop.example".into(), "@relay.example".into()],
            per_sender_hour: crate::letters::PER_SENDER_HOUR,
            ..IntakeSettings::default()
        },
        // The stories about it say `required`.
        sign_in: SignIn { second_factor: SecondFactor::Offered },
        limits: LimitSettings::default(),
        // Nobody is to wait for the sums of those who test.
        forms: FormSettings { proof_bits: 3, ..FormSettings::default() },
        providers: Vec::new(),
    }
}

pub(crate) fn clock() -> Arc<TestClock> {
    Arc::new(TestClock::new(Timestamp(1_800_000_000_000_000)))
}

/// A form as somebody fills it in.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) once: String,
    pub(crate) language: Language,
}

impl Form {
    pub(crate) fn from(email: &str) -> Self {
        Self {
            email: email.into(),
            name: String::new(),
            kind: "question".into(),
            subject: "The printer".into(),
            body: "It prints everything twice.".into(),
            once: random_word(),
            language: Language::English,
        }
    }

    pub(crate) fn about(mut self, subject: &str, body: &str) -> Self {
        self.subject = subject.into();
        self.body = body.into();
        self
    }

    pub(crate) fn called(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields {
            email: &self.email,
            name: &self.name,
            kind: &self.kind,
            subject: &self.subject,
            body: &self.body,
            consent: true,
            once: &self.once,
            language: self.language,
        }
    }
}

/// An agent's answer for the customer.
pub(crate) fn reply<'a>(body: &'a str, once: &'a str) -> Reply<'a> {
    Reply { body, once, visibility: Visibility::Public, status: None }
}

/// An agent's internal note.
pub(crate) fn note<'a>(body: &'a str, once: &'a str) -> Reply<'a> {
    Reply { visibility: Visibility::Internal, ..reply(body, once) }
}

impl World {
    pub(crate) async fn new(engine: Engine) -> Self {
        Self::with_connections(engine, ONE_CONNECTION).await
    }

    pub(crate) async fn with_connections(engine: Engine, connections: u32) -> Self {
        let turn = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(POSTGRES.acquire().await.unwrap()),
        };
        let place = Place { connections, ..Place::prepared(engine).await };
        let clock = clock();
        let desk = Desk::open(place.opening(Arc::clone(&clock))).await.unwrap();
        Self { engine, desk, clock, place, seen: Mutex::default(), devices: Mutex::default(), _turn: turn }
    }

    /// The token of a new service.
    pub(crate) async fn service(&self, name: &str, scopes: &[Scope]) -> Secret {
        let new = NewService { name, scopes: scopes.iter().copied().collect(), kinds: &[], days: None };
        self.desk.tokens.add_service_token(&new).await.unwrap()
    }

    /// One more desk on the same files.
    pub(crate) async fn open_another(&self) -> Result<Desk, Broken> {
        Desk::open(self.place.opening(Arc::clone(&self.clock))).await
    }

    /// Checks that the counts that triggers keep are those of the rows.
    pub(crate) async fn check_counts(&self) {
        const WRONG: &str = "SELECT COUNT(*) FROM (
            SELECT status, held, kind, assignee_id, SUM(requests) FROM (
                SELECT status, held, kind, assignee_id, requests FROM request_count
                UNION ALL SELECT status, held_at IS NOT NULL, kind, COALESCE(assignee_id, NOBODY), -1 FROM request
            ) AS counted GROUP BY status, held, kind, assignee_id HAVING SUM(requests) <> 0) AS wrong";
        let nobody = match self.engine {
            Engine::Sqlite => "zeroblob(16)",
            Engine::Postgres => "'00000000-0000-0000-0000-000000000000'::uuid",
        };
        assert_eq!(
            self.count(WRONG.replace("NOBODY", nobody)).await,
            0,
            "the counts that are kept are wrong"
        );
    }

    pub(crate) async fn end(self) {
        self.check_counts().await;
        self.desk.close().await;
        self.place.remove().await;
    }

    /// Moves the clock on by a second, so that one thing happens after the other.
    pub(crate) fn tick(&self) {
        self.clock.advance_seconds(1);
    }

    // What people do.

    pub(crate) async fn try_submit(
        &self,
        form: &Form,
        session: Option<&Session>,
    ) -> Result<Submitted, Error> {
        self.submit_with(form, Vec::new(), session).await
    }

    pub(crate) async fn submit_with(
        &self,
        form: &Form,
        files: Vec<File>,
        session: Option<&Session>,
    ) -> Result<Submitted, Error> {
        let submission = Submission::parse(&form.fields(), self.desk.settings())?;
        self.desk.requests.submit(submission, files, session).await
    }

    /// A new request.
    pub(crate) async fn submit(&self, form: &Form) -> RequestNumber {
        self.tick();
        let submitted = self.try_submit(form, None).await.unwrap();
        assert!(!submitted.again);
        submitted.number
    }

    /// Sends what waits, and gives the mails that were not looked at before.
    pub(crate) async fn post(&self) -> Vec<Mail> {
        self.desk.settle().await;
        while self.desk.delivery.send_due_mails().await.unwrap() > 0 {}
        let mut seen = self.seen.lock().unwrap();
        let mut new: Vec<PathBuf> =
            files_under(&self.place.outgoing()).into_iter().filter(|path| !seen.contains(path)).collect();
        new.sort();
        seen.extend(new.iter().cloned());
        new.iter().map(|path| Mail::parse(&std::fs::read(path).unwrap())).collect()
    }

    /// The one mail that was sent since the last look.
    pub(crate) async fn mail(&self) -> Mail {
        let mut mails = self.post().await;
        let subjects: Vec<&str> = mails.iter().map(Mail::subject).collect();
        assert_eq!(mails.len(), 1, "mails: {subjects:?}");
        mails.remove(0)
    }

    /// Somebody with an account, without requests.
    pub(crate) async fn customer(&self, email: &str) -> Session {
        self.tick();
        self.desk.accounts.register(email, Language::English).await.unwrap();
        let mails = self.post().await;
        let link =
            mails.iter().find_map(|mail| mail.find_link("register").filter(|_| mail.to() == email)).unwrap();
        let entry = self.desk.accounts.complete_registration(&link, PASSWORD).await.unwrap();
        self.devices.lock().unwrap().insert(email.to_lowercase(), entry.device);
        self.session(&entry.session).await.unwrap()
    }

    pub(crate) async fn session(&self, secret: &Secret) -> Option<Session> {
        self.desk.people.session(secret).await.unwrap()
    }

    pub(crate) async fn login(&self, email: &str, password: &str) -> Result<Session, Error> {
        let secret = self.secret(email, password).await?;
        Ok(self.session(&secret).await.unwrap())
    }

    /// Logs somebody in who has no second factor, always with the same browser.
    pub(crate) async fn secret(&self, email: &str, password: &str) -> Result<Secret, Error> {
        let device = self.devices.lock().unwrap().get(&email.to_lowercase()).cloned();
        let entry = entered(self.desk.accounts.login(email, password, device.as_ref()).await?);
        self.devices.lock().unwrap().insert(email.to_lowercase(), entry.device);
        Ok(entry.session)
    }

    /// Somebody of the desk.
    pub(crate) async fn agent(&self, name: &str) -> Agent {
        self.agent_session(name).await.agent().unwrap()
    }

    pub(crate) async fn agent_session(&self, name: &str) -> Session {
        let email = format!("{}@desk.example", name.to_lowercase());
        self.desk.accounts.add_person(&email, name, Role::Agent, PASSWORD).await.unwrap();
        self.login(&email, PASSWORD).await.unwrap()
    }

    pub(crate) async fn holder(&self, link: &Secret) -> LinkHolder {
        self.desk.people.open_request_link(link).await.unwrap()
    }

    pub(crate) async fn file(&self, name: &str, contents: &[u8]) -> Vec<File> {
        self.files(&[(name, contents)]).await.unwrap()
    }

    pub(crate) async fn files(&self, files: &[(&str, &[u8])]) -> Result<Vec<File>, Error> {
        let mut input = self.desk.requests.receive_files();
        for (name, contents) in files {
            input.begin(name).await?;
            for part in contents.chunks(10_000) {
                input.write(part).await?;
            }
            input.end().await?;
        }
        Ok(input.finish())
    }

    /// Brings the search index up to date.
    pub(crate) async fn index(&self) {
        while self.desk.indexer.index_stale().await.unwrap() > 0 {}
    }

    pub(crate) async fn mine(&self, session: &Session) -> Vec<RequestLine> {
        let mut lines = Vec::new();
        let mut query = ListQuery::default();
        loop {
            let page = self.desk.requests.my_requests(session, &query).await.unwrap();
            lines.extend(page.rows);
            match page.next {
                Some(next) => query.after = Some(next),
                None => return lines,
            }
        }
    }

    /// The numbers of the customer's requests that a search finds.
    pub(crate) async fn find(&self, session: &Session, typed: &str) -> Vec<RequestNumber> {
        let query = ListQuery { search: typed.into(), ..ListQuery::default() };
        numbers(&self.desk.requests.my_requests(session, &query).await.unwrap())
    }

    /// The numbers of all requests that an agent's search finds.
    pub(crate) async fn find_all(&self, agent: &Agent, typed: &str) -> Vec<RequestNumber> {
        let query = QueueQuery {
            search: typed.into(),
            view: tresen_desk::requests::QueueView::All,
            ..QueueQuery::default()
        };
        numbers(&self.desk.requests.queue(agent, &query).await.unwrap())
    }

    pub(crate) async fn status(&self, agent: &Agent, number: RequestNumber) -> Status {
        self.desk.requests.conversation_for_agent(agent, number).await.unwrap().status
    }

    /// The rows of a table.
    pub(crate) async fn count_rows(&self, table: &str) -> i64 {
        self.count(format!("SELECT COUNT(*) FROM {table}")).await
    }

    /// The number that a statement answers, from a connection beside those of the desk.
    /// Does to the data what no method of the desk does.
    pub(crate) async fn change_rows(&self, sql: &'static str) {
        match &self.place.database {
            Location::Server(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query(sql).execute(&mut connection).await.unwrap();
            }
            Location::File(path) => {
                let options = SqliteConnectOptions::new().filename(path);
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::query(sql).execute(&mut connection).await.unwrap();
            }
        }
    }

    async fn count(&self, sql: String) -> i64 {
        let sql = AssertSqlSafe(sql);
        let (count,): (i64,) = match &self.place.database {
            Location::Server(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap()
            }
            Location::File(path) => {
                let options = SqliteConnectOptions::new().filename(path);
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap()
            }
        };
        count
    }

    /// The sealed files of attachments that lie in the folder.
    pub(crate) fn objects(&self) -> usize {
        files_under(&self.place.data().join("objects")).len()
    }

    pub(crate) async fn comment(&self, access: &Access, number: RequestNumber, body: &str) {
        self.tick();
        self.desk.requests.comment(access, number, body, &random_word(), Vec::new()).await.unwrap();
    }

    pub(crate) async fn answer(&self, agent: &Agent, number: RequestNumber, body: &str) {
        self.tick();
        self.desk.requests.reply(agent, number, &reply(body, &random_word()), Vec::new()).await.unwrap();
    }

    /// Whether a link can be used.
    pub(crate) async fn is_gone(&self, purpose: Purpose, link: &Secret) -> bool {
        matches!(self.desk.people.check_link(purpose, link).await, Err(Error::Gone))
    }
}

/// Somebody who is in without a second step.
pub(crate) fn entered(login: Login) -> Entry {
    match login {
        Login::In(entry) => entry,
        Login::Second(_) => panic!("a second factor is asked for"),
    }
}

pub(crate) async fn contents(file: OpenFile) -> Vec<u8> {
    let parts: Vec<_> = file.contents.try_collect().await.unwrap();
    parts.concat()
}

pub(crate) fn numbers(page: &Page<RequestLine>) -> Vec<RequestNumber> {
    page.rows.iter().map(|row| row.number).collect()
}

pub(crate) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    items.into_iter().collect()
}

/// Every file under a folder.
pub(crate) fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return files };
    for entry in entries.flatten() {
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_under(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}

/// The problems of a refusal, with their fields.
pub(crate) fn refusals<T>(result: Result<T, Error>) -> Vec<(&'static str, Problem)> {
    match result {
        Err(Error::Refused(refusals)) => {
            refusals.into_iter().map(|Refusal { field, problem }| (field, problem)).collect()
        }
        Err(error) => panic!("not refused but {error:?}"),
        Ok(_) => panic!("not refused"),
    }
}

macro_rules! assert_fails {
    ($result:expr, $error:pat) => {
        match $result {
            Err($error) => {}
            Err(other) => panic!("failed with {other:?} instead of {}", stringify!($error)),
            Ok(_) => panic!("did not fail with {}", stringify!($error)),
        }
    };
}
pub(crate) use assert_fails;
