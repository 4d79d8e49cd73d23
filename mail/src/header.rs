//! Headers (RFC 5322, RFC 2047): split without a copy, decoded one by one where they are asked for.

use encoding_rs::Encoding;
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, ContentType, HeaderValue};
use memchr::memchr;

use crate::{decode, encoded_words};

/// Header fields that are looked at; a mail has fifty or so.
const MOST_FIELDS: usize = 2_000;

/// Bytes of a field that are decoded. Whoever needs more is no person.
const LONGEST_FIELD: usize = 16 * 1024;

/// Lines without a field's name that are looked through for where the header goes on.
const MOST_UNNAMED: usize = 50;

/// Bytes of them.
const MOST_UNNAMED_BYTES: usize = 64 * 1024;

/// Fields that a header has once.
const ONCE: &[&str] = &[
    "bcc",
    "cc",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "in-reply-to",
    "message-id",
    "mime-version",
    "references",
    "reply-to",
    "sender",
    "subject",
    "to",
];

/// Fields, or the beginnings of their names, that a header may have more than once.
const OFTEN: &[&str] = &[
    "arc-",
    "auto-submitted",
    "authentication-results",
    "content-",
    "delivered-to",
    "dkim-signature",
    "errors-to",
    "importance",
    "list-",
    "precedence",
    "priority",
    "received",
    "resent-",
    "return-path",
    "thread-",
    "user-agent",
    "x-",
];

/// The fields of one header block, undecoded.
#[derive(Default)]
pub(crate) struct Headers<'a> {
    fields: Vec<(&'a [u8], &'a [u8])>,
    /// The charset of raw text beyond ASCII in the fields, where the mail says it elsewhere.
    pub(crate) charset: Option<&'static Encoding>,
    /// There were more than are kept.
    pub(crate) overflow: bool,
}

impl<'a> Headers<'a> {
    /// Splits a message or part into its headers and its body.
    ///
    /// A line without a field's name belongs to the field before it, as servers lose the white space
    /// in front of folded lines; the `From ` of a mailbox file belongs to nothing. Where no field of
    /// mails follows any more, the text begins without the empty line before it.
    pub(crate) fn split(raw: &'a [u8]) -> (Self, &'a [u8]) {
        let mut headers = Self::default();
        let mut at = 0;
        // Where the value of the last field begins and ends.
        let mut open: Option<(&'a [u8], usize, usize)> = None;
        while at < raw.len() {
            let end = line_end(raw, at);
            let line = &raw[at..end];
            if line == b"\n" || line == b"\r\n" || line == b"\r" {
                at = end;
                break;
            }
            if matches!(line.first(), Some(b' ' | b'\t')) {
                if let Some((_, _, last)) = &mut open {
                    *last = end;
                }
            } else if let Some(name) = field_name(line) {
                headers.close(raw, open.take());
                open = Some((name, at + memchr(b':', line).map_or(0, |colon| colon + 1), end));
            } else if open.is_none() && headers.fields.is_empty() && is_field(&raw[end..]) {
                // The `From ` of a mailbox file.
            } else if let Some((name, start, last)) = &mut open
                && is_unfinished(name, &raw[*start..at])
            {
                *last = end;
            } else if !raw[end..].is_empty() && !headers.goes_on(&raw[end..], open.map(|(name, ..)| name)) {
                // The empty line is missing: what stands here is text already.
                break;
            } else if line.starts_with(b"From ") || line.starts_with(b">From ") || raw[end..].is_empty() {
                headers.close(raw, open.take());
            } else if let Some((_, _, last)) = &mut open {
                *last = end;
            }
            at = end;
        }
        headers.close(raw, open);
        (headers, &raw[at..])
    }

    /// Whether the header goes on in one of the next lines, with a field that mails have and that was
    /// not there yet. `open` is the name of the last one.
    fn goes_on(&self, rest: &[u8], open: Option<&[u8]>) -> bool {
        let rest = &rest[..rest.len().min(MOST_UNNAMED_BYTES)];
        let mut at = 0;
        for _ in 0..MOST_UNNAMED {
            let line = &rest[at..line_end(rest, at)];
            if line.trim_ascii().is_empty() {
                return false;
            }
            if let Some(name) = field_name(line) {
                let lower = String::from_utf8_lossy(name).to_ascii_lowercase();
                if OFTEN.iter().any(|known| lower.starts_with(known)) {
                    return true;
                }
                if ONCE.contains(&lower.as_str()) {
                    return !self.has(&lower) && !open.is_some_and(|open| open.eq_ignore_ascii_case(name));
                }
            }
            at += line.len();
        }
        false
    }

    fn close(&mut self, raw: &'a [u8], field: Option<(&'a [u8], usize, usize)>) {
        let Some((name, start, end)) = field else { return };
        if self.fields.len() < MOST_FIELDS {
            self.fields.push((name, raw.get(start..end).unwrap_or_default()));
        } else {
            self.overflow = true;
        }
    }

