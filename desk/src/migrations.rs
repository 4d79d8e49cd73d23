//! The tables of the data, in the order in which they came.

use tresen_store::{Location, Migrations};

use crate::error::Broken;

/// The migrations of the data.
pub(crate) static DATA: Migrations = Migrations::new(&[
    (1, "start", include_str!("../migrations/data/0001_start.sql")),
    (2, "restriction and audit", include_str!("../migrations/data/0002_restriction_and_audit.sql")),
    (3, "statistics", include_str!("../migrations/data/0003_statistics.sql")),
    (4, "mail", include_str!("../migrations/data/0004_mail.sql")),
    (5, "rectification", include_str!("../migrations/data/0005_rectification.sql")),
    (6, "api tokens", include_str!("../migrations/data/0006_api_token.sql")),
    (7, "factors", include_str!("../migrations/data/0007_factors.sql")),
    (8, "passkeys", include_str!("../migrations/data/0008_passkeys.sql")),
    (9, "identities", include_str!("../migrations/data/0009_identities.sql")),
    (11, "uploads and kinds", include_str!("../migrations/data/0011_uploads_and_kinds.sql")),
    (12, "sender names", include_str!("../migrations/data/0012_sender_names.sql")),
    (13, "join", include_str!("../migrations/data/0013_join.sql")),
    (14, "mail senders", include_str!("../migrations/data/0014_mail_senders.sql")),
    (15, "aside addresses", include_str!("../migrations/data/0015_aside_addresses.sql")),
    (16, "lanes and counts", include_str!("../migrations/data/0016_lanes_and_counts.sql")),
    (20, "api tokens of persons", include_str!("../migrations/data/0020_api_tokens.sql")),
    (21, "api calls", include_str!("../migrations/data/0021_api_calls.sql")),
    (22, "webhooks", include_str!("../migrations/data/0022_webhooks.sql")),
    (23, "webhooks with text", include_str!("../migrations/data/0023_webhook_text.sql")),
]);

/// Returns whether the data of a desk is at a location. Creates nothing.
///
/// # Errors
/// [`Broken`] when the folder or the server cannot be asked.
pub async fn has_data(location: &Location) -> Result<bool, Broken> {
    Ok(location.has_table("outbox").await?)
}

/// Returns whether the key store of a desk is at a location. Creates nothing.
///
/// # Errors
/// As of [`has_data`].
pub async fn has_keys(location: &Location) -> Result<bool, Broken> {
    Ok(location.has_table("person_key").await?)
}
