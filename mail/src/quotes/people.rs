//! Names and addresses of others, in the lines that mail programs write above a quote.

use super::{KnownTexts, LEFT_OUT};
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
        let changed = lines.iter().enumerate().map(|(index, line)| {
            let next = lines[index + 1..].iter().find(|line| !line.trim().is_empty());
            if rest || self.is_about_a_quote(line, next.copied()) {
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
        trimmed.starts_with('>')
            || header_block::may_begin(trimmed)
            || trimmed.ends_with([':', '：'])
                && (phrases::is_attribution(trimmed)
                    || next.is_some_and(|next| next.trim_start().starts_with('>')))
    }

    /// The line without names and addresses of others.
    pub(super) fn leave_out(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for person in &self.people {
            line = without(&line, &person.address);
            if let Some(name) = person.name.as_deref().filter(|name| name.chars().count() > 1) {
                line = without(&line, name);
            }
        }
        line
    }
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
