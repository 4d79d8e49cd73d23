//! What was written, for the endpoints that are told. It is read when it is sent, and stored in no delivery.

use serde_json::{Map, Value};
use sqlx::types::Uuid;
use tresen_model::{PersonId, RequestId};
use tresen_store::on;

use crate::error::Broken;
use crate::requests::{Reader, Reading};
use crate::webhook_event::WebhookEvent;
use crate::webhooks::Webhooks;

impl Webhooks {
    /// Adds the subject, and of a new request or comment the text. Adds nothing of what is gone, or of a restricted
    /// customer.
    pub(super) async fn add_webhook_text(
        &self,
        data: &mut Map<String, Value>,
        event: &str,
        number: i64,
        comment: Option<Uuid>,
    ) -> Result<(), Broken> {
        const SQL: &str = "SELECT request.id, request.person_id, subject_sealed FROM request
            JOIN person ON person.id = request.person_id
            WHERE number = $1 AND person.restricted_at IS NULL";
        let mut reader = self.store.read().await?;
        let row: Option<(Uuid, Uuid, Vec<u8>)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(number).fetch_optional(c).await)?;
        let Some((request, customer, subject)) = row else { return Ok(()) };
        // Without a key the customer is being erased at this moment.
        let Some(key) = self.keys.get(PersonId(customer)).await? else { return Ok(()) };
        let subject = key.open_text("request.subject", request, &subject)?;
        data.insert("subject".into(), self.people.shown(subject).into());
        let created = event == WebhookEvent::RequestCreated.as_str();
        if !created && comment.is_none() {
            return Ok(());
        }
        let customer = PersonId(customer);
        let reading = Reader { customer, key: &key, person: customer, reading: Reading::Copy };
        let comments = self.requests.read_comments(reader.conn(), RequestId(request), reading).await?;
        let told = comments.into_iter().find(|one| comment.is_none_or(|comment| one.id.0 == comment));
        if let Some(told) = told {
            data.insert("visibility".into(), told.visibility.as_str().into());
            data.insert("by".into(), told.author_kind.as_str().into());
            data.insert("text".into(), told.body.into());
        }
        Ok(())
    }
}
