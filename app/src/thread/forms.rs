//! What agents do with a single comment.

// The macro makes a struct of each function's arguments; what they mean stands with the function.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::codec::{Json, PostUrl};

use crate::form::{Done, Unmet};

/// Admits the author of a comment, who does not belong to the request yet.
///
/// # Errors
/// [`Unmet::Unavailable`]: no such comment, or the agent may not.
#[server(prefix = "/api/ui", endpoint = "agent/comments/admit", input = PostUrl, output = Json)]
pub async fn admit(
    #[server(default)] number: String,
    #[server(default)] comment: String,
) -> Result<Done, Unmet> {
    Ok(super::server::admit(&number, &comment).await?)
}

/// Sends the agent's own mail, which waits in the request, as their answer.
///
/// # Errors
/// [`Unmet::Unavailable`]: no such comment, or the agent may not.
#[server(prefix = "/api/ui", endpoint = "agent/comments/answer", input = PostUrl, output = Json)]
pub async fn send_as_answer(
    #[server(default)] number: String,
    #[server(default)] comment: String,
) -> Result<Done, Unmet> {
    Ok(super::server::send_as_answer(&number, &comment).await?)
}

/// Makes a request of its own of a comment whose author does not belong to the request.
///
/// # Errors
/// [`Unmet::Unavailable`]: no such comment, or the agent may not.
#[server(prefix = "/api/ui", endpoint = "agent/comments/split", input = PostUrl, output = Json)]
pub async fn split_off(
    #[server(default)] number: String,
    #[server(default)] comment: String,
) -> Result<Done, Unmet> {
    Ok(super::server::split_off(&number, &comment).await?)
}

/// Sends an answer again whose mail did not arrive.
///
/// # Errors
/// [`Unmet::Unavailable`]: no such comment, or the agent may not.
#[server(prefix = "/api/ui", endpoint = "agent/comments/mail", input = PostUrl, output = Json)]
pub async fn send_again(
    #[server(default)] number: String,
    #[server(default)] comment: String,
) -> Result<Done, Unmet> {
    Ok(super::server::send_again(&number, &comment).await?)
}
