//! Privacy: what people are told, what they agreed to, and how they are forgotten.

mod by_token;
pub(crate) mod consent;
mod customers;
mod discard;
pub(crate) mod erase;
mod export;
pub(crate) mod farewell;
mod import;
mod opened;
mod overview;
mod owner;
pub(crate) mod recall;
mod receipt;
pub(crate) mod restrict;
mod retention;
pub(crate) mod returned;
pub mod statement;
pub(crate) mod unfinished;
mod verify;
pub(crate) mod versions;

pub use consent::Consent;
pub use customers::Customer;
pub use erase::Erased;
pub use export::Export;
pub use import::{ImportError, Imported};
pub use overview::Overview;
pub use owner::{DataAccess, Owner};
pub use receipt::{Checked, Receipt};
pub use retention::Expired;
pub use tresen_model::wish::{Asked, Wish};
