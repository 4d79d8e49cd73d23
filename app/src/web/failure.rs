//! Pages for what went wrong.

use std::borrow::Cow;

use axum::http::StatusCode;
use leptos::prelude::*;
use tresen_model::Language;

use super::frame::{Page, Place, Width};
use crate::components::{ButtonLink, PageHead};
use crate::language::{common, data, erase, files, login, problems};

/// What went wrong, as far as people are told.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// 404. Also for what is somebody else's.
    NotFound,
    /// 410: a link that was used or has expired.
    Gone,
    /// 403: not with this account.
    Forbidden,
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
    fn texts(&self, language: Language) -> (&'static str, Cow<'static, str>) {
        let (title, text) = match self {
            Self::TooMany { wait } => {
                return (common::too_many_title(language), problems::too_many_text(language, *wait).into());
            }
            Self::NotFound => (common::not_found_title(language), common::not_found_text(language)),
            Self::Gone => (common::gone_title(language), common::gone_text(language)),
            Self::Forbidden => (common::forbidden_title(language), common::forbidden_text(language)),
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

    /// All of it in one line, beside the form that was sent.
    pub(super) fn sentence(&self, language: Language) -> String {
        let (title, text) = self.texts(language);
        match self {
            Self::Broken(word) => format!("{title}. {text} {word}"),
            // Nobody has to go back.
            Self::TooMany { wait } => format!("{title}. {}", problems::too_many_here(language, *wait)),
            _ => format!("{title}. {text}"),
        }
    }
}

/// The page that says it.
pub fn trouble_page(language: Language, status: StatusCode, trouble: Trouble) -> Page {
    let (title, text) = trouble.texts(language);
    let (back, label) = match trouble {
        Trouble::NotSignedIn => ("/login", login::to_login(language)),
        _ => ("/", common::back_to_start(language)),
    };
    let word = if let Trouble::Broken(word) = trouble { Some(word) } else { None };
    let mut page = Page::new(title, Place::Elsewhere, move || {
        view! {
            <PageHead title lede=text.into_owned()/>
            {word.map(|word| view! { <p><code>{word}</code></p> })}
            <p class="cluster">
                <ButtonLink href=back label/>
            </p>
        }
        .into_any()
    });
    page.status = status;
    page.width = Width::Narrow;
    page
}
