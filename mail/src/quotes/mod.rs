//! Finds what a mail repeats of texts that are known, so that only a reference to them is kept.
//!
//! Words are compared and not lines: mail programs wrap what they quote anew. In a quote three words
//! in a row are enough, or a whole line; elsewhere a person may use the same words, so it takes
//! [`OWN_WORDS`] of them, and somebody else's text.

mod answers;
mod html;
mod people;
pub(crate) mod reference;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;
use std::ops::Range;

pub use self::people::Participant;
pub use self::reference::{reference, references, replace_references};
use self::words::{Word, end_of_signs, words};
use crate::phrases;

/// Words in a row that are no coincidence outside of a quote.
const OWN_WORDS: usize = 8;

/// Words in a row that are compared first.
const GRAM: usize = 3;

/// Places of the same three words that are looked at.
const MOST_PLACES: usize = 16;

/// Stands where somebody's name or address stood.
pub const LEFT_OUT: &str = "[…]";

/// A text that may be repeated.
pub struct KnownText {
    /// What it says, as it is stored.
    pub text: String,
    /// Whether whoever wrote the mail wrote this as well: repeating oneself is no quote.
    pub own: bool,
    /// Whether it is what the desk itself says in its mails, which needs no reference.
    pub template: bool,
}

/// A piece of a mail that repeats a known text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The bytes of the mail's text.
    pub at: Range<usize>,
    /// The index of the known text.
    pub text: usize,
    /// The bytes of the known text.
    pub of: Range<usize>,
}

/// Texts that a mail may repeat, and people whom it may name.
pub struct KnownTexts {
    texts: Vec<KnownText>,
    people: Vec<Participant>,
    /// The words of their names.
    names: Vec<Vec<String>>,
    /// Of each text its words: their numbers and places.
    words: Vec<Vec<(u32, Range<usize>)>>,
    numbers: HashMap<String, u32>,
    grams: HashMap<[u32; GRAM], Vec<(usize, usize)>>,
    /// Lines of fewer words than [`GRAM`].
    short_lines: HashMap<Vec<u32>, (usize, Range<usize>)>,
}

/// Of each line whether it belongs to an older mail that begins within the text.
fn older_lines(text: &str, rest: bool) -> Vec<bool> {
    let mut older = rest;
    let lines = text.split('\n').map(|line| {
        older |= phrases::is_forward(line.trim()) || phrases::is_history(line.trim());
        older
    });
    lines.collect()
}

/// Where words stand that a text has in common with a known one.
struct Run {
    /// The first of the mail's words, and how many.
    start: usize,
    length: usize,
    text: usize,
    /// The first word of the known text.
    of: usize,
}

impl KnownTexts {
    /// Takes the texts, and the people who are named in what stands around a quote.
    pub fn new(texts: Vec<KnownText>, people: Vec<Participant>) -> Self {
        let mut known = Self {
            names: people::names(&people),
            people,
            words: Vec::with_capacity(texts.len()),
            numbers: HashMap::new(),
            grams: HashMap::new(),
            short_lines: HashMap::new(),
            texts: Vec::new(),
        };
        for (index, text) in texts.iter().enumerate() {
            known.learn(index, &text.text);
        }
        known.texts = texts;
        known
    }

