//! What `data.json` says. `docs/export.schema.json` describes it; a test holds them together.

use serde::Serialize;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::views::HistoryEvent;
use tresen_model::{
    AuthorKind, FileCheck, PersonId, RequestId, RequestNumber, Standing, Timestamp, Visibility,
};
use tresen_store::{from_row, on};

use super::Attached;
use crate::accounts::{factors, providers};
use crate::error::Broken;
use crate::people::person::PersonRow;
use crate::people::restriction;
use crate::people::{history, kinds};
use crate::privacy::Privacy;
use crate::privacy::consent;
use crate::requests::{Reader, Reading, files};
use crate::tokens::{self, ExportedToken};

/// The name of the format, and its version: higher when what stands there changes its meaning.
const FORMAT: &str = "tresen-person";
const VERSION: u32 = 1;

/// A time as RFC 3339 has it, in UTC.
pub(super) fn time(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.0).unwrap_or_default().to_string()
}

/// Everything but the requests.
#[derive(Serialize)]
pub(super) struct Person {
    format: &'static str,
    version: u32,
    pub(super) exported_at: String,
    pub(super) desk: DeskName,
    pub(super) person: About,
    pub(super) restriction: Option<Restriction>,
    pub(super) consents: Vec<Consent>,
    pub(super) sessions: Vec<Session>,
    pub(super) factors: Factors,
    pub(super) passkeys: Vec<Passkey>,
    /// API tokens that the person made, without their secrets.
    pub(super) api_tokens: Vec<ExportedToken>,
    /// Accounts elsewhere that the person signs in with.
    pub(super) sign_ins: Vec<SignIn>,
    pub(super) mails: Vec<Mail>,
}

#[derive(Serialize)]
pub(super) struct DeskName {
    pub(super) name: String,
    pub(super) url: String,
}

#[derive(Serialize)]
pub(super) struct About {
    pub(super) email: String,
    pub(super) name: Option<String>,
    pub(super) language: &'static str,
    role: &'static str,
    /// Of an agent who works on some request types only.
    request_types: Vec<String>,
    pub(super) has_account: bool,
    pub(super) since: String,
    pub(super) address_proven_at: Option<String>,
    active_at: String,
    pub(super) history: Vec<PersonStep>,
}

/// Something that was done to the person's data as a whole. What it was before is not stored.
#[derive(Serialize)]
pub(super) struct PersonStep {
    pub(super) at: String,
    pub(super) event: &'static str,
}

#[derive(Serialize)]
pub(super) struct Restriction {
    pub(super) since: String,
    pub(super) by: Vec<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Consent {
    pub(super) privacy_statement: String,
    pub(super) given_at: String,
    pub(super) given_in: String,
    pub(super) withdrawn_at: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Session {
    began_at: String,
    last_used_at: String,
}

/// What the person logs in with beside the password: since when, never the secrets.
#[derive(Serialize)]
pub(super) struct Factors {
    pub(super) authenticator_app_since: Option<String>,
    pub(super) recovery_codes_left: u32,
}

/// A key in a device of the person. The device has the secret half, here is nothing to be used with it.
#[derive(Serialize)]
pub(super) struct Passkey {
    pub(super) name: String,
    pub(super) since: String,
    last_used_at: Option<String>,
}

#[derive(Serialize)]
pub(super) struct SignIn {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) since: String,
    last_used_at: String,
}

#[derive(Serialize)]
pub(super) struct Mail {
    pub(super) kind: String,
    state: String,
    pub(super) created_at: String,
    pub(super) sent_at: Option<String>,
    pub(super) request: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Request {
    pub(super) number: String,
    pub(super) subject: String,
    pub(super) kind: String,
    came_by: String,
    pub(super) status: String,
    priority: String,
    pub(super) created_at: String,
    changed_at: String,
    closed_at: Option<String>,
    pub(super) comments: Vec<Comment>,
    pub(super) history: Vec<History>,
}

#[derive(Serialize)]
pub(super) struct Comment {
    /// `customer` or `agent`.
    pub(super) by: &'static str,
    pub(super) author: Option<String>,
    /// Whether it is a note of the team, which the person could not read here.
    pub(super) note: bool,
    pub(super) at: String,
    pub(super) body: String,
    /// Whether the person wrote it, and not the team or somebody else who was admitted.
    own: bool,
    by_mail: bool,
    /// Whether a machine sent it (RFC 3834).
    automatic: bool,
    /// Whether whoever wrote it was erased since, with the words.
    erased: bool,
    /// What a mail quoted, and how it was signed.
    pub(super) quoted: Option<String>,
    pub(super) attachments: Vec<Attachment>,
    /// Files in which a scanner has found something. They are not in the copy.
    pub(super) withheld: Vec<Withheld>,
}

/// A file in which a scanner has found something.
#[derive(Serialize)]
pub(super) struct Withheld {
    pub(super) name: String,
    size: u64,
}

/// What the person wrote by mail in somebody else's request. Nothing else of that request is theirs.
#[derive(Serialize)]
pub(super) struct Elsewhere {
    pub(super) request: String,
    /// The name in From, where it was not the person's.
    pub(super) author: Option<String>,
    pub(super) at: String,
    pub(super) body: String,
    pub(super) quoted: Option<String>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) withheld: Vec<Withheld>,
}

#[derive(Serialize)]
pub(super) struct Attachment {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) path: String,
}

