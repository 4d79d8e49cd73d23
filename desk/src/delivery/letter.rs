//! From a row of the outbox to a mail.

use std::sync::Arc;

use lettre::Message;
use sqlx::types::Uuid;
use tokio::sync::OwnedSemaphorePermit;
use tresen_keys::PersonKey;
use tresen_model::duration::{Case, in_words};
use tresen_model::{Body, EmailAddress, PersonId, PersonName, RequestId, RequestNumber, Subject};
use tresen_store::{from_row, on};

use super::{AttachedFile, OutgoingMail, Sender};
use crate::delivery::Delivery;
use crate::error::{Broken, Error};
use crate::outbox::enqueue::{OutboxRow, Payload};
use crate::outbox::kinds::{MailContext, MailKind};
use crate::people::person::PersonRow;
use crate::people::{Purpose, kinds};
use crate::requests::StoredFile;

struct RequestRow {
    number: i64,
    subject_sealed: Vec<u8>,
}

from_row!(RequestRow { number, subject_sealed });

struct CommentRow {
    body_sealed: Vec<u8>,
    author_id: Option<Uuid>,
    request_id: Uuid,
}

from_row!(CommentRow { body_sealed, author_id, request_id });

/// How many mails with files may be in memory at once: each is there three times, sealed no more,
/// encoded, and signed.
pub(crate) const FILES_AT_ONCE: usize = 3;

/// A mail that can leave. While it is held, so is its share of the memory.
pub(super) struct Letter {
    pub(super) message: Message,
    pub(super) with_files: Option<OwnedSemaphorePermit>,
}

impl Delivery {
    /// Writes the mail.
    pub(super) async fn write_letter(
        &self,
        row: &OutboxRow,
        receiver: &PersonRow,
        key: &PersonKey,
    ) -> Result<Letter, Error> {
        let person = PersonId(row.person_id);
        let kind = MailKind::parse(&row.kind).ok_or(Broken::Inconsistent("outbox.kind", row.id))?;
        let payload = row.payload(key)?;
        let mut context = self.links(kind, &payload, receiver);
        // A new address is as unproven as one of a form, and a name is typed as freely.
        let proven = receiver.proven_at.is_some() && kind != MailKind::AddressProve && !payload.by_stranger;
        let to_agent = matches!(kind, MailKind::AgentNews | MailKind::AnswerUnsent);
        if proven && !to_agent {
            context.name = receiver.name(key)?;
        }
        if let Some(request) = row.request_id {
            let link = payload.request.as_deref();
            if to_agent {
                self.add_number(&mut context, request, person).await?;
            } else {
                self.add_request(&mut context, request, link, key, proven).await?;
            }
        }
        let (mut files, mut with_files) = (Vec::new(), None);
        if let Some(comment) = row.comment_id {
            self.add_comment(&mut context, comment, person, key).await?;
            self.files.check_files_of(comment).await?;
            let attached = self.requests.stored_files(comment).await?;
            context.attachments = u32::try_from(attached.len()).unwrap_or(u32::MAX);
            let size: u64 = attached.iter().map(StoredFile::size).sum();
            // What may not be served stands on the page, which says why.
            let all_served = attached.iter().all(|file| self.requests.serves(file));
            if !attached.is_empty() && all_served && size <= self.settings.outgoing.attach_bytes {
                with_files = Arc::clone(&self.mail_files).acquire_owned().await.ok();
                for file in attached {
                    let (name, media_type, contents) = self.requests.read_whole(&file, key).await?;
                    files.push(AttachedFile { name, media_type, contents });
                }
                context.attached = true;
            }
        }
        context.role = Some(receiver.role()?);
        context.resolved = payload.resolved;
        context.aside = payload.aside;
        context.can_reply =
            self.settings.outgoing.can_reply() && (!to_agent || self.settings.intake.knows_senders());
        let number = context.number.filter(|_| context.can_reply);
        let reply_to = number.and_then(|number| self.outbox.reply_address(number, person));
        let broken = |error: &dyn std::fmt::Display| Error::Broken(Broken::Template(error.to_string()));
        let language = receiver.language();
        let rendered = self.templates.render(kind, language, &context).map_err(|error| broken(&error))?;
        let to = match payload.to {
            Some(other) => {
                EmailAddress::parse(&other).map_err(|_| Broken::Inconsistent("outbox.to", row.id))?
            }
            None => receiver.email(key)?,
        };
        let thread = row.request_id.map(|request| self.outbox.thread_id(request));
        let first = matches!(
            kind,
            MailKind::Confirmation
                | MailKind::ConfirmationKnown
                | MailKind::ConfirmRequest
                | MailKind::Captured
        );
        // The first mail answers the one that made the request, where there is one (RFC 5322 3.6.4).
        let answered = if first { payload.answers } else { thread.clone() };
        let mail = OutgoingMail {
            message_id: match &thread {
                Some(thread) if first => thread.clone(),
                _ => self.outbox.message_id("m", row.id),
            },
            in_reply_to: answered.clone(),
            references: answered.into_iter().collect(),
            from: Sender { name: self.settings.name.clone(), address: self.settings.mail_from.clone() },
            to,
            to_name: context.name,
            reply_to: reply_to.map(Into::into),
            auto_submitted: kind != MailKind::Reply,
            language,
            rendered,
            files,
        };
        let message = mail.compose(self.clock.now()).map_err(|error| broken(&error))?;
        Ok(Letter { message, with_files })
    }

