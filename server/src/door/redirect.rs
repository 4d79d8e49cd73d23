//! Plain HTTP: leads to HTTPS, and answers the challenges of a certificate authority.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rustls_acme::tower::TowerHttp01ChallengeService;

/// Everything goes to the same path under `public_url`. The Host header is not asked: nobody is
/// led to a host of somebody else's choosing.
pub(super) fn router(public_url: &str, challenges: Option<TowerHttp01ChallengeService>) -> Router {
    let router = Router::new().fallback(lead).with_state(public_url.to_owned());
    match challenges {
        Some(service) => router.route_service("/.well-known/acme-challenge/{token}", service),
        None => router,
    }
}

async fn lead(State(public_url): State<String>, uri: Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    // What a form sent in the clear is not repeated for it (303, not 308).
    (StatusCode::SEE_OTHER, [(header::LOCATION, format!("{public_url}{path}"))]).into_response()
}
