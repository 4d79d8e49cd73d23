//! A request that can be worked on.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::{Address, HeldWhy, Language, Priority};

use super::panel::{self, Panel};
use super::reply;
use crate::agent::held;
use crate::components::{NavLink, Notice, NoticeKind, Number, PageHead, PriorityMark, Time, When};
use crate::form::Forms;
use crate::language::agent::requests as text;
use crate::language::shared::{mail, words};
use crate::language::thread::conversation;
use crate::page::{Page, Place, Width};
use crate::thread::{self, Thread};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Open {
    /// The comments, the number of the request and where it stands.
    pub thread: Thread,
    /// What it is about, as typed.
    pub subject: String,
    /// How soon.
    pub priority: Priority,
    /// What its type is called.
    pub kind: String,
    /// When it came in.
    pub created: When,
    /// The last comment or change.
    pub updated: When,
    /// What is wrong with it.
    pub troubles: Troubles,
    /// What stands beside it.
    pub panel: Option<Panel>,
    /// The word by which the form for an answer is known again.
    pub once: String,
}

/// What is wrong with a request.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Troubles {
    /// Why it is held back, if it is.
    pub held: Option<HeldWhy>,
    /// Whether mails to the customer keep coming back.
    pub undeliverable: bool,
    /// Whether no mail can be sent to the customer's address at all.
    pub unanswerable: bool,
    /// Mails about it that could not be sent.
    pub parked_mails: u32,
}

/// The page.
pub(super) fn page(visit: &Visit, open: Open, forms: &Forms) -> Page {
    let (visit, forms) = (visit.clone(), forms.clone());
    let page = Page::new(open.subject.clone(), Place::Queue, move || contents(&visit, open, &forms));
    page.width(Width::Wide).writing()
}

fn contents(visit: &Visit, open: Open, forms: &Forms) -> AnyView {
    let language = visit.language;
    let Open { thread, subject, priority, kind, created, updated, troubles, panel, once } = open;
    let (number, status) = (thread.number, thread.status);
    let held = troubles.held.map(|why| held::notice(language, number, why, forms));
    let thread = thread::Live::new(language, thread::agent::READER, thread, forms);
    let echo = thread.echo();
    let meta = view! {
        <Number number=number.to_string()/>
        <span id="request-status">{thread.status()}</span>
        <PriorityMark priority label=words::priority(language, priority)/>
        <span>{kind}</span>
        <span>{conversation::received(language)} " " <Time when=created/></span>
        <span>{conversation::last_change(language)} " " <Time when=updated/></span>
    };
    let back = Some(NavLink::new(text::back(language), Address::Queue(QueueQuery::default())));
    let panel = panel.map(|panel| panel::panel(language, number, (status, priority), panel, forms, echo));
    view! {
        <PageHead title=subject back meta=meta.into_any()/>
        <div class="split">
            <div class="stack loose">
                {held}
                {mail_notices(language, &troubles)}
                {thread.view()}
                {reply::section(visit, number, &once, forms, echo)}
            </div>
            {panel}
        </div>
    }
    .into_any()
}

/// That the customer may not hear of anything.
fn mail_notices(language: Language, troubles: &Troubles) -> AnyView {
    let undeliverable = troubles.undeliverable.then(|| {
        view! {
            <Notice kind=NoticeKind::Warning title=mail::undeliverable_title(language)>
                {mail::undeliverable_text(language)}
            </Notice>
        }
    });
    let unanswerable = troubles.unanswerable.then(|| {
        view! {
            <Notice kind=NoticeKind::Warning title=mail::unanswerable_title(language)>
                {mail::unanswerable_text(language)}
            </Notice>
        }
    });
    let parked = Some(troubles.parked_mails).filter(|mails| *mails > 0).map(|mails| {
        view! {
            <Notice kind=NoticeKind::Warning title=text::parked_title(language)>
                {text::parked(language, mails)}
            </Notice>
        }
    });
    view! { {undeliverable}{unanswerable}{parked} }.into_any()
}
