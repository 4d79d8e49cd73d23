//! Agents who work on some request types only: of all others they see, hear and change nothing.

use std::time::Duration;

use tokio::time::timeout;
use tresen_desk::intake::TakenIn;
use tresen_desk::people::Agent;
use tresen_desk::privacy::Asked;
use tresen_desk::requests::Day;
use tresen_desk::requests::{
    Access, Assignee, Capture, Change, QueueNews, QueueOrder, QueueQuery, QueueView,
};
use tresen_desk::{Error, Event};
use tresen_model::{
    AttachmentId, AuthorKind, Language, Priority, Problem, RequestNumber, Role, Standing, Status,
};

use crate::letters::Letter;
use crate::support::{Form, PASSWORD, World, assert_fails, note, numbers, random_word, refusals, reply};

stories! {
    a_request_of_another_type_is_in_no_list_and_behind_no_number,
    counts_and_statistics_hold_what_they_work_on,
    what_is_held_shows_to_those_who_work_on_it,
    nothing_that_reaches_a_customers_other_requests,
    a_request_is_given_to_those_alone_who_work_on_it,
    a_mail_in_answer_is_no_way_around,
    nothing_is_heard_of_other_types,
    the_queue_tells_each_agent_of_their_types,
    a_rare_type_is_found_among_many_others,
    who_is_named_must_be_an_agent_and_the_types_must_be_there,
    a_change_holds_at_once_and_ends_with_the_role,
    the_copy_of_an_agent_names_what_they_work_on,
}

const EMAIL: &str = "ada@example.org";

/// Grace works on questions alone, Alan on everything. The one customer has one request of each type.
struct Scene {
    grace: Agent,
    alan: Agent,
    hers: RequestNumber,
    other: RequestNumber,
    file: AttachmentId,
}

async fn only(world: &World, agent: &str, kinds: &[&str]) {
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    world.desk.staff.set_kinds(&format!("{agent}@desk.example"), &kinds).await.unwrap();
}

fn form(kind: &str) -> Form {
    let mut form = Form::from(EMAIL).called("Ada Lovelace").about("Zitronenfalter", "Schmetterlingskunde");
    form.kind = kind.into();
    form
}

async fn scene(world: &World) -> Scene {
    let (grace, alan) = (world.agent("Grace").await, world.agent("Alan").await);
    only(world, "grace", &["question"]).await;
    let hers = world.submit(&form("question")).await;
    let file = world.file("flügel.txt", b"gelb").await;
    let other = world.submit_with(&form("problem"), file, None).await.unwrap().number;
    world.index().await;
    world.post().await;
    let shown = world.shown(&alan, other).await;
    Scene { grace, alan, hers, other, file: shown.comments[0].attachments[0].id }
}

