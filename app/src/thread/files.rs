//! Files that came with comments, as downloads.
//!
//! Whatever a file is, a browser neither guesses nor runs it: the type is told from the
//! contents (images that can be shown, else plain bytes), and the policy of the answer allows
//! nothing. An `<img>` may still show it.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tresen_desk::requests::OpenFile;
use tresen_model::query::escape;

use super::named::Named;
use crate::web::{Answer, Context, Stop};

pub(crate) async fn show(context: Context, named: Named) -> Response {
    let answer = find(&context, &named).await;
    context.finish(answer.map(|file| Answer::other(download(file))))
}

async fn find(context: &Context, named: &Named) -> Result<OpenFile, Stop> {
    let (number, file) = (named.number()?, named.file()?);
    let access = context.access(Some(&named.token)).await?;
    Ok(context.app.desk.requests.attachment(&access, number, file).await?)
}

pub(crate) async fn show_to_agent(context: Context, named: Named) -> Response {
    let answer = find_for_agent(&context, &named).await;
    context.finish(answer.map(|file| Answer::other(download(file))))
}

async fn find_for_agent(context: &Context, named: &Named) -> Result<OpenFile, Stop> {
    let agent = context.require_agent()?;
    let (number, file) = (named.number()?, named.file()?);
    Ok(context.app.desk.requests.attachment_for_agent(&agent, number, file).await?)
}

pub(crate) async fn preview(context: Context, named: Named) -> Response {
    let found = async {
        let (number, file) = (named.number()?, named.file()?);
        let access = context.access(Some(&named.token)).await?;
        Ok(context.app.desk.requests.preview(&access, number, file).await?)
    };
    let answer: Result<OpenFile, Stop> = found.await;
    context.finish(answer.map(|file| Answer::other(picture(file))))
}

pub(crate) async fn preview_to_agent(context: Context, named: Named) -> Response {
    let found = async {
        let agent = context.require_agent()?;
        let (number, file) = (named.number()?, named.file()?);
        Ok(context.app.desk.requests.preview_for_agent(&agent, number, file).await?)
    };
    let answer: Result<OpenFile, Stop> = found.await;
    context.finish(answer.map(|file| Answer::other(picture(file))))
}

/// A small picture. It is shown and not saved, and nobody keeps it: what is erased is gone from browsers too.
fn picture(file: OpenFile) -> Response {
    let mut response = download(file);
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    response
}

fn download(file: OpenFile) -> Response {
    const POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
    let disposition = HeaderValue::from_str(&disposition(&file.name))
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let headers: [(HeaderName, HeaderValue); 6] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.media_type)),
        (header::CONTENT_LENGTH, HeaderValue::from(file.size)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, Body::from_stream(file.contents)).into_response()
}

/// RFC 6266: the name in ASCII for old programs, and as it is (RFC 8187) for all others.
fn disposition(name: &str) -> String {
    let plain = |sign: char| {
        if sign.is_ascii_alphanumeric() || " .-_()+,=@#".contains(sign) { sign } else { '_' }
    };
    let ascii: String = name.chars().map(plain).collect();
    let exact = escape(name).replace('/', "%2F");
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_inside_its_header() {
        for (name, header) in [
            ("report.pdf", "attachment; filename=\"report.pdf\"; filename*=UTF-8''report.pdf"),
            (
                "Rechnung März.pdf",
                "attachment; filename=\"Rechnung M_rz.pdf\"; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf",
            ),
            (
                "a\"; x=\\/%.png",
                "attachment; filename=\"a__ x=___.png\"; filename*=UTF-8''a%22%3B%20x%3D%5C%2F%25.png",
            ),
        ] {
            assert_eq!(disposition(name), header);
        }
    }
}
