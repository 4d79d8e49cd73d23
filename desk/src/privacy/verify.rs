//! Looking for what must be gone: in the raw bytes of every file and in every value of every
//! table, sealed and opened, in all forms in which a text may lie around.
//!
//! Files are read in pieces that overlap, never whole. What is found is told by place, form
//! and the number of the line that was looked for; the text itself is never repeated.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_recursion::async_recursion as boxed;
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, PgPool, Row};
use tresen_store::Store;

use crate::error::{Broken, Error};
use crate::needles::{MOST, Needles, Trace};
use crate::privacy::Privacy;
use crate::search::Words;

impl Needles {
    fn search_file(&self, path: &Path, name: &str, found: &mut Vec<Trace>) -> io::Result<()> {
        self.search(name.as_bytes(), |_| format!("the name of the file {name}"), found)?;
        match File::open(path) {
            Ok(file) => self.search(file, |at| format!("{name}, byte {at}"), found),
            // Deleted in the meantime.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Looks through a file, or every file under a folder.
    fn search_under(&self, path: &Path, skip: &[PathBuf], found: &mut Vec<Trace>) -> io::Result<()> {
        let mut folders = vec![path.to_owned()];
        while let Some(folder) = folders.pop() {
            if folder.is_file() {
                self.search_file(&folder, &folder.display().to_string(), found)?;
                continue;
            }
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            for entry in entries {
                let path = entry?.path();
                let linked_folder = path.is_symlink() && path.is_dir();
                if !linked_folder && !skip.contains(&path) && (path.is_dir() || path.is_file()) {
                    folders.push(path);
                }
            }
        }
        Ok(())
    }

    async fn search_database(
        &self,
        pool: &PgPool,
        called: &str,
        found: &mut Vec<Trace>,
    ) -> Result<(), Broken> {
        // Bytes as they are, everything else as text. The names are quoted by the server.
        const COLUMNS: &str = "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name),
                array_agg(column_name::text ORDER BY ordinal_position),
                string_agg(CASE WHEN data_type = 'bytea' THEN quote_ident(column_name)
                    ELSE 'convert_to(' || quote_ident(column_name) || '::text, ''UTF8'')' END,
                    ', ' ORDER BY ordinal_position)
            FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
            GROUP BY table_schema, table_name ORDER BY 1";
        let tables: Vec<(String, Vec<String>, String)> = sqlx::query_as(COLUMNS).fetch_all(pool).await?;
        for (table, columns, values) in tables {
            let sql = AssertSqlSafe(format!("SELECT {values} FROM {table}"));
            let mut rows = sqlx::query(sql).fetch(pool);
            while let Some(row) = rows.try_next().await? {
                for (index, column) in columns.iter().enumerate() {
                    let value: Option<&[u8]> = row.try_get(index)?;
                    let place = |_| format!("{called}: {table}.{column}");
                    self.search(value.unwrap_or_default(), place, found)?;
                }
            }
        }
        Ok(())
    }
}

impl Privacy {
    /// Looks for texts in everything that the desk stores: in the databases, in all that can be
    /// opened, in `places` (files, and folders with all that is in them) and not in `skip`. First
    /// the engines empty their logs, as after an erasure.
    ///
    /// # Errors
    /// [`Error::Broken`] when a place cannot be read.
    #[boxed]
    pub async fn find_traces(
        &self,
        needles: Arc<Needles>,
        places: Vec<PathBuf>,
        skip: Vec<PathBuf>,
    ) -> Result<Vec<Trace>, Error> {
        self.store.forget_traces().await?;
        self.keys.forget_traces(i64::MAX).await?;
        self.search.index.forget_traces().await?;
        let mut found = Vec::new();
        for (store, called) in [(&*self.store, "database"), (self.keys.store(), "key store")] {
            if let Store::Postgres(pool) = store {
                needles.search_database(pool, called, &mut found).await?;
            }
        }
        // The index takes a text apart into words, and gives them another form.
        for (line, text) in &needles.lines {
            if let Some(words) = Words::parse(text)
                && self.search.index.holds(self.store.read().await?.conn(), &words).await?
            {
                let place = "search index".to_owned();
                found.push(Trace { place, line: *line, form: "words" });
            }
        }
        self.search_opened(&needles, &mut found).await?;
        let in_files = tokio::task::spawn_blocking(move || {
            let mut found = Vec::new();
            for place in &places {
                needles.search_under(place, &skip, &mut found)?;
            }
            Ok::<_, Broken>(found)
        });
        found.extend(in_files.await.map_err(|_| Broken::Task)??);
        found.sort();
        found.dedup();
        found.truncate(MOST);
        Ok(found)
    }
}
