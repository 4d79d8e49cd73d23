//! Statistics: the counts are right, they name nobody, and they outlive whoever is erased.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tresen_desk::people::Agent;
use tresen_desk::requests::{Access, Capture, Change, Reply};
use tresen_desk::requests::{Day, Statistic, Tally};
use tresen_desk::{Desk, Location};
use tresen_model::{Language, RequestNumber, Status};

use crate::support::{Form, PASSWORD, Place, World, note, random_word, reply};
use crate::traces::Needles;

stories! {
    counts_and_times_are_right,
    putting_together_changes_no_sum,
    erasing_a_customer_changes_nothing,
    erasing_an_agent_takes_them_out,
    nothing_is_lost_when_all_count_at_once,
}

races! {
    nothing_is_lost_when_all_count_at_once,
}

const ALL: (Day, Day) = (Day(0), Day(100_000));

async fn all(desk: &Desk, agent: &Agent) -> Vec<Statistic> {
    desk.requests.statistics(agent, ALL.0, ALL.1).await.unwrap()
}

fn sum<'a>(statistics: impl IntoIterator<Item = &'a Statistic>) -> Tally {
    let mut sum = Tally::default();
    statistics.into_iter().for_each(|statistic| sum.add(&statistic.tally));
    sum
}

/// A statement on the tables themselves, where no door shows what matters.
pub(crate) async fn raw<T>(place: &Place, sql: &str) -> Vec<T>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow>
        + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>
        + Send
        + Unpin,
{
    let sql = AssertSqlSafe(sql.to_owned());
    match &place.database {
        Location::File(path) => {
            let mut connection =
                SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
            let rows = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            rows
        }
        Location::Server(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let rows = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            rows
        }
    }
}

async fn set(world: &World, agent: &Agent, number: RequestNumber, status: Status) {
    let change = Change { status: Some(status), ..Change::default() };
    world.desk.requests.change(agent, number, change).await.unwrap();
}

