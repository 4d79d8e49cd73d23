//! `/agent/settings/tokens`, for admins: the API tokens of services. A new one is shown once.

#[cfg(feature = "ssr")]
mod server;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::{Address, Language};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use super::Shown;
use super::lock::{self, Lock};
use super::tabs::tabs;
use crate::components::{
    Button, ButtonKind, Checkbox, Choice, Field, Icon, NavLink, Notice, NoticeKind, PageHead, Select, Time,
    When,
};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::account::tokens;
use crate::language::settings::{people, services as text};
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::section;
use crate::visit::Visit;

/// Before a scope in the name of its box.
const SCOPE: &str = "scope.";

/// Before the id of a request type in the name of its box.
const KIND: &str = "kind.";

/// What the page says about what was just done: `?done=…`.
const ENDED: &str = "ended";

const END: &str = "/agent/settings/tokens/end";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Services {
    /// What was done just now.
    pub done: String,
    /// The tokens, by name.
    pub lines: Vec<Line>,
    /// Every scope.
    pub scopes: Vec<String>,
    /// The request types that there are: id and name.
    pub kinds: Vec<(String, String)>,
    /// The days that a token may last; empty is for ever.
    pub days: Vec<String>,
    /// Why the form is not shown, if it is not.
    pub lock: Option<Lock>,
}

/// The token of a service.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    /// The service.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// The names of the request types that it reaches; none are all.
    pub kinds: Vec<String>,
    /// Since when it is there.
    pub since: When,
    /// When it ends by itself.
    pub until: Option<When>,
    /// When it was last used.
    pub used: Option<When>,
}

/// Makes a token. `others` holds a field `scope.WORD` for each scope and `kind.ID` for each request type that is ticked.
/// Its answer is the page that shows the token.
///
/// # Errors
/// [`Unmet`]: what is wrong with the fields, or that the admin has to show who they are.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/tokens", input = PostUrl, output = Json)]
pub async fn make_service_token(
    #[server(default)] name: String,
    #[server(default)] days: String,
    #[server(flatten)] others: BTreeMap<String, String>,
) -> Result<Done<Shown>, Unmet> {
    Ok(server::make(&name, &days, &others).await?)
}

/// Revokes a token.
///
/// # Errors
/// [`Unmet`] for whoever is no admin.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/tokens/end", input = PostUrl, output = Json)]
pub async fn end_service_token(#[server(default)] service: String) -> Result<Done, Unmet> {
    Ok(server::end(&service).await?)
}

fn here() -> Address {
    Address::ServiceTokens { done: String::new() }
}

/// The page.
pub(super) fn page(visit: &Visit, services: Services, forms: &Forms) -> Page {
    let language = visit.language;
    let forms = forms.clone();
    let page = Page::new(text::title(language), Place::Queue, move || {
        let done = (services.done == ENDED).then(|| tokens::ended(language));
        let back = Some(NavLink::new(people::back(language), Address::Queue(QueueQuery::default())));
        let make = match services.lock {
            Some(lock) => lock::locked(language, lock, text::locked(language), &here()),
            None => make_form(language, &services, forms.at(&here().to_string())),
        };
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            {tabs(language, &here())}
            {done.map(|words| view! { <Notice kind=NoticeKind::Success>{words}</Notice> })}
            {section("tokens-title", text::list(language), text::list_text(language), list(language, &services, &forms))}
            {section("new-token-title", tokens::new(language), text::new_text(language), make)}
        }
        .into_any()
    });
    page.width(Width::Wide)
}

fn list(language: Language, services: &Services, forms: &Forms) -> AnyView {
    if services.lines.is_empty() {
        return view! { <p>{text::none(language)}</p> }.into_any();
    }
    let lines = services.lines.iter().map(|line| line_of(language, line.clone(), forms)).collect::<Vec<_>>();
    view! { <ul class="rows">{lines}</ul> }.into_any()
}

fn line_of(language: Language, line: Line, forms: &Forms) -> AnyView {
    let Line { name, scopes, kinds, since, until, used } = line;
    let form = forms.one_at(END, |values| values.get("service") == Some(&name));
    let allows =
        scopes.iter().map(|scope| tokens::scope(language, scope, true)).collect::<Vec<_>>().join(" · ");
    let reaches = if kinds.is_empty() { people::kinds_all(language).to_owned() } else { kinds.join(" · ") };
    let (service, about) = (name.clone(), name.clone());
    view! {
        <li>
            <div>
                <strong><bdi>{name}</bdi></strong>
                <p class="small">{allows}</p>
                <p class="meta muted small">
                    <span>{reaches}</span>
                    <span>{tokens::since(language)} " " <Time when=since/></span>
                    {until.map(|until| view! { <span>{tokens::until(language)} " " <Time when=until/></span> })}
                    {used.map(|used| view! { <span>{tokens::used(language)} " " <Time when=used/></span> })}
                </p>
            </div>
            <LiveForm language to=EndServiceToken::PATH action=END form class="">
                <input type="hidden" name="service" value=service/>
                <Button label=tokens::end(language) kind=ButtonKind::Quiet icon=Some(Icon::Trash) about/>
            </LiveForm>
        </li>
    }
    .into_any()
}

fn make_form(language: Language, services: &Services, form: Form) -> AnyView {
    let scopes = services.scopes.iter().enumerate().map(|(place, scope)| {
        let name = format!("{SCOPE}{scope}");
        let checked = form.ticked_or(&name, false);
        // What is wrong with all of them stands at the first.
        let error = form.error(if place == 0 { "scope" } else { &name });
        let (label, word) = (tokens::scope(language, scope, true), scope.clone());
        view! { <Checkbox name checked error>{label} " " <code>{word}</code></Checkbox> }.into_any()
    });
    let scopes = scopes.collect::<Vec<_>>();
    let kinds = services.kinds.iter().map(|(id, label)| {
        let name = format!("{KIND}{id}");
        let (checked, label) = (form.ticked_or(&name, false), label.clone());
        view! { <Checkbox name checked>{label}</Checkbox> }.into_any()
    });
    let kinds = kinds.collect::<Vec<_>>();
    let usual = services.days.get(1).or(services.days.first()).cloned().unwrap_or_default();
    let days =
        services.days.iter().map(|days| Choice::new(days.clone(), tokens::days(language, days))).collect();
    let (named, lasts) = (form.value("name"), form.value_or("days", &usual));
    let (name_error, days_error) = (form.error("name"), form.error("days"));
    view! {
        <LiveForm language to=MakeServiceToken::PATH action=here() form class="form">
            <Field
                name="name"
                label=text::name(language)
                hint=text::name_hint(language)
                value=named
                error=name_error
                autocomplete="off"
                maxlength=Some(60)
                required=true
            />
            <fieldset class="stack tight">
                <legend class="field-label">{tokens::scopes(language)}</legend>
                {scopes}
            </fieldset>
            <fieldset class="stack tight">
                <legend class="field-label">{people::kinds(language)}</legend>
                <p class="field-hint">{text::kinds_hint(language)}</p>
                {kinds}
            </fieldset>
            <Select name="days" label=tokens::lasts(language) choices=days value=lasts error=days_error/>
            <div class="form-actions">
                <Button label=tokens::make(language) kind=ButtonKind::Primary/>
            </div>
        </LiveForm>
    }
    .into_any()
}
