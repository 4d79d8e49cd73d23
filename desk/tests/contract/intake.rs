//! Mail comes in: exactly once, as what it is, and answered only where somebody wrote.

use std::sync::Arc;

use tresen_desk::intake::{MailboxPosition, TakenIn};
use tresen_desk::requests::Access;
use tresen_model::{Channel, MailRemark, MailVerdict, Standing, Status};

use crate::letters::{Letter, PER_SENDER_HOUR};
use crate::support::{Engine, Form, World, contents};

stories! {
    a_mail_makes_a_request,
    the_same_mail_twenty_times_at_once_is_one_request,
    after_a_crash_before_the_delete_it_is_known,
    mails_without_a_message_id_are_known_by_what_they_say,
    files_and_pictures_come_with_it,
    pictures_inside_the_html_are_files,
    what_is_too_large_is_kept_whole,
    machines_are_stored_and_not_answered,
    our_own_mails_coming_back_are_nothing_new,
    an_unproven_address_gets_few_answers_and_nothing_typed,
    a_confirmation_answers_the_mail,
    a_mail_to_a_restricted_person_is_withheld,
    positions_of_mailboxes_are_kept,
    what_the_server_says_of_the_sender_is_told,
}

races! {
    the_same_mail_twenty_times_at_once_is_one_request,
}

const EMAIL: &str = "ada@example.org";

async fn a_mail_makes_a_request(world: &World) {
    let agent = world.agent("Grace").await;
    let mut events = world.desk.events();
    let letter = Letter::from("Ada Lovelace <ada@example.org>").about("Grüße vom Drucker", "It hums.");
    let number = world.receive_new(&letter).await;
    let shown = world.shown(&agent, number).await;
    assert_eq!((shown.subject.as_str(), shown.kind.as_str()), ("Grüße vom Drucker", "question"));
    assert_eq!(shown.status, Status::Open);
    let [comment] = &shown.comments[..] else { panic!("one comment") };
    assert_eq!(comment.body, "It hums.");
    assert!(comment.by_mail && !comment.automatic && comment.standing == Standing::Participant);
    let staff = shown.staff.unwrap();
    assert_eq!(staff.customer.email, EMAIL);
    assert_eq!(staff.customer.name.as_deref(), Some("Ada Lovelace"));
    assert!(!staff.customer.proven && staff.held.is_none());
    // On PostgreSQL events come by way of the server.
    assert!(world.engine == Engine::Postgres || events.try_recv().is_ok());
    world.index().await;
    assert_eq!(world.find_all(&agent, "hums").await, [number]);

    // The same person as the one of the form, and the confirmation's link opens the request.
    let holder = world.holder(&world.mail().await.request_link()).await;
    let mine = world.desk.requests.conversation(&Access::Link(holder), number).await.unwrap();
    assert!(mine.comments[0].own);
    let session = world.customer(EMAIL).await;
    assert_eq!(world.mine(&session).await.len(), 1);
    let overview = world.desk.privacy.data_overview(&session).await.unwrap();
    assert_eq!(overview.channels, [(Channel::Mail, 1)]);

    // Another type of request comes through another mailbox.
    let mut envelope = letter.envelope();
    envelope.kind = Some("order".into());
    let other = Letter::from(EMAIL);
    let TakenIn::Request(number) = world.desk.intake.take_in(&other.raw(), &envelope).await.unwrap() else {
        panic!("a request")
    };
    assert_eq!(world.shown(&agent, number).await.kind, "order");
}

async fn the_same_mail_twenty_times_at_once_is_one_request(world: &World) {
    let agent = world.agent("Grace").await;
    let raw = Arc::new(Letter::from(EMAIL).raw());
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (desk, raw) = (world.desk.clone(), Arc::clone(&raw));
            tokio::spawn(
                async move { desk.intake.take_in(&raw, &Letter::from(EMAIL).envelope()).await.unwrap() },
            )
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        match task.await.unwrap() {
            TakenIn::Request(_) => made += 1,
            TakenIn::Known => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 1);
    assert_eq!(world.post().await.len(), 1);
}

