//! What all pages share.
//!
//! - [`state`]: what the pages are given by the program
//! - [`context`]: who asks, and in what language
//! - [`cookies`]: what a browser keeps for us
//! - [`answer`]: what a handler comes to, and how that is told
//! - [`address`]: what may stand in an address, and where one may lead
//! - [`form`]: what a form says when it is shown again
//! - [`submitted`]: what a browser sent
//! - [`render`]: from a view to HTML
//! - [`frame`]: header, footer and head of every page
//! - [`sign_in`]: asking providers of sign-ins
//! - [`failure`]: pages for what went wrong

mod address;
mod answer;
mod context;
mod cookies;
mod failure;
mod form;
mod frame;
mod render;
mod sign_in;
mod state;
mod submitted;

pub(crate) use address::{escape, local};
pub use answer::{Answer, Stop};
pub use context::{Context, Network, Nonce};
pub use cookies::Cookie;
pub use failure::{Trouble, trouble_page};
pub use form::Form;
pub use frame::{Page, Place, Width};
pub use render::render;
pub use sign_in::{Asking, NoSignIn, SignIn};
pub use state::{App, AssetNames, Inner as AppParts, Look};
pub use submitted::Submitted;
