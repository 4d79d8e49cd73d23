//! Requests on the wire.

use serde::Serialize;
use tresen_model::views::{AgentName, Conversation, PersonView, StaffView};
use tresen_model::{Priority, Status};
use utoipa::ToSchema;

use crate::api::time;

/// Where a request stands.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "describes what `Status` is on the wire")]
pub(in crate::api) enum StatusWord {
    Open,
    Waiting,
    Resolved,
    Closed,
}

/// How soon a request is to be answered.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "describes what `Priority` is on the wire")]
pub(in crate::api) enum PriorityWord {
    Urgent,
    High,
    Normal,
    Low,
}

/// A customer as agents see one.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Customer {
    /// The id.
    id: String,
    /// The name, if one was given.
    name: Option<String>,
    /// The email address.
    #[schema(example = "ada@example.com")]
    email: String,
    /// Whether there is an account.
    registered: bool,
    /// The language of emails to the customer.
    #[schema(example = "en")]
    language: &'static str,
}

impl From<PersonView> for Customer {
    fn from(view: PersonView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name,
            email: view.email,
            registered: view.registered,
            language: view.language.tag(),
        }
    }
}

/// An agent.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct AgentWire {
    /// The id.
    pub(in crate::api) id: String,
    /// The name.
    pub(in crate::api) name: Option<String>,
}

impl From<AgentName> for AgentWire {
    fn from(agent: AgentName) -> Self {
        Self { id: agent.id.to_string(), name: Some(agent.name) }
    }
}

/// A request.
#[derive(Serialize, ToSchema)]
#[schema(as = Request)]
pub(in crate::api) struct RequestWire {
    /// The public number.
    #[schema(example = "T-7F3K-92QX")]
    number: String,
    /// The subject.
    subject: String,
    /// Where it stands.
    #[schema(value_type = StatusWord)]
    status: Status,
    /// How soon.
    #[schema(value_type = PriorityWord)]
    priority: Priority,
    /// The id of its request type.
    #[serde(rename = "type")]
    #[schema(example = "question")]
    kind: String,
    /// When it was created.
    #[schema(format = "date-time")]
    created_at: String,
    /// When something happened last that the caller can see.
    #[schema(format = "date-time")]
    updated_at: String,
    /// Whether the other side wrote something that was not read here.
    unread: bool,
    /// Whether the processing of the customer's data is restricted.
    restricted: bool,
    /// How many comments the caller can read.
    comments: usize,
    /// The customer; only for agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<Customer>,
    /// Who works on it; only for agents, and absent when nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<AgentWire>,
}

impl RequestWire {
    pub(in crate::api) fn of(shown: Conversation) -> Self {
        let (customer, assignee) = match shown.staff {
            Some(StaffView { customer, assignee, assignee_name, .. }) => (
                Some(customer.into()),
                assignee.map(|id| AgentWire { id: id.to_string(), name: assignee_name }),
            ),
            None => (None, None),
        };
        Self {
            number: shown.number.to_string(),
            subject: shown.subject,
            status: shown.status,
            priority: shown.priority,
            kind: shown.kind,
            created_at: time::write(shown.created_at),
            updated_at: time::write(shown.updated_at),
            unread: shown.unread,
            restricted: shown.restricted,
            comments: shown.comments.len(),
            customer,
            assignee,
        }
    }
}
