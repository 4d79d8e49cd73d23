//! "It is there already" is answered only when it is on disk: the second of two waits for the commit of the first,
//! and fails with it.

use tresen_desk::Error;
use tresen_desk::people::Agent;
use tresen_desk::requests::{Access, Capture, Change};
use tresen_model::{Language, RequestNumber, Status};

use crate::letters::Letter;
use crate::statistics::raw;
use crate::support::{Engine, Form, Place, World, reply, rounds};

stories! {
    a_form_sent_twice_is_not_answered_when_nothing_is_stored,
    a_comment_sent_twice_is_not_answered_when_nothing_is_stored,
    an_answer_sent_twice_is_not_answered_when_nothing_is_stored,
    a_captured_call_sent_twice_is_not_answered_when_nothing_is_stored,
    a_status_set_twice_is_not_answered_when_nothing_is_stored,
    a_mail_that_arrives_twice_is_not_taken_in_when_nothing_is_stored,
    a_name_is_stored_with_its_mark_for_the_search_or_not_at_all,
}

const ADA: &str = "ada@example.com";

/// Makes every commit fail that adds to `table`.
async fn doom(place: &Place, engine: Engine, table: &str) {
    doom_at(place, engine, "INSERT", table).await;
}

/// Makes every commit fail that does something to `table`.
async fn doom_at(place: &Place, engine: Engine, event: &str, table: &str) {
    const REFERENCE: &str =
        "CREATE TABLE doom (id BIGINT REFERENCES nobody (id) DEFERRABLE INITIALLY DEFERRED)";
    let all = match engine {
        Engine::Sqlite => vec![format!(
            "CREATE TRIGGER doomed AFTER {event} ON {table} BEGIN INSERT INTO doom VALUES (1); END"
        )],
        Engine::Postgres => vec![
            "CREATE FUNCTION doomed() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN INSERT INTO doom VALUES (1); RETURN NULL; END $$"
                .to_owned(),
            format!("CREATE TRIGGER doomed AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION doomed()"),
        ],
    };
    let tables = ["CREATE TABLE nobody (id BIGINT PRIMARY KEY)", REFERENCE].map(str::to_owned);
    for sql in tables.iter().chain(&all) {
        let _: Vec<(i64,)> = raw(place, sql).await;
    }
}

/// Does the same three times at once, and expects that nobody is told that it is done.
async fn assert_none<T>(world: &World, act: impl AsyncFn() -> Result<T, Error>) {
    for _ in 0..rounds(3, 30) {
        world.tick();
        let (one, two, three) = tokio::join!(act(), act(), act());
        let acknowledged = [one.is_ok(), two.is_ok(), three.is_ok()];
        assert_eq!(acknowledged, [false; 3]);
    }
}

async fn request(world: &World) -> (Agent, Access, RequestNumber) {
    let agent = world.agent("Grace").await;
    let customer = world.customer(ADA).await;
    let number = world.submit(&Form::from(ADA)).await;
    (agent, Access::Session(customer), number)
}

async fn a_form_sent_twice_is_not_answered_when_nothing_is_stored(world: &World) {
    let form = Form::from(ADA);
    doom(&world.place, world.engine, "request").await;
    assert_none(world, async || world.try_submit(&form, None).await).await;
}

async fn a_comment_sent_twice_is_not_answered_when_nothing_is_stored(world: &World) {
    let (_, access, number) = request(world).await;
    doom(&world.place, world.engine, "comment").await;
    assert_none(world, async || {
        world.desk.requests.comment(&access, number, "Twice", "once", Vec::new()).await
    })
    .await;
}

async fn an_answer_sent_twice_is_not_answered_when_nothing_is_stored(world: &World) {
    let (agent, _, number) = request(world).await;
    doom(&world.place, world.engine, "comment").await;
    assert_none(world, async || {
        world.desk.requests.reply(&agent, number, &reply("Twice", "once"), Vec::new()).await
    })
    .await;
}

async fn a_captured_call_sent_twice_is_not_answered_when_nothing_is_stored(world: &World) {
    let agent = world.agent("Grace").await;
    let form = Capture {
        email: ADA,
        name: "",
        kind: "question",
        subject: "Called",
        body: "Twice",
        once: "once",
        language: Language::English,
    };
    doom(&world.place, world.engine, "request").await;
    assert_none(world, async || world.desk.requests.capture(&agent, &form, Vec::new()).await).await;
}

async fn a_status_set_twice_is_not_answered_when_nothing_is_stored(world: &World) {
    let (agent, _, number) = request(world).await;
    doom(&world.place, world.engine, "history").await;
    let change = || Change { status: Some(Status::Resolved), ..Change::default() };
    assert_none(world, async || world.desk.requests.change(&agent, number, change()).await).await;
}

async fn a_mail_that_arrives_twice_is_not_taken_in_when_nothing_is_stored(world: &World) {
    request(world).await;
    let confirmation = world.post().await.remove(0);
    let new = Letter::from("bo@example.com");
    let answer = Letter::from(ADA).answering(&confirmation);
    doom(&world.place, world.engine, "comment").await;
    for letter in [new, answer] {
        assert_none(world, async || world.desk.intake.take_in(&letter.raw(), &letter.envelope()).await).await;
    }
}

async fn a_name_is_stored_with_its_mark_for_the_search_or_not_at_all(world: &World) {
    let customer = world.customer(ADA).await;
    world.submit(&Form::from(ADA)).await;
    doom_at(&world.place, world.engine, "UPDATE", "request").await;

    assert!(world.desk.accounts.change_name(&customer, "Augusta").await.is_err());

    assert_eq!(world.desk.accounts.account(&customer).await.unwrap().name, None);
}
