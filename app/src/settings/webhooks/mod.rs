//! `/agent/settings/webhooks`, for admins: where other programs are told what happens, and adding one.

#[cfg(feature = "ssr")]
mod server;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::{Address, Language, WebhookId};

#[cfg(feature = "ssr")]
pub(super) use self::server::{line, load};
use super::Shown;
use super::lock::{self, Lock};
use super::tabs::tabs;
use crate::components::{
    Button, ButtonKind, Checkbox, Field, NavLink, Notice, NoticeKind, PageHead, Time, When,
};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::settings::{people, webhooks as text};
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::section;
use crate::visit::Visit;

/// Before an event in the name of its box.
const EVENT: &str = "event.";

/// What the page says about what was just done: `?done=…`.
pub(super) const REMOVED: &str = "removed";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Webhooks {
    /// What was done just now.
    pub done: String,
    /// The webhooks, by name.
    pub lines: Vec<Line>,
    /// Every event.
    pub events: Vec<String>,
    /// Why the form is not shown, if it is not.
    pub lock: Option<Lock>,
}

/// A webhook.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    /// Which.
    pub id: WebhookId,
    /// Its name.
    pub name: String,
    /// Where deliveries are sent.
    pub url: String,
    /// Of what it is told; nothing is everything.
    pub events: Vec<String>,
    /// Whether it is told what was written, too.
    pub text: bool,
    /// Since when nothing has come through.
    pub failing: Option<When>,
    /// Since when it is switched off.
    pub off: Option<When>,
}

impl Line {
    /// Whether it works, and since when it does not.
    pub(super) fn state(&self, language: Language) -> AnyView {
        let since =
            |words: &'static str, when: When| view! { <span>{words} " " <Time when=when/></span> }.into_any();
        match (&self.off, &self.failing) {
            (Some(off), _) => since(text::off(language), off.clone()),
            (None, Some(failing)) => since(text::failing(language), failing.clone()),
            (None, None) => view! { <span>{text::fine(language)}</span> }.into_any(),
        }
    }

    /// Of what it is told.
    pub(super) fn told(&self, language: Language) -> AnyView {
        let events = self.events.iter().map(|event| text::event_name(language, event)).collect::<Vec<_>>();
        let events =
            if events.is_empty() { text::all_events(language).to_owned() } else { events.join(" · ") };
        let with = if self.text { text::with_text(language) } else { text::ids_only(language) };
        view! { <span>{events}</span> <span>{with}</span> }.into_any()
    }
}

/// Adds a webhook. `others` holds a field `event.WORD` for each event that is ticked. Its answer is the page that shows
/// the secret.
///
/// # Errors
/// [`Unmet`]: what is wrong with the fields, or that the admin has to show who they are.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/webhooks", input = PostUrl, output = Json)]
pub async fn add_webhook(
    #[server(default)] name: String,
    #[server(default)] url: String,
    #[server(default)] text: String,
    #[server(flatten)] others: BTreeMap<String, String>,
) -> Result<Done<Shown>, Unmet> {
    Ok(server::add(&name, &url, !text.is_empty(), &others).await?)
}

fn here() -> Address {
    Address::Webhooks { done: String::new() }
}

/// The page.
pub(super) fn page(visit: &Visit, webhooks: Webhooks, forms: &Forms) -> Page {
    let language = visit.language;
    let form = forms.at(&here().to_string());
    let page = Page::new(text::title(language), Place::Queue, move || {
        let Webhooks { done, lines, events, lock } = webhooks;
        let done = (done == REMOVED).then(|| text::removed(language));
        let back = Some(NavLink::new(people::back(language), Address::Queue(QueueQuery::default())));
        let adding = match lock {
            Some(lock) => lock::locked(language, lock, text::locked(language), &here()),
            None => adding(language, events, form),
        };
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            {tabs(language, &here())}
            {done.map(|words| view! { <Notice kind=NoticeKind::Success>{words}</Notice> })}
            {section("webhooks-title", text::list(language), text::list_text(language), list(language, lines))}
            {section("new-webhook-title", text::new(language), text::new_text(language), adding)}
        }
        .into_any()
    });
    page.width(Width::Wide)
}

fn list(language: Language, lines: Vec<Line>) -> AnyView {
    if lines.is_empty() {
        return view! { <p>{text::none(language)}</p> }.into_any();
    }
    let lines = lines.into_iter().map(|line| {
        let href = Address::Webhook { id: line.id, done: String::new() }.to_string();
        let (state, told) = (line.state(language), line.told(language));
        view! {
            <li>
                <div>
                    <a href=href><strong><bdi>{line.name}</bdi></strong></a>
                    <p class="small"><bdi>{line.url}</bdi></p>
                    <p class="meta muted small">{state}{told}</p>
                </div>
            </li>
        }
        .into_any()
    });
    view! { <ul class="rows">{lines.collect::<Vec<_>>()}</ul> }.into_any()
}

fn adding(language: Language, events: Vec<String>, form: Form) -> AnyView {
    let boxes = events.into_iter().map(|event| {
        let name = format!("{EVENT}{event}");
        let checked = form.ticked_or(&name, false);
        let label = text::event_name(language, &event);
        view! { <Checkbox name checked>{label} " " <code>{event}</code></Checkbox> }.into_any()
    });
    let boxes = boxes.collect::<Vec<_>>();
    let with_text = form.ticked_or("text", false);
    view! {
        <LiveForm language to=AddWebhook::PATH action=here() form=form.clone() class="form">
            <Field
                name="name"
                label=text::name(language)
                hint=text::name_hint(language)
                value=form.value("name")
                error=form.error("name")
                autocomplete="off"
                maxlength=Some(60)
                required=true
            />
            <Field
                name="url"
                kind="url"
                label=text::address(language)
                hint=text::address_hint(language)
                value=form.value("url")
                error=form.error("url")
                autocomplete="off"
                maxlength=Some(500)
                required=true
            />
            <fieldset class="stack tight">
                <legend class="field-label">{text::events(language)}</legend>
                <p class="field-hint">{text::events_hint(language)}</p>
                {boxes}
            </fieldset>
            <Checkbox name="text" checked=with_text>
                <strong>{text::text(language)}</strong>
                <br/>
                <span class="muted small">{text::text_hint(language)}</span>
            </Checkbox>
            <div class="form-actions">
                <Button label=text::add(language) kind=ButtonKind::Primary/>
            </div>
        </LiveForm>
    }
    .into_any()
}
