//! `/account/delete`: whoever is logged in deletes themselves with their password, or by a link
//! that is mailed to their own address; whoever is not asks for a link. The link (`?token=`) opens
//! a page whose button does it. Whoever came to `/account/data` by a link (`?by=link`) needs no
//! second one.
//!
//! None of these forms is a `LiveForm`: the last page is the answer to the form itself, since
//! afterwards there is nobody left who could ask for it.

use axum::extract::{FromRequestParts, Query};
use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;
use tresen_desk::people::{Purpose, Secret};
use tresen_desk::privacy::Erased;
use tresen_model::Language;
use tresen_model::views::ErasureCount;

use super::mailed_link::{self, Asking, Mailed};
use super::{proof, receipt};
use crate::components::{Button, ButtonKind, ButtonLink, Icon, Notice, NoticeKind, PageHead, Time};
use crate::language::{common, erase as text};
use crate::web::{Answer, Context, Cookie, Form, Page, Place, Stop, Submitted, Width};

pub(super) async fn show(context: Context, Query(from): Query<Mailed>) -> Response {
    let page = if from.by_link() {
        by_link(&context, from.token).await
    } else if from.by_data_access() {
        by_data_access(&context).await
    } else if from.sent.is_some() {
        let lede = text::sent_lede(context.language);
        Ok(mailed_link::sent(context.language, Place::Elsewhere, lede, Purpose::Erase, "/account/delete"))
    } else {
        page(&context, Form::default()).await
    };
    context.finish(page.map(mailed_link::page))
}

pub(super) async fn submit(context: Context, parts: Parts, form: Submitted) -> Response {
    match act(&context, &form).await {
        Ok(Step::Erased(erased)) => farewell(&context, parts, erased).await,
        Ok(Step::Asked) => context.finish(Ok(Answer::go("/account/delete?sent"))),
        Err(Stop::Desk(Error::Gone)) => context.finish(Ok(mailed_link::page(gone(&context)))),
        Err(stop) => context.finish_form(Err(stop), form, |shown| page(&context, shown)).await,
    }
}

/// What a form came to.
enum Step {
    Erased(Erased),
    Asked,
}

async fn act(context: &Context, form: &Submitted) -> Result<Step, Stop> {
    let desk = &context.app.desk;
    let token = form.get("token");
    if !token.is_empty() {
        return Ok(Step::Erased(desk.erase_by_link(&Secret::received(token)).await?));
    }
    if form.get("by") == mailed_link::BY_LINK {
        let access = context.require_data_access().await?;
        return Ok(Step::Erased(desk.erase_by_data_access(&access).await?));
    }
    if form.get("act") == "link" {
        desk.ask_own_erasure(context.require_session()?).await?;
        return Ok(Step::Asked);
    }
    if let Some(session) = context.session() {
        return Ok(Step::Erased(desk.erase_self(session, form.get("password")).await?));
    }
    if !form.get("password").is_empty() {
        // The session has ended since the page was opened.
        return Err(Stop::LogIn);
    }
    desk.ask_erasure(form.get("email")).await?;
    Ok(Step::Asked)
}

/// The page for those who came without a link.
async fn page(context: &Context, form: Form) -> Result<Page, Stop> {
    match context.session() {
        Some(session) => {
            let count = context.app.desk.erasure_preview(session).await?;
            let email = context.app.desk.account(session).await?.email;
            Ok(with_password(context, form, count, email))
        }
        None => Ok(ask(context, form)),
    }
}

async fn by_link(context: &Context, token: String) -> Result<Page, Stop> {
    match context.app.desk.erasure_preview_by_link(&Secret::received(&token)).await {
        Ok(count) => Ok(with_link(context, token, count)),
        Err(Error::Gone) => Ok(gone(context)),
        Err(error) => Err(error.into()),
    }
}

async fn by_data_access(context: &Context) -> Result<Page, Stop> {
    let count = match context.require_data_access().await {
        Ok(access) => context.app.desk.erasure_preview(&access).await?,
        Err(Error::Gone) => return Ok(gone(context)),
        Err(error) => return Err(error.into()),
    };
    let back = ("/account/data?by=link", text::keep(context.language));
    Ok(sure(context, count, Place::Elsewhere, back, false, mailed_link::by_link_field))
}

fn gone(context: &Context) -> Page {
    mailed_link::gone(context.language, "/account/delete", None)
}

fn with_password(context: &Context, form: Form, count: ErasureCount, email: String) -> Page {
    let language = context.language;
    let fields = move || {
        view! {
            {form.notice().map(|notice| view! { <Notice kind=NoticeKind::Error>{notice}</Notice> })}
            {proof::username(email)}
            {proof::password_field(text::password(language), Some(text::password_hint(language)), &form)}
        }
        .into_any()
    };
    sure(context, count, Place::Account, ("/account", text::keep(language)), true, fields)
}

fn with_link(context: &Context, token: String, count: ErasureCount) -> Page {
    let back = if context.session().is_some() { "/account" } else { "/" };
    let back = (back, text::keep(context.language));
    sure(context, count, Place::Elsewhere, back, false, move || {
        view! { <input type="hidden" name="token" value=token/> }.into_any()
    })
}

