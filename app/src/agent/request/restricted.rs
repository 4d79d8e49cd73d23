//! What agents see of a customer whose data is restricted (Art. 18 GDPR), and how they restrict it themselves.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::{Address, Language, RequestNumber};

use crate::components::{Button, ButtonKind, NavLink, Number, PageHead, Time, When};
use crate::form::{Done, Forms, Unmet};
use crate::language::account::data as text;
use crate::language::agent::requests as agent;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// All that there is to be seen of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Restricted {
    /// The number of the request.
    pub number: RequestNumber,
    /// Since when.
    pub since: When,
    /// By whom.
    pub by: By,
}

/// Who has restricted the processing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The customer.
    Customer,
    /// An agent.
    Agent,
    /// Both, each for reasons of their own.
    Both,
}

/// Restricts the processing of a customer's data.
///
/// # Errors
/// [`Unmet`]: there is no such request.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "agent/restrict", input = PostUrl, output = Json)]
pub async fn restrict_customer(#[server(default)] number: String) -> Result<Done, Unmet> {
    Ok(super::server::restrict(&number).await?)
}

/// Lifts the restriction that an agent has made.
///
/// # Errors
/// [`Unmet`]: there is none.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "agent/lift", input = PostUrl, output = Json)]
pub async fn lift_for_customer(#[server(default)] number: String) -> Result<Done, Unmet> {
    Ok(super::server::lift(&number).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, restricted: Restricted, forms: &Forms) -> Page {
    let language = visit.language;
    let forms = forms.clone();
    let mut page = Page::new(text::restricted_title(language), Place::Queue, move || {
        let Restricted { number, since, by } = restricted;
        let back = Some(NavLink::new(agent::back(language), Address::Queue(QueueQuery::default())));
        let meta = view! {
            <Number number=number.to_string()/>
            <span>{text::restricted_since(language)} " " <Time when=since/></span>
        };
        let (title, lede) = (text::restricted_title(language), text::restricted_text(language));
        let words = match by {
            By::Customer => text::restricted_by_customer(language),
            By::Agent => text::restricted_by_agent(language),
            By::Both => text::restricted_by_both(language),
        };
        let lift = (by != By::Customer).then(|| lift(language, number, &forms));
        view! {
            <PageHead title lede back meta=meta.into_any()/>
            <div class="stack">
                <p>{words}</p>
                {lift}
            </div>
        }
        .into_any()
    });
    page.status = 403;
    page.width(Width::Narrow)
}

fn lift(language: Language, number: RequestNumber, forms: &Forms) -> AnyView {
    let action = format!("{}/lift", Address::RequestForAgents { number });
    let form = forms.at(&action);
    view! {
        <LiveForm language to=LiftForCustomer::PATH action form class="cluster">
            <input type="hidden" name="number" value=number.to_string()/>
            <Button label=text::agent_lift(language) kind=ButtonKind::Secondary/>
            <span class="muted">{text::agent_lift_text(language)}</span>
        </LiveForm>
    }
    .into_any()
}

/// Beside a request: the button that restricts.
pub(super) fn offer(language: Language, number: RequestNumber, forms: &Forms) -> AnyView {
    let action = format!("{}/restrict", Address::RequestForAgents { number });
    let form = forms.at(&action);
    view! {
        <section class="card stack" aria-labelledby="restrict-title">
            <h2 id="restrict-title">{text::agent_restrict_title(language)}</h2>
            <p class="muted small">{text::agent_restrict_text(language)}</p>
            <LiveForm language to=RestrictCustomer::PATH action form class="">
                <input type="hidden" name="number" value=number.to_string()/>
                <Button label=text::agent_restrict(language) kind=ButtonKind::Quiet/>
            </LiveForm>
        </section>
    }
    .into_any()
}
