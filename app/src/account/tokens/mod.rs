//! `/account/tokens`: the API tokens of whoever is signed in. Each with its name and scopes, a button that revokes it, and a
//! form for one more. A new token is shown once.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

pub mod made;
#[cfg(feature = "ssr")]
mod server;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::{Address, Language};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use super::Shown;
use crate::components::{
    Button, ButtonKind, Checkbox, Choice, Field, Icon, NavLink, Notice, NoticeKind, PageHead, Select, Time,
    When,
};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::account::tokens as text;
use crate::language::shared::common;
use crate::live::LiveForm;
use crate::page::{Page, Place};
use crate::parts::locked::locked;
use crate::parts::section;
use crate::visit::Visit;

/// Before a scope in the name of its box.
const SCOPE: &str = "scope.";

const MAKE: &str = "/account/tokens";
const END: &str = "/account/tokens/end";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tokens {
    /// What was done just now.
    pub done: String,
    /// Whether something may be made now.
    pub fresh: bool,
    /// Whether the person is an agent or an admin.
    pub staff: bool,
    /// Whether the processing of their data is restricted: then no token works.
    pub restricted: bool,
    /// The tokens, oldest first.
    pub lines: Vec<Line>,
    /// The scopes that their role may give.
    pub scopes: Vec<String>,
    /// The days that a token may last; empty is for ever.
    pub days: Vec<String>,
}

/// A token, as its owner sees it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    /// Names it in the form that ends it. Not its secret.
    pub handle: String,
    /// Its owner's name for it.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// Since when it is there.
    pub since: When,
    /// When it ends by itself.
    pub until: Option<When>,
    /// When it was last used.
    pub used: Option<When>,
}

/// Makes a token. `others` holds a field `scope.WORD` for each scope that is ticked. Its answer is the page that shows
/// the token.
///
/// # Errors
/// [`Unmet`]: what is wrong with the fields, or that somebody has to show first who they are.
#[server(prefix = "/api/ui", endpoint = "account/tokens", input = PostUrl, output = Json)]
pub async fn make_token(
    #[server(default)] name: String,
    #[server(default)] days: String,
    #[server(flatten)] others: BTreeMap<String, String>,
) -> Result<Done<Shown>, Unmet> {
    Ok(server::make(&name, &days, &others).await?)
}

/// Revokes a token.
///
/// # Errors
/// [`Unmet`] when nobody is signed in.
#[server(prefix = "/api/ui", endpoint = "account/tokens/end", input = PostUrl, output = Json)]
pub async fn end_token(#[server(default)] token: String) -> Result<Done, Unmet> {
    Ok(server::end(&token).await?)
}

/// The address of the page.
fn address() -> Address {
    Address::Tokens { done: String::new() }
}

/// The page.
pub(super) fn page(visit: &Visit, tokens: Tokens, forms: &Forms) -> Page {
    let language = visit.language;
    let forms = forms.clone();
    Page::new(text::title(language), Place::Account, move || {
        let back = Some(NavLink::new(common::account(language), Address::Account { done: String::new() }));
        let notice = (tokens.done == "ended").then(|| text::ended(language));
        let make = match (tokens.restricted, tokens.fresh) {
            (true, _) => view! { <p>{text::restricted(language)}</p> }.into_any(),
            (false, true) => make_form(language, &tokens, forms.at(MAKE)),
            (false, false) => locked(language, text::locked(language), &address()),
        };
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            <div class="stack loose">
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Success>{notice}</Notice> })}
                <div>
                    {section("tokens-title", text::yours(language), text::yours_text(language), list(language, &tokens, &forms))}
                    {section("new-token-title", text::new(language), text::new_text(language), make)}
                </div>
            </div>
        }
        .into_any()
    })
}

fn list(language: Language, tokens: &Tokens, forms: &Forms) -> AnyView {
    if tokens.lines.is_empty() {
        return view! { <p>{text::none(language)}</p> }.into_any();
    }
    let lines = tokens.lines.iter().map(|line| line_of(language, line.clone(), tokens.staff, forms));
    let lines = lines.collect::<Vec<_>>();
    view! { <ul class="rows">{lines}</ul> }.into_any()
}

fn line_of(language: Language, line: Line, staff: bool, forms: &Forms) -> AnyView {
    let Line { handle, name, scopes, since, until, used } = line;
    let form = forms.one_at(END, |values| values.get("token") == Some(&handle));
    let about = name.clone();
    let allows =
        scopes.iter().map(|scope| text::scope(language, scope, staff)).collect::<Vec<_>>().join(" · ");
    view! {
        <li>
            <div>
                <strong><bdi>{name}</bdi></strong>
                <p class="small">{allows}</p>
                <p class="meta muted small">
                    <span>{text::since(language)} " " <Time when=since/></span>
                    {until.map(|until| view! { <span>{text::until(language)} " " <Time when=until/></span> })}
                    {used.map(|used| view! { <span>{text::used(language)} " " <Time when=used/></span> })}
                </p>
            </div>
            <LiveForm language to=EndToken::PATH action=END form class="">
                <input type="hidden" name="token" value=handle/>
                <Button label=text::end(language) kind=ButtonKind::Quiet icon=Some(Icon::Trash) about/>
            </LiveForm>
        </li>
    }
    .into_any()
}

fn make_form(language: Language, tokens: &Tokens, form: Form) -> AnyView {
    let staff = tokens.staff;
    let boxes = tokens.scopes.iter().enumerate().map(|(place, scope)| {
        let name = format!("{SCOPE}{scope}");
        let checked = form.ticked_or(&name, false);
        // What is wrong with all of them stands at the first.
        let error = form.error(if place == 0 { "scopes" } else { &name });
        let (label, word) = (text::scope(language, scope, staff), scope.clone());
        view! {
            <Checkbox name checked error>
                {label}
                " "
                <code>{word}</code>
            </Checkbox>
        }
        .into_any()
    });
    let boxes = boxes.collect::<Vec<_>>();
    let usual = tokens.days.get(1).or(tokens.days.first()).cloned().unwrap_or_default();
    let days = tokens.days.iter().map(|days| Choice::new(days.clone(), text::days(language, days))).collect();
    let (named, lasts) = (form.value("name"), form.value_or("days", &usual));
    let (name_error, days_error) = (form.error("name"), form.error("days"));
    view! {
        <LiveForm language to=MakeToken::PATH action=MAKE form>
            <Field
                name="name"
                id="token-name"
                label=text::name(language)
                hint=text::name_hint(language)
                value=named
                error=name_error
                autocomplete="off"
                maxlength=Some(60)
                required=true
            />
            <fieldset class="stack tight">
                <legend class="field-label">{text::scopes(language)}</legend>
                {boxes}
            </fieldset>
            <Select
                name="days"
                id="token-days"
                label=text::lasts(language)
                choices=days
                value=lasts
                error=days_error
            />
            <div class="form-actions">
                <Button label=text::make(language) kind=ButtonKind::Secondary/>
            </div>
        </LiveForm>
    }
    .into_any()
}
