//! The REST API, called from outside with the built program.

mod assistants;
mod client;
mod description;
mod people;
mod requests;
mod tokens;
mod tour;
mod webhooks;

pub(crate) use client::Program;
