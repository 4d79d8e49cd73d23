//! What stands in a text in place of words that another text has.
//!
//! It begins and ends with a noncharacter (Unicode 23.7), which is for internal use only and is
//! taken out of everything that comes in.

/// The signs at the beginning and the end of a reference.
const MARKS: [char; 2] = ['\u{FDD0}', '\u{FDD1}'];

/// Returns whether a sign is one of those that references are made of.
pub(super) fn is_mark(c: char) -> bool {
    MARKS.contains(&c)
}

/// A text without the signs that references are made of.
pub(crate) fn without_marks(text: &mut String) {
    if text.contains(MARKS) {
        text.retain(|c| !is_mark(c));
    }
}

/// The texts between the references of a line, each with the byte where it begins.
pub(super) fn texts(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    line.split(MARKS[0]).enumerate().map(move |(index, part)| {
        let start = at;
        at += part.len() + MARKS[0].len_utf8();
        let text = if index == 0 { part } else { part.split_once(MARKS[1]).map_or("", |(_, text)| text) };
        (start + part.len() - text.len(), text)
    })
}

/// Puts a reference around what it names. `name` must be free of the marks.
pub fn reference(name: &str) -> String {
    format!("{}{name}{}", MARKS[0], MARKS[1])
}

/// Returns the names of the references in a text.
pub fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split(MARKS[0]).skip(1).filter_map(|part| Some(part.split_once(MARKS[1])?.0))
}

/// Puts words in the place of each reference.
pub fn replace_references(text: &str, mut words: impl FnMut(&str) -> String) -> String {
    let mut parts = text.split(MARKS[0]);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(MARKS[1]).unwrap_or((part, ""));
        replaced.push_str(&words(name));
        replaced.push_str(rest);
    }
    replaced
}
