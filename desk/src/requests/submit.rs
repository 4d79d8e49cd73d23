//! A request comes in through the form.

use async_recursion::async_recursion as boxed;
use tresen_keys::{PersonKey, random};
use tresen_model::{
    AuthorKind, Body, Channel, CommentId, EmailAddress, HeldWhy, Language, PersonId, PersonName, Problem,
    RequestId, RequestNumber, Subject, Timestamp, Visibility,
};
use tresen_store::{Tx, on};

use super::about::{About, Cause};
use super::comment::{self, MailPart, NewComment};
use super::files::{self, File};
use super::history;
use super::statistics;
use crate::abuse::{Limited, Screened, Signs, Written};
use crate::address::blind_index;
use crate::error::{Broken, Error, Refusals};
use crate::events::Event;
use crate::outbox::enqueue::{Mail, Payload};
use crate::outbox::kinds::MailKind;
use crate::people::consent;
use crate::people::person::{self, PersonRow};
use crate::people::{Purpose, Session};
use crate::requests::Requests;
use crate::requests::statistics::Tally;
use crate::settings::Settings;

/// How often a number that is taken is drawn again. With 40 bits it hardly ever is, but among a million
/// one is drawn twice every other time.
const TRIES: usize = 8;

/// How long a person who writes while being erased waits for its end, 50 ms a time.
const WAITS: usize = 100;

/// A form that was filled in rightly. Holds personal data.
pub struct Submission {
    email: EmailAddress,
    name: Option<PersonName>,
    kind: String,
    subject: Subject,
    body: Body,
    language: Language,
    once: String,
    /// Nobody showed that the address is theirs.
    by_stranger: bool,
}

/// What the form's fields say, as they came.
pub struct Fields<'a> {
    /// `email`; of no matter for somebody who is logged in.
    pub email: &'a str,
    /// `name`; may be empty.
    pub name: &'a str,
    /// `kind`: the id of a request type; may be empty where there is one only.
    pub kind: &'a str,
    /// `subject`.
    pub subject: &'a str,
    /// `body`.
    pub body: &'a str,
    /// `consent`: whether it was ticked.
    pub consent: bool,
    /// `once`: a random word of the page that the form stood on.
    pub once: &'a str,
    /// The language of the page.
    pub language: Language,
}

/// The request that came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// Its number.
    pub number: RequestNumber,
    /// Whether the form had been sent before: there is still one request.
    pub again: bool,
    /// Whether it waits until whoever has the mailbox confirms it: a link was mailed.
    pub held: bool,
}

impl Submission {
    /// Parses the form, and finds everything that is wrong with it at once.
    ///
    /// # Errors
    /// [`Error::Refused`] with a problem a field.
    pub fn parse(fields: &Fields<'_>, settings: &Settings) -> Result<Self, Error> {
        let mut refusals = Refusals::default();
        let email = refusals.take("email", EmailAddress::parse(fields.email));
        let name = refusals.take("name", PersonName::optional(fields.name));
        let kind = refusals.take("kind", parse_kind(fields.kind, settings));
        let subject = refusals.take("subject", Subject::parse(fields.subject));
        let body = refusals.take("body", Body::parse(fields.body));
        if !fields.consent {
            refusals.note("consent", Problem::ConsentMissing);
        }
        match (email, name, kind, subject, body) {
            (Some(email), Some(name), Some(kind), Some(subject), Some(body)) if refusals.is_empty() => {
                Ok(Self {
                    email,
                    name,
                    kind,
                    subject,
                    body,
                    language: fields.language,
                    once: fields.once.chars().take(64).collect(),
                    by_stranger: true,
                })
            }
            _ => Err(refusals.into_error()),
        }
    }
}

impl Submission {
    /// Cuts the secrets of our links, which somebody may have pasted.
    async fn cut_secrets(&mut self, requests: &Requests) -> Result<(), Broken> {
        let cut = requests.people.without_secrets(self.subject.as_str()).await?;
        self.subject = Subject::parse(&cut).unwrap_or_else(|_| self::no_subject(self.language));
        let cut = requests.people.without_secrets(self.body.as_str()).await?;
        if let Ok(body) = Body::parse(&cut).or_else(|_| Body::parse("…")) {
            self.body = body;
        }
        Ok(())
    }
}

/// The id of a request type that the desk offers.
pub(super) fn parse_kind(typed: &str, settings: &Settings) -> Result<String, Problem> {
    match (settings.request_type(typed), settings.request_types.as_slice()) {
        (Some(kind), _) => Ok(kind.id.clone()),
        (None, [only]) if typed.is_empty() => Ok(only.id.clone()),
        _ => Err(Problem::KindUnknown),
    }
}

