//! The index on SQLite: a number of FTS5 tables in `search.db`, so that forgetting touches little.
//!
//! A word that many use has a long list of the requests that hold it. Whoever has much to be forgotten
//! is everywhere in such lists, and each page of them would be written. So each person's words are in
//! one of [`BUCKETS`] tables: see docs/decisions/0011-search-on-sqlite-in-buckets.md.

use std::collections::HashMap;
use std::path::Path;

use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, SqliteConnection};
use tresen_model::{PersonId, RequestId};

use super::Words;
use super::buckets::{BUCKETS, bucket};
use super::index::Entry;
use super::words::{self, FORM};
use crate::error::Broken;
use crate::store::{Conn, Location, Pool, SEARCH, Store, StoreError, Tx, dialect};

/// With more entries than this share of its table a person is forgotten by writing it anew.
const LARGE_SHARE: i64 = 100;

pub(crate) struct Fts(Store);

fn table(bucket: u8) -> String {
    format!("entry_{bucket:02}")
}

/// The connection to `search.db`, which is SQLite's whatever the data is in.
fn sqlite<'a>(conn: Conn<'a>) -> Result<&'a mut SqliteConnection, StoreError> {
    match conn {
        Conn::Sqlite(connection) => Ok(connection),
        Conn::Postgres(_) => Err(StoreError::Protocol("search.db is no SQLite file".into())),
    }
}

impl Fts {
    pub(crate) async fn open(folder: &Path, pool: Pool) -> Result<Self, Broken> {
        const FORM_OF: &str = "SELECT user_version FROM pragma_user_version";
        let store = Store::open(&Location::File(folder.join("search.db")), &SEARCH, pool).await?;
        let mut tx = store.write().await?;
        let c = sqlite(tx.conn())?;
        let (form,): (i64,) = sqlx::query_as(FORM_OF).fetch_one(&mut *c).await?;
        if form != i64::from(FORM) {
            // New, or with words in another form: an empty index is filled at the start.
            sqlx::query("DELETE FROM document").execute(&mut *c).await?;
            for table in (0..BUCKETS).map(table) {
                let sql = include_str!("../../migrations/search_sqlite_bucket.sql").replace("entry", &table);
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *c).await?;
            }
            sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA user_version = {FORM}"))).execute(&mut *c).await?;
        }
        tx.commit().await?;
        Ok(Self(store))
    }

    pub(crate) async fn is_empty(&self) -> Result<bool, Broken> {
        let mut reader = self.0.read().await?;
        let query = sqlx::query("SELECT 1 FROM document LIMIT 1");
        Ok(query.fetch_optional(sqlite(reader.conn())?).await?.is_none())
    }

    pub(crate) async fn put(&self, entries: &[Entry]) -> Result<(), Broken> {
        let mut tx = self.0.write().await?;
        let mut known = documents(&mut tx, entries).await?;
        for entry in entries {
            let before = known.remove(&entry.request.0);
            put(&mut tx, entry, before).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(crate) async fn forget(&self, customer: PersonId) -> Result<(), Broken> {
        const THEIRS: &str = "SELECT COUNT(*) FROM document WHERE person_id = $1";
        let table = table(bucket(customer));
        let mut tx = self.0.write().await?;
        tx.expect_much().await?;
        let c = sqlite(tx.conn())?;
        let (theirs,): (i64,) = sqlx::query_as(THEIRS).bind(customer.0).fetch_one(&mut *c).await?;
        let all = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}_docsize"));
        let (all,): (i64,) = sqlx::query_as(all).fetch_one(&mut *c).await?;
        let anew = theirs > all / LARGE_SHARE;
        if anew {
            // Not word by word: what is deleted is left out when the lists are written anew.
            special(c, &table, "'secure-delete', 0").await?;
        }
        let delete = format!(
            "DELETE FROM {table} WHERE rowid IN (SELECT place FROM document WHERE person_id = $1 ORDER BY place)"
        );
        sqlx::query(AssertSqlSafe(delete)).bind(customer.0).execute(&mut *c).await?;
        sqlx::query("DELETE FROM document WHERE person_id = $1").bind(customer.0).execute(&mut *c).await?;
        if anew {
            special(c, &table, "'optimize', NULL").await?;
            special(c, &table, "'secure-delete', 1").await?;
        }
        Ok(tx.commit().await?)
    }

    pub(crate) async fn forget_request(&self, request: RequestId, customer: PersonId) -> Result<(), Broken> {
        let table = table(bucket(customer));
        let mut tx = self.0.write().await?;
        let c = sqlite(tx.conn())?;
        let delete =
            format!("DELETE FROM {table} WHERE rowid IN (SELECT place FROM document WHERE request_id = $1)");
        sqlx::query(AssertSqlSafe(delete)).bind(request.0).execute(&mut *c).await?;
        sqlx::query("DELETE FROM document WHERE request_id = $1").bind(request.0).execute(c).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn find(
        &self,
        words: &Words,
        of: Option<PersonId>,
        most: i64,
    ) -> Result<Vec<RequestId>, Broken> {
        let words = words.for_sqlite();
        let part = |bucket| {
            let table = table(bucket);
            format!("SELECT rowid AS place FROM {table} WHERE {table} MATCH $1")
        };
        let (query, parts) = match of {
            Some(person) => {
                (format!("scope : \"{}\" AND public : ({words})", person.0.simple()), part(bucket(person)))
            }
            None => (
                format!("{{public internal}} : ({words})"),
                (0..BUCKETS).map(part).collect::<Vec<_>>().join(" UNION ALL "),
            ),
        };
        // Each part is in order, so SQLite merges them, and ends with the last one wanted.
        let sql = format!(
            "SELECT document.request_id FROM ({parts} ORDER BY place DESC LIMIT $2) AS found
             JOIN document ON document.place = found.place ORDER BY found.place DESC"
        );
        let mut reader = self.0.read().await?;
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(query).bind(most);
        let rows: Vec<(Uuid,)> = query.fetch_all(sqlite(reader.conn())?).await?;
        Ok(rows.into_iter().map(|(id,)| RequestId(id)).collect())
    }

    pub(crate) async fn forget_traces(&self) -> Result<(), Broken> {
        Ok(self.0.forget_traces().await?)
    }

    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}

/// A command to FTS5.
async fn special(c: &mut SqliteConnection, table: &str, command: &str) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO {table} ({table}, rank) VALUES ({command})");
    sqlx::query(AssertSqlSafe(sql)).execute(c).await.map(drop)
}

