//! What customers are told on every page where it matters while their data is restricted
//! (Art. 18 GDPR), with the way to lift it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::Language;

use crate::components::{Notice, NoticeKind};
use crate::language::account::data as text;

/// By whom the data of whoever is signed in is restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restricted {
    /// By themselves.
    Themselves,
    /// By the operator.
    Operator,
}

/// As the session says.
#[cfg(feature = "ssr")]
pub(crate) fn load(context: &crate::web::Context) -> Option<Restricted> {
    let restriction = context.session()?.restriction()?;
    Some(if restriction.by.customer() { Restricted::Themselves } else { Restricted::Operator })
}

/// The notice for whoever is signed in, if their data is restricted.
pub(crate) fn notice(language: Language, restricted: Option<Restricted>) -> Option<AnyView> {
    let words = match restricted? {
        Restricted::Themselves => text::own_restricted_list(language),
        Restricted::Operator => text::own_restricted_by_us(language),
    };
    Some(warning(language, words))
}

/// The notice on a request, for those too who came by a mailed link.
pub(crate) fn here(language: Language) -> AnyView {
    warning(language, text::own_restricted_here(language))
}

fn warning(language: Language, words: &'static str) -> AnyView {
    view! {
        <Notice kind=NoticeKind::Warning title=text::own_restricted_title(language)>
            {words} " " <a href="/account/data#restriction-title">{text::to_restriction(language)}</a>
        </Notice>
    }
    .into_any()
}
