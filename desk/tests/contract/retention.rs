//! Retention: what nobody needs any more goes by itself, and nothing else.

use tresen_desk::Error;
use tresen_desk::privacy::Expired;
use tresen_desk::requests::{Access, Capture, Change};
use tresen_model::{Language, RequestNumber, Status};

use crate::support::{Form, PASSWORD, World, assert_fails, random_word};
use crate::traces::Needles;

stories! {
    settled_requests_go_after_months_without_activity,
    unconfirmed_requests_go_after_days,
    persons_without_requests_go_after_months,
    nothing_of_the_restricted_goes,
    many_go_in_one_round,
}

const DAY: i64 = 24 * 3600;
/// The longest year and a day.
const YEAR: i64 = 367 * DAY;

async fn settle(world: &World, agent: &tresen_desk::people::Agent, number: RequestNumber, status: Status) {
    world.tick();
    let change = Change { status: Some(status), ..Change::default() };
    world.desk.requests.change(agent, number, change).await.unwrap();
}

/// What would go, and then goes.
async fn expire(world: &World) -> Expired {
    let foreseen = world.desk.privacy.retention_preview().await.unwrap();
    let done = world.desk.privacy.retain().await.unwrap();
    assert_eq!(foreseen.closed_requests, done.closed_requests);
    assert_eq!(foreseen.unconfirmed_requests, done.unconfirmed_requests);
    assert!(foreseen.idle_persons <= done.idle_persons);
    done
}

