//! Erasures that something comes between: the person is told, is out of sight, and what was begun
//! is finished by itself, with the last mail.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::types::Uuid;
use sqlx::{Connection, SqliteConnection};
use tresen_desk::people::{Agent, Purpose, Session};
use tresen_desk::privacy::{Asked, Checked, Wish};
use tresen_desk::requests::{Access, QueueQuery, QueueView};
use tresen_desk::{Error, Location};
use tresen_model::RequestNumber;

use crate::statistics::raw;
use crate::support::{Engine, Form, PASSWORD, World, assert_fails, files_under};
use crate::traces::Needles;

stories! {
    what_has_begun_is_finished_by_itself,
    a_start_finishes_it_and_says_farewell,
    a_desk_that_cannot_finish_serves_and_shows_nothing,
    what_could_not_begin_begins_by_itself,
    the_record_of_an_agents_erasure_is_a_word,
}

const EMAIL: &str = "vorpalina@example.com";
const WORDS: [&str; 4] = [EMAIL, "Jabberwocky", "slithy toves", "borogoves"];

struct Scene {
    agent: Agent,
    customer: Session,
    number: RequestNumber,
}

/// A customer with an account, and a request with a file, indexed.
async fn scene(world: &World) -> Scene {
    let agent = world.agent("Grace").await;
    let customer = world.customer(EMAIL).await;
    world.tick();
    let form = Form::from(EMAIL).about("Jabberwocky", "The slithy toves");
    let file = world.file("borogoves.txt", b"All mimsy").await;
    let number = world.submit_with(&form, file, Some(&customer)).await.unwrap().number;
    world.index().await;
    world.post().await;
    Scene { agent, customer, number }
}

/// Puts a folder where the file is: no file can be removed there.
fn block(world: &World) -> PathBuf {
    let files = files_under(&world.place.data().join("objects"));
    let [file] = files.as_slice() else { panic!("{files:?}") };
    std::fs::remove_file(file).unwrap();
    std::fs::create_dir(file).unwrap();
    std::fs::write(file.join("in-the-way"), b"").unwrap();
    file.clone()
}

fn unblock(path: &Path) {
    std::fs::remove_dir_all(path).unwrap();
}

/// Whether agents and the customer see anything.
async fn assert_out_of_sight(world: &World, scene: &Scene) {
    let desk = &world.desk;
    assert_fails!(desk.requests.conversation_for_agent(&scene.agent, scene.number).await, Error::NotFound);
    assert_eq!(desk.requests.queue_counts(&scene.agent).await.unwrap().active, 0);
    for view in [QueueView::Active, QueueView::All] {
        let page =
            desk.requests.queue(&scene.agent, &QueueQuery { view, ..QueueQuery::default() }).await.unwrap();
        assert!(page.rows.is_empty());
    }
    for typed in ["jabberwocky", "borogoves", EMAIL, &scene.number.to_string()] {
        assert!(world.find_all(&scene.agent, typed).await.is_empty(), "{typed}");
    }
    let access = Access::Session(scene.customer.clone());
    assert_fails!(desk.requests.conversation(&access, scene.number).await, Error::NotFound);
    assert_fails!(desk.accounts.account(&scene.customer).await, Error::Forbidden);
    assert!(world.login(EMAIL, PASSWORD).await.is_err());
}

/// Everything is gone, and one mail says so.
async fn assert_finished(world: &World, wish: Wish) {
    let mail = world.mail().await;
    assert_eq!(mail.to(), EMAIL);
    let Checked::Genuine(receipt) = world.desk.privacy.check_receipt(&mail.text) else {
        panic!("not genuine")
    };
    assert_eq!((receipt.wish, receipt.count.requests, receipt.count.attachments), (wish, 1, 1));
    assert_eq!(Needles::new(WORDS).traces(&world.place).await, Vec::<String>::new());
    assert_eq!(world.objects(), 0);
    let rows: Vec<(Option<Vec<u8>>, Option<i64>)> =
        raw(&world.place, "SELECT farewell_sealed, finished_at FROM erasure").await;
    assert!(matches!(rows.as_slice(), [(None, Some(_))]), "{rows:?}");
}

async fn what_has_begun_is_finished_by_itself(world: &World) {
    let scene = scene(world).await;
    world.answer(&scene.agent, scene.number, "Beware!").await;
    let path = block(world);
    assert_fails!(
        world.desk.privacy.erase_self(&scene.customer, PASSWORD).await,
        Error::Unfinished { begun: true }
    );
    assert_out_of_sight(world, &scene).await;
    // Nor is anything sent.
    assert!(world.post().await.is_empty());
    // It may still be under way; and later it fails again.
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 0);
    world.clock.advance_seconds(60);
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 0);
    assert_out_of_sight(world, &scene).await;
    unblock(&path);
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 1);
    assert_finished(world, Wish::Person).await;
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 0);
    assert!(world.post().await.is_empty());
}

async fn a_start_finishes_it_and_says_farewell(world: &World) {
    let scene = scene(world).await;
    let path = block(world);
    assert_fails!(
        world.desk.privacy.erase_by_agent(&scene.agent, scene.number, Asked::InPerson).await,
        Error::Unfinished { begun: true }
    );
    unblock(&path);
    // Two starts at once: still one mail.
    let (one, two) = tokio::join!(world.open_another(), world.open_another());
    for desk in [one.unwrap(), two.unwrap()] {
        desk.settle().await;
        desk.close().await;
    }
    assert_finished(world, Wish::Agent(Asked::InPerson)).await;
    world.open_another().await.unwrap().close().await;
    assert!(world.post().await.is_empty());
}

