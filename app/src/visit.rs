//! What every page of a visit knows.

use serde::{Deserialize, Serialize};
use tresen_model::{Language, PersonId, Role};

/// Who looks at the desk, and how. It stays the same until somebody signs in or out or changes the language; each
/// of these ends in a new document, or in [`Done::ShowAs`](crate::form::Done::ShowAs).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The language to answer in.
    pub language: Language,
    /// What the operator calls the desk.
    pub desk: String,
    /// The address of the operator's logo, if there is one.
    pub logo: Option<String>,
    /// What the person may do who is signed in; `None` for nobody.
    pub role: Option<Role>,
    /// Who is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// How much may be attached to one comment.
    pub files: FileLimits,
    /// The address of the worker that finds proofs of work.
    pub proof: Option<String>,
}

/// How much may be attached to one comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLimits {
    /// Files.
    pub count: usize,
    /// Bytes of all files together.
    pub bytes: u64,
}

impl Visit {
    /// Whether somebody is signed in.
    pub fn known(&self) -> bool {
        self.role.is_some()
    }

    /// Whether an agent or an admin is signed in.
    pub fn staff(&self) -> bool {
        self.role.is_some_and(Role::is_staff)
    }
}
