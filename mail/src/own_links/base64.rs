//! Finds base64 in any bytes and changes what it says in place.

/// Characters of base64 that can hold a secret with what tells it.
const SHORTEST: usize = 48;

/// Where base64 stands.
#[derive(Clone, Copy)]
pub(super) struct Block {
    start: usize,
    pub(super) end: usize,
    /// It consists of whole lines, as in a mail; otherwise it may begin inside a longer word.
    lines: bool,
    /// Characters before the first that is decoded.
    skip: usize,
}

/// Returns the next block from `at` on.
pub(super) fn next(bytes: &[u8], mut at: usize) -> Option<Block> {
    while at < bytes.len() {
        if value(bytes[at]).is_none() {
            at += 1;
            continue;
        }
        let start = at;
        let lines = start == 0 || bytes[start - 1] == b'\n';
        let mut characters = 0;
        while at < bytes.len() {
            if value(bytes[at]).is_some() {
                characters += 1;
                at += 1;
                continue;
            }
            let line_end = match &bytes[at..] {
                [b'\r', b'\n', ..] => 2,
                [b'\n', ..] => 1,
                _ => break,
            };
            // An empty line ends a block, so a header before it is none of it.
            if !lines || bytes.get(at + line_end).is_none_or(|byte| value(*byte).is_none()) {
                break;
            }
            at += line_end;
        }
        if characters >= SHORTEST {
            return Some(Block { start, end: at, lines, skip: 0 });
        }
    }
    None
}

impl Block {
    /// The ways to decode it.
    pub(super) fn ways(self) -> impl Iterator<Item = Self> {
        (0..if self.lines { 1 } else { 4 }).map(move |skip| Self { skip, ..self })
    }

    pub(super) fn decode(self, bytes: &[u8]) -> Vec<u8> {
        let mut decoded = Vec::with_capacity((self.end - self.start) / 4 * 3 + 3);
        let (mut bits, mut count) = (0_u32, 0);
        for six in bytes[self.start..self.end].iter().filter_map(|byte| value(*byte)).skip(self.skip) {
            bits = bits << 6 | u32::from(six);
            count += 6;
            if count >= 8 {
                count -= 8;
                decoded.push((bits >> count & 0xff) as u8);
            }
        }
        decoded
    }

    /// Writes what was decoded back, in the same length.
    pub(super) fn write(self, bytes: &mut [u8], decoded: &[u8]) {
        let block = &mut bytes[self.start..self.end];
        let url_safe = !self.lines && block.iter().any(|byte| matches!(byte, b'-' | b'_'));
        let characters = block.iter_mut().filter(|byte| value(**byte).is_some()).skip(self.skip);
        for (index, byte) in characters.enumerate() {
            let at = index * 6 / 8;
            let (Some(high), low) = (decoded.get(at), decoded.get(at + 1)) else { return };
            let shift = 10 - index * 6 % 8;
            let pair = u16::from(*high) << 8 | u16::from(low.copied().unwrap_or_default());
            let mut six = (pair >> shift & 0x3f) as u8;
            if shift < 8 && low.is_none() {
                // The bits of the last character that belong to no byte stay.
                let kept = (1_u8 << (8 - shift)) - 1;
                six = six & !kept | value(*byte).unwrap_or_default() & kept;
            }
            if value(*byte) != Some(six) {
                *byte = character(six, url_safe);
            }
        }
    }
}

fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn character(six: u8, url_safe: bool) -> u8 {
    match six {
        0..=25 => b'A' + six,
        26..=51 => b'a' + six - 26,
        52..=61 => b'0' + six - 52,
        62 => {
            if url_safe {
                b'-'
            } else {
                b'+'
            }
        }
        _ => {
            if url_safe {
                b'_'
            } else {
                b'/'
            }
        }
    }
}
