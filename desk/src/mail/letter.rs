//! From a row of the outbox to a mail.

use lettre::Message;
use sqlx::types::Uuid;
use tresen_model::{Body, EmailAddress, PersonId, PersonName, RequestNumber, Subject};

use super::outbox::{OutboxRow, Payload};
use super::{MailContext, MailKind, OutgoingMail, Sender};
use crate::Desk;
use crate::error::{Broken, Error};
use crate::keys::PersonKey;
use crate::people::{Purpose, person};
use crate::store::on;

#[derive(sqlx::FromRow)]
struct RequestRow {
    number: i64,
    subject_sealed: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct CommentRow {
    body_sealed: Vec<u8>,
    author_id: Option<Uuid>,
    attachments: i64,
}

impl Desk {
    /// Writes the mail; `None` when its person is gone or is being erased.
    pub(super) async fn write_letter(
        &self,
        row: &OutboxRow,
        key: &PersonKey,
    ) -> Result<Option<Message>, Error> {
        let person = PersonId(row.person_id);
        let found = person::find(self.store.read().await?.conn(), person).await?;
        let Some(receiver) = found.filter(person::PersonRow::is_active) else { return Ok(None) };
        let kind = MailKind::parse(&row.kind).ok_or(Broken::Inconsistent("outbox.kind", row.id))?;
        let payload = row.payload(key)?;
        let mut context = self.links(kind, &payload, &receiver);
        // A new address is as unproven as one of a form, and a name is typed as freely.
        let proven = receiver.proven_at.is_some() && kind != MailKind::AddressProve && !payload.by_stranger;
        if proven {
            context.name = receiver.name(key)?;
        }
        if let Some(request) = row.request_id {
            let link = payload.request.as_deref();
            self.add_request(&mut context, request, link, key, proven).await?;
        }
        if let Some(comment) = row.comment_id {
            self.add_comment(&mut context, comment, key).await?;
        }
        let broken = |error: &dyn std::fmt::Display| Error::Broken(Broken::Template(error.to_string()));
        let language = receiver.language();
        let rendered = self.templates.render(kind, language, &context).map_err(|error| broken(&error))?;
        let to = match payload.to {
            Some(other) => {
                EmailAddress::parse(&other).map_err(|_| Broken::Inconsistent("outbox.to", row.id))?
            }
            None => receiver.email(key)?,
        };
        let thread = row.request_id.map(|request| self.thread_id(request));
        let first = matches!(kind, MailKind::Confirmation | MailKind::ConfirmationKnown | MailKind::Captured);
        let mail = OutgoingMail {
            message_id: match &thread {
                Some(thread) if first => thread.clone(),
                _ => self.message_id("m", row.id),
            },
            in_reply_to: thread.clone().filter(|_| !first),
            references: thread.into_iter().filter(|_| !first).collect(),
            from: Sender { name: self.settings.name.clone(), address: self.settings.mail_from.clone() },
            to,
            to_name: context.name,
            reply_to: None,
            auto_submitted: kind != MailKind::Reply,
            language,
            rendered,
        };
        mail.compose(self.now()).map(Some).map_err(|error| broken(&error))
    }

    fn links(&self, kind: MailKind, payload: &Payload, receiver: &person::PersonRow) -> MailContext {
        let url = &self.settings.public_url;
        let action =
            |page: &str| payload.action.as_ref().map(|secret| format!("{url}/{page}?token={secret}"));
        let hours = |purpose: Purpose| u32::try_from(purpose.lifetime() / 3600).ok();
        let (action_url, valid_hours, register_url) = match kind {
            MailKind::Register => (action("register"), hours(Purpose::Register), None),
            MailKind::PasswordReset => (action("password"), hours(Purpose::Password), None),
            MailKind::AddressProve => (action("account/address"), hours(Purpose::Address), None),
            MailKind::EraseLink => (action("account/delete"), hours(Purpose::Erase), None),
            MailKind::DataLink => (action("account/data"), hours(Purpose::Data), None),
            _ => (None, None, action("register")),
        };
        MailContext {
            desk_name: self.settings.name.clone(),
            accent: Some(self.settings.accent.clone()),
            action_url,
            valid_hours,
            register_url,
            login_url: receiver.is_registered().then(|| format!("{url}/login")),
            password_url: Some(format!("{url}/password")),
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

    async fn add_comment(
        &self,
        context: &mut MailContext,
        comment: Uuid,
        key: &PersonKey,
    ) -> Result<(), Error> {
        const SQL: &str = "SELECT body_sealed, author_id,
            (SELECT COUNT(*) FROM attachment WHERE attachment.comment_id = comment.id) AS attachments
            FROM comment WHERE id = $1";
        let mut reader = self.store.read().await?;
        let row: CommentRow = on!(reader.conn(), c => sqlx::query_as(SQL).bind(comment).fetch_one(c).await)?;
        let body = key.open_text("comment.body", comment, &row.body_sealed)?;
        context.reply_text = Body::parse(&body).ok();
        context.attachments = u32::try_from(row.attachments).unwrap_or(u32::MAX);
        if let Some(author) = row.author_id.map(PersonId) {
            let mut names = self.names(reader.conn(), &[author]).await?;
            context.reply_author = names.remove(&author).and_then(|name| PersonName::parse(&name).ok());
        }
        Ok(())
    }
}
