//! Requests that come from another desk, with what was said and done in them.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use sqlx::types::Uuid;
use tokio::sync::mpsc;
use tresen_keys::{PersonKey, random};
use tresen_model::{
    AuthorKind, Channel, PersonId, PersonName, Priority, RequestId, RequestNumber, Standing, Status, Subject,
    Timestamp, Visibility,
};
use tresen_store::{Conn, StoreError, Tx, on};

use super::comment::{self, MailPart};
use super::files::{self, File};
use super::history;
use crate::error::Broken;
use crate::requests::Requests;

/// A request of an export, parsed.
pub(crate) struct NewRequest {
    pub(crate) number: RequestNumber,
    pub(crate) subject: Subject,
    pub(crate) kind: String,
    pub(crate) channel: Channel,
    pub(crate) status: Status,
    pub(crate) priority: Priority,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) closed_at: Option<Timestamp>,
    pub(crate) comments: Vec<NewComment>,
    pub(crate) history: Vec<NewStep>,
}

/// A comment in it.
pub(crate) struct NewComment {
    pub(crate) by: AuthorKind,
    pub(crate) visibility: Visibility,
    pub(crate) at: Timestamp,
    /// A [`Body`](tresen_model::Body), or nothing.
    pub(crate) body: String,
    /// Whether the person wrote it, and not somebody else who was admitted to the request.
    pub(crate) own: bool,
    pub(crate) by_mail: bool,
    pub(crate) automatic: bool,
    /// Whether whoever wrote it was erased since, with the words.
    pub(crate) erased: bool,
    pub(crate) quoted: Option<String>,
    /// What a mail of the person was signed by: their own name, mostly.
    pub(crate) signed: Option<PersonName>,
    pub(crate) attachments: Vec<NewAttachment>,
}

/// A file that came with it.
pub(crate) struct NewAttachment {
    pub(crate) name: String,
    /// What names it in the export.
    pub(crate) path: String,
}

/// A step of its history.
pub(crate) struct NewStep {
    pub(crate) at: Timestamp,
    pub(crate) by: Option<AuthorKind>,
    pub(crate) event: String,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
}

/// Files that are on disk and belong to nobody yet, by what names them in the export.
pub(crate) type TakenFiles = HashMap<String, File>;

/// Takes a file in while it streams. Its size was looked at before.
pub(crate) async fn take_file(
    here: &Requests,
    name: &str,
    mut parts: mpsc::Receiver<Bytes>,
) -> Result<File, Broken> {
    let mut upload = here.objects.create(random::id(here.clock.now())?).await?;
    while let Some(part) = parts.recv().await {
        upload.write(&part).await?;
    }
    Ok(File::of(name, None, upload.finish().await?, &here.settings.uploads))
}

/// From here on the files of a request stay; see [`files::keep`].
pub(crate) fn keep(files: &TakenFiles, request: &NewRequest) {
    let named = request.comments.iter().flat_map(|comment| &comment.attachments);
    for file in named.filter_map(|attachment| files.get(&attachment.path)) {
        files::keep(std::slice::from_ref(file));
    }
}

/// By what an imported request is known again, also when it has another number here.
fn once_hash(here: &Requests, person: PersonId, request: &NewRequest) -> [u8; 32] {
    here.keys.master().fingerprint(
        "import",
        &[person.0.as_bytes(), &request.number.bits().to_le_bytes(), &request.created_at.0.to_le_bytes()],
    )
}

/// Which of the requests are here already, by their places: imported before, or never gone.
pub(crate) async fn known(
    here: &Requests,
    mut conn: Conn<'_>,
    person: PersonId,
    requests: &[NewRequest],
) -> Result<HashSet<usize>, StoreError> {
    const SQL: &str = "SELECT id FROM request
        WHERE once_hash = $1 OR (number = $2 AND person_id = $3 AND created_at = $4)";
    let mut known = HashSet::new();
    for (index, request) in requests.iter().enumerate() {
        let hash = once_hash(here, person, request);
        let row: Option<(Uuid,)> = on!(conn.again(), c => sqlx::query_as(SQL)
            .bind(hash.as_slice())
            .bind(request.number.bits().cast_signed())
            .bind(person.0)
            .bind(request.created_at.0)
            .fetch_optional(c)
            .await)?;
        if row.is_some() {
            known.insert(index);
        }
    }
    Ok(known)
}

