//! `/agent/settings/people`, for admins: who works at the desk, who is invited, and adding somebody.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::people::{Added, Colleague, Factor, Invitation, NewColleague};
use tresen_model::{Language, PersonName, Role};

use super::address::{Named, Parameters, address, parameter};
use super::parts::section;
use super::{agent_colleague, agent_mail};
use crate::components::{
    Button, ButtonKind, ButtonLink, Field, FilterTabs, Icon, NavLink, Notice, NoticeKind, PageHead, Table,
};
use crate::islands::LiveForm;
use crate::language::{factors, mail, people as text};
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width, escape};

/// The address of the page.
pub(super) const PATH: &str = "/agent/settings/people";

/// What the page says about what was just done: `?done=…`.
pub(super) const CHANGED: &str = "changed";
const ADDED: &str = "added";
const INVITED: &str = "invited";
const WITHDRAWN: &str = "withdrawn";

pub(super) async fn show(context: Context, parameters: Parameters) -> Response {
    let answer = page(&context, parameter(&parameters, "done"), Form::default()).await;
    context.finish(answer.map(|page| Answer::Page(Box::new(page))))
}

/// Whoever comes to the address of a form, from the login or by reloading, finds its page.
pub(super) async fn back(context: Context) -> Response {
    context.finish(Ok(Answer::go(PATH)))
}

pub(super) async fn add(context: Context, form: Submitted) -> Response {
    let done = async {
        let admin = context.require_agent()?;
        let duty = agent_colleague::duty(&context, &form)?;
        let new = NewColleague { email: form.get("email"), name: form.get("name"), duty };
        let added = context.app.desk.add_colleague(&admin, &new).await?;
        let done = if added == Added::Now { ADDED } else { INVITED };
        Ok(Answer::go(address(PATH, &[("done", done)])))
    };
    let done = done.await;
    context.finish_form(done, form, |shown| page(&context, "", shown)).await
}

pub(super) async fn withdraw(context: Context, named: Named) -> Response {
    let done = async {
        let (admin, person) = (context.require_agent()?, named.person()?);
        context.app.desk.withdraw_invitation(&admin, person).await?;
        Ok(Answer::go(address(PATH, &[("done", WITHDRAWN)])))
    };
    let done = done.await;
    context.finish(done)
}

async fn page(context: &Context, done: &str, form: Form) -> Result<Page, Stop> {
    let admin = context.require_agent()?;
    let colleagues = context.app.desk.colleagues(&admin).await?;
    let invitations = context.app.desk.invitations(&admin).await?;
    let language = context.language;
    let done = match done {
        CHANGED => Some(text::changed(language)),
        ADDED => Some(text::added(language)),
        INVITED => Some(text::was_invited(language)),
        WITHDRAWN => Some(text::withdrawn(language)),
        _ => None,
    };
    let context = context.clone();
    let page = Page::new(text::title(language), Place::Queue, move || {
        let back = Some(NavLink::new(text::back(language), "/agent"));
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            {tabs(language, PATH)}
            {done.map(|words| view! { <Notice kind=NoticeKind::Success>{words}</Notice> })}
            {table(&context, colleagues)}
            {invited(&context, invitations)}
            {adding(&context, &form)}
        }
        .into_any()
    });
    Ok(page.width(Width::Wide))
}

/// The pages of settings, above each of them.
pub(super) fn tabs(language: Language, here: &str) -> AnyView {
    let link = |label: &str, path: &str| NavLink::new(label, path).current(path == here);
    let links = vec![link(text::link(language), PATH), link(mail::trouble_link(language), agent_mail::PATH)];
    view! { <div class="toolbar"><FilterTabs label=text::settings(language) links/></div> }.into_any()
}

/// Instead of a form that would lead to the question anyway.
pub(super) fn locked(context: &Context, next: &str) -> Option<AnyView> {
    let (language, session) = (context.language, context.session()?);
    if session.is_fresh(context.now) {
        return None;
    }
    let by_provider = session.factor() == Some(Factor::Provider);
    let way = if by_provider {
        view! { <p>{text::locked_provider(language)}</p> }.into_any()
    } else {
        let href = format!("/account/confirm?next={}", escape(next));
        view! {
            <p class="cluster">
                <ButtonLink href label=factors::unlock(language) icon=Some(Icon::Lock)/>
            </p>
        }
        .into_any()
    };
    Some(view! { <div class="card sunken stack"><p>{text::locked(language)}</p>{way}</div> }.into_any())
}

