//! What happened in one made-up request, from the first word to its end. The same number makes the same request.

use fastrand::Rng;
use tresen_model::{Channel, Language, Priority, Status, Timestamp, Visibility};

use super::words::Vocabulary;

/// Agents of the company.
pub(super) const AGENTS: usize = 20;

/// Over what time requests have come in, in microseconds: three years.
const SPAN: i64 = 3 * 365 * DAY;
const DAY: i64 = 24 * 3600 * SECOND;
const SECOND: i64 = 1_000_000;

/// Requests for each customer, on average.
const EACH: u64 = 5;

/// Of the newest requests, this share is the one in which most are active; and how many of these and of the others
/// are. Together 3 %.
const NEW: f64 = 0.04;
const ACTIVE_NEW: f64 = 0.6;
const ACTIVE_OLD: f64 = 0.00625;

/// Comments of a request, the first one included.
const FEWEST: usize = 2;
const MOST: usize = 30;

const FIRST_NAMES: [&str; 16] = [
    "Ada", "Bruno", "Clara", "Dario", "Elif", "Fritz", "Grace", "Hanna", "Ivan", "Jale", "Karl", "Lena",
    "Mehmet", "Nora", "Olga", "Paul",
];
const LAST_NAMES: [&str; 16] = [
    "Ahrens",
    "Baker",
    "Çelik",
    "Dvořák",
    "Evans",
    "Fischer",
    "García",
    "Hoffmann",
    "Ito",
    "Jansen",
    "Kowalski",
    "Lindgren",
    "Müller",
    "Novak",
    "O’Neill",
    "Petrova",
];

/// What a desk has been used for.
pub(super) struct Company {
    pub(super) requests: u64,
    pub(super) now: Timestamp,
    /// How many request types the desk has.
    pub(super) kinds: usize,
    english: Vocabulary,
    german: Vocabulary,
}

/// What one side wrote.
pub(super) struct Said {
    pub(super) at: Timestamp,
    pub(super) by_agent: bool,
    pub(super) visibility: Visibility,
    pub(super) body: String,
    /// Name and contents of a file that came with it.
    pub(super) file: Option<(String, Vec<u8>)>,
}

/// What happened in a request.
pub(super) struct Plan {
    /// A number of [`Company::customers`].
    pub(super) customer: u64,
    pub(super) language: Language,
    /// The place of its request type among those of the desk.
    pub(super) kind: usize,
    pub(super) channel: Channel,
    pub(super) status: Status,
    pub(super) priority: Priority,
    /// The agent who works on it.
    pub(super) agent: Option<usize>,
    pub(super) subject: String,
    pub(super) said: Vec<Said>,
    pub(super) settled_at: Option<Timestamp>,
    /// Whether the customer, and whether an agent, has read all.
    pub(super) read_by_customer: bool,
    pub(super) read_by_agents: bool,
}

impl Company {
    pub(super) fn new(requests: u64, now: Timestamp, kinds: usize) -> Self {
        Self { requests, now, kinds, english: Vocabulary::english(), german: Vocabulary::german() }
    }

    /// How many customers have written.
    pub(super) fn customers(&self) -> u64 {
        (self.requests / EACH).max(1)
    }

    /// Whose a request is; some write much more often than others.
    pub(super) fn customer(&self, number: u64) -> u64 {
        let mut random = Rng::with_seed(number ^ 0x5EED);
        let customers = self.customers();
        ((customers as f64 * random.f64().powf(1.3)) as u64).min(customers - 1)
    }

    pub(super) fn address(customer: u64) -> String {
        format!("customer{customer}@example.com")
    }

    pub(super) fn name(customer: u64) -> String {
        let (first, last) = (customer % 16, customer / 16 % 16);
        format!("{} {}", FIRST_NAMES[first as usize], LAST_NAMES[last as usize])
    }

    fn language(customer: u64) -> Language {
        if customer.is_multiple_of(2) { Language::German } else { Language::English }
    }

