//! The commands that do one thing and end.

use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use tresen_desk::clock::SystemClock;
use tresen_desk::requests::{Fields, Submission};
use tresen_desk::{Desk, Error};
use tresen_model::{Language, Problem, Role};

use crate::Failure;
use crate::config::Config;
use crate::open;

/// Customers that made-up requests are spread over.
const MADE_UP_CUSTOMERS: u64 = 2_000;

/// Requests that are submitted side by side.
const AT_ONCE: u64 = 64;

async fn desk(config: &Config) -> Result<Desk, Failure> {
    open::desk(config, Arc::new(SystemClock)).await
}

/// `tresen person add`.
pub(crate) async fn add_person(config: &Config, email: &str, name: &str, role: Role) -> Result<(), Failure> {
    let mut password = String::new();
    stdin().lock().read_line(&mut password).map_err(|error| format!("no password could be read: {error}"))?;
    let desk = desk(config).await?;
    let added = desk.add_person(email, name, role, password.trim_end_matches(['\r', '\n'])).await;
    desk.close().await;
    added.map_err(|error| Failure::from(sentence(&error)))
}

/// `tresen erase`: exit code 1 when nobody has the address.
pub(crate) async fn erase(config: &Config, email: &str) -> Result<ExitCode, Failure> {
    let desk = desk(config).await?;
    let erased = desk.erase_by_operator(email).await;
    desk.close().await;
    match erased.map_err(|error| sentence(&error))? {
        Some(erased) => {
            let count = erased.count;
            println!(
                "Erased: {} requests, {} comments, {} files.",
                count.requests, count.comments, count.attachments
            );
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("tresen: nobody has this address.");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// `tresen export`: exit code 1 when nobody has the address.
pub(crate) async fn export(config: &Config, email: &str) -> Result<ExitCode, Failure> {
    let desk = desk(config).await?;
    let written = write_copy(&desk, email).await;
    desk.close().await;
    if written? {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("tresen: nobody has this address.");
    Ok(ExitCode::FAILURE)
}

async fn write_copy(desk: &Desk, email: &str) -> Result<bool, Failure> {
    let copy = desk.export_by_operator(email).await.map_err(|error| sentence(&error))?;
    let Some(mut copy) = copy else { return Ok(false) };
    let mut out = stdout().lock();
    while let Some(part) = copy.next().await {
        let part = part.map_err(|error| error.to_string())?;
        out.write_all(&part).map_err(|error| format!("the copy could not be written: {error}"))?;
    }
    out.flush().map_err(|error| format!("the copy could not be written: {error}"))?;
    Ok(true)
}

/// `tresen retention`.
pub(crate) async fn retention(config: &Config, dry_run: bool) -> Result<(), Failure> {
    let desk = desk(config).await?;
    let expired = if dry_run { desk.retention_preview().await } else { desk.retain().await };
    desk.close().await;
    let expired = expired.map_err(|error| sentence(&error))?;
    println!(
        "{}: {} settled requests, {} unconfirmed requests, {} persons without requests.",
        if dry_run { "Would be erased now" } else { "Erased" },
        expired.closed_requests,
        expired.unconfirmed_requests,
        expired.idle_persons
    );
    Ok(())
}

fn sentence(error: &Error) -> String {
    let Error::Refused(refusals) = error else { return error.to_string() };
    let said = refusals.iter().map(|refusal| {
        let problem = match &refusal.problem {
            Problem::PasswordTooShort { min } => format!("is too short; it needs {min} characters"),
            Problem::PasswordWeak => "is guessed too quickly; add a word or two".to_owned(),
            problem => format!("cannot be used ({problem})"),
        };
        format!("the {} {problem}", refusal.field)
    });
    said.collect::<Vec<_>>().join("; ")
}

/// `tresen bench-data`: through the same door as customers, so that everything is sealed,
/// indexed and counted as it would be.
pub(crate) async fn bench_data(config: &Config, requests: u64) -> Result<(), Failure> {
    let desk = desk(config).await?;
    let mut done = 0;
    while done < requests {
        let batch = AT_ONCE.min(requests - done);
        let tasks = (done..done + batch).map(|number| {
            let desk = desk.clone();
            tokio::spawn(async move { submit_one(&desk, number).await })
        });
        for task in tasks.collect::<Vec<_>>() {
            match task.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(format!("a request could not be stored: {error}").into()),
                Err(error) => return Err(format!("a task ended early: {error}").into()),
            }
        }
        done += batch;
    }
    loop {
        let indexed = desk.index_stale().await.map_err(|error| error.to_string())?;
        if indexed == 0 {
            break;
        }
    }
    desk.close().await;
    println!("{requests} requests of {} customers.", MADE_UP_CUSTOMERS.min(requests));
    Ok(())
}

async fn submit_one(desk: &Desk, number: u64) -> Result<(), Error> {
    const THINGS: [&str; 8] =
        ["printer", "invoice", "password", "delivery", "contract", "scanner", "account", "heating"];
    let thing = THINGS[(number % 8) as usize];
    let email = format!("customer{}@example.com", number % MADE_UP_CUSTOMERS);
    let subject = format!("My {thing} needs attention, case {number}");
    let body = format!(
        "Good day,\n\nsince this morning the {thing} does not do what it should. I have tried to switch it off \
         and on again, without success. Could somebody have a look?\n\nKind regards\nCustomer {}",
        number % MADE_UP_CUSTOMERS
    );
    let fields = Fields {
        email: &email,
        name: "Made-up Customer",
        kind: desk.settings().request_types.first().map_or("", |kind| &kind.id),
        subject: &subject,
        body: &body,
        consent: true,
        once: &number.to_string(),
        language: Language::English,
    };
    desk.submit(Submission::parse(&fields, desk.settings())?, Vec::new(), None).await.map(drop)
}
