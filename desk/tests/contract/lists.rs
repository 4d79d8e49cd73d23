//! A customer's own requests, and one of them.

use tresen_desk::Error;
use tresen_desk::requests::{Access, ListQuery, QueueQuery};
use tresen_model::{AuthorKind, RequestNumber, Status, Visibility};

use crate::support::{Form, World, assert_fails, note, numbers, random_word, reply, set};

stories! {
    the_newest_activity_comes_first,
    paging_shows_every_request_once,
    paging_goes_on_while_new_requests_come_in,
    only_one_status_is_shown_on_wish,
    unread_marks_come_and_go,
    an_answer_that_was_not_shown_stays_unread,
    what_is_shown_is_noted_behind_the_answer,
    internal_notes_are_hidden_from_the_customer,
    a_foreign_number_looks_like_a_missing_one,
    customers_close_and_reopen,
    a_comment_sent_twice_is_one,
    a_refused_comment_stores_nothing,
}

races! {
    a_comment_sent_twice_is_one,
}

async fn the_newest_activity_comes_first(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let agent = world.agent("Grace").await;
    let one = world.submit(&Form::from("ada@example.com")).await;
    let two = world.submit(&Form::from("ada@example.com")).await;
    let three = world.submit(&Form::from("ada@example.com")).await;
    world.submit(&Form::from("eve@example.com")).await;
    let order = |world: &World| {
        let (desk, ada) = (world.desk.clone(), ada.clone());
        async move { numbers(&desk.requests.my_requests(&ada, &ListQuery::default()).await.unwrap()) }
    };
    assert_eq!(order(world).await, [three, two, one]);
    world.comment(&Access::Session(ada.clone()), one, "Hello?").await;
    assert_eq!(order(world).await, [one, three, two]);
    world.answer(&agent, two, "Yes?").await;
    assert_eq!(order(world).await, [two, one, three]);
    // What the customer cannot see moves nothing.
    world.tick();
    world.desk.requests.reply(&agent, three, &note("Hm", "a"), Vec::new()).await.unwrap();
    assert_eq!(order(world).await, [two, one, three]);
    let lines = world.mine(&ada).await;
    assert_eq!(lines.iter().map(|line| line.comments).collect::<Vec<_>>(), [2, 2, 1]);
    assert!(lines.iter().all(|line| line.customer.is_none() && line.assignee.is_none()));
}

