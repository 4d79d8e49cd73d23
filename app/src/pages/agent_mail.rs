//! `/agent/settings/mail`, for admins: messages that could not be handled, mails that could not
//! be sent.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use tresen_desk::intake::{AsideMessage, TakenIn};
use tresen_model::Language;
use tresen_model::views::{MailTroubles, ParkedMail};

use super::address::{Named, Parameters, address, agent_address, parameter};
use super::agent_people;
use crate::components::{Button, ButtonKind, ButtonLink, NavLink, Notice, NoticeKind, PageHead, Time};
use crate::language::{delivery, islands::size, mail as text};
use crate::web::{Answer, Context, Page, Place, Stop, Submitted, Width};

/// The address of the page.
pub(super) const PATH: &str = "/agent/settings/mail";

/// What the page says about what was just done: `?done=…`.
const TAKEN: &str = "taken";
const STILL: &str = "still";
const SENT: &str = "sent";

pub(super) async fn show(context: Context, parameters: Parameters) -> Response {
    let answer = page(&context, parameter(&parameters, "done")).await;
    context.finish(answer.map(|page| Answer::Page(Box::new(page))))
}

/// Whoever comes to the address of a form, from the login or by reloading, finds its page.
pub(super) async fn back(context: Context) -> Response {
    context.finish(Ok(Answer::go(PATH)))
}

async fn page(context: &Context, done: &str) -> Result<Page, Stop> {
    let admin = context.require_agent()?;
    let messages = context.app.desk.set_aside(&admin).await?;
    let troubles = context.app.desk.mail_trouble(&admin).await?;
    let language = context.language;
    let done = match done {
        TAKEN => Some((NoticeKind::Success, text::aside_taken(language))),
        STILL => Some((NoticeKind::Warning, text::aside_still(language))),
        SENT => Some((NoticeKind::Success, text::sent_again(language))),
        _ => None,
    };
    let context = context.clone();
    let page = Page::new(text::trouble_title(language), Place::Queue, move || {
        let back = Some(NavLink::new(text::back(language), "/agent"));
        let list = if messages.is_empty() {
            view! { <p>{text::aside_none(language)}</p> }.into_any()
        } else {
            let rows = messages.into_iter().map(|message| row(&context, message)).collect::<Vec<_>>();
            view! { <ul class="rows">{rows}</ul> }.into_any()
        };
        view! {
            <PageHead title=text::trouble_title(language) lede=text::trouble_lede(language) back/>
            {agent_people::tabs(language, PATH)}
            {done.map(|(kind, words)| view! { <Notice kind>{words}</Notice> })}
            <section class="section" aria-labelledby="aside-title">
                <div>
                    <h2 id="aside-title">{text::aside_title(language)}</h2>
                    <p class="muted">{text::aside_lede(language)}</p>
                </div>
                <div class="stack">{list}</div>
            </section>
            {leaving(&context, troubles)}
        }
        .into_any()
    });
    Ok(page.width(Width::Wide))
}

/// What waits to leave, and what will not leave by itself.
fn leaving(context: &Context, troubles: MailTroubles) -> AnyView {
    let language = context.language;
    let locked_out = (troubles.locked_out > 0)
        .then(|| view! { <Notice kind=NoticeKind::Warning>{text::locked_out(language)}</Notice> });
    let waiting = troubles.waiting_since.map(|since| {
        let since = context.when(since);
        view! { <p>{text::waiting(language, troubles.waiting, &since.exact)}</p> }
    });
    let parked = if troubles.parked == 0 {
        let nothing = troubles.waiting == 0;
        nothing.then(|| view! { <p>{text::leaving_none(language)}</p> }.into_any())
    } else {
        let rows = troubles.newest_parked.into_iter().map(|mail| parked(context, mail)).collect::<Vec<_>>();
        let view = view! {
            <p>{text::parked(language, troubles.parked)}</p>
            <ul class="rows">{rows}</ul>
            <form method="post" action=format!("{PATH}/send")>
                <Button label=text::send_all_again(language) kind=ButtonKind::Secondary/>
            </form>
        };
        Some(view.into_any())
    };
    view! {
        <section class="section" aria-labelledby="leaving-title">
            <div>
                <h2 id="leaving-title">{text::leaving_title(language)}</h2>
                <p class="muted">{text::leaving_lede(language)}</p>
            </div>
            <div class="stack">{locked_out}{waiting}{parked}</div>
        </section>
    }
    .into_any()
}

