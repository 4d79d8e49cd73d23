//! What agents see and do.

use tresen_desk::Error;
use tresen_desk::requests::{Access, Assignee, Capture, Change, QueueOrder, QueueQuery, QueueView, Reply};
use tresen_model::views::HistoryEvent;
use tresen_model::{AuthorKind, Language, PersonId, Priority, Problem, RequestNumber, Status, Visibility};

use crate::support::{Form, PASSWORD, World, assert_fails, note, numbers, refusals, reply, set};

stories! {
    the_queue_shows_what_is_asked_for,
    the_queue_pages_in_both_directions,
    a_reply_is_mailed_in_its_thread,
    a_reply_takes_and_moves_the_request,
    a_note_sends_no_mail_and_changes_nothing,
    a_reply_sent_twice_is_one,
    resolving_tells_the_customer,
    a_comment_opens_the_request_again,
    only_agents_are_assigned,
    the_history_tells_what_happened,
    a_request_is_written_down_for_a_caller,
    events_tell_what_happened,
    a_mail_that_cannot_be_sent_is_tried_again_and_parked,
}

races! {
    a_reply_sent_twice_is_one,
}

async fn the_queue_shows_what_is_asked_for(world: &World) {
    let grace = world.agent("Grace").await;
    let alan = world.agent("Alan").await;
    let mut all = Vec::new();
    for one in 0..6 {
        let mut form = Form::from(&format!("c{one}@example.com")).called(&format!("Customer {one}"));
        form.kind = if one < 3 { "question" } else { "problem" }.into();
        all.push(world.submit(&form).await);
    }
    let change = async |number, change| {
        world.tick();
        world.desk.requests.change(&grace, number, change).await.unwrap();
    };
    change(all[0], Change { status: Some(Status::Closed), ..Change::default() }).await;
    change(all[1], Change { status: Some(Status::Resolved), ..Change::default() }).await;
    change(all[2], Change { status: Some(Status::Waiting), ..Change::default() }).await;
    change(all[3], Change { assignee: Some(Some(grace.person())), ..Change::default() }).await;
    change(all[4], Change { assignee: Some(Some(alan.person())), ..Change::default() }).await;
    let shown = async |query: QueueQuery| numbers(&world.desk.requests.queue(&grace, &query).await.unwrap());
    let query = QueueQuery::default();
    assert_eq!(shown(query.clone()).await, [all[4], all[3], all[2], all[5]]);
    let oldest = QueueQuery { order: QueueOrder::Oldest, ..query.clone() };
    assert_eq!(shown(oldest).await, [all[5], all[2], all[3], all[4]]);
    for (status, one) in [(Status::Closed, all[0]), (Status::Resolved, all[1]), (Status::Waiting, all[2])] {
        assert_eq!(shown(QueueQuery { view: QueueView::Only(status), ..query.clone() }).await, [one]);
    }
    assert_eq!(set(shown(QueueQuery { view: QueueView::All, ..query.clone() }).await), set(all.clone()));
    assert_eq!(shown(QueueQuery { assignee: Assignee::Me, ..query.clone() }).await, [all[3]]);
    assert_eq!(shown(QueueQuery { assignee: Assignee::Nobody, ..query.clone() }).await, [all[2], all[5]]);
    let problems = QueueQuery { kind: Some("problem".into()), ..query.clone() };
    assert_eq!(shown(problems.clone()).await, [all[4], all[3], all[5]]);
    let narrow = QueueQuery { view: QueueView::Only(Status::Open), assignee: Assignee::Me, ..problems };
    assert_eq!(shown(narrow).await, [all[3]]);
    let strange = QueueQuery { kind: Some("x' OR 1=1".into()), ..query.clone() };
    assert!(shown(strange).await.is_empty());
    let counts = world.desk.requests.queue_counts(&grace).await.unwrap();
    assert_eq!((counts.active, counts.mine, counts.unassigned), (4, 1, 2));
    let page = world.desk.requests.queue(&grace, &query).await.unwrap();
    assert_eq!(page.rows[0].customer.as_deref(), Some("Customer 4"));
    assert_eq!(page.rows[0].assignee.as_deref(), Some("Alan"));
    assert_eq!(page.rows[2].assignee, None);

    // The same within what a search finds.
    world.index().await;
    let found = QueueQuery { search: "printer".into(), ..query };
    assert_eq!(shown(found.clone()).await, [all[4], all[3], all[2], all[5]]);
    assert_eq!(shown(QueueQuery { order: QueueOrder::Oldest, ..found.clone() }).await[0], all[5]);
    assert_eq!(shown(QueueQuery { assignee: Assignee::Me, ..found.clone() }).await, [all[3]]);
    assert_eq!(shown(QueueQuery { view: QueueView::Only(Status::Closed), ..found.clone() }).await, [all[0]]);
    assert_eq!(shown(QueueQuery { kind: Some("question".into()), ..found }).await, [all[2]]);
}

