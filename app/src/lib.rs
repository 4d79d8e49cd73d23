//! What people see: pages, components, languages, server functions.
//!
//! - [`customer`], [`sign_in`]: pages, laid out by who stands in front of them; each has its data, its view and
//!   its forms, and beside it in `server.rs` what the server does for it
//! - [`sheet`]: from an address to what its page shows, and from that to the page
//! - [`visit`], [`page`], [`form`], [`trouble`]: what pages have in common
//! - [`parts`]: what stands on several pages
//! - [`thread`]: the comments of a request
//! - [`pages`]: axum routes, and the pages that are rendered on the server only
//! - [`web`]: the server's side of all pages: who asks, forms and their answers, rendering
//! - [`components`]: the parts that pages are made of
//! - [`live`]: the parts that live in the browser
//! - [`api`]: the server functions that islands call
//! - [`language`]: every sentence, in every language

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
pub mod form;
pub mod language;
pub mod legal;
pub mod live;
pub mod mine;
#[cfg(feature = "hydrate")]
mod nav;
pub mod page;
pub mod parts;
pub mod settings;
pub mod sheet;
pub mod sign_in;
#[cfg(feature = "hydrate")]
mod start;
pub mod thread;
pub mod trouble;
pub mod visit;

#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
pub use routes::routes;
#[cfg(feature = "ssr")]
pub mod web;

#[cfg(feature = "hydrate")]
pub use start::hydrate;
