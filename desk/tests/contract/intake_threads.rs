//! Answers find their request by what only those know whom we wrote to; whoever else writes there
//! waits until an agent has decided. Nobody becomes somebody by a From line.

use std::sync::Arc;

use tresen_desk::intake::TakenIn;
use tresen_desk::people::Agent;
use tresen_desk::requests::Access;
use tresen_desk::{Desk, Error};
use tresen_model::{AuthorKind, RequestNumber, Standing, Status, Visibility};

use crate::letters::Letter;
use crate::mail::Mail;
use crate::support::{Engine, Form, World, assert_fails, contents, random_word};

stories! {
    an_answer_goes_where_its_message_id_leads,
    a_reply_address_leads_before_everything_else,
    a_known_message_id_of_the_conversation_leads_there,
    nothing_that_can_be_guessed_leads_anywhere,
    an_outsider_waits_until_an_agent_admits_them,
    an_outsiders_words_become_a_request_of_their_own,
    a_forged_sender_is_an_outsider,
    an_outsider_who_is_restricted_is_withheld,
    a_from_line_makes_nobody_an_agent,
    an_agent_answers_with_their_own_token,
    an_agent_is_told_of_an_answer_that_was_not_sent,
    answers_by_mail_are_promised_only_where_agents_can_be_told,
}

const EMAIL: &str = "ada@example.org";
const OTHER: &str = "bo@example.org";

/// A request that an agent has answered, its confirmation and the answer.
async fn answered(world: &World, agent: &Agent) -> (RequestNumber, Mail, Mail) {
    let number = world.receive_new(&Letter::from(EMAIL)).await;
    let confirmation = world.mail().await;
    world.answer(agent, number, "Try another cable.").await;
    (number, confirmation, world.mail().await)
}

async fn an_answer_goes_where_its_message_id_leads(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, confirmation, answer) = answered(world, &agent).await;
    assert_ne!(confirmation.header("message-id"), answer.header("message-id"));
    let mut count = 2;
    for mail in [&confirmation, &answer] {
        for letter in [
            Letter::from(EMAIL).with("In-Reply-To", mail.header("message-id")),
            // Apple's and iCloud's: only References, newest last, among others.
            Letter::from(EMAIL).with(
                "References",
                &format!("<x@else.example> {} <y@else.example>", mail.header("message-id")),
            ),
            // Another subject, another name, another case.
            Letter::from("A. L. <ADA@Example.org>").answering(mail).about("Something else", "No."),
        ] {
            assert_eq!(world.receive(&letter).await, TakenIn::Comment(number));
            count += 1;
        }
    }
    let shown = world.shown(&agent, number).await;
    assert_eq!(shown.comments.len(), count);
    assert!(shown.comments[2..].iter().all(|comment| comment.standing == Standing::Participant));
    // An answer alone does not show that the mailbox is theirs: From can be anything.
    assert!(!shown.staff.unwrap().customer.proven);
    assert!(world.post().await.is_empty());
}

async fn a_reply_address_leads_before_everything_else(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, _, answer) = answered(world, &agent).await;
    let other = world.submit(&Form::from(EMAIL)).await;
    let confirmation = world.mail().await;
    let letter = Letter::from(EMAIL).answering(&confirmation).sent_where_answers_go(&answer);
    assert_eq!(world.receive(&letter.saying("With the token")).await, TakenIn::Comment(number));
    let shown = world.shown(&agent, number).await;
    assert_eq!(shown.comments.len(), 3);
    // Token and own address: the mailbox is theirs, as with a link.
    assert!(shown.staff.unwrap().customer.proven);
    // Also where only the channel knows it, in capital letters, at another domain.
    let address = answer.header("reply-to").to_uppercase().replace("DESK.EXAMPLE", "MX.DESK.EXAMPLE");
    let letter = Letter::from(EMAIL).saying("By the envelope");
    let mut envelope = letter.envelope();
    envelope.recipients = vec![address];
    assert_eq!(world.desk.intake.take_in(&letter.raw(), &envelope).await.unwrap(), TakenIn::Comment(number));
    assert_eq!(world.shown(&agent, other).await.comments.len(), 1);
}

