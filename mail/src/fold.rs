//! Tells what somebody wrote from what they quoted and how they signed.
//!
//! The rule above all others: nothing that a person may have written is folded away. Where that
//! cannot be told, all of it stays text.

use crate::html::{ATTRIBUTION, HISTORY, SIGNATURE};
use crate::{header_block, phrases};

/// What the headers say about the text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct About {
    /// It answers another mail, so marks of quoting are to be expected.
    pub(crate) answer: bool,
    /// It passes another mail on: the older mail is what it is about.
    pub(crate) forward: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Own,
    Blank,
    Quoted,
    /// "On … wrote:".
    Attribution,
    /// The first line of an older mail that has no marks.
    History,
    Signature,
    /// What a company's mail server adds at the end.
    Disclaimer,
}

struct Line<'a> {
    text: &'a str,
    kind: Kind,
}

/// The text, and what is folded away.
pub(crate) fn fold(text: &str, about: About) -> (String, Option<String>) {
    let lines = classify(text, about);
    let folded = ranges(&lines, about);
    if folded.is_empty() {
        return (plain(&lines, |_| true), None);
    }
    let is_folded = |index: usize| folded.iter().any(|range| range.contains(&index));
    let kept = plain(&lines, |index| !is_folded(index));
    if kept.trim().is_empty() {
        return (plain(&lines, |_| true), None);
    }
    let rest = plain(&lines, is_folded);
    (kept, Some(rest).filter(|rest| !rest.is_empty()))
}

fn plain(lines: &[Line<'_>], keep: impl Fn(usize) -> bool) -> String {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        if keep(index) {
            text.push_str(line.text.trim_end());
            text.push('\n');
        }
    }
    text.trim_end().trim_start_matches('\n').to_owned()
}

fn classify(text: &str, about: About) -> Vec<Line<'_>> {
    let raw: Vec<&str> = text.split('\n').collect();
    let mut lines: Vec<Line<'_>> = Vec::with_capacity(raw.len());
    for (index, line) in raw.iter().copied().enumerate() {
        let (mark, text) = match line.chars().next() {
            Some(mark @ (ATTRIBUTION | HISTORY | SIGNATURE)) => (Some(mark), &line[1..]),
            _ => (None, line),
        };
        let trimmed = text.trim();
        let kind = match mark {
            _ if text.starts_with('>') => Kind::Quoted,
            Some(ATTRIBUTION) if !phrases::is_forward(trimmed) => Kind::Attribution,
            Some(HISTORY) if about.answer => Kind::History,
            Some(SIGNATURE) if !trimmed.is_empty() => Kind::Signature,
            _ if trimmed.is_empty() => Kind::Blank,
            _ if is_history(&raw, index, about) => Kind::History,
            _ => Kind::Own,
        };
        lines.push(Line { text, kind });
    }
    mark_attributions(&mut lines, about);
    mark_disclaimer(&mut lines);
    lines
}

/// Whether an older mail without marks begins here: a line that says so, or a block of headers.
fn is_history(lines: &[&str], index: usize, about: About) -> bool {
    let line = lines[index].trim();
    if phrases::is_history(line) {
        return true;
    }
    // What looks like headers may as well be what a form was filled in with.
    if !about.answer {
        return false;
    }
    let follows = |from: usize| {
        let block = lines[from.min(lines.len())..].iter().take(8).map(|line| line.trim().trim_matches('*'));
        header_block::is_whole(block)
    };
    // A rule or a title, then the headers.
    let rule = line.len() >= 10 && line.chars().all(|c| matches!(c, '_' | '-'));
    if rule || phrases::is_bare_history(line) {
        let next = lines[index + 1..].iter().take(3).position(|line| !line.trim().is_empty());
        return next.is_some_and(|next| follows(index + 1 + next));
    }
    header_block::may_begin(line) && follows(index)
}

