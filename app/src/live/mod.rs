//! The parts of pages that live in the browser. A page does its whole work without them.

// `#[component]` puts a `pub` function of its own into these private modules.
#![allow(unreachable_pub)]

#[cfg(feature = "hydrate")]
mod call;
#[cfg(feature = "hydrate")]
mod credential;
#[cfg(feature = "hydrate")]
pub(crate) mod drafts;
mod echo;
#[cfg(feature = "hydrate")]
mod events;
mod file_picker;
mod form;
mod passkey;
mod password_strength;
#[cfg(feature = "hydrate")]
mod prove;

#[cfg(feature = "hydrate")]
pub(crate) use call::call;
pub use echo::Echo;
#[cfg(feature = "hydrate")]
pub(crate) use events::listen;
pub use file_picker::FilePicker;
pub use form::LiveForm;
pub use passkey::PasskeyForm;
pub use password_strength::PasswordStrength;
