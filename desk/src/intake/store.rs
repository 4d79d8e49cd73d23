//! Storing what a mail says: a new request, a comment, or an agent's answer, in one transaction
//! with the note that the mail was taken in.

use tresen_keys::PersonKey;
use tresen_mail::{Correspondent, Message, Remark};
use tresen_model::{
    AsideReason, AuthorKind, Body, Channel, CommentId, EmailAddress, HeldWhy, MailRemark, PersonId,
    PersonName, RequestId, Standing, Status, Subject, Timestamp, Visibility,
};
use tresen_store::{Conn, StoreError, Tx, on};

use super::identify::{Identity, claim};
use super::thread::Thread;
use super::verdict::{Dmarc, Judgement};
use super::{Envelope, TakenIn};
use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::events::Event;
use crate::intake::Intake;
use crate::people::kinds;
use crate::people::person::{self, PersonRow, Presence, Writer};
use crate::requests::about::Cause;
use crate::requests::access::RequestHead;
use crate::requests::comment::{self, MailPart, NewComment, count_customer_comment};
use crate::requests::files::{self, File};
use crate::requests::outsiders::is_admitted;
use crate::requests::submit::{NewRequest, no_subject};
use crate::requests::{change, find_any};
use crate::search::mark_stale;

/// A mail that was read, and what is thought of it.
pub(super) struct Incoming<'a> {
    pub(super) message: &'a Message,
    pub(super) from: &'a Correspondent,
    pub(super) envelope: &'a Envelope,
    pub(super) identity: &'a Identity,
    pub(super) files: &'a [File],
    /// A machine sent it (RFC 3834).
    pub(super) automatic: bool,
    pub(super) judgement: Judgement,
    /// See [`Writer`](super::writer::Writer).
    pub(super) trusted: bool,
    pub(super) via: Option<&'a str>,
    pub(super) reply_to: Option<&'a str>,
    /// What the person wrote, as [`tresen_model::Body`] has it, or nothing.
    pub(super) text: String,
}

/// What came of a try.
pub(super) enum Tried {
    Taken(TakenIn),
    Aside(AsideReason),
    /// Something that must be unique was taken, or what it belongs to has just changed.
    Again,
    /// Somebody is being erased.
    Erasing,
}

/// Who wrote, and with what key.
struct Sender<'a> {
    person: PersonId,
    key: &'a PersonKey,
    /// What From calls them.
    name: Option<PersonName>,
    /// Whether they are known without a name so far and take this one.
    learns: bool,
}

impl Intake {
    pub(super) async fn store_message(&self, incoming: &Incoming<'_>) -> Result<Tried, Error> {
        let now = self.clock.now();
        let (person, key) =
            self.keys.find_or_create(&blind_index(&self.keys, &incoming.from.address), now).await?;
        let name = name(incoming.from);
        let believed = !incoming.automatic && incoming.judgement.hold().is_none();
        let learns = name.is_some() && believed && self.people.is_nameless_guest(person).await?;
        let sender = Sender { person, key: &key, name, learns };
        let _indexing = if learns { Some(self.search.before_renaming(person).await?) } else { None };
        let tried = match self.find_thread(incoming.message, incoming.envelope).await? {
            Some(thread) => self.store_in(incoming, &sender, &thread, now).await,
            None => self.store_new(incoming, &sender, now).await,
        }?;
        if learns {
            self.wakeups.search.notify_one();
        }
        Ok(tried)
    }

    /// Makes the person who wrote, or locks the one that is there.
    async fn ensure_sender(
        &self,
        tx: &mut Tx,
        incoming: &Incoming<'_>,
        sender: &Sender<'_>,
        now: Timestamp,
    ) -> Result<Presence, Broken> {
        let writer = Writer {
            id: sender.person,
            key: sender.key,
            email: &incoming.from.address,
            name: sender.name.as_ref(),
            language: self.settings.intake.language,
        };
        if person::ensure(tx, &writer, now).await?.is_none() {
            return Ok(Presence::Erased);
        }
        if sender.learns {
            person::learn_name(tx, &writer).await?;
            mark_stale(tx, sender.person).await?;
        }
        if incoming.trusted && !incoming.automatic {
            person::mark_reachable(tx, sender.person).await?;
        }
        Ok(Presence::Here)
    }

