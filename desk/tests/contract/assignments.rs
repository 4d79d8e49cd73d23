//! Nobody keeps a request that they can no longer see.

use tresen_desk::people::Agent;
use tresen_desk::requests::{Access, Assignee, Change, QueueQuery, QueueView};
use tresen_desk::staff::Duty;
use tresen_model::views::{HistoryEvent, StaffView};
use tresen_model::{AuthorKind, Priority, Problem, RequestNumber, Role, Status};

use crate::support::{Form, PASSWORD, World, numbers, refusals};

stories! {
    requests_of_a_lost_type_are_unassigned,
    whichever_way_access_goes_the_request_is_unassigned,
    what_can_still_be_seen_stays_assigned,
    settled_requests_are_unassigned_where_they_lie,
    an_assignee_who_cannot_see_the_request_is_named_and_kept,
    an_agent_who_loses_several_types_keeps_the_rest,
    one_agents_types_leave_another_agents_requests_alone,
    a_held_request_is_unassigned_too,
    a_restricted_customers_request_is_unassigned_too,
    a_type_that_the_settings_lack_is_kept_by_those_who_see_it,
    counts_follow_each_loss,
    a_refused_change_of_types_unassigns_nothing,
    all_requests_of_a_lost_type_are_unassigned_at_once,
}

const EMAIL: &str = "ada@example.org";

async fn submit(world: &World, kind: &str) -> RequestNumber {
    let mut form = Form::from(EMAIL);
    form.kind = kind.into();
    world.submit(&form).await
}

async fn assign(world: &World, by: &Agent, number: RequestNumber, to: &Agent) {
    let change = Change { assignee: Some(Some(to.person())), ..Change::default() };
    world.desk.requests.change(by, number, change).await.unwrap();
    world.tick();
}

async fn set_kinds(world: &World, agent: &str, kinds: &[&str]) {
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    world.desk.staff.set_kinds(&format!("{agent}@desk.example"), &kinds).await.unwrap();
}

async fn staff(world: &World, reader: &Agent, number: RequestNumber) -> StaffView {
    world.shown(reader, number).await.staff.unwrap()
}

async fn unassigned(world: &World, agent: &Agent) -> Vec<RequestNumber> {
    let query = QueueQuery { view: QueueView::All, assignee: Assignee::Nobody, ..QueueQuery::default() };
    numbers(&world.desk.requests.queue(agent, &query).await.unwrap())
}

async fn requests_of_a_lost_type_are_unassigned(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    let (problem, question) = (submit(world, "problem").await, submit(world, "question").await);
    for number in [problem, question] {
        assign(world, &root, number, &grace).await;
    }

    set_kinds(world, "grace", &["question"]).await;

    assert_eq!(unassigned(world, &root).await, [problem]);
    let (lost, kept) = (staff(world, &root, problem).await, staff(world, &root, question).await);
    assert_eq!((lost.assignee, kept.assignee), (None, Some(grace.person())));
    assert_eq!(kept.assignee_name.as_deref(), Some("Grace"));
    let last = lost.history.last().unwrap();
    assert!(matches!(last.event, HistoryEvent::Assigned { to: None }));
    assert_eq!(
        (&last.actor, last.actor_kind, last.at),
        (&None::<String>, None::<AuthorKind>, world.desk.now())
    );
    assert_eq!(lost.history.len(), kept.history.len() + 1);
    // It is not hers again when she gets the type back, and the same once more changes nothing.
    set_kinds(world, "grace", &[]).await;
    set_kinds(world, "grace", &["question"]).await;
    assert_eq!(staff(world, &root, problem).await.history.len(), lost.history.len());
    assert_eq!(staff(world, &root, question).await.history.len(), kept.history.len());
}

async fn whichever_way_access_goes_the_request_is_unassigned(world: &World) {
    let root = world.admin("Root").await;
    let problem = submit(world, "problem").await;
    let questions = || Duty::Agent(vec!["question".to_owned()]);
    for (way, duty) in [("a type", questions()), ("the role", Duty::Nothing)] {
        let grace = world.agent("Grace").await;
        set_kinds(world, "grace", &[]).await;
        assign(world, &root, problem, &grace).await;
        world.desk.staff.change_duty(&root, grace.person(), &duty).await.unwrap();
        assert_eq!(staff(world, &root, problem).await.assignee, None, "{way}, on the page");
    }
    world.desk.accounts.add_person("grace@desk.example", "Grace", Role::Admin, PASSWORD).await.unwrap();
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    assign(world, &root, problem, &grace).await;
    world.desk.staff.change_duty(&root, grace.person(), &questions()).await.unwrap();
    assert_eq!(staff(world, &root, problem).await.assignee, None, "from admin to some types");
    // She is none to whom it could be given.
    let again = Change { assignee: Some(Some(grace.person())), ..Change::default() };
    let said = refusals(world.desk.requests.change(&root, problem, again).await);
    assert_eq!(said, [("assignee", Problem::ChoiceUnknown)]);
    set_kinds(world, "grace", &["question", "problem"]).await;
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    assign(world, &root, problem, &grace).await;
    world.desk.privacy.erase_by_operator("grace@desk.example").await.unwrap().unwrap();
    assert_eq!(staff(world, &root, problem).await.assignee, None, "erased");
}

