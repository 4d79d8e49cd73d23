//! People: who they are, how they prove it, and what they may do.

pub(crate) mod account;
pub(crate) mod customers;
pub(crate) mod devices;
pub(crate) mod factors;
pub(crate) mod fresh;
pub(crate) mod history;
pub(crate) mod invitations;
pub(crate) mod join;
pub(crate) mod kinds;
mod known_links;
pub(crate) mod login;
pub(crate) mod new_address;
pub(crate) mod passwords;
pub(crate) mod person;
pub(crate) mod providers;
pub(crate) mod register;
pub(crate) mod roles;
pub(crate) mod sessions;
pub(crate) mod staff;
pub(crate) mod tokens;

pub use customers::Customer;
pub use devices::DEVICE_LIFETIME;
pub use factors::{AppSetup, Factor, FactorAdded, Factors, PasskeyLine, SecondProof};
pub use fresh::FRESH;
pub use history::{PersonEvent, PersonStep};
pub use invitations::{Added, Invitation, NewColleague};
pub use login::Login;
pub use passwords::{MAX_PASSWORD, MIN_PASSWORD, Strength, strength};
pub use providers::{Attempt, PATIENCE, Provider, RoleRule, Vouched};
pub use sessions::{Agent, Entry, Secret, Session};
pub use staff::{Colleague, Duty};
pub use tokens::{LinkHolder, Purpose};
