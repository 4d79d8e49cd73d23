//! `/agent/settings/people`, for admins: who works at the desk, who is invited, and adding somebody.

#[cfg(feature = "ssr")]
mod server;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::{Address, Language, PersonId, PersonName, Role};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use super::colleague::CHANGED;
use super::duty::{self, Now};
use super::lock::{self, Lock};
use super::person::Person;
use super::tabs::tabs;
use crate::components::{
    Button, ButtonKind, Choice, Field, NavLink, Notice, NoticeKind, PageHead, Select, Table,
};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::settings::people as text;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::section;
use crate::visit::Visit;

/// What the page says about what was just done: `?done=…`.
const ADDED: &str = "added";
const INVITED: &str = "invited";
const WITHDRAWN: &str = "withdrawn";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct People {
    /// What was done just now.
    pub done: String,
    /// Everybody who works at the desk.
    pub colleagues: Vec<Person>,
    /// Who was invited and has not come yet.
    pub invitations: Vec<Invitation>,
    /// The request types that there are: id and name.
    pub kinds: Vec<(String, String)>,
    /// Why the form is not shown, if it is not.
    pub lock: Option<Lock>,
}

/// Somebody who was invited.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invitation {
    /// Who.
    pub id: PersonId,
    /// The name that they are to have.
    pub name: String,
    /// Where it was sent.
    pub email: String,
    /// The role that waits for them.
    pub role: Role,
    /// Until when the link is good, in full.
    pub until: String,
}

/// Adds somebody, or invites them. `others` holds a field `kind.ID` for each request type that is ticked.
///
/// # Errors
/// [`Unmet`]: what is wrong with the fields, or that the admin has to show who they are.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/add", input = PostUrl, output = Json)]
pub async fn add_colleague(
    #[server(default)] email: String,
    #[server(default)] name: String,
    #[server(default)] role: String,
    #[server(default)] kinds: String,
    #[server(default)] language: String,
    #[server(flatten)] others: BTreeMap<String, String>,
) -> Result<Done, Unmet> {
    Ok(server::add(&email, &name, &role, &kinds, &language, &others).await?)
}

/// Withdraws an invitation.
///
/// # Errors
/// [`Unmet`]: there is none, or the admin has to show who they are.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/withdraw", input = PostUrl, output = Json)]
pub async fn withdraw_invitation(#[server(default)] id: String) -> Result<Done, Unmet> {
    Ok(server::withdraw(&id).await?)
}

fn here() -> Address {
    Address::People { done: String::new() }
}

/// The page.
pub(super) fn page(visit: &Visit, people: People, forms: &Forms) -> Page {
    let language = visit.language;
    let forms = forms.clone();
    let page = Page::new(text::title(language), Place::Queue, move || {
        let People { done, colleagues, invitations, kinds, lock } = people;
        let done = match done.as_str() {
            CHANGED => Some(text::changed(language)),
            ADDED => Some(text::added(language)),
            INVITED => Some(text::was_invited(language)),
            WITHDRAWN => Some(text::withdrawn(language)),
            _ => None,
        };
        let back = Some(NavLink::new(text::back(language), Address::Queue(QueueQuery::default())));
        let adding = match lock {
            Some(lock) => lock::locked(language, lock, text::locked(language), &here()),
            None => adding(language, kinds.clone(), forms.at(&here().to_string())),
        };
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            {tabs(language, &here())}
            {done.map(|words| view! { <Notice kind=NoticeKind::Success>{words}</Notice> })}
            {table(language, colleagues, &kinds)}
            {invited(language, invitations, &forms)}
            {section("add-title", text::add_title(language), text::add_text(language), adding)}
        }
        .into_any()
    });
    page.width(Width::Wide)
}

/// In the manner of the queue: a table, which becomes a list of blocks on a phone.
fn table(language: Language, colleagues: Vec<Person>, kinds: &[(String, String)]) -> AnyView {
    let heads = [text::name, text::role, text::kinds, text::sign_in];
    let heads = heads.iter().map(|head| head(language).to_owned()).collect();
    let rows = colleagues.into_iter().map(|one| row(language, one, kinds)).collect();
    view! { <Table caption=text::caption(language) heads rows/> }.into_any()
}

