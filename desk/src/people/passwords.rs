//! Passwords: Argon2id (RFC 9106), off the async threads, a bounded number at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, PasswordHasher, Version};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use tresen_keys::random;
use tresen_model::Problem;
use zeroize::Zeroizing;

use crate::error::{Broken, Error};

/// The least length of a password, in characters.
pub const MIN_PASSWORD: usize = 10;

/// The greatest length of a password, in characters: enough for any sentence.
pub const MAX_PASSWORD: usize = 200;

/// So many may wait for a hash; whoever comes later is asked to try again.
const MOST_WAITING: usize = 200;

/// Nineteen MiB, two passes, one lane: what OWASP gives as the least for Argon2id.
const MEMORY_KIB: u32 = 19_456;

pub(crate) struct Passwords {
    working: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// What Argon2 works in, kept for the next: an allocator that is asked for 19 MiB by one thread
    /// after another may never give them back (measured: 361 MiB after four seconds of logins).
    memory: Arc<Memory>,
    /// The hash of a password that nobody knows: comparing with it takes as long as with
    /// a real one, so that the time does not tell whether there is an account.
    nobody: String,
}

impl Passwords {
    /// Uses half of the machine's cores, but at least one: pages stay quick while thousands
    /// try to log in.
    pub(crate) fn new() -> Result<Self, Broken> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            working: Arc::new(Semaphore::new((cores / 2).max(1))),
            waiting: AtomicUsize::new(0),
            memory: Arc::default(),
            nobody: hash_now(&random::bytes::<16>()?)?,
        })
    }

    /// Hashes a password for storing (PHC string format).
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Error> {
        let password = Zeroizing::new(password.to_owned());
        self.work(move || hash_now(password.as_bytes())).await
    }

    /// Compares a password with a stored hash. Without one it takes as long and fails.
    pub(crate) async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool, Error> {
        let password = Zeroizing::new(password.to_owned());
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let memory = Arc::clone(&self.memory);
        self.work(move || Ok(matches(password.as_bytes(), &hash, &memory)? && exists)).await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Broken> + Send + 'static,
    ) -> Result<T, Error> {
        struct Leave<'a>(&'a AtomicUsize);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::AcqRel);
            }
        }
        let waiting = self.waiting.fetch_add(1, Ordering::AcqRel);
        let _leave = Leave(&self.waiting);
        if waiting >= MOST_WAITING {
            return Err(Error::Busy { wait: 5 });
        }
        let permit = Arc::clone(&self.working).acquire_owned().await.map_err(|_| Broken::Task)?;
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work itself: whoever gives up waiting does not let another one in.
            let _permit = permit;
            work()
        });
        Ok(done.await.map_err(|_| Broken::Task)??)
    }
}

fn argon2() -> Result<Argon2<'static>, Broken> {
    let params = Params::new(MEMORY_KIB, 2, 1, None).map_err(|error| Broken::Password(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &[u8]) -> Result<String, Broken> {
    let hash: PasswordHash = argon2()?
        .hash_password_with_salt(password, &random::bytes::<16>()?)
        .map_err(|error| Broken::Password(error.to_string()))?;
    Ok(hash.to_string())
}

/// Blocks of memory that nobody works in at the moment: at most one a permit.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    fn take(&self) -> Vec<Block> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, blocks: Vec<Block>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
    }
}

/// Whether a password is the one that was hashed.
fn matches(password: &[u8], hash: &str, memory: &Memory) -> Result<bool, Broken> {
    let broken = |error: &dyn std::fmt::Display| Broken::Password(error.to_string());
    let hash = PasswordHash::new(hash).map_err(|error| broken(&error))?;
    let params = Params::try_from(&hash).map_err(|error| broken(&error))?;
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else { return Err(broken(&"incomplete")) };
    let mut blocks = memory.take();
    blocks.resize(params.block_count(), Block::default());
    let mut computed = vec![0; expected.as_bytes().len()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let done = argon2.hash_password_into_with_memory(password, salt, &mut computed, &mut blocks);
    memory.give_back(blocks);
    done.map_err(|error| broken(&error))?;
    Ok(computed.ct_eq(expected.as_bytes()).into())
}

/// How long a password would stand up to guessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Under the least length.
    Short,
    /// Guessed at once.
    Weak,
    /// Guessed with effort; not taken.
    Fair,
    /// Good enough.
    Good,
    /// Very good.
    Strong,
}

/// Judges a password. `hints` are words that an attacker would try first: the person's name,
/// address and the desk's name.
pub fn strength(password: &str, hints: &[&str]) -> Strength {
    if password.chars().count() < MIN_PASSWORD {
        return Strength::Short;
    }
    // The estimate takes time that grows with the square of the length.
    let judged: String = password.chars().take(64).collect();
    match u8::from(zxcvbn::zxcvbn(&judged, hints).score()) {
        0 | 1 => Strength::Weak,
        2 => Strength::Fair,
        3 => Strength::Good,
        _ => Strength::Strong,
    }
}

/// Whether a password may be set.
///
/// # Errors
/// [`Problem::PasswordTooShort`], [`Problem::PasswordTooLong`] or [`Problem::PasswordWeak`].
pub(crate) fn check(password: &str, hints: &[&str]) -> Result<(), Problem> {
    if password.chars().count() > MAX_PASSWORD {
        return Err(Problem::PasswordTooLong { max: MAX_PASSWORD });
    }
    match strength(password, hints) {
        Strength::Short => Err(Problem::PasswordTooShort { min: MIN_PASSWORD }),
        Strength::Weak | Strength::Fair => Err(Problem::PasswordWeak),
        Strength::Good | Strength::Strong => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn compares() {
        let passwords = Passwords::new().expect("randomness");
        let hash = passwords.hash("lampshade harbour violin").await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("lampshade harbour violin", Some(hash.clone())).await.expect("verifies"));
        assert!(!passwords.verify("lampshade harbour violins", Some(hash)).await.expect("verifies"));
        assert!(!passwords.verify("", None).await.expect("verifies"));
    }

    #[test]
    fn judges_without_rules_of_composition() {
        assert_eq!(check("short", &[]), Err(Problem::PasswordTooShort { min: MIN_PASSWORD }));
        assert_eq!(check("passwordpassword", &[]), Err(Problem::PasswordWeak));
        assert_eq!(check("lampshade harbour violin", &[]), Ok(()));
        assert_eq!(check(&"x".repeat(201), &[]), Err(Problem::PasswordTooLong { max: MAX_PASSWORD }));
        assert!(strength("lovelace1815", &["lovelace1815"]) < Strength::Good);
    }
}
