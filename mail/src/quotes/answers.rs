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
                Line::Answered => return true,
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
    /// It is in a known text, and words of a person stand behind it.
    Answered,
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
        let mut here =
            repeats.iter().filter(|repeat| (start..=start + line.len()).contains(&repeat.at.start));
        let known: usize = here.clone().map(|repeat| words(&rest[repeat.at.clone()]).len()).sum();
        let behind = here.next_back().and_then(|repeat| rest.get(repeat.at.end..start + line.len()));
        let all = words(line).len();
        let plain = line.trim().trim_start_matches(['>', ' ']);
        if all == 0
            || plain.starts_with("--")
            || phrases::is_attribution(plain)
            || header_block::may_begin(plain)
            || phrases::is_device_line(plain)
        {
            Line::Around
        } else if behind.is_some_and(is_said) {
            Line::Answered
        } else if known * 2 >= all {
            Line::Known
        } else {
            Line::Unknown
        }
    })
}

/// Whether somebody says something: two words, or one that ends a sentence. Addresses, and what programs
/// put into brackets, are not said.
fn is_said(text: &str) -> bool {
    let spoken = text.split_whitespace().filter(|word| {
        !word.contains(['@', '/', '[', ']', '<', '>', '…']) && word.chars().any(char::is_alphanumeric)
    });
    let spoken: Vec<&str> = spoken.collect();
    spoken.len() > 1 || spoken.first().is_some_and(|word| word.ends_with(['.', '!', '?', '。']))
}