async fn a_known_message_id_of_the_conversation_leads_there(world: &World) {
    let agent = world.agent("Grace").await;
    let first = Letter::from(EMAIL).with("Cc", OTHER);
    let number = world.receive_new(&first).await;
    let id = first.header("Message-ID").to_owned();
    let again = Letter::from(EMAIL).with("In-Reply-To", &id).saying("I forgot something.");
    assert_eq!(world.receive(&again).await, TakenIn::Comment(number));
    assert_eq!(world.newest(&agent, number).await.standing, Standing::Participant);
    // Whoever got a copy and answers all is heard, as an outsider.
    let copy = Letter::from(OTHER).with("In-Reply-To", &id).saying("Me too.");
    assert_eq!(world.receive(&copy).await, TakenIn::Comment(number));
    assert_eq!(world.newest(&agent, number).await.standing, Standing::Outsider);
}

async fn nothing_that_can_be_guessed_leads_anywhere(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, confirmation, answer) = answered(world, &agent).await;
    let own = confirmation.header("message-id").to_owned();
    let (local, domain) = own.trim_matches(['<', '>']).split_once('@').unwrap();
    let parts: Vec<&str> = local.split('.').collect();
    let unsigned = format!("<{}.{}.{}@{domain}>", parts[0], parts[1], "a".repeat(parts[2].len()));
    let kind_changed = format!("<m.{}.{}@{domain}>", parts[1], parts[2]);
    let token = answer.header("reply-to").to_owned();
    let wrong_token = {
        let (start, domain) = token.split_once('@').unwrap();
        format!("{}{}@{domain}", &start[..start.len() - 4], "aaaa")
    };
    let plain_number = number.to_string().trim_start_matches("T-").replace('-', "").to_lowercase();
    let subject = format!("Re: [{number}] The printer");
    let made_up = [
        Letter::from(EMAIL).with("Subject", &subject),
        Letter::from(EMAIL).with("In-Reply-To", &format!("<{number}@desk.example>")),
        Letter::from(EMAIL).with("In-Reply-To", &unsigned),
        Letter::from(EMAIL).with("References", &kind_changed),
        Letter::from(EMAIL).with("To", &format!("service+{plain_number}@desk.example")),
        Letter::from(EMAIL).with("To", &wrong_token),
    ];
    for letter in made_up {
        world.clock.advance_seconds(3600);
        world.receive_new(&letter).await;
    }
    assert_eq!(world.shown(&agent, number).await.comments.len(), 2);
}

async fn an_outsider_waits_until_an_agent_admits_them(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, confirmation, answer) = answered(world, &agent).await;
    let holder = Access::Link(world.holder(&confirmation.request_link()).await);
    let done = tresen_desk::requests::Change { status: Some(Status::Resolved), ..Default::default() };
    world.desk.requests.change(&agent, number, done).await.unwrap();
    world.post().await;
    let mut events = world.desk.events();
    let letter = Letter::from("Bo <bo@example.org>").answering(&answer).about("Re: Grille", "Zirbelkiefer.");
    assert_eq!(world.receive(&letter.with_file("pine.txt", "cone")).await, TakenIn::Comment(number));

    // Agents see it, marked, with who it is; the customer does not, and nothing was opened again.
    let shown = world.shown(&agent, number).await;
    let comment = shown.comments.last().unwrap().clone();
    assert_eq!((comment.standing, shown.status), (Standing::Outsider, Status::Resolved));
    assert_eq!((comment.author.as_deref(), comment.address.as_deref()), (Some("Bo"), Some(OTHER)));
    if world.engine == Engine::Sqlite {
        assert!(!events.try_recv().unwrap().public);
    }
    let file = comment.attachments[0].id;
    assert_eq!(world.desk.requests.conversation(&holder, number).await.unwrap().comments.len(), 2);
    assert_fails!(world.desk.requests.attachment(&holder, number, file).await, Error::NotFound);
    let read = world.desk.requests.attachment_for_agent(&agent, number, file).await.unwrap();
    assert!(contents(read).await.starts_with(b"cone"));
    world.index().await;
    assert_eq!(world.find_all(&agent, "zirbelkiefer").await, [number]);
    // An unproven address gets three mails an hour.
    world.clock.advance_seconds(3601);
    let ada = world.customer(EMAIL).await;
    assert!(world.find(&ada, "zirbelkiefer").await.is_empty());
    let line = world.mine(&ada).await.remove(0);
    assert_eq!(line.comments, 2);
    // What makes no sense is refused.
    let first = shown.comments[0].id;
    assert_fails!(world.desk.requests.admit(&agent, number, first).await, Error::NotFound);
    assert_fails!(world.desk.requests.split_off(&agent, number, first).await, Error::NotFound);

    world.desk.requests.admit(&agent, number, comment.id).await.unwrap();
    assert_fails!(world.desk.requests.admit(&agent, number, comment.id).await, Error::NotFound);
    let mine = world.desk.requests.conversation(&holder, number).await.unwrap();
    let last = mine.comments.last().unwrap();
    assert_eq!((last.body.as_str(), last.own, last.address.as_ref()), ("Zirbelkiefer.", false, None));
    assert!(world.desk.requests.attachment(&holder, number, file).await.is_ok());
    world.index().await;
    assert_eq!(world.find(&ada, "zirbelkiefer").await, [number]);
    assert_eq!(world.mine(&ada).await[0].comments, 3);
    // From now on they belong to it: what they write opens it again.
    let more = Letter::from(OTHER).answering(&answer).saying("And another.");
    assert_eq!(world.receive(&more).await, TakenIn::Comment(number));
    assert_eq!(world.status(&agent, number).await, Status::Open);
    assert_eq!(world.desk.requests.conversation(&holder, number).await.unwrap().comments.len(), 4);
    // But they are not the customer: no page of theirs opens it.
    let bo = world.customer(OTHER).await;
    assert!(world.mine(&bo).await.is_empty());
    assert_fails!(world.desk.requests.conversation(&Access::Session(bo), number).await, Error::NotFound);
}

