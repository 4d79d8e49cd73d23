//! Whoever is erased goes from other people's requests too, and no mailbox and no backup brings
//! them back.

use tresen_desk::backup::{Part, Places, Remembered, backup, restore};
use tresen_desk::clock::Clock;
use tresen_desk::intake::TakenIn;
use tresen_desk::people::{Agent, Session};
use tresen_desk::requests::Access;
use tresen_desk::{Error, MasterKey};
use tresen_model::{AsideReason, AttachmentId, RequestNumber, Standing};

use crate::export::exported;
use crate::letters::{Letter, bounce};
use crate::statistics::raw;
use crate::support::{Engine, Form, PASSWORD, Place, World, assert_fails, entered};
use crate::traces::Needles;

stories! {
    words_in_other_peoples_requests_go_too,
    an_outsider_whom_nobody_admitted_leaves_nothing_to_the_customer,
    the_customer_goes_with_what_others_wrote_there,
    the_same_mails_are_not_taken_in_again,
    messages_that_were_set_aside_go_too,
    a_damaged_message_stops_no_erasure_and_admins_see_it,
    a_damaged_address_stops_no_erasure,
    a_copy_holds_what_was_written_elsewhere,
}

const ADA: &str = "ada@example.org";
const BO: &str = "bo.vorpalina@example.org";

fn needles() -> Needles {
    Needles::new([BO, "Vorpalina Bo", "Zirbelkiefer", "Weymouthskiefer", "Latschenkiefer", "pinetree"])
}

/// Ada's request, in which Bo wrote two mails with a file each, admitted after the first.
struct Scene {
    agent: Agent,
    ada: Session,
    number: RequestNumber,
    letters: [Letter; 2],
    file: AttachmentId,
}

async fn scene(world: &World, admit: bool) -> Scene {
    let agent = world.agent("Grace").await;
    let ada = world.customer(ADA).await;
    let number = world.receive_new(&Letter::from(ADA).saying("My words.")).await;
    let confirmation = world.mail().await;
    let bo = || Letter::from(&format!("Vorpalina Bo <{BO}>")).answering(&confirmation);
    let letters = [
        bo().about("Latschenkiefer", "Zirbelkiefer.\r\n\r\n> quoted Weymouthskiefer")
            .with_file("pinetree.txt", "Zirbelkiefer"),
        bo().saying("More Weymouthskiefer.").with_file("pinetree.txt", "Weymouthskiefer"),
    ];
    assert_eq!(world.receive(&letters[0]).await, TakenIn::Comment(number));
    let comment = world.newest(&agent, number).await;
    if admit {
        world.desk.requests.admit(&agent, number, comment.id).await.unwrap();
    }
    assert_eq!(world.receive(&letters[1]).await, TakenIn::Comment(number));
    world.index().await;
    let file = comment.attachments[0].id;
    Scene { agent, ada, number, letters, file }
}

async fn words_in_other_peoples_requests_go_too(world: &World) {
    let Scene { agent, ada, number, file, .. } = scene(world, true).await;
    assert_eq!(world.find_all(&agent, "zirbelkiefer").await, [number]);
    assert!(!needles().traces(&world.place).await.is_empty(), "the search index");
    let erased = world.desk.privacy.erase_by_operator(BO).await.unwrap().unwrap();
    assert_eq!((erased.count.requests, erased.count.comments, erased.count.attachments), (0, 2, 2));
    // Without waiting for anything.
    assert_eq!(needles().traces(&world.place).await, Vec::<String>::new());
    assert!(world.find_all(&agent, "zirbelkiefer").await.is_empty());
    assert_eq!(world.objects(), 0);

    for comments in [
        world.shown(&agent, number).await.comments,
        world.desk.requests.conversation(&Access::Session(ada.clone()), number).await.unwrap().comments,
    ] {
        let standings: Vec<_> = comments.iter().map(|comment| comment.standing).collect();
        assert_eq!(standings, [Standing::Participant, Standing::Erased, Standing::Erased]);
        for comment in &comments[1..] {
            assert!(comment.body.is_empty() && comment.rest.is_none() && !comment.formatted);
            assert!(comment.author.is_none() && comment.attachments.is_empty());
            assert_fails!(
                world.desk.requests.formatted_for_agent(&agent, number, comment.id).await,
                Error::NotFound
            );
        }
    }
    assert_fails!(world.desk.requests.attachment_for_agent(&agent, number, file).await, Error::NotFound);
    world.index().await;
    assert_eq!(world.find_all(&agent, "words").await, [number]);
    assert_eq!(needles().traces(&world.place).await, Vec::<String>::new());
    // Whoever writes from the address again is somebody new: an outsider.
    let answer = {
        world.answer(&agent, number, "And you?").await;
        world.mail().await
    };
    let again = Letter::from(BO).answering(&answer);
    assert_eq!(world.receive(&again).await, TakenIn::Comment(number));
    assert_eq!(world.newest(&agent, number).await.standing, Standing::Outsider);
}

