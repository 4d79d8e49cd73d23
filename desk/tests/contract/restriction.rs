//! Restriction of processing (Art. 18 GDPR) and consent (Art. 7): every door of the desk for
//! agents is tried on a restricted customer.

use std::collections::BTreeSet;
use std::path::Path;

use tresen_desk::Error;
use tresen_desk::people::RestrictedBy;
use tresen_desk::people::{Agent, Session};
use tresen_desk::privacy::Asked;
use tresen_desk::requests::{Access, Assignee, Capture, Change, QueueOrder, QueueQuery, QueueView};
use tresen_model::{AttachmentId, Language, Priority, Problem, RequestNumber, Status, Visibility};

use crate::support::{
    Form, PASSWORD, World, assert_fails, contents, files_under, note, numbers, random_word, refusals, reply,
};
use crate::traces::Needles;

stories! {
    agents_see_and_change_nothing,
    every_door_for_agents_is_tried,
    the_customer_reads_and_gets_out,
    a_form_from_a_restricted_address_is_answered_as_ever,
    mails_wait_but_not_those_about_the_account,
    whoever_restricts_lifts,
    staff_is_not_restricted,
    withdrawn_consent_restricts_until_it_is_given_again,
    the_index_holds_no_word_of_them,
}

const EMAIL: &str = "ada@example.org";

/// A customer with an account and one request with a file, indexed, and somebody else's.
struct Scene {
    agent: Agent,
    customer: Session,
    number: RequestNumber,
    file: AttachmentId,
    other: RequestNumber,
}

async fn scene(world: &World) -> Scene {
    let agent = world.agent("Grace").await;
    let customer = world.customer(EMAIL).await;
    world.tick();
    let form = Form::from(EMAIL).called("Ada Lovelace").about("Zitronenfalter", "Schmetterlingskunde");
    let file = world.file("flügel.txt", b"gelb").await;
    let number = world.submit_with(&form, file, Some(&customer)).await.unwrap().number;
    let other =
        world.submit(&Form::from("eve@example.org").about("Zitronenfalter too", "the same word")).await;
    world.index().await;
    world.post().await;
    let shown = world.desk.requests.conversation(&Access::Session(customer.clone()), number).await.unwrap();
    let file = shown.comments[0].attachments[0].id;
    Scene { agent, customer, number, file, other }
}

