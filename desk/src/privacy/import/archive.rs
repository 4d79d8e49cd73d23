//! Reading the ZIP file of an export: only as our own program writes one, since whatever else it
//! might be was made by somebody else.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;

use bytes::Bytes;
use tokio::sync::mpsc;
use zip::{CompressionMethod, ZipArchive};

use super::ImportError;

/// `data.json` is read into memory, so it has at most so many bytes.
const MOST_DATA: u64 = 256 * 1024 * 1024;

/// An export has at most so many files.
const MOST_FILES: usize = 200_000;

/// Parts of this many bytes are passed on.
const PART: usize = 64 * 1024;

/// What belongs to every export beside the attachments.
const OWN: [&str; 3] = [DATA, "schema.json", "index.html"];

const DATA: &str = "data.json";

/// The file, looked through: nothing in it is compressed, leads elsewhere or is there twice, and
/// all of it together is no larger than the file.
pub(super) struct Archive {
    zip: ZipArchive<File>,
    /// Where each file stands, and its bytes.
    files: HashMap<String, (usize, u64)>,
}

impl Archive {
    pub(super) fn open(file: File) -> Result<Self, ImportError> {
        let length = file.metadata().map_err(|_| ImportError::Unreadable)?.len();
        let mut zip = ZipArchive::new(file).map_err(|_| ImportError::Unreadable)?;
        if zip.has_duplicate_names() {
            return Err(ImportError::Hostile);
        }
        if zip.len() > MOST_FILES {
            return Err(ImportError::TooLarge);
        }
        let mut files = HashMap::with_capacity(zip.len());
        let mut whole = 0_u64;
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(|_| ImportError::Unreadable)?;
            if entry.compression() != CompressionMethod::Stored || entry.encrypted() {
                return Err(ImportError::Repacked);
            }
            let name = entry.name().map_err(|_| ImportError::Hostile)?.into_owned();
            let safe = entry.enclosed_name().is_some()
                && entry.is_file()
                && !name.contains(['\\', '\0'])
                && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
            if !safe {
                return Err(ImportError::Hostile);
            }
            // Files that lie over each other are how a small file claims to be a huge one.
            whole = whole.saturating_add(entry.size());
            if whole > length {
                return Err(ImportError::Hostile);
            }
            files.insert(name, (index, entry.size()));
        }
        Ok(Self { zip, files })
    }

    /// The contents of `data.json`.
    pub(super) fn data(&mut self) -> Result<Vec<u8>, ImportError> {
        let (index, size) = *self.files.get(DATA).ok_or(ImportError::NoData)?;
        if size > MOST_DATA {
            return Err(ImportError::TooLarge);
        }
        let entry = self.zip.by_index(index).map_err(|_| ImportError::Unreadable)?;
        let mut data = Vec::new();
        entry.take(size).read_to_end(&mut data).map_err(|_| ImportError::Unreadable)?;
        Ok(data)
    }

    /// The bytes of a file.
    pub(super) fn size(&self, path: &str) -> Option<u64> {
        self.files.get(path).map(|(_, size)| *size)
    }

    /// How many files there are beside those of every export.
    pub(super) fn attachments(&self) -> usize {
        self.files.keys().filter(|name| !OWN.contains(&name.as_str())).count()
    }

    /// Passes a file's contents on, part by part. Blocks.
    pub(super) fn copy(&mut self, path: &str, to: &mpsc::Sender<Bytes>) -> Result<(), ImportError> {
        let (index, _) = *self.files.get(path).ok_or(ImportError::Unreadable)?;
        let mut entry = self.zip.by_index(index).map_err(|_| ImportError::Unreadable)?;
        loop {
            let mut part = vec![0; PART];
            // The end of the file is where its checksum is looked at.
            let read = entry.read(&mut part).map_err(|_| ImportError::Unreadable)?;
            if read == 0 {
                return Ok(());
            }
            part.truncate(read);
            if to.blocking_send(part.into()).is_err() {
                return Err(ImportError::Unreadable);
            }
        }
    }
}
