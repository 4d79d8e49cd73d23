//! Reads bytes one character at a time, past what mail programs put between the characters of a
//! URL: line breaks, quote markers, escapes, tags, invisible characters.

use memchr::memchr;

/// Bytes between two characters that are skipped; a longer gap separates them.
const LONGEST_GAP: usize = 400;

/// Bytes of a tag; anything longer is not taken for one.
const LONGEST_TAG: usize = 300;

/// Bytes of an escape that was escaped again and again.
const MOST_PERCENT: usize = 16;

/// Tags that programs put inside a word. All others count as a line break.
const INLINE: &[&[u8]] =
    &[b"wbr", b"span", b"font", b"b", b"i", b"u", b"s", b"em", b"strong", b"code", b"tt", b"small", b"mark"];

/// HTML entities that can occur in a URL or inside a broken one.
const ENTITIES: &[(&[u8], u32)] = &[
    (b"amp", '&' as u32),
    (b"equals", '=' as u32),
    (b"quest", '?' as u32),
    (b"lowbar", '_' as u32),
    (b"plus", '+' as u32),
    (b"commat", '@' as u32),
    (b"gt", '>' as u32),
    (b"Tab", '\t' as u32),
    (b"NewLine", '\n' as u32),
    (b"nbsp", 0xa0),
    (b"shy", 0xad),
    (b"ZeroWidthSpace", 0x200b),
    (b"zwnj", 0x200c),
    (b"zwj", 0x200d),
    (b"NoBreak", 0x2060),
];

/// A character, decoded, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Sign {
    /// ASCII; anything else is `0xff`.
    pub(super) byte: u8,
    pub(super) start: usize,
    pub(super) end: usize,
    /// White space or a line break stands before it.
    pub(super) after_break: bool,
}

/// What stands at one place, and its length in bytes.
pub(super) enum Found {
    Sign(u8, usize),
    /// Nothing that separates two words.
    Soft(usize),
    Break(usize),
}

/// Returns the next character from `at` on.
pub(super) fn next(bytes: &[u8], mut at: usize) -> Option<Sign> {
    if let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_alphanumeric()) {
        return Some(Sign { byte: *byte, start: at, end: at + 1, after_break: false });
    }
    let limit = at.saturating_add(LONGEST_GAP);
    let mut after_break = false;
    while at < bytes.len() && at <= limit {
        match look(&bytes[at..]) {
            // Quote markers.
            Found::Sign(b'>' | b'|', length) if after_break => at += length,
            Found::Sign(byte, length) => {
                return Some(Sign { byte, start: at, end: at + length, after_break });
            }
            Found::Soft(length) => at += length,
            Found::Break(length) => {
                after_break = true;
                at += length;
            }
        }
    }
    None
}

/// Decodes what `rest` begins with; it must not be empty.
pub(super) fn look(rest: &[u8]) -> Found {
    let plain = Found::Sign(rest[0], 1);
    let escaped = match rest[0] {
        b'<' => tag(rest),
        b'=' => quoted_printable(rest),
        b'%' => percent(rest),
        b'&' => entity(rest),
        b'\\' => backslash(rest),
        b'?' => encoded_word(rest).map(Found::Soft),
        0xc2 | 0xe2 | 0xef => {
            std::str::from_utf8(&rest[..rest.len().min(if rest[0] == 0xc2 { 2 } else { 3 })])
                .ok()
                .and_then(|text| text.chars().next())
                .map(|c| character(u32::from(c), c.len_utf8()))
        }
        byte if byte < b'!' => Some(character(u32::from(byte), 1)),
        _ => None,
    };
    escaped.unwrap_or(plain)
}

/// A code point that took so many bytes.
fn character(code: u32, length: usize) -> Found {
    match code {
        // Every other byte of UTF-16 is NUL.
        0 | 0xad | 0x200b..=0x200f | 0x2060..=0x2064 | 0xfeff => Found::Soft(length),
        0x09..=0x0d | 0x20 | 0xa0 | 0x2028 | 0x2029 => Found::Break(length),
        0x21..=0x7e => Found::Sign(code as u8, length),
        // Full-width forms, as Asian input methods write them.
        0xff01..=0xff5e => Found::Sign((code - 0xfee0) as u8, length),
        _ => Found::Sign(0xff, length),
    }
}

