//! What the server does for this part.

use axum::http::header;
use axum::response::Response;
use tresen_desk::Error;
use tresen_desk::privacy::statement::imprint;
use tresen_desk::privacy::{Checked, Receipt};
use tresen_model::Address;

use super::Shown;
use super::privacy::Statement;
use super::receipt::{Check, Outcome, Says};
use crate::form::Done;
use crate::language::shared::dates;
use crate::web::{Answer, Context, Stop, Submitted, asked};

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::Privacy => Shown::Privacy(statement(context, None).await?),
        Address::PrivacyVersion { version } => Shown::Privacy(statement(context, Some(*version)).await?),
        Address::Receipt => Shown::Receipt(check(context, String::new(), None)),
        Address::Imprint => {
            let settings = context.app.desk.settings();
            Shown::Imprint(imprint(context.language, &settings.name, &settings.privacy))
        }
        _ => return Err(Error::NotFound.into()),
    })
}

/// A version of the privacy statement; `None` for the one that is in force.
async fn statement(context: &Context, version: Option<i64>) -> Result<Statement, Stop> {
    let (language, desk) = (context.language, &context.app.desk);
    let mut found = desk.privacy.privacy_text(language, None).await?;
    let in_force = found.0;
    if let Some(version) = version {
        found = desk.privacy.privacy_text(language, Some(version)).await?;
    }
    let (version, since, document) = found;
    Ok(Statement {
        version,
        since: dates::day(language, since, &context.app.time_zone),
        earlier: version != in_force,
        document,
        key: desk.privacy.receipt_public_key(),
    })
}

pub(super) fn check_receipt(typed: String) -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    let outcome = match context.app.desk.privacy.check_receipt(&typed) {
        Checked::Genuine(receipt) => Outcome::Genuine(Box::new(says(&context, receipt))),
        Checked::NotSigned => Outcome::NotSigned,
        Checked::Unreadable => Outcome::Unreadable,
    };
    Ok(Done::Show(Box::new(Shown::Receipt(check(&context, typed, Some(outcome))))))
}

fn check(context: &Context, typed: String, outcome: Option<Outcome>) -> Check {
    Check { key: context.app.desk.privacy.receipt_public_key(), typed, outcome }
}

fn says(context: &Context, receipt: Receipt) -> Says {
    let Receipt { id, desk, at, wish, count, key_backup_days } = receipt;
    Says { at: context.when(at).in_full(), wish, count, key_backup_days, desk, id }
}

/// Somebody typed the address, or chose another language there.
pub(crate) async fn to_check(context: Context) -> Response {
    context.finish(Ok(Answer::go(Address::Receipt)))
}

/// Gives a genuine receipt back as a file: the page that shows it needs no script for that.
pub(crate) async fn download(context: Context, form: Submitted) -> Response {
    let file = context.app.desk.privacy.receipt_file(form.get("receipt")).ok_or(Error::NotFound);
    let answer = file.map(|file| {
        let headers = [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"erasure-receipt.txt\""),
            (header::CACHE_CONTROL, "no-store"),
        ];
        Answer::other((headers, file))
    });
    context.finish(answer.map_err(Into::into))
}
