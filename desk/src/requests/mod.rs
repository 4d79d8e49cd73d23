//! Requests: how they come in, what is said in them, and where they stand.

pub(crate) mod access;
mod capture;
pub(crate) mod change;
pub(crate) mod comment;
mod conversation;
pub(crate) mod files;
mod formatted;
pub(crate) mod held;
pub(crate) mod import;
mod list;
mod made_up;
pub(crate) mod outsiders;
mod own_mail;
mod previews;
mod queue;
pub(crate) mod quotes;
mod readable;
pub(crate) mod remove;
mod seen;
pub(crate) mod submit;

pub use access::Access;
pub(crate) use access::{find_any, find_for_agent, find_of_kind};
pub use capture::Capture;
pub use change::Change;
pub use comment::Reply;
pub(crate) use conversation::{Reader, Reading};
pub use files::{File, FileInput, OpenFile};
pub(crate) use files::{StoredFile, file_key};
pub use formatted::Formatted;
pub use list::ListQuery;
pub use made_up::MadeUp;
pub(crate) use outsiders::hold_both;
pub use queue::{Assignee, QueueCounts, QueueOrder, QueueQuery, QueueView};
pub(crate) use readable::sealed_for;
pub use submit::{Fields, Submission, Submitted};
