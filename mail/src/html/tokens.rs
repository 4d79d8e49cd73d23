//! Splits HTML into tags and text, in one pass, in time that grows with the length only.
//!
//! It need not agree with browsers: what is made of its tokens is written anew, escaped, and
//! cleaned by `ammonia` again. It must be bounded: a browser's algorithm takes hours on a tag with
//! a million attributes, or on formatting that is opened over and over.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::DataAddress;

/// Attributes of a tag that are looked at.
const MOST_ATTRIBUTES: usize = 32;

/// Bytes of an attribute that are looked at.
const LONGEST_ATTRIBUTE: usize = 4_096;

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// Text with its entities as they stand.
    Text(&'a str),
    /// `<name …>`, the name in small letters.
    Open(String, Vec<(String, String)>),
    /// `</name>`.
    Close(String),
    /// What stands in an element whose content is no text of the page (`style`, `script`).
    Raw(&'a str),
}

/// Elements whose content is no HTML, and nothing that anybody wrote.
const RAW: &[&str] = &["style", "script", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"];

pub(crate) struct Tokens<'a> {
    html: &'a str,
    at: usize,
    /// The raw element that was opened last: its end is looked for next.
    raw: Option<&'static str>,
    /// What is known not to come any more, so that nobody looks for it again and again.
    no_double: bool,
    no_single: bool,
    no_comment_end: bool,
    /// The `data:` addresses in the attributes so far.
    pub(super) data: Vec<DataAddress>,
}

/// `data:` addresses that are looked at; the files of a mail are fewer.
const MOST_DATA: usize = 1_000;

/// Attributes that show a picture, `SRC` in small letters.
const PICTURES: &[&str] = &["src", "background", "poster", "lowsrc", "dynsrc", "srcset", "xlink:href"];

impl<'a> Tokens<'a> {
    pub(crate) fn new(html: &'a str) -> Self {
        Self {
            html,
            at: 0,
            raw: None,
            no_double: false,
            no_single: false,
            no_comment_end: false,
            data: Vec::new(),
        }
    }

    /// The bytes that were read so far.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    fn bytes(&self) -> &'a [u8] {
        &self.html.as_bytes()[self.at..]
    }

    /// The content of a raw element, up to its end tag or the end.
    fn raw_content(&mut self, name: &str) -> Token<'a> {
        let start = self.at;
        let bytes = self.html.as_bytes();
        let mut at = start;
        let end = loop {
            let Some(found) = memmem::find(&bytes[at..], b"</") else { break bytes.len() };
            at += found;
            let after = &bytes[at + 2..];
            let matches =
                after.get(..name.len()).is_some_and(|got| got.eq_ignore_ascii_case(name.as_bytes()));
            if matches && !after.get(name.len()).is_some_and(u8::is_ascii_alphanumeric) {
                break at;
            }
            at += 2;
        };
        self.at = end;
        if name == "style" {
            self.note_data_within(start..end);
        }
        Token::Raw(&self.html[start..end])
    }

    /// Passes over a comment, a doctype or a processing instruction.
    fn skip_declaration(&mut self) {
        let bytes = self.bytes();
        let comment = bytes.starts_with(b"<!--");
        if comment && !self.no_comment_end {
            if let Some(end) = memmem::find(&bytes[2..], b"-->") {
                self.at += end + 5;
                return;
            }
            self.no_comment_end = true;
        }
        self.at += memchr(b'>', bytes).map_or(bytes.len(), |end| end + 1);
    }

    /// Where the value that begins with a quote ends; `None` when the quote never closes.
    fn closing(&mut self, from: usize, quote: u8) -> Option<usize> {
        let never = if quote == b'"' { &mut self.no_double } else { &mut self.no_single };
        if *never {
            return None;
        }
        let found = memchr(quote, &self.html.as_bytes()[from..]);
        *never = found.is_none();
        found.map(|length| from + length)
    }

    /// Reads `name="value" …>` from `at`; leaves `self.at` behind the `>`.
    fn attributes(&mut self, mut at: usize) -> Vec<(String, String)> {
        let bytes = self.html.as_bytes();
        let mut found = Vec::new();
        loop {
            while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/') {
                at += 1;
            }
            match bytes.get(at) {
                None => {
                    self.at = bytes.len();
                    return found;
                }
                Some(b'>') => {
                    self.at = at + 1;
                    return found;
                }
                Some(_) => {}
            }
            let start = at;
            at += 1;
            while bytes
                .get(at)
                .is_some_and(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'>' | b'/'))
            {
                at += 1;
            }
            let name = start..at;
            while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            let mut value = at..at;
            if bytes.get(at) == Some(&b'=') {
                at += 1;
                while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                    at += 1;
                }
                let quote = bytes.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
                let closed = quote.and_then(|quote| self.closing(at + 1, quote));
                if let Some(end) = closed {
                    value = at + 1..end;
                    at = end + 1;
                } else {
                    let start = at;
                    while bytes.get(at).is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'>') {
                        at += 1;
                    }
                    value = start..at;
                }
            }
            self.note_data(name.clone(), value.clone());
            if found.len() < MOST_ATTRIBUTES && name.len() <= 64 && value.len() <= LONGEST_ATTRIBUTE {
                let name = self.html.get(name).unwrap_or_default().to_ascii_lowercase();
                found.push((name, decode_entities(self.html.get(value).unwrap_or_default())));
            }
        }
    }
}

