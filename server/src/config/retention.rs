//! How long things may be kept: a limit of nothing erases everything at once.

use tresen_desk::settings::Retention;

use super::{ConfigError, wrong};

/// The longest time, in days: a century. Nobody means more, and more may not be in the calendar.
const MOST_DAYS: u32 = 36_500;

/// The same in months.
const MOST_MONTHS: u32 = 1_200;

/// Checks `[retention]`.
pub(super) fn check(retention: &Retention) -> Result<(), ConfigError> {
    let Retention {
        closed_requests_months,
        unconfirmed_days,
        held_days,
        set_aside_days,
        sent_mail_days,
        idle_person_months,
        session_days,
        language_cookie_days,
        key_backup_days,
        data_backup_days,
    } = *retention;
    let months = |key, value| within(key, value, 1, MOST_MONTHS, "months");
    let days = |key, value| within(key, value, 1, MOST_DAYS, "days");
    // Nothing of it need be kept.
    let no_days = |key, value| within(key, value, 0, MOST_DAYS, "days");
    months("closed_requests_months", closed_requests_months)?;
    months("idle_person_months", idle_person_months)?;
    days("unconfirmed_days", unconfirmed_days)?;
    days("held_days", held_days)?;
    days("set_aside_days", set_aside_days)?;
    days("session_days", session_days)?;
    days("language_cookie_days", language_cookie_days)?;
    no_days("sent_mail_days", sent_mail_days)?;
    no_days("key_backup_days", key_backup_days)?;
    no_days("data_backup_days", data_backup_days.unwrap_or_default())
}

fn within(key: &str, value: u32, least: u32, most: u32, unit: &str) -> Result<(), ConfigError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let reason = if value < least { "with 0 it would be deleted at once; " } else { "" };
    let fix = format!("{reason}it is a number of {unit} from {least} to {most}");
    Err(wrong(&format!("retention.{key}"), &value.to_string(), &fix))
}
