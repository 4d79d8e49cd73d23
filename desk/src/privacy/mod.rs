//! Privacy: what people are told, what they agreed to, and how they are forgotten.

mod audit;
pub(crate) mod consent;
pub(crate) mod erase;
mod export;
pub(crate) mod farewell;
mod import;
pub(crate) mod list;
mod opened;
mod overview;
mod owner;
pub(crate) mod recall;
mod receipt;
pub(crate) mod restrict;
mod retention;
pub(crate) mod returned;
pub mod statement;
pub(crate) mod statistics;
pub(crate) mod unfinished;
mod verify;
pub(crate) mod versions;

pub use audit::Audited;
pub(crate) use audit::audit;
pub use consent::Consent;
pub use erase::Erased;
pub use export::Export;
pub use import::{ImportError, Imported};
pub use list::ListError;
pub use overview::Overview;
pub use owner::{DataAccess, Owner};
pub use receipt::{Checked, Receipt};
pub use restrict::{RestrictedBy, Restriction};
pub use retention::Expired;
pub use statement::{PrivacySettings, Retention};
pub use statistics::{Day, Statistic, Tally};
pub use tresen_model::wish::{Asked, Wish};
#[cfg(test)]
pub(crate) use verify::forms;
pub(crate) use verify::without_line_breaks;
pub use verify::{NeedleError, Needles, Trace};
