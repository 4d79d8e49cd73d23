//! What becomes of mails on their way out: a real SMTP server says no, later, or nothing at all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mail_parser::{MessageParser, MimeHeaders};
use tresen_desk::delivery::Transport;
use tresen_desk::people::Agent;
use tresen_desk::requests::{Access, Change, Reply};
use tresen_desk::settings::Outgoing;
use tresen_desk::{Desk, Error};
use tresen_model::views::Delivery;
use tresen_model::{CommentId, DeliveryState, Language, MailTrouble, RequestNumber, Role, Status};

use crate::sink::{Act, Sink};
use crate::support::{Engine, Form, PASSWORD, World, assert_fails, random_word, reply};

stories! {
    a_refusal_parks_that_mail_alone_until_an_agent_sends_it_again,
    what_a_server_wants_later_comes_later,
    whoever_locks_the_desk_out_parks_nothing,
    a_server_that_is_dead_for_days_loses_nothing,
    after_three_days_mails_are_parked_and_shown,
    two_nodes_send_each_mail_once,
    a_slow_domain_holds_up_neither_others_nor_pages,
    a_rate_is_kept,
    mail_that_came_back_is_shown_and_no_more_is_sent,
    an_answer_that_settles_is_one_mail,
    files_come_along_up_to_a_limit,
    mails_name_their_own_address_for_answers,
    agents_hear_of_news_without_a_word_of_it,
    what_is_under_way_is_noted_before_the_end,
}

races! {
    two_nodes_send_each_mail_once,
}

/// A desk on the same data whose mails go to the server.
async fn node(world: &World, address: &str, outgoing: Outgoing) -> Desk {
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    opening.transport = Transport::smtp(address, None).unwrap();
    opening.settings.outgoing = outgoing;
    Desk::open(opening).await.unwrap()
}

async fn admin(world: &World) -> Agent {
    world.desk.accounts.add_person("root@desk.example", "Root", Role::Admin, PASSWORD).await.unwrap();
    world.login("root@desk.example", PASSWORD).await.unwrap().agent().unwrap()
}

/// An answer of an agent to somebody, whose first mail is out of the way.
async fn answered(world: &World, agent: &Agent, email: &str) -> (RequestNumber, CommentId) {
    let number = world.submit(&Form::from(email)).await;
    world.post().await;
    world.answer(agent, number, "Please try again.").await;
    let seen = world.desk.requests.conversation_for_agent(agent, number).await.unwrap();
    (number, seen.comments[1].id)
}

async fn delivery(desk: &Desk, agent: &Agent, number: RequestNumber) -> Delivery {
    let seen = desk.requests.conversation_for_agent(agent, number).await.unwrap();
    assert!(seen.comments[0].delivery.is_none(), "the customer's own words are mailed to nobody");
    seen.comments[1].delivery.clone().unwrap()
}

fn shown(delivery: &Delivery) -> (DeliveryState, Option<MailTrouble>, Option<&str>) {
    (delivery.state, delivery.trouble, delivery.code.as_deref())
}

