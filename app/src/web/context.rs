//! Who asks, in what language, and how they are answered.

use std::convert::Infallible;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use data_encoding::BASE64URL_NOPAD;
use tresen_desk::abuse::{Challenge, Signs, Visitor};
use tresen_desk::people::{Agent, DEVICE_LIFETIME, Entry, PATIENCE, Purpose, Secret, Session};
use tresen_desk::privacy::DataAccess;
use tresen_desk::requests::Access;
use tresen_desk::{Error, Refusal};
use tresen_model::{FileCheck, Language, Problem, Timestamp};

use super::failure::{Trouble, trouble_page};
use super::form::Form;
use super::frame::{self, Page};
use super::render::render;
use super::state::App;
use super::submitted::{self, Submitted};
use crate::components::When;
use crate::language::{common, dates, new_request};
use crate::outcome::Outcome;

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
    nonce: Arc<str>,
    network: Option<IpAddr>,
    /// Whether the island `LiveForm` asks.
    wants_json: bool,
}

impl Deref for Context {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What a handler comes to.
pub enum Answer {
    /// A page.
    Page(Box<Page>),
    /// A page that is the answer to a form itself, since what it shows is shown once.
    Shown(Box<Page>, Vec<Cookie>),
    /// Go there. A form that was sent is answered so.
    Go(String, Vec<Cookie>),
    /// Something else.
    Other(Response),
}

impl Answer {
    /// Go there.
    pub fn go(address: impl Into<String>) -> Self {
        Self::Go(address.into(), Vec::new())
    }

    /// Something else, such as a file.
    pub fn other(response: impl IntoResponse) -> Self {
        Self::Other(response.into_response())
    }
}

/// Why a handler comes to nothing.
pub enum Stop {
    /// The desk said no.
    Desk(Error),
    /// Somebody has to log in first.
    LogIn,
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Desk(error.into())
    }
}

/// A cookie to set.
pub struct Cookie {
    name: &'static str,
    value: String,
    seconds: i64,
}

const SESSION: &str = "tresen-session";
const LANGUAGE: &str = "tresen-language";
const DATA: &str = "tresen-data";
const DEVICE: &str = "tresen-device";
const SECOND_STEP: &str = "tresen-second-step";
const SIGN_IN: &str = "tresen-sign-in";

/// Where to go after a sign-in has at most so many bytes.
const LONGEST_NEXT: usize = 500;

/// Browsers keep the session cookie at most so long: as long as the longest session.
const SESSION_SECONDS: i64 = 30 * 24 * 3600;

/// An address to go to has at most so many bytes. Some are made of what a form sent, and a header
/// as long as a form is one that proxies and browsers break on.
const LONGEST: usize = 8192;

impl Cookie {
    /// Keeps somebody logged in.
    pub fn session(secret: &Secret) -> Self {
        Self { name: SESSION, value: secret.reveal().to_owned(), seconds: SESSION_SECONDS }
    }

    /// Keeps somebody logged in, lets the browser be known next time, and forgets the way there.
    pub fn entry(entry: &Entry) -> Vec<Self> {
        let device = Self { name: DEVICE, value: entry.device.reveal().to_owned(), seconds: DEVICE_LIFETIME };
        let arrived = Self { name: SECOND_STEP, value: String::new(), seconds: 0 };
        vec![Self::session(&entry.session), device, arrived]
    }

    /// Lets somebody who has shown their password take the second step.
    pub fn second_step(half: &Secret) -> Self {
        let seconds = Purpose::SecondStep.lifetime();
        Self { name: SECOND_STEP, value: half.reveal().to_owned(), seconds }
    }

    /// Forgets the session.
    pub fn no_session() -> Self {
        Self { name: SESSION, value: String::new(), seconds: 0 }
    }

    /// Lets somebody without an account see their data in this browser.
    pub fn data_access(secret: &Secret) -> Self {
        let seconds = Purpose::DataAccess.lifetime();
        Self { name: DATA, value: secret.reveal().to_owned(), seconds }
    }

    /// Forgets that.
    pub fn no_data_access() -> Self {
        Self { name: DATA, value: String::new(), seconds: 0 }
    }

    /// Keeps what a sign-in with a provider has begun with, and where to go afterwards.
    pub fn signing_in(secret: &Secret, next: &str) -> Self {
        let next = if next.len() <= LONGEST_NEXT { next } else { "" };
        let value = format!("{}.{}", secret.reveal(), BASE64URL_NOPAD.encode(next.as_bytes()));
        Self { name: SIGN_IN, value, seconds: PATIENCE }
    }

    /// Forgets that.
    pub fn not_signing_in() -> Self {
        Self { name: SIGN_IN, value: String::new(), seconds: 0 }
    }

    /// Remembers the language for a year.
    pub fn language(language: Language) -> Self {
        Self { name: LANGUAGE, value: language.tag().to_owned(), seconds: 365 * 24 * 3600 }
    }

