//! Requests: how they come in, what is said in them, and where they stand.

mod access;
mod capture;
mod change;
mod comment;
mod conversation;
mod files;
mod list;
mod queue;
mod submit;

pub use access::Access;
pub(crate) use access::find_any;
pub use capture::Capture;
pub use change::Change;
pub use comment::Reply;
pub use files::{File, FileInput, OpenFile};
pub use list::ListQuery;
pub use queue::{Assignee, QueueCounts, QueueOrder, QueueQuery, QueueView};
pub use submit::{Fields, Submission, Submitted};
