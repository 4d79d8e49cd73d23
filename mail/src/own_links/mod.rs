//! Cuts secrets of the desk's own links out of what comes back to it: whoever quotes a mail of the
//! desk quotes the links in it, and agents must not get them.
//!
//! A secret is recognised by what it looks like and not by its URL, which gateways rewrite: 43
//! characters of base64url after `token=`, in whatever encoding ([`signs`]). Where a line break or
//! a space stands inside, the characters must look random too, so that no prose is cut. A shorter
//! piece is cut where the desk's host stands before it. The token of a reply address is 24
//! characters between `LOCAL+` and `@`. Secrets that stand elsewhere are told by the caller, who
//! can look [`candidates`](OwnLinks::candidates) up.
//!
//! Text is cut ([`OwnLinks::cut`]). Files and raw mails keep their length and structure: secrets
//! are overwritten with `x`, inside base64 too ([`OwnLinks::overwrite`]).

mod base64;
mod candidates;
mod shape;
mod signs;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use self::shape::{Before, is_secret, is_whole, run, values, word};
use self::signs::{Sign, next};
use crate::header::Headers;

/// Characters of a secret: 256 bits in base64url.
const SECRET: usize = 43;

/// Characters of the token in a reply address.
const REPLY: usize = 24;

/// Proofpoint writes `-` and `_` as three characters each.
const LONGEST: usize = 3 * SECRET;

/// Bytes that may stand between the desk's host and a secret.
const URL: usize = 400;

/// Base64 within base64 that is looked at.
const DEPTH: usize = 3;

/// What overwrites a secret.
const FILLER: u8 = b'x';

/// Knows the links and reply addresses of one desk.
pub struct OwnLinks {
    host: Vec<u8>,
    local: Vec<u8>,
}

/// A secret that was found.
struct Secret {
    /// What is left out of a text, with `?token=`.
    cut: Range<usize>,
    /// It stands without a name; a sign shows where it stood.
    bare: bool,
    signs: Vec<Sign>,
}

impl OwnLinks {
    /// Takes the URL that links in mails begin with, and the address that mails come from.
    pub fn new(public_url: &str, mail_from: &str) -> Self {
        let host = public_url.split("://").last().unwrap_or_default();
        let host = host.split(['/', ':', '?']).next().unwrap_or_default();
        let local = mail_from.rsplit_once('@').map_or(mail_from, |(local, _)| local);
        Self { host: host.to_ascii_lowercase().into_bytes(), local: local.to_ascii_lowercase().into_bytes() }
    }

