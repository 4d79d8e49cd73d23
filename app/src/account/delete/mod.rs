//! `/account/delete`: a person deletes their account and data.
//!
//! A signed-in person gives their password, or asks for a link to their own address. A visitor asks for a link. The
//! link (`?token=`) opens a page whose button deletes. A person who came to `/account/data` by a link (`?by=link`)
//! needs no second one. The answer to the form is the last page itself: no session is left that could load it.

mod farewell;
#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::Mailed;
use tresen_model::views::ErasureCount;
use tresen_model::{Address, Language};

pub use self::farewell::Farewell;
#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use super::Shown;
use crate::components::{Button, ButtonKind, Icon, PageHead};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::shared::erase as text;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::mailed::{self, Asking};
use crate::parts::{erasure, fields};
use crate::visit::Visit;

/// The path that all forms of the page post to.
const PATH: &str = "/account/delete";

/// The value of `act` that asks for a link instead.
const LINK: &str = "link";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delete {
    /// The form that asks for a link, for a visitor who is not signed in.
    Ask,
    /// An email with a link was sent.
    Sent {
        /// Lifetime of the link, in seconds.
        lifetime: i64,
    },
    /// What will be deleted, with the button that does it.
    Sure(Sure),
    /// The last page.
    Done(Box<Farewell>),
}

/// What will be deleted, and by which proof.
#[derive(Clone, Serialize, Deserialize)]
pub struct Sure {
    /// What will be deleted, counted.
    pub count: ErasureCount,
    /// Days for which backups stay readable.
    pub days: u32,
    /// The proof.
    pub by: By,
}

/// How a person proves that the data is theirs.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Their password.
    Password {
        /// The address that it belongs to.
        email: String,
    },
    /// A mailed link.
    Link {
        /// Its secret.
        token: String,
    },
    /// A link to their data that they have exchanged.
    DataAccess,
}

/// Deletes a person, or sends them a link.
///
/// # Errors
/// [`Unmet`]: password or address are refused, the link is no longer good, or the erasure is not finished yet.
#[server(prefix = "/api/ui", endpoint = "account/delete", input = PostUrl, output = Json)]
// The macro makes a struct of its arguments, which are the fields of the form.
#[allow(missing_docs)]
pub async fn delete_account(
    #[server(default)] token: String,
    #[server(default)] by: String,
    #[server(default)] act: String,
    #[server(default)] email: String,
    #[server(default)] password: String,
) -> Result<Done<Shown>, Unmet> {
    Ok(server::delete(&token, &by, &act, &email, &password).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, delete: Delete, forms: &Forms) -> Page {
    let language = visit.language;
    match delete {
        Delete::Ask => ask(language, forms.at(PATH)),
        Delete::Sent { lifetime } => {
            let again = Address::Delete(Mailed::default());
            mailed::sent(language, Place::Elsewhere, text::sent_lede(language), lifetime, again)
        }
        Delete::Sure(one) => sure(visit, one, forms),
        Delete::Done(farewell) => farewell::page(language, *farewell),
    }
}

/// What will be deleted, what that means, and the button that does it.
fn sure(visit: &Visit, sure: Sure, forms: &Forms) -> Page {
    let (language, known, staff) = (visit.language, visit.known(), visit.staff());
    let Sure { count, days, by } = sure;
    let asks_link = |act: &str| act == LINK;
    let at = |link: bool| {
        forms.one_at(PATH, move |values| values.get("act").is_some_and(|act| asks_link(act)) == link)
    };
    let (form, link_form) = (at(false), at(true));
    let by_password = matches!(by, By::Password { .. });
    let place = if by_password { Place::Account } else { Place::Elsewhere };
    let page = Page::new(text::title(language), place, move || {
        let keep = match by {
            By::Link { .. } if !known => Address::Home,
            By::Link { .. } | By::Password { .. } => Address::Account { done: String::new() },
            By::DataAccess => {
                let mailed = Mailed { by: Mailed::BY_LINK.to_owned(), ..Mailed::default() };
                Address::Data { mailed, done: String::new() }
            }
        };
        let proof = proof(language, by, &form);
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            <div class="stack loose">
                <div class="prose">
                    <h2>{text::what_title(language)}</h2>
                    {erasure::counted(text::counted(language, &count), text::person(language))}
                    <h2>{text::means_title(language)}</h2>
                    <ul>
                        <li>{text::for_good(language)}</li>
                        <li>{text::backups(language, days)}</li>
                        <li>{text::own_mailbox(language)}</li>
                        {staff.then(|| view! { <li>{text::staff(language)}</li> })}
                    </ul>
                </div>
                <LiveForm language to=DeleteAccount::PATH action=PATH form class="form card danger">
                    {proof}
                    <div class="form-actions">
                        <Button
                            label=text::delete(language)
                            kind=ButtonKind::Danger
                            icon=Some(Icon::Trash)
                        />
                        <a href=keep.to_string()>{text::keep(language)}</a>
                    </div>
                </LiveForm>
                {by_password.then(|| without_password(language, link_form))}
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

/// The fields with the proof.
fn proof(language: Language, by: By, form: &Form) -> AnyView {
    match by {
        By::Password { email } => {
            let hint = Some(text::password_hint(language));
            let field = fields::password_field(text::password(language), hint, form);
            view! { {fields::username(email)} {field} }.into_any()
        }
        By::Link { token } => view! { <input type="hidden" name="token" value=token/> }.into_any(),
        By::DataAccess => mailed::by_link_field(),
    }
}

/// The form for a person who does not know their password: it sends the link that a visitor gets.
fn without_password(language: Language, form: Form) -> AnyView {
    view! {
        <LiveForm language to=DeleteAccount::PATH action=PATH form class="stack">
            <p>{text::no_password(language)}</p>
            <div>
                <Button
                    label=text::ask(language)
                    kind=ButtonKind::Secondary
                    icon=Some(Icon::Mail)
                    name="act"
                    value=LINK
                />
            </div>
        </LiveForm>
    }
    .into_any()
}

fn ask(language: Language, form: Form) -> Page {
    let asking = Asking {
        to: DeleteAccount::PATH,
        action: PATH,
        label: text::email(language),
        hint: Some(text::email_hint(language)),
        autocomplete: "email",
        button: text::ask(language),
    };
    let page = Page::new(text::title(language), Place::Elsewhere, move || {
        let sign_in = Address::SignIn { next: PATH.to_owned() };
        let data = Address::Data { mailed: Mailed::default(), done: String::new() };
        view! {
            <PageHead title=text::title(language) lede=text::ask_lede(language)/>
            <div class="stack">
                {mailed::ask_form(language, form, asking, None)}
                <p>
                    {text::have_account(language)} " "
                    <a href=sign_in.to_string()>{text::log_in(language)}</a>
                </p>
                <p>{text::see_first(language)} " " <a href=data.to_string()>{text::see(language)}</a></p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