    /// When a request came in: in the order of the numbers, by day; and by day rather than by night.
    fn created(&self, number: u64, random: &mut Rng) -> Timestamp {
        let share = (number as f64 + random.f64()) / self.requests as f64;
        let at = self.now.0 - SPAN + (share * (SPAN - 600 * SECOND) as f64) as i64;
        let midnight = at - at.rem_euclid(DAY);
        let by_day = midnight + 7 * 3600 * SECOND + random.i64(0..11 * 3600 * SECOND);
        Timestamp(if by_day < self.now.0 - 600 * SECOND { by_day } else { at })
    }

    /// Makes up a request. `comments` are as many of the customer after the first, in place of a conversation.
    pub(super) fn plan(&self, number: u64, comments: Option<usize>) -> Plan {
        let mut random = Rng::with_seed(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ self.requests);
        let random = &mut random;
        let customer = self.customer(number);
        let language = Self::language(customer);
        let words = match language {
            Language::German => &self.german,
            Language::English => &self.english,
        };
        let is_new = number as f64 >= self.requests as f64 * (1.0 - NEW);
        let is_active = random.f64() < if is_new { ACTIVE_NEW } else { ACTIVE_OLD };
        let agent = (!is_active || random.u8(..10) < 7).then(|| random.usize(..AGENTS));
        let status = match (is_active, random.u8(..10)) {
            // Who waits for the customer has answered.
            (true, ..=3) if agent.is_some() && comments.is_none() => Status::Waiting,
            (true, _) => Status::Open,
            (false, ..=2) => Status::Resolved,
            (false, _) => Status::Closed,
        };
        let created = self.created(number, random);
        let count = match comments {
            Some(more) => 1 + more,
            None => FEWEST + geometric(random).min(MOST - FEWEST),
        };
        let alone = agent.is_none() || comments.is_some();
        let name = Self::name(customer);
        let mut said = Vec::with_capacity(count);
        for place in 0..count {
            let by_agent = !alone && place > 0 && (place == 1 || random.u8(..10) < 5);
            // The first answer, and the last word of who waits, are for the customer.
            let is_note = by_agent && place > 1 && place + 1 < count && random.u8(..10) < 2;
            let length = 4 + (-random.f64().max(1e-6).ln() * 22.0) as usize;
            let signed = (!by_agent && (place == 0 || random.bool())).then_some(name.as_str());
            let body = words.text(random, length.min(180), signed);
            let visibility = if is_note { Visibility::Internal } else { Visibility::Public };
            said.push(Said { at: created, by_agent, visibility, body, file: None });
        }
        if status == Status::Waiting
            && let Some(last) = said.last_mut()
        {
            last.by_agent = true;
        }
        let settled_at = self.set_times(random, created, &mut said, !is_active);
        if random.u8(..10) == 0 {
            let place = random.usize(..said.len());
            let length = random.usize(20..420);
            let contents = words.text(random, length, None).into_bytes();
            said[place].file = Some((format!("{}-{number}.txt", words.word(random)), contents));
        }
        let weighted = |random: &mut Rng| match random.u8(..100) {
            ..=2 => Priority::Urgent,
            3..=14 => Priority::High,
            15..=84 => Priority::Normal,
            _ => Priority::Low,
        };
        Plan {
            customer,
            language,
            // The first types are asked for more often.
            kind: ((self.kinds as f64 * random.f64().powf(1.5)) as usize).min(self.kinds.saturating_sub(1)),
            channel: match random.u8(..100) {
                ..=54 => Channel::Web,
                // Whoever writes down a call takes it on.
                55..=64 if agent.is_some() => Channel::Agent,
                _ => Channel::Mail,
            },
            status,
            priority: if agent.is_some() { weighted(random) } else { Priority::Normal },
            agent,
            subject: words.subject(random),
            said,
            settled_at,
            read_by_customer: random.u8(..10) < 7,
            read_by_agents: !is_active || random.u8(..10) < 6,
        }
    }

