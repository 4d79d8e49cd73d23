//! Transfer encodings (RFC 2045) and charsets: whatever the bytes are, something comes out.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_KR, Encoding, GBK, ISO_2022_JP, WINDOWS_1252};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;

use crate::uuencode;

/// Bytes that the detector of charsets looks at.
const MOST_DETECTED: usize = 64 * 1024;

/// Undoes a Content-Transfer-Encoding. `false` when something could not be decoded and was left
/// out or left as it is.
pub(crate) fn transfer<'a>(body: &'a [u8], encoding: &str) -> (Cow<'a, [u8]>, bool) {
    let encoding = match encoding {
        "base-64" | "x-base64" => "base64",
        "quotedprintable" | "quoted_printable" | "x-quoted-printable" => "quoted-printable",
        other => other,
    };
    match encoding {
        "base64" => base64(body),
        "quoted-printable" => {
            let (bytes, whole) = quoted_printable(body);
            (Cow::Owned(bytes), whole)
        }
        "" | "7bit" | "8bit" | "binary" => (Cow::Borrowed(body), true),
        _ if uuencode::is_encoding(encoding) => match uuencode::first(body) {
            Some(file) => (Cow::Owned(file.bytes), file.whole),
            None => (Cow::Borrowed(body), false),
        },
        _ => (Cow::Borrowed(body), encoding.starts_with("7") || encoding.starts_with("8")),
    }
}

fn base64(body: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let encoded = &body[..footer(body)];
    if let Some(bytes) = base64_decode(encoded) {
        return (Cow::Owned(bytes), encoded.len() == body.len());
    }
    // Something that is not base64 stands in it: passed over.
    let letters: Vec<u8> = encoded.iter().copied().filter(is_base64).collect();
    (Cow::Owned(base64_decode(&letters).unwrap_or_default()), false)
}

/// Where plain words begin behind base64, such as the footer of a list; the length where none do.
fn footer(body: &[u8]) -> usize {
    let (mut at, mut letters) = (0, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii();
        let spaces = text.iter().filter(|byte| **byte == b' ').count();
        let words = spaces > 0 && text.len() < 16 * (spaces + 1);
        if letters > 0 && letters % 4 == 0 && (words || text.starts_with(b"--") || text.starts_with(b"__")) {
            return at;
        }
        letters += text.iter().filter(|byte| is_base64(byte)).count();
        at += line.len();
    }
    body.len()
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Decodes quoted-printable; what is none stays as it is (RFC 2045 6.7, note 5).
fn quoted_printable(body: &[u8]) -> (Vec<u8>, bool) {
    let mut bytes = Vec::with_capacity(body.len());
    let mut whole = true;
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        at += 1;
        if byte != b'=' {
            bytes.push(byte);
            continue;
        }
        let (first, second) = (body.get(at), body.get(at + 1));
        if let (Some(high), Some(low)) = (first.and_then(hex), second.and_then(hex)) {
            bytes.push(high << 4 | low);
            at += 2;
            continue;
        }
        // A soft line break, with white space that a server added before the line's end.
        let spaces =
            body[at..].iter().take(80).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match body.get(at + spaces) {
            None => at += spaces,
            Some(b'\n') => at += spaces + 1,
            Some(_) => {
                bytes.push(b'=');
                whole = false;
            }
        }
    }
    (bytes, whole)
}

fn hex(byte: &u8) -> Option<u8> {
    char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Turns bytes into text by the charset that they are said to have, or by a better guess.
pub(crate) fn charset(bytes: &[u8], label: Option<&str>) -> String {
    charset_or(bytes, label, None)
}

/// The same; `fallback` is the charset of bytes that say nothing of theirs, or something impossible.
pub(crate) fn charset_or(bytes: &[u8], label: Option<&str>, fallback: Option<&'static Encoding>) -> String {
    let label = plain_label(label.unwrap_or_default());
    if says_nothing(&label) || LATIN.contains(&label.as_str()) {
        if let Some(text) = shifted(bytes) {
            return text;
        }
        // What is UTF-8 by its bytes is never anything else by chance; many label it wrongly.
        if (says_nothing(&label) || !bytes.is_ascii())
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        }
        if says_nothing(&label) || ASCII.contains(&label.as_str()) {
            return guess_or(bytes, fallback);
        }
    }
    // The Encoding Standard decodes neither.
    match label.as_str() {
        "iso-2022-kr" | "csiso2022kr" => return shifted(bytes).unwrap_or_else(|| guess_or(bytes, fallback)),
        "hz-gb-2312" | "hz" | "hz-gb2312" => return hz(bytes),
        _ => {}
    }
    if let Some(found) = encoding(&label) {
        return found.decode(bytes).0.into_owned();
    }
    let label = match label.as_str() {
        // The letters of western languages stand in the same places.
        "cp437" | "ibm437" | "437" => "ibm850",
        "unicode-1-1-utf-7" | "x-unicode-2-0-utf-7" | "utf7" => "utf-7",
        other => other,
    };
    match charset_decoder(label.as_bytes()) {
        Some(decoder) => decoder(bytes),
        None => guess_or(bytes, fallback),
    }
}

