//! What is held back as suspected spam, what was set aside, and what mail servers report.

use tresen_desk::Error;
use tresen_desk::intake::{AsideReason, IntakeChannel, TakenIn};
use tresen_desk::requests::{Access, Assignee, Change, QueueOrder, QueueQuery, QueueView};
use tresen_model::{HeldWhy, Priority, RequestNumber, Status};

use crate::letters::{Letter, PER_SENDER_HOUR, bounce};
use crate::support::{Form, World, assert_fails, numbers};
use crate::traces::Needles;

stories! {
    suspected_spam_is_held_and_in_no_list,
    a_held_request_is_released,
    whoever_works_on_it_releases_it,
    a_held_request_is_discarded_with_its_sender,
    too_many_mails_an_hour_are_held,
    held_requests_end_by_themselves,
    a_message_without_a_sender_is_set_aside,
    what_was_set_aside_is_tried_again,
    what_was_set_aside_ends_by_itself,
    only_admins_see_what_was_set_aside,
    a_mail_that_comes_back_shows_and_counts_once,
    after_three_that_came_back_nothing_more_is_sent,
    a_delay_is_noted_and_a_foreign_report_set_aside,
}

const EMAIL: &str = "ada@example.org";

fn spam() -> Letter {
    Letter::from(EMAIL).about("Zitronenfalter", "Schmetterlingskunde").with("X-Spam-Score", "9.1")
}

async fn hold(world: &World, letter: &Letter) -> RequestNumber {
    match world.receive(letter).await {
        TakenIn::Held(number) => number,
        other => panic!("{other:?} instead of a held request"),
    }
}

async fn suspected_spam_is_held_and_in_no_list(world: &World) {
    let agent = world.agent("Grace").await;
    let mut events = world.desk.events();
    let mut held = Vec::new();
    for (letter, why) in [
        (spam(), HeldWhy::Spam),
        (Letter::from("x@blocked.example").about("Zitronenfalter", "x"), HeldWhy::Blocked),
        (Letter::from("bo@example.org").about("Zitronenfalter", "x").checked("fail"), HeldWhy::Forged),
    ] {
        held.insert(0, (hold(world, &letter).await, why));
    }
    world.index().await;
    assert!(events.try_recv().is_err());
    assert!(world.post().await.is_empty());
    for view in [QueueView::Active, QueueView::All, QueueView::Only(Status::Open)] {
        for assignee in [Assignee::Anyone, Assignee::Me, Assignee::Nobody] {
            for order in [QueueOrder::Newest, QueueOrder::Oldest] {
                for search in ["", "zitronenfalter", "example", &held[0].0.to_string()] {
                    let query =
                        QueueQuery { search: search.into(), view, assignee, kind: None, order, after: None };
                    assert!(
                        numbers(&world.desk.requests.queue(&agent, &query).await.unwrap()).is_empty(),
                        "{query:?}"
                    );
                }
            }
        }
    }
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 0);
    let page = world.desk.requests.held_requests(&agent, None).await.unwrap();
    let listed: Vec<_> = page.rows.iter().map(|line| (line.number, line.why)).collect();
    assert_eq!(listed, held);
    assert_eq!((page.rows[2].subject.as_str(), page.rows[2].email.as_str()), ("Zitronenfalter", EMAIL));
    // Agents look at it before they decide; the sender sees what they sent, as ever.
    let shown = world.shown(&agent, held[2].0).await;
    assert_eq!(shown.staff.unwrap().held, Some(HeldWhy::Spam));
    let ada = world.customer(EMAIL).await;
    assert_eq!(world.mine(&ada).await.len(), 1);
    // Whoever is restricted is hidden here too.
    world.desk.privacy.restrict(&ada).await.unwrap();
    assert_eq!(world.desk.requests.held_requests(&agent, None).await.unwrap().rows.len(), 2);
    assert_fails!(world.desk.requests.release_held(&agent, held[2].0).await, Error::Restricted);
    assert_fails!(world.desk.privacy.discard_held(&agent, held[2].0).await, Error::Restricted);
    assert_fails!(
        world.desk.requests.formatted_for_agent(&agent, held[2].0, shown.comments[0].id).await,
        Error::Restricted
    );
    assert_fails!(
        world.desk.requests.admit(&agent, held[2].0, shown.comments[0].id).await,
        Error::Restricted
    );
    assert_fails!(
        world.desk.requests.split_off(&agent, held[2].0, shown.comments[0].id).await,
        Error::Restricted
    );
}

