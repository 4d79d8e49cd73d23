//! `/agent/settings/webhooks/{id}`, for admins: what one webhook was told, and changing it.

#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::{Address, DeliveryId, Language, RequestNumber, WebhookId};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use super::Shown;
use super::lock::{self, Lock};
use super::webhooks::Line;
use crate::components::{Button, ButtonKind, Icon, NavLink, Notice, NoticeKind, PageHead, Table, Time, When};
use crate::form::{Done, Forms, Unmet};
use crate::language::settings::webhooks as text;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::section;
use crate::visit::Visit;

/// What the page says about what was just done: `?done=…`.
const ON: &str = "on";
const OFF: &str = "off";
const REPLAYED: &str = "replayed";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct One {
    /// What was done just now.
    pub done: String,
    /// The webhook.
    pub webhook: Line,
    /// What it was told, newest first.
    pub deliveries: Vec<Delivery>,
    /// Why changes are not offered, if they are not.
    pub lock: Option<Lock>,
}

/// One thing that it was told.
#[derive(Clone, Serialize, Deserialize)]
pub struct Delivery {
    /// Which.
    pub id: DeliveryId,
    /// What happened.
    pub event: String,
    /// To which request, if to one.
    pub number: Option<RequestNumber>,
    /// When.
    pub at: When,
    /// Where it stands.
    pub state: State,
    /// How often it was sent.
    pub attempts: u64,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
}

/// Where a delivery stands.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for its next attempt.
    Waiting(When),
    /// The receiver took it.
    Sent,
    /// It was given up.
    GivenUp,
}

/// Gives a webhook a new secret. Its answer is the page that shows it.
///
/// # Errors
/// [`Unmet`]: there is none, or the admin has to show who they are.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/webhook/secret", input = PostUrl, output = Json)]
pub async fn renew_secret(#[server(default)] id: String) -> Result<Done<Shown>, Unmet> {
    Ok(server::renew(&id).await?)
}

/// Switches a webhook on or off.
///
/// # Errors
/// [`Unmet`]: there is none, or the admin has to show who they are.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/webhook/switch", input = PostUrl, output = Json)]
pub async fn switch_webhook(
    #[server(default)] id: String,
    #[server(default)] on: String,
) -> Result<Done, Unmet> {
    Ok(server::switch(&id, on == ON).await?)
}

/// Removes a webhook.
///
/// # Errors
/// [`Unmet`]: there is none, or the admin has to show who they are.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/webhook/remove", input = PostUrl, output = Json)]
pub async fn remove_webhook(#[server(default)] id: String) -> Result<Done, Unmet> {
    Ok(server::remove(&id).await?)
}

/// Sends a delivery once more.
///
/// # Errors
/// [`Unmet`]: there is none.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/webhook/replay", input = PostUrl, output = Json)]
pub async fn replay_delivery(
    #[server(default)] id: String,
    #[server(default)] delivery: String,
) -> Result<Done, Unmet> {
    Ok(server::replay(&id, &delivery).await?)
}

fn here(id: WebhookId) -> Address {
    Address::Webhook { id, done: String::new() }
}

/// The page.
pub(super) fn page(visit: &Visit, one: One, forms: &Forms) -> Page {
    let language = visit.language;
    let forms = forms.clone();
    let page = Page::new(one.webhook.name.clone(), Place::Queue, move || {
        let One { done, webhook, deliveries, lock } = one;
        let done = match done.as_str() {
            ON => Some(text::switched_on(language)),
            OFF => Some(text::switched_off(language)),
            REPLAYED => Some(text::replayed(language)),
            _ => None,
        };
        let back = Some(NavLink::new(text::back(language), Address::Webhooks { done: String::new() }));
        let meta = view! {
            <bdi>{webhook.url.clone()}</bdi>
            {webhook.state(language)}
            {webhook.told(language)}
        };
        let sent = table(language, webhook.id, deliveries, &forms);
        let changes = match lock {
            Some(lock) => lock::locked(language, lock, text::locked(language), &here(webhook.id)),
            None => changes(language, &webhook, &forms),
        };
        view! {
            <PageHead title=webhook.name.clone() meta=meta.into_any() back/>
            <div class="stack loose">
                {done.map(|words| view! { <Notice kind=NoticeKind::Success>{words}</Notice> })}
                {section("deliveries-title", text::deliveries(language), text::deliveries_text(language), sent)}
                {section("changes-title", text::changes(language), text::changes_text(language), changes)}
            </div>
        }
        .into_any()
    });
    page.width(Width::Wide)
}