async fn a_request_of_another_type_is_in_no_list_and_behind_no_number(world: &World) {
    let Scene { grace, alan, hers, other, file } = scene(world).await;
    let desk = &world.desk;
    let comment = world.shown(&alan, other).await.comments[0].id;
    for assignee in [Some(grace.person()), None] {
        desk.requests
            .change(&alan, hers, Change { assignee: Some(assignee), ..Change::default() })
            .await
            .unwrap();
        for view in [QueueView::Active, QueueView::All, QueueView::Only(Status::Open)] {
            for whose in [Assignee::Anyone, Assignee::Me, Assignee::Nobody] {
                for order in [QueueOrder::Newest, QueueOrder::Oldest] {
                    for search in ["", "zitronenfalter", "lovelace", &other.to_string()] {
                        for kind in [None, Some("question".to_owned()), Some("problem".to_owned())] {
                            let search = search.to_owned();
                            let query =
                                QueueQuery { search, view, assignee: whose, kind, order, after: None };
                            let found = numbers(&desk.requests.queue(&grace, &query).await.unwrap());
                            let wanted = query.kind.as_deref() != Some("problem")
                                && query.search != other.to_string()
                                && match whose {
                                    Assignee::Anyone => true,
                                    Assignee::Me => assignee.is_some(),
                                    Assignee::Nobody => assignee.is_none(),
                                };
                            assert_eq!(found, if wanted { vec![hers] } else { Vec::new() }, "{query:?}");
                        }
                    }
                }
            }
        }
    }
    assert_eq!(world.find_all(&alan, "zitronenfalter").await.len(), 2);

    // By number: as if there were none, also while its customer is restricted.
    for _ in 0..2 {
        assert_fails!(desk.requests.conversation_for_agent(&grace, other).await, Error::NotFound);
        assert_fails!(desk.requests.request_id_for_agent(&grace, other).await, Error::NotFound);
        assert_fails!(desk.requests.attachment_for_agent(&grace, other, file).await, Error::NotFound);
        assert_fails!(desk.requests.preview_for_agent(&grace, other, file).await, Error::NotFound);
        assert_fails!(desk.requests.formatted_for_agent(&grace, other, comment).await, Error::NotFound);
        assert_fails!(desk.privacy.restriction_of(&grace, other).await, Error::NotFound);
        assert_fails!(desk.privacy.restrict_customer(&grace, other).await, Error::NotFound);
        assert_fails!(desk.privacy.lift_for_customer(&grace, other).await, Error::NotFound);
        assert_fails!(desk.privacy.erasure_preview_for_agent(&grace, other).await, Error::NotFound);
        assert_fails!(desk.privacy.erase_by_agent(&grace, other, Asked::Phone).await, Error::NotFound);
        assert_fails!(desk.delivery.send_again(&grace, other, comment).await, Error::NotFound);
        assert_fails!(desk.requests.admit(&grace, other, comment).await, Error::NotFound);
        assert_fails!(desk.requests.split_off(&grace, other, comment).await, Error::NotFound);
        assert_fails!(desk.requests.release_held(&grace, other).await, Error::NotFound);
        assert_fails!(desk.privacy.discard_held(&grace, other).await, Error::NotFound);
        for change in [
            Change { status: Some(Status::Closed), ..Change::default() },
            Change { priority: Some(Priority::Urgent), ..Change::default() },
            Change { assignee: Some(Some(grace.person())), ..Change::default() },
        ] {
            assert_fails!(desk.requests.change(&grace, other, change).await, Error::NotFound);
        }
        let once = random_word();
        for words in [reply("Hello", &once), note("Hm", &once)] {
            assert_fails!(desk.requests.reply(&grace, other, &words, Vec::new()).await, Error::NotFound);
        }
        desk.privacy.restrict_customer(&alan, other).await.unwrap();
    }
    desk.privacy.lift_for_customer(&alan, other).await.unwrap();
    let shown = world.shown(&alan, other).await;
    assert_eq!((shown.comments.len(), shown.status, shown.priority), (1, Status::Open, Priority::Normal));

    // Nor is one written down.
    let mut captured = Capture {
        email: EMAIL,
        name: "",
        kind: "problem",
        subject: "Called",
        body: "Wants to know.",
        once: &random_word(),
        language: Language::English,
    };
    let said = refusals(desk.requests.capture(&grace, &captured, Vec::new()).await);
    assert_eq!(said, [("kind", Problem::ChoiceUnknown)]);
    captured.kind = "question";
    desk.requests.capture(&grace, &captured, Vec::new()).await.unwrap();
    let offered: Vec<&str> =
        desk.people.kinds_of(&grace).await.unwrap().into_iter().map(|kind| kind.id.as_str()).collect();
    assert_eq!(offered, ["question"]);
    assert_eq!(desk.people.kinds_of(&alan).await.unwrap().len(), desk.settings().request_types.len());
}