    fn learn(&mut self, index: usize, text: &str) {
        let found = words(text);
        let mut numbered: Vec<(u32, Range<usize>)> = Vec::with_capacity(found.len());
        for (place, word) in found.iter().enumerate() {
            // A gap that equals no word.
            if word.apart && place > 0 {
                numbered.push((u32::MAX, word.at.start..word.at.start));
            }
            let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX - 1);
            let number = *self.numbers.entry(word.text.clone()).or_insert(next);
            numbered.push((number, word.at.clone()));
        }
        for (place, gram) in numbered.windows(GRAM).enumerate() {
            let key = [gram[0].0, gram[1].0, gram[2].0];
            let places = self.grams.entry(key).or_default();
            if places.len() < MOST_PLACES {
                places.push((index, place));
            }
        }
        for line in found.chunk_by(|one, next| one.piece == next.piece) {
            if line.len() < GRAM && !line.iter().skip(1).any(|word| word.apart) {
                let numbers = line.iter().map(|word| self.numbers[&word.text]).collect();
                let of = line[0].at.start..line[line.len() - 1].at.end;
                self.short_lines.entry(numbers).or_insert((index, of));
            }
        }
        self.words.push(numbered);
    }

    /// Returns what a text repeats, line by line and in order. In a `rest` everything was quoted; in
    /// other texts what a sign marks, and what follows the beginning of an older mail.
    pub fn repeats(&self, text: &str, rest: bool) -> Vec<Repeat> {
        let older = older_lines(text, rest);
        let quoted: Vec<bool> =
            text.split('\n').zip(older).map(|(line, older)| older || people::is_marked(line)).collect();
        self.find(text, &words(text), &quoted)
    }

    /// Returns a text with references in place of what it repeats, and without the names and addresses
    /// of others around it. `name` makes the name of a reference to some bytes of a known text.
    pub fn without_repeats(
        &self,
        text: &str,
        rest: bool,
        name: impl Fn(usize, Range<usize>) -> String,
    ) -> String {
        let repeats = self.repeats(text, rest);
        let replaced = self.replace(text, &repeats, name);
        self.without_people(&replaced, rest)
    }

    /// Returns whether a mail repeats words of a conversation, so that it is a copy of a part of it.
    pub fn is_repeated_in(&self, text: &str) -> bool {
        !self.find(text, &words(text), &[]).is_empty()
    }

    fn replace(
        &self,
        text: &str,
        repeats: &[Repeat],
        name: impl Fn(usize, Range<usize>) -> String,
    ) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut at = 0;
        for repeat in repeats.iter().filter(|repeat| !self.texts[repeat.text].template) {
            replaced.push_str(&text[at..repeat.at.start]);
            replaced.push_str(&reference(&name(repeat.text, repeat.of.clone())));
            at = repeat.at.end;
        }
        replaced.push_str(&text[at..]);
        replaced
    }

    /// `quoted` says of each piece whether it stands in a quote.
    fn find(&self, text: &str, found: &[Word], quoted: &[bool]) -> Vec<Repeat> {
        let numbers: Vec<Option<u32>> =
            found.iter().map(|word| self.numbers.get(&word.text).copied()).collect();
        let is_quoted = |index: usize| quoted.get(found[index].piece).copied().unwrap_or(false);
        let mut repeats = Vec::new();
        let mut at = 0;
        while at < found.len() {
            if let Some(run) = self.longest_run(&numbers, at) {
                let in_quote = (run.start..run.start + run.length).any(is_quoted);
                let long = run.length >= OWN_WORDS;
                if in_quote || long && !self.texts[run.text].own {
                    self.push_pieces(text, found, &run, &mut repeats);
                }
                if in_quote || long {
                    at += run.length;
                    continue;
                }
            }
            let line = found[at..].iter().take_while(|word| word.piece == found[at].piece).count();
            let first = at == 0 || found[at - 1].piece != found[at].piece;
            if first && line < GRAM && is_quoted(at) {
                let key: Option<Vec<u32>> = numbers[at..at + line].iter().copied().collect();
                if let Some((text_index, of)) = key.and_then(|key| self.short_lines.get(&key)) {
                    let end = end_of_signs(text, found[at + line - 1].at.end);
                    let of = of.start..end_of_signs(&self.texts[*text_index].text, of.end);
                    repeats.push(Repeat { at: found[at].at.start..end, text: *text_index, of });
                }
                at += line;
                continue;
            }
            at += 1;
        }
        repeats
    }

    fn longest_run(&self, numbers: &[Option<u32>], start: usize) -> Option<Run> {
        let [Some(a), Some(b), Some(c)] = numbers.get(start..start + GRAM)? else { return None };
        let places = self.grams.get(&[*a, *b, *c])?;
        let runs = places.iter().map(|(text, of)| {
            let known = &self.words[*text][*of..];
            let same = |(number, known): &(&Option<u32>, &(u32, Range<usize>))| **number == Some(known.0);
            let length = numbers[start..].iter().zip(known).take_while(same).count();
            Run { start, length, text: *text, of: *of }
        });
        // The first of those that are as long: the oldest text.
        runs.reduce(|best, run| if run.length > best.length { run } else { best })
    }

    /// Splits a run where a line of the mail ends.
    fn push_pieces(&self, text: &str, found: &[Word], run: &Run, repeats: &mut Vec<Repeat>) {
        let known = &self.words[run.text][run.of..run.of + run.length];
        let mut index = 0;
        for piece in found[run.start..run.start + run.length].chunk_by(|one, next| one.piece == next.piece) {
            let (first, last) = (index, index + piece.len() - 1);
            index += piece.len();
            let of = &self.texts[run.text].text;
            repeats.push(Repeat {
                at: piece[0].at.start..end_of_signs(text, piece[piece.len() - 1].at.end),
                text: run.text,
                of: known[first].1.start..end_of_signs(of, known[last].1.end),
            });
        }
    }
}