async fn a_desk_that_cannot_finish_serves_and_shows_nothing(world: &World) {
    let scene = scene(world).await;
    let path = block(world);
    assert_fails!(
        world.desk.privacy.erase_self(&scene.customer, PASSWORD).await,
        Error::Unfinished { begun: true }
    );
    let again = world.open_another().await.unwrap();
    assert_eq!(again.requests.queue_counts(&scene.agent).await.unwrap().active, 0);
    assert_out_of_sight(world, &scene).await;
    world.submit(&Form::from("bob@example.com")).await;
    world.post().await;
    unblock(&path);
    again.privacy.finish_erasures().await.unwrap();
    world.clock.advance_seconds(60);
    again.privacy.finish_erasures().await.unwrap();
    again.settle().await;
    again.close().await;
    assert_finished(world, Wish::Person).await;
    assert_eq!(world.desk.requests.queue_counts(&scene.agent).await.unwrap().active, 1);
}

async fn what_could_not_begin_begins_by_itself(world: &World) {
    let scene = scene(world).await;
    world.desk.privacy.ask_erasure(EMAIL).await.unwrap();
    let link = world.mail().await.link("account/delete");
    let _: Vec<(i64,)> = raw(&world.place, "ALTER TABLE erasure RENAME TO not_there").await;
    assert_fails!(world.desk.privacy.erase_by_link(&link).await, Error::Unfinished { begun: false });
    // Nothing has happened yet, and it fails again.
    assert_eq!(world.desk.privacy.finish_erasures().await.map_err(drop), Err(()));
    world.desk.accounts.account(&scene.customer).await.unwrap();
    let seen = world.desk.requests.conversation_for_agent(&scene.agent, scene.number).await.unwrap();
    assert_eq!(seen.comments[0].attachments.len(), 1);
    assert!(world.post().await.is_empty());
    let _: Vec<(i64,)> = raw(&world.place, "ALTER TABLE not_there RENAME TO erasure").await;
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 1);
    assert_finished(world, Wish::Link).await;
    assert!(world.is_gone(Purpose::Erase, &link).await);
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 0);
}

/// What a backup is for others: a reader that looks at one state for as long as it takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_reader_keeps_nobody_waiting_and_the_erasure_is_finished_after_it() {
    const MOST: Duration = Duration::from_secs(1);
    let world = World::new(Engine::Sqlite).await;
    let scene = scene(&world).await;
    let Location::File(path) = &world.place.database else { panic!("no file") };
    let mut reader = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    sqlx::raw_sql("BEGIN; SELECT COUNT(*) FROM request").execute(&mut reader).await.unwrap();

    let submitting = async {
        let mut slowest = Duration::ZERO;
        for number in 0..60 {
            let begun = Instant::now();
            world.submit(&Form::from(&format!("customer-{number}@example.com"))).await;
            slowest = slowest.max(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        slowest
    };
    let (erased, slowest) =
        tokio::join!(world.desk.privacy.erase_self(&scene.customer, PASSWORD), submitting);
    assert_fails!(erased, Error::Unfinished { begun: true });
    assert!(slowest < MOST, "the slowest submit took {slowest:?}");
    assert_fails!(
        world.desk.requests.conversation_for_agent(&scene.agent, scene.number).await,
        Error::NotFound
    );

    reader.close().await.unwrap();
    world.clock.advance_seconds(60);
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 1);
    world.desk.settle().await;
    assert_eq!(Needles::new(WORDS).traces(&world.place).await, Vec::<String>::new());
    world.end().await;
}

async fn the_record_of_an_agents_erasure_is_a_word(world: &World) {
    let scene = scene(world).await;
    for asked in Asked::ALL {
        let email = format!("someone-{}@example.com", asked.as_str());
        let number = world.submit(&Form::from(&email).called("Vorpalina Jabberwock")).await;
        let at = world.desk.now();
        world.desk.privacy.erase_by_agent(&scene.agent, number, asked).await.unwrap();
        type Row = (Uuid, i64, Option<i64>, String, String, Option<Vec<u8>>);
        let wish = format!("agent-{}", asked.as_str());
        let rows: Vec<Row> = raw(
            &world.place,
            &format!(
                "SELECT person_id, started_at, finished_at, wish, counts, farewell_sealed FROM erasure
                 WHERE wish = '{wish}'"
            ),
        )
        .await;
        let [(_, started, finished, _, counts, None)] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((*started, *finished), (at.0, Some(at.0)));
        // Numbers, and nothing but numbers.
        let counts: std::collections::BTreeMap<String, u64> = serde_json::from_str(counts).unwrap();
        assert_eq!(counts["requests"], 1);
    }
    let columns = raw::<(Uuid,)>(&world.place, "SELECT person_id FROM erasure").await.len();
    assert_eq!(columns, Asked::ALL.len());
    let needles =
        Needles::new(["someone-phone@", "someone-mail@", "someone-in-person@", "someone-otherwise@"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
}
