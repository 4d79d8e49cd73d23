//! How often one network may knock at the forms that cost something: a mail, a password's hash,
//! a row. Who the network is stays in memory, as a keyed hash whose key changes every day. Where
//! several nodes share a PostgreSQL, what this one lets in is counted there once more, with the
//! others': a flood at one node stays its own affair.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Deserialize;
use tresen_app::web::{App, Away, Context, Trouble};
use tresen_desk::Error;
use tresen_desk::settings;
use tresen_desk::settings::Rate;

use super::client::Client;
use crate::api;

/// The key of the hashes is replaced so often; whoever was at a limit begins afresh.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Networks that are within their limits again are forgotten so often.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// `[limits]` in the settings: for each kind of form how many at once, and how many an hour.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitSettings {
    /// Logging in.
    pub(crate) login: Rate,
    /// What makes the desk send a mail with a link: registering, a new password, erasure.
    pub(crate) link: Rate,
    /// New requests and comments.
    pub(crate) write: Rate,
    /// The API.
    pub(crate) api: Rate,
    /// Wrong passwords for one account from everywhere.
    pub(crate) account: Rate,
    /// Wrong passwords for one account from one network, device or session.
    pub(crate) guess: Rate,
    /// Mails with a link to one address.
    pub(crate) address: Rate,
    /// Requests in the name of one address.
    pub(crate) sender: Rate,
    /// One token of the API.
    pub(crate) token: Rate,
}

impl LimitSettings {
    /// What the desk looks after, for it knows accounts and addresses.
    pub(crate) fn desk(&self) -> settings::LimitSettings {
        let Self { account, guess, address, sender, token, .. } = *self;
        settings::LimitSettings { account, guess, address, sender, token }
    }

