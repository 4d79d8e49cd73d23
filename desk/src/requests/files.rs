//! Files that come with a comment.

use async_recursion::async_recursion as boxed;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, TryStreamExt};
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::{PersonKey, random};
use tresen_model::views::{Attachment, Preview};
use tresen_model::{
    AttachmentId, CommentId, PersonId, Problem, RequestId, RequestNumber, Timestamp, file_name,
};
use tresen_store::{StoreError, Tx, from_row, on};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::access::{self, Access, RequestHead};
use super::readable;
use crate::error::{Broken, Error};
use crate::objects::{Stored, Upload};
use crate::people::Agent;
use crate::requests::Requests;
use crate::settings::Uploads;
use crate::small_picture::{image_type, is_image};

/// A file that is on disk, sealed, and waits for the comment that it belongs to. Dropped, it
/// is removed.
pub struct File {
    name: String,
    /// Its place in a mail's HTML (RFC 2392).
    content_id: Option<String>,
    media_type: String,
    stored: Stored,
    /// Whether a scanner is to look at it.
    to_check: bool,
}

impl File {
    /// A file that is on disk, by whatever name somebody gave it.
    pub(super) fn of(name: &str, content_id: Option<&str>, stored: Stored, uploads: &Uploads) -> Self {
        let name = Some(file_name::safe(&composed(name))).filter(|name| !name.is_empty());
        Self {
            name: name.unwrap_or_else(|| "attachment".to_owned()),
            content_id: content_id.map(str::to_owned),
            media_type: media_type(&stored).to_owned(),
            stored,
            to_check: uploads.scanner.is_some(),
        }
    }

    /// A file that was stored before its comment came.
    pub(super) fn again(name: String, media_type: String, stored: Stored, to_check: bool) -> Self {
        Self { name, content_id: None, media_type, stored, to_check }
    }

    pub(super) fn id(&self) -> Uuid {
        self.stored.id
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn media_type(&self) -> &str {
        &self.media_type
    }

    pub(super) fn key(&self) -> &[u8] {
        self.stored.key.as_slice()
    }

    pub(super) fn is_to_check(&self) -> bool {
        self.to_check
    }

    /// Whether something is to be done with it once it is stored.
    fn wants_work(&self) -> bool {
        self.to_check || is_image(&self.media_type)
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.stored.size
    }
}

/// A name with its letters in one piece (NFC): some systems take them apart, and then it is cut, sorted and
/// shown in another way.
fn composed(name: &str) -> String {
    name.nfc().collect()
}

/// Opens the name of a file. Those of earlier programs may be in any form.
pub(crate) fn open_name(key: &PersonKey, attachment: Uuid, sealed: &[u8]) -> Result<String, Broken> {
    Ok(composed(&key.open_text("attachment.name", attachment, sealed)?))
}

/// Takes the files of one form in while they stream, and holds them to the limits.
pub struct FileInput {
    here: Requests,
    files: Vec<File>,
    size: u64,
    current: Option<(String, Upload)>,
}

impl FileInput {
    /// Begins a file.
    ///
    /// # Errors
    /// [`Problem::TooManyFiles`], before anything is written.
    pub async fn begin(&mut self, name: &str) -> Result<(), Error> {
        let limits = self.here.settings.attachments;
        if self.files.len() >= limits.max_files {
            return Err(Error::refused("attachments", Problem::TooManyFiles { max: limits.max_files }));
        }
        let upload = self.here.objects.create(random::id(self.here.clock.now())?).await?;
        self.current = Some((file_name::safe(name), upload));
        Ok(())
    }

    /// Adds contents to the file that was begun.
    ///
    /// # Errors
    /// [`Problem::FilesTooLarge`] as soon as the limit is passed; nothing of the form's files
    /// is kept then.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let max = self.here.settings.attachments.max_bytes;
        self.size += bytes.len() as u64;
        if self.size > max {
            return Err(Error::refused("attachments", Problem::FilesTooLarge { max }));
        }
        if let Some((_, upload)) = &mut self.current {
            upload.write(bytes).await?;
        }
        Ok(())
    }

