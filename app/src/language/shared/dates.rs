//! Points in time as people say them.

use jiff::Zoned;
use jiff::tz::TimeZone;
use tresen_model::{Language, Timestamp};

use crate::when::When;

const MONTHS: [(&str, &str); 12] = [
    ("January", "Januar"),
    ("February", "Februar"),
    ("March", "März"),
    ("April", "April"),
    ("May", "Mai"),
    ("June", "Juni"),
    ("July", "Juli"),
    ("August", "August"),
    ("September", "September"),
    ("October", "Oktober"),
    ("November", "November"),
    ("December", "Dezember"),
];

const DAYS: [(&str, &str); 7] = [
    ("Monday", "Montag"),
    ("Tuesday", "Dienstag"),
    ("Wednesday", "Mittwoch"),
    ("Thursday", "Donnerstag"),
    ("Friday", "Freitag"),
    ("Saturday", "Samstag"),
    ("Sunday", "Sonntag"),
];

const fn pick(language: Language, both: (&'static str, &'static str)) -> &'static str {
    match language {
        Language::English => both.0,
        Language::German => both.1,
    }
}

fn zoned(time: Timestamp, zone: &TimeZone) -> Zoned {
    jiff::Timestamp::from_microsecond(time.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone.clone())
}

/// Says when `time` was, at `now`, in the operator's time zone.
pub fn when(language: Language, time: Timestamp, now: Timestamp, zone: &TimeZone) -> When {
    let at = zoned(time, zone);
    When {
        datetime: at.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        exact: exact(language, &at),
        said: said(language, &at, time, &zoned(now, zone), now),
    }
}

/// A day without a time: `3 March 2026`.
pub fn day(language: Language, time: Timestamp, zone: &TimeZone) -> String {
    day_of(language, &zoned(time, zone))
}

fn day_of(language: Language, at: &Zoned) -> String {
    let month = pick(language, MONTHS[(at.month() - 1) as usize]);
    let (day, year) = (at.day(), at.year());
    say!(language, "{day} {month} {year}", "{day}. {month} {year}")
}

fn exact(language: Language, at: &Zoned) -> String {
    let weekday = pick(language, DAYS[(at.weekday().to_monday_one_offset() - 1) as usize]);
    let day = day_of(language, at);
    let (hour, minute) = (at.hour(), at.minute());
    let zone = at.strftime("%Z").to_string();
    say!(
        language,
        "{weekday}, {day}, {hour:02}:{minute:02} ({zone})",
        "{weekday}, {day}, {hour:02}:{minute:02} Uhr ({zone})"
    )
}

fn said(language: Language, at: &Zoned, time: Timestamp, today: &Zoned, now: Timestamp) -> String {
    let seconds = now.seconds_since(time);
    let (hour, minute) = (at.hour(), at.minute());
    match seconds {
        -60..60 => return say!(language, "just now", "gerade eben"),
        60..120 => return say!(language, "a minute ago", "vor einer Minute"),
        120..3600 => {
            let minutes = seconds / 60;
            return say!(language, "{minutes} minutes ago", "vor {minutes} Minuten");
        }
        _ => {}
    }
    let days = at.date().until(today.date()).map_or(i32::MAX, |span| span.get_days());
    match days {
        0 if seconds > 0 && seconds < 2 * 3600 => say!(language, "an hour ago", "vor einer Stunde"),
        0 => say!(language, "today, {hour:02}:{minute:02}", "heute, {hour:02}:{minute:02} Uhr"),
        1 => say!(language, "yesterday, {hour:02}:{minute:02}", "gestern, {hour:02}:{minute:02} Uhr"),
        2..7 => {
            let weekday = pick(language, DAYS[(at.weekday().to_monday_one_offset() - 1) as usize]);
            say!(language, "{weekday}, {hour:02}:{minute:02}", "{weekday}, {hour:02}:{minute:02} Uhr")
        }
        _ if at.year() == today.year() => {
            let month = pick(language, MONTHS[(at.month() - 1) as usize]);
            let day = at.day();
            say!(language, "{day} {month}", "{day}. {month}")
        }
        _ => day_of(language, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().expect("a time").as_microsecond())
    }

    #[test]
    fn says_it_as_people_do() {
        let zone = TimeZone::get("Europe/Berlin").expect("known");
        let now = at("2026-03-10T12:00:00Z");
        for (time, english, german) in [
            ("2026-03-10T11:59:30Z", "just now", "gerade eben"),
            ("2026-03-10T11:57:00Z", "3 minutes ago", "vor 3 Minuten"),
            ("2026-03-10T10:55:00Z", "an hour ago", "vor einer Stunde"),
            ("2026-03-10T06:05:00Z", "today, 07:05", "heute, 07:05 Uhr"),
            ("2026-03-09T22:30:00Z", "yesterday, 23:30", "gestern, 23:30 Uhr"),
            ("2026-03-06T09:00:00Z", "Friday, 10:00", "Freitag, 10:00 Uhr"),
            ("2026-01-03T09:00:00Z", "3 January", "3. Januar"),
            ("2024-01-03T09:00:00Z", "3 January 2024", "3. Januar 2024"),
        ] {
            assert_eq!(when(Language::English, at(time), now, &zone).said, english);
            assert_eq!(when(Language::German, at(time), now, &zone).said, german);
        }
        let when = when(Language::German, at("2026-07-01T08:15:00Z"), now, &zone);
        assert_eq!(when.exact, "Mittwoch, 1. Juli 2026, 10:15 Uhr (CEST)");
        assert_eq!(when.datetime, "2026-07-01T08:15:00Z");
    }
}