fn table(language: Language, webhook: WebhookId, deliveries: Vec<Delivery>, forms: &Forms) -> AnyView {
    if deliveries.is_empty() {
        return view! { <p>{text::no_deliveries(language)}</p> }.into_any();
    }
    let heads = [text::event, text::when, text::state, text::replay];
    let heads = heads.iter().map(|head| head(language).to_owned()).collect();
    let rows = deliveries.into_iter().map(|one| row(language, webhook, one, forms)).collect();
    view! { <Table caption=text::deliveries(language) heads rows/> }.into_any()
}

fn row(language: Language, webhook: WebhookId, one: Delivery, forms: &Forms) -> AnyView {
    let action = format!("{}/replay", here(webhook));
    let id = one.id.to_string();
    let form = forms.one_at(&action, |values| values.get("delivery") == Some(&id));
    let request = one.number.map(|number| {
        let href = Address::RequestForAgents { number }.to_string();
        view! { <a href=href>{number.to_string()}</a> }
    });
    let about = one.number.map_or_else(|| one.event.clone(), |number| number.to_string());
    let state = match one.state {
        State::Sent => view! { {text::sent(language)} }.into_any(),
        State::GivenUp => view! { {text::given_up(language)} }.into_any(),
        State::Waiting(when) => view! { {text::waiting(language)} " " <Time when/> }.into_any(),
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                {text::event_name(language, &one.event)}
                <span class="queue-facts">{request}</span>
            </th>
            <td role="cell"><Time when=one.at/></td>
            <td role="cell">
                {state}
                <span class="queue-facts">{text::attempts(language, one.attempts, one.status)}</span>
            </td>
            <td role="cell">
                <LiveForm language to=ReplayDelivery::PATH action form class="">
                    <input type="hidden" name="id" value=webhook.to_string()/>
                    <input type="hidden" name="delivery" value=id/>
                    <Button label=text::replay(language) kind=ButtonKind::Quiet about/>
                </LiveForm>
            </td>
        </tr>
    }
    .into_any()
}

fn changes(language: Language, webhook: &Line, forms: &Forms) -> AnyView {
    let action = |word: &str| format!("{}/{word}", here(webhook.id));
    let (renew, switch, remove) = (action("secret"), action("switch"), action("remove"));
    let (renewing, switching, removing) = (forms.at(&renew), forms.at(&switch), forms.at(&remove));
    let id = || webhook.id.to_string();
    let (renewed, switched, removed) = (id(), id(), id());
    let (on, label) = match webhook.off {
        Some(_) => (ON, text::switch_on(language)),
        None => (OFF, text::switch_off(language)),
    };
    view! {
        <div class="cluster">
            <LiveForm language to=RenewSecret::PATH action=renew form=renewing class="">
                <input type="hidden" name="id" value=renewed/>
                <Button label=text::renew(language) kind=ButtonKind::Secondary/>
            </LiveForm>
            <LiveForm language to=SwitchWebhook::PATH action=switch form=switching class="">
                <input type="hidden" name="id" value=switched/>
                <input type="hidden" name="on" value=on/>
                <Button label kind=ButtonKind::Secondary/>
            </LiveForm>
            <LiveForm language to=RemoveWebhook::PATH action=remove form=removing class="">
                <input type="hidden" name="id" value=removed/>
                <Button label=text::remove(language) kind=ButtonKind::Danger icon=Some(Icon::Trash)/>
            </LiveForm>
        </div>
    }
    .into_any()
}
