//! What customers are told on every page where it matters while their data is restricted
//! (Art. 18 GDPR), with the way to lift it.

use leptos::prelude::*;
use tresen_model::Language;

use crate::components::{Notice, NoticeKind};
use crate::language::data as text;
use crate::web::{Context, Stop};

/// The notice for whoever is logged in, if their data is restricted.
pub(super) async fn notice(context: &Context) -> Result<Option<AnyView>, Stop> {
    let Some(session) = context.session() else { return Ok(None) };
    let restriction = context.app.desk.own_restriction(session).await?;
    Ok(restriction.map(|restriction| {
        let language = context.language;
        let words = if restriction.by.customer() {
            text::own_restricted_list(language)
        } else {
            text::own_restricted_by_us(language)
        };
        warning(language, words)
    }))
}

/// The notice on a request, for those too who came by a mailed link.
pub(super) fn here(language: Language) -> AnyView {
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
