//! `/account/data`: what is stored about a person, and what they can do about it (Art. 7, 15,
//! 18 and 20 GDPR). What the page shows stands in [`account_data_sections`](super::account_data_sections).
//!
//! For whoever is logged in; and for whoever asks for a link, since it takes no account: the link
//! (`?token=`) opens a page whose button exchanges it for a cookie, and `?by=link` is the page for
//! those who have that cookie. Each page, and each form on it, says for which of the two it is
//! meant, so nobody who is logged in acts on somebody else's data.

use axum::body::Body;
use axum::extract::Query;
use axum::http::header;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::Error;
use tresen_desk::people::{Purpose, Secret};
use tresen_desk::privacy::Owner;
use tresen_model::Problem;

use super::account_data_sections::{self as sections, View};
use super::mailed_link::{self, Asking, BY_LINK};
use crate::components::{Button, ButtonKind, NavLink, Notice, NoticeKind, PageHead};
use crate::language::{common, data as text};
use crate::web::{Answer, Context, Cookie, Form, Page, Place, Stop, Submitted, Width};

pub(super) const PATH: &str = "/account/data";

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct From {
    /// The secret of a mailed link.
    #[serde(default)]
    token: String,
    /// There after a mail was asked for.
    sent: Option<String>,
    /// [`BY_LINK`] for whoever has exchanged a link.
    #[serde(default)]
    by: String,
    /// What was done just now.
    #[serde(default)]
    done: String,
}

pub(super) async fn show(context: Context, Query(from): Query<From>) -> Response {
    let page = open(&context, &from).await;
    context.finish(page.map(mailed_link::page))
}

async fn open(context: &Context, from: &From) -> Result<Page, Stop> {
    let language = context.language;
    if !from.token.is_empty() {
        return Ok(if mailed_link::is_good(context, Purpose::Data, &from.token).await? {
            opened(context, from.token.clone())
        } else {
            gone(context)
        });
    }
    if from.sent.is_some() {
        let lede = crate::language::erase::sent_lede(language);
        return Ok(mailed_link::sent(language, Place::Elsewhere, lede, Purpose::Data, PATH));
    }
    let notice = match from.done.as_str() {
        "restrict" => Some(text::restrict_done(language)),
        "lift" => Some(text::lift_done(language)),
        "withdraw" => Some(text::withdraw_done(language)),
        "consent" => Some(text::consent_done(language)),
        "end" => Some(text::access_ended(language)),
        _ => None,
    };
    if from.by == BY_LINK {
        return match context.require_data_access().await {
            Ok(access) => page(context, &access, true, notice).await,
            Err(Error::Gone) => Ok(gone(context)),
            Err(error) => Err(error.into()),
        };
    }
    match context.session() {
        Some(session) => page(context, session, false, notice).await,
        None => Ok(ask(context, Form::default(), notice)),
    }
}

pub(super) async fn submit(context: Context, form: Submitted) -> Response {
    match act(&context, &form).await {
        Err(Stop::Desk(Error::Gone)) => context.finish(Ok(mailed_link::page(gone(&context)))),
        done => context.finish_form(done, form, async |shown| Ok(ask(&context, shown, None))).await,
    }
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let desk = &context.app.desk;
    let (token, act) = (form.get("token"), form.get("act"));
    if !token.is_empty() {
        let access = desk.exchange_data_link(&Secret::received(token)).await?;
        let to = format!("{PATH}?by={BY_LINK}");
        return Ok(Answer::Go(to, vec![Cookie::data_access(&access)]));
    }
    if form.get("by") == BY_LINK {
        if act == "end" {
            if let Some(access) = context.data_access() {
                desk.end_data_access(access).await?;
            }
            return Ok(Answer::Go(format!("{PATH}?done=end"), vec![Cookie::no_data_access()]));
        }
        decide(context, &context.require_data_access().await?, form).await?;
        return Ok(Answer::go(format!("{PATH}?by={BY_LINK}&done={act}")));
    }
    if act.is_empty() {
        desk.ask_data_link(form.get("email")).await?;
        return Ok(Answer::go(format!("{PATH}?sent")));
    }
    decide(context, context.require_session()?, form).await?;
    Ok(Answer::go(format!("{PATH}?done={act}")))
}

