//! A thread as its customer reads it.

use leptos::prelude::*;
use tresen_model::views::Comment;
use tresen_model::{AuthorKind, Language, Status};

use super::Reader;
use super::reader::Beside;
use crate::components::StatusBadge;
use crate::language::shared::words;
use crate::language::thread::{conversation as text, files};

/// The customer of a request, or whoever came by its mailed link.
pub(crate) const READER: Reader = Reader {
    agent: false,
    requests: "/requests",
    status,
    author,
    infected: |language, _| files::infected(language).to_owned(),
    beside: |_, _| Beside::default(),
};

fn status(language: Language, status: Status) -> AnyView {
    view! {
        <StatusBadge status label=words::status(language, status)/>
        <span>{text::status_means(language, status)}</span>
    }
    .into_any()
}

fn author(language: Language, comment: &Comment) -> (String, Option<&'static str>) {
    match (&comment.author, comment.author_kind) {
        // An agent may have written it down: the words are the customer's all the same.
        _ if comment.own && !comment.signed => (text::you(language).to_owned(), None),
        // Somebody whom an agent has admitted.
        (name, AuthorKind::Customer) => {
            (name.clone().unwrap_or_else(|| text::no_name(language).to_owned()), None)
        }
        (Some(name), AuthorKind::Agent) => (name.clone(), Some(text::support(language))),
        (None, AuthorKind::Agent) => (text::support(language).to_owned(), None),
    }
}