/// Names that programs write without knowing a charset.
fn says_nothing(label: &str) -> bool {
    matches!(
        label,
        "" | "utf-8"
            | "utf8"
            | "unicode-1-1-utf-8"
            | "unknown-8bit"
            | "unknown"
            | "x-unknown"
            | "x-user-defined"
            | "default"
            | "default_charset"
            | "none"
            | "8bit"
            | "7bit"
            | "binary"
    )
}

const ASCII: &[&str] = &["us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us"];

const LATIN: &[&str] = &[
    "us-ascii",
    "ascii",
    "ansi_x3.4-1968",
    "iso646-us",
    "iso-8859-1",
    "latin1",
    "windows-1252",
    "cp1252",
    "iso-8859-15",
];

fn plain_label(label: &str) -> String {
    label.trim().trim_matches(['"', '\'', ' ', ';']).to_ascii_lowercase()
}

/// The charset of a label, by the names of the Encoding Standard and those that programs write.
///
/// `None` for what says nothing about bytes beyond ASCII, and for what that standard does not have.
pub(crate) fn encoding(label: &str) -> Option<&'static Encoding> {
    let label = plain_label(label);
    if says_nothing(&label) || ASCII.contains(&label.as_str()) {
        return None;
    }
    let label = match label.as_str() {
        "cp932" | "ms932" | "shift-jis" | "x-ms-cp932" => "shift_jis",
        "cp949" | "ms949" | "x-windows-949" => "euc-kr",
        "cp936" | "ms936" | "windows-936" | "gb_2312" | "euc-cn" | "x-euc-cn" | "gb18030-2000" => "gbk",
        "cp950" | "windows-950" | "big5-eten" => "big5",
        "x-euc" | "eucjp" | "cp51932" => "euc-jp",
        "cp50220" | "cp50221" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-ms" => "iso-2022-jp",
        "iso-8859-8-e" => "iso-8859-8",
        "gb18030-2005" | "gb18030-2022" => "gb18030",
        other => other,
    };
    Encoding::for_label(label.as_bytes())
        // Decodes nothing, as its bytes might do harm on a page.
        .filter(|found| *found != encoding_rs::REPLACEMENT)
}

/// Text without a charset: UTF-8 where it is, what its escapes or its bytes look like otherwise. A
/// character that a bound cut in two is left out.
pub(crate) fn guess(bytes: &[u8]) -> String {
    guess_or(bytes, None)
}

/// The same; `fallback` is tried before the charset is guessed by the bytes.
pub(crate) fn guess_or(bytes: &[u8], fallback: Option<&'static Encoding>) -> String {
    if let Some(text) = shifted(bytes) {
        return text;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 && fallback.is_none() => {
            let (text, last) = bytes.split_at(error.valid_up_to());
            // One byte at the end of ASCII is a letter of a charset with one byte a letter.
            if text.is_ascii() && last.len() == 1 {
                return detect(bytes).decode_without_bom_handling(bytes).0.into_owned();
            }
            String::from_utf8_lossy(text).into_owned()
        }
        Err(_) => {
            let stated = fallback.and_then(|stated| {
                stated.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
            });
            stated.unwrap_or_else(|| detect(bytes).decode_without_bom_handling(bytes).0.into_owned())
        }
    }
}

