//! Finding requests by their words, among those of a listing and in its order.
//!
//! There are two ways, and what is sought decides between them:
//!
//! - *Looking through*: the newest requests of the listing, one by one, whether they hold the words. A word that many
//!   hold fills a page after a few.
//! - *Looking up*: the index tells all that hold the words, and the listing takes its own out of them. A word that few
//!   hold costs little, wherever they are. The time grows with how many there are, since a beginning of a word is
//!   looked up by putting the lists of all words together that begin with it.
//!
//! Nobody knows beforehand how many hold a word. So a few requests are looked through first, and tell.

use sqlx::types::Uuid;
use tresen_model::RequestId;

use super::buckets::MOST;
use super::{Index, Words, postgres, sqlite};
use crate::error::Broken;
use crate::store::{Conn, Statement, from_row};

/// So many requests are looked through first.
const FIRST: i64 = 64;

/// What agents can read, in columns of SQLite's `search.text`.
const EVERYTHING: [&str; 2] = ["public", "internal"];

/// How much longer it takes to look a request through than to look one up that holds the words (measured: 4 to 6 µs
/// against 3 to 5 µs).
const THROUGH: f64 = 1.3;

/// Some of all requests, in an order.
pub(crate) struct Listing<F> {
    /// Adds the condition for a row of `request` to a statement.
    pub(crate) condition: F,
    /// The order, in SQL.
    pub(crate) order: &'static str,
    /// How many are wanted.
    pub(crate) most: usize,
}

struct Size {
    buckets: i64,
    requests: i64,
}

from_row!(Size { buckets, requests });

/// A request that was found, or at the nil id how many were looked through.
struct Found {
    id: Uuid,
    looked: i64,
}

from_row!(Found { id, looked });

impl Index {
    /// The first of a listing that hold all words, in what agents can read; in no order.
    pub(crate) async fn find<F: Fn(&mut Statement)>(
        &self,
        mut conn: Conn<'_>,
        words: &Words,
        listing: &Listing<F>,
    ) -> Result<Vec<RequestId>, Broken> {
        let size = self.size(conn.again()).await?;
        let (found, looked) = look_through(conn.again(), words, &EVERYTHING, listing, FIRST, &size).await?;
        if found.len() >= listing.most || looked < FIRST {
            return Ok(found);
        }
        if let Some(rows) = worth_looking_through(found.len(), size.requests, listing.most) {
            let (found, looked) =
                look_through(conn.again(), words, &EVERYTHING, listing, rows, &size).await?;
            if found.len() >= listing.most || looked < rows {
                return Ok(found);
            }
        }
        look_up(conn, words, listing, &size).await
    }

    /// The first of a customer's listing that hold all words, in what customers can read; in no order. All of their
    /// requests are looked through, if need be: a customer with a thousand waits some milliseconds.
    pub(crate) async fn find_public<F: Fn(&mut Statement)>(
        &self,
        mut conn: Conn<'_>,
        words: &Words,
        listing: &Listing<F>,
    ) -> Result<Vec<RequestId>, Broken> {
        let size = self.size(conn.again()).await?;
        Ok(look_through(conn, words, &["public"], listing, i64::MAX, &size).await?.0)
    }

    /// Whether the index holds these words anywhere, also of a request that is gone.
    pub(crate) async fn holds(&self, mut conn: Conn<'_>, words: &Words) -> Result<bool, Broken> {
        let size = self.size(conn.again()).await?;
        let mut statement = Statement::default();
        statement.push("SELECT holder AS id, CAST(0 AS BIGINT) AS looked FROM (");
        push_holding(&mut statement, &conn, words, &size);
        statement.push(") AS holding LIMIT 1");
        let found: Vec<Found> = statement.fetch_all(conn).await?;
        Ok(!found.is_empty())
    }

    async fn size(&self, conn: Conn<'_>) -> Result<Size, Broken> {
        let mut statement = Statement::default();
        let from = match conn {
            Conn::Sqlite(_) => "search.size",
            Conn::Postgres(_) => "search_epoch",
        };
        statement.push(&format!(
            "SELECT buckets, CAST((SELECT COALESCE(SUM(requests), 0) FROM request_count) AS BIGINT) AS requests
             FROM {from}"
        ));
        let rows: Vec<Size> = statement.fetch_all(conn).await?;
        // After a crash of PostgreSQL nobody knows, until the index is filled again.
        Ok(rows.into_iter().next().unwrap_or(Size { buckets: i64::from(MOST), requests: 0 }))
    }
}

impl Size {
    /// How many tables are in use.
    fn count(&self) -> u8 {
        u8::try_from(self.buckets).map_or(MOST, |count| count.clamp(1, MOST))
    }
}

/// How many requests have to be looked through until so many are found, if that takes less time than looking them up:
/// of the [`FIRST`] ones `found` held the words.
fn worth_looking_through(found: usize, requests: i64, most: usize) -> Option<i64> {
    let share = found as f64 / FIRST as f64;
    let rows = most as f64 / share * 1.5;
    (found > 0 && rows * THROUGH < share * requests as f64).then_some(rows.ceil() as i64)
}

