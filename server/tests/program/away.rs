//! A PostgreSQL that is away: every page says so within seconds, nobody is signed out, nothing typed is lost, and
//! the desk goes on by itself when the server is back.

use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::Connection;
use tokio::task::JoinSet;

use crate::databases::own::OwnServer;
use crate::people::{NEW_REQUEST, People, SETTINGS};
use crate::served::browser::Browser;
use crate::served::{Served, ask, status};

/// Two seconds, and what a debug build takes with other tests beside it.
const SOON: Duration = Duration::from_secs(4);

/// Forms of somebody who is signed in, with something typed that must not be lost.
const FORMS_OF_BOTH: &[(&str, &[(&str, &str)])] = &[
    ("/account/name", &[("name", "Vorpal Name")]),
    ("/requests/new", NEW_REQUEST),
    ("/account/language", &[("language", "de")]),
    ("/account/address", &[("email", "vorpal@example.com")]),
];

const FORMS_OF_CUSTOMER: &[(&str, &[(&str, &str)])] = &[
    ("/requests/NUMBER", &[("body", "Vorpal reply"), ("once", "a")]),
    ("/requests/NUMBER/close", &[("body", "Vorpal end"), ("once", "b")]),
];

const FORMS_OF_ADMIN: &[(&str, &[(&str, &str)])] = &[
    ("/agent/requests/NUMBER", &[("body", "Vorpal answer"), ("once", "c"), ("visibility", "public")]),
    ("/agent/requests/NUMBER/change", &[("status", "waiting")]),
    (
        "/agent/requests/new",
        &[
            ("email", "eve@example.com"),
            ("subject", "Vorpal call"),
            ("body", "By telephone"),
            ("kind", "question"),
            ("once", "d"),
        ],
    ),
    ("/agent/settings/people", &[("email", "vorpal@desk.example.com"), ("role", "agent")]),
];

/// Functions that only the app calls.
const FUNCTIONS: &[(&str, &[(&str, &str)])] = &[
    ("/api/ui/account/name", &[("name", "Vorpal Name")]),
    ("/api/ui/agent/change", &[("number", "NUMBER"), ("status", "waiting")]),
    ("/api/ui/seen", &[("number", "NUMBER"), ("token", ""), ("agent", "true")]),
];

impl People {
    /// Every page can be read, and nobody has to sign in for it.
    async fn read_everything(&self) {
        for (browser, pages) in self.both() {
            for (_, page) in pages {
                let answer = browser.get(&page).await;
                // Somebody who is signed in has no use for these two.
                let expected = if ["/login", "/register"].contains(&page.as_str()) { 303 } else { 200 };
                assert_eq!(status(&answer), expected, "{page}: {answer}");
                assert!(!answer.contains("location: /login"), "{page}: {answer}");
            }
        }
    }

    /// Every page, every question of the app and every form says that the database is away. They are asked for at
    /// once: each takes as long as the desk waits for the database.
    async fn meet_the_outage(&self) {
        let mut all = JoinSet::new();
        for (browser, pages) in self.both() {
            for (part, page) in pages {
                let asked = format!("/api/ui/page/{part}?address={}", page.replace('?', "%3F"));
                all.spawn(told(browser.clone(), page, Asked::Page));
                all.spawn(told(browser.clone(), asked, Asked::Data));
            }
        }
        let forms = [(&self.admin, FORMS_OF_ADMIN), (&self.customer, FORMS_OF_CUSTOMER)];
        for (browser, own) in forms {
            for (path, fields) in FORMS_OF_BOTH.iter().chain(own) {
                let path = path.replace("NUMBER", &self.number);
                all.spawn(told(browser.clone(), path, Asked::Form(fields.to_vec())));
            }
        }
        for (path, fields) in FUNCTIONS {
            let fields = fields.iter().map(|(name, value)| (*name, value.replace("NUMBER", &self.number)));
            all.spawn(told(self.admin.clone(), (*path).to_owned(), Asked::Function(fields.collect())));
        }
        let header = vec![("to", "de"), ("return_to", "/requests")];
        for path in ["/logout", "/language"] {
            all.spawn(told(self.customer.clone(), path.to_owned(), Asked::Header(header.clone())));
        }
        for path in ["/events/queue".to_owned(), format!("/events/requests/{}?agent=true", self.number)] {
            all.spawn(told(self.admin.clone(), path, Asked::Page));
        }
        let head = "GET /agent HTTP/1.1\r\naccept-language: de\r\ncookie: tresen-session=";
        let german = ask(self.admin.port, "127.0.0.1", &format!("{head}{}", self.admin.session), "").await;
        assert!(german.contains("Wir können gerade keine Daten speichern oder laden"), "{german}");
        let faults: Vec<String> = all.join_all().await.into_iter().filter_map(Result::err).collect();
        assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    }
}

