//! What the server does for `/agent/requests/NUMBER/erase`.

use tresen_desk::Error;
use tresen_desk::privacy::Asked;
use tresen_model::{Problem, RequestNumber};

use super::{Erase, Sure};
use crate::form::Done;
use crate::parts::erasure::Erased;
use crate::supervision::Shown;
use crate::web::identity::proven;
use crate::web::{Context, Stop, asked};

/// Loads the data of the page.
pub(in crate::supervision) async fn load(context: &Context, number: RequestNumber) -> Result<Erase, Stop> {
    let agent = context.require_agent()?;
    let desk = &context.app.desk;
    Ok(Erase::Sure(Sure {
        number,
        count: desk.privacy.erasure_preview_for_agent(&agent, number).await?,
        days: desk.settings().retention.key_backup_days,
        stale: !agent.session().is_fresh(context.now),
    }))
}

/// Erases the customer of a request.
pub(super) async fn erase(number: &str, way: &str, password: &str) -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    context.require_agent()?;
    let number = RequestNumber::parse(number).ok_or(Error::NotFound)?;
    let way = Asked::parse(way).ok_or_else(|| Error::refused("asked", Problem::ChoiceUnknown))?;
    let agent = proven(&context, password).await?.agent()?;
    let erased = context.app.desk.privacy.erase_by_agent(&agent, number, way).await?;
    Ok(Done::Show(Box::new(Shown::Erase(Erase::Done(Box::new(Erased::of(&context, erased)))))))
}
