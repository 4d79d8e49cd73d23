//! The server's side of all pages. It knows no part of the app.
//!
//! - [`state`]: what the pages are given by the program
//! - [`context`]: who asks, and in what language
//! - [`cookies`]: what a browser keeps for us
//! - [`outcome`]: what a handler comes to
//! - [`answer`]: how that is told
//! - [`address`]: what may stand in an address, and where one may lead
//! - [`submitted`]: what a browser sent
//! - [`files_form`]: forms with files
//! - [`document`]: a whole document
//! - [`sign_in`]: asking providers of sign-ins
//! - [`identity`]: letting somebody in, and having them show again who they are

mod address;
mod answer;
mod context;
mod cookies;
mod document;
mod files_form;
pub(crate) mod identity;
mod outcome;
mod sign_in;
mod state;
mod submitted;

pub use crate::page::{Page, Place, Width};
pub use crate::trouble::Trouble;
pub(crate) use address::local;
pub(crate) use answer::asked;
pub use context::{Away, Context, Network, Nonce};
pub use cookies::Cookie;
pub(crate) use files_form::{Act, received};
pub use outcome::{Answer, Stop};
pub use sign_in::{Asking, NoSignIn, SignIn};
pub use state::{App, AssetNames, Inner as AppParts, Look};
pub(crate) use submitted::Fields;
pub use submitted::Submitted;
pub(crate) use submitted::without_files;