/// Looks through the first `rows` of a listing, and tells which hold the words, at most as many as are wanted, and how
/// many there were.
async fn look_through<F: Fn(&mut Statement)>(
    conn: Conn<'_>,
    words: &Words,
    columns: &[&str],
    listing: &Listing<F>,
    rows: i64,
    size: &Size,
) -> Result<(Vec<RequestId>, i64), Broken> {
    let mut statement = Statement::default();
    statement.push(
        "WITH looked AS MATERIALIZED (SELECT id, person_id, updated_at, customer_news_at FROM request WHERE ",
    );
    (listing.condition)(&mut statement);
    statement.push(&format!(
        " {} LIMIT {rows}) SELECT id, looked FROM (SELECT id, CAST(0 AS BIGINT) AS looked FROM looked WHERE EXISTS (",
        listing.order
    ));
    match conn {
        Conn::Sqlite(_) => {
            statement.push(
                "SELECT 1 FROM search.document JOIN search.text USING (place) WHERE request_id = looked.id AND ",
            );
            words.push_in_text(&mut statement, columns);
        }
        Conn::Postgres(_) => {
            let query = statement.place(words.for_postgres().as_str());
            let bucket = postgres::bucket_in_sql("looked.person_id", size.count());
            let column = if columns == EVERYTHING { "everything" } else { "public" };
            let part = |number| {
                format!(
                    "SELECT 1 FROM {} WHERE request_id = looked.id AND {bucket} = {number}
                     AND {column} @@ {query}::text::tsquery",
                    postgres::table(number)
                )
            };
            statement.push(&(0..size.count()).map(part).collect::<Vec<_>>().join(" UNION ALL "));
        }
    }
    let nil = statement.place(Uuid::nil());
    statement.push(&format!(
        ") {} LIMIT {}) AS found UNION ALL SELECT {nil}, COUNT(*) FROM looked",
        listing.order, listing.most
    ));
    let found: Vec<Found> = statement.fetch_all(conn).await?;
    let looked = found.iter().filter(|row| row.id.is_nil()).map(|row| row.looked).sum();
    let found = found.into_iter().filter(|row| !row.id.is_nil()).map(|row| RequestId(row.id));
    Ok((found.collect(), looked))
}

/// Looks up all that hold the words, and takes the first of a listing out of them.
async fn look_up<F: Fn(&mut Statement)>(
    conn: Conn<'_>,
    words: &Words,
    listing: &Listing<F>,
    size: &Size,
) -> Result<Vec<RequestId>, Broken> {
    let mut statement = Statement::default();
    statement.push("SELECT request.id, CAST(0 AS BIGINT) AS looked FROM (");
    push_holding(&mut statement, &conn, words, size);
    // Not the other way round, whatever SQLite thinks of it: it knows nothing about how many hold a word.
    statement.push(") AS holding CROSS JOIN request WHERE request.id = holder AND ");
    (listing.condition)(&mut statement);
    statement.push(&format!(" {} LIMIT {}", listing.order, listing.most));
    let found: Vec<Found> = statement.fetch_all(conn).await?;
    Ok(found.into_iter().map(|row| RequestId(row.id)).collect())
}

/// Adds a query for the ids of all requests that hold the words.
fn push_holding(statement: &mut Statement, conn: &Conn<'_>, words: &Words, size: &Size) {
    match conn {
        Conn::Sqlite(_) => {
            let query = statement.place(words.for_sqlite().as_str());
            let part = |number| {
                let table = sqlite::table(number);
                format!("SELECT rowid AS place FROM search.{table} WHERE {table} MATCH {query}")
            };
            let parts = (0..size.count()).map(part).collect::<Vec<_>>().join(" UNION ALL ");
            statement.push(&format!(
                "SELECT request_id AS holder FROM ({parts}) AS found CROSS JOIN search.document
                 WHERE document.place = found.place"
            ));
        }
        Conn::Postgres(_) => {
            let query = statement.place(words.for_postgres().as_str());
            let part = |number| {
                let table = postgres::table(number);
                format!("SELECT request_id AS holder FROM {table} WHERE everything @@ {query}::text::tsquery")
            };
            statement.push(&(0..size.count()).map(part).collect::<Vec<_>>().join(" UNION ALL "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_many_hold_is_looked_through_and_one_that_few_hold_is_looked_up() {
        // Half of ten thousand, and of a million.
        assert_eq!(worth_looking_through(32, 10_000, 51), Some(153));
        assert_eq!(worth_looking_through(32, 1_000_000, 51), Some(153));
        // Three in a hundred of ten thousand are 300: sooner looked up than found in 2,550.
        assert_eq!(worth_looking_through(2, 10_000, 51), None);
        assert_eq!(worth_looking_through(2, 1_000_000, 51), Some(2_448));
        assert_eq!(worth_looking_through(0, 1_000_000, 51), None);
        assert_eq!(worth_looking_through(32, 100, 51), None);
    }
}