/// Where the entries of some requests are, and whose they are.
async fn documents(tx: &mut Tx, entries: &[Entry]) -> Result<HashMap<Uuid, (i64, PersonId)>, Broken> {
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT request_id, place, person_id FROM document WHERE request_id IN {}",
        dialect::places(1, entries.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for entry in entries {
        query = query.bind(entry.request.0);
    }
    let rows: Vec<(Uuid, i64, Uuid)> = query.fetch_all(sqlite(tx.conn())?).await?;
    Ok(rows.into_iter().map(|(request, place, person)| (request, (place, PersonId(person)))).collect())
}

/// Puts an entry in the place of the one that was there `before`.
async fn put(tx: &mut Tx, entry: &Entry, before: Option<(i64, PersonId)>) -> Result<(), Broken> {
    const NEW: &str = "INSERT INTO document (request_id, person_id) VALUES ($1, $2) RETURNING place";
    const MOVED: &str = "UPDATE document SET person_id = $2 WHERE place = $1";
    let c = sqlite(tx.conn())?;
    let place = match before {
        None => {
            let query = sqlx::query_as(NEW).bind(entry.request.0).bind(entry.customer.0);
            let (place,): (i64,) = query.fetch_one(&mut *c).await?;
            place
        }
        Some((place, person)) => {
            // It may have been somebody else's, whose words are in another table.
            let delete = AssertSqlSafe(format!("DELETE FROM {} WHERE rowid = $1", table(bucket(person))));
            sqlx::query(delete).bind(place).execute(&mut *c).await?;
            if person != entry.customer {
                sqlx::query(MOVED).bind(place).bind(entry.customer.0).execute(&mut *c).await?;
            }
            place
        }
    };
    let table = table(bucket(entry.customer));
    let insert = AssertSqlSafe(format!(
        "INSERT INTO {table} (rowid, scope, public, internal) VALUES ($1, $2, $3, $4)"
    ));
    sqlx::query(insert)
        .bind(place)
        .bind(entry.customer.0.simple().to_string())
        .bind(words::indexed(&entry.public).join(" "))
        .bind(words::indexed(&entry.internal).join(" "))
        .execute(c)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::MOST_FOUND;

    /// Somebody whose words are in the first table.
    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number << 8))
    }

    fn entries(customer: PersonId, numbers: std::ops::Range<u128>) -> Vec<Entry> {
        let entry = |number| Entry {
            request: RequestId(Uuid::from_u128(number)),
            customer,
            public: format!("everybody has teapots word{number}x"),
            internal: format!("nobody else{number}x"),
        };
        numbers.map(entry).collect()
    }

    /// How many of these words lie in the bytes of the files. The index leaves out the
    /// beginning that a word shares with the one before it; the text itself is whole.
    fn lying_about(folder: &Path, numbers: std::ops::Range<u128>) -> usize {
        let mut found = std::collections::BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            for window in bytes.windows(6).filter(|window| window[5] == b'x') {
                let number = std::str::from_utf8(&window[..5]).ok().and_then(|digits| digits.parse().ok());
                found.extend(number.filter(|number| numbers.contains(number)));
            }
        }
        found.len()
    }

    #[tokio::test]
    async fn forgets_little_and_much_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        let fts = Fts::open(folder.path(), Pool::of(4)).await.unwrap();
        let (little, much, stays) = (person(1), person(2), person(3));
        fts.put(&entries(much, 10_000..10_400)).await.unwrap();
        fts.put(&entries(little, 20_000..20_004)).await.unwrap();
        fts.put(&entries(stays, 30_000..30_100)).await.unwrap();
        let teapots = Words::parse("teapot").unwrap();
        let all = fts.find(&teapots, None, MOST_FOUND).await.unwrap();
        assert_eq!(all.len(), MOST_FOUND as usize);
        assert_eq!(all[0], RequestId(Uuid::from_u128(30_099)), "the newest first");
        assert_eq!(lying_about(folder.path(), 10_000..40_000), 504);

        // Four of five hundred: word by word.
        fts.forget(little).await.unwrap();
        fts.forget_traces().await.unwrap();
        assert_eq!(lying_about(folder.path(), 20_000..20_004), 0);
        assert_eq!(lying_about(folder.path(), 10_000..40_000), 500);
        // Four hundred: all is written anew.
        fts.forget(much).await.unwrap();
        fts.forget_traces().await.unwrap();
        assert_eq!(lying_about(folder.path(), 10_000..10_400), 0);
        assert_eq!(fts.find(&teapots, None, MOST_FOUND).await.unwrap().len(), 100);
        assert_eq!(fts.find(&teapots, Some(stays), MOST_FOUND).await.unwrap().len(), 100);
        assert!(fts.find(&teapots, Some(much), MOST_FOUND).await.unwrap().is_empty());

        // And from then on word by word again.
        fts.put(&entries(little, 20_000..20_001)).await.unwrap();
        fts.put(&entries(stays, 30_100..30_200)).await.unwrap();
        fts.forget_request(RequestId(Uuid::from_u128(20_000)), little).await.unwrap();
        fts.forget_traces().await.unwrap();
        assert_eq!(lying_about(folder.path(), 20_000..20_001), 0);
        fts.close().await;
    }

    #[tokio::test]
    async fn an_index_that_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let fts = Fts::open(folder.path(), Pool::of(4)).await.unwrap();
        assert!(fts.is_empty().await.unwrap());
        fts.put(&entries(person(1), 1..3)).await.unwrap();
        fts.close().await;
        let fts = Fts::open(folder.path(), Pool::of(4)).await.unwrap();
        assert!(!fts.is_empty().await.unwrap());
        fts.close().await;
    }
}
