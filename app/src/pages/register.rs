//! `/register`: an account by double opt-in. Without a link it mails one; with the link
//! (`?token=`) one chooses a password and is in.

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::abuse::FormKind;
use tresen_desk::people::{Purpose, Secret};

use super::mailed_link::{self, Asking, Choosing, Mailed};
use super::parts;
use crate::components::PageHead;
use crate::islands::LiveForm;
use crate::language::{common, password, people, register as text};
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width};

pub(super) async fn show(context: Context, Query(from): Query<Mailed>) -> Response {
    let answer = open(&context, &from).await;
    context.finish(answer)
}

async fn open(context: &Context, from: &Mailed) -> Result<Answer, Stop> {
    let language = context.language;
    if from.by_link() {
        let registers = mailed_link::is_good(context, Purpose::Register, &from.token).await?;
        if !registers && !mailed_link::is_good(context, Purpose::Join, &from.token).await? {
            let log_in = ("/login", common::log_in(language));
            return Ok(mailed_link::page(mailed_link::gone(language, "/register", Some(log_in))));
        }
        return Ok(mailed_link::page(choose(context, Form::with([("token", &from.token)])).await?));
    }
    if from.sent.is_some() {
        let lede = text::sent_lede(language);
        let page = mailed_link::sent(language, Place::Login, lede, Purpose::Register, "/register");
        return Ok(mailed_link::page(page));
    }
    if context.session().is_some() {
        return Ok(Answer::go("/account"));
    }
    Ok(mailed_link::page(ask(context, Form::default()).await?))
}

pub(super) async fn submit(context: Context, form: Submitted) -> Response {
    let done = act(&context, &form).await;
    context.finish_form(done, form, |shown| page(&context, shown)).await
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let desk = &context.app.desk;
    if form.get("token").is_empty() {
        desk.screen_registration(&context.signs(form)).await?;
        desk.register(form.get("email"), context.language).await?;
        return Ok(Answer::go("/register?sent"));
    }
    let link = Secret::received(form.get("token"));
    let entry = desk.complete_registration(&link, form.get("password")).await?;
    mailed_link::let_in(context, &entry, "").await
}

/// Either step, by whether there is a link.
async fn page(context: &Context, form: Form) -> Result<Page, Stop> {
    if form.value("token").is_empty() { ask(context, form).await } else { choose(context, form).await }
}

async fn ask(context: &Context, form: Form) -> Result<Page, Stop> {
    let language = context.language;
    let shield = parts::shield(context, &form, context.app.desk.stamp(FormKind::Register).await?);
    let asking = Asking {
        action: "/register",
        label: text::email(language),
        hint: Some(text::email_hint(language)),
        autocomplete: "email",
        button: text::ask(language),
    };
    let page = Page::new(common::register(language), Place::Login, move || {
        view! {
            <PageHead title=common::register(language) lede=text::lede(language)/>
            <div class="stack">
                <LiveForm language>
                    {mailed_link::ask_form(&form, asking, Some(shield))}
                </LiveForm>
                <p>{text::have_account(language)} " " <a href="/login">{common::log_in(language)}</a></p>
            </div>
        }
        .into_any()
    });
    Ok(page.width(Width::Narrow))
}

async fn choose(context: &Context, form: Form) -> Result<Page, Stop> {
    let language = context.language;
    // Whoever was invited to work here is told what it is about.
    let joins = mailed_link::is_good(context, Purpose::Join, &form.value("token")).await?;
    let (lede, button) = if joins {
        (people::join_lede(language), people::join(language))
    } else {
        (text::choose_lede(language), text::finish(language))
    };
    let choosing = Choosing {
        action: "/register",
        title: text::choose_title(language),
        lede,
        label: password::password(language),
        button,
    };
    Ok(mailed_link::choose_password(language, form, choosing))
}