/// Writes a request with everything in it. Gives its number: another one where that is taken.
pub(crate) async fn insert(
    here: &Requests,
    tx: &mut Tx,
    person: PersonId,
    key: &PersonKey,
    new: &NewRequest,
    files: &TakenFiles,
) -> Result<RequestNumber, Broken> {
    const TAKEN: &str = "SELECT id FROM request WHERE number = $1";
    const SQL: &str = "INSERT INTO request (id, number, person_id, kind, channel, status, priority,
        subject_sealed, once_hash, comments, notes, created_at, customer_news_at, updated_at,
        agent_wrote_at, customer_wrote_at, customer_read_at, agent_read_at, closed_at, search_stale)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $15, $16, $17, $18)";
    let taken: Option<(Uuid,)> = on!(tx.conn(), c => sqlx::query_as(TAKEN)
        .bind(new.number.bits().cast_signed())
        .fetch_optional(c)
        .await)?;
    let number = if taken.is_some() { random::number()? } else { new.number };
    let id = random::id(new.created_at)?;
    let subject = key.seal("request.subject", id, new.subject.as_str().as_bytes())?;
    let public = || new.comments.iter().filter(|comment| comment.visibility == Visibility::Public);
    let last = |by: AuthorKind| public().filter(|comment| comment.by == by).map(|comment| comment.at.0).max();
    let steps = new.history.iter().filter(|step| step.event == history::STATUS).map(|step| step.at.0);
    let news = public().map(|comment| comment.at.0).chain(steps).max().unwrap_or_default();
    let comments = public().count();
    // Both sides have read it where it was: what is to be done now, the status says.
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(number.bits().cast_signed())
        .bind(person.0)
        .bind(&new.kind)
        .bind(new.channel.as_str())
        .bind(new.status.as_str())
        .bind(new.priority.as_str())
        .bind(subject)
        .bind(once_hash(here, person, new).as_slice())
        .bind(i64::try_from(comments).unwrap_or(i64::MAX))
        .bind(i64::try_from(new.comments.len() - comments).unwrap_or(i64::MAX))
        .bind(new.created_at.0)
        .bind(news.max(new.created_at.0))
        .bind(new.updated_at.0)
        .bind(last(AuthorKind::Agent).unwrap_or_default())
        .bind(last(AuthorKind::Customer).unwrap_or(new.created_at.0))
        .bind(new.closed_at.map(|at| at.0))
        .bind(true)
        .execute(c)
        .await
        .map(drop))?;
    let request = RequestId(id);
    for comment in &new.comments {
        insert_comment(tx, request, person, key, comment, files).await?;
    }
    for step in &new.history {
        insert_step(tx, request, person, step).await?;
    }
    Ok(number)
}

async fn insert_comment(
    tx: &mut Tx,
    request: RequestId,
    person: PersonId,
    key: &PersonKey,
    new: &NewComment,
    files: &TakenFiles,
) -> Result<(), Broken> {
    let row = comment::NewComment {
        request,
        // Agents and outsiders of another desk are nobody here.
        author: new.own.then_some(person),
        author_kind: new.by,
        visibility: new.visibility,
        body: &new.body,
        key,
        once_hash: None,
        mail: (new.by_mail || new.erased).then_some(MailPart {
            automatic: new.automatic,
            standing: if new.erased { Standing::Erased } else { Standing::Participant },
            signed: new.signed.as_ref(),
            subject: None,
            rest: new.quoted.as_deref(),
            html: None,
            remarks: &[],
            via: None,
            reply_to: None,
            verdict: None,
        }),
    };
    let comment = comment::insert(tx, &row, new.at).await?;
    for attachment in &new.attachments {
        let file = files.get(&attachment.path).ok_or(Broken::Inconsistent("attachment", comment.0))?;
        files::attach(tx, std::slice::from_ref(file), request, comment, key, new.at).await?;
    }
    Ok(())
}

async fn insert_step(tx: &mut Tx, request: RequestId, person: PersonId, new: &NewStep) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO history (id, request_id, actor_id, actor_kind, event, before, after, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let actor = (new.by == Some(AuthorKind::Customer)).then_some(person.0);
    let id = random::id(new.at)?;
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(request.0)
        .bind(actor)
        .bind(new.by.map(AuthorKind::as_str))
        .bind(&new.event)
        .bind(&new.from)
        .bind(&new.to)
        .bind(new.at.0)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
