//! What a browser sent: fields and files, of either encoding.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::LengthLimitError;
use multer::Multipart;
use tresen_desk::abuse::Signs;
use tresen_desk::requests::{File, FileInput};
use tresen_desk::{Desk, Error};
use tresen_model::Problem;
use tresen_model::query::decode;

use super::context::Context;
use super::state::App;
use crate::trouble::Trouble;

/// All text fields together have at most so many bytes: a text of 50,000 characters, however
/// encoded, and then some.
const MOST_TEXT: usize = 1024 * 1024;

/// The same as it is sent without files, where a byte may take three.
const MOST_URLENCODED: usize = MOST_TEXT * 3;

/// What is longer than this is cut off.
const MOST_READ: usize = 32 * 1024 * 1024;

/// A form has at most so many fields.
const MOST_FIELDS: usize = 100;

/// The fields of a form, and what the path of its address names (`{number}`, `{id}`, …).
pub(crate) type Fields = BTreeMap<String, String>;

/// A form that came in. Its files are on disk already, sealed; they go again unless a
/// comment takes them.
pub struct Submitted {
    fields: Fields,
    files: Vec<File>,
    /// Why the files were not taken. The fields are there all the same.
    files_refused: Option<Error>,
    had_files: bool,
}

/// Why a form could not be read at all.
enum Unreadable {
    Damaged,
    TooLarge,
}

impl Unreadable {
    const fn status(self) -> StatusCode {
        match self {
            Self::Damaged => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }
}

impl Submitted {
    /// A field as it came; empty when it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Adds what the path names, which counts whatever the fields say.
    pub(crate) fn name(&mut self, named: Fields) {
        self.fields.extend(named);
    }

    /// Every field.
    pub fn fields(&self) -> BTreeMap<String, String> {
        self.fields.clone()
    }

    /// Whether files came with it, taken or not.
    pub fn had_files(&self) -> bool {
        self.had_files
    }

    /// Reads a form with files that is on its way.
    ///
    /// # Errors
    /// 400 for one that is damaged, 413 for one that is too large.
    pub(super) async fn of_multipart(multipart: &mut Multipart<'_>, app: &App) -> Result<Self, StatusCode> {
        read_whole(multipart, app).await.map_err(Unreadable::status)
    }

    /// Takes the files.
    ///
    /// # Errors
    /// [`Error::Refused`] on `attachments` when they were over the limits.
    pub fn take_files(&mut self) -> Result<Vec<File>, Error> {
        match self.files_refused.take() {
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut self.files)),
        }
    }
}

impl Context {
    /// What came with a form beside its fields.
    pub fn signs<'a>(&self, form: &'a Submitted) -> Signs<'a> {
        self.signs_of(form.get("stamp"), form.get("proof"), form.get("url"))
    }
}

impl FromRequest<App> for Submitted {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let context = Context::from_parts(&mut parts, app).await;
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let multipart = content_type.is_some_and(|value| value.starts_with("multipart/form-data"));
        let request = Request::from_parts(parts, body);
        let read = if multipart {
            read_multipart(request, app).await
        } else {
            read_urlencoded(request.into_body()).await
        };
        read.map_err(|unreadable| context.trouble(unreadable.status(), Trouble::Unreadable))
    }
}

/// Holds the call of a server function without files to what a form without files is held to. Leptos would buffer as
/// much as files may have, and guess at what is damaged.
///
/// # Errors
/// 400 for one that is damaged, 413 for one that is too large.
pub(crate) async fn without_files(request: Request) -> Result<Request, StatusCode> {
    let (parts, body) = request.into_parts();
    let bytes = read_text_body(body).await.map_err(Unreadable::status)?;
    if parse_urlencoded(&bytes).is_none() {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

async fn read_urlencoded(body: Body) -> Result<Submitted, Unreadable> {
    let bytes = read_text_body(body).await?;
    let fields = parse_urlencoded(&bytes).ok_or(Unreadable::Damaged)?;
    Ok(Submitted { fields, files: Vec::new(), files_refused: None, had_files: false })
}

/// What is too large is read to its end, up to [`MOST_READ`]: a browser that is cut off while
/// it sends shows no answer at all.
async fn read_text_body(body: Body) -> Result<Vec<u8>, Unreadable> {
    let mut body = body.into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(part) = body.next().await {
        let part = part.map_err(|_| Unreadable::Damaged)?;
        length += part.len();
        if length <= MOST_URLENCODED {
            bytes.extend_from_slice(&part);
        } else if length > MOST_READ {
            break;
        }
    }
    if length > MOST_URLENCODED { Err(Unreadable::TooLarge) } else { Ok(bytes) }
}

/// Percent-decoding that does not forgive: what is not UTF-8 is no text.
fn parse_urlencoded(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let split = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = split.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
        if fields.len() >= MOST_FIELDS || fields.insert(decode(name)?, decode(value)?).is_some() {
            return None;
        }
    }
    Some(fields)
}

async fn read_multipart(request: Request, app: &App) -> Result<Submitted, Unreadable> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(|value| multer::parse_boundary(value).ok());
    let boundary = boundary.ok_or(Unreadable::Damaged)?;
    let mut multipart = Multipart::new(request.into_body().into_data_stream(), boundary);
    read_whole(&mut multipart, app).await
}

