//! What people see: pages, components, languages, server functions.
//!
//! - [`pages`]: axum routes, one file a page; rendered on the server only
//! - [`web`]: what all pages share: who asks, forms and their answers, rendering
//! - [`components`]: the parts that pages are made of
//! - [`islands`]: the parts that live in the browser
//! - [`api`]: the server functions that islands call
//! - [`language`]: every sentence, in every language

#[cfg(not(erase_components))]
compile_error!(
    "build with `--cfg erase_components`, as .cargo/config.toml has it: RUSTFLAGS in the environment replace it"
);

pub mod api;
pub mod islands;
pub mod language;
pub mod outcome;

#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod web;