async fn a_refusal_parks_that_mail_alone_until_an_agent_sends_it_again(world: &World) {
    let grace = world.agent("Grace").await;
    let sink = Sink::new().await;
    let other = world.submit(&Form::from("eve@example.com")).await;
    let (number, comment) = answered(world, &grace, "ada@example.com").await;
    world.answer(&grace, other, "Please try again.").await;
    assert_eq!(shown(&delivery(&world.desk, &grace, number).await), (DeliveryState::Queued, None, None));
    let desk = node(world, &sink.address(), Outgoing::default()).await;
    sink.does("ada@", Act::Rcpt("550 5.1.1 <ada@example.com> unknown"));
    assert_eq!(desk.delivery.send_due_mails().await.unwrap(), 2);
    let parked = (DeliveryState::Parked, Some(MailTrouble::Refused), Some("5.1.1"));
    assert_eq!(shown(&delivery(&desk, &grace, number).await), parked);
    assert_eq!(shown(&delivery(&desk, &grace, other).await), (DeliveryState::Sent, None, None));
    world.clock.advance_seconds(100 * 3600);
    assert_eq!(desk.delivery.send_due_mails().await.unwrap(), 0);
    // The customer is told nothing of that.
    let link = world.desk.requests.conversation_for_agent(&grace, other).await.unwrap();
    assert_eq!(link.staff.unwrap().parked_mails, 0);

    sink.is_well();
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    desk.delivery.send_again(&grace, number, comment).await.unwrap();
    desk.delivery.send_again(&grace, number, comment).await.unwrap();
    assert_eq!(shown(&delivery(&desk, &grace, number).await), (DeliveryState::Queued, None, None));
    assert_eq!(desk.delivery.send_due_mails().await.unwrap(), 1);
    assert_eq!(shown(&delivery(&desk, &grace, number).await), (DeliveryState::Sent, None, None));
    desk.delivery.send_again(&grace, number, comment).await.unwrap();
    assert_eq!(desk.delivery.send_due_mails().await.unwrap(), 0, "what was sent is not sent again");
    assert_eq!((sink.taken("ada@"), sink.taken("eve@")), (1, 1));
    let missing = CommentId::parse("01890000-0000-7000-8000-000000000000").unwrap();
    assert_fails!(desk.delivery.send_again(&grace, number, missing).await, Error::NotFound);
    assert_fails!(desk.delivery.send_again(&grace, other, comment).await, Error::NotFound);
    // The new link opens the request.
    let raw = sink.seen(|seen| seen.mails.last().unwrap().1.clone());
    let mail = crate::mail::Mail::parse(raw.as_bytes());
    let holder = Access::Link(world.holder(&mail.request_link()).await);
    let seen = desk.requests.conversation(&holder, number).await.unwrap();
    assert!(seen.comments.iter().all(|comment| comment.delivery.is_none()), "customers see no delivery");
    desk.close().await;
}

async fn what_a_server_wants_later_comes_later(world: &World) {
    let grace = world.agent("Grace").await;
    let sink = Sink::new().await;
    let (number, _) = answered(world, &grace, "ada@example.com").await;
    let desk = node(world, &sink.address(), Outgoing::default()).await;
    for act in [Act::Rcpt("451 4.7.1 greylisted"), Act::Data("451 4.7.1 ada@example.com has much mail")] {
        sink.does("ada@", act);
        assert_eq!(desk.delivery.send_due_mails().await.unwrap(), 1);
        let deferred = delivery(&desk, &grace, number).await;
        assert_eq!(shown(&deferred), (DeliveryState::Deferred, Some(MailTrouble::Deferred), Some("4.7.1")));
        assert!(deferred.at > desk.now());
        assert_eq!(desk.delivery.send_due_mails().await.unwrap(), 0, "not at once");
        sink.is_well();
        world.clock.advance_seconds(200);
    }
    assert_eq!(desk.delivery.send_due_mails().await.unwrap(), 1);
    assert_eq!(shown(&delivery(&desk, &grace, number).await), (DeliveryState::Sent, None, None));
    desk.close().await;
}

async fn whoever_locks_the_desk_out_parks_nothing(world: &World) {
    let grace = world.agent("Grace").await;
    let root = admin(world).await;
    let sink = Sink::new().await;
    let (number, _) = answered(world, &grace, "ada@example.com").await;
    let address = format!("smtp://user:old@127.0.0.1:{}", sink.port);
    let desk = node(world, &address, Outgoing::default()).await;
    sink.does("", Act::Auth("535 5.7.8 no"));
    for _ in 0..120 {
        desk.delivery.send_due_mails().await.unwrap();
        world.clock.advance_seconds(3600);
    }
    let locked = (DeliveryState::Deferred, Some(MailTrouble::Access), Some("5.7.8"));
    assert_eq!(shown(&delivery(&desk, &grace, number).await), locked);
    assert_fails!(desk.delivery.mail_trouble(&grace).await, Error::Forbidden);
    assert_fails!(desk.delivery.send_parked_again(&grace, None).await, Error::Forbidden);
    let trouble = desk.delivery.mail_trouble(&root).await.unwrap();
    assert_eq!((trouble.waiting, trouble.locked_out, trouble.parked), (1, 1, 0));
    sink.is_well();
    assert_eq!(desk.delivery.send_due_mails().await.unwrap(), 1);
    assert_eq!(sink.taken("ada@"), 1);
    assert_eq!(desk.delivery.mail_trouble(&root).await.unwrap().waiting_since, None);
    desk.close().await;
}

