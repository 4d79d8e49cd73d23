//! `/requests/NUMBER`: the customer's view of one request, by login or by the mailed link.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::requests::Access;
use tresen_model::views::Conversation;
use tresen_model::{Language, RequestNumber, Status};

use super::address::{Named, Parameters, parameter, request_address};
pub(crate) use super::thread::{Thread, comments_html, status_html};
use super::thread::{live_thread, place_of_latest};
use super::{parts, restricted};
use crate::components::{
    Button, ButtonKind, ButtonLink, Icon, NavLink, Notice, NoticeKind, Number, PageHead, StatusBadge,
    TextArea, Time,
};
use crate::islands::LiveForm;
use crate::language::{common, conversation as text, words};
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted};

pub(super) async fn show(context: Context, named: Named, parameters: Parameters) -> Response {
    let token = parameter(&parameters, "token");
    let page = page(context.clone(), &named, token, Form::default()).await;
    context.finish(page.map(|page| Answer::Page(Box::new(page))))
}

pub(super) async fn submit(context: Context, named: Named, mut form: Submitted) -> Response {
    let token = form.get("token").to_owned();
    let done = comment(&context, &named, &token, &mut form).await;
    context.finish_form(done, form, |shown| page(context.clone(), &named, &token, shown)).await
}

async fn comment(
    context: &Context,
    named: &Named,
    token: &str,
    form: &mut Submitted,
) -> Result<Answer, Stop> {
    let number = named.number()?;
    let access = context.access(Some(token)).await?;
    let desk = &context.app.desk;
    let files = form.take_files()?;
    desk.comment(&access, number, form.get("body"), form.get("once"), files).await?;
    let comments = desk.conversation(&access, number).await?.comments;
    Ok(Answer::go(request_address(number, token) + &place_of_latest(&comments)))
}

pub(super) async fn close(context: Context, named: Named, form: Submitted) -> Response {
    let done = close_or_reopen(&context, &named, &form, true).await;
    context.finish(done)
}

pub(super) async fn reopen(context: Context, named: Named, form: Submitted) -> Response {
    let done = close_or_reopen(&context, &named, &form, false).await;
    context.finish(done)
}

pub(super) async fn confirm(context: Context, named: Named, form: Submitted) -> Response {
    let done = async {
        let (number, token) = (named.number()?, form.get("token"));
        let access = context.access(Some(token)).await?;
        context.app.desk.confirm_request(&access, number).await?;
        Ok(Answer::go(request_address(number, token)))
    };
    let done = done.await;
    context.finish(done)
}

async fn close_or_reopen(
    context: &Context,
    named: &Named,
    form: &Submitted,
    close: bool,
) -> Result<Answer, Stop> {
    let number = named.number()?;
    let token = form.get("token");
    let access = context.access(Some(token)).await?;
    context.app.desk.close_or_reopen(&access, number, close).await?;
    Ok(Answer::go(request_address(number, token)))
}

/// Whoever comes to the address of a form, from the login or by reloading, finds its page.
pub(super) async fn back(context: Context, named: Named) -> Response {
    context.finish(named.number().map(|number| Answer::go(request_address(number, ""))))
}

async fn page(context: Context, named: &Named, token: &str, form: Form) -> Result<Page, Stop> {
    let number = named.number()?;
    let access = context.access(Some(token)).await?;
    let conversation = context.app.desk.conversation(&access, number).await?;
    // An owner who came by an old link is there by login.
    let token = if matches!(access, Access::Link(_)) { token.to_owned() } else { String::new() };
    let title = conversation.subject.clone();
    Ok(Page::new(title, Place::MyRequests, move || contents(&context, conversation, &token, form)))
}

