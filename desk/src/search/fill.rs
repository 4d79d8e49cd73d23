//! Putting the words of very many new requests into the index at once, where the engine has a quicker way than one by
//! one.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use tresen_store::dialect;

use super::index::Index;
use super::sqlite::{Fts, Text, count, sqlite, table_of};
use super::words;
use crate::error::Broken;
use crate::search::Entry;

/// Rows in one statement.
const ROWS: usize = 50;

/// Words of which is remembered how they are spelled in the index, at most.
const REMEMBERED: usize = 200_000;

/// Spells each word of a text once. A text is spelled word by word, so the outcome is that of spelling the whole.
#[derive(Default)]
struct Speller(HashMap<String, String>);

impl Speller {
    /// The words of a text as they are stored, see [`words_of`](super::sqlite::words_of).
    fn spell(&mut self, text: &str) -> String {
        let mut spelled = String::with_capacity(text.len() * 5 / 4);
        for word in text.split_whitespace() {
            if let Some(known) = self.0.get(word) {
                spelled.push_str(known);
                continue;
            }
            let mut new = String::new();
            for spelling in words::indexed(word) {
                new.push(' ');
                new.push_str(&spelling);
            }
            spelled.push_str(&new);
            if self.0.len() < REMEMBERED {
                self.0.insert(word.to_owned(), new);
            }
        }
        if !spelled.is_empty() {
            spelled.push(' ');
        }
        spelled
    }
}

impl Index {
    /// Gets ready for so many requests, of which most are to come. Whether there is a way for many at once.
    pub(crate) async fn make_room(&self, requests: i64) -> Result<bool, Broken> {
        self.grow(requests).await?;
        Ok(matches!(self, Self::Sqlite(_)))
    }

    /// Puts in the words of requests that have none here.
    pub(crate) async fn fill(&self, entries: Vec<Entry>) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.fill(entries).await,
            Self::Postgres(tables) => tables.put(&entries).await,
        }
    }
}

impl Fts {
    async fn fill(&self, entries: Vec<Entry>) -> Result<(), Broken> {
        let spelled = tokio::task::spawn_blocking(move || {
            let mut speller = Speller::default();
            let spell = |entry: Entry| {
                let text =
                    Text { public: speller.spell(&entry.public), internal: speller.spell(&entry.internal) };
                (entry.request, entry.customer, text)
            };
            entries.into_iter().map(spell).collect::<Vec<_>>()
        });
        let spelled = spelled.await.map_err(|_| Broken::Task)?;
        let mut tx = self.store().write().await?;
        tx.expect_much().await?;
        let count = count(&mut tx).await?;
        let c = sqlite(tx.conn())?;
        let (last,): (Option<i64>,) =
            sqlx::query_as("SELECT MAX(place) FROM document").fetch_one(&mut *c).await?;
        let placed: Vec<_> = (last.unwrap_or_default() + 1..).zip(&spelled).collect();
        for rows in placed.chunks(ROWS) {
            let mut query = sqlx::query(insert("document (place, request_id, person_id)", 3, rows.len()));
            for (place, (request, customer, _)) in rows {
                query = query.bind(place).bind(request.0).bind(customer.0);
            }
            query.execute(&mut *c).await?;
            let mut query = sqlx::query(insert("text (place, public, internal)", 3, rows.len()));
            for (place, (.., text)) in rows {
                query = query.bind(place).bind(text.public.as_bytes()).bind(text.internal.as_bytes());
            }
            query.execute(&mut *c).await?;
        }
        // Table by table, so that each writes its lists down once.
        let mut by_table: HashMap<String, Vec<(i64, String)>> = HashMap::new();
        for (place, (_, customer, text)) in placed {
            by_table.entry(table_of(*customer, count)).or_default().push((place, text.all()));
        }
        for (table, rows) in by_table {
            for rows in rows.chunks(ROWS) {
                let mut query = sqlx::query(insert(&format!("{table} (rowid, words)"), 2, rows.len()));
                for (place, words) in rows {
                    query = query.bind(place).bind(words);
                }
                query.execute(&mut *c).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}

fn insert(into: &str, columns: usize, rows: usize) -> AssertSqlSafe<String> {
    let places: Vec<String> = (0..rows).map(|row| dialect::places(1 + row * columns, columns)).collect();
    AssertSqlSafe(format!("INSERT INTO {into} VALUES {}", places.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::sqlite::words_of;

    #[test]
    fn word_by_word_a_text_is_spelled_as_a_whole() {
        let mut speller = Speller::default();
        for text in [
            "",
            " \n",
            "Guten Tag,\n\nmein Drucker in Köln geht nicht. Straße 5, T-7F3K-92QX?",
            "Kind regards\nZoë O’Neill",
            "ada@example.com Ada",
            "プリンター が 壊れました 、東京",
            "e\u{301}te\u{301} \u{301}x\u{a0}y",
            "- -- … !",
        ] {
            assert_eq!(speller.spell(text), words_of(text), "{text:?}");
            // What is remembered is the same.
            assert_eq!(speller.spell(text), words_of(text), "{text:?}");
        }
    }
}
