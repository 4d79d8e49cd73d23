//! `/account/address`: asking for another email address, and the mailed link (`?token=`) that takes it. The link
//! needs no sign-in, since it may be opened on another device.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::{Address, Language};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::components::{Button, ButtonKind, ButtonLink, Icon, Notice, NoticeKind, PageHead};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::account::overview as text;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewAddress {
    /// A good link, which asks once more.
    Asked {
        /// The token of the link.
        token: String,
    },
    /// The new address was taken just now.
    Confirmed,
}

/// Asks for another address; with the token of a mailed link, takes it.
///
/// # Errors
/// [`Unmet`]: what is wrong with address or password, or that the link has been used or has expired.
#[server(prefix = "/api/ui", endpoint = "account/address", input = PostUrl, output = Json)]
pub async fn change_address(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] token: String,
) -> Result<Done, Unmet> {
    Ok(server::change_address(&email, &password, &token).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, new: NewAddress, forms: &Forms) -> Page {
    let language = visit.language;
    match new {
        NewAddress::Asked { token } => confirm(language, token, forms.at("/account/address")),
        NewAddress::Confirmed => confirmed(language),
    }
}

fn confirm(language: Language, token: String, form: Form) -> Page {
    let page = Page::new(text::confirm_title(language), Place::Account, move || {
        let error = form.error("token");
        let refused = move || {
            error.get().map(|why| {
                view! { <Notice kind=NoticeKind::Error title=text::confirm_refused(language)>{why}</Notice> }
            })
        };
        view! {
            <PageHead title=text::confirm_title(language) lede=text::confirm_lede(language)/>
            {refused}
            <LiveForm language to=ChangeAddress::PATH action="/account/address" form>
                <input type="hidden" name="token" value=token/>
                <div class="form-actions">
                    <Button
                        label=text::confirm(language)
                        kind=ButtonKind::Primary
                        icon=Some(Icon::Check)
                    />
                </div>
            </LiveForm>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

fn confirmed(language: Language) -> Page {
    let page = Page::new(text::confirmed_title(language), Place::Account, move || {
        view! {
            <PageHead title=text::confirmed_title(language) lede=text::confirmed_lede(language)/>
            <p class="cluster">
                <ButtonLink href=Address::Account { done: String::new() } label=text::to_account(language)/>
            </p>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

#[cfg(feature = "ssr")]
mod server {
    use tresen_desk::Error;
    use tresen_desk::Secret;
    use tresen_desk::people::Purpose;
    use tresen_model::Address;

    use super::NewAddress;
    use crate::form::Done;
    use crate::web::identity::is_good;
    use crate::web::{Context, Stop, asked};

    /// Looks whether the link is good.
    pub(in crate::account) async fn load(
        context: &Context,
        token: &str,
        confirmed: bool,
    ) -> Result<NewAddress, Stop> {
        if confirmed {
            return Ok(NewAddress::Confirmed);
        }
        if token.is_empty() {
            return Err(Stop::Go(account("").to_string()));
        }
        if !is_good(context, Purpose::Address, token).await? {
            return Err(gone());
        }
        Ok(NewAddress::Asked { token: token.to_owned() })
    }

    pub(super) async fn change_address(email: &str, password: &str, token: &str) -> Result<Done, Stop> {
        let context = asked()?;
        let desk = &context.app.desk;
        if token.is_empty() {
            desk.joining.ask_new_address(context.require_session()?, email, password).await?;
            return Ok(Done::go(account("address")));
        }
        match desk.joining.confirm_new_address(&Secret::received(token)).await {
            Ok(()) => Ok(Done::go(Address::AccountAddress { token: String::new(), confirmed: true })),
            Err(Error::Gone) => Err(gone()),
            Err(error) => Err(error.into()),
        }
    }

    fn account(done: &str) -> Address {
        Address::Account { done: done.to_owned() }
    }

    fn gone() -> Stop {
        Stop::gone_link(&account(""))
    }
}
