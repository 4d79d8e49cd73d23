//! Serving while the disk is full: the probe says so, pages can be read, and forms keep what was typed.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::served::browser::{Browser, add_person, leads_to};
use crate::served::{Served, ask, status};

const SETTINGS: &str = "[sign_in]\nsecond_factor = 'offered'\n[forms]\nscreen = false\n";
const AGENT: &str = "grace@desk.example.com";

const NEW_REQUEST: &[(&str, &str)] = &[
    ("email", "ada@example.com"),
    ("subject", "Vorpal lamp"),
    ("body", "It flickers at dusk"),
    ("kind", "question"),
    ("consent", "yes"),
    ("once", "x"),
];

/// Waits until the probe answers with this status.
async fn probed(desk: &Served, expected: u16) -> String {
    let begun = Instant::now();
    loop {
        let answer = ask(desk.port, "127.0.0.1", "GET /readyz HTTP/1.1", "").await;
        if status(&answer) == expected {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{answer}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The answer of a form that was not taken: 503, when to try again, and everything that was typed.
fn kept(answer: &str, typed: &[&str]) {
    assert_eq!(status(answer), 503, "{answer}");
    assert!(answer.to_lowercase().contains("\r\nretry-after: 60"), "{answer}");
    assert!(answer.contains("We cannot save or load data at the moment"), "{answer}");
    for typed in typed {
        assert!(answer.contains(typed), "{typed} is lost: {answer}");
    }
}

/// A form with files, as a browser sends it.
async fn post_files(browser: &Browser, path: &str, fields: &[(&str, &str)], accept: &str) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--cut\r\ncontent-disposition: form-data; name=\"attachments\"; filename=\"lamp.txt\"\r\n\r\n";
    body += &"light ".repeat(20_000);
    body += "\r\n--cut--\r\n";
    let head = format!(
        "POST {path} HTTP/1.1\r\ncookie: tresen-session={}\r\naccept: {accept}\r\ncontent-type: \
         multipart/form-data; boundary=cut\r\ncontent-length: {}",
        browser.session,
        body.len()
    );
    ask(browser.port, "127.0.0.1", &head, &body).await
}

/// The path of the link to a request in the last mail to its customer.
fn mailed_link(folder: &Path) -> Option<String> {
    let mails = std::fs::read_dir(folder.join("data/mail/outgoing")).ok()?;
    let mails = mails.flatten().map(|mail| std::fs::read_to_string(mail.path()).unwrap());
    // Quoted-printable: a line may be broken anywhere.
    let mut texts = mails.map(|mail| mail.replace("=\r\n", "").replace("=3D", "="));
    texts.find_map(|text| {
        let from = text.find("/requests/T-")?;
        let link: String = text[from..].chars().take_while(|sign| !" \r\n\"<>".contains(*sign)).collect();
        link.contains("token=").then_some(link)
    })
}

#[tokio::test]
async fn a_full_disk_keeps_what_was_typed_and_the_probe_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::start(folder.path(), SETTINGS).await;
    add_person(folder.path(), AGENT, "agent");
    let agent = Browser::log_in(desk.port, AGENT).await;
    let customer = Browser { port: desk.port, session: String::new() };
    let mut first = NEW_REQUEST.to_vec();
    *first.last_mut().unwrap() = ("once", "first");
    let sent = customer.post("/requests/new", &first).await;
    let number = leads_to(&sent).rsplit('=').next().unwrap().to_owned();
    let begun = Instant::now();
    let link = loop {
        if let Some(link) = mailed_link(folder.path()) {
            break link;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no mail came");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let (page, token) = link.split_once("?token=").unwrap();

    desk.limit(Some(0));
    let said = probed(&desk, 503).await;
    assert!(said.ends_with("not ready: disk"), "{said}");
    assert_eq!(status(&ask(desk.port, "127.0.0.1", "GET /healthz HTTP/1.1", "").await), 200);
    // Reading goes on.
    let for_agents = format!("/agent/requests/{number}");
    for path in ["/", "/requests/new", "/agent", &for_agents, &link] {
        let answer = agent.get(path).await;
        assert_eq!(status(&answer), 200, "{path}: {answer}");
    }

    // A new request, without and with files.
    let typed = ["Vorpal lamp", "It flickers at dusk", "ada@example.com", "action=\"/requests/new\""];
    kept(&customer.post("/requests/new", NEW_REQUEST).await, &typed);
    let answer = post_files(&customer, "/requests/new", NEW_REQUEST, "text/html").await;
    kept(&answer, &typed);
    assert!(answer.contains("choose"), "{answer}");
    // A reply of a customer who came by a link, and one of an agent.
    let reply = [("body", "It still flickers"), ("once", "y"), ("token", token)];
    kept(&customer.post(page, &reply).await, &["It still flickers", token]);
    let reply = [
        ("body", "Try the brillig switch"),
        ("once", "z"),
        ("visibility", "public"),
        ("status_afterwards", "waiting"),
    ];
    kept(&agent.post(&for_agents, &reply).await, &["Try the brillig switch", "Vorpal lamp"]);
    // With scripts the form is still there; the answer says why it was not taken.
    for path in ["/api/ui/requests/send", "/api/ui/agent/reply"] {
        let fields = [NEW_REQUEST, &reply, &[("number", &number)]].concat();
        let fields: Vec<_> =
            fields.into_iter().collect::<std::collections::BTreeMap<_, _>>().into_iter().collect();
        let answer = post_files(&agent, path, &fields, "application/json").await;
        assert_eq!(status(&answer), 503, "{path}: {answer}");
        assert!(answer.contains("\"outage\""), "{path}: {answer}");
        assert!(answer.to_lowercase().contains("\r\nretry-after: 60"), "{path}: {answer}");
    }
    // Forms that change something small.
    let answer = agent.post("/account/name", &[("name", "Grace H.")]).await;
    kept(&answer, &["Grace H."]);

    desk.limit(None);
    probed(&desk, 200).await;
    assert_eq!(status(&customer.post("/requests/new", NEW_REQUEST).await), 303);
    assert_eq!(status(&agent.post(&for_agents, &reply).await), 303);
    let left = std::fs::read_dir(folder.path().join("data")).unwrap();
    assert!(left.flatten().all(|entry| entry.file_name() != ".write-test"));
}

/// A session that cannot be looked up is no sign-out: a PostgreSQL that is away.
#[tokio::test]
async fn a_database_that_is_away_keeps_what_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let databases = crate::databases::Databases::create().await;
    let settings =
        format!("database_url = '{}'\nkeys_url = '{}'\n{SETTINGS}", databases.data(), databases.keys());
    let desk = Served::start(folder.path(), &settings).await;
    add_person(folder.path(), AGENT, "agent");
    let agent = Browser::log_in(desk.port, AGENT).await;
    let customer = Browser { port: desk.port, session: String::new() };
    probed(&desk, 200).await;

    // What is dropped by force is away for good.
    databases.drop().await;
    let said = probed(&desk, 503).await;
    assert!(said.ends_with("not ready: database"), "{said}");
    kept(&customer.post("/requests/new", NEW_REQUEST).await, &["Vorpal lamp", "It flickers at dusk"]);
    let reply = [("body", "Try the brillig switch"), ("once", "z"), ("visibility", "public")];
    let answer = agent.post("/agent/requests/T-7F3K-92QX", &reply).await;
    kept(&answer, &["Try the brillig switch", "action=\"/agent/requests/T-7F3K-92QX\""]);
    assert!(!answer.contains("signed out"), "{answer}");
    let answer = agent.send("/api/ui/agent/change", &reply, "application/json").await;
    assert_eq!(status(&answer), 503, "{answer}");
}
