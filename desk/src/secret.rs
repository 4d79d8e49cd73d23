//! What a browser or a mailed link carries to show whose it is.

use data_encoding::BASE64URL_NOPAD;
use tresen_keys::random;
use zeroize::Zeroizing;

/// What a browser keeps to show who it belongs to, or what a mailed link carries: 256
/// random bits. Only a keyed hash of it is stored.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn random() -> Result<Self, random::NoRandomness> {
        Ok(Self(Zeroizing::new(BASE64URL_NOPAD.encode(&random::bytes::<32>()?))))
    }

    /// Takes what a browser or a link gave; anything may be in it.
    pub fn received(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text to give away.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
