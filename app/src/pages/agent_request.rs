//! `/agent/requests/NUMBER`: one request, for agents: read, answer, note, hand over, settle.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;
use tresen_desk::requests::{Change, Reply};
use tresen_model::views::Conversation;
use tresen_model::{PersonId, Priority, Problem, RequestNumber, Status, Visibility};

use super::address::{Named, agent_address};
use super::agent_held;
use super::agent_panel::{NOBODY, panel};
use super::agent_restricted;
use super::parts;
use super::thread::{Thread, live_thread, place_of_latest, status_html};
use crate::components::{
    Button, ButtonKind, Choice, Icon, NavLink, Notice, NoticeKind, Number, PageHead, PriorityMark, Select,
    TextArea, Time,
};
use crate::islands::LiveForm;
use crate::language::{agent as text, conversation, mail, words};
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width};

/// A choice that leaves the status as it is.
const LEAVE: &str = "leave";

/// The two forms of the page, as they were sent.
#[derive(Default)]
struct Forms {
    reply: Form,
    change: Form,
}

pub(super) async fn show(context: Context, named: Named) -> Response {
    let page = page(context.clone(), &named, Forms::default()).await;
    context.finish(page.map(|page| Answer::Page(Box::new(page))))
}

/// Whoever comes to the address of a form, from the login or by reloading, finds its page.
pub(super) async fn back(context: Context, named: Named) -> Response {
    context.finish(named.number().map(|number| Answer::go(agent_address(number))))
}

pub(super) async fn reply(context: Context, named: Named, mut form: Submitted) -> Response {
    let done = act_reply(&context, &named, &mut form).await;
    let again = |reply| page(context.clone(), &named, Forms { reply, ..Forms::default() });
    context.finish_form(done, form, again).await
}

async fn act_reply(context: &Context, named: &Named, form: &mut Submitted) -> Result<Answer, Stop> {
    let agent = context.require_agent()?;
    let number = named.number()?;
    let visibility = Visibility::parse(form.get("visibility"))
        .ok_or_else(|| Error::refused("visibility", Problem::ChoiceUnknown))?;
    let status = choice(form, "status", Some(LEAVE), Status::parse)?;
    let files = form.take_files()?;
    let reply = Reply { body: form.get("body"), once: form.get("once"), visibility, status };
    let desk = &context.app.desk;
    desk.reply(&agent, number, &reply, files).await?;
    let comments = desk.conversation_for_agent(&agent, number).await?.comments;
    Ok(Answer::go(agent_address(number) + &place_of_latest(&comments)))
}

pub(super) async fn change(context: Context, named: Named, form: Submitted) -> Response {
    let done = act_change(&context, &named, &form).await;
    let again = |change| page(context.clone(), &named, Forms { change, ..Forms::default() });
    context.finish_form(done, form, again).await
}

async fn act_change(context: &Context, named: &Named, form: &Submitted) -> Result<Answer, Stop> {
    let agent = context.require_agent()?;
    let number = named.number()?;
    let person = |value: &str| match value {
        NOBODY => Some(None),
        "me" => Some(Some(agent.person())),
        id => PersonId::parse(id).map(Some),
    };
    // What the agent left as the page showed it stays as it is, whoever changed it since.
    let unchanged = |name: &str| form.get(name) == form.get(&format!("{name}_shown"));
    let shown = |name: &'static str| unchanged(name).then(|| form.get(name));
    let change = Change {
        status: choice(form, "status", shown("status"), Status::parse)?,
        priority: choice(form, "priority", shown("priority"), Priority::parse)?,
        assignee: choice(form, "assignee", shown("assignee"), person)?,
    };
    context.app.desk.change(&agent, number, change).await?;
    Ok(Answer::go(agent_address(number)))
}