    /// Every field in order: its name and its value as one decoded line, cut at a bound.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + '_ {
        self.fields.iter().copied()
    }

    /// The values of all fields of a name, topmost first, as they stand.
    pub(crate) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a [u8]> + 's {
        self.fields
            .iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| *value)
    }

    /// The topmost field of a name, as it stands.
    pub(crate) fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// Whether there is a field of a name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// The topmost field of a name as one line, lower-case, without comments (RFC 5322 3.2.2):
    /// for values that are keywords.
    pub(crate) fn keyword(&self, name: &str) -> Option<String> {
        let line = raw_line(self.first(name)?);
        let plain = line.split(['(', ';']).next().unwrap_or_default();
        Some(plain.trim().to_ascii_lowercase())
    }

    /// The Content-Type or the Content-Disposition.
    pub(crate) fn content(&self, name: &str) -> Option<ContentType<'static>> {
        let buffer = structured(self.first(name)?, self.charset);
        MessageStream::new(&buffer).parse_content_type().into_owned().into_content_type()
    }

    /// The topmost field of a name as free text, empty where there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.first(name).map(|value| text(value, self.charset)).unwrap_or_default()
    }

    /// The charset that raw text in all fields looks like; `None` when all of it is ASCII or UTF-8.
    pub(crate) fn detected(&self) -> Option<&'static Encoding> {
        let mut raw = Vec::new();
        for (_, value) in &self.fields {
            let value = &value[..value.len().min(LONGEST_FIELD)];
            if raw.len() < LONGEST_FIELD && std::str::from_utf8(value).is_err() {
                raw.extend_from_slice(value);
            }
        }
        (!raw.is_empty()).then(|| decode::detect(&raw))
    }
}

/// The addresses of a field, groups taken apart, at most so many.
pub(crate) fn addresses(value: &[u8], most: usize, charset: Option<&'static Encoding>) -> Vec<Addr<'static>> {
    let buffer = structured(value, charset);
    match MessageStream::new(&buffer).parse_address() {
        HeaderValue::Address(found) => {
            found.iter().take(most).map(|addr| addr.clone().into_owned()).collect()
        }
        _ => Vec::new(),
    }
}

/// A field of free text: encoded words decoded (RFC 2047), one line, without control characters.
pub(crate) fn text(value: &[u8], charset: Option<&'static Encoding>) -> String {
    let buffer = bounded(value, charset);
    let decoded = encoded_words::decode(&buffer, |decoded, text, _| {
        decoded.extend(text.bytes());
        0
    });
    one_line(&String::from_utf8_lossy(&decoded))
}

/// A structured field as the parser wants it, its encoded words whole and in UTF-8. Letters that touch
/// one are put into it: the parser knows no encoded word within a word, but programs write them.
fn structured(value: &[u8], charset: Option<&'static Encoding>) -> Vec<u8> {
    let touches = |byte: &&u8| !byte.is_ascii_whitespace() && !b"()<>[]:;@\\,\"=".contains(byte);
    encoded_words::decode(&bounded(value, charset), |decoded, text, after| {
        let before = decoded.iter().rev().take_while(touches).count();
        let mut word = decoded.split_off(decoded.len() - before);
        let behind = after.iter().take_while(touches).count();
        word.extend(text.bytes().chain(after[..behind].iter().copied()));
        decoded.extend(b"=?utf-8?Q?");
        for byte in word {
            decoded.extend(format!("={byte:02X}").bytes());
        }
        decoded.extend(b"?=");
        behind
    })
}

/// A field as it stands, unfolded into one line.
pub(crate) fn raw_line(value: &[u8]) -> String {
    one_line(&String::from_utf8_lossy(&bounded(value, None)))
}

/// The ids of a Message-ID, In-Reply-To or References, in their order, without angle brackets.
///
/// Some programs leave the brackets away, some write comments or commas between: what stands in
/// brackets counts, and only where nothing does, words with an `@`.
pub(crate) fn ids(value: &[u8]) -> Vec<String> {
    let line = String::from_utf8_lossy(value);
    let mut found: Vec<String> = Vec::new();
    let mut rest = line.as_ref();
    while let Some(start) = rest.find('<') {
        let Some(length) = rest[start..].find('>') else { break };
        let inner = rest[start + 1..start + length].rsplit('<').next().unwrap_or_default();
        // Folded in the middle of an id by programs that fold at any byte.
        let id: String = inner.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        found.extend(Some(id).filter(|id| is_id(id)));
        rest = &rest[start + length + 1..];
    }
    if found.is_empty() {
        let words = line.split(|c: char| c.is_whitespace() || c == ',' || c.is_control());
        let words = words.map(|word| word.trim_matches(['<', '>']));
        found.extend(words.filter(|word| word.contains('@') && is_id(word)).map(str::to_owned));
    }
    found
}

/// An id is at most a line long (RFC 5322 2.1.1).
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 998
}

