//! The same for HTML that was cleaned: only what is text in it is compared.

use std::ops::Range;

use super::people::without;
use super::words::{Word, push_words, words};
use super::{GRAM, KnownTexts, LEFT_OUT, OWN_WORDS, reference};
use crate::header_block;
use crate::html::ends_line;
use crate::html::tokens::{Token, Tokens, decode_entities};

/// A piece of text between two tags.
struct Piece {
    /// Its bytes in the HTML.
    html: Range<usize>,
    /// Its bytes in the text.
    text: Range<usize>,
    /// Whether it stands in a `blockquote`.
    quoted: bool,
}

impl KnownTexts {
    /// Returns HTML with references in place of what it repeats, as [`without_repeats`](Self::without_repeats)
    /// does it. A quote begins with a `blockquote`, or with the first words that are no coincidence:
    /// some programs mark nothing.
    pub fn html_without_repeats(&self, html: &str, name: impl Fn(usize, Range<usize>) -> String) -> String {
        let (text, pieces) = split(html);
        let mut found: Vec<Word> = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let before = found.len();
            push_words(&mut found, &text[piece.text.clone()], piece.text.start, index, false);
            // A tag may stand within a word.
            if before > 0 && found.get(before).is_some_and(|word| word.at.start == found[before - 1].at.end) {
                let rest = found.remove(before);
                found[before - 1].text.push_str(&rest.text);
                found[before - 1].at.end = rest.at.end;
            }
        }
        let marked = pieces.iter().position(|piece| piece.quoted);
        let first = self.first_repeat(&text);
        let begins = marked
            .into_iter()
            .chain(first.and_then(|at| pieces.iter().position(|piece| piece.text.end > at)));
        let Some(begins) = begins.min() else { return html.to_owned() };
        let named = first_naming_line(&text[..pieces[begins].text.start]);
        let quoted: Vec<bool> = (0..pieces.len()).map(|index| index >= begins).collect();
        let repeats = self.find(&text, &found, &quoted);
        let mut written = String::with_capacity(html.len());
        let mut at = 0;
        let repeats = repeats.iter().filter(|repeat| !self.texts[repeat.text].template);
        let mut changes: Vec<(Range<usize>, String)> = repeats
            .map(|repeat| (repeat.at.clone(), reference(&name(repeat.text, repeat.of.clone()))))
            .collect();
        let names = self.names_in(&found).into_iter().filter(|at| at.start >= named);
        for at in self.addresses_in(&text).into_iter().chain(names) {
            if !changes.iter().any(|(change, _)| change.start < at.end && at.start < change.end) {
                changes.push((at, LEFT_OUT.to_owned()));
            }
        }
        changes.sort_by_key(|(change, _)| change.start);
        let mut changes = changes.into_iter().peekable();
        // The end of the last change, which may be in a later piece than its beginning.
        let mut changed = 0;
        for piece in &pieces {
            written.push_str(&self.without_addresses(&html[at..piece.html.start]));
            at = piece.html.end;
            let mut kept = String::new();
            let mut from = piece.text.start.max(changed.min(piece.text.end));
            while let Some((change, instead)) = changes.next_if(|(change, _)| change.start < piece.text.end) {
                kept.push_str(&text[from..change.start.max(from)]);
                kept.push_str(&instead);
                changed = change.end;
                from = changed.min(piece.text.end);
            }
            kept.push_str(&text[from..piece.text.end]);
            let shown = self.without_addresses(&kept);
            if shown == text[piece.text.clone()] {
                written.push_str(&html[piece.html.clone()]);
            } else {
                written.push_str(&escape(&shown));
            }
        }
        written.push_str(&self.without_addresses(&html[at..]));
        written
    }

    /// Where words begin that are no coincidence: many in a row, or a whole line of some.
    fn first_repeat(&self, text: &str) -> Option<usize> {
        let found = words(text);
        let strong = self.find(text, &found, &[]).first().map(|repeat| repeat.at.start);
        let quoted = vec![true; text.split('\n').count()];
        let lines = self.find(text, &found, &quoted).into_iter().find(|repeat| {
            let line = text[..repeat.at.start].rfind('\n').map_or(0, |at| at + 1);
            let end = text[line..].find('\n').map_or(text.len(), |length| line + length);
            let count = words(&text[repeat.at.clone()]).len();
            !self.texts[repeat.text].own
                && (count > GRAM && count == words(&text[line..end]).len() || count >= OWN_WORDS)
        });
        strong.into_iter().chain(lines.map(|repeat| repeat.at.start)).min()
    }

    fn without_addresses(&self, html: &str) -> String {
        self.people.iter().fold(html.to_owned(), |html, person| {
            without(&without(&html, &person.address), &person.address.replace('@', "%40"))
        })
    }
}

/// Where the lines begin that say who wrote what is quoted below: an attribution, or a block of headers.
fn first_naming_line(above: &str) -> usize {
    let above = above.trim_end();
    let start_of = |end: usize| above[..end].rfind('\n').map_or(0, |at| at + 1);
    let mut start = start_of(above.len());
    while start > 0 {
        let before = start_of(start - 1);
        let line = above[before..start].trim();
        if !line.is_empty() && !header_block::is_line(line) {
            break;
        }
        start = before;
    }
    start
}

/// The text of some HTML, and the pieces of which it is made.
fn split(html: &str) -> (String, Vec<Piece>) {
    let mut text = String::new();
    let mut pieces = Vec::new();
    let mut depth = 0_usize;
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(raw) => {
                // It is the last of what was read.
                let end = tokens.at();
                let from = text.len();
                text.push_str(&decode_entities(raw));
                pieces.push(Piece { html: end - raw.len()..end, text: from..text.len(), quoted: depth > 0 });
            }
            Token::Open(tag, _) => {
                depth += usize::from(tag == "blockquote");
                end_line(&mut text, &tag);
            }
            Token::Close(tag) => {
                depth = depth.saturating_sub(usize::from(tag == "blockquote"));
                end_line(&mut text, &tag);
            }
            Token::Raw(_) => {}
        }
    }
    (text, pieces)
}

/// Tags that may stand within a word.
const WITHIN_WORDS: &[&str] = &[
    "a", "abbr", "b", "big", "code", "del", "em", "font", "i", "ins", "mark", "s", "small", "span", "strike",
    "strong", "sub", "sup", "tt", "u", "wbr",
];

fn end_line(text: &mut String, tag: &str) {
    if ends_line(tag) {
        if !text.ends_with('\n') {
            text.push('\n');
        }
    } else if !WITHIN_WORDS.contains(&tag) && !text.ends_with(char::is_whitespace) {
        text.push(' ');
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
