//! Files that come with a comment.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, TryStreamExt};
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::views::Attachment;
use tresen_model::{AttachmentId, CommentId, Problem, RequestId, RequestNumber, Timestamp, file_name};
use zeroize::Zeroizing;

use super::access::{self, Access, RequestHead};
use super::conversation;
use crate::error::{Broken, Error};
use crate::keys::PersonKey;
use crate::objects::{Stored, Upload};
use crate::people::Agent;
use crate::store::{StoreError, Tx, on};
use crate::{Desk, random};

/// Images that every browser shows, told by their contents.
const IMAGES: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp"];

/// A file that is on disk, sealed, and waits for the comment that it belongs to. Dropped, it
/// is removed.
pub struct File {
    name: String,
    /// Its place in a mail's HTML (RFC 2392).
    content_id: Option<String>,
    media_type: String,
    stored: Stored,
}

impl File {
    /// A file that is on disk, by whatever name somebody gave it.
    pub(super) fn of(name: &str, content_id: Option<&str>, stored: Stored) -> Self {
        let name = Some(file_name::safe(name)).filter(|name| !name.is_empty());
        Self {
            name: name.unwrap_or_else(|| "attachment".to_owned()),
            content_id: content_id.map(str::to_owned),
            media_type: media_type(&stored).to_owned(),
            stored,
        }
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.stored.size
    }
}

/// Takes the files of one form in while they stream, and holds them to the limits.
pub struct FileInput {
    desk: Desk,
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
        let limits = self.desk.settings.attachments;
        if self.files.len() >= limits.max_files {
            return Err(Error::refused("attachments", Problem::TooManyFiles { max: limits.max_files }));
        }
        let upload = self.desk.objects.create(random::id(self.desk.now())?).await?;
        self.current = Some((file_name::safe(name), upload));
        Ok(())
    }

    /// Adds contents to the file that was begun.
    ///
    /// # Errors
    /// [`Problem::FilesTooLarge`] as soon as the limit is passed; nothing of the form's files
    /// is kept then.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let max = self.desk.settings.attachments.max_bytes;
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
        let media_type = media_type(&stored);
        let name = if name.is_empty() { "attachment".to_owned() } else { name };
        self.files.push(File { name, content_id: None, media_type: media_type.to_owned(), stored });
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

#[derive(sqlx::FromRow)]
pub(super) struct AttachmentRow {
    id: Uuid,
    pub(super) comment_id: Uuid,
    name_sealed: Vec<u8>,
    media_type: String,
    size: i64,
}

/// A file that a mail takes along.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredFile {
    id: Uuid,
    name_sealed: Vec<u8>,
    key_sealed: Vec<u8>,
    media_type: String,
    size: i64,
}

impl StoredFile {
    /// Bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size.cast_unsigned()
    }
}

impl Desk {
    /// The files of a comment, in order.
    pub(crate) async fn stored_files(&self, comment: Uuid) -> Result<Vec<StoredFile>, StoreError> {
        const SQL: &str = "SELECT id, name_sealed, key_sealed, media_type, size FROM attachment
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
        let name = key.open_text("attachment.name", file.id, &file.name_sealed)?;
        let file_key = file_key(file.id, &file.key_sealed, key)?;
        let mut stream = boxed(self.objects.read(file.id, file_key).await?);
        let mut contents = Vec::with_capacity(usize::try_from(file.size).unwrap_or_default());
        while let Some(chunk) = stream.try_next().await? {
            contents.extend_from_slice(&chunk);
        }
        Ok((name, file.media_type.clone(), contents))
    }
}

fn file_key(id: Uuid, sealed: &[u8], key: &PersonKey) -> Result<Zeroizing<[u8; 32]>, Broken> {
    let opened = key.open("attachment.key", id, sealed)?;
    let file_key = <[u8; 32]>::try_from(opened.as_slice());
    file_key.map(Zeroizing::new).map_err(|_| Broken::Inconsistent("attachment.key", id))
}

impl AttachmentRow {
    pub(super) fn view(&self, key: &PersonKey) -> Result<Attachment, Broken> {
        Ok(Attachment {
            id: AttachmentId(self.id),
            name: key.open_text("attachment.name", self.id, &self.name_sealed)?,
            size: self.size.cast_unsigned(),
            image: IMAGES.contains(&self.media_type.as_str()),
        })
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

impl Desk {
    /// Seals a file of a mail.
    pub(crate) async fn seal_file(
        &self,
        name: &str,
        content_id: Option<&str>,
        contents: &[u8],
    ) -> Result<File, Broken> {
        let mut upload = self.objects.create(random::id(self.now())?).await?;
        upload.write(contents).await?;
        Ok(File::of(name, content_id, upload.finish().await?))
    }

    /// Takes the files of a form.
    pub fn receive_files(&self) -> FileInput {
        FileInput { desk: self.clone(), files: Vec::new(), size: 0, current: None }
    }

    /// Reads an attachment of the customer's own request.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for somebody else's, and for files of internal notes.
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
    pub async fn attachment_for_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
        attachment: AttachmentId,
    ) -> Result<OpenFile, Error> {
        let head = access::find_for_agent(self.store.read().await?.conn(), agent, number).await?;
        self.open_file(&head, attachment, true).await
    }

    async fn open_file(
        &self,
        head: &RequestHead,
        attachment: AttachmentId,
        internal: bool,
    ) -> Result<OpenFile, Error> {
        let sql = format!(
            "SELECT name_sealed, key_sealed, media_type, size, author_id, author_kind FROM attachment
             JOIN comment ON comment.id = attachment.comment_id
             WHERE attachment.id = $1 AND attachment.request_id = $2 AND ({} OR $3) AND {}",
            conversation::FOR_CUSTOMERS,
            conversation::author_may_be_read(4),
        );
        type Row = (Vec<u8>, Vec<u8>, String, i64, Option<Uuid>, String);
        let mut reader = self.store.read().await?;
        let row: Option<Row> = on!(reader.conn(), c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(attachment.0)
            .bind(head.id)
            .bind(internal)
            .bind(head.person_id)
            .fetch_optional(c)
            .await)?;
        drop(reader);
        let (name, sealed, media_type, size, author, author_kind) = row.ok_or(Error::NotFound)?;
        let owner = conversation::sealed_for(author, &author_kind, head.customer());
        let key = self.keys.get(owner).await?.ok_or(Error::NotFound)?;
        let name = key.open_text("attachment.name", attachment.0, &name)?;
        let file_key = file_key(attachment.0, &sealed, &key)?;
        let contents = self.objects.read(attachment.0, file_key).await?;
        Ok(OpenFile {
            name,
            size: size.cast_unsigned(),
            media_type: IMAGES
                .iter()
                .find(|known| **known == media_type)
                .copied()
                .unwrap_or("application/octet-stream"),
            contents: boxed(contents),
        })
    }
}

fn boxed<T>(stream: impl Stream<Item = T> + Send + 'static) -> BoxStream<'static, T> {
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
        (id, request_id, comment_id, name_sealed, key_sealed, media_type, size, created_at, content_id_sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
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
