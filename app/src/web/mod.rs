//! What all pages share.
//!
//! - [`state`]: what the pages are given by the program
//! - [`context`]: who asks, and in what language
//! - [`cookies`]: what a browser keeps for us
//! - [`answer`]: what a handler comes to, and how that is told
//! - [`address`]: what may stand in an address, and where one may lead
//! - [`submitted`]: what a browser sent
//! - [`document`]: a whole document
//! - [`sign_in`]: asking providers of sign-ins
//! - [`signed_out`]: what somebody wrote whose session has ended
//! - [`routes`]: from an address to a page, and from a form to its function

mod address;
mod answer;
mod context;
mod cookies;
mod document;
mod routes;
mod sign_in;
mod signed_out;
mod state;
mod submitted;

pub use crate::page::{Page, Place, Width};
pub use crate::trouble::Trouble;
pub(crate) use address::local;
pub(crate) use answer::asked;
pub use answer::{Answer, Stop};
pub use context::{Context, Network, Nonce};
pub use cookies::Cookie;
pub(crate) use routes::{Act, Fields, files_form, form, received, show};
pub use sign_in::{Asking, NoSignIn, SignIn};
pub use state::{App, AssetNames, Inner as AppParts, Look};
pub use submitted::Submitted;
pub(crate) use submitted::without_files;