fn contents(context: &Context, conversation: Conversation, token: &str, form: Form) -> AnyView {
    let language = context.language;
    let known = context.session().is_some();
    let Conversation { number, subject, status, comments, .. } = conversation;
    let back = known.then(|| NavLink::new(common::my_requests(language), "/requests"));
    let created = context.when(conversation.created_at);
    let updated = context.when(conversation.updated_at);
    let kind = context.app.desk.settings().request_type(&conversation.kind);
    let kind = kind.map(|kind| kind.name.get(language).to_owned());
    let meta = view! {
        <Number number=number.to_string()/>
        {kind.map(|kind| view! { <span>{kind}</span> })}
        <span>{text::received(language)} " " <Time when=created/></span>
        <span>{text::last_change(language)} " " <Time when=updated/></span>
    };
    let thread = live_thread(Thread::of(context, number, token, false), comments);
    // What was typed before the restriction, and sent after it, is not lost.
    let write = !conversation.restricted || form.is_refused();
    let unconfirmed = conversation.unconfirmed && !conversation.restricted;
    view! {
        <PageHead title=subject back meta=meta.into_any()/>
        <div class="stack loose">
            {unconfirmed.then(|| ask_to_confirm(language, number, token))}
            {if unconfirmed {
                // Nobody takes care of it yet, whatever its status means otherwise.
                None
            } else if conversation.restricted {
                Some(view! {
                    <div class="stack">
                        <StatusBadge status label=words::status(language, status)/>
                        {restricted::here(language)}
                    </div>
                }
                .into_any())
            } else {
                Some(view! { <p class="cluster" id="request-status">{status_html(language, status, false)}</p> }.into_any())
            }}
            {thread}
            {write.then(|| reply(context, number, status, token.to_owned(), form))}
            {(!conversation.restricted).then(|| close_and_reopen(language, number, status, token))}
            {(!known).then(|| register(language))}
        </div>
    }
    .into_any()
}

fn reply(context: &Context, number: RequestNumber, status: Status, token: String, form: Form) -> AnyView {
    let language = context.language;
    let limits = context.app.desk.settings().attachments;
    let hint = (!status.is_active()).then(|| text::reply_reopens(language));
    view! {
        <section class="card stack" aria-labelledby="reply-title">
            <h2 id="reply-title">{text::reply_title(language)}</h2>
            <LiveForm language>
                <form
                    class="form"
                    method="post"
                    action=request_address(number, "")
                    enctype="multipart/form-data"
                >
                    {parts::top(&form)}
                    <input type="hidden" name="token" value=token/>
                    <TextArea
                        name="body"
                        label=text::reply_body(language)
                        hint=hint
                        value=form.value("body")
                        error=form.error("body")
                        rows=6
                        required=true
                    />
                    {parts::attachments(language, limits, &form)}
                    <div class="form-actions">
                        <Button label=text::send(language) kind=ButtonKind::Primary icon=Some(Icon::Send)/>
                    </div>
                </form>
            </LiveForm>
        </section>
    }
    .into_any()
}

fn ask_to_confirm(language: Language, number: RequestNumber, token: &str) -> AnyView {
    let token = token.to_owned();
    view! {
        <Notice kind=NoticeKind::Warning title=text::confirm_title(language)>
            {text::confirm_text(language)}
            <form class="cluster" method="post" action=format!("/requests/{number}/confirm")>
                <input type="hidden" name="token" value=token/>
                <Button label=text::confirm(language) kind=ButtonKind::Primary/>
            </form>
        </Notice>
    }
    .into_any()
}

fn close_and_reopen(language: Language, number: RequestNumber, status: Status, token: &str) -> AnyView {
    let form = |act: &str, title: &'static str, words: &'static str, label: &'static str| {
        view! {
            <form class="cluster between" method="post" action=format!("/requests/{number}/{act}")>
                <input type="hidden" name="token" value=token.to_owned()/>
                <div class="stack tight">
                    <h2>{title}</h2>
                    <p class="muted">{words}</p>
                </div>
                <Button label kind=ButtonKind::Secondary/>
            </form>
        }
        .into_any()
    };
    let reopen = (!status.is_active()).then(|| {
        let title = text::not_settled(language);
        form("reopen", title, text::not_settled_text(language), text::reopen(language))
    });
    let close = (status != Status::Closed)
        .then(|| form("close", text::settled(language), text::settled_text(language), text::close(language)));
    view! { <div class="card sunken stack">{reopen}{close}</div> }.into_any()
}

fn register(language: Language) -> AnyView {
    view! {
        <aside class="card stack tight" aria-labelledby="register-title">
            <h2 id="register-title">{text::register_title(language)}</h2>
            <p>{text::register_text(language)}</p>
            <p class="cluster">
                <ButtonLink
                    href="/register"
                    label=common::register(language)
                    kind=ButtonKind::Secondary
                    icon=Some(Icon::Person)
                />
                <a href="/login">{common::log_in(language)}</a>
            </p>
        </aside>
    }
    .into_any()
}
