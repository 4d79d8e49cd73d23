//! A request comes in.

use std::sync::Arc;

use tresen_desk::requests::{Access, Submission};
use tresen_desk::{Error, requests};
use tresen_model::views::HistoryEvent;
use tresen_model::{AuthorKind, Body, Language, Problem, Status, Subject};

use crate::support::{Form, World, assert_fails, contents, random_word, refusals, set};

stories! {
    a_request_is_stored_with_consent_and_mail,
    a_refused_form_stores_nothing,
    the_same_form_is_one_request,
    the_same_form_twenty_times_at_once_is_one_request,
    a_changed_form_is_another_request,
    the_same_words_of_two_people_are_two_requests,
    a_confirmation_to_an_unproven_address_repeats_nothing,
    a_confirmation_says_more_to_whoever_is_logged_in,
    a_stranger_has_nothing_mailed_to_a_proven_address,
    an_unproven_address_gets_few_mails,
    each_kind_of_mail_keeps_one,
    who_is_logged_in_writes_as_themselves,
    one_address_in_two_spellings_is_one_person,
    giving_up_half_way_stores_all_or_nothing,
    every_acknowledged_request_is_there_after_reopening,
}

races! {
    every_acknowledged_request_is_there_after_reopening,
    giving_up_half_way_stores_all_or_nothing,
    the_same_form_twenty_times_at_once_is_one_request,
}

async fn a_request_is_stored_with_consent_and_mail(world: &World) {
    let file = world.file("note.txt", b"contents").await;
    let form = Form::from("ada@example.com")
        .about("Käse & <Wurst>", "First line\r\nsecond \u{1F600}\r\n")
        .called("Ada");
    let submitted = world.submit_with(&form, file, None).await.unwrap();
    assert!(!submitted.again);
    let mail = world.mail().await;
    assert_eq!(mail.to(), "ada@example.com");
    assert!(mail.subject().contains(&submitted.number.to_string()));

    let agent = world.agent("Grace").await;
    let seen = world.desk.requests.conversation_for_agent(&agent, submitted.number).await.unwrap();
    assert_eq!(seen.subject, "Käse & <Wurst>");
    assert_eq!((seen.status, seen.kind.as_str()), (Status::Open, "question"));
    assert_eq!(seen.comments.len(), 1);
    assert_eq!(seen.comments[0].body, "First line\nsecond \u{1F600}");
    assert_eq!(seen.comments[0].author_kind, AuthorKind::Customer);
    assert_eq!(seen.comments[0].author.as_deref(), Some("Ada"));
    assert!(!seen.comments[0].own);
    assert_eq!(seen.comments[0].attachments.len(), 1);
    let staff = seen.staff.unwrap();
    assert_eq!(staff.customer.email, "ada@example.com");
    assert!(!staff.customer.proven && !staff.customer.registered);
    assert_eq!(staff.history.len(), 1);
    assert!(matches!(staff.history[0].event, HistoryEvent::Created));
    assert_eq!(staff.history[0].actor.as_deref(), Some("Ada"));

    let secret = world
        .desk
        .accounts
        .complete_registration(&mail.link("register"), crate::support::PASSWORD)
        .await
        .unwrap()
        .session;
    let session = world.session(&secret).await.unwrap();
    let stored = world.desk.privacy.erasure_preview(&session).await.unwrap();
    assert_eq!((stored.requests, stored.comments, stored.attachments), (1, 1, 1));
    assert_eq!((stored.history, stored.consents, stored.mails, stored.sessions), (1, 1, 1, 1));
}

