//! What the server does for `/requests/new`.

use leptos::server_fn::codec::MultipartData;
use tresen_desk::abuse::FormKind;
use tresen_desk::requests::{Fields, Submission};
use tresen_model::Address;

use super::NewRequest;
use crate::form::{Done, Unmet};
use crate::parts::restricted;
use crate::web::{Act, Context, Stop, Submitted, asked, received};

/// Asks the desk for what the page shows.
pub(in crate::customer) async fn load(context: &Context) -> Result<NewRequest, Stop> {
    let desk = &context.app.desk;
    let kind = |kind: &tresen_desk::settings::RequestType| {
        (kind.id.clone(), kind.name.get(context.language).to_owned())
    };
    let (account, stamp) = match context.session() {
        Some(session) => {
            let account = desk.accounts.account(session).await?;
            (Some((account.name, account.email)), None)
        }
        None => (None, Some(desk.limits.stamp(FormKind::Request).await?.into())),
    };
    Ok(NewRequest {
        account,
        kinds: desk.settings().request_types.iter().map(kind).collect(),
        restricted: restricted::load(context),
        once: context.once(),
        stamp,
    })
}

/// The function of the form.
pub(crate) const SEND: Act = |context, form| Box::pin(send(context, form));

/// The same, for the app.
pub(super) async fn receive(form: MultipartData) -> Result<Done, Unmet> {
    let context = asked()?;
    let mut form = received(&context, form).await?;
    Ok(send(&context, &mut form).await?)
}

async fn send(context: &Context, form: &mut Submitted) -> Result<Done, Stop> {
    let desk = &context.app.desk;
    let account = match context.session() {
        Some(session) => Some(desk.accounts.account(session).await?),
        None => None,
    };
    let fields = Fields {
        email: account.as_ref().map_or(form.get("email"), |account| &account.email),
        name: form.get("name"),
        kind: form.get("kind"),
        subject: form.get("subject"),
        body: form.get("body"),
        consent: form.ticked("consent"),
        once: form.get("once"),
        language: context.language,
    };
    let submission = Submission::parse(&fields, desk.settings());
    let files = form.take_files();
    let signs = context.signs(form);
    let submitted = desk.requests.submit_screened(submission?, files?, context.session(), &signs).await?;
    let number = submitted.number;
    Ok(Done::go(match context.session() {
        Some(_) => Address::Request { number, token: String::new() },
        None => Address::RequestSent { number: Some(number), held: submitted.held },
    }))
}