async fn what_can_still_be_seen_stays_assigned(world: &World) {
    let (root, grace, alan) =
        (world.admin("Root").await, world.agent("Grace").await, world.agent("Alan").await);
    let problem = submit(world, "problem").await;
    assign(world, &root, problem, &grace).await;
    let steps = staff(world, &root, problem).await.history.len();
    set_kinds(world, "grace", &["problem"]).await;
    set_kinds(world, "alan", &["question"]).await;
    set_kinds(world, "grace", &["problem", "question"]).await;
    set_kinds(world, "grace", &[]).await;
    world.desk.staff.change_duty(&root, grace.person(), &Duty::Admin).await.unwrap();
    world.desk.staff.change_duty(&root, alan.person(), &Duty::Nothing).await.unwrap();
    let staff = staff(world, &root, problem).await;
    assert_eq!((staff.assignee, staff.history.len()), (Some(grace.person()), steps));
}

async fn settled_requests_are_unassigned_where_they_lie(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    let problem = submit(world, "problem").await;
    assign(world, &root, problem, &grace).await;
    let closed = Change { status: Some(Status::Closed), ..Change::default() };
    world.desk.requests.change(&root, problem, closed).await.unwrap();
    let before = world.shown(&root, problem).await.updated_at;
    world.tick();
    set_kinds(world, "grace", &["question"]).await;
    let shown = world.shown(&root, problem).await;
    assert_eq!((shown.updated_at, shown.staff.unwrap().assignee), (before, None));
    // Opened again, it waits for somebody who sees it.
    let ada = Access::Session(world.customer(EMAIL).await);
    world.comment(&ada, problem, "It is broken again.").await;
    assert_eq!(unassigned(world, &root).await, [problem]);
}

async fn an_assignee_who_cannot_see_the_request_is_named_and_kept(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    let problem = submit(world, "problem").await;
    assign(world, &root, problem, &grace).await;
    // As an earlier program left it.
    let sql =
        "INSERT INTO agent_kind (person_id, kind) SELECT id, 'question' FROM person WHERE role = 'agent'
        RETURNING kind";
    let done: Vec<(String,)> = crate::statistics::raw(&world.place, sql).await;
    assert_eq!(done.len(), 1);
    let shown = staff(world, &root, problem).await;
    assert_eq!((shown.assignee, shown.assignee_name.as_deref()), (Some(grace.person()), Some("Grace")));
    assert!(shown.agents.iter().all(|agent| agent.id != grace.person()));
    // The form says again who is assigned: that is no change, and no refusal.
    let urgent = Change {
        priority: Some(Priority::Urgent),
        assignee: Some(Some(grace.person())),
        ..Change::default()
    };
    world.desk.requests.change(&root, problem, urgent).await.unwrap();
    let shown = world.shown(&root, problem).await;
    assert_eq!((shown.priority, shown.staff.unwrap().assignee), (Priority::Urgent, Some(grace.person())));
}

async fn assignee(world: &World, reader: &Agent, number: RequestNumber) -> Option<tresen_model::PersonId> {
    staff(world, reader, number).await.assignee
}

async fn an_agent_who_loses_several_types_keeps_the_rest(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    set_kinds(world, "grace", &["problem", "question", "order"]).await;
    let mut requests = Vec::new();
    for kind in ["problem", "question", "order"] {
        let number = submit(world, kind).await;
        assign(world, &root, number, &grace).await;
        requests.push(number);
    }

    set_kinds(world, "grace", &["order"]).await;

    let mut left = unassigned(world, &root).await;
    left.sort();
    let mut lost = requests[..2].to_vec();
    lost.sort();
    assert_eq!(left, lost);
    assert_eq!(assignee(world, &root, requests[2]).await, Some(grace.person()));
    // From some types to one that she never had.
    set_kinds(world, "grace", &["problem"]).await;
    assert_eq!(unassigned(world, &root).await.len(), 3);
}

async fn one_agents_types_leave_another_agents_requests_alone(world: &World) {
    let (root, grace, alan) =
        (world.admin("Root").await, world.agent("Grace").await, world.agent("Alan").await);
    let (hers, his) = (submit(world, "problem").await, submit(world, "problem").await);
    assign(world, &root, hers, &grace).await;
    assign(world, &root, his, &alan).await;

    set_kinds(world, "grace", &["question"]).await;

    assert_eq!(unassigned(world, &root).await, [hers]);
    assert_eq!(assignee(world, &root, his).await, Some(alan.person()));
    // Alan takes it over, and is not disturbed when Grace loses more.
    assign(world, &root, hers, &alan).await;
    world.desk.staff.change_duty(&root, grace.person(), &Duty::Nothing).await.unwrap();
    assert_eq!(assignee(world, &root, hers).await, Some(alan.person()));
}