async fn a_refused_form_stores_nothing(world: &World) {
    let settings = world.desk.settings();
    let long = "x".repeat(Body::MAX + 50_000);
    let mut form = Form::from("nobody").about(&"s".repeat(Subject::MAX + 1), &long);
    form.kind = "bribe".into();
    form.name = "n".repeat(101);
    let mut fields = form.fields();
    fields.consent = false;
    let said = refusals(Submission::parse(&fields, settings));
    assert_eq!(
        said,
        [
            ("email", Problem::EmailInvalid),
            ("name", Problem::NameTooLong { max: 100 }),
            ("kind", Problem::KindUnknown),
            ("subject", Problem::SubjectTooLong { max: Subject::MAX }),
            ("body", Problem::BodyTooLong { max: Body::MAX, length: Body::MAX + 50_000 }),
            ("consent", Problem::ConsentMissing),
        ]
    );
    let empty = Form::from(" ").about(" ", "\r\n ");
    let said = refusals(Submission::parse(&empty.fields(), settings));
    let fields: Vec<_> = said.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, ["email", "subject", "body"]);
    // The consent alone.
    let form = Form::from("ada@example.com");
    let mut fields = form.fields();
    fields.consent = false;
    assert_eq!(refusals(Submission::parse(&fields, settings)), [("consent", Problem::ConsentMissing)]);
    assert!(world.post().await.is_empty());
    let agent = world.agent("Grace").await;
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 0);
}

async fn the_same_form_is_one_request(world: &World) {
    let form = Form::from("ada@example.com");
    let first = world.submit(&form).await;
    world.clock.advance_seconds(86_400);
    // The file of the second press is not needed, and goes.
    let file = world.file("again.txt", b"again").await;
    assert_eq!(world.objects(), 1);
    let again = world.submit_with(&form, file, None).await.unwrap();
    assert_eq!(again, requests::Submitted { number: first, again: true, held: false });
    assert_eq!(world.objects(), 0);
    assert_eq!(world.post().await.len(), 1);
    let agent = world.agent("Grace").await;
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 1);
}

async fn the_same_form_twenty_times_at_once_is_one_request(world: &World) {
    for round in 0..5 {
        let form = Form::from(&format!("ada{round}@example.com"));
        let mut tasks = Vec::new();
        for _ in 0..20 {
            let (desk, form) = (world.desk.clone(), form.clone());
            tasks.push(tokio::spawn(async move {
                let submission = Submission::parse(&form.fields(), desk.settings()).unwrap();
                desk.requests.submit(submission, Vec::new(), None).await.unwrap()
            }));
        }
        let mut submitted = Vec::new();
        for task in tasks {
            submitted.push(task.await.unwrap());
        }
        assert_eq!(set(submitted.iter().map(|one| one.number)).len(), 1);
        assert_eq!(submitted.iter().filter(|one| !one.again).count(), 1);
        assert_eq!(world.post().await.len(), 1);
    }
    let agent = world.agent("Grace").await;
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 5);
}

async fn a_changed_form_is_another_request(world: &World) {
    let form = Form::from("ada@example.com");
    let mut others = vec![
        form.clone(),
        form.clone().about("The scanner", &form.body),
        form.clone().about(&form.subject, "Mended."),
    ];
    others.push(Form { kind: "problem".into(), ..form.clone() });
    others.push(Form { once: random_word(), ..form.clone() });
    // What one field loses, the next one has.
    others.push(form.clone().about("ab", "c"));
    others.push(form.clone().about("a", "bc"));
    let mut numbers = Vec::new();
    for form in &others {
        numbers.push(world.submit(form).await);
    }
    assert_eq!(set(numbers).len(), others.len());
}

async fn the_same_words_of_two_people_are_two_requests(world: &World) {
    let form = Form::from("ada@example.com");
    let other = Form { email: "eve@example.com".into(), ..form.clone() };
    assert_ne!(world.submit(&form).await, world.submit(&other).await);
    assert_eq!(world.post().await.len(), 2);
}

async fn a_confirmation_to_an_unproven_address_repeats_nothing(world: &World) {
    for language in [Language::English, Language::German] {
        let email = format!("stranger-{}@example.com", language.tag());
        let form = Form { language, ..Form::from(&email) };
        let form = form
            .about("Xylophone bargains", "Zeppelin casino https://quagmire.example\nwobbulator")
            .called("Vorpalina Jabber");
        let file = world.file("brillig.pdf", b"slithy").await;
        world.submit_with(&form, file, None).await.unwrap();
        let mail = world.mail().await;
        assert_eq!(mail.header("content-language"), language.tag());
        let all = mail.everything.to_lowercase();
        let typed = "xylophone bargains zeppelin casino quagmire wobbulator vorpalina jabber brillig slithy";
        for word in typed.split(' ') {
            assert!(!all.contains(word), "{word} is repeated: {}", mail.everything);
        }
    }
}