async fn agents_see_and_change_nothing(world: &World) {
    let Scene { agent, customer, number, file, other } = scene(world).await;
    let desk = &world.desk;
    let change = |change: Change| desk.requests.change(&agent, number, change);
    desk.requests
        .change(&agent, number, Change { assignee: Some(Some(agent.person())), ..Change::default() })
        .await
        .unwrap();
    assert_eq!(desk.requests.queue_counts(&agent).await.unwrap().active, 2);
    desk.privacy.restrict(&customer).await.unwrap();

    // Lists, counts, search.
    for view in [QueueView::Active, QueueView::All, QueueView::Only(Status::Open)] {
        for assignee in [Assignee::Anyone, Assignee::Me, Assignee::Nobody] {
            for order in [QueueOrder::Newest, QueueOrder::Oldest] {
                for search in
                    ["", "zitronenfalter", "schmetterlingskunde", "lovelace", "ada", &number.to_string()]
                {
                    for kind in [None, Some("question".to_owned())] {
                        let search = search.to_owned();
                        let query = QueueQuery { search, view, assignee, kind, order, after: None };
                        let found = numbers(&desk.requests.queue(&agent, &query).await.unwrap());
                        assert!(!found.contains(&number), "{query:?}");
                    }
                }
            }
        }
    }
    assert_eq!(world.find_all(&agent, "zitronenfalter").await, [other]);
    let counts = desk.requests.queue_counts(&agent).await.unwrap();
    assert_eq!((counts.active, counts.mine, counts.unassigned), (1, 0, 1));

    // By number: that it exists and is restricted, which a number that does not exist is not.
    assert_fails!(desk.requests.conversation_for_agent(&agent, number).await, Error::Restricted);
    let last = tresen_model::CommentId::parse("01890000-0000-7000-8000-000000000000").unwrap();
    assert_fails!(desk.requests.note_seen_by_agent(&agent, number, last).await, Error::Restricted);
    assert_fails!(desk.requests.request_id_for_agent(&agent, number).await, Error::Restricted);
    assert_fails!(desk.requests.attachment_for_agent(&agent, number, file).await, Error::Restricted);
    assert_fails!(desk.requests.preview_for_agent(&agent, number, file).await, Error::Restricted);
    let nothing = RequestNumber::from_bits(1);
    assert_fails!(desk.requests.conversation_for_agent(&agent, nothing).await, Error::NotFound);
    assert_fails!(desk.privacy.restriction_of(&agent, nothing).await, Error::NotFound);
    let by = desk.privacy.restriction_of(&agent, number).await.unwrap().unwrap().by;
    assert_eq!(by, RestrictedBy::Customer);
    assert!(desk.privacy.restriction_of(&agent, other).await.unwrap().is_none());

    // Writing.
    let once = random_word();
    for visibility in [Visibility::Public, Visibility::Internal] {
        let words = if visibility == Visibility::Public { reply("Hello", &once) } else { note("Hm", &once) };
        let files = world.file("a.txt", b"a").await;
        assert_fails!(desk.requests.reply(&agent, number, &words, files).await, Error::Restricted);
    }
    for what in [
        Change { status: Some(Status::Closed), ..Change::default() },
        Change { priority: Some(Priority::Urgent), ..Change::default() },
        Change { assignee: Some(None), ..Change::default() },
    ] {
        assert_fails!(change(what).await, Error::Restricted);
    }
    let once = random_word();
    let captured = Capture {
        email: EMAIL,
        name: "",
        kind: "question",
        subject: "Called again",
        body: "Wants to know more.",
        once: &once,
        language: Language::English,
    };
    let said = refusals(desk.requests.capture(&agent, &captured, Vec::new()).await);
    assert_eq!(said, [("email", Problem::CustomerRestricted)]);

    let comment =
        world.desk.requests.conversation(&Access::Session(customer.clone()), number).await.unwrap().comments
            [0]
        .id;
    assert_fails!(desk.delivery.send_again(&agent, number, comment).await, Error::Restricted);

    // Nothing has changed, and after lifting all is as it was.
    desk.privacy.lift_restriction(&customer).await.unwrap();
    world.index().await;
    let shown = desk.requests.conversation_for_agent(&agent, number).await.unwrap();
    assert_eq!((shown.comments.len(), shown.status, shown.priority), (1, Status::Open, Priority::Normal));
    assert_eq!(shown.staff.unwrap().assignee, Some(agent.person()));
    assert_eq!(world.find_all(&agent, "schmetterlingskunde").await, [number]);
    assert_eq!(desk.requests.queue_counts(&agent).await.unwrap().active, 2);
    assert!(world.post().await.is_empty());

    // Who asks an agent to be erased is, restricted or not; all that is shown are numbers.
    desk.privacy.restrict(&customer).await.unwrap();
    assert_eq!(desk.privacy.erasure_preview_for_agent(&agent, number).await.unwrap().requests, 1);
    desk.privacy.erase_by_agent(&agent, number, Asked::Phone).await.unwrap();
    assert_fails!(desk.requests.conversation_for_agent(&agent, number).await, Error::NotFound);
    assert_eq!(desk.requests.queue_counts(&agent).await.unwrap().active, 1);
}

/// What takes an `&Agent` and is tried in this file or in those about mail that comes in, colleagues and customers,
/// or shows nothing of any customer.
const TRIED: &[&str] = &[
    "add_colleague",
    "admit",
    "agents",
    "aside_message",
    "attachment_for_agent",
    "audit_log",
    "capture",
    "change",
    "change_duty",
    "colleagues",
    "concerns",
    "customer",
    "conversation_for_agent",
    "note_seen_by_agent",
    "delete_aside",
    "discard_held",
    "erase_by_agent",
    "erase_customer",
    "erasure_preview_for_agent",
    "export_customer",
    "find_customer",
    "formatted_for_agent",
    "held_requests",
    "invitations",
    "invite_customer",
    "kinds_of",
    "lift_for_customer",
    "lift_for_customer_by_id",
    "list_requests",
    "mail_trouble",
    "preview_for_agent",
    "queue",
    "queue_counts",
    "rectify_customer",
    "release_held",
    "reply",
    "request_id_for_agent",
    "restrict_customer",
    "restrict_customer_by_id",
    "restriction_of",
    "retry_aside",
    "send_again",
    "send_as_answer",
    "send_parked_again",
    "set_aside",
    "split_off",
    "statistics",
    "withdraw_invitation",
    "drop_webhook",
    "end_service_token",
    "make_service_token",
    "make_webhook",
    "renew_webhook_secret",
    "replay_delivery",
    "service_tokens_for_admin",
    "switch_webhook",
    "webhook_deliveries",
    "webhooks_for_admin",
];

async fn every_door_for_agents_is_tried(_: &World) {
    let mut doors = BTreeSet::new();
    for file in files_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = std::fs::read_to_string(file).unwrap();
        for door in source.split("pub async fn ").skip(1) {
            let (name, rest) = door.split_once('(').unwrap();
            let arguments = rest.split("->").next().unwrap();
            if arguments.contains("&Agent") {
                doors.insert(name.to_owned());
            }
        }
    }
    let tried: BTreeSet<String> = TRIED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(doors, tried, "a new method for agents: try it on a restricted customer, in this file");
}

