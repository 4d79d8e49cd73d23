//! What `data.json` of an export says, read strictly: `docs/export.schema.json` describes it. What
//! this program does not know is refused, since it would be lost.

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::IgnoredAny;
use tresen_model::{
    AuthorKind, Body, Channel, EmailAddress, Language, PersonName, Priority, RequestNumber, Role, Status,
    Subject, Timestamp, Visibility,
};

use super::ImportError;
use super::archive::Archive;
use crate::people::PersonEvent;
use crate::requests::import::{NewAttachment, NewComment, NewRequest, NewStep};

const FORMAT: &str = "tresen-person";
const VERSION: u32 = 1;

/// No clock is wrong by more than this.
const AHEAD: i64 = 24 * 3600;

/// The address of a privacy statement at another desk has at most so many bytes.
const LONGEST_ADDRESS: usize = 200;

/// What a mail quoted has at most so many bytes.
const LONGEST_QUOTE: usize = 1024 * 1024;

/// Everything that an import takes over, parsed.
pub(super) struct Incoming {
    pub(super) email: EmailAddress,
    pub(super) name: Option<PersonName>,
    pub(super) language: Language,
    pub(super) since: Timestamp,
    pub(super) proven_at: Option<Timestamp>,
    pub(super) history: Vec<(PersonEvent, Timestamp)>,
    pub(super) restriction: Option<Restriction>,
    pub(super) consents: Vec<Consent>,
    pub(super) requests: Vec<NewRequest>,
}

/// A restriction in force where the export was made.
pub(super) struct Restriction {
    pub(super) since: Timestamp,
    pub(super) by_customer: bool,
    pub(super) by_agent: bool,
}

/// A consent as it was given there.
pub(super) struct Consent {
    /// Where its text stands.
    pub(super) address: String,
    pub(super) version: i64,
    pub(super) given_at: Timestamp,
    pub(super) via: String,
    pub(super) withdrawn_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: IgnoredAny,
    #[serde(rename = "version")]
    _version: IgnoredAny,
    #[serde(rename = "exported_at")]
    _exported_at: String,
    #[serde(rename = "desk")]
    _desk: Desk,
    person: Person,
    restriction: Option<InForce>,
    consents: Vec<Given>,
    // Neither a login nor what another desk has sent is ours.
    #[serde(rename = "sessions")]
    _sessions: Vec<IgnoredAny>,
    // Exports of earlier programs have none.
    #[serde(rename = "factors", default)]
    _factors: IgnoredAny,
    #[serde(rename = "passkeys", default)]
    _passkeys: Vec<IgnoredAny>,
    #[serde(rename = "api_tokens", default)]
    _api_tokens: Vec<IgnoredAny>,
    #[serde(rename = "sign_ins", default)]
    _sign_ins: Vec<IgnoredAny>,
    #[serde(rename = "mails")]
    _mails: Vec<IgnoredAny>,
    requests: Vec<Request>,
    // Exports of earlier programs have none.
    #[serde(default)]
    elsewhere: Vec<Elsewhere>,
}

