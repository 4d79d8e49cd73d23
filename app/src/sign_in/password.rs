//! `/password`: a forgotten one. Without a link it mails one; with the link (`?token=`) one chooses another
//! password and is in.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::Mailed;
use tresen_model::{Address, Language};

use crate::components::PageHead;
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::shared::common;
use crate::language::sign_in::password as text;
use crate::page::{Page, Place, Width};
use crate::parts::mailed::{self, Asking, Choosing};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forgotten {
    /// The form that asks for a link.
    Ask,
    /// A mail is on its way; its link is good for so many seconds.
    Sent(i64),
    /// Choosing another password, with the token of the mailed link.
    Choose(String),
}

/// Asks for a link, or sets another password with one.
///
/// # Errors
/// [`Unmet`]: what is wrong with the address or the password, or that the link is no longer good.
#[server(prefix = "/api/ui", endpoint = "password", input = PostUrl, output = Json)]
pub async fn forgot_password(
    #[server(default)] email: String,
    #[server(default)] token: String,
    #[server(default)] password: String,
) -> Result<Done, Unmet> {
    if token.is_empty() {
        return Ok(super::server::ask_password(&email).await?);
    }
    Ok(super::server::reset_password(&token, &password).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, forgotten: Forgotten, forms: &Forms) -> Page {
    let language = visit.language;
    let form = forms.at("/password");
    match forgotten {
        Forgotten::Ask => ask(language, form),
        Forgotten::Sent(lifetime) => {
            let again = Address::Password(Mailed::default());
            mailed::sent(language, Place::Login, text::sent_lede(language), lifetime, again)
        }
        Forgotten::Choose(token) => {
            let choosing = Choosing {
                to: ForgotPassword::PATH,
                action: "/password",
                title: text::choose_title(language),
                lede: text::choose_lede(language),
                label: text::new_password(language),
                button: text::save(language),
            };
            mailed::choose_password(language, form, token, choosing)
        }
    }
}

fn ask(language: Language, form: Form) -> Page {
    let page = Page::new(text::title(language), Place::Login, move || {
        let asking = Asking {
            to: ForgotPassword::PATH,
            action: "/password",
            label: text::email(language),
            hint: None,
            autocomplete: "username",
            button: text::ask(language),
        };
        let sign_in = Address::SignIn { next: String::new() };
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            <div class="stack">
                {mailed::ask_form(language, form, asking, None)}
                <p>{text::remembered(language)} " " <a href=sign_in.to_string()>{common::log_in(language)}</a></p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
