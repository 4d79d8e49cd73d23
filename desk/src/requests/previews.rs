//! The small pictures of images, as they are asked for; they are made by [`uploads`](crate::uploads).

use std::io::ErrorKind;
use std::time::Duration;

use async_recursion::async_recursion as boxed;
use bytes::Bytes;
use futures_util::stream;
use tresen_model::{AttachmentId, RequestNumber};

use super::access::{self, Access, RequestHead};
use super::files::{OpenFile, boxed, opened_key};
use crate::error::{Broken, Error};
use crate::people::Agent;
use crate::requests::Requests;
use crate::small_picture::is_image;

/// So often, and so long each time, whoever asks for a small picture waits for it.
const PREVIEW_LOOKS: usize = 20;
const PREVIEW_WAIT: Duration = Duration::from_millis(150);

impl Requests {
    /// The small picture of an image of the customer's own request; one that is about to be made is
    /// waited for, for some seconds. Of an image that is not made small by then, or never: one clear pixel.
    ///
    /// # Errors
    /// As [`attachment`](Self::attachment), and [`Error::NotFound`] for a file that has none.
    #[boxed]
    pub async fn preview(
        &self,
        access: &Access,
        number: RequestNumber,
        attachment: AttachmentId,
    ) -> Result<OpenFile, Error> {
        let head = access.find(self.store.read().await?.conn(), number).await?;
        self.open_preview(&head, attachment, false).await
    }

    /// The same of any request, for an agent.
    ///
    /// # Errors
    /// As [`attachment_for_agent`](Self::attachment_for_agent), and [`Error::NotFound`] for a file that
    /// has none.
    #[boxed]
    pub async fn preview_for_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
        attachment: AttachmentId,
    ) -> Result<OpenFile, Error> {
        let head = access::find_for_agent(self.store.read().await?.conn(), agent, number).await?;
        self.open_preview(&head, attachment, true).await
    }

    async fn open_preview(
        &self,
        head: &RequestHead,
        attachment: AttachmentId,
        internal: bool,
    ) -> Result<OpenFile, Error> {
        for _ in 0..PREVIEW_LOOKS {
            let row = self.find_file(head, attachment, internal).await?;
            if let (Some(sealed), Some(size)) = (&row.preview_key_sealed, row.preview_size) {
                let key = self.keys.get(row.owner(head)).await?.ok_or(Error::NotFound)?;
                let file_key = opened_key("attachment.preview_key", attachment.0, sealed, &key)?;
                let contents = match self.objects.read_preview(attachment.0, file_key).await {
                    Err(Broken::File(error)) if error.kind() == ErrorKind::NotFound => {
                        return Err(Error::NotFound);
                    }
                    contents => contents?,
                };
                return Ok(OpenFile {
                    name: "preview.jpg".to_owned(),
                    size: size.cast_unsigned(),
                    media_type: "image/jpeg",
                    contents: boxed(contents),
                });
            }
            if !is_image(&row.media_type) {
                return Err(Error::NotFound);
            }
            if row.work_at.is_none() {
                // Whoever was told that there would be one is not shown a broken picture.
                return Ok(no_picture());
            }
            // A file that another process took in, a mail from the command line, woke nobody here.
            self.wakeups.files.notify_one();
            tokio::time::sleep(PREVIEW_WAIT).await;
        }
        // It takes longer; who looks again later sees it.
        Ok(no_picture())
    }
}

/// What there is to be seen of an image that could not be made small: one clear pixel.
fn no_picture() -> OpenFile {
    const CLEAR: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0\x21\xf9\x04\x01\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";
    OpenFile {
        name: "preview.gif".to_owned(),
        size: CLEAR.len() as u64,
        media_type: "image/gif",
        contents: boxed(stream::once(std::future::ready(Ok(Bytes::from_static(CLEAR))))),
    }
}
