//! Texts that are looked for in bytes, in all forms in which a text may lie around.

use std::collections::BTreeMap;
use std::io::{self, Read};

use aho_corasick::{AhoCorasick, BuildError};
use data_encoding::{BASE64, BASE64URL, HEXLOWER};

/// Shorter texts are found everywhere by chance.
pub(crate) const SHORTEST: usize = 6;

/// Bytes of a file that are looked at in one go.
const PIECE: usize = 1 << 20;

/// So many places are told; there is no use in more.
pub(crate) const MOST: usize = 1000;

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trace {
    /// A file and the byte in it, or a table and its column.
    pub place: String,
    /// The number of the line that was looked for, from 1.
    pub line: usize,
    /// In which form it stands there.
    pub form: &'static str,
}

/// Why a text cannot be looked for.
#[derive(Debug, thiserror::Error)]
pub enum NeedleError {
    /// Too short.
    #[error("line {line} is too short to be looked for: it needs {SHORTEST} bytes or more")]
    TooShort {
        /// The number of the line, from 1.
        line: usize,
    },
    /// No line at all.
    #[error("there is nothing to look for: give one text a line")]
    Nothing,
    /// More text than fits into one search.
    #[error("this is too much to be looked for at once: {0}")]
    TooMuch(#[from] BuildError),
}

/// What is looked for, in all forms.
pub struct Needles {
    matcher: AhoCorasick,
    /// Of each pattern the line and the form.
    patterns: Vec<(usize, &'static str)>,
    /// Bytes of the longest pattern.
    longest: usize,
    pub(crate) lines: Vec<(usize, String)>,
}

impl Needles {
    /// Takes one text a line; empty lines are left out.
    ///
    /// # Errors
    /// [`NeedleError`].
    pub fn parse(lines: &str) -> Result<Self, NeedleError> {
        let lines: Vec<(usize, String)> = lines
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim().to_owned()))
            .filter(|(_, line)| !line.is_empty())
            .collect();
        if lines.is_empty() {
            return Err(NeedleError::Nothing);
        }
        let mut patterns = BTreeMap::new();
        for (line, text) in &lines {
            if text.len() < SHORTEST {
                return Err(NeedleError::TooShort { line: *line });
            }
            for (form, bytes) in forms(text) {
                patterns.entry(bytes.to_ascii_lowercase()).or_insert((*line, form));
            }
        }
        let longest = patterns.keys().map(Vec::len).max().unwrap_or_default();
        let matcher = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns.keys())?;
        Ok(Self { matcher, patterns: patterns.into_values().collect(), longest, lines })
    }

    /// Whether one of the texts stands in some bytes, in whatever form.
    pub(crate) fn occur_in(&self, bytes: &[u8]) -> bool {
        let mut found = Vec::new();
        // Reading from memory does not fail; if it could, it would count as found.
        self.search(bytes, |_| String::new(), &mut found).is_err() || !found.is_empty()
    }

    /// Looks through a stream. `place` makes the name of a place of its byte.
    pub(crate) fn search(
        &self,
        mut stream: impl Read,
        place: impl Fn(u64) -> String,
        found: &mut Vec<Trace>,
    ) -> io::Result<()> {
        // A match may be spread over lines, as in a mail's base64: so many bytes more.
        let overlap = self.longest * 2 + 16;
        let mut buffer: Vec<u8> = Vec::with_capacity(PIECE + overlap);
        // Where the buffer begins in the stream, and how much of it was looked at before.
        let (mut start, mut known) = (0_u64, 0);
        loop {
            let read = stream.by_ref().take(PIECE as u64).read_to_end(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            let mut note = |at: usize, end: usize, pattern: usize| {
                if end > known && found.len() < MOST {
                    let (line, form) = self.patterns[pattern];
                    found.push(Trace { place: place(start + at as u64), line, form });
                }
            };
            for hit in self.matcher.find_overlapping_iter(&buffer) {
                note(hit.start(), hit.end(), hit.pattern().as_usize());
            }
            let (joined, places) = without_line_breaks(&buffer);
            if joined.len() < buffer.len() {
                for hit in self.matcher.find_overlapping_iter(&joined) {
                    let (at, end) = (places[hit.start()], places[hit.end() - 1] + 1);
                    // What stands in one line was found above.
                    if end - at > hit.len() {
                        note(at, end, hit.pattern().as_usize());
                    }
                }
            }
            known = buffer.len().min(overlap);
            let gone = buffer.len() - known;
            buffer.drain(..gone);
            start += gone as u64;
        }
    }
}

