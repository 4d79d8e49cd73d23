//! `/requests/NUMBER`: the customer's view of one request, by login or by the mailed link.

pub mod forms;
#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use tresen_model::address::Mailed;
use tresen_model::{Address, Language, RequestNumber, Status};

pub use self::forms::{CloseRequest, ConfirmRequest, ReopenRequest, SendComment};
#[cfg(feature = "ssr")]
pub(super) use self::server::load;
#[cfg(feature = "ssr")]
pub(crate) use self::server::{CLOSE, COMMENT, REOPEN};
use crate::components::{
    Button, ButtonKind, ButtonLink, Carries, Icon, NavLink, Notice, NoticeKind, Number, PageHead, Sends,
    StatusBadge, TextArea, Time, WRITING, When,
};
use crate::form::{Form, Forms};
use crate::language::shared::{common, words};
use crate::language::thread::conversation as text;
use crate::live::{Echo, LiveForm};
use crate::page::{Page, Place};
use crate::parts::{fields, restricted};
use crate::thread::{self, Live, Thread};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Conversation {
    /// What it is about.
    pub subject: String,
    /// What its request type is called; `None` for one that the settings know no more.
    pub kind: Option<String>,
    /// When it came in.
    pub created: When,
    /// The last comment or change that the customer can see.
    pub updated: When,
    /// Whether the processing of the customer's data is restricted (Art. 18 GDPR).
    pub restricted: bool,
    /// Whether it waits until the customer says that it is theirs.
    pub unconfirmed: bool,
    /// The word by which the form for a comment is known again.
    pub once: String,
    /// Number, status, comments.
    pub thread: Thread,
}

/// A request, and how its reader came.
struct Here {
    language: Language,
    number: RequestNumber,
    /// The token of the mailed link; empty for whoever is signed in.
    token: String,
    status: Status,
}

impl Here {
    /// Where a form of the page goes that does one thing.
    fn action(&self, act: &str) -> String {
        format!("{}/{act}", self.path())
    }

    /// Where the form for a comment goes.
    fn path(&self) -> String {
        Address::Request { number: self.number, token: String::new() }.to_string()
    }

    /// What every form of the page says.
    fn named(&self) -> AnyView {
        view! {
            <input type="hidden" name="number" value=self.number.to_string()/>
            <input type="hidden" name="token" value=self.token.clone()/>
        }
        .into_any()
    }
}

/// The page.
pub(super) fn page(visit: &Visit, shown: Conversation, forms: &Forms) -> Page {
    let (visit, forms) = (visit.clone(), forms.clone());
    let title = shown.subject.clone();
    Page::new(title, Place::MyRequests, move || contents(&visit, shown, &forms)).writing()
}

fn contents(visit: &Visit, shown: Conversation, forms: &Forms) -> AnyView {
    let language = visit.language;
    let Conversation { subject, kind, created, updated, restricted, unconfirmed, once, thread } = shown;
    let here = Here { language, number: thread.number, token: thread.token.clone(), status: thread.status };
    let thread = Live::new(language, thread::customer::READER, thread, forms);
    let back = visit
        .known()
        .then(|| NavLink::new(common::my_requests(language), Address::Requests(Default::default())));
    let meta = view! {
        <Number number=here.number.to_string()/>
        {kind.map(|kind| view! { <span>{kind}</span> })}
        <span>{text::received(language)} " " <Time when=created/></span>
        <span>{text::last_change(language)} " " <Time when=updated/></span>
    };
    let form = forms.writing(&[here.path(), here.action("close"), here.action("reopen")]);
    let echo = thread.echo();
    // What was typed before the restriction, and sent after it, is not lost.
    let write = !restricted || form.is_refused();
    let unconfirmed = unconfirmed && !restricted;
    let status = if unconfirmed {
        // Nobody takes care of it yet, whatever its status means otherwise.
        None
    } else if restricted {
        Some(restricted_here(&here))
    } else {
        Some(view! { <p class="cluster" id="request-status">{thread.status()}</p> }.into_any())
    };
    view! {
        <PageHead title=subject back meta=meta.into_any()/>
        <div class="stack loose">
            {unconfirmed.then(|| ask_to_confirm(&here, forms))}
            {status}
            {thread.view()}
            {write.then(|| reply(visit, &here, form, &once, echo))}
            {(!restricted).then(|| close_and_reopen(&here))}
            {(!visit.known()).then(|| register(language))}
        </div>
    }
    .into_any()
}

