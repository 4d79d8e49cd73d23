//! What the server does for this part.

use tresen_desk::Error;
use tresen_model::Address;

use super::{Shown, erase, reports};
use crate::web::{Context, Stop};

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::Reports => Shown::Reports(reports::load(context).await?),
        Address::EraseCustomer { number } => Shown::Erase(erase::load(context, *number).await?),
        _ => return Err(Error::NotFound.into()),
    })
}
