//! Requests in bulk, to measure a desk with very many: stored, sealed and indexed like others, but many in
//! one transaction and without mails.

use async_recursion::async_recursion as boxed;
use tresen_model::{AuthorKind, Body, Channel, EmailAddress, Language, Subject, Visibility};
use tresen_store::on;

use super::comment::{self, NewComment};
use super::submit::NewRequest;
use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::people::person;
use crate::requests::Requests;

/// A request that nobody wrote.
pub struct MadeUp {
    /// Whose it is.
    pub email: EmailAddress,
    /// Its subject.
    pub subject: Subject,
    /// What it says, and each of its comments.
    pub body: Body,
    /// Comments of the customer after the first.
    pub comments: u32,
}

impl Requests {
    /// Stores requests, all or none.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn make_up(&self, requests: &[MadeUp]) -> Result<(), Error> {
        const COMMENTS: &str = "UPDATE request SET comments = comments + $2 WHERE id = $1";
        let now = self.clock.now();
        let mut owners = Vec::with_capacity(requests.len());
        for request in requests {
            owners.push(self.keys.find_or_create(&blind_index(&self.keys, &request.email), now).await?);
        }
        let mut tx = self.store.write().await?;
        for (request, (person, key)) in requests.iter().zip(&owners) {
            let (person, email) = (*person, &request.email);
            let writer = person::Writer { id: person, key, email, name: None, language: Language::English };
            person::ensure(&mut tx, &writer, now).await?;
            let new = NewRequest {
                person,
                key,
                kind: self.settings.request_types.first().map_or("", |kind| &kind.id),
                channel: Channel::Web,
                subject: &request.subject,
                body: request.body.as_str(),
                once_hash: None,
                captured_by: None,
                mail: None,
                held: None,
            };
            let stored = self.insert_request(&mut tx, &new, &[], now).await?;
            let id = stored.ok_or(Broken::Inconsistent("request.once_hash", person.0))?.request;
            for _ in 0..request.comments {
                let new = NewComment {
                    request: id,
                    author: Some(person),
                    author_kind: AuthorKind::Customer,
                    visibility: Visibility::Public,
                    body: request.body.as_str(),
                    key,
                    once_hash: None,
                    mail: None,
                };
                comment::insert(&mut tx, &new, now).await?;
            }
            if request.comments > 0 {
                on!(tx.conn(), c => sqlx::query(COMMENTS)
                    .bind(id.0)
                    .bind(i64::from(request.comments))
                    .execute(c)
                    .await
                    .map(drop))?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}
