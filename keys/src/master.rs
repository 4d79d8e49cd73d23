//! The master key and what follows from it by HKDF-SHA-256 (RFC 5869).

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::random;

/// Thirty-two random bytes. Whoever has them and the key store can read everything, so they
/// live in a file of their own and in no backup of the data.
#[derive(Clone)]
pub struct MasterKey {
    wrap: Zeroizing<[u8; 32]>,
    blind_index: Zeroizing<[u8; 32]>,
    token: Zeroizing<[u8; 32]>,
    receipts: Zeroizing<[u8; 32]>,
    erasures: Zeroizing<[u8; 32]>,
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file could not be read or made.
    #[error("the master key file {path} could not be used: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file does not hold 32 bytes.
    #[error("the master key file {path} must hold exactly 32 bytes, but has {length}")]
    Length {
        /// The file.
        path: String,
        /// What it has.
        length: usize,
    },
    /// Others than its owner can read the file.
    #[error("the master key file {path} can be read by others; run: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: String,
    },
    /// There are data, but not the key that they were written with.
    #[error(
        "there is a database, but no master key file {path}; put the file back: a new key cannot read old data"
    )]
    Lost {
        /// The file.
        path: String,
    },
    /// No randomness for a new key.
    #[error(transparent)]
    NoRandomness(#[from] random::NoRandomness),
}

impl MasterKey {
    /// Reads the file, or makes it when `may_create`.
    ///
    /// # Errors
    /// See [`MasterKeyError`]; each names the file and what to do.
    pub fn load(path: &Path, may_create: bool) -> Result<Self, MasterKeyError> {
        let shown = path.display().to_string();
        let broken = |source| MasterKeyError::File { path: shown.clone(), source };
        match fs::read(path) {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                let length = bytes.len();
                let bytes: &[u8; 32] = bytes
                    .as_slice()
                    .try_into()
                    .map_err(|_| MasterKeyError::Length { path: shown.clone(), length })?;
                if is_exposed(path).map_err(broken)? {
                    return Err(MasterKeyError::Exposed { path: shown });
                }
                Ok(Self::derive(bytes))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && may_create => {
                let bytes = Zeroizing::new(random::bytes::<32>()?);
                write_new(path, bytes.as_slice()).map_err(broken)?;
                Ok(Self::derive(&bytes))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(MasterKeyError::Lost { path: shown })
            }
            Err(error) => Err(broken(error)),
        }
    }

    /// Derives the keys from the master key's bytes.
    pub fn derive(master: &[u8; 32]) -> Self {
        let master = Hkdf::<Sha256>::new(None, master);
        let expand = |purpose: &str| {
            let mut key = Zeroizing::new([0; 32]);
            // 32 bytes are far under the limit of 255 hashes, the only error there is.
            let expanded = master.expand(purpose.as_bytes(), key.as_mut_slice());
            debug_assert!(expanded.is_ok());
            key
        };
        Self {
            wrap: expand("tresen/1/wrap person keys"),
            blind_index: expand("tresen/1/blind index of addresses"),
            token: expand("tresen/1/tokens"),
            receipts: expand("tresen/1/receipts of erasures"),
            erasures: expand("tresen/1/list of erasures"),
        }
    }

    /// The key that wraps person keys.
    pub fn wrap(&self) -> &[u8; 32] {
        &self.wrap
    }

    /// The seed of the Ed25519 key (RFC 8032) that signs receipts.
    pub fn receipts(&self) -> &[u8; 32] {
        &self.receipts
    }

    /// The blind index of a normalised mail address: it finds a person without holding the
    /// address. HMAC-SHA-256 (RFC 2104).
    pub fn blind_index(&self, normalised: &str) -> [u8; 32] {
        mac(&self.blind_index, &[b"address", normalised.as_bytes()])
    }

    /// What is stored of a secret that is given away: a session's or a link's.
    pub fn secret_hash(&self, purpose: &str, secret: &[u8]) -> [u8; 32] {
        mac(&self.token, &[purpose.as_bytes(), secret])
    }

    /// What an erased person is known by in the list of erasures.
    pub fn erasure_mark(&self, person: &[u8]) -> [u8; 32] {
        mac(&self.erasures, &[b"person", person])
    }

    /// What shows that a line of the list of erasures is this desk's.
    pub fn erasure_check(&self, line: &str) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = mac(&self.erasures, &[b"line", line.as_bytes()]);
        [a, b, c, d, e, f, g, h]
    }

    /// A keyed hash of several parts, each told apart from the next by its length.
    pub fn fingerprint(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut all = vec![purpose.as_bytes()];
        all.extend_from_slice(parts);
        mac(&self.token, &all)
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length")
    };
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> io::Result<bool> {
    Ok(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions()) & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> io::Result<bool> {
    Ok(false)
}