    /// Returns a text or HTML without secrets, and without those that are `known` wherever they
    /// stand. Allocates only where there is one.
    pub fn cut<'t>(&self, text: &'t str, known: &[String]) -> Cow<'t, str> {
        let bytes = text.as_bytes();
        let mut kept: Vec<u8> = Vec::new();
        let mut at = 0;
        self.find(bytes, known, |secret| {
            if secret.cut.start >= at {
                kept.extend_from_slice(&bytes[at..secret.cut.start]);
                if secret.bare {
                    kept.extend_from_slice("…".as_bytes());
                }
                at = secret.cut.end;
            }
        });
        if at == 0 {
            return Cow::Borrowed(text);
        }
        kept.extend_from_slice(&bytes[at..]);
        Cow::Owned(String::from_utf8(kept).unwrap_or_else(|error| {
            // Both ends of a cut are ASCII, so this is never needed.
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }))
    }

    /// Overwrites the secrets in a file or a raw mail, also in base64. The length stays.
    pub fn overwrite(&self, bytes: &mut [u8], known: &[String]) {
        self.overwrite_within(bytes, known, DEPTH);
    }

    /// The same for all of a raw mail but its header, which says where the mail belongs.
    pub fn overwrite_body(&self, raw: &mut [u8], known: &[String]) {
        let body = raw.len() - Headers::split(raw).1.len();
        self.overwrite(&mut raw[body..], known);
    }

    fn overwrite_within(&self, bytes: &mut [u8], known: &[String], depth: usize) -> bool {
        let mut found: Vec<Sign> = Vec::new();
        self.find(bytes, known, |secret| found.extend(secret.signs));
        for sign in &found {
            bytes[sign.start..sign.end].fill(FILLER);
        }
        let mut changed = !found.is_empty();
        let mut at = 0;
        while depth > 0
            && let Some(block) = base64::next(bytes, at)
        {
            for way in block.ways() {
                let mut decoded = way.decode(bytes);
                if self.overwrite_within(&mut decoded, known, depth - 1) {
                    way.write(bytes, &decoded);
                    changed = true;
                }
            }
            at = block.end;
        }
        changed
    }

    /// Returns words that may be secrets although no `token=` shows it, to be looked up.
    pub fn candidates(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        candidates::collect(bytes, &mut found, DEPTH);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn find(&self, bytes: &[u8], known: &[String], mut found: impl FnMut(Secret)) {
        let mut starts = [false; 256];
        let known = || known.iter().map(String::as_bytes).filter(|secret| !secret.is_empty());
        for byte in [b't', b'T'].into_iter().chain(known().map(|secret| secret[0])) {
            starts[usize::from(byte)] = true;
        }
        for byte in self.local.first().into_iter().chain(self.host.first()) {
            starts[usize::from(*byte)] = true;
            starts[usize::from(byte.to_ascii_uppercase())] = true;
        }
        let mut at = 0;
        let mut host_end: Option<usize> = None;
        while let Some(length) = bytes[at..].iter().position(|byte| starts[usize::from(*byte)]) {
            at += length;
            if let Some(last) = word(bytes, at, &self.host, true) {
                host_end = Some(last.end);
            }
            let ours = host_end.is_some_and(|end| at.saturating_sub(end) <= URL);
            let secret = link(bytes, at, ours)
                .or_else(|| self.reply(bytes, at))
                .or_else(|| known().find_map(|secret| bare(bytes, at, secret)));
            at = match secret {
                Some(secret) => {
                    let end = secret.cut.end.max(at + 1);
                    found(secret);
                    end
                }
                None => at + 1,
            };
        }
    }

    /// The token of a reply address whose local part begins here.
    fn reply(&self, bytes: &[u8], at: usize) -> Option<Secret> {
        let local = word(bytes, at, &self.local, true)?;
        let plus = next(bytes, local.end).filter(|sign| sign.byte == b'+')?;
        let signs = run(bytes, plus.end, REPLY, |byte| byte.is_ascii_alphanumeric());
        let end = signs.last()?.end;
        // Return paths that name the recipient write `=` for the `@`.
        let at_sign = bytes.get(end) == Some(&b'=') || next(bytes, end).is_some_and(|sign| sign.byte == b'@');
        (signs.len() == REPLY && at_sign).then_some(Secret { cut: plus.start..end, bare: false, signs })
    }
}

/// Returns the secret after the `token=` that begins here. `ours`: the desk's host stands before it.
fn link(bytes: &[u8], at: usize, ours: bool) -> Option<Secret> {
    let name = word(bytes, at, b"token", true)?;
    let (values, proofpoint) = values(bytes, name.end)?;
    let before = Before::of(bytes, at);
    if before.is_word && !ours {
        return None;
    }
    let most = if proofpoint { LONGEST } else { SECRET };
    let is_whole = |signs: &[Sign]| is_whole(bytes, signs) || proofpoint && signs.len() > SECRET;
    let mut runs = values.into_iter().flatten().map(|value| run(bytes, value, most, is_secret));
    let first = runs.next()?;
    let mut signs =
        if is_whole(&first) { first } else { runs.find(|signs| is_whole(signs)).unwrap_or(first) };
    if !is_whole(&signs) {
        let piece = signs.iter().position(|sign| sign.after_break).unwrap_or(signs.len());
        signs.truncate(piece);
        if signs.is_empty() || !ours {
            return None;
        }
    }
    let mut end = signs.last()?.end;
    if signs.iter().all(|sign| sign.byte == FILLER) {
        // An escaped character was overwritten with three.
        end += bytes[end..].iter().take_while(|byte| **byte == FILLER).count();
    }
    let start = match before {
        // What stands after it in the same query comes in its place.
        Before { start: Some(start), question: true, .. } if bytes.get(end) == Some(&b'&') => {
            end += if bytes[end..].starts_with(b"&amp;") { 5 } else { 1 };
            start + 1
        }
        Before { start: Some(start), .. } => start,
        _ => signs[0].start,
    };
    Some(Secret { cut: start..end, bare: false, signs })
}

/// A secret that is known, wherever it stands.
fn bare(bytes: &[u8], at: usize, secret: &[u8]) -> Option<Secret> {
    let last = word(bytes, at, secret, false)?;
    let signs = run(bytes, at, secret.len(), is_secret);
    Some(Secret { cut: at..last.end, bare: true, signs })
}