async fn counts_and_times_are_right(world: &World) {
    let grace = world.agent("Grace").await;
    let linus = world.agent("Linus").await;
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada.clone());
    let today = Day::of(world.desk.now());
    let form = Form::from("ada@example.com");
    let first = world.submit(&form).await;
    // The same form again is the same request.
    assert!(world.try_submit(&form, None).await.unwrap().again);
    let second = world.submit(&Form { kind: "problem".into(), ..Form::from("ada@example.com") }).await;
    let once = random_word();
    let called = Capture {
        email: "bob@example.com",
        name: "",
        kind: "question",
        subject: "Called",
        body: "Please call back.",
        once: &once,
        language: Language::English,
    };
    world.desk.requests.capture(&linus, &called, Vec::new()).await.unwrap();

    // A note is no answer, a second answer not the first, and the customer's words are neither.
    world.clock.advance_seconds(100);
    world.desk.requests.reply(&grace, first, &note("Hm", "a"), Vec::new()).await.unwrap();
    world.desk.requests.comment(&access, first, "Hello?", "b", Vec::new()).await.unwrap();
    let asked = world.desk.requests.conversation(&access, first).await.unwrap().comments[0].created_at;
    let solved = Reply { status: Some(Status::Resolved), ..reply("So.", "c") };
    world.clock.advance_seconds(500);
    let answer_seconds = u64::try_from(world.desk.now().seconds_since(asked)).unwrap();
    world.desk.requests.reply(&grace, first, &solved, Vec::new()).await.unwrap();
    world.desk.requests.reply(&linus, first, &reply("And so.", "d"), Vec::new()).await.unwrap();

    // The next day: opened again by the customer's words, settled a second time.
    world.clock.advance_seconds(24 * 3600);
    world.desk.requests.comment(&access, first, "Not at all", "e", Vec::new()).await.unwrap();
    set(world, &linus, first, Status::Waiting).await;
    set(world, &linus, first, Status::Closed).await;
    world.desk.requests.close_or_reopen(&access, first, false).await.unwrap();
    // The customer closes the other one.
    let asked = world.desk.requests.conversation(&access, second).await.unwrap().comments[0].created_at;
    let settle_seconds = u64::try_from(world.desk.now().seconds_since(asked)).unwrap();
    world.desk.requests.close_or_reopen(&access, second, true).await.unwrap();

    let tomorrow = Day(today.0 + 1);
    let got = all(&world.desk, &grace).await;
    let of = |day: Day, kind: &str, agent: Option<&Agent>| {
        let found: Vec<_> = got
            .iter()
            .filter(|row| row.day == day && row.kind == kind && row.agent == agent.map(Agent::person))
            .collect();
        assert!(found.len() <= 1);
        found.first().map(|row| row.tally)
    };
    let created = Tally { created: 1, ..Tally::default() };
    assert_eq!(of(today, "question", None), Some(created));
    assert_eq!(of(today, "problem", None), Some(created));
    assert_eq!(of(today, "question", Some(&linus)), Some(created));
    let answered = Tally {
        answered: 1,
        answer_seconds,
        resolved: 1,
        settled: 1,
        settle_seconds: answer_seconds,
        ..Tally::default()
    };
    assert_eq!(of(today, "question", Some(&grace)), Some(answered));
    // What is settled again was settled before.
    assert_eq!(of(tomorrow, "question", Some(&linus)), Some(Tally { closed: 1, ..Tally::default() }));
    assert_eq!(of(tomorrow, "question", None), Some(Tally { reopened: 2, ..Tally::default() }));
    let closed = Tally { closed: 1, settled: 1, settle_seconds, ..Tally::default() };
    assert_eq!(of(tomorrow, "problem", None), Some(closed));
    assert_eq!(got.len(), 7);
    assert_eq!(got.iter().filter(|row| row.agent_name.as_deref() == Some("Grace")).count(), 1);
    // Both ends are included, and nothing beyond them.
    assert_eq!(world.desk.requests.statistics(&grace, tomorrow, tomorrow).await.unwrap().len(), 3);
    assert_eq!(
        world.desk.requests.statistics(&grace, Day(tomorrow.0 + 1), Day(tomorrow.0 + 9)).await.unwrap(),
        []
    );
}

async fn putting_together_changes_no_sum(world: &World) {
    let grace = world.agent("Grace").await;
    for round in 0..3_u64 {
        for one in 0..4 {
            let number = world.submit(&Form::from(&format!("ada{one}@example.com"))).await;
            world.answer(&grace, number, "So.").await;
        }
        let before = all(&world.desk, &grace).await;
        assert_eq!(world.desk.requests.fold_statistics().await.unwrap(), 8);
        assert_eq!(all(&world.desk, &grace).await, before);
        // One row for a day, type and agent is left: nothing tells one request from another.
        let rows: Vec<(i64,)> = raw(&world.place, "SELECT created FROM statistic").await;
        assert_eq!(rows.len(), before.len());
        assert_eq!(sum(&before).created, 4 * (round + 1));
    }
    assert_eq!(world.desk.requests.fold_statistics().await.unwrap(), 0);
    world.submit(&Form::from("ada@example.com")).await;
    assert_eq!(sum(&all(&world.desk, &grace).await).created, 13);
}