async fn a_confirmation_says_more_to_whoever_is_logged_in(world: &World) {
    let session = world.customer("ada@example.com").await;
    let form = Form::from("ada@example.com").about("Lost parcel", "Where is it?");
    world.submit_with(&form, Vec::new(), Some(&session)).await.unwrap();
    let mail = world.mail().await;
    assert!(mail.subject().contains("Lost parcel"), "{}", mail.subject());
    assert!(mail.find_link("register").is_none());
    assert!(!mail.everything.contains("Where is it?"));
}

async fn a_stranger_has_nothing_mailed_to_a_proven_address(world: &World) {
    world.customer("ada@example.com").await;
    world.submit(&Form::from("ada@example.com").about("Zeppelin casino", "quagmire").called("Vorpal")).await;
    let all = world.mail().await.everything.to_lowercase();
    for word in ["zeppelin", "casino", "quagmire", "vorpal"] {
        assert!(!all.contains(word), "{word} is repeated: {all}");
    }
}

async fn an_unproven_address_gets_few_mails(world: &World) {
    for _ in 0..6 {
        world.submit(&Form::from("ada@example.com")).await;
        // From the sixth on whoever asks is told to wait.
        world.desk.accounts.register("ada@example.com", Language::English).await.ok();
        world.desk.accounts.forgot_password("ada@example.com", Language::English).await.ok();
        world.desk.settle().await;
        world.desk.privacy.ask_erasure("ada@example.com").await.ok();
        world.desk.settle().await;
    }
    // Three, and the first of its kind.
    assert_eq!(world.post().await.len(), 4);
    world.clock.advance_seconds(3_601);
    world.submit(&Form::from("ada@example.com")).await;
    assert_eq!(world.post().await.len(), 1);
    // The requests are there all the same.
    let agent = world.agent("Grace").await;
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 7);
}

async fn each_kind_of_mail_keeps_one(world: &World) {
    const EMAIL: &str = "ada@example.com";
    for _ in 0..5 {
        world.submit(&Form::from(EMAIL)).await;
    }
    assert_eq!(world.post().await.len(), 3);
    for round in 0..2 {
        // Also under another name of the mailbox.
        let email = ["Ada+later@example.com", EMAIL][round];
        // What is one too many is refused, whether the address is known or not.
        world.desk.accounts.register(EMAIL, Language::English).await.ok();
        world.desk.accounts.register(email, Language::English).await.ok();
        world.desk.privacy.ask_erasure(EMAIL).await.ok();
        world.desk.privacy.ask_data_link(EMAIL).await.ok();
        world.desk.settle().await;
        let subjects: Vec<_> = world.post().await.iter().map(|mail| mail.subject().to_owned()).collect();
        assert_eq!(subjects.len(), [3, 0][round], "{subjects:?}");
    }
    // Once an hour has passed each is there again, and whoever uses a link has no limit any more.
    world.clock.advance_seconds(3_601);
    world.desk.privacy.ask_data_link(EMAIL).await.unwrap();
    world.desk.settle().await;
    let mail = world.mail().await;
    world.desk.privacy.exchange_data_link(&mail.link("account/data")).await.unwrap();
    for _ in 0..5 {
        world.submit(&Form::from(EMAIL)).await;
    }
    assert_eq!(world.post().await.len(), 5);
}

async fn who_is_logged_in_writes_as_themselves(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let form = Form::from("victim@example.com");
    let submitted = world.try_submit(&form, Some(&ada)).await.unwrap();
    assert_eq!(world.mail().await.to(), "ada@example.com");
    assert_eq!(world.mine(&ada).await[0].number, submitted.number);
}

