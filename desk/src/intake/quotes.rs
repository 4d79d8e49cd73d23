//! Keeps references in place of what a mail quotes of its request, and answers that somebody has
//! written into a quote as text.
//!
//! Quoted words would otherwise stay under the key of whoever quotes them when their author is
//! erased. What a mail quotes of people whom the desk does not know stays as it is.

use std::collections::HashSet;
use std::ops::Range;

use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_mail::{KnownText, KnownTexts, LEFT_OUT, Message, Part, Participant, replace_references};
use tresen_model::{Body, EmailAddress, PersonId, Subject};
use tresen_store::Conn;

use super::thread::Thread;
use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::intake::Intake;
use crate::outbox::kinds::{MailContext, MailKind};
use crate::people::person;
use crate::requests::access::RequestHead;
use crate::requests::find_any;
use crate::requests::quotes::{self, Field, Original};

/// Mails of the desk in which a customer may answer.
const OWN_MAILS: [MailKind; 5] = [
    MailKind::Confirmation,
    MailKind::ConfirmationKnown,
    MailKind::Captured,
    MailKind::Reply,
    MailKind::Resolved,
];

/// Stands in a mail of the desk for what its links and an agent's answer are.
const FILLER: &str = "x";

/// What is known of a request.
struct Conversation {
    texts: KnownTexts,
    /// Of each text the comment that has it; none for what the desk itself says.
    names: Vec<Option<(Uuid, Field)>>,
}

impl Conversation {
    fn name(&self, text: usize, bytes: &Range<usize>) -> String {
        let known = self.names.get(text).copied().flatten();
        known.map_or_else(String::new, |(comment, field)| quotes::name(comment, field, bytes))
    }

    fn without_repeats(&self, text: &str, rest: bool) -> String {
        self.texts.without_repeats(text, rest, |text, bytes| self.name(text, &bytes))
    }
}

impl Intake {
    /// Takes out of a message what it repeats of its request. Returns the text, a [`Body`] or empty.
    pub(super) async fn without_quotes(
        &self,
        message: &mut Message,
        text: String,
        thread: &Thread,
        from: &EmailAddress,
    ) -> Result<String, Error> {
        let mut reader = self.store.read().await?;
        let Some(head) = find_any(reader.conn(), thread.number).await? else { return Ok(text) };
        let sender = self.keys.find(&blind_index(&self.keys, from)).await?.map(|(person, _)| person);
        let Some(known) = self.conversation_so_far(reader.conn(), &head, sender).await? else {
            return Ok(text);
        };
        drop(reader);
        let turn = self.reading.acquire().await.map_err(|_| Broken::Task)?;
        let (mut taken, limits) = (std::mem::take(message), self.settings.intake.limits());
        let task = tokio::task::spawn_blocking(move || {
            let text = take_out(&known, &mut taken, &text);
            for part in &mut taken.parts {
                replace_copy(&known, part, &limits);
            }
            (taken, text)
        });
        let (taken, text) = task.await.map_err(|_| Broken::Task)?;
        drop(turn);
        *message = taken;
        Ok(text)
    }

    /// What was said in a request, and who said it; `None` when its customer is gone.
    async fn conversation_so_far(
        &self,
        mut conn: Conn<'_>,
        head: &RequestHead,
        sender: Option<PersonId>,
    ) -> Result<Option<Conversation>, Broken> {
        let Some(key) = self.keys.get(head.customer()).await? else { return Ok(None) };
        let originals = self.requests.originals(conn.again(), head.request(), head.customer()).await?;
        let people = self.participants(conn.again(), head, &originals, sender).await?;
        let mut texts = Vec::new();
        let mut names = Vec::new();
        // The oldest first: whoever wrote something first is quoted.
        for original in originals.into_iter().rev() {
            let own = sender.is_some() && original.author == sender;
            let rest = original.rest.map(|rest| (rest, Field::Rest));
            for (text, field) in std::iter::once((original.body, Field::Body)).chain(rest) {
                texts.push(KnownText { text, own, template: false });
                names.push(Some((original.id, field)));
            }
        }
        for text in self.own_words(conn, head, &key, sender).await? {
            texts.push(KnownText { text, own: false, template: true });
            names.push(None);
        }
        Ok(Some(Conversation { texts: KnownTexts::new(texts, people), names }))
    }

