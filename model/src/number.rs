//! The public number of a request: `T-7F3K-92QX`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base32;

/// Forty random bits in Crockford's base 32, never a counter: it tells nobody how many
/// requests there are, and guessing one finds nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestNumber(u64);

impl RequestNumber {
    /// How many bits a number has.
    pub const BITS: u32 = 40;

    /// Makes a number of the lower [`BITS`](Self::BITS) bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & ((1 << Self::BITS) - 1))
    }

    /// The bits, as they are stored.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Reads a number in the generous way that Crockford asks for: any case, with or
    /// without prefix and hyphens, `O` for `0`, `I` and `L` for `1`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['T', 't']).map_or(text, |rest| {
            // A bare number may itself begin with T: only "T-" and nine signs are a prefix.
            let signs = rest.bytes().filter(|sign| *sign != b'-').count();
            if rest.starts_with('-') || signs == 8 { rest } else { text }
        });
        let mut bits = 0_u64;
        let mut signs = 0;
        for sign in text.bytes().filter(|sign| *sign != b'-') {
            bits = bits << 5 | u64::from(base32::value(sign)?);
            signs += 1;
            if signs > 8 {
                return None;
            }
        }
        (signs == 8).then_some(Self(bits))
    }
}

impl fmt::Display for RequestNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("T-")?;
        for place in (0..8).rev() {
            fmt::Write::write_char(f, base32::sign((self.0 >> (place * 5)) as u8))?;
            if place == 4 {
                f.write_str("-")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for RequestNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for RequestNumber {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not the number of a request")
    }
}

impl From<RequestNumber> for String {
    fn from(number: RequestNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        for bits in [0, 1, 31, 0x12_3456_789A, (1 << 40) - 1] {
            let number = RequestNumber::from_bits(bits);
            let text = number.to_string();
            assert_eq!(text.len(), 11, "{text}");
            assert_eq!(RequestNumber::parse(&text), Some(number));
        }
        assert_eq!(RequestNumber::from_bits(u64::MAX).bits(), (1 << 40) - 1);
    }

    #[test]
    fn reads_what_people_write() {
        let number = RequestNumber::parse("T-7F3K-92QX").expect("valid");
        for text in ["t-7f3k-92qx", "7F3K92QX", " 7f3k-92qx ", "T7F3K92QX"] {
            assert_eq!(RequestNumber::parse(text), Some(number), "{text}");
        }
        assert_eq!(RequestNumber::parse("T-OIL0-0000"), RequestNumber::parse("T-0110-0000"));
        for text in ["TTTTTTTT", "tttt-tttt", "T-TTTT-TTTT", "TTTTT-TTTT"] {
            assert_eq!(
                RequestNumber::parse(text).map(|n| n.to_string()),
                Some("T-TTTT-TTTT".into()),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in ["", "T-", "T-7F3K-92Q", "T-7F3K-92QXX", "T-7F3K-92QU", "../../etc", "ÄÖÜ"] {
            assert_eq!(RequestNumber::parse(text), None, "{text}");
        }
    }
}
