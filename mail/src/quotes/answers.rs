//! Answers that somebody has written into a quote: the lines of it that the quoted mail does not have.

use super::words::words;
use super::{KnownTexts, Repeat};
use crate::{header_block, phrases};

impl KnownTexts {
    /// Returns whether a `rest` has lines of a person between lines that are known. What stands below
    /// the last known line may be a disclaimer, and what stands above the first one is who wrote it.
    pub fn has_answers_within(&self, rest: &str) -> bool {
        let repeats = self.repeats(rest, true);
        let mut unknown = false;
        let mut begun = false;
        for line in lines(rest, &repeats) {
            match line {
                Line::Known if unknown && begun => return true,
                Line::Known => begun = true,
                Line::Unknown => unknown |= begun,
                Line::Around => {}
            }
        }
        false
    }
}

enum Line {
    /// Half of it or more is in a known text.
    Known,
    /// It is in none.
    Unknown,
    /// Mail programs write such lines around a quote.
    Around,
}

fn lines<'a>(rest: &'a str, repeats: &'a [Repeat]) -> impl Iterator<Item = Line> + 'a {
    let mut at = 0;
    rest.split('\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        let here = repeats.iter().filter(|repeat| (start..=start + line.len()).contains(&repeat.at.start));
        let known: usize = here.map(|repeat| words(&rest[repeat.at.clone()]).len()).sum();
        let all = words(line).len();
        let plain = line.trim().trim_start_matches(['>', ' ']);
        if all == 0
            || plain.starts_with("--")
            || phrases::is_attribution(plain)
            || header_block::may_begin(plain)
            || phrases::is_device_line(plain)
        {
            Line::Around
        } else if known * 2 >= all {
            Line::Known
        } else {
            Line::Unknown
        }
    })
}
