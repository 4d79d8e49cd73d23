//! Full-text search.
//!
//! An index needs words in the clear. So it stands apart from the data ([`index`]), is never
//! backed up, and can be made again from the sealed data at any time ([`indexing`](crate::indexing)).

pub(crate) mod buckets;
mod entry;
mod fill;
mod find;
mod index;
pub(crate) mod mark;
mod postgres;
mod sqlite;
mod words;

pub(crate) use entry::Entry;
pub(crate) use find::{Listing, Order};
pub(crate) use index::Index;
pub(crate) use mark::mark_stale;

use crate::background::Wakeups;
use std::sync::Arc;
use tokio::sync::Mutex;
use tresen_store::Statement;
use tresen_store::Store;
use words::Sought;

/// The search index, and what in it must be made again.
#[derive(Clone)]
pub struct Search {
    pub(crate) store: Arc<Store>,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) index: Arc<Index>,
    pub(crate) writing: Arc<Mutex<()>>,
}

/// The words that somebody searches for: each must occur, as the beginning of a word.
pub(crate) struct Words(Vec<Sought>);

impl Words {
    /// More than eight words narrow nothing further.
    const MOST: usize = 8;

    /// Takes letters and digits and nothing else, so that no sign reaches the query
    /// language of an engine. `None` when there is nothing to search for.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let mut words = words::sought(typed);
        words.truncate(Self::MOST);
        (!words.is_empty()).then_some(Self(words))
    }

    /// Adds a condition for columns of SQLite's `search.text`: each word occurs in one of them.
    fn push_in_text(&self, statement: &mut Statement, columns: &[&str]) {
        let occurs = |statement: &mut Statement, term: String| {
            let place = statement.place(term.into_bytes());
            columns.iter().map(|column| format!("instr({column}, {place})")).collect::<Vec<_>>().join(" OR ")
        };
        for (number, word) in self.0.iter().enumerate() {
            let mut terms: Vec<String> =
                word.beginnings.iter().map(|beginning| occurs(statement, format!(" {beginning}"))).collect();
            terms.extend(word.whole.iter().map(|whole| occurs(statement, format!(" {whole} "))));
            statement.push(if number == 0 { "(" } else { " AND (" });
            statement.push(&terms.join(" OR "));
            statement.push(")");
        }
    }

    /// As FTS5 reads it.
    fn for_sqlite(&self) -> String {
        self.query([" AND ", " OR "], |word, beginning| {
            format!("\"{word}\"{}", if beginning { "*" } else { "" })
        })
    }

    /// As PostgreSQL reads a `tsquery`.
    fn for_postgres(&self) -> String {
        self.query([" & ", " | "], |word, beginning| format!("'{word}'{}", if beginning { ":*" } else { "" }))
    }

    /// Puts a query together; `term` is a word, or the beginning of one.
    fn query(&self, [and, or]: [&str; 2], term: impl Fn(&str, bool) -> String) -> String {
        let one = |word: &Sought| {
            let beginnings = word.beginnings.iter().map(|beginning| term(beginning, true));
            let terms: Vec<_> = beginnings.chain(word.whole.iter().map(|whole| term(whole, false))).collect();
            format!("({})", terms.join(or))
        };
        self.0.iter().map(one).collect::<Vec<_>>().join(and)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_reaches_the_query_language() {
        let words = Words::parse("  Drucker\" OR scope:* 'x' -- ( NEAR ").expect("words");
        assert_eq!(
            words.for_sqlite(),
            "(\"drucker\"*) AND (\"or\"*) AND (\"scope\"*) AND (\"x\"*) AND (\"near\"*)"
        );
        assert_eq!(words.for_postgres(), "('drucker':*) & ('or':*) & ('scope':*) & ('x':*) & ('near':*)");
        let words = Words::parse("Köln Mueller").expect("words");
        assert_eq!(words.for_sqlite(), "(\"koeln\"* OR \"koln\"*) AND (\"mueller\"* OR \"muller\")");
        assert_eq!(words.for_postgres(), "('koeln':* | 'koln':*) & ('mueller':* | 'muller')");
        assert!(Words::parse(" *\"' ").is_none());
    }
}