/// What will go, what that means, and the button that does it.
fn sure(
    context: &Context,
    count: ErasureCount,
    place: Place,
    (back, keep): (&'static str, &'static str),
    offer_link: bool,
    fields: impl FnOnce() -> AnyView + Send + 'static,
) -> Page {
    let language = context.language;
    let days = context.app.desk.settings().retention.key_backup_days;
    let session = context.session();
    let staff = session.is_some_and(|session| session.role().is_staff());
    let page = Page::new(text::title(language), place, move || {
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            <div class="stack loose">
                <div class="prose">
                    <h2>{text::what_title(language)}</h2>
                    {numbers(text::counted(language, &count), text::person(language))}
                    <h2>{text::means_title(language)}</h2>
                    <ul>
                        <li>{text::for_good(language)}</li>
                        <li>{text::backups(language, days)}</li>
                        <li>{text::own_mailbox(language)}</li>
                        {staff.then(|| view! { <li>{text::staff(language)}</li> })}
                    </ul>
                </div>
                <form class="form card danger" method="post" action="/account/delete">
                    {fields()}
                    <div class="form-actions">
                        <Button
                            label=text::delete(language)
                            kind=ButtonKind::Danger
                            icon=Some(Icon::Trash)
                        />
                        <a href=back>{keep}</a>
                    </div>
                </form>
                {offer_link.then(|| without_password(language))}
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

/// For those who do not know their password: the same link as without an account.
fn without_password(language: Language) -> AnyView {
    view! {
        <form class="stack" method="post" action="/account/delete">
            <p>{text::no_password(language)}</p>
            <div>
                <Button
                    label=text::ask(language)
                    kind=ButtonKind::Secondary
                    icon=Some(Icon::Mail)
                    name="act"
                    value="link"
                />
            </div>
        </form>
    }
    .into_any()
}

pub(super) fn numbers(lines: Vec<String>, last: &'static str) -> AnyView {
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
    view! { <ul>{lines}<li>{last}</li></ul> }.into_any()
}

fn ask(context: &Context, form: Form) -> Page {
    let language = context.language;
    let asking = Asking {
        action: "/account/delete",
        label: text::email(language),
        hint: Some(text::email_hint(language)),
        autocomplete: "email",
        button: text::ask(language),
    };
    let page = Page::new(text::title(language), Place::Elsewhere, move || {
        view! {
            <PageHead title=text::title(language) lede=text::ask_lede(language)/>
            <div class="stack">
                {mailed_link::ask_form(&form, asking, None)}
                <p>
                    {text::have_account(language)} " "
                    <a href="/login?next=/account/delete">{text::log_in(language)}</a>
                </p>
                <p>
                    {text::see_first(language)} " "
                    <a href="/account/data">{text::see(language)}</a>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

/// The last page. Shown as to nobody when whoever asked was the one who is gone now, and then
/// the browser forgets the session.
async fn farewell(before: &Context, parts: Parts, erased: Erased) -> Response {
    let context = ask_again(before, parts).await;
    let done = done(&context, erased);
    let mut response = context.finish(Ok(mailed_link::page(done)));
    let mut forget = Vec::new();
    if before.session().is_some() && context.session().is_none() {
        forget.push(Cookie::no_session());
    }
    if before.data_access().is_some() {
        forget.push(Cookie::no_data_access());
    }
    let forget = context.finish(Ok(Answer::Go("/".to_owned(), forget)));
    for cookie in forget.headers().get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// The same request once more: is there still somebody logged in? The language stays.
async fn ask_again(before: &Context, mut parts: Parts) -> Context {
    parts.extensions.remove::<Context>();
    let language = HeaderValue::from_static(before.language.tag());
    parts.headers.insert(header::ACCEPT_LANGUAGE, language);
    keep_only_session(&mut parts.headers);
    match Context::from_request_parts(&mut parts, &before.app).await {
        Ok(context) => context,
        Err(never) => match never {},
    }
}

/// Without the cookie of the language, the header above decides.
fn keep_only_session(headers: &mut HeaderMap) {
    let kept = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .map(str::trim)
        .filter(|pair| !pair.contains("tresen-language="))
        .collect::<Vec<_>>()
        .join("; ");
    if let Ok(kept) = HeaderValue::from_str(&kept) {
        headers.insert(header::COOKIE, kept);
    }
}

fn done(context: &Context, erased: Erased) -> Page {
    let language = context.language;
    let days = context.app.desk.settings().retention.key_backup_days;
    let at = context.when(erased.at).in_full();
    let receipt = receipt::given(context, erased.receipt);
    let page = Page::new(text::done_title(language), Place::Elsewhere, move || {
        view! {
            <PageHead title=text::done_title(language) lede=text::done_lede(language)/>
            <div class="stack loose">
                <div class="prose">
                    <p>{text::done_when(language)} " " <Time when=at/></p>
                    <h2>{text::done_what(language)}</h2>
                    {numbers(text::counted(language, &erased.count), text::done_person(language))}
                    <p>{text::backups(language, days)}</p>
                    <p>{text::own_mailbox(language)}</p>
                </div>
                {receipt}
                <p class="cluster">
                    <ButtonLink href="/" label=common::back_to_start(language) kind=ButtonKind::Secondary/>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
