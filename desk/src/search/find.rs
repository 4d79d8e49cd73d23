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
//! Nobody knows beforehand how many hold a word. So a few requests are looked through first, and tell
//! (docs/decisions/0027-looking-through-or-looking-up.md).

use sqlx::types::Uuid;
use tresen_model::RequestId;
use tresen_store::{Conn, Statement, from_row};

use super::buckets::MOST;
use super::{Index, Words, postgres, sqlite};
use crate::error::Broken;

/// So many requests are looked through first.
const FIRST: i64 = 64;

/// What agents can read, in columns of SQLite's `search.text`.
const EVERYTHING: [&str; 2] = ["public", "internal"];

/// How much longer it takes to look a request through than to look one up that holds the words.
const THROUGH: f64 = 0.6;

/// Some of all requests, in an order.
pub(crate) struct Listing<F> {
    /// Adds the condition for a row of `request` to a statement.
    pub(crate) condition: F,
    /// The order.
    pub(crate) order: Order,
    /// How many are wanted.
    pub(crate) most: usize,
}

/// An order of requests: by a column with a time, and by their ids where times are equal.
#[derive(Clone, Copy)]
pub(crate) struct Order {
    /// The column.
    pub(crate) column: &'static str,
    /// Whether the latest come first.
    pub(crate) latest_first: bool,
}

impl Order {
    /// In SQL.
    pub(crate) fn sql(self) -> String {
        let Self { column, latest_first } = self;
        let direction = if latest_first { "DESC" } else { "ASC" };
        format!("ORDER BY {column} {direction}, id {direction}")
    }

    /// A condition: the row comes before a place, or at or after it.
    fn is_before(self, before: bool, place: &Place, statement: &mut Statement) -> String {
        let sign = match (before, self.latest_first) {
            (true, true) => ">",
            (true, false) => "<",
            (false, true) => "<=",
            (false, false) => ">=",
        };
        let (at, id) = (statement.place(place.at), statement.place(place.id));
        format!("({}, id) {sign} ({at}, {id})", self.column)
    }
}

/// A place in a listing: the time and the id of a request.
struct Place {
    at: i64,
    id: Uuid,
}

from_row!(Place { at, id });

struct Size {
    buckets: i64,
    requests: i64,
}

from_row!(Size { buckets, requests });

struct Found {
    id: Uuid,
}

from_row!(Found { id });

