//! What the outbox holds of a person.

use crate::people::holding::{Counted, Holding, Sealed};

/// For the list in `privacy`.
pub(crate) const HOLDING: Holding = Holding {
    tables: &["outbox"],
    sealed: &[Sealed { table: "outbox", column: "payload_sealed", place: "outbox.payload" }],
    counts: &[Counted {
        number: |count| &mut count.mails,
        sql: "SELECT COUNT(*) FROM outbox WHERE person_id = $1",
    }],
    erase: &[
        // Agents get mails about requests of theirs, too.
        "DELETE FROM outbox WHERE person_id = $1
            OR request_id IN (SELECT id FROM request WHERE person_id = $1)",
    ],
};