/// An address where nobody listens.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("smtp://{}", listener.local_addr().unwrap())
}

async fn a_server_that_is_dead_for_days_loses_nothing(world: &World) {
    for one in 0..12 {
        world.submit(&Form::from(&format!("a{one}@example.com"))).await;
    }
    let dead = node(world, &nowhere(), Outgoing::default()).await;
    let mut tries = 0;
    for _ in 0..70 {
        tries += dead.delivery.send_due_mails().await.unwrap();
        world.clock.advance_seconds(3600);
    }
    dead.close().await;
    assert!(tries > 70, "{tries}");
    let sink = Sink::new().await;
    let desk = node(world, &sink.address(), Outgoing::default()).await;
    while desk.delivery.send_due_mails().await.unwrap() > 0 {}
    assert_eq!(sink.taken("@example.com"), 12);
    desk.close().await;
}

async fn after_three_days_mails_are_parked_and_shown(world: &World) {
    let grace = world.agent("Grace").await;
    let root = admin(world).await;
    let (number, _) = answered(world, &grace, "ada@example.com").await;
    world.desk.accounts.register("eve@example.com", Language::English).await.unwrap();
    world.desk.settle().await;
    let dead = node(world, &nowhere(), Outgoing::default()).await;
    for _ in 0..100 {
        dead.delivery.send_due_mails().await.unwrap();
        world.clock.advance_seconds(3600);
    }
    dead.close().await;
    let parked = (DeliveryState::Parked, Some(MailTrouble::Unreachable), None);
    assert_eq!(shown(&delivery(&world.desk, &grace, number).await), parked);
    let trouble = world.desk.delivery.mail_trouble(&root).await.unwrap();
    assert_eq!((trouble.waiting, trouble.parked), (0, 2));
    let named: Vec<_> = trouble.newest_parked.iter().map(|mail| (mail.kind.as_str(), mail.number)).collect();
    assert_eq!(named, [("register", None), ("reply", Some(number))]);
    // One by its id, then the rest.
    assert_fails!(world.desk.delivery.send_parked_again(&root, Some("no id")).await, Error::NotFound);
    let first = trouble.newest_parked[0].id.clone();
    world.desk.delivery.send_parked_again(&root, Some(&first)).await.unwrap();
    assert_eq!(world.mail().await.to(), "eve@example.com");
    world.desk.delivery.send_parked_again(&root, None).await.unwrap();
    let mail = world.mail().await;
    assert_eq!(mail.to(), "ada@example.com");
    world.holder(&mail.request_link()).await;
    assert_eq!(world.desk.delivery.mail_trouble(&root).await.unwrap().parked, 0);
}

async fn two_nodes_send_each_mail_once(world: &World) {
    let sink = Sink::new().await;
    sink.does("", Act::Slow(10));
    let wide = Outgoing { per_domain: 16, ..Outgoing::default() };
    let one = node(world, &sink.address(), wide.clone()).await;
    let two = node(world, &sink.address(), wide).await;
    for number in 0..60 {
        world.try_submit(&Form::from(&format!("a{number}@example.com")), None).await.unwrap();
    }
    let (first, second) = tokio::join!(one.delivery.send_due_mails(), two.delivery.send_due_mails());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first + second, 60);
    assert!(first > 0 && second > 0, "who loses a race looks again: {first} and {second}");
    let mut receivers = sink.seen(|seen| seen.begun.clone());
    receivers.sort();
    receivers.dedup();
    assert_eq!((receivers.len(), sink.seen(|seen| seen.begun.len())), (60, 60));
    one.close().await;
    two.close().await;
}