    /// For `tresen config show`.
    pub(crate) fn show(&self) -> [(&'static str, Rate); 9] {
        [
            ("login", self.login),
            ("link", self.link),
            ("write", self.write),
            ("api", self.api),
            ("account", self.account),
            ("guess", self.guess),
            ("address", self.address),
            ("sender", self.sender),
            ("token", self.token),
        ]
    }
}

impl Default for LimitSettings {
    /// Enough for an office behind one address.
    fn default() -> Self {
        let settings::LimitSettings { account, guess, address, sender, token } =
            settings::LimitSettings::default();
        Self {
            login: Rate::new(20, 120),
            link: Rate::new(10, 60),
            write: Rate::new(30, 240),
            api: Rate::new(600, 36_000),
            account,
            guess,
            address,
            sender,
            token,
        }
    }
}

/// The limits in force.
#[derive(Clone)]
pub(crate) struct Limits(Arc<Inner>);

struct Inner {
    login: DefaultKeyedRateLimiter<u64>,
    link: DefaultKeyedRateLimiter<u64>,
    write: DefaultKeyedRateLimiter<u64>,
    api: DefaultKeyedRateLimiter<u64>,
    key: RwLock<RandomState>,
    settings: LimitSettings,
}

/// A kind of form.
type Kind = (&'static str, fn(&Inner) -> &DefaultKeyedRateLimiter<u64>, fn(&LimitSettings) -> Rate);

const LOGIN: Kind = ("network login", |inner| &inner.login, |settings| settings.login);
const LINK: Kind = ("network link", |inner| &inner.link, |settings| settings.link);
const WRITE: Kind = ("network write", |inner| &inner.write, |settings| settings.write);
const API: Kind = ("network api", |inner| &inner.api, |settings| settings.api);

impl Limits {
    pub(crate) fn new(settings: LimitSettings) -> Self {
        let quota = |rate: Rate| Quota::per_hour(rate.an_hour).allow_burst(rate.at_once);
        let limiter = |rate: Rate| RateLimiter::keyed(quota(rate));
        Self(Arc::new(Inner {
            login: limiter(settings.login),
            link: limiter(settings.link),
            write: limiter(settings.write),
            api: limiter(settings.api),
            key: RwLock::default(),
            settings,
        }))
    }

    /// Forgets, until the program ends.
    pub(crate) async fn keep_small(self) {
        let mut age = Duration::ZERO;
        loop {
            tokio::time::sleep(FORGET_EVERY).await;
            age += FORGET_EVERY;
            if age >= DAY {
                age = Duration::ZERO;
                if let Ok(mut key) = self.0.key.write() {
                    *key = RandomState::new();
                }
            }
            for limiter in [&self.0.login, &self.0.link, &self.0.write, &self.0.api] {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
        }
    }

    /// How long a client has to wait, if it has to.
    fn wait(&self, client: Client, method: &Method, path: &str) -> Option<Duration> {
        let (_, limiter, _) = kind(method, path)?;
        let network = network(client.0)?;
        // A poisoned lock would mean that a thread panicked between two words.
        let key = self.0.key.read().ok()?.hash_one(network);
        let refused = limiter(&self.0).check_key(&key).err()?;
        Some(refused.wait_time_from(DefaultClock::default().now()))
    }

    /// The same for all nodes together.
    async fn wait_shared(
        &self,
        app: &App,
        client: Client,
        method: &Method,
        path: &str,
    ) -> Result<Option<Duration>, Error> {
        let (Some((name, _, rate)), Some(network)) = (kind(method, path), network(client.0)) else {
            return Ok(None);
        };
        if !app.desk.limits.shares_counts() {
            return Ok(None);
        }
        let wait = match network {
            IpAddr::V4(network) => {
                app.desk.limits.knock(name, &network.octets(), rate(&self.0.settings)).await?
            }
            IpAddr::V6(network) => {
                app.desk.limits.knock(name, &network.octets(), rate(&self.0.settings)).await?
            }
        };
        Ok(wait.map(Duration::from_secs))
    }
}

fn kind(method: &Method, path: &str) -> Option<Kind> {
    if path.starts_with("/api/v1/") {
        return Some(API);
    }
    if method != Method::POST {
        return None;
    }
    // The app calls a form's function by another address than its page's.
    match path.strip_prefix("/api/ui").unwrap_or(path) {
        "/login" | "/login/second" | "/login/passkey" | "/account/confirm" => Some(LOGIN),
        "/sign-in" | "/sign-in/second" | "/sign-in/passkey" | "/passkey" => Some(LOGIN),
        path if path.starts_with("/login/with/") => Some(LOGIN),
        "/register" | "/password" | "/account/delete" | "/account/data" | "/account/address" => Some(LINK),
        path if path.starts_with("/requests/") => Some(WRITE),
        _ => None,
    }
}

/// An IPv4 address, or the /64 of an IPv6 address, which belongs to one household or machine.
/// `None` for this machine itself.
pub(crate) fn network(address: IpAddr) -> Option<IpAddr> {
    match address {
        address if address.is_loopback() => None,
        IpAddr::V4(_) => Some(address),
        IpAddr::V6(address) => Some(IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into())),
    }
}

/// Answers 429 with `Retry-After` (RFC 6585, section 4) to a network that is over its limit.
pub(crate) async fn hold_back(
    State((app, limits)): State<(App, Limits)>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = request.extensions().get::<Client>().copied();
    let (method, path) = (request.method(), request.uri().path());
    let mut wait = client.and_then(|client| limits.wait(client, method, path));
    if let (None, Some(client)) = (wait, client) {
        wait = match limits.wait_shared(&app, client, method, path).await {
            Ok(wait) => wait,
            Err(error) => {
                // This node's own count still holds.
                tracing::error!(%error, "what other nodes have counted could not be asked for");
                if matches!(&error, Error::Broken(broken) if broken.outage().is_some()) {
                    request.extensions_mut().insert(Away);
                }
                None
            }
        };
    }
    let Some(wait) = wait else { return next.run(request).await };
    if request.uri().path().starts_with("/api/v1/") {
        return api::too_many(app.desk.settings(), wait.as_secs() + 1);
    }
    let mut head = request.into_parts().0;
    let context = Context::from_parts(&mut head, &app).await;
    let wait = wait.as_secs() + 1;
    let mut response = context.trouble(StatusCode::TOO_MANY_REQUESTS, Trouble::TooMany { wait });
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        let rate = Rate::new(2, 2);
        let other = LimitSettings::default();
        Limits::new(LimitSettings { login: rate, link: rate, write: rate, api: rate, ..other })
    }

    fn knocks(limits: &Limits, client: &str, path: &str) -> bool {
        let client = Client(client.parse().expect("an address"));
        limits.wait(client, &Method::POST, path).is_none()
    }

    #[test]
    fn a_network_waits_when_it_is_over_its_limit() {
        let limits = limits();
        assert!(knocks(&limits, "192.0.2.1", "/login"));
        assert!(knocks(&limits, "192.0.2.1", "/login"));
        assert!(!knocks(&limits, "192.0.2.1", "/login"));
        assert!(knocks(&limits, "192.0.2.2", "/login"));
        // Each kind of form has its own count.
        assert!(knocks(&limits, "192.0.2.1", "/requests/new"));
    }

    #[test]
    fn the_app_knocks_at_the_same_forms() {
        for (form, function) in [
            ("/login", "sign-in"),
            ("/login/second", "sign-in/second"),
            ("/login/passkey", "sign-in/passkey"),
            ("/account/confirm", "account/confirm"),
            ("/register", "register"),
            ("/password", "password"),
            ("/account/delete", "account/delete"),
            ("/account/data", "account/data"),
            ("/account/address", "account/address"),
            ("/requests/new", "requests/send"),
            ("/requests/T-7F3K-92QX", "requests/comment"),
            ("/requests/T-7F3K-92QX/close", "requests/close"),
            ("/requests/T-7F3K-92QX/reopen", "requests/reopen"),
            ("/requests/T-7F3K-92QX/confirm", "requests/confirm"),
        ] {
            let limits = limits();
            assert!(knocks(&limits, "192.0.2.1", form));
            assert!(knocks(&limits, "192.0.2.1", &format!("/api/ui/{function}")));
            assert!(!knocks(&limits, "192.0.2.1", &format!("/api/ui/{function}")), "{function}");
            assert!(!knocks(&limits, "192.0.2.1", form), "{form}");
        }
    }

    #[test]
    fn an_ipv6_network_is_a_slash_64() {
        let limits = limits();
        assert!(knocks(&limits, "2001:db8::1", "/login"));
        assert!(knocks(&limits, "2001:db8::2", "/login"));
        assert!(!knocks(&limits, "2001:db8::3", "/login"));
        assert!(knocks(&limits, "2001:db8:0:1::1", "/login"));
    }

    #[test]
    fn reading_is_free() {
        let limits = limits();
        let client = Client("192.0.2.1".parse().expect("an address"));
        for path in ["/", "/login", "/requests/new"] {
            assert!((0..50).all(|_| limits.wait(client, &Method::GET, path).is_none()));
        }
        assert!(!(0..50).all(|_| limits.wait(client, &Method::GET, "/api/v1/requests").is_none()));
    }

    #[test]
    fn this_machine_is_not_limited() {
        let limits = limits();
        assert!((0..50).all(|_| knocks(&limits, "127.0.0.1", "/login")));
    }
}
