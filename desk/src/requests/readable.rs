//! Which comments may be read, and with whose key they are sealed.

use sqlx::types::Uuid;
use tresen_model::{AuthorKind, PersonId};

/// A condition on comments: the customer may read them.
pub(super) const FOR_CUSTOMERS: &str = "(comment.visibility = 'public' AND comment.standing <> 'outsider')";

/// A condition on comments of a request whose customer is the parameter with this number: somebody
/// else who wrote in it is neither being erased nor restricted (Art. 18 GDPR).
pub(super) fn author_may_be_read(customer: usize) -> String {
    format!(
        "(author_id IS NULL OR author_id = ${customer} OR author_kind = 'agent' OR EXISTS (SELECT 1 FROM person
         WHERE person.id = author_id AND person.state = 'active' AND person.restricted_at IS NULL))"
    )
}

/// With whose key a comment, and its files, are sealed.
pub(crate) fn sealed_for(author: Option<Uuid>, author_kind: &str, customer: PersonId) -> PersonId {
    author.filter(|_| author_kind == AuthorKind::Customer.as_str()).map_or(customer, PersonId)
}
