//! What went wrong, and the sentences that say so.

use std::borrow::Cow;

use leptos::prelude::FromServerFnError;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::ServerFnErrorErr;
use serde::{Deserialize, Serialize};
use tresen_model::{Address, Language};

use crate::language::account::data;
use crate::language::shared::{common, erase, factors, problems};
use crate::language::sign_in::login;
use crate::language::thread::files;

/// Why there is no such page, or no such form, for whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unavailable {
    /// 401: somebody has to sign in first.
    SignIn,
    /// 403: somebody has to show again who they are first.
    Confirm,
    /// Something else comes first: go to this address.
    Go(String),
    /// It cannot be had.
    Trouble {
        /// RFC 9110, section 15.
        status: u16,
        /// Why.
        trouble: Trouble,
    },
}

impl Unavailable {
    /// The status of an answer that says so.
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignIn => 401,
            Self::Confirm | Self::Go(_) => 403,
            Self::Trouble { status, .. } => *status,
        }
    }
}

/// What went wrong, as far as people are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// 404. Also for what is somebody else's.
    NotFound,
    /// 410: a link that was used or has expired.
    Gone,
    /// 410: the same, with ways on.
    GoneLink {
        /// The page that sends another one.
        again: String,
        /// Another way on: where it leads, and what it is called.
        also: Option<(String, String)>,
    },
    /// 410: the first step of a sign-in was too long ago for the second.
    SecondStepOver,
    /// 403: not with this account.
    Forbidden,
    /// 403: a mailed link that signs somebody in, opened where an agent is signed in.
    LinkOfAnother,
    /// 403: the processing of the customer's data is restricted (Art. 18 GDPR).
    Restricted {
        /// Whether an agent is told so; otherwise the customer is.
        staff: bool,
    },
    /// 403: a file in which a scanner has found something, or at which it has not looked yet.
    Withheld {
        /// Whether it has found something.
        infected: bool,
    },
    /// 503.
    Busy,
    /// 503: nothing can be stored at the moment, such as on a full disk.
    Outage,
    /// 429: too often from the same network.
    TooMany {
        /// Seconds to wait.
        wait: u64,
    },
    /// 503: an erasure goes on by itself.
    Unfinished {
        /// Whether it has begun.
        begun: bool,
    },
    /// 400 or 413: a damaged form.
    Unreadable,
    /// 403: a provider does not vouch for somebody, or not enough.
    NotSignedIn,
    /// 403: a form from another site.
    NotYours,
    /// 500, with the word under which it was logged.
    Broken(String),
}

impl Trouble {
    /// A used or expired link, and the page that sends another one.
    pub fn gone_link(again: &Address) -> Self {
        Self::GoneLink { again: again.to_string(), also: None }
    }

    /// Title and text of the page that says it.
    pub(crate) fn texts(&self, language: Language) -> (&'static str, Cow<'static, str>) {
        let (title, text) = match self {
            Self::TooMany { wait } => {
                return (common::too_many_title(language), problems::too_many_text(language, *wait).into());
            }
            Self::NotFound => (common::not_found_title(language), common::not_found_text(language)),
            Self::Gone | Self::GoneLink { .. } => (common::gone_title(language), common::gone_text(language)),
            Self::SecondStepOver => (factors::second_gone_title(language), factors::second_gone(language)),
            Self::Forbidden => (common::forbidden_title(language), common::forbidden_text(language)),
            Self::LinkOfAnother => {
                (login::link_of_another_title(language), login::link_of_another_text(language))
            }
            Self::Restricted { staff: true } => {
                (data::restricted_title(language), data::restricted_text(language))
            }
            Self::Restricted { staff: false } => {
                (data::own_restricted_title(language), data::own_restricted_text(language))
            }
            Self::Withheld { infected: true } => {
                (files::infected_title(language), files::infected_text(language))
            }
            Self::Withheld { infected: false } => {
                (files::waiting_title(language), files::waiting_text(language))
            }
            Self::Busy => (common::busy_title(language), common::busy_text(language)),
            Self::Outage => (common::outage_title(language), common::outage_text(language)),
            Self::Unfinished { begun: true } => {
                (erase::unfinished_title(language), erase::unfinished_text(language))
            }
            Self::Unfinished { begun: false } => {
                (erase::not_begun_title(language), erase::not_begun_text(language))
            }
            Self::Unreadable => (common::unreadable_title(language), common::unreadable_text(language)),
            Self::NotSignedIn => (login::not_signed_in_title(language), login::not_signed_in_text(language)),
            Self::NotYours => (common::not_yours_title(language), common::not_yours_text(language)),
            Self::Broken(_) => (common::broken_title(language), common::broken_text(language)),
        };
        (title, text.into())
    }

    /// Whether it is on our side: then a form that was sent is shown again with what was typed.
    #[cfg(feature = "ssr")]
    pub(crate) const fn is_ours(&self) -> bool {
        matches!(self, Self::Busy | Self::Outage | Self::Broken(_))
    }

    /// All of it in one line, beside the form that was sent.
    pub fn sentence(&self, language: Language) -> String {
        let (title, text) = self.texts(language);
        match self {
            Self::Broken(word) => format!("{title}. {text} {word}"),
            // Nobody has to go back.
            Self::TooMany { wait } => format!("{title}. {}", problems::too_many_here(language, *wait)),
            Self::Outage => format!("{title}. {text} {}", common::still_here(language)),
            _ => format!("{title}. {text}"),
        }
    }
}

impl FromServerFnError for Unavailable {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let misunderstood = matches!(
            error,
            ServerFnErrorErr::Args(_)
                | ServerFnErrorErr::MissingArg(_)
                | ServerFnErrorErr::Deserialization(_)
        );
        let status = if misunderstood { 400 } else { 500 };
        Self::Trouble { status, trouble: Trouble::Unreadable }
    }

    #[cfg(feature = "ssr")]
    fn status_code(&self) -> axum::http::StatusCode {
        axum::http::StatusCode::from_u16(self.status()).unwrap_or_default()
    }
}
