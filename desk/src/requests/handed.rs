//! Files that a program hands over before the comment that they belong to.
//!
//! Nothing about such a file is stored but its sealed contents. The program gets a handle with the file's name and key,
//! sealed with the uploader's person key, and names it in the comment. A file that no comment names within twelve
//! hours can no longer be named, and the sweep removes it within a day after that.

use async_recursion::async_recursion as boxed;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::Problem;
use tresen_store::{dialect, on};

use super::files::File;
use crate::error::{Broken, Error};
use crate::requests::Requests;
use crate::tokens::Caller;

/// Lifetime of a handle, in seconds. The sweep takes files without a row that are older than a day.
const LIFETIME: i64 = 12 * 3600;

const COLUMN: &str = "upload.handle";

/// What a handle holds.
#[derive(Serialize, Deserialize)]
struct Handle {
    name: String,
    media_type: String,
    size: u64,
    key: String,
    to_check: bool,
    until: i64,
}

/// A file that waits for its comment.
pub struct Handed {
    /// What the comment names it by.
    pub handle: String,
    /// Its name, made safe.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Detected from its contents.
    pub media_type: String,
}

fn unknown() -> Error {
    Error::refused("attachments", Problem::ChoiceUnknown)
}

fn open(key: &PersonKey, handle: &str) -> Result<(Uuid, Handle), Error> {
    let bytes = BASE64URL_NOPAD.decode(handle.as_bytes()).map_err(|_| unknown())?;
    let (id, sealed) = bytes.split_at_checked(16).ok_or_else(unknown)?;
    let id = Uuid::from_slice(id).map_err(|_| unknown())?;
    let opened = key.open(COLUMN, id, sealed).map_err(|_| unknown())?;
    Ok((id, serde_json::from_slice(&opened).map_err(|_| unknown())?))
}

impl Requests {
    /// Keeps a file until its comment comes, for the caller alone.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they are being erased.
    #[boxed]
    pub async fn keep_file(&self, caller: &Caller, file: File) -> Result<Handed, Error> {
        let key = self.key_of(caller).await?;
        let id = file.id();
        let handle = Handle {
            name: file.name().to_owned(),
            media_type: file.media_type().to_owned(),
            size: file.size(),
            key: BASE64URL_NOPAD.encode(file.key()),
            to_check: file.is_to_check(),
            until: self.clock.now().plus_seconds(LIFETIME).0,
        };
        let Ok(json) = serde_json::to_vec(&handle) else { unreachable!("texts are JSON") };
        let mut bytes = id.as_bytes().to_vec();
        bytes.extend(key.seal(COLUMN, id, &json)?);
        super::files::keep(std::slice::from_ref(&file));
        let Handle { name, media_type, size, .. } = handle;
        Ok(Handed { handle: BASE64URL_NOPAD.encode(&bytes), name, size, media_type })
    }

    /// The files that a caller handed over before, for a comment of theirs.
    ///
    /// # Errors
    /// A refusal of `attachments`: a handle that is unknown, somebody else's, expired, used already or named twice,
    /// too many files, or too large ones.
    #[boxed]
    pub async fn kept_files(&self, caller: &Caller, handles: &[String]) -> Result<Vec<File>, Error> {
        let limits = self.settings.attachments;
        if handles.is_empty() {
            return Ok(Vec::new());
        }
        if handles.len() > limits.max_files {
            return Err(Error::refused("attachments", Problem::TooManyFiles { max: limits.max_files }));
        }
        let key = self.key_of(caller).await?;
        let (now, mut size) = (self.clock.now(), 0_u64);
        let mut files: Vec<File> = Vec::new();
        for handle in handles {
            let (id, handle) = open(&key, handle)?;
            let file_key = BASE64URL_NOPAD.decode(handle.key.as_bytes()).ok();
            let file_key = file_key.and_then(|key| <[u8; 32]>::try_from(key).ok()).ok_or_else(unknown)?;
            if handle.until <= now.0 || files.iter().any(|file| file.id() == id) {
                return Err(unknown());
            }
            size = size.saturating_add(handle.size);
            let stored = self.objects.stored(id, file_key, handle.size).await?.ok_or_else(unknown)?;
            files.push(File::again(handle.name, handle.media_type, stored, handle.to_check));
        }
        if size > limits.max_bytes {
            return Err(Error::refused("attachments", Problem::FilesTooLarge { max: limits.max_bytes }));
        }
        if self.are_attached(&files).await? { Err(unknown()) } else { Ok(files) }
    }

    /// What a handle of the caller's names. It may have expired since.
    ///
    /// # Errors
    /// A refusal of `attachments`: a handle that is unknown or somebody else's.
    #[boxed]
    pub async fn handed(&self, caller: &Caller, handle: &str) -> Result<Handed, Error> {
        let key = self.key_of(caller).await?;
        let (_, Handle { name, size, media_type, .. }) = open(&key, handle)?;
        Ok(Handed { handle: handle.to_owned(), name, size, media_type })
    }

    async fn key_of(&self, caller: &Caller) -> Result<PersonKey, Error> {
        let person = caller.person().ok_or(Error::Forbidden)?;
        self.keys.get(person).await?.ok_or(Error::Forbidden)
    }

    async fn are_attached(&self, files: &[File]) -> Result<bool, Broken> {
        let sql = format!("SELECT id FROM attachment WHERE id IN {}", dialect::places(1, files.len()));
        let mut reader = self.store.read().await?;
        let rows: Vec<(Uuid,)> = on!(reader.conn(), c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for file in files {
                query = query.bind(file.id());
            }
            query.fetch_all(c).await
        })?;
        Ok(!rows.is_empty())
    }
}
