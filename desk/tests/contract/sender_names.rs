//! Several people may write from one address: a mail is signed by the name in its From.

use futures_util::TryStreamExt;
use tresen_desk::intake::TakenIn;
use tresen_desk::privacy::Asked;
use tresen_desk::requests::Access;
use tresen_model::{RequestNumber, Standing};

use crate::export::exported;
use crate::letters::Letter;
use crate::support::{Form, World};
use crate::traces::Needles;

stories! {
    each_mail_is_signed_by_the_name_in_its_from,
    a_nameless_guest_takes_the_first_name_that_a_mail_brings,
    what_teaches_no_name,
    whoever_has_an_account_decides_on_their_name_alone,
    a_name_that_a_person_gives_up_is_left_in_no_mail,
    a_sender_in_somebody_elses_request_is_signed_too,
    the_names_of_senders_go_with_the_person,
    the_names_of_senders_are_in_the_copy_and_come_back_from_it,
}

const INFO: &str = "info@company.example";

/// Who signed the comments of a request, as agents and the customer read it.
async fn authors(world: &World, number: RequestNumber) -> Vec<Option<String>> {
    let agent = world.agent(&format!("Reader{}", crate::support::random_word())).await;
    world.shown(&agent, number).await.comments.into_iter().map(|comment| comment.author).collect()
}

fn from(name: &str) -> Letter {
    Letter::from(&format!("{name} <{INFO}>"))
}

async fn each_mail_is_signed_by_the_name_in_its_from(world: &World) {
    let carols = world.receive_new(&from("Carol Danvers")).await;
    let confirmation = world.mail().await;
    // Within her request, and one of their own.
    let answer = from("Dave Bowman").answering(&confirmation).saying("Dave here.");
    assert_eq!(world.receive(&answer).await, TakenIn::Comment(carols));
    let nameless = Letter::from(INFO).answering(&confirmation).saying("And again.");
    assert_eq!(world.receive(&nameless).await, TakenIn::Comment(carols));
    let daves = world.receive_new(&from("\"Bowman, Dave\"")).await;
    let hals = world.receive_new(&from("=?utf-8?Q?Hal_M=C3=BCller?=")).await;

    let carol = Some("Carol Danvers".to_owned());
    assert_eq!(authors(world, carols).await, [carol.clone(), Some("Dave Bowman".into()), carol.clone()]);
    assert_eq!(authors(world, daves).await, [Some("Bowman, Dave".to_owned())]);
    assert_eq!(authors(world, hals).await, [Some("Hal Müller".to_owned())]);

    // The customer too sees which of them it was; the person is Carol as before.
    let holder = world.holder(&confirmation.request_link()).await;
    let mine = world.desk.requests.conversation(&Access::Link(holder), carols).await.unwrap();
    let signed: Vec<_> = mine.comments.iter().map(|comment| (comment.own, comment.signed)).collect();
    assert_eq!(signed, [(true, false), (true, true), (true, false)]);
    let agent = world.agent("Grace").await;
    assert_eq!(world.shown(&agent, daves).await.staff.unwrap().customer.name, carol);
    world.index().await;
    assert_eq!(world.find_all(&agent, "bowman").await, [daves, carols]);
}

