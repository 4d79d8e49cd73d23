//! Times on the wire: RFC 3339, in UTC, to the microsecond.

use jiff::Timestamp as Time;
use tresen_model::Timestamp;

/// Writes a time.
pub(super) fn write(at: Timestamp) -> String {
    Time::from_microsecond(at.0).unwrap_or_default().to_string()
}

/// Reads a time with any offset.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    text.parse::<Time>().ok().map(|time| Timestamp(time.as_microsecond()))
}
