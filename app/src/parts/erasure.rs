//! What pages about an erasure share.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::views::ErasureCount;

use crate::components::When;

/// A finished erasure.
#[derive(Clone, Serialize, Deserialize)]
pub struct Erased {
    /// What was deleted, counted.
    pub count: ErasureCount,
    /// When it was finished.
    pub at: When,
    /// The signed receipt, as text.
    pub receipt: String,
}

#[cfg(feature = "ssr")]
impl Erased {
    /// Translates it from the desk.
    pub(crate) fn of(context: &crate::web::Context, erased: tresen_desk::privacy::Erased) -> Self {
        Self { count: erased.count, at: context.when(erased.at).in_full(), receipt: erased.receipt }
    }
}

/// A list of what is deleted, one line a kind, with `last` at the end.
pub(crate) fn counted(lines: Vec<String>, last: &'static str) -> AnyView {
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
    view! { <ul>{lines}<li>{last}</li></ul> }.into_any()
}