async fn an_outsiders_words_become_a_request_of_their_own(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, _, answer) = answered(world, &agent).await;
    let letter = Letter::from(OTHER).answering(&answer).about("My own trouble", "Zirbelkiefer.");
    let letter = letter.with_file("pine.txt", "cone");
    world.receive(&letter).await;
    let comment = world.newest(&agent, number).await;
    let new = world.desk.requests.split_off(&agent, number, comment.id).await.unwrap();
    assert_eq!(world.shown(&agent, number).await.comments.len(), 2);
    let shown = world.shown(&agent, new).await;
    assert_eq!(shown.subject, "My own trouble");
    assert_eq!(shown.staff.unwrap().customer.email, OTHER);
    let [comment] = &shown.comments[..] else { panic!("one comment") };
    assert_eq!((comment.body.as_str(), comment.standing), ("Zirbelkiefer.", Standing::Participant));
    let read =
        world.desk.requests.attachment_for_agent(&agent, new, comment.attachments[0].id).await.unwrap();
    assert!(contents(read).await.starts_with(b"cone"));
    // They are told, and their link opens theirs and nothing else.
    let mail = world.mail().await;
    assert_eq!(mail.to(), OTHER);
    let holder = Access::Link(world.holder(&mail.request_link()).await);
    assert_eq!(world.desk.requests.conversation(&holder, new).await.unwrap().comments.len(), 1);
    assert_fails!(world.desk.requests.conversation(&holder, number).await, Error::NotFound);
    world.index().await;
    assert_eq!(world.find_all(&agent, "zirbelkiefer").await, [new]);
    // An answer to what they wrote goes where it went.
    let more = Letter::from(OTHER).with("In-Reply-To", letter.header("Message-ID"));
    assert_eq!(world.receive(&more).await, TakenIn::Comment(new));
}

async fn a_forged_sender_is_an_outsider(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, _, answer) = answered(world, &agent).await;
    for letter in [
        Letter::from(EMAIL).answering(&answer).checked("fail"),
        Letter::from(EMAIL).answering(&answer).with("X-Spam-Score", "7.5"),
    ] {
        assert_eq!(world.receive(&letter).await, TakenIn::Comment(number));
        assert_eq!(world.newest(&agent, number).await.standing, Standing::Outsider);
    }
    // With the token that only they have, it is them, whatever a forwarder broke.
    let token = Letter::from(EMAIL).sent_where_answers_go(&answer).checked("fail");
    assert_eq!(world.receive(&token).await, TakenIn::Comment(number));
    assert_eq!(world.newest(&agent, number).await.standing, Standing::Participant);
}

