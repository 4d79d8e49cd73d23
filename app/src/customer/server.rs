//! What the server does for this part.

use tresen_desk::Error;
use tresen_model::Address;

use super::{Shown, new_request, request_sent};
use crate::web::{Context, Stop};

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::Home => Shown::Home,
        Address::NewRequest => Shown::NewRequest(new_request::load(context).await?),
        Address::RequestSent { number, held } => Shown::RequestSent(request_sent::load(*number, *held)?),
        _ => return Err(Error::NotFound.into()),
    })
}