async fn counts_and_statistics_hold_what_they_work_on(world: &World) {
    let Scene { grace, alan, hers, other, .. } = scene(world).await;
    let desk = &world.desk;
    let counts = desk.requests.queue_counts(&grace).await.unwrap();
    assert_eq!((counts.active, counts.mine, counts.unassigned), (1, 0, 1));
    assert_eq!(desk.requests.queue_counts(&alan).await.unwrap().active, 2);
    // What was given to her before is not counted either.
    only(world, "grace", &[]).await;
    let hers_too = Change { assignee: Some(Some(grace.person())), ..Change::default() };
    desk.requests.change(&alan, other, hers_too).await.unwrap();
    assert_eq!(desk.requests.queue_counts(&grace).await.unwrap().mine, 1);
    only(world, "grace", &["question", "order"]).await;
    let counts = desk.requests.queue_counts(&grace).await.unwrap();
    assert_eq!((counts.active, counts.mine, counts.unassigned), (1, 0, 1));

    let kinds = async |agent: &Agent| {
        let rows = desk.requests.statistics(agent, Day(0), Day(100_000)).await.unwrap();
        rows.into_iter().map(|row| row.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&grace).await, ["question"]);
    assert_eq!(kinds(&alan).await, ["problem", "question"]);

    let staff = |agent: Agent| async move { world.shown(&agent, hers).await.staff.unwrap() };
    let (seen, all) = (staff(grace).await, staff(alan).await);
    assert_eq!((seen.other_requests, all.other_requests), (0, 1));
    assert_eq!((seen.all_kinds, all.all_kinds), (false, true));
}

async fn what_is_held_shows_to_those_who_work_on_it(world: &World) {
    let Scene { grace, alan, .. } = scene(world).await;
    let letter = Letter::from("bo@example.org").about("Win", "x").with("X-Spam-Score", "9.1");
    let TakenIn::Held(held) = world.receive(&letter).await else { panic!("it is held") };
    let kind = world.shown(&alan, held).await.kind;
    let others = if kind == "question" { "order" } else { "question" };
    for (kinds, seen) in [([others], 0), ([kind.as_str()], 1)] {
        only(world, "grace", &kinds).await;
        assert_eq!(world.desk.requests.held_requests(&grace, None).await.unwrap().rows.len(), seen);
        assert_eq!(world.desk.requests.queue_counts(&grace).await.unwrap().held, seen as u64);
        if seen == 0 {
            assert_fails!(world.desk.requests.release_held(&grace, held).await, Error::NotFound);
            assert_fails!(world.desk.privacy.discard_held(&grace, held).await, Error::NotFound);
        }
    }
    assert_eq!(world.desk.requests.held_requests(&alan, None).await.unwrap().rows.len(), 1);
}

async fn nothing_that_reaches_a_customers_other_requests(world: &World) {
    let Scene { grace, alan, hers, other, .. } = scene(world).await;
    let desk = &world.desk;
    assert_fails!(desk.privacy.erasure_preview_for_agent(&grace, hers).await, Error::Forbidden);
    assert_fails!(desk.privacy.erase_by_agent(&grace, hers, Asked::Phone).await, Error::Forbidden);
    assert_fails!(desk.privacy.restrict_customer(&grace, hers).await, Error::Forbidden);
    desk.privacy.restrict_customer(&alan, hers).await.unwrap();
    assert!(desk.privacy.restriction_of(&grace, hers).await.unwrap().is_some());
    assert_fails!(desk.privacy.lift_for_customer(&grace, hers).await, Error::Forbidden);
    desk.privacy.lift_for_customer(&alan, hers).await.unwrap();
    world.shown(&alan, other).await;
}

async fn a_request_is_given_to_those_alone_who_work_on_it(world: &World) {
    let Scene { grace, alan, hers, other, .. } = scene(world).await;
    let desk = &world.desk;
    let give = |agent: &Agent| Change { assignee: Some(Some(agent.person())), ..Change::default() };
    assert_eq!(
        refusals(desk.requests.change(&alan, other, give(&grace)).await),
        [("assignee", Problem::ChoiceUnknown)]
    );
    desk.requests.change(&alan, hers, give(&grace)).await.unwrap();
    let names = async |number: RequestNumber| {
        let staff = world.shown(&alan, number).await.staff.unwrap();
        staff.agents.into_iter().map(|agent| agent.name).collect::<Vec<_>>()
    };
    assert_eq!((names(hers).await.len(), names(other).await), (2, vec!["Alan".to_owned()]));
}