impl Tokens<'_> {
    /// Notes the `data:` addresses in the value of an attribute: the whole of it, or those in it.
    fn note_data(&mut self, name: Range<usize>, value: Range<usize>) {
        let Some(written) = self.html.get(value.clone()).filter(|value| value.len() > 5) else { return };
        let name = self.html.get(name).unwrap_or_default().to_ascii_lowercase();
        let is_picture = PICTURES.contains(&name.as_str());
        let head = &written[..written.floor_char_boundary(100)];
        if name != "srcset" && is_data(decode_entities(head).trim_start()) {
            if self.data.len() < MOST_DATA {
                self.data.push(DataAddress { range: value, is_picture });
            }
            return;
        }
        self.note_data_within(value);
    }

    /// Notes those in a style (`url(data:…)`) or in a list of pictures.
    fn note_data_within(&mut self, value: Range<usize>) {
        let Some(written) = self.html.get(value.clone()) else { return };
        let bytes = written.as_bytes();
        for colon in memchr::memchr_iter(b':', bytes) {
            if self.data.len() >= MOST_DATA
                || colon < 4
                || !is_data(written.get(colon - 4..).unwrap_or_default())
            {
                continue;
            }
            let start = value.start + colon - 4;
            if self.data.last().is_some_and(|before| before.range.end > start) {
                continue;
            }
            let before = colon.checked_sub(5).map(|at| bytes[at]);
            let ends = |byte: &u8| match before {
                Some(quote @ (b'"' | b'\'')) => *byte == quote,
                Some(b'(') => *byte == b')',
                _ => byte.is_ascii_whitespace() || matches!(byte, b')' | b'"' | b'\'' | b'&'),
            };
            let length = bytes[colon..].iter().position(ends).unwrap_or(bytes.len() - colon);
            self.data.push(DataAddress { range: start..value.start + colon + length, is_picture: false });
        }
    }
}

fn is_data(text: &str) -> bool {
    text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"))
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            return Some(self.raw_content(name));
        }
        loop {
            let bytes = self.bytes();
            if bytes.is_empty() {
                return None;
            }
            let length = if bytes[0] == b'<' { 0 } else { memchr(b'<', bytes).unwrap_or(bytes.len()) };
            if length > 0 {
                let text = &self.html[self.at..self.at + length];
                self.at += length;
                return Some(Token::Text(text));
            }
            match bytes.get(1) {
                Some(b'!' | b'?') => self.skip_declaration(),
                Some(b'/') if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                    let end = memchr2(b'>', b'<', &bytes[2..]).map_or(bytes.len(), |end| end + 2);
                    let name = self.html.get(self.at + 2..self.at + end).unwrap_or_default();
                    let name =
                        name.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default();
                    self.at += if bytes.get(end) == Some(&b'>') { end + 1 } else { end };
                    return Some(Token::Close(
                        name.chars().take(32).collect::<String>().to_ascii_lowercase(),
                    ));
                }
                Some(letter) if letter.is_ascii_alphabetic() => {
                    let inside = |byte: &&u8| !byte.is_ascii_whitespace() && !matches!(byte, b'>' | b'/');
                    let length = bytes[1..].iter().take_while(inside).count();
                    let name = self.html.get(self.at + 1..self.at + 1 + length).unwrap_or_default();
                    let name = name.chars().take(32).collect::<String>().to_ascii_lowercase();
                    let attributes = self.attributes(self.at + 1 + length);
                    self.raw = RAW.iter().find(|raw| **raw == name).copied();
                    return Some(Token::Open(name, attributes));
                }
                _ => {
                    // A sign that somebody typed.
                    self.at += 1;
                    return Some(Token::Text("<"));
                }
            }
        }
    }
}

/// Decodes entities; what is none stays as it is. Control characters fall away: they stand for
/// marks of ours afterwards.
pub(crate) fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        rest = &rest[start..];
        let name = rest
            .bytes()
            .skip(1)
            .take(32)
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#')
            .count();
        if name > 0 && rest.as_bytes().get(name + 1) == Some(&b';') {
            mail_parser::decoders::html::add_html_token(&mut decoded, &rest.as_bytes()[..name + 2], false);
            rest = &rest[name + 2..];
        } else {
            decoded.push('&');
            rest = &rest[1..];
        }
    }
    decoded.push_str(rest);
    decoded.retain(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(name: &str, attributes: &[(&str, &str)]) -> Token<'static> {
        Token::Open(name.into(), attributes.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect())
    }

    #[test]
    fn tags_are_found_however_they_are_written() {
        let tokens: Vec<_> = Tokens::new("a <B x=1 Y='2>' z>b</b ><!-- <i> --><br/>1 < 2</>").collect();
        let expected = [
            Token::Text("a "),
            open("b", &[("x", "1"), ("y", "2>"), ("z", "")]),
            Token::Text("b"),
            Token::Close("b".into()),
            open("br", &[]),
            Token::Text("1 "),
            Token::Text("<"),
            Token::Text(" 2"),
            Token::Text("<"),
            Token::Text("/>"),
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn quotes_that_never_close_swallow_nothing() {
        let tokens: Vec<_> = Tokens::new("<a href=\"x>text</a><style>p{}</STYLE>after<script>x").collect();
        assert!(tokens.contains(&Token::Text("text")) && tokens.contains(&Token::Text("after")));
        assert!(tokens.contains(&Token::Raw("p{}")) && tokens.contains(&Token::Raw("x")));
    }

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(
            decode_entities("&lt;b&gt; &amp;lt; &auml;&#228;&#xe4; &nope; & &#1;"),
            "<b> &lt; äää &nope; & "
        );
    }
}