async fn the_customer_reads_and_gets_out(world: &World) {
    let Scene { customer, number, file, .. } = scene(world).await;
    let desk = &world.desk;
    let link = {
        world.submit(&Form::from(EMAIL)).await;
        world.mail().await.request_link()
    };
    let holder = Access::Link(world.holder(&link).await);
    let held = world.mine(&customer).await[0].number;
    desk.privacy.restrict(&customer).await.unwrap();
    desk.privacy.restrict(&customer).await.unwrap();
    let access = Access::Session(customer.clone());

    assert_eq!(world.mine(&customer).await.len(), 2);
    assert_eq!(
        desk.requests.conversation(&access, number).await.unwrap().comments[0].body,
        "Schmetterlingskunde"
    );
    assert_eq!(contents(desk.requests.attachment(&access, number, file).await.unwrap()).await, b"gelb");
    assert_eq!(desk.requests.conversation(&holder, held).await.unwrap().comments.len(), 1);
    assert_eq!(desk.privacy.consents(&customer).await.unwrap().len(), 2);
    desk.accounts.change_name(&customer, "Ada King").await.unwrap();
    desk.accounts.change_language(&customer, Language::German).await.unwrap();
    assert!(world.login(EMAIL, PASSWORD).await.is_ok());

    for (access, number) in [(&access, number), (&holder, held)] {
        let comment =
            desk.requests.comment(access, number, "One more thing", &random_word(), Vec::new()).await;
        assert_eq!(refusals(comment), [("body", Problem::DataRestricted)]);
        for close in [true, false] {
            assert_fails!(desk.requests.close_or_reopen(access, number, close).await, Error::Restricted);
        }
    }
    let said = refusals(world.try_submit(&Form::from(EMAIL), Some(&customer)).await);
    assert_eq!(said, [("body", Problem::DataRestricted)]);

    desk.privacy.ask_erasure(EMAIL).await.unwrap();
    let link = world.mail().await.link("account/delete");
    assert_eq!(desk.privacy.erasure_preview_by_link(&link).await.unwrap().requests, 2);
    desk.privacy.erase_by_link(&link).await.unwrap();
    assert_fails!(desk.accounts.account(&customer).await, Error::Forbidden);
}

async fn a_form_from_a_restricted_address_is_answered_as_ever(world: &World) {
    let Scene { agent, customer, .. } = scene(world).await;
    let desk = &world.desk;
    desk.privacy.restrict(&customer).await.unwrap();
    let mut events = desk.events();
    let form = Form::from(EMAIL).about("Nachtpfauenauge", "Where does it fly?");
    let submitted = world.try_submit(&form, None).await.unwrap();
    assert!(!submitted.again);
    assert!(world.try_submit(&form, None).await.unwrap().again);
    world.index().await;
    assert!(world.post().await.is_empty());
    assert!(events.try_recv().is_err());
    assert_fails!(desk.requests.conversation_for_agent(&agent, submitted.number).await, Error::Restricted);
    assert!(world.find_all(&agent, "nachtpfauenauge").await.is_empty());
    assert!(world.find_all(&agent, &submitted.number.to_string()).await.is_empty());
    assert_eq!(world.mine(&customer).await.len(), 2);

    desk.privacy.lift_restriction(&customer).await.unwrap();
    world.index().await;
    assert_eq!(world.mail().await.to(), EMAIL);
    assert_eq!(world.find_all(&agent, "nachtpfauenauge").await, [submitted.number]);
}

async fn mails_wait_but_not_those_about_the_account(world: &World) {
    let Scene { agent, customer, number, .. } = scene(world).await;
    let desk = &world.desk;
    world.answer(&agent, number, "It flies in spring.").await;
    desk.privacy.restrict(&customer).await.unwrap();
    assert!(world.post().await.is_empty());
    desk.accounts.forgot_password(EMAIL, Language::English).await.unwrap();
    world.mail().await.link("password");
    desk.accounts.register(EMAIL, Language::English).await.unwrap();
    world.mail().await;
    // Longer than a mail that cannot be sent is tried.
    world.clock.advance_seconds(100 * 3600);
    assert!(world.post().await.is_empty());
    desk.privacy.lift_restriction(&customer).await.unwrap();
    assert!(world.mail().await.text.contains("It flies in spring."));
}

