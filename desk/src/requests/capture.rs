//! An agent writes a request down for a customer who called.

use async_recursion::async_recursion as boxed;
use tresen_model::{Body, Channel, EmailAddress, Language, PersonName, Problem, Subject};

use super::about::About;
use super::files::{self, File};
use super::submit::{NewRequest, Stored, Submitted, parse_kind};
use crate::address::blind_index;
use crate::error::{Error, Refusals};
use crate::events::Event;
use crate::outbox::kinds::MailKind;
use crate::people::{Agent, kinds, person};
use crate::requests::Requests;

/// What the agent typed, as it came.
pub struct Capture<'a> {
    /// `email` of the customer.
    pub email: &'a str,
    /// `name` of the customer; may be empty.
    pub name: &'a str,
    /// `kind`: the id of a request type.
    pub kind: &'a str,
    /// `subject`.
    pub subject: &'a str,
    /// `body`.
    pub body: &'a str,
    /// `once`: a random word of the page.
    pub once: &'a str,
    /// The language in which the customer gets mail.
    pub language: Language,
}

impl Requests {
    /// Stores a request in the name of a customer, who is told by a mail that repeats
    /// nothing of it. The legal basis is the customer's wish (Art. 6(1)(b) GDPR): nobody
    /// ticked anything, so no consent is stored.
    ///
    /// # Errors
    /// Refusals of the fields, of `email` when the customer's data is restricted, of `kind` when the agent
    /// does not work on it; [`Error::Busy`] while the customer is being erased.
    #[boxed]
    pub async fn capture(
        &self,
        agent: &Agent,
        form: &Capture<'_>,
        files: Vec<File>,
    ) -> Result<Submitted, Error> {
        let mut refusals = Refusals::default();
        let email = refusals.take("email", EmailAddress::parse(form.email));
        let name = refusals.take("name", PersonName::optional(form.name));
        let kind = refusals.take("kind", parse_kind(form.kind, &self.settings));
        let subject = refusals.take("subject", Subject::parse(form.subject));
        let body = refusals.take("body", Body::parse(form.body));
        let (Some(email), Some(name), Some(kind), Some(subject), Some(body)) =
            (email, name, kind, subject, body)
        else {
            return Err(refusals.into_error());
        };
        if !kinds::includes(self.store.read().await?.conn(), agent.person(), &kind).await? {
            return Err(Error::refused("kind", Problem::ChoiceUnknown));
        }
        let now = self.clock.now();
        let (person, key) = self.keys.find_or_create(&blind_index(&self.keys, &email), now).await?;
        let writer = agent.person();
        let once_hash = self.keys.master().fingerprint(
            "capture",
            &[
                writer.0.as_bytes(),
                person.0.as_bytes(),
                form.once.as_bytes(),
                kind.as_bytes(),
                subject.as_str().as_bytes(),
                body.as_str().as_bytes(),
            ],
        );
        if let Some((number, held)) = self.find_submitted(&once_hash).await? {
            return Ok(Submitted { number, again: true, held });
        }
        let mut tx = self.store.write().await?;
        let writer = person::Writer {
            id: person,
            key: &key,
            email: &email,
            name: name.as_ref(),
            language: form.language,
        };
        let Some(row) = person::ensure(&mut tx, &writer, now).await? else {
            return Err(Error::Busy { wait: 5 });
        };
        if row.is_restricted() {
            return Err(Error::refused("email", Problem::CustomerRestricted));
        }
        let new = NewRequest {
            person,
            key: &key,
            kind: &kind,
            channel: Channel::Agent,
            subject: &subject,
            body: body.as_str(),
            once_hash: Some(once_hash),
            captured_by: Some(agent.person()),
            mail: None,
            held: None,
        };
        let Some(Stored { request, number, .. }) = self.insert_request(&mut tx, &new, &files, now).await?
        else {
            tx.rollback().await?;
            let (number, held) = self.find_submitted(&once_hash).await?.ok_or(Error::Busy { wait: 5 })?;
            return Ok(Submitted { number, again: true, held });
        };
        if !self.outbox.had_enough_mail(&mut tx, (&row, &key), MailKind::Captured, now).await? {
            let about = About {
                receiver: &row,
                key: &key,
                request,
                kind: MailKind::Captured,
                offer_registration: !row.is_registered(),
                by_stranger: false,
                answers: None,
            };
            self.mail_about(&mut tx, about, now).await?;
        }
        let event = Event { request, customer: person, public: true };
        files::keep(&files);
        tx.commit().await?;
        self.events.committed(event);
        Ok(Submitted { number, again: false, held: false })
    }
}