async fn a_held_request_is_released(world: &World) {
    let agent = world.agent("Grace").await;
    let number = hold(world, &spam()).await;
    // An answer to one's own mail goes where that is, and stays there.
    let first = spam();
    let more = Letter::from(EMAIL).with("In-Reply-To", first.header("Message-ID"));
    let other = hold(world, &first).await;
    assert_eq!(world.receive(&more).await, TakenIn::Comment(other));
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 0);
    world.desk.requests.release_held(&agent, number).await.unwrap();
    assert_fails!(world.desk.requests.release_held(&agent, number).await, Error::NotFound);
    assert_fails!(world.desk.privacy.discard_held(&agent, number).await, Error::NotFound);
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 1);
    assert_eq!(world.mail().await.to(), EMAIL);
    world.index().await;
    assert_eq!(world.find_all(&agent, "schmetterlingskunde").await, [number]);
    // A machine's is not answered, released or not.
    let machine = hold(world, &spam().with("Auto-Submitted", "auto-generated")).await;
    world.desk.requests.release_held(&agent, machine).await.unwrap();
    assert!(world.post().await.is_empty());
}

async fn whoever_works_on_it_releases_it(world: &World) {
    let agent = world.agent("Grace").await;
    let (one, two) = (hold(world, &spam()).await, hold(world, &spam()).await);
    world.answer(&agent, one, "That is no spam.").await;
    let change = Change { priority: Some(Priority::High), ..Change::default() };
    world.desk.requests.change(&agent, two, change).await.unwrap();
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 2);
    assert!(world.desk.requests.held_requests(&agent, None).await.unwrap().rows.is_empty());
}

