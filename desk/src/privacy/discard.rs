//! Throwing away what is held as spam, with its sender if nothing else is known of them.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::{PersonId, RequestNumber};
use tresen_store::on;

use crate::error::Error;
use crate::people::Agent;
use crate::people::person::{self, Presence};
use crate::privacy::Privacy;
use crate::privacy::Wish;
use crate::requests::access;
use crate::requests::remove::delete_request;

impl Privacy {
    /// It is spam: the request is erased, and its sender too when there is nothing else of theirs
    /// and nobody ever showed that the address is theirs.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when it is not held; [`Error::Restricted`].
    #[boxed]
    pub async fn discard_held(&self, agent: &Agent, number: RequestNumber) -> Result<(), Error> {
        let head = access::find_for_agent(self.store.read().await?.conn(), agent, number).await?;
        let (customer, request) = (head.customer(), head.request());
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, customer, self.clock.now()).await? else {
            return Err(Error::NotFound);
        };
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        if head.held().is_none() {
            return Err(Error::NotFound);
        }
        let files = delete_request(&mut tx, request).await?;
        tx.commit().await?;
        for file in files {
            self.objects.delete(file).await?;
        }
        self.store.forget_traces_soon().await;
        self.erase_if_unknown(customer).await
    }

    /// Erases somebody of whom there is nothing, and whose address was never proven.
    pub(crate) async fn erase_if_unknown(&self, person: PersonId) -> Result<(), Error> {
        const SQL: &str = "SELECT id FROM person WHERE id = $1 AND role = 'customer' AND state = 'active'
            AND proven_at IS NULL AND password_sealed IS NULL AND restricted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM request WHERE request.person_id = person.id)
            AND NOT EXISTS (SELECT 1 FROM comment WHERE comment.author_id = person.id)";
        let mut reader = self.store.read().await?;
        let row: Option<(Uuid,)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(person.0).fetch_optional(c).await)?;
        drop(reader);
        if row.is_some() {
            self.erase(person, Wish::Retention).await?;
        }
        Ok(())
    }
}
