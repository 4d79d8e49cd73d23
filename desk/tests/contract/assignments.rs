//! Nobody keeps a request that they can no longer see.

use tresen_desk::people::{Agent, Duty};
use tresen_desk::requests::{Access, Assignee, Change, QueueQuery, QueueView};
use tresen_model::views::{HistoryEvent, StaffView};
use tresen_model::{AuthorKind, Priority, Problem, RequestNumber, Role, Status};

use crate::support::{Form, PASSWORD, World, numbers, refusals};

stories! {
    requests_of_a_lost_type_are_unassigned,
    whichever_way_access_goes_the_request_is_unassigned,
    what_can_still_be_seen_stays_assigned,
    settled_requests_are_unassigned_where_they_lie,
    an_assignee_who_cannot_see_the_request_is_named_and_kept,
}

const EMAIL: &str = "ada@example.org";

async fn submit(world: &World, kind: &str) -> RequestNumber {
    let mut form = Form::from(EMAIL);
    form.kind = kind.into();
    world.submit(&form).await
}

async fn assign(world: &World, by: &Agent, number: RequestNumber, to: &Agent) {
    let change = Change { assignee: Some(Some(to.person())), ..Change::default() };
    world.desk.change(by, number, change).await.unwrap();
    world.tick();
}

async fn set_kinds(world: &World, agent: &str, kinds: &[&str]) {
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    world.desk.set_kinds(&format!("{agent}@desk.example"), &kinds).await.unwrap();
}

async fn staff(world: &World, reader: &Agent, number: RequestNumber) -> StaffView {
    world.shown(reader, number).await.staff.unwrap()
}

async fn unassigned(world: &World, agent: &Agent) -> Vec<RequestNumber> {
    let query = QueueQuery { view: QueueView::All, assignee: Assignee::Nobody, ..QueueQuery::default() };
    numbers(&world.desk.queue(agent, &query).await.unwrap())
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
        world.desk.change_duty(&root, grace.person(), &duty).await.unwrap();
        assert_eq!(staff(world, &root, problem).await.assignee, None, "{way}, on the page");
    }
    world.desk.add_person("grace@desk.example", "Grace", Role::Admin, PASSWORD).await.unwrap();
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    assign(world, &root, problem, &grace).await;
    world.desk.change_duty(&root, grace.person(), &questions()).await.unwrap();
    assert_eq!(staff(world, &root, problem).await.assignee, None, "from admin to some types");
    // She is none to whom it could be given.
    let again = Change { assignee: Some(Some(grace.person())), ..Change::default() };
    let said = refusals(world.desk.change(&root, problem, again).await);
    assert_eq!(said, [("assignee", Problem::ChoiceUnknown)]);
    set_kinds(world, "grace", &["question", "problem"]).await;
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    assign(world, &root, problem, &grace).await;
    world.desk.erase_by_operator("grace@desk.example").await.unwrap().unwrap();
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
    world.desk.change_duty(&root, grace.person(), &Duty::Admin).await.unwrap();
    world.desk.change_duty(&root, alan.person(), &Duty::Nothing).await.unwrap();
    let staff = staff(world, &root, problem).await;
    assert_eq!((staff.assignee, staff.history.len()), (Some(grace.person()), steps));
}

async fn settled_requests_are_unassigned_where_they_lie(world: &World) {
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    let problem = submit(world, "problem").await;
    assign(world, &root, problem, &grace).await;
    let closed = Change { status: Some(Status::Closed), ..Change::default() };
    world.desk.change(&root, problem, closed).await.unwrap();
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
    world.desk.change(&root, problem, urgent).await.unwrap();
    let shown = world.shown(&root, problem).await;
    assert_eq!((shown.priority, shown.staff.unwrap().assignee), (Priority::Urgent, Some(grace.person())));
}
