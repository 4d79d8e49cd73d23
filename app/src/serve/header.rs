//! What the forms in the header of every page do: sign out, and choose another language. Both lead to a new
//! document.

use axum::http::Uri;
use axum::response::Response;
use tresen_desk::Error;
use tresen_model::query::decode;
use tresen_model::{Address, Language, Problem};

use crate::web::{Answer, Context, Cookie, Stop, Submitted, local};

/// `/logout`
pub(crate) async fn log_out(context: Context) -> Response {
    let done = async {
        // A cookie that is forgotten would leave the session behind.
        context.require_known()?;
        if let Some(session) = context.session() {
            context.app.desk.people.logout(session).await?;
        }
        context.set_cookies([Cookie::no_session()]);
        Ok(Answer::go(Address::Home))
    };
    let done = done.await;
    context.finish(done)
}

/// `/language`: remembers the language, and stores it with a signed-in person.
///
/// With `return_to` in the query, the page's own form was sent along: the page comes back with its text.
pub(crate) async fn switch_language(context: Context, uri: Uri, form: Submitted) -> Response {
    let language = match switch(&context, &form).await {
        Ok(language) => language,
        Err(stop) => return context.finish(Err(stop)),
    };
    let Some(return_to) = returning(&uri) else {
        return context.finish(Ok(Answer::go(local(form.get("return_to")))));
    };
    let shown = match Address::read(&return_to) {
        Some(page) => context.at(&page, language).with_text(&page, form.fields(), form.had_files()).await,
        None => None,
    };
    shown.unwrap_or_else(|| context.finish(Ok(Answer::go(return_to))))
}

/// `/language` asked for again, as by a reload.
pub(crate) async fn come_back(context: Context, uri: Uri) -> Response {
    context.finish(Ok(Answer::go(returning(&uri).unwrap_or_else(|| local("")))))
}

fn returning(uri: &Uri) -> Option<String> {
    let query = uri.query()?.strip_prefix("return_to=")?;
    Some(local(&decode(query.as_bytes())?))
}

async fn switch(context: &Context, form: &Submitted) -> Result<Language, Stop> {
    let language =
        Language::parse(form.get("to")).ok_or_else(|| Error::refused("to", Problem::ChoiceUnknown))?;
    context.require_known()?;
    if let Some(session) = context.session() {
        context.app.desk.accounts.change_language(session, language).await?;
    }
    context.set_cookies([Cookie::language(language)]);
    Ok(language)
}
