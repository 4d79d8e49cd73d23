//! The passkeys on `/account/factors`: each with its name, a form for one more, a button to remove one.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;
use tresen_desk::people::PasskeyLine;

use super::account_factors::{self, PATH, View};
use super::parts::section;
use crate::api::PasskeyFor;
use crate::components::{Button, ButtonKind, Field, Icon, Notice, NoticeKind, Time};
use crate::islands::PasskeyForm;
use crate::language::passkeys as text;
use crate::web::{Answer, Context, Form, Stop, Submitted};

/// The section on the page of all factors; nothing where browsers make no passkeys.
pub(super) fn section_of(view: &View, form: &Form) -> Option<AnyView> {
    if !view.context.app.desk.offers_passkeys() {
        return None;
    }
    let language = view.context.language;
    let lines: Vec<_> = view.passkeys.iter().map(|line| line_of(view, line)).collect();
    let list = if lines.is_empty() {
        view! { <p>{text::none(language)}</p> }.into_any()
    } else {
        view! { <ul class="rows">{lines}</ul> }.into_any()
    };
    let add = view.fresh.then(|| add_form(view, form));
    let content = view! { <div class="stack">{list}{add}</div> };
    Some(section("passkeys-title", text::title(language), text::text(language), content.into_any()))
}

fn line_of(view: &View, line: &PasskeyLine) -> AnyView {
    let language = view.context.language;
    let since = view.context.when(line.since);
    let used = line.last_used_at.map(|at| view.context.when(at));
    let remove = (view.fresh && !view.factors.is_last_required()).then(|| {
        view! {
            <form method="post" action="/account/factors/passkeys/remove">
                <input type="hidden" name="id" value=line.id.clone()/>
                <Button
                    label=text::remove(language)
                    kind=ButtonKind::Quiet
                    icon=Some(Icon::Trash)
                    about=line.name.clone()
                />
            </form>
        }
    });
    view! {
        <li>
            <div>
                <strong><bdi>{line.name.clone()}</bdi></strong>
                <p class="meta muted small">
                    <span>{text::since(language)} " " <Time when=since/></span>
                    {used.map(|used| view! { <span>{text::used(language)} " " <Time when=used/></span> })}
                </p>
            </div>
            {remove}
        </li>
    }
    .into_any()
}

fn add_form(view: &View, form: &Form) -> AnyView {
    let language = view.context.language;
    let (refused, wrong, named) =
        (form.error("passkey"), form.error("passkey_name"), form.value("passkey_name"));
    view! {
        <PasskeyForm language purpose=PasskeyFor::New>
            <form class="form" method="post" action="/account/factors/passkeys">
                {refused.map(|sentence| view! { <Notice kind=NoticeKind::Error>{sentence}</Notice> })}
                <Field
                    name="passkey_name"
                    label=text::name(language)
                    hint=text::name_hint(language)
                    value=named
                    error=wrong
                    autocomplete="off"
                    maxlength=Some(60)
                    required=true
                />
                <input type="hidden" name="passkey" value=""/>
                <div class="form-actions">
                    <Button label=text::add(language) kind=ButtonKind::Secondary/>
                </div>
            </form>
        </PasskeyForm>
    }
    .into_any()
}

pub(super) async fn add(context: Context, form: Submitted) -> Response {
    let done = act(&context, &form).await;
    context.finish_form(done, form, |shown| account_factors::page_with(context.clone(), shown)).await
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let session = context.require_session()?;
    let added = context.app.desk.add_passkey(session, form.get("passkey_name"), form.get("passkey")).await?;
    Ok(account_factors::added(context, added, "passkey"))
}

pub(super) async fn remove(context: Context, form: Submitted) -> Response {
    let done = async {
        match context.app.desk.remove_passkey(context.require_session()?, form.get("id")).await {
            // Gone already, or the page was older than the rule: it shows what is so now.
            Err(Error::NotFound | Error::Refused(_)) => Ok(Answer::go(PATH)),
            removed => {
                removed.map(|()| Answer::go(format!("{PATH}?done=passkey-removed"))).map_err(Stop::from)
            }
        }
    };
    let done = done.await;
    context.finish(done)
}
