//! A ZIP file that is sent while it is written: sizes stand after each file's contents.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::mpsc;
use tresen_model::Timestamp;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::Error;

/// Parts of about this many bytes are sent.
const PART: usize = 64 * 1024;

/// A file of more bytes than this needs the format's long form.
const LONG: u64 = 0xF000_0000;

/// What was written and is not sent yet.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) struct Zip {
    writer: ZipWriter<StreamWriter<Buffer>>,
    buffer: Buffer,
    sender: mpsc::Sender<Result<Bytes, std::io::Error>>,
    options: SimpleFileOptions,
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    std::io::Error::other(error).into()
}

impl Zip {
    pub(super) fn new(
        sender: mpsc::Sender<Result<Bytes, std::io::Error>>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let buffer = Buffer::default();
        // Attachments are mostly compressed already, and words are few beside them.
        let mut options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        if let Some(time) = date_time(now) {
            options = options.last_modified_time(time);
        }
        Ok(Self { writer: ZipWriter::new_stream(buffer.clone()), buffer, sender, options })
    }

    /// Begins a file of about so many bytes.
    pub(super) fn begin(&mut self, path: &str, size: u64) -> Result<(), Error> {
        self.writer.start_file(path, self.options.large_file(size > LONG)).map_err(broken)
    }

    /// Writes contents; waits while the reader is slow.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writer.write_all(bytes)?;
        self.send(PART).await
    }

    /// Ends the file.
    pub(super) async fn finish(mut self) -> Result<(), Error> {
        let writer = std::mem::replace(&mut self.writer, ZipWriter::new_stream(Buffer::default()));
        writer.finish().map_err(broken)?;
        self.send(0).await
    }

    /// Sends what has gathered, if it is more than `least`.
    async fn send(&mut self, least: usize) -> Result<(), Error> {
        let part = {
            let mut gathered = self.buffer.0.lock().unwrap_or_else(PoisonError::into_inner);
            if gathered.len() <= least {
                return Ok(());
            }
            std::mem::take(&mut *gathered)
        };
        let gone = |_| std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        Ok(self.sender.send(Ok(part.into())).await.map_err(gone)?)
    }
}

fn date_time(now: Timestamp) -> Option<DateTime> {
    let now = jiff::Timestamp::from_microsecond(now.0).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
    let small = |part: i8| u8::try_from(part).ok();
    DateTime::from_date_and_time(
        u16::try_from(now.year()).ok()?,
        small(now.month())?,
        small(now.day())?,
        small(now.hour())?,
        small(now.minute())?,
        small(now.second())?,
    )
    .ok()
}
