//! The rows of a batch of made-up requests: made and sealed on one thread, written on another.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use sqlx::types::uuid::Builder;
use tresen_keys::{PersonKey, random};
use tresen_model::{
    AuthorKind, Channel, CommentId, EmailAddress, PersonId, PersonName, Priority, RequestId, Status,
    Timestamp, Visibility,
};
use tresen_store::{Tx, dialect, on};

use super::plan::{Company, Plan, Said};
use super::{Making, Wanted, Written};
use crate::desk::Desk;
use crate::error::Broken;
use crate::people::consent;
use crate::people::person;
use crate::requests::statistics::{self, Day, Tally};
use crate::requests::{File, attach, keep};
use crate::search::Entry;

/// Rows in one statement: more make it no quicker.
const ROWS: usize = 50;

/// A request that is ready to be written.
pub(super) struct Made {
    pub(super) request: RequestRow,
    pub(super) comments: Vec<CommentRow>,
    history: Vec<HistoryRow>,
    /// The comment that has a file.
    with_file: Option<CommentId>,
    /// Its name and contents, until it is stored.
    pub(super) file: Option<(String, Vec<u8>)>,
    key: PersonKey,
    email: EmailAddress,
    name: String,
    language: tresen_model::Language,
    tallies: Vec<(Timestamp, Option<PersonId>, Tally)>,
    words: Option<Entry>,
}

pub(super) struct RequestRow {
    id: Uuid,
    person: PersonId,
    kind: String,
    channel: Channel,
    status: Status,
    priority: Priority,
    assignee: Option<PersonId>,
    subject: Vec<u8>,
    comments: i64,
    notes: i64,
    created_at: Timestamp,
    customer_news_at: Timestamp,
    updated_at: Timestamp,
    agent_wrote_at: Timestamp,
    customer_wrote_at: Timestamp,
    customer_read_at: Timestamp,
    agent_read_at: Timestamp,
    closed_at: Option<Timestamp>,
}

pub(super) struct CommentRow {
    id: Uuid,
    request: Uuid,
    author: PersonId,
    author_kind: AuthorKind,
    visibility: Visibility,
    body: Vec<u8>,
    at: Timestamp,
    channel: Channel,
}

struct HistoryRow {
    id: Uuid,
    request: Uuid,
    actor: (PersonId, AuthorKind),
    event: &'static str,
    before: Option<String>,
    after: Option<String>,
    at: Timestamp,
}

/// A UUIDv7 of a time that is over. Its order is that of the times.
fn id(at: Timestamp, milliseconds: u64) -> Result<Uuid, Broken> {
    let at = u64::try_from(at.0 / 1_000).unwrap_or_default() + milliseconds;
    Ok(Builder::from_unix_timestamp_millis(at, &random::bytes()?).into_uuid())
}

/// Makes up the requests of a batch, and seals what people wrote.
pub(super) fn make(making: &Making, wanted: Vec<Wanted>) -> Result<Vec<Made>, Broken> {
    wanted.into_iter().map(|wanted| make_one(making, wanted)).collect()
}