/// What the person wrote in requests of others. Those are not in the file, so it has no place here.
#[derive(Deserialize)]
struct Elsewhere {
    attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Desk {
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "url")]
    _url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    email: String,
    name: Option<String>,
    language: String,
    // A role is given here or nowhere.
    #[serde(rename = "role")]
    _role: Role,
    #[serde(rename = "request_types", default)]
    _request_types: IgnoredAny,
    #[serde(rename = "has_account")]
    _has_account: bool,
    since: String,
    address_proven_at: Option<String>,
    #[serde(rename = "active_at")]
    _active_at: String,
    // Exports of earlier programs have none.
    #[serde(default)]
    history: Vec<PersonStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonStep {
    at: String,
    event: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InForce {
    since: String,
    by: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    privacy_statement: String,
    given_at: String,
    given_in: String,
    withdrawn_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    number: String,
    subject: String,
    kind: String,
    came_by: String,
    status: String,
    priority: String,
    created_at: String,
    changed_at: String,
    closed_at: Option<String>,
    comments: Vec<Comment>,
    history: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comment {
    by: String,
    // What an agent is called elsewhere names nobody here.
    author: Option<String>,
    note: bool,
    at: String,
    body: String,
    // Exports of earlier programs have none of these: then nothing came by mail.
    own: Option<bool>,
    #[serde(default)]
    by_mail: bool,
    #[serde(default)]
    automatic: bool,
    #[serde(default)]
    erased: bool,
    quoted: Option<String>,
    attachments: Vec<Attachment>,
    // What another desk's scanner has found something in.
    #[serde(rename = "withheld", default)]
    _withheld: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attachment {
    name: String,
    size: u64,
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: String,
    by: Option<String>,
    event: String,
    from: Option<String>,
    to: Option<String>,
}

/// A value that cannot be used, by its place. The value itself is said nowhere.
fn wrong(place: impl Into<String>) -> ImportError {
    ImportError::Value { place: place.into() }
}

/// Reads times, none of them in the future.
#[derive(Clone, Copy)]
struct Times {
    latest: Timestamp,
}

impl Times {
    fn read(self, text: &str, place: &str) -> Result<Timestamp, ImportError> {
        let time: jiff::Timestamp = text.parse().map_err(|_| wrong(place))?;
        let time = Timestamp(time.as_microsecond());
        if (0..=self.latest.0).contains(&time.0) { Ok(time) } else { Err(wrong(place)) }
    }

    fn read_some(self, text: Option<&String>, place: &str) -> Result<Option<Timestamp>, ImportError> {
        text.map(|text| self.read(text, place)).transpose()
    }
}

/// Reads `data.json` and holds it to the files that are there.
pub(super) fn read(json: &[u8], archive: &Archive, now: Timestamp) -> Result<Incoming, ImportError> {
    let format =
        |error: serde_json::Error| ImportError::Format { line: error.line(), column: error.column() };
    let head: Head = serde_json::from_slice(json).map_err(format)?;
    if head.format != FORMAT {
        return Err(wrong("format"));
    }
    if head.version != VERSION {
        return Err(ImportError::Version { version: head.version, known: VERSION });
    }
    let file: File = serde_json::from_slice(json).map_err(format)?;
    let times = Times { latest: now.plus_seconds(AHEAD) };
    let mut paths = HashSet::new();
    let requests = file
        .requests
        .iter()
        .enumerate()
        .map(|(index, one)| request(one, &format!("requests[{index}]"), times, archive, &mut paths));
    let mut requests = requests.collect::<Result<Vec<_>, _>>()?;
    let person = &file.person;
    // What is written under the person's own name needs none.
    for comment in requests.iter_mut().flat_map(|request| &mut request.comments) {
        let named = comment.signed.as_ref().map(PersonName::as_str);
        if named == person.name.as_deref() {
            comment.signed = None;
        }
    }
    for attachment in file.elsewhere.iter().flat_map(|one| &one.attachments) {
        if archive.size(&attachment.path) != Some(attachment.size) || !paths.insert(attachment.path.clone()) {
            return Err(wrong("elsewhere"));
        }
    }
    if paths.len() != archive.attachments() {
        return Err(ImportError::Stranger);
    }
    Ok(Incoming {
        email: EmailAddress::known(&person.email).map_err(|_| wrong("person.email"))?,
        name: PersonName::optional(person.name.as_deref().unwrap_or_default())
            .map_err(|_| wrong("person.name"))?,
        language: Language::parse(&person.language).ok_or_else(|| wrong("person.language"))?,
        since: times.read(&person.since, "person.since")?,
        proven_at: times.read_some(person.address_proven_at.as_ref(), "person.address_proven_at")?,
        history: person.history.iter().map(|step| person_step(step, times)).collect::<Result<_, _>>()?,
        restriction: file.restriction.as_ref().map(|one| restriction(one, times)).transpose()?,
        consents: file
            .consents
            .iter()
            .enumerate()
            .map(|(index, one)| consent(one, &format!("consents[{index}]"), times))
            .collect::<Result<_, _>>()?,
        requests,
    })
}

fn person_step(step: &PersonStep, times: Times) -> Result<(PersonEvent, Timestamp), ImportError> {
    let event = PersonEvent::parse(&step.event).ok_or_else(|| wrong("person.history"))?;
    Ok((event, times.read(&step.at, "person.history")?))
}

fn restriction(one: &InForce, times: Times) -> Result<Restriction, ImportError> {
    let by = |who: &str| one.by.iter().any(|word| word == who);
    let (by_customer, by_agent) = (by("customer"), by("agent"));
    if one.by.len() != usize::from(by_customer) + usize::from(by_agent) || one.by.is_empty() {
        return Err(wrong("restriction.by"));
    }
    Ok(Restriction { since: times.read(&one.since, "restriction.since")?, by_customer, by_agent })
}

fn consent(one: &Given, place: &str, times: Times) -> Result<Consent, ImportError> {
    let address = &one.privacy_statement;
    let version = version(address).ok_or_else(|| wrong(format!("{place}.privacy_statement")))?;
    if !matches!(one.given_in.as_str(), "form" | "account") {
        return Err(wrong(format!("{place}.given_in")));
    }
    Ok(Consent {
        address: address.clone(),
        version,
        given_at: times.read(&one.given_at, &format!("{place}.given_at"))?,
        via: one.given_in.clone(),
        withdrawn_at: times.read_some(one.withdrawn_at.as_ref(), &format!("{place}.withdrawn_at"))?,
    })
}

/// The version in the address of a privacy statement: `https://desk.example/privacy?version=3`.
/// It is stored in the clear, so nothing but a host, a path of plain signs and a number passes.
fn version(address: &str) -> Option<i64> {
    let (page, version) = address.split_once("/privacy?version=")?;
    let host = page.strip_prefix("https://").or_else(|| page.strip_prefix("http://"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:/[]".contains(&byte);
    let fits = address.len() <= LONGEST_ADDRESS && !host.is_empty() && host.bytes().all(plain);
    let digits = version.bytes().all(|byte| byte.is_ascii_digit());
    if fits && digits { version.parse().ok() } else { None }
}

fn request(
    one: &Request,
    place: &str,
    times: Times,
    archive: &Archive,
    paths: &mut HashSet<String>,
) -> Result<NewRequest, ImportError> {
    let at = |field: &str| wrong(format!("{place}.{field}"));
    let time = |text: &String, field: &str| times.read(text, &format!("{place}.{field}"));
    let kind = one.kind.as_str();
    let kind_fits = (1..=64).contains(&kind.len())
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !kind_fits {
        return Err(at("kind"));
    }
    let status = Status::parse(&one.status).ok_or_else(|| at("status"))?;
    let closed_at = times.read_some(one.closed_at.as_ref(), &format!("{place}.closed_at"))?;
    if closed_at.is_some() == status.is_active() {
        return Err(at("closed_at"));
    }
    let comments = one
        .comments
        .iter()
        .enumerate()
        .map(|(index, one)| comment(one, &format!("{place}.comments[{index}]"), times, archive, paths));
    let comments = comments.collect::<Result<Vec<_>, _>>()?;
    if comments.is_empty() {
        return Err(at("comments"));
    }
    let history = one.history.iter().enumerate();
    Ok(NewRequest {
        number: RequestNumber::parse(&one.number).ok_or_else(|| at("number"))?,
        subject: Subject::parse(&one.subject).map_err(|_| at("subject"))?,
        kind: kind.to_owned(),
        channel: Channel::parse(&one.came_by).ok_or_else(|| at("came_by"))?,
        status,
        priority: Priority::parse(&one.priority).ok_or_else(|| at("priority"))?,
        created_at: time(&one.created_at, "created_at")?,
        updated_at: time(&one.changed_at, "changed_at")?,
        closed_at,
        comments,
        history: history
            .map(|(index, one)| step(one, &format!("{place}.history[{index}]"), times))
            .collect::<Result<_, _>>()?,
    })
}

fn comment(
    one: &Comment,
    place: &str,
    times: Times,
    archive: &Archive,
    paths: &mut HashSet<String>,
) -> Result<NewComment, ImportError> {
    let by = AuthorKind::parse(&one.by).ok_or_else(|| wrong(format!("{place}.by")))?;
    if one.note && by == AuthorKind::Customer && !one.erased {
        return Err(wrong(format!("{place}.note")));
    }
    let customer = by == AuthorKind::Customer;
    let own = one.own.unwrap_or(customer);
    if own && (!customer || one.erased) {
        return Err(wrong(format!("{place}.own")));
    }
    let body = match Body::parse(&one.body) {
        Ok(body) => body.into(),
        // A mail may have no text, and somebody who was erased left none.
        Err(_) if one.body.is_empty() && (one.by_mail || one.erased) => String::new(),
        Err(_) => return Err(wrong(format!("{place}.body"))),
    };
    if one.quoted.as_ref().is_some_and(|quoted| quoted.len() > LONGEST_QUOTE) {
        return Err(wrong(format!("{place}.quoted")));
    }
    let mut attachments = Vec::with_capacity(one.attachments.len());
    for (index, file) in one.attachments.iter().enumerate() {
        let place = format!("{place}.attachments[{index}]");
        if !file.path.starts_with("attachments/") || !paths.insert(file.path.clone()) {
            return Err(wrong(place));
        }
        match archive.size(&file.path) {
            None => return Err(ImportError::NoFile { place }),
            Some(size) if size != file.size => return Err(wrong(place)),
            Some(_) => attachments.push(NewAttachment { name: file.name.clone(), path: file.path.clone() }),
        }
    }
    Ok(NewComment {
        by,
        visibility: if one.note { Visibility::Internal } else { Visibility::Public },
        at: times.read(&one.at, &format!("{place}.at"))?,
        body,
        own,
        by_mail: one.by_mail,
        automatic: one.automatic,
        erased: one.erased,
        quoted: one.quoted.clone(),
        signed: (own && one.by_mail)
            .then(|| PersonName::optional(one.author.as_deref().unwrap_or_default()).ok().flatten())
            .flatten(),
        attachments,
    })
}

fn step(one: &Step, place: &str, times: Times) -> Result<NewStep, ImportError> {
    let (from, to) = (one.from.as_deref(), one.to.as_deref());
    let fits = match one.event.as_str() {
        "created" | "assigned" | "admitted" | "split_off" | "released" => from.is_none() && to.is_none(),
        "status" => from.and_then(Status::parse).is_some() && to.and_then(Status::parse).is_some(),
        "priority" => from.and_then(Priority::parse).is_some() && to.and_then(Priority::parse).is_some(),
        _ => false,
    };
    if !fits {
        return Err(wrong(place));
    }
    Ok(NewStep {
        at: times.read(&one.at, place)?,
        by: one.by.as_deref().map(|by| AuthorKind::parse(by).ok_or_else(|| wrong(place))).transpose()?,
        event: one.event.clone(),
        from: one.from.clone(),
        to: one.to.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_statement_holds_nothing_else() {
        assert_eq!(version("https://desk.example/privacy?version=3"), Some(3));
        assert_eq!(version("http://127.0.0.1:3000/help/privacy?version=12"), Some(12));
        let long = format!("https://{}/privacy?version=1", "a".repeat(LONGEST_ADDRESS));
        for wrong in [
            "",
            "https:///privacy?version=1",
            "https://desk.example/privacy?version=",
            "https://desk.example/privacy?version=1&name=ada",
            "https://desk.example/privacy?version=-1",
            "https://ada@desk.example/privacy?version=1",
            "https://desk.example/<b>/privacy?version=1",
            "javascript:alert(1)/privacy?version=1",
            "https://desk.example/privacy?version=99999999999999999999",
            &long,
        ] {
            assert_eq!(version(wrong), None, "{wrong}");
        }
    }
}