/// Reads one of several values. An empty field, and the value `leave`, change nothing.
fn choice<T>(
    form: &Submitted,
    field: &'static str,
    leave: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Error> {
    let value = form.get(field);
    if value.is_empty() || leave == Some(value) {
        return Ok(None);
    }
    parse(value).map(Some).ok_or_else(|| Error::refused(field, Problem::ChoiceUnknown))
}

async fn page(context: Context, named: &Named, forms: Forms) -> Result<Page, Stop> {
    let agent = context.require_agent()?;
    let number = named.number()?;
    let conversation = match context.app.desk.conversation_for_agent(&agent, number).await {
        Err(Error::Restricted) => return agent_restricted::page(&context, &agent, number).await,
        conversation => conversation?,
    };
    let title = conversation.subject.clone();
    let page = Page::new(title, Place::Queue, move || contents(&context, conversation, forms));
    Ok(page.width(Width::Wide))
}

fn contents(context: &Context, conversation: Conversation, forms: Forms) -> AnyView {
    let language = context.language;
    let Conversation { number, subject, status, priority, comments, staff, .. } = conversation;
    let (created, updated) = (context.when(conversation.created_at), context.when(conversation.updated_at));
    let kind = context.app.desk.settings().request_type(&conversation.kind);
    let kind = kind.map_or(conversation.kind, |kind| kind.name.get(language).to_owned());
    let meta = view! {
        <Number number=number.to_string()/>
        <span id="request-status">{status_html(language, status, true)}</span>
        <PriorityMark priority label=words::priority(language, priority)/>
        <span>{kind}</span>
        <span>{conversation::received(language)} " " <Time when=created/></span>
        <span>{conversation::last_change(language)} " " <Time when=updated/></span>
    };
    let parked = staff.as_ref().map(|staff| staff.parked_mails).filter(|mails| *mails > 0);
    let parked = parked.map(|mails| {
        view! {
            <Notice kind=NoticeKind::Warning title=text::parked_title(language)>
                {text::parked(language, mails)}
            </Notice>
        }
    });
    let held = staff.as_ref().and_then(|staff| staff.held);
    let held = held.map(|why| agent_held::notice(language, number, why));
    let undeliverable = staff.as_ref().is_some_and(|staff| staff.customer.undeliverable).then(|| {
        view! {
            <Notice kind=NoticeKind::Warning title=mail::undeliverable_title(language)>
                {mail::undeliverable_text(language)}
            </Notice>
        }
    });
    let back = Some(NavLink::new(text::back(language), "/agent"));
    let thread = live_thread(Thread::of(context, number, "", true), comments);
    view! {
        <PageHead title=subject back meta=meta.into_any()/>
        <div class="split">
            <div class="stack loose">
                {held}
                {undeliverable}
                {parked}
                {thread}
                {reply_form(context, number, forms.reply)}
            </div>
            {staff.map(|staff| panel(context, number, status, priority, staff, &forms.change))}
        </div>
    }
    .into_any()
}

fn reply_form(context: &Context, number: RequestNumber, form: Form) -> AnyView {
    let language = context.language;
    let limits = context.app.desk.settings().attachments;
    let after = |status: Status| Choice::new(status.as_str(), words::status_for_agents(language, status));
    let afterwards = vec![
        after(Status::Waiting),
        after(Status::Resolved),
        after(Status::Closed),
        Choice::new(LEAVE, text::leave(language)),
    ];
    let chosen = if form.is_refused() { form.value("status") } else { Status::Waiting.as_str().to_owned() };
    let status_error = form.error("status");
    view! {
        <section class="card stack reply" aria-labelledby="reply-title">
            <h2 id="reply-title">{text::reply_title(language)}</h2>
            <LiveForm language>
                <form class="form" method="post" action=agent_address(number) enctype="multipart/form-data">
                    {parts::top(&form)}
                    <TextArea
                        name="body"
                        label=text::reply_body(language)
                        hint=text::reply_hint(language)
                        value=form.value("body")
                        error=form.error("body")
                        rows=6
                        required=true
                    />
                    {parts::attachments(language, limits, &form)}
                    <Select
                        name="status"
                        id="status-afterwards"
                        label=text::status_afterwards(language)
                        hint=text::status_afterwards_hint(language)
                        choices=afterwards
                        value=chosen
                        error=status_error
                    />
                    <div class="form-actions">
                        <Button
                            label=text::send(language)
                            kind=ButtonKind::Primary
                            icon=Some(Icon::Send)
                            name="visibility"
                            value=Visibility::Public.as_str()
                        />
                        <Button
                            label=text::save_note(language)
                            kind=ButtonKind::Secondary
                            icon=Some(Icon::Note)
                            name="visibility"
                            value=Visibility::Internal.as_str()
                        />
                    </div>
                </form>
            </LiveForm>
        </section>
    }
    .into_any()
}