fn make_one(making: &Making, wanted: Wanted) -> Result<Made, Broken> {
    let mut plan = making.company.plan(wanted.number, wanted.has_much.then_some(super::MUCH_COMMENTS));
    let Wanted { person, key, email, .. } = wanted;
    let created = plan.said.first().map_or(Timestamp(0), |first| first.at);
    let request = id(created, 0)?;
    let agent = plan.agent.and_then(|agent| making.agents.get(agent)).map(|(agent, _)| *agent);
    let kind = making.kinds.get(plan.kind).cloned().unwrap_or_default();

    let mut comments = Vec::with_capacity(plan.said.len());
    for said in &plan.said {
        let id = id(said.at, 0)?;
        let by_agent = agent.filter(|_| said.by_agent);
        comments.push(CommentRow {
            id,
            request,
            author: by_agent.unwrap_or(person),
            author_kind: if by_agent.is_some() { AuthorKind::Agent } else { AuthorKind::Customer },
            visibility: said.visibility,
            body: key.seal("comment.body", id, said.body.as_bytes())?,
            at: said.at,
            channel: match plan.channel {
                Channel::Mail if by_agent.is_none() => Channel::Mail,
                _ => Channel::Web,
            },
        });
    }
    let name = Company::name(plan.customer);
    let words = making.fills.then(|| words(RequestId(request), person, &plan, &email, &name));
    let row = request_row(request, person, kind, agent, &plan, &key)?;
    let (history, tallies) = past(&row, &plan, person, agent)?;
    let language = plan.language;
    let with_file = plan.said.iter().position(|said| said.file.is_some());
    let file = with_file.and_then(|place| plan.said[place].file.take());
    let with_file = with_file.map(|place| CommentId(comments[place].id));
    Ok(Made { request: row, comments, history, with_file, file, key, email, name, language, tallies, words })
}

fn request_row(
    id: Uuid,
    person: PersonId,
    kind: String,
    agent: Option<PersonId>,
    plan: &Plan,
    key: &PersonKey,
) -> Result<RequestRow, Broken> {
    let last = |is: &dyn Fn(&Said) -> bool| plan.said.iter().rev().find(|said| is(said)).map(|said| said.at);
    let never = Timestamp(0);
    let created = plan.said.first().map_or(never, |first| first.at);
    let public = |said: &Said| said.visibility == Visibility::Public;
    let agent_wrote_at = last(&|said| said.by_agent && public(said)).unwrap_or(never);
    let customer_wrote_at = last(&|said| !said.by_agent).unwrap_or(created);
    let news = last(&public).unwrap_or(created);
    let updated = last(&|_| true).unwrap_or(created);
    let end = plan.settled_at;
    let notes = plan.said.iter().filter(|said| !public(said)).count() as i64;
    let unread =
        |wrote: Timestamp, read: bool| if read { end.unwrap_or(updated) } else { Timestamp(wrote.0 - 1) };
    Ok(RequestRow {
        id,
        person,
        kind,
        channel: plan.channel,
        status: plan.status,
        priority: plan.priority,
        assignee: agent,
        subject: key.seal("request.subject", id, plan.subject.as_bytes())?,
        comments: plan.said.len() as i64 - notes,
        notes,
        created_at: created,
        customer_news_at: end.unwrap_or(news),
        updated_at: end.unwrap_or(updated),
        agent_wrote_at,
        customer_wrote_at,
        // Whoever answers has read.
        customer_read_at: unread(agent_wrote_at, plan.read_by_customer).max(customer_wrote_at),
        agent_read_at: unread(customer_wrote_at, plan.read_by_agents),
        closed_at: end,
    })
}

type Tallies = Vec<(Timestamp, Option<PersonId>, Tally)>;

