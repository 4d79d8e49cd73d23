//! `tresen import person`: takes in the export of a person from another Tresen (Art. 20 GDPR).
//!
//! The person comes with requests, messages, files, history, consents and a restriction in force;
//! never with a password, a role, a session or a link. Nobody is sent a mail. What agents are
//! called elsewhere names nobody here, so their messages have no author.
//!
//! All or nothing: the whole file is read and judged first, attachments stream sealed into the
//! folder, and one transaction makes them and all rows the person's. Safe to repeat: a request is
//! known again by a keyed hash, so the same file, or a later one of the same person, brings only
//! requests that are not here yet.

mod archive;
mod data;

use std::collections::HashSet;
use std::fs::File;

use async_recursion::async_recursion as boxed;
use tokio::sync::mpsc;
use tresen_keys::{PersonKey, random};
use tresen_model::{PersonId, Timestamp};
use tresen_store::{Tx, is_duplicate, on};

use self::archive::Archive;
use self::data::{Consent, Incoming};
use super::restrict::{self, Party};
use crate::address::blind_index;
use crate::error::Broken;
use crate::people::{PersonEvent, history, person};
use crate::privacy::Privacy;
use crate::requests::import::{self as requests, TakenFiles};

/// How often it is tried again when a number is taken at the same moment.
const TRIES: usize = 5;

/// So many parts of a file wait to be sealed.
const AHEAD: usize = 4;

/// Why nothing was imported. Holds nothing of what the file says.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not a ZIP file, cut off, or with wrong checksums.
    #[error("the file is no ZIP file, or is damaged; nothing was imported")]
    Unreadable,
    /// Compressed or encrypted, as no export is.
    #[error("the file was packed by another program; give the export as it was downloaded")]
    Repacked,
    /// Names that lead out of the folder or are there twice, or contents that lie over each other.
    #[error("the file was made to do harm: names that lead elsewhere, or more contents than it can hold")]
    Hostile,
    /// More files, or a larger `data.json`, than any export should have.
    #[error("the file has more in it than is read: at most 200,000 files, and 256 MiB of data.json")]
    TooLarge,
    /// Without `data.json`.
    #[error("data.json is missing; this is no export of Tresen")]
    NoData,
    /// `data.json` is not what the schema describes.
    #[error("data.json, line {line}, column {column}, is not what schema.json describes")]
    Format {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Made by a program that this one does not understand.
    #[error("data.json has version {version} of the format, and this program reads version {known}")]
    Version {
        /// What it has.
        version: u32,
        /// What is read.
        known: u32,
    },
    /// A value that cannot be.
    #[error("data.json: {place} cannot be used")]
    Value {
        /// Where it stands.
        place: String,
    },
    /// A file that `data.json` names is not there.
    #[error("data.json: the file of {place} is missing")]
    NoFile {
        /// Where it is named.
        place: String,
    },
    /// A file that `data.json` does not name.
    #[error("the file holds something that data.json does not name")]
    Stranger,
    /// The person's data is restricted here (Art. 18 GDPR).
    #[error("the person's data is restricted here, so nothing is added to it until that is lifted")]
    Restricted,
    /// The person is being erased.
    #[error("the person is being erased here at this moment; try again")]
    Erasing,
    /// The disk or a database.
    #[error(transparent)]
    Broken(#[from] Broken),
}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Broken(error.into())
    }
}

/// What came of an import, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Requests that are new here.
    pub requests: u64,
    /// Messages and notes in them.
    pub comments: u64,
    /// Files in them.
    pub files: u64,
    /// Requests that were here already.
    pub known: u64,
    /// New requests whose number was taken, and that have another one now.
    pub renumbered: u64,
}

/// Why the transaction came to nothing.
enum Stop {
    /// A value that must be unique was taken at the same moment.
    Collided,
    Failed(ImportError),
}

impl<E: Into<ImportError>> From<E> for Stop {
    fn from(error: E) -> Self {
        match error.into() {
            ImportError::Broken(Broken::Store(error)) if is_duplicate(&error) => Self::Collided,
            error => Self::Failed(error),
        }
    }
}

