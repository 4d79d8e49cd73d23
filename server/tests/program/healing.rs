//! PostgreSQL empties the search index in a crash; the desk fills it again while it runs, and says so meanwhile.

use std::time::{Duration, Instant};

use crate::databases::own::OwnServer;
use crate::served::Served;
use crate::served::browser::{Browser, add_person, leads_to};

const SETTINGS: &str = "[sign_in]\nsecond_factor = 'offered'\n[forms]\nscreen = false\n";
const AGENT: &str = "grace@desk.example.com";
const SENTENCE: &str = "The search index is being rebuilt";

/// Submits a request about a lamp.
async fn submit(desk: &Served, once: &str) -> String {
    let stranger = Browser { port: desk.port, session: String::new() };
    let fields = [
        ("email", "ada@example.com"),
        ("subject", "Vorpal lamp"),
        ("body", "It flickers"),
        ("kind", "question"),
        ("consent", "yes"),
        ("once", once),
    ];
    leads_to(&stranger.post("/requests/new", &fields).await).rsplit('=').next().unwrap().to_owned()
}

/// Waits until a search finds all of these, and is said to be complete.
async fn finds(agent: &Browser, numbers: &[String]) {
    let begun = Instant::now();
    loop {
        let page = agent.get("/agent?q=vorpal").await;
        if numbers.iter().all(|number| page.contains(number)) && !page.contains(SENTENCE) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "{numbers:?} are not found: {page}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_of_postgresql_takes_out_of_the_index_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = OwnServer::start(&[]).await;
    let desk = Served::start(folder.path(), &format!("{}{SETTINGS}", server.settings())).await;
    add_person(folder.path(), AGENT, "agent");
    let agent = Browser::log_in(desk.port, AGENT).await;
    let mut numbers = Vec::new();
    for once in ["a", "b", "c", "d", "e"] {
        numbers.push(submit(&desk, once).await);
    }
    finds(&agent, &numbers).await;

    server.kill();
    server.run();
    // The indexer waits while the table is locked. Had it been quicker, the row goes once more.
    let mut holder = server.connect("tresen").await;
    let hold = "DELETE FROM search_epoch; BEGIN; LOCK TABLE search_epoch IN SHARE MODE";
    sqlx::raw_sql(hold).execute(&mut holder).await.unwrap();
    let page = agent.get("/agent?q=vorpal").await;
    assert!(page.contains(SENTENCE), "{page}");
    let queue = agent.get("/agent").await;
    assert!(queue.contains(&numbers[0]) && !queue.contains(SENTENCE), "{queue}");
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();

    // What is new does not hide that the rest is missing.
    numbers.push(submit(&desk, "f").await);
    finds(&agent, &numbers).await;
}
