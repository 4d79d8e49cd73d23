//! The route of all server functions.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use leptos::server_fn::axum::server_fn_paths;
use tresen_desk::Error;

use crate::first::BUILD_HEADER;
use crate::web::{Answer, Context, Trouble, without_files};

/// The functions of the forms with files. Whatever is not here takes none.
const WITH_FILES: [&str; 4] =
    ["/api/ui/requests/send", "/api/ui/requests/comment", "/api/ui/agent/capture", "/api/ui/agent/reply"];

/// Answers the server functions. They are told who asks as pages are.
pub(crate) async fn answer(context: Context, request: Request<Body>) -> Response {
    // To a function that is none Leptos has words for developers.
    let path = request.uri().path();
    if !server_fn_paths().any(|(known, method)| known == path && method == *request.method()) {
        return context.finish(Err(Error::NotFound.into()));
    }
    let has_files = WITH_FILES.contains(&path);
    let request = if request.method() == Method::POST && !has_files {
        match without_files(request).await {
            Ok(request) => request,
            Err(status) => return context.trouble(status, Trouble::Unreadable),
        }
    } else {
        request
    };
    let build = HeaderValue::from_static(context.app.assets.build());
    let asked = context.clone();
    let provide = move || provide_context(asked.clone());
    let mut answer = leptos_axum::handle_server_fns_with_context(provide, request).await.into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(HeaderName::from_static(BUILD_HEADER), build);
    context.finish(Ok(Answer::other(answer)))
}