/// What a new request is made of.
pub(crate) struct NewRequest<'a> {
    pub(crate) person: PersonId,
    pub(crate) key: &'a PersonKey,
    pub(crate) kind: &'a str,
    pub(crate) channel: Channel,
    pub(crate) subject: &'a Subject,
    /// A [`Body`], or nothing for a mail without text.
    pub(crate) body: &'a str,
    pub(crate) once_hash: Option<[u8; 32]>,
    /// The agent who wrote it down.
    pub(crate) captured_by: Option<PersonId>,
    /// What there is beyond the text when it came by mail.
    pub(crate) mail: Option<MailPart<'a>>,
    /// Why it is held back as suspected spam.
    pub(crate) held: Option<HeldWhy>,
}

/// A request that was stored just now.
pub(crate) struct Stored {
    pub(crate) request: RequestId,
    pub(crate) number: RequestNumber,
    pub(crate) comment: CommentId,
}

impl Cause<'_> {
    /// What is confirmed later, when nobody has the mail any more.
    pub(crate) const BY_STRANGER: Self = Self { by_stranger: true, answers: None };
}

/// What came of a try.
enum Tried {
    Stored(RequestNumber, Option<Event>),
    /// The same form came in a moment before.
    Known,
    /// The person is being erased.
    Erased,
    /// The person is logged in and their data is restricted.
    Restricted,
}

impl Requests {
    /// Stores a request, with its consent, its files and the confirmation mail, all or
    /// nothing. The same form sent again makes no second request.
    ///
    /// For somebody who is logged in, the request is theirs, whatever address was typed.
    ///
    /// While a person's data is restricted (Art. 18 GDPR), whoever is logged in as that person
    /// is told so. Whoever only types the address is answered as ever, since they may be
    /// anybody: the request is stored and withheld like the others, and no mail goes out.
    ///
    /// # Errors
    /// A refusal on `body` while the person's data is restricted; [`Error::Busy`] when the
    /// person is being erased and that takes long, otherwise [`Error::Broken`].
    #[boxed]
    pub async fn submit(
        &self,
        submission: Submission,
        files: Vec<File>,
        session: Option<&Session>,
    ) -> Result<Submitted, Error> {
        self.submit_held(submission, files, session, None).await
    }

    /// The same for a form that anybody may send. What is suspicious waits, unseen by agents but
    /// in its own list, until whoever has the mailbox confirms it by the link that is mailed.
    ///
    /// # Errors
    /// As [`submit`](Self::submit); [`Error::Prove`] when the page is to show a proof of work
    /// first; a refusal on `email` when too many requests came in its name.
    #[boxed]
    pub async fn submit_screened(
        &self,
        submission: Submission,
        files: Vec<File>,
        session: Option<&Session>,
        signs: &Signs<'_>,
    ) -> Result<Submitted, Error> {
        if session.is_some() {
            // Their address is proven, and they can be spoken to.
            return self.submit(submission, files, session).await;
        }
        self.limits.limit_address(Limited::Request, &submission.email).await?;
        let written = Written {
            email: &submission.email,
            name: submission.name.as_ref().map_or("", |name| name.as_str()),
            subject: submission.subject.as_str(),
            body: submission.body.as_str(),
        };
        let held = match self.limits.screen_request(signs, &written).await? {
            Screened::Fine => None,
            Screened::Hold => Some(HeldWhy::Unconfirmed),
            Screened::Prove(challenge) => return Err(Error::Prove(challenge)),
        };
        self.submit_held(submission, files, None, held).await
    }

