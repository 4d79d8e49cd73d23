//! The rules that hold for every answer: what browsers may do with it, and where forms may
//! come from.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::{Router, body::Body};
use data_encoding::BASE64URL_NOPAD;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::timeout::RequestBodyTimeoutLayer;
use tresen_app::web::{App, Context, Nonce, Trouble};

use crate::config::ConfigError;
use crate::door::limits::{self, Limits};
use crate::door::{client, settings::Door, well_formed};

/// Between two pieces of a form that is being sent there may be so long a silence.
const STALLED: Duration = Duration::from_secs(30);

/// Puts the rules around the pages.
pub(crate) fn around(pages: Router, app: &App, door: &Door) -> Result<Router, crate::Failure> {
    let limits = Limits::new(door.limits);
    tokio::spawn(limits.clone().keep_small());
    let settings = app.desk.settings();
    let csrf = origins(&settings.public_url)?;
    // A browser that is cut off while it sends shows no answer. So what is too large is read
    // to its end, up to a point.
    let most = usize::try_from(settings.attachments.max_bytes).unwrap_or(usize::MAX / 8);
    let limit = most.saturating_mul(4).saturating_add(8 * 1024 * 1024);
    Ok(pages
        .layer(DefaultBodyLimit::max(limit))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest).compress_when(is_page))
        .layer(RequestBodyTimeoutLayer::new(STALLED))
        .layer(middleware::from_fn_with_state((app.clone(), limits), limits::hold_back))
        .layer(csrf)
        .layer(middleware::from_fn(well_formed::or_refused))
        .layer(middleware::from_fn_with_state(app.clone(), protect))
        .layer(middleware::from_fn_with_state(door.proxies.clone(), client::find)))
}

/// Where forms may come from.
///
/// # Errors
/// A sentence about `public_url`.
pub(crate) fn origins(public_url: &str) -> Result<CsrfLayer, crate::Failure> {
    let origins = CsrfLayer::new().add_trusted_origin(public_url);
    origins.map_err(|error| crate::Failure::from(format!("the setting `public_url` cannot be used: {error}")))
}

/// Files are compressed already, or are somebody's attachments.
fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.is_some_and(|value| value.starts_with("text/html") || value.starts_with("application/json"))
}

/// The headers that DESIGN.md calls the web rules.
async fn protect(State(app): State<App>, mut request: Request<Body>, next: Next) -> Response {
    let mut bytes = [0; 16];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the operating system gave no random numbers: scripts are off for this answer");
    }
    let nonce: Arc<str> = BASE64URL_NOPAD.encode(&bytes).into();
    request.extensions_mut().insert(Nonce(Arc::clone(&nonce)));
    let asked = copy_head(&request);
    let mut response = next.run(request).await;
    if response.extensions().get::<ProtectionError>().is_some() {
        // A form from another site. Whoever sent it is told so, in their language.
        let context = Context::from_parts(&mut asked.into_parts().0, &app).await;
        response = context.trouble(StatusCode::FORBIDDEN, Trouble::NotYours);
    }
    let headers = response.headers_mut();
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&policy(&nonce))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if app.https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

const ALWAYS: &[(&str, &str)] = &[
    // Not `no-referrer`: without scripts, forms find their way back by it.
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// A request without its body.
fn copy_head(request: &Request<Body>) -> Request<()> {
    let mut head = Request::new(());
    *head.uri_mut() = request.uri().clone();
    *head.headers_mut() = request.headers().clone();
    *head.extensions_mut() = request.extensions().clone();
    head
}

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

impl From<ConfigError> for crate::Failure {
    fn from(error: ConfigError) -> Self {
        error.to_string().into()
    }
}