async fn an_outsider_whom_nobody_admitted_leaves_nothing_to_the_customer(world: &World) {
    let Scene { agent, ada, number, .. } = scene(world, false).await;
    world.desk.privacy.erase_by_operator(BO).await.unwrap().unwrap();
    assert_eq!(world.shown(&agent, number).await.comments.len(), 3);
    let mine = world.desk.requests.conversation(&Access::Session(ada), number).await.unwrap();
    assert_eq!(mine.comments.len(), 1);
}

async fn the_customer_goes_with_what_others_wrote_there(world: &World) {
    let Scene { ada, number, agent, .. } = scene(world, true).await;
    world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    assert_fails!(world.desk.requests.conversation_for_agent(&agent, number).await, Error::NotFound);
    assert_eq!(world.objects(), 0);
    // Bo is still known, and what Bo writes now is Bo's.
    let bo = world.customer(BO).await;
    world.receive_new(&Letter::from(BO)).await;
    assert_eq!(world.mine(&bo).await.len(), 1);
}

async fn the_same_mails_are_not_taken_in_again(world: &World) {
    let agent = world.agent("Grace").await;
    let first = Letter::from(BO).about("Zirbelkiefer", "Weymouthskiefer");
    let number = world.receive_new(&first).await;
    let confirmation = world.mail().await;
    let second = Letter::from(BO).answering(&confirmation).saying("Latschenkiefer");
    assert_eq!(world.receive(&second).await, TakenIn::Comment(number));
    world.desk.privacy.erase_by_operator(BO).await.unwrap().unwrap();
    for letter in [&first, &second] {
        assert_eq!(world.receive(letter).await, TakenIn::Known);
        let other = world.open_another().await.unwrap();
        assert_eq!(letter.arrive_at(&other).await, TakenIn::Known);
        other.close().await;
    }
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 0);
    // An answer to mails of the time before leads nowhere, and makes a new, empty person.
    let new = world.receive_new(&Letter::from(BO).answering(&confirmation).saying("New.")).await;
    assert_ne!(new, number);
    let known = Letter::from(ADA).with("In-Reply-To", first.header("Message-ID"));
    world.receive_new(&known).await;
    assert!(!world.shown(&agent, new).await.staff.unwrap().customer.proven);
    // A report about a mail to somebody who is gone changes nothing.
    let report = bounce(confirmation.header("message-id"), "failed", "5.1.1");
    assert_eq!(world.receive(&report).await, TakenIn::Report);
}

async fn messages_that_were_set_aside_go_too(world: &World) {
    let admin = world.admin("Ada").await;
    world.receive_new(&Letter::from(BO)).await;
    let about = |text: &str| Letter::from("x").without("From").saying(text);
    let base64 = data_encoding::BASE64.encode(format!("To: {BO} and others").as_bytes());
    let theirs = [
        about(&format!("Dear {BO},")),
        about(&base64).with("Content-Transfer-Encoding", "base64"),
        about("bo.vorpalina=40example.=\r\norg"),
        about("x").with("From", BO).with("From", "undisclosed").with("X-Forwarded-To", &BO.to_uppercase()),
    ];
    let others = [about("Dear bo@example.org,"), about("Dear Ada,")];
    for letter in theirs.iter().chain(&others) {
        assert_eq!(world.receive(letter).await, TakenIn::Aside);
    }
    world.desk.privacy.erase_by_operator(BO).await.unwrap().unwrap();
    assert_eq!(world.desk.intake.set_aside(&admin).await.unwrap().len(), others.len());
    for letter in &theirs {
        assert_eq!(world.receive(letter).await, TakenIn::Known);
    }
}

async fn a_damaged_message_stops_no_erasure_and_admins_see_it(world: &World) {
    const DAMAGE: &str =
        "UPDATE mail_aside SET message_sealed = summary_sealed, addresses_sealed = summary_sealed";
    const UNOPENED: &str =
        "UPDATE mail_aside SET message_sealed = summary_sealed WHERE addresses_sealed <> summary_sealed";
    const SUMMARY: &str = "UPDATE mail_aside SET summary_sealed = addresses_sealed";
    let admin = world.admin("Ada").await;
    let about = |text: &str| Letter::from("x").without("From").saying(text);
    let reasons = async || {
        let seen = world.desk.intake.set_aside(&admin).await.unwrap();
        seen.iter().map(|message| message.reason).collect::<Vec<_>>()
    };
    assert_eq!(world.receive(&about("Dear Ada,")).await, TakenIn::Aside);
    let _: Vec<(i64,)> = raw(&world.place, DAMAGE).await;
    world.tick();
    assert_eq!(world.receive(&about("Dear ada@example.org,")).await, TakenIn::Aside);
    let _: Vec<(i64,)> = raw(&world.place, UNOPENED).await;
    let theirs = about(&format!("Dear {BO},"));
    assert_eq!(world.receive(&theirs).await, TakenIn::Aside);
    world.receive_new(&Letter::from(BO)).await;

    world.desk.privacy.erase_by_operator(BO).await.unwrap().unwrap();

    assert_eq!(world.receive(&theirs).await, TakenIn::Known);
    // What is about somebody else was not even opened.
    assert_eq!(reasons().await, [AsideReason::NoSender, AsideReason::Damaged]);

    let _: Vec<(i64,)> = raw(&world.place, SUMMARY).await;
    world.tick();
    assert_eq!(world.receive(&about("Dear Bo,")).await, TakenIn::Aside);
    assert_eq!(reasons().await, [AsideReason::NoSender, AsideReason::Damaged, AsideReason::Damaged]);
    for message in world.desk.intake.set_aside(&admin).await.unwrap() {
        world.desk.intake.delete_aside(&admin, message.id).await.unwrap();
    }
}

