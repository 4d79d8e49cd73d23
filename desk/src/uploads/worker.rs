//! The worker that has files checked and makes small pictures.

use std::time::Duration;

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::{PersonId, Timestamp};
use tresen_store::{StoreError, dialect, from_row, on};

use super::scanner::{NoVerdict, Verdict};
use crate::error::Broken;
use crate::people::person;
use crate::requests::{StoredFile, file_key, hold_both, sealed_for};
use crate::small_picture;
use crate::small_picture::SmallPicture;
use crate::uploads::Files;

/// Whoever waits for nothing else looks so often.
const EVERY: Duration = Duration::from_secs(30);

/// A file belongs to who has taken it for so many seconds.
const LEASE: i64 = 600;

/// After so many attempts that ended with the program an image gets no picture.
const MOST_TRIES: i64 = 3;

struct Due {
    id: Uuid,
    key_sealed: Vec<u8>,
    media_type: String,
    size: i64,
    checked: Option<String>,
    preview_width: Option<i64>,
    work_tries: i64,
}

from_row!(Due { id, key_sealed, media_type, size, checked, preview_width, work_tries });

/// Whose the file is, and in whose request it stands.
struct Whose {
    author_id: Option<Uuid>,
    author_kind: String,
    person_id: Uuid,
    restricted: bool,
}

from_row!(Whose { author_id, author_kind, person_id, restricted });

/// What became of a check.
enum Checked {
    /// It may be served, and made small.
    Fine,
    /// It never is.
    Infected,
    /// Nobody knows yet.
    Unknown,
}

