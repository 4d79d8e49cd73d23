//! Signing in and registering.

pub mod log_in;
pub mod password;
#[cfg(feature = "ssr")]
pub(crate) mod provider;
pub mod register;
pub mod second_step;
#[cfg(feature = "ssr")]
mod server;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub(crate) use self::server::load;
use crate::form::Forms;
use crate::page::Page;
use crate::visit::Visit;

/// What a page of this part shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// `/login`
    SignIn(log_in::SignIn),
    /// `/login/second`
    SecondStep(second_step::SecondStep),
    /// `/register`
    Register(register::Registration),
    /// `/password`
    Password(password::Forgotten),
}

/// The page.
pub fn page(visit: &Visit, shown: Shown, forms: &Forms) -> Page {
    match shown {
        Shown::SignIn(sign_in) => log_in::page(visit, sign_in, forms),
        Shown::SecondStep(step) => second_step::page(visit, step, forms),
        Shown::Register(registration) => register::page(visit, registration, forms),
        Shown::Password(forgotten) => password::page(visit, forgotten, forms),
    }
}
