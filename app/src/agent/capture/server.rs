//! What the server does for `/agent/requests/new`.

use leptos::server_fn::codec::MultipartData;
use tresen_desk::Error;
use tresen_desk::requests::Capture as Captured;
use tresen_model::{Address, Language, Problem};

use super::Capture;
use crate::form::{Done, Unmet};
use crate::web::{Act, Context, Stop, Submitted, asked, received};

/// Asks the desk for what the page shows.
pub(in crate::agent) async fn load(context: &Context) -> Result<Capture, Stop> {
    let agent = context.require_agent()?;
    let kinds = context.app.desk.people.kinds_of(&agent).await?;
    let kinds = kinds.iter().map(|kind| (kind.id.clone(), kind.name.get(context.language).to_owned()));
    Ok(Capture { kinds: kinds.collect(), once: context.once() })
}

/// The function of the form.
pub(crate) const SAVE: Act = |context, form| Box::pin(save(context, form));

/// The same, for the app.
pub(super) async fn receive(form: MultipartData) -> Result<Done, Unmet> {
    let context = asked()?;
    let mut form = received(&context, form).await?;
    Ok(save(&context, &mut form).await?)
}

async fn save(context: &Context, form: &mut Submitted) -> Result<Done, Stop> {
    let agent = context.require_agent()?;
    let language = Language::parse(form.get("language"))
        .ok_or_else(|| Error::refused("language", Problem::ChoiceUnknown))?;
    let files = form.take_files()?;
    let captured = Captured {
        email: form.get("email"),
        name: form.get("name"),
        kind: form.get("kind"),
        subject: form.get("subject"),
        body: form.get("body"),
        once: form.get("once"),
        language,
    };
    let submitted = context.app.desk.requests.capture(&agent, &captured, files).await?;
    Ok(Done::go(Address::RequestForAgents { number: submitted.number }))
}