async fn a_nameless_guest_takes_the_first_name_that_a_mail_brings(world: &World) {
    let agent = world.agent("Grace").await;
    let first = world.receive_new(&Letter::from("ada@example.com").saying("Hello")).await;
    world.index().await;
    assert!(world.find_all(&agent, "lovelace").await.is_empty());
    assert_eq!(authors(world, first).await, [None]);
    let second = world.receive_new(&Letter::from("Ada Lovelace <ada@example.com>")).await;
    world.receive_new(&Letter::from("Ada King <ada@example.com>")).await;

    let customer = world.shown(&agent, second).await.staff.unwrap().customer;
    assert_eq!(
        (customer.email.as_str(), customer.name.as_deref()),
        ("ada@example.com", Some("Ada Lovelace"))
    );
    // Their earlier words are signed by it, and found by it.
    assert_eq!(authors(world, first).await, [Some("Ada Lovelace".to_owned())]);
    world.index().await;
    assert!(world.find_all(&agent, "lovelace").await.contains(&first));

    // The same within a conversation, and of somebody whom a form made.
    world.post().await;
    let number = world.submit(&Form::from("bo@example.org")).await;
    let confirmation = world.mail().await;
    let answer = Letter::from("Bo Peep <bo@example.org>").answering(&confirmation);
    assert_eq!(world.receive(&answer).await, TakenIn::Comment(number));
    let customer = world.shown(&agent, number).await.staff.unwrap().customer;
    assert_eq!(customer.name.as_deref(), Some("Bo Peep"));
}

async fn what_teaches_no_name(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from("bo@example.org")).await;
    for from in [
        "bo@example.org",
        "<bo@example.org>",
        "\"\" <bo@example.org>",
        "\"bo@example.org\" <bo@example.org>",
        "\"'BO@example.org'\" <bo@example.org>",
        "boss@example.com <bo@example.org>",
        "\".\" <bo@example.org>",
        "\"\u{200b}\" <bo@example.org>",
        "' ' <bo@example.org>",
        "=?utf-8?Q?=C2=A0?= <bo@example.org>",
    ] {
        world.clock.advance_seconds(3600);
        let new = world.receive_new(&Letter::from(from)).await;
        assert_eq!(world.newest(&agent, new).await.author, None, "{from}");
    }
    // Neither machines nor whoever is not believed.
    for letter in [
        Letter::from("Out of Office <bo@example.org>").with("Auto-Submitted", "auto-replied"),
        Letter::from("Buy Now <bo@example.org>").with("X-Spam-Score", "9.9"),
        Letter::from("Eve <bo@example.org>").checked("fail"),
    ] {
        world.clock.advance_seconds(3600);
        assert!(matches!(world.receive(&letter).await, TakenIn::Request(_) | TakenIn::Held(_)));
    }
    assert_eq!(world.shown(&agent, number).await.staff.unwrap().customer.name, None);
}

async fn whoever_has_an_account_decides_on_their_name_alone(world: &World) {
    let ada = world.customer("ada@example.org").await;
    let number = world.receive_new(&Letter::from("Ada Lovelace <ada@example.org>")).await;
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().name, None);
    assert_eq!(authors(world, number).await, [Some("Ada Lovelace".to_owned())]);
    world.desk.accounts.change_name(&ada, "Ada King").await.unwrap();
    world.receive_new(&Letter::from("Ada Byron <ada@example.org>")).await;
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().name.as_deref(), Some("Ada King"));
    // A name that was taken away stays away.
    world.desk.accounts.change_name(&ada, "").await.unwrap();
    world.receive_new(&Letter::from("Ada Byron <ada@example.org>")).await;
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().name, None);
}

async fn a_name_that_a_person_gives_up_is_left_in_no_mail(world: &World) {
    let number = world.receive_new(&Letter::from("Vorpalina Jabberwock <ada@example.org>")).await;
    let ada = world.customer("ada@example.org").await;
    world.desk.accounts.change_name(&ada, "Ada King").await.unwrap();
    assert_eq!(authors(world, number).await, [Some("Ada King".to_owned())]);
    let (copy, _) = exported(world, &ada).await;
    assert!(!copy.to_string().contains("Vorpalina"));
}

