//! The parts of pages that live in the browser.
//!
//! A page does its whole work without them. Each gets its contents from the server as
//! children, adds to them, and says nothing that the server's side would not say.

// `#[island]` puts a `pub` function of its own into these private modules.
#![allow(unreachable_pub)]

mod file_picker;
mod live_conversation;
mod live_form;
mod passkey;
mod password_strength;
#[cfg(feature = "hydrate")]
mod prove;
mod queue_news;

pub use file_picker::FilePicker;
pub use live_conversation::LiveConversation;
pub use live_form::LiveForm;
pub use passkey::PasskeyForm;
pub use password_strength::PasswordStrength;
pub use queue_news::QueueNews;
