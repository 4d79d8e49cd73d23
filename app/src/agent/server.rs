//! What the server does for this part.

use tresen_desk::Error;
use tresen_model::Address;

use super::{Shown, capture, held, queue, request};
use crate::web::{Context, Stop};

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::Queue(query) => Shown::Queue(queue::load(context, query).await?),
        Address::NewForCustomer => Shown::Capture(capture::load(context).await?),
        Address::Held { after } => Shown::Held(held::load(context, after).await?),
        Address::RequestForAgents { number } => Shown::Request(request::load(context, *number).await?),
        _ => return Err(Error::NotFound.into()),
    })
}