async fn a_slow_domain_holds_up_neither_others_nor_pages(world: &World) {
    let sink = Sink::new().await;
    sink.does("slow.example", Act::Stall);
    for number in 0..80 {
        world.try_submit(&Form::from(&format!("a{number}@slow.example")), None).await.unwrap();
    }
    world.tick();
    for number in 0..10 {
        world.try_submit(&Form::from(&format!("a{number}@quick.example")), None).await.unwrap();
    }
    let desk = node(world, &sink.address(), Outgoing::default()).await;
    let worker = tokio::spawn({
        let desk = desk.clone();
        async move { desk.delivery.send_mails().await }
    });
    sink.until(|seen| seen.mails.iter().filter(|(to, _)| to.ends_with("quick.example")).count() == 10).await;
    assert_eq!(sink.seen(|seen| seen.at_once["slow.example"]), (4, 4));
    assert_eq!(sink.taken("slow.example"), 0);

    // While four mails hang, people are served as ever.
    let began = Instant::now();
    let submission = Form::from("new@quick.example");
    let parsed = tresen_desk::requests::Submission::parse(&submission.fields(), desk.settings()).unwrap();
    desk.requests.submit(parsed, Vec::new(), None).await.unwrap();
    let took = began.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    sink.until(|seen| seen.mails.iter().any(|(to, _)| to == "new@quick.example")).await;

    sink.is_well();
    sink.until(|seen| seen.mails.iter().filter(|(to, _)| to.ends_with("slow.example")).count() == 80).await;
    assert_eq!(sink.seen(|seen| seen.at_once["slow.example"].1), 4);
    assert_eq!(sink.seen(|seen| seen.begun.len()), 91, "none twice");
    desk.close().await;
    worker.await.unwrap();
}

async fn a_rate_is_kept(world: &World) {
    let sink = Sink::new().await;
    for number in 0..7 {
        world.try_submit(&Form::from(&format!("a{number}@example.com")), None).await.unwrap();
    }
    let slow = Outgoing { per_minute: Some(3), ..Outgoing::default() };
    let desk = node(world, &sink.address(), slow).await;
    let worker = tokio::spawn({
        let desk = desk.clone();
        async move { desk.delivery.send_mails().await }
    });
    for (round, most) in [3, 6, 9].into_iter().enumerate() {
        sink.until(|seen| seen.mails.len() == most.min(9)).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(sink.taken(""), most, "in minute {round}");
        world.clock.advance_seconds(61);
        // The worker looks when something happens.
        let form = Form::from(&format!("b{round}@example.com"));
        let parsed = tresen_desk::requests::Submission::parse(&form.fields(), desk.settings()).unwrap();
        desk.requests.submit(parsed, Vec::new(), None).await.unwrap();
    }
    sink.until(|seen| seen.mails.len() == 10).await;
    desk.close().await;
    worker.await.unwrap();
}

async fn mail_that_came_back_is_shown_and_no_more_is_sent(world: &World) {
    let grace = world.agent("Grace").await;
    let (number, comment) = answered(world, &grace, "ada@example.com").await;
    world.post().await;
    assert_eq!(delivery(&world.desk, &grace, number).await.state, DeliveryState::Sent);
    world
        .change_rows(
            "UPDATE outbox SET bounced_at = 1800000100000000, status_code = '5.2.2' WHERE kind = 'reply'",
        )
        .await;
    world
        .change_rows(
            "UPDATE person SET undeliverable_at = 1800000100000000, bounces = 3 WHERE role = 'customer'",
        )
        .await;
    let bounced = (DeliveryState::Bounced, None, Some("5.2.2"));
    assert_eq!(shown(&delivery(&world.desk, &grace, number).await), bounced);
    // Nothing more goes there.
    world.answer(&grace, number, "Are you there?").await;
    assert!(world.post().await.is_empty());
    let seen = world.desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    let second = seen.comments[2].delivery.clone().unwrap();
    assert_eq!(shown(&second), (DeliveryState::Parked, Some(MailTrouble::Undeliverable), None));
    // Until an agent knows better.
    world.desk.delivery.send_again(&grace, number, comment).await.unwrap();
    let mail = world.mail().await;
    assert!(mail.text.contains("Please try again."), "{}", mail.text);
    assert_eq!(delivery(&world.desk, &grace, number).await.state, DeliveryState::Sent);
    world.desk.delivery.send_again(&grace, number, seen.comments[2].id).await.unwrap();
    assert!(world.mail().await.text.contains("Are you there?"));
}

