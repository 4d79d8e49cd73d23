//! Requests that two programs could read in two ways: a proxy in front sees one request, the desk
//! another, and what lies between is smuggled past the proxy. hyper refuses most of them, and takes
//! the chunks for the body where there is a length as well, closing the connection behind it
//! (RFC 9112, section 6.3). Here is the rest (sections 3.2 and 6.1).

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Answers 400 and closes the connection, so that nothing behind it is taken for a request.
pub(crate) async fn or_refused(request: Request, next: Next) -> Response {
    if is_ambiguous(request.version(), request.headers()) {
        let mut response = StatusCode::BAD_REQUEST.into_response();
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    next.run(request).await
}

/// HTTP/2 has a frame for all of this: nothing there can be read twice.
fn is_ambiguous(version: Version, headers: &HeaderMap) -> bool {
    if version >= Version::HTTP_2 {
        return false;
    }
    let hosts = headers.get_all(header::HOST).iter().count();
    if hosts > 1 || (hosts == 0 && version >= Version::HTTP_11) {
        return true;
    }
    let mut encodings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (encodings.next(), encodings.next()) {
        (None, _) => false,
        (Some(only), None) => !only.as_bytes().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(version: Version, lines: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        is_ambiguous(version, &headers)
    }

    #[test]
    fn one_host_and_one_way_to_find_the_end() {
        let host = ("host", "desk.example");
        for fine in [
            &[host][..],
            &[host, ("content-length", "5")],
            &[host, ("transfer-encoding", "chunked")],
            &[host, ("transfer-encoding", "Chunked")],
        ] {
            assert!(!refused(Version::HTTP_11, fine), "{fine:?}");
        }
        for ambiguous in [
            &[][..],
            &[host, host],
            &[host, ("transfer-encoding", "gzip, chunked")],
            &[host, ("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
        ] {
            assert!(refused(Version::HTTP_11, ambiguous), "{ambiguous:?}");
        }
        assert!(!refused(Version::HTTP_10, &[]));
        assert!(!refused(Version::HTTP_2, &[]));
    }
}
