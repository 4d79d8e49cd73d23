//! The email addresses that stand in a message, in whatever form: kept with a message that is set aside, so that an
//! erasure finds out by them whether the message is about the person, without opening it.
//!
//! They are those that [`Needles`](crate::privacy::Needles) would find: plain, or encoded once as mails, forms and
//! files do. Only addresses in plain ASCII are looked for, [`can_be_found`] says whether one is.

use std::collections::BTreeSet;

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use tresen_model::EmailAddress;

use crate::needles::without_line_breaks;

/// Bytes of all addresses. A message with more, such as a list of customers, is opened.
const MOST: usize = 64 * 1024;

/// Bytes of a message that are looked at in one go.
const PIECE: usize = 1 << 20;

/// Bytes of a piece that are looked at again with the next: more than an address has in any form.
const OVERLAP: usize = 8 * 1024;

/// Letters in which an address can be encoded at least: it has five bytes or more (`a@b.c`).
const SHORTEST: usize = 7;

/// Bytes on either side of the `@`.
const LONGEST: usize = 320;

/// The addresses of a message in lower case, one a line; `None` when there are too many.
pub(super) fn addresses(raw: &[u8]) -> Option<String> {
    let mut found = Found::default();
    let mut start = 0;
    loop {
        let end = raw.len().min(start + PIECE);
        let piece = &raw[start..end];
        found.note_forms(piece);
        found.note_forms(&without_line_breaks(piece).0);
        if found.bytes > MOST {
            return None;
        }
        if end == raw.len() {
            return Some(found.addresses.into_iter().collect::<Vec<_>>().join("\n"));
        }
        start = end - OVERLAP;
    }
}

/// Whether an address can be found among [`addresses`].
pub(super) fn can_be_found(address: &EmailAddress) -> bool {
    let (local, domain) = (address.local_part(), address.domain());
    // Others are escaped in more ways.
    let is_simple = |byte: u8| is_local(byte) && byte != b'&' && byte != b'\\';
    local.bytes().all(is_simple) && domain.bytes().all(is_domain) && domain.contains('.')
}

/// Whether one of them is an address, or holds it as a part of itself.
pub(super) fn hold(addresses: &str, address: &EmailAddress) -> bool {
    let address = address.as_str().to_ascii_lowercase();
    addresses.lines().any(|one| one.contains(&address))
}

#[derive(Default)]
struct Found {
    addresses: BTreeSet<String>,
    bytes: usize,
}

impl Found {
    /// Notes the addresses in a text, as it is and decoded in each way.
    fn note_forms(&mut self, text: &[u8]) {
        let lower = text.to_ascii_lowercase();
        self.note(&lower);
        self.note(&unescaped(&lower, b'='));
        self.note(&unescaped(&lower, b'%'));
        // UTF-16 of ASCII has a zero beside each letter.
        self.note(&lower.iter().copied().filter(|byte| *byte != 0).collect::<Vec<_>>());
        let long = |run: &&[u8]| run.len() >= SHORTEST;
        for run in lower.split(|byte| !byte.is_ascii_hexdigit()).filter(long) {
            self.note_decoded(run, 2, |run| HEXLOWER.decode(run).ok());
        }
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
        let standard = |byte: &u8| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => *byte,
        };
        for run in text.split(|byte| !is_base64(byte)).filter(long) {
            let run: Vec<u8> = run.iter().map(standard).collect();
            self.note_decoded(&run, 4, |run| BASE64_NOPAD.decode(run).ok());
        }
    }

    /// What stands around each `@`, in lower case.
    fn note(&mut self, text: &[u8]) {
        for at in (0..text.len()).filter(|at| text[*at] == b'@') {
            let (before, after) = (&text[at.saturating_sub(LONGEST)..at], &text[at + 1..]);
            let local = before.iter().rev().take_while(|byte| is_local(**byte)).count();
            let domain = after.iter().take(LONGEST).take_while(|byte| is_domain(**byte)).count();
            if local > 0 && after[..domain].contains(&b'.') {
                let address = &text[at - local..=at + domain];
                let address = String::from_utf8_lossy(address).to_ascii_lowercase();
                let bytes = address.len() + 1;
                if self.addresses.insert(address) {
                    self.bytes += bytes;
                }
            }
        }
    }

    /// The same in what some text decodes to, wherever it begins in it.
    fn note_decoded(&mut self, run: &[u8], unit: usize, decode: impl Fn(&[u8]) -> Option<Vec<u8>>) {
        for start in 0..unit.min(run.len()) {
            let whole = (run.len() - start) / unit * unit;
            if let Some(decoded) = decode(&run[start..start + whole]) {
                self.note(&decoded.to_ascii_lowercase());
            }
        }
    }
}

