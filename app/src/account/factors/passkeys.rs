//! The passkeys on `/account/factors`: each with its name, a form for one more, a button to remove one.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::Language;

use super::Factors;
use crate::account::Shown;
use crate::api::PasskeyFor;
use crate::components::{Button, ButtonKind, Field, Icon, Time, When};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::shared::passkeys as text;
use crate::live::{LiveForm, PasskeyForm};
use crate::parts::section;

/// A passkey, as its owner sees it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    /// Names it in a form.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Since when it is there.
    pub since: When,
    /// When it was last used, if it was.
    pub used: Option<When>,
}

/// Takes up a passkey that the browser has made.
///
/// # Errors
/// [`Unmet`]: what is wrong with its name or with itself, or that somebody has to show first who they are.
#[server(prefix = "/api/ui", endpoint = "account/factors/passkeys", input = PostUrl, output = Json)]
pub async fn add_passkey(
    #[server(default)] passkey_name: String,
    #[server(default)] passkey: String,
) -> Result<Done<Shown>, Unmet> {
    Ok(super::server::add_passkey(&passkey_name, &passkey).await?)
}

/// Takes a passkey away.
///
/// # Errors
/// [`Unmet`]: somebody has to show first who they are.
#[server(prefix = "/api/ui", endpoint = "account/factors/passkeys/remove", input = PostUrl, output = Json)]
pub async fn remove_passkey(#[server(default)] id: String) -> Result<Done, Unmet> {
    Ok(super::server::remove_passkey(&id).await?)
}

/// The section on the page of all factors; nothing where browsers make no passkeys.
pub(super) fn section_of(language: Language, factors: &Factors, forms: &Forms) -> Option<AnyView> {
    let passkeys = factors.passkeys.as_ref()?;
    let removable = factors.fresh && !factors.last_required;
    let lines: Vec<_> = passkeys
        .iter()
        .map(|line| {
            let is_this = |values: &BTreeMap<String, String>| values.get("id") == Some(&line.id);
            line_of(language, line.clone(), removable.then(|| forms.one_at(REMOVE, is_this)))
        })
        .collect();
    let list = if lines.is_empty() {
        view! { <p>{text::none(language)}</p> }.into_any()
    } else {
        view! { <ul class="rows">{lines}</ul> }.into_any()
    };
    let add = factors.fresh.then(|| add_form(language, forms.at(ADD)));
    let content = view! { <div class="stack">{list}{add}</div> };
    Some(section("passkeys-title", text::title(language), text::text(language), content.into_any()))
}

const ADD: &str = "/account/factors/passkeys";
const REMOVE: &str = "/account/factors/passkeys/remove";

fn line_of(language: Language, line: Line, remove: Option<Form>) -> AnyView {
    let Line { id, name, since, used } = line;
    let about = name.clone();
    let remove = remove.map(|form| {
        view! {
            <LiveForm language to=RemovePasskey::PATH action=REMOVE form class="">
                <input type="hidden" name="id" value=id/>
                <Button
                    label=text::remove(language)
                    kind=ButtonKind::Quiet
                    icon=Some(Icon::Trash)
                    about
                />
            </LiveForm>
        }
    });
    view! {
        <li>
            <div>
                <strong><bdi>{name}</bdi></strong>
                <p class="meta muted small">
                    <span>{text::since(language)} " " <Time when=since/></span>
                    {used.map(|used| view! { <span>{text::used(language)} " " <Time when=used/></span> })}
                </p>
            </div>
            {remove}
        </li>
    }
    .into_any()
}

fn add_form(language: Language, form: Form) -> AnyView {
    let (wrong, named) = (form.error("passkey_name"), form.value("passkey_name"));
    view! {
        <PasskeyForm
            language
            purpose=PasskeyFor::New
            to=AddPasskey::PATH
            action=ADD
            form
            class="form"
        >
            <Field
                name="passkey_name"
                label=text::name(language)
                hint=text::name_hint(language)
                value=named
                error=wrong
                autocomplete="off"
                maxlength=Some(60)
                required=true
            />
            <input type="hidden" name="passkey" value=""/>
            <div class="form-actions">
                <Button label=text::add(language) kind=ButtonKind::Secondary/>
            </div>
        </PasskeyForm>
    }
    .into_any()
}