/// A Date in seconds of Unix time.
pub(crate) fn date(value: &[u8]) -> Option<i64> {
    let buffer = bounded(value, None);
    match MessageStream::new(&buffer).parse_date() {
        HeaderValue::DateTime(date) if date.is_valid() => Some(date.to_timestamp()),
        _ => None,
    }
}

/// One line without control and direction marks; runs of white space become one space.
pub(crate) fn one_line(text: &str) -> String {
    let visible =
        text.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'));
    let spaced: String = visible.map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value as the parser wants it: bounded, UTF-8, one line with its end. Raw 8-bit text of programs
/// from before RFC 6532 has this charset, or the one that it looks like.
fn bounded(value: &[u8], charset: Option<&'static Encoding>) -> Vec<u8> {
    let cut = &value[..value.len().min(LONGEST_FIELD)];
    let mut buffer = decode::guess_or(cut, charset).into_bytes();
    // A folded line may have lost its white space, which the parser would end at.
    for byte in &mut buffer {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    while matches!(buffer.last(), Some(b' ' | b'\t')) {
        buffer.pop();
    }
    buffer.push(b'\n');
    buffer
}

fn line_end(raw: &[u8], at: usize) -> usize {
    memchr(b'\n', &raw[at..]).map_or(raw.len(), |length| at + length + 1)
}

/// The name of the field that a line begins with.
fn field_name(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr(b':', line)?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|byte| (b'!'..=b'~').contains(byte))).then_some(name)
}

/// Whether a field cannot end where it does: within a list of parameters or addresses, or in quotes.
fn is_unfinished(name: &[u8], value: &[u8]) -> bool {
    let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
    let value = value.trim_ascii_end();
    let addresses = is(&["from", "to", "cc", "reply-to", "sender"]);
    let structured = addresses || is(&["content-type", "content-disposition"]);
    value.last() == Some(&b';') && !is(&["subject"])
        || addresses && (value.is_empty() || value.last() == Some(&b','))
        || structured
            && value.len() < LONGEST_FIELD
            && value.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

fn is_field(rest: &[u8]) -> bool {
    let line = &rest[..line_end(rest, 0)];
    field_name(line).is_some() && !line.starts_with(b"http")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: &[u8]) -> String {
        text(value, None)
    }

    #[test]
    fn fields_are_split_whatever_ends_a_line() {
        let (headers, body) = Headers::split(b"From x Mon\nA: 1\r\n 2\nb : 3\n\nbody\n\nA: 4");
        assert_eq!(raw_line(headers.first("a").unwrap_or_default()), "1 2");
        assert_eq!(raw_line(headers.first("B").unwrap_or_default()), "3");
        assert_eq!(body, b"body\n\nA: 4");
        let (headers, body) = Headers::split(b"A: 1\nHello Ada,\nit rings.\n");
        assert!(headers.has("A") && body.starts_with(b"Hello"));
        let (headers, body) = Headers::split(b"\nHello");
        assert!(headers.fields.is_empty() && body == b"Hello");
    }

    #[test]
    fn encoded_words_that_cut_a_character_are_joined() {
        assert_eq!(plain(b"=?utf-8?B?w4Q=?= =?utf-8?Q?_?=\n"), "Ä");
        assert_eq!(plain(b"=?utf-8?Q?K=C3?=\r\n =?utf-8?Q?=BChl?= rest\r\n"), "Kühl rest");
        assert_eq!(plain(b"=?utf-8?B?4oI=?= =?utf-8?B?rA==?="), "€");
        assert_eq!(plain(b"=?utf-8?Q?a=0D=0ABcc:_eve@example.com?="), "a Bcc: eve@example.com");
        assert_eq!(plain("Grüße".as_bytes()), "Grüße");
        assert_eq!(plain(b"Gr\xfc\xdfe"), "Grüße");
        assert_eq!(plain(b"=?"), "=?");
        assert_eq!(plain(b"=?utf-8?B?"), "=?utf-8?B?");
    }

    #[test]
    fn ids_survive_what_programs_write() {
        assert_eq!(ids(b" <a@x>\r\n\t<b@x>,<c@x>"), ["a@x", "b@x", "c@x"]);
        assert_eq!(ids(b"Message of Monday <a@x> (Ada)"), ["a@x"]);
        assert_eq!(ids(b"a@x b@x"), ["a@x", "b@x"]);
        assert_eq!(ids(b"<a@\r\n x>"), ["a@x"]);
        assert!(ids(b"<>").is_empty() && ids(b" \r\n").is_empty() && ids(b"<").is_empty());
    }
}