    fn links(&self, kind: MailKind, payload: &Payload, receiver: &PersonRow) -> MailContext {
        let url = &self.settings.public_url;
        let action =
            |page: &str| payload.action.as_ref().map(|secret| format!("{url}/{page}?token={secret}"));
        let hours = |purpose: Purpose| u32::try_from(purpose.lifetime() / 3600).ok();
        let (action_url, valid_hours, register_url) = match kind {
            MailKind::Register => (action("register"), hours(Purpose::Register), None),
            MailKind::Invitation => (action("register"), hours(Purpose::Join), None),
            MailKind::PasswordReset => (action("password"), hours(Purpose::Password), None),
            MailKind::AddressProve => (action("account/address"), hours(Purpose::Address), None),
            MailKind::EraseLink => (action("account/delete"), hours(Purpose::Erase), None),
            MailKind::DataLink => (action("account/data"), hours(Purpose::Data), None),
            MailKind::SetAside => (Some(format!("{url}/agent/settings/mail")), None, None),
            MailKind::WebhookOff => (Some(format!("{url}/agent/settings/webhooks")), None, None),
            _ => (None, None, action("register")),
        };
        MailContext {
            desk_name: self.settings.name.clone(),
            accent: Some(self.settings.accent.clone()),
            action_url,
            valid_for: valid_hours
                .map(|hours| in_words(receiver.language(), Case::Accusative, u64::from(hours) * 3600)),
            valid_hours,
            register_url,
            login_url: receiver.is_registered().then(|| format!("{url}/login")),
            password_url: Some(format!("{url}/password")),
            account_url: Some(format!("{url}/account/factors")),
            contact_url: Some(format!("{url}/requests/new")),
            ..MailContext::default()
        }
    }

    async fn add_request(
        &self,
        context: &mut MailContext,
        request: Uuid,
        link: Option<&str>,
        key: &PersonKey,
        proven: bool,
    ) -> Result<(), Error> {
        const SQL: &str = "SELECT number, subject_sealed FROM request WHERE id = $1";
        let mut reader = self.store.read().await?;
        let row: RequestRow = on!(reader.conn(), c => sqlx::query_as(SQL).bind(request).fetch_one(c).await)?;
        let number = RequestNumber::from_bits(row.number.cast_unsigned());
        context.number = Some(number);
        if proven {
            let subject = key.open_text("request.subject", request, &row.subject_sealed)?;
            context.subject = Subject::parse(&subject).ok();
        }
        let url = &self.settings.public_url;
        context.request_url = Some(match link {
            Some(secret) => format!("{url}/requests/{number}?token={secret}"),
            None => format!("{url}/requests/{number}"),
        });
        Ok(())
    }

    /// All that an agent's mail says of a request.
    async fn add_number(
        &self,
        context: &mut MailContext,
        request: Uuid,
        agent: PersonId,
    ) -> Result<(), Error> {
        const SQL: &str = "SELECT number, kind FROM request WHERE id = $1";
        let mut reader = self.store.read().await?;
        let (number, kind): (i64, String) =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(request).fetch_one(c).await)?;
        context.can_open = kinds::includes(reader.conn(), agent, &kind).await?;
        let number = RequestNumber::from_bits(number.cast_unsigned());
        context.number = Some(number);
        context.request_url = Some(format!("{}/agent/requests/{number}", self.settings.public_url));
        Ok(())
    }

    async fn add_comment(
        &self,
        context: &mut MailContext,
        comment: Uuid,
        receiver: PersonId,
        key: &PersonKey,
    ) -> Result<(), Error> {
        const SQL: &str = "SELECT body_sealed, author_id, request_id FROM comment WHERE id = $1";
        let mut reader = self.store.read().await?;
        let row: CommentRow = on!(reader.conn(), c => sqlx::query_as(SQL).bind(comment).fetch_one(c).await)?;
        let body = key.open_text("comment.body", comment, &row.body_sealed)?;
        let quoted =
            self.requests.quoted(reader.conn(), RequestId(row.request_id), receiver, &[&body]).await?;
        context.reply_text = Body::parse(&quoted.fill_in(&body)).ok();
        if let Some(author) = row.author_id.map(PersonId) {
            let mut names = self.people.names(reader.conn(), &[author]).await?;
            context.reply_author = names.remove(&author).and_then(|name| PersonName::parse(&name).ok());
        }
        Ok(())
    }
}