async fn the_queue_pages_in_both_directions(world: &World) {
    let grace = world.agent("Grace").await;
    let mut all = Vec::new();
    for one in 0..120 {
        if one % 15 == 0 {
            world.tick();
        }
        all.push(world.try_submit(&Form::from("ada@example.com"), None).await.unwrap().number);
    }
    world.index().await;
    let orders = [QueueOrder::Newest, QueueOrder::Oldest];
    // What a search has found has pages like everything else.
    for (order, search) in orders.into_iter().flat_map(|order| ["", "printer"].map(|search| (order, search)))
    {
        let mut query = QueueQuery { order, search: search.to_owned(), ..QueueQuery::default() };
        let mut shown = Vec::new();
        loop {
            let page = world.desk.requests.queue(&grace, &query).await.unwrap();
            assert!(page.rows.len() <= 50, "{search}: {}", page.rows.len());
            shown.extend(page.rows.iter().map(|row| (row.updated_at, row.number)));
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert_eq!(shown.len(), 120);
        assert_eq!(set(shown.iter().map(|(_, number)| *number)), set(all.clone()));
        assert!(shown.is_sorted_by(|a, b| if order == QueueOrder::Newest { a.0 >= b.0 } else { a.0 <= b.0 }));
    }
}

async fn a_reply_is_mailed_in_its_thread(world: &World) {
    let number = world.submit(&Form::from("ada@example.com")).await;
    let first = world.mail().await;
    let thread = first.header("message-id").to_owned();
    assert!(thread.starts_with('<') && thread.ends_with("@desk.example>"), "{thread}");
    assert_eq!((first.header("in-reply-to"), first.header("references")), ("", ""));
    assert_eq!(first.header("auto-submitted"), "auto-generated");
    let grace = world.agent("Grace").await;
    let mut ids = vec![thread.clone()];
    for text in ["Grüße & <b>tags</b>\nsecond line", "Another answer"] {
        world.answer(&grace, number, text).await;
        let mail = world.mail().await;
        assert_eq!(mail.header("in-reply-to"), thread);
        assert_eq!(mail.header("references"), thread);
        assert_eq!(mail.header("auto-submitted"), "");
        assert!(mail.subject().starts_with("Re: ") && mail.subject().contains(&number.to_string()));
        assert!(text.lines().all(|line| mail.text.contains(line)), "{}", mail.text);
        assert!(!mail.everything.contains("<b>tags") || mail.everything.contains("&lt;b&gt;tags"));
        let holder = Access::Link(world.holder(&mail.request_link()).await);
        assert_eq!(world.desk.requests.conversation(&holder, number).await.unwrap().number, number);
        ids.push(mail.header("message-id").to_owned());
    }
    assert_eq!(set(ids).len(), 3);
    // Another request is another thread.
    world.clock.advance_seconds(3_601);
    world.submit(&Form::from("ada@example.com")).await;
    assert_ne!(world.mail().await.header("message-id"), thread);
}

async fn a_reply_takes_and_moves_the_request(world: &World) {
    let grace = world.agent("Grace").await;
    let alan = world.agent("Alan").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.tick();
    let waiting = Reply { status: Some(Status::Waiting), ..reply("Which one?", "a") };
    let file = world.file("manual.pdf", b"manual").await;
    world.desk.requests.reply(&grace, number, &waiting, file).await.unwrap();
    let seen = world.desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    assert_eq!(seen.status, Status::Waiting);
    assert_eq!(seen.staff.unwrap().assignee, Some(grace.person()));
    assert!(seen.comments[1].own);
    assert_eq!(seen.comments[1].attachments.len(), 1);
    // Who has it keeps it.
    world.answer(&alan, number, "I may add").await;
    let seen = world.desk.requests.conversation_for_agent(&alan, number).await.unwrap();
    assert_eq!(seen.staff.unwrap().assignee, Some(grace.person()));
    assert_eq!(seen.status, Status::Waiting);
    for missing in [RequestNumber::from_bits(1)] {
        assert_fails!(
            world.desk.requests.reply(&grace, missing, &reply("Hi", "b"), Vec::new()).await,
            Error::NotFound
        );
    }
    assert_fails!(
        world.desk.requests.reply(&grace, number, &reply(" ", "c"), Vec::new()).await,
        Error::Refused(_)
    );
}

async fn a_note_sends_no_mail_and_changes_nothing(world: &World) {
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.post().await;
    world.tick();
    let closing = Reply { status: Some(Status::Resolved), ..note("Between us", "a") };
    world.desk.requests.reply(&grace, number, &closing, Vec::new()).await.unwrap();
    assert!(world.post().await.is_empty());
    let seen = world.desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    let staff = seen.staff.unwrap();
    assert_eq!((seen.status, staff.assignee, staff.history.len()), (Status::Open, None, 1));
    assert_eq!(seen.comments[1].visibility, Visibility::Internal);
    assert_eq!(world.desk.requests.queue(&grace, &QueueQuery::default()).await.unwrap().rows[0].comments, 2);
}

async fn a_reply_sent_twice_is_one(world: &World) {
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.post().await;
    world.tick();
    let hello = reply("Hello", "once");
    let (one, two) = tokio::join!(
        world.desk.requests.reply(&grace, number, &hello, Vec::new()),
        world.desk.requests.reply(&grace, number, &hello, Vec::new())
    );
    one.unwrap();
    two.unwrap();
    assert_eq!(world.post().await.len(), 1);
    assert_eq!(world.desk.requests.conversation_for_agent(&grace, number).await.unwrap().comments.len(), 2);
}

async fn resolving_tells_the_customer(world: &World) {
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    let thread = world.mail().await.header("message-id").to_owned();
    world.tick();
    let resolved = Change { status: Some(Status::Resolved), ..Change::default() };
    world.desk.requests.change(&grace, number, resolved).await.unwrap();
    let mail = world.mail().await;
    assert_eq!((mail.to(), mail.header("in-reply-to")), ("ada@example.com", thread.as_str()));
    // It is resolved already.
    world.desk.requests.change(&grace, number, resolved).await.unwrap();
    world
        .desk
        .requests
        .change(&grace, number, Change { status: Some(Status::Closed), ..Change::default() })
        .await
        .unwrap();
    assert!(world.post().await.is_empty());
}

async fn a_comment_opens_the_request_again(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada);
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    for status in [Status::Waiting, Status::Resolved, Status::Closed] {
        world.tick();
        world
            .desk
            .requests
            .change(&grace, number, Change { status: Some(status), ..Change::default() })
            .await
            .unwrap();
        assert_eq!(world.status(&grace, number).await, status);
        world.comment(&access, number, "Not yet").await;
        assert_eq!(world.status(&grace, number).await, Status::Open);
    }
    assert_eq!(world.desk.requests.queue_counts(&grace).await.unwrap().active, 1);
}

