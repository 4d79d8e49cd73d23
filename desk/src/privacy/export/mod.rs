//! A copy of everything that is stored about a person (Art. 15(3) and 20 GDPR): a ZIP file,
//! made while it is sent, so that nothing of it lies anywhere and its size needs no memory.
//!
//! - `data.json`: everything, described by `schema.json` (also `docs/export.schema.json`)
//! - `index.html`: the same for reading; it loads nothing and contacts nobody
//! - `attachments/`: every file, named by `data.json`
//!
//! Internal notes are in it, marked as such: what the team noted about a person and their
//! request is that person's data (Art. 4(1) and 15 GDPR; EDPB Guidelines 01/2022, 97). What
//! agents are called is left out of notes and history (Art. 15(4)); under answers it stands as
//! the person read it.

mod data;
mod html;
mod words;
mod zip;

use async_recursion::async_recursion as boxed;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use sqlx::types::Uuid;
use tokio::sync::mpsc;
use tresen_keys::PersonKey;
use tresen_model::{EmailAddress, Language, PersonId};
use tresen_store::on;
use zeroize::Zeroizing;

use self::data::{Person, Request, RequestRow};
use self::zip::Zip;
use crate::error::{Broken, Error};
use crate::privacy::Privacy;
use crate::privacy::owner::Owner;
use crate::requests::sealed_for;

/// Describes `data.json`.
const SCHEMA: &str = include_str!("../../../../docs/export.schema.json");

/// So many parts of the file wait for somebody who reads slowly.
const AHEAD: usize = 4;

/// A copy that is being made.
pub struct Export {
    /// What the file is to be called; names nobody.
    pub file_name: String,
    /// The file. It ends with an error when the person is erased meanwhile.
    pub contents: BoxStream<'static, Result<Bytes, std::io::Error>>,
}

impl Export {
    /// The next part of the file.
    pub async fn next(&mut self) -> Option<Result<Bytes, std::io::Error>> {
        self.contents.next().await
    }
}

/// A file to put in, after everything else.
struct Attached {
    id: Uuid,
    path: String,
    size: u64,
}

impl Privacy {
    /// A copy of everything about a person, for themselves, also while it is restricted.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`]; [`Error::Forbidden`] when they are being erased.
    #[boxed]
    pub async fn export(&self, owner: &impl Owner) -> Result<Export, Error> {
        if !owner.is_fresh(self.clock.now()) {
            return Err(Error::ProofNeeded);
        }
        self.export_person(owner.person()).await
    }

    /// A copy at the operator's command; `None` when nobody has the address.
    ///
    /// # Errors
    /// A refusal of the address's form, or [`Error::Broken`].
    #[boxed]
    pub async fn export_by_operator(&self, email: &str) -> Result<Option<Export>, Error> {
        let email = EmailAddress::known(email).map_err(|problem| Error::refused("email", problem))?;
        match self.people.find_by_address(&email).await? {
            Some((row, _)) => self.export_person(PersonId(row.id)).await.map(Some),
            None => Ok(None),
        }
    }

