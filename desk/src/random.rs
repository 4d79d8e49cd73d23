//! Randomness from the operating system.

use sqlx::types::Uuid;
use tresen_model::{RequestNumber, Timestamp};

/// The operating system gave no random numbers. Nothing safe can be done without them.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random numbers: {0}")]
pub struct NoRandomness(String);

/// Random bytes for keys, nonces and tokens.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| NoRandomness(error.to_string()))?;
    Ok(bytes)
}

/// A UUIDv7 (RFC 9562) made of the desk's time and 74 random bits.
pub(crate) fn id(now: Timestamp) -> Result<Uuid, NoRandomness> {
    let millis = u64::try_from(now.0 / 1_000).unwrap_or_default();
    Ok(sqlx::types::uuid::Builder::from_unix_timestamp_millis(millis, &bytes()?).into_uuid())
}

/// A public number for a request.
pub(crate) fn number() -> Result<RequestNumber, NoRandomness> {
    Ok(RequestNumber::from_bits(u64::from_le_bytes(bytes()?)))
}
