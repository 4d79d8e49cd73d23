//! The index on SQLite: `search.db`.
//!
//! A word that many use has a long list of the requests that hold it. Whoever has much to be forgotten
//! is everywhere in such lists, and each page of them would be written. So the lists are in several
//! [tables](super::buckets): see docs/decisions/0011-search-on-sqlite-in-buckets.md.
//!
//! Whoever reads the data reads the index on the same connection, as the database `search`.

use std::collections::HashMap;
use std::path::Path;

use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, SqliteConnection};
use tresen_model::{PersonId, RequestId};
use tresen_store::{Conn, Location, Migrations, Pool, Store, StoreError, Tx, dialect, from_row};

use super::buckets::{self, MOST, bucket};
use super::entry::Entry;
use super::words::{self, FORM};
use crate::error::Broken;

/// With more entries than this share of its table a person is forgotten by writing it anew.
const LARGE_SHARE: i64 = 100;

/// The tables of the index.
static MIGRATIONS: Migrations = Migrations::new(&[
    (1, "start", include_str!("../../migrations/search_sqlite.sql")),
    (2, "buckets", include_str!("../../migrations/search_sqlite_buckets.sql")),
    (3, "text", include_str!("../../migrations/search_sqlite_text.sql")),
]);

/// The file of the index, beside the data.
const FILE: &str = "search.db";

pub(crate) struct Fts(Store);

/// The name of a table by word.
pub(super) fn table(bucket: u8) -> String {
    format!("entry_{bucket:02}")
}

pub(super) fn table_of(person: PersonId, count: u8) -> String {
    let [.., last] = person.0.into_bytes();
    table(bucket(last, count))
}

/// The connection to `search.db`, which is SQLite's whatever the data is in.
pub(super) fn sqlite<'a>(conn: Conn<'a>) -> Result<&'a mut SqliteConnection, StoreError> {
    match conn {
        Conn::Sqlite(connection) => Ok(connection),
        Conn::Postgres(_) => Err(StoreError::Protocol("search.db is no SQLite file".into())),
    }
}

