//! Filling the search index: [`indexer`] writes what was changed, [`epoch`] knows whether the index is whole.

pub(crate) mod epoch;
mod indexer;
