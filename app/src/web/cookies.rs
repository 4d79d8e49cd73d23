//! The cookies: all that a browser keeps for us.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use tresen_desk::Secret;
use tresen_desk::accounts::{DEVICE_LIFETIME, PATIENCE};
use tresen_desk::people::{Entry, Purpose};
use tresen_model::Language;

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

/// The cookies that came with a request.
pub(super) struct Received<'a> {
    /// The headers of the request.
    pub(super) headers: &'a HeaderMap,
    /// Whether people come by HTTPS: then only cookies that were set so are read.
    pub(super) https: bool,
}

impl Received<'_> {
    /// What keeps somebody logged in.
    pub(super) fn session(&self) -> Option<Secret> {
        self.secret(SESSION)
    }

    /// The language that was chosen.
    pub(super) fn language(&self) -> Option<Language> {
        self.value(LANGUAGE).and_then(Language::parse)
    }

    /// What a mailed link was exchanged for.
    pub(super) fn data_access(&self) -> Option<Secret> {
        self.secret(DATA)
    }

    /// What the browser is known by.
    pub(super) fn device(&self) -> Option<Secret> {
        self.secret(DEVICE)
    }

    /// What the first step of a login has left.
    pub(super) fn second_step(&self) -> Option<Secret> {
        self.secret(SECOND_STEP)
    }

    /// What a sign-in with a provider has begun with, and where to go afterwards.
    pub(super) fn signing_in(&self) -> Option<(Secret, String)> {
        let (secret, next) = self.value(SIGN_IN)?.split_once('.')?;
        let next = BASE64URL_NOPAD.decode(next.as_bytes()).ok()?;
        Some((Secret::received(secret), String::from_utf8(next).ok()?))
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.value(name).map(Secret::received)
    }

    fn value(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        lines.flat_map(|line| line.split(';')).find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            let key = if self.https { key.strip_prefix("__Host-")? } else { key };
            (key == name).then_some(value)
        })
    }
}

/// Gives an answer cookies.
pub(super) fn set(mut response: Response, cookies: &[Cookie], https: bool) -> Response {
    for cookie in cookies {
        if let Some(value) = cookie.header(https) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let read = |https| Received { headers: &headers, https }.session();
        assert_eq!(read(true).as_ref().map(Secret::reveal), Some("real"));
        assert_eq!(read(false).as_ref().map(Secret::reveal), Some("forged"));
    }
}