async fn paging_shows_every_request_once(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let mut stored = Vec::new();
    for one in 0..120 {
        let form = Form::from("ada@example.com").about(&format!("Number {one}"), "Text");
        // Twenty at the same time, to the microsecond.
        if one % 20 == 0 {
            world.tick();
        }
        stored.push(world.try_submit(&form, Some(&ada)).await.unwrap().number);
    }
    let mut shown = Vec::new();
    let mut query = ListQuery::default();
    let mut sizes = Vec::new();
    loop {
        let page = world.desk.requests.my_requests(&ada, &query).await.unwrap();
        sizes.push(page.rows.len());
        shown.extend(page.rows.iter().map(|row| (row.updated_at, row.number)));
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    assert_eq!(sizes, [25, 25, 25, 25, 20]);
    assert!(shown.is_sorted_by(|a, b| a.0 >= b.0));
    let shown: Vec<RequestNumber> = shown.into_iter().map(|(_, number)| number).collect();
    assert_eq!(set(shown.clone()).len(), 120);
    assert_eq!(set(shown), set(stored));
    // Anything unreadable is the beginning.
    for wrong in ["", "x", "1.2", "9999999999999999999999.00", "-1.", "'; DROP TABLE request"] {
        let query = ListQuery { after: Some(wrong.into()), ..ListQuery::default() };
        assert_eq!(world.desk.requests.my_requests(&ada, &query).await.unwrap().rows.len(), 25, "{wrong}");
    }
    // A page that is just full is the last one.
    let eve = world.customer("eve@example.com").await;
    for _ in 0..25 {
        world.try_submit(&Form::from("eve@example.com"), Some(&eve)).await.unwrap();
    }
    let page = world.desk.requests.my_requests(&eve, &ListQuery::default()).await.unwrap();
    assert_eq!((page.rows.len(), page.next), (25, None));
}

async fn paging_goes_on_while_new_requests_come_in(world: &World) {
    let ada = world.customer("ada@example.com").await;
    for _ in 0..30 {
        world.submit(&Form::from("ada@example.com")).await;
    }
    let first = world.desk.requests.my_requests(&ada, &ListQuery::default()).await.unwrap();
    world.submit(&Form::from("ada@example.com")).await;
    let query = ListQuery { after: first.next.clone(), ..ListQuery::default() };
    let second = world.desk.requests.my_requests(&ada, &query).await.unwrap();
    assert_eq!(second.rows.len(), 5);
    assert!(set(numbers(&first)).is_disjoint(&set(numbers(&second))));
}

async fn only_one_status_is_shown_on_wish(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada.clone());
    let mut closed = Vec::new();
    for one in 0..60 {
        let number = world.submit(&Form::from("ada@example.com")).await;
        if one % 2 == 0 {
            world.tick();
            world.desk.requests.close_or_reopen(&access, number, true).await.unwrap();
            closed.insert(0, number);
        }
    }
    let query = |after| ListQuery { status: Some(Status::Closed), after, search: String::new() };
    let first = world.desk.requests.my_requests(&ada, &query(None)).await.unwrap();
    let second = world.desk.requests.my_requests(&ada, &query(first.next.clone())).await.unwrap();
    assert_eq!([numbers(&first), numbers(&second)].concat(), closed);
    assert!(first.rows.iter().all(|line| line.status == Status::Closed));
    let resolved = ListQuery { status: Some(Status::Resolved), ..ListQuery::default() };
    assert!(world.desk.requests.my_requests(&ada, &resolved).await.unwrap().rows.is_empty());
}

async fn unread_marks_come_and_go(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada.clone());
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    let queue = async || world.desk.requests.queue(&agent, &Default::default()).await.unwrap().rows[0].unread;
    assert!(!world.mine(&ada).await[0].unread);
    assert!(queue().await);
    world.tick();
    let shown = world.desk.requests.conversation_for_agent(&agent, number).await.unwrap();
    assert!(queue().await, "it was loaded, not seen");
    world.desk.requests.note_seen_by_agent(&agent, number, shown.comments[0].id).await.unwrap();
    world.desk.settle().await;
    assert!(!queue().await);
    world.answer(&agent, number, "Hello").await;
    assert!(world.mine(&ada).await[0].unread);
    let before = world.mine(&ada).await[0].updated_at;
    world.tick();
    let shown = world.desk.requests.conversation(&access, number).await.unwrap();
    world.desk.requests.note_seen(&access, number, shown.comments[0].id).await.unwrap();
    world.desk.settle().await;
    assert!(world.mine(&ada).await[0].unread, "the newest was not shown");
    world.desk.requests.note_seen(&access, number, shown.comments[1].id).await.unwrap();
    world.desk.settle().await;
    assert!(!world.mine(&ada).await[0].unread);
    world.desk.requests.note_seen(&access, number, shown.comments[0].id).await.unwrap();
    world.desk.settle().await;
    assert!(!world.mine(&ada).await[0].unread, "what was seen stays seen");
    assert_eq!(world.mine(&ada).await[0].updated_at, before, "reading is no activity");
    world.tick();
    world.desk.requests.reply(&agent, number, &note("Hm", "a"), Vec::new()).await.unwrap();
    assert!(!world.mine(&ada).await[0].unread, "a note shows");
    world.comment(&access, number, "Thanks").await;
    assert!(queue().await);
    assert!(!world.mine(&ada).await[0].unread);
}

