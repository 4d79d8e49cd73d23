//! What mail in holds of a person.

use crate::people::holding::Holding;

/// For the list in `privacy`.
pub(crate) const HOLDING: Holding = Holding {
    tables: &["mail_in"],
    sealed: &[],
    counts: &[],
    erase: &[
        // What was taken in stays known, so that it is not taken in again, but belongs to nobody.
        "UPDATE mail_in SET person_id = NULL, request_id = NULL, comment_id = NULL, message_hash = NULL
         WHERE person_id = $1",
        "UPDATE mail_in SET request_id = NULL, comment_id = NULL
         WHERE request_id IN (SELECT id FROM request WHERE person_id = $1)",
    ],
};