async fn erasing_a_customer_changes_nothing(world: &World) {
    let grace = world.agent("Grace").await;
    let ada = world.customer("vorpalina@example.com").await;
    let access = Access::Session(ada.clone());
    let mut requests = Vec::new();
    for _ in 0..3 {
        let form = Form::from("vorpalina@example.com").about("Jabberwocky", "Slithy toves");
        let number = world.submit(&form).await;
        world.answer(&grace, number, "So.").await;
        set(world, &grace, number, Status::Resolved).await;
        world.desk.requests.close_or_reopen(&access, number, false).await.unwrap();
        requests.push(world.desk.requests.request_id_for_agent(&grace, number).await.unwrap());
    }
    let before = all(&world.desk, &grace).await;
    assert_eq!((sum(&before).created, sum(&before).reopened), (3, 3));
    world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    assert_eq!(all(&world.desk, &grace).await, before);
    // Not even rows of single events stay, and none of the ids.
    let fresh: Vec<(i64,)> = raw(&world.place, "SELECT day FROM statistic WHERE fresh").await;
    assert_eq!(fresh, []);
    let ids = requests.iter().map(|request| request.0.simple().to_string());
    let ids: Vec<String> = ids.collect();
    let stored: Vec<(sqlx::types::Uuid, Option<sqlx::types::Uuid>)> =
        raw(&world.place, "SELECT id, agent_id FROM statistic").await;
    assert!(!stored.is_empty());
    for (id, agent) in stored {
        assert!(agent.is_none_or(|agent| agent == grace.person().0));
        assert!(!ids.contains(&id.simple().to_string()));
        assert_eq!(id.get_version_num(), 4, "an id that tells the time");
    }
    let needles = Needles::new(["vorpalina@example.com", "Jabberwocky", "Slithy toves"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
}

async fn erasing_an_agent_takes_them_out(world: &World) {
    let grace = world.agent("Grace").await;
    let leaver = world.agent_session("Vorpalina").await;
    let agent = leaver.agent().unwrap();
    let numbers = [
        world.submit(&Form::from("ada@example.com")).await,
        world.submit(&Form::from("ada@example.com")).await,
    ];
    world.answer(&agent, numbers[0], "So.").await;
    world.desk.requests.fold_statistics().await.unwrap();
    world.answer(&agent, numbers[1], "So.").await;
    let before = all(&world.desk, &grace).await;
    assert!(before.iter().any(|row| row.agent_name.as_deref() == Some("Vorpalina")));
    world.desk.privacy.erase_self(&leaver, PASSWORD).await.unwrap();
    let after = all(&world.desk, &grace).await;
    assert_eq!(sum(&after), sum(&before));
    let left: BTreeSet<_> = after.iter().filter_map(|row| row.agent).collect();
    assert!(left.is_empty());
    assert_eq!(after.len(), 1, "what Vorpalina did is with what nobody did");
}

async fn nothing_is_lost_when_all_count_at_once(world: &World) {
    const EACH: u64 = 12;
    let grace = world.agent("Grace").await;
    let leaver = world.agent_session("Linus").await;
    let agent = leaver.agent().unwrap();
    let mut tasks = Vec::new();
    for task in 0..6 {
        let (desk, agent) = (world.desk.clone(), agent.clone());
        tasks.push(tokio::spawn(async move {
            for one in 0..EACH {
                let form = Form::from(&format!("ada{task}.{one}@example.com"));
                let submission =
                    tresen_desk::requests::Submission::parse(&form.fields(), desk.settings()).unwrap();
                let number = desk.requests.submit(submission, Vec::new(), None).await.unwrap().number;
                if one < 4 {
                    desk.requests.reply(&agent, number, &reply("So.", "a"), Vec::new()).await.unwrap();
                }
            }
        }));
    }
    let mut folders = Vec::new();
    for _ in 0..2 {
        let desk = world.desk.clone();
        folders.push(tokio::spawn(async move {
            for _ in 0..25 {
                desk.requests.fold_statistics().await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    // An agent is erased while their counts are put together.
    world.desk.privacy.erase_self(&leaver, PASSWORD).await.unwrap();
    for folder in folders {
        folder.await.unwrap();
    }
    let got = sum(&all(&world.desk, &grace).await);
    assert_eq!((got.created, got.answered), (6 * EACH, 6 * 4));
    assert!(all(&world.desk, &grace).await.iter().all(|row| row.agent.is_none()));
}