/// The history of a request, and what it adds to the statistics.
fn past(
    row: &RequestRow,
    plan: &Plan,
    person: PersonId,
    agent: Option<PersonId>,
) -> Result<(Vec<HistoryRow>, Tallies), Broken> {
    let customer = (person, AuthorKind::Customer);
    let mut history = Vec::with_capacity(5);
    let mut note = |actor, event, before: Option<&str>, after: Option<&str>, at: Timestamp, order: u64| {
        let (before, after) = (before.map(str::to_owned), after.map(str::to_owned));
        let id = id(at, order)?;
        history.push(HistoryRow { id, request: row.id, actor, event, before, after, at });
        Ok::<(), Broken>(())
    };
    let captured_by = agent.filter(|_| plan.channel == Channel::Agent);
    let creator = captured_by.map_or(customer, |agent| (agent, AuthorKind::Agent));
    note(creator, "created", None, None, row.created_at, 0)?;
    let mut tallies = vec![(row.created_at, captured_by, Tally { created: 1, ..Tally::default() })];
    let Some(agent) = agent else { return Ok((history, tallies)) };
    let by = (agent, AuthorKind::Agent);
    let answer = plan.said.iter().find(|said| said.by_agent);
    let taken = answer.map_or(row.created_at, |answer| answer.at);
    note(by, "assigned", None, Some(&agent.to_string()), taken, 1)?;
    if plan.priority != Priority::Normal {
        note(by, "priority", Some(Priority::Normal.as_str()), Some(plan.priority.as_str()), taken, 2)?;
    }
    if let Some(answer) = answer {
        let answer_seconds = statistics::seconds(row.created_at, answer.at);
        tallies.push((answer.at, Some(agent), Tally { answered: 1, answer_seconds, ..Tally::default() }));
    }
    let open = Status::Open.as_str();
    if plan.status == Status::Waiting {
        note(by, "status", Some(open), Some(plan.status.as_str()), row.agent_wrote_at, 3)?;
    }
    if let Some(at) = plan.settled_at {
        note(by, "status", Some(open), Some(plan.status.as_str()), at, 3)?;
        let tally = Tally {
            resolved: u64::from(plan.status == Status::Resolved),
            closed: u64::from(plan.status == Status::Closed),
            settled: 1,
            settle_seconds: statistics::seconds(row.created_at, at),
            ..Tally::default()
        };
        tallies.push((at, Some(agent), tally));
    }
    Ok((history, tallies))
}

/// What the indexer would read of the request.
fn words(request: RequestId, customer: PersonId, plan: &Plan, email: &EmailAddress, name: &str) -> Entry {
    let mut public = plan.subject.clone();
    let mut internal = format!("{} {name}", email.as_str());
    for said in &plan.said {
        let text = if said.visibility == Visibility::Public { &mut public } else { &mut internal };
        text.push('\n');
        text.push_str(&said.body);
        if let Some((name, _)) = &said.file {
            text.push(' ');
            text.push_str(name);
        }
    }
    Entry { request, customer, public, internal }
}

impl Desk {
    /// Writes a batch. Gives the words of its requests.
    pub(super) async fn store_batch(
        &self,
        batch: Vec<Made>,
        mut files: HashMap<usize, Vec<File>>,
        written: &mut Written,
    ) -> Result<Vec<Entry>, Broken> {
        let mut numbers = Vec::with_capacity(batch.len());
        while numbers.len() < batch.len() {
            let number = random::number()?.bits();
            if written.numbers.insert(number) {
                numbers.push(number.cast_signed());
            }
        }
        let mut tx = self.store.write().await?;
        tx.expect_much().await?;
        for made in &batch {
            if written.known.insert(made.request.person) {
                let version = self.privacy.privacy_version;
                let name = PersonName::parse(&made.name).ok();
                let writer = person::Writer {
                    id: made.request.person,
                    key: &made.key,
                    email: &made.email,
                    name: name.as_ref(),
                    language: made.language,
                };
                person::ensure(&mut tx, &writer, made.request.created_at).await?;
                consent::store(&mut tx, made.request.person, version, "form", made.request.created_at)
                    .await?;
            }
        }
        insert_requests(&mut tx, &batch, &numbers).await?;
        let comments: Vec<&CommentRow> = batch.iter().flat_map(|made| &made.comments).collect();
        insert_comments(&mut tx, &comments).await?;
        let history: Vec<&HistoryRow> = batch.iter().flat_map(|made| &made.history).collect();
        insert_history(&mut tx, &history).await?;
        for (place, made) in batch.iter().enumerate() {
            let (Some(comment), Some(files)) = (made.with_file, files.remove(&place)) else { continue };
            let at = made
                .comments
                .iter()
                .find(|row| row.id == comment.0)
                .map_or(made.request.created_at, |row| row.at);
            attach(&mut tx, &files, RequestId(made.request.id), comment, &made.key, at).await?;
            written.files += files.len() as u64;
            keep(&files);
        }
        tx.commit().await?;
        written.comments += comments.len() as u64;
        for made in &batch {
            for (at, agent, tally) in &made.tallies {
                let place = (Day::of(*at).0, made.request.kind.clone(), agent.map(|agent| agent.0));
                written.statistics.entry(place).or_default().add(tally);
            }
        }
        Ok(batch.into_iter().filter_map(|made| made.words).collect())
    }
}