async fn an_outsider_who_is_restricted_is_withheld(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, confirmation, answer) = answered(world, &agent).await;
    let bo = world.customer(OTHER).await;
    let letter = Letter::from(OTHER).answering(&answer).saying("Zirbelkiefer.");
    world.receive(&letter.with_file("pine.txt", "cone")).await;
    let comment = world.newest(&agent, number).await;
    world.desk.requests.admit(&agent, number, comment.id).await.unwrap();
    world.receive(&Letter::from(OTHER).answering(&answer).saying("Weymouthskiefer.")).await;
    world.index().await;
    assert_eq!(world.find_all(&agent, "zirbelkiefer").await, [number]);

    world.desk.privacy.restrict(&bo).await.unwrap();
    let holder = Access::Link(world.holder(&confirmation.request_link()).await);
    let file = comment.attachments[0].id;
    assert!(world.find_all(&agent, "zirbelkiefer").await.is_empty());
    world.index().await;
    assert!(world.find_all(&agent, "zirbelkiefer").await.is_empty());
    assert_eq!(world.find_all(&agent, "cable").await, [number]);
    assert_eq!(world.shown(&agent, number).await.comments.len(), 2);
    assert_eq!(world.desk.requests.conversation(&holder, number).await.unwrap().comments.len(), 2);
    assert_fails!(world.desk.requests.attachment_for_agent(&agent, number, file).await, Error::NotFound);
    assert_fails!(world.desk.requests.attachment(&holder, number, file).await, Error::NotFound);
    // What they write meanwhile is stored, and nobody hears of it.
    let mut events = world.desk.events();
    let more = Letter::from(OTHER).answering(&answer).saying("Latschenkiefer.");
    assert_eq!(world.receive(&more).await, TakenIn::Comment(number));
    assert!(events.try_recv().is_err());
    assert_eq!(world.shown(&agent, number).await.comments.len(), 2);

    world.desk.privacy.lift_restriction(&bo).await.unwrap();
    world.index().await;
    assert_eq!(world.find_all(&agent, "zirbelkiefer").await, [number]);
    assert_eq!(world.shown(&agent, number).await.comments.len(), 5);
}

async fn a_from_line_makes_nobody_an_agent(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, confirmation, answer) = answered(world, &agent).await;
    let forged = || Letter::from("Grace <grace@desk.example>").answering(&confirmation);
    for letter in [
        // With a Message-ID of ours, as FreeScout took it (GHSA-6r38-6mcf-2ww3).
        forged(),
        forged().checked("pass"),
        forged().checked("pass").sent_where_answers_go(&answer),
        forged().with("Sender", EMAIL),
    ] {
        assert_eq!(world.receive(&letter.saying("Send us your password.")).await, TakenIn::Comment(number));
        let comment = world.newest(&agent, number).await;
        assert_eq!((comment.author_kind, comment.standing), (AuthorKind::Customer, Standing::Outsider));
        assert_fails!(world.desk.requests.admit(&agent, number, comment.id).await, Error::Forbidden);
    }
    let holder = Access::Link(world.holder(&confirmation.request_link()).await);
    assert_eq!(world.desk.requests.conversation(&holder, number).await.unwrap().comments.len(), 2);
    // Whoever is named is told, once an hour.
    assert_eq!(world.mail().await.to(), "grace@desk.example");
    // A new mail of an agent is a request of that person, like anybody's.
    let own = world.receive_new(&Letter::from("grace@desk.example").checked("pass")).await;
    let comment = world.newest(&agent, own).await;
    assert_eq!((comment.author_kind, comment.visibility), (AuthorKind::Customer, Visibility::Public));
}

async fn an_agent_answers_with_their_own_token(world: &World) {
    let grace = world.agent("Grace").await;
    world.desk.accounts.change_mail_news(grace.session(), true).await.unwrap();
    let (number, confirmation, _) = answered(world, &grace).await;
    let holder = Access::Link(world.holder(&confirmation.request_link()).await);
    world.comment(&holder, number, "It does not help.").await;
    let news = world.mail().await;
    assert_eq!(news.to(), "grace@desk.example");
    let by_mail = |letter: Letter| letter.sent_where_answers_go(&news).saying("Then take this one.");
    let grace_writes = || Letter::from("grace@desk.example");
    // The token alone is not enough, nor somebody else's mail with it, nor a machine's.
    world.agent("Alan").await;
    for letter in [
        grace_writes(),
        grace_writes().checked("fail"),
        Letter::from("alan@desk.example").checked("pass"),
        Letter::from("eve@example.org").checked("pass"),
        grace_writes().checked("pass").with("Auto-Submitted", "auto-replied"),
    ] {
        assert_eq!(world.receive(&by_mail(letter)).await, TakenIn::Comment(number));
        let comment = world.newest(&grace, number).await;
        assert_eq!((comment.author_kind, comment.standing), (AuthorKind::Customer, Standing::Outsider));
    }
    let mut told: Vec<_> = world.post().await.iter().map(|mail| mail.to().to_owned()).collect();
    told.sort();
    assert_eq!(told, ["alan@desk.example", "grace@desk.example"]);
    let answer = by_mail(grace_writes().checked("pass"));
    assert_eq!(world.receive(&answer).await, TakenIn::Comment(number));
    let comment = world.newest(&grace, number).await;
    assert_eq!((comment.author_kind, comment.own, comment.by_mail), (AuthorKind::Agent, true, true));
    let mail = world.mail().await;
    assert_eq!(mail.to(), EMAIL);
    assert!(mail.text.contains("Then take this one."));
    assert_eq!(world.receive(&answer).await, TakenIn::Known);
    let mine = world.desk.requests.conversation(&holder, number).await.unwrap();
    assert_eq!(mine.comments.last().unwrap().body, "Then take this one.");
    // Nobody answers whose data is restricted: it waits where admins see it.
    let ada = world.customer(EMAIL).await;
    world.desk.privacy.restrict(&ada).await.unwrap();
    let late = by_mail(grace_writes().checked("pass"));
    assert_eq!(world.receive(&late).await, TakenIn::Aside);
}

