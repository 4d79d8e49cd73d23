//! What a form says when it is shown again: what was typed, and what is wrong with it.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use tresen_desk::Refusal;
use tresen_model::Language;

use crate::language::problems::problem;

/// The state of a form on a page. An empty one is a form that nobody has filled in.
#[derive(Clone, Default)]
pub struct Form {
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    notice: Option<String>,
}

impl Form {
    /// A form with values to begin with.
    pub fn with<const N: usize>(values: [(&str, &str); N]) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { values: values.collect(), ..Self::default() }
    }

    /// A form that was refused. Passwords are never shown again.
    pub fn refused(
        mut values: BTreeMap<String, String>,
        refusals: &[Refusal],
        language: Language,
        notice: String,
    ) -> Self {
        values.retain(|name, _| !name.contains("password"));
        let errors = refusals
            .iter()
            .rev()
            .map(|refusal| (refusal.field.to_owned(), problem(language, &refusal.problem)))
            .collect();
        Self { values, errors, notice: Some(notice) }
    }

    /// What was typed into a field; empty for none.
    pub fn value(&self, name: &str) -> String {
        self.values.get(name).cloned().unwrap_or_default()
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// What is wrong with a field.
    pub fn error(&self, name: &str) -> Option<String> {
        self.errors.get(name).cloned()
    }

    /// What is to be said about the whole.
    pub fn notice(&self) -> Option<String> {
        self.notice.clone()
    }

    /// Whether anything is wrong.
    pub fn is_refused(&self) -> bool {
        self.notice.is_some()
    }

    /// All errors, for the answer to [`LiveForm`](crate::islands::LiveForm).
    pub fn errors(&self) -> &BTreeMap<String, String> {
        &self.errors
    }

    /// The form's `once` word: the one it was sent with, or a new random one. It goes into a
    /// hidden field, so that a form sent twice is known again.
    pub fn once(&self) -> String {
        match self.values.get("once") {
            Some(once) if !once.is_empty() => once.clone(),
            _ => {
                let mut bytes = [0; 12];
                // Without randomness forms sent twice are two; nothing else depends on it.
                let _ = getrandom::fill(&mut bytes);
                BASE64URL_NOPAD.encode(&bytes)
            }
        }
    }
}