async fn a_mail_in_answer_is_no_way_around(world: &World) {
    let Scene { grace, alan, other, .. } = scene(world).await;
    let desk = &world.desk;
    only(world, "grace", &[]).await;
    desk.accounts.change_mail_news(grace.session(), true).await.unwrap();
    let give = Change { assignee: Some(Some(grace.person())), ..Change::default() };
    desk.requests.change(&alan, other, give).await.unwrap();
    let ada = Access::Session(world.customer(EMAIL).await);
    world.comment(&ada, other, "Is there any news?").await;
    let news = world.mail().await;
    assert_eq!(news.to(), "grace@desk.example");

    only(world, "grace", &["question"]).await;
    let letter = || Letter::from("grace@desk.example").checked("pass").sent_where_answers_go(&news);
    assert_eq!(world.receive(&letter().saying("All is well.")).await, TakenIn::Comment(other));
    let comment = world.newest(&alan, other).await;
    assert_eq!((comment.author_kind, comment.standing), (AuthorKind::Customer, Standing::Outsider));
    world.comment(&ada, other, "Hello?").await;
    // No news of a request that she does not see; that her answer was not sent, she is told.
    let told = world.mail().await;
    assert!(told.to() == "grace@desk.example" && told.text.contains("ask a colleague"), "{}", told.text);
    assert!(!told.text.contains("/agent/requests/"), "{}", told.text);

    only(world, "grace", &[]).await;
    assert_eq!(world.receive(&letter().saying("All is very well.")).await, TakenIn::Comment(other));
    assert_eq!(world.newest(&alan, other).await.author_kind, AuthorKind::Agent);
}

async fn nothing_is_heard_of_other_types(world: &World) {
    let Scene { grace, alan, hers, other, .. } = scene(world).await;
    let desk = &world.desk;
    let ada = world.customer(EMAIL).await;
    let eve = Access::Session(world.customer("eve@example.org").await);
    for (number, heard) in [(hers, true), (other, false)] {
        let request = desk.requests.request_id_for_agent(&alan, number).await.unwrap();
        let event = Event { request, customer: ada.person(), public: false };
        assert_eq!(desk.requests.concerns(&grace, &event).await.unwrap(), heard);
        assert!(desk.requests.concerns(&alan, &event).await.unwrap());
        let mine = Access::Session(ada.clone());
        assert!(
            !desk.requests.concerns_customer(&mine, &event).await.unwrap(),
            "a note is nothing for customers"
        );
        let public = Event { public: true, ..event };
        assert!(desk.requests.concerns_customer(&mine, &public).await.unwrap());
        assert!(!desk.requests.concerns_customer(&eve, &public).await.unwrap());
        // Nothing is heard of whoever is restricted, but by themselves.
        desk.privacy.restrict_customer(&alan, number).await.unwrap();
        assert!(!desk.requests.concerns(&alan, &event).await.unwrap());
        assert!(desk.requests.concerns_customer(&mine, &public).await.unwrap());
        desk.privacy.lift_for_customer(&alan, number).await.unwrap();
    }
    let request = desk.requests.request_id_for_agent(&alan, hers).await.unwrap();
    let event = Event { request, customer: ada.person(), public: true };
    desk.people.logout(grace.session()).await.unwrap();
    assert_fails!(desk.requests.concerns(&grace, &event).await, Error::Gone);
    desk.people.logout(&ada).await.unwrap();
    assert_fails!(desk.requests.concerns_customer(&Access::Session(ada), &event).await, Error::Gone);
}