async fn settled_requests_go_after_months_without_activity(world: &World) {
    let ada = world.customer("ada@example.org").await;
    let access = Access::Session(ada.clone());
    let submit = async |subject: &str| {
        let file = world.file("schmetterling.txt", b"Distelfalter in the file").await;
        let form = Form::from("ada@example.org").about(subject, "Distelfalter in the text");
        world.tick();
        world.submit_with(&form, file, Some(&ada)).await.unwrap().number
    };
    let closed = submit("Kohlweissling one").await;
    let resolved = submit("Kohlweissling two").await;
    let reopened = submit("Kohlweissling three").await;
    let open = submit("Kohlweissling four").await;
    let grace = world.agent("Grace").await;
    world.answer(&grace, closed, "Distelfalter in the answer").await;
    settle(world, &grace, closed, Status::Closed).await;
    settle(world, &grace, resolved, Status::Resolved).await;
    settle(world, &grace, reopened, Status::Closed).await;
    world.index().await;
    world.post().await;
    assert_eq!(expire(world).await, Expired::default());

    // A month before the limit somebody writes: that one begins anew.
    world.clock.advance_seconds(2 * 365 * DAY - 30 * DAY);
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    assert_eq!(expire(world).await, Expired::default());
    world.comment(&access, reopened, "Still there?").await;
    settle(world, &grace, reopened, Status::Closed).await;
    world.clock.advance_seconds(32 * DAY);
    let before = world.objects();
    let expired = expire(world).await;
    assert_eq!(expired, Expired { closed_requests: 2, ..Expired::default() });
    assert_eq!(expire(world).await, Expired::default());
    assert_eq!(world.objects(), before - 2);
    for number in [closed, resolved] {
        assert_fails!(world.desk.requests.conversation(&access, number).await, Error::NotFound);
        assert_fails!(world.desk.requests.conversation_for_agent(&grace, number).await, Error::NotFound);
    }
    for number in [reopened, open] {
        world.desk.requests.conversation(&access, number).await.unwrap();
    }
    assert_eq!(world.find_all(&grace, "distelfalter").await.len(), 2);
    assert_eq!(world.find_all(&grace, "one").await.len(), 0);
    let record = world.desk.privacy.retention_record().await.unwrap();
    assert_eq!(record, [(world.desk.now(), expired)]);

    // The hourly round does it too, and nothing of their words is left in any byte.
    world.clock.advance_seconds(YEAR * 2);
    world.desk.tidy_up().await.unwrap();
    assert_eq!(world.desk.privacy.retention_record().await.unwrap().len(), 2);
    world.desk.requests.conversation(&access, open).await.unwrap();
    let needles = Needles::new(["kohlweissling one", "kohlweissling two", "kohlweissling three"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
}

async fn unconfirmed_requests_go_after_days(world: &World) {
    let grace = world.agent("Grace").await;
    let stranger = world.submit(&Form::from("stranger@example.org")).await;
    let link = world.mail().await.request_link();
    let answered = world.submit(&Form::from("answered@example.org")).await;
    world.answer(&grace, answered, "Hello").await;
    let proven = world.submit(&Form::from("proven@example.org")).await;
    world.customer("proven@example.org").await;
    let once = random_word();
    let form = Capture {
        email: "called@example.org",
        name: "",
        kind: "question",
        subject: "Called",
        body: "Wants a call back.",
        once: &once,
        language: Language::English,
    };
    let called = world.desk.requests.capture(&grace, &form, Vec::new()).await.unwrap().number;
    world.post().await;
    world.clock.advance_seconds(29 * DAY);
    assert_eq!(expire(world).await, Expired::default());
    world.clock.advance_seconds(2 * DAY);
    assert_eq!(expire(world).await, Expired { unconfirmed_requests: 1, ..Expired::default() });
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    assert_fails!(world.desk.requests.conversation_for_agent(&grace, stranger).await, Error::NotFound);
    assert_fails!(world.desk.people.open_request_link(&link).await, Error::Gone);
    for number in [answered, proven, called] {
        world.desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    }
}

async fn persons_without_requests_go_after_months(world: &World) {
    world.agent("Grace").await;
    world.customer("idle@example.org").await;
    world.customer("returning@example.org").await;
    world.customer("asking@example.org").await;
    let request = world.submit(&Form::from("asking@example.org")).await;
    world.post().await;
    world.clock.advance_seconds(360 * DAY);
    let returning = world.secret("returning@example.org", PASSWORD).await.unwrap();
    assert_eq!(expire(world).await, Expired::default());
    // They come every day, without logging in anew.
    for _ in 0..30 {
        world.clock.advance_seconds(DAY);
        assert!(world.session(&returning).await.is_some());
    }
    assert_eq!(expire(world).await, Expired { idle_persons: 1, ..Expired::default() });
    let needles = Needles::new(["idle@example.org"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    assert!(world.login("idle@example.org", PASSWORD).await.is_err());
    assert!(world.session(&returning).await.is_some());
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    world.desk.requests.conversation_for_agent(&grace, request).await.unwrap();
    // The session ends, and with it the last sign of use.
    world.clock.advance_seconds(YEAR);
    assert_eq!(expire(world).await, Expired { idle_persons: 1, ..Expired::default() });
    world.login("grace@desk.example", PASSWORD).await.unwrap();
    world.login("asking@example.org", PASSWORD).await.unwrap();
}

async fn nothing_of_the_restricted_goes(world: &World) {
    let grace = world.agent("Grace").await;
    let ada = world.customer("ada@example.org").await;
    let number = world.submit(&Form::from("ada@example.org")).await;
    settle(world, &grace, number, Status::Closed).await;
    let idle = world.customer("idle@example.org").await;
    world.desk.privacy.restrict(&ada).await.unwrap();
    world.desk.privacy.restrict(&idle).await.unwrap();
    world.post().await;
    world.clock.advance_seconds(3 * YEAR);
    assert_eq!(expire(world).await, Expired::default());
    let ada = world.login("ada@example.org", PASSWORD).await.unwrap();
    world.desk.privacy.lift_restriction(&ada).await.unwrap();
    assert_eq!(expire(world).await, Expired { closed_requests: 1, ..Expired::default() });
    world.login("idle@example.org", PASSWORD).await.unwrap();
}

async fn many_go_in_one_round(world: &World) {
    for person in 0..60 {
        for _ in 0..2 {
            let form = Form::from(&format!("many{person}@example.org"));
            world.try_submit(&form, None).await.unwrap();
        }
    }
    world.clock.advance_seconds(2 * YEAR);
    // First their requests, which nobody has answered, then they themselves.
    let expired = expire(world).await;
    assert_eq!((expired.unconfirmed_requests, expired.idle_persons), (120, 60));
    assert_eq!(world.desk.privacy.retention_preview().await.unwrap(), Expired::default());
}