/// Does what a person decides about their own data.
async fn decide(context: &Context, owner: &impl Owner, form: &Submitted) -> Result<(), Error> {
    let desk = &context.app.desk;
    match form.get("act") {
        "restrict" => desk.restrict(owner).await,
        "lift" => desk.lift_restriction(owner).await,
        "withdraw" => {
            let which = Some(form.get("consent")).filter(|id| !id.is_empty());
            desk.withdraw_consent(owner, which).await
        }
        "consent" => desk.give_consent(owner).await,
        _ => Err(Error::refused("act", Problem::ChoiceUnknown)),
    }
}

/// The address of the copy, opened instead of sent: after logging in again, say.
pub(super) async fn back(context: Context) -> Response {
    context.finish(Ok(Answer::go(PATH)))
}

/// The copy of everything, as a download that is made while it is sent.
pub(super) async fn export(context: Context, form: Submitted) -> Response {
    let answer = async {
        let desk = &context.app.desk;
        let copy = if form.get("by") == BY_LINK {
            desk.export(&context.require_data_access().await?).await?
        } else {
            desk.export(context.require_session()?).await?
        };
        let disposition = format!("attachment; filename=\"{}\"", copy.file_name);
        let headers = [
            (header::CONTENT_TYPE, "application/zip"),
            (header::CONTENT_DISPOSITION, disposition.as_str()),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        Ok(Answer::other((headers, Body::from_stream(copy.contents))))
    };
    match answer.await {
        Err(Stop::Desk(Error::Gone)) => context.finish(Ok(mailed_link::page(gone(&context)))),
        answer => context.finish(answer),
    }
}

fn gone(context: &Context) -> Page {
    mailed_link::gone(context.language, PATH, None)
}

async fn page(
    context: &Context,
    owner: &impl Owner,
    by_link: bool,
    notice: Option<&'static str>,
) -> Result<Page, Stop> {
    let overview = context.app.desk.data_overview(owner).await?;
    let view = View { context: context.clone(), overview, by_link };
    let language = context.language;
    let place = if by_link { Place::Elsewhere } else { Place::Account };
    Ok(Page::new(text::title(language), place, move || {
        let back = (!by_link).then(|| NavLink::new(common::account(language), "/account"));
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            <div class="stack loose">
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Success>{notice}</Notice> })}
                {sections::access(&view)}
                {sections::state(&view)}
                <div>
                    {sections::stored(&view)}
                    {sections::origin(&view)}
                    {sections::recipients(&view)}
                    {sections::purposes(&view)}
                    {sections::consents(&view)}
                    {sections::restriction(&view)}
                    {sections::copy(&view)}
                    {sections::deletion(&view)}
                </div>
            </div>
        }
        .into_any()
    }))
}

/// The page for those who are not logged in.
fn ask(context: &Context, form: Form, notice: Option<&'static str>) -> Page {
    let language = context.language;
    let asking = Asking {
        action: PATH,
        label: text::ask_email(language),
        hint: Some(text::ask_hint(language)),
        autocomplete: "email",
        button: text::ask(language),
    };
    let page = Page::new(text::title(language), Place::Elsewhere, move || {
        view! {
            <PageHead title=text::title(language) lede=text::ask_lede(language)/>
            <div class="stack">
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Success>{notice}</Notice> })}
                {mailed_link::ask_form(&form, asking, None)}
                <p>
                    {text::have_account(language)} " "
                    <a href="/login?next=/account/data">{text::log_in(language)}</a>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

/// Where a mailed link leads: nothing is shown or used up before its button is pressed.
fn opened(context: &Context, token: String) -> Page {
    let language = context.language;
    let page = Page::new(text::link_title(language), Place::Elsewhere, move || {
        view! {
            <PageHead title=text::link_title(language) lede=text::link_lede(language)/>
            <form class="form" method="post" action=PATH>
                <input type="hidden" name="token" value=token/>
                <div class="form-actions">
                    <Button label=text::link_open(language) kind=ButtonKind::Primary/>
                </div>
            </form>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