impl Files {
    /// Works on files until the desk is closed.
    #[boxed]
    pub async fn look_after_files(&self) {
        loop {
            match self.work_on_files().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::error!(%error, "a file could not be worked on; it is tried again"),
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = self.wakeups.files.notified() => {}
                () = self.background.closing.cancelled() => return,
            }
        }
    }

    /// Works on the files that are due, one after the other, and says how many there were.
    ///
    /// # Errors
    /// [`Broken`]; then the file in hand is due again later.
    #[boxed]
    pub async fn work_on_files(&self) -> Result<usize, Broken> {
        let mut worked = 0;
        while !self.background.closing.is_cancelled()
            && let Some(due) = self.claim_file(None).await?
        {
            worked += 1;
            self.work_on(due).await?;
        }
        Ok(worked)
    }

    /// Has the files of a comment checked now, so that a mail can take them along.
    pub(crate) async fn check_files_of(&self, comment: Uuid) -> Result<(), Broken> {
        if self.settings.uploads.scanner.is_none() {
            return Ok(());
        }
        while let Some(due) = self.claim_file(Some(comment)).await? {
            self.work_on(due).await?;
        }
        Ok(())
    }

    async fn claim_file(&self, of: Option<Uuid>) -> Result<Option<Due>, StoreError> {
        const ANY: &str = "SELECT id FROM attachment WHERE work_at IS NOT NULL AND work_at <= $1 LIMIT 1";
        let now = self.clock.now();
        let mut reader = self.store.read().await?;
        let any: Option<(Uuid,)> =
            on!(reader.conn(), c => sqlx::query_as(ANY).bind(now.0).fetch_optional(c).await)?;
        drop(reader);
        // Most looks find nothing, and keep nobody from writing.
        if any.is_none() {
            return Ok(None);
        }
        let mut tx = self.store.write().await?;
        let lock = dialect::skip_locked(&tx.conn());
        let only = if of.is_some() { "AND comment_id = $3" } else { "" };
        let sql = format!(
            "UPDATE attachment SET work_at = $2, work_tries = work_tries + 1 WHERE id IN (
             SELECT id FROM attachment WHERE work_at IS NOT NULL AND work_at <= $1 {only}
             ORDER BY work_at LIMIT 1 {lock})
             RETURNING id, key_sealed, media_type, size, checked, preview_width, work_tries"
        );
        let due: Option<Due> = on!(tx.conn(), c => {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(now.0).bind(now.plus_seconds(LEASE).0);
            let query = if let Some(comment) = of { query.bind(comment) } else { query };
            query.fetch_optional(c).await
        })?;
        tx.commit().await?;
        Ok(due)
    }

    async fn work_on(&self, due: Due) -> Result<(), Broken> {
        const WHOSE: &str = "SELECT author_id, author_kind, request.person_id,
            person.restricted_at IS NOT NULL AS restricted FROM attachment
            JOIN comment ON comment.id = attachment.comment_id
            JOIN request ON request.id = comment.request_id JOIN person ON person.id = request.person_id
            WHERE attachment.id = $1";
        let mut reader = self.store.read().await?;
        let whose: Option<Whose> =
            on!(reader.conn(), c => sqlx::query_as(WHOSE).bind(due.id).fetch_optional(c).await)?;
        drop(reader);
        // Without a row or a key it is being erased at this moment.
        let Some(whose) = whose else { return Ok(()) };
        let customer = PersonId(whose.person_id);
        let owner = sealed_for(whose.author_id, &whose.author_kind, customer);
        let Some(key) = self.keys.get(owner).await? else { return Ok(()) };
        // Trying to reach a scanner is no attempt at a picture.
        let tries = if due.checked.as_deref() == Some("waiting") { 1 } else { due.work_tries };
        match self.check(&due, &key).await? {
            Checked::Fine => {}
            // What comes next was noted with the verdict.
            Checked::Infected | Checked::Unknown => return Ok(()),
        }
        let wanted = small_picture::is_image(&due.media_type)
            && due.preview_width.is_none()
            && tries <= MOST_TRIES
            && due.size.cast_unsigned() <= small_picture::MOST_BYTES
            && self.settings.uploads.preview_megapixels > 0;
        if wanted && whose.restricted {
            // Their data is kept and nothing else is done with it (Art. 18 GDPR): later, perhaps.
            return self.set_due(due.id, Some(self.clock.now().plus_seconds(24 * 3600))).await;
        }
        let made = if wanted { self.make_preview(&due, &key).await? } else { None };
        match made {
            Some(made) => self.keep_preview(&due, made, (owner, &key), customer).await,
            None => self.set_due(due.id, None).await,
        }
    }

    /// Has the scanner look at a file that waits for it, and notes what it says.
    async fn check(&self, due: &Due, key: &PersonKey) -> Result<Checked, Broken> {
        const CLEAN: &str = "UPDATE attachment SET checked = 'clean', work_tries = 1 WHERE id = $1";
        const INFECTED: &str = "UPDATE attachment SET checked = 'infected', finding = $2, work_at = NULL
            WHERE id = $1";
        let Some(scanner) = self.settings.uploads.scanner.as_ref() else { return Ok(Checked::Fine) };
        match due.checked.as_deref() {
            Some("waiting") => {}
            Some("infected") => return Ok(Checked::Infected),
            _ => return Ok(Checked::Fine),
        }
        let contents = self.objects.read(due.id, file_key(due.id, &due.key_sealed, key)?).await?;
        match scanner.look_at(Box::pin(contents)).await {
            Ok(Verdict::Clean) => {
                let mut tx = self.store.write().await?;
                on!(tx.conn(), c => sqlx::query(CLEAN).bind(due.id).execute(c).await.map(drop))?;
                tx.commit().await?;
                Ok(Checked::Fine)
            }
            Ok(Verdict::Infected(finding)) => {
                tracing::warn!(file = %due.id, finding, "the scanner has found something in a file");
                let mut tx = self.store.write().await?;
                on!(tx.conn(), c => sqlx::query(INFECTED)
                    .bind(due.id)
                    .bind(finding)
                    .execute(c)
                    .await
                    .map(drop))?;
                tx.commit().await?;
                Ok(Checked::Infected)
            }
            Err(error) => {
                tracing::warn!(file = %due.id, %error, "a file could not be checked; it is tried again");
                let wait =
                    if matches!(error, NoVerdict::TooLarge) { 24 * 3600 } else { wait(due.work_tries) };
                self.set_due(due.id, Some(self.clock.now().plus_seconds(wait))).await?;
                Ok(Checked::Unknown)
            }
        }
    }

    /// One at a time, and not on the threads that answer people.
    async fn make_preview(&self, due: &Due, key: &PersonKey) -> Result<Option<SmallPicture>, Broken> {
        let Ok(_alone) = self.previewing.acquire().await else { return Ok(None) };
        let file = StoredFile::of(due.id, due.key_sealed.clone(), due.size);
        let contents = self.requests.read_contents(&file, key).await?;
        let media_type = due.media_type.clone();
        let most = u64::from(self.settings.uploads.preview_megapixels) * 1_000_000;
        let made =
            tokio::task::spawn_blocking(move || small_picture::small_picture(&contents, &media_type, most))
                .await;
        if made.is_err() {
            tracing::warn!(file = %due.id, "an image could not be made small: the decoder gave up");
        }
        Ok(made.ok().flatten())
    }

    async fn keep_preview(
        &self,
        due: &Due,
        preview: SmallPicture,
        (owner, key): (PersonId, &PersonKey),
        customer: PersonId,
    ) -> Result<(), Broken> {
        const SQL: &str = "UPDATE attachment SET preview_key_sealed = $2, preview_width = $3,
            preview_height = $4, preview_size = $5, work_at = NULL WHERE id = $1";
        let mut upload = self.objects.create_preview(due.id).await?;
        upload.write(&preview.jpeg).await?;
        let stored = upload.finish().await?;
        let sealed = key.seal("attachment.preview_key", due.id, stored.key.as_slice())?;
        let mut tx = self.store.write().await?;
        // An erasure of either waits for us, or has begun: then nothing of it stays.
        let person::Presence::Here = hold_both(&mut tx, owner, customer).await? else {
            tx.rollback().await?;
            return Ok(());
        };
        let kept = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(due.id)
            .bind(sealed)
            .bind(i64::from(preview.width))
            .bind(i64::from(preview.height))
            .bind(stored.size.cast_signed())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if kept == 1 {
            stored.keep();
        }
        tx.commit().await?;
        Ok(())
    }

    async fn set_due(&self, file: Uuid, at: Option<Timestamp>) -> Result<(), Broken> {
        const SQL: &str = "UPDATE attachment SET work_at = $2 WHERE id = $1";
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(file)
            .bind(at.map(|at| at.0))
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(())
    }
}

/// Seconds until a scanner that could not be reached is asked again: half a minute, then twice as long each
/// time, up to an hour.
fn wait(tries: i64) -> i64 {
    let doublings = u32::try_from(tries.clamp(1, 8) - 1).unwrap_or_default();
    (30_i64 << doublings).min(3600)
}