    /// Has hours or days pass between the comments, and ends before now. Gives when the request was settled.
    fn set_times(
        &self,
        random: &mut Rng,
        created: Timestamp,
        said: &mut [Said],
        is_settled: bool,
    ) -> Option<Timestamp> {
        // In microseconds, and at least a second each.
        let mut gap = || (-random.f64().max(1e-9).ln() * 0.6 * DAY as f64) as i64 + SECOND;
        let gaps: Vec<i64> = said.iter().map(|_| gap()).collect();
        let (all, there_is) = (gaps.iter().sum::<i64>(), self.now.0 - created.0 - SECOND);
        let shrink = if all > there_is { there_is as f64 / all as f64 } else { 1.0 };
        let mut at = created;
        let mut times = gaps.iter().map(|gap| {
            // Ids tell milliseconds, and some of them belong to what an agent does with a comment.
            at = Timestamp(at.0 + ((*gap as f64 * shrink) as i64).max(10_000));
            at
        });
        for comment in said.iter_mut().skip(1) {
            comment.at = times.next().unwrap_or(created);
        }
        times.next().filter(|_| is_settled)
    }
}

/// 0 or more, 3 on average, seldom many.
fn geometric(random: &mut Rng) -> usize {
    let mut count = 0;
    while random.u8(..4) < 3 && count < MOST {
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

    #[test]
    fn requests_are_spread_as_in_a_company() {
        let company = Company::new(20_000, NOW, 4);
        let plans: Vec<Plan> = (0..20_000).map(|number| company.plan(number, None)).collect();
        let share =
            |is: &dyn Fn(&Plan) -> bool| plans.iter().filter(|plan| is(plan)).count() as f64 / 20_000.0;
        let within = |is: &dyn Fn(&Plan) -> bool, expected: f64| {
            let share = share(is);
            assert!((expected * 0.8..expected * 1.2).contains(&share), "{share} in place of {expected}");
        };
        within(&|plan| plan.status.is_active(), 0.03);
        within(&|plan| plan.said.iter().any(|said| said.file.is_some()), 0.1);
        within(&|plan| plan.language == Language::German, 0.5);
        for channel in [Channel::Web, Channel::Mail, Channel::Agent] {
            assert!(share(&|plan| plan.channel == channel) > 0.05, "{channel:?}");
        }
        for status in Status::ALL {
            assert!(share(&|plan| plan.status == *status) > 0.005, "{status:?}");
        }
        for priority in Priority::ALL {
            assert!(share(&|plan| plan.priority == *priority) > 0.01, "{priority:?}");
        }
        assert_eq!(plans.iter().map(|plan| plan.kind).collect::<HashSet<_>>().len(), 4);
        assert_eq!(plans.iter().filter_map(|plan| plan.agent).collect::<HashSet<_>>().len(), AGENTS);
        let comments: Vec<usize> = plans.iter().map(|plan| plan.said.len()).collect();
        assert!(comments.iter().all(|count| (FEWEST..=MOST).contains(count)));
        let mean = comments.iter().sum::<usize>() as f64 / 20_000.0;
        assert!((4.7..5.3).contains(&mean), "{mean}");
        assert!(comments.iter().any(|count| *count >= 20));
    }

    #[test]
    fn times_rise_and_are_in_three_years() {
        let company = Company::new(3_000, NOW, 4);
        for number in 0..3_000 {
            let plan = company.plan(number, None);
            let times = plan.said.iter().map(|said| said.at).chain(plan.settled_at);
            let times: Vec<Timestamp> = times.collect();
            assert!(times.windows(2).all(|pair| pair[0].0 + 3_000 < pair[1].0), "{number}: {times:?}");
            assert!(
                times[0].0 >= NOW.0 - SPAN - DAY && times.last().is_some_and(|last| last.0 < NOW.0),
                "{times:?}"
            );
            assert_eq!(plan.settled_at.is_some(), !plan.status.is_active());
            assert!(plan.said[0].visibility == Visibility::Public && !plan.said[0].by_agent);
            assert!(plan.agent.is_some() || plan.said.iter().all(|said| !said.by_agent));
        }
    }
}
