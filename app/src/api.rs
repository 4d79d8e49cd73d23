//! The server functions that no form calls: what pages show, and what is asked while one types.

// The macro makes a struct of each function's arguments; what they mean stands with the function.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json, JsonEncoding};
use leptos::server_fn::error::ServerFnErrorErr;
use serde::{Deserialize, Serialize};
use tresen_model::Language;

use crate::form::Unmet;
use crate::trouble::{Trouble, Unavailable};
use crate::{account, agent, customer, dev, legal, mine, settings, sign_in};

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

impl FromServerFnError for Unavailable {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let misunderstood = matches!(
            error,
            ServerFnErrorErr::Args(_)
                | ServerFnErrorErr::MissingArg(_)
                | ServerFnErrorErr::Deserialization(_)
        );
        let status = if misunderstood { 400 } else { 500 };
        Self::Trouble { status, trouble: Trouble::Unreadable }
    }

    #[cfg(feature = "ssr")]
    fn status_code(&self) -> axum::http::StatusCode {
        axum::http::StatusCode::from_u16(self.status()).unwrap_or_default()
    }
}

impl FromServerFnError for Unmet {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Unavailable(Unavailable::from_server_fn_error(error))
    }

    #[cfg(feature = "ssr")]
    fn status_code(&self) -> axum::http::StatusCode {
        axum::http::StatusCode::from_u16(self.status()).unwrap_or_default()
    }
}

/// What a page shows of: the front page and the form for a new request.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/customer", input = GetUrl, output = Json)]
pub async fn customer_page(address: String) -> Result<customer::Shown, Unavailable> {
    Ok(customer::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: one's own requests.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/mine", input = GetUrl, output = Json)]
pub async fn mine_page(address: String) -> Result<mine::Shown, Unavailable> {
    Ok(mine::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: signing in and registering.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/sign-in", input = GetUrl, output = Json)]
pub async fn sign_in_page(address: String) -> Result<sign_in::Shown, Unavailable> {
    Ok(sign_in::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: the account, one's data and their erasure.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/account", input = GetUrl, output = Json)]
pub async fn account_page(address: String) -> Result<account::Shown, Unavailable> {
    Ok(account::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: privacy statement, imprint and receipts.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/legal", input = GetUrl, output = Json)]
pub async fn legal_page(address: String) -> Result<legal::Shown, Unavailable> {
    Ok(legal::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: the agents' pages.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/agent", input = GetUrl, output = Json)]
pub async fn agent_page(address: String) -> Result<agent::Shown, Unavailable> {
    Ok(agent::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: what admins look after.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/settings", input = GetUrl, output = Json)]
pub async fn settings_page(address: String) -> Result<settings::Shown, Unavailable> {
    Ok(settings::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: outgoing email, under `--dev`.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/dev", input = GetUrl, output = Json)]
pub async fn dev_page(address: String) -> Result<dev::Shown, Unavailable> {
    Ok(dev::load(&server::asked()?, &server::address(&address)?).await?)
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
    use axum::http::{HeaderName, HeaderValue, Method, header};
    use axum::response::{IntoResponse, Response};
    use leptos::prelude::*;
    use leptos::server_fn::axum::server_fn_paths;
    use tresen_desk::Error;
    use tresen_desk::people::{Strength, strength};
    use tresen_model::{Address, Language};

    use super::{Judgement, PasskeyFor};
    use crate::app::BUILD_HEADER;
    use crate::language::strength as text;
    pub(super) use crate::web::asked;
    use crate::web::{Answer, Context, Stop, Trouble, without_files};

    /// The functions of the forms with files. Whatever is not here takes none.
    const WITH_FILES: [&str; 4] =
        ["/api/ui/requests/send", "/api/ui/requests/comment", "/api/ui/agent/capture", "/api/ui/agent/reply"];

    /// Answers the server functions. They are told who asks as pages are.
    pub(crate) async fn answer(context: Context, request: Request<Body>) -> Response {
        // To a function that is none Leptos has words for developers.
        let path = request.uri().path();
        if !server_fn_paths().any(|(known, method)| known == path && method == *request.method()) {
            return context.finish(Err(Error::NotFound.into()));
        }
        let has_files = WITH_FILES.contains(&path);
        let request = if request.method() == Method::POST && !has_files {
            match without_files(request).await {
                Ok(request) => request,
                Err(status) => return context.trouble(status, Trouble::Unreadable),
            }
        } else {
            request
        };
        let build = HeaderValue::from_static(context.app.assets.build());
        let asked = context.clone();
        let provide = move || provide_context(asked.clone());
        let mut answer = leptos_axum::handle_server_fns_with_context(provide, request).await.into_response();
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer.headers_mut().insert(HeaderName::from_static(BUILD_HEADER), build);
        context.finish(Ok(Answer::other(answer)))
    }

    /// The address of a page that the app asks for.
    pub(super) fn address(address: &str) -> Result<Address, Stop> {
        Ok(Address::read(address).ok_or(Error::NotFound)?)
    }

    pub(super) async fn passkey_question(purpose: PasskeyFor) -> Result<String, Stop> {
        let context = asked()?;
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
