//! Looks for what must be gone: in every byte of every file, and in every value of every row.

use std::collections::HashMap;
use std::path::Path;

use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tresen_desk::Location;

use crate::support::{Place, files_under};

/// What is looked for, in the forms in which it may lie around. Compared without regard to
/// the case of ASCII letters.
pub(crate) struct Needles {
    by_start: HashMap<[u8; 4], Vec<(Vec<u8>, String)>>,
}

impl Needles {
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut needles = Self { by_start: HashMap::new() };
        for text in texts {
            assert!(text.len() >= 8, "{text:?} may be found by chance");
            needles.add(text, "plain", text.as_bytes());
            needles.add(text, "upper case", text.to_uppercase().as_bytes());
            needles.add(text, "lower case", text.to_lowercase().as_bytes());
            // Full-text indexes leave out the signs over letters, and what the word before has too.
            needles.add(
                text,
                "UTF-16LE",
                &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
            );
            needles.add(
                text,
                "UTF-16BE",
                &text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>(),
            );
            needles.add(text, "hex", HEXLOWER.encode(text.as_bytes()).as_bytes());
            for shift in 0..3 {
                // Without the signs that the neighbours have a part in.
                let mut padded = vec![0; shift];
                padded.extend_from_slice(text.as_bytes());
                let whole = padded.len() / 3 * 4;
                let skipped = [0, 2, 3][shift];
                for encoding in [BASE64, BASE64URL] {
                    needles.add(text, "base64", &encoding.encode(&padded).as_bytes()[skipped..whole]);
                }
            }
        }
        needles
    }

    fn add(&mut self, text: &str, form: &str, bytes: &[u8]) {
        let bytes = bytes.to_ascii_lowercase();
        let start = [bytes[0], bytes[1], bytes[2], bytes[3]];
        let known = self.by_start.entry(start).or_default();
        if known.iter().all(|(other, _)| *other != bytes) {
            known.push((bytes, format!("{text:?} as {form}")));
        }
    }

    fn find(&self, place: &str, bytes: &[u8], found: &mut Vec<String>) {
        let bytes = bytes.to_ascii_lowercase();
        let mut starts = vec![false; 1 << 16];
        for start in self.by_start.keys() {
            starts[usize::from(u16::from_le_bytes([start[0], start[1]]))] = true;
        }
        for (at, window) in bytes.windows(4).enumerate() {
            if !starts[usize::from(u16::from_le_bytes([window[0], window[1]]))] {
                continue;
            }
            let start = [window[0], window[1], window[2], window[3]];
            for (needle, name) in self.by_start.get(&start).into_iter().flatten() {
                if bytes[at..].starts_with(needle) {
                    found.push(format!("{name} in {place} at {at}"));
                }
            }
        }
    }

    /// Where something of it is still to be found.
    pub(crate) async fn traces(&self, place: &Place) -> Vec<String> {
        let mut found = Vec::new();
        self.search_files(place.data(), &place.outgoing(), &mut found);
        for location in [&place.database, &place.keys] {
            if let Location::Server(url) = location {
                self.search_tables(url, &mut found).await;
            }
        }
        found
    }

    fn search_files(&self, folder: &Path, except: &Path, found: &mut Vec<String>) {
        for path in files_under(folder).into_iter().filter(|path| !path.starts_with(except)) {
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            self.find("a file's name", name.as_bytes(), found);
            match std::fs::read(&path) {
                Ok(contents) => self.find(&name, &contents, found),
                // Deleted since it was listed, by an erasure that goes on.
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{name}"),
            }
        }
    }

    async fn search_tables(&self, url: &str, found: &mut Vec<String>) {
        for (table, row) in rows(url).await {
            self.find(&table, row.as_bytes(), found);
        }
    }
}

/// Every row of every table of a PostgreSQL database, as text; bytes are in hex.
pub(crate) async fn rows(url: &str) -> Vec<(String, String)> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert!(!tables.is_empty());
    let mut rows = Vec::new();
    for (table,) in tables {
        let sql = format!("SELECT row_to_json(t)::text FROM {table} t");
        let found: Vec<(String,)> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        rows.extend(found.into_iter().map(|(row,)| (table.clone(), row)));
    }
    connection.close().await.unwrap();
    rows
}

#[tokio::test]
async fn the_search_for_traces_finds_what_is_there() {
    let place = Place::new(crate::support::Engine::Sqlite).await;
    let needles = Needles::new(["Zitronenfalter", "Grüßgott-Straße"]);
    let hide = |name: &str, bytes: &[u8]| std::fs::write(place.data().join(name), bytes).unwrap();
    assert_eq!(needles.traces(&place).await, Vec::<String>::new());
    let utf16: Vec<u8> = "ZitronenFalter".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes) in [
        ("plain", b"xx zitRONENfalter".to_vec()),
        ("wide", utf16),
        ("base64", BASE64.encode(b"a zitronenfalter, Zitronenfalter Zitronenfalter").into_bytes()),
        ("hex", HEXLOWER.encode(b"-Zitronenfalter-").into_bytes()),
        ("upper", "GRÜSSGOTT-STRASSE".as_bytes().to_vec()),
    ] {
        hide(name, &bytes);
        let traces = needles.traces(&place).await;
        assert!(traces.iter().any(|trace| trace.contains(&format!(" in {name} "))), "{name}: {traces:?}");
    }
}
