//! What a page shows. The desk fills these, the app renders them.
//!
//! They hold text in the clear, so none has `Debug`.

use serde::{Deserialize, Serialize};

use crate::{
    AttachmentId, AuthorKind, CommentId, DeliveryState, FileCheck, HeldWhy, Language, MailRemark,
    MailTrouble, MailVerdict, PersonId, Priority, RequestId, RequestNumber, Role, Standing, Status,
    Timestamp, Visibility,
};

/// A line in a list of requests.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestLine {
    /// Its public number.
    pub number: RequestNumber,
    /// What it is about.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How soon.
    pub priority: Priority,
    /// The id of its request type in the settings.
    pub kind: String,
    /// When it came in.
    pub created_at: Timestamp,
    /// The last comment or change that the reader can see.
    pub updated_at: Timestamp,
    /// Whether something was written since the reader (for agents: any agent) looked.
    pub unread: bool,
    /// Public comments; for agents the internal notes too.
    pub comments: u32,
    /// What the customer is called; only for agents.
    pub customer: Option<String>,
    /// What the assigned agent is called; only for agents.
    pub assignee: Option<String>,
}

/// A part of a list, and how to get the next part.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Give this back to get what follows; `None` at the end.
    pub next: Option<String>,
}

/// A request with what was said in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The internal id, for live events.
    pub id: RequestId,
    /// The public number.
    pub number: RequestNumber,
    /// What it is about.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How soon.
    pub priority: Priority,
    /// The id of its request type in the settings.
    pub kind: String,
    /// When it came in.
    pub created_at: Timestamp,
    /// The last comment or change.
    pub updated_at: Timestamp,
    /// Oldest first. Internal notes only for agents.
    pub comments: Vec<Comment>,
    /// Whether the processing of the customer's data is restricted (Art. 18 GDPR): nothing can
    /// be written.
    pub restricted: bool,
    /// Whether it waits until the customer says that it is theirs.
    pub unconfirmed: bool,
    /// Whether the other side wrote something that the reader's side has not seen.
    pub unread: bool,
    /// What agents see beside it; `None` for customers.
    pub staff: Option<StaffView>,
}

/// What only agents see of a request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffView {
    /// The customer.
    pub customer: PersonView,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// What they are called.
    pub assignee_name: Option<String>,
    /// Who may be given it. The assignee is missing if they can no longer see it.
    pub agents: Vec<AgentName>,
    /// What happened, oldest first.
    pub history: Vec<HistoryEntry>,
    /// Mails about it that could not be sent.
    pub parked_mails: u32,
    /// Other requests of the same customer, of types that the agent works on.
    pub other_requests: u32,
    /// Whether the agent works on all request types, and so may restrict and erase the customer.
    pub all_kinds: bool,
    /// Why it is held back, in no list but its own; `None` for one that is not.
    pub held: Option<HeldWhy>,
}

/// One comment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// In what part the author wrote.
    pub author_kind: AuthorKind,
    /// What the author is called; `None` when they gave no name or were erased.
    pub author: Option<String>,
    /// Whether `author` is the name in From of a mail, which is not what the person with that address is
    /// called: several people may write from one address.
    pub signed: bool,
    /// Whether the reader wrote it.
    pub own: bool,
    /// Whether the author is an agent, in whatever part they wrote; only for agents.
    pub by_staff: bool,
    /// Who can read it.
    pub visibility: Visibility,
    /// The text. Plain, never HTML. Empty when a mail had none, and when its author was erased.
    pub body: String,
    /// What a mail quoted and how it was signed, to be folded away. Plain, never HTML.
    pub rest: Option<String>,
    /// Whether the mail's HTML says more than the text; the desk gives it when it is asked for.
    pub formatted: bool,
    /// Whether it came by mail.
    pub by_mail: bool,
    /// Whether a machine sent it (RFC 3834): nobody has answered it, and nothing was reopened.
    pub automatic: bool,
    /// What the author is to the request.
    pub standing: Standing,
    /// The author's address, where that is neither the request's customer nor an agent; only for
    /// agents.
    pub address: Option<String>,
    /// What was noticed about the mail; only for agents.
    pub remarks: Vec<MailRemark>,
    /// What is thought of the mail; only for agents.
    pub verdict: Option<MailVerdict>,
    /// The address in From, where the author is another, such as that of a list; only for agents.
    pub via: Option<String>,
    /// The addresses in Reply-To that are not the author's; only for agents.
    pub reply_to: Option<String>,
    /// The files that came with it.
    pub attachments: Vec<Attachment>,
    /// When it was written.
    pub created_at: Timestamp,
    /// What became of the mail with it; only for agents, and only for answers to customers.
    pub delivery: Option<Delivery>,
}

/// What became of a mail.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Where it stands.
    pub state: DeliveryState,
    /// Why it was not sent, where it was not.
    pub trouble: Option<MailTrouble>,
    /// What the server gave as the reason: an enhanced status code such as `5.1.1` (RFC 3463), or
    /// a reply code such as `550` (RFC 5321) from one that gives no other.
    pub code: Option<String>,
    /// When that was: it was put in, was sent, came back, or will be tried again.
    pub at: Timestamp,
}