    async fn submit_held(
        &self,
        mut submission: Submission,
        files: Vec<File>,
        session: Option<&Session>,
        held: Option<HeldWhy>,
    ) -> Result<Submitted, Error> {
        submission.by_stranger = session.is_none();
        submission.cut_secrets(self).await?;
        for _ in 0..WAITS {
            let now = self.clock.now();
            let (person, key) = match session {
                Some(session) => (session.person(), self.people.require_person(session.person()).await?.1),
                None => self.keys.find_or_create(&blind_index(&self.keys, &submission.email), now).await?,
            };
            let once_hash = self.once_hash(person, &submission);
            match self.try_submit(person, &key, &submission, &files, once_hash, held, now).await? {
                Tried::Stored(number, event) => {
                    match event {
                        Some(event) => self.events.committed(event),
                        None => self.wakeups.mail.notify_one(),
                    }
                    return Ok(Submitted { number, again: false, held: held.is_some() });
                }
                Tried::Known => {
                    if let Some((number, held)) = self.find_submitted(&once_hash).await? {
                        return Ok(Submitted { number, again: true, held });
                    }
                }
                Tried::Restricted => return Err(Error::refused("body", Problem::DataRestricted)),
                Tried::Erased => {}
            }
            // The person is being erased. Whoever writes again starts afresh: in a moment.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Err(Error::Busy { wait: 5 })
    }

    /// Known again are the same words on the same page; a form that was changed and sent
    /// again is another request.
    fn once_hash(&self, person: PersonId, submission: &Submission) -> [u8; 32] {
        self.keys.master().fingerprint(
            "submission",
            &[
                person.0.as_bytes(),
                submission.once.as_bytes(),
                submission.kind.as_bytes(),
                submission.subject.as_str().as_bytes(),
                submission.body.as_str().as_bytes(),
            ],
        )
    }

    /// The request that came of a form, and whether it is held.
    pub(super) async fn find_submitted(
        &self,
        once_hash: &[u8; 32],
    ) -> Result<Option<(RequestNumber, bool)>, Broken> {
        const SQL: &str = "SELECT number, held_at FROM request WHERE once_hash = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(i64, Option<i64>)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(once_hash.as_slice()).fetch_optional(c).await)?;
        Ok(row.map(|(number, held)| (RequestNumber::from_bits(number.cast_unsigned()), held.is_some())))
    }

    #[expect(clippy::too_many_arguments, reason = "each is another thing, and there is one caller")]
    async fn try_submit(
        &self,
        person: PersonId,
        key: &PersonKey,
        submission: &Submission,
        files: &[File],
        once_hash: [u8; 32],
        held: Option<HeldWhy>,
        now: Timestamp,
    ) -> Result<Tried, Broken> {
        let mut tx = self.store.write().await?;
        let writer = person::Writer {
            id: person,
            key,
            email: &submission.email,
            name: submission.name.as_ref(),
            language: submission.language,
        };
        let Some(row) = person::ensure(&mut tx, &writer, now).await? else {
            tx.rollback().await?;
            return Ok(Tried::Erased);
        };
        let restricted = row.is_restricted();
        if restricted && !submission.by_stranger {
            tx.rollback().await?;
            return Ok(Tried::Restricted);
        }
        let request = NewRequest {
            person,
            key,
            kind: &submission.kind,
            channel: Channel::Web,
            subject: &submission.subject,
            body: submission.body.as_str(),
            once_hash: Some(once_hash),
            captured_by: None,
            mail: None,
            held,
        };
        let Some(Stored { request, number, .. }) = self.insert_request(&mut tx, &request, files, now).await?
        else {
            tx.rollback().await?;
            return Ok(Tried::Known);
        };
        consent::store(&mut tx, person, self.privacy_version, "form", now).await?;
        if held.is_some() {
            self.ask_to_confirm(&mut tx, (&row, key), request, now).await?;
        } else {
            let cause = Cause { by_stranger: submission.by_stranger, answers: None };
            self.confirm(&mut tx, (&row, key), request, cause, now).await?;
        }
        // Nobody is to hear of what is withheld.
        let event =
            (!restricted && held.is_none()).then_some(Event { request, customer: person, public: true });
        files::keep(files);
        tx.commit().await?;
        Ok(Tried::Stored(number, event))
    }

    /// The confirmation mail, with the links that belong in it.
    pub(crate) async fn confirm(
        &self,
        tx: &mut Tx,
        (receiver, key): (&PersonRow, &PersonKey),
        request: RequestId,
        cause: Cause<'_>,
        now: Timestamp,
    ) -> Result<(), Broken> {
        let Cause { by_stranger, answers } = cause;
        let kind =
            if receiver.proven_at.is_some() { MailKind::ConfirmationKnown } else { MailKind::Confirmation };
        if self.outbox.had_enough_mail(tx, (receiver, key), kind, now).await? {
            return Ok(());
        }
        let offer_registration = !receiver.is_registered();
        let about = About { receiver, key, request, kind, offer_registration, by_stranger, answers };
        self.mail_about(tx, about, now).await
    }

    /// The mail with the link by which somebody says that a held request is theirs.
    async fn ask_to_confirm(
        &self,
        tx: &mut Tx,
        (receiver, key): (&PersonRow, &PersonKey),
        request: RequestId,
        now: Timestamp,
    ) -> Result<(), Broken> {
        let kind = MailKind::ConfirmRequest;
        if self.outbox.had_enough_mail(tx, (receiver, key), kind, now).await? {
            return Ok(());
        }
        let (offer_registration, by_stranger, answers) = (false, true, None);
        let about = About { receiver, key, request, kind, offer_registration, by_stranger, answers };
        self.mail_about(tx, about, now).await
    }

    /// A mail about a request, with its link.
    pub(super) async fn mail_about(
        &self,
        tx: &mut Tx,
        about: About<'_>,
        now: Timestamp,
    ) -> Result<(), Broken> {
        let About { receiver, key, request, kind, offer_registration, by_stranger, answers } = about;
        let person = PersonId(receiver.id);
        let link = self.people.mint(tx, Purpose::Request, person, Some(request), None, now).await?;
        let action = if offer_registration {
            Some(self.people.mint(tx, Purpose::Register, person, None, None, now).await?.reveal().to_owned())
        } else {
            None
        };
        let request_link = Some(link.reveal().to_owned());
        let answers = answers.map(str::to_owned);
        let payload = Payload { request: request_link, action, by_stranger, answers, ..Payload::default() };
        let (request, receiver) = (Some(request), Some(receiver));
        self.outbox
            .enqueue(tx, Mail { person, key, kind, request, comment: None, payload, receiver }, now)
            .await
    }

    /// The request with its first comment. `None` when there is one of the same form already.
    pub(crate) async fn insert_request(
        &self,
        tx: &mut Tx,
        new: &NewRequest<'_>,
        files: &[File],
        now: Timestamp,
    ) -> Result<Option<Stored>, Broken> {
        let Some((request, number)) = self.insert_empty_request(tx, new, now).await? else { return Ok(None) };
        let comment = NewComment {
            request,
            // The words are the customer's, also when an agent wrote them down.
            author: Some(new.person),
            author_kind: AuthorKind::Customer,
            visibility: Visibility::Public,
            body: new.body,
            key: new.key,
            once_hash: None,
            mail: new.mail,
        };
        let comment: CommentId = comment::insert(tx, &comment, now).await?;
        files::attach(tx, files, request, comment, new.key, now).await?;
        let actor = match new.captured_by {
            Some(agent) => (agent, AuthorKind::Agent),
            None => (new.person, AuthorKind::Customer),
        };
        history::note(tx, request, Some(actor), history::CREATED, None, None, now).await?;
        Ok(Some(Stored { request, number, comment }))
    }

    /// The row of a request whose first comment is written next. `None` when there is one of the same
    /// form already.
    pub(super) async fn insert_empty_request(
        &self,
        tx: &mut Tx,
        new: &NewRequest<'_>,
        now: Timestamp,
    ) -> Result<Option<(RequestId, RequestNumber)>, Broken> {
        const KNOWN: &str = "SELECT number FROM request WHERE once_hash = $1";
        const REQUEST: &str = "INSERT INTO request (id, number, person_id, kind, channel, status, priority,
            subject_sealed, once_hash, comments, notes, created_at, customer_news_at, updated_at,
            agent_wrote_at, customer_wrote_at, customer_read_at, agent_read_at, search_stale, held_at, held_why)
            VALUES ($1, $2, $3, $4, $5, 'open', 'normal', $6, $7, 1, 0, $8, $8, $8, 0, $8, $8, $9, $10, $11, $12)
            ON CONFLICT DO NOTHING";
        let id = random::id(now)?;
        let subject = new.key.seal("request.subject", id, new.subject.as_str().as_bytes())?;
        let read_by_agents = if new.captured_by.is_some() { now.0 } else { 0 };
        for _ in 0..TRIES {
            let number = random::number()?;
            let inserted = on!(tx.conn(), c => sqlx::query(REQUEST)
                .bind(id)
                .bind(number.bits().cast_signed())
                .bind(new.person.0)
                .bind(new.kind)
                .bind(new.channel.as_str())
                .bind(&subject)
                .bind(new.once_hash.map(|hash| hash.to_vec()))
                .bind(now.0)
                .bind(read_by_agents)
                .bind(new.held.is_none())
                .bind(new.held.map(|_| now.0))
                .bind(new.held.map(HeldWhy::as_str))
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if inserted == 1 {
                if new.held.is_none() {
                    statistics::count(tx, new.kind, new.captured_by, &Tally::received(), now).await?;
                }
                return Ok(Some((RequestId(id), number)));
            }
            if let Some(hash) = new.once_hash {
                let known: Option<(i64,)> =
                    on!(tx.conn(), c => sqlx::query_as(KNOWN).bind(hash.to_vec()).fetch_optional(c).await)?;
                if known.is_some() {
                    return Ok(None);
                }
            }
        }
        Err(Broken::Inconsistent("request.number", id))
    }
}

/// What stands where a mail has no subject.
pub(crate) fn no_subject(language: Language) -> Subject {
    let words = match language {
        Language::English => "(no subject)",
        Language::German => "(ohne Betreff)",
    };
    let Ok(subject) = Subject::parse(words) else { unreachable!("these words are a subject") };
    subject
}
