//! What the server does for one request.

use leptos::server_fn::codec::MultipartData;
use tresen_desk::Error;
use tresen_desk::people::Agent;
use tresen_desk::people::RestrictedBy;
use tresen_desk::requests::{Change, Reply};
use tresen_model::views::{Conversation, PersonView, StaffView};
use tresen_model::{Address, PersonId, Priority, Problem, RequestNumber, Status, Visibility};

use super::Request;
use super::change::{NOBODY, Sent};
use super::open::{Open, Troubles};
use super::panel::{Panel, Step};
use super::reply::LEAVE;
use super::restricted::{By, Restricted};
use crate::form::{Done, Unmet};
use crate::thread::{Thread, number_of, place_of_latest};
use crate::web::{Act, Context, Stop, Submitted, asked, received};

/// Asks the desk for what the page shows.
pub(in crate::agent) async fn load(context: &Context, number: RequestNumber) -> Result<Request, Stop> {
    let agent = context.require_agent()?;
    match context.app.desk.requests.conversation_for_agent(&agent, number).await {
        Err(Error::Restricted) => Ok(Request::Restricted(restricted(context, &agent, number).await?)),
        conversation => {
            let conversation = conversation?;
            if context.looks() {
                context.app.desk.requests.note_shown(&conversation);
            }
            Ok(Request::Open(Box::new(open(context, conversation))))
        }
    }
}

async fn restricted(context: &Context, agent: &Agent, number: RequestNumber) -> Result<Restricted, Stop> {
    let restriction =
        context.app.desk.privacy.restriction_of(agent, number).await?.ok_or(Error::Restricted)?;
    let by = match restriction.by {
        RestrictedBy::Customer => By::Customer,
        RestrictedBy::Agent => By::Agent,
        RestrictedBy::Both => By::Both,
    };
    Ok(Restricted { number, since: context.when(restriction.since), by })
}

fn open(context: &Context, conversation: Conversation) -> Open {
    let Conversation { number, subject, status, priority, comments, staff, kind, .. } = conversation;
    let unread = conversation.unread && !context.looks();
    let known = context.app.desk.settings().request_type(&kind);
    Open {
        thread: Thread::of(context, number, String::new(), status, unread, comments),
        subject,
        priority,
        // A type that the operator has removed since still has its word.
        kind: known.map_or(kind, |kind| kind.name.get(context.language).to_owned()),
        created: context.when(conversation.created_at),
        updated: context.when(conversation.updated_at),
        troubles: staff.as_ref().map(troubles).unwrap_or_default(),
        panel: staff.map(|staff| panel(context, staff)),
        once: context.once(),
    }
}

fn troubles(staff: &StaffView) -> Troubles {
    let PersonView { undeliverable, unanswerable, .. } = staff.customer;
    Troubles { held: staff.held, undeliverable, unanswerable, parked_mails: staff.parked_mails }
}

fn panel(context: &Context, staff: StaffView) -> Panel {
    let StaffView { customer, assignee, assignee_name, agents, history, other_requests, all_kinds, .. } =
        staff;
    let history = history.into_iter().map(|what| Step { when: context.when(what.at), what }).collect();
    Panel { customer, assignee, assignee_name, agents, history, other_requests, all_kinds }
}

/// The function of the form for an answer.
pub(crate) const SEND: Act = |context, form| Box::pin(reply(context, form));

/// The same, for the app.
pub(super) async fn receive(form: MultipartData) -> Result<Done, Unmet> {
    let context = asked()?;
    let mut form = received(&context, form).await?;
    Ok(reply(&context, &mut form).await?)
}

async fn reply(context: &Context, form: &mut Submitted) -> Result<Done, Stop> {
    let agent = context.require_agent()?;
    let number = number_of(form.get("number"))?;
    let visibility = Visibility::parse(form.get("visibility"))
        .ok_or_else(|| Error::refused("visibility", Problem::ChoiceUnknown))?;
    let status = choice("status_afterwards", (form.get("status_afterwards"), LEAVE), Status::parse)?;
    let files = form.take_files()?;
    let reply = Reply { body: form.get("body"), once: form.get("once"), visibility, status };
    let desk = &context.app.desk;
    desk.requests.reply(&agent, number, &reply, files).await?;
    let comments = desk.requests.conversation_for_agent(&agent, number).await?.comments;
    Ok(Done::Go(format!("{}{}", Address::RequestForAgents { number }, place_of_latest(&comments))))
}

/// Reads one of several values. An empty field, and the second value, change nothing.
fn choice<T>(
    field: &'static str,
    (value, leave): (&str, &str),
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Error> {
    if value.is_empty() || value == leave {
        return Ok(None);
    }
    parse(value).map(Some).ok_or_else(|| Error::refused(field, Problem::ChoiceUnknown))
}

fn page_of(number: RequestNumber) -> Done {
    Done::go(Address::RequestForAgents { number })
}

pub(super) async fn change(named: &str, sent: &Sent<'_>) -> Result<Done, Stop> {
    let context = asked()?;
    let agent = context.require_agent()?;
    let number = number_of(named)?;
    let person = |value: &str| match value {
        NOBODY => Some(None),
        id => PersonId::parse(id).map(Some),
    };
    let change = Change {
        status: choice("status", sent.status, Status::parse)?,
        priority: choice("priority", sent.priority, Priority::parse)?,
        assignee: choice("assignee", sent.assignee, person)?,
        only_at: None,
    };
    context.app.desk.requests.change(&agent, number, change).await?;
    Ok(page_of(number))
}

pub(super) async fn take(named: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (agent, number) = (context.require_agent()?, number_of(named)?);
    let change = Change { assignee: Some(Some(agent.person())), ..Change::default() };
    context.app.desk.requests.change(&agent, number, change).await?;
    Ok(page_of(number))
}

pub(super) async fn restrict(named: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (agent, number) = (context.require_agent()?, number_of(named)?);
    context.app.desk.privacy.restrict_customer(&agent, number).await?;
    Ok(page_of(number))
}

pub(super) async fn lift(named: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (agent, number) = (context.require_agent()?, number_of(named)?);
    context.app.desk.privacy.lift_for_customer(&agent, number).await?;
    Ok(page_of(number))
}
