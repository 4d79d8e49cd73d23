//! Randomness from the operating system.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::types::Uuid;
use sqlx::types::uuid::Builder;
use tresen_model::{RequestNumber, Timestamp};

/// The operating system gave no random numbers. Nothing safe can be done without them.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random numbers: {0}")]
pub struct NoRandomness(String);

/// Random bytes for keys, nonces and tokens.
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| NoRandomness(error.to_string()))?;
    Ok(bytes)
}

/// The time of the last id in milliseconds, and 12 bits that count the ids of that millisecond.
static LAST: AtomicU64 = AtomicU64::new(0);

/// A UUIDv7 (RFC 9562) made of the desk's time, a count within the millisecond (6.2, method 1)
/// and 62 random bits. Of two ids that one process makes, the later is the greater: comments
/// and history are told in this order.
pub fn id(now: Timestamp) -> Result<Uuid, NoRandomness> {
    let at = u64::try_from(now.0 / 1_000).unwrap_or_default() << 12;
    let after = |last: u64| (last + 1).max(at);
    let last = LAST.fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(after(last)));
    let moment = after(last.unwrap_or_default());
    let mut tail: [u8; 10] = bytes()?;
    tail[..2].copy_from_slice(&(moment as u16 & 0xfff).to_be_bytes());
    Ok(Builder::from_unix_timestamp_millis(moment >> 12, &tail).into_uuid())
}

/// A public number for a request.
pub fn number() -> Result<RequestNumber, NoRandomness> {
    Ok(RequestNumber::from_bits(u64::from_le_bytes(bytes()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_stand_in_the_order_in_which_they_were_made() {
        let now = Timestamp(1_800_000_000_000_000);
        let ids: Vec<Uuid> = (0..10_000).map(|_| id(now).expect("randomness")).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert_ne!(ids[0].as_bytes()[8..], ids[1].as_bytes()[8..]);
    }
}