async fn whoever_restricts_lifts(world: &World) {
    let Scene { agent, customer, number, .. } = scene(world).await;
    let desk = &world.desk;
    let by =
        async || desk.privacy.own_restriction(&customer).await.unwrap().map(|restriction| restriction.by);

    desk.privacy.lift_restriction(&customer).await.unwrap();
    desk.privacy.lift_for_customer(&agent, number).await.unwrap();

    desk.privacy.restrict(&customer).await.unwrap();
    assert_fails!(desk.privacy.lift_for_customer(&agent, number).await, Error::Forbidden);
    assert_eq!(by().await, Some(RestrictedBy::Customer));
    desk.privacy.restrict_customer(&agent, number).await.unwrap();
    assert_eq!(by().await, Some(RestrictedBy::Both));
    desk.privacy.lift_restriction(&customer).await.unwrap();
    assert_eq!(by().await, Some(RestrictedBy::Agent));
    assert_fails!(desk.privacy.lift_restriction(&customer).await, Error::Forbidden);
    assert_fails!(desk.requests.conversation_for_agent(&agent, number).await, Error::Restricted);
    desk.privacy.restrict(&customer).await.unwrap();
    desk.privacy.lift_for_customer(&agent, number).await.unwrap();
    assert_eq!(by().await, Some(RestrictedBy::Customer));
    desk.privacy.lift_restriction(&customer).await.unwrap();
    assert_eq!(by().await, None);
    desk.requests.conversation_for_agent(&agent, number).await.unwrap();
}

async fn staff_is_not_restricted(world: &World) {
    let session = world.agent_session("Grace").await;
    assert_fails!(world.desk.privacy.restrict(&session).await, Error::Forbidden);
    // Whoever becomes an agent is no customer's data any more.
    let customer = world.customer("linus@desk.example").await;
    world.desk.privacy.restrict(&customer).await.unwrap();
    let linus = world.agent_session("Linus").await;
    assert!(world.desk.privacy.own_restriction(&linus).await.unwrap().is_none());
}

async fn withdrawn_consent_restricts_until_it_is_given_again(world: &World) {
    let Scene { agent, customer, number, .. } = scene(world).await;
    let desk = &world.desk;
    world.tick();
    world.try_submit(&Form::from(EMAIL), Some(&customer)).await.unwrap();
    let given = desk.privacy.consents(&customer).await.unwrap();
    assert_eq!(given.len(), 2);
    assert!(given[0].given_at > given[1].given_at);
    assert!(given.iter().all(|one| one.version == 1 && one.via == "form" && one.withdrawn_at.is_none()));

    // One of two: the rest may be lifted upon.
    world.tick();
    desk.privacy.withdraw_consent(&customer, Some(&given[1].id)).await.unwrap();
    let now = desk.privacy.consents(&customer).await.unwrap();
    assert_eq!(now[0].withdrawn_at, None);
    assert_eq!(now[1].withdrawn_at, Some(desk.now()));
    assert_fails!(desk.requests.conversation_for_agent(&agent, number).await, Error::Restricted);
    desk.privacy.lift_restriction(&customer).await.unwrap();
    desk.requests.conversation_for_agent(&agent, number).await.unwrap();

    // All: it takes a new consent. The first withdrawal keeps its date.
    world.tick();
    let first = now[1].withdrawn_at;
    desk.privacy.withdraw_consent(&customer, None).await.unwrap();
    assert_fails!(desk.privacy.lift_restriction(&customer).await, Error::Forbidden);
    assert_fails!(desk.requests.conversation_for_agent(&agent, number).await, Error::Restricted);
    assert_eq!(desk.privacy.consents(&customer).await.unwrap()[1].withdrawn_at, first);
    world.tick();
    desk.privacy.give_consent(&customer).await.unwrap();
    let now = desk.privacy.consents(&customer).await.unwrap();
    assert_eq!((now.len(), now[0].via.as_str(), now[0].withdrawn_at), (3, "account", None));
    desk.requests.conversation_for_agent(&agent, number).await.unwrap();

    // Nobody withdraws for somebody else, and nonsense finds nothing.
    let other = world.customer("eve@example.org").await;
    desk.privacy.withdraw_consent(&other, Some(&now[0].id)).await.unwrap();
    assert_eq!(desk.privacy.consents(&customer).await.unwrap(), now);
    assert_fails!(desk.privacy.withdraw_consent(&customer, Some("'")).await, Error::NotFound);

    // An agent's restriction outlives a new consent.
    desk.privacy.restrict_customer(&agent, number).await.unwrap();
    desk.privacy.withdraw_consent(&customer, None).await.unwrap();
    desk.privacy.give_consent(&customer).await.unwrap();
    assert_fails!(desk.requests.conversation_for_agent(&agent, number).await, Error::Restricted);
}

async fn the_index_holds_no_word_of_them(world: &World) {
    let Scene { customer, .. } = scene(world).await;
    let needles = Needles::new(["schmetterlingskunde"]);
    assert!(!needles.traces(&world.place).await.is_empty());
    world.desk.privacy.restrict(&customer).await.unwrap();
    world.index().await;
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    // An index that is made anew leaves them out too.
    let again = world.open_another().await.unwrap();
    while again.indexer.index_stale().await.unwrap() > 0 {}
    again.close().await;
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
}
