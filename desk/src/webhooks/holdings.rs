//! What webhooks hold of a person.

use crate::people::holding::Holding;

/// For the list in `privacy`.
pub(crate) const HOLDING: Holding = Holding {
    tables: &["webhook_delivery"],
    sealed: &[],
    counts: &[],
    erase: &[
        // Nobody is told any more of what happened to them before.
        "DELETE FROM webhook_delivery WHERE person_id = $1
         OR number IN (SELECT number FROM request WHERE person_id = $1)",
    ],
};
