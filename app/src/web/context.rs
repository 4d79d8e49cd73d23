//! Who asks, and in what language.

use std::convert::Infallible;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use tresen_desk::Error;
use tresen_desk::abuse::{Signs, Visitor};
use tresen_desk::people::{Agent, Secret, Session};
use tresen_desk::privacy::DataAccess;
use tresen_desk::requests::Access;
use tresen_model::{Language, Timestamp};

use super::answer::Stop;
use super::cookies::Received;
use super::state::App;
use super::submitted::Submitted;
use crate::components::When;
use crate::language::dates;

/// The nonce of a response's Content-Security-Policy. The program puts it into the request's
/// extensions.
#[derive(Clone)]
pub struct Nonce(pub Arc<str>);

/// The network that a request comes from: an IPv4 address, or the /64 of an IPv6 address; `None` for
/// this machine itself. The program puts it into the request's extensions. It is counted under a
/// salted hash and written nowhere, so there is no `Debug`.
#[derive(Clone, Copy)]
pub struct Network(pub Option<IpAddr>);

/// A request for a page: who asks, and what. Cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

/// What [`Context`] holds.
pub struct Inner {
    /// What the pages are given.
    pub app: App,
    /// The language to answer in.
    pub language: Language,
    /// When it was asked.
    pub now: Timestamp,
    /// The path with its query.
    pub address: String,
    session: Option<Session>,
    data_access: Option<Secret>,
    device: Option<Secret>,
    second_step: Option<Secret>,
    signing_in: Option<(Secret, String)>,
    pub(super) nonce: Arc<str>,
    network: Option<IpAddr>,
    /// Whether the island `LiveForm` asks.
    pub(super) wants_json: bool,
}

impl Deref for Context {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRequestParts<App> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::from_parts(parts, app).await)
    }
}

impl Context {
    /// Finds out who asks. Twice for one request costs as much as once.
    pub async fn from_parts(parts: &mut Parts, app: &App) -> Self {
        if let Some(context) = parts.extensions.get::<Self>() {
            return context.clone();
        }
        let headers = &parts.headers;
        let cookies = Received { headers, https: app.https };
        let session = match cookies.session() {
            Some(secret) => match app.desk.session(&secret).await {
                Ok(session) => session,
                Err(error) => {
                    tracing::error!(%error, "a session could not be looked up; answering as to nobody");
                    None
                }
            },
            None => None,
        };
        let accepted = || {
            let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            header.map(Language::negotiate).unwrap_or_default()
        };
        let chosen = session.as_ref().map(Session::language).or_else(|| cookies.language());
        let language = chosen.unwrap_or_else(accepted);
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        let context = Self(Arc::new(Inner {
            language,
            session,
            data_access: cookies.data_access(),
            device: cookies.device(),
            second_step: cookies.second_step(),
            signing_in: cookies.signing_in(),
            now: app.desk.now(),
            address: parts.uri.path_and_query().map_or("/", |address| address.as_str()).to_owned(),
            network: parts.extensions.get::<Network>().and_then(|network| network.0),
            nonce: parts.extensions.get::<Nonce>().map(|nonce| Arc::clone(&nonce.0)).unwrap_or_default(),
            wants_json: accept.is_some_and(|accept| accept.starts_with("application/json")),
            app: app.clone(),
        }));
        parts.extensions.insert(context.clone());
        context
    }

    /// Who is logged in.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Who is logged in.
    ///
    /// # Errors
    /// [`Stop::LogIn`].
    pub fn require_session(&self) -> Result<&Session, Stop> {
        self.session.as_ref().ok_or(Stop::LogIn)
    }

    /// What the browser keeps of earlier logins, if it does.
    pub fn device(&self) -> Option<&Secret> {
        self.device.as_ref()
    }

    /// What the browser keeps of the first step of a login; it may be over.
    pub fn second_step(&self) -> Option<&Secret> {
        self.second_step.as_ref()
    }

    /// Who comes, as far as limits need to know.
    pub fn visitor(&self) -> Visitor<'_> {
        Visitor { network: self.network, device: self.device() }
    }

    /// What came with a form beside its fields.
    pub fn signs<'a>(&self, form: &'a Submitted) -> Signs<'a> {
        Signs {
            stamp: form.get("stamp"),
            proof: form.get("proof"),
            trap: form.get("url"),
            // The island says so when it could not work.
            can_prove: self.wants_json && form.get("proof") != "none",
            network: self.network,
        }
    }

    /// What the browser keeps of a mailed link that was exchanged; it may have ended.
    pub fn data_access(&self) -> Option<&Secret> {
        self.data_access.as_ref()
    }

    /// What a sign-in with a provider has begun with in this browser, and where to go afterwards.
    pub fn signing_in(&self) -> Option<(Secret, String)> {
        self.signing_in.clone()
    }

    /// Whose data a mailed link has opened in this browser.
    ///
    /// # Errors
    /// [`Error::Gone`] when it has ended, or none was opened.
    pub async fn require_data_access(&self) -> Result<DataAccess, Error> {
        let secret = self.data_access.as_ref().ok_or(Error::Gone)?;
        self.app.desk.data_access(secret).await
    }

    /// The agent who is logged in.
    ///
    /// # Errors
    /// [`Stop::LogIn`], or [`Error::Forbidden`] for customers.
    pub fn require_agent(&self) -> Result<Agent, Stop> {
        Ok(self.require_session()?.agent()?)
    }

    /// The proof with which a customer opens a request: the link's token if there is one,
    /// else the login.
    ///
    /// # Errors
    /// [`Stop::LogIn`], or [`Error::Gone`] for a link that is no longer good.
    pub async fn access(&self, token: Option<&str>) -> Result<Access, Stop> {
        match token.filter(|token| !token.is_empty()) {
            Some(token) => {
                let link = self.app.desk.open_request_link(&Secret::received(token)).await;
                match (link, &self.session) {
                    // An old link in an old mail is no reason to lock an owner out.
                    (Err(Error::Gone), Some(session)) => Ok(Access::Session(session.clone())),
                    (link, _) => Ok(Access::Link(link?)),
                }
            }
            None => Ok(Access::Session(self.require_session()?.clone())),
        }
    }

    /// Says when something was.
    pub fn when(&self, time: Timestamp) -> When {
        dates::when(self.language, time, self.now, &self.app.time_zone)
    }
}