    async fn store_new(
        &self,
        incoming: &Incoming<'_>,
        sender: &Sender<'_>,
        now: Timestamp,
    ) -> Result<Tried, Error> {
        let mut tx = self.store.write().await?;
        if !claim(&mut tx, &incoming.identity.fingerprint, "request", now.0).await? {
            tx.rollback().await?;
            return Ok(Tried::Taken(TakenIn::Known));
        }
        let Presence::Here = self.ensure_sender(&mut tx, incoming, sender, now).await? else {
            tx.rollback().await?;
            return Ok(Tried::Erasing);
        };
        let row = found(tx.conn(), sender.person).await?;
        let held = match incoming.judgement.hold() {
            Some(why) => Some(why),
            None => self.wrote_too_much(&mut tx, sender.person, now).await?.then_some(HeldWhy::TooMany),
        };
        let remarks = remarks(incoming.message);
        let kind = self.kind(incoming.envelope);
        let new = NewRequest {
            person: sender.person,
            key: sender.key,
            kind: &kind,
            channel: Channel::Mail,
            subject: &subject(&incoming.message.subject).unwrap_or_else(|| no_subject(row.language())),
            body: &incoming.text,
            once_hash: None,
            captured_by: None,
            mail: Some(incoming.part(Standing::Participant, sender.signed(&row)?, &remarks)),
            held,
        };
        let Some(stored) = self.requests.insert_request(&mut tx, &new, incoming.files, now).await? else {
            tx.rollback().await?;
            return Ok(Tried::Again);
        };
        self.note_taken(&mut tx, incoming, sender.person, stored.request, stored.comment).await?;
        if held.is_none() && !incoming.automatic {
            let answers = incoming.message.message_id.as_deref();
            let cause = Cause { by_stranger: true, answers };
            self.requests.confirm(&mut tx, (&row, sender.key), stored.request, cause, now).await?;
        }
        // Nobody is to hear of what is withheld.
        let event = Event { request: stored.request, customer: sender.person, public: true };
        let event = (held.is_none() && !row.is_restricted()).then_some(event);
        self.finish(tx, incoming, event).await?;
        let number = stored.number;
        Ok(Tried::Taken(if held.is_some() { TakenIn::Held(number) } else { TakenIn::Request(number) }))
    }

    async fn store_in(
        &self,
        incoming: &Incoming<'_>,
        sender: &Sender<'_>,
        thread: &Thread,
        now: Timestamp,
    ) -> Result<Tried, Error> {
        let Some(head) = find_any(self.store.read().await?.conn(), thread.number).await? else {
            return Ok(Tried::Erasing);
        };
        let customer = head.customer();
        let Some(customer_key) = self.keys.get(customer).await? else { return Ok(Tried::Erasing) };
        let mut tx = self.store.write().await?;
        if !claim(&mut tx, &incoming.identity.fingerprint, "comment", now.0).await? {
            tx.rollback().await?;
            return Ok(Tried::Taken(TakenIn::Known));
        }
        // Both, always in the same order: so nobody waits for each other.
        let mut both = [sender.person, customer];
        both.sort_unstable();
        for person in both {
            let presence = if person == sender.person {
                self.ensure_sender(&mut tx, incoming, sender, now).await?
            } else {
                person::touch(&mut tx, person, now).await?
            };
            let Presence::Here = presence else {
                tx.rollback().await?;
                return Ok(Tried::Erasing);
            };
        }
        // Read again, now that nobody else can change it.
        let Some(head) = find_any(tx.conn(), thread.number).await? else {
            tx.rollback().await?;
            return Ok(Tried::Erasing);
        };
        let row = found(tx.conn(), sender.person).await?;
        let own_token = thread.token_of == Some(sender.person);
        if row.role()?.is_staff()
            && own_token
            && incoming.judgement.dmarc == Dmarc::Pass
            && !incoming.automatic
            && !incoming.judgement.blocked
            && kinds::includes(tx.conn(), sender.person, &head.kind).await?
        {
            return self.store_answer(tx, incoming, &head, sender.person, &customer_key, now).await;
        }
        let belongs =
            sender.person == customer || is_admitted(tx.conn(), head.request(), sender.person).await?;
        let standing = if belongs && incoming.is_trusted(own_token) {
            Standing::Participant
        } else {
            Standing::Outsider
        };
        if own_token && belongs && standing == Standing::Participant && !incoming.automatic {
            // Whoever has the token has the mailbox that it was sent to.
            person::mark_proven(&mut tx, sender.person, now).await?;
        }
        self.store_comment(tx, incoming, sender, &head, &row, standing, now).await
    }

