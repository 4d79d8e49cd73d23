//! Full-text search.
//!
//! An index needs words in the clear. So it stands apart from the data ([`index`]), is never
//! backed up, and can be made again from the sealed data at any time ([`indexer`]).

mod buckets;
mod index;
mod indexer;
mod sqlite;

pub(crate) use index::{Entry, Index, MOST_FOUND};

/// The words of a text: letters and digits, in lower case, of long ones the beginning.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(64).collect::<String>().to_lowercase())
}

/// The words that somebody searches for: each must occur, as the beginning of a word.
pub(crate) struct Words(Vec<String>);

impl Words {
    /// More than eight words narrow nothing further.
    const MOST: usize = 8;

    /// Takes letters and digits and nothing else, so that no sign reaches the query
    /// language of an engine. `None` when there is nothing to search for.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let words: Vec<String> = words(typed).take(Self::MOST).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// As FTS5 reads it.
    fn for_sqlite(&self) -> String {
        self.0.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" AND ")
    }

    /// As PostgreSQL reads a `tsquery`.
    fn for_postgres(&self) -> String {
        self.0.iter().map(|word| format!("'{word}':*")).collect::<Vec<_>>().join(" & ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_reaches_the_query_language() {
        let words = Words::parse("  Drucker\" OR scope:* 'x' -- ( NEAR ").expect("words");
        assert_eq!(words.for_sqlite(), "\"drucker\"* AND \"or\"* AND \"scope\"* AND \"x\"* AND \"near\"*");
        assert_eq!(words.for_postgres(), "'drucker':* & 'or':* & 'scope':* & 'x':* & 'near':*");
        assert!(Words::parse(" *\"' ").is_none());
    }
}
