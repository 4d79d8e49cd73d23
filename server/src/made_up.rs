//! Made-up requests, to measure a desk that has them.

use tresen_desk::requests::{Fields, MadeUp, Submission};
use tresen_desk::{Desk, Error};
use tresen_model::{Body, EmailAddress, Language, Problem, Subject};

use crate::config::Config;
use crate::{Failure, commands};

/// Customers that made-up requests are spread over.
const CUSTOMERS: u64 = 2_000;

/// Requests that are submitted side by side.
const AT_ONCE: u64 = 64;

/// Requests that are stored in one transaction.
const BATCH: usize = 1_000;

/// Requests of the one person who has many, and comments in each after the first.
const THEIRS: u64 = 1_000;
const COMMENTS: u32 = 5;

/// `tresen bench-data --requests N`: through the same door as customers, so that everything is sealed,
/// indexed and counted as it would be.
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

/// `tresen bench-data --requests N --many-for EMAIL…`.
pub(crate) async fn store(config: &Config, requests: u64, emails: &[String]) -> Result<(), Failure> {
    let parsed = emails.iter().map(|email| EmailAddress::parse(email)).collect::<Result<Vec<_>, _>>();
    let those = parsed.map_err(|problem| format!("an address cannot be used ({problem})"))?;
    let every = (requests / THEIRS).max(1);
    if every < those.len() as u64 {
        return Err(
            format!("{requests} requests are too few for {} persons with {THEIRS}", those.len()).into()
        );
    }
    let desk = commands::desk(config).await?;
    let mut batch = Vec::with_capacity(BATCH);
    for number in 0..requests {
        let mut request = made_up(number)?;
        // Side by side in each stretch of `every`.
        let place = usize::try_from(number % every).ok().and_then(|place| those.get(place));
        if let Some(one) = place
            && number / every < THEIRS
        {
            request.email = one.clone();
            request.comments = COMMENTS;
        }
        batch.push(request);
        if batch.len() == BATCH || number + 1 == requests {
            desk.requests.make_up(&batch).await.map_err(|error| commands::sentence(&error))?;
            batch.clear();
        }
    }
    settle(&desk).await?;
    desk.close().await;
    println!("{requests} requests, {} of them of each of {}.", THEIRS.min(requests / every), those.len());
    Ok(())
}

fn made_up(number: u64) -> Result<MadeUp, Failure> {
    let words = Words::of(number);
    let wrong = |problem: Problem| format!("a made-up request cannot be stored ({problem})");
    Ok(MadeUp {
        email: EmailAddress::parse(&words.email).map_err(wrong)?,
        subject: Subject::parse(&words.subject).map_err(wrong)?,
        body: Body::parse(&words.body).map_err(wrong)?,
        comments: 0,
    })
}

/// Leaves no work for whoever starts to measure.
async fn settle(desk: &Desk) -> Result<(), Failure> {
    while desk.indexer.index_stale().await.map_err(|error| error.to_string())? > 0 {}
    desk.requests.fold_statistics().await.map_err(|error| error.to_string())?;
    Ok(())
}

/// What a made-up request says.
struct Words {
    email: String,
    subject: String,
    body: String,
}

impl Words {
    fn of(number: u64) -> Self {
        const THINGS: [&str; 8] =
            ["printer", "invoice", "password", "delivery", "contract", "scanner", "account", "heating"];
        let (thing, customer) = (THINGS[(number % 8) as usize], number % CUSTOMERS);
        Self {
            email: format!("customer{customer}@example.com"),
            subject: format!("My {thing} needs attention, case {number}"),
            body: format!(
                "Good day,\n\nsince this morning the {thing} does not do what it should. I have tried to switch \
                 it off and on again, without success. Could somebody have a look?\n\nKind regards\n\
                 Customer {customer}"
            ),
        }
    }
}

async fn submit_one(desk: &Desk, number: u64) -> Result<(), Error> {
    let words = Words::of(number);
    let fields = Fields {
        email: &words.email,
        name: "Made-up Customer",
        kind: desk.settings().request_types.first().map_or("", |kind| &kind.id),
        subject: &words.subject,
        body: &words.body,
        consent: true,
        once: &number.to_string(),
        language: Language::English,
    };
    desk.requests.submit(Submission::parse(&fields, desk.settings())?, Vec::new(), None).await.map(drop)
}
