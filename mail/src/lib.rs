//! Reads mails (RFC 5322, MIME): bytes in, what a service desk needs to know out.
//!
//! Nothing here does I/O or knows a database; nothing that stands in a mail makes it fail.

mod message;

pub use message::{Automatic, Bounce, Correspondent, Limits, Message, Part, Remark, Returned, Signals, read};
