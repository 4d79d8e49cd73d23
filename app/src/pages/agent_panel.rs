//! What stands beside a request for agents: where it stands, who asks, what happened.

use leptos::prelude::*;
use tresen_model::views::{AgentName, HistoryEntry, PersonView, StaffView};
use tresen_model::{PersonId, Priority, RequestNumber, Status};

use super::address::{address, agent_address};
use super::agent_erase;
use super::agent_restricted;
use crate::components::{
    Button, ButtonKind, Choice, Facts, HistoryLine, HistoryList, Notice, NoticeKind, Select,
};
use crate::islands::LiveForm;
use crate::language::{agent as text, erase, words};
use crate::web::{Context, Form};

/// The value of the field `assignee` for nobody.
pub(super) const NOBODY: &str = "nobody";

/// The column beside the conversation.
pub(super) fn panel(
    context: &Context,
    number: RequestNumber,
    status: Status,
    priority: Priority,
    staff: StaffView,
    form: &Form,
) -> AnyView {
    let language = context.language;
    let StaffView { customer, assignee, agents, history, other_requests, all_kinds, .. } = staff;
    // Whoever works on some request types only does nothing that reaches the others.
    let erase = all_kinds.then(|| {
        view! { <p class="small"><a href=agent_erase::address(number)>{erase::agent_title(language)}</a></p> }
    });
    let restrict = all_kinds.then(|| agent_restricted::offer(language, number));
    let take = assignee.is_none().then(|| take(context, number));
    view! {
        <aside class="panel" aria-label=text::handling(language)>
            <section class="card stack" aria-labelledby="handling-title">
                <h2 id="handling-title">{text::handling(language)}</h2>
                {take}
                {change(context, number, (status, priority, assignee), agents, form)}
            </section>
            <section class="card stack" aria-labelledby="customer-title">
                <h2 id="customer-title">{text::customer(language)}</h2>
                <Facts facts=customer_facts(context, customer, other_requests)/>
                {erase}
            </section>
            {restrict}
            <section class="card stack" aria-labelledby="history-title">
                <h2 id="history-title">{text::history(language)}</h2>
                <HistoryList lines=history_lines(context, &history)/>
            </section>
        </aside>
    }
    .into_any()
}

fn change_address(number: RequestNumber) -> String {
    format!("{}/change", agent_address(number))
}

fn take(context: &Context, number: RequestNumber) -> AnyView {
    let language = context.language;
    view! {
        <form class="cluster between" method="post" action=change_address(number)>
            <p class="muted small">{text::unassigned(language)}</p>
            <Button label=text::take(language) kind=ButtonKind::Secondary name="assignee" value="me"/>
        </form>
    }
    .into_any()
}

fn change(
    context: &Context,
    number: RequestNumber,
    (status, priority, assignee): (Status, Priority, Option<PersonId>),
    agents: Vec<AgentName>,
    form: &Form,
) -> AnyView {
    let language = context.language;
    let statuses = Status::ALL.iter();
    let statuses: Vec<Choice> = statuses
        .map(|status| Choice::new(status.as_str(), words::status_for_agents(language, *status)))
        .collect();
    let priorities = Priority::ALL.iter();
    let priorities: Vec<Choice> = priorities
        .map(|priority| Choice::new(priority.as_str(), words::priority(language, *priority)))
        .collect();
    let nobody = Choice::new(NOBODY, text::nobody(language));
    let agents = agents.into_iter().map(|agent| Choice::new(agent.id.to_string(), agent.name));
    let agents: Vec<Choice> = std::iter::once(nobody).chain(agents).collect();
    let assignee = assignee.map_or_else(|| NOBODY.to_owned(), |agent| agent.to_string());
    let field = |name: &'static str, label: &'static str, choices: Vec<Choice>, now: String| {
        let chosen = if form.is_refused() { form.value(name) } else { now.clone() };
        view! {
            <input type="hidden" name=format!("{name}_shown") value=now/>
            <Select name label choices value=chosen error=form.error(name)/>
        }
        .into_any()
    };
    let fields = [
        field("status", text::status(language), statuses, status.as_str().to_owned()),
        field("priority", text::priority(language), priorities, priority.as_str().to_owned()),
        field("assignee", text::assignee(language), agents, assignee),
    ];
    let fields = fields.into_iter().collect::<Vec<_>>();
    let notice = form.notice();
    view! {
        <LiveForm language>
            <form class="form" method="post" action=change_address(number)>
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Error>{notice}</Notice> })}
                {fields}
                <div class="form-actions">
                    <Button label=text::save(language) kind=ButtonKind::Secondary/>
                </div>
            </form>
        </LiveForm>
    }
    .into_any()
}

fn customer_facts(context: &Context, customer: PersonView, others: u32) -> Vec<(String, AnyView)> {
    let language = context.language;
    let name = match customer.name {
        Some(name) => view! { <bdi>{name}</bdi> }.into_any(),
        None => view! { <span class="muted">{text::no_name(language)}</span> }.into_any(),
    };
    let proven = if customer.proven { text::proven(language) } else { text::not_proven(language) };
    let all = address("/agent", &[("view", "all"), ("q", &customer.email)]);
    let others = match others {
        0 => text::none(language).into_any(),
        count => view! { <a href=all>{count.to_string()}</a> }.into_any(),
    };
    let email = view! { <bdi>{customer.email}</bdi> <br/> <span class="muted">{proven}</span> };
    let account =
        if customer.registered { text::registered(language) } else { text::not_registered(language) };
    let fact = |name: &str, value: AnyView| (name.to_owned(), value);
    vec![
        fact(text::name(language), name),
        fact(text::email(language), email.into_any()),
        fact(text::account(language), account.into_any()),
        fact(text::mail_language(language), customer.language.own_name().into_any()),
        fact(text::other_requests(language), others),
    ]
}

fn history_lines(context: &Context, history: &[HistoryEntry]) -> Vec<HistoryLine> {
    let line = |step: &HistoryEntry| HistoryLine {
        text: text::history_step(context.language, step),
        when: context.when(step.at),
    };
    history.iter().map(line).collect()
}
