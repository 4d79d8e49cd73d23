//! What a thread shows.

use serde::{Deserialize, Serialize};
use tresen_model::views::Comment;
use tresen_model::{RequestNumber, Status};

use crate::components::When;

/// A comment, and when it was written.
#[derive(Clone, Serialize, Deserialize)]
pub struct Said {
    /// The comment.
    pub comment: Comment,
    /// When it was written, in words.
    pub at: When,
}

/// The comments of a request, and where it stands.
#[derive(Clone, Serialize, Deserialize)]
pub struct Thread {
    /// The number of the request.
    pub number: RequestNumber,
    /// The token of the mailed link; empty for whoever is signed in.
    pub token: String,
    /// Where the request stands.
    pub status: Status,
    /// Whether it is news to the reader, which is noted once the page is shown.
    pub unread: bool,
    /// Oldest first.
    pub said: Vec<Said>,
}