    /// Ends the file. One without a name and contents is what browsers send for an empty
    /// field: it is none.
    ///
    /// # Errors
    /// [`Error::Broken`] when it does not reach the disk.
    pub async fn end(&mut self) -> Result<(), Error> {
        let Some((name, upload)) = self.current.take() else { return Ok(()) };
        if upload.size() == 0 && name.is_empty() {
            return Ok(());
        }
        let stored = upload.finish().await?;
        self.files.push(File::of(&name, None, stored, &self.here.settings.uploads));
        Ok(())
    }

    /// The files.
    pub fn finish(self) -> Vec<File> {
        self.files
    }
}

/// What a file is, judged by its contents.
fn media_type(stored: &Stored) -> &'static str {
    infer::get(&stored.head).map_or("application/octet-stream", |kind| kind.mime_type())
}

pub(super) struct AttachmentRow {
    id: Uuid,
    pub(super) comment_id: Uuid,
    name_sealed: Vec<u8>,
    media_type: String,
    size: i64,
    checked: Option<String>,
    finding: Option<String>,
    preview_width: Option<i64>,
    preview_height: Option<i64>,
    work_at: Option<i64>,
}

from_row!(AttachmentRow {
    id,
    comment_id,
    name_sealed,
    media_type,
    size,
    checked,
    finding,
    preview_width,
    preview_height,
    work_at
});

/// A file that a mail takes along.
pub(crate) struct StoredFile {
    id: Uuid,
    name_sealed: Vec<u8>,
    key_sealed: Vec<u8>,
    media_type: String,
    size: i64,
    checked: Option<String>,
}

from_row!(StoredFile { id, name_sealed, key_sealed, media_type, size, checked });

impl StoredFile {
    /// A file of which the contents alone are wanted.
    pub(crate) fn of(id: Uuid, key_sealed: Vec<u8>, size: i64) -> Self {
        Self { id, name_sealed: Vec::new(), key_sealed, media_type: String::new(), size, checked: None }
    }

    /// Bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size.cast_unsigned()
    }
}

impl Requests {
    /// The files of a comment, in order.
    pub(crate) async fn stored_files(&self, comment: Uuid) -> Result<Vec<StoredFile>, StoreError> {
        const SQL: &str = "SELECT id, name_sealed, key_sealed, media_type, size, checked FROM attachment
            WHERE comment_id = $1 ORDER BY id";
        let mut reader = self.store.read().await?;
        on!(reader.conn(), c => sqlx::query_as(SQL).bind(comment).fetch_all(c).await)
    }

    /// Name, kind and contents of one of them, opened while it streams.
    pub(crate) async fn read_whole(
        &self,
        file: &StoredFile,
        key: &PersonKey,
    ) -> Result<(String, String, Vec<u8>), Broken> {
        let name = open_name(key, file.id, &file.name_sealed)?;
        Ok((name, file.media_type.clone(), self.read_contents(file, key).await?))
    }

    /// Whether everybody who may read it gets it.
    pub(crate) fn serves(&self, file: &StoredFile) -> bool {
        let uploads = &self.settings.uploads;
        uploads.serves(uploads.check_of(file.checked.as_deref()))
    }

    /// The contents, opened while they stream.
    pub(crate) async fn read_contents(&self, file: &StoredFile, key: &PersonKey) -> Result<Vec<u8>, Broken> {
        let file_key = file_key(file.id, &file.key_sealed, key)?;
        let mut stream = boxed(self.objects.read(file.id, file_key).await?);
        let mut contents = Vec::with_capacity(usize::try_from(file.size).unwrap_or_default());
        while let Some(chunk) = stream.try_next().await? {
            contents.extend_from_slice(&chunk);
        }
        Ok(contents)
    }
}