async fn an_answer_that_was_not_shown_stays_unread(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada.clone());
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    for round in 0..100 {
        world.answer(&agent, number, "Seen").await;
        world.tick();
        let (body, once) = (format!("Answer {round}"), random_word());
        let answer = reply(&body, &once);
        let reading = async {
            tokio::time::sleep(std::time::Duration::from_micros(round * 20)).await;
            world.desk.requests.conversation(&access, number).await.unwrap()
        };
        let (answered, seen) =
            tokio::join!(world.desk.requests.reply(&agent, number, &answer, Vec::new()), reading);
        answered.unwrap();
        world.desk.requests.note_seen(&access, number, seen.comments.last().unwrap().id).await.unwrap();
        world.desk.settle().await;
        let shown = seen.comments.iter().any(|comment| comment.body == body);
        assert!(shown || world.mine(&ada).await[0].unread, "round {round}");
        world.tick();
        let seen = world.desk.requests.conversation(&access, number).await.unwrap();
        world.desk.requests.note_seen(&access, number, seen.comments.last().unwrap().id).await.unwrap();
        world.desk.settle().await;
        assert!(!world.mine(&ada).await[0].unread);
    }
}

async fn internal_notes_are_hidden_from_the_customer(world: &World) {
    let number = world.submit(&Form::from("ada@example.com")).await;
    let mail = world.mail().await;
    let agent = world.agent("Grace").await;
    world.tick();
    let files = world.file("secret-list.txt", b"internal bytes").await;
    world.desk.requests.reply(&agent, number, &note("A difficult customer", "a"), files).await.unwrap();
    world.answer(&agent, number, "Dear customer").await;
    let secret = world
        .desk
        .accounts
        .complete_registration(&mail.link("register"), crate::support::PASSWORD)
        .await
        .unwrap()
        .session;
    let session = world.session(&secret).await.unwrap();
    let internal = world.desk.requests.conversation_for_agent(&agent, number).await.unwrap();
    assert_eq!(internal.comments.len(), 3);
    let hidden = &internal.comments[1];
    assert_eq!((hidden.visibility, hidden.attachments.len()), (Visibility::Internal, 1));
    let attachment = hidden.attachments[0].id;
    assert!(world.desk.requests.attachment_for_agent(&agent, number, attachment).await.is_ok());
    for access in [Access::Session(session), Access::Link(world.holder(&mail.request_link()).await)] {
        let seen = world.desk.requests.conversation(&access, number).await.unwrap();
        let bodies: Vec<&str> = seen.comments.iter().map(|comment| comment.body.as_str()).collect();
        assert_eq!(bodies, ["It prints everything twice.", "Dear customer"]);
        assert!(seen.comments.iter().all(|comment| comment.attachments.is_empty()));
        assert!(seen.comments.iter().all(|comment| comment.visibility == Visibility::Public));
        assert_eq!(seen.comments[1].author_kind, AuthorKind::Agent);
        assert_eq!(seen.comments[1].author.as_deref(), Some("Grace"));
        assert!(seen.staff.is_none());
        assert!(seen.comments[0].own && !seen.comments[1].own);
        assert_fails!(world.desk.requests.attachment(&access, number, attachment).await, Error::NotFound);
    }
}

async fn a_foreign_number_looks_like_a_missing_one(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada.clone());
    let foreign = world.submit(&Form::from("eve@example.com")).await;
    let files = world.file("a.txt", b"a").await;
    let with_file = world.submit_with(&Form::from("eve@example.com"), files, None).await.unwrap().number;
    let agent = world.agent("Grace").await;
    let seen = world.desk.requests.conversation_for_agent(&agent, with_file).await.unwrap();
    let attachment = seen.comments[0].attachments[0].id;
    let own = world.submit(&Form::from("ada@example.com")).await;
    for number in [foreign, with_file, RequestNumber::from_bits(1)] {
        assert_fails!(world.desk.requests.conversation(&access, number).await, Error::NotFound);
        assert_fails!(world.desk.requests.request_id(&access, number).await, Error::NotFound);
        assert_fails!(
            world.desk.requests.comment(&access, number, "Hi", "a", Vec::new()).await,
            Error::NotFound
        );
        assert_fails!(world.desk.requests.close_or_reopen(&access, number, true).await, Error::NotFound);
        assert_fails!(world.desk.requests.attachment(&access, number, attachment).await, Error::NotFound);
    }
    // Nor through a request of one's own.
    assert_fails!(world.desk.requests.attachment(&access, own, attachment).await, Error::NotFound);
    assert_fails!(
        world.desk.requests.conversation_for_agent(&agent, RequestNumber::from_bits(1)).await,
        Error::NotFound
    );
    assert_eq!(world.desk.requests.conversation_for_agent(&agent, foreign).await.unwrap().comments.len(), 1);
}

