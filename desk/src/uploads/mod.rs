//! What is done with files once they are stored: a scanner looks at them if the operator has one
//! ([`scanner`]), and images get a small picture ([`small_picture`](crate::small_picture)).
//!
//! The rows are the queue: `attachment.work_at` says when a file is due. So a request is stored whatever a
//! scanner does, a crash forgets nothing, and of several nodes one does the work.

mod scanner;
mod worker;
