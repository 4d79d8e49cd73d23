//! Names and addresses of others, in the lines that mail programs write above a quote.

use std::ops::Range;

use super::words::{Word, words};
use super::{KnownTexts, LEFT_OUT, older_lines};
use crate::{header_block, phrases};

/// Somebody who takes part in a conversation.
pub struct Participant {
    /// What they are called.
    pub name: Option<String>,
    /// Their address.
    pub address: String,
}

impl KnownTexts {
    /// Takes the names and addresses of others out of quoted lines, and of lines that say who wrote
    /// what is quoted. What somebody writes of others in words of their own stays.
    pub(super) fn without_people(&self, text: &str, rest: bool) -> String {
        if self.people.is_empty() {
            return text.to_owned();
        }
        let lines: Vec<&str> = text.split('\n').collect();
        let older = older_lines(text, rest);
        let changed = lines.iter().enumerate().map(|(index, line)| {
            let next = lines[index + 1..].iter().find(|line| !line.trim().is_empty());
            if older[index] || self.is_about_a_quote(line, next.copied()) {
                self.leave_out(line)
            } else {
                (*line).to_owned()
            }
        });
        changed.collect::<Vec<_>>().join("\n")
    }

    /// Whether a line is quoted, or says who wrote the next one.
    pub(super) fn is_about_a_quote(&self, line: &str, next: Option<&str>) -> bool {
        let trimmed = line.trim();
        is_marked(line)
            || header_block::may_begin(trimmed)
            || trimmed.ends_with([':', '：'])
                && (phrases::is_attribution(trimmed) || next.is_some_and(is_marked))
    }

    /// The line without names and addresses of others.
    pub(super) fn leave_out(&self, line: &str) -> String {
        let mut line =
            self.people.iter().fold(line.to_owned(), |line, person| without(&line, &person.address));
        for at in self.names_in(&words(&line)).into_iter().rev() {
            line.replace_range(at, LEFT_OUT);
        }
        line
    }

    /// Where addresses of others stand.
    pub(super) fn addresses_in(&self, text: &str) -> Vec<Range<usize>> {
        let lower = text.to_lowercase();
        // Where small letters have another length, places would not fit.
        if lower.len() != text.len() {
            return Vec::new();
        }
        let places = self.people.iter().flat_map(|person| {
            let address = person.address.to_lowercase();
            lower.match_indices(&address).map(|(at, found)| at..at + found.len()).collect::<Vec<_>>()
        });
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        places
            .filter(|at| {
                !letter(lower[..at.start].chars().next_back()) && !letter(lower[at.end..].chars().next())
            })
            .collect()
    }

    /// Where words are the names of others, also with the family name first. In order.
    pub(super) fn names_in(&self, found: &[Word]) -> Vec<Range<usize>> {
        let mut places: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        while at < found.len() {
            let length = self.names.iter().filter(|name| is_name(name, &found[at..])).map(Vec::len).max();
            if let Some(length) = length {
                places.push(found[at].at.start..found[at + length - 1].at.end);
            }
            at += length.unwrap_or(1);
        }
        places
    }
}

/// Whether a sign in front of a line marks it as quoted: `>`, a bar, or initials as in `BM>`.
pub(super) fn is_marked(line: &str) -> bool {
    let line = line.trim_start();
    let unsigned = line.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    line.starts_with(['>', '|', '»', '›', '¦'])
        || unsigned.starts_with('>') && (1..=4).contains(&(line.len() - unsigned.len()))
}

/// The words of names, in all their orders. A single letter is no name.
pub(super) fn names(people: &[Participant]) -> Vec<Vec<String>> {
    let mut names = Vec::new();
    for name in people.iter().filter_map(|person| person.name.as_deref()) {
        let mut words: Vec<String> = words(name).into_iter().map(|word| word.text).collect();
        if words.is_empty() || words.len() == 1 && words[0].chars().count() < 2 {
            continue;
        }
        names.push(words.clone());
        // `Bo Miller` is written `Miller, Bo`, and the other way round.
        for _ in 1..words.len() {
            words.rotate_right(1);
            names.push(words.clone());
        }
    }
    names
}

fn is_name(name: &[String], found: &[Word]) -> bool {
    let together = |index: usize| index == 0 || !found[index].apart;
    found.len() >= name.len()
        && name.iter().enumerate().all(|(index, name)| *name == found[index].text && together(index))
}

/// Replaces a word, whatever the case of its letters.
pub(super) fn without(text: &str, word: &str) -> String {
    let (lower, word) = (text.to_lowercase(), word.to_lowercase());
    // Where small letters have another length, places would not fit.
    if word.is_empty() || lower.len() != text.len() || !lower.contains(&word) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for (start, found) in lower.match_indices(&word) {
        let end = start + found.len();
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let inside = letter(lower[..start].chars().next_back()) || letter(lower[end..].chars().next());
        if !inside && text.is_char_boundary(start) && text.is_char_boundary(end) {
            kept.push_str(&text[at..start]);
            kept.push_str(LEFT_OUT);
            at = end;
        }
    }
    kept.push_str(&text[at..]);
    kept
}
