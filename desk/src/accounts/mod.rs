//! Accounts: registering, signing in, second factors, and what people change about themselves.

pub(crate) mod account;
mod confirm;
pub(crate) mod devices;
pub(crate) mod factors;
pub(crate) mod login;
pub(crate) mod providers;
pub(crate) mod register;

pub use devices::DEVICE_LIFETIME;
pub use factors::{AppSetup, FactorAdded, Factors, PasskeyLine, SecondProof};
pub use login::Login;
pub use providers::{Attempt, PATIENCE, Vouched};