    #[expect(clippy::too_many_arguments, reason = "what was found out about one mail, for one caller")]
    async fn store_comment(
        &self,
        mut tx: Tx,
        incoming: &Incoming<'_>,
        sender: &Sender<'_>,
        head: &RequestHead,
        row: &PersonRow,
        standing: Standing,
        now: Timestamp,
    ) -> Result<Tried, Error> {
        let remarks = remarks(incoming.message);
        let request = head.request();
        let new = NewComment {
            request,
            author: Some(sender.person),
            author_kind: AuthorKind::Customer,
            visibility: Visibility::Public,
            body: &incoming.text,
            key: sender.key,
            once_hash: None,
            mail: Some(incoming.part(standing, sender.signed(row)?, &remarks)),
        };
        let at = head.moment(now);
        let comment = comment::insert(&mut tx, &new, at).await?;
        files::attach(&mut tx, incoming.files, request, comment, sender.key, now).await?;
        self.note_taken(&mut tx, incoming, sender.person, request, comment).await?;
        let withheld = head.is_restricted() || row.is_restricted();
        match standing {
            Standing::Participant if incoming.automatic => count_silent(&mut tx, request, true, at).await?,
            Standing::Participant => {
                if head.status()? != Status::Open && !withheld {
                    let actor = (sender.person, AuthorKind::Customer);
                    change::set_status(&mut tx, head, Status::Open, actor, at).await?;
                }
                count_customer_comment(&mut tx, request, sender.person == head.customer(), at).await?;
                if !withheld && head.held().is_none() {
                    self.outbox.tell_assignee(&mut tx, request, now).await?;
                }
            }
            Standing::Outsider | Standing::Erased => {
                count_silent(&mut tx, request, false, at).await?;
                if !incoming.automatic {
                    mark_unread(&mut tx, request, at).await?;
                    if row.role()?.is_staff() {
                        self.requests
                            .tell_of_unsent(&mut tx, request, sender.person, sender.key, now)
                            .await?;
                    }
                }
            }
        }
        let public = standing == Standing::Participant;
        let event = Event { request, customer: head.customer(), public };
        let event = (!withheld && head.held().is_none()).then_some(event);
        self.finish(tx, incoming, event).await?;
        Ok(Tried::Taken(TakenIn::Comment(head.number())))
    }

    /// An agent answers by mail.
    async fn store_answer(
        &self,
        mut tx: Tx,
        incoming: &Incoming<'_>,
        head: &RequestHead,
        agent: PersonId,
        customer_key: &PersonKey,
        now: Timestamp,
    ) -> Result<Tried, Error> {
        if head.is_restricted() {
            return Ok(Tried::Aside(AsideReason::Restricted));
        }
        let remarks = remarks(incoming.message);
        let new = NewComment {
            request: head.request(),
            author: Some(agent),
            author_kind: AuthorKind::Agent,
            visibility: Visibility::Public,
            body: &incoming.text,
            key: customer_key,
            once_hash: None,
            // Agents have the name that they have here.
            mail: Some(incoming.part(Standing::Participant, None, &remarks)),
        };
        let Some((comment, event)) =
            self.requests.write_reply(&mut tx, head, agent, &new, None, incoming.files, now).await?
        else {
            return Ok(Tried::Again);
        };
        self.note_taken(&mut tx, incoming, agent, head.request(), comment).await?;
        files::keep(incoming.files);
        tx.commit().await?;
        self.events.committed(event);
        Ok(Tried::Taken(TakenIn::Comment(head.number())))
    }

    /// Commits, and tells those who watch.
    async fn finish(&self, tx: Tx, incoming: &Incoming<'_>, event: Option<Event>) -> Result<(), Broken> {
        files::keep(incoming.files);
        tx.commit().await?;
        if let Some(event) = event {
            self.events.committed(event);
        }
        Ok(())
    }

    /// Says what became of a message that was claimed.
    async fn note_taken(
        &self,
        tx: &mut Tx,
        incoming: &Incoming<'_>,
        person: PersonId,
        request: RequestId,
        comment: CommentId,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE mail_in SET message_hash = $2, person_id = $3, request_id = $4, comment_id = $5
            WHERE fingerprint = $1";
        let hash = incoming.message.message_id.as_deref().map(|id| self.message_hash(id).to_vec());
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(incoming.identity.fingerprint.as_slice())
            .bind(hash)
            .bind(person.0)
            .bind(request.0)
            .bind(comment.0)
            .execute(c)
            .await
            .map(drop))
    }

    /// Whether somebody has had their share of mails for this hour.
    async fn wrote_too_much(
        &self,
        tx: &mut Tx,
        person: PersonId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM mail_in WHERE person_id = $1 AND at > $2";
        let (count,): (i64,) = on!(tx.conn(), c => sqlx::query_as(SQL)
            .bind(person.0)
            .bind(now.plus_seconds(-3600).0)
            .fetch_one(c)
            .await)?;
        Ok(count >= i64::from(self.settings.intake.per_sender_hour))
    }

    /// The request type of what comes through a channel.
    fn kind(&self, envelope: &Envelope) -> String {
        let wanted = envelope.kind.as_deref().and_then(|id| self.settings.request_type(id));
        wanted.or(self.settings.request_types.first()).map(|kind| kind.id.clone()).unwrap_or_default()
    }
}

