//! What of a mail is text, what is HTML, and what is a file.

use std::borrow::Cow;

use encoding_rs::Encoding;
use tresen_model::file_name;

use crate::header;
use crate::message::{Limits, Part, Remark};
use crate::mime::Entity;
use crate::{decode, flowed, html, names, pictures, uuencode};

/// A stretch of the mail that is read as text, in one or two versions.
#[derive(Default)]
pub(crate) struct Stretch {
    pub(crate) plain: Option<String>,
    pub(crate) html: Option<String>,
}

/// A report of a machine inside the mail, decoded.
pub(crate) struct Report {
    pub(crate) kind: String,
    pub(crate) text: String,
}

/// What was found in the parts.
pub(crate) struct Found<'l> {
    limits: &'l Limits,
    pub(crate) stretches: Vec<Stretch>,
    pub(crate) files: Vec<Part>,
    pub(crate) reports: Vec<Report>,
    /// The headers of a mail that came back.
    pub(crate) returned: Option<Vec<u8>>,
    pub(crate) remarks: Vec<Remark>,
    /// The charset of the first text that says one, or whose bytes show one.
    pub(crate) charset: Option<&'static Encoding>,
    parts: usize,
    text_bytes: usize,
}

/// Bytes of a report, or of the headers of a returned mail, that are looked at.
const MOST_REPORT: usize = 256 * 1024;

/// Bytes of HTML with pictures inside that are looked at.
const MOST_WITH_PICTURES: usize = 12 * 1024 * 1024;

