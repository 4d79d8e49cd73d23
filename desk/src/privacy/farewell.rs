//! The last mail to somebody who was erased: it brings the receipt.
//!
//! Where it goes lies in `erasure`, sealed with the person's key, from before the first deletion
//! until the key is deleted; so an erasure that is finished after a crash ends with it too. From
//! the deletion of the key until the mail has left, the address is in the memory of one process:
//! killed just then, it sends no mail.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tresen_keys::random;
use tresen_model::{EmailAddress, Language, PersonId};
use tresen_store::on;

use super::erase::Erased;
use crate::delivery::compose::{OutgoingMail, Sender};
use crate::delivery::templates::Rendered;
use crate::error::Broken;
use crate::outbox::kinds::{MailContext, MailKind};
use crate::people::person::{self, PersonRow};
use crate::privacy::Privacy;

/// Where the last mail goes.
pub(super) struct Farewell {
    to: EmailAddress,
    language: Language,
}

impl Farewell {
    fn parse(text: &str) -> Option<Self> {
        let (language, to) = text.split_once(' ')?;
        Some(Self { to: EmailAddress::parse(to).ok()?, language: Language::parse(language)? })
    }
}

/// Those to whom this process has to say farewell: their keys are gone.
#[derive(Default)]
pub(crate) struct Farewells(Mutex<HashMap<PersonId, Farewell>>);

impl Farewells {
    pub(super) fn keep(&self, person: PersonId, farewell: Farewell) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(person, farewell);
    }

    fn take(&self, person: PersonId) -> Option<Farewell> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&person)
    }
}

impl Privacy {
    /// Where the last mail to somebody goes, to be stored. `None` for an address that was never
    /// proven: it gets no mail that it did not ask for.
    pub(super) async fn seal_farewell(&self, person: PersonId) -> Result<Option<Vec<u8>>, Broken> {
        let row = person::find(self.store.read().await?.conn(), person).await?;
        let Some(row) = row.filter(PersonRow::is_active).filter(|row| row.proven_at.is_some()) else {
            return Ok(None);
        };
        let Some(key) = self.readable_key(person).await? else { return Ok(None) };
        // What cannot be read keeps nobody from being erased.
        let Ok(to) = row.email(&key) else { return Ok(None) };
        let text = format!("{} {}", row.language().tag(), to.as_str());
        Ok(Some(key.seal("erasure.farewell", person.0, text.as_bytes())?))
    }

    /// `None` also once the key is gone.
    pub(super) async fn open_farewell(&self, person: PersonId) -> Result<Option<Farewell>, Broken> {
        const SQL: &str = "SELECT farewell_sealed FROM erasure WHERE person_id = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(Option<Vec<u8>>,)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(person.0).fetch_optional(c).await)?;
        drop(reader);
        let Some(sealed) = row.and_then(|(sealed,)| sealed) else { return Ok(None) };
        let Some(key) = self.readable_key(person).await? else { return Ok(None) };
        let text = key.open_text("erasure.farewell", person.0, &sealed);
        Ok(text.ok().and_then(|text| Farewell::parse(&text)))
    }

    /// Sends the last mail, if it is on us to do so. Tried once: nothing about the person is kept
    /// to try it again.
    pub(super) async fn say_farewell(&self, person: PersonId, erased: &Erased) {
        let Some(farewell) = self.farewells.take(person) else { return };
        let message = match self.write_farewell(farewell, erased) {
            Ok(mail) => mail.compose(self.clock.now()).map_err(|error| error.to_string()),
            Err(reason) => Err(reason),
        };
        let sent = match message {
            Ok(message) => self.transport.send(&message).await.map_err(|error| error.to_string()),
            Err(reason) => Err(reason),
        };
        if let Err(reason) = sent {
            tracing::warn!(reason, "the last mail to an erased person could not be sent");
        }
    }

    fn write_farewell(&self, farewell: Farewell, erased: &Erased) -> Result<OutgoingMail, String> {
        let context = MailContext {
            desk_name: self.settings.name.clone(),
            accent: Some(self.settings.accent.clone()),
            erased_requests: u32::try_from(erased.count.requests).ok(),
            key_backup_days: Some(self.settings.retention.key_backup_days),
            receipt: Some(erased.receipt.clone()),
            receipt_url: Some(format!("{}/privacy/receipt", self.settings.public_url)),
            ..MailContext::default()
        };
        let Farewell { to, language } = farewell;
        let rendered: Rendered =
            self.templates.render(MailKind::Erased, language, &context).map_err(|error| error.to_string())?;
        let id = random::id(self.clock.now()).map_err(|error| error.to_string())?;
        Ok(OutgoingMail {
            message_id: self.outbox.message_id("e", id),
            in_reply_to: None,
            references: Vec::new(),
            from: Sender { name: self.settings.name.clone(), address: self.settings.mail_from.clone() },
            to,
            to_name: None,
            reply_to: None,
            auto_submitted: true,
            language,
            rendered,
            files: Vec::new(),
        })
    }
}
