//! What the operator sets about limits and forms.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// So many at once, then so many an hour: a bucket that leaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many at once.
    pub at_once: NonZeroU32,
    /// How many an hour after that.
    pub an_hour: NonZeroU32,
}

impl Rate {
    /// A rate; for constants.
    ///
    /// # Panics
    /// When one of the two is zero.
    pub const fn new(at_once: u32, an_hour: u32) -> Self {
        match (NonZeroU32::new(at_once), NonZeroU32::new(an_hour)) {
            (Some(at_once), Some(an_hour)) => Self { at_once, an_hour },
            _ => panic!("a rate of nothing"),
        }
    }

    /// Microseconds after which there is room for one more.
    pub(crate) fn step(self) -> i64 {
        3_600_000_000 / i64::from(self.an_hour.get())
    }

    /// Microseconds that all at once fill.
    pub(crate) fn burst(self) -> i64 {
        self.step() * i64::from(self.at_once.get())
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at once, {} an hour", self.at_once, self.an_hour)
    }
}

/// How often somebody may be guessed at or written to, whatever the networks it comes from. They
/// hold for all nodes together.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Wrong passwords for one account, from everywhere but the devices that know it.
    pub account: Rate,
    /// Wrong passwords for one account from one network, from one device that knows it, or by
    /// somebody who is logged in.
    pub guess: Rate,
    /// Mails with a link that forms can have sent to one address.
    pub address: Rate,
    /// Requests in the name of one address by whoever is not logged in.
    pub sender: Rate,
    /// What one token of the API may do.
    pub token: Rate,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            account: Rate::new(50, 50),
            guess: Rate::new(10, 20),
            address: Rate::new(5, 10),
            sender: Rate::new(20, 40),
            token: Rate::new(600, 36_000),
        }
    }
}

/// How forms are looked at that anybody may send: `[forms]` in the settings.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormSettings {
    /// Whether they are looked at at all. A desk that only colleagues reach may do without.
    pub screen: bool,
    /// Whoever fills a form in within fewer seconds is suspicious.
    pub quickest_seconds: u32,
    /// So many links in a text are no sign of anything.
    pub links: u32,
    /// More requests of strangers than this, and every one of them needs a proof of work.
    pub calm: Rate,
    /// The same for those of one network.
    pub calm_network: Rate,
    /// Zero bits of the easiest proof of work; the hardest has four more. With 15, a slow browser
    /// works for a tenth of a second, and for two.
    pub proof_bits: u8,
}

impl Default for FormSettings {
    fn default() -> Self {
        Self {
            screen: true,
            quickest_seconds: 3,
            links: 4,
            calm: Rate::new(20, 120),
            calm_network: Rate::new(6, 30),
            proof_bits: 15,
        }
    }
}
