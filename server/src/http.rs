//! The routes: pages, embedded files, the operator's looks, probes.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tresen_app::web::{App, AppParts, AssetNames, Look};
use tresen_desk::Desk;
use tresen_desk::clock::SystemClock;

use crate::assets::Site;
use crate::config::{Config, Logo};
use crate::mailbox::room::Room;
use crate::sign_in::Providers;
use crate::{Failure, api, rules, theme};

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Everything that the program answers.
///
/// # Errors
/// A sentence for the operator.
pub(crate) fn router(
    config: &Config,
    desk: Desk,
    room: &Arc<Room>,
    site: Site,
    dev: bool,
) -> Result<Router, Failure> {
    let theme = Bytes::from(theme::style_sheet(config.accent));
    let look = Look {
        logo: config.logo.as_ref().map(|logo| format!("/look/logo-{}", tag(&logo.bytes))),
        theme: format!("/look/theme-{}.css", tag(&theme)),
    };
    let names = site.names;
    let asset = async move |method: Method, uri: Uri, headers: HeaderMap| site.serve(&method, &uri, &headers);
    let css = names.css.unwrap_or_default().to_owned();
    let rest = api::router(desk.clone(), Arc::clone(room), css, config.mcp);
    let sign_in = Arc::new(Providers::new(config, Arc::new(SystemClock))?);
    let app = App::new(AppParts {
        desk,
        assets: AssetNames {
            css: names.css,
            script: names.script,
            icon: names.icon,
            proof: names.proof,
            chunks: names.chunks,
        },
        sign_in,
        time_zone: config.time_zone.clone(),
        https: config.desk.public_url.starts_with("https://"),
        dev_mail: (dev && config.smtp_url.is_none()).then(|| config.outgoing_mail()),
        look: look.clone(),
    });
    let mut fixed: Router<App> = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/robots.txt", get(async || "User-agent: *\nAllow: /$\nDisallow: /\n"))
        .route("/assets/{*path}", get(asset))
        .route("/pkg/{*path}", get(asset))
        .route(&look.theme, get(async move || file(theme.clone(), "text/css; charset=utf-8")));
    if let (Some(address), Some(Logo { bytes, media_type })) = (&look.logo, &config.logo) {
        let (bytes, media_type) = (Bytes::from(bytes.clone()), *media_type);
        fixed = fixed.route(address, get(async move || file(bytes.clone(), media_type)));
    }
    let pages = tresen_app::routes().merge(fixed).with_state(app.clone()).merge(rest);
    rules::around(pages, &app, &config.door)
}

/// Whether database and keys can be reached, and whether there is room to write.
async fn ready(State(app): State<App>) -> Response {
    match app.desk.ready().await {
        Ok(()) => "ready".into_response(),
        Err(outage) => {
            let wait = [(header::RETRY_AFTER, "10")];
            (StatusCode::SERVICE_UNAVAILABLE, wait, format!("not ready: {}", outage.word())).into_response()
        }
    }
}

fn file(bytes: Bytes, media_type: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, FOR_EVER),
        // An SVG is a document too.
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; style-src 'unsafe-inline'"),
    ];
    (headers, bytes).into_response()
}

/// Names a content.
fn tag(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)[..8])
}