async fn an_answer_that_settles_is_one_mail(world: &World) {
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.post().await;
    let settled = Reply { status: Some(Status::Resolved), ..reply("Turn it off and on.", "a") };
    world.desk.requests.reply(&grace, number, &settled, Vec::new()).await.unwrap();
    let mail = world.mail().await;
    assert!(mail.text.contains("Turn it off and on.") && mail.text.contains("your request is resolved"));
    assert_eq!(mail.header("auto-submitted"), "", "a person wrote it");
    // An answer that settles nothing does not say so.
    let open = Change { status: Some(Status::Open), ..Change::default() };
    world.desk.requests.change(&grace, number, open).await.unwrap();
    world.answer(&grace, number, "One more thing.").await;
    assert!(!world.mail().await.text.contains("resolved"));
}

async fn files_come_along_up_to_a_limit(world: &World) {
    let grace = world.agent("Grace").await;
    let sink = Sink::new().await;
    let limited = Outgoing { attach_bytes: 150_000, ..Outgoing::default() };
    let desk = node(world, &sink.address(), limited).await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.post().await;
    let picture: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    for (files, says) in [
        (
            vec![("Rechnung „März“.pdf", picture.as_slice()), ("b.txt", b"zwei\nZeilen".as_slice())],
            "attached to",
        ),
        (vec![("a.bin", picture.as_slice()), ("b.bin", picture.as_slice())], "in your request"),
    ] {
        let files_here = world.files(&files).await.unwrap();
        world.tick();
        world
            .desk
            .requests
            .reply(&grace, number, &reply("Here you are.", &random_word()), files_here)
            .await
            .unwrap();
        assert_eq!(desk.delivery.send_due_mails().await.unwrap(), 1);
        let raw = sink.seen(|seen| seen.mails.last().unwrap().1.clone());
        let read = MessageParser::default().parse(raw.as_bytes()).unwrap();
        let text = read.body_text(0).unwrap();
        assert!(text.contains("2 files come with this reply") && text.contains(says), "{text}");
        assert!(text.contains(&format!("/requests/{number}?token=")), "{text}");
        let found: Vec<(String, Vec<u8>)> = read
            .attachments()
            .map(|file| (file.attachment_name().unwrap().to_owned(), file.contents().to_vec()))
            .collect();
        let expected: Vec<(String, Vec<u8>)> = match says {
            "attached to" => files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect(),
            _ => Vec::new(),
        };
        assert!(found == expected, "{:?}", found.iter().map(|(name, _)| name).collect::<Vec<_>>());
    }
    desk.close().await;
}

async fn mails_name_their_own_address_for_answers(world: &World) {
    let grace = world.agent("Grace").await;
    let sink = Sink::new().await;
    let answered = Outgoing { replies: Some(true), ..Outgoing::default() };
    let desk = node(world, &sink.address(), answered).await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.submit(&Form::from("eve@example.com")).await;
    world.answer(&grace, number, "Hello").await;
    world.desk.accounts.register("new@example.com", Language::English).await.unwrap();
    world.desk.settle().await;
    desk.delivery.send_due_mails().await.unwrap();
    let mails: Vec<(String, crate::mail::Mail)> = sink.seen(|seen| {
        let mails = seen.mails.iter();
        mails.map(|(to, raw)| (to.clone(), crate::mail::Mail::parse(raw.as_bytes()))).collect()
    });
    let of = |receiver: &str| -> Vec<&str> {
        let found = mails.iter().filter(|(to, _)| to == receiver);
        found.map(|(_, mail)| mail.header("reply-to")).collect()
    };
    let (ada, eve) = (of("ada@example.com"), of("eve@example.com"));
    assert_eq!((ada.len(), eve.len()), (2, 1));
    assert_eq!(ada[0], ada[1]);
    assert_ne!(ada[0], eve[0]);
    let digits = number.to_string().trim_start_matches("T-").replace('-', "").to_lowercase();
    assert!(ada[0].contains(&format!("<service+{digits}")), "{}", ada[0]);
    assert_eq!(of("new@example.com"), [""], "a mail about no request has none");
    for (to, mail) in mails.iter().filter(|(to, _)| to != "new@example.com") {
        assert!(mail.text.contains("imply reply to this email"), "{to}: {}", mail.text);
    }
    desk.close().await;
    // Where answers do not arrive, no mail says so.
    let unanswered = Outgoing { replies: Some(false), ..Outgoing::default() };
    let desk = node(world, &sink.address(), unanswered).await;
    world.answer(&grace, number, "Hello again").await;
    desk.delivery.send_due_mails().await.unwrap();
    let mail = sink.seen(|seen| seen.mails.last().map(|(_, raw)| crate::mail::Mail::parse(raw.as_bytes())));
    let mail = mail.unwrap();
    assert!(mail.text.contains("Hello again"));
    assert!(mail.header("reply-to").is_empty() && !mail.text.contains("reply to this email"));
    desk.close().await;
}