    /// RFC 6265. With HTTPS the name begins with `__Host-`, which browsers take only over
    /// HTTPS, for this very host.
    fn header(&self, https: bool) -> Option<HeaderValue> {
        let Self { name, value, seconds } = self;
        let (prefix, secure) = if https { ("__Host-", "; Secure") } else { ("", "") };
        let text =
            format!("{prefix}{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).ok()
    }
}

fn read_cookie<'a>(headers: &'a HeaderMap, https: bool, name: &str) -> Option<&'a str> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|line| {
        line.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            let key = if https { key.strip_prefix("__Host-")? } else { key };
            (key == name).then_some(value)
        })
    })
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
        let session = match read_cookie(headers, app.https, SESSION) {
            Some(secret) => match app.desk.session(&Secret::received(secret)).await {
                Ok(session) => session,
                Err(error) => {
                    tracing::error!(%error, "a session could not be looked up; answering as to nobody");
                    None
                }
            },
            None => None,
        };
        let chosen = read_cookie(headers, app.https, LANGUAGE).and_then(Language::parse);
        let accepted = || {
            let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            header.map(Language::negotiate).unwrap_or_default()
        };
        let language = session.as_ref().map(Session::language).or(chosen).unwrap_or_else(accepted);
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        let context = Self(Arc::new(Inner {
            language,
            session,
            data_access: read_cookie(headers, app.https, DATA).map(Secret::received),
            device: read_cookie(headers, app.https, DEVICE).map(Secret::received),
            second_step: read_cookie(headers, app.https, SECOND_STEP).map(Secret::received),
            signing_in: read_cookie(headers, app.https, SIGN_IN).and_then(read_signing_in),
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

    /// Answers.
    pub fn finish(&self, answer: Result<Answer, Stop>) -> Response {
        match answer {
            Ok(Answer::Page(page)) => self.page(*page),
            Ok(Answer::Shown(page, cookies)) => set(self.page(*page), &cookies, self.app.https),
            Ok(Answer::Go(address, cookies)) => self.go(address, cookies),
            Ok(Answer::Other(response)) => response,
            Err(Stop::LogIn) if self.wants_json => {
                // What was typed would be lost on the way to the login page.
                let notice = common::logged_out_meanwhile(self.language).to_owned();
                let refused = Outcome::Refused { errors: Default::default(), notice };
                (StatusCode::UNAUTHORIZED, Json(refused)).into_response()
            }
            Err(Stop::LogIn) => {
                let back = format!("/login?next={}", escape(&self.address));
                self.go(if back.len() <= LONGEST { back } else { "/login".to_owned() }, Vec::new())
            }
            Err(Stop::Desk(Error::FactorNeeded)) => self.go("/account/factors?needed".to_owned(), Vec::new()),
            Err(Stop::Desk(Error::ProofNeeded)) => {
                let back = format!("/account/confirm?next={}", escape(&self.address));
                self.go(if back.len() <= LONGEST { back } else { "/account".to_owned() }, Vec::new())
            }
            Err(Stop::Desk(error)) => self.failed(error),
        }
    }

    /// Answers a form. When it was refused it is shown `again`, with what was typed.
    pub async fn finish_form<F, A>(
        &self,
        done: Result<Answer, Stop>,
        submitted: Submitted,
        again: F,
    ) -> Response
    where
        F: FnOnce(Form) -> A,
        A: Future<Output = Result<Page, Stop>>,
    {
        let Err(Stop::Desk(error)) = done else { return self.finish(done) };
        let status = refusal_status(&error);
        let refusals = match error {
            Error::Refused(refusals) => refusals,
            Error::Prove(challenge) => {
                if self.wants_json {
                    let Challenge { stamp, bits } = challenge;
                    return (status, Json(Outcome::Prove { stamp, bits })).into_response();
                }
                let mut fields = submitted.fields();
                fields.insert("stamp".to_owned(), challenge.stamp);
                let notice = new_request::once_more(self.language).to_owned();
                let form = Form::refused(fields, &[], self.language, notice);
                return match again(form).await {
                    Ok(mut page) => {
                        page.status = status;
                        self.page(page)
                    }
                    Err(stop) => self.finish(Err(stop)),
                };
            }
            error => return self.finish(Err(Stop::Desk(error))),
        };
        let wait = refusals.iter().find_map(|refusal| match refusal.problem {
            Problem::TooManyAttempts { wait } | Problem::TooManyGuesses { wait } => Some(wait),
            _ => None,
        });
        let retry_later = |mut response: Response| {
            if let Some(wait) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
            }
            response
        };
        let mut notice = common::please_check(self.language).to_owned();
        if submitted.had_files() && !self.wants_json {
            // No browser lets a page fill a file field again.
            notice = format!("{notice} {}", common::choose_files_again(self.language));
        }
        let form = Form::refused(submitted.fields(), &refusals, self.language, notice);
        if self.wants_json {
            let notice = form.notice().unwrap_or_default();
            let refused = Outcome::Refused { errors: form.errors().clone(), notice };
            return retry_later((status, Json(refused)).into_response());
        }
        match again(form).await {
            Ok(mut page) => {
                page.status = status;
                retry_later(self.page(page))
            }
            Err(stop) => self.finish(Err(stop)),
        }
    }

    fn page(&self, page: Page) -> Response {
        let status = page.status;
        let html = render(&self.nonce, || frame::frame(self, page));
        (status, [(header::CACHE_CONTROL, "no-store")], Html(format!("<!DOCTYPE html>{html}")))
            .into_response()
    }

    fn go(&self, address: String, cookies: Vec<Cookie>) -> Response {
        let address = if address.len() <= LONGEST { address } else { "/".to_owned() };
        let response = if self.wants_json {
            Json(Outcome::Go(address)).into_response()
        } else {
            Redirect::to(&address).into_response()
        };
        set(response, &cookies, self.app.https)
    }

    /// Gives an answer a cookie.
    pub fn with_cookie(&self, response: Response, cookie: Cookie) -> Response {
        set(response, &[cookie], self.app.https)
    }

    fn failed(&self, error: Error) -> Response {
        let status = refusal_status(&error);
        let trouble = match error {
            Error::NotFound => Trouble::NotFound,
            Error::Gone => Trouble::Gone,
            Error::Forbidden | Error::FactorNeeded | Error::ProofNeeded => Trouble::Forbidden,
            Error::Restricted => Trouble::Restricted {
                staff: self.session.as_ref().is_some_and(|session| session.role().is_staff()),
            },
            Error::Withheld(check) => Trouble::Withheld { infected: check == FileCheck::Infected },
            Error::Busy { wait } => {
                let mut response = self.trouble(status, Trouble::Busy);
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
                return response;
            }
            Error::Unfinished { begun } => {
                let mut response = self.trouble(status, Trouble::Unfinished { begun });
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(60));
                return response;
            }
            Error::Refused(_) | Error::Prove(_) => Trouble::Unreadable,
            Error::Broken(error) => {
                let word = Form::default().once();
                tracing::error!(%error, word, "a request could not be answered");
                Trouble::Broken(word)
            }
        };
        self.trouble(status, trouble)
    }

    /// Says that something went wrong.
    pub fn trouble(&self, status: StatusCode, trouble: Trouble) -> Response {
        if self.wants_json {
            let notice = trouble.sentence(self.language);
            return (status, Json(Outcome::Refused { errors: Default::default(), notice })).into_response();
        }
        self.page(trouble_page(self.language, status, trouble))
    }
}