#[derive(Serialize)]
pub(super) struct History {
    pub(super) at: String,
    by: Option<&'static str>,
    pub(super) event: &'static str,
    pub(super) from: Option<&'static str>,
    pub(super) to: Option<&'static str>,
}

pub(super) struct RequestRow {
    id: Uuid,
    number: i64,
    kind: String,
    channel: String,
    status: String,
    priority: String,
    subject_sealed: Vec<u8>,
    created_at: i64,
    updated_at: i64,
    closed_at: Option<i64>,
}

from_row!(RequestRow {
    id,
    number,
    kind,
    channel,
    status,
    priority,
    subject_sealed,
    created_at,
    updated_at,
    closed_at
});

impl Privacy {
    pub(super) async fn read_person(&self, row: &PersonRow, key: &PersonKey) -> Result<Person, Broken> {
        const TIMES: &str = "SELECT created_at, active_at FROM person WHERE id = $1";
        const SESSIONS: &str = "SELECT created_at, last_used_at FROM session WHERE person_id = $1
            ORDER BY created_at";
        const MAILS: &str =
            "SELECT outbox.kind, outbox.state, outbox.created_at, outbox.sent_at, request.number
            FROM outbox LEFT JOIN request ON request.id = outbox.request_id
            WHERE outbox.person_id = $1 ORDER BY outbox.id";
        type MailRow = (String, String, i64, Option<i64>, Option<i64>);
        let person = PersonId(row.id);
        let mut reader = self.store.read().await?;
        let (since, active): (i64, i64) =
            on!(reader.conn(), c => sqlx::query_as(TIMES).bind(row.id).fetch_one(c).await)?;
        let sessions: Vec<(i64, i64)> =
            on!(reader.conn(), c => sqlx::query_as(SESSIONS).bind(row.id).fetch_all(c).await)?;
        let mails: Vec<MailRow> =
            on!(reader.conn(), c => sqlx::query_as(MAILS).bind(row.id).fetch_all(c).await)?;
        let consents = consent::consents(reader.conn(), person).await?;
        let restriction = restriction::restriction(reader.conn(), person).await?;
        let steps = history::steps(reader.conn(), person).await?;
        let factors = factors::read(reader.conn(), person).await?;
        let passkeys = factors::passkeys::lines(reader.conn(), person, key).await?;
        let api_tokens = tokens::exported(reader.conn(), person, key).await?;
        let sign_ins = providers::identities(reader.conn(), person, key).await?;
        let request_types = kinds::of(reader.conn(), person).await?;
        let at = |micros: i64| time(Timestamp(micros));
        let url = &self.settings.public_url;
        Ok(Person {
            format: FORMAT,
            version: VERSION,
            exported_at: time(self.clock.now()),
            desk: DeskName { name: self.settings.name.clone(), url: url.clone() },
            person: About {
                email: row.email(key)?.into(),
                name: row.name(key)?.map(Into::into),
                language: row.language().tag(),
                role: row.role()?.as_str(),
                request_types,
                has_account: row.is_registered(),
                since: at(since),
                address_proven_at: row.proven_at.map(at),
                active_at: at(active),
                history: steps
                    .into_iter()
                    .map(|step| PersonStep { at: time(step.at), event: step.event.as_str() })
                    .collect(),
            },
            restriction: restriction.map(|restriction| Restriction {
                since: time(restriction.since),
                by: [(restriction.by.customer(), "customer"), (restriction.by.agent(), "agent")]
                    .into_iter()
                    .filter_map(|(set, who)| set.then_some(who))
                    .collect(),
            }),
            consents: consents
                .into_iter()
                .map(|consent| Consent {
                    privacy_statement: consent
                        .elsewhere
                        .unwrap_or_else(|| format!("{url}/privacy?version={}", consent.version)),
                    given_at: time(consent.given_at),
                    given_in: consent.via,
                    withdrawn_at: consent.withdrawn_at.map(time),
                })
                .collect(),
            sessions: sessions
                .into_iter()
                .map(|(began, used)| Session { began_at: at(began), last_used_at: at(used) })
                .collect(),
            factors: Factors {
                authenticator_app_since: factors.app.map(time),
                recovery_codes_left: factors.recovery_codes,
            },
            passkeys: passkeys
                .into_iter()
                .map(|line| Passkey {
                    name: line.name,
                    since: time(line.since),
                    last_used_at: line.last_used_at.map(time),
                })
                .collect(),
            api_tokens,
            sign_ins: sign_ins
                .into_iter()
                .map(|identity| SignIn {
                    issuer: identity.issuer,
                    subject: identity.subject,
                    since: time(identity.since),
                    last_used_at: time(identity.last_used_at),
                })
                .collect(),
            mails: mails
                .into_iter()
                .map(|(kind, state, created, sent, number)| Mail {
                    kind,
                    state,
                    created_at: at(created),
                    sent_at: sent.map(at),
                    request: number
                        .map(|number| RequestNumber::from_bits(number.cast_unsigned()).to_string()),
                })
                .collect(),
        })
    }

