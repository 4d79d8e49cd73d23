//! What the server does for this part.

use axum::Router;
use axum::routing::get;
use tresen_desk::Error;
use tresen_model::Address;
use tresen_model::address::{Mailed, Proof};

use super::{Shown, address, confirm, data, delete, factors, overview};
use crate::web::{App, Context, Fields, Stop, form, show};

/// The routes of this part.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/account", get(show))
        .route("/account/name", form::<overview::ChangeName, _>(to_overview))
        .route("/account/address", form::<address::ChangeAddress, _>(to_address))
        .route("/account/language", form::<overview::ChangeLanguage, _>(to_overview))
        .route("/account/news", form::<overview::ChangeNews, _>(to_overview))
        .route("/account/password", form::<overview::ChangePassword, _>(to_overview))
        .route("/account/sessions/end", form::<overview::EndSession, _>(to_overview))
        .route("/account/confirm", form::<confirm::ConfirmIdentity, _>(to_confirm))
        .route("/account/factors", get(show))
        .route("/account/factors/codes", form::<factors::codes::NewCodes, _>(to_factors))
        .route("/account/factors/app", form::<factors::app::ConfirmApp, _>(|_| Some(Address::FactorApp)))
        .route("/account/factors/app/begin", form::<factors::app::BeginApp, _>(to_factors))
        .route("/account/factors/app/remove", form::<factors::app::RemoveApp, _>(to_factors))
        .route("/account/factors/passkeys", form::<factors::passkeys::AddPasskey, _>(to_factors))
        .route("/account/data", form::<data::ActOnData, _>(|fields| Some(data::back(fields))))
        .route("/account/data/export", get(data::to_page).post(data::export))
        .route(
            "/account/delete",
            form::<delete::DeleteAccount, _>(|_| Some(Address::Delete(Mailed::default()))),
        )
        .route("/account/factors/passkeys/remove", form::<factors::passkeys::RemovePasskey, _>(to_factors))
}

fn to_overview(_: &Fields) -> Option<Address> {
    Some(Address::Account { done: String::new() })
}

/// The form that asks for another address stands on the page of the account.
fn to_address(fields: &Fields) -> Option<Address> {
    match fields.get("token").filter(|token| !token.is_empty()) {
        Some(token) => Some(Address::AccountAddress { token: token.clone(), confirmed: false }),
        None => to_overview(fields),
    }
}

fn to_confirm(fields: &Fields) -> Option<Address> {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    Some(Address::Confirm(Proof { next: field("next"), by: field("by") }))
}

fn to_factors(_: &Fields) -> Option<Address> {
    Some(Address::Factors { needed: false, done: String::new() })
}

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
        Address::Data { mailed, done } => Shown::Data(data::load(context, mailed, done).await?),
        Address::Delete(mailed) => Shown::Delete(delete::load(context, mailed).await?),
        _ => return Err(Error::NotFound.into()),
    })
}