fn parked(context: &Context, mail: ParkedMail) -> AnyView {
    let language = context.language;
    let why = mail.trouble.map(|trouble| delivery::why(language, trouble, mail.code.as_deref()));
    let about = match mail.number {
        Some(number) => view! { <a href=agent_address(number)>{number.to_string()}</a> }.into_any(),
        None => view! { <span>{text::about_no_request(language)}</span> }.into_any(),
    };
    view! {
        <li>
            <div>
                <strong>{why}</strong>
                <p class="meta">
                    {about}
                    <Time when=context.when(mail.created_at)/>
                    {mail.code.map(|code| view! { <span>{code}</span> })}
                </p>
            </div>
            <form method="post" action=format!("{PATH}/send")>
                <input type="hidden" name="mail" value=mail.id/>
                <Button label=text::send_again(language) kind=ButtonKind::Quiet/>
            </form>
        </li>
    }
    .into_any()
}

pub(super) async fn send(context: Context, form: Submitted) -> Response {
    let done = async {
        let admin = context.require_agent()?;
        let mail = Some(form.get("mail")).filter(|mail| !mail.is_empty());
        context.app.desk.send_parked_again(&admin, mail).await?;
        Ok(Answer::go(address(PATH, &[("done", SENT)])))
    };
    let done = done.await;
    context.finish(done)
}

fn row(context: &Context, message: AsideMessage) -> AnyView {
    let language = context.language;
    let own = format!("{PATH}/aside/{}", message.id);
    view! {
        <li>
            <div>
                <strong>{text::aside_reason(language, message.reason)}</strong>
                <p class="meta">
                    <Time when=context.when(message.at)/>
                    <span>{size(language, message.size)}</span>
                    <span>{text::channel(language, message.channel)}</span>
                </p>
            </div>
            {actions(language, own)}
        </li>
    }
    .into_any()
}

fn actions(language: Language, own: String) -> AnyView {
    view! {
        <div class="cluster">
            <ButtonLink href=own.clone() label=text::aside_download(language) kind=ButtonKind::Quiet/>
            <form method="post" action=format!("{own}/retry")>
                <Button label=text::aside_retry(language) kind=ButtonKind::Quiet/>
            </form>
            <form method="post" action=format!("{own}/delete")>
                <Button label=text::aside_delete(language) kind=ButtonKind::Quiet/>
            </form>
        </div>
    }
    .into_any()
}

pub(super) async fn download(context: Context, named: Named) -> Response {
    let done = async {
        let (admin, id) = (context.require_agent()?, named.aside()?);
        let bytes = context.app.desk.aside_message(&admin, id.0).await?;
        let headers: [(HeaderName, &str); 5] = [
            // Not message/rfc822: no browser is to make anything of it.
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"message.eml\""),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
        Ok(Answer::other((headers, bytes).into_response()))
    };
    let done = done.await;
    context.finish(done)
}

pub(super) async fn retry(context: Context, named: Named) -> Response {
    let done = async {
        let (admin, id) = (context.require_agent()?, named.aside()?);
        let taken = context.app.desk.retry_aside(&admin, id.0).await?;
        let done = if taken == TakenIn::Aside { STILL } else { TAKEN };
        Ok(Answer::go(address(PATH, &[("done", done)])))
    };
    let done = done.await;
    context.finish(done)
}

pub(super) async fn delete(context: Context, named: Named) -> Response {
    let done = async {
        let (admin, id) = (context.require_agent()?, named.aside()?);
        context.app.desk.delete_aside(&admin, id.0).await?;
        Ok(Answer::go(PATH))
    };
    let done = done.await;
    context.finish(done)
}