async fn only_agents_are_assigned(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.post().await;
    for nobody in [ada.person(), PersonId::parse("01890000-0000-7000-8000-000000000000").unwrap()] {
        let change = Change {
            assignee: Some(Some(nobody)),
            priority: Some(Priority::Urgent),
            status: Some(Status::Resolved),
            ..Change::default()
        };
        let said = refusals(world.desk.requests.change(&grace, number, change).await);
        assert_eq!(said, [("assignee", Problem::ChoiceUnknown)]);
    }
    // All or nothing: neither is the priority changed, nor was a mail sent.
    let seen = world.desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    assert_eq!((seen.priority, seen.status), (Priority::Normal, Status::Open));
    assert_eq!(seen.staff.unwrap().history.len(), 1);
    assert!(world.post().await.is_empty());
    let names: Vec<String> =
        world.desk.requests.agents(&grace).await.unwrap().into_iter().map(|agent| agent.name).collect();
    assert_eq!(names, ["Grace"]);
}

async fn the_history_tells_what_happened(world: &World) {
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com").called("Ada")).await;
    world.tick();
    let urgent = Change { priority: Some(Priority::Urgent), ..Change::default() };
    world.desk.requests.change(&grace, number, urgent).await.unwrap();
    world.tick();
    world
        .desk
        .requests
        .change(&grace, number, Change { assignee: Some(Some(grace.person())), ..Change::default() })
        .await
        .unwrap();
    world.tick();
    world
        .desk
        .requests
        .change(&grace, number, Change { assignee: Some(None), ..Change::default() })
        .await
        .unwrap();
    world.tick();
    world
        .desk
        .requests
        .change(&grace, number, Change { status: Some(Status::Closed), ..Change::default() })
        .await
        .unwrap();
    // What changes nothing is no history.
    world
        .desk
        .requests
        .change(&grace, number, Change { status: Some(Status::Closed), assignee: Some(None), ..urgent })
        .await
        .unwrap();
    let history =
        world.desk.requests.conversation_for_agent(&grace, number).await.unwrap().staff.unwrap().history;
    let told: Vec<String> = history
        .iter()
        .map(|entry| {
            let event = match &entry.event {
                HistoryEvent::Created => "created".to_owned(),
                HistoryEvent::Status { from, to } => format!("{} to {}", from.as_str(), to.as_str()),
                HistoryEvent::Priority { from, to } => format!("{} to {}", from.as_str(), to.as_str()),
                HistoryEvent::Assigned { to } => format!("to {}", to.as_deref().unwrap_or("nobody")),
                HistoryEvent::Admitted | HistoryEvent::SplitOff | HistoryEvent::Released => {
                    "about mail".to_owned()
                }
                HistoryEvent::NameChanged => "name".to_owned(),
                HistoryEvent::AddressChanged => "address".to_owned(),
                HistoryEvent::Imported => "imported".to_owned(),
            };
            format!("{}: {event}", entry.actor.as_deref().unwrap_or("nobody"))
        })
        .collect();
    let expected = [
        "Ada: created",
        "Grace: normal to urgent",
        "Grace: to Grace",
        "Grace: to nobody",
        "Grace: open to closed",
    ];
    assert_eq!(told, expected);
    assert_eq!(history[0].actor_kind, Some(AuthorKind::Customer));
    assert!(history.is_sorted_by(|a, b| a.at < b.at));
}

