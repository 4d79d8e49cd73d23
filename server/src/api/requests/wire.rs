//! Requests on the wire.

use serde::Serialize;
use tresen_model::views::{AgentName, Attachment, Comment, Conversation, PersonView, RequestLine, StaffView};
use tresen_model::{AuthorKind, Priority, Status, Visibility};
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

/// Who can read a comment.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "describes what `Visibility` is on the wire")]
pub(in crate::api) enum VisibilityWord {
    Public,
    Internal,
}

/// In what part somebody wrote.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "describes what `AuthorKind` is on the wire")]
pub(in crate::api) enum AuthorWord {
    Customer,
    Agent,
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

/// A request in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = RequestLine)]
pub(super) struct LineWire {
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
    kind: String,
    /// When it was created.
    #[schema(format = "date-time")]
    created_at: String,
    /// When something happened last that the caller can see.
    #[schema(format = "date-time")]
    updated_at: String,
    /// Whether the other side wrote something that was not read here.
    unread: bool,
    /// How many comments it has.
    comments: u32,
    /// The customer's name; only for agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    /// The name of who works on it; only for agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<String>,
}

impl From<RequestLine> for LineWire {
    fn from(line: RequestLine) -> Self {
        Self {
            number: line.number.to_string(),
            subject: line.subject,
            status: line.status,
            priority: line.priority,
            kind: line.kind,
            created_at: time::write(line.created_at),
            updated_at: time::write(line.updated_at),
            unread: line.unread,
            comments: line.comments,
            customer: line.customer,
            assignee: line.assignee,
        }
    }
}

/// A file that came with a comment.
#[derive(Serialize, ToSchema)]
#[schema(as = Attachment)]
pub(super) struct FileWire {
    /// The id, for the download.
    id: String,
    /// Its name, made safe.
    name: String,
    /// Bytes.
    size: u64,
    /// Whether it can be downloaded now: it may wait for a virus scanner.
    available: bool,
}

impl From<Attachment> for FileWire {
    fn from(file: Attachment) -> Self {
        Self { id: file.id.to_string(), name: file.name, size: file.size, available: file.served }
    }
}

/// A comment.
#[derive(Serialize, ToSchema)]
#[schema(as = Comment)]
pub(super) struct CommentWire {
    /// The id.
    id: String,
    /// In what part the author wrote.
    #[schema(value_type = AuthorWord)]
    by: AuthorKind,
    /// The author's name, if there is one.
    author: Option<String>,
    /// Who can read it.
    #[schema(value_type = VisibilityWord)]
    visibility: Visibility,
    /// The text, plain.
    body: String,
    /// What an email quoted, and how it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    quoted: Option<String>,
    /// Whether it came by email.
    by_email: bool,
    /// Whether a machine sent it.
    automatic: bool,
    /// The files that came with it.
    attachments: Vec<FileWire>,
    /// When it was written.
    #[schema(format = "date-time")]
    created_at: String,
}

impl From<Comment> for CommentWire {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.id.to_string(),
            by: comment.author_kind,
            author: comment.author,
            visibility: comment.visibility,
            body: comment.body,
            quoted: comment.rest,
            by_email: comment.by_mail,
            automatic: comment.automatic,
            attachments: comment.attachments.into_iter().map(FileWire::from).collect(),
            created_at: time::write(comment.created_at),
        }
    }
}