async fn one_address_in_two_spellings_is_one_person(world: &World) {
    let ada = world.customer("Ada@Example.com").await;
    world.submit(&Form::from("ada@EXAMPLE.com")).await;
    world.submit(&Form::from(" ADA@example.com ")).await;
    assert_eq!(world.mine(&ada).await.len(), 2);
    assert!(world.login("aDa@example.COM", crate::support::PASSWORD).await.is_ok());
    let other = world.customer("ada+x@example.com").await;
    assert!(world.mine(&other).await.is_empty());
}

async fn giving_up_half_way_stores_all_or_nothing(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let before = world.desk.privacy.erasure_preview(&ada).await.unwrap();
    let mut acknowledged = 0;
    for round in 0..200_u64 {
        let mut form = Form::from("ada@example.com");
        form.subject = format!("Round {round}");
        let files = world.file("file.bin", &[round as u8; 500]).await;
        let (desk, session) = (world.desk.clone(), ada.clone());
        let task = tokio::spawn(async move {
            let submission = Submission::parse(&form.fields(), desk.settings()).unwrap();
            desk.requests.submit(submission, files, Some(&session)).await.unwrap()
        });
        // From at once to about as long as it takes.
        let longest = if round % 2 == 0 { 1_500 } else { 6_000 };
        tokio::time::sleep(std::time::Duration::from_micros((round * 7_919) % longest)).await;
        task.abort();
        if task.await.is_ok() {
            acknowledged += 1;
        }
        world.tick();
    }
    // The next one waits behind whatever is still under way.
    world.try_submit(&Form::from("ada@example.com"), Some(&ada)).await.unwrap();
    let lines = world.mine(&ada).await;
    let after = world.desk.privacy.erasure_preview(&ada).await.unwrap();
    let stored = lines.len() as u64;
    assert!(stored > acknowledged, "{stored} are stored, {acknowledged} were acknowledged");
    assert_eq!(after.requests, stored);
    assert_eq!(after.comments, stored);
    assert_eq!(after.history, stored);
    assert_eq!(after.consents, stored);
    assert_eq!(after.mails - before.mails, stored);
    assert_eq!(after.attachments, stored - 1);
    for line in lines.iter().skip(1) {
        let access = Access::Session(ada.clone());
        let seen = world.desk.requests.conversation(&access, line.number).await.unwrap();
        assert_eq!((seen.comments.len(), line.comments), (1, 1));
        let attachment = &seen.comments[0].attachments[0];
        let file = world.desk.requests.attachment(&access, line.number, attachment.id).await.unwrap();
        assert_eq!(contents(file).await.len(), 500);
    }
}

async fn every_acknowledged_request_is_there_after_reopening(world: &World) {
    let mut tasks = Vec::new();
    let ada = world.customer("ada@example.com").await;
    for task in 0..50 {
        let (desk, session) = (world.desk.clone(), ada.clone());
        tasks.push(tokio::spawn(async move {
            let mut numbers = Vec::new();
            for one in 0..10 {
                let form = Form::from("ada@example.com").about(&format!("{task}/{one}"), "Text");
                let submission = Submission::parse(&form.fields(), desk.settings()).unwrap();
                numbers.push((
                    desk.requests.submit(submission, Vec::new(), Some(&session)).await.unwrap().number,
                    format!("{task}/{one}"),
                ));
            }
            numbers
        }));
    }
    let mut acknowledged = Vec::new();
    for task in tasks {
        acknowledged.extend(task.await.unwrap());
    }
    // What is in the files now is what a crash would leave.
    let reopened = Arc::new(world.open_another().await.unwrap());
    let agent = world.agent("Grace").await;
    let mut found = Vec::new();
    let mut query = requests::QueueQuery::default();
    loop {
        let page = reopened.requests.queue(&agent, &query).await.unwrap();
        found.extend(page.rows.into_iter().map(|row| (row.number, row.subject)));
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    assert_eq!(found.len(), 500);
    assert_eq!(set(found), set(acknowledged));
    reopened.close().await;
    assert_fails!(world.desk.privacy.privacy_text(Language::English, Some(99)).await, Error::NotFound);
}
