//! What the forms in the header of every page do: sign out, and choose another language. Both lead to a new
//! document.

use axum::response::Response;
use tresen_desk::Error;
use tresen_model::{Address, Language, Problem};

use crate::web::{Answer, Context, Cookie, Stop, Submitted, local};

/// `/logout`
pub(crate) async fn log_out(context: Context) -> Response {
    let done = async {
        if let Some(session) = context.session() {
            context.app.desk.logout(session).await?;
        }
        context.set_cookies([Cookie::no_session()]);
        Ok(Answer::go(Address::Home))
    };
    let done = done.await;
    context.finish(done)
}

/// `/language`: remembers the language, and with the person too if somebody is signed in.
pub(crate) async fn switch_language(context: Context, form: Submitted) -> Response {
    let done = switch(&context, &form).await;
    context.finish(done)
}

async fn switch(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let language = Language::parse(form.get("language"))
        .ok_or_else(|| Error::refused("language", Problem::ChoiceUnknown))?;
    if let Some(session) = context.session() {
        context.app.desk.change_language(session, language).await?;
    }
    context.set_cookies([Cookie::language(language)]);
    Ok(Answer::go(local(form.get("return_to"))))
}
