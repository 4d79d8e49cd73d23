//! What is asked when a live event says that something happened, and what is said of what was seen.

// The macro makes a struct of the function's arguments; what they mean stands with the function.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::Status;

use super::Said;
use crate::trouble::Unavailable;

/// What has happened in a request.
#[derive(Clone, Serialize, Deserialize)]
pub struct Newer {
    /// The comments after the last one that was shown, oldest first.
    pub comments: Vec<Said>,
    /// Where the request stands now.
    pub status: Status,
}

/// Returns what was written in a request since the comment `last`; all of it where that is empty. `token` is that of
/// the mailed link, empty for whoever is signed in.
///
/// # Errors
/// [`Unavailable`]: the page then stays as it is.
#[server(prefix = "/api/ui", endpoint = "news", input = PostUrl, output = Json)]
pub async fn news(number: String, token: String, last: String, agent: bool) -> Result<Newer, Unavailable> {
    Ok(super::server::news(&number, &token, &last, agent).await?)
}

/// Notes that somebody has seen a request, with everything up to the comment `last`. `token` is that of the mailed
/// link, empty for whoever is signed in.
///
/// # Errors
/// [`Unavailable`]: it stays unread.
#[server(prefix = "/api/ui", endpoint = "seen", input = PostUrl, output = Json)]
pub async fn seen(number: String, token: String, last: String, agent: bool) -> Result<(), Unavailable> {
    Ok(super::server::seen(&number, &token, &last, agent).await?)
}