async fn read_whole(multipart: &mut Multipart<'_>, app: &App) -> Result<Submitted, Unreadable> {
    let read = read_parts(multipart, app).await;
    if read.is_err() {
        // To the end, as above.
        while let Ok(Some(_)) = multipart.next_field().await {}
    }
    read
}

async fn read_parts(multipart: &mut Multipart<'_>, app: &App) -> Result<Submitted, Unreadable> {
    let mut fields = BTreeMap::new();
    let mut text = 0;
    let mut input = Input::new(&app.desk);
    while let Some(mut field) = multipart.next_field().await.map_err(|error| unreadable(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        if let Some(file_name) = field.file_name().map(str::to_owned) {
            input.begin(&file_name).await;
            while let Some(bytes) = field.chunk().await.map_err(|error| unreadable(&error))? {
                input.write(&bytes).await;
            }
            input.end().await;
        } else {
            let value = read_text(&mut field, &mut text).await?;
            if fields.len() >= MOST_FIELDS || fields.insert(name, value).is_some() {
                return Err(Unreadable::Damaged);
            }
        }
    }
    let (files, files_refused) = input.finish();
    let had_files = !files.is_empty() || files_refused.is_some();
    Ok(Submitted { fields, files, files_refused, had_files })
}

async fn read_text(field: &mut multer::Field<'_>, text: &mut usize) -> Result<String, Unreadable> {
    let mut value = Vec::new();
    while let Some(bytes) = field.chunk().await.map_err(|error| unreadable(&error))? {
        *text += bytes.len();
        if *text > MOST_TEXT {
            return Err(Unreadable::TooLarge);
        }
        value.extend_from_slice(&bytes);
    }
    String::from_utf8(value).map_err(|_| Unreadable::Damaged)
}

fn unreadable(error: &multer::Error) -> Unreadable {
    let mut causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let too_large = causes.any(|cause| cause.is::<LengthLimitError>());
    if too_large { Unreadable::TooLarge } else { Unreadable::Damaged }
}

/// Files while they come in. After the first that is refused the rest is read and thrown
/// away: a browser that is cut off while it sends shows no answer at all.
struct Input {
    files: Option<FileInput>,
    refused: Option<Error>,
}

impl Input {
    fn new(desk: &Desk) -> Self {
        Self { files: Some(desk.requests.receive_files()), refused: None }
    }

    fn note<T>(&mut self, outcome: Result<T, Error>) {
        if let Err(error) = outcome {
            self.files = None;
            self.refused = Some(error);
        }
    }

    async fn begin(&mut self, name: &str) {
        if let Some(files) = &mut self.files {
            let begun = files.begin(name).await;
            self.note(begun);
        }
    }

    async fn write(&mut self, bytes: &Bytes) {
        if let Some(files) = &mut self.files {
            let written = files.write(bytes).await;
            self.note(written);
        }
    }

    async fn end(&mut self) {
        if let Some(files) = &mut self.files {
            let ended = files.end().await;
            self.note(ended);
        }
    }

    fn finish(self) -> (Vec<File>, Option<Error>) {
        (self.files.map(FileInput::finish).unwrap_or_default(), self.refused)
    }
}

/// Whether a refusal is about the size of files: its status is 413.
pub(super) fn is_too_large(error: &Error) -> bool {
    let Error::Refused(refusals) = error else { return false };
    refusals.iter().any(|refusal| matches!(refusal.problem, Problem::FilesTooLarge { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_browsers_send() {
        let fields = parse_urlencoded(b"subject=a+b%26c&body=%C3%A4&empty=&flag").expect("readable");
        assert_eq!(fields["subject"], "a b&c");
        assert_eq!(fields["body"], "ä");
        assert_eq!((fields["empty"].as_str(), fields["flag"].as_str()), ("", ""));
    }

    #[test]
    fn refuses_what_is_no_text() {
        for damaged in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"a=1&a=2", b"a=\xff"] {
            assert_eq!(parse_urlencoded(damaged), None, "{damaged:?}");
        }
    }
}