    /// What the person wrote in other people's requests, with the files.
    pub(super) async fn read_elsewhere(
        &self,
        person: PersonId,
        key: &PersonKey,
    ) -> Result<(Vec<Elsewhere>, Vec<Attached>), Broken> {
        const COMMENTS: &str = "SELECT comment.id, number, body_sealed, rest_sealed, signed_sealed,
            comment.created_at, request.id, person_id
            FROM comment JOIN request ON request.id = comment.request_id
            WHERE author_id = $1 AND author_kind = 'customer' AND person_id <> $1 ORDER BY comment.created_at, comment.id";
        const FILES: &str = "SELECT id, name_sealed, size, COALESCE(checked, '') FROM attachment
            WHERE comment_id = $1 ORDER BY id";
        type Row = (Uuid, i64, Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>, i64, Uuid, Uuid);
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> =
            on!(reader.conn(), c => sqlx::query_as(COMMENTS).bind(person.0).fetch_all(c).await)?;
        let (mut comments, mut attached) = (Vec::with_capacity(rows.len()), Vec::new());
        for (id, number, body, rest, signed, at, request, customer) in rows {
            let files: Vec<(Uuid, Vec<u8>, i64, String)> =
                on!(reader.conn(), c => sqlx::query_as(FILES).bind(id).fetch_all(c).await)?;
            let (mut attachments, mut withheld) = (Vec::new(), Vec::new());
            for (file, name, size, checked) in files {
                let name = files::open_name(key, file, &name)?;
                let size = size.cast_unsigned();
                if self.settings.uploads.check_of(Some(&checked)) == FileCheck::Infected {
                    withheld.push(Withheld { name, size });
                    continue;
                }
                let path = format!("attachments/elsewhere/{}-{name}", attached.len() + 1);
                attached.push(Attached { id: file, path: path.clone(), size });
                attachments.push(Attachment { name, size, path });
            }
            let body = key.open_text("comment.body", id, &body)?;
            let rest = rest.map(|rest| key.open_text("comment.rest", id, &rest)).transpose()?;
            let texts = [&*body, rest.as_deref().unwrap_or_default()];
            let quoted =
                self.requests.quoted(reader.conn(), RequestId(request), PersonId(customer), &texts).await?;
            comments.push(Elsewhere {
                request: RequestNumber::from_bits(number.cast_unsigned()).to_string(),
                author: signed.map(|name| key.open_text("comment.signed", id, &name)).transpose()?,
                at: time(Timestamp(at)),
                body: self.people.shown(quoted.fill_in(&body)),
                quoted: rest.map(|rest| self.people.shown(quoted.fill_in(&rest))),
                attachments,
                withheld,
            });
        }
        Ok((comments, attached))
    }