/// The key of a file, which is sealed with its person's.
pub(crate) fn file_key(id: Uuid, sealed: &[u8], key: &PersonKey) -> Result<Zeroizing<[u8; 32]>, Broken> {
    opened_key("attachment.key", id, sealed, key)
}

pub(super) fn opened_key(
    column: &'static str,
    id: Uuid,
    sealed: &[u8],
    key: &PersonKey,
) -> Result<Zeroizing<[u8; 32]>, Broken> {
    let opened = key.open(column, id, sealed)?;
    let file_key = <[u8; 32]>::try_from(opened.as_slice());
    file_key.map(Zeroizing::new).map_err(|_| Broken::Inconsistent(column, id))
}

impl AttachmentRow {
    pub(super) fn view(
        &self,
        key: &PersonKey,
        uploads: &Uploads,
        for_agent: bool,
    ) -> Result<Attachment, Broken> {
        let image = is_image(&self.media_type);
        let check = uploads.check_of(self.checked.as_deref());
        let pixels = |side: Option<i64>| side.and_then(|side| u32::try_from(side).ok()).unwrap_or_default();
        // One that is being made is waited for when it is asked for.
        let soon = image && self.work_at.is_some() && uploads.preview_megapixels > 0;
        let preview = (self.preview_width.is_some() || soon)
            .then(|| Preview { width: pixels(self.preview_width), height: pixels(self.preview_height) });
        let served = uploads.serves(check);
        Ok(Attachment {
            id: AttachmentId(self.id),
            name: open_name(key, self.id, &self.name_sealed)?,
            size: self.size.cast_unsigned(),
            image,
            preview: preview.filter(|_| served),
            check,
            served,
            finding: self.finding.clone().filter(|_| for_agent),
        })
    }
}

/// A file that somebody asks for.
pub(super) struct FoundFile {
    name_sealed: Vec<u8>,
    key_sealed: Vec<u8>,
    pub(super) media_type: String,
    size: i64,
    author_id: Option<Uuid>,
    author_kind: String,
    checked: Option<String>,
    pub(super) preview_key_sealed: Option<Vec<u8>>,
    pub(super) preview_size: Option<i64>,
    pub(super) work_at: Option<i64>,
}

from_row!(FoundFile {
    name_sealed,
    key_sealed,
    media_type,
    size,
    author_id,
    author_kind,
    checked,
    preview_key_sealed,
    preview_size,
    work_at
});

impl FoundFile {
    /// With whose key it is sealed.
    pub(super) fn owner(&self, head: &RequestHead) -> PersonId {
        readable::sealed_for(self.author_id, &self.author_kind, head.customer())
    }
}

/// An attachment that is being read.
pub struct OpenFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// What it is, judged by its contents; `application/octet-stream` unless it is an image
    /// that can be shown.
    pub media_type: &'static str,
    /// The contents.
    pub contents: BoxStream<'static, Result<Bytes, std::io::Error>>,
}

impl Requests {
    /// Seals a file of a mail.
    pub(crate) async fn seal_file(
        &self,
        name: &str,
        content_id: Option<&str>,
        contents: &[u8],
    ) -> Result<File, Broken> {
        let mut upload = self.objects.create(random::id(self.clock.now())?).await?;
        upload.write(contents).await?;
        Ok(File::of(name, content_id, upload.finish().await?, &self.settings.uploads))
    }

    /// Takes the files of a form.
    pub fn receive_files(&self) -> FileInput {
        FileInput { here: self.clone(), files: Vec::new(), size: 0, current: None }
    }

    /// Reads an attachment of the customer's own request.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for somebody else's, and for files of internal notes.
    #[boxed]
    pub async fn attachment(
        &self,
        access: &Access,
        number: RequestNumber,
        attachment: AttachmentId,
    ) -> Result<OpenFile, Error> {
        let head = access.find(self.store.read().await?.conn(), number).await?;
        self.open_file(&head, attachment, false).await
    }

