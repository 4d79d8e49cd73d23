//! What the server does for this part.

use axum::Router;
use axum::routing::get;
use tresen_desk::Error;
use tresen_model::{Address, RequestNumber};

use super::request::{change, restricted};
use super::{Shown, capture, erase, held, queue, reports, request};
use crate::web::{App, Context, Fields, Stop, files_form, form, show};

/// The routes of this part.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/agent", get(show))
        .route("/agent/reports", get(show))
        .route("/agent/held", get(show))
        .route("/agent/requests/new", files_form(capture::SAVE, |_| Some(Address::NewForCustomer)))
        .route("/agent/requests/{number}", files_form(request::SEND, page_of))
        .route("/agent/requests/{number}/change", form::<change::ChangeRequest, _>(page_of))
        .route("/agent/requests/{number}/restrict", form::<restricted::RestrictCustomer, _>(page_of))
        .route("/agent/requests/{number}/lift", form::<restricted::LiftForCustomer, _>(page_of))
        .route("/agent/requests/{number}/release", form::<held::ReleaseHeld, _>(page_of))
        .route(
            "/agent/requests/{number}/erase",
            form::<erase::EraseCustomer, _>(|fields| {
                Some(Address::EraseCustomer { number: RequestNumber::parse(fields.get("number")?)? })
            }),
        )
        .route("/agent/requests/{number}/discard", form::<held::DiscardHeld, _>(page_of))
}

/// The page of the request whose form was sent.
fn page_of(fields: &Fields) -> Option<Address> {
    let number = RequestNumber::parse(fields.get("number")?)?;
    Some(Address::RequestForAgents { number })
}

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::Queue(query) => Shown::Queue(queue::load(context, query).await?),
        Address::NewForCustomer => Shown::Capture(capture::load(context).await?),
        Address::Held { after } => Shown::Held(held::load(context, after).await?),
        Address::RequestForAgents { number } => Shown::Request(request::load(context, *number).await?),
        Address::Reports => Shown::Reports(reports::load(context).await?),
        Address::EraseCustomer { number } => Shown::Erase(erase::load(context, *number).await?),
        _ => return Err(Error::NotFound.into()),
    })
}
