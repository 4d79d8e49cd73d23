//! `/requests`: a customer's own requests. Agents see theirs, as customers would.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::requests::ListQuery;
use tresen_model::views::RequestLine;
use tresen_model::{Language, Status};

use super::address::{Parameters, address, parameter, request_address};
use super::restricted;
use crate::components::{
    ButtonKind, ButtonLink, EmptyState, FilterTabs, Icon, NavLink, PageHead, Pager, RequestList, RequestRow,
    SearchForm,
};
use crate::language::{common, requests as text, words};
use crate::web::{Answer, Context, Page, Place, Stop};

const PATH: &str = "/requests";

pub(super) async fn show(context: Context, parameters: Parameters) -> Response {
    let answer = page(&context, &parameters).await;
    context.finish(answer.map(|page| Answer::Page(Box::new(page))))
}

/// What the address of the page says.
#[derive(Clone)]
struct Shown {
    search: String,
    status: Option<Status>,
    after: String,
}

impl Shown {
    fn read(parameters: &Parameters) -> Self {
        Self {
            search: parameter(parameters, "q").trim().to_owned(),
            status: Status::parse(parameter(parameters, "status")),
            after: parameter(parameters, "after").to_owned(),
        }
    }

    /// The same list from the beginning, or from elsewhere.
    fn address(&self, status: Option<Status>, after: &str) -> String {
        let status = status.map_or("", Status::as_str);
        address(PATH, &[("q", &self.search), ("status", status), ("after", after)])
    }
}

async fn page(context: &Context, parameters: &Parameters) -> Result<Page, Stop> {
    let session = context.require_session()?;
    let shown = Shown::read(parameters);
    let query = ListQuery {
        search: shown.search.clone(),
        status: shown.status,
        after: Some(shown.after.clone()).filter(|after| !after.is_empty()),
    };
    let list = context.app.desk.my_requests(session, &query).await?;
    let restricted = restricted::notice(context).await?;
    let language = context.language;
    let context = context.clone();
    Ok(Page::new(common::my_requests(language), Place::MyRequests, move || {
        let nothing_at_all = list.rows.is_empty()
            && shown.search.is_empty()
            && shown.status.is_none()
            && shown.after.is_empty();
        if nothing_at_all {
            return none_yet(language, restricted);
        }
        let next = list
            .next
            .as_deref()
            .map(|next| NavLink::new(text::next_page(language), shown.address(shown.status, next)));
        let first = (!shown.after.is_empty())
            .then(|| NavLink::new(text::first_page(language), shown.address(shown.status, "")));
        let contents = if list.rows.is_empty() {
            none_found(language, &shown)
        } else {
            let rows = list.rows.into_iter().map(|line| row(&context, line)).collect();
            view! { <RequestList rows/> }.into_any()
        };
        view! {
            <PageHead title=common::my_requests(language) lede=text::lede(language)>
                {new_request(language)}
            </PageHead>
            {restricted}
            {toolbar(language, &shown)}
            {contents}
            <Pager label=text::pages(language) first next/>
        }
        .into_any()
    }))
}

fn toolbar(language: Language, shown: &Shown) -> AnyView {
    let tab = |label: &str, status: Option<Status>| {
        NavLink::new(label, shown.address(status, "")).current(shown.status == status)
    };
    let mut links = vec![tab(text::all(language), None)];
    links.extend(Status::ALL.iter().map(|status| tab(words::status(language, *status), Some(*status))));
    let status = shown.status.map(|status| ("status".to_owned(), status.as_str().to_owned()));
    let keep: Vec<(String, String)> = status.into_iter().collect();
    view! {
        <div class="toolbar">
            <FilterTabs label=text::filter(language) links/>
            <SearchForm
                action=PATH
                label=text::search(language)
                button=text::search_button(language)
                value=shown.search.clone()
                keep
            />
        </div>
    }
    .into_any()
}

fn row(context: &Context, line: RequestLine) -> RequestRow {
    let language = context.language;
    let kind = context.app.desk.settings().request_type(&line.kind);
    let kind = kind.map(|kind| kind.name.get(language).to_owned());
    RequestRow {
        href: request_address(line.number, ""),
        number: line.number.to_string(),
        subject: line.subject,
        status: line.status,
        status_label: words::status(language, line.status).to_owned(),
        updated: context.when(line.updated_at),
        unread: line.unread.then(|| text::new_answer(language).to_owned()),
        details: kind.into_iter().chain([text::messages(language, line.comments)]).collect(),
    }
}

fn new_request(language: Language) -> AnyView {
    view! {
        <ButtonLink
            href="/requests/new"
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

fn none_found(language: Language, shown: &Shown) -> AnyView {
    let (title, words) = if shown.search.is_empty() {
        (text::nothing_here_title(language), text::nothing_here_text(language))
    } else {
        (text::nothing_found_title(language), text::nothing_found_text(language))
    };
    view! {
        <EmptyState title=title text=words icon=Icon::Search>
            <ButtonLink href=PATH label=text::show_all(language) kind=ButtonKind::Secondary/>
        </EmptyState>
    }
    .into_any()
}
