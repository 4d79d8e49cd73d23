//! What is held of a person themselves.

use crate::people::holding::{Counted, Holding};

/// Their links, sessions and consents, and what changed about them.
pub(crate) const HOLDING: Holding = Holding {
    tables: &["token", "session", "consent", "person_history"],
    sealed: &[],
    counts: &[
        Counted {
            number: |count| &mut count.history,
            sql: "SELECT COUNT(*) FROM person_history WHERE person_id = $1",
        },
        Counted {
            number: |count| &mut count.sessions,
            sql: "SELECT COUNT(*) FROM session WHERE person_id = $1",
        },
        Counted { number: |count| &mut count.tokens, sql: "SELECT COUNT(*) FROM token WHERE person_id = $1" },
        Counted {
            number: |count| &mut count.consents,
            sql: "SELECT COUNT(*) FROM consent WHERE person_id = $1",
        },
    ],
    erase: &[
        "DELETE FROM token WHERE person_id = $1",
        "DELETE FROM session WHERE person_id = $1",
        "DELETE FROM consent WHERE person_id = $1",
        "DELETE FROM person_history WHERE person_id = $1",
    ],
};

/// The person's own row, which all others refer to.
pub(crate) const ROW: Holding =
    Holding { tables: &["person"], sealed: &[], counts: &[], erase: &["DELETE FROM person WHERE id = $1"] };
