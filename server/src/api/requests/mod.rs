//! Requests.

mod read;
mod wire;

pub(super) use read::{__path_read, read};