/// "On … wrote:" counts where a quote follows, or where nothing does and it is an answer. It may
/// be wrapped over three lines.
fn mark_attributions(lines: &mut [Line<'_>], about: About) {
    for index in 0..lines.len() {
        if lines[index].kind != Kind::Own {
            continue;
        }
        for length in 1..=3 {
            let Some(block) = lines.get(index..index + length) else { break };
            if block.iter().any(|line| line.kind != Kind::Own) {
                break;
            }
            let last = block[length - 1].text.trim_end();
            if !last.ends_with([':', '：']) || block.iter().map(|line| line.text.len()).sum::<usize>() > 400
            {
                continue;
            }
            if length > 1 && !is_wrapped_attribution(block) {
                continue;
            }
            let joined = joined(block);
            let next =
                lines[index + length..].iter().find(|line| line.kind != Kind::Blank).map(|line| line.kind);
            let quoted = next == Some(Kind::Quoted);
            if !(phrases::is_attribution(&joined) || quoted && phrases::is_foreign_attribution(&joined)) {
                continue;
            }
            match next {
                Some(Kind::Quoted) => {}
                // Yahoo and others quote without a mark: all that follows is the older mail.
                Some(Kind::Own)
                    if about.answer && !about.forward && phrases::is_dated_attribution(&joined) =>
                {
                    lines[index].kind = Kind::History;
                    break;
                }
                None if about.answer => {}
                _ => continue,
            }
            for line in &mut lines[index..index + length] {
                line.kind = Kind::Attribution;
            }
            break;
        }
    }
}

fn joined(block: &[Line<'_>]) -> String {
    block.iter().map(|line| line.text.trim()).collect::<Vec<_>>().join(" ")
}

/// Whether lines that end like an attribution are one from their first line on. What somebody wrote
/// right above it is none of it.
fn is_wrapped_attribution(block: &[Line<'_>]) -> bool {
    let begins = phrases::begins_attribution(block[0].text);
    let begins_later = (1..block.len()).any(|start| {
        let rest = joined(&block[start..]);
        phrases::is_attribution(&rest)
            && (phrases::is_dated_attribution(&rest) || !begins && phrases::begins_attribution(&rest))
    });
    !begins_later && phrases::may_begin_attribution(block[0].text)
}

/// A disclaimer below a quote is nobody's answer, where somebody has answered above it.
fn mark_disclaimer(lines: &mut [Line<'_>]) {
    let is_quote = |line: &Line<'_>| matches!(line.kind, Kind::Quoted | Kind::Attribution);
    let (Some(first), Some(last)) = (lines.iter().position(is_quote), lines.iter().rposition(is_quote))
    else {
        return;
    };
    let answered = lines[..first].iter().any(|line| line.kind == Kind::Own);
    let below = lines[last + 1..].iter().map(|line| line.text.trim()).collect::<Vec<_>>().join(" ");
    if answered && phrases::is_disclaimer(&below) {
        for line in &mut lines[last + 1..] {
            line.kind = Kind::Disclaimer;
        }
    }
}

/// What is folded: ranges of lines in their order.
fn ranges(lines: &[Line<'_>], about: About) -> Vec<std::ops::Range<usize>> {
    if is_forwarded(lines, about) {
        return Vec::new();
    }
    let mut end = lines.len();
    let mut folded = Vec::new();
    // An older mail without marks goes on to the end.
    let history = lines.iter().position(|line| line.kind == Kind::History);
    if let Some(start) = history {
        let above = &lines[..start];
        let last = above.iter().rfind(|line| line.kind == Kind::Own);
        // "My answers:" points at what follows, in any language.
        let announces = last.is_none_or(|last| last.text.trim_end().ends_with([':', '：']));
        if announces || above.iter().any(|line| line.kind == Kind::Own && phrases::points_below(line.text)) {
            // The answer may stand anywhere in it.
            return folded;
        }
        folded.push(start..lines.len());
        end = start;
    }
    let own = |line: &Line<'_>| line.kind == Kind::Own;
    let is_quote = |line: &Line<'_>| matches!(line.kind, Kind::Quoted | Kind::Attribution);
    let signature = signature_start(&lines[..end]);
    let attributed = lines[..end].iter().any(|line| line.kind == Kind::Attribution);
    let first_quote = lines[..end].iter().position(is_quote);
    let last_own = lines[..end].iter().rposition(own);
    // Signed above the quote: the signature ends where the quote begins.
    let signed = signature.map(|start| {
        let stop = lines[start..end].iter().position(is_quote).map_or(end, |length| start + length);
        start..stop
    });
    if let Some(quote) = first_quote {
        let below =
            |index: usize| index > quote && !signed.as_ref().is_some_and(|range| range.contains(&index));
        let answers_below = (quote..end).any(|index| below(index) && own(&lines[index]));
        if answers_below {
            // Answers between or below quotes mean nothing without them. What is behind the last
            // of them may go, and the signature.
            if let Some(range) = signed.filter(|range| range.start > last_own_outside(lines, range, end)) {
                folded.insert(0, range);
            }
            return folded;
        }
        if !about.answer && !attributed {
            // Lines that begin with `>` need not be a quote where nothing was answered.
            if let Some(range) = signed {
                folded.insert(0, range);
            }
            return folded;
        }
        let start = signed.map_or(quote, |range| range.start.min(quote));
        folded.insert(0, start..end);
        return folded;
    }
    if let Some(range) = signed.filter(|range| last_own.is_none_or(|last| range.end > last)) {
        folded.insert(0, range);
    }
    folded
}

/// Whether an older mail is passed on: it is what this one is about, so it stays text.
fn is_forwarded(lines: &[Line<'_>], about: About) -> bool {
    let older = |line: &&Line<'_>| !matches!(line.kind, Kind::Quoted | Kind::History);
    about.forward || lines.iter().take_while(older).any(|line| phrases::is_forward(line.text.trim()))
}

/// The last line that somebody wrote outside of a range.
fn last_own_outside(lines: &[Line<'_>], range: &std::ops::Range<usize>, end: usize) -> usize {
    (0..end).rev().find(|index| lines[*index].kind == Kind::Own && !range.contains(index)).unwrap_or(0)
}

/// The longest that is taken for a signature.
const LONGEST_SIGNATURE: usize = 25;

/// Where the signature begins, if there is one at the end or above the quote.
fn signature_start(lines: &[Line<'_>]) -> Option<usize> {
    let marked =
        lines.iter().position(|line| line.kind == Kind::Signature).filter(|start| is_whole(&lines[*start..]));
    let written = lines.iter().enumerate().position(|(index, line)| {
        let after = &lines[index + 1..];
        line.kind == Kind::Own
            && match line.text {
                // RFC 3676 4.3; many lose the space.
                "-- " => is_shorter(after, LONGEST_SIGNATURE + 1),
                text if text.trim_end() == "--" => is_shorter(after, 11),
                text => phrases::is_device_line(text.trim()) && is_shorter(after, 1),
            }
    });
    [marked, written].into_iter().flatten().min()
}

/// Whether nothing was written between a signature that HTML marks and the quote below it: if
/// there was, the program knew less than it said.
fn is_whole(lines: &[Line<'_>]) -> bool {
    let last = lines.iter().rposition(|line| line.kind == Kind::Signature).unwrap_or(0);
    let below =
        lines[last + 1..].iter().take_while(|line| !matches!(line.kind, Kind::Quoted | Kind::Attribution));
    !below.into_iter().any(|line| line.kind == Kind::Own)
}

/// Whether fewer lines than so many follow before a quote or the end.
fn is_shorter(lines: &[Line<'_>], than: usize) -> bool {
    let until = lines
        .iter()
        .take_while(|line| !matches!(line.kind, Kind::Quoted | Kind::Attribution | Kind::History));
    until.filter(|line| line.kind != Kind::Blank).take(than).count() < than
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: About = About { answer: true, forward: false };

    fn text(mail: &str) -> String {
        fold(mail, ANSWER).0
    }

    #[test]
    fn nothing_that_was_written_is_lost() {
        // Between, below, above and around quotes; after signatures; beside forwards.
        for mail in [
            "mine\n> quote\nmine\n> quote\nmine",
            "> quote\n-- \nAda\nmine",
            "On 1.1.2026 Ada wrote:\n> quote\n\nmine",
            "mine\n-- \nAda\n\n> quote\n\nmine",
            "mine\n\n> quote\n\nmine\n-- \nAda",
            "mine below\n-----Original Message-----\nmine",
            "-----Original Message-----\nmine",
            "mine\nBegin forwarded message:\n\n> From: mine\n> mine",
            "mine\n\n-------- Weitergeleitete Nachricht --------\nVon: mine\nDatum: mine\nAn: mine\n\nmine",
        ] {
            assert_eq!(text(mail).matches("mine").count(), mail.matches("mine").count(), "{mail}");
        }
    }

    #[test]
    fn a_disclaimer_below_a_quote_is_no_answer() {
        for disclaimer in [
            "This e-mail is confidential and intended solely for the addressee.",
            "Diese Nachricht ist vertraulich und nur für den\ngenannten Empfänger bestimmt.",
            "DISCLAIMER\n\nPrivileged. If you have received this in error, delete it.",
        ] {
            let (text, rest) = fold(&format!("mine\n\n> quote\n\n{disclaimer}"), ANSWER);
            assert_eq!((text.as_str(), rest), ("mine", Some(format!("> quote\n\n{disclaimer}"))));
        }
        for answer in [
            "> quote\n\nThis is confidential, for the addressee alone.",
            "mine\n\n> quote\n\nIs it confidential?",
        ] {
            assert_eq!(text(answer), answer);
        }
    }

    #[test]
    fn an_older_mail_begins_with_its_rule() {
        for rule in
            ["----- Original Nachricht ----", "-----Original-Nachricht-----", "--- Original message ---"]
        {
            assert_eq!(text(&format!("mine\n\n{rule}\nVon: Eve\nolder")), "mine", "{rule}");
        }
    }

    #[test]
    fn what_is_folded_is_kept_in_its_order() {
        let (text, rest) = fold("mine\n-- \nAda\n\nOn 1.1.2026 Eve wrote:\n> one\n> two", ANSWER);
        assert_eq!(text, "mine");
        assert_eq!(rest.as_deref(), Some("--\nAda\n\nOn 1.1.2026 Eve wrote:\n> one\n> two"));
        let (text, rest) = fold("mine\n\nSent from my phone", About::default());
        assert_eq!((text.as_str(), rest.as_deref()), ("mine", Some("Sent from my phone")));
    }

    #[test]
    fn words_of_a_person_are_no_marks() {
        for mail in [
            "My boss wrote:\nplease call me.",
            "Von: Köln nach Bonn\nist es nicht weit.",
            "a\n--\nb\n--\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no",
            "I sent from my desk a letter.\nIt came back.",
            "1 > 0\nand so on",
        ] {
            assert_eq!(fold(mail, ANSWER), (mail.to_owned(), None), "{mail}");
        }
    }
}
