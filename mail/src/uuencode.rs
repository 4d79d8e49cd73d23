//! Files in uuencode, from before MIME: in the midst of a text, or as the encoding of a part.

use memchr::memchr;

use crate::decode;

/// The longest line that can begin a file, its name included.
const LONGEST_BEGIN: usize = 300;

/// A file that was found in a text.
pub(crate) struct Encoded {
    /// Where its first line begins.
    pub(crate) start: usize,
    /// Where the text goes on behind its last line.
    pub(crate) end: usize,
    /// The name as it stands in the first line.
    pub(crate) name: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
    /// Its last line was there.
    pub(crate) whole: bool,
}

/// Whether a Content-Transfer-Encoding means uuencode, lower-case.
pub(crate) fn is_encoding(encoding: &str) -> bool {
    matches!(encoding, "x-uuencode" | "x-uuencoded" | "uuencode" | "uuencoded" | "x-uue" | "uue" | "x-uu")
}

/// The first file in a text.
///
/// A line `begin 644 name` alone makes none: a line must follow that is encoded, or the end.
pub(crate) fn first(text: &[u8]) -> Option<Encoded> {
    let mut at = 0;
    while at < text.len() {
        let end = line_end(text, at);
        if let Some((name, base64)) = begin(&text[at..end])
            && let Some((bytes, after, whole)) =
                if base64 { base64_contents(text, end) } else { contents(text, end) }
        {
            return Some(Encoded { start: at, end: after, name: name.to_vec(), bytes, whole });
        }
        at = end;
    }
    None
}

/// The name in a line such as `begin 644 report.txt`, and whether base64 follows, as POSIX has it.
fn begin(line: &[u8]) -> Option<(&[u8], bool)> {
    if line.len() > LONGEST_BEGIN {
        return None;
    }
    let base64 = line.starts_with(b"begin-base64 ");
    let rest = line.strip_prefix(if base64 { &b"begin-base64 "[..] } else { b"begin " })?.trim_ascii();
    let space = memchr(b' ', rest)?;
    let (mode, name) = (&rest[..space], rest[space..].trim_ascii());
    let octal = (3..=5).contains(&mode.len()) && mode.iter().all(|digit| (b'0'..=b'7').contains(digit));
    let unquoted = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\""));
    let name = unquoted.unwrap_or(name);
    (octal && !name.is_empty()).then_some((name, base64))
}

/// The same as [`contents`] for base64, which ends with a line of `====`.
fn base64_contents(text: &[u8], start: usize) -> Option<(Vec<u8>, usize, bool)> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut at = start;
    while at < text.len() {
        let end = line_end(text, at);
        let line = text[at..end].trim_ascii_end();
        let last = line == b"====";
        if last || line.is_empty() || !line.iter().all(is_letter) {
            let (bytes, decoded) = decode::transfer(&text[start..at], "base64");
            return (at > start).then(|| (bytes.into_owned(), if last { end } else { at }, last && decoded));
        }
        at = end;
    }
    None
}

/// The bytes of a file, where it ends, and whether its end is there.
fn contents(text: &[u8], start: usize) -> Option<(Vec<u8>, usize, bool)> {
    let mut bytes = Vec::new();
    let mut at = start;
    // A line of no bytes, before the end; some servers cut its space away.
    let mut last = None;
    while at < text.len() {
        let end = line_end(text, at);
        let line = text[at..end].trim_ascii_end();
        if line == b"end" && (!bytes.is_empty() || last == Some(&b"`"[..])) {
            return Some((bytes, end, true));
        }
        if matches!(line, b"" | b"`") && last.is_none() {
            last = Some(line);
        } else if last.is_some() || !decode_line(line, &mut bytes) {
            break;
        }
        at = end;
    }
    (!bytes.is_empty()).then_some((bytes, at, false))
}

/// Adds the bytes of a line; `false` when it is none.
fn decode_line(line: &[u8], bytes: &mut Vec<u8>) -> bool {
    let Some((length, letters)) = line.split_first() else { return false };
    let Some(length) = value(*length).map(usize::from).filter(|length| (1..=45).contains(length)) else {
        return false;
    };
    // Spaces at the end may be lost; a check sum may follow.
    let full = length.div_ceil(3) * 4;
    if letters.len() > full + 2 || letters.iter().any(|letter| value(*letter).is_none()) {
        return false;
    }
    // A word is no line: of its letters, most are missing.
    if letters.len() + 4 <= full && letters.len() * 2 < full {
        return false;
    }
    let before = bytes.len();
    for at in (0..full).step_by(4) {
        let letter = |index: usize| letters.get(at + index).and_then(|letter| value(*letter)).unwrap_or(0);
        let (one, two, three, four) = (letter(0), letter(1), letter(2), letter(3));
        bytes.extend([one << 2 | two >> 4, two << 4 | three >> 2, three << 6 | four]);
    }
    bytes.truncate(before + length);
    true
}

/// Six bits; a grave accent is written for the space.
fn value(letter: u8) -> Option<u8> {
    (b' '..=b'`').contains(&letter).then(|| (letter - b' ') & 0x3f)
}

fn line_end(text: &[u8], at: usize) -> usize {
    memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_out_whatever_stands_around_it() {
        let text = b"Hello\r\nbegin 644 my report.txt\r\n%:&5L;&\\\r\n`\r\nend\r\nBye\r\n";
        let file = first(text).expect("a file");
        assert_eq!(
            (&file.name[..], &file.bytes[..], file.whole),
            (&b"my report.txt"[..], &b"hello"[..], true)
        );
        assert_eq!((&text[..file.start], &text[file.end..]), (&b"Hello\r\n"[..], &b"Bye\r\n"[..]));
        let cut = first(b"begin 755 a\n%:&5L;&\\\n").expect("a file");
        assert!(cut.bytes == b"hello" && !cut.whole);
        assert!(first(b"begin 644 empty\n`\nend\n").is_some_and(|file| file.bytes.is_empty() && file.whole));
    }

    #[test]
    fn words_are_no_file() {
        for text in [
            "begin 644 times\nand stop\n",
            "begin 2026 with us\n\nHello\nend\n",
            "begin  here\nend\n",
            "to begin 644 a\n%:&5L;&\\\n`\nend\n",
            "begin 644 a\n",
            "begin 644\n%:&5L;&\\\nend\n",
        ] {
            assert!(first(text.as_bytes()).is_none(), "{text}");
        }
    }
}