async fn a_damaged_address_stops_no_erasure(world: &World) {
    let agent = world.agent("Grace").await;
    let bo = world.customer(BO).await;
    let number = world.submit(&Form::from(BO)).await;
    let _: Vec<(i64,)> =
        raw(&world.place, "UPDATE person SET email_sealed = password_sealed WHERE role = 'customer'").await;

    world.desk.privacy.erase_by_operator(BO).await.unwrap().unwrap();

    assert_fails!(world.desk.requests.conversation_for_agent(&agent, number).await, Error::NotFound);
    assert_fails!(world.desk.accounts.account(&bo).await, Error::Forbidden);
}

async fn a_copy_holds_what_was_written_elsewhere(world: &World) {
    let Scene { agent, ada, number, .. } = scene(world, false).await;
    let bo = world.customer(BO).await;
    let (data, files) = exported(world, &bo).await;
    let elsewhere = data["elsewhere"].as_array().unwrap();
    assert_eq!(elsewhere.len(), 2);
    assert_eq!(elsewhere[0]["request"], number.to_string());
    assert!(elsewhere[0]["body"].as_str().unwrap().contains("Zirbelkiefer"));
    assert!(data["requests"].as_array().unwrap().is_empty());
    let path = elsewhere[1]["attachments"][0]["path"].as_str().unwrap();
    assert!(files[path].starts_with(b"Weymouthskiefer"));
    assert!(!data.to_string().contains("My words."));
    // The customer's copy has what they could read: nothing of an outsider, all of whom was admitted.
    let (data, _) = exported(world, &ada).await;
    assert!(!data.to_string().contains("Zirbelkiefer"));
    let outsider = world.newest(&agent, number).await;
    world.desk.requests.admit(&agent, number, outsider.id).await.unwrap();
    let (data, files) = exported(world, &ada).await;
    assert!(data.to_string().contains("Zirbelkiefer"));
    let path = data["requests"][0]["comments"][1]["attachments"][0]["path"].as_str().unwrap();
    assert!(files[path].starts_with(b"Zirbelkiefer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_backup_brings_back_neither_words_nor_mails() {
    let world = World::new(Engine::Sqlite).await;
    let Scene { number, letters, .. } = scene(&world, true).await;
    let aside = Letter::from("x").without("From").saying(&format!("Dear {BO},"));
    world.receive(&aside).await;
    let places = |place: &Place| Places {
        database: place.database.clone(),
        keys: place.keys.clone(),
        objects: place.data().join("objects"),
        folder: place.data().to_owned(),
    };
    let elsewhere = tempfile::tempdir().unwrap();
    let old = elsewhere.path().join("old");
    backup(&places(&world.place), Part::Data, &old, world.desk.now()).await.unwrap();
    // One more mail, of which the backup knows nothing.
    let late = Letter::from(BO).saying("Latschenkiefer");
    world.receive_new(&late).await;
    world.desk.privacy.erase_by_operator(BO).await.unwrap().unwrap();
    world.desk.close().await;
    let (master_key, now) = (MasterKey::derive(&[7; 32]), world.clock.now());
    restore(&places(&world.place), master_key, &old, &Remembered::default(), now).await.unwrap();
    let desk = world.open_another().await.unwrap();
    for letter in letters.iter().chain([&late, &aside]) {
        assert_eq!(letter.arrive_at(&desk).await, TakenIn::Known);
    }
    let grace = entered(desk.accounts.login("grace@desk.example", PASSWORD, None).await.unwrap()).session;
    let agent = desk.people.session(&grace).await.unwrap().unwrap().agent().unwrap();
    let shown = desk.requests.conversation_for_agent(&agent, number).await.unwrap();
    let standings: Vec<_> = shown.comments.iter().map(|comment| comment.standing).collect();
    assert_eq!(standings, [Standing::Participant, Standing::Erased, Standing::Erased]);
    while desk.indexer.index_stale().await.unwrap() > 0 {}
    desk.close().await;
    assert_eq!(needles().traces(&world.place).await, Vec::<String>::new());
}