async fn a_request_is_written_down_for_a_caller(world: &World) {
    let grace = world.agent("Grace").await;
    let form = Capture {
        email: "caller@example.com",
        name: "Vorpalina",
        kind: "problem",
        subject: "Called about Xylophone",
        body: "She said wobbulator.",
        once: "once",
        language: Language::German,
    };
    let files = world.file("notes.txt", b"notes").await;
    let number = world.desk.requests.capture(&grace, &form, files).await.unwrap().number;
    let again = world.desk.requests.capture(&grace, &form, Vec::new()).await.unwrap();
    assert_eq!((again.number, again.again), (number, true));
    let mail = world.mail().await;
    assert_eq!((mail.to(), mail.header("content-language")), ("caller@example.com", "de"));
    for typed in ["Vorpalina", "Xylophone", "wobbulator"] {
        assert!(!mail.everything.contains(typed), "{typed} is repeated");
    }
    let seen = world.desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    assert_eq!(seen.comments[0].author_kind, AuthorKind::Customer);
    assert_eq!(seen.comments[0].attachments.len(), 1);
    assert_eq!(seen.staff.unwrap().history[0].actor.as_deref(), Some("Grace"));
    let row = world.desk.requests.queue(&grace, &QueueQuery::default()).await.unwrap().rows.remove(0);
    assert!(!row.unread);
    let secret =
        world.desk.accounts.complete_registration(&mail.link("register"), PASSWORD).await.unwrap().session;
    let caller = world.session(&secret).await.unwrap();
    assert_eq!(world.mine(&caller).await[0].number, number);
    assert_eq!(
        world.desk.privacy.erasure_preview(&caller).await.unwrap().consents,
        0,
        "nobody ticked anything"
    );
    // Two customers with the same words are two requests, also in one form that was mended.
    let other = Capture { email: "other@example.com", ..form };
    let second = world.desk.requests.capture(&grace, &other, Vec::new()).await.unwrap();
    assert!(!second.again, "written down for somebody else, and taken for the same");
    let wrong = Capture { email: "x", kind: "y", subject: "", body: "", ..form };
    let fields: Vec<_> = refusals(world.desk.requests.capture(&grace, &wrong, Vec::new()).await)
        .into_iter()
        .map(|one| one.0)
        .collect();
    assert_eq!(fields, ["email", "kind", "subject", "body"]);
}

