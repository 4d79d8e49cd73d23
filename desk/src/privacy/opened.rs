//! Looking for what must be gone in everything that can still be opened: what somebody else wrote or
//! sent may repeat it, under a key of their own.

use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::{PersonId, RequestNumber};
use tresen_store::{from_row, on};

use crate::error::Broken;
use crate::needles::{Needles, Trace};
use crate::people::person;
use crate::privacy::Privacy;
use crate::requests::{StoredFile, sealed_for};

/// Rows that are opened in one go.
const BATCH: i64 = 200;

struct CommentRow {
    id: Uuid,
    number: i64,
    person_id: Uuid,
    author_id: Option<Uuid>,
    author_kind: String,
    subject_sealed: Option<Vec<u8>>,
    body_sealed: Vec<u8>,
    rest_sealed: Option<Vec<u8>>,
    html_sealed: Option<Vec<u8>>,
    signed_sealed: Option<Vec<u8>>,
    via_sealed: Option<Vec<u8>>,
    reply_to_sealed: Option<Vec<u8>>,
}

from_row!(CommentRow {
    id,
    number,
    person_id,
    author_id,
    author_kind,
    subject_sealed,
    body_sealed,
    rest_sealed,
    html_sealed,
    signed_sealed,
    via_sealed,
    reply_to_sealed
});

/// What is looked for, and where it was found so far.
struct Search<'a> {
    needles: &'a Needles,
    found: &'a mut Vec<Trace>,
}

impl Search<'_> {
    fn look(&mut self, bytes: &[u8], place: &str) -> Result<(), Broken> {
        Ok(self.needles.search(bytes, |_| format!("{place}, opened"), self.found)?)
    }

    fn open(
        &mut self,
        key: &PersonKey,
        column: &'static str,
        row: Uuid,
        sealed: &[u8],
        of: &str,
    ) -> Result<(), Broken> {
        if sealed.is_empty() {
            return Ok(());
        }
        match key.open_text(column, row, sealed) {
            Ok(text) => self.look(text.as_bytes(), &format!("{column}{of}")),
            Err(error) => {
                // One damaged value must not hide all others.
                tracing::error!(column, row = %row, %error, "a value cannot be opened and was not searched");
                Ok(())
            }
        }
    }
}

impl Privacy {
    /// Looks through all that can be opened: people, requests with comments and files, and mails that
    /// were set aside.
    pub(super) async fn search_opened(
        &self,
        needles: &Needles,
        found: &mut Vec<Trace>,
    ) -> Result<(), Broken> {
        let mut search = Search { needles, found };
        self.search_people(&mut search).await?;
        self.search_subjects(&mut search).await?;
        self.search_comments(&mut search).await?;
        self.search_set_aside(&mut search).await
    }

    async fn search_set_aside(&self, search: &mut Search<'_>) -> Result<(), Broken> {
        const SQL: &str = "SELECT id FROM mail_aside ORDER BY id";
        let mut reader = self.store.read().await?;
        let ids: Vec<(Uuid,)> = on!(reader.conn(), c => sqlx::query_as(SQL).fetch_all(c).await)?;
        drop(reader);
        for (id,) in ids {
            match self.intake.open_aside(id).await {
                Ok(Some((_, message))) => search.look(&message, "mail_aside.message")?,
                Ok(None) => {}
                Err(error) => tracing::error!(%id, %error, "a message cannot be opened and was not searched"),
            }
        }
        Ok(())
    }

    async fn search_people(&self, search: &mut Search<'_>) -> Result<(), Broken> {
        const SQL: &str = "SELECT id FROM person WHERE id > $1 ORDER BY id LIMIT $2";
        let mut last = Uuid::nil();
        loop {
            let mut reader = self.store.read().await?;
            let ids: Vec<(Uuid,)> =
                on!(reader.conn(), c => sqlx::query_as(SQL).bind(last).bind(BATCH).fetch_all(c).await)?;
            let Some((end,)) = ids.last() else { return Ok(()) };
            last = *end;
            let ids: Vec<PersonId> = ids.into_iter().map(|(id,)| PersonId(id)).collect();
            let rows = person::find_many(reader.conn(), &ids).await?;
            drop(reader);
            let keys = self.keys.get_many(ids).await?;
            for row in rows {
                let Some(key) = keys.get(&PersonId(row.id)) else { continue };
                search.look(row.email(key)?.as_str().as_bytes(), "person.email")?;
                if let Some(name) = row.name(key)? {
                    search.look(name.as_str().as_bytes(), "person.name")?;
                }
            }
        }
    }