pub(super) fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(0)? << 4 | digit(1)?).ok()
}

/// Returns the length of a soft line break of quoted-printable.
pub(super) fn soft_break(rest: &[u8]) -> Option<usize> {
    let spaces = rest.get(1..)?.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    (rest.get(1 + spaces) == Some(&b'\n')).then_some(spaces + 2)
}

fn quoted_printable(rest: &[u8]) -> Option<Found> {
    if let Some(length) = soft_break(rest) {
        return Some(Found::Soft(length));
    }
    let byte = hex_pair(&rest[1..])?;
    let more = match byte {
        0xc2 => 1,
        0xe2 | 0xef => 2,
        _ => return Some(character(u32::from(byte), 3)),
    };
    let mut bytes = vec![byte];
    for index in 1..=more {
        let place = rest.get(index * 3..)?;
        bytes.push(hex_pair(place.get(1..)?).filter(|_| place[0] == b'=')?);
    }
    let c = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some(character(u32::from(c), bytes.len() * 3))
}

/// `%3D`, also encoded again and again (`%253D`).
fn percent(rest: &[u8]) -> Option<Found> {
    let mut at = 1;
    while at < MOST_PERCENT && rest.get(at..at + 2) == Some(b"25") && hex_pair(&rest[at + 2..]).is_some() {
        at += 2;
    }
    let byte = hex_pair(&rest[at..])?;
    // No character of a secret: an invisible one.
    Some(if byte >= 0x80 { Found::Soft(at + 2) } else { character(u32::from(byte), at + 2) })
}

fn entity(rest: &[u8]) -> Option<Found> {
    let name = &rest[1..rest.len().min(20)];
    let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#').count();
    let (name, after) = name.split_at(length);
    let whole = 1 + length + usize::from(after.first() == Some(&b';'));
    let code = match name.strip_prefix(b"#") {
        Some(digits) => {
            let digits = std::str::from_utf8(digits).ok()?;
            match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => digits.parse().ok()?,
            }
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some(character(code, whole))
}

/// Escapes of JSON, Markdown (`\_`) and RTF (`\'5f`).
fn backslash(rest: &[u8]) -> Option<Found> {
    match rest.get(1)? {
        b'n' | b'r' | b't' => Some(Found::Break(2)),
        sign @ (b'_' | b'-' | b'=' | b'?' | b'&' | b'+' | b'.') => Some(Found::Sign(*sign, 2)),
        b'\'' => Some(character(u32::from(hex_pair(rest.get(2..)?)?), 4)),
        b'u' if rest.get(2..4) == Some(b"00") => Some(character(u32::from(hex_pair(rest.get(4..)?)?), 6)),
        _ => None,
    }
}

fn tag(rest: &[u8]) -> Option<Found> {
    let length = memchr(b'>', &rest[..rest.len().min(LONGEST_TAG)])?;
    let inner = &rest[1..length];
    if inner.starts_with(b"!--") {
        return inner.ends_with(b"--").then_some(Found::Soft(length + 1));
    }
    let inner = inner.strip_prefix(b"/").unwrap_or(inner);
    let name = inner.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let (name, attributes) = inner.split_at(name);
    let closed = matches!(attributes.first(), None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'/'));
    // An address in angle brackets is no tag, and a tag with an address is no noise.
    if name.is_empty() || !closed || attributes.windows(3).any(|three| three == b"://") {
        return None;
    }
    let inline = INLINE.iter().any(|known| known.eq_ignore_ascii_case(name));
    Some(if inline { Found::Soft(length + 1) } else { Found::Break(length + 1) })
}

/// The end of one encoded word and the beginning of the next (RFC 2047), `?= =?utf-8?Q?`.
fn encoded_word(rest: &[u8]) -> Option<usize> {
    let after = rest.strip_prefix(b"?=")?;
    let spaces = after.iter().take(80).take_while(|byte| byte.is_ascii_whitespace()).count();
    let word = after[spaces..].strip_prefix(b"=?")?;
    let charset = word.iter().take(40).position(|byte| *byte == b'?')?;
    let quoted = matches!(word.get(charset + 1..charset + 3), Some(b"Q?" | b"q?"));
    quoted.then_some(2 + spaces + 2 + charset + 3)
}