async fn after_a_crash_before_the_delete_it_is_known(world: &World) {
    let letter = Letter::from(EMAIL).with_file("list.txt", "eggs");
    world.receive_new(&letter).await;
    let other = world.open_another().await.unwrap();
    assert_eq!(letter.arrive_at(&other).await, TakenIn::Known);
    // The way that it comes on does not matter, nor what servers add on the way.
    let again = String::from_utf8(letter.raw()).unwrap().replace("\r\n", "\n");
    let again = format!("Received: from a by b; today\nReturn-Path: <ada@example.org>\n{again}\n\n");
    assert_eq!(other.intake.take_in(again.as_bytes(), &letter.envelope()).await.unwrap(), TakenIn::Known);
    assert_eq!(world.objects(), 1);
    other.close().await;
}

async fn mails_without_a_message_id_are_known_by_what_they_say(world: &World) {
    let bare = |body: &str| Letter::from(EMAIL).without("Message-ID").saying(body);
    let empty = |body: &str| Letter::from(EMAIL).with("Message-ID", "").saying(body);
    for letter in
        [bare("One"), bare("Two"), empty("Three"), empty("Four"), empty("Five").with("Message-ID", "<>")]
    {
        world.receive_new(&letter).await;
        assert_eq!(world.receive(&letter).await, TakenIn::Known);
    }
    // Nothing that refers to nothing is glued together.
    let letter = bare("Six").with("In-Reply-To", "").with("References", "<>");
    world.receive_new(&letter).await;
    // The same Message-ID with another content is another mail (and no answer to the first).
    let (one, two) = (Letter::from("bo@example.org"), Letter::from("bo@example.org").saying("Else"));
    world.receive_new(&one).await;
    world.receive_new(&two.with("Message-ID", one.header("Message-ID"))).await;
}

async fn files_and_pictures_come_with_it(world: &World) {
    let agent = world.agent("Grace").await;
    let body = "--f\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p>Look <b>here</b>: <img src=\"cid:pic@x\"><script>alert(1)</script></p>\r\n\
        --f\r\nContent-Type: image/gif; name=a.gif\r\nContent-ID: <pic@x>\r\nContent-Disposition: inline\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nR0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=\r\n--f--\r\n";
    let letter = Letter::from(EMAIL).with("Content-Type", "multipart/related; boundary=f").saying(body);
    let number = world.receive_new(&letter).await;
    let comment = world.newest(&agent, number).await;
    assert!(comment.formatted && comment.body.contains("Look"), "{}", comment.body);
    let [picture] = &comment.attachments[..] else { panic!("one picture") };
    assert!(picture.image);
    let file = world.desk.requests.attachment_for_agent(&agent, number, picture.id).await.unwrap();
    assert!(contents(file).await.starts_with(b"GIF89a"));
    let formatted = world.desk.requests.formatted_for_agent(&agent, number, comment.id).await.unwrap();
    assert!(formatted.html.contains("cid:pic@x") && !formatted.html.contains("script"));
    assert_eq!(formatted.pictures, [("pic@x".to_owned(), picture.id)]);
    let holder = world.holder(&world.mail().await.request_link()).await;
    let access = Access::Link(holder);
    assert!(world.desk.requests.formatted(&access, number, comment.id).await.is_ok());
}

async fn pictures_inside_the_html_are_files(world: &World) {
    let agent = world.agent("Grace").await;
    let gif = "R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=";
    let page =
        |html: String| Letter::from(EMAIL).with("Content-Type", "text/html; charset=utf-8").saying(&html);
    let names = async |letter: Letter| {
        let number = world.receive_new(&letter).await;
        let comment = world.newest(&agent, number).await;
        let names: Vec<String> = comment.attachments.iter().map(|file| file.name.clone()).collect();
        (names, comment.remarks, comment.formatted)
    };
    let letter = page(format!(
        "<p>Look:</p><IMG SRC = 'DATA:image/GIF;charset=utf-8;base64,{gif}'><img src=\"data:image/tiff;base64,{gif}\">"
    ));
    let expected = ["picture-1.gif".to_owned(), "picture-2.tif".to_owned()].to_vec();
    assert_eq!(names(letter).await, (expected, Vec::new(), true));
    // What cannot be decoded is said, and the mail is kept as it came.
    let letter = page("<p>Look: <img src=\"data:image/png;base64\"></p>".to_owned());
    assert_eq!(names(letter).await, (vec!["message.eml".to_owned()], vec![MailRemark::Damaged], false));
}

