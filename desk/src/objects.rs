//! The contents of attachments: files in a folder, sealed in chunks while they stream.
//!
//! A file is sealed before anybody knows whose it is (a form may be refused), so each has a
//! key of its own; the attachment's row holds that key, sealed with the person's key.
//!
//! A chunk is 64 KiB of contents and a 16-byte tag (XChaCha20-Poly1305). Its nonce is the
//! chunk's number and whether it is the last, so chunks can be neither moved nor cut off.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use futures_util::stream::{self, Stream};
use sqlx::types::Uuid;
use tokio::fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tresen_keys::random;
use zeroize::Zeroizing;

use crate::error::Broken;

const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// A file without a row is swept away when it is older than this: its form was given up.
const ORPHAN_AGE: Duration = Duration::from_secs(24 * 3600);

/// The folder with the sealed files.
#[derive(Clone)]
pub(crate) struct Objects {
    folder: PathBuf,
}

/// Where a file lies in such a folder.
pub(crate) fn path(folder: &Path, id: Uuid) -> PathBuf {
    // The last digits of a UUIDv7 are random: the folders fill evenly.
    let name = id.simple().to_string();
    folder.join(&name[30..]).join(name)
}

/// Puts on disk which names are in a folder.
async fn sync_folder(folder: &Path) -> Result<(), Broken> {
    #[cfg(test)]
    tests::SYNCED.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(folder.to_owned());
    Ok(fs::File::open(folder).await?.sync_all().await?)
}

/// Of a small picture: its attachment's with another version, 8 for 7. So whoever deletes the one finds the
/// other without being told.
fn preview_of(id: Uuid) -> Uuid {
    with_version(id, 8)
}

/// Whose small picture a file is, or what it is itself.
fn original_of(id: Uuid) -> Uuid {
    if id.get_version_num() == 8 { with_version(id, 7) } else { id }
}

fn with_version(id: Uuid, version: u8) -> Uuid {
    let mut bytes = id.into_bytes();
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    Uuid::from_bytes(bytes)
}

impl Objects {
    pub(crate) async fn open(folder: &Path) -> Result<Self, Broken> {
        fs::create_dir_all(folder).await?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn path(&self, id: Uuid) -> PathBuf {
        path(&self.folder, id)
    }

    /// The folder of a file.
    fn parent(&self, id: Uuid) -> PathBuf {
        let mut path = self.path(id);
        path.pop();
        path
    }

    /// Begins a file.
    pub(crate) async fn create(&self, id: Uuid) -> Result<Upload, Broken> {
        let path = self.path(id);
        let parent = self.parent(id);
        if !fs::try_exists(&parent).await? {
            fs::create_dir_all(&parent).await?;
            sync_folder(&self.folder).await?;
        }
        let key = Zeroizing::new(random::bytes()?);
        let cipher = XChaCha20Poly1305::new((&*key).into());
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&path).await?;
        let guard = Unfinished { path, kept: AtomicBool::new(false) };
        Ok(Upload {
            id,
            key,
            cipher,
            file,
            parent,
            guard,
            buffer: BytesMut::with_capacity(CHUNK),
            number: 0,
            size: 0,
            head: Vec::new(),
        })
    }

    /// Begins the small picture of an attachment, in the place of one that was begun before.
    pub(crate) async fn create_preview(&self, of: Uuid) -> Result<Upload, Broken> {
        self.remove(preview_of(of)).await?;
        self.create(preview_of(of)).await
    }

    /// Streams the small picture of an attachment.
    pub(crate) async fn read_preview(
        &self,
        of: Uuid,
        key: Zeroizing<[u8; 32]>,
    ) -> Result<impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static, Broken> {
        self.read(preview_of(of), key).await
    }

    /// Streams a file's contents.
    pub(crate) async fn read(
        &self,
        id: Uuid,
        key: Zeroizing<[u8; 32]>,
    ) -> Result<impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static, Broken> {
        let file = fs::File::open(self.path(id)).await?;
        let left = file.metadata().await?.len();
        if left < TAG as u64 {
            // Also the file of an empty attachment has one chunk, with a tag.
            return Err(std::io::Error::other("an attachment was cut off").into());
        }
        let cipher = XChaCha20Poly1305::new((&*key).into());
        Ok(stream::try_unfold((file, cipher, left, 0_u64), |(mut file, cipher, left, number)| async move {
            if left == 0 {
                return Ok(None);
            }
            let length = left.min((CHUNK + TAG) as u64);
            let mut sealed = vec![0; usize::try_from(length).unwrap_or(CHUNK + TAG)];
            file.read_exact(&mut sealed).await?;
            let left = left - length;
            let chunk = cipher
                .decrypt(&nonce(number, left == 0), Payload { msg: &sealed, aad: b"attachment" })
                .map_err(|_| std::io::Error::other("a chunk of an attachment cannot be opened"))?;
            Ok(Some((Bytes::from(chunk), (file, cipher, left, number + 1))))
        }))
    }

