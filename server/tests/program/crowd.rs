//! Many at the same moment: no page waits for another, and none answers what it does not mean.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::databases::Databases;
use crate::served::browser::{Browser, add_person, leads_to};
use crate::served::{Served, status};

/// Agents who do something at the same moment.
const AT_ONCE: usize = 64;

/// With tests beside it on two cores. Taken one after the other by 16 connections that wait for each
/// other, the same took minutes.
const MOST: Duration = Duration::from_secs(5);

const SETTINGS: &str = "[sign_in]\nsecond_factor = 'offered'\n[forms]\nscreen = false\n";

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