async fn agents_hear_of_news_without_a_word_of_it(world: &World) {
    let session = world.agent_session("Grace").await;
    let grace = session.agent().unwrap();
    let ada = world.customer("ada@example.com").await;
    let number = world.submit(&Form::from("ada@example.com").about("Hauptwort", "Nebenwort")).await;
    let access = Access::Session(ada.clone());
    world.post().await;
    let mine = Change { assignee: Some(Some(grace.person())), ..Change::default() };
    world.desk.requests.change(&grace, number, mine).await.unwrap();
    assert_eq!(world.desk.accounts.account(&session).await.unwrap().mail_news, Some(false));
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().mail_news, None);
    assert_fails!(world.desk.accounts.change_mail_news(&ada, true).await, Error::Forbidden);
    world.comment(&access, number, "Beiwort").await;
    assert!(world.post().await.is_empty(), "nobody asked for it");

    world.desk.accounts.change_mail_news(&session, true).await.unwrap();
    assert_eq!(world.desk.accounts.account(&session).await.unwrap().mail_news, Some(true));
    world.comment(&access, number, "Zahlwort").await;
    world.comment(&access, number, "Fürwort").await;
    let mail = world.mail().await;
    assert_eq!(mail.to(), "grace@desk.example");
    assert!(mail.text.contains(&format!("https://desk.example/agent/requests/{number}\n")), "{}", mail.text);
    for word in ["wort", "Wort", "ada@", "token="] {
        assert!(!mail.everything.contains(word), "{word}: {}", mail.everything);
    }
    assert_eq!(mail.header("auto-submitted"), "auto-generated");
    // It is no answer to the customer.
    let seen = world.desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    assert!(seen.comments.iter().all(|comment| comment.delivery.is_none()));
    // A mail that waits does not keep a customer from being erased.
    world.comment(&access, number, "Wort").await;
    world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    assert!(world.post().await.iter().all(|mail| mail.to() == "ada@example.com"));
    // Who is no agent any more, or lets it be, gets none.
    world.desk.accounts.change_mail_news(&session, false).await.unwrap();
}

async fn what_is_under_way_is_noted_before_the_end(world: &World) {
    if world.engine == Engine::Postgres {
        // The same code; two seconds of waiting are enough once.
        return;
    }
    let sink = Sink::new().await;
    sink.does("", Act::Slow(1000));
    let desk = node(world, &sink.address(), Outgoing::default()).await;
    world.submit(&Form::from("ada@example.com")).await;
    let worker = tokio::spawn({
        let desk = desk.clone();
        async move { desk.delivery.send_mails().await }
    });
    sink.until(|seen| seen.begun.len() == 1).await;
    desk.close().await;
    worker.await.unwrap();
    assert_eq!(sink.taken("ada@"), 1);
    world.clock.advance_seconds(3600);
    assert!(world.post().await.is_empty(), "it was sent, and that was noted");
}
