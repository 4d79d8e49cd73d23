//! `/agent/held`: requests that are held back as suspected spam, and what agents do with them.

use axum::response::Response;
use leptos::prelude::*;
use tresen_model::views::HeldLine;
use tresen_model::{HeldWhy, Language, RequestNumber};

use super::address::{Named, Parameters, address, agent_address, parameter};
use crate::components::{
    Button, ButtonKind, EmptyState, Icon, NavLink, Notice, NoticeKind, Number, PageHead, Pager, Table, Time,
};
use crate::language::{agent, mail as text};
use crate::web::{Answer, Context, Page, Place, Stop, Width};

/// The address of the list.
pub(super) const PATH: &str = "/agent/held";

pub(super) async fn show(context: Context, parameters: Parameters) -> Response {
    let answer = page(&context, parameter(&parameters, "after")).await;
    context.finish(answer.map(|page| Answer::Page(Box::new(page))))
}

async fn page(context: &Context, after: &str) -> Result<Page, Stop> {
    let agent = context.require_agent()?;
    let after = Some(after).filter(|after| !after.is_empty());
    let list = context.app.desk.held_requests(&agent, after).await?;
    let language = context.language;
    let first = after.map(|_| NavLink::new(text::first_page(language), PATH));
    let next =
        list.next.map(|next| NavLink::new(text::next_page(language), address(PATH, &[("after", &next)])));
    let context = context.clone();
    let page = Page::new(text::held(language), Place::Queue, move || {
        let back = Some(NavLink::new(text::back(language), "/agent"));
        let contents = if list.rows.is_empty() {
            view! {
                <EmptyState
                    title=text::held_none_title(language)
                    text=text::held_none_text(language)
                    icon=Icon::StatusResolved
                />
            }
            .into_any()
        } else {
            table(&context, list.rows)
        };
        view! {
            <PageHead title=text::held(language) lede=text::held_lede(language) back/>
            {contents}
            <Pager label=text::pages(language) first next/>
        }
        .into_any()
    });
    Ok(page.width(Width::Wide))
}

fn table(context: &Context, rows: Vec<HeldLine>) -> AnyView {
    let language = context.language;
    let heads = [text::subject, text::from, text::why, text::received];
    let heads = heads.iter().map(|head| head(language).to_owned()).collect();
    let rows = rows.into_iter().map(|line| row(context, line)).collect();
    view! { <Table caption=text::held(language) heads rows class="queue held"/> }.into_any()
}

fn row(context: &Context, line: HeldLine) -> AnyView {
    let sender = line.name.unwrap_or_else(|| agent::no_name(context.language).to_owned());
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a href=agent_address(line.number) dir="auto">{line.subject}</a>
                <span class="queue-facts"><Number number=line.number.to_string()/></span>
            </th>
            <td role="cell" class="name">
                <bdi>{sender}</bdi> <br/> <bdi class="muted small">{line.email}</bdi>
            </td>
            <td role="cell">{text::held_why(context.language, line.why)}</td>
            <td role="cell" class="age"><Time when=context.when(line.created_at)/></td>
        </tr>
    }
    .into_any()
}

/// What a held request says of itself, and the two ways out.
pub(super) fn notice(language: Language, number: RequestNumber, why: HeldWhy) -> AnyView {
    let action = move |what: &str| format!("{}/{what}", agent_address(number));
    view! {
        <Notice kind=NoticeKind::Warning title=text::held_title(language)>
            {text::held_why(language, why)} ". " {text::held_text(language)}
            <div class="cluster">
                <form method="post" action=action("release")>
                    <Button label=text::release(language) kind=ButtonKind::Secondary/>
                </form>
                <form method="post" action=action("discard")>
                    <Button label=text::discard(language) kind=ButtonKind::Danger icon=Some(Icon::Trash)/>
                </form>
            </div>
        </Notice>
    }
    .into_any()
}

pub(super) async fn release(context: Context, named: Named) -> Response {
    let done = async {
        let (agent, number) = (context.require_agent()?, named.number()?);
        context.app.desk.release_held(&agent, number).await?;
        Ok(Answer::go(agent_address(number)))
    };
    let done = done.await;
    context.finish(done)
}

pub(super) async fn discard(context: Context, named: Named) -> Response {
    let done = async {
        let (agent, number) = (context.require_agent()?, named.number()?);
        context.app.desk.discard_held(&agent, number).await?;
        Ok(Answer::go(PATH))
    };
    let done = done.await;
    context.finish(done)
}
