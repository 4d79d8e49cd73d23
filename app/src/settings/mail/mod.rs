//! `/agent/settings/mail`, for admins: messages that could not be handled, mails that could not be sent.

#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::{Address, AsideId, AsideReason, IntakeChannel, Language, MailTrouble, RequestNumber};

#[cfg(feature = "ssr")]
pub(crate) use self::server::download;
#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use super::tabs::tabs;
use crate::components::{Button, ButtonKind, ButtonLink, NavLink, Notice, NoticeKind, PageHead, Time, When};
use crate::form::{Done, Forms, Unmet};
use crate::language::shared::live::size;
use crate::language::shared::mail as text;
use crate::language::thread::delivery;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::section;
use crate::visit::Visit;

/// What the page says about what was just done: `?done=…`.
const TAKEN: &str = "taken";
const STILL: &str = "still";
const SENT: &str = "sent";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Mail {
    /// What was done just now.
    pub done: String,
    /// The messages that were set aside, the latest first.
    pub aside: Vec<Aside>,
    /// What waits to leave, and what will not leave by itself.
    pub leaving: Leaving,
}

/// A message that was set aside.
#[derive(Clone, Serialize, Deserialize)]
pub struct Aside {
    /// Its id.
    pub id: AsideId,
    /// Why.
    pub reason: AsideReason,
    /// Bytes.
    pub size: u64,
    /// How it came.
    pub channel: IntakeChannel,
    /// When.
    pub at: When,
    /// Who sent it, as far as that can be read.
    pub from: String,
    /// What it is about, as far as that can be read.
    pub subject: String,
}

/// What waits to leave, and what will not leave by itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct Leaving {
    /// Mails that wait.
    pub waiting: u32,
    /// When the oldest of them was put in, in full.
    pub waiting_since: Option<String>,
    /// Whether the mail server does not let the desk in.
    pub locked_out: bool,
    /// All mails that are not tried again by themselves.
    pub parked: u32,
    /// The newest of them.
    pub newest: Vec<Parked>,
}

/// A mail that is not tried again by itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct Parked {
    /// Names it in the form that sends it again.
    pub id: String,
    /// The request that it is about, if there is one that may be named.
    pub number: Option<RequestNumber>,
    /// Why.
    pub trouble: Option<MailTrouble>,
    /// What the server gave as the reason.
    pub code: Option<String>,
    /// When it was put in.
    pub created: When,
}

/// Sends a mail again that is not tried again by itself; all of them where none is named.
///
/// # Errors
/// [`Unmet`]: there is none.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/mail/send", input = PostUrl, output = Json)]
pub async fn send_parked(#[server(default)] mail: String) -> Result<Done, Unmet> {
    Ok(server::send(&mail).await?)
}

/// Tries once more to take in a message that was set aside.
///
/// # Errors
/// [`Unmet`]: there is none.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/mail/retry", input = PostUrl, output = Json)]
pub async fn retry_aside(#[server(default)] id: String) -> Result<Done, Unmet> {
    Ok(server::retry(&id).await?)
}

