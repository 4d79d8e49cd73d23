//! Cuts secrets of this desk's own links out of what customers send: see [`tresen_mail::OwnLinks`].
//!
//! A mail is cut before it is read, so that text, HTML and files are all covered whatever their
//! encoding, and so is a secret that a wrapped quote spreads over text and rest. Only the header
//! stays as it is until the mail has found its request. Words that merely look like a secret are
//! looked up by their hash. What was stored by earlier versions is sealed: it is cut when it is shown.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, TryStreamExt};
use tresen_mail::{Message, OwnLinks, Remark};

use crate::error::Broken;
use crate::people::People;

/// So many messages are read side by side: each may hold its size in memory a few times.
pub(crate) const READ_AT_ONCE: usize = 2;

/// Bytes of a file that is cut when an agent opens it. What came in since is cut already.
const MOST_SHOWN: u64 = 32 * 1024 * 1024;

/// Bytes of a file that are handed on at once.
const CHUNK: usize = 64 * 1024;

/// A message without secrets.
pub(crate) struct Clean {
    pub(crate) message: Message,
    /// The whole of it, where not all of it could be read.
    pub(crate) whole: Option<Vec<u8>>,
}

impl People {
    /// Reads a message away from the threads that serve people. `None` when that went wrong, which
    /// no mail should be able to cause.
    pub(crate) async fn read_message(&self, raw: &[u8]) -> Result<Option<Clean>, Broken> {
        let turn = self.reading.acquire().await.map_err(|_| Broken::Task)?;
        let (this, mut raw) = (self.clone(), raw.to_vec());
        let searched = blocking(move || {
            this.own_links.overwrite_body(&mut raw, &[]);
            let candidates = this.own_links.candidates(&raw);
            (raw, candidates)
        });
        let Some((mut raw, candidates)) = searched.await? else { return Ok(None) };
        let known = self.known_links(&candidates).await?;
        let this = self.clone();
        let read = blocking(move || {
            if !known.is_empty() {
                this.own_links.overwrite_body(&mut raw, &known);
            }
            let limits = this.settings.intake.limits();
            // One byte more than is looked at: so the reader sees that it goes on.
            let part = &raw[..raw.len().min(limits.bytes.saturating_add(1))];
            let mut message = tresen_mail::read(part, &limits);
            cut_message(&mut message, &this.own_links, &known);
            let kept = |remark: &Remark| matches!(remark, Remark::OverLimit | Remark::Damaged);
            let whole = message.remarks.iter().any(kept).then(|| {
                this.own_links.overwrite(&mut raw, &known);
                raw
            });
            Clean { message, whole }
        });
        let read = read.await?;
        drop(turn);
        Ok(read)
    }

    /// Returns a stored text without secrets, by their spelling alone.
    pub(crate) fn shown(&self, text: String) -> String {
        match self.own_links.cut(&text, &[]) {
            Cow::Owned(cut) => cut,
            Cow::Borrowed(_) => text,
        }
    }

    /// Returns what a customer typed without secrets.
    pub(crate) async fn without_secrets<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Broken> {
        let known = self.known_links(&self.own_links.candidates(text.as_bytes())).await?;
        Ok(self.own_links.cut(text, &known))
    }

    /// Returns a file or a raw mail, of the same length, with its secrets overwritten.
    pub(crate) async fn overwrite_secrets(&self, mut contents: Vec<u8>) -> Result<Vec<u8>, Broken> {
        let this = self.clone();
        let searched = blocking(move || {
            this.own_links.overwrite(&mut contents, &[]);
            let candidates = this.own_links.candidates(&contents);
            (contents, candidates)
        });
        let (mut contents, candidates) = searched.await?.ok_or(Broken::Task)?;
        let known = self.known_links(&candidates).await?;
        if known.is_empty() {
            return Ok(contents);
        }
        let this = self.clone();
        let overwritten = blocking(move || {
            this.own_links.overwrite(&mut contents, &known);
            contents
        });
        overwritten.await?.ok_or(Broken::Task)
    }

    /// Streams a stored file without secrets. Pictures, documents and other files of a known format come as
    /// they are, and so do files over 32 MiB. Only a few are in memory and searched at the same time.
    pub(crate) async fn shown_file<C>(
        &self,
        contents: C,
        size: u64,
        media_type: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, std::io::Error>>, Broken>
    where
        C: Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
    {
        let plain = media_type == "application/octet-stream"
            || ["text/", "message/"].iter().any(|kind| media_type.starts_with(kind));
        if size > MOST_SHOWN || !plain {
            return Ok(Box::pin(contents));
        }
        let turn = self.reading.acquire().await.map_err(|_| Broken::Task)?;
        let whole = contents.try_fold(Vec::new(), |mut whole, chunk| async move {
            whole.extend_from_slice(&chunk);
            Ok(whole)
        });
        let whole = Bytes::from(self.overwrite_secrets(whole.await?).await?);
        drop(turn);
        let chunks = (0..whole.len()).step_by(CHUNK);
        Ok(Box::pin(stream::iter(chunks.map(move |at| Ok(whole.slice(at..whole.len().min(at + CHUNK)))))))
    }
}

/// Cuts what a person reads of a message; its files were overwritten before.
fn cut_message(message: &mut Message, own_links: &OwnLinks, known: &[String]) {
    let parts = message.parts.iter_mut().map(|part| &mut part.name);
    let texts = [&mut message.subject, &mut message.text];
    let others = [&mut message.rest, &mut message.html].into_iter().flatten();
    for text in texts.into_iter().chain(others).chain(parts) {
        if let Cow::Owned(cut) = own_links.cut(text, known) {
            *text = cut;
        }
    }
}

/// Runs what takes a while; `None` when it panicked.
pub(crate) async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, Broken> {
    let task = tokio::task::spawn_blocking(move || catch_unwind(AssertUnwindSafe(run)).ok());
    task.await.map_err(|_| Broken::Task)
}
