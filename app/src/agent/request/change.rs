//! The forms that change where a request stands and who works on it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use tresen_model::views::AgentName;
use tresen_model::{Address, Language, PersonId, Priority, RequestNumber, Status};

use crate::components::{Beside, Button, ButtonKind, Carries, Choice, Select};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::agent::requests as text;
use crate::language::shared::words;
use crate::live::{Echo, LiveForm};

/// The value of the field `assignee` for no agent.
pub(super) const NOBODY: &str = "nobody";

/// Changes a request. Each field comes with what the page showed of it (`…_shown`): what the agent left as it was
/// stays as it is, whoever changed it since.
///
/// # Errors
/// [`Unmet`]: what is wrong with the fields.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "agent/change", input = PostUrl, output = Json)]
pub async fn change_request(
    #[server(default)] number: String,
    #[server(default)] status: String,
    #[server(default)] status_shown: String,
    #[server(default)] priority: String,
    #[server(default)] priority_shown: String,
    #[server(default)] assignee: String,
    #[server(default)] assignee_shown: String,
) -> Result<Done, Unmet> {
    let sent = Sent {
        status: (&status, &status_shown),
        priority: (&priority, &priority_shown),
        assignee: (&assignee, &assignee_shown),
    };
    Ok(super::server::change(&number, &sent).await?)
}

/// Gives a request to the agent who asks.
///
/// # Errors
/// [`Unmet::Unavailable`]: no such request, or the agent may not.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "agent/take", input = PostUrl, output = Json)]
pub async fn take_request(#[server(default)] number: String) -> Result<Done, Unmet> {
    Ok(super::server::take(&number).await?)
}

/// What was sent of each field, and what the page showed of it.
#[cfg(feature = "ssr")]
pub(super) struct Sent<'a> {
    /// Where the request stands.
    pub(super) status: (&'a str, &'a str),
    /// How soon.
    pub(super) priority: (&'a str, &'a str),
    /// Who works on it.
    pub(super) assignee: (&'a str, &'a str),
}

fn path(number: RequestNumber) -> String {
    format!("{}/change", Address::RequestForAgents { number })
}

/// The form with which an agent takes a request that nobody has taken.
pub(super) fn take(language: Language, number: RequestNumber, forms: &Forms) -> AnyView {
    let action = format!("{}/take", Address::RequestForAgents { number });
    let form = forms.at(&action);
    let carries = Carries::to(&action);
    view! {
        <LiveForm language to=TakeRequest::PATH action form class="cluster between">
            <input type="hidden" name="number" value=number.to_string()/>
            <p class="muted small">{text::unassigned(language)}</p>
            <Button label=text::take(language) kind=ButtonKind::Secondary carries/>
        </LiveForm>
    }
    .into_any()
}

/// Who works on a request, and who else may.
pub(super) struct Assigned {
    /// Who works on it.
    pub(super) to: Option<PersonId>,
    /// What they are called.
    pub(super) name: Option<String>,
    /// Who may be given it.
    pub(super) agents: Vec<AgentName>,
}

impl Assigned {
    /// The choices of the field. The assignee is always one of them, also if they can no longer see the
    /// request: otherwise a browser would show the first choice, and saving anything else would unassign it.
    fn choices(self, language: Language) -> Vec<Choice> {
        let Self { to, name, agents } = self;
        let unseeing = to.filter(|to| agents.iter().all(|agent| agent.id != *to)).map(|to| {
            let name = name.unwrap_or_else(|| text::former_agent(language).to_owned());
            Choice::new(to.to_string(), text::cannot_see(language, &name))
        });
        let nobody = Choice::new(NOBODY, text::nobody(language));
        let agents = agents.into_iter().map(|agent| Choice::new(agent.id.to_string(), agent.name));
        std::iter::once(nobody).chain(unseeing).chain(agents).collect()
    }
}

/// The form for everything.
pub(super) fn change(
    language: Language,
    number: RequestNumber,
    (status, priority): (Status, Priority),
    assigned: Assigned,
    forms: &Forms,
    echo: Echo,
) -> AnyView {
    let form = forms.at(&path(number));
    let statuses = Status::ALL.iter();
    let statuses: Vec<Choice> = statuses
        .map(|status| Choice::new(status.as_str(), words::status_for_agents(language, *status)))
        .collect();
    let priorities = Priority::ALL.iter();
    let priorities: Vec<Choice> = priorities
        .map(|priority| Choice::new(priority.as_str(), words::priority(language, *priority)))
        .collect();
    let assignee = assigned.to.map_or_else(|| NOBODY.to_owned(), |agent| agent.to_string());
    let carries = Carries::to(path(number));
    let beside = carries.beside;
    let field = |name, label, choices, now| field(&form, beside, name, label, choices, now);
    let fields = vec![
        field("status", text::status(language), statuses, status.as_str().to_owned()),
        field("priority", text::priority(language), priorities, priority.as_str().to_owned()),
        field("assignee", text::assignee(language), assigned.choices(language), assignee),
    ];
    view! {
        <LiveForm language to=ChangeRequest::PATH action=path(number) form echo>
            <input type="hidden" name="number" value=number.to_string()/>
            {fields}
            <div class="form-actions">
                <Button label=text::save(language) kind=ButtonKind::Secondary carries/>
            </div>
        </LiveForm>
    }
    .into_any()
}

fn field(
    form: &Form,
    beside: Beside,
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
    now: String,
) -> AnyView {
    let chosen = form.value_or(name, &now);
    view! {
        <input type="hidden" name=format!("{name}_shown") value=now form=move || beside.form()/>
        <Select name label choices value=chosen error=form.error(name) beside/>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(number: u128, name: &str) -> AgentName {
        AgentName { id: PersonId::parse(&format!("{number:032x}")).expect("an id"), name: name.into() }
    }

    #[test]
    fn the_assignee_is_always_a_choice() {
        let (grace, alan) = (agent(1, "Grace"), agent(2, "Alan"));
        for (to, name, agents, shown) in [
            (None, None, vec![alan.clone()], vec!["Nobody", "Alan"]),
            (Some(alan.id), Some("Alan"), vec![alan.clone()], vec!["Nobody", "Alan"]),
            (
                Some(grace.id),
                Some("Grace"),
                vec![alan.clone()],
                vec!["Nobody", "Grace (cannot see this request)", "Alan"],
            ),
            (Some(grace.id), None, vec![], vec!["Nobody", "A former agent (cannot see this request)"]),
        ] {
            let choices = Assigned { to, name: name.map(str::to_owned), agents }.choices(Language::English);
            assert_eq!(choices.iter().map(|choice| &*choice.label).collect::<Vec<_>>(), shown);
            let value = to.map_or_else(|| NOBODY.to_owned(), |to| to.to_string());
            assert!(choices.iter().any(|choice| choice.value == value));
        }
    }
}
