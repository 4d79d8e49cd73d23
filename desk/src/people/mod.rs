//! People: their rows, the proofs of who they are, and what they may see.
//!
//! - [`person`], [`history`]: the row of a person, and what changed in it
//! - [`sessions`], [`factor`], [`links`], [`fresh`], [`password`]: proofs of who asks
//! - [`kinds`], [`restriction`]: what an agent may see
//! - [`own_links`], [`known_links`]: secrets of links must not come back in texts
//! - [`audit`], [`consent`]: what is kept for those who have to account for it

pub(crate) mod audit;
pub(crate) mod consent;
pub(crate) mod factor;
pub(crate) mod fresh;
pub(crate) mod history;
pub(crate) mod kinds;
mod known_links;
pub(crate) mod links;
pub(crate) mod own_links;
pub(crate) mod password;
pub(crate) mod passwords;
pub(crate) mod person;
pub(crate) mod restriction;
pub(crate) mod sessions;

pub use audit::Audited;
pub use factor::Factor;
pub use fresh::FRESH;
pub use history::{PersonEvent, PersonStep};
pub use links::{LinkHolder, Purpose};
pub use passwords::{MAX_PASSWORD, MIN_PASSWORD, Strength, strength};
pub use restriction::{RestrictedBy, Restriction};
pub use sessions::{Agent, Entry, Session};
