//! `/requests`: a customer's own requests. Agents see theirs, as customers would.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::address::RequestsQuery;
use tresen_model::{Address, Language, RequestNumber, Status};

use crate::components::{
    ButtonKind, ButtonLink, EmptyState, FilterTabs, Icon, NavLink, PageHead, Pager, RequestList, RequestRow,
    SearchForm, When,
};
use crate::language::mine::requests as text;
use crate::language::shared::{common, words};
use crate::page::{Page, Place};
use crate::parts::restricted::{self, Restricted};
use crate::visit::Visit;

const PATH: &str = "/requests";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Requests {
    /// Which requests are asked for.
    pub query: RequestsQuery,
    /// They, the newest activity first.
    pub lines: Vec<Line>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<String>,
    /// By whom the processing of the customer's data is restricted, if it is.
    pub restricted: Option<Restricted>,
}

/// A request in the list.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    /// Its number.
    pub number: RequestNumber,
    /// What it is about.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// What its request type is called; `None` for one that the settings know no more.
    pub kind: Option<String>,
    /// The last comment or change that the customer can see.
    pub updated: When,
    /// Whether something was written since the customer looked.
    pub unread: bool,
    /// How many comments it has.
    pub comments: u32,
}

/// Asks the desk for what the page shows.
#[cfg(feature = "ssr")]
pub(super) async fn load(
    context: &crate::web::Context,
    query: &RequestsQuery,
) -> Result<Requests, crate::web::Stop> {
    let session = context.require_session()?;
    let desk = &context.app.desk;
    let wanted = tresen_desk::requests::ListQuery {
        search: query.search.clone(),
        status: query.status,
        after: Some(query.after.clone()).filter(|after| !after.is_empty()),
    };
    let list = desk.requests.my_requests(session, &wanted).await?;
    let kind = |id: &str| {
        let kind = desk.settings().request_type(id);
        kind.map(|kind| kind.name.get(context.language).to_owned())
    };
    let lines = list.rows.into_iter().map(|row| Line {
        number: row.number,
        subject: row.subject,
        status: row.status,
        kind: kind(&row.kind),
        updated: context.when(row.updated_at),
        unread: row.unread,
        comments: row.comments,
    });
    Ok(Requests {
        query: query.clone(),
        lines: lines.collect(),
        next: list.next,
        restricted: restricted::load(context),
    })
}

/// The page.
pub(super) fn page(visit: &Visit, shown: Requests) -> Page {
    let language = visit.language;
    Page::new(common::my_requests(language), Place::MyRequests, move || contents(language, shown))
}

fn contents(language: Language, shown: Requests) -> AnyView {
    let Requests { query, lines, next, restricted } = shown;
    let restricted = restricted::notice(language, restricted);
    if lines.is_empty() && query == RequestsQuery::default() {
        return none_yet(language, restricted);
    }
    let next = next.map(|next| NavLink::new(text::next_page(language), address(&query, query.status, &next)));
    let first = (!query.after.is_empty())
        .then(|| NavLink::new(text::first_page(language), address(&query, query.status, "")));
    let list = if lines.is_empty() {
        none_found(language, &query)
    } else {
        let rows = lines.into_iter().map(|line| row(language, line)).collect();
        view! { <RequestList rows/> }.into_any()
    };
    view! {
        <PageHead title=common::my_requests(language) lede=text::lede(language)>
            {new_request(language)}
        </PageHead>
        {restricted}
        {toolbar(language, &query)}
        {list}
        <Pager label=text::pages(language) first next/>
    }
    .into_any()
}

/// The same list with another status, or from elsewhere.
fn address(query: &RequestsQuery, status: Option<Status>, after: &str) -> Address {
    Address::Requests(RequestsQuery { search: query.search.clone(), status, after: after.to_owned() })
}

fn toolbar(language: Language, query: &RequestsQuery) -> AnyView {
    let tab = |label: &str, status: Option<Status>| {
        NavLink::new(label, address(query, status, "")).current(query.status == status)
    };
    let mut links = vec![tab(text::all(language), None)];
    links.extend(Status::ALL.iter().map(|status| tab(words::status(language, *status), Some(*status))));
    let status = query.status.map(|status| ("status".to_owned(), status.as_str().to_owned()));
    let keep: Vec<(String, String)> = status.into_iter().collect();
    view! {
        <div class="toolbar">
            <FilterTabs label=text::filter(language) links/>
            <SearchForm
                action=PATH
                label=text::search(language)
                button=text::search_button(language)
                value=query.search.clone()
                keep
            />
        </div>
    }
    .into_any()
}

fn row(language: Language, line: Line) -> RequestRow {
    RequestRow {
        href: Address::Request { number: line.number, token: String::new() }.to_string(),
        number: line.number.to_string(),
        subject: line.subject,
        status: line.status,
        status_label: words::status(language, line.status).to_owned(),
        updated: line.updated,
        unread: line.unread.then(|| text::new_answer(language).to_owned()),
        details: line.kind.into_iter().chain([text::messages(language, line.comments)]).collect(),
    }
}

fn new_request(language: Language) -> AnyView {
    view! {
        <ButtonLink
            href=Address::NewRequest
            label=common::new_request(language)
            kind=ButtonKind::Primary
            icon=Some(Icon::Plus)
        />
    }
    .into_any()
}

fn none_yet(language: Language, restricted: Option<AnyView>) -> AnyView {
    view! {
        <PageHead title=common::my_requests(language)/>
        {restricted}
        <EmptyState title=text::none_title(language) text=text::none_text(language)>
            {new_request(language)}
        </EmptyState>
    }
    .into_any()
}

fn none_found(language: Language, query: &RequestsQuery) -> AnyView {
    let (title, words) = if query.search.is_empty() {
        (text::nothing_here_title(language), text::nothing_here_text(language))
    } else {
        (text::nothing_found_title(language), text::nothing_found_text(language))
    };
    view! {
        <EmptyState title=title text=words icon=Icon::Search>
            <ButtonLink
                href=Address::Requests(RequestsQuery::default())
                label=text::show_all(language)
                kind=ButtonKind::Secondary
            />
        </EmptyState>
    }
    .into_any()
}
