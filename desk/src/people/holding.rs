//! What each subject holds of a person: registered once, so that an erasure, its receipt, and the joining of two
//! records walk one list ([`holdings`](crate::privacy::holdings)).

use tresen_model::views::ErasureCount;

/// What a subject holds of a person. `$1` is the person in every statement.
pub(crate) struct Holding {
    /// The tables that it answers for. A test compares them with the schema.
    #[cfg_attr(not(test), expect(dead_code, reason = "for a test"))]
    pub(crate) tables: &'static [&'static str],
    /// Columns with what a person wrote or was sent, sealed with their key, which a joining seals anew.
    pub(crate) sealed: &'static [Sealed],
    /// What the receipt of an erasure counts.
    pub(crate) counts: &'static [Counted],
    /// Removes its rows, or the person from them.
    pub(crate) erase: &'static [&'static str],
}

/// A column, and what its values are sealed for.
pub(crate) struct Sealed {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) place: &'static str,
}

/// A number on the receipt, and a SELECT that gives a part of it.
pub(crate) struct Counted {
    pub(crate) number: fn(&mut ErasureCount) -> &mut u64,
    pub(crate) sql: &'static str,
}