    async fn search_subjects(&self, search: &mut Search<'_>) -> Result<(), Broken> {
        const SQL: &str = "SELECT id, number, person_id, subject_sealed FROM request
            WHERE id > $1 ORDER BY id LIMIT $2";
        let mut last = Uuid::nil();
        loop {
            let mut reader = self.store.read().await?;
            let rows: Vec<(Uuid, i64, Uuid, Vec<u8>)> =
                on!(reader.conn(), c => sqlx::query_as(SQL).bind(last).bind(BATCH).fetch_all(c).await)?;
            drop(reader);
            let Some((end, ..)) = rows.last() else { return Ok(()) };
            last = *end;
            let keys = self.keys.get_many(rows.iter().map(|row| PersonId(row.2))).await?;
            for (id, number, person, subject) in rows {
                let Some(key) = keys.get(&PersonId(person)) else { continue };
                search.open(key, "request.subject", id, &subject, &of(number))?;
            }
        }
    }

    async fn search_comments(&self, search: &mut Search<'_>) -> Result<(), Broken> {
        const SQL: &str =
            "SELECT comment.id, number, person_id, author_id, author_kind, comment.subject_sealed,
            body_sealed, rest_sealed, html_sealed, signed_sealed, via_sealed, reply_to_sealed
            FROM comment JOIN request ON request.id = comment.request_id
            WHERE comment.id > $1 ORDER BY comment.id LIMIT $2";
        let mut last = Uuid::nil();
        loop {
            let mut reader = self.store.read().await?;
            let rows: Vec<CommentRow> =
                on!(reader.conn(), c => sqlx::query_as(SQL).bind(last).bind(BATCH).fetch_all(c).await)?;
            drop(reader);
            let Some(end) = rows.last() else { return Ok(()) };
            last = end.id;
            let owner =
                |row: &CommentRow| sealed_for(row.author_id, &row.author_kind, PersonId(row.person_id));
            let keys = self.keys.get_many(rows.iter().map(owner)).await?;
            for row in &rows {
                let Some(key) = keys.get(&owner(row)) else { continue };
                let of = of(row.number);
                search.open(key, "comment.body", row.id, &row.body_sealed, &of)?;
                for (column, sealed) in [
                    ("comment.subject", &row.subject_sealed),
                    ("comment.rest", &row.rest_sealed),
                    ("comment.html", &row.html_sealed),
                    ("comment.signed", &row.signed_sealed),
                    ("comment.via", &row.via_sealed),
                    ("comment.reply_to", &row.reply_to_sealed),
                ] {
                    search.open(key, column, row.id, sealed.as_deref().unwrap_or_default(), &of)?;
                }
                for file in self.requests.stored_files(row.id).await? {
                    self.search_contents(&file, key, &of, search).await?;
                }
            }
        }
    }

    async fn search_contents(
        &self,
        file: &StoredFile,
        key: &PersonKey,
        of: &str,
        search: &mut Search<'_>,
    ) -> Result<(), Broken> {
        match self.requests.read_whole(file, key).await {
            Ok((name, _, contents)) => {
                search.look(name.as_bytes(), &format!("attachment.name{of}"))?;
                search.look(&contents, &format!("a file{of}"))
            }
            Err(error) => {
                tracing::error!(%error, "a file cannot be opened and was not searched");
                Ok(())
            }
        }
    }
}

/// Names the request of a value.
fn of(number: i64) -> String {
    format!(" of {}", RequestNumber::from_bits(number.cast_unsigned()))
}