async fn a_held_request_is_discarded_with_its_sender(world: &World) {
    let agent = world.agent("Grace").await;
    let ada = world.customer(EMAIL).await;
    let letter = Letter::from("spammer@spamwagon.example").about("Zirbelkiefer", "Weymouthskiefer");
    let letter = letter.with_file("pine.txt", "cone").with("X-Spam-Score", "9");
    let number = hold(world, &letter).await;
    world.desk.privacy.discard_held(&agent, number).await.unwrap();
    assert_fails!(world.desk.requests.conversation_for_agent(&agent, number).await, Error::NotFound);
    assert_eq!(world.objects(), 0);
    let needles = Needles::new(["spammer@spamwagon.example", "Zirbelkiefer", "Weymouthskiefer"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    let gone = world.desk.privacy.erase_by_operator("spammer@spamwagon.example").await.unwrap();
    assert!(gone.is_none(), "the sender is still known");
    // It is not taken in again.
    assert_eq!(world.receive(&letter).await, TakenIn::Known);
    // Whoever has an account keeps it, and so does whoever has another request.
    let number = hold(world, &spam()).await;
    world.desk.privacy.discard_held(&agent, number).await.unwrap();
    assert!(world.mine(&ada).await.is_empty());
    let kept = world.receive_new(&Letter::from("bo@example.org")).await;
    let number = hold(world, &Letter::from("bo@example.org").checked("fail")).await;
    world.desk.privacy.discard_held(&agent, number).await.unwrap();
    assert_eq!(world.shown(&agent, kept).await.comments.len(), 1);
}

async fn too_many_mails_an_hour_are_held(world: &World) {
    let agent = world.agent("Grace").await;
    let mut first = None;
    for turn in 0..PER_SENDER_HOUR {
        let number = world.receive_new(&Letter::from(EMAIL).saying(&format!("Turn {turn}"))).await;
        first.get_or_insert(number);
    }
    world.post().await;
    hold(world, &Letter::from(EMAIL)).await;
    assert!(world.post().await.is_empty());
    let page = world.desk.requests.held_requests(&agent, None).await.unwrap();
    assert_eq!(page.rows[0].why, HeldWhy::TooMany);
    // Others are not concerned, and an hour later nobody is.
    world.receive_new(&Letter::from("bo@example.org")).await;
    world.clock.advance_seconds(3601);
    world.receive_new(&Letter::from(EMAIL)).await;
}

async fn held_requests_end_by_themselves(world: &World) {
    let agent = world.agent("Grace").await;
    hold(world, &spam()).await;
    world.clock.advance_seconds(29 * 24 * 3600);
    assert_eq!(world.desk.privacy.retention_preview().await.unwrap().held_requests, 0);
    let young = hold(world, &Letter::from("bo@example.org").checked("fail")).await;
    world.clock.advance_seconds(2 * 24 * 3600);
    assert_eq!(world.desk.privacy.retention_preview().await.unwrap().held_requests, 1);
    // Unconfirmed requests end at the same age; whichever comes first takes it.
    let done = world.desk.privacy.retain().await.unwrap();
    assert_eq!(done.held_requests + done.unconfirmed_requests, 1);
    let page = world.desk.requests.held_requests(&agent, None).await.unwrap();
    assert_eq!(page.rows.iter().map(|line| line.number).collect::<Vec<_>>(), [young]);
}

async fn a_message_without_a_sender_is_set_aside(world: &World) {
    let admin = world.admin("Ada").await;
    let letter = Letter::from("x").with("From", "undisclosed").saying("Zirbelkiefer");
    for letter in [&letter, &letter] {
        let taken = world.receive(letter).await;
        assert!(matches!(taken, TakenIn::Aside | TakenIn::Known), "{taken:?}");
    }
    assert_eq!(world.receive(&letter.clone().without("From")).await, TakenIn::Aside);
    assert_eq!(world.desk.intake.take_in(b"", &letter.envelope()).await.unwrap(), TakenIn::Aside);
    let list = world.desk.intake.set_aside(&admin).await.unwrap();
    assert_eq!(list.len(), 3);
    assert!(list.iter().all(|message| message.reason == AsideReason::NoSender));
    let message = list.last().unwrap();
    assert_eq!((message.size, message.channel), (letter.raw().len() as u64, IntakeChannel::Lmtp));
    assert_eq!(world.desk.intake.aside_message(&admin, message.id).await.unwrap(), letter.raw());
    // Sealed as everything is.
    let needles = Needles::new(["Zirbelkiefer", "undisclosed"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    // Deleted, it is gone, and stays known.
    world.desk.intake.delete_aside(&admin, message.id).await.unwrap();
    assert_fails!(world.desk.intake.delete_aside(&admin, message.id).await, Error::NotFound);
    assert_fails!(world.desk.intake.aside_message(&admin, message.id).await, Error::NotFound);
    assert_eq!(world.receive(&letter).await, TakenIn::Known);
}

async fn what_was_set_aside_is_tried_again(world: &World) {
    let (admin, agent) = (world.admin("Ada").await, world.agent("Grace").await);
    let number = world.submit(&Form::from("bo@example.org")).await;
    let confirmation = world.mail().await;
    world.answer(&agent, number, "Hello!").await;
    world.post().await;
    // A report about a mail that another desk has sent cannot be handled, now or later.
    assert_eq!(world.receive(&bounce("<a@b.example>", "failed", "5.1.1")).await, TakenIn::Aside);
    let unknown = world.desk.intake.set_aside(&admin).await.unwrap().remove(0);
    assert_eq!(world.desk.intake.retry_aside(&admin, unknown.id).await.unwrap(), TakenIn::Aside);
    assert_eq!(world.desk.intake.set_aside(&admin).await.unwrap(), std::slice::from_ref(&unknown));
    // One that can be handled meanwhile is, once, with what the channel knew.
    let bo = world.customer("bo@example.org").await;
    world.desk.accounts.change_mail_news(agent.session(), true).await.unwrap();
    world.comment(&Access::Session(bo.clone()), number, "Hello?").await;
    let news = world.post().await.into_iter().find(|mail| mail.to() == "grace@desk.example").unwrap();
    world.desk.privacy.restrict(&bo).await.unwrap();
    let answer = Letter::from("grace@desk.example").answering(&confirmation).checked("pass");
    let mut envelope = answer.envelope();
    envelope.recipients = vec![news.header("reply-to").to_owned()];
    assert_eq!(world.desk.intake.take_in(&answer.raw(), &envelope).await.unwrap(), TakenIn::Aside);
    let waiting = world.desk.intake.set_aside(&admin).await.unwrap();
    let waiting = waiting.iter().find(|message| message.reason == AsideReason::Restricted).unwrap();
    assert_eq!(world.desk.intake.retry_aside(&admin, waiting.id).await.unwrap(), TakenIn::Aside);
    world.desk.privacy.lift_restriction(&bo).await.unwrap();
    assert_eq!(world.desk.intake.retry_aside(&admin, waiting.id).await.unwrap(), TakenIn::Comment(number));
    assert_fails!(world.desk.intake.retry_aside(&admin, waiting.id).await, Error::NotFound);
    assert_eq!(world.receive(&answer).await, TakenIn::Known);
    assert_eq!(world.desk.intake.set_aside(&admin).await.unwrap(), [unknown]);
}

async fn what_was_set_aside_ends_by_itself(world: &World) {
    let admin = world.admin("Ada").await;
    let letter = Letter::from("x").without("From");
    world.receive(&letter).await;
    world.clock.advance_seconds(29 * 24 * 3600);
    world.desk.tidy_up().await.unwrap();
    let admin_again =
        world.login("ada@desk.example", crate::support::PASSWORD).await.unwrap().agent().unwrap();
    assert_eq!(world.desk.intake.set_aside(&admin_again).await.unwrap().len(), 1);
    world.clock.advance_seconds(2 * 24 * 3600);
    world.desk.tidy_up().await.unwrap();
    assert!(world.desk.intake.set_aside(&admin).await.unwrap().is_empty());
    assert_eq!(world.receive(&letter).await, TakenIn::Known);
}

async fn only_admins_see_what_was_set_aside(world: &World) {
    let (admin, agent) = (world.admin("Ada").await, world.agent("Grace").await);
    world.receive(&Letter::from("x").without("From")).await;
    let id = world.desk.intake.set_aside(&admin).await.unwrap()[0].id;
    assert_fails!(world.desk.intake.set_aside(&agent).await, Error::Forbidden);
    assert_fails!(world.desk.intake.aside_message(&agent, id).await, Error::Forbidden);
    assert_fails!(world.desk.intake.delete_aside(&agent, id).await, Error::Forbidden);
    assert_fails!(world.desk.intake.retry_aside(&agent, id).await, Error::Forbidden);
    assert_eq!(world.desk.intake.set_aside(&admin).await.unwrap().len(), 1);
}

/// Whether an agent is told that mails do not reach the customer of a request.
async fn undeliverable(world: &World, agent: &tresen_desk::people::Agent, number: RequestNumber) -> bool {
    world.shown(agent, number).await.staff.unwrap().customer.undeliverable
}

async fn a_mail_that_comes_back_shows_and_counts_once(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.receive_new(&Letter::from(EMAIL)).await;
    let confirmation = world.mail().await;
    let report = bounce(confirmation.header("message-id"), "failed", "5.1.1");
    assert_eq!(world.receive(&report).await, TakenIn::Report);
    assert_eq!(world.receive(&report).await, TakenIn::Known);
    // Three reports about one mail are one mail that came back.
    for turn in 0..3 {
        let again = bounce(confirmation.header("message-id"), "failed", "5.1.1");
        assert_eq!(world.receive(&again.with("X-Turn", &turn.to_string())).await, TakenIn::Report);
    }
    assert!(!undeliverable(world, &agent, number).await);
    assert_eq!(world.shown(&agent, number).await.comments.len(), 1);
    assert!(world.post().await.is_empty());
}

async fn after_three_that_came_back_nothing_more_is_sent(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.receive_new(&Letter::from(EMAIL)).await;
    let mut mails = world.post().await;
    for turn in 0..4 {
        world.answer(&agent, number, &format!("Answer {turn}")).await;
        mails.extend(world.post().await);
    }
    // A full mailbox is no reason (RFC 3463: class 4).
    let report = |index: usize, status: &str| bounce(mails[index].header("message-id"), "failed", status);
    assert_eq!(world.receive(&report(0, "4.2.2")).await, TakenIn::Report);
    for index in [1, 2] {
        assert_eq!(world.receive(&report(index, "5.1.1")).await, TakenIn::Report);
        assert!(!undeliverable(world, &agent, number).await, "{index}");
    }
    assert_eq!(world.receive(&report(3, "5.1.1")).await, TakenIn::Report);
    assert!(undeliverable(world, &agent, number).await);
    world.answer(&agent, number, "Is anybody there?").await;
    assert!(world.post().await.is_empty());
    // Whoever writes is there.
    let letter = Letter::from(EMAIL).answering(&mails[1]);
    assert_eq!(world.receive(&letter).await, TakenIn::Comment(number));
    assert!(!undeliverable(world, &agent, number).await);
    world.answer(&agent, number, "Good.").await;
    assert!(!world.post().await.is_empty());
}

async fn a_delay_is_noted_and_a_foreign_report_set_aside(world: &World) {
    let (admin, agent) = (world.admin("Ada").await, world.agent("Grace").await);
    let number = world.receive_new(&Letter::from(EMAIL)).await;
    let confirmation = world.mail().await;
    let id = confirmation.header("message-id").to_owned();
    assert_eq!(world.receive(&bounce(&id, "delayed", "4.4.1")).await, TakenIn::Report);
    assert!(!undeliverable(world, &agent, number).await);
    // A report that names a mail of ours with a wrong mark is nobody's.
    let forged = id.replace("@desk", "a@desk");
    assert_eq!(world.receive(&bounce(&forged, "failed", "5.1.1")).await, TakenIn::Aside);
    let [message] = &world.desk.intake.set_aside(&admin).await.unwrap()[..] else { panic!("one message") };
    assert_eq!(message.reason, AsideReason::UnknownBounce);
}
