//! `/account/address`: asking for another mail address, and the mailed link (`?token=`) that
//! takes it. The link needs no login, since it may be opened on another device.

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::Error;
use tresen_desk::people::{Purpose, Secret};

use super::account::{self, Section};
use super::mailed_link;
use crate::components::{Button, ButtonKind, ButtonLink, Icon, PageHead};
use crate::language::account as text;
use crate::web::{Answer, Context, Page, Place, Stop, Submitted, Width};

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Where {
    #[serde(default)]
    token: String,
    /// There after a new address was confirmed.
    confirmed: Option<String>,
}

pub(super) async fn show(context: Context, Query(from): Query<Where>) -> Response {
    let answer = open(&context, &from).await;
    context.finish(answer)
}

async fn open(context: &Context, from: &Where) -> Result<Answer, Stop> {
    if from.confirmed.is_some() {
        return Ok(mailed_link::page(confirmed(context)));
    }
    if from.token.is_empty() {
        return Ok(Answer::go("/account"));
    }
    Ok(mailed_link::page(if mailed_link::is_good(context, Purpose::Address, &from.token).await? {
        confirm(context, from.token.clone())
    } else {
        mailed_link::gone(context.language, "/account", None)
    }))
}

pub(super) async fn submit(context: Context, form: Submitted) -> Response {
    if form.get("token").is_empty() {
        let done = ask(&context, &form).await;
        return context
            .finish_form(done, form, |shown| account::refused(&context, Section::Address, shown))
            .await;
    }
    let done = context.app.desk.confirm_new_address(&Secret::received(form.get("token"))).await;
    context.finish(match done {
        Ok(()) => Ok(Answer::go("/account/address?confirmed")),
        Err(Error::Gone) => Ok(mailed_link::page(mailed_link::gone(context.language, "/account", None))),
        Err(error) => Err(error.into()),
    })
}

async fn ask(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let session = context.require_session()?;
    context.app.desk.ask_new_address(session, form.get("email"), form.get("password")).await?;
    Ok(Answer::go("/account?done=address"))
}

fn confirm(context: &Context, token: String) -> Page {
    let language = context.language;
    let page = Page::new(text::confirm_title(language), Place::Account, move || {
        view! {
            <PageHead title=text::confirm_title(language) lede=text::confirm_lede(language)/>
            <form class="form" method="post" action="/account/address">
                <input type="hidden" name="token" value=token/>
                <div class="form-actions">
                    <Button
                        label=text::confirm(language)
                        kind=ButtonKind::Primary
                        icon=Some(Icon::Check)
                    />
                </div>
            </form>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

fn confirmed(context: &Context) -> Page {
    let language = context.language;
    let page = Page::new(text::confirmed_title(language), Place::Account, move || {
        view! {
            <PageHead title=text::confirmed_title(language) lede=text::confirmed_lede(language)/>
            <p class="cluster">
                <ButtonLink href="/account" label=text::to_account(language)/>
            </p>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