async fn what_is_too_large_is_kept_whole(world: &World) {
    let agent = world.agent("Grace").await;
    let letter = Letter::from(EMAIL).saying(&"All work and no play. ".repeat(20_000));
    let raw = letter.raw();
    let number = world.receive_new(&letter).await;
    let comment = world.newest(&agent, number).await;
    assert_eq!(comment.remarks, [MailRemark::OverLimit]);
    let [file] = &comment.attachments[..] else { panic!("the message") };
    assert_eq!(file.name, "message.eml");
    let file = world.desk.requests.attachment_for_agent(&agent, number, file.id).await.unwrap();
    assert!(contents(file).await == raw);
}

async fn machines_are_stored_and_not_answered(world: &World) {
    let agent = world.agent("Grace").await;
    let machine = |header: &str, value: &str| Letter::from("robot@example.org").with(header, value);
    for letter in [
        machine("Auto-Submitted", "auto-replied"),
        machine("Auto-Submitted", "auto-generated"),
        machine("Precedence", "bulk"),
        machine("List-Id", "<news.example.org>"),
        machine("X-Auto-Response-Suppress", "All"),
        machine("X-Loop", "yes"),
        machine("X-RT-Loop-Prevention", "example.org"),
        Letter::from("robot@example.org").with_return_path(""),
    ] {
        world.clock.advance_seconds(3600);
        let number = world.receive_new(&letter).await;
        assert!(world.newest(&agent, number).await.automatic);
        assert!(world.post().await.is_empty());
    }
    // In a conversation: stored, but nothing is opened again and nobody is answered.
    let number = world.submit(&Form::from(EMAIL)).await;
    let confirmation = world.mail().await;
    world.answer(&agent, number, "Try this.").await;
    world.post().await;
    let done = tresen_desk::requests::Change { status: Some(Status::Resolved), ..Default::default() };
    world.desk.requests.change(&agent, number, done).await.unwrap();
    world.post().await;
    let away = Letter::from(EMAIL).answering(&confirmation).with("Auto-Submitted", "auto-replied");
    assert_eq!(world.receive(&away.saying("I am away.")).await, TakenIn::Comment(number));
    let shown = world.shown(&agent, number).await;
    assert_eq!((shown.status, shown.comments.len()), (Status::Resolved, 3));
    assert!(shown.comments[2].automatic && world.post().await.is_empty());
    // A person's answer opens it again.
    let answer = Letter::from(EMAIL).answering(&confirmation).saying("Still broken.");
    assert_eq!(world.receive(&answer).await, TakenIn::Comment(number));
    assert_eq!(world.status(&agent, number).await, Status::Open);
}

async fn our_own_mails_coming_back_are_nothing_new(world: &World) {
    let agent = world.agent("Grace").await;
    world.submit(&Form::from(EMAIL)).await;
    let mail = world.mail().await;
    let back = Letter::from("service@desk.example").with("Message-ID", mail.header("message-id"));
    assert_eq!(world.receive(&back).await, TakenIn::Own);
    assert_eq!(world.receive(&back).await, TakenIn::Known);
    // With another Message-ID it is nobody's whom we could answer.
    let changed = Letter::from("Service <SERVICE+x@desk.example>");
    assert_eq!(world.receive(&changed).await, TakenIn::Aside);
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 1);
    // One that only looks like ours is a mail like others.
    let id = mail.header("message-id").replacen("<r.", "<r.0", 1).replacen("<m.", "<m.0", 1);
    world.receive_new(&Letter::from("eve@example.org").with("Message-ID", &id)).await;
    assert_eq!(world.post().await.len(), 1);
}

async fn a_confirmation_answers_the_mail(world: &World) {
    let agent = world.agent("Grace").await;
    let letter = Letter::from("ada@example.org");
    let number = world.receive_new(&letter).await;
    let confirmation = world.mail().await;
    for header in ["in-reply-to", "references"] {
        assert_eq!(confirmation.header(header), letter.header("Message-ID"), "{header}");
    }
    // What follows answers the confirmation, as before.
    world.answer(&agent, number, "Try again.").await;
    assert_eq!(world.mail().await.header("in-reply-to"), confirmation.header("message-id"));
    // A form was no mail, and what is no Message-ID is left out.
    world.submit(&Form::from("bo@example.org")).await;
    assert_eq!(world.mail().await.header("in-reply-to"), "");
    for (sender, (written, answered)) in [
        ("<no id at all>", ""),
        ("<>", ""),
        ("1@mail.example", "<1@mail.example>"),
        ("<2@mail.example> (Ada)", "<2@mail.example>"),
        ("   <3@mail.example>  ", "<3@mail.example>"),
        ("<4@\r\n mail.example>", "<4@mail.example>"),
        ("<A.B+c=d$5@Mail.Example>", "<A.B+c=d$5@Mail.Example>"),
        ("<6@[192.0.2.1]>", "<6@[192.0.2.1]>"),
        ("<7@mail.example> <8@mail.example>", "<7@mail.example>"),
        ("<<9@mail.example>>", "<9@mail.example>"),
    ]
    .into_iter()
    .enumerate()
    {
        let letter = Letter::from(&format!("cy{sender}@example.org")).with("Message-ID", written);
        world.receive_new(&letter).await;
        assert_eq!(world.mail().await.header("in-reply-to"), answered, "{written}");
    }
}

