//! What API tokens hold of a person.

use crate::people::holding::Holding;

/// For the list in `privacy`.
pub(crate) const HOLDING: Holding = Holding {
    tables: &["api_token"],
    sealed: &[],
    counts: &[],
    erase: &["DELETE FROM api_token WHERE person_id = $1"],
};
