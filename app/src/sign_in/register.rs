//! `/register`: an account by double opt-in. Without a link it mails one; with the link (`?token=`) one chooses a
//! password and is in.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::Address;
use tresen_model::address::Mailed;

use crate::components::PageHead;
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::shared::common;
use crate::language::sign_in::{password, register as text};
use crate::page::{Page, Place, Width};
use crate::parts::fields::{self, Stamp};
use crate::parts::mailed::{self, Asking, Choosing};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// The form that asks for a link, with its stamp.
    Ask(Stamp),
    /// A mail is on its way; its link is good for so many seconds.
    Sent(i64),
    /// Choosing a password.
    Choose {
        /// The token of the mailed link.
        token: String,
        /// Whether somebody was invited to work here.
        joins: bool,
    },
}

/// Asks for a link, or finishes with one.
///
/// # Errors
/// [`Unmet`]: what is wrong with the address or the password, that a proof of work comes first, or that the link is
/// no longer good.
#[server(prefix = "/api/ui", endpoint = "register", input = PostUrl, output = Json)]
pub async fn register(
    #[server(default)] email: String,
    #[server(default)] token: String,
    #[server(default)] password: String,
    #[server(default)] stamp: String,
    #[server(default)] proof: String,
    #[server(default)] url: String,
) -> Result<Done, Unmet> {
    if token.is_empty() {
        return Ok(super::server::ask_registration(&email, &stamp, &proof, &url).await?);
    }
    Ok(super::server::finish_registration(&token, &password).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, registration: Registration, forms: &Forms) -> Page {
    let language = visit.language;
    let form = forms.at("/register");
    match registration {
        Registration::Ask(stamp) => ask(visit, stamp, form),
        Registration::Sent(lifetime) => {
            let again = Address::Register(Mailed::default());
            mailed::sent(language, Place::Login, text::sent_lede(language), lifetime, again)
        }
        Registration::Choose { token, joins } => {
            // Whoever was invited to work here is told what it is about.
            let (lede, button) = if joins {
                (text::join_lede(language), text::join(language))
            } else {
                (text::choose_lede(language), text::finish(language))
            };
            let choosing = Choosing {
                to: Register::PATH,
                action: "/register",
                title: text::choose_title(language),
                lede,
                label: password::password(language),
                button,
            };
            mailed::choose_password(language, form, token, choosing)
        }
    }
}

fn ask(visit: &Visit, stamp: Stamp, form: Form) -> Page {
    let language = visit.language;
    let visit = visit.clone();
    let page = Page::new(common::register(language), Place::Login, move || {
        let asking = Asking {
            to: Register::PATH,
            action: "/register",
            label: text::email(language),
            hint: Some(text::email_hint(language)),
            autocomplete: "email",
            button: text::ask(language),
        };
        let shield = fields::shield(&visit, &form, stamp);
        let sign_in = Address::SignIn { next: String::new() };
        view! {
            <PageHead title=common::register(language) lede=text::lede(language)/>
            <div class="stack">
                {mailed::ask_form(language, form, asking, Some(shield))}
                <p>{text::have_account(language)} " " <a href=sign_in.to_string()>{common::log_in(language)}</a></p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
