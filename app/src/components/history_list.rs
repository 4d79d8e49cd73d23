//! What happened to a request, one step under the other.

use leptos::prelude::*;

use super::{Time, When};

/// One step.
#[derive(Clone)]
pub struct HistoryLine {
    /// What happened, as a sentence.
    pub text: String,
    /// When.
    pub when: When,
}

/// The steps, oldest first.
#[component]
pub fn HistoryList(
    /// The steps, in order.
    lines: Vec<HistoryLine>,
) -> impl IntoView {
    let lines = lines
        .into_iter()
        .map(|line| view! { <li><span dir="auto">{line.text}</span><Time when=line.when/></li> })
        .collect::<Vec<_>>();
    view! { <ol class="history">{lines}</ol> }.into_any()
}