impl Fts {
    pub(crate) async fn open(folder: &Path, pool: Pool) -> Result<Self, Broken> {
        const FORM_OF: &str = "SELECT user_version FROM pragma_user_version";
        let store = Store::open(&Location::File(folder.join(FILE)), &MIGRATIONS, pool).await?;
        let mut tx = store.write().await?;
        let c = sqlite(tx.conn())?;
        let (form,): (i64,) = sqlx::query_as(FORM_OF).fetch_one(&mut *c).await?;
        if form != i64::from(FORM) {
            // New, or with words in another form: an empty index is filled at the start.
            sqlx::raw_sql("DELETE FROM document; DELETE FROM text").execute(&mut *c).await?;
            for table in (0..MOST).map(table) {
                let sql = include_str!("../../migrations/search_sqlite_bucket.sql").replace("entry", &table);
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *c).await?;
            }
            sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA user_version = {FORM}"))).execute(&mut *c).await?;
        }
        tx.commit().await?;
        Ok(Self(store))
    }

    pub(super) fn store(&self) -> &Store {
        &self.0
    }

    /// Lets those who read the data read the index too.
    pub(crate) fn show_to(&self, data: &Store, folder: &Path) {
        data.attach("search", &folder.join(FILE));
    }

    pub(crate) async fn is_empty(&self) -> Result<bool, Broken> {
        let mut reader = self.0.read().await?;
        let query = sqlx::query("SELECT 1 FROM document LIMIT 1");
        Ok(query.fetch_optional(sqlite(reader.conn())?).await?.is_none())
    }

    /// Makes an empty index ready for so many requests.
    pub(crate) async fn prepare(&self, requests: i64) -> Result<(), Broken> {
        let mut tx = self.0.write().await?;
        let query = sqlx::query("UPDATE size SET buckets = $1").bind(i64::from(buckets::wanted(requests)));
        query.execute(sqlite(tx.conn())?).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn put(&self, entries: &[Entry]) -> Result<(), Broken> {
        let mut tx = self.0.write().await?;
        let count = count(&mut tx).await?;
        let known = documents(&mut tx, entries).await?;
        let c = sqlite(tx.conn())?;
        // FTS5 gathers what it is told, and writes it down when the next place is no greater than the last one. So first
        // all that goes, in order, and then all that comes.
        let mut coming = Vec::with_capacity(entries.len());
        let mut going = Vec::new();
        for entry in entries {
            let words = Text { public: words_of(&entry.public), internal: words_of(&entry.internal) };
            match known.get(&entry.request.0) {
                Some(before) if before.person == entry.customer && before.text == words => {}
                Some(before) => {
                    going.push((before.place, table_of(before.person, count), &before.text));
                    coming.push((Some(before.place), entry, words));
                }
                None => coming.push((None, entry, words)),
            }
        }
        going.sort_by_key(|(place, ..)| *place);
        for (place, table, text) in going {
            take_out(c, &table, place, text).await?;
        }
        coming.sort_by_key(|(place, ..)| place.unwrap_or(i64::MAX));
        for (place, entry, words) in coming {
            put(c, place, entry, &words, count).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Divides tables until there are enough for so many requests.
    pub(crate) async fn grow(&self, requests: i64) -> Result<(), Broken> {
        loop {
            let mut tx = self.0.write().await?;
            let count = count(&mut tx).await?;
            if count >= buckets::wanted(requests) {
                tx.rollback().await?;
                return Ok(());
            }
            tx.expect_much().await?;
            let c = sqlite(tx.conn())?;
            let (from, leaving) = buckets::divided(count);
            let (from, to) = (table(from), table(count));
            let leaving: Vec<String> = leaving.iter().map(|last| format!("x'{last:02x}'")).collect();
            let theirs = format!("substr(person_id, 16) IN ({})", leaving.join(", "));
            let copy = format!(
                "INSERT INTO {to} (rowid, words) SELECT place, {WORDS} FROM document JOIN text USING (place)
                 WHERE {theirs} ORDER BY place"
            );
            sqlx::query(AssertSqlSafe(copy)).execute(&mut *c).await?;
            take_out_many(c, &from, &theirs, None, true).await?;
            sqlx::query("UPDATE size SET buckets = buckets + 1").execute(&mut *c).await?;
            tx.commit().await?;
        }
    }

    pub(crate) async fn forget(&self, customer: PersonId) -> Result<(), Broken> {
        const THEIRS: &str =
            "SELECT COUNT(*), (SELECT MAX(place) FROM document) FROM document WHERE person_id = $1";
        const TEXTS: &str =
            "DELETE FROM text WHERE place IN (SELECT place FROM document WHERE person_id = $1)";
        let mut tx = self.0.write().await?;
        tx.expect_much().await?;
        let count = count(&mut tx).await?;
        let c = sqlite(tx.conn())?;
        let (theirs, all): (i64, Option<i64>) =
            sqlx::query_as(THEIRS).bind(customer.0).fetch_one(&mut *c).await?;
        let anew = theirs > all.unwrap_or_default() / i64::from(count) / LARGE_SHARE;
        let table = table_of(customer, count);
        take_out_many(c, &table, "person_id = $1", Some(customer.0), anew).await?;
        sqlx::query(TEXTS).bind(customer.0).execute(&mut *c).await?;
        sqlx::query("DELETE FROM document WHERE person_id = $1").bind(customer.0).execute(&mut *c).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn forget_request(&self, request: RequestId) -> Result<(), Broken> {
        const PERSON: &str = "SELECT place, person_id FROM document WHERE request_id = $1";
        let mut tx = self.0.write().await?;
        let count = count(&mut tx).await?;
        let c = sqlite(tx.conn())?;
        let found: Option<(i64, Uuid)> =
            sqlx::query_as(PERSON).bind(request.0).fetch_optional(&mut *c).await?;
        if let Some((place, person)) = found {
            let table = table_of(PersonId(person), count);
            take_out_many(c, &table, "request_id = $1", Some(request.0), false).await?;
            sqlx::query("DELETE FROM text WHERE place = $1").bind(place).execute(&mut *c).await?;
            sqlx::query("DELETE FROM document WHERE place = $1").bind(place).execute(c).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(crate) async fn forget_traces(&self) -> Result<(), Broken> {
        Ok(self.0.forget_traces().await?)
    }

    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}

/// What the tables by word were told of an entry, and have to be told again when it goes.
const WORDS: &str = "CAST(public || internal AS TEXT)";

/// The words of a text, as they are stored.
pub(super) fn words_of(text: &str) -> String {
    let words = words::indexed(text);
    if words.is_empty() { String::new() } else { format!(" {} ", words.join(" ")) }
}

/// The words of one request.
#[derive(PartialEq, Eq)]
pub(super) struct Text {
    pub(super) public: String,
    pub(super) internal: String,
}

impl Text {
    pub(super) fn all(&self) -> String {
        format!("{}{}", self.public, self.internal)
    }
}

/// An entry that is there.
struct Document {
    place: i64,
    person: PersonId,
    text: Text,
}

struct Row {
    request_id: Uuid,
    place: i64,
    person_id: Uuid,
    public: Vec<u8>,
    internal: Vec<u8>,
}

from_row!(Row { request_id, place, person_id, public, internal });

/// A command to FTS5.
async fn special(c: &mut SqliteConnection, table: &str, command: &str) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO {table} ({table}, rank) VALUES ({command})");
    sqlx::query(AssertSqlSafe(sql)).execute(c).await.map(drop)
}

/// How many tables by word are in use.
pub(super) async fn count(tx: &mut Tx) -> Result<u8, Broken> {
    let query = sqlx::query_as("SELECT buckets FROM size");
    let (count,): (i64,) = query.fetch_one(sqlite(tx.conn())?).await?;
    Ok(u8::try_from(count).unwrap_or(MOST).clamp(1, MOST))
}

/// The entries of some requests, by request.
async fn documents(tx: &mut Tx, entries: &[Entry]) -> Result<HashMap<Uuid, Document>, Broken> {
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT request_id, place, person_id, public, internal FROM document JOIN text USING (place)
         WHERE request_id IN {}",
        dialect::places(1, entries.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for entry in entries {
        query = query.bind(entry.request.0);
    }
    let rows: Vec<Row> = query.fetch_all(sqlite(tx.conn())?).await?;
    let mut documents = HashMap::with_capacity(rows.len());
    for row in rows {
        let text = Text {
            public: String::from_utf8_lossy(&row.public).into_owned(),
            internal: String::from_utf8_lossy(&row.internal).into_owned(),
        };
        let document = Document { place: row.place, person: PersonId(row.person_id), text };
        documents.insert(row.request_id, document);
    }
    Ok(documents)
}

/// Takes one entry out of a table by word.
async fn take_out(c: &mut SqliteConnection, table: &str, place: i64, text: &Text) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO {table} ({table}, rowid, words) VALUES ('delete', $1, $2)");
    sqlx::query(AssertSqlSafe(sql)).bind(place).bind(text.all()).execute(c).await.map(drop)
}

/// Takes entries out of a table by word, as long as they are in `document` and `text`; `anew` when there are many: what
/// is deleted is left out when the lists are written anew, in place of being overwritten word by word.
async fn take_out_many(
    c: &mut SqliteConnection,
    table: &str,
    which: &str,
    id: Option<Uuid>,
    anew: bool,
) -> Result<(), StoreError> {
    if anew {
        special(c, table, "'secure-delete', 0").await?;
    }
    let sql = AssertSqlSafe(format!(
        "INSERT INTO {table} ({table}, rowid, words) SELECT 'delete', place, {WORDS}
         FROM document JOIN text USING (place) WHERE {which} ORDER BY place"
    ));
    match id {
        Some(id) => sqlx::query(sql).bind(id).execute(&mut *c).await?,
        None => sqlx::query(sql).execute(&mut *c).await?,
    };
    if anew {
        special(c, table, "'optimize', NULL").await?;
        special(c, table, "'secure-delete', 1").await?;
    }
    Ok(())
}

/// Puts an entry in, at the place that it has already or at a new one.
async fn put(
    c: &mut SqliteConnection,
    place: Option<i64>,
    entry: &Entry,
    text: &Text,
    count: u8,
) -> Result<(), Broken> {
    const DOCUMENT: &str = "INSERT INTO document (place, request_id, person_id) VALUES ($1, $2, $3)
        ON CONFLICT (place) DO UPDATE SET person_id = excluded.person_id RETURNING place";
    const TEXT: &str = "INSERT INTO text (place, public, internal) VALUES ($1, $2, $3)
        ON CONFLICT (place) DO UPDATE SET public = excluded.public, internal = excluded.internal";
    let query = sqlx::query_as(DOCUMENT).bind(place).bind(entry.request.0).bind(entry.customer.0);
    let (place,): (i64,) = query.fetch_one(&mut *c).await?;
    let query = sqlx::query(TEXT).bind(place).bind(text.public.as_bytes()).bind(text.internal.as_bytes());
    query.execute(&mut *c).await?;
    let insert = format!("INSERT INTO {} (rowid, words) VALUES ($1, $2)", table_of(entry.customer, count));
    sqlx::query(AssertSqlSafe(insert)).bind(place).bind(text.all()).execute(c).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// How many entries hold a word.
    async fn holding(fts: &Fts, word: &str) -> i64 {
        let mut tx = fts.0.write().await.unwrap();
        let count = count(&mut tx).await.unwrap();
        let c = sqlite(tx.conn()).unwrap();
        let mut all = 0;
        for table in (0..count).map(table) {
            let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table} WHERE {table} MATCH $1"));
            let (found,): (i64,) = sqlx::query_as(sql).bind(word).fetch_one(&mut *c).await.unwrap();
            all += found;
        }
        tx.rollback().await.unwrap();
        all
    }

    #[tokio::test]
    async fn forgets_little_and_much_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        let fts = Fts::open(folder.path(), Pool::of(4)).await.unwrap();
        let (little, much, stays) = (person(1), person(2), person(3));
        fts.put(&entries(much, 10_000..10_400)).await.unwrap();
        fts.put(&entries(little, 20_000..20_004)).await.unwrap();
        fts.put(&entries(stays, 30_000..30_100)).await.unwrap();
        assert_eq!(holding(&fts, "teapots").await, 504);
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
        assert_eq!(holding(&fts, "teapots").await, 100);

        // And from then on word by word again.
        fts.put(&entries(little, 20_000..20_001)).await.unwrap();
        fts.put(&entries(stays, 30_100..30_200)).await.unwrap();
        fts.forget_request(RequestId(Uuid::from_u128(20_000))).await.unwrap();
        fts.forget_traces().await.unwrap();
        assert_eq!(lying_about(folder.path(), 20_000..20_001), 0);
        fts.close().await;
    }

    #[tokio::test]
    async fn what_was_replaced_is_gone_and_what_stayed_the_same_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let fts = Fts::open(folder.path(), Pool::of(4)).await.unwrap();
        fts.put(&entries(person(1), 10_000..10_010)).await.unwrap();
        fts.put(&entries(person(1), 10_000..10_010)).await.unwrap();
        let mut changed = entries(person(1), 10_000..10_001);
        changed[0].public = "kettles".to_owned();
        changed[0].internal = String::new();
        fts.put(&changed).await.unwrap();
        fts.forget_traces().await.unwrap();
        assert_eq!(holding(&fts, "teapots").await, 9);
        assert_eq!(holding(&fts, "kettles").await, 1);
        assert_eq!(lying_about(folder.path(), 10_000..10_001), 0);
        // The request of somebody else from now on.
        changed[0].customer = person(7);
        fts.put(&changed).await.unwrap();
        assert_eq!(holding(&fts, "kettles").await, 1);
        fts.forget(person(7)).await.unwrap();
        assert_eq!(holding(&fts, "kettles").await, 0);
        fts.close().await;
    }

    #[tokio::test]
    async fn tables_are_divided_as_requests_become_more() {
        let folder = tempfile::tempdir().unwrap();
        let fts = Fts::open(folder.path(), Pool::of(4)).await.unwrap();
        for last in 0..20 {
            let customer = PersonId(Uuid::from_u128(last * 13));
            fts.put(&entries(customer, 10_000 + last * 5..10_005 + last * 5)).await.unwrap();
        }
        for requests in [20_000, 40_000, 100_000, 10_000_000] {
            fts.grow(requests).await.unwrap();
            assert_eq!(holding(&fts, "teapots").await, 100, "{requests}");
        }
        let mut tx = fts.0.write().await.unwrap();
        assert_eq!(count(&mut tx).await.unwrap(), MOST);
        tx.rollback().await.unwrap();
        fts.forget(PersonId(Uuid::from_u128(13))).await.unwrap();
        fts.forget_traces().await.unwrap();
        assert_eq!(holding(&fts, "teapots").await, 95);
        assert_eq!(lying_about(folder.path(), 10_005..10_010), 0);
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
