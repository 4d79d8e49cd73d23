//! `/agent`: everyone's requests, for agents.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::requests::{Assignee, QueueCounts, QueueOrder, QueueView};
use tresen_model::views::RequestLine;
use tresen_model::{Language, Status};

use super::address::{Parameters, address, agent_address};
use super::agent_filter::{PATH, Shown};
use super::{agent_held, agent_mail, agent_people};
use crate::components::{
    AgentRow, AgentTable, AgentTableHeads, Button, ButtonKind, ButtonLink, Choice, EmptyState, FilterTabs,
    Icon, NavLink, PageHead, Pager, SearchForm, Select,
};
use crate::islands::QueueNews;
use crate::language::{agent as text, common, mail, people, words};
use crate::web::{Answer, Context, Page, Place, Stop, Width};

pub(super) async fn show(context: Context, parameters: Parameters) -> Response {
    let answer = page(&context, &parameters).await;
    context.finish(answer.map(|page| Answer::Page(Box::new(page))))
}

async fn page(context: &Context, parameters: &Parameters) -> Result<Page, Stop> {
    let agent = context.require_agent()?;
    let shown = Shown::read(parameters, context);
    let counts = context.app.desk.queue_counts(&agent).await?;
    let admin = agent.session().role() == tresen_model::Role::Admin;
    let list = context.app.desk.queue(&agent, &shown.query()).await?;
    let language = context.language;
    let kinds = context.app.desk.kinds_of(&agent).await?;
    let kinds: Vec<Choice> =
        kinds.iter().map(|kind| Choice::new(kind.id.as_str(), kind.name.get(language))).collect();
    let context = context.clone();
    let page = Page::new(common::queue(language), Place::Queue, move || {
        let next = list
            .next
            .map(|next| NavLink::new(text::next_page(language), shown.but(|shown| shown.after = next)));
        let first =
            (!shown.after.is_empty()).then(|| NavLink::new(text::first_page(language), shown.but(|_| ())));
        let contents = if list.rows.is_empty() {
            nothing(language, &shown)
        } else {
            let rows: Vec<AgentRow> = list.rows.into_iter().map(|line| row(&context, line)).collect();
            view! { <AgentTable caption=common::queue(language) heads=heads(language) rows/> }.into_any()
        };
        view! {
            <PageHead title=common::queue(language) meta=numbers(language, counts, admin)>
                <ButtonLink
                    href="/agent/requests/new"
                    label=text::capture(language)
                    kind=ButtonKind::Secondary
                    icon=Some(Icon::Phone)
                />
            </PageHead>
            {toolbars(language, kinds, &shown)}
            <QueueNews language address=shown.address()/>
            {contents}
            <Pager label=text::pages(language) first next/>
        }
        .into_any()
    });
    Ok(page.width(Width::Wide))
}

fn numbers(language: Language, counts: QueueCounts, admin: bool) -> AnyView {
    let held = (counts.held > 0)
        .then(|| view! { <a href=agent_held::PATH>{mail::held_count(language, counts.held)}</a> });
    let trouble = admin.then(|| view! { <a href=agent_mail::PATH>{mail::trouble_link(language)}</a> });
    let people = admin.then(|| view! { <a href=agent_people::PATH>{people::link(language)}</a> });
    let own = address(PATH, &[("assignee", "me")]);
    let unassigned = address(PATH, &[("assignee", "nobody")]);
    view! {
        <a href=PATH>{text::active(language, counts.active)}</a>
        <a href=own>{text::own(language, counts.mine)}</a>
        <a href=unassigned>{text::without_assignee(language, counts.unassigned)}</a>
        {held}
        {trouble}
        {people}
    }
    .into_any()
}

fn toolbars(language: Language, kinds: Vec<Choice>, shown: &Shown) -> AnyView {
    let view = |label: &str, view: QueueView| {
        NavLink::new(label, shown.but(|shown| shown.view = view)).current(shown.view == view)
    };
    let mut views = vec![view(text::view_active(language), QueueView::Active)];
    views.extend(
        Status::ALL
            .iter()
            .map(|status| view(words::status_for_agents(language, *status), QueueView::Only(*status))),
    );
    views.push(view(text::view_all(language), QueueView::All));
    let assignee = |label: &str, assignee: Assignee| {
        NavLink::new(label, shown.but(|shown| shown.assignee = assignee)).current(shown.assignee == assignee)
    };
    let assignees = vec![
        assignee(text::assignee_anyone(language), Assignee::Anyone),
        assignee(text::assignee_me(language), Assignee::Me),
        assignee(text::assignee_nobody(language), Assignee::Nobody),
    ];
    let keep = shown.keep(&["q"]);
    view! {
        <div class="toolbar">
            <FilterTabs label=text::view(language) links=views/>
            <SearchForm
                action=PATH
                label=text::search(language)
                button=text::search_button(language)
                value=shown.search.clone()
                keep
            />
        </div>
        <div class="toolbar">
            <FilterTabs label=text::assignee_filter(language) links=assignees/>
            {kind_and_order(language, kinds, shown)}
        </div>
    }
    .into_any()
}

fn kind_and_order(language: Language, kinds: Vec<Choice>, shown: &Shown) -> AnyView {
    let orders = vec![
        Choice::new("", text::order_newest(language)),
        Choice::new("oldest", text::order_oldest(language)),
    ];
    let order = if shown.order == QueueOrder::Oldest { "oldest" } else { "" };
    let kept = shown.keep(&["kind", "order"]).into_iter();
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
        <form class="cluster" method="get" action=PATH>
            {kept}
            {kind}
            <Select name="order" label=text::order(language) choices=orders value=order/>
            <Button label=text::apply(language) kind=ButtonKind::Secondary/>
        </form>
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

fn row(context: &Context, line: RequestLine) -> AgentRow {
    let language = context.language;
    let kind = context.app.desk.settings().request_type(&line.kind);
    AgentRow {
        href: agent_address(line.number),
        number: line.number.to_string(),
        subject: line.subject,
        status: line.status,
        status_label: words::status_for_agents(language, line.status).to_owned(),
        priority: line.priority,
        priority_label: words::priority(language, line.priority).to_owned(),
        customer: line.customer.unwrap_or_else(|| text::no_name(language).to_owned()),
        unassigned: line.assignee.is_none(),
        assignee: line.assignee.unwrap_or_else(|| text::nobody(language).to_owned()),
        // A type that the operator has removed since still has its word.
        kind: kind.map_or(line.kind, |kind| kind.name.get(language).to_owned()),
        created: context.when(line.created_at),
        updated: context.when(line.updated_at),
        unread: line.unread.then(|| text::unread(language).to_owned()),
    }
}

fn nothing(language: Language, shown: &Shown) -> AnyView {
    if !shown.is_filtered() {
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
    let narrow = !shown.search.is_empty() && shown.view != QueueView::All;
    let everywhere = narrow.then(|| address(PATH, &[("view", "all"), ("q", &shown.search)]));
    view! {
        <EmptyState
            title=text::nothing_found_title(language)
            text=text::nothing_found_text(language)
            icon=Icon::Search
        >
            {everywhere.map(|href| view! {
                <ButtonLink href label=text::search_everywhere(language) kind=ButtonKind::Primary/>
            })}
            <ButtonLink href=PATH label=text::clear(language) kind=ButtonKind::Secondary/>
        </EmptyState>
    }
    .into_any()
}