    /// Reads an attachment of any request, for an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Restricted`].
    #[boxed]
    pub async fn attachment_for_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
        attachment: AttachmentId,
    ) -> Result<OpenFile, Error> {
        let head = access::find_for_agent(self.store.read().await?.conn(), agent, number).await?;
        self.open_file(&head, attachment, true).await
    }

    /// The row of a file that this reader may have.
    pub(super) async fn find_file(
        &self,
        head: &RequestHead,
        attachment: AttachmentId,
        internal: bool,
    ) -> Result<FoundFile, Error> {
        let sql = format!(
            "SELECT name_sealed, key_sealed, media_type, size, author_id, author_kind, checked,
             preview_key_sealed, preview_size, work_at FROM attachment
             JOIN comment ON comment.id = attachment.comment_id
             WHERE attachment.id = $1 AND attachment.request_id = $2 AND ({} OR $3) AND {}",
            readable::FOR_CUSTOMERS,
            readable::author_may_be_read(4),
        );
        let mut reader = self.store.read().await?;
        let row: Option<FoundFile> = on!(reader.conn(), c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(attachment.0)
            .bind(head.id)
            .bind(internal)
            .bind(head.person_id)
            .fetch_optional(c)
            .await)?;
        let row = row.ok_or(Error::NotFound)?;
        let uploads = &self.settings.uploads;
        let check = uploads.check_of(row.checked.as_deref());
        if uploads.serves(check) { Ok(row) } else { Err(Error::Withheld(check)) }
    }

    async fn open_file(
        &self,
        head: &RequestHead,
        attachment: AttachmentId,
        internal: bool,
    ) -> Result<OpenFile, Error> {
        let row = self.find_file(head, attachment, internal).await?;
        let key = self.keys.get(row.owner(head)).await?.ok_or(Error::NotFound)?;
        let name = self.people.shown(open_name(&key, attachment.0, &row.name_sealed)?);
        let file_key = file_key(attachment.0, &row.key_sealed, &key)?;
        let contents = self.objects.read(attachment.0, file_key).await?;
        let size = row.size.cast_unsigned();
        let contents = if internal {
            self.people.shown_file(contents, size, &row.media_type).await?
        } else {
            boxed(contents)
        };
        Ok(OpenFile {
            name,
            size,
            media_type: image_type(&row.media_type).unwrap_or("application/octet-stream"),
            contents,
        })
    }
}

pub(super) fn boxed<T>(stream: impl Stream<Item = T> + Send + 'static) -> BoxStream<'static, T> {
    Box::pin(stream)
}

/// Writes the rows of a comment's files. Call [`keep`] before the commit.
pub(crate) async fn attach(
    tx: &mut Tx,
    files: &[File],
    request: RequestId,
    comment: CommentId,
    key: &PersonKey,
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO attachment
        (id, request_id, comment_id, name_sealed, key_sealed, media_type, size, created_at, content_id_sealed,
        checked, work_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    for file in files {
        let id = file.stored.id;
        let seal_place = |place: &str| key.seal("attachment.content_id", id, place.as_bytes());
        let place = file.content_id.as_deref().map(seal_place).transpose()?;
        let name = key.seal("attachment.name", id, file.name.as_bytes())?;
        let file_key = key.seal("attachment.key", id, file.stored.key.as_slice())?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(id)
            .bind(request.0)
            .bind(comment.0)
            .bind(name)
            .bind(file_key)
            .bind(&file.media_type)
            .bind(file.stored.size.cast_signed())
            .bind(now.0)
            .bind(place)
            .bind(file.to_check.then_some("waiting"))
            .bind(file.wants_work().then_some(now.0))
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// From here on the files stay, whatever becomes of the commit. Called before it: whoever
/// gives up while it is under way does not know what became of it, and a row without its file
/// would be a loss. A file without its row is only swept away later.
pub(crate) fn keep(files: &[File]) {
    for file in files {
        file.stored.keep();
    }
}