async fn an_unproven_address_gets_few_answers_and_nothing_typed(world: &World) {
    for turn in 0..5 {
        let letter = Letter::from("Buy Now <victim@example.org>").about("Cheap watches", "at spam.example");
        world.receive_new(&letter.with("X-Turn", &turn.to_string())).await;
    }
    let mails = world.post().await;
    assert_eq!(mails.len(), 3);
    for mail in mails {
        for word in ["Buy Now", "Cheap", "spam.example"] {
            assert!(!mail.everything.contains(word), "{word}");
        }
    }
    const { assert!(PER_SENDER_HOUR > 5) };
}

async fn a_mail_to_a_restricted_person_is_withheld(world: &World) {
    let agent = world.agent("Grace").await;
    let customer = world.customer(EMAIL).await;
    let number = world.receive_new(&Letter::from(EMAIL)).await;
    let confirmation = world.mail().await;
    let closed = tresen_desk::requests::Change { status: Some(Status::Closed), ..Default::default() };
    world.desk.requests.change(&agent, number, closed).await.unwrap();
    world.desk.privacy.restrict(&customer).await.unwrap();
    let mut events = world.desk.events();
    assert_eq!(world.receive(&Letter::from(EMAIL).answering(&confirmation)).await, TakenIn::Comment(number));
    world.receive_new(&Letter::from(EMAIL).about("Nachtpfauenauge", "Where?")).await;
    world.index().await;
    assert!(events.try_recv().is_err());
    assert!(world.post().await.is_empty());
    assert!(world.find_all(&agent, "nachtpfauenauge").await.is_empty());
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 0);
    world.desk.privacy.lift_restriction(&customer).await.unwrap();
    let shown = world.shown(&agent, number).await;
    assert_eq!((shown.comments.len(), shown.status), (2, Status::Closed));
}

async fn positions_of_mailboxes_are_kept(world: &World) {
    let desk = &world.desk;
    assert_eq!(desk.intake.mailbox_position("support").await.unwrap(), None);
    for position in [
        MailboxPosition { uid_validity: 1, next_uid: 1 },
        MailboxPosition { uid_validity: u32::MAX, next_uid: u32::MAX },
    ] {
        desk.intake.set_mailbox_position("support", position).await.unwrap();
        assert_eq!(desk.intake.mailbox_position("support").await.unwrap(), Some(position));
    }
    assert_eq!(desk.intake.mailbox_position("sales").await.unwrap(), None);
}

async fn what_the_server_says_of_the_sender_is_told(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.receive_new(&Letter::from(EMAIL).checked("pass")).await;
    let comment = world.newest(&agent, number).await;
    assert_eq!(comment.verdict, Some(MailVerdict::Genuine));
    // Nobody is believed who only says so.
    let forged = Letter::from(EMAIL)
        .with("Authentication-Results", "mx.evil.example; dmarc=pass header.from=example.org");
    let number = world.receive_new(&forged).await;
    assert_eq!(world.newest(&agent, number).await.verdict, None);
    // Customers are not told.
    let mails = world.post().await;
    let holder = world.holder(&mails[0].request_link()).await;
    let number = holder_number(&mails[0]);
    let mine = world.desk.requests.conversation(&Access::Link(holder), number).await.unwrap();
    assert!(mine.comments[0].verdict.is_none() && mine.comments[0].remarks.is_empty());
}

fn holder_number(mail: &crate::mail::Mail) -> tresen_model::RequestNumber {
    let rest = mail.text.split("/requests/").nth(1).unwrap();
    tresen_model::RequestNumber::parse(rest.split('?').next().unwrap()).unwrap()
}
