//! `/agent`: everyone's requests, for agents.

mod filter;
mod news;
#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::{Address, Language, Priority, RequestNumber, Role, Status};

use self::filter::{ALL, ME, NOBODY, OLDEST, but, is_filtered, keep};
#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::components::{
    AgentRow, AgentTable, AgentTableHeads, Button, ButtonKind, ButtonLink, Choice, EmptyState, FilterTabs,
    Icon, NavLink, Notice, PageHead, Pager, QueryForm, SearchForm, Select, When,
};
use crate::language::agent::requests as text;
use crate::language::settings::people;
use crate::language::shared::{common, mail, words};
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Queue {
    /// What the address says, without what is unknown.
    pub shown: QueueQuery,
    /// How many requests want something.
    pub counts: Counts,
    /// The request types that the agent works on: id and name.
    pub kinds: Vec<(String, String)>,
    /// The requests, in order.
    pub rows: Vec<Row>,
    /// Where the list goes on.
    pub next: Option<String>,
    /// Whether a search may have missed requests, since the search index is being rebuilt.
    pub incomplete: bool,
}

/// How many requests want something.
#[derive(Clone, Serialize, Deserialize)]
pub struct Counts {
    /// Open and waiting.
    pub active: u64,
    /// Of those, the agent's own.
    pub mine: u64,
    /// Of those, the ones without an agent.
    pub unassigned: u64,
    /// Held back as suspected spam, in none of the above.
    pub held: u64,
    /// Messages that are set aside, for admins.
    pub aside: u64,
}

/// A request in the list.
#[derive(Clone, Serialize, Deserialize)]
pub struct Row {
    /// Its number.
    pub number: RequestNumber,
    /// What it is about, as typed.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How soon.
    pub priority: Priority,
    /// What the customer is called.
    pub customer: Option<String>,
    /// What the agent is called who works on it.
    pub assignee: Option<String>,
    /// What its type is called.
    pub kind: String,
    /// When it came in.
    pub created: When,
    /// The last change.
    pub updated: When,
    /// Whether no agent has seen the latest.
    pub unread: bool,
}

/// The page.
pub(super) fn page(visit: &Visit, queue: Queue) -> Page {
    let language = visit.language;
    let admin = visit.role == Some(Role::Admin);
    let page = Page::new(common::queue(language), Place::Queue, move || {
        let Queue { shown, counts, kinds, rows, next, incomplete } = queue;
        let next =
            next.map(|next| NavLink::new(text::next_page(language), but(&shown, |shown| shown.after = next)));
        let first =
            (!shown.after.is_empty()).then(|| NavLink::new(text::first_page(language), but(&shown, |_| ())));
        let contents = if rows.is_empty() {
            nothing(language, &shown)
        } else {
            let rows: Vec<AgentRow> = rows.into_iter().map(|line| row(language, line)).collect();
            view! { <AgentTable caption=common::queue(language) heads=heads(language) rows/> }.into_any()
        };
        let kinds = kinds.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
        view! {
            <PageHead title=common::queue(language) meta=numbers(language, &counts, admin)>
                <ButtonLink
                    href=Address::NewForCustomer
                    label=text::capture(language)
                    kind=ButtonKind::Secondary
                    icon=Some(Icon::Phone)
                />
            </PageHead>
            {toolbars(language, kinds, &shown)}
            {incomplete.then(|| view! { <Notice>{text::search_incomplete(language)}</Notice> })}
            {news::news(language, &Address::Queue(shown))}
            {contents}
            <Pager label=text::pages(language) first next/>
        }
        .into_any()
    });
    page.width(Width::Wide)
}

/// The whole queue.
fn queue() -> Address {
    Address::Queue(QueueQuery::default())
}

fn numbers(language: Language, counts: &Counts, admin: bool) -> AnyView {
    let link = |address: Address, words: String| view! { <a href=address.to_string()>{words}</a> }.into_any();
    let of = |assignee: &str| {
        Address::Queue(QueueQuery { assignee: assignee.to_owned(), ..QueueQuery::default() })
    };
    let held = (counts.held > 0)
        .then(|| link(Address::Held { after: String::new() }, mail::held_count(language, counts.held)));
    let aside = (counts.aside > 0)
        .then(|| link(Address::Mail { done: String::new() }, mail::aside_count(language, counts.aside)));
    let settings = admin.then(|| {
        let done = String::new();
        let mail = link(Address::Mail { done: done.clone() }, mail::trouble_link(language).to_owned());
        let people = link(Address::People { done }, people::link(language).to_owned());
        view! { {mail}{people} }.into_any()
    });
    view! {
        {link(queue(), text::active(language, counts.active))}
        {link(of(ME), text::own(language, counts.mine))}
        {link(of(NOBODY), text::without_assignee(language, counts.unassigned))}
        {held}
        {aside}
        {settings}
    }
    .into_any()
}

