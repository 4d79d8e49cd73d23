//! What asks the database once where it could ask once for each: counted by what sqlx says it has done.

#![allow(clippy::unwrap_used, reason = "a test that meets what it did not expect fails")]

use std::fmt::Debug;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

use tokio::sync::{Mutex as Turn, MutexGuard};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tresen_desk::clock::TestClock;
use tresen_desk::delivery::{Templates, Transport};
use tresen_desk::intake::{Envelope, IntakeChannel, TakenIn};
use tresen_desk::requests::{Fields, Submission};
use tresen_desk::settings::Outgoing;
use tresen_desk::settings::{AttachmentLimits, SecondFactor, SignIn};
use tresen_desk::{Desk, Location, MasterKey, Opening, Pool, Settings};
use tresen_model::{EmailAddress, Language, Timestamp};

/// A statement, and how many rows it has returned.
#[derive(Clone, Debug, Default)]
struct Statement {
    sql: String,
    rows: u64,
}

static SEEN: Mutex<Vec<Statement>> = Mutex::new(Vec::new());

/// One test at a time: they share what is seen.
static TURN: Turn<()> = Turn::const_new(());

/// Notes the statements of the whole process.
struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        SEEN.lock().unwrap().push(statement);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        // The whole statement where the summary is shorter.
        if field.name() == "summary" && self.sql.is_empty()
            || field.name() == "db.statement" && !value.trim().is_empty()
        {
            self.sql = value.split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

async fn turn() -> MutexGuard<'static, ()> {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    let turn = TURN.lock().await;
    INSTALLED.get_or_init(|| tracing::subscriber::set_global_default(Recorder).unwrap());
    turn
}

/// The statements that were carried out since the last look.
async fn seen(desk: &Desk) -> Vec<Statement> {
    desk.settle().await;
    // The last ones are noted when their connection is given back.
    tokio::task::yield_now().await;
    std::mem::take(&mut *SEEN.lock().unwrap())
}

async fn open(folder: &Path) -> Desk {
    let settings = Settings {
        name: "Fjord Service".into(),
        public_url: "https://desk.example".into(),
        mail_from: EmailAddress::parse("service@desk.example").unwrap(),
        accent: "#1b5e9b".into(),
        request_types: Settings::default_request_types(),
        attachments: AttachmentLimits { max_files: 4, max_bytes: 300_000 },
        uploads: tresen_desk::settings::Uploads::default(),
        privacy: tresen_desk::settings::PrivacySettings::default(),
        outgoing: Outgoing::default().resolved(true),
        retention: tresen_desk::settings::Retention::default(),
        intake: tresen_desk::settings::IntakeSettings::default(),
        sign_in: SignIn { second_factor: SecondFactor::Offered },
        limits: tresen_desk::settings::LimitSettings::default(),
        forms: tresen_desk::settings::FormSettings::default(),
        providers: Vec::new(),
    };
    let opening = Opening {
        settings,
        clock: Arc::new(TestClock::new(Timestamp(1_800_000_000_000_000))),
        database: Location::File(folder.join("tresen.db")),
        keys: Location::File(folder.join("keys.db")),
        pool: Pool { connections: 2, patience: Duration::from_secs(30) },
        folder: folder.to_owned(),
        objects: folder.join("objects"),
        erasures_copy: None,
        master_key: MasterKey::derive(&[7; 32]),
        templates: Templates::load(None).unwrap(),
        transport: Transport::folder(folder.join("mail/outgoing")).unwrap(),
    };
    Desk::open(opening).await.unwrap()
}

async fn submit(desk: &Desk, email: &str) {
    let fields = Fields {
        email,
        name: "",
        kind: "question",
        subject: "The printer",
        body: "It prints everything twice.",
        consent: true,
        once: email,
        language: Language::English,
    };
    let submission = Submission::parse(&fields, desk.settings()).unwrap();
    desk.requests.submit(submission, Vec::new(), None).await.unwrap();
}

#[tokio::test]
async fn a_mail_that_answers_many_asks_as_often_as_one_that_answers_one() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path()).await;
    let envelope =
        Envelope { channel: IntakeChannel::Lmtp, recipients: Vec::new(), return_path: None, kind: None };
    let mut counts = Vec::new();
    for (number, answers) in [(0, 1), (1, 1), (2, 100)] {
        let ids: Vec<String> = (0..answers).map(|id| format!("<{id}.{number}@mail.example>")).collect();
        let raw = format!(
            "From: ada@example.org\r\nTo: service@desk.example\r\nSubject: Re: x\r\n\
             Message-ID: <{number}@mail.example>\r\nReferences: {}\r\n\r\nHello.\r\n",
            ids.join("\r\n ")
        );
        seen(&desk).await;
        let taken = desk.intake.take_in(raw.as_bytes(), &envelope).await.unwrap();
        assert!(matches!(taken, TakenIn::Request(_)), "{taken:?}");
        counts.push(seen(&desk).await.len());
    }
    // The first one makes the person.
    assert!(counts[1] > 5 && counts[2] == counts[1], "{counts:?}");
    desk.close().await;
}

#[tokio::test]
async fn files_without_a_row_are_asked_for_together() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path()).await;
    for number in 0..1_200_u128 {
        let name =
            uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | number).simple().to_string();
        let place = folder.path().join("objects").join(&name[30..]);
        std::fs::create_dir_all(&place).unwrap();
        let file = std::fs::File::create(place.join(&name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    seen(&desk).await;

    desk.tidy_up().await.unwrap();

    let asked = |statement: &&Statement| statement.sql.starts_with("SELECT id FROM attachment WHERE id IN");
    assert_eq!(seen(&desk).await.iter().filter(asked).count(), 3);
    let left = std::fs::read_dir(folder.path().join("objects")).unwrap();
    assert_eq!(left.map(|one| std::fs::read_dir(one.unwrap().path()).unwrap().count()).sum::<usize>(), 0);
    desk.tidy_up().await.unwrap();
    assert_eq!(seen(&desk).await.iter().filter(asked).count(), 0);
    desk.close().await;
}

#[tokio::test]
async fn a_start_reads_nothing_that_grows_with_the_desk() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path()).await;
    for number in 0..100 {
        submit(&desk, &format!("ada{number}@example{number}.org")).await;
    }
    desk.privacy.erase_by_operator("ada7@example7.org").await.unwrap().unwrap();
    desk.close().await;
    SEEN.lock().unwrap().clear();

    let desk = open(folder.path()).await;

    let seen = seen(&desk).await;
    assert!(seen.len() > 5, "{seen:?}");
    let large: Vec<&Statement> = seen.iter().filter(|statement| statement.rows > 70).collect();
    assert!(large.is_empty(), "{large:?}");
    desk.close().await;
}
