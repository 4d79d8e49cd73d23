//! What the server does for this part.

use tresen_desk::Error;
use tresen_model::Address;

use super::{Shown, address, confirm, data, delete, factors, overview, tokens};
use crate::web::{Context, Stop};

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::Account { done } => Shown::Overview(overview::load(context, done).await?),
        Address::AccountAddress { token, confirmed } => {
            Shown::Address(address::load(context, token, *confirmed).await?)
        }
        Address::Confirm(proof) => Shown::Confirm(confirm::load(context, proof).await?),
        Address::Factors { needed, done } => Shown::Factors(factors::load(context, *needed, done).await?),
        Address::FactorApp => Shown::FactorApp(factors::app::load(context).await?),
        Address::Tokens { done } => Shown::Tokens(tokens::load(context, done).await?),
        Address::Data { mailed, done } => Shown::Data(data::load(context, mailed, done).await?),
        Address::Delete(mailed) => Shown::Delete(delete::load(context, mailed).await?),
        _ => return Err(Error::NotFound.into()),
    })
}
