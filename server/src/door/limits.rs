//! How often one network may knock at the forms that cost something: a mail, a password's hash,
//! a row. Who the network is stays in memory, as a keyed hash whose key changes every day.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Deserialize;
use tresen_app::web::{App, Context, Trouble};

use super::client::Client;

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
}

/// So many at once, then so many an hour.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rate {
    pub(crate) at_once: NonZeroU32,
    pub(crate) an_hour: NonZeroU32,
}

impl Rate {
    const fn new(at_once: u32, an_hour: u32) -> Self {
        match (NonZeroU32::new(at_once), NonZeroU32::new(an_hour)) {
            (Some(at_once), Some(an_hour)) => Self { at_once, an_hour },
            _ => panic!("a rate of nothing"),
        }
    }

    fn quota(self) -> Quota {
        Quota::per_hour(self.an_hour).allow_burst(self.at_once)
    }
}

impl Default for LimitSettings {
    /// Enough for an office behind one address.
    fn default() -> Self {
        Self {
            login: Rate::new(20, 120),
            link: Rate::new(10, 60),
            write: Rate::new(30, 240),
            api: Rate::new(600, 36_000),
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
}

impl Limits {
    pub(crate) fn new(settings: LimitSettings) -> Self {
        let limiter = |rate: Rate| RateLimiter::keyed(rate.quota());
        Self(Arc::new(Inner {
            login: limiter(settings.login),
            link: limiter(settings.link),
            write: limiter(settings.write),
            api: limiter(settings.api),
            key: RwLock::default(),
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
        let limiter = self.limiter(method, path)?;
        let network = network(client.0)?;
        // A poisoned lock would mean that a thread panicked between two words.
        let key = self.0.key.read().ok()?.hash_one(network);
        let refused = limiter.check_key(&key).err()?;
        Some(refused.wait_time_from(DefaultClock::default().now()))
    }

    fn limiter(&self, method: &Method, path: &str) -> Option<&DefaultKeyedRateLimiter<u64>> {
        if path.starts_with("/api/v1/") {
            return Some(&self.0.api);
        }
        if method != Method::POST {
            return None;
        }
        match path {
            "/login" | "/login/second" | "/account/confirm" => Some(&self.0.login),
            "/register" | "/password" | "/account/delete" | "/account/data" | "/account/address" => {
                Some(&self.0.link)
            }
            path if path == "/requests/new" || path.starts_with("/requests/") => Some(&self.0.write),
            _ => None,
        }
    }
}

/// An IPv4 address, or the /64 of an IPv6 address, which belongs to one household or machine.
/// `None` for this machine itself.
fn network(address: IpAddr) -> Option<IpAddr> {
    match address {
        address if address.is_loopback() => None,
        IpAddr::V4(_) => Some(address),
        IpAddr::V6(address) => Some(IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into())),
    }
}

/// Answers 429 with `Retry-After` (RFC 6585, section 4) to a network that is over its limit.
pub(crate) async fn hold_back(
    State((app, limits)): State<(App, Limits)>,
    request: Request,
    next: Next,
) -> Response {
    let client = request.extensions().get::<Client>().copied();
    let wait = client.and_then(|client| limits.wait(client, request.method(), request.uri().path()));
    let Some(wait) = wait else { return next.run(request).await };
    let mut head = request.into_parts().0;
    let context = Context::from_parts(&mut head, &app).await;
    let mut response = context.trouble(StatusCode::TOO_MANY_REQUESTS, Trouble::TooMany);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        let rate = Rate::new(2, 2);
        Limits::new(LimitSettings { login: rate, link: rate, write: rate, api: rate })
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
