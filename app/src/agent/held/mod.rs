//! `/agent/held`: requests that are held back as suspected spam, and what agents do with them.

#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::{Address, HeldWhy, Language, RequestNumber};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::components::{
    Button, ButtonKind, Carries, EmptyState, Icon, NavLink, Notice, NoticeKind, Number, PageHead, Pager,
    Table, Time, When,
};
use crate::form::{Done, Forms, Unmet};
use crate::language::agent::requests as agent;
use crate::language::shared::mail as text;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Held {
    /// The requests, in order.
    pub rows: Vec<Row>,
    /// Whether this is not the beginning of the list.
    pub further: bool,
    /// Where the list goes on.
    pub next: Option<String>,
}

/// A request that is held back.
#[derive(Clone, Serialize, Deserialize)]
pub struct Row {
    /// Its number.
    pub number: RequestNumber,
    /// What it is about, as typed.
    pub subject: String,
    /// What the sender is called.
    pub name: Option<String>,
    /// The sender's address.
    pub email: String,
    /// Why it is held.
    pub why: HeldWhy,
    /// When it came in.
    pub created: When,
}

/// Releases a request that is held back.
///
/// # Errors
/// [`Unmet`]: there is none of this number.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "agent/release", input = PostUrl, output = Json)]
pub async fn release_held(#[server(default)] number: String) -> Result<Done, Unmet> {
    Ok(server::release(&number).await?)
}

/// Deletes a request that is held back.
///
/// # Errors
/// [`Unmet`]: there is none of this number.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "agent/discard", input = PostUrl, output = Json)]
pub async fn discard_held(#[server(default)] number: String) -> Result<Done, Unmet> {
    Ok(server::discard(&number).await?)
}

fn list(after: String) -> Address {
    Address::Held { after }
}

/// The page.
pub(super) fn page(visit: &Visit, held: Held) -> Page {
    let language = visit.language;
    let page = Page::new(text::held(language), Place::Queue, move || {
        let Held { rows, further, next } = held;
        let first = further.then(|| NavLink::new(text::first_page(language), list(String::new())));
        let next = next.map(|next| NavLink::new(text::next_page(language), list(next)));
        let back = Some(NavLink::new(text::back(language), Address::Queue(QueueQuery::default())));
        let contents = if rows.is_empty() {
            view! {
                <EmptyState
                    title=text::held_none_title(language)
                    text=text::held_none_text(language)
                    icon=Icon::StatusResolved
                />
            }
            .into_any()
        } else {
            table(language, rows)
        };
        view! {
            <PageHead title=text::held(language) lede=text::held_lede(language) back/>
            {contents}
            <Pager label=text::pages(language) first next/>
        }
        .into_any()
    });
    page.width(Width::Wide)
}

fn table(language: Language, rows: Vec<Row>) -> AnyView {
    let heads = [text::subject, text::from, text::why, text::received];
    let heads = heads.iter().map(|head| head(language).to_owned()).collect();
    let rows = rows.into_iter().map(|line| row(language, line)).collect();
    view! { <Table caption=text::held(language) heads rows class="queue held"/> }.into_any()
}

fn row(language: Language, line: Row) -> AnyView {
    let sender = line.name.unwrap_or_else(|| agent::no_name(language).to_owned());
    let address = Address::RequestForAgents { number: line.number };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a href=address.to_string() dir="auto">{line.subject}</a>
                <span class="queue-facts"><Number number=line.number.to_string()/></span>
            </th>
            <td role="cell" class="name">
                <bdi>{sender}</bdi> <br/> <bdi class="muted small">{line.email}</bdi>
            </td>
            <td role="cell">{text::held_why(language, line.why)}</td>
            <td role="cell" class="age"><Time when=line.created/></td>
        </tr>
    }
    .into_any()
}

/// What a held request says of itself, and the two ways out.
pub(super) fn notice(language: Language, number: RequestNumber, why: HeldWhy, forms: &Forms) -> AnyView {
    let path = Address::RequestForAgents { number };
    let (release, discard) = (format!("{path}/release"), format!("{path}/discard"));
    let (releasing, discarding) = (forms.at(&release), forms.at(&discard));
    let carries = Carries::to(&release);
    let number = number.to_string();
    let same = number.clone();
    view! {
        <Notice kind=NoticeKind::Warning title=text::held_title(language)>
            {text::held_why(language, why)} ". " {text::held_text(language)}
            <div class="cluster">
                <LiveForm language to=ReleaseHeld::PATH action=release form=releasing class="">
                    <input type="hidden" name="number" value=number/>
                    <Button label=text::release(language) kind=ButtonKind::Secondary carries/>
                </LiveForm>
                <LiveForm language to=DiscardHeld::PATH action=discard form=discarding class="">
                    <input type="hidden" name="number" value=same/>
                    <Button label=text::discard(language) kind=ButtonKind::Danger icon=Some(Icon::Trash)/>
                </LiveForm>
            </div>
        </Notice>
    }
    .into_any()
}
