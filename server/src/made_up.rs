//! Made-up requests, to measure a desk that has them.

use tresen_desk::requests::{Fields, Submission};
use tresen_desk::{Desk, Error};
use tresen_model::{EmailAddress, Language};

use crate::config::Config;
use crate::{Failure, commands};

/// Customers that submitted requests are spread over.
const CUSTOMERS: u64 = 2_000;

/// Requests that are submitted side by side.
const AT_ONCE: u64 = 64;

/// `tresen bench-data --requests N`: what a company's desk has after three years, stored in bulk and without mails.
pub(crate) async fn company(config: &Config, requests: u64, emails: &[String]) -> Result<(), Failure> {
    let parsed = emails.iter().map(|email| EmailAddress::parse(email)).collect::<Result<Vec<_>, _>>();
    let with_much = parsed.map_err(|problem| format!("an address cannot be used ({problem})"))?;
    let desk = commands::desk(config).await?;
    let made = desk.make_up(requests, &with_much).await.map_err(|error| match error {
        Error::Refused(_) => {
            format!("{requests} requests are too few for {} persons with many", with_much.len())
        }
        error => error.to_string(),
    })?;
    settle(&desk).await?;
    desk.close().await;
    println!(
        "{requests} requests with {} comments and {} files of {} customers.",
        made.comments, made.files, made.customers
    );
    if !with_much.is_empty() {
        println!("{} of them of each of {}.", made.each, with_much.len());
    }
    Ok(())
}

/// `tresen bench-data --requests N --by-form`: through the same door as customers, with all mails.
pub(crate) async fn submit(config: &Config, requests: u64) -> Result<(), Failure> {
    let desk = commands::desk(config).await?;
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
    settle(&desk).await?;
    desk.close().await;
    println!("{requests} requests of {} customers.", CUSTOMERS.min(requests));
    Ok(())
}

/// Leaves no work for whoever starts to measure.
async fn settle(desk: &Desk) -> Result<(), Failure> {
    while desk.indexer.index_stale().await.map_err(|error| error.to_string())? > 0 {}
    desk.requests.fold_statistics().await.map_err(|error| error.to_string())?;
    Ok(())
}

async fn submit_one(desk: &Desk, number: u64) -> Result<(), Error> {
    const THINGS: [&str; 8] =
        ["printer", "invoice", "password", "delivery", "contract", "scanner", "account", "heating"];
    let (thing, customer) = (THINGS[(number % 8) as usize], number % CUSTOMERS);
    let fields = Fields {
        email: &format!("customer{customer}@example.com"),
        name: "Made-up Customer",
        kind: desk.settings().request_types.first().map_or("", |kind| &kind.id),
        subject: &format!("My {thing} needs attention, case {number}"),
        body: &format!(
            "Good day,\n\nsince this morning the {thing} does not do what it should. I have tried to switch it off and \
             on again, without success. Could somebody have a look?\n\nKind regards\nCustomer {customer}"
        ),
        consent: true,
        once: &number.to_string(),
        language: Language::English,
    };
    desk.requests.submit(Submission::parse(&fields, desk.settings())?, Vec::new(), None).await.map(drop)
}
