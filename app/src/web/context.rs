//! Who asks, and in what language.

use std::convert::Infallible;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, Uri, header};
use data_encoding::BASE64URL_NOPAD;
use tresen_desk::Error;
use tresen_desk::Secret;
use tresen_desk::abuse::{Signs, Visitor};
use tresen_desk::people::{Agent, Session};
use tresen_desk::privacy::DataAccess;
use tresen_desk::requests::Access;
use tresen_model::query::decode;
use tresen_model::{Address, Language, Timestamp};

use super::cookies::{Cookie, Received};
use super::outcome::Stop;
use super::state::App;
use crate::language::shared::dates;
use crate::trouble::Trouble;
use crate::visit::{FileLimits, Visit};
use crate::when::When;

/// When to ask again while nothing can be stored, in seconds.
pub(super) const OUTAGE_SECONDS: u64 = 60;

/// How long the look at a session may take. The desk itself waits two seconds for a connection.
const SESSION_PATIENCE: Duration = Duration::from_secs(3);

/// The nonce of a response's Content-Security-Policy. The program puts it into the request's
/// extensions.
#[derive(Clone)]
pub struct Nonce(pub Arc<str>);

/// The network that a request comes from: an IPv4 address, or the /64 of an IPv6 address; `None` for
/// this machine itself. The program puts it into the request's extensions. It is counted under a
/// salted hash and written nowhere, so there is no `Debug`.
#[derive(Clone, Copy)]
pub struct Network(pub Option<IpAddr>);

/// The database was found away before it is known who asks. The program puts it into the request's extensions, and
/// nothing is looked up any more.
#[derive(Clone, Copy)]
pub struct Away;

/// A request for a page: who asks, and what. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
    /// The language to answer in.
    pub language: Language,
    /// The path with its query; of a server function, those of the page that asks for it.
    pub(crate) address: Arc<str>,
}

/// What [`Context`] holds.
pub struct Inner {
    /// What the pages are given.
    pub app: App,
    /// When it was asked.
    pub now: Timestamp,
    session: Option<Session>,
    /// Whether the session could not be looked up.
    session_unknown: bool,
    session_secret: Option<Secret>,
    /// Whether the session was found gone after an erasure.
    signed_out: AtomicBool,
    data_access: Option<Secret>,
    device: Option<Secret>,
    second_step: Option<Secret>,
    signing_in: Option<(Secret, String)>,
    pub(super) nonce: Arc<str>,
    network: Option<IpAddr>,
    /// Whether the app asks.
    pub(super) wants_json: bool,
    /// Whether somebody looks at a document, and does not only ask what it would show.
    looks: bool,
    /// Whether a form was sent.
    sends: bool,
    beside: Mutex<Beside>,
}

/// What an answer has beside its body, whichever way a form was sent.
#[derive(Default)]
pub(super) struct Beside {
    /// Cookies to set.
    pub(super) cookies: Vec<Cookie>,
    /// Seconds to wait before asking again (RFC 9110, section 10.2.3).
    pub(super) retry_after: Option<u64>,
}

impl Deref for Context {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl FromRequestParts<App> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::from_parts(parts, app).await)
    }
}

/// The address of the page that is asked for, or on which the form stands: somebody who has to sign in or to show
/// who they are comes back there, not to a server function.
fn address_of(parts: &Parts) -> String {
    let own = parts.uri.path_and_query().map_or("/", |address| address.as_str());
    if !own.starts_with("/api/ui/") {
        return own.to_owned();
    }
    let asked = parts.uri.query().and_then(|query| {
        query.split('&').find_map(|pair| decode(pair.strip_prefix("address=")?.as_bytes()))
    });
    asked.unwrap_or_else(|| {
        let referer = parts.headers.get(header::REFERER).and_then(|value| value.to_str().ok());
        let referer = referer.and_then(|referer| referer.parse::<Uri>().ok());
        referer
            .and_then(|uri| Some(uri.path_and_query()?.as_str().to_owned()))
            .unwrap_or_else(|| "/".to_owned())
    })
}

impl Context {
    /// Finds out who asks. Twice for one request costs as much as once.
    pub async fn from_parts(parts: &mut Parts, app: &App) -> Self {
        if let Some(context) = parts.extensions.get::<Self>() {
            return context.clone();
        }
        let headers = &parts.headers;
        let cookies = Received { headers, https: app.https };
        let session_secret = cookies.session();
        let looked_up = match parts.extensions.get::<Away>() {
            Some(Away) => Err(Unknown),
            None => session_of(app, session_secret.as_ref()).await,
        };
        let (session, session_unknown) = (looked_up.clone().ok().flatten(), looked_up.is_err());
        let accepted = || {
            let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            header.map(Language::negotiate).unwrap_or_default()
        };
        let chosen = session.as_ref().map(Session::language).or_else(|| cookies.language());
        let language = chosen.unwrap_or_else(accepted);
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        let inner = Inner {
            session,
            session_unknown,
            session_secret,
            signed_out: AtomicBool::new(false),
            data_access: cookies.data_access(),
            device: cookies.device(),
            second_step: cookies.second_step(),
            signing_in: cookies.signing_in(),
            now: app.desk.now(),
            network: parts.extensions.get::<Network>().and_then(|network| network.0),
            nonce: parts.extensions.get::<Nonce>().map(|nonce| Arc::clone(&nonce.0)).unwrap_or_default(),
            wants_json: accept.is_some_and(|accept| accept.starts_with("application/json")),
            app: app.clone(),
            looks: parts.method == Method::GET && !parts.uri.path().starts_with("/api/"),
            sends: parts.method == Method::POST,
            beside: Mutex::default(),
        };
        let context = Self { inner: Arc::new(inner), language, address: address_of(parts).into() };
        parts.extensions.insert(context.clone());
        context
    }