    /// Everyone but the sender who takes part in a request.
    async fn participants(
        &self,
        conn: Conn<'_>,
        head: &RequestHead,
        originals: &[Original],
        sender: Option<PersonId>,
    ) -> Result<Vec<Participant>, Broken> {
        let others = originals.iter().filter_map(|original| original.author).chain([head.customer()]);
        let others: HashSet<PersonId> = others.filter(|other| Some(*other) != sender).collect();
        let others: Vec<PersonId> = others.into_iter().collect();
        let keys = self.keys.get_many(others.iter().copied()).await?;
        let mut people = Vec::with_capacity(others.len());
        for row in person::find_many(conn, &others).await? {
            if let Some(key) = keys.get(&PersonId(row.id)) {
                let name = row.name(key)?.map(Into::into);
                people.push(Participant { name, address: row.email(key)?.into() });
            }
        }
        Ok(people)
    }

    /// What the desk itself says in the mails about a request: so that a person's lines between them
    /// can be told.
    async fn own_words(
        &self,
        conn: Conn<'_>,
        head: &RequestHead,
        key: &PersonKey,
        sender: Option<PersonId>,
    ) -> Result<Vec<String>, Broken> {
        let Some(receiver) = person::find(conn, sender.unwrap_or(head.customer())).await? else {
            return Ok(Vec::new());
        };
        let url = || Some(format!("{}/{FILLER}", self.settings.public_url));
        let subject = key.open_text("request.subject", head.id, &head.subject_sealed)?;
        let own = self.keys.get(PersonId(receiver.id)).await?;
        let context = MailContext {
            desk_name: self.settings.name.clone(),
            name: own.map(|key| receiver.name(&key)).transpose()?.flatten(),
            number: Some(head.number()),
            subject: Subject::parse(&subject).ok(),
            request_url: url(),
            register_url: url(),
            login_url: url(),
            contact_url: url(),
            reply_text: Body::parse(FILLER).ok(),
            can_reply: self.settings.outgoing.can_reply(),
            ..MailContext::default()
        };
        // A template of the operator that fails here fails when the mail is written, where it is said.
        let rendered = OWN_MAILS.iter().filter_map(|kind| {
            self.templates.render(*kind, receiver.language(), &context).ok().map(|mail| mail.text)
        });
        Ok(rendered.collect())
    }
}

/// Mails within an attached mail that are looked at.
const DEPTH: usize = 3;

/// Takes out of the texts of a message what they repeat.
fn take_out(known: &Conversation, message: &mut Message, text: &str) -> String {
    let mut body = known.without_repeats(text, false);
    if let Some(rest) = message.rest.take() {
        let answers = known.texts.has_answers_within(&rest);
        let rest = known.without_repeats(&rest, true);
        let fits = body.chars().count() + rest.chars().count() < Body::MAX;
        if answers && fits {
            // Nothing that a person has written is folded away.
            body = format!("{}\n\n{rest}", body.trim_end());
        } else {
            message.rest = Some(rest);
        }
    }
    if let Some(html) = message.html.take() {
        let name = |text: usize, bytes: Range<usize>| known.name(text, &bytes);
        message.html = Some(known.texts.html_without_repeats(&html, name));
    }
    body
}

/// An attached mail that repeats the request becomes a text without what it repeats: nobody could
/// take that out of it later.
fn replace_copy(known: &Conversation, part: &mut Part, limits: &tresen_mail::Limits) {
    if !is_mail(part) {
        return;
    }
    let whole = all_texts(&tresen_mail::read(&part.bytes, limits), limits, DEPTH);
    if !known.texts.is_repeated_in(&whole) {
        return;
    }
    let text = replace_references(&known.without_repeats(&whole, true), |_| LEFT_OUT.to_owned());
    part.name.truncate(part.name.len() - ".eml".len());
    part.name.push_str(".txt");
    part.bytes = format!("{text}\n").into_bytes();
}

/// What a mail says, and the mails within it.
fn all_texts(mail: &Message, limits: &tresen_mail::Limits, depth: usize) -> String {
    let from = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let mut all = format!("From: {from}\nSubject: {}\n\n{}", mail.subject, mail.text);
    if let Some(rest) = &mail.rest {
        all.push_str(&format!("\n\n{rest}"));
    }
    for part in mail.parts.iter().filter(|part| depth > 0 && is_mail(part)) {
        let within = tresen_mail::read(&part.bytes, limits);
        all.push_str(&format!("\n\n{}", all_texts(&within, limits, depth - 1)));
    }
    all
}

fn is_mail(part: &Part) -> bool {
    part.name.to_ascii_lowercase().ends_with(".eml")
}
