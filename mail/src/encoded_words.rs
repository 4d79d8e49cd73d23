//! Encoded words in headers (RFC 2047).

use memchr::memchr;

use crate::decode;

/// Decodes encoded words (RFC 2047); those that follow one another with the same charset are put
/// together first, since many programs cut in the middle of a character, against its section 5.
///
/// `write` gets the decoded text so far, what each run of them says, and what follows; it returns how
/// many bytes of that it has written as well.
pub(crate) fn decode(value: &[u8], write: impl Fn(&mut Vec<u8>, &str, &[u8]) -> usize) -> Vec<u8> {
    let mut decoded: Vec<u8> = Vec::with_capacity(value.len());
    let mut at = 0;
    while at < value.len() {
        let Some((charset, bytes, length)) = encoded_word(&value[at..]) else {
            decoded.push(value[at]);
            at += 1;
            continue;
        };
        let mut run = bytes;
        at += length;
        loop {
            let space = value[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let Some((next, bytes, length)) = encoded_word(&value[at + space..]) else { break };
            if !next.eq_ignore_ascii_case(charset) {
                // White space between encoded words is none.
                at += space;
                break;
            }
            run.extend(bytes);
            at += space + length;
        }
        let text = decode::charset(&run, std::str::from_utf8(charset).ok());
        at += write(&mut decoded, &text, &value[at..]);
    }
    decoded
}

/// The encoded word that begins here: its charset, its bytes, and its length.
fn encoded_word(value: &[u8]) -> Option<(&[u8], Vec<u8>, usize)> {
    if !value.starts_with(b"=?") {
        return None;
    }
    let charset = 2 + memchr(b'?', value.get(2..value.len().min(80))?)?;
    let (encoding, mark) = (value.get(charset + 1)?, value.get(charset + 2)?);
    let start = charset + 3;
    let length = memchr(b'?', value.get(start..value.len().min(start + 1_000))?)?;
    if *mark != b'?' || value.get(start + length + 1) != Some(&b'=') {
        return None;
    }
    let content = &value[start..start + length];
    let bytes = match encoding {
        b'B' | b'b' => decode::transfer(content, "base64").0.into_owned(),
        b'Q' | b'q' => {
            let spaced: Vec<u8> =
                content.iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
            decode::transfer(&spaced, "quoted-printable").0.into_owned()
        }
        _ => return None,
    };
    // A language may stand behind the charset (RFC 2231 section 5).
    let label = value[2..charset].split(|byte| *byte == b'*').next().unwrap_or_default();
    Some((label, bytes, start + length + 2))
}
