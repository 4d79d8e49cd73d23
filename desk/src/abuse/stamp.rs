//! The signed time of a form, and the proof of work.
//!
//! A form carries a stamp: when its page was made, a random word, and how much work whoever sends
//! it has to show. The desk keeps none of them: it knows its own by a MAC. The work is a number
//! such that SHA-256 of the stamp and the number begins with so many zero bits (Hashcash). It stops
//! nobody who is determined; it makes each of a million forms cost something, and it shows that a
//! browser was there.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tresen_keys::MasterKey;
use tresen_keys::random::{self, NoRandomness};
use tresen_model::Timestamp;

use crate::error::Challenge;

/// Bytes that are signed, and of the MAC.
const SIGNED: usize = 19;
const MAC: usize = 16;

/// Which form it is: a stamp of one is none of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormKind {
    /// A new request.
    Request,
    /// Registering.
    Register,
}

impl FormKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Request => 1,
            Self::Register => 2,
        }
    }
}

/// A stamp that came back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    kind: FormKind,
    /// What its proof has to show.
    pub(super) bits: u8,
    /// It was given out after the form had come in once already.
    pub(super) second: bool,
    /// When the page was made.
    pub(super) made: Timestamp,
    pub(super) word: [u8; 8],
}

impl Stamp {
    pub(super) fn new(kind: FormKind, bits: u8, now: Timestamp) -> Result<Self, NoRandomness> {
        Ok(Self { kind, bits, second: false, made: now, word: random::bytes()? })
    }

    /// The same page, with more to show.
    pub(super) fn harder(self, bits: u8) -> Self {
        Self { bits, ..self }
    }

    /// For whoever is to send the form once more.
    pub(super) fn again(self, bits: u8) -> Self {
        Self { bits, second: true, ..self }
    }

    pub(super) fn write(self, master: &MasterKey) -> Challenge {
        let mut bytes = [0; SIGNED + MAC];
        bytes[0] = self.kind.byte();
        bytes[1] = self.bits;
        bytes[2] = u8::from(self.second);
        bytes[3..11].copy_from_slice(&self.made.0.to_be_bytes());
        bytes[11..SIGNED].copy_from_slice(&self.word);
        let mac = master.fingerprint("form stamp", &[&bytes[..SIGNED]]);
        bytes[SIGNED..].copy_from_slice(&mac[..MAC]);
        Challenge { stamp: BASE64URL_NOPAD.encode(&bytes), bits: self.bits }
    }

    /// `None` for one that is not ours, or of another form.
    pub(super) fn read(kind: FormKind, text: &str, master: &MasterKey) -> Option<Self> {
        let bytes: [u8; SIGNED + MAC] = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()?;
        let (signed, mac) = bytes.split_at(SIGNED);
        let expected = master.fingerprint("form stamp", &[signed]);
        if !bool::from(expected[..MAC].ct_eq(mac)) || signed[0] != kind.byte() {
            return None;
        }
        let (mut made, mut word) = ([0; 8], [0; 8]);
        made.copy_from_slice(&signed[3..11]);
        word.copy_from_slice(&signed[11..]);
        Some(Self {
            kind,
            bits: signed[1],
            second: signed[2] == 1,
            made: Timestamp(i64::from_be_bytes(made)),
            word,
        })
    }
}

/// Whether a number proves that somebody has worked for a stamp.
pub(super) fn is_proof(stamp: &str, bits: u8, proof: &str) -> bool {
    let number = !proof.is_empty() && proof.len() <= 12 && proof.bytes().all(|byte| byte.is_ascii_digit());
    number && zero_bits(&Sha256::digest(format!("{stamp}:{proof}"))) >= u32::from(bits)
}

fn zero_bits(hash: &[u8]) -> u32 {
    let whole = hash.iter().take_while(|byte| **byte == 0).count();
    let rest = hash.get(whole).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(whole * 8).unwrap_or(u32::MAX) + rest
}

impl Challenge {
    /// Works until there is a proof, as browsers do. For tests and tools: it blocks.
    pub fn solve(&self) -> String {
        let found = (0_u64..).find(|number| is_proof(&self.stamp, self.bits, &number.to_string()));
        found.unwrap_or_default().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master() -> MasterKey {
        MasterKey::derive(&[3; 32])
    }

    fn stamp() -> Stamp {
        // Always the same, so that nothing here is a matter of luck.
        Stamp {
            word: [7; 8],
            ..Stamp::new(FormKind::Request, 8, Timestamp(1_800_000_000_000_000)).expect("randomness")
        }
    }

    #[test]
    fn a_stamp_is_known_again() {
        let made = stamp();
        let challenge = made.harder(12).write(&master());
        let read = Stamp::read(FormKind::Request, &challenge.stamp, &master()).expect("ours");
        assert!(read == made.harder(12));
        assert_eq!(challenge.bits, 12);
    }

    #[test]
    fn a_stamp_that_was_changed_is_none() {
        let written = stamp().write(&master()).stamp;
        assert!(Stamp::read(FormKind::Register, &written, &master()).is_none(), "of another form");
        assert!(Stamp::read(FormKind::Request, &written, &MasterKey::derive(&[4; 32])).is_none());
        let bytes = BASE64URL_NOPAD.decode(written.as_bytes()).expect("ours");
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let changed = BASE64URL_NOPAD.encode(&changed);
            assert!(Stamp::read(FormKind::Request, &changed, &master()).is_none(), "byte {at}");
        }
        for nonsense in ["", "x", "!!!!", &written[1..]] {
            assert!(Stamp::read(FormKind::Request, nonsense, &master()).is_none());
        }
    }

    #[test]
    fn a_proof_is_for_one_stamp() {
        let challenge = stamp().harder(10).write(&master());
        let proof = challenge.solve();
        assert!(is_proof(&challenge.stamp, 10, &proof));
        for (stamp, bits, proof) in [
            ("another", 10, proof.as_str()),
            (&challenge.stamp, 40, &proof),
            (&challenge.stamp, 0, ""),
            (&challenge.stamp, 0, "none"),
            (&challenge.stamp, 0, "1234567890123"),
        ] {
            assert!(!is_proof(stamp, bits, proof), "{stamp} {bits} {proof}");
        }
    }

    #[test]
    fn counts_zero_bits() {
        for (hash, bits) in [(&[0x80][..], 0), (&[0x01], 7), (&[0, 0x1f], 11), (&[0, 0], 16)] {
            assert_eq!(zero_bits(hash), bits);
        }
    }
}