async fn an_agent_is_told_of_an_answer_that_was_not_sent(world: &World) {
    let grace = world.agent("Grace").await;
    let alan = world.agent("Alan").await;
    let (number, confirmation, answer) = answered(world, &grace).await;
    let holder = Access::Link(world.holder(&confirmation.request_link()).await);
    let letter = Letter::from("grace@desk.example").answering(&answer).saying("Zirbelkiefer.");
    assert_eq!(world.receive(&letter.with_file("pine.txt", "cone")).await, TakenIn::Comment(number));
    let comment = world.newest(&grace, number).await;
    assert!(comment.own && comment.by_staff && comment.standing == Standing::Outsider);
    let told = world.mail().await;
    assert_eq!(told.to(), "grace@desk.example");
    assert!(told.text.contains(&format!("/agent/requests/{number}")), "{}", told.text);
    assert!(!told.everything.contains("Zirbelkiefer"));

    // Only whoever wrote it can send it, and only there.
    assert_fails!(world.desk.requests.send_as_answer(&alan, number, comment.id).await, Error::NotFound);
    let other = world.submit(&Form::from(OTHER)).await;
    world.post().await;
    assert_fails!(world.desk.requests.send_as_answer(&grace, other, comment.id).await, Error::NotFound);
    world.desk.requests.send_as_answer(&grace, number, comment.id).await.unwrap();
    assert_fails!(world.desk.requests.send_as_answer(&grace, number, comment.id).await, Error::NotFound);
    let mail = world.mail().await;
    assert_eq!(mail.to(), EMAIL);
    assert!(mail.text.contains("Zirbelkiefer."));
    let mine = world.desk.requests.conversation(&holder, number).await.unwrap();
    let sent = mine.comments.last().unwrap();
    assert_eq!((sent.author_kind, sent.body.as_str()), (AuthorKind::Agent, "Zirbelkiefer."));
    let file = world.desk.requests.attachment(&holder, number, sent.attachments[0].id).await.unwrap();
    assert_eq!(contents(file).await, b"cone");
    let numbers = world.desk.requests.queue_counts(&grace).await.unwrap();
    assert_eq!(numbers.active, 2);
    // It is the customer's data now, and goes with them.
    world.index().await;
    assert_eq!(world.find_all(&grace, "zirbelkiefer").await, [number]);
    world.desk.privacy.erase_by_operator(EMAIL).await.unwrap().unwrap();
    assert!(world.find_all(&grace, "zirbelkiefer").await.is_empty());
}

async fn answers_by_mail_are_promised_only_where_agents_can_be_told(world: &World) {
    let grace = world.agent("Grace").await;
    world.desk.accounts.change_mail_news(grace.session(), true).await.unwrap();
    let (number, confirmation, _) = answered(world, &grace).await;
    let holder = Access::Link(world.holder(&confirmation.request_link()).await);
    for (authserv_id, verify, promised) in
        [(None, false, false), (Some("mx.desk.example".to_owned()), false, true), (None, true, true)]
    {
        let mut opening = world.place.opening(Arc::clone(&world.clock));
        opening.settings.intake.authserv_id = authserv_id;
        opening.settings.intake.verify = verify;
        let desk = Desk::open(opening).await.unwrap();
        desk.requests.comment(&holder, number, "And?", &random_word(), Vec::new()).await.unwrap();
        while desk.delivery.send_due_mails().await.unwrap() > 0 {}
        desk.close().await;
        let news = world.mail().await;
        assert_eq!(news.to(), "grace@desk.example");
        assert_eq!(news.text.contains("replying to this email"), promised, "{}", news.text);
    }
}