async fn the_queue_tells_each_agent_of_their_types(world: &World) {
    let Scene { grace, alan, hers, other, .. } = scene(world).await;
    let desk = &world.desk;
    let teller = tokio::spawn({
        let desk = desk.clone();
        async move { desk.requests.tell_queues().await }
    });
    // On PostgreSQL events come back from the server.
    let hearing = tokio::spawn({
        let desk = desk.clone();
        async move { desk.hear_other_nodes().await }
    });
    let soon = async |news: &mut QueueNews| timeout(Duration::from_secs(10), news.next()).await.unwrap();
    let silent = async |news: &mut QueueNews| {
        assert!(
            timeout(Duration::from_millis(500), news.next()).await.is_err(),
            "told of what is not theirs"
        );
    };
    let (mut for_grace, mut for_alan) = (desk.requests.queue_news(&grace), desk.requests.queue_news(&alan));
    // Until somebody listens, PostgreSQL tells nobody.
    loop {
        world.answer(&alan, other, "Once more").await;
        if timeout(Duration::from_secs(1), for_alan.next()).await.is_ok() {
            break;
        }
    }
    silent(&mut for_grace).await;
    world.answer(&alan, hers, "We look into it").await;
    assert!(soon(&mut for_alan).await.is_some());
    assert!(soon(&mut for_grace).await.is_some());

    // Nothing is heard of a request while its customer is restricted.
    let ada = world.customer(EMAIL).await;
    desk.privacy.restrict(&ada).await.unwrap();
    world.submit(&form("question")).await;
    silent(&mut for_grace).await;
    desk.privacy.lift_restriction(&ada).await.unwrap();

    desk.people.logout(grace.session()).await.unwrap();
    world.answer(&alan, hers, "It is done").await;
    assert!(soon(&mut for_grace).await.is_none());
    assert!(soon(&mut for_alan).await.is_some());
    desk.end_live_events();
    assert!(soon(&mut for_alan).await.is_none());
    timeout(Duration::from_secs(10), teller).await.unwrap().unwrap();
    timeout(Duration::from_secs(10), hearing).await.unwrap().unwrap();
}

async fn a_rare_type_is_found_among_many_others(world: &World) {
    let grace = world.agent("Grace").await;
    only(world, "grace", &["order"]).await;
    let rare = world.submit(&form("order")).await;
    for _ in 0..210 {
        world.try_submit(&form("question"), None).await.unwrap();
    }
    world.index().await;
    assert_eq!(world.find_all(&grace, "zitronenfalter").await, [rare]);
}

async fn who_is_named_must_be_an_agent_and_the_types_must_be_there(world: &World) {
    world.agent("Grace").await;
    world.admin("Root").await;
    world.customer(EMAIL).await;
    let set = async |email: &str, kind: &str| world.desk.staff.set_kinds(email, &[kind.to_owned()]).await;
    for email in [EMAIL, "root@desk.example", "nobody@example.org"] {
        assert_eq!(refusals(set(email, "question").await), [("email", Problem::ChoiceUnknown)], "{email}");
    }
    assert_eq!(refusals(set("grace@desk.example", "nonsense").await), [("kinds", Problem::ChoiceUnknown)]);
    set("grace@desk.example", "question").await.unwrap();
    set("grace@desk.example", "question").await.unwrap();
    // Whoever is erased leaves nothing behind, and can be erased.
    world.desk.privacy.erase_by_operator("grace@desk.example").await.unwrap().unwrap();
}

async fn a_change_holds_at_once_and_ends_with_the_role(world: &World) {
    let Scene { grace, other, .. } = scene(world).await;
    assert_fails!(world.desk.requests.conversation_for_agent(&grace, other).await, Error::NotFound);
    only(world, "grace", &["question", "problem"]).await;
    world.shown(&grace, other).await;
    only(world, "grace", &["question"]).await;
    assert_fails!(world.desk.requests.conversation_for_agent(&grace, other).await, Error::NotFound);
    world.desk.accounts.add_person("grace@desk.example", "Grace", Role::Admin, PASSWORD).await.unwrap();
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    world.shown(&grace, other).await;
    // As an agent again, nothing of before is left.
    world.desk.accounts.add_person("grace@desk.example", "Grace", Role::Agent, PASSWORD).await.unwrap();
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    world.shown(&grace, other).await;
}

async fn the_copy_of_an_agent_names_what_they_work_on(world: &World) {
    let grace = world.agent("Grace").await;
    only(world, "grace", &["question", "order"]).await;
    let (copy, _) = crate::export::exported(world, grace.session()).await;
    assert_eq!(copy["person"]["request_types"], serde_json::json!(["order", "question"]));
}
