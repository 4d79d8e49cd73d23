//! The server functions that islands call: typed on both sides, each a few lines around one
//! method of the desk.

// The macro makes a struct of each function's arguments; what they mean stands with the function.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::ServerFnErrorErr;
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

/// Why an island gets nothing: the status that a page would have, and not a word more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unavailable {
    /// The status code (RFC 9110, section 15).
    pub status: u16,
}

impl FromServerFnError for Unavailable {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let misunderstood = matches!(
            error,
            ServerFnErrorErr::Args(_)
                | ServerFnErrorErr::MissingArg(_)
                | ServerFnErrorErr::Deserialization(_)
        );
        Self { status: if misunderstood { 400 } else { 500 } }
    }

    #[cfg(feature = "ssr")]
    fn status_code(&self) -> axum::http::StatusCode {
        axum::http::StatusCode::from_u16(self.status).unwrap_or_default()
    }
}

/// What has been written in a request since the comment `last`.
///
/// # Errors
/// [`Unavailable`]: the island then leaves the page as it is.
#[server(prefix = "/api/ui", endpoint = "news")]
pub async fn whats_new(
    number: String,
    token: String,
    last: String,
    agent: bool,
) -> Result<News, Unavailable> {
    Ok(server::news(&number, &token, &last, agent).await?)
}

/// Judges a password while it is typed. It is judged and forgotten.
///
/// # Errors
/// [`Unavailable`] when it is not understood.
#[server(prefix = "/api/ui", endpoint = "judge")]
pub async fn judge(password: String, language: Language) -> Result<Judgement, Unavailable> {
    Ok(server::judge(&password, language))
}

/// What the browser is to have a passkey sign, as JSON.
///
/// # Errors
/// [`Unavailable`], whatever the reason is.
#[server(prefix = "/api/ui", endpoint = "passkey")]
pub async fn passkey_question(purpose: PasskeyFor) -> Result<String, Unavailable> {
    Ok(server::passkey_question(purpose).await?)
}

#[cfg(feature = "ssr")]
pub(crate) mod server {
    use axum::body::Body;
    use axum::extract::Request;
    use axum::response::{IntoResponse, Response};
    use leptos::prelude::*;
    use leptos::server_fn::axum::server_fn_paths;
    use tresen_desk::Error;
    use tresen_desk::people::{Strength, strength};
    use tresen_model::{CommentId, Language, RequestNumber};

    use super::{Judgement, News, PasskeyFor, Unavailable};
    use crate::language::strength as text;
    use crate::pages::conversation::{Thread, comments_html, status_html};
    use crate::web::{Context, Stop, render};

    /// Answers the server functions. They are told who asks as pages are.
    pub(crate) async fn answer(context: Context, request: Request<Body>) -> Response {
        // To a function that is none Leptos has words for developers.
        let path = request.uri().path();
        if !server_fn_paths().any(|(known, method)| known == path && method == *request.method()) {
            return context.finish(Err(Error::NotFound.into()));
        }
        let provide = move || provide_context(context.clone());
        leptos_axum::handle_server_fns_with_context(provide, request).await.into_response()
    }

    impl From<Stop> for Unavailable {
        fn from(stop: Stop) -> Self {
            Self { status: stop.status().as_u16() }
        }
    }

    fn context() -> Result<Context, Stop> {
        Ok(use_context::<Context>().ok_or(Error::NotFound)?)
    }

    pub(super) async fn news(number: &str, token: &str, last: &str, agent: bool) -> Result<News, Stop> {
        let context = context()?;
        let number = RequestNumber::parse(number).ok_or(Error::NotFound)?;
        let desk = &context.app.desk;
        let conversation = if agent {
            desk.conversation_for_agent(&context.require_agent()?, number).await?
        } else {
            desk.conversation(&context.access(Some(token)).await?, number).await?
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
        Ok(News { html, last: newest, status, count })
    }

    pub(super) async fn passkey_question(purpose: PasskeyFor) -> Result<String, Stop> {
        let context = context()?;
        let desk = &context.app.desk;
        let question = match purpose {
            PasskeyFor::New => desk.ask_for_new_passkey(context.require_session()?).await,
            PasskeyFor::Login => desk.ask_for_passkey().await,
            PasskeyFor::SecondStep => {
                desk.ask_for_passkey_in_second_step(context.second_step().ok_or(Error::Gone)?).await
            }
            PasskeyFor::Confirm => desk.ask_for_passkey_to_confirm(context.require_session()?).await,
        };
        Ok(question?)
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
