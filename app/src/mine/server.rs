//! What the server does for this part.

use tresen_desk::Error;
use tresen_model::Address;

use super::{Shown, conversation, requests};
use crate::web::{Context, Stop};

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
