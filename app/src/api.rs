//! The server functions that islands call: typed on both sides, each a few lines around one
//! method of the desk.

// The macro makes a struct of each function's arguments; what they mean stands with the function.
#![allow(missing_docs)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::Language;

/// What is new in a conversation.
#[derive(Clone, Serialize, Deserialize)]
pub struct News {
    /// The comments after the last one that is shown, rendered as the page renders them.
    pub html: String,
    /// The id of the last comment now.
    pub last: String,
    /// The badge of the status.
    pub status: String,
    /// How many comments are new.
    pub count: usize,
}

/// What a passkey is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasskeyFor {
    /// To be made.
    New,
    /// To log in.
    Login,
    /// To take the second step of a login.
    SecondStep,
    /// To show again who one is.
    Confirm,
}

/// How good a password is.
#[derive(Clone, Serialize, Deserialize)]
pub struct Judgement {
    /// From 0 (too short) to 4 (very good); 3 and more can be set.
    pub score: u8,
    /// The same in words.
    pub sentence: String,
}

/// What has been written in a request since the comment `last`.
///
/// # Errors
/// One opaque error: the island then leaves the page as it is.
#[server(prefix = "/api/ui", endpoint = "news")]
pub async fn whats_new(
    number: String,
    token: String,
    last: String,
    agent: bool,
) -> Result<News, ServerFnError> {
    server::news(&number, &token, &last, agent).await.ok_or_else(opaque)
}

/// Judges a password while it is typed. It is judged and forgotten.
///
/// # Errors
/// One opaque error.
#[server(prefix = "/api/ui", endpoint = "judge")]
pub async fn judge(password: String, language: Language) -> Result<Judgement, ServerFnError> {
    Ok(server::judge(&password, language))
}

/// What the browser is to have a passkey sign, as JSON.
///
/// # Errors
/// One opaque error, whatever the reason is.
#[server(prefix = "/api/ui", endpoint = "passkey")]
pub async fn passkey_question(purpose: PasskeyFor) -> Result<String, ServerFnError> {
    server::passkey_question(purpose).await.ok_or_else(opaque)
}

#[cfg(feature = "ssr")]
fn opaque() -> ServerFnError {
    ServerFnError::ServerError("not available".into())
}

#[cfg(feature = "ssr")]
pub(crate) mod server {
    use axum::body::Body;
    use axum::extract::Request;
    use axum::response::{IntoResponse, Response};
    use leptos::prelude::*;
    use tresen_desk::people::{Strength, strength};
    use tresen_model::{CommentId, Language, RequestNumber};

    use super::{Judgement, News, PasskeyFor};
    use crate::language::strength as text;
    use crate::pages::conversation::{Thread, comments_html, status_html};
    use crate::web::{Context, render};

    /// Answers the server functions. They are told who asks as pages are.
    pub(crate) async fn answer(context: Context, request: Request<Body>) -> Response {
        let provide = move || provide_context(context.clone());
        leptos_axum::handle_server_fns_with_context(provide, request).await.into_response()
    }

    pub(super) async fn news(number: &str, token: &str, last: &str, agent: bool) -> Option<News> {
        let context = use_context::<Context>()?;
        let number = RequestNumber::parse(number)?;
        let desk = &context.app.desk;
        let conversation = if agent {
            let agent = context.require_agent().ok()?;
            desk.conversation_for_agent(&agent, number).await.ok()?
        } else {
            let access = context.access(Some(token)).await.ok()?;
            desk.conversation(&access, number).await.ok()?
        };
        let shown = CommentId::parse(last);
        let comments: Vec<_> =
            conversation.comments.into_iter().filter(|comment| Some(comment.id) > shown).collect();
        let newest = comments.last().map_or_else(|| last.to_owned(), |comment| comment.id.to_string());
        let count = comments.len();
        let language = context.language;
        let thread = Thread::of(&context, number, token, agent);
        let html = render("", move || comments_html(&thread, comments));
        let status = conversation.status;
        let status = render("", move || status_html(language, status, agent));
        Some(News { html, last: newest, status, count })
    }

    pub(super) async fn passkey_question(purpose: PasskeyFor) -> Option<String> {
        let context = use_context::<Context>()?;
        let desk = &context.app.desk;
        let question = match purpose {
            PasskeyFor::New => desk.ask_for_new_passkey(context.session()?).await,
            PasskeyFor::Login => desk.ask_for_passkey().await,
            PasskeyFor::SecondStep => desk.ask_for_passkey_in_second_step(context.second_step()?).await,
            PasskeyFor::Confirm => desk.ask_for_passkey_to_confirm(context.session()?).await,
        };
        question.ok()
    }

    pub(super) fn judge(password: &str, language: Language) -> Judgement {
        let (score, sentence) = match strength(password, &[]) {
            Strength::Short => (0, text::short(language)),
            Strength::Weak => (1, text::weak(language)),
            Strength::Fair => (2, text::fair(language)),
            Strength::Good => (3, text::good(language)),
            Strength::Strong => (4, text::strong(language)),
        };
        Judgement { score, sentence: sentence.to_owned() }
    }
}
