//! The forms of `/requests/NUMBER`. Whoever came by a mailed link sends its token with each.

// The macro makes a struct of each function's arguments; what they mean stands with the function.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::codec::{Json, MultipartData, MultipartFormData, PostUrl};

use crate::form::{Done, Unmet};

/// Adds a comment, with files.
///
/// # Errors
/// [`Unmet`]: what is wrong with it.
#[server(prefix = "/api/ui", endpoint = "requests/comment", input = MultipartFormData, output = Json)]
pub async fn send_comment(form: MultipartData) -> Result<Done, Unmet> {
    super::server::receive(form).await
}

/// Closes a request, with what stands in the form for a comment.
///
/// # Errors
/// [`Unmet`]: what is wrong with the comment, or no such request, or it may not be changed.
#[server(prefix = "/api/ui", endpoint = "requests/close", input = MultipartFormData, output = Json)]
pub async fn close_request(form: MultipartData) -> Result<Done, Unmet> {
    super::server::receive_and(form, true).await
}

/// Opens a request again, with what stands in the form for a comment.
///
/// # Errors
/// [`Unmet`]: what is wrong with the comment, or no such request, or it may not be changed.
#[server(prefix = "/api/ui", endpoint = "requests/reopen", input = MultipartFormData, output = Json)]
pub async fn reopen_request(form: MultipartData) -> Result<Done, Unmet> {
    super::server::receive_and(form, false).await
}

/// Confirms that a request is the customer's own.
///
/// # Errors
/// [`Unmet::Unavailable`]: no such request, or it does not wait for that.
#[server(prefix = "/api/ui", endpoint = "requests/confirm", input = PostUrl, output = Json)]
pub async fn confirm_request(
    #[server(default)] number: String,
    #[server(default)] token: String,
) -> Result<Done, Unmet> {
    Ok(super::server::confirm(&number, &token).await?)
}
