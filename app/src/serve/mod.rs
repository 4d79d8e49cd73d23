//! From an address to its page, and from a form or the app to a function.
//!
//! - [`handlers`]: pages and forms
//! - [`kept`]: what somebody wrote, where the page of the form cannot be shown
//! - [`header`]: signing out and the language
//! - [`functions`]: the server functions that the app calls

mod functions;
mod handlers;
pub(crate) mod header;
mod kept;

pub(crate) use self::functions::answer;
pub(crate) use self::handlers::{files_form, form, show};
