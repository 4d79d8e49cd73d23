//! Asking the server for what a page shows.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared};
use leptos::prelude::*;
use tresen_model::Address;
use tresen_model::query::escape;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use crate::chunks;
use crate::first::BUILD_HEADER;
use crate::part;
use crate::trouble::Unavailable;

/// A page that was fetched before it was asked for is good for so long, in milliseconds.
const FRESH: f64 = 5000.0;

/// An answer that takes longer, in milliseconds, does not come any more.
const PATIENCE: u32 = 20_000;

/// How long to wait before each further try, where the server could not be reached.
const TRIES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1200)];

/// What a page shows, as JSON, or why there is none.
pub(super) type Answer = Result<String, Missing>;

/// Why there is no answer.
#[derive(Clone)]
pub(super) enum Missing {
    /// The server said why.
    Unavailable(Unavailable),
    /// The server could not be reached.
    Unreached,
    /// The server is another one than the one this code came from.
    Outdated,
}

/// What is fetched before it is asked for, since somebody points at a link to it.
pub(super) struct Ahead {
    address: String,
    /// When it was begun, in milliseconds.
    at: f64,
    pub(super) answer: Shared<LocalBoxFuture<'static, Answer>>,
}

impl Ahead {
    /// Begins to fetch it.
    pub(super) fn begin(address: &str, build: &str) -> Self {
        let (asked, build) = (address.to_owned(), build.to_owned());
        let answer = async move { fetch_once(&asked, &build).await }.boxed_local().shared();
        Self { address: address.to_owned(), at: js_sys::Date::now(), answer }
    }

    pub(super) fn is_good_for(&self, address: &str) -> bool {
        self.address == address && js_sys::Date::now() - self.at < FRESH
    }
}

/// Fetches what a page shows, with a few tries. `build` names the build of this code.
pub(super) async fn fetch(address: &str, build: &str) -> Answer {
    let mut answer = fetch_once(address, build).await;
    for pause in TRIES {
        if !matches!(answer, Err(Missing::Unreached)) {
            break;
        }
        sleep(pause).await;
        answer = fetch_once(address, build).await;
    }
    answer
}

async fn sleep(pause: Duration) {
    let over = js_sys::Promise::new(&mut |over, _| {
        let _ = set_timeout(move || drop(over.call0(&over)), pause);
    });
    drop(JsFuture::from(over).await);
}

async fn fetch_once(address: &str, build: &str) -> Answer {
    let Some(page) = Address::read(address) else { return Err(Missing::Outdated) };
    let part = part::part(&page);
    let url = format!("{}?address={}", part.path(), escape(address));
    let patience = AbortSignal::timeout_with_u32(PATIENCE);
    let request = gloo_net::http::Request::get(&url).header("Accept", "application/json");
    let request = request.abort_signal(Some(&patience));
    // Code and data side by side.
    let (code, answer) = futures_util::future::join(chunks::load(part), request.send()).await;
    let answer = answer.map_err(|_| Missing::Unreached)?;
    if code.is_err() {
        // A server of another version has no such chunk; one that is away has none for now.
        return Err(Missing::Outdated);
    }
    if answer.headers().get(BUILD_HEADER).is_some_and(|other| other != build) {
        return Err(Missing::Outdated);
    }
    let text = answer.text().await.map_err(|_| Missing::Unreached)?;
    match answer.status() {
        200 => Ok(text),
        // In front of the server, or instead of it.
        502 | 504 => Err(Missing::Unreached),
        _ => Err(serde_json::from_str(&text).map_or(Missing::Outdated, Missing::Unavailable)),
    }
}
