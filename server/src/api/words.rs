//! Words and texts that several calls take, as the description shows them.

use utoipa::ToSchema;

/// A language of emails.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "describes what `Language` is on the wire")]
pub(super) enum LanguageWord {
    En,
    De,
}

/// Any bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "describes a body")]
pub(super) struct Bytes(String);

/// A random key, good for 24 hours.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
#[allow(dead_code, reason = "describes a header")]
pub(super) struct IdempotencyKey(String);
