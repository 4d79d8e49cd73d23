//! A point in time, as people say it.

use serde::{Deserialize, Serialize};

/// A point in time, said three ways.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// For machines: RFC 3339.
    pub datetime: String,
    /// In full, shown on hover: "Tuesday, 3 March 2026, 14:05".
    pub exact: String,
    /// As one says it: "yesterday, 14:05".
    pub said: String,
}

impl When {
    /// Said in full: where the time itself matters, not how long ago it was.
    #[must_use]
    pub fn in_full(self) -> Self {
        Self { said: self.exact.clone(), ..self }
    }
}