/// Whether mails leave, for those who look after the desk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailTroubles {
    /// Mails that wait, those that were tried before included.
    pub waiting: u32,
    /// When the oldest of them was put in.
    pub waiting_since: Option<Timestamp>,
    /// Mails that wait because the server does not let the desk in.
    pub locked_out: u32,
    /// All mails that are not tried again by themselves.
    pub parked: u32,
    /// The newest of them, at most a hundred.
    pub newest_parked: Vec<ParkedMail>,
}

/// A mail that is not tried again by itself. Says nothing of whom it is to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedMail {
    /// Names it in the form that sends it again.
    pub id: String,
    /// What kind of mail it is, such as `password-reset`.
    pub kind: String,
    /// The request that it is about; `None` for one that is about no request, and for a request
    /// whose customer's data is restricted.
    pub number: Option<RequestNumber>,
    /// Why.
    pub trouble: Option<MailTrouble>,
    /// As in [`Delivery`].
    pub code: Option<String>,
    /// When it was put in.
    pub created_at: Timestamp,
}

/// A file that came with a comment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Its name, made safe.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Whether a browser can show it as an image, judged by its content.
    pub image: bool,
    /// Its small picture, where it has one or is about to get one.
    pub preview: Option<Preview>,
    /// What a scanner says of it.
    pub check: FileCheck,
    /// Whether it can be had: not before a scanner has looked at it, if the operator says so.
    pub served: bool,
    /// What the scanner calls what it has found; only for agents.
    pub finding: Option<String>,
}

/// The small picture of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Pixels; 0 while it is being made.
    pub width: u32,
    /// Pixels; 0 while it is being made.
    pub height: u32,
}

/// One step in the life of a request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who; `None` for the desk itself or somebody who is gone.
    pub actor: Option<String>,
    /// In what part.
    pub actor_kind: Option<AuthorKind>,
    /// What.
    pub event: HistoryEvent,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum HistoryEvent {
    /// It came in.
    Created,
    /// Its status changed.
    Status {
        /// Before.
        from: Status,
        /// After.
        to: Status,
    },
    /// Its priority changed.
    Priority {
        /// Before.
        from: Priority,
        /// After.
        to: Priority,
    },
    /// It was given to somebody, or to nobody.
    Assigned {
        /// To whom.
        to: Option<String>,
    },
    /// Somebody who wrote by mail was admitted to it.
    Admitted,
    /// What an outsider wrote became a request of its own, or this is that request.
    SplitOff,
    /// It was held back as suspected spam, and is no more.
    Released,
    /// The customer corrected their name (Art. 16 GDPR). Neither old nor new are said.
    NameChanged,
    /// The customer corrected their mail address. Neither old nor new are said.
    AddressChanged,
    /// The operator brought requests of the customer here from another desk.
    Imported,
}

/// A person as agents see one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// The id.
    pub id: PersonId,
    /// The name, if one was given.
    pub name: Option<String>,
    /// The mail address.
    pub email: String,
    /// Whether the address was proven.
    pub proven: bool,
    /// Whether there is an account with a password.
    pub registered: bool,
    /// The language for mails.
    pub language: Language,
    /// Whether mails to the address keep coming back, so that none are sent.
    pub undeliverable: bool,
    /// Whether the address has a form that no mail can be sent to, such as `root@printserver`.
    pub unanswerable: bool,
}

/// A request that is held back as suspected spam.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLine {
    /// Its public number.
    pub number: RequestNumber,
    /// What it is about.
    pub subject: String,
    /// What the sender is called.
    pub name: Option<String>,
    /// The sender's address.
    pub email: String,
    /// When it came in.
    pub created_at: Timestamp,
    /// Why it is held.
    pub why: HeldWhy,
}

/// An agent who can be given requests.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentName {
    /// The id.
    pub id: PersonId,
    /// The name.
    pub name: String,
}

/// The account of the person who is logged in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name, if one was given.
    pub name: Option<String>,
    /// The mail address.
    pub email: String,
    /// The language of pages and mails.
    pub language: Language,
    /// What the person may do.
    pub role: Role,
    /// Whether a mail comes when a customer writes in a request of theirs; `None` for customers.
    pub mail_news: Option<bool>,
    /// Where the person is logged in, the latest first.
    pub sessions: Vec<SessionView>,
}

/// A session, as its owner sees it. Neither place nor browser is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// What names it in the form that ends it. Not its token.
    pub handle: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to about five minutes.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// What an erasure removes, in numbers.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErasureCount {
    /// Requests.
    pub requests: u64,
    /// Comments, internal notes included.
    pub comments: u64,
    /// Attached files.
    pub attachments: u64,
    /// History entries.
    pub history: u64,
    /// Mails that wait or were sent.
    pub mails: u64,
    /// Sessions.
    pub sessions: u64,
    /// Links that were mailed.
    pub tokens: u64,
    /// Consents.
    pub consents: u64,
}
