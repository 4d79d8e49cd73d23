//! How a value is sealed: XChaCha20-Poly1305 with a random nonce.
//!
//! A sealed value is one version byte, 24 bytes of nonce, and the ciphertext with its tag.
//! The associated data names table, column and row, so that a sealed value cannot be moved
//! to another place.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sqlx::types::Uuid;
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// A sealed value could not be opened: it was changed, moved, or sealed with another key.
#[derive(Debug, thiserror::Error)]
#[error("the sealed value of {column} in row {row} cannot be opened")]
pub struct Broken {
    column: &'static str,
    row: Uuid,
}

/// The key of one person.
#[derive(Clone)]
pub(crate) struct PersonKey(Zeroizing<[u8; 32]>);

impl PersonKey {
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        Ok(Self(Zeroizing::new(random::bytes()?)))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals a value for `column` ("table.column") of `row`.
    pub(crate) fn seal(
        &self,
        column: &'static str,
        row: Uuid,
        value: &[u8],
    ) -> Result<Vec<u8>, NoRandomness> {
        seal(&self.0, column, row, value)
    }

    /// Opens what [`seal`](Self::seal) made for the same place.
    pub(crate) fn open(
        &self,
        column: &'static str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Broken> {
        open(&self.0, column, row, sealed)
    }

    /// Opens a text.
    pub(crate) fn open_text(&self, column: &'static str, row: Uuid, sealed: &[u8]) -> Result<String, Broken> {
        let bytes = self.open(column, row, sealed)?;
        std::str::from_utf8(&bytes).map(str::to_owned).map_err(|_| Broken { column, row })
    }
}

pub(crate) fn seal(
    key: &[u8; 32],
    column: &'static str,
    row: Uuid,
    value: &[u8],
) -> Result<Vec<u8>, NoRandomness> {
    let nonce: [u8; NONCE] = random::bytes()?;
    let place = place(column, row);
    let payload = Payload { msg: value, aad: &place };
    let Ok(ciphertext) = XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload) else {
        unreachable!("only texts beyond 256 GiB cannot be sealed")
    };
    let mut sealed = Vec::with_capacity(1 + NONCE + ciphertext.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

pub(crate) fn open(
    key: &[u8; 32],
    column: &'static str,
    row: Uuid,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let broken = || Broken { column, row };
    let (version, rest) = sealed.split_first().ok_or_else(broken)?;
    let (nonce, ciphertext) = rest.split_at_checked(NONCE).ok_or_else(broken)?;
    if *version != VERSION {
        return Err(broken());
    }
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| broken())?;
    let place = place(column, row);
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: &place })
        .map(Zeroizing::new)
        .map_err(|_| broken())
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

    #[test]
    fn equal_values_look_different() {
        let key = PersonKey::random().expect("randomness");
        let seal = || key.seal("person.email", Uuid::nil(), b"ada@example.com").expect("randomness");
        assert_ne!(seal(), seal());
    }
}
