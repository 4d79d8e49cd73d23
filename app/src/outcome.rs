//! What became of a form, as the island `LiveForm` reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The answer to a form that was sent with `Accept: application/json`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done; go there.
    Go(String),
    /// Not done yet: show a proof of work for this stamp, and send it once more.
    Prove {
        /// The stamp, in the place of the form's.
        stamp: String,
        /// The zero bits of the proof.
        bits: u8,
    },
    /// Not done.
    Refused {
        /// A sentence for each field that is wrong, by the field's name.
        errors: BTreeMap<String, String>,
        /// A sentence about the whole.
        notice: String,
    },
}