impl Privacy {
    /// Imports the export of a person, or nothing of it.
    ///
    /// # Errors
    /// See [`ImportError`]; each is a sentence for the operator.
    #[boxed]
    pub async fn import_person(&self, file: File) -> Result<Imported, ImportError> {
        let now = self.clock.now();
        let judged = tokio::task::spawn_blocking(move || {
            let mut archive = Archive::open(file)?;
            let json = archive.data()?;
            let incoming = data::read(&json, &archive, now)?;
            Ok::<_, ImportError>((archive, incoming))
        });
        let (archive, incoming) = judged.await.map_err(|_| Broken::Task)??;
        let (person, key) = self
            .keys
            .find_or_create(&blind_index(&self.keys, &incoming.email), now)
            .await
            .map_err(Broken::from)?;
        let known = {
            let mut reader = self.store.read().await?;
            requests::known(&self.requests, reader.conn(), person, &incoming.requests).await?
        };
        let files = self.take_files(archive, &incoming, &known).await?;
        for _ in 0..TRIES {
            match self.store_import(person, &key, &incoming, &files, now).await {
                Ok((imported, restricted)) => {
                    if restricted {
                        let _indexer = self.search.writing.lock().await;
                        self.search.index.forget(person).await?;
                    }
                    self.wakeups.search.notify_one();
                    return Ok(imported);
                }
                Err(Stop::Collided) => {}
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Err(Broken::Inconsistent("request.number", person.0).into())
    }

    /// Streams the files of requests that are not known into the folder, sealed. They are removed
    /// again unless rows take them.
    async fn take_files(
        &self,
        archive: Archive,
        incoming: &Incoming,
        known: &HashSet<usize>,
    ) -> Result<TakenFiles, ImportError> {
        let mut taken = TakenFiles::default();
        let mut archive = archive;
        let new = incoming.requests.iter().enumerate().filter(|(index, _)| !known.contains(index));
        for attachment in
            new.flat_map(|(_, request)| &request.comments).flat_map(|comment| &comment.attachments)
        {
            let (sender, parts) = mpsc::channel(AHEAD);
            let path = attachment.path.clone();
            let copying = tokio::task::spawn_blocking(move || {
                let copied = archive.copy(&path, &sender);
                (archive, copied)
            });
            let file = requests::take_file(&self.requests, &attachment.name, parts).await?;
            let (back, copied) = copying.await.map_err(|_| Broken::Task)?;
            copied?;
            archive = back;
            taken.insert(attachment.path.clone(), file);
        }
        Ok(taken)
    }

    async fn store_import(
        &self,
        person: PersonId,
        key: &PersonKey,
        incoming: &Incoming,
        files: &TakenFiles,
        now: Timestamp,
    ) -> Result<(Imported, bool), Stop> {
        let mut tx = self.store.write().await?;
        let writer = person::Writer {
            id: person,
            key,
            email: &incoming.email,
            name: incoming.name.as_ref(),
            language: incoming.language,
        };
        let Some(row) = person::ensure(&mut tx, &writer, now).await? else {
            return Err(Stop::Failed(ImportError::Erasing));
        };
        // Looked at again, now that nobody else can bring them.
        let known = requests::known(&self.requests, tx.conn(), person, &incoming.requests).await?;
        let mut imported = Imported { known: known.len() as u64, ..Imported::default() };
        let restricted = row.is_restricted();
        for (index, request) in incoming.requests.iter().enumerate() {
            if known.contains(&index) {
                continue;
            }
            if restricted {
                return Err(Stop::Failed(ImportError::Restricted));
            }
            let number = requests::insert(&self.requests, &mut tx, person, key, request, files).await?;
            imported.requests += 1;
            imported.renumbered += u64::from(number != request.number);
            imported.comments += request.comments.len() as u64;
            imported.files +=
                request.comments.iter().map(|comment| comment.attachments.len() as u64).sum::<u64>();
        }
        let mut news = imported.requests > 0;
        if !restricted {
            for consent in &incoming.consents {
                news |= self.import_consent(&mut tx, person, consent).await?;
            }
            for (event, at) in &incoming.history {
                news |= import_step(&mut tx, person, *event, *at).await?;
            }
        }
        if !news {
            tx.rollback().await?;
            return Ok((imported, false));
        }
        complete(&mut tx, person, incoming).await?;
        history::note(&mut tx, person, PersonEvent::Imported, now).await?;
        let restricts = match &incoming.restriction {
            Some(theirs) => {
                let mut done = false;
                for (set, party) in [(theirs.by_customer, Party::Customer), (theirs.by_agent, Party::Agent)] {
                    done |= set && restrict::set(&mut tx, person, party, theirs.since).await?;
                }
                done
            }
            None => false,
        };
        for (index, request) in incoming.requests.iter().enumerate() {
            if !known.contains(&index) {
                requests::keep(files, request);
            }
        }
        tx.commit().await?;
        Ok((imported, restricts))
    }

    /// A consent as it was given elsewhere; `false` when it is here already.
    async fn import_consent(
        &self,
        tx: &mut Tx,
        person: PersonId,
        consent: &Consent,
    ) -> Result<bool, ImportError> {
        const FIND: &str =
            "SELECT COUNT(*) FROM consent WHERE person_id = $1 AND given_at = $2 AND given_via = $3";
        const SQL: &str = "INSERT INTO consent
            (id, person_id, purpose, text_version, given_at, given_via, withdrawn_at, elsewhere)
            VALUES ($1, $2, 'processing', $3, $4, $5, $6, $7)";
        let (here,): (i64,) = on!(tx.conn(), c => sqlx::query_as(FIND)
            .bind(person.0)
            .bind(consent.given_at.0)
            .bind(&consent.via)
            .fetch_one(c)
            .await)?;
        if here > 0 {
            return Ok(false);
        }
        let own = format!("{}/privacy?version=", self.settings.public_url);
        let elsewhere = Some(&consent.address).filter(|address| !address.starts_with(&own));
        let id = random::id(consent.given_at).map_err(Broken::from)?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(id)
            .bind(person.0)
            .bind(consent.version)
            .bind(consent.given_at.0)
            .bind(&consent.via)
            .bind(consent.withdrawn_at.map(|at| at.0))
            .bind(elsewhere)
            .execute(c)
            .await
            .map(drop))?;
        Ok(true)
    }
}

/// A step of the person's own history; `false` when it is here already.
async fn import_step(
    tx: &mut Tx,
    person: PersonId,
    event: PersonEvent,
    at: Timestamp,
) -> Result<bool, ImportError> {
    let steps = history::steps(tx.conn(), person).await?;
    if steps.iter().any(|step| step.event == event && step.at == at) {
        return Ok(false);
    }
    history::note(tx, person, event, at).await?;
    Ok(true)
}

/// What the export knows of the person and this desk does not.
async fn complete(tx: &mut Tx, person: PersonId, incoming: &Incoming) -> Result<(), ImportError> {
    const SQL: &str = "UPDATE person SET proven_at = COALESCE(proven_at, $2),
        created_at = CASE WHEN created_at > $3 THEN $3 ELSE created_at END WHERE id = $1";
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(person.0)
        .bind(incoming.proven_at.map(|at| at.0))
        .bind(incoming.since.0)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
