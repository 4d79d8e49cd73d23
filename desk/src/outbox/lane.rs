//! Where mails queue.

use tresen_model::EmailAddress;

use crate::outbox::Outbox;

/// Where mails to one domain queue: a keyed hash of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Lane(pub(crate) i64);

impl Outbox {
    /// The lane of mails to an address.
    pub(crate) fn lane_of(&self, to: &EmailAddress) -> Lane {
        let domain = to.domain().to_lowercase();
        let [a, b, c, d, e, f, g, h, ..] = self.keys.master().fingerprint("lane", &[domain.as_bytes()]);
        Lane(i64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }
}