    /// A request, and the files that belong to it.
    pub(super) async fn read_request(
        &self,
        row: &RequestRow,
        person: PersonId,
        key: &PersonKey,
    ) -> Result<(Request, Vec<Attached>), Broken> {
        let request = RequestId(row.id);
        let number = RequestNumber::from_bits(row.number.cast_unsigned());
        let mut reader = self.store.read().await?;
        let who = Reader { customer: person, key, person, reading: Reading::Copy };
        let comments = self.requests.read_comments(reader.conn(), request, who).await?;
        let history = self.requests.read_history(reader.conn(), request).await?;
        drop(reader);
        let mut files = Vec::new();
        let mut shown = Vec::with_capacity(comments.len());
        for comment in comments {
            let note = comment.visibility == Visibility::Internal;
            let (mut attachments, mut withheld) = (Vec::new(), Vec::new());
            for attachment in comment.attachments {
                if attachment.check == FileCheck::Infected {
                    withheld.push(Withheld { name: attachment.name, size: attachment.size });
                    continue;
                }
                // Two files may have the same name.
                let path = format!("attachments/{number}/{}-{}", files.len() + 1, attachment.name);
                files.push(Attached { id: attachment.id.0, path: path.clone(), size: attachment.size });
                attachments.push(Attachment { name: attachment.name, size: attachment.size, path });
            }
            shown.push(Comment {
                by: comment.author_kind.as_str(),
                author: comment.author.filter(|_| !note),
                note,
                at: time(comment.created_at),
                body: comment.body,
                own: comment.own && comment.author_kind == AuthorKind::Customer,
                by_mail: comment.by_mail,
                automatic: comment.automatic,
                erased: comment.standing == Standing::Erased,
                quoted: comment.rest,
                attachments,
                withheld,
            });
        }
        let history = history.into_iter().map(|entry| {
            let (event, from, to) = match entry.event {
                HistoryEvent::Created => ("created", None, None),
                HistoryEvent::Status { from, to } => ("status", Some(from.as_str()), Some(to.as_str())),
                HistoryEvent::Priority { from, to } => ("priority", Some(from.as_str()), Some(to.as_str())),
                HistoryEvent::Assigned { .. } => ("assigned", None, None),
                HistoryEvent::Admitted => ("admitted", None, None),
                HistoryEvent::SplitOff => ("split_off", None, None),
                HistoryEvent::Released => ("released", None, None),
                // Steps of the person's own history, which stands with the person.
                HistoryEvent::NameChanged => ("name", None, None),
                HistoryEvent::AddressChanged => ("address", None, None),
                HistoryEvent::Imported => ("imported", None, None),
            };
            let by = entry.actor_kind.map(AuthorKind::as_str);
            History { at: time(entry.at), by, event, from, to }
        });
        let at = |micros: i64| time(Timestamp(micros));
        let request = Request {
            number: number.to_string(),
            subject: self.people.shown(key.open_text("request.subject", row.id, &row.subject_sealed)?),
            kind: row.kind.clone(),
            came_by: row.channel.clone(),
            status: row.status.clone(),
            priority: row.priority.clone(),
            created_at: at(row.created_at),
            changed_at: at(row.updated_at),
            closed_at: row.closed_at.map(at),
            comments: shown,
            history: history.collect(),
        };
        Ok((request, files))
    }
}