/// In which way something is asked for.
enum Asked {
    /// A document.
    Page,
    /// What a page shows, by the app.
    Data,
    /// A form of a browser without scripts.
    Form(Vec<(&'static str, &'static str)>),
    /// A form in the header of every page.
    Header(Vec<(&'static str, &'static str)>),
    /// A server function, by the app.
    Function(Vec<(&'static str, String)>),
}

/// Checks that the answer is 503, soon, with a time and a sentence, that it changes no cookie, and that a form keeps
/// what was typed.
async fn told(browser: Browser, path: String, asked: Asked) -> Result<(), String> {
    let begun = Instant::now();
    let answer = match &asked {
        Asked::Page => browser.get(&path).await,
        Asked::Data => {
            let head = format!("GET {path} HTTP/1.1\r\naccept: application/json\r\ncookie: tresen-session=");
            ask(browser.port, "127.0.0.1", &(head + &browser.session), "").await
        }
        Asked::Form(fields) | Asked::Header(fields) => browser.post(&path, fields).await,
        Asked::Function(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.send(&path, &fields, "application/json").await
        }
    };
    let took = begun.elapsed();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let head = head.to_lowercase();
    let sentence = match &asked {
        Asked::Data | Asked::Function(_) => "\"outage\"",
        _ => "We cannot save or load data at the moment",
    };
    let mut faults = Vec::new();
    let mut check = |fine: bool, fault: String| {
        if !fine {
            faults.push(fault);
        }
    };
    check(status(&answer) == 503, format!("it is {}", status(&answer)));
    check(head.contains("\r\nretry-after: "), "it names no time".to_owned());
    check(!head.contains("\r\nset-cookie"), "it sets a cookie".to_owned());
    check(body.contains(sentence), "it does not say why".to_owned());
    check(took < SOON, format!("it took {took:?}"));
    if let Asked::Form(fields) = &asked {
        let typed = fields.iter().filter(|(_, typed)| typed.to_lowercase().contains("vorpal"));
        for (name, typed) in typed {
            check(body.contains(typed), format!("{name} is lost"));
        }
        check(body.contains(&format!("action=\"{path}\"")), "there is no form".to_owned());
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("{path}: {}", faults.join(", "))) }
}

/// Waits until the probe answers with this status.
async fn probed(desk: &Served, expected: u16) {
    let begun = Instant::now();
    loop {
        let answer = ask(desk.port, "127.0.0.1", "GET /readyz HTTP/1.1", "").await;
        if status(&answer) == expected {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_is_killed_is_an_outage_and_no_sign_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = OwnServer::start(&[]).await;
    let desk = Served::start(folder.path(), &format!("{}{SETTINGS}", server.settings())).await;
    let people = People::arrive(&desk, folder.path()).await;
    people.read_everything().await;

    server.kill();
    people.meet_the_outage().await;

    server.run();
    probed(&desk, 200).await;
    people.read_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_says_nothing_is_an_outage_and_no_sign_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = OwnServer::start(&[]).await;
    let desk = Served::start(folder.path(), &format!("{}{SETTINGS}", server.settings())).await;
    let people = People::arrive(&desk, folder.path()).await;
    people.read_everything().await;

    server.freeze();
    people.meet_the_outage().await;

    server.thaw();
    probed(&desk, 200).await;
    people.read_everything().await;
}

/// Another process writes for longer than the desk waits. Reading goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_that_is_locked_is_an_outage_and_no_sign_out() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::start(folder.path(), SETTINGS).await;
    let people = People::arrive(&desk, folder.path()).await;
    let file = folder.path().join("data/tresen.db");
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();

    let reply = [("body", "Vorpal reply"), ("once", "a")];
    let answer = people.customer.post(&format!("/requests/{}", people.number), &reply).await;

    assert_eq!(status(&answer), 503, "{answer}");
    assert!(answer.contains("Vorpal reply") && answer.contains("We cannot save or load"), "{answer}");
    let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
    assert!(head.contains("\r\nretry-after: ") && !head.contains("\r\nset-cookie"), "{head}");
    assert_eq!(status(&people.customer.get("/requests").await), 200);
    assert_eq!(status(&people.admin.get("/agent").await), 200);

    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    let answer = people.customer.post(&format!("/requests/{}", people.number), &reply).await;
    assert_eq!(status(&answer), 303, "{answer}");
}

/// PostgreSQL reserves three connections of its twenty.
#[tokio::test]
async fn a_server_with_too_few_connections_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let server = OwnServer::start(&["max_connections=20"]).await;
    let check = |settings: &str| {
        std::fs::write(folder.path().join("tresen.toml"), format!("{}{settings}", server.settings()))
            .unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_tresen"))
            .args(["config", "check", "--connect"])
            .current_dir(folder.path())
            .env("TRESEN_CONFIG", folder.path().join("tresen.toml"))
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };

    let (code, said) = check("");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("this node opens up to 21 connections, but of the 17 that"), "{said}");

    let (code, said) = check("database_connections = 5\n");
    assert_eq!(code, Some(0), "{said}");
}
