//! Words that may be secrets although nothing beside them shows it.

use super::shape::{is_random, is_secret, run, values, word};
use super::signs::{Sign, next};
use super::{SECRET, base64};

/// Candidates of one mail; no mail of a person has that many.
const MOST: usize = 100;

/// Adds those that stand in `bytes`, also in base64 within base64 so deep.
pub(super) fn collect(bytes: &[u8], found: &mut Vec<String>, depth: usize) {
    let mut at = 0;
    while at < bytes.len() && found.len() < MOST {
        if !is_secret(bytes[at]) {
            at += 1;
            continue;
        }
        joined(bytes, at, found);
        let end = whole_word(bytes, at);
        if end - at >= SECRET {
            let signs = run(bytes, at, SECRET, is_secret);
            // A URL of Proofpoint ends with `__`.
            let ends = |last: &Sign| last.end == end || last.end + 2 == end && bytes[..end].ends_with(b"__");
            let whole = signs.len() == SECRET && signs.last().is_some_and(ends);
            if whole && is_random(&signs) {
                found.push(text(&signs));
            }
        }
        at = end;
    }
    let mut at = 0;
    while depth > 0
        && let Some(block) = base64::next(bytes, at)
    {
        for way in block.ways() {
            collect(&way.decode(bytes), found, depth - 1);
        }
        at = block.end;
    }
}

/// What may be a secret in several lines, after the `token=` that begins here.
fn joined(bytes: &[u8], at: usize, found: &mut Vec<String>) {
    if !bytes[at].eq_ignore_ascii_case(&b't') {
        return;
    }
    let name = word(bytes, at, b"token", true);
    let places = name.and_then(|name| values(bytes, name.end)).map_or([None, None], |(places, _)| places);
    for signs in places.into_iter().flatten().map(|place| run(bytes, place, SECRET, is_secret)) {
        if signs.len() == SECRET {
            found.push(text(&signs));
        }
    }
}

fn text(signs: &[Sign]) -> String {
    signs.iter().map(|sign| char::from(sign.byte)).collect()
}

/// Returns the end of the word that begins here.
fn whole_word(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at += bytes[at..].iter().take_while(|byte| is_secret(**byte)).count();
        match next(bytes, at) {
            Some(sign) if is_secret(sign.byte) && !sign.after_break => at = sign.end,
            _ => return at,
        }
    }
}
