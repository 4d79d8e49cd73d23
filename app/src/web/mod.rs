//! What all pages share.
//!
//! - [`state`]: what the pages are given by the program
//! - [`context`]: who asks, in what language, and how they are answered
//! - [`form`]: what a form says when it is shown again
//! - [`submitted`]: what a browser sent
//! - [`render`]: from a view to HTML
//! - [`frame`]: header, footer and head of every page
//! - [`sign_in`]: asking providers of sign-ins
//! - [`failure`]: pages for what went wrong

mod context;
mod failure;
mod form;
mod frame;
mod render;
mod sign_in;
mod state;
mod submitted;

pub use context::{Answer, Context, Cookie, Network, Nonce, Stop};
pub(crate) use context::{escape, local};
pub use failure::{Trouble, trouble_page};
pub use form::Form;
pub use frame::{Page, Place, Width};
pub use render::render;
pub use sign_in::{Asking, NoSignIn, SignIn};
pub use state::{App, AssetNames, Inner as AppParts, Look};
pub use submitted::Submitted;
