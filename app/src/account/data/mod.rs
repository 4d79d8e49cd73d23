//! `/account/data`: what is stored about a person, and what they can do about it (Art. 7, 15, 18 and 20 GDPR).
//!
//! A person signs in, or asks for a link without an account. The link (`?token=`) opens a page whose button exchanges
//! it for a cookie; `?by=link` is the page for a browser with that cookie. Each page, and each form on it, says which
//! of the two it is for, so a signed-in person never acts on another person's data.
//!
//! - [`stored`]: the data of the page
//! - [`sections`]: its sections

mod sections;
#[cfg(feature = "ssr")]
mod server;
pub mod stored;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::Mailed;
use tresen_model::{Address, Language};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
#[cfg(feature = "ssr")]
pub(crate) use self::server::{export, to_page};
use self::stored::Stored;
use crate::components::{Button, ButtonKind, NavLink, Notice, NoticeKind, PageHead};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::account::data as text;
use crate::language::shared::{common, erase};
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::mailed::{self, Asking};
use crate::visit::Visit;

/// The path that all forms of the page post to.
const PATH: &str = "/account/data";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// The form that asks for a link, for a visitor who is not signed in.
    Ask {
        /// What was done just now.
        done: String,
    },
    /// An email with a link was sent.
    Sent {
        /// Lifetime of the link, in seconds.
        lifetime: i64,
    },
    /// The page that a link opens. It shows nothing and uses nothing up before its button is pressed.
    Opened {
        /// The secret of the link.
        token: String,
    },
    /// What is stored about a person.
    Stored(Box<Stored>),
}

/// Takes every form of the page: sends a link, exchanges one, or does what a person decides about their data.
///
/// # Errors
/// [`Unmet`]: the address is refused, the link is no longer good, or the person may not do this.
#[server(prefix = "/api/ui", endpoint = "account/data", input = PostUrl, output = Json)]
// The macro makes a struct of its arguments, which are the fields of the form.
#[allow(missing_docs)]
pub async fn act_on_data(
    #[server(default)] token: String,
    #[server(default)] by: String,
    #[server(default)] act: String,
    #[server(default)] email: String,
    #[server(default)] consent: String,
) -> Result<Done, Unmet> {
    Ok(server::act(&token, &by, &act, &email, &consent).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, data: Data, forms: &Forms) -> Page {
    let language = visit.language;
    match data {
        Data::Ask { done } => ask(language, forms.at(PATH), &done),
        Data::Sent { lifetime } => {
            mailed::sent(language, Place::Elsewhere, erase::sent_lede(language), lifetime, here())
        }
        Data::Opened { token } => opened(language, forms.at(PATH), token),
        Data::Stored(stored) => overview(language, *stored, forms.clone()),
    }
}

fn here() -> Address {
    Address::Data { mailed: Mailed::default(), done: String::new() }
}

/// Says what was done just now.
fn notice(language: Language, done: &str) -> Option<AnyView> {
    let words = match done {
        "restrict" => text::restrict_done(language),
        "lift" => text::lift_done(language),
        "withdraw" => text::withdraw_done(language),
        "consent" => text::consent_done(language),
        "end" => text::access_ended(language),
        _ => return None,
    };
    Some(view! { <Notice kind=NoticeKind::Success>{words}</Notice> }.into_any())
}

fn overview(language: Language, stored: Stored, forms: Forms) -> Page {
    let place = if stored.by_link { Place::Elsewhere } else { Place::Account };
    Page::new(text::title(language), place, move || {
        let back = (!stored.by_link).then(|| {
            let account = Address::Account { done: String::new() };
            NavLink::new(common::account(language), account)
        });
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            <div class="stack loose">
                {notice(language, &stored.done)}
                {sections::all(language, &stored, &forms)}
            </div>
        }
        .into_any()
    })
}

fn ask(language: Language, form: Form, done: &str) -> Page {
    let asking = Asking {
        to: ActOnData::PATH,
        action: PATH,
        label: text::ask_email(language),
        hint: Some(text::ask_hint(language)),
        autocomplete: "email",
        button: text::ask(language),
    };
    let done = done.to_owned();
    let page = Page::new(text::title(language), Place::Elsewhere, move || {
        let sign_in = Address::SignIn { next: here().to_string() };
        view! {
            <PageHead title=text::title(language) lede=text::ask_lede(language)/>
            <div class="stack">
                {notice(language, &done)}
                {mailed::ask_form(language, form, asking, None)}
                <p>
                    {text::have_account(language)} " "
                    <a href=sign_in.to_string()>{text::log_in(language)}</a>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

fn opened(language: Language, form: Form, token: String) -> Page {
    let page = Page::new(text::link_title(language), Place::Elsewhere, move || {
        view! {
            <PageHead title=text::link_title(language) lede=text::link_lede(language)/>
            <LiveForm language to=ActOnData::PATH action=PATH form>
                <input type="hidden" name="token" value=token/>
                <div class="form-actions">
                    <Button label=text::link_open(language) kind=ButtonKind::Primary/>
                </div>
            </LiveForm>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