    /// A file that was stored before, and stays whatever becomes of what this gives. `None` when it is gone.
    pub(crate) async fn stored(&self, id: Uuid, key: [u8; 32], size: u64) -> Result<Option<Stored>, Broken> {
        let path = self.path(id);
        if !fs::try_exists(&path).await? {
            return Ok(None);
        }
        let guard = Unfinished { path, kept: AtomicBool::new(true) };
        Ok(Some(Stored { id, key: Zeroizing::new(key), size, head: Vec::new(), guard }))
    }

    /// Deletes a file, and its small picture first; one that is gone already is fine.
    pub(crate) async fn delete(&self, id: Uuid) -> Result<(), Broken> {
        self.delete_all(&[id]).await
    }

    /// Deletes files as [`delete`](Self::delete) does. When this returns, no power cut brings them back.
    pub(crate) async fn delete_all(&self, ids: &[Uuid]) -> Result<(), Broken> {
        let mut changed = BTreeSet::new();
        for id in ids.iter().flat_map(|id| [preview_of(*id), *id]) {
            if self.remove(id).await? {
                changed.insert(self.parent(id));
            }
        }
        for folder in changed {
            sync_folder(&folder).await?;
        }
        Ok(())
    }

    /// Whether it was there.
    async fn remove(&self, id: Uuid) -> Result<bool, Broken> {
        match fs::remove_file(self.path(id)).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The files that are old enough to have a row, by the id of the row.
    pub(crate) async fn settled(&self) -> Result<Vec<Uuid>, Broken> {
        let mut found = Vec::new();
        let mut folders = fs::read_dir(&self.folder).await?;
        while let Some(folder) = folders.next_entry().await? {
            if !folder.file_type().await?.is_dir() {
                continue;
            }
            let mut files = fs::read_dir(folder.path()).await?;
            while let Some(file) = files.next_entry().await? {
                let age = file.metadata().await?.modified()?.elapsed().unwrap_or_default();
                let id = file.file_name().to_str().and_then(|name| Uuid::try_parse(name).ok());
                if let Some(id) = id
                    && age > ORPHAN_AGE
                {
                    found.push(original_of(id));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// Removes its file unless it was kept.
struct Unfinished {
    path: PathBuf,
    kept: AtomicBool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !*self.kept.get_mut()
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "a file that nobody needs could not be removed; the sweep will try again");
        }
    }
}

/// A file that is coming in.
pub(crate) struct Upload {
    id: Uuid,
    key: Zeroizing<[u8; 32]>,
    cipher: XChaCha20Poly1305,
    file: fs::File,
    parent: PathBuf,
    guard: Unfinished,
    buffer: BytesMut,
    number: u64,
    size: u64,
    head: Vec<u8>,
}

impl Upload {
    /// Bytes so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Broken> {
        self.size += bytes.len() as u64;
        if self.head.len() < 8192 {
            self.head.extend_from_slice(&bytes[..bytes.len().min(8192 - self.head.len())]);
        }
        while !bytes.is_empty() {
            // The last chunk is sealed as such, so a full one waits until more comes.
            if self.buffer.len() == CHUNK {
                self.seal_chunk(false).await?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    async fn seal_chunk(&mut self, last: bool) -> Result<(), Broken> {
        let payload = Payload { msg: &self.buffer, aad: b"attachment" };
        let Ok(sealed) = self.cipher.encrypt(&nonce(self.number, last), payload) else {
            unreachable!("a chunk is far under the limit of the cipher")
        };
        self.file.write_all(&sealed).await?;
        self.number += 1;
        self.buffer.clear();
        Ok(())
    }

    /// Puts the file on disk. It is removed again when what this gives is dropped without
    /// having been [kept](Stored::keep).
    pub(crate) async fn finish(mut self) -> Result<Stored, Broken> {
        self.seal_chunk(true).await?;
        self.file.flush().await?;
        self.file.sync_all().await?;
        // Without its name the file is lost in a power cut.
        sync_folder(&self.parent).await?;
        Ok(Stored { id: self.id, key: self.key, size: self.size, head: self.head, guard: self.guard })
    }
}

/// A file that is on disk, and belongs to nobody yet.
pub(crate) struct Stored {
    pub(crate) id: Uuid,
    pub(crate) key: Zeroizing<[u8; 32]>,
    pub(crate) size: u64,
    /// The first bytes of the contents, to tell what it is.
    pub(crate) head: Vec<u8>,
    guard: Unfinished,
}

impl Stored {
    /// A row is about to say whose it is: it stays.
    pub(crate) fn keep(&self) {
        self.guard.kept.store(true, Ordering::Release);
    }
}

fn nonce(number: u64, last: bool) -> XNonce {
    let mut nonce = [0; 24];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    nonce[8] = u8::from(last);
    XNonce::from(nonce)
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    /// The folders that were put on disk, of all tests.
    pub(super) static SYNCED: std::sync::Mutex<Vec<PathBuf>> = std::sync::Mutex::new(Vec::new());

    /// Those of one test since its last look.
    fn synced(objects: &Objects) -> Vec<PathBuf> {
        let mut all = SYNCED.lock().expect("no test failed in it");
        let mine = all.extract_if(.., |folder| folder.starts_with(&objects.folder));
        mine.map(|folder| folder.strip_prefix(&objects.folder).expect("within").to_owned()).collect()
    }

    async fn store(objects: &Objects, contents: &[u8]) -> Stored {
        let mut upload = objects.create(Uuid::from_u128(contents.len() as u128)).await.expect("creates");
        for part in contents.chunks(10_007) {
            upload.write(part).await.expect("writes");
        }
        upload.finish().await.expect("finishes")
    }

    async fn load(objects: &Objects, stored: &Stored) -> Result<Vec<u8>, std::io::Error> {
        let chunks = objects.read(stored.id, stored.key.clone()).await.expect("opens");
        let chunks: Vec<Bytes> = chunks.try_collect().await?;
        Ok(chunks.concat())
    }

    #[tokio::test]
    async fn gives_back_what_came_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = Objects::open(folder.path()).await.expect("opens");
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 200_000] {
            let contents: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let stored = store(&objects, &contents).await;
            assert_eq!(stored.size, length as u64);
            assert_eq!(load(&objects, &stored).await.expect("reads"), contents, "{length}");
            let raw = std::fs::read(objects.path(stored.id)).expect("a file");
            assert!(length < 64 || !raw.windows(32).any(|window| window == &contents[..32]));
        }
    }

    #[tokio::test]
    async fn notices_a_file_that_was_cut_off_or_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = Objects::open(folder.path()).await.expect("opens");
        let stored = store(&objects, &[7; 3 * CHUNK]).await;
        let path = objects.path(stored.id);
        let whole = std::fs::read(&path).expect("a file");
        std::fs::write(&path, &whole[..2 * (CHUNK + TAG)]).expect("writes");
        assert!(load(&objects, &stored).await.is_err(), "cut off at a chunk");
        let mut swapped = whole.clone();
        swapped[..CHUNK + TAG].copy_from_slice(&whole[CHUNK + TAG..2 * (CHUNK + TAG)]);
        std::fs::write(&path, swapped).expect("writes");
        assert!(load(&objects, &stored).await.is_err(), "chunks moved");
    }

    #[tokio::test]
    async fn puts_the_names_of_files_on_disk_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = Objects::open(folder.path()).await.expect("opens");
        let (root, ones, others) = (PathBuf::new(), PathBuf::from("01"), PathBuf::from("02"));
        store(&objects, &[7; 0x101]).await.keep();
        assert_eq!(synced(&objects), [root.clone(), ones.clone()]);
        store(&objects, &[7; 0x201]).await.keep();
        assert_eq!(synced(&objects), std::slice::from_ref(&ones));
        store(&objects, &[7; 0x102]).await.keep();
        assert_eq!(synced(&objects), [root, others.clone()]);
        // What is deleted stays deleted: each folder once, and none that has not changed.
        let id = |id: u128| Uuid::from_u128(id);
        objects.delete_all(&[id(0x101), id(0x201), id(0x102), id(0x301)]).await.expect("deletes");
        assert_eq!(synced(&objects), [ones, others]);
        objects.delete(id(0x101)).await.expect("deletes");
        assert_eq!(synced(&objects), Vec::<PathBuf>::new());
    }

    #[tokio::test]
    async fn leaves_nothing_of_a_form_that_was_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = Objects::open(folder.path()).await.expect("opens");
        let stored = store(&objects, b"contents").await;
        let path = objects.path(stored.id);
        assert!(path.exists());
        drop(stored);
        assert!(!path.exists());
        let kept = store(&objects, b"contents").await;
        let path = objects.path(kept.id);
        kept.keep();
        assert!(path.exists());
    }
}
