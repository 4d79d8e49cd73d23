//! A text as a row of words, each with its place.

use std::ops::Range;

use tresen_model::file_name::is_invisible;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::reference;

/// A word of a text: a run of letters and digits, with the accents and soft hyphens in it.
pub(super) struct Word {
    /// In small letters, composed, without what nobody sees.
    pub(super) text: String,
    /// The bytes where it stands.
    pub(super) at: Range<usize>,
    /// The number of its line, or of its piece of HTML.
    pub(super) piece: usize,
    /// Something that is no text stands between this word and the one before.
    pub(super) apart: bool,
}

/// The words of a text, line by line. References in it are passed over.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut at = 0;
    for (piece, line) in text.split('\n').enumerate() {
        for (index, (place, part)) in reference::texts(line).enumerate() {
            push_words(&mut found, part, at + place, piece, index > 0);
        }
        at += line.len() + 1;
    }
    found
}

/// Adds the words of one piece, which begins at the byte `at`.
pub(super) fn push_words(found: &mut Vec<Word>, piece_text: &str, at: usize, piece: usize, apart: bool) {
    let mut apart = apart;
    let mut start = None;
    for (index, c) in piece_text.char_indices().chain([(piece_text.len(), ' ')]) {
        match (start, c.is_alphanumeric() || start.is_some() && belongs_to_letters(c)) {
            (None, true) => start = Some(index),
            (Some(from), false) => {
                let text = in_one_form(&piece_text[from..index]);
                found.push(Word { text, at: at + from..at + index, piece, apart });
                (start, apart) = (None, false);
            }
            _ => {}
        }
    }
}

/// Whether a character changes letters beside it and is none: an accent, a soft hyphen.
fn belongs_to_letters(c: char) -> bool {
    !c.is_ascii() && (is_invisible(c) || canonical_combining_class(c) != 0)
}

/// A word as it is compared: programs take letters apart, and hyphenate, where they quote.
fn in_one_form(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    word.chars().filter(|c| !is_invisible(*c)).nfkc().flat_map(char::to_lowercase).collect()
}

/// Where the signs end that follow a word directly, such as a full stop.
pub(super) fn end_of_signs(text: &str, end: usize) -> usize {
    let sign = |c: &char| !c.is_alphanumeric() && !c.is_whitespace() && !reference::is_mark(*c);
    end + text[end..].chars().take_while(sign).map(char::len_utf8).sum::<usize>()
}