/// In the manner of the queue: a table, which becomes a list of blocks on a phone.
fn table(context: &Context, colleagues: Vec<Colleague>) -> AnyView {
    let language = context.language;
    let heads = [text::name, text::role, text::kinds, text::sign_in];
    let heads = heads.iter().map(|head| head(language).to_owned()).collect();
    let rows = colleagues.into_iter().map(|one| row(context, one)).collect();
    view! { <Table caption=text::caption(language) heads rows/> }.into_any()
}

fn row(context: &Context, one: Colleague) -> AnyView {
    let language = context.language;
    let href = format!("{PATH}/{}", one.id);
    let name = agent_colleague::called(language, &one);
    let own = one.own.then(|| format!(" ({})", text::you(language)));
    let kinds = kinds(context, &one);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a href=href><bdi>{name}</bdi>{own}</a>
                <span class="queue-facts"><bdi>{one.email}</bdi></span>
            </th>
            <td role="cell">{text::role_name(language, one.role)}</td>
            <td role="cell">{kinds}</td>
            <td role="cell" class=if one.second_factor || one.provider.is_some() { "" } else { "nobody" }>
                {agent_colleague::sign_in(language, one.second_factor, one.provider.as_deref())}
            </td>
        </tr>
    }
    .into_any()
}

/// The request types of somebody, in words.
fn kinds(context: &Context, one: &Colleague) -> String {
    let language = context.language;
    if one.kinds.is_empty() {
        return text::kinds_all(language).to_owned();
    }
    let settings = context.app.desk.settings();
    // A type that the operator has removed since still has its word.
    let name = |id: &String| match settings.request_type(id) {
        Some(kind) => kind.name.get(language).to_owned(),
        None => id.clone(),
    };
    one.kinds.iter().map(name).collect::<Vec<_>>().join(" · ")
}

fn invited(context: &Context, invitations: Vec<Invitation>) -> Option<AnyView> {
    let language = context.language;
    if invitations.is_empty() {
        return None;
    }
    let rows = invitations.into_iter().map(|one| invitation(context, one)).collect::<Vec<_>>();
    let list = view! { <div class="stack"><ul class="rows">{rows}</ul></div> }.into_any();
    Some(section("invited-title", text::invited_title(language), text::invited_text(language), list))
}

fn invitation(context: &Context, one: Invitation) -> AnyView {
    let language = context.language;
    let until = context.when(one.until).exact;
    let action = format!("{PATH}/{}/withdraw", one.id);
    view! {
        <li>
            <div>
                <strong><bdi>{one.name.clone()}</bdi></strong>
                <p class="meta">
                    <bdi>{one.email}</bdi>
                    <span>{text::role_name(language, one.role)}</span>
                    <span>{text::until(language, &until)}</span>
                </p>
            </div>
            <form method="post" action=action>
                <Button label=text::withdraw(language) kind=ButtonKind::Quiet about=one.name/>
            </form>
        </li>
    }
    .into_any()
}

fn adding(context: &Context, form: &Form) -> AnyView {
    let language = context.language;
    let content = locked(context, PATH).unwrap_or_else(|| {
        let notice = form.notice().map(|notice| view! { <Notice kind=NoticeKind::Error>{notice}</Notice> });
        let fields = view! {
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
                    {agent_colleague::duty_fields(context, form, &[Role::Agent, Role::Admin], &[])}
        };
        let fields = fields.into_any();
        view! {
            <LiveForm language>
                <form class="form" method="post" action=PATH>
                    {notice}
                    {fields}
                    <div class="form-actions">
                        <Button label=text::add(language) kind=ButtonKind::Primary/>
                    </div>
                </form>
            </LiveForm>
        }
        .into_any()
    });
    section("add-title", text::add_title(language), text::add_text(language), content)
}
