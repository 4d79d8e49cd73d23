//! What is held of somebody who works at the desk.

use crate::people::holding::Holding;

/// For the list in `privacy`.
pub(crate) const HOLDING: Holding = Holding {
    tables: &["agent_kind"],
    sealed: &[],
    counts: &[],
    erase: &["DELETE FROM agent_kind WHERE person_id = $1"],
};