async fn customers_close_and_reopen(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada.clone());
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.post().await;
    world.desk.requests.close_or_reopen(&access, number, false).await.unwrap();
    for _ in 0..2 {
        world.tick();
        world.desk.requests.close_or_reopen(&access, number, true).await.unwrap();
        assert_eq!(world.status(&agent, number).await, Status::Closed);
    }
    world.tick();
    world.desk.requests.close_or_reopen(&access, number, false).await.unwrap();
    assert_eq!(world.status(&agent, number).await, Status::Open);
    let staff = world.desk.requests.conversation_for_agent(&agent, number).await.unwrap().staff.unwrap();
    assert_eq!(staff.history.len(), 3, "what changes nothing is no history");
    assert!(world.post().await.is_empty());
}

async fn a_comment_sent_twice_is_one(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada);
    let number = world.submit(&Form::from("ada@example.com")).await;
    let once = random_word();
    let tries = (0..10).map(|_| {
        let (desk, access, once) = (world.desk.clone(), access.clone(), once.clone());
        tokio::spawn(async move {
            let mut input = desk.requests.receive_files();
            input.begin("a.txt").await.unwrap();
            input.write(b"x").await.unwrap();
            input.end().await.unwrap();
            desk.requests.comment(&access, number, "Hello", &once, input.finish()).await
        })
    });
    for one in tries.collect::<Vec<_>>() {
        one.await.unwrap().unwrap();
    }
    let seen = world.desk.requests.conversation(&access, number).await.unwrap();
    assert_eq!(seen.comments.len(), 2);
    assert_eq!(world.objects(), 1);
    world.desk.requests.comment(&access, number, "Hello again", &once, Vec::new()).await.unwrap();
    assert_eq!(world.desk.requests.conversation(&access, number).await.unwrap().comments.len(), 3);
}

async fn a_refused_comment_stores_nothing(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada);
    let number = world.submit(&Form::from("ada@example.com")).await;
    for body in ["", " \r\n\t", &"x".repeat(50_001)] {
        let file = world.file("a.txt", b"a").await;
        assert_fails!(world.desk.requests.comment(&access, number, body, "a", file).await, Error::Refused(_));
    }
    let file = world.file("a.txt", b"a").await;
    let missing = RequestNumber::from_bits(1);
    assert_fails!(world.desk.requests.comment(&access, missing, "Hi", "a", file).await, Error::NotFound);
    assert_eq!(world.objects(), 0);
    assert_eq!(world.desk.requests.conversation(&access, number).await.unwrap().comments.len(), 1);
}

/// Each page that is loaded notes that it was seen, behind the answer.
async fn what_is_shown_is_noted_behind_the_answer(world: &World) {
    let agent = world.agent("Grace").await;
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada.clone());
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let number = world.submit(&Form::from("ada@example.com")).await;
        world.answer(&agent, number, "Yes?").await;
        numbers.push(number);
    }
    for number in &numbers {
        world.desk.requests.note_shown(&world.desk.requests.conversation(&access, *number).await.unwrap());
        world
            .desk
            .requests
            .note_shown(&world.desk.requests.conversation_for_agent(&agent, *number).await.unwrap());
    }
    world.desk.settle().await;
    let unread = |page: &tresen_model::views::Page<tresen_model::views::RequestLine>| {
        page.rows.iter().filter(|line| line.unread).count()
    };
    let mine = world.desk.requests.my_requests(&ada, &ListQuery::default()).await.unwrap();
    assert_eq!((mine.rows.len(), unread(&mine)), (3, 0));
    assert_eq!(unread(&world.desk.requests.queue(&agent, &QueueQuery::default()).await.unwrap()), 0);
}