async fn a_held_request_is_unassigned_too(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    let number = submit(world, "problem").await;
    assign(world, &root, number, &grace).await;
    // Work on a request releases it, so one that is assigned and held is made in the database.
    world.change_rows("UPDATE request SET held_at = created_at, held_why = 'spam'").await;

    set_kinds(world, "grace", &["question"]).await;

    world.desk.requests.release_held(&root, number).await.unwrap();
    assert_eq!(unassigned(world, &root).await, [number]);
}

async fn a_restricted_customers_request_is_unassigned_too(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    let number = submit(world, "problem").await;
    assign(world, &root, number, &grace).await;
    let ada = world.customer(EMAIL).await;
    world.desk.privacy.restrict(&ada).await.unwrap();

    set_kinds(world, "grace", &["question"]).await;

    assert_eq!(unassigned(world, &root).await, []);
    world.desk.privacy.lift_restriction(&ada).await.unwrap();
    assert_eq!(unassigned(world, &root).await, [number]);
}

async fn a_type_that_the_settings_lack_is_kept_by_those_who_see_it(world: &World) {
    let (root, grace, alan) =
        (world.admin("Root").await, world.agent("Grace").await, world.agent("Alan").await);
    let (hers, his) = (submit(world, "problem").await, submit(world, "problem").await);
    set_kinds(world, "grace", &["problem"]).await;
    assign(world, &root, hers, &grace).await;
    assign(world, &root, his, &alan).await;
    let mut opening = world.place.opening(world.clock.clone());
    opening.settings.request_types.retain(|kind| kind.id != "problem");
    let desk = tresen_desk::Desk::open(opening).await.unwrap();
    let assignee = async |number| {
        let shown = desk.requests.conversation_for_agent(&root, number).await.unwrap();
        shown.staff.unwrap().assignee
    };
    assert_eq!(assignee(hers).await, Some(grace.person()));

    // The type can be given to nobody any more; other types and all types can.
    let problem = ["problem".to_owned()];
    let said = refusals(desk.staff.set_kinds("grace@desk.example", &problem).await);
    assert_eq!(said, [("kinds", Problem::ChoiceUnknown)]);
    desk.staff.set_kinds("grace@desk.example", &[]).await.unwrap();
    assert_eq!(assignee(hers).await, Some(grace.person()));
    desk.staff.set_kinds("grace@desk.example", &["question".to_owned()]).await.unwrap();
    assert_eq!((assignee(hers).await, assignee(his).await), (None, Some(alan.person())));
    desk.close().await;
}

async fn counts_follow_each_loss(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    for kind in ["problem", "problem", "question"] {
        let number = submit(world, kind).await;
        assign(world, &root, number, &grace).await;
    }
    let counted = async |agent: &Agent| {
        let counts = world.desk.requests.queue_counts(agent).await.unwrap();
        (counts.active, counts.mine, counts.unassigned)
    };
    assert_eq!(counted(&grace).await, (3, 3, 0));

    set_kinds(world, "grace", &["question"]).await;

    assert_eq!((counted(&grace).await, counted(&root).await), ((1, 1, 0), (3, 0, 2)));
    world.check_counts().await;
    set_kinds(world, "grace", &["problem"]).await;
    assert_eq!((counted(&grace).await, counted(&root).await), ((2, 0, 2), (3, 0, 3)));
}

async fn a_refused_change_of_types_unassigns_nothing(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    let number = submit(world, "problem").await;
    assign(world, &root, number, &grace).await;
    let steps = staff(world, &root, number).await.history.len();

    let kinds = ["question".to_owned(), "nonsense".to_owned()];
    let said = refusals(world.desk.staff.set_kinds("grace@desk.example", &kinds).await);
    assert_eq!(said, [("kinds", Problem::ChoiceUnknown)]);
    assert!(world.desk.staff.set_kinds("nobody@desk.example", &["question".to_owned()]).await.is_err());

    let shown = staff(world, &root, number).await;
    assert_eq!((shown.assignee, shown.history.len()), (Some(grace.person()), steps));
}

async fn all_requests_of_a_lost_type_are_unassigned_at_once(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    let mut requests = Vec::new();
    for (at, status) in
        [Status::Open, Status::Waiting, Status::Closed].into_iter().cycle().take(9).enumerate()
    {
        let mut form = Form::from(&format!("customer{at}@example.org"));
        form.kind = "problem".into();
        let number = world.submit(&form).await;
        assign(world, &root, number, &grace).await;
        let change = Change { status: Some(status), ..Change::default() };
        world.desk.requests.change(&root, number, change).await.unwrap();
        requests.push((number, status, staff(world, &root, number).await.history.len()));
    }

    set_kinds(world, "grace", &["question"]).await;

    for (number, status, steps) in requests {
        let shown = world.shown(&root, number).await;
        let seen = shown.staff.unwrap();
        assert_eq!((shown.status, seen.assignee, seen.history.len()), (status, None, steps + 1));
        assert!(matches!(seen.history[steps].event, HistoryEvent::Assigned { to: None }));
    }
}
