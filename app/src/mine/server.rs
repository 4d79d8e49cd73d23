//! What the server does for this part.

use axum::Router;
use axum::routing::get;
use tresen_desk::Error;
use tresen_model::{Address, RequestNumber};

use super::conversation::{self, ConfirmRequest};
use super::{Shown, requests};
use crate::web::{App, Context, Fields, Stop, files_form, form, show};

/// The routes of this part.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/requests", get(show))
        .route("/requests/{number}", files_form(conversation::COMMENT, request_page))
        .route("/requests/{number}/confirm", form::<ConfirmRequest, _>(request_page))
        .route("/requests/{number}/close", files_form(conversation::CLOSE, request_page))
        .route("/requests/{number}/reopen", files_form(conversation::REOPEN, request_page))
}

fn request_page(fields: &Fields) -> Option<Address> {
    let number = RequestNumber::parse(fields.get("number")?)?;
    Some(Address::Request { number, token: fields.get("token").cloned().unwrap_or_default() })
}

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::Requests(query) => Shown::Requests(requests::load(context, query).await?),
        Address::Request { number, token } => {
            Shown::Conversation(conversation::load(context, *number, token).await?)
        }
        _ => return Err(Error::NotFound.into()),
    })
}