/// Without line breaks and the soft ones of quoted-printable, and where each byte stood.
pub(crate) fn without_line_breaks(bytes: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let mut joined = Vec::with_capacity(bytes.len());
    let mut places = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        let breaks = match byte {
            b'\r' | b'\n' => true,
            b'=' => matches!(bytes.get(at + 1), Some(b'\r' | b'\n')),
            _ => false,
        };
        if !breaks {
            joined.push(*byte);
            places.push(at);
        }
    }
    (joined, places)
}

/// The forms in which a text may lie around. ASCII letters are compared in either case.
pub(crate) fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = Vec::new();
    for cased in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
        let bytes = cased.as_bytes();
        forms.push(("plain text", bytes.to_vec()));
        forms.push(("UTF-16LE", cased.encode_utf16().flat_map(u16::to_le_bytes).collect()));
        forms.push(("UTF-16BE", cased.encode_utf16().flat_map(u16::to_be_bytes).collect()));
        forms.push(("hex", HEXLOWER.encode(bytes).into_bytes()));
        let escape = |sign: char, kept: &[u8]| escaped(bytes, sign, kept);
        let (some, all): (&[u8], &[u8]) = (b" !\"#$%&'()*+,-./:;<>?@[\\]^_`{|}~", b"");
        forms.push(("quoted-printable", escape('=', some)));
        forms.push(("quoted-printable", escape('=', b"-._*+/!")));
        forms.push(("quoted-printable", replaced(escape('=', b" -._*+/!"), b' ', b"_")));
        for kept in [all, b"@", b"@+", b"-._~", b"-._~@", b"-._~@!$&'()*+,;=:/?"] {
            forms.push(("percent-encoded", escape('%', kept)));
        }
        forms.push(("percent-encoded", replaced(escape('%', b" -._*"), b' ', b"+")));
        if let Some(latin) =
            cased.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<Vec<_>>>()
        {
            forms.push(("Latin-1", latin.clone()));
            forms.push(("quoted-printable", escaped(&latin, '=', some)));
        }
        let json: String = cased.chars().map(json_escaped).collect();
        forms.push(("JSON", json.into_bytes()));
        let json: String = cased.encode_utf16().map(json_ascii).collect();
        forms.push(("JSON", json.into_bytes()));
        let html =
            cased.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        forms.push(("HTML", html.into_bytes()));
    }
    // As it was written only: base64 of other letters is another text.
    for cased in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
        for shift in 0..3 {
            let mut padded = vec![0; shift];
            padded.extend_from_slice(cased.as_bytes());
            let (first, last) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
            for encoding in [BASE64, BASE64URL] {
                forms.push(("base64", encoding.encode(&padded).as_bytes()[first..last].to_vec()));
            }
        }
    }
    forms
}

/// Letters and digits as they are, and `kept`; everything else as a sign with two digits.
fn escaped(bytes: &[u8], sign: char, kept: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || kept.contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("{sign}{byte:02X}"));
        }
    }
    out.into_bytes()
}

fn replaced(bytes: Vec<u8>, from: u8, to: &[u8]) -> Vec<u8> {
    bytes.into_iter().flat_map(|byte| if byte == from { to.to_vec() } else { vec![byte] }).collect()
}

fn json_escaped(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        c => c.to_string(),
    }
}

