//! Which of the mails that are due leaves next: so many at once, so many to one domain, so many
//! a minute, and hardly any while the server is away.

use std::collections::{HashMap, VecDeque};

use sqlx::types::Uuid;
use tokio::task::Id;
use tresen_model::Timestamp;

use super::Outgoing;

/// While the server is away it is tried this often: after 15, 30, 60, … seconds, at most five minutes.
const FIRST_PAUSE: i64 = 15;
const LONGEST_PAUSE: i64 = 300;

/// What is under way in this process, and what went before.
pub(super) struct Lanes {
    per_domain: usize,
    per_minute: Option<usize>,
    under_way: HashMap<Id, String>,
    /// When mails were begun, oldest first; only those of the last minute, and only with a rate.
    begun: VecDeque<Timestamp>,
    /// Tries in a row that met a server that is away, and when it is tried again.
    failures: u32,
    paused_until: Option<Timestamp>,
    /// Where the next look at what is due begins: behind what was passed over before.
    pub(super) from: Option<(i64, Uuid)>,
}

impl Lanes {
    pub(super) fn new(settings: &Outgoing) -> Self {
        Self {
            per_domain: settings.per_domain.clamp(1, Outgoing::MOST_AT_ONCE),
            per_minute: settings.per_minute,
            under_way: HashMap::new(),
            begun: VecDeque::new(),
            failures: 0,
            paused_until: None,
            from: None,
        }
    }

    /// How many mails may be begun now.
    pub(super) fn room(&mut self, now: Timestamp) -> usize {
        if self.paused_until.is_some_and(|until| now < until) {
            return 0;
        }
        // While nobody knows whether the server is back, one mail asks for all.
        let most = if self.failures > 0 { 1 } else { Outgoing::MOST_AT_ONCE };
        let room = most.saturating_sub(self.under_way.len());
        while self.begun.front().is_some_and(|begun| now.seconds_since(*begun) >= 60) {
            self.begun.pop_front();
        }
        room.min(self.per_minute.map_or(room, |most| most.saturating_sub(self.begun.len())))
    }

    /// Whether one more mail may go to a domain, besides those that were `chosen` just now.
    pub(super) fn has_room_for(&self, domain: &str, chosen: usize) -> bool {
        let there = self.under_way.values().filter(|other| *other == domain).count();
        there + chosen < self.per_domain
    }

    pub(super) fn begin(&mut self, task: Id, domain: String, now: Timestamp) {
        self.under_way.insert(task, domain);
        if self.per_minute.is_some() {
            self.begun.push_back(now);
        }
    }

    /// A mail is through; `reached` is whether there was a server to talk to, where that is known.
    pub(super) fn end(&mut self, task: Id, reached: Option<bool>, now: Timestamp) {
        self.under_way.remove(&task);
        match reached {
            Some(true) => {
                self.failures = 0;
                self.paused_until = None;
            }
            Some(false) => {
                let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(10)).min(LONGEST_PAUSE);
                self.failures = self.failures.saturating_add(1);
                self.paused_until = Some(now.plus_seconds(pause));
            }
            None => {}
        }
    }
}
