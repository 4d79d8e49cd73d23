//! `/agent/settings/people/{id}`, for admins: what one person who works at the desk may do.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;
use tresen_desk::people::{Colleague, Duty};
use tresen_model::{Language, PersonId, Role};

use super::address::{Named, address};
use super::agent_people::{self, CHANGED, PATH};
use super::parts::section;
use crate::components::{
    Button, ButtonKind, Checkbox, Choice, NavLink, Notice, NoticeKind, PageHead, Select,
};
use crate::islands::LiveForm;
use crate::language::people as text;
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width};

/// Before the id of a request type in the name of its box.
const KIND: &str = "kind.";

pub(super) async fn show(context: Context, named: Named) -> Response {
    let page = async { page(&context, named.person()?, Form::default()).await };
    let page = page.await;
    context.finish(page.map(|page| Answer::Page(Box::new(page))))
}

pub(super) async fn submit(context: Context, named: Named, form: Submitted) -> Response {
    let done = async {
        let (admin, person) = (context.require_agent()?, named.person()?);
        let duty = duty(&context, &form)?;
        context.app.desk.change_duty(&admin, person, &duty).await?;
        Ok(Answer::go(address(PATH, &[("done", CHANGED)])))
    };
    let done = done.await;
    let again = |shown| async { page(&context, named.person()?, shown).await };
    context.finish_form(done, form, again).await
}

/// What the fields of [`duty_fields`] say.
pub(super) fn duty(context: &Context, form: &Submitted) -> Result<Duty, Stop> {
    let fields = form.fields();
    let kinds = fields.keys().filter_map(|name| name.strip_prefix(KIND)).map(str::to_owned).collect();
    Ok(Duty::parse(form.get("role"), form.get("kinds"), kinds, context.app.desk.settings())?)
}

/// What somebody is called here.
pub(super) fn called(language: Language, one: &Colleague) -> String {
    one.name.clone().unwrap_or_else(|| text::no_name(language).to_owned())
}

/// How well somebody's account is protected.
pub(super) fn sign_in(language: Language, factor: bool, provider: Option<&str>) -> String {
    match provider {
        Some(provider) => text::with_provider(language, provider),
        None if factor => text::factor(language).to_owned(),
        None => text::no_factor(language).to_owned(),
    }
}

async fn page(context: &Context, person: PersonId, form: Form) -> Result<Page, Stop> {
    let admin = context.require_agent()?;
    let colleagues = context.app.desk.colleagues(&admin).await?;
    let one = colleagues.into_iter().find(|one| one.id == person).ok_or(Error::NotFound)?;
    let language = context.language;
    let form = if form.is_refused() {
        form
    } else {
        let scope = if one.kinds.is_empty() { "all" } else { "some" };
        Form::with([("role", one.role.as_str()), ("kinds", scope)])
    };
    let context = context.clone();
    let page = Page::new(called(language, &one), Place::Queue, move || {
        let back = Some(NavLink::new(text::back_to_list(language), PATH));
        let meta = view! {
            <bdi>{one.email.clone()}</bdi>
            <span>{sign_in(language, one.second_factor, one.provider.as_deref())}</span>
        };
        let own = one.own.then(|| view! { <Notice kind=NoticeKind::Warning>{text::own(language)}</Notice> });
        let provider = one.provider.as_deref().map(|provider| {
            let words = text::provider_decides(language, provider);
            view! { <Notice>{words}</Notice> }
        });
        let changing = changing(&context, &one, &form);
        view! {
            <PageHead title=called(language, &one) meta=meta.into_any() back/>
            <div class="stack loose">
                {own}
                {provider}
                {section("duty-title", text::duty_title(language), text::duty_text(language), changing)}
            </div>
        }
        .into_any()
    });
    Ok(page.width(Width::Wide))
}

fn changing(context: &Context, one: &Colleague, form: &Form) -> AnyView {
    let language = context.language;
    let own_path = format!("{PATH}/{}", one.id);
    agent_people::locked(context, &own_path).unwrap_or_else(|| {
        let notice = form.notice().map(|notice| view! { <Notice kind=NoticeKind::Error>{notice}</Notice> });
        let fields = duty_fields(context, form, Role::ALL, &one.kinds);
        view! {
            <LiveForm language>
                <form class="form" method="post" action=own_path>
                    {notice}
                    {fields}
                    <div class="form-actions">
                        <Button label=text::save(language) kind=ButtonKind::Primary/>
                    </div>
                </form>
            </LiveForm>
        }
        .into_any()
    })
}

/// The fields for a role and request types, which the style sheet shows where they say something. [`duty`]
/// reads them.
pub(super) fn duty_fields(context: &Context, form: &Form, roles: &[Role], own: &[String]) -> AnyView {
    let language = context.language;
    let roles = roles.iter().map(|role| Choice::new(role.as_str(), text::role_choice(language, *role)));
    let scopes =
        vec![Choice::new("all", text::kinds_all(language)), Choice::new("some", text::kinds_some(language))];
    let kinds = &context.app.desk.settings().request_types;
    let roles = roles.collect::<Vec<_>>();
    let boxes = kinds.iter().map(|kind| {
        let name = format!("{KIND}{}", kind.id);
        let checked = if form.is_refused() { form.ticked(&name) } else { own.contains(&kind.id) };
        let label = kind.name.get(language).to_owned();
        view! { <Checkbox name checked>{label}</Checkbox> }
    });
    let boxes = boxes.collect::<Vec<_>>();
    view! {
        <Select
            name="role"
            label=text::role(language)
            choices=roles
            value=form.value("role")
            error=form.error("role")
            required=true
        />
        <div class="duty-kinds stack">
            <Select
                name="kinds"
                label=text::kinds(language)
                hint=text::kinds_hint(language)
                choices=scopes
                value=form.value("kinds")
                error=form.error("kinds")
                required=true
            />
            <div class="duty-boxes stack tight" role="group" aria-label=text::kinds(language)>{boxes}</div>
        </div>
    }
    .into_any()
}
