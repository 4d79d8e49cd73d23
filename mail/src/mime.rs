//! The parts of a mail (RFC 2045, RFC 2046), walked within bounds.
//!
//! `mail-parser` reads the fields of headers, encoded words and charsets; the tree is walked here.
//! Its own walk keeps a nested mail as a value within a value, which a mail of a few megabytes
//! makes deep enough to end the process when it is dropped, and looks for a boundary that is
//! missing to the end of the mail once for each part. Here a mail within a mail is a file, and each
//! level is looked through once.

use std::borrow::Cow;

use encoding_rs::Encoding;
use mail_parser::ContentType;
use memchr::memchr;

use crate::header::Headers;
use crate::{decode, parameter};

/// The longest boundary (RFC 2046 5.1.1 says 70; programs exceed it).
const LONGEST_BOUNDARY: usize = 200;

/// A part: what its headers say, and its body, still encoded.
pub(crate) struct Entity<'a> {
    pub(crate) headers: Headers<'a>,
    /// Everything from the first header on.
    pub(crate) body: &'a [u8],
    /// `type/subtype`, lower-case.
    pub(crate) kind: String,
    content_type: Option<ContentType<'static>>,
    disposition: Option<ContentType<'static>>,
    pub(crate) encoding: String,
}

impl<'a> Entity<'a> {
    /// Reads a part. `charset` is that of raw text in its headers, where it does not say one itself.
    pub(crate) fn new(raw: &'a [u8], default: &str, charset: Option<&'static Encoding>) -> Self {
        let (mut headers, body) = Headers::split(raw);
        headers.charset = charset;
        Self::from_parts(headers, body, default)
    }

    pub(crate) fn from_parts(mut headers: Headers<'a>, body: &'a [u8], default: &str) -> Self {
        let mut content_type = headers.content("Content-Type");
        if let Some(own) = attribute(content_type.as_ref(), "charset").and_then(decode::encoding) {
            headers.charset = Some(own);
            content_type = headers.content("Content-Type");
        }
        let kind = match &content_type {
            Some(found) => match (found.c_type.trim().to_ascii_lowercase(), found.c_subtype.as_deref()) {
                (kind, Some(sub)) if !kind.is_empty() => {
                    format!("{kind}/{}", sub.trim().to_ascii_lowercase())
                }
                // "Content-Type: text", from before MIME.
                _ => "text/plain".to_owned(),
            },
            None => default.to_owned(),
        };
        let disposition = headers.content("Content-Disposition");
        let encoding = headers.keyword("Content-Transfer-Encoding").unwrap_or_default();
        let encoding = encoding.trim_matches(['"', '\'', ' ', ';']).to_owned();
        Self { headers, body, kind, content_type, disposition, encoding }
    }

    /// A parameter of the Content-Type, lower-case names.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        attribute(self.content_type.as_ref(), name)
    }

    /// The name that its sender gave it as a file, decoded (RFC 2231, RFC 2047).
    pub(crate) fn file_name(&self) -> Option<Cow<'_, str>> {
        let extended = |field: &str, name: &str| {
            parameter::extended(self.headers.first(field)?, name, self.headers.charset).map(Cow::Owned)
        };
        extended("Content-Disposition", "filename")
            .or_else(|| attribute(self.disposition.as_ref(), "filename").map(Cow::Borrowed))
            .or_else(|| extended("Content-Type", "name"))
            .or_else(|| self.parameter("name").map(Cow::Borrowed))
            .filter(|name| !name.trim().is_empty())
    }

    /// Its sender calls it an attachment.
    pub(crate) fn is_attachment(&self) -> bool {
        self.disposition.as_ref().is_some_and(|found| found.c_type.eq_ignore_ascii_case("attachment"))
    }

    /// Whether the kind is one of a family: `text/`.
    pub(crate) fn is(&self, family: &str) -> bool {
        self.kind.starts_with(family)
    }

    /// The bytes, decoded, and whether all of them could be.
    pub(crate) fn decoded(&self) -> (Cow<'a, [u8]>, bool) {
        crate::decode::transfer(self.body, &self.encoding)
    }

    /// The parts of a multipart, in their order; `None` when its boundary is nowhere. At most
    /// `most`, and whether there were more.
    pub(crate) fn split(&self, most: usize) -> Option<(Vec<&'a [u8]>, bool)> {
        let boundary = self.parameter("boundary")?.trim_end();
        if boundary.is_empty() || boundary.len() > LONGEST_BOUNDARY {
            return None;
        }
        split(self.body, boundary.as_bytes(), most)
    }
}

fn attribute<'c>(content: Option<&'c ContentType<'static>>, name: &str) -> Option<&'c str> {
    let attributes = content?.attributes.as_deref()?;
    attributes.iter().find(|found| found.name.eq_ignore_ascii_case(name)).map(|found| found.value.as_ref())
}

fn split<'a>(body: &'a [u8], boundary: &[u8], most: usize) -> Option<(Vec<&'a [u8]>, bool)> {
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    while at < body.len() {
        let end = memchr(b'\n', &body[at..]).map_or(body.len(), |length| at + length + 1);
        let line = &body[at..end];
        let delimiter = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary));
        if let Some(after) =
            delimiter.map(<[u8]>::trim_ascii_end).filter(|after| after.is_empty() || *after == b"--")
        {
            if let Some(from) = start.take() {
                // The line end before a boundary belongs to it.
                let part = &body[from..at];
                let part = part.strip_suffix(b"\n").unwrap_or(part);
                let part = part.strip_suffix(b"\r").unwrap_or(part);
                if parts.len() >= most {
                    return Some((parts, true));
                }
                parts.push(part);
            }
            if !after.is_empty() {
                return Some((parts, false));
            }
            start = Some(end);
        }
        at = end;
    }
    // The end is missing: cut off on its way, or written so.
    if let Some(from) = start {
        if parts.len() >= most {
            return Some((parts, true));
        }
        parts.push(&body[from..]);
    }
    (!parts.is_empty()).then_some((parts, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_split_at_their_boundary_only() {
        let body = b"preamble\r\n--b\r\n\r\none\r\n--bb\r\n--b \r\n\r\ntwo\r\n--b--\r\nepilogue\r\n--b\r\n";
        let (parts, more) = split(body, b"b", 10).unwrap_or_default();
        assert_eq!(parts, [&b"\r\none\r\n--bb"[..], b"\r\ntwo"]);
        assert!(!more);
        assert!(split(body, b"b", 1).is_some_and(|(parts, more)| parts.len() == 1 && more));
        assert!(split(b"--x\n", b"b", 10).is_none());
        assert_eq!(split(b"--b\nA: b\n\ncut off", b"b", 9), Some((vec![&b"A: b\n\ncut off"[..]], false)));
    }
}
