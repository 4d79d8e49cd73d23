//! A clock that is set back: what happens in a request keeps its order, and what is new is seen as new.

use tresen_desk::requests::{Access, Change};
use tresen_model::views::HistoryEvent;
use tresen_model::{Priority, Status};

use crate::letters::Letter;
use crate::support::{Form, World, note};

stories! {
    comments_keep_their_order,
    what_is_new_is_unread,
    a_request_that_moves_comes_first,
    the_history_keeps_its_order,
    an_answer_is_mailed_at_once,
    mails_keep_their_order,
    the_copy_of_ones_data_keeps_the_order,
}

const DAY: i64 = 24 * 3600;
const EMAIL: &str = "ada@example.com";

async fn comments_keep_their_order(world: &World) {
    let (ada, agent) = (world.customer(EMAIL).await, world.agent("Grace").await);
    let number = world.submit(&Form::from(EMAIL).about("Lamp", "One")).await;
    world.answer(&agent, number, "Two").await;

    world.clock.advance_seconds(-DAY);
    world.comment(&Access::Session(ada.clone()), number, "Three").await;
    world.desk.requests.reply(&agent, number, &note("Four", "n"), Vec::new()).await.unwrap();
    world.answer(&agent, number, "Five").await;
    world.clock.advance_seconds(-DAY);
    world.comment(&Access::Session(ada.clone()), number, "Six").await;
    // The clock is right again.
    world.clock.advance_seconds(3 * DAY);
    world.answer(&agent, number, "Seven").await;

    let shown = world.shown(&agent, number).await;
    let bodies: Vec<_> = shown.comments.iter().map(|comment| &*comment.body).collect();
    assert_eq!(bodies, ["One", "Two", "Three", "Four", "Five", "Six", "Seven"]);
    let times: Vec<_> = shown.comments.iter().map(|comment| comment.created_at).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

async fn what_is_new_is_unread(world: &World) {
    let (ada, agent) = (world.customer(EMAIL).await, world.agent("Grace").await);
    let access = Access::Session(ada.clone());
    let number = world.submit(&Form::from(EMAIL)).await;
    let see = async |desk: &tresen_desk::Desk| {
        let last = desk.requests.conversation(&access, number).await.unwrap().comments.last().unwrap().id;
        desk.requests.note_seen(&access, number, last).await.unwrap();
        desk.requests.note_seen_by_agent(&agent, number, last).await.unwrap();
        desk.settle().await;
    };
    world.answer(&agent, number, "Yes?").await;
    see(&world.desk).await;

    world.clock.advance_seconds(-DAY);
    world.answer(&agent, number, "Hello?").await;
    assert!(world.mine(&ada).await[0].unread);
    see(&world.desk).await;
    assert!(!world.mine(&ada).await[0].unread);
    world.comment(&access, number, "Here I am").await;
    assert!(world.shown(&agent, number).await.unread);
    see(&world.desk).await;
    assert!(!world.shown(&agent, number).await.unread);
}

async fn a_request_that_moves_comes_first(world: &World) {
    let (ada, agent) = (world.customer(EMAIL).await, world.agent("Grace").await);
    let first = world.submit(&Form::from(EMAIL)).await;
    world.answer(&agent, first, "Yes?").await;

    world.clock.advance_seconds(-DAY);
    let second = world.submit(&Form::from(EMAIL)).await;
    world.clock.advance_seconds(-DAY);
    world.comment(&Access::Session(ada.clone()), first, "Hello").await;

    let order: Vec<_> = world.mine(&ada).await.iter().map(|line| line.number).collect();
    assert_eq!(order, [first, second]);
}

async fn the_history_keeps_its_order(world: &World) {
    let (ada, agent) = (world.customer(EMAIL).await, world.agent("Grace").await);
    let number = world.submit(&Form::from(EMAIL)).await;
    let change = |status| Change { status: Some(status), ..Change::default() };
    world.desk.requests.change(&agent, number, change(Status::Resolved)).await.unwrap();

    world.clock.advance_seconds(-DAY);
    world.desk.requests.close_or_reopen(&Access::Session(ada.clone()), number, false).await.unwrap();
    let urgent = Change { priority: Some(Priority::High), ..Change::default() };
    world.desk.requests.change(&agent, number, urgent).await.unwrap();
    world.desk.requests.change(&agent, number, change(Status::Closed)).await.unwrap();

    let history = world.shown(&agent, number).await.staff.unwrap().history;
    let times: Vec<_> = history.iter().map(|entry| entry.at).collect();
    assert!(times.is_sorted(), "{times:?}");
    let statuses = history.iter().filter_map(|entry| match entry.event {
        HistoryEvent::Status { to, .. } => Some(to),
        _ => None,
    });
    assert_eq!(statuses.collect::<Vec<_>>(), [Status::Resolved, Status::Open, Status::Closed]);
}

async fn an_answer_is_mailed_at_once(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from(EMAIL)).await;
    world.answer(&agent, number, "Yes?").await;
    world.post().await;

    world.clock.advance_seconds(-DAY);
    world.answer(&agent, number, "Hello?").await;

    // Nor is its link already over tomorrow.
    let link = world.mail().await.request_link();
    let shown =
        world.desk.requests.conversation(&Access::Link(world.holder(&link).await), number).await.unwrap();
    assert_eq!(shown.comments.last().unwrap().body, "Hello?");
}

async fn mails_keep_their_order(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.receive_new(&Letter::from(EMAIL).saying("One")).await;
    let confirmation = world.mail().await;
    world.answer(&agent, number, "Two").await;

    world.clock.advance_seconds(-DAY);
    for body in ["Three", "Four"] {
        world.receive(&Letter::from(EMAIL).answering(&confirmation).saying(body)).await;
    }
    world.receive(&Letter::from("eve@example.org").answering(&confirmation).saying("Five")).await;

    let shown = world.shown(&agent, number).await;
    let bodies: Vec<_> = shown.comments.iter().map(|comment| comment.body.trim()).collect();
    assert_eq!(bodies, ["One", "Two", "Three", "Four", "Five"]);
    assert!(shown.comments.is_sorted_by_key(|comment| comment.created_at));
    assert!(shown.unread);
    // An outsider who is let in, or whose words become a request of their own.
    let outsider = shown.comments.last().unwrap().id;
    world.desk.requests.admit(&agent, number, outsider).await.unwrap();
    let history = world.shown(&agent, number).await.staff.unwrap().history;
    assert!(matches!(history.last().unwrap().event, HistoryEvent::Admitted));
    assert!(history.is_sorted_by_key(|entry| entry.at));
}

async fn the_copy_of_ones_data_keeps_the_order(world: &World) {
    let ada = world.customer(EMAIL).await;
    let number = world.submit(&Form::from(EMAIL).about("Lamp", "Wordone")).await;
    world.clock.advance_seconds(-DAY);
    world.comment(&Access::Session(ada.clone()), number, "Wordtwo").await;
    world.clock.advance_seconds(-DAY);
    world.comment(&Access::Session(ada.clone()), number, "Wordthree").await;

    let data = crate::export::exported(world, &ada).await.0.to_string();

    let places = ["Wordone", "Wordtwo", "Wordthree"].map(|word| data.find(word).unwrap());
    assert!(places.is_sorted(), "{places:?}");
}
