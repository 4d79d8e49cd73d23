//! The front end's files: embedded in the program by `build.rs`, or read from a folder.
//!
//! Every name holds a hash of what it names, so browsers keep the files for ever, and `cargo xtask`
//! has compressed them as far as they go, so nothing is compressed while somebody waits.

mod list;

use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use self::list::List;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file that browsers load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asset {
    /// The path in its address, `/assets/…` or `/pkg/…`.
    path: &'static str,
    media_type: &'static str,
    /// Names the content; the entity tag is made of it.
    tag: &'static str,
    raw: &'static [u8],
    br: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// What the pages refer to; all `None` if there is no front end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Names {
    /// The path of the style sheet.
    pub(crate) css: Option<&'static str>,
    /// What the names of script and WASM begin with, such as `0123456789abcdef/tresen`.
    pub(crate) script: Option<&'static str>,
    /// The path of the icon (SVG).
    pub(crate) icon: Option<&'static str>,
    /// The path of the worker that finds proofs of work.
    pub(crate) proof: Option<&'static str>,
    /// The chunks of code by the part of the app that needs them: paths below `/pkg/`.
    pub(crate) chunks: &'static [(&'static str, &'static [&'static str])],
}

/// The front end of this process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site {
    /// The names of the files that every page loads.
    pub(crate) names: Names,
    assets: &'static [Asset],
}

impl Site {
    /// The one that the program was built with.
    pub(crate) const fn embedded() -> Self {
        Self { names: NAMES, assets: ASSETS }
    }

    /// Reads a folder that `cargo xtask` has made. It stays in memory until the program ends.
    ///
    /// # Errors
    /// One sentence that names the file.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let cannot =
            |path: &Path, error: std::io::Error| format!("{} cannot be read: {error}", path.display());
        let path = folder.join("assets.json");
        let list = List::parse(&fs::read_to_string(&path).map_err(|error| cannot(&path, error))?)?;
        let file = |name: &String| -> Result<&'static [u8], String> {
            let path = folder.join(name);
            Ok(fs::read(&path).map_err(|error| cannot(&path, error))?.leak())
        };
        let mut assets = Vec::with_capacity(list.assets.len());
        for entry in list.assets {
            let tag = entry.tag().to_owned().leak();
            assets.push(Asset {
                tag,
                raw: file(&entry.raw)?,
                br: entry.br.as_ref().map(file).transpose()?,
                gzip: entry.gzip.as_ref().map(file).transpose()?,
                media_type: entry.media_type.leak(),
                path: entry.path.leak(),
            });
        }
        let name = |name: Option<String>| name.map(|name| &*name.leak());
        let names = Names {
            css: name(list.css),
            script: name(list.script),
            icon: name(list.icon),
            proof: name(list.proof),
            chunks: list.chunks.into_iter().map(leak_chunks).collect::<Vec<_>>().leak(),
        };
        Ok(Self { names, assets: assets.leak() })
    }

    /// Answers `/assets/{*path}` and `/pkg/{*path}`. It reads the whole path, so mount it unnested.
    pub(crate) fn serve(self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
        answer(self.assets, method, uri.path(), headers)
    }
}

