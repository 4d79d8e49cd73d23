//! The shape of a secret and of what stands around it.

use super::signs::{Found, Sign, hex_pair, look, next, soft_break};
use super::{FILLER, SECRET};

/// What stands before `token=`.
pub(super) struct Before {
    /// Where its `?` or `&` begins.
    pub(super) start: Option<usize>,
    /// It is an unescaped `?`.
    pub(super) question: bool,
    /// `token` is the end of a longer name.
    pub(super) is_word: bool,
}

impl Before {
    pub(super) fn of(bytes: &[u8], at: usize) -> Self {
        let mut end = at;
        while let Some(byte) = end.checked_sub(1).map(|last| bytes[last]) {
            let noise = match byte {
                0 | b' ' | b'\t' | b'\r' | b'\n' | b'|' => 1,
                b'=' if bytes.get(end) == Some(&b'\r') || bytes.get(end) == Some(&b'\n') => 1,
                b'>' if bytes[..end].ends_with(b"<wbr>") => 5,
                b'>' => 1,
                _ if bytes[..end].ends_with("\u{200b}".as_bytes()) => 3,
                _ if bytes[..end].ends_with("\u{ad}".as_bytes()) => 2,
                _ => break,
            };
            end -= noise;
        }
        let found = |start| Self { start: Some(start), question: false, is_word: false };
        for (sign, question) in
            [(&b"?"[..], true), (b"&amp;", false), (b"&", false), (b"&#63;", false), (b"&quest;", false)]
        {
            if bytes[..end].ends_with(sign) {
                return Self { question, ..found(end - sign.len()) };
            }
        }
        if end >= 3 && matches!(hex_pair(&bytes[end - 2..]), Some(b'?' | b'&')) {
            let mut start = end - 2;
            while bytes[..start].ends_with(b"25") {
                start -= 2;
            }
            if let Some(b'%' | b'=' | b'-') = start.checked_sub(1).map(|at| bytes[at]) {
                return found(start - 1);
            }
        }
        let last = at.checked_sub(1).map(|last| bytes[last]);
        let is_word = last.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        Self { start: None, question: false, is_word }
    }
}

/// Returns the last character of a word that begins here, whatever stands between its characters.
pub(super) fn word(bytes: &[u8], at: usize, word: &[u8], any_case: bool) -> Option<Sign> {
    let mut last: Option<Sign> = None;
    for wanted in word {
        let sign = next(bytes, last.map_or(at, |sign| sign.end))?;
        let same = if any_case { sign.byte.eq_ignore_ascii_case(wanted) } else { sign.byte == *wanted };
        if !same {
            return None;
        }
        last = Some(sign);
    }
    last
}

/// Where the value after a name may begin: at two places where `=3D` may be read in two ways. And
/// whether it is written as Proofpoint does, `-3D`.
pub(super) fn values(bytes: &[u8], mut at: usize) -> Option<([Option<usize>; 2], bool)> {
    for _ in 0..8 {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        if rest[0] == b'=' {
            match soft_break(rest) {
                Some(length) if rest.get(length) == Some(&b'=') => {
                    at += length;
                    continue;
                }
                _ => {}
            }
            let encoded = hex_pair(&rest[1..]) == Some(b'=');
            return Some(([encoded.then_some(at + 3), Some(at + 1)], false));
        }
        if rest[0] == b'-' && hex_pair(&rest[1..]) == Some(b'=') {
            return Some(([Some(at + 3), None], true));
        }
        match look(rest) {
            Found::Sign(b'=', length) => return Some(([Some(at + length), None], false)),
            Found::Sign(..) => return None,
            Found::Soft(length) | Found::Break(length) => at += length,
        }
    }
    None
}

/// At most so many characters from here on.
pub(super) fn run(bytes: &[u8], mut at: usize, most: usize, is: fn(u8) -> bool) -> Vec<Sign> {
    let mut signs = Vec::new();
    while signs.len() < most
        && let Some(sign) = next(bytes, at)
        && is(sign.byte)
    {
        at = sign.end;
        signs.push(sign);
    }
    signs
}

pub(super) fn is_secret(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

pub(super) fn is_whole(bytes: &[u8], signs: &[Sign]) -> bool {
    signs.len() == SECRET
        && (signs.iter().all(|sign| !sign.after_break) || is_random(signs) && ends(bytes, signs))
}

/// Whether a word of prose is that unlikely. Of 10,000 secrets one or two do not look so.
pub(super) fn is_random(signs: &[Sign]) -> bool {
    let count = |is: fn(&u8) -> bool| signs.iter().filter(|sign| is(&sign.byte)).count();
    let filled = signs.iter().all(|sign| sign.byte == FILLER);
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    filled || upper >= 3 && lower >= 3 && upper + lower < signs.len()
}

/// Whether the word ends with the last character; a URL of Proofpoint ends with `__`.
fn ends(bytes: &[u8], signs: &[Sign]) -> bool {
    let rest = signs.last().map_or(bytes, |last| &bytes[last.end..]);
    rest.first().is_none_or(|byte| !is_secret(*byte)) || rest.starts_with(b"__")
}