/// A letter of a local part: also what addresses in plain ASCII do not have, so that nothing is cut off.
fn is_local(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"<>()[],;:\"@".contains(&byte)
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-_".contains(&byte)
}

/// With each `sign` and two digits after it replaced by the byte that they stand for.
fn unescaped(text: &[u8], sign: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == sign);
        match digits.and_then(|digits| HEXLOWER.decode(digits).ok()) {
            Some(byte) => {
                out.extend(byte.iter().map(u8::to_ascii_lowercase));
                rest = &after[2..];
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL};

    use super::*;
    use crate::needles::forms;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::known(text).expect("an address")
    }

    #[test]
    fn every_form_that_is_looked_for_is_found() {
        for text in ["bo.vorpalina@example.org", "O'Neil+a_b-c=d%25/e@Sub.Example.org", "a@b.example"] {
            assert!(can_be_found(&address(text)));
            // Of base64 they are the middle, which does not decode to the whole.
            for (form, bytes) in forms(text).into_iter().filter(|(form, _)| *form != "base64") {
                for (before, after) in
                    [("", ""), ("Dear ", ", hello"), ("<mailto:", ">"), ("to=", "&x"), ("(", ").")]
                {
                    let mut raw = before.as_bytes().to_vec();
                    raw.extend_from_slice(&bytes);
                    raw.extend_from_slice(after.as_bytes());
                    let all = addresses(&raw).expect("few");
                    assert!(hold(&all, &address(text)), "{form}: {} in {all}", String::from_utf8_lossy(&raw));
                    if bytes.len() < 8 {
                        continue;
                    }
                    let middle = before.len() + bytes.len() / 2;
                    let breaks: &[u8] = if form == "quoted-printable" { b"=\r\n" } else { b"\r\n" };
                    let folded = [&raw[..middle], breaks, &raw[middle..]].concat();
                    let all = addresses(&folded).expect("few");
                    assert!(
                        hold(&all, &address(text)),
                        "folded {form}: {} in {all}",
                        String::from_utf8_lossy(&folded)
                    );
                }
            }
            for shift in 0..3 {
                let padded = format!("{} {text}, and so on", &"abc"[..shift]);
                for encoding in [BASE64, BASE64URL] {
                    let encoded = encoding.encode(padded.as_bytes());
                    let (one, other) = encoded.split_at(encoded.len() / 2);
                    for raw in
                        [encoded.clone(), format!("to={encoded}\r\n"), format!("x\r\n{one}\r\n{other}\r\n")]
                    {
                        let all = addresses(raw.as_bytes()).expect("few");
                        assert!(hold(&all, &address(text)), "base64: {raw} in {all}");
                    }
                }
            }
        }
    }

    #[test]
    fn others_are_not_found_and_too_many_are_not_kept() {
        let all = addresses(b"Dear bo@example.org, write to ada@example.org").expect("few");
        assert_eq!(all, "ada@example.org\nbo@example.org");
        assert!(!hold(&all, &address("o.bo@example.org")));
        assert!(!can_be_found(&address("\"a b\"@example.org")));
        assert!(!can_be_found(&address("bo@bücher.example")));
        let far = [vec![b'x'; PIECE - 9], b" bo@example.org ".to_vec(), vec![b'y'; PIECE]].concat();
        assert_eq!(addresses(&far).expect("few"), "bo@example.org");
        let many: String = (0..5000).map(|number| format!("customer-{number}@example.org ")).collect();
        assert_eq!(addresses(many.as_bytes()), None);
    }
}