impl<'l> Found<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            stretches: Vec::new(),
            files: Vec::new(),
            reports: Vec::new(),
            returned: None,
            remarks: Vec::new(),
            charset: None,
            parts: 0,
            text_bytes: 0,
        }
    }

    pub(crate) fn remark(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Walks a part and all within it.
    pub(crate) fn walk(&mut self, entity: &Entity<'_>) {
        self.stretches = self.part(entity, 0);
    }

    fn part(&mut self, entity: &Entity<'_>, depth: usize) -> Vec<Stretch> {
        self.parts += 1;
        if self.parts > self.limits.parts || depth > self.limits.depth.min(100) {
            self.remark(Remark::OverLimit);
            return Vec::new();
        }
        if entity.headers.overflow {
            self.remark(Remark::OverLimit);
        }
        self.note_security(entity);
        if entity.is("multipart/") {
            // Its encoding is passed over: RFC 2045 6.4 allows none that changes anything, and
            // programs copy that of a part there.
            return self.multipart(entity, depth);
        }
        if let Some(stretch) = self.text(entity) {
            return vec![stretch];
        }
        self.note_report(entity);
        self.file(entity);
        Vec::new()
    }

    fn multipart(&mut self, entity: &Entity<'_>, depth: usize) -> Vec<Stretch> {
        let Some((parts, more)) = entity.split(self.limits.parts) else {
            // No boundary: all of it is shown, as nothing says what it is.
            if entity.body.trim_ascii().is_empty() {
                return Vec::new();
            }
            if matches!(entity.encoding.as_str(), "base64" | "quoted-printable") {
                self.file(entity);
                return Vec::new();
            }
            self.remark(Remark::Damaged);
            let text = self.bounded_text(entity.body, None);
            return vec![Stretch { plain: Some(text), html: None }];
        };
        if more {
            self.remark(Remark::OverLimit);
        }
        let default = if entity.kind == "multipart/digest" { "message/rfc822" } else { "text/plain" };
        let alternative = entity.kind == "multipart/alternative";
        let mut stretches = Vec::new();
        let mut versions = Stretch::default();
        for raw in parts {
            if self.parts >= self.limits.parts {
                self.remark(Remark::OverLimit);
                break;
            }
            let part = Entity::new(raw, default, self.charset);
            if alternative && part.is("text/x-amp-html") {
                // The same once more, for programs of one company.
                continue;
            }
            let found = self.part(&part, depth + 1);
            if !alternative {
                stretches.extend(found);
                continue;
            }
            for version in found {
                add(&mut versions.plain, version.plain);
                add(&mut versions.html, version.html);
            }
        }
        if alternative && (versions.plain.is_some() || versions.html.is_some()) {
            stretches.push(versions);
        }
        stretches
    }

    /// Reads a part as text, if it is one that is shown.
    fn text(&mut self, entity: &Entity<'_>) -> Option<Stretch> {
        let html = entity.kind == "text/html" || entity.kind == "application/xhtml+xml";
        let plain = matches!(
            entity.kind.as_str(),
            "text/plain" | "text/enriched" | "text/richtext" | "text/markdown"
        );
        let named = entity.file_name().is_some();
        if !(html || plain) || entity.is_attachment() || named && !self.is_first() {
            return None;
        }
        if named && !html && entity.encoding == "base64" {
            return None;
        }
        let (bytes, whole) = entity.decoded();
        if !whole {
            self.remark(Remark::Damaged);
        }
        if html {
            let text = self.bounded_html(&bytes, entity.parameter("charset"));
            return Some(Stretch { plain: None, html: Some(text) });
        }
        let bytes = self.take_uuencoded(&bytes);
        let mut text = self.bounded_text(&bytes, entity.parameter("charset"));
        if entity.parameter("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")) {
            let delsp = entity.parameter("delsp").is_some_and(|delsp| delsp.eq_ignore_ascii_case("yes"));
            text = flowed::unfold(&text, delsp);
        }
        Some(Stretch { plain: Some(text), html: None })
    }

    /// Nothing came before: a name does not make the first text a file.
    fn is_first(&self) -> bool {
        self.files.is_empty() && self.text_bytes == 0
    }

    fn bounded_text(&mut self, bytes: &[u8], charset: Option<&str>) -> String {
        // A character takes four bytes at most, in any charset but UTF-7.
        let most = self.limits.text.saturating_mul(4).saturating_add(4_096).saturating_sub(self.text_bytes);
        if bytes.len() > most {
            self.remark(Remark::OverLimit);
        }
        let cut = &bytes[..bytes.len().min(most)];
        self.text_bytes += cut.len();
        self.note_charset(cut, charset);
        normal(&decode::charset_or(cut, charset, self.charset))
    }

    fn bounded_html(&mut self, bytes: &[u8], charset: Option<&str>) -> String {
        // Pictures inside are taken out before the rest is measured.
        let looked_at = &bytes[..bytes.len().min(MOST_WITH_PICTURES)];
        let most = if pictures::may_have(looked_at) { MOST_WITH_PICTURES } else { html::MOST_BYTES };
        if bytes.len() > most {
            self.remark(Remark::OverLimit);
        }
        let cut = &bytes[..bytes.len().min(most + 1)];
        self.text_bytes += usize::from(!cut.is_empty());
        let label = charset.map(str::to_owned).or_else(|| meta_charset(cut));
        self.note_charset(cut, label.as_deref());
        decode::charset_or(cut, label.as_deref(), self.charset)
    }

    fn note_charset(&mut self, bytes: &[u8], label: Option<&str>) {
        if self.charset.is_none() {
            let raw = || std::str::from_utf8(bytes).is_err().then(|| decode::detect(bytes));
            self.charset = label.and_then(decode::encoding).or_else(raw);
        }
    }

    /// Takes files in uuencode out of a text.
    fn take_uuencoded<'t>(&mut self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut left = Vec::new();
        let mut rest = text;
        while self.files.len() < self.limits.files
            && let Some(file) = uuencode::first(rest)
        {
            left.extend_from_slice(&rest[..file.start]);
            rest = &rest[file.end..];
            if !file.whole {
                self.remark(Remark::Damaged);
            }
            let name = file_name::safe(&header::text(&file.name, self.charset));
            let name = if name.is_empty() { "attachment".to_owned() } else { name };
            self.files.push(Part { name, bytes: file.bytes, content_id: None });
        }
        if rest.len() == text.len() {
            return Cow::Borrowed(text);
        }
        left.extend_from_slice(rest);
        Cow::Owned(left)
    }

    fn file(&mut self, entity: &Entity<'_>) {
        if self.files.len() >= self.limits.files {
            self.remark(Remark::OverLimit);
            return;
        }
        let (bytes, whole) = entity.decoded();
        if !whole {
            self.remark(Remark::Damaged);
        }
        let content_id =
            entity.headers.first("Content-ID").and_then(|value| header::ids(value).into_iter().next());
        let content_id = content_id.or_else(|| {
            // Some forget the brackets and the `@`.
            let bare = header::raw_line(entity.headers.first("Content-ID")?);
            let bare = bare.trim_matches(['<', '>', ' ']).to_owned();
            (!bare.is_empty() && !bare.contains(' ')).then_some(bare)
        });
        if bytes.is_empty() && entity.file_name().is_none() {
            return;
        }
        self.files.push(Part { name: names::of(entity), bytes: bytes.into_owned(), content_id });
    }

    /// Keeps what a report of a machine says, for [`crate::bounce`].
    fn note_report(&mut self, entity: &Entity<'_>) {
        match entity.kind.as_str() {
            "message/delivery-status"
            | "message/global-delivery-status"
            | "message/disposition-notification"
            | "message/global-disposition-notification"
            | "message/feedback-report" => {
                let bytes = entity.decoded().0;
                let text = decode::guess(&bytes[..bytes.len().min(MOST_REPORT)]);
                self.reports.push(Report { kind: entity.kind.clone(), text });
            }
            "message/rfc822"
            | "message/global"
            | "text/rfc822-headers"
            | "message/rfc822-headers"
            | "message/global-headers"
                if self.returned.is_none() =>
            {
                let bytes = entity.decoded().0;
                self.returned = Some(bytes[..bytes.len().min(MOST_REPORT)].to_vec());
            }
            _ => {}
        }
    }

    fn note_security(&mut self, entity: &Entity<'_>) {
        let smime = || entity.parameter("smime-type").unwrap_or_default().to_ascii_lowercase();
        match entity.kind.as_str() {
            "multipart/signed" => self.remark(Remark::Signed),
            "multipart/encrypted" => self.remark(Remark::Encrypted),
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                let remark = if smime() == "signed-data" { Remark::Signed } else { Remark::Encrypted };
                self.remark(remark);
            }
            _ => {}
        }
    }

    /// Adds a file; `false` and a remark where there are too many.
    pub(crate) fn add_file(&mut self, file: Part) -> bool {
        let room = self.files.len() < self.limits.files;
        if room {
            self.files.push(file);
        } else {
            self.remark(Remark::OverLimit);
        }
        room
    }
}

/// Adds a version to what there is of it.
fn add(to: &mut Option<String>, text: Option<String>) {
    match (to.as_mut(), text) {
        (Some(there), Some(text)) if there.trim().is_empty() => *there = text,
        (Some(there), Some(text)) if !text.trim().is_empty() => {
            there.push('\n');
            there.push_str(&text);
        }
        (None, Some(text)) => *to = Some(text),
        _ => {}
    }
}

/// Lines end in `\n`; no control characters but tabs.
pub(crate) fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    normal.push('\n');
                }
            }
            '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' | '\u{85}' => normal.push('\n'),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => normal.push(c),
        }
    }
    normal
}

/// The charset that HTML says itself to have, within its first bytes.
fn meta_charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1_024)]).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label = after.trim_start_matches(['"', '\'', ' ']);
    let label: String =
        label.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    // What could be found as ASCII is no UTF-16.
    Some(label).filter(|label| !label.is_empty() && !label.starts_with("utf-16") && label != "utf-7")
}