fn json_ascii(unit: u16) -> String {
    match u8::try_from(unit).ok().filter(u8::is_ascii).map(char::from) {
        Some(c) => json_escaped(c),
        None => format!("\\u{unit:04x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Zoë Müller & Söhne+1@example.com";

    fn traces(needles: &Needles, bytes: &[u8]) -> Vec<Trace> {
        let mut found = Vec::new();
        needles.search(bytes, |at| at.to_string(), &mut found).expect("reads");
        found
    }

    fn finds(text: &str, bytes: &[u8], form: &str) {
        let needles = Needles::parse(text).expect("needles");
        let found = traces(&needles, bytes);
        assert!(found.iter().any(|trace| trace.form == form), "{form}: {found:?}");
    }

    #[test]
    fn every_form_is_found() {
        finds(TEXT, "xx zoë müller & söhne+1@EXAMPLE.com xx".as_bytes(), "plain text");
        finds(TEXT, "ZOË MÜLLER & SÖHNE+1@EXAMPLE.COM".as_bytes(), "plain text");
        let wide = |endian: fn(u16) -> [u8; 2]| TEXT.encode_utf16().flat_map(endian).collect::<Vec<_>>();
        finds(TEXT, &wide(u16::to_le_bytes), "UTF-16LE");
        finds(TEXT, &wide(u16::to_be_bytes), "UTF-16BE");
        finds(TEXT, HEXLOWER.encode(TEXT.as_bytes()).to_uppercase().as_bytes(), "hex");
        finds(TEXT, b"Zo=C3=AB M=C3=BCller & S=C3=B6hne+1@example.com", "quoted-printable");
        finds(TEXT, b"=?UTF-8?Q?Zo=C3=AB_M=C3=BCller_=26_S=C3=B6hne+1=40example.com?=", "quoted-printable");
        finds(TEXT, b"Zo=EB M=FCller & S=F6hne+1@example.com", "quoted-printable");
        finds(TEXT, b"Zo=C3=AB M=C3=BC=\r\nller & S=C3=B6hne+1@ex=\nample.com", "quoted-printable");
        finds(TEXT, b"q=Zo%C3%AB%20M%c3%bcller%20%26%20S%C3%B6hne%2B1%40example.com&", "percent-encoded");
        finds(TEXT, b"q=Zo%C3%AB+M%C3%BCller+%26+S%C3%B6hne%2B1%40example.com&", "percent-encoded");
        finds("ada+1@example.com", b"mailto:ada%2B1@example.com", "percent-encoded");
        finds(TEXT, b"Zo\xEB M\xFCller & S\xF6hne+1@example.com", "Latin-1");
        finds(TEXT, br#""Zo\u00EB M\u00fcller & S\u00f6hne+1@example.com""#, "JSON");
        finds("Say \"please\"", br#"{"a":"Say \"please\""}"#, "JSON");
        finds(TEXT, "Zoë Müller &amp; Söhne+1@example.com".as_bytes(), "HTML");
        for before in ["", "a", "ab", "abc"] {
            let text = format!("{before}{TEXT} and more");
            finds(TEXT, BASE64.encode(text.as_bytes()).as_bytes(), "base64");
            finds(TEXT, BASE64URL.encode(text.as_bytes()).as_bytes(), "base64");
            let lines: String = BASE64
                .encode(text.repeat(9).as_bytes())
                .as_bytes()
                .chunks(20)
                .map(|line| format!("{}\r\n", String::from_utf8_lossy(line)))
                .collect();
            finds(TEXT, lines.as_bytes(), "base64");
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let needles = Needles::parse("ada@example.com\nLovelace").expect("needles");
        assert!(traces(&needles, b"adam@example.com ada@example.org Love lace QURB").is_empty());
        let mut noise = vec![0; 4 << 20];
        getrandom::fill(&mut noise).expect("randomness");
        assert!(traces(&needles, &noise).is_empty());
    }

    #[test]
    fn places_are_right_across_pieces() {
        let needles = Needles::parse("Jabberwock\n\nVorpalina").expect("needles");
        for at in [0, 1, PIECE - 100, PIECE - 5, PIECE - 1, PIECE, PIECE + 3, 2 * PIECE - 4, 3 * PIECE - 10] {
            let mut bytes = vec![b'.'; 3 * PIECE];
            bytes[at..at + 9].copy_from_slice(b"vorpaLINA".as_slice());
            let trace = Trace { place: at.to_string(), line: 3, form: "plain text" };
            assert_eq!(traces(&needles, &bytes), [trace], "{at}");
        }
        let mut bytes = vec![b'.'; 2 * PIECE];
        bytes[PIECE - 6..PIECE + 5].copy_from_slice(b"vorp=\r\nalin");
        bytes[PIECE + 5] = b'a';
        assert_eq!(traces(&needles, &bytes).len(), 1);
    }

    #[test]
    fn what_would_be_found_by_chance_is_refused() {
        assert!(matches!(Needles::parse("Jabberwock\nAda").err(), Some(NeedleError::TooShort { line: 2 })));
        assert!(matches!(Needles::parse(" \n").err(), Some(NeedleError::Nothing)));
    }
}