fn restricted_here(here: &Here) -> AnyView {
    let Here { language, status, .. } = *here;
    view! {
        <div class="stack">
            <StatusBadge status label=words::status(language, status)/>
            {restricted::here(language)}
        </div>
    }
    .into_any()
}

fn reply(visit: &Visit, here: &Here, form: Form, once: &str, echo: Echo) -> AnyView {
    let language = visit.language;
    let hint = (!here.status.is_active()).then(|| text::reply_reopens(language));
    let (once, named) = (fields::once(&form, once), here.named());
    let attachments = fields::attachments(visit, &form);
    view! {
        <section class="card stack" aria-labelledby="reply-title">
            <h2 id="reply-title">{text::reply_title(language)}</h2>
            <LiveForm
                language
                to=SendComment::PATH
                action=here.path()
                form=form.clone()
                files=true
                id=WRITING
                echo
            >
                {once}
                {named}
                <TextArea
                    name="body"
                    label=text::reply_body(language)
                    hint=hint
                    value=form.value("body")
                    error=form.error("body")
                    rows=6
                    required=true
                />
                {attachments}
                <div class="form-actions">
                    <Button label=text::send(language) kind=ButtonKind::Primary icon=Some(Icon::Send)/>
                </div>
            </LiveForm>
        </section>
    }
    .into_any()
}

fn ask_to_confirm(here: &Here, forms: &Forms) -> AnyView {
    let language = here.language;
    let action = here.action("confirm");
    let (form, named) = (forms.at(&action), here.named());
    let carries = Carries::to(&action);
    view! {
        <Notice kind=NoticeKind::Warning title=text::confirm_title(language)>
            {text::confirm_text(language)}
            <LiveForm language to=ConfirmRequest::PATH action form class="cluster">
                {named}
                <Button label=text::confirm(language) kind=ButtonKind::Primary carries/>
            </LiveForm>
        </Notice>
    }
    .into_any()
}

/// The buttons send the form for a comment along: whoever closes a request has often just written why.
fn close_and_reopen(here: &Here) -> AnyView {
    let Here { language, status, .. } = *here;
    let reopen = (!status.is_active()).then(|| {
        let words = [text::not_settled(language), text::not_settled_text(language), text::reopen(language)];
        settle(here.action("reopen"), ReopenRequest::PATH, Status::Open, words)
    });
    let close = (status != Status::Closed).then(|| {
        let words = [text::settled(language), text::settled_text(language), text::close(language)];
        settle(here.action("close"), CloseRequest::PATH, Status::Closed, words)
    });
    view! { <div class="card sunken stack">{reopen}{close}</div> }.into_any()
}

fn settle(
    action: String,
    to: &'static str,
    sets: Status,
    [title, words, label]: [&'static str; 3],
) -> AnyView {
    view! {
        <div class="cluster between">
            <div class="stack tight">
                <h2>{title}</h2>
                <p class="muted">{words}</p>
            </div>
            <Button label kind=ButtonKind::Secondary sends=Sends { action, to, sets }/>
        </div>
    }
    .into_any()
}

fn register(language: Language) -> AnyView {
    let sign_in = Address::SignIn { next: String::new() };
    view! {
        <aside class="card stack tight" aria-labelledby="register-title">
            <h2 id="register-title">{text::register_title(language)}</h2>
            <p>{text::register_text(language)}</p>
            <p class="cluster">
                <ButtonLink
                    href=Address::Register(Mailed::default())
                    label=common::register(language)
                    kind=ButtonKind::Secondary
                    icon=Some(Icon::Person)
                />
                <a href=sign_in.to_string()>{common::log_in(language)}</a>
            </p>
        </aside>
    }
    .into_any()
}
