//! `/password`: a forgotten one. Without a link it mails one; with the link (`?token=`) one
//! chooses another password and is in.

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::people::{Purpose, Secret};

use super::mailed_link::{self, Asking, Choosing, Mailed};
use crate::components::PageHead;
use crate::islands::LiveForm;
use crate::language::{common, password as text};
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width};

pub(super) async fn show(context: Context, Query(from): Query<Mailed>) -> Response {
    let answer = open(&context, &from).await;
    context.finish(answer)
}

async fn open(context: &Context, from: &Mailed) -> Result<Answer, Stop> {
    let language = context.language;
    if from.by_link() {
        if !mailed_link::is_good(context, Purpose::Password, &from.token).await? {
            let log_in = ("/login", common::log_in(language));
            return Ok(mailed_link::page(mailed_link::gone(language, "/password", Some(log_in))));
        }
        return Ok(mailed_link::page(page(context, Form::with([("token", &from.token)]))));
    }
    if from.sent.is_some() {
        let lede = text::sent_lede(language);
        let page = mailed_link::sent(language, Place::Login, lede, Purpose::Password, "/password");
        return Ok(mailed_link::page(page));
    }
    Ok(mailed_link::page(page(context, Form::default())))
}

pub(super) async fn submit(context: Context, form: Submitted) -> Response {
    let done = act(&context, &form).await;
    context.finish_form(done, form, |shown| async { Ok(page(&context, shown)) }).await
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let desk = &context.app.desk;
    if form.get("token").is_empty() {
        desk.forgot_password(form.get("email"), context.language).await?;
        return Ok(Answer::go("/password?sent"));
    }
    let link = Secret::received(form.get("token"));
    let login = desk.reset_password(&link, form.get("password")).await?;
    mailed_link::first_step(context, login, "").await
}

/// Either step, by whether there is a link.
fn page(context: &Context, form: Form) -> Page {
    if form.value("token").is_empty() { ask(context, form) } else { choose(context, form) }
}

fn ask(context: &Context, form: Form) -> Page {
    let language = context.language;
    let asking = Asking {
        action: "/password",
        label: text::email(language),
        hint: None,
        autocomplete: "username",
        button: text::ask(language),
    };
    let page = Page::new(text::title(language), Place::Login, move || {
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            <div class="stack">
                <LiveForm language>
                    {mailed_link::ask_form(&form, asking, None)}
                </LiveForm>
                <p>{text::remembered(language)} " " <a href="/login">{common::log_in(language)}</a></p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

fn choose(context: &Context, form: Form) -> Page {
    let language = context.language;
    let choosing = Choosing {
        action: "/password",
        title: text::choose_title(language),
        lede: text::choose_lede(language),
        label: text::new_password(language),
        button: text::save(language),
    };
    mailed_link::choose_password(language, form, choosing)
}