    /// The same request, answered with the page at another address, and in another language.
    pub(crate) fn at(&self, page: &Address, language: Language) -> Self {
        Self { inner: Arc::clone(&self.inner), language, address: page.to_string().into() }
    }

    /// What every page of the visit knows.
    pub fn visit(&self) -> Visit {
        let settings = self.app.desk.settings();
        Visit {
            language: self.language,
            desk: settings.name.clone(),
            logo: self.app.look.logo.clone(),
            role: self.session().map(Session::role),
            person: self.session().map(Session::person),
            files: FileLimits {
                count: settings.attachments.max_files,
                bytes: settings.attachments.max_bytes,
            },
            proof: self.app.assets.proof.map(str::to_owned),
        }
    }

    /// Whether somebody looks at a document. The app asks for what a page shows before anybody looks at it, and says
    /// itself when somebody does.
    pub fn looks(&self) -> bool {
        self.looks
    }

    /// Whether a form was sent. Its page is loaded only to say why it was refused.
    pub(crate) fn sends(&self) -> bool {
        self.sends
    }

    /// A random word that goes into a form, so that it is known again when it comes twice.
    pub fn once(&self) -> String {
        let mut bytes = [0; 12];
        // Without randomness forms sent twice are two; nothing else depends on it.
        let _ = getrandom::fill(&mut bytes);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Sets cookies with the answer.
    pub fn set_cookies(&self, cookies: impl IntoIterator<Item = Cookie>) {
        self.beside(|beside| beside.cookies.extend(cookies));
    }

    /// Says with the answer when to ask again.
    pub(super) fn retry_after(&self, seconds: u64) {
        self.beside(|beside| beside.retry_after = Some(seconds));
    }

    /// What the answer has beside its body so far. It is given out once.
    pub(super) fn take_beside(&self) -> Beside {
        self.beside(std::mem::take)
    }

    fn beside<T>(&self, act: impl FnOnce(&mut Beside) -> T) -> T {
        act(&mut self.inner.beside.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who is logged in.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref().filter(|_| !self.signed_out.load(Ordering::Relaxed))
    }

    /// Looks the session up once more, after an erasure. If it is gone, [`session`](Self::session) returns `None`
    /// from now on, and the browser drops its cookie.
    pub async fn recheck_session(&self) {
        let gone = matches!(session_of(&self.app, self.session_secret.as_ref()).await, Ok(None));
        if self.session().is_some() && gone {
            self.signed_out.store(true, Ordering::Relaxed);
            self.set_cookies([Cookie::no_session()]);
        }
    }

    /// Who is logged in.
    ///
    /// # Errors
    /// [`Stop::LogIn`], or as of [`require_known`](Self::require_known).
    pub fn require_session(&self) -> Result<&Session, Stop> {
        self.require_known()?;
        self.session().ok_or(Stop::LogIn)
    }

    /// Checks that it is known who is signed in, if anybody is. Neither a page nor a form takes an outage for a
    /// sign-out.
    ///
    /// # Errors
    /// 503 when the session could not be looked up.
    pub(crate) fn require_known(&self) -> Result<(), Stop> {
        if !self.session_unknown {
            return Ok(());
        }
        Err(self.outage())
    }

    /// Says that the database is away, and when to ask again.
    fn outage(&self) -> Stop {
        self.retry_after(OUTAGE_SECONDS);
        Stop::Trouble(503, Trouble::Outage)
    }

    /// Gives what a page shows so much time. A database that stops in the middle of a statement answers neither yes
    /// nor no.
    ///
    /// # Errors
    /// 503 when it takes longer, or what the work says.
    pub(crate) async fn in_time<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Stop>>,
    ) -> Result<T, Stop> {
        tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
            tracing::error!(seconds = limit.as_secs_f64(), "a page took too long: answering 503");
            Err(self.outage())
        })
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

    /// What came with a form beside its fields, as far as they matter for limits. `trap` is the field that nobody sees.
    pub fn signs_of<'a>(&self, stamp: &'a str, proof: &'a str, trap: &'a str) -> Signs<'a> {
        Signs {
            stamp,
            proof,
            trap,
            // The app says so when it could not work.
            can_prove: self.wants_json && proof != "none",
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
        self.app.desk.privacy.data_access(secret).await
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
                let link = self.app.desk.people.open_request_link(&Secret::received(token)).await;
                match (link, &self.session) {
                    // An old link in an old mail is no reason to lock an owner out.
                    (Err(Error::Gone), Some(session)) => Ok(Access::Session(session.clone())),
                    (Err(Error::Gone), None) => {
                        self.require_known()?;
                        Err(Error::Gone.into())
                    }
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

/// Looks a session up.
async fn session_of(app: &App, secret: Option<&Secret>) -> Result<Option<Session>, Unknown> {
    let Some(secret) = secret else { return Ok(None) };
    match tokio::time::timeout(SESSION_PATIENCE, app.desk.people.session(secret)).await {
        Ok(Ok(session)) => Ok(session),
        Ok(Err(error)) => {
            tracing::error!(%error, "a session could not be looked up");
            Err(Unknown)
        }
        Err(_) => {
            tracing::error!("a session could not be looked up: the database stopped in the middle of it");
            Err(Unknown)
        }
    }
}

/// It is not known who asks.
#[derive(Clone)]
struct Unknown;