impl Index {
    /// The first of a listing that hold all words, in what agents can read; in no order.
    pub(crate) async fn find<F: Fn(&mut Statement)>(
        &self,
        mut conn: Conn<'_>,
        words: &Words,
        listing: &Listing<F>,
    ) -> Result<Vec<RequestId>, Broken> {
        let size = self.size(conn.again()).await?;
        let Some(end) = listing.place_after(conn.again(), None, FIRST).await? else {
            return look_through(conn, words, &EVERYTHING, listing, [None, None], &size).await;
        };
        let mut found =
            look_through(conn.again(), words, &EVERYTHING, listing, [None, Some(&end)], &size).await?;
        if found.len() >= listing.most {
            return Ok(found);
        }
        if let Some(rows) = worth_looking_through(found.len(), size.requests, listing.most) {
            let last = listing.place_after(conn.again(), Some(&end), rows).await?;
            let range = [Some(&end), last.as_ref()];
            found.extend(look_through(conn.again(), words, &EVERYTHING, listing, range, &size).await?);
            if found.len() >= listing.most || last.is_none() {
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
        look_through(conn, words, &["public"], listing, [None, None], &size).await
    }

    /// Whether the index holds these words anywhere, also of a request that is gone.
    pub(crate) async fn holds(&self, mut conn: Conn<'_>, words: &Words) -> Result<bool, Broken> {
        let size = self.size(conn.again()).await?;
        let mut statement = Statement::default();
        statement.push("SELECT holder AS id FROM (");
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

impl<F: Fn(&mut Statement)> Listing<F> {
    /// The place behind so many rows, from a place on or from the beginning; `None` when there are no more.
    async fn place_after(
        &self,
        conn: Conn<'_>,
        from: Option<&Place>,
        rows: i64,
    ) -> Result<Option<Place>, Broken> {
        let mut statement = Statement::default();
        statement.push(&format!("SELECT {} AS at, id FROM request WHERE ", self.order.column));
        (self.condition)(&mut statement);
        if let Some(from) = from {
            let from = self.order.is_before(false, from, &mut statement);
            statement.push(&format!(" AND {from}"));
        }
        statement.push(&format!(" {} LIMIT 1 OFFSET {rows}", self.order.sql()));
        Ok(statement.fetch_all(conn).await?.into_iter().next())
    }
}

/// How many more requests have to be looked through until so many are found, if that takes less time than looking them
/// up: of the [`FIRST`] ones `found` held the words.
fn worth_looking_through(found: usize, requests: i64, most: usize) -> Option<i64> {
    let share = found as f64 / FIRST as f64;
    let rows = (most - found) as f64 / share;
    // Twice as many, so that it is enough when those that hold the words lie unevenly.
    (found > 0 && rows * THROUGH < share * requests as f64).then_some((2.0 * rows).ceil() as i64)
}

/// Looks through the rows of a listing from one place to before another, and returns the first that hold the words.
async fn look_through<F: Fn(&mut Statement)>(
    conn: Conn<'_>,
    words: &Words,
    columns: &[&str],
    listing: &Listing<F>,
    [from, to]: [Option<&Place>; 2],
    size: &Size,
) -> Result<Vec<RequestId>, Broken> {
    let mut statement = Statement::default();
    statement.push("SELECT id FROM request WHERE ");
    (listing.condition)(&mut statement);
    for (before, place) in [(false, from), (true, to)] {
        if let Some(place) = place {
            let side = listing.order.is_before(before, place, &mut statement);
            statement.push(&format!(" AND {side}"));
        }
    }
    statement.push(" AND EXISTS (");
    match conn {
        Conn::Sqlite(_) => {
            statement.push(
                "SELECT 1 FROM search.document JOIN search.text USING (place) WHERE request_id = request.id AND ",
            );
            words.push_in_text(&mut statement, columns);
        }
        Conn::Postgres(_) => {
            let query = statement.place(words.for_postgres().as_str());
            let bucket = postgres::bucket_in_sql("request.person_id", size.count());
            let column = if columns == EVERYTHING { "everything" } else { "public" };
            let part = |number| {
                format!(
                    "SELECT 1 FROM {} WHERE request_id = request.id AND {bucket} = {number}
                     AND {column} @@ {query}::text::tsquery",
                    postgres::table(number)
                )
            };
            statement.push(&(0..size.count()).map(part).collect::<Vec<_>>().join(" UNION ALL "));
        }
    }
    statement.push(&format!(") {} LIMIT {}", listing.order.sql(), listing.most));
    let found: Vec<Found> = statement.fetch_all(conn).await?;
    Ok(found.into_iter().map(|row| RequestId(row.id)).collect())
}

/// Looks up all that hold the words, and takes the first of a listing out of them.
async fn look_up<F: Fn(&mut Statement)>(
    conn: Conn<'_>,
    words: &Words,
    listing: &Listing<F>,
    size: &Size,
) -> Result<Vec<RequestId>, Broken> {
    let mut statement = Statement::default();
    statement.push("SELECT request.id FROM (");
    push_holding(&mut statement, &conn, words, size);
    // Not the other way round, whatever SQLite thinks of it: it knows nothing about how many hold a word.
    statement.push(") AS holding CROSS JOIN request WHERE request.id = holder AND ");
    (listing.condition)(&mut statement);
    statement.push(&format!(" {} LIMIT {}", listing.order.sql(), listing.most));
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
        assert_eq!(worth_looking_through(32, 10_000, 51), Some(76));
        assert_eq!(worth_looking_through(32, 1_000_000, 51), Some(76));
        // Three in a hundred of ten thousand are 300: sooner looked up than found in 1,600.
        assert_eq!(worth_looking_through(2, 10_000, 51), None);
        assert_eq!(worth_looking_through(2, 1_000_000, 51), Some(3_136));
        assert_eq!(worth_looking_through(0, 1_000_000, 51), None);
        assert_eq!(worth_looking_through(10, 100, 51), None);
    }
}
