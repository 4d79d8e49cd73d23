//! Forms: what one comes to, and what it says when it is shown again.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::ServerFnErrorErr;
use serde::{Deserialize, Serialize};

use crate::trouble::Unavailable;
use crate::visit::Visit;

/// What a form has come to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done<Shown = Nothing> {
    /// Go to this address.
    Go(String),
    /// Go to this address by a new document: somebody else is signed in now, or nobody any more.
    Enter(String),
    /// The answer is a page itself, since what it shows is shown once.
    Show(Box<Shown>),
    /// The same after an erasure. The browser drops all state of the erased person; no session is left that could
    /// load the page.
    ShowAs {
        /// Replaces the visit of this document.
        visit: Visit,
        /// What the page shows.
        shown: Box<Shown>,
    },
}

impl<Shown> Done<Shown> {
    /// Go to this address.
    pub fn go(address: impl Into<String>) -> Self {
        Self::Go(address.into())
    }
}

/// What a form shows that never answers with a page of its own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nothing {}

/// Why a form has come to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unmet {
    /// Something is wrong with what was sent.
    Refused {
        /// 422, 413 for files that are too large, 429 for too many tries.
        status: u16,
        /// A sentence for each field that is wrong, by the field's name.
        errors: BTreeMap<String, String>,
        /// A sentence about the whole.
        notice: String,
        /// How many seconds to wait before the next try, for 429.
        wait: Option<u64>,
    },
    /// 428 (RFC 6585): show a proof of work for this stamp, and send the form once more.
    Prove {
        /// The stamp, in the place of the form's.
        stamp: String,
        /// The zero bits of the proof.
        bits: u8,
    },
    /// There is no such form for whoever sent it.
    #[serde(untagged)]
    Unavailable(Unavailable),
}

impl Unmet {
    /// The status of an answer that says so.
    pub fn status(&self) -> u16 {
        match self {
            Self::Refused { status, .. } => *status,
            Self::Prove { .. } => 428,
            Self::Unavailable(why) => why.status(),
        }
    }
}

impl FromServerFnError for Unmet {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Unavailable(Unavailable::from_server_fn_error(error))
    }

    #[cfg(feature = "ssr")]
    fn status_code(&self) -> axum::http::StatusCode {
        axum::http::StatusCode::from_u16(self.status()).unwrap_or_default()
    }
}

/// A form that is shown again: what was typed, and what is wrong with it, if anything is.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The path that the form posts to, which names it on a page with several.
    pub action: String,
    /// What was typed, by the field's name. Passwords are never shown again.
    pub values: BTreeMap<String, String>,
    /// A sentence for each field that is wrong, by the field's name.
    pub errors: BTreeMap<String, String>,
    /// A sentence about the whole; empty for none.
    pub notice: String,
}

/// The forms of a page: at most one of them was sent and refused.
#[derive(Clone, Default)]
pub struct Forms(Option<Arc<Refused>>);

impl Forms {
    /// Those of a page on which nothing was sent yet.
    pub const fn untouched() -> Self {
        Self(None)
    }

    /// Those of a page that is shown again.
    pub fn refused(refused: Refused) -> Self {
        Self(Some(Arc::new(refused)))
    }

    /// What was refused, if anything was.
    pub fn what(&self) -> Option<&Refused> {
        self.0.as_deref()
    }

    /// The form that posts to this path. A page asks once for each of its forms: two would not know of each other.
    pub fn at(&self, action: &str) -> Form {
        self.one_at(action, |_| true)
    }

    /// One of several forms that post to the same path: the one that `is_this` knows by its fields.
    pub fn one_at(&self, action: &str, is_this: impl Fn(&BTreeMap<String, String>) -> bool) -> Form {
        let refused = self.0.as_ref().filter(|refused| refused.action == action && is_this(&refused.values));
        Form::new(refused.cloned())
    }

    /// The form in which people write. It posts to any of these paths, by one button or another; what was typed is
    /// kept when another form took it along.
    pub fn writing(&self, actions: &[String]) -> Form {
        let Some(refused) = &self.0 else { return Form::new(None) };
        if actions.contains(&refused.action) {
            return Form::new(Some(Arc::clone(refused)));
        }
        let wrote = refused.values.contains_key("body");
        let values = refused.values.clone();
        Form::new(wrote.then(|| Arc::new(Refused { values, ..Refused::default() })))
    }
}

/// The state of a form on a page. Cheap to clone.
#[derive(Clone)]
pub struct Form {
    refused: Option<Arc<Refused>>,
    state: ArcRwSignal<State>,
}

/// What changes while the page is open.
#[derive(Default)]
pub(crate) struct State {
    /// What is wrong, by the field's name.
    pub(crate) errors: BTreeMap<String, String>,
    /// What is said about the whole.
    pub(crate) notice: Option<Said>,
    /// Whether it is being sent.
    pub(crate) busy: bool,
    /// Whether somebody has stopped it.
    pub(crate) stopped: bool,
    /// How much of it is sent, from 0 to 1, where it has files.
    pub(crate) sent: Option<f64>,
}

/// A sentence about a form.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// It was not taken.
    Wrong(String),
    /// It could not be taken, whatever stands in it.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
    Trouble(String),
    /// It is on its way.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
    Underway(String),
    /// It was not sent at all.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
    Unsent(String),
}

impl Form {
    fn new(refused: Option<Arc<Refused>>) -> Self {
        let state = refused.as_ref().map(|refused| State {
            errors: refused.errors.clone(),
            notice: Some(&refused.notice).filter(|notice| !notice.is_empty()).cloned().map(Said::Wrong),
            ..State::default()
        });
        Self { refused, state: ArcRwSignal::new(state.unwrap_or_default()) }
    }

    /// What was typed into a field; empty for none.
    pub fn value(&self, name: &str) -> String {
        self.value_or(name, "")
    }

    /// What was typed into a field; where nothing was sent yet, what stands there to begin with.
    pub fn value_or(&self, name: &str, first: &str) -> String {
        match &self.refused {
            Some(refused) => refused.values.get(name).cloned().unwrap_or_default(),
            None => first.to_owned(),
        }
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.ticked_or(name, false)
    }

    /// Whether a box was ticked; where nothing was sent yet, whether it is to begin with.
    pub fn ticked_or(&self, name: &str, first: bool) -> bool {
        self.refused.as_ref().map_or(first, |refused| refused.values.contains_key(name))
    }

    /// What is wrong with a field, now and whenever the form is sent.
    pub fn error(&self, name: &str) -> FieldError {
        FieldError::Live(LiveState(self.state.clone()), name.to_owned())
    }

    /// Whether the page shows it again since it was sent and refused.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    pub(crate) fn state(&self) -> &ArcRwSignal<State> {
        &self.state
    }
}

/// What is wrong with a field: a sentence for beside it.
#[derive(Clone, Default)]
pub enum FieldError {
    /// Nothing.
    #[default]
    None,
    /// What is wrong with it now, and whenever the form is sent.
    Live(LiveState, String),
}

impl FieldError {
    /// The sentence now. A view that calls it is told of the next one.
    pub fn get(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Live(LiveState(state), name) => state.read().errors.get(name).cloned(),
        }
    }
}

/// The state of a form, for its fields.
#[derive(Clone)]
pub struct LiveState(ArcRwSignal<State>);