async fn a_sender_in_somebody_elses_request_is_signed_too(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.receive_new(&Letter::from("ada@example.org")).await;
    let confirmation = world.mail().await;
    world.receive_new(&from("Carol Danvers")).await;
    let answer = from("Dave Bowman").answering(&confirmation);
    assert_eq!(world.receive(&answer).await, TakenIn::Comment(number));
    let comment = world.newest(&agent, number).await;
    assert_eq!((comment.standing, comment.author.as_deref()), (Standing::Outsider, Some("Dave Bowman")));
    assert_eq!(comment.address.as_deref(), Some(INFO));
    // As a request of its own, it is still Dave's.
    let split = world.desk.requests.split_off(&agent, number, comment.id).await.unwrap();
    assert_eq!(authors(world, split).await, [Some("Dave Bowman".to_owned())]);
}

async fn the_names_of_senders_go_with_the_person(world: &World) {
    let agent = world.agent("Grace").await;
    let ada = world.customer("ada@example.org").await;
    let number = world.receive_new(&Letter::from("ada@example.org")).await;
    let confirmation = world.mail().await;
    world.receive_new(&from("Carol Danvers")).await;
    let answer = from("Vorpalina Jabberwock").answering(&confirmation);
    assert_eq!(world.receive(&answer).await, TakenIn::Comment(number));
    let comment = world.newest(&agent, number).await;
    world.desk.requests.admit(&agent, number, comment.id).await.unwrap();
    world.index().await;
    let needles = Needles::new(["Vorpalina", "Carol Danvers", INFO]);
    assert!(!needles.traces(&world.place).await.is_empty(), "the search index");

    let signed = "SELECT id FROM comment WHERE signed_sealed IS NOT NULL";
    let rows: Vec<(sqlx::types::Uuid,)> = crate::statistics::raw(&world.place, signed).await;
    assert_eq!(rows.len(), 1);
    world.desk.privacy.erase_by_operator(INFO).await.unwrap().unwrap();
    let rows: Vec<(sqlx::types::Uuid,)> = crate::statistics::raw(&world.place, signed).await;
    assert!(rows.is_empty());
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    let mine = world.desk.requests.conversation(&Access::Session(ada), number).await.unwrap();
    assert_eq!((mine.comments[1].standing, &mine.comments[1].author), (Standing::Erased, &None));

    // And with the customer, in whose own requests it stands.
    let number = world.receive_new(&Letter::from("Zirbelina <ada@example.org>")).await;
    world.index().await;
    assert_eq!(world.find_all(&agent, "zirbelina").await, [number]);
    world.desk.privacy.erase_by_agent(&agent, number, Asked::Phone).await.unwrap();
    assert_eq!(Needles::new(["Zirbelina"]).traces(&world.place).await, Vec::<String>::new());
}

async fn the_names_of_senders_are_in_the_copy_and_come_back_from_it(world: &World) {
    let desk = &world.desk;
    let bo = world.customer("bo@example.org").await;
    desk.accounts.change_name(&bo, "Bo Peep").await.unwrap();
    let own = world.receive_new(&Letter::from("Little Bo <bo@example.org>")).await;
    world.post().await;
    let others = world.receive_new(&Letter::from("ada@example.org")).await;
    let confirmation = world.mail().await;
    let answer = Letter::from("Sheep <bo@example.org>").answering(&confirmation);
    assert_eq!(world.receive(&answer).await, TakenIn::Comment(others));

    let (copy, files) = exported(world, &bo).await;
    assert_eq!(copy["requests"][0]["comments"][0]["author"], "Little Bo");
    assert_eq!(copy["elsewhere"][0]["author"], "Sheep");
    let page = String::from_utf8(files["index.html"].clone()).unwrap();
    assert!(page.contains("Little Bo") && page.contains("Sheep"));

    let parts: Vec<_> = desk.privacy.export(&bo).await.unwrap().contents.try_collect().await.unwrap();
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, &parts.concat()).unwrap();
    desk.privacy.erase_by_operator("bo@example.org").await.unwrap().unwrap();
    assert_eq!(desk.privacy.import_person(file).await.unwrap().requests, 1);
    assert_eq!(authors(world, own).await, [Some("Little Bo".to_owned())]);
}