fn set(mut response: Response, cookies: &[Cookie], https: bool) -> Response {
    for cookie in cookies {
        if let Some(value) = cookie.header(https) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

fn read_signing_in(value: &str) -> Option<(Secret, String)> {
    let (secret, next) = value.split_once('.')?;
    let next = BASE64URL_NOPAD.decode(next.as_bytes()).ok()?;
    Some((Secret::received(secret), String::from_utf8(next).ok()?))
}

fn refusal_status(error: &Error) -> StatusCode {
    match error {
        _ if submitted::is_too_large(error) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Refused(refusals) if refusals.iter().any(too_many) => StatusCode::TOO_MANY_REQUESTS,
        Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        // RFC 6585, section 3.
        Error::Prove(_) => StatusCode::PRECONDITION_REQUIRED,
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Gone => StatusCode::GONE,
        Error::Forbidden
        | Error::Restricted
        | Error::Withheld(_)
        | Error::FactorNeeded
        | Error::ProofNeeded => StatusCode::FORBIDDEN,
        Error::Busy { .. } | Error::Unfinished { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn too_many(refusal: &Refusal) -> bool {
    matches!(refusal.problem, Problem::TooManyAttempts { .. } | Problem::TooManyGuesses { .. })
}

/// Percent-encodes a value for a query (RFC 3986).
pub(crate) fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// An address to go to that somebody gave us: on this very site, or the front page.
pub(crate) fn local(address: &str) -> String {
    let local = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains('\\')
        && !address.chars().any(char::is_control);
    if local { address.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_leads_elsewhere() {
        for (given, safe) in [
            ("/requests?q=a", "/requests?q=a"),
            ("//evil.example.com", "/"),
            ("/\\evil.example.com", "/"),
            ("https://evil.example.com", "/"),
            ("javascript:alert(1)", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(local(given), safe);
        }
        assert_eq!(escape("/requests?q=ä&b"), "/requests%3Fq%3D%C3%A4%26b");
    }

    #[test]
    fn cookies_are_bound_to_the_host_under_https() {
        let cookie = Cookie::no_session();
        let text = |https| cookie.header(https).and_then(|value| value.to_str().map(str::to_owned).ok());
        assert_eq!(
            text(true).as_deref(),
            Some("__Host-tresen-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure")
        );
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=b; tresen-session=forged; __Host-tresen-session=real"),
        );
        assert_eq!(read_cookie(&headers, true, SESSION), Some("real"));
        assert_eq!(read_cookie(&headers, false, SESSION), Some("forged"));
    }
}