fn row(language: Language, one: Person, kinds: &[(String, String)]) -> AnyView {
    let href = Address::Colleague { id: one.id };
    let (name, sign_in) = (one.called(language), one.sign_in(language));
    let own = one.own.then(|| format!(" ({})", text::you(language)));
    let kinds = kinds_of(language, &one, kinds);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a href=href.to_string()><bdi>{name}</bdi>{own}</a>
                <span class="queue-facts"><bdi>{one.email}</bdi></span>
            </th>
            <td role="cell">{text::role_name(language, one.role)}</td>
            <td role="cell">{kinds}</td>
            <td role="cell" class=if one.second_factor || one.provider.is_some() { "" } else { "nobody" }>
                {sign_in}
            </td>
        </tr>
    }
    .into_any()
}

/// The request types of somebody, in words.
fn kinds_of(language: Language, one: &Person, kinds: &[(String, String)]) -> String {
    if one.kinds.is_empty() {
        return text::kinds_all(language).to_owned();
    }
    // A type that the operator has removed since still has its word.
    let name = |id: &String| {
        let known = kinds.iter().find(|(known, _)| known == id);
        known.map_or(id, |(_, name)| name).as_str().to_owned()
    };
    one.kinds.iter().map(name).collect::<Vec<_>>().join(" · ")
}

fn invited(language: Language, invitations: Vec<Invitation>, forms: &Forms) -> Option<AnyView> {
    if invitations.is_empty() {
        return None;
    }
    let rows = invitations.into_iter().map(|one| invitation(language, one, forms)).collect::<Vec<_>>();
    let list = view! { <div class="stack"><ul class="rows">{rows}</ul></div> }.into_any();
    Some(section("invited-title", text::invited_title(language), text::invited_text(language), list))
}

fn invitation(language: Language, one: Invitation, forms: &Forms) -> AnyView {
    let action = format!("{}/withdraw", Address::Colleague { id: one.id });
    let form = forms.at(&action);
    view! {
        <li>
            <div>
                <strong><bdi>{one.name.clone()}</bdi></strong>
                <p class="meta">
                    <bdi>{one.email}</bdi>
                    <span>{text::role_name(language, one.role)}</span>
                    <span>{text::until(language, &one.until)}</span>
                </p>
            </div>
            <LiveForm language to=WithdrawInvitation::PATH action form class="">
                <input type="hidden" name="id" value=one.id.to_string()/>
                <Button label=text::withdraw(language) kind=ButtonKind::Quiet about=one.name/>
            </LiveForm>
        </li>
    }
    .into_any()
}

fn adding(language: Language, kinds: Vec<(String, String)>, form: Form) -> AnyView {
    let duty = duty::fields(language, &form, &[Role::Agent, Role::Admin], &Now::default(), kinds);
    let languages = Language::ALL.iter().map(|one| Choice::new(one.tag(), one.own_name())).collect();
    view! {
        <LiveForm language to=AddColleague::PATH action=here() form=form.clone() class="form">
            <Field
                name="email"
                kind="email"
                label=text::email(language)
                value=form.value("email")
                error=form.error("email")
                autocomplete="off"
                required=true
            />
            <Field
                name="name"
                label=text::name(language)
                hint=text::name_hint(language)
                value=form.value("name")
                error=form.error("name")
                autocomplete="off"
                maxlength=Some(PersonName::MAX)
                required=true
            />
            {duty}
            <Select
                name="language"
                label=text::language(language)
                hint=text::language_hint(language)
                choices=languages
                value=form.value_or("language", language.tag())
                error=form.error("language")
            />
            <div class="form-actions">
                <Button label=text::add(language) kind=ButtonKind::Primary/>
            </div>
        </LiveForm>
    }
    .into_any()
}
