//! An erasure that is killed at any moment: either it had not begun, or it is finished when
//! the desk is opened next. Nothing in between, and nobody else is touched.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that meets what it did not expect fails")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::Connection;
use tresen_desk::clock::SystemClock;
use tresen_desk::intake::IntakeSettings;
use tresen_desk::mail::{Templates, Transport};
use tresen_desk::privacy::{Needles, PrivacySettings, Retention};
use tresen_desk::requests::{Fields, Submission};
use tresen_desk::{AttachmentLimits, Desk, Location, MasterKey, Opening, Settings};
use tresen_model::{EmailAddress, Language};

const CUSTOMERS: usize = 36;
const REQUESTS: u64 = 3;

async fn open(folder: &Path) -> Desk {
    let settings = Settings {
        name: "Fjord Service".into(),
        public_url: "http://127.0.0.1:3000".into(),
        mail_from: EmailAddress::parse("support@desk.example").unwrap(),
        accent: "#1b5e9b".into(),
        request_types: Settings::default_request_types(),
        attachments: AttachmentLimits::default(),
        privacy: PrivacySettings::default(),
        outgoing: tresen_desk::mail::Outgoing::default(),
        retention: Retention::default(),
        intake: IntakeSettings::default(),
    };
    let opening = Opening {
        settings,
        clock: Arc::new(SystemClock),
        database: Location::File(folder.join("tresen.db")),
        keys: Location::File(folder.join("keys.db")),
        folder: folder.to_owned(),
        objects: folder.join("objects"),
        master_key: MasterKey::load(&folder.join("master.key"), true).unwrap(),
        templates: Templates::load(None).unwrap(),
        transport: Transport::folder(folder.join("mail/outgoing")).unwrap(),
    };
    Desk::open(opening).await.unwrap()
}

fn email(customer: usize) -> String {
    format!("vorpalina{customer:03}x@example.com")
}

fn word(customer: usize) -> String {
    format!("Jabberwock{customer:03}x")
}

async fn write(desk: &Desk, customer: usize) {
    for request in 0..REQUESTS {
        let mut files = desk.receive_files();
        files.begin("notes.txt").await.unwrap();
        files.write(word(customer).as_bytes()).await.unwrap();
        files.end().await.unwrap();
        let (email, word, once) = (email(customer), word(customer), format!("{customer}-{request}"));
        let fields = Fields {
            email: &email,
            name: "",
            kind: "question",
            subject: &word,
            body: "Please",
            consent: true,
            once: &once,
            language: Language::English,
        };
        let submission = Submission::parse(&fields, desk.settings()).unwrap();
        desk.submit(submission, files.finish(), None).await.unwrap();
    }
}

/// Runs `tresen erase`, and kills it after a while.
fn erase(folder: &Path, customer: usize, after: Option<Duration>) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tresen"));
    program.args(["erase", "--email", &email(customer)]).current_dir(folder);
    program.env("TRESEN_DATA", folder).env("TRESEN_LOG", "off");
    let mut program = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    match after {
        Some(after) => {
            std::thread::sleep(after);
            // SIGKILL. Fails when it has ended already.
            program.kill().ok();
            program.wait().unwrap();
        }
        None => assert!(program.wait().unwrap().success()),
    }
}

/// Erasures that have begun and not ended.
async fn unfinished(folder: &Path) -> i64 {
    let url = format!("sqlite:{}", folder.join("tresen.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let sql = "SELECT COUNT(*) FROM erasure WHERE finished_at IS NULL";
    let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    count
}

/// Whether anything of a customer is left; the search index has their words in the clear.
async fn is_there(desk: &Desk, folder: &Path, customer: usize) -> bool {
    let needles = Needles::parse(&format!("{}\n{}", email(customer), word(customer))).unwrap();
    let outgoing = folder.join("mail/outgoing");
    !desk.find_traces(Arc::new(needles), vec![folder.to_owned()], vec![outgoing]).await.unwrap().is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let desk = open(folder).await;
    for customer in 0..CUSTOMERS {
        write(&desk, customer).await;
    }
    while desk.index_stale().await.unwrap() > 0 {}
    for customer in 0..CUSTOMERS {
        assert!(is_there(&desk, folder, customer).await);
    }
    desk.close().await;

    let begun = Instant::now();
    erase(folder, 0, None);
    // Most of it is the start of the program. The moment to kill it is moved towards those
    // in which an erasure is under way, and a little beyond them on either side.
    let whole = begun.elapsed();
    let (step, mut after) = (whole / 40, whole * 4 / 5);
    let (mut gone, mut half) = (0, 0);
    for customer in 1..CUSTOMERS - 1 {
        erase(folder, customer, Some(after));
        let begun = unfinished(folder).await;
        half += begun;
        let desk = open(folder).await;
        assert_eq!(unfinished(folder).await, 0);
        if is_there(&desk, folder, customer).await {
            assert_eq!(begun, 0, "begun and not finished: {customer}");
            after += step;
            // Not begun: it is all there.
            let erased = desk.erase_by_operator(&email(customer)).await.unwrap().unwrap();
            assert_eq!((erased.count.requests, erased.count.attachments), (REQUESTS, REQUESTS));
            assert!(!is_there(&desk, folder, customer).await);
        } else {
            gone += 1;
            after = after.saturating_sub(if begun > 0 { step / 3 } else { step });
        }
        assert!(desk.erase_by_operator(&email(customer)).await.unwrap().is_none(), "{customer}");
        desk.close().await;
    }
    assert!(half > 0, "of {CUSTOMERS} none was killed half-way: {gone} were gone");
    println!("of {CUSTOMERS}: {gone} were gone in the end, {half} of them killed half-way");
    let desk = open(folder).await;
    let left = desk.erase_by_operator(&email(CUSTOMERS - 1)).await.unwrap().unwrap().count;
    assert_eq!((left.requests, left.attachments), (REQUESTS, REQUESTS));
    desk.close().await;
}
