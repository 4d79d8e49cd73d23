//! Many at the same moment: no page waits for another, and none answers what it does not mean.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;

use crate::databases::Databases;
use crate::people::{People, SETTINGS};
use crate::served::browser::{Browser, add_person, leads_to};
use crate::served::{Served, listen, status};

/// Agents who do something at the same moment.
const AT_ONCE: usize = 64;

/// Agents who watch the queue meanwhile.
const WATCHING: usize = 200;

/// Of a hundred answers, 99 come within that time.
const P99: Duration = Duration::from_secs(2);

/// With tests beside it on two cores. Taken one after the other by 16 connections that wait for each
/// other, the same took minutes.
const MOST: Duration = Duration::from_secs(5);

/// Signs an agent in and has a customer write some requests.
async fn prepare(desk: &Served, folder: &std::path::Path) -> (Browser, Vec<String>) {
    add_person(folder, "grace@desk.example.com", "agent");
    let agent = Browser::log_in(desk.port, "grace@desk.example.com").await;
    let mut numbers = Vec::new();
    for customer in 0..4 {
        let browser = Browser { port: desk.port, session: String::new() };
        let email = format!("customer{customer}@example.com");
        let once = format!("once{customer}");
        let fields = [
            ("email", email.as_str()),
            ("subject", "Lamp"),
            ("body", "It flickers"),
            ("kind", "question"),
            ("consent", "yes"),
            ("once", &once),
        ];
        let answer = browser.post("/requests/new", &fields).await;
        numbers.push(leads_to(&answer).rsplit('=').next().unwrap().to_owned());
    }
    (agent, numbers)
}

/// Has 64 agents read, or answer, at the same moment. Returns how often each status came, and how long it took.
async fn all_at_once(
    agent: &Browser,
    numbers: &[String],
    answering: bool,
) -> (BTreeMap<u16, usize>, Duration) {
    let begun = Instant::now();
    let asked: Vec<_> = (0..AT_ONCE)
        .map(|which| {
            let (agent, path) =
                (agent.clone(), format!("/agent/requests/{}", numbers[which % numbers.len()]));
            tokio::spawn(async move {
                let once = format!("answer{which}");
                let fields = [
                    ("body", "We look into it"),
                    ("visibility", "public"),
                    ("status", "leave"),
                    ("once", once.as_str()),
                ];
                let answer =
                    if answering { agent.post(&path, &fields).await } else { agent.get(&path).await };
                status(&answer)
            })
        })
        .collect();
    let mut statuses = BTreeMap::new();
    for answer in asked {
        *statuses.entry(answer.await.unwrap()).or_default() += 1;
    }
    (statuses, begun.elapsed())
}

async fn sixty_four_agents(desk: &Served, folder: &std::path::Path) {
    let (agent, numbers) = prepare(desk, folder).await;

    for (answering, expected) in [(false, 200), (true, 303), (false, 200)] {
        let (statuses, took) = all_at_once(&agent, &numbers, answering).await;

        assert_eq!(statuses, BTreeMap::from([(expected, AT_ONCE)]), "after {took:?}");
        assert!(took < MOST, "{took:?}");
    }
    let ready = Browser { port: desk.port, session: String::new() }.get("/readyz").await;
    assert_eq!(status(&ready), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_agents_open_and_answer_requests_at_once_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::start(folder.path(), SETTINGS).await;
    sixty_four_agents(&desk, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_agents_open_and_answer_requests_at_once_on_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let databases = Databases::create().await;
    let settings =
        format!("database_url = '{}'\nkeys_url = '{}'\n{SETTINGS}", databases.data(), databases.keys());
    let desk = Served::start(folder.path(), &settings).await;
    sixty_four_agents(&desk, folder.path()).await;
    drop(desk);
    databases.drop().await;
}

/// Every page of agents and customers, each by 64 at once as a document and as what the app asks for, while 200 watch
/// the queue. Nobody gets another status than the expected one, and nobody waits long; then all who watch hear of
/// a reply.
async fn everybody(desk: &Served, folder: &std::path::Path) {
    let people = People::arrive(desk, folder).await;
    let mut watching = Vec::new();
    for _ in 0..WATCHING {
        let head = format!("GET /events/queue HTTP/1.1\r\ncookie: tresen-session={}", people.admin.session);
        watching.push(listen(desk.port, &head).await);
    }
    let mut asked = JoinSet::new();
    for (browser, pages) in people.both() {
        for which in 0..AT_ONCE {
            let (browser, mut pages) = (browser.clone(), pages.clone());
            // Each begins with another page.
            let first = which % pages.len();
            pages.rotate_left(first);
            asked.spawn(async move {
                let mut took = Vec::new();
                for (part, page) in pages {
                    let data = format!("/api/ui/page/{part}?address={}", page.replace('?', "%3F"));
                    for path in [page.clone(), data] {
                        let begun = Instant::now();
                        let answer = browser.get(&path).await;
                        took.push(begun.elapsed());
                        // Somebody who is signed in is led away from these two.
                        let led_away = ["/login", "/register"].contains(&page.as_str());
                        let fine = status(&answer) == 200 || (led_away && status(&answer) < 500);
                        assert!(fine, "{path}: {answer}");
                    }
                }
                took
            });
        }
    }
    let mut took: Vec<Duration> = asked.join_all().await.into_iter().flatten().collect();
    took.sort_unstable();
    let p99 = took[took.len() * 99 / 100];
    assert!(p99 < P99, "{p99:?} of {} answers, the slowest {:?}", took.len(), took.last());

    let fields = [("body", "Done"), ("visibility", "public"), ("status", "leave"), ("once", "told")];
    let answer = people.admin.post(&format!("/agent/requests/{}", people.number), &fields).await;
    assert_eq!(status(&answer), 303, "{answer}");
    for (which, stream) in watching.iter_mut().enumerate() {
        let mut heard = String::new();
        while !heard.contains("event: news") {
            let mut some = [0; 512];
            let read = tokio::time::timeout(MOST, stream.read(&mut some)).await;
            let read = read.unwrap_or_else(|_| panic!("{which} hears nothing: {heard:?}")).unwrap();
            assert!(read > 0, "{which} was cut off: {heard:?}");
            heard.push_str(&String::from_utf8_lossy(&some[..read]));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_answered_while_all_look_at_everything_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::start(folder.path(), SETTINGS).await;
    everybody(&desk, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_answered_while_all_look_at_everything_on_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let databases = Databases::create().await;
    let settings =
        format!("database_url = '{}'\nkeys_url = '{}'\n{SETTINGS}", databases.data(), databases.keys());
    let desk = Served::start(folder.path(), &settings).await;
    everybody(&desk, folder.path()).await;
    drop(desk);
    databases.drop().await;
}
