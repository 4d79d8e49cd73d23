//! `/login/second`: the second step of a sign-in. Who it is, the browser knows by a cookie that the first step has
//! set, and that is good for this page alone.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::Address;
use tresen_model::address::Proof;

use crate::api::PasskeyFor;
use crate::components::PageHead;
use crate::form::{Done, Forms, Unmet};
use crate::language::shared::{common, factors as text, passkeys as passkeys_text};
use crate::page::{Page, Place, Width};
use crate::parts::fields;
use crate::parts::passkey::{self, Ask};
use crate::parts::proof::{self, Card};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct SecondStep {
    /// Where to go afterwards; empty for the usual place.
    pub next: String,
    /// Whether a recovery code is asked for.
    pub recovery: bool,
    /// Whether they have an authenticator app.
    pub has_app: bool,
    /// Whether they have a passkey.
    pub has_passkey: bool,
}

/// Takes the second step.
///
/// # Errors
/// [`Unmet`]: refused, or the first step is over.
#[server(prefix = "/api/ui", endpoint = "sign-in/second", input = PostUrl, output = Json)]
pub async fn take_second_step(
    #[server(default)] by: String,
    #[server(default)] code: String,
    #[server(default)] recovery: String,
    #[server(default)] passkey: String,
    #[server(default)] next: String,
) -> Result<Done, Unmet> {
    Ok(super::server::take_second_step(&by, &code, &recovery, &passkey, &next).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, step: SecondStep, forms: &Forms) -> Page {
    let language = visit.language;
    let (by_passkey, form) = passkey::forms(forms, "/login/second");
    let page = Page::new(text::second_title(language), Place::Login, move || {
        let SecondStep { next, recovery, has_app, has_passkey } = step;
        let ask = Ask {
            purpose: PasskeyFor::SecondStep,
            to: TakeSecondStep::PATH,
            action: "/login/second",
            form: by_passkey,
            next: next.clone(),
        };
        let (by, instead, other) = match (recovery, has_app) {
            (true, true) => ("recovery", "", text::use_code(language)),
            (true, false) => ("recovery", "", passkeys_text::log_in(language)),
            (false, _) => ("", "recovery", text::use_recovery(language)),
        };
        let next = form.value_or("next", &next);
        let other = (Address::SecondStep(Proof { next: next.clone(), by: instead.to_owned() }), other);
        let field = if recovery {
            Some(fields::recovery_field(language, form.error("recovery")))
        } else {
            has_app.then(|| fields::code_field(language, text::code_hint(language), form.error("code")))
        };
        let asked = match field {
            Some(field) => {
                let card = Card {
                    to: TakeSecondStep::PATH,
                    action: "/login/second",
                    form,
                    failed: text::second_failed(language),
                    field,
                    by: by.to_owned(),
                    next,
                    button: common::log_in(language),
                    other: Some(other),
                };
                proof::card(language, card)
            }
            None => view! { <p><a href=other.0.to_string()>{other.1}</a></p> }.into_any(),
        };
        view! {
            <PageHead title=text::second_title(language) lede=text::second_lede(language)/>
            <div class="stack">
                {has_passkey.then(|| passkey::button(language, ask))}
                {asked}
                {recovery.then(|| view! { <p class="muted">{text::all_lost(language)}</p> })}
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
