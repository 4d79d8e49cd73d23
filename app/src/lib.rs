//! What people see: pages, components, languages, server functions.
//!
//! Modules import only from those above them in this list. The test `imports` fails on a circle.
//!
//! - [`visit`], [`page`], [`part`], [`when`], [`trouble`], [`form`]: what pages have in common; [`language`]: every
//!   sentence, in every language; `navigate`: going from page to page, for those who do not know how
//! - [`components`]: what pages are made of, without a word of their own
//! - `app`: header, one page, footer; `first`: what a document carries for the browser to go on with;
//!   [`trouble_page`]: the page that says what went wrong
//! - [`web`]: the server's side of all pages: who asks, what was sent, how it is answered
//! - [`api`]: the server functions that neither a form nor a page calls
//! - [`live`]: what lives in the browser; [`parts`]: what stands on several pages; [`thread`]: the comments of a
//!   request
//! - [`customer`], [`mine`], [`sign_in`], [`account`], [`legal`], [`agent`], [`settings`], [`dev`]: the parts of the
//!   app. Each has the data of its pages, their views and forms, and beside them in `server.rs` what the server does.
//!   No part imports another
//! - `sheet`: a page of any part; [`loaders`]: the server functions that say what pages show; `chunks`: the code of
//!   the parts, one by one
//! - `serve`: from an address to a page, from a form to a function; `routes`: every route
//! - `nav`: going from page to page inside one document; `start`: how the browser goes on

#[cfg(not(erase_components))]
compile_error!(
    "build with `--cfg erase_components`, as .cargo/config.toml has it: RUSTFLAGS in the environment replace it"
);

pub mod account;
pub mod agent;
pub mod api;
pub(crate) mod app;
#[cfg(feature = "hydrate")]
mod chunks;
pub mod components;
pub mod customer;
pub mod dev;
pub(crate) mod first;
pub mod form;
pub mod language;
pub mod legal;
pub mod live;
pub mod loaders;
pub mod mine;
#[cfg(feature = "hydrate")]
mod nav;
#[cfg(feature = "hydrate")]
mod navigate;
pub mod page;
pub mod part;
pub mod parts;
pub mod settings;
pub mod sign_in;
#[cfg(feature = "hydrate")]
mod start;
pub mod supervision;
pub mod thread;
pub mod trouble;
pub mod trouble_page;
pub mod visit;
pub mod when;

#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
pub use routes::routes;
#[cfg(feature = "ssr")]
mod serve;
#[cfg(feature = "ssr")]
mod sheet;
#[cfg(feature = "ssr")]
pub mod web;

#[cfg(feature = "hydrate")]
pub use start::hydrate;