impl Sender<'_> {
    /// The name of the mail, where the person has another one or none.
    fn signed(&self, row: &PersonRow) -> Result<Option<&PersonName>, Broken> {
        let called = row.name(self.key)?;
        let other = |name: &&PersonName| called.as_ref().map(PersonName::as_str) != Some(name.as_str());
        Ok(self.name.as_ref().filter(other))
    }
}

impl<'a> Incoming<'a> {
    fn part(
        &self,
        standing: Standing,
        signed: Option<&'a PersonName>,
        remarks: &'a [MailRemark],
    ) -> MailPart<'a> {
        let message = self.message;
        let text = |text: &'a Option<String>| text.as_deref().filter(|text| !text.trim().is_empty());
        MailPart {
            automatic: self.automatic,
            standing,
            signed,
            subject: Some(message.subject.as_str())
                .filter(|subject| standing == Standing::Outsider && !subject.is_empty()),
            rest: text(&message.rest),
            html: text(&message.html),
            remarks,
            verdict: self.judgement.verdict(),
            via: self.via,
            reply_to: self.reply_to,
        }
    }

    /// Whether From can be believed so far that the words count as those of whoever it names.
    fn is_trusted(&self, own_token: bool) -> bool {
        if !self.trusted {
            return false;
        }
        match self.judgement.hold() {
            None => true,
            Some(HeldWhy::Blocked | HeldWhy::TooMany | HeldWhy::Unconfirmed) => false,
            Some(HeldWhy::Forged | HeldWhy::Spam) => own_token,
        }
    }
}

async fn found(conn: Conn<'_>, person: PersonId) -> Result<PersonRow, Broken> {
    person::find(conn, person).await?.ok_or(Broken::Inconsistent("person", person.0))
}

/// Counts a comment that makes no noise: a machine's (`public`), or an outsider's, which only
/// agents see so far.
async fn count_silent(
    tx: &mut Tx,
    request: RequestId,
    public: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    const PUBLIC: &str = "UPDATE request SET comments = comments + 1, updated_at = $2, customer_news_at = $2,
        search_stale = $3 WHERE id = $1";
    const OUTSIDER: &str =
        "UPDATE request SET notes = notes + 1, updated_at = $2, search_stale = $3 WHERE id = $1";
    let sql = if public { PUBLIC } else { OUTSIDER };
    on!(tx.conn(), c => sqlx::query(sql).bind(request.0).bind(now.0).bind(true).execute(c).await.map(drop))
}

/// Agents are to look.
async fn mark_unread(tx: &mut Tx, request: RequestId, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE request SET customer_wrote_at = $2 WHERE id = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(request.0).bind(now.0).execute(c).await.map(drop))
}

/// The name beside the address in From. An address there is no name: many programs repeat the sender's own,
/// and one of somebody else would be believed.
fn name(from: &Correspondent) -> Option<PersonName> {
    let name = cut(from.name.as_deref()?.trim_matches(['\'', '"']), PersonName::MAX);
    PersonName::optional(&name).ok().flatten().filter(|name| EmailAddress::parse(name.as_str()).is_err())
}

fn remarks(message: &Message) -> Vec<MailRemark> {
    let word = |remark: &Remark| match remark {
        Remark::OverLimit => MailRemark::OverLimit,
        Remark::Damaged => MailRemark::Damaged,
        Remark::Signed => MailRemark::Signed,
        Remark::Encrypted => MailRemark::Encrypted,
        Remark::RemoteContent => MailRemark::RemoteContent,
        Remark::Empty => MailRemark::Empty,
    };
    message.remarks.iter().map(word).collect()
}

/// The text of a mail as a comment has it.
pub(super) fn text(message: &Message) -> String {
    let cut: String = message.text.chars().take(Body::MAX).collect();
    Body::parse(&cut).map(String::from).unwrap_or_default()
}

fn subject(text: &str) -> Option<Subject> {
    Subject::parse(&cut(text, Subject::MAX)).ok()
}

/// At most so many characters; of a longer text the beginning, and a sign that it goes on.
fn cut(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= most {
        return text;
    }
    let mut start: String = text.chars().take(most - 1).collect();
    start.truncate(start.trim_end().len());
    start.push('…');
    start
}
