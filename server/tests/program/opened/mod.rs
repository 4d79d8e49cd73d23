//! A desk in a folder that is opened beside the program, or before it is started.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;
use std::sync::Arc;

use sqlx::Connection;
use tresen_desk::Needles;
use tresen_desk::clock::{Clock, SystemClock};
use tresen_desk::delivery::{Templates, Transport};
use tresen_desk::privacy::Checked;
use tresen_desk::requests::{Fields, Submission};
use tresen_desk::settings::IntakeSettings;
use tresen_desk::settings::Outgoing;
use tresen_desk::settings::{AttachmentLimits, SecondFactor, SignIn};
use tresen_desk::settings::{PrivacySettings, Retention};
use tresen_desk::{Desk, Location, MasterKey, Opening, Settings};
use tresen_model::{EmailAddress, Language};

/// Requests that [`write`] makes.
pub(crate) const REQUESTS: u64 = 3;

/// Opens the desk as the program would.
pub(crate) async fn open(folder: &Path) -> Desk {
    open_at(folder, Arc::new(SystemClock)).await
}

/// Opens the desk with a clock of the test's.
pub(crate) async fn open_at(folder: &Path, clock: Arc<dyn Clock>) -> Desk {
    let settings = Settings {
        name: "Fjord Service".into(),
        public_url: "http://127.0.0.1:3000".into(),
        mail_from: EmailAddress::parse("support@desk.example").unwrap(),
        accent: "#1b5e9b".into(),
        request_types: Settings::default_request_types(),
        attachments: AttachmentLimits::default(),

        uploads: Default::default(),
        privacy: PrivacySettings::default(),
        outgoing: Outgoing::default(),
        retention: Retention::default(),
        intake: IntakeSettings::default(),
        providers: Vec::new(),
        sign_in: SignIn { second_factor: SecondFactor::Offered },
        limits: Default::default(),
        forms: Default::default(),
    };
    let opening = Opening {
        settings,
        clock,
        database: Location::File(folder.join("tresen.db")),
        keys: Location::File(folder.join("keys.db")),
        pool: tresen_desk::Pool::of(tresen_desk::CONNECTIONS),
        folder: folder.to_owned(),
        objects: folder.join("objects"),
        erasures_copy: None,
        master_key: MasterKey::load(&folder.join("master.key"), true).unwrap(),
        templates: Templates::load(None).unwrap(),
        transport: Transport::folder(folder.join("mail/outgoing")).unwrap(),
    };
    Desk::open(opening).await.unwrap()
}

/// Where a customer of a test gets mail.
pub(crate) fn email(customer: usize) -> String {
    format!("vorpalina{customer:03}x@example.com")
}

/// A word in everything that a customer has written.
pub(crate) fn word(customer: usize) -> String {
    format!("Jabberwock{customer:03}x")
}

/// Has a customer write [`REQUESTS`], with files.
pub(crate) async fn write(desk: &Desk, customer: usize) {
    write_some(desk, customer, 0..REQUESTS).await;
}

/// Has a customer write the requests of these numbers, each with a file.
pub(crate) async fn write_some(desk: &Desk, customer: usize, requests: std::ops::Range<u64>) {
    for request in requests {
        let mut files = desk.requests.receive_files();
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
        desk.requests.submit(submission, files.finish(), None).await.unwrap();
    }
}

/// What a query counts, with the key store at hand as `keys`.
pub(crate) async fn counted(folder: &Path, sql: &'static str) -> i64 {
    let mut connection = connect(folder).await;
    let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    count
}

async fn connect(folder: &Path) -> sqlx::SqliteConnection {
    let url = format!("sqlite:{}", folder.join("tresen.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let keys = format!("ATTACH '{}' AS keys", folder.join("keys.db").display());
    sqlx::query(sqlx::AssertSqlSafe(keys)).execute(&mut connection).await.unwrap();
    connection
}

/// Erasures that have begun and not ended.
pub(crate) async fn unfinished(folder: &Path) -> i64 {
    counted(folder, "SELECT COUNT(*) FROM erasure WHERE finished_at IS NULL").await
}

/// Has every address proven, as whoever answers by the mailed link has.
pub(crate) async fn prove(folder: &Path) {
    let mut connection = connect(folder).await;
    sqlx::query("UPDATE person SET proven_at = created_at").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Whether anything of a customer is left; the search index has their words in the clear.
pub(crate) async fn is_there(desk: &Desk, folder: &Path, customer: usize) -> bool {
    let needles = Needles::parse(&format!("{}\n{}", email(customer), word(customer))).unwrap();
    let outgoing = folder.join("mail/outgoing");
    !desk
        .privacy
        .find_traces(Arc::new(needles), vec![folder.to_owned()], vec![outgoing])
        .await
        .unwrap()
        .is_empty()
}

/// All mails that were sent.
pub(crate) fn mails(folder: &Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(folder.join("mail/outgoing")) else { return Vec::new() };
    let mails = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    // Quoted-printable (RFC 2045, 6.7), as far as receipts and links have need of it.
    mails.map(|mail| mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=")).collect()
}

/// The last mails to a customer, each with a receipt that is genuine.
pub(crate) fn farewells(desk: &Desk, folder: &Path, customer: usize) -> usize {
    let mails = mails(folder).into_iter();
    let mails = mails.filter(|mail| mail.contains(&email(customer)) && mail.contains("tresen-receipt"));
    mails.inspect(|mail| assert!(matches!(desk.privacy.check_receipt(mail), Checked::Genuine(_)))).count()
}
