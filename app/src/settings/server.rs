//! What the server does for this part.

use axum::Router;
use axum::routing::get;
use tresen_desk::Error;
use tresen_model::{Address, PersonId};

use super::{Shown, colleague, mail, people};
use crate::web::{App, Context, Fields, Stop, form, show};

/// The routes of this part.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/agent/settings/mail", get(show))
        .route("/agent/settings/mail/send", form::<mail::SendParked, _>(mail_page))
        .route("/agent/settings/mail/aside/{id}", get(mail::download))
        .route("/agent/settings/mail/aside/{id}/retry", form::<mail::RetryAside, _>(mail_page))
        .route("/agent/settings/mail/aside/{id}/delete", form::<mail::DeleteAside, _>(mail_page))
        .route("/agent/settings/people", form::<people::AddColleague, _>(people_page))
        .route("/agent/settings/people/{id}", form::<colleague::ChangeDuty, _>(colleague_page))
        .route("/agent/settings/people/{id}/withdraw", form::<people::WithdrawInvitation, _>(people_page))
}

fn mail_page(_: &Fields) -> Option<Address> {
    Some(Address::Mail { done: String::new() })
}

fn people_page(_: &Fields) -> Option<Address> {
    Some(Address::People { done: String::new() })
}

fn colleague_page(fields: &Fields) -> Option<Address> {
    Some(Address::Colleague { id: PersonId::parse(fields.get("id")?)? })
}

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::Mail { done } => Shown::Mail(mail::load(context, done).await?),
        Address::People { done } => Shown::People(people::load(context, done).await?),
        Address::Colleague { id } => Shown::Colleague(colleague::load(context, *id).await?),
        _ => return Err(Error::NotFound.into()),
    })
}
