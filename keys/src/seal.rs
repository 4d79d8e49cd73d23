//! How a value is sealed: XChaCha20-Poly1305 with a random nonce.
//!
//! A sealed value is one version byte, 24 bytes of nonce, and the ciphertext with its tag.
//! The associated data names table, column and row, so that a sealed value cannot be moved
//! to another place.
//!
//! XChaCha20-Poly1305 is HChaCha20 before the ChaCha20-Poly1305 of RFC 8439 (draft-irtf-cfrg-xchacha-03, 2.3). The
//! latter is ring's: see docs/decisions/0023-small-values-sealed-by-ring.md.

use chacha20::{R20, hchacha};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use sqlx::types::Uuid;
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// A sealed value could not be opened: it was changed, moved, or sealed with another key.
#[derive(Debug, thiserror::Error)]
#[error("the sealed value of {column} in row {row} cannot be opened")]
pub struct SealBroken {
    column: &'static str,
    row: Uuid,
}

/// The key of one person.
#[derive(Clone)]
pub struct PersonKey(Zeroizing<[u8; 32]>);

impl PersonKey {
    /// Makes a new one.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self(Zeroizing::new(random::bytes()?)))
    }

    /// Takes 32 bytes; `None` when there are more or fewer.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The bytes, to be wrapped.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals a value for `column` ("table.column") of `row`.
    pub fn seal(&self, column: &'static str, row: Uuid, value: &[u8]) -> Result<Vec<u8>, NoRandomness> {
        seal(&self.0, column, row, value)
    }

    /// Opens what [`seal`](Self::seal) made for the same place.
    pub fn open(
        &self,
        column: &'static str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealBroken> {
        open(&self.0, column, row, sealed)
    }

    /// Opens a text.
    pub fn open_text(&self, column: &'static str, row: Uuid, sealed: &[u8]) -> Result<String, SealBroken> {
        let bytes = self.open(column, row, sealed)?;
        std::str::from_utf8(&bytes).map(str::to_owned).map_err(|_| SealBroken { column, row })
    }
}

pub(crate) fn seal(
    key: &[u8; 32],
    column: &'static str,
    row: Uuid,
    value: &[u8],
) -> Result<Vec<u8>, NoRandomness> {
    let nonce: [u8; NONCE] = random::bytes()?;
    let mut sealed = Vec::with_capacity(1 + NONCE + value.len() + CHACHA20_POLY1305.tag_len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(value);
    let (key, nonce) = key_for(key, &nonce);
    let place = Aad::from(place(column, row));
    let Ok(tag) = key.seal_in_place_separate_tag(nonce, place, &mut sealed[1 + NONCE..]) else {
        unreachable!("only texts beyond 256 GiB cannot be sealed")
    };
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

pub(crate) fn open(
    key: &[u8; 32],
    column: &'static str,
    row: Uuid,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealBroken> {
    let broken = || SealBroken { column, row };
    let (version, rest) = sealed.split_first().ok_or_else(broken)?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or_else(broken)?;
    if *version != VERSION {
        return Err(broken());
    }
    let mut value = Zeroizing::new(ciphertext.to_vec());
    let (key, nonce) = key_for(key, nonce);
    let place = Aad::from(place(column, row));
    let length = key.open_in_place(nonce, place, &mut value).map_err(|_| broken())?.len();
    value.truncate(length);
    Ok(value)
}

/// The key and nonce of RFC 8439 that belong to a key and a nonce of 24 bytes.
fn key_for(key: &[u8; 32], nonce: &[u8; NONCE]) -> (LessSafeKey, Nonce) {
    let (first, last) = nonce.split_at(16);
    let Ok(first) = first.try_into() else { unreachable!("16 bytes") };
    let derived = Zeroizing::new(<[u8; 32]>::from(hchacha::<R20>(key.into(), first)));
    let Ok(derived) = UnboundKey::new(&CHACHA20_POLY1305, &*derived) else { unreachable!("32 bytes") };
    let mut rest = [0; 12];
    rest[4..].copy_from_slice(last);
    // Each nonce is random and used once, with a key that is derived from it.
    (LessSafeKey::new(derived), Nonce::assume_unique_for_key(rest))
}

fn place(column: &'static str, row: Uuid) -> Vec<u8> {
    let mut place = Vec::with_capacity(column.len() + 17);
    place.extend_from_slice(column.as_bytes());
    place.push(0);
    place.extend_from_slice(row.as_bytes());
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_in_its_place_only() {
        let key = PersonKey::random().expect("randomness");
        let other = PersonKey::random().expect("randomness");
        let (row, elsewhere) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = key.seal("request.subject", row, b"Printer").expect("randomness");
        assert_eq!(key.open_text("request.subject", row, &sealed).expect("opens"), "Printer");
        assert!(key.open("request.subject", elsewhere, &sealed).is_err());
        assert!(key.open("comment.body", row, &sealed).is_err());
        assert!(other.open("request.subject", row, &sealed).is_err());
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(key.open("request.subject", row, &changed).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(key.open("request.subject", row, &sealed[..length]).is_err());
        }
    }

    /// What was sealed by another implementation opens, and it opens what is sealed here: of every length around a
    /// block's.
    #[test]
    fn seals_as_others_do() {
        use chacha20poly1305::aead::{Aead, Payload};
        use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
        let key = PersonKey::random().expect("randomness");
        let row = Uuid::from_u128(7);
        let place = place("comment.body", row);
        let cipher = XChaCha20Poly1305::new(key.as_bytes().into());
        for length in (0..200).chain([1000, 4096, 65_537]) {
            let value: Vec<u8> = (0..length).map(|at: usize| at.to_le_bytes()[0]).collect();

            let sealed = key.seal("comment.body", row, &value).expect("randomness");
            let (nonce, ciphertext) = sealed[1..].split_first_chunk::<NONCE>().expect("a nonce");
            let payload = Payload { msg: ciphertext, aad: &place };
            assert_eq!(cipher.decrypt(&XNonce::from(*nonce), payload).expect("opens"), value, "{length}");

            let payload = Payload { msg: &value, aad: &place };
            let theirs = cipher.encrypt(&XNonce::from([3; NONCE]), payload).expect("seals");
            let sealed = [&[VERSION][..], &[3; NONCE], &theirs].concat();
            assert_eq!(*key.open("comment.body", row, &sealed).expect("opens"), value, "{length}");
        }
    }

    #[test]
    fn equal_values_look_different() {
        let key = PersonKey::random().expect("randomness");
        let seal = || key.seal("person.email", Uuid::nil(), b"ada@example.com").expect("randomness");
        assert_ne!(seal(), seal());
    }
}