async fn events_tell_what_happened(world: &World) {
    let mut events = world.desk.events();
    let listener = world.desk.clone();
    let listening = tokio::spawn(async move { listener.hear_other_nodes().await });
    // PostgreSQL delivers from the moment on that somebody listens.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let ada = world.customer("ada@example.com").await;
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.tick();
    world.desk.requests.reply(&grace, number, &note("Hm", "a"), Vec::new()).await.unwrap();
    world.answer(&grace, number, "Hello").await;
    let request = world.desk.requests.request_id(&Access::Session(ada.clone()), number).await.unwrap();
    assert_eq!(world.desk.requests.request_id_for_agent(&grace, number).await.unwrap(), request);
    for public in [true, false, true] {
        let event =
            tokio::time::timeout(std::time::Duration::from_secs(5), events.recv()).await.unwrap().unwrap();
        assert_eq!((event.request, event.customer, event.public), (request, ada.person(), public));
    }
    assert!(events.try_recv().is_err());
    listening.abort();
}

async fn a_mail_that_cannot_be_sent_is_tried_again_and_parked(world: &World) {
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    // No folder, no mail.
    let outgoing = world.place.outgoing();
    std::fs::remove_dir_all(&outgoing).unwrap();
    assert!(world.post().await.is_empty());
    // Not at once again, but later.
    assert_eq!(world.desk.delivery.send_due_mails().await.unwrap(), 0);
    std::fs::create_dir_all(&outgoing).unwrap();
    world.clock.advance_seconds(80);
    assert_eq!(world.mail().await.to(), "ada@example.com");
    std::fs::remove_dir_all(&outgoing).unwrap();
    world.answer(&grace, number, "Hello").await;
    let mut tries = 0;
    for _ in 0..200 {
        tries += world.desk.delivery.send_due_mails().await.unwrap();
        world.clock.advance_seconds(3_600);
    }
    assert!((10..40).contains(&tries), "{tries} tries");
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    let staff = world.desk.requests.conversation_for_agent(&grace, number).await.unwrap().staff.unwrap();
    assert_eq!(staff.parked_mails, 1);
}