/// The charset that bytes beyond ASCII look like.
///
/// Too few of them for statistics are windows-1252, as most programs that label nothing are western.
pub(crate) fn detect(bytes: &[u8]) -> &'static Encoding {
    let cut = &bytes[..bytes.len().min(MOST_DETECTED)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(cut, cut.len() == bytes.len());
    let found = detector.guess(None, Utf8Detection::Deny);
    if found.is_single_byte() && found != WINDOWS_1252 {
        let beyond = cut.iter().filter(|byte| !byte.is_ascii()).count();
        let runs = cut.split(|byte| byte.is_ascii()).any(|run| run.len() >= 3);
        if beyond < 6 && !runs {
            return WINDOWS_1252;
        }
    }
    found
}

/// Decodes text with the escapes of ISO-2022-JP (RFC 1468) or ISO-2022-KR (RFC 1557), which is ASCII
/// by its bytes and needs no label to be known; `None` for other text.
fn shifted(bytes: &[u8]) -> Option<String> {
    let mut escapes = memchr::memchr_iter(0x1b, bytes).map(|at| &bytes[at + 1..]);
    if bytes.iter().any(|byte| !byte.is_ascii()) {
        return None;
    }
    let first = escapes.find(|rest| {
        [&b"$B"[..], b"$@", b"(J", b"(I", b"$(D", b"$)C"].iter().any(|escape| rest.starts_with(escape))
    })?;
    if !first.starts_with(b"$)C") {
        return Some(ISO_2022_JP.decode_without_bom_handling(bytes).0.into_owned());
    }
    // Between SO and SI each letter is one of EUC-KR without its high bits.
    let mut shifted = false;
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            0x0e => shifted = true,
            0x0f => shifted = false,
            0x1b if after.starts_with(b"$)C") => rest = &after[3..],
            b'\n' => {
                shifted = false;
                decoded.push(b'\n');
            }
            byte => decoded.push(if shifted && *byte > 0x20 { byte | 0x80 } else { *byte }),
        }
    }
    Some(EUC_KR.decode_without_bom_handling(&decoded).0.into_owned())
}

/// Decodes HZ (RFC 1843): GB 2312 between `~{` and `~}`.
fn hz(bytes: &[u8]) -> String {
    let mut chinese = false;
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after.first()) {
            (b'~', Some(b'{')) => chinese = true,
            (b'~', Some(b'}')) => chinese = false,
            (b'~', Some(b'~')) if !chinese => decoded.push(b'~'),
            (b'~', Some(b'\n')) => {}
            (b'\n', _) => {
                chinese = false;
                decoded.push(b'\n');
                continue;
            }
            (byte, _) => {
                decoded.push(if chinese && *byte > 0x20 { byte | 0x80 } else { *byte });
                continue;
            }
        }
        rest = after.get(1..).unwrap_or_default();
    }
    GBK.decode_without_bom_handling(&decoded).0.into_owned()
}

/// Decodes `%20` and the like (RFC 3986 2.1); what is none stays.
pub(crate) fn percent_decoded(data: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(data.len());
    let mut rest = data;
    while let Some((byte, after)) = rest.split_first() {
        let digit = |index: usize| after.get(index).and_then(|byte| char::from(*byte).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high << 4 | low).unwrap_or_default());
                rest = &after[2..];
            }
            _ => {
                decoded.push(*byte);
                rest = after;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings_give_what_they_can() {
        assert_eq!(transfer(b"SGFsbG8=\r\n", "base64"), (Cow::Borrowed(&b"Hallo"[..]), true));
        assert_eq!(transfer(b"SGF!!sbG8=", "base64"), (Cow::Borrowed(&b"Hallo"[..]), false));
        assert_eq!(
            transfer(b"a=3D=\r\nb= \n=C3=a4=", "quoted-printable"),
            (Cow::Borrowed("a=bä".as_bytes()), true)
        );
        assert_eq!(transfer(b"1=2 =G0", "quoted-printable"), (Cow::Borrowed(&b"1=2 =G0"[..]), false));
    }

    #[test]
    fn wrong_labels_do_no_harm() {
        assert_eq!(charset("Käse".as_bytes(), Some("us-ascii")), "Käse");
        assert_eq!(charset(b"K\xe4se", Some("utf-8")), "Käse");
        assert_eq!(charset(b"K\xe4se", None), "Käse");
        assert_eq!(charset(b"\xa4", Some("iso-8859-15")), "€");
        assert_eq!(charset(b"K\xe4se", Some("x-nonsense")), "Käse");
        assert_eq!(charset(b"\xf0\xd2\xc9", Some("KOI8-R")), "При");
    }
}
