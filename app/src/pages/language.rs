//! The language switch in the header of every page.

use axum::response::Response;
use tresen_model::{Language, Problem};

use crate::web::{Answer, Context, Cookie, Stop, Submitted, local};

/// Remembers the language, and with the person too if somebody is logged in.
pub(super) async fn switch(context: Context, form: Submitted) -> Response {
    let done = act(&context, &form).await;
    context.finish(done)
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let language = Language::parse(form.get("language"))
        .ok_or_else(|| tresen_desk::Error::refused("language", Problem::ChoiceUnknown))?;
    if let Some(session) = context.session() {
        context.app.desk.change_language(session, language).await?;
    }
    Ok(Answer::Go(local(form.get("return_to")), vec![Cookie::language(language)]))
}
