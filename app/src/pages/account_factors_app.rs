//! `/account/factors/app`: setting up an authenticator app. The secret is made by a button, so that the
//! page can be opened again, and is good for nothing before a code of the app was typed.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;
use tresen_desk::people::AppSetup;

use super::account_factors::{self, PATH, View};
use super::mailed_link;
use super::parts::section;
use super::proof::code_field;
use crate::components::{Button, ButtonKind, Icon, NavLink, Notice, NoticeKind, PageHead, QrPicture, Time};
use crate::language::factors as text;
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width};

/// The section on the page of all factors.
pub(super) fn section_of(view: &View) -> AnyView {
    let language = view.context.language;
    let state = match view.factors.app {
        Some(since) => {
            let since = view.context.when(since);
            view! { <p>{text::app_since(language)} " " <Time when=since/></p> }.into_any()
        }
        None => view! { <p>{text::app_off(language)}</p> }.into_any(),
    };
    let content = view! { <div class="stack">{state}{view.fresh.then(|| buttons(view))}</div> };
    section("app-title", text::app_title(language), text::app_text(language), content.into_any())
}

fn buttons(view: &View) -> AnyView {
    let language = view.context.language;
    let there = view.factors.app.is_some();
    let (label, kind) = if there {
        (text::replace_app(language), ButtonKind::Secondary)
    } else {
        (text::set_up_app(language), ButtonKind::Primary)
    };
    let remove = (there && !view.factors.is_last_required()).then(|| {
        let about = text::remove_app_about(language);
        view! {
            <form method="post" action="/account/factors/app/remove">
                <Button label=text::remove_app(language) kind=ButtonKind::Quiet icon=Some(Icon::Trash) about/>
            </form>
        }
    });
    let last = (there && view.factors.is_last_required())
        .then(|| view! { <p class="muted small">{text::last_one(language)}</p> });
    view! {
        <div class="cluster">
            <form method="post" action="/account/factors/app/begin">
                <Button label kind/>
            </form>
            {remove}
        </div>
        {last}
    }
    .into_any()
}

pub(super) async fn begin(context: Context, _: Submitted) -> Response {
    let done = async {
        context.app.desk.begin_app(context.require_session()?).await?;
        Ok(Answer::go("/account/factors/app"))
    };
    let done = done.await;
    context.finish(done)
}

pub(super) async fn remove(context: Context, _: Submitted) -> Response {
    let done = async {
        match context.app.desk.remove_app(context.require_session()?).await {
            // Gone already, or the page was older than the rule: it shows what is so now.
            Err(Error::NotFound | Error::Refused(_)) => Ok(Answer::go(PATH)),
            removed => removed.map(|()| Answer::go(format!("{PATH}?done=app-removed"))).map_err(Stop::from),
        }
    };
    let done = done.await;
    context.finish(done)
}

pub(super) async fn show(context: Context) -> Response {
    let done = match page(&context, Form::default()).await {
        // Nothing is being set up: it took an hour, or is done.
        Err(Stop::Desk(Error::NotFound)) => Ok(Answer::go(PATH)),
        page => page.map(mailed_link::page),
    };
    context.finish(done)
}

pub(super) async fn submit(context: Context, form: Submitted) -> Response {
    match act(&context, &form).await {
        Err(Stop::Desk(Error::NotFound)) => context.finish(Ok(Answer::go(PATH))),
        done => context.finish_form(done, form, |shown| page(&context, shown)).await,
    }
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let added = context.app.desk.confirm_app(context.require_session()?, form.get("code")).await?;
    Ok(account_factors::added(context, added, "app"))
}

async fn page(context: &Context, form: Form) -> Result<Page, Stop> {
    let language = context.language;
    let AppSetup { secret, link } = context.app.desk.app_setup(context.require_session()?).await?;
    let back = Some(NavLink::new(text::title(language), PATH));
    // No `LiveForm`: the page with the recovery codes is the answer to the form itself.
    let page = Page::new(text::setup_title(language), Place::Account, move || {
        view! {
            <PageHead title=text::setup_title(language) lede=text::setup_lede(language) back/>
            <div class="stack loose">
                <section class="card stack" aria-labelledby="scan">
                    <h2 id="scan">{text::setup_scan(language)}</h2>
                    <p>{text::setup_scan_text(language)}</p>
                    <QrPicture text=link.clone() label=text::setup_picture(language)/>
                    <p><a href=link>{text::setup_open(language)}</a></p>
                    <p>{text::setup_type(language)} <br/> <code class="secret">{secret}</code></p>
                </section>
                <form class="form card" method="post" action="/account/factors/app">
                    <h2>{text::setup_code(language)}</h2>
                    {form.notice().map(|_| view! {
                        <Notice kind=NoticeKind::Error>{text::setup_failed(language)}</Notice>
                    })}
                    {code_field(language, text::setup_code_hint(language), form.error("code"))}
                    <div class="form-actions">
                        <Button label=text::setup_done(language) kind=ButtonKind::Primary icon=Some(Icon::Check)/>
                        <a href=PATH>{text::setup_cancel(language)}</a>
                    </div>
                </form>
            </div>
        }
        .into_any()
    });
    Ok(page.width(Width::Narrow))
}