/// Deletes a message that was set aside.
///
/// # Errors
/// [`Unmet`]: there is none.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/mail/delete", input = PostUrl, output = Json)]
pub async fn delete_aside(#[server(default)] id: String) -> Result<Done, Unmet> {
    Ok(server::delete(&id).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, mail: Mail, forms: &Forms) -> Page {
    let language = visit.language;
    let forms = forms.clone();
    let page = Page::new(text::trouble_title(language), Place::Queue, move || {
        let Mail { done, aside, leaving: troubles } = mail;
        let done = match done.as_str() {
            TAKEN => Some((NoticeKind::Success, text::aside_taken(language))),
            STILL => Some((NoticeKind::Warning, text::aside_still(language))),
            SENT => Some((NoticeKind::Success, text::sent_again(language))),
            _ => None,
        };
        let back = Some(NavLink::new(text::back(language), Address::Queue(QueueQuery::default())));
        let list = if aside.is_empty() {
            view! { <p>{text::aside_none(language)}</p> }.into_any()
        } else {
            let rows = aside.into_iter().map(|message| row(language, message, &forms)).collect::<Vec<_>>();
            view! { <ul class="rows">{rows}</ul> }.into_any()
        };
        let list = view! { <div class="stack">{list}</div> }.into_any();
        view! {
            <PageHead title=text::trouble_title(language) lede=text::trouble_lede(language) back/>
            {tabs(language, &Address::Mail { done: String::new() })}
            {done.map(|(kind, words)| view! { <Notice kind>{words}</Notice> })}
            {section("aside-title", text::aside_title(language), text::aside_lede(language), list)}
            {leaving(language, troubles)}
        }
        .into_any()
    });
    page.width(Width::Wide)
}

fn leaving(language: Language, troubles: Leaving) -> AnyView {
    let locked_out = troubles
        .locked_out
        .then(|| view! { <Notice kind=NoticeKind::Warning>{text::locked_out(language)}</Notice> });
    let waiting = troubles
        .waiting_since
        .map(|since| view! { <p>{text::waiting(language, troubles.waiting, &since)}</p> });
    let parked = if troubles.parked == 0 {
        let nothing = troubles.waiting == 0;
        nothing.then(|| view! { <p>{text::leaving_none(language)}</p> }.into_any())
    } else {
        let rows = troubles.newest.into_iter().map(|mail| parked(language, mail)).collect::<Vec<_>>();
        let view = view! {
            <p>{text::parked(language, troubles.parked)}</p>
            <ul class="rows">{rows}</ul>
            {sending(language, None, text::send_all_again(language), ButtonKind::Secondary)}
        };
        Some(view.into_any())
    };
    let content = view! { <div class="stack">{locked_out}{waiting}{parked}</div> }.into_any();
    section("leaving-title", text::leaving_title(language), text::leaving_lede(language), content)
}

/// The form that sends a mail again, or all of them. It has no field that could be wrong.
fn sending(language: Language, mail: Option<String>, label: &'static str, kind: ButtonKind) -> AnyView {
    let action = format!("{}/send", Address::Mail { done: String::new() });
    let form = Forms::untouched().at(&action);
    view! {
        <LiveForm language to=SendParked::PATH action form class="">
            {mail.map(|mail| view! { <input type="hidden" name="mail" value=mail/> })}
            <Button label kind/>
        </LiveForm>
    }
    .into_any()
}

fn parked(language: Language, mail: Parked) -> AnyView {
    let why = mail.trouble.map(|trouble| delivery::why(language, trouble, mail.code.as_deref()));
    let about = match mail.number {
        Some(number) => {
            let address = Address::RequestForAgents { number };
            view! { <a href=address.to_string()>{number.to_string()}</a> }.into_any()
        }
        None => view! { <span>{text::about_no_request(language)}</span> }.into_any(),
    };
    view! {
        <li>
            <div>
                <strong>{why}</strong>
                <p class="meta">
                    {about}
                    <Time when=mail.created/>
                    {mail.code.map(|code| view! { <span>{code}</span> })}
                </p>
            </div>
            {sending(language, Some(mail.id), text::send_again(language), ButtonKind::Quiet)}
        </li>
    }
    .into_any()
}

fn row(language: Language, message: Aside, forms: &Forms) -> AnyView {
    view! {
        <li>
            <div>
                <strong><bdi>{or(message.subject, text::aside_no_subject(language))}</bdi></strong>
                <p class="meta">
                    <bdi>{or(message.from, text::aside_nobody(language))}</bdi>
                    <span>{text::aside_reason(language, message.reason)}</span>
                    <Time when=message.at/>
                    <span>{size(language, message.size)}</span>
                    <span>{text::channel(language, message.channel)}</span>
                </p>
            </div>
            {actions(language, message.id, forms)}
        </li>
    }
    .into_any()
}

fn or(text: String, otherwise: &'static str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text }
}

fn actions(language: Language, id: AsideId, forms: &Forms) -> AnyView {
    let own = format!("{}/aside/{id}", Address::Mail { done: String::new() });
    let (retry, delete) = (format!("{own}/retry"), format!("{own}/delete"));
    let (retrying, deleting) = (forms.at(&retry), forms.at(&delete));
    view! {
        <div class="cluster">
            <ButtonLink href=own label=text::aside_download(language) kind=ButtonKind::Quiet/>
            <LiveForm language to=RetryAside::PATH action=retry form=retrying class="">
                <input type="hidden" name="id" value=id.to_string()/>
                <Button label=text::aside_retry(language) kind=ButtonKind::Quiet/>
            </LiveForm>
            <LiveForm language to=DeleteAside::PATH action=delete form=deleting class="">
                <input type="hidden" name="id" value=id.to_string()/>
                <Button label=text::aside_delete(language) kind=ButtonKind::Quiet/>
            </LiveForm>
        </div>
    }
    .into_any()
}