    pub(crate) async fn export_person(&self, person: PersonId) -> Result<Export, Error> {
        let (row, key) = self.people.require_person(person).await?;
        let language = row.language();
        let about = self.read_person(&row, &key).await?;
        let (sender, receiver) = mpsc::channel(AHEAD);
        let this = self.clone();
        tokio::spawn(async move {
            let failed = sender.clone();
            if let Err(error) = this.write_export(about, person, &key, language, sender).await {
                // Whoever has left is told nothing, and that is fine.
                if failed.send(Err(std::io::Error::other("the copy could not be finished"))).await.is_ok() {
                    tracing::error!(%error, "a copy of somebody's data could not be finished");
                }
            }
        });
        let contents = stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|part| (part, receiver))
        });
        Ok(Export { file_name: "tresen-export.zip".into(), contents: contents.boxed() })
    }

    async fn write_export(
        &self,
        about: Person,
        person: PersonId,
        key: &PersonKey,
        language: Language,
        sender: mpsc::Sender<Result<Bytes, std::io::Error>>,
    ) -> Result<(), Error> {
        let mut zip = Zip::new(sender, self.clock.now())?;
        let requests = self.requests_to_export(person).await?;
        let mut files = Vec::new();

        zip.begin("data.json", 0)?;
        let Ok(head) = serde_json::to_string_pretty(&about) else { unreachable!("texts are JSON") };
        // The requests follow one by one: there may be many.
        zip.write(head.trim_end().trim_end_matches('}').trim_end().as_bytes()).await?;
        zip.write(b",\n  \"requests\": [").await?;
        for (index, row) in requests.iter().enumerate() {
            let (request, attached) = self.read_request(row, person, key).await?;
            files.extend(attached);
            let Ok(json) = serde_json::to_string_pretty(&request) else { unreachable!("texts are JSON") };
            zip.write(if index == 0 { b"\n" } else { b",\n" }).await?;
            zip.write(json.as_bytes()).await?;
        }
        let (elsewhere, attached) = self.read_elsewhere(person, key).await?;
        files.extend(attached);
        let Ok(json) = serde_json::to_string_pretty(&elsewhere) else { unreachable!("texts are JSON") };
        zip.write(format!("\n  ],\n  \"elsewhere\": {json}\n}}\n").as_bytes()).await?;

        zip.begin("schema.json", 0)?;
        zip.write(SCHEMA.as_bytes()).await?;

        zip.begin("index.html", 0)?;
        zip.write(html::head(language, &about).as_bytes()).await?;
        for row in &requests {
            let (request, _): (Request, _) = self.read_request(row, person, key).await?;
            zip.write(html::request(language, &self.settings, &request).as_bytes()).await?;
        }
        zip.write(html::elsewhere(language, &elsewhere).as_bytes()).await?;
        zip.write(html::FOOT.as_bytes()).await?;

        for file in files {
            self.copy_file(&mut zip, &file, person).await?;
        }
        zip.finish().await
    }

    async fn requests_to_export(&self, person: PersonId) -> Result<Vec<RequestRow>, Broken> {
        const SQL: &str = "SELECT id, number, kind, channel, status, priority, subject_sealed, created_at,
            updated_at, closed_at FROM request WHERE person_id = $1 ORDER BY id";
        let mut reader = self.store.read().await?;
        Ok(on!(reader.conn(), c => sqlx::query_as(SQL).bind(person.0).fetch_all(c).await)?)
    }

    async fn copy_file(&self, zip: &mut Zip, file: &Attached, person: PersonId) -> Result<(), Error> {
        const SQL: &str = "SELECT key_sealed, author_id, author_kind, media_type FROM attachment
            JOIN comment ON comment.id = attachment.comment_id WHERE attachment.id = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(Vec<u8>, Option<Uuid>, String, String)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(file.id).fetch_optional(c).await)?;
        drop(reader);
        let (sealed, author, author_kind, media_type) = row.ok_or(Error::NotFound)?;
        // Files of somebody who was admitted are sealed with that person's key.
        let owner = sealed_for(author, &author_kind, person);
        let key = self.keys.get(owner).await?.ok_or(Error::NotFound)?;
        let opened = key.open("attachment.key", file.id, &sealed)?;
        let Ok(file_key) = <[u8; 32]>::try_from(opened.as_slice()) else {
            return Err(Broken::Inconsistent("attachment.key", file.id).into());
        };
        let contents = self.objects.read(file.id, Zeroizing::new(file_key)).await?;
        let mut contents = self.people.shown_file(contents, file.size, &media_type).await?;
        zip.begin(&file.path, file.size)?;
        while let Some(part) = contents.try_next().await? {
            zip.write(&part).await?;
        }
        Ok(())
    }
}