fn leak_chunks((part, chunks): (String, Vec<String>)) -> (&'static str, &'static [&'static str]) {
    let chunks = chunks.into_iter().map(|chunk| &*chunk.leak()).collect::<Vec<_>>();
    (part.leak(), chunks.leak())
}

fn answer(assets: &'static [Asset], method: &Method, path: &str, headers: &HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let Some(asset) = assets.iter().find(|asset| asset.path == path) else {
        // Must not be kept: after an update the name may exist.
        return (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")]).into_response();
    };
    let (encoding, content) = asset.best(&Accepted::of(headers));
    let etag = match encoding {
        Some(encoding) => format!("\"{}.{encoding}\"", asset.tag),
        None => format!("\"{}\"", asset.tag),
    };
    let always = [
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (VARY, "accept-encoding"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if has_tag(headers, &etag) {
        return (StatusCode::NOT_MODIFIED, always, [(ETAG, etag)]).into_response();
    }
    let about = [(CONTENT_TYPE, asset.media_type.to_owned()), (CONTENT_LENGTH, content.len().to_string())];
    let body = if method == Method::HEAD { Body::empty() } else { Body::from(content) };
    let mut response = (always, about, [(ETAG, etag)], body).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

impl Asset {
    /// The smallest form that the browser takes. The raw one is always an answer (RFC 9110, 12.5.3).
    fn best(&self, accepted: &Accepted) -> (Option<&'static str>, &'static [u8]) {
        let br = self.br.filter(|_| accepted.br).map(|content| (Some("br"), content));
        let gzip = self.gzip.filter(|_| accepted.gzip).map(|content| (Some("gzip"), content));
        br.or(gzip).unwrap_or((None, self.raw))
    }
}

/// The encodings that `Accept-Encoding` allows. Weights above zero make no difference: the smallest
/// form wins, since all are made already.
#[derive(Debug, PartialEq, Eq)]
struct Accepted {
    br: bool,
    gzip: bool,
}

impl Accepted {
    fn of(headers: &HeaderMap) -> Self {
        let (mut br, mut gzip, mut any) = (None, None, false);
        for item in items(headers, ACCEPT_ENCODING) {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| {
                let (key, value) = part.split_once('=')?;
                key.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f32>().unwrap_or(0.0))
            });
            let allowed = weight.unwrap_or(1.0) > 0.0;
            match name.to_ascii_lowercase().as_str() {
                "br" => br = Some(allowed),
                "gzip" | "x-gzip" => gzip = Some(allowed),
                "*" => any = allowed,
                _ => {}
            }
        }
        Self { br: br.unwrap_or(any), gzip: gzip.unwrap_or(any) }
    }
}

/// Whether `If-None-Match` names the tag (weak comparison, RFC 9110, 13.1.2).
fn has_tag(headers: &HeaderMap, etag: &str) -> bool {
    items(headers, IF_NONE_MATCH).any(|item| item == "*" || item.trim_start_matches("W/") == etag)
}

/// The items of a list header, over all its lines. No tag of ours holds a comma.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    static CSS: &[Asset] = &[
        Asset {
            path: "/assets/tresen-1.css",
            media_type: "text/css; charset=utf-8",
            tag: "tresen-1.css",
            raw: b"raw",
            br: Some(b"br"),
            gzip: Some(b"gzip"),
        },
        Asset {
            path: "/assets/picture-2.png",
            media_type: "image/png",
            tag: "picture-2.png",
            raw: b"png",
            br: None,
            gzip: None,
        },
    ];

    fn get(path: &str, headers: &[(HeaderName, &'static str)]) -> Response {
        let headers =
            headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        answer(CSS, &Method::GET, path, &headers)
    }

    async fn body(response: Response) -> Vec<u8> {
        to_bytes(response.into_body(), 1000).await.map(|bytes| bytes.to_vec()).unwrap_or_default()
    }

    #[tokio::test]
    async fn chooses_the_smallest_form_that_is_accepted() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", "br"),
            ("GZIP", "gzip"),
            ("br;q=0, gzip;q=0.1", "gzip"),
            ("br; Q = 0.000, *", "gzip"),
            ("*", "br"),
            ("*;q=0", "raw"),
            ("identity", "raw"),
            ("", "raw"),
            ("br;q=nonsense", "raw"),
        ] {
            let response = get("/assets/tresen-1.css", &[(ACCEPT_ENCODING, accepted)]);
            let encoding = response.headers().get(CONTENT_ENCODING).map(HeaderValue::as_bytes);
            assert_eq!(encoding.unwrap_or(b"raw"), expected.as_bytes(), "{accepted}");
            assert_eq!(body(response).await, expected.as_bytes(), "{accepted}");
        }
        assert_eq!(body(get("/assets/picture-2.png", &[(ACCEPT_ENCODING, "br")])).await, b"png");
    }

    #[test]
    fn tells_browsers_to_keep_it() {
        let response = get("/assets/tresen-1.css", &[(ACCEPT_ENCODING, "br")]);
        assert_eq!(response.status(), StatusCode::OK);
        for (name, value) in [
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (CONTENT_LENGTH, "2"),
            (CONTENT_TYPE, "text/css; charset=utf-8"),
            (ETAG, "\"tresen-1.css.br\""),
            (VARY, "accept-encoding"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ] {
            assert_eq!(response.headers().get(&name), Some(&HeaderValue::from_static(value)), "{name}");
        }
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        for (tags, expected) in [
            ("\"tresen-1.css\"", StatusCode::NOT_MODIFIED),
            ("\"other\", W/\"tresen-1.css\"", StatusCode::NOT_MODIFIED),
            ("*", StatusCode::NOT_MODIFIED),
            ("\"tresen-1.css.br\"", StatusCode::OK),
        ] {
            assert_eq!(get("/assets/tresen-1.css", &[(IF_NONE_MATCH, tags)]).status(), expected, "{tags}");
        }
    }

    #[tokio::test]
    async fn head_answers_without_content_and_posting_is_refused() {
        let headers = HeaderMap::new();
        let head = answer(CSS, &Method::HEAD, "/assets/tresen-1.css", &headers);
        assert_eq!(head.headers().get(CONTENT_LENGTH), Some(&HeaderValue::from_static("3")));
        assert!(body(head).await.is_empty());
        let post = answer(CSS, &Method::POST, "/assets/tresen-1.css", &headers);
        assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[test]
    fn other_paths_are_not_found_and_not_kept() {
        for path in ["/assets/", "/assets/../tresen-1.css", "/assets/tresen-2.css", "/pkg/tresen-1.css"] {
            let response = get(path, &[]);
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(response.headers().get(CACHE_CONTROL), Some(&HeaderValue::from_static("no-store")));
        }
    }

    fn site(list: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("assets.json"), list).expect("written");
        fs::write(folder.path().join("a.css"), "raw").expect("written");
        folder
    }

    #[tokio::test]
    async fn a_site_is_read_from_a_folder() {
        let folder = site(
            r#"{"css": "/assets/a-1.css", "assets": [{"path": "/assets/a-1.css", "type": "text/css", "files": {"identity": "a.css"}}]}"#,
        );
        let site = Site::read(folder.path()).expect("a site");

        assert_eq!(site.names.css, Some("/assets/a-1.css"));
        let uri = Uri::from_static("/assets/a-1.css");
        assert_eq!(body(site.serve(&Method::GET, &uri, &HeaderMap::new())).await, b"raw");
    }

    #[test]
    fn a_site_that_names_what_it_does_not_list_is_refused() {
        for wrong in [
            r#"{"css": "/assets/a-1.css", "assets": []}"#,
            r#"{"script": "tresen-1", "assets": []}"#,
            r#"{"assets": [{"path": "/assets/b.css", "type": "text/css", "files": {"identity": "b.css"}}]}"#,
            "{}",
        ] {
            assert!(Site::read(site(wrong).path()).is_err(), "{wrong}");
        }
    }
}
