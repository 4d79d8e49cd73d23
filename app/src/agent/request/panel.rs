//! What stands beside a request for agents: where it stands, who asks, what happened.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::views::{AgentName, HistoryEntry, PersonView};
use tresen_model::{Address, Language, PersonId, Priority, RequestNumber, Status};

use super::{change, restricted};
use crate::components::{Facts, HistoryLine, HistoryList, When};
use crate::form::Forms;
use crate::language::agent::requests as text;
use crate::language::shared::erase;
use crate::live::Echo;

/// What it shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Panel {
    /// The customer.
    pub customer: PersonView,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// What they are called.
    pub assignee_name: Option<String>,
    /// Who may be given it. The assignee is missing if they can no longer see it.
    pub agents: Vec<AgentName>,
    /// What happened, oldest first.
    pub history: Vec<Step>,
    /// Other requests of the same customer, of types that the agent works on.
    pub other_requests: u32,
    /// Whether the agent works on all request types, and so may restrict and erase the customer.
    pub all_kinds: bool,
}

/// A step in the life of a request.
#[derive(Clone, Serialize, Deserialize)]
pub struct Step {
    /// What happened.
    pub what: HistoryEntry,
    /// When, in words.
    pub when: When,
}

/// The column beside the conversation.
pub(super) fn panel(
    language: Language,
    number: RequestNumber,
    (status, priority): (Status, Priority),
    panel: Panel,
    forms: &Forms,
    echo: Echo,
) -> AnyView {
    let Panel { customer, assignee, assignee_name, agents, history, other_requests, all_kinds } = panel;
    // Whoever works on some request types only does nothing that reaches the others.
    let erase = all_kinds.then(|| {
        let address = Address::EraseCustomer { number };
        view! { <p class="small"><a href=address.to_string()>{erase::agent_title(language)}</a></p> }
    });
    let restrict = all_kinds.then(|| restricted::offer(language, number, forms));
    let assigned = change::Assigned { to: assignee, name: assignee_name, agents };
    let take = assignee.is_none().then(|| change::take(language, number, forms));
    view! {
        <aside class="panel" aria-label=text::handling(language)>
            <section class="card stack" aria-labelledby="handling-title">
                <h2 id="handling-title">{text::handling(language)}</h2>
                {take}
                {change::change(language, number, (status, priority), assigned, forms, echo)}
            </section>
            <section class="card stack" aria-labelledby="customer-title">
                <h2 id="customer-title">{text::customer(language)}</h2>
                <Facts facts=customer_facts(language, customer, other_requests)/>
                {erase}
            </section>
            {restrict}
            <section class="card stack" aria-labelledby="history-title">
                <h2 id="history-title">{text::history(language)}</h2>
                <HistoryList lines=history_lines(language, history)/>
            </section>
        </aside>
    }
    .into_any()
}

fn customer_facts(language: Language, customer: PersonView, others: u32) -> Vec<(String, AnyView)> {
    let name = match customer.name {
        Some(name) => view! { <bdi>{name}</bdi> }.into_any(),
        None => view! { <span class="muted">{text::no_name(language)}</span> }.into_any(),
    };
    let proven = if customer.proven { text::proven(language) } else { text::not_proven(language) };
    let others = match others {
        0 => text::none(language).into_any(),
        count => {
            let (view, search) = ("all".to_owned(), customer.email.clone());
            let all = Address::Queue(QueueQuery { view, search, ..QueueQuery::default() });
            view! { <a href=all.to_string()>{count.to_string()}</a> }.into_any()
        }
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

fn history_lines(language: Language, history: Vec<Step>) -> Vec<HistoryLine> {
    let line = |Step { what, when }| HistoryLine { text: text::history_step(language, &what), when };
    history.into_iter().map(line).collect()
}
