//! Durations in words: "seven days", not "168 hours".

use crate::Language;

/// Where a duration stands in a German sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// "gilt einen Tag", "sieben Tage lang".
    Accusative,
    /// "nach einem Tag", "in sieben Tagen".
    Dative,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Up to here numbers are words.
const IN_WORDS: u64 = 12;

/// Returns a duration in words, rounded up to whole minutes, from two days on to whole hours: days and hours, hours
/// and minutes, or minutes; seconds below 90 seconds. One day is 24 hours, which is more exact.
pub fn in_words(language: Language, case: Case, seconds: u64) -> String {
    let (first, second) = match seconds {
        ..=90 => ((seconds, Unit::Second), (0, Unit::Second)),
        _ if seconds.div_ceil(MINUTE) < 2 * 60 && !seconds.is_multiple_of(HOUR) => {
            ((seconds.div_ceil(MINUTE), Unit::Minute), (0, Unit::Second))
        }
        _ if seconds < 2 * DAY => {
            let minutes = seconds.div_ceil(MINUTE);
            ((minutes / 60, Unit::Hour), (minutes % 60, Unit::Minute))
        }
        _ => {
            let hours = seconds.div_ceil(HOUR);
            ((hours / 24, Unit::Day), (hours % 24, Unit::Hour))
        }
    };
    let said = |(count, unit): (u64, Unit)| count_of(language, case, count, unit);
    match (second.0, language) {
        (0, _) => said(first),
        (_, Language::English) => format!("{} and {}", said(first), said(second)),
        (_, Language::German) => format!("{} und {}", said(first), said(second)),
    }
}

/// Returns so many days in words.
pub fn days_in_words(language: Language, case: Case, days: u32) -> String {
    count_of(language, case, u64::from(days), Unit::Day)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

fn count_of(language: Language, case: Case, count: u64, unit: Unit) -> String {
    let (one, many) = match (language, unit) {
        (Language::English, Unit::Second) => ("second", "seconds"),
        (Language::English, Unit::Minute) => ("minute", "minutes"),
        (Language::English, Unit::Hour) => ("hour", "hours"),
        (Language::English, Unit::Day) => ("day", "days"),
        (Language::German, Unit::Second) => ("Sekunde", "Sekunden"),
        (Language::German, Unit::Minute) => ("Minute", "Minuten"),
        (Language::German, Unit::Hour) => ("Stunde", "Stunden"),
        (Language::German, Unit::Day) if case == Case::Dative => ("Tag", "Tagen"),
        (Language::German, Unit::Day) => ("Tag", "Tage"),
    };
    if count == 1 {
        let article = match (language, unit, case) {
            (Language::English, ..) => "one",
            (_, Unit::Day, Case::Accusative) => "einen",
            (_, Unit::Day, Case::Dative) => "einem",
            (_, _, Case::Accusative) => "eine",
            (_, _, Case::Dative) => "einer",
        };
        return format!("{article} {one}");
    }
    format!("{} {many}", number(language, count))
}

fn number(language: Language, count: u64) -> String {
    const ENGLISH: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    const GERMAN: [&str; 13] = [
        "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf",
        "zwölf",
    ];
    let words = match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    };
    let word = usize::try_from(count).ok().filter(|_| count <= IN_WORDS).and_then(|index| words.get(index));
    word.map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_the_largest_units() {
        for (seconds, english, german, dative) in [
            (0, "zero seconds", "null Sekunden", "null Sekunden"),
            (1, "one second", "eine Sekunde", "einer Sekunde"),
            (2, "two seconds", "zwei Sekunden", "zwei Sekunden"),
            (13, "13 seconds", "13 Sekunden", "13 Sekunden"),
            (60, "60 seconds", "60 Sekunden", "60 Sekunden"),
            (90, "90 seconds", "90 Sekunden", "90 Sekunden"),
            (91, "two minutes", "zwei Minuten", "zwei Minuten"),
            (600, "ten minutes", "zehn Minuten", "zehn Minuten"),
            (1_800, "30 minutes", "30 Minuten", "30 Minuten"),
            (3_600, "one hour", "eine Stunde", "einer Stunde"),
            (5_400, "90 minutes", "90 Minuten", "90 Minuten"),
            (7_200, "two hours", "zwei Stunden", "zwei Stunden"),
            (
                7_201,
                "two hours and one minute",
                "zwei Stunden und eine Minute",
                "zwei Stunden und einer Minute",
            ),
            (86_400, "24 hours", "24 Stunden", "24 Stunden"),
            (2 * 86_400, "two days", "zwei Tage", "zwei Tagen"),
            (72 * 3_600, "three days", "drei Tage", "drei Tagen"),
            (168 * 3_600, "seven days", "sieben Tage", "sieben Tagen"),
            (168 * 3_600 - 1, "seven days", "sieben Tage", "sieben Tagen"),
            (
                180 * 3_600,
                "seven days and twelve hours",
                "sieben Tage und zwölf Stunden",
                "sieben Tagen und zwölf Stunden",
            ),
            (
                169 * 3_600,
                "seven days and one hour",
                "sieben Tage und eine Stunde",
                "sieben Tagen und einer Stunde",
            ),
            (14 * 86_400, "14 days", "14 Tage", "14 Tagen"),
            (180 * 86_400, "180 days", "180 Tage", "180 Tagen"),
        ] {
            assert_eq!(in_words(Language::English, Case::Accusative, seconds), english, "{seconds}");
            assert_eq!(in_words(Language::English, Case::Dative, seconds), english, "{seconds}");
            assert_eq!(in_words(Language::German, Case::Accusative, seconds), german, "{seconds}");
            assert_eq!(in_words(Language::German, Case::Dative, seconds), dative, "{seconds}");
        }
    }

    #[test]
    fn days_are_days() {
        for (days, english, german, dative) in [
            (1, "one day", "einen Tag", "einem Tag"),
            (2, "two days", "zwei Tage", "zwei Tagen"),
            (7, "seven days", "sieben Tage", "sieben Tagen"),
            (30, "30 days", "30 Tage", "30 Tagen"),
        ] {
            assert_eq!(days_in_words(Language::English, Case::Dative, days), english);
            assert_eq!(days_in_words(Language::German, Case::Accusative, days), german);
            assert_eq!(days_in_words(Language::German, Case::Dative, days), dative);
        }
    }
}
