//! What a handler comes to.

use axum::response::{IntoResponse, Response};
use tresen_desk::Error;
use tresen_model::Address;

use crate::trouble::Trouble;

/// What a handler comes to.
pub enum Answer {
    /// Go there.
    Go(String),
    /// Something else.
    Other(Response),
}

impl Answer {
    /// Go there.
    pub fn go(address: impl Into<String>) -> Self {
        Self::Go(address.into())
    }

    /// Something else, such as a file.
    pub fn other(response: impl IntoResponse) -> Self {
        Self::Other(response.into_response())
    }
}

/// Why a handler comes to nothing.
pub enum Stop {
    /// The desk said no.
    Desk(Error),
    /// Somebody has to log in first.
    LogIn,
    /// Something else comes first: go there.
    Go(String),
    /// It cannot be had: the status, and what is said.
    Trouble(u16, Trouble),
}

impl Stop {
    /// 410: the link was used or has expired. `again` is the page that sends another one.
    pub(crate) fn gone_link(again: &Address) -> Self {
        Self::Trouble(410, Trouble::gone_link(again))
    }
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Desk(error.into())
    }
}