/// `INSERT` of so many rows.
fn insert(table: &str, columns: &[&str], rows: usize) -> AssertSqlSafe<String> {
    let places: Vec<String> =
        (0..rows).map(|row| dialect::places(1 + row * columns.len(), columns.len())).collect();
    AssertSqlSafe(format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), places.join(", ")))
}

async fn insert_requests(tx: &mut Tx, batch: &[Made], numbers: &[i64]) -> Result<(), Broken> {
    const COLUMNS: &[&str] = &[
        "id",
        "number",
        "person_id",
        "kind",
        "channel",
        "status",
        "priority",
        "assignee_id",
        "subject_sealed",
        "comments",
        "notes",
        "created_at",
        "customer_news_at",
        "updated_at",
        "agent_wrote_at",
        "customer_wrote_at",
        "customer_read_at",
        "agent_read_at",
        "closed_at",
        "search_stale",
    ];
    for (rows, numbers) in batch.chunks(ROWS).zip(numbers.chunks(ROWS)) {
        let sql = insert("request", COLUMNS, rows.len());
        on!(tx.conn(), c => {
            let mut query = sqlx::query(sql);
            for (made, number) in rows.iter().zip(numbers) {
                let row = &made.request;
                query = query
                    .bind(row.id)
                    .bind(number)
                    .bind(row.person.0)
                    .bind(&row.kind)
                    .bind(row.channel.as_str())
                    .bind(row.status.as_str())
                    .bind(row.priority.as_str())
                    .bind(row.assignee.map(|agent| agent.0))
                    .bind(&row.subject)
                    .bind(row.comments)
                    .bind(row.notes)
                    .bind(row.created_at.0)
                    .bind(row.customer_news_at.0)
                    .bind(row.updated_at.0)
                    .bind(row.agent_wrote_at.0)
                    .bind(row.customer_wrote_at.0)
                    .bind(row.customer_read_at.0)
                    .bind(row.agent_read_at.0)
                    .bind(row.closed_at.map(|at| at.0))
                    .bind(true);
            }
            query.execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

async fn insert_comments(tx: &mut Tx, rows: &[&CommentRow]) -> Result<(), Broken> {
    const COLUMNS: &[&str] = &[
        "id",
        "request_id",
        "author_id",
        "author_kind",
        "visibility",
        "body_sealed",
        "created_at",
        "channel",
    ];
    for rows in rows.chunks(ROWS) {
        let sql = insert("comment", COLUMNS, rows.len());
        on!(tx.conn(), c => {
            let mut query = sqlx::query(sql);
            for row in rows {
                query = query
                    .bind(row.id)
                    .bind(row.request)
                    .bind(row.author.0)
                    .bind(row.author_kind.as_str())
                    .bind(row.visibility.as_str())
                    .bind(&row.body)
                    .bind(row.at.0)
                    .bind(row.channel.as_str());
            }
            query.execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

async fn insert_history(tx: &mut Tx, rows: &[&HistoryRow]) -> Result<(), Broken> {
    const COLUMNS: &[&str] =
        &["id", "request_id", "actor_id", "actor_kind", "event", "before", "after", "at"];
    for rows in rows.chunks(ROWS) {
        let sql = insert("history", COLUMNS, rows.len());
        on!(tx.conn(), c => {
            let mut query = sqlx::query(sql);
            for row in rows {
                let (actor, kind) = row.actor;
                query = query
                    .bind(row.id)
                    .bind(row.request)
                    .bind(actor.0)
                    .bind(kind.as_str())
                    .bind(row.event)
                    .bind(row.before.as_deref())
                    .bind(row.after.as_deref())
                    .bind(row.at.0);
            }
            query.execute(c).await.map(drop)
        })?;
    }
    Ok(())
}