fn toolbars(language: Language, kinds: Vec<Choice>, shown: &QueueQuery) -> AnyView {
    let view = |label: &str, word: &str| {
        let address = but(shown, |shown| shown.view = word.to_owned());
        NavLink::new(label, address).current(shown.view == word)
    };
    let mut views = vec![view(text::view_active(language), "")];
    let one = |status: &Status| view(words::status_for_agents(language, *status), status.as_str());
    views.extend(Status::ALL.iter().map(one));
    views.push(view(text::view_all(language), ALL));
    let assignee = |label: &str, word: &str| {
        let address = but(shown, |shown| shown.assignee = word.to_owned());
        NavLink::new(label, address).current(shown.assignee == word)
    };
    let assignees = vec![
        assignee(text::assignee_anyone(language), ""),
        assignee(text::assignee_me(language), ME),
        assignee(text::assignee_nobody(language), NOBODY),
    ];
    view! {
        <div class="toolbar">
            <FilterTabs label=text::view(language) links=views/>
            <SearchForm
                action=queue()
                label=text::search(language)
                button=text::search_button(language)
                value=shown.search.clone()
                keep=keep(shown, &["q"])
            />
        </div>
        <div class="toolbar">
            <FilterTabs label=text::assignee_filter(language) links=assignees/>
            {kind_and_order(language, kinds, shown)}
        </div>
    }
    .into_any()
}

fn kind_and_order(language: Language, kinds: Vec<Choice>, shown: &QueueQuery) -> AnyView {
    let orders = vec![
        Choice::new("", text::order_newest(language)),
        Choice::new(OLDEST, text::order_oldest(language)),
    ];
    let order = shown.order.clone();
    let kept = keep(shown, &["kind", "order"]).into_iter();
    let kept: Vec<AnyView> =
        kept.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any()).collect();
    let kind = (kinds.len() > 1).then(|| {
        view! {
            <Select
                name="kind"
                label=text::kind(language)
                choices=kinds
                prompt=text::kind_any(language)
                value=shown.kind.clone()
            />
        }
        .into_any()
    });
    view! {
        <QueryForm action=queue() class="cluster">
            {kept}
            {kind}
            <Select name="order" label=text::order(language) choices=orders value=order/>
            <Button label=text::apply(language) kind=ButtonKind::Secondary/>
        </QueryForm>
    }
    .into_any()
}

fn heads(language: Language) -> AgentTableHeads {
    AgentTableHeads {
        subject: text::head_subject(language).to_owned(),
        status: text::head_status(language).to_owned(),
        priority: text::head_priority(language).to_owned(),
        customer: text::head_customer(language).to_owned(),
        assignee: text::head_assignee(language).to_owned(),
        created: text::head_created(language).to_owned(),
        updated: text::head_updated(language).to_owned(),
    }
}

fn row(language: Language, line: Row) -> AgentRow {
    AgentRow {
        href: Address::RequestForAgents { number: line.number }.to_string(),
        number: line.number.to_string(),
        subject: line.subject,
        status: line.status,
        status_label: words::status_for_agents(language, line.status).to_owned(),
        priority: line.priority,
        priority_label: words::priority(language, line.priority).to_owned(),
        customer: line.customer.unwrap_or_else(|| text::no_name(language).to_owned()),
        unassigned: line.assignee.is_none(),
        assignee: line.assignee.unwrap_or_else(|| text::nobody(language).to_owned()),
        kind: line.kind,
        created: line.created,
        updated: line.updated,
        unread: line.unread.then(|| text::unread(language).to_owned()),
    }
}

fn nothing(language: Language, shown: &QueueQuery) -> AnyView {
    if !is_filtered(shown) {
        return view! {
            <EmptyState
                title=text::all_done_title(language)
                text=text::all_done_text(language)
                icon=Icon::StatusResolved
            />
        }
        .into_any();
    }
    // Whoever searches may mean a request that is settled.
    let narrow = !shown.search.is_empty() && shown.view != ALL;
    let everywhere = narrow.then(|| {
        let (view, search) = (ALL.to_owned(), shown.search.clone());
        Address::Queue(QueueQuery { view, search, ..QueueQuery::default() })
    });
    view! {
        <EmptyState
            title=text::nothing_found_title(language)
            text=text::nothing_found_text(language)
            icon=Icon::Search
        >
            {everywhere.map(|href| view! {
                <ButtonLink href label=text::search_everywhere(language) kind=ButtonKind::Primary/>
            })}
            <ButtonLink href=queue() label=text::clear(language) kind=ButtonKind::Secondary/>
        </EmptyState>
    }
    .into_any()
}
