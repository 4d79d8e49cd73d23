//! Which of the mails that are due leaves next: so many at once, so many to one domain, so many
//! a minute, and hardly any while the server is away.

use std::collections::{BTreeSet, HashMap, VecDeque};

use sqlx::types::Uuid;
use tokio::task::Id;
use tresen_model::Timestamp;

use crate::outbox::lane::Lane;
use crate::settings::Outgoing;

/// While the server is away it is tried this often: after 15, 30, 60, … seconds, at most five minutes.
const FIRST_PAUSE: i64 = 15;
const LONGEST_PAUSE: i64 = 300;

/// All mails are looked through this often, in seconds: one may have been committed after a later one was seen.
const LOOK_THROUGH_EVERY: i64 = 5;

/// So far back the next look begins, in microseconds: mails are not committed in the order of their times.
const OVERLAP: i64 = 200_000;

/// What is under way in this process, and what went before.
pub(super) struct Lanes {
    per_domain: usize,
    per_minute: Option<usize>,
    under_way: HashMap<Id, Lane>,
    /// Lanes with mails that were passed over since the lane was full.
    pub(super) waiting: BTreeSet<Lane>,
    /// The lane that waited and was served last: the next one comes after it.
    served: Option<Lane>,
    /// Whether new mails come before those that wait. They take turns, so that neither waits for the end of the other.
    new_first: bool,
    /// When mails were begun, oldest first; only those of the last minute, and only with a rate.
    begun: VecDeque<Timestamp>,
    /// Tries in a row that met a server that is away, and when it is tried again.
    failures: u32,
    paused_until: Option<Timestamp>,
    /// Where the next look at what is due begins. What is due before it is under way, or in a lane that waits.
    pub(super) from: Option<(i64, Uuid)>,
    looked_through_at: Option<Timestamp>,
}

impl Lanes {
    pub(super) fn new(settings: &Outgoing) -> Self {
        Self {
            per_domain: settings.per_domain.clamp(1, Outgoing::MOST_AT_ONCE),
            per_minute: settings.per_minute,
            under_way: HashMap::new(),
            waiting: BTreeSet::new(),
            served: None,
            new_first: false,
            begun: VecDeque::new(),
            failures: 0,
            paused_until: None,
            from: None,
            looked_through_at: None,
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

    /// How many more mails may be begun in a lane.
    pub(super) fn room_in(&self, lane: Lane) -> usize {
        let there = self.under_way.values().filter(|other| **other == lane).count();
        self.per_domain.saturating_sub(there)
    }

    /// The lanes that wait and have room, each in its turn.
    pub(super) fn ready(&self) -> Vec<Lane> {
        let (before, after): (Vec<Lane>, Vec<Lane>) =
            self.waiting.iter().partition(|lane| self.served.is_some_and(|served| **lane <= served));
        after.into_iter().chain(before).filter(|lane| self.room_in(*lane) > 0).collect()
    }

    /// Notes that mails of a lane that waited were chosen, and whether it has no more of them.
    pub(super) fn serve(&mut self, lane: Lane, emptied: bool) {
        self.served = Some(lane);
        if emptied {
            self.waiting.remove(&lane);
        }
    }

    /// Whether new mails come first this time.
    pub(super) fn take_turns(&mut self) -> bool {
        self.new_first = !self.new_first;
        self.new_first
    }

    /// Has the next look begin at the beginning, when the last one that did is long ago.
    pub(super) fn look_through(&mut self, now: Timestamp) {
        let due = |last: Timestamp| !(0..LOOK_THROUGH_EVERY).contains(&now.seconds_since(last));
        if self.looked_through_at.is_none_or(due) {
            self.looked_through_at = Some(now);
            self.from = None;
        }
    }

    /// Nothing that is due lies behind where the last look ended.
    pub(super) fn reached_end(&mut self, now: Timestamp) {
        let lately = (now.0.saturating_sub(OVERLAP), Uuid::nil());
        self.from = Some(self.from.map_or(lately, |from| from.min(lately)));
    }

    pub(super) fn begin(&mut self, task: Id, lane: Lane, now: Timestamp) {
        self.under_way.insert(task, lane);
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

    #[test]
    fn lanes_that_wait_are_served_in_turn() {
        let mut lanes = Lanes::new(&Outgoing::default());
        lanes.waiting.extend([Lane(1), Lane(2), Lane(3)]);

        let first = |lanes: &Lanes| lanes.ready().first().copied();
        assert_eq!(first(&lanes), Some(Lane(1)));
        lanes.serve(Lane(1), false);
        assert_eq!(lanes.ready(), [Lane(2), Lane(3), Lane(1)]);
        lanes.serve(Lane(2), true);
        lanes.serve(Lane(3), false);
        assert_eq!(lanes.ready(), [Lane(1), Lane(3)]);
        assert!(lanes.take_turns() != lanes.take_turns());
    }

    #[test]
    fn a_look_begins_a_little_before_the_last_one_ended_and_now_and_then_at_the_beginning() {
        let mut lanes = Lanes::new(&Outgoing::default());
        lanes.look_through(NOW);
        lanes.from = Some((NOW.0, Uuid::max()));
        lanes.reached_end(NOW);
        assert_eq!(lanes.from, Some((NOW.0 - OVERLAP, Uuid::nil())));

        lanes.look_through(NOW.plus_seconds(LOOK_THROUGH_EVERY - 1));
        assert!(lanes.from.is_some());
        lanes.look_through(NOW.plus_seconds(LOOK_THROUGH_EVERY));
        assert_eq!(lanes.from, None);
        // Nor is anything missed when the clock was set back.
        lanes.from = Some((NOW.0, Uuid::nil()));
        lanes.look_through(NOW.plus_seconds(-3600));
        assert_eq!(lanes.from, None);
    }
}
