//! The route of all server functions.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use leptos::server_fn::axum::server_fn_paths;
use tresen_desk::Error;

use super::handlers::PATIENCE;
use crate::first::BUILD_HEADER;
use crate::web::{Answer, Context, Trouble, without_files};

/// The functions of the forms with files. Whatever is not here takes none.
const WITH_FILES: [&str; 6] = [
    "/api/ui/requests/send",
    "/api/ui/requests/comment",
    "/api/ui/requests/close",
    "/api/ui/requests/reopen",
    "/api/ui/agent/capture",
    "/api/ui/agent/reply",
];

/// Answers the server functions. They are told who asks as pages are.
pub(crate) async fn answer(context: Context, request: Request<Body>) -> Response {
    // To a function that is none Leptos has words for developers.
    let path = request.uri().path();
    if !server_fn_paths().any(|(known, method)| known == path && method == *request.method()) {
        return context.finish(Err(Error::NotFound.into()));
    }
    if let Err(stop) = context.require_known() {
        return context.finish(Err(stop));
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
    let reads = request.method() == Method::GET;
    let answering =
        async { Ok(leptos_axum::handle_server_fns_with_context(provide, request).await.into_response()) };
    // What writes comes to its end.
    let answered = if reads { context.in_time(PATIENCE, answering).await } else { answering.await };
    let mut answer = match answered {
        Ok(answer) => answer,
        Err(stop) => return context.finish(Err(stop)),
    };
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(HeaderName::from_static(BUILD_HEADER), build);
    context.finish(Ok(Answer::other(answer)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The endpoints of the functions under a folder whose input is multipart.
    fn with_files(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                with_files(&path, found);
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("a source");
            for function in source.split("#[server(").skip(1) {
                let head = function.split(")]").next().unwrap_or_default();
                let endpoint = head.split("endpoint = \"").nth(1).and_then(|rest| rest.split('"').next());
                if head.contains("input = MultipartFormData") {
                    found.insert(format!("/api/ui/{}", endpoint.expect("an endpoint")));
                }
            }
        }
    }

    #[test]
    fn every_function_with_files_is_known() {
        let mut found = BTreeSet::new();
        with_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert_eq!(found, WITH_FILES.iter().map(|path| (*path).to_owned()).collect());
    }
}
