//! Parameters in several pieces and other charsets (RFC 2231).
//!
//! `mail-parser` decodes each piece for itself, and only the first one names the charset.

use encoding_rs::Encoding;

use crate::decode;

/// Bytes of a field that are looked at.
const LONGEST: usize = 8 * 1024;

/// Pieces of a value that are put together.
const MOST_PIECES: usize = 100;

/// The value of a parameter that is written as `name*=…` or `name*0*=…`; `None` where it is not.
/// `fallback` is the charset of raw text in it.
pub(crate) fn extended(field: &[u8], name: &str, fallback: Option<&'static Encoding>) -> Option<String> {
    let field = &field[..field.len().min(LONGEST)];
    if !field.contains(&b'*') {
        return None;
    }
    let mut pieces: Vec<(usize, bool, Vec<u8>)> = Vec::new();
    for parameter in split(field) {
        let Some(equals) = parameter.iter().position(|byte| *byte == b'=') else { continue };
        let (key, value) = (parameter[..equals].trim_ascii(), parameter[equals + 1..].trim_ascii());
        let Some(key) = std::str::from_utf8(key).ok().and_then(|key| key.split_once('*')) else { continue };
        if !key.0.trim().eq_ignore_ascii_case(name) || pieces.len() >= MOST_PIECES {
            continue;
        }
        let (number, encoded) = match key.1.strip_suffix('*') {
            Some(number) => (number.parse().ok(), true),
            None if key.1.is_empty() => (Some(0), true),
            None => (key.1.parse().ok(), false),
        };
        if let Some(number) = number {
            pieces.push((number, encoded, unquoted(value)));
        }
    }
    pieces.sort_by_key(|(number, ..)| *number);
    let mut charset = None;
    let mut bytes = Vec::new();
    for (index, (_, encoded, value)) in pieces.iter().enumerate() {
        let mut value = value.as_slice();
        if index == 0 && *encoded {
            // charset'language'value
            let mut parts = value.splitn(3, |byte| *byte == b'\'');
            if let (Some(label), Some(_), Some(rest)) = (parts.next(), parts.next(), parts.next()) {
                charset = std::str::from_utf8(label).ok();
                value = rest;
            }
        }
        if *encoded { percent(value, &mut bytes) } else { bytes.extend_from_slice(value) }
    }
    (!bytes.is_empty()).then(|| decode::charset_or(&bytes, charset, fallback))
}

/// Splits at semicolons outside of quotes.
fn split(field: &[u8]) -> Vec<&[u8]> {
    let (mut quoted, mut escaped, mut start) = (false, false, 0);
    let mut parts = Vec::new();
    for (at, byte) in field.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                parts.push(&field[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&field[start..]);
    parts
}

fn unquoted(value: &[u8]) -> Vec<u8> {
    let Some(inner) = value.strip_prefix(b"\"") else { return value.to_vec() };
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    let mut escaped = false;
    inner
        .iter()
        .copied()
        .filter(|byte| {
            escaped = *byte == b'\\' && !escaped;
            !escaped
        })
        .collect()
}

fn percent(value: &[u8], bytes: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        let digit = |index: usize| value.get(index).and_then(|byte| char::from(*byte).to_digit(16));
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high << 4 | low).unwrap_or_default());
                at += 3;
            }
            _ => {
                bytes.push(*byte);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_put_together_before_they_are_decoded() {
        let name = |field: &str| extended(field.as_bytes(), "filename", None);
        assert_eq!(name("attachment; filename*=utf-8''M%C3%A4rz.pdf").as_deref(), Some("März.pdf"));
        assert_eq!(
            name("a; filename*1*=%A4rz; FILENAME*0*=UTF-8'de'M%C3; filename*2=\"; \\\"x\"").as_deref(),
            Some("März; \"x")
        );
        assert_eq!(name("a; filename*0=long; filename*1=.pdf").as_deref(), Some("long.pdf"));
        assert_eq!(name("a; filename=x*y.pdf"), None);
        assert_eq!(name("a; filename*=%").as_deref(), Some("%"));
    }
}
