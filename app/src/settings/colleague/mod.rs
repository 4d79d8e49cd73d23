//! `/agent/settings/people/{id}`, for admins: what one person who works at the desk may do.

#[cfg(feature = "ssr")]
mod server;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::{Address, Language, Role};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use super::duty::{self, Now};
use super::lock::{self, Lock};
use super::person::Person;
use crate::components::{Button, ButtonKind, NavLink, Notice, NoticeKind, PageHead};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::settings::people as text;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::section;
use crate::visit::Visit;

/// What the list says when somebody's duty was changed: `?done=…`.
pub(super) const CHANGED: &str = "changed";

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Colleague {
    /// Who it is.
    pub person: Person,
    /// The request types that there are: id and name.
    pub kinds: Vec<(String, String)>,
    /// Why the form is not shown, if it is not.
    pub lock: Option<Lock>,
}

/// Changes what somebody may do. `others` holds a field `kind.ID` for each request type that is ticked.
///
/// # Errors
/// [`Unmet`]: what is wrong with the fields, or that the admin has to show who they are.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "settings/duty", input = PostUrl, output = Json)]
pub async fn change_duty(
    #[server(default)] id: String,
    #[server(default)] role: String,
    #[server(default)] kinds: String,
    #[server(flatten)] others: BTreeMap<String, String>,
) -> Result<Done, Unmet> {
    Ok(server::change(&id, &role, &kinds, &others).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, shown: Colleague, forms: &Forms) -> Page {
    let language = visit.language;
    let form = forms.at(&Address::Colleague { id: shown.person.id }.to_string());
    let page = Page::new(shown.person.called(language), Place::Queue, move || {
        let one = shown.person.clone();
        let list = Address::People { done: String::new() };
        let back = Some(NavLink::new(text::back_to_list(language), list));
        let meta = view! {
            <bdi>{one.email.clone()}</bdi>
            <span>{one.sign_in(language)}</span>
        };
        let own = one.own.then(|| view! { <Notice kind=NoticeKind::Warning>{text::own(language)}</Notice> });
        let provider = one.provider.as_deref().map(|provider| {
            let words = text::provider_decides(language, provider);
            view! { <Notice>{words}</Notice> }
        });
        let changing = changing(language, shown, form);
        view! {
            <PageHead title=one.called(language) meta=meta.into_any() back/>
            <div class="stack loose">
                {own}
                {provider}
                {section("duty-title", text::duty_title(language), text::duty_text(language), changing)}
            </div>
        }
        .into_any()
    });
    page.width(Width::Wide)
}

fn changing(language: Language, shown: Colleague, form: Form) -> AnyView {
    let Colleague { person, kinds, lock } = shown;
    let own = Address::Colleague { id: person.id };
    if let Some(lock) = lock {
        return lock::locked(language, lock, text::locked(language), &own);
    }
    let scope = if person.kinds.is_empty() { "all" } else { "some" };
    let now = Now { role: person.role.as_str(), scope, kinds: &person.kinds };
    let fields = duty::fields(language, &form, Role::ALL, &now, kinds);
    view! {
        <LiveForm language to=ChangeDuty::PATH action=own form class="form">
            <input type="hidden" name="id" value=person.id.to_string()/>
            {fields}
            <div class="form-actions">
                <Button label=text::save(language) kind=ButtonKind::Primary/>
            </div>
        </LiveForm>
    }
    .into_any()
}
