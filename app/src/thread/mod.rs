//! The comments of a request, which customers and agents see on their pages of it.
//!
//! - [`data`]: what a thread shows; `server` reads it from what the desk says
//! - [`view`]: the thread on a page, to which new comments are added while it is open
//! - [`reader`]: what depends on who reads; [`customer`] and [`agent`] are the two readers, apart from each other so
//!   that customers load no words of agents
//! - [`forms`]: what agents do with a single comment
//! - `files`, `formatted`, `events`: what a thread loads that is no page: attachments, mails as they were formatted,
//!   live events

pub(crate) mod agent;
pub(crate) mod customer;
mod data;
#[cfg(feature = "ssr")]
pub(crate) mod events;
#[cfg(feature = "ssr")]
pub(crate) mod files;
#[cfg(feature = "ssr")]
pub(crate) mod formatted;
pub mod forms;
#[cfg(feature = "ssr")]
mod named;
pub mod news;
mod reader;
#[cfg(feature = "ssr")]
mod server;
mod view;

pub use data::{Said, Thread};
pub(crate) use reader::Reader;
#[cfg(feature = "ssr")]
pub(crate) use server::{number_of, place_of_latest};
pub(crate) use view::Live;
