//! The erasure of a customer with very much, in a desk with very much: issue 3, "Done when".

use std::time::{Duration, Instant};

use crate::Result;
use crate::arguments::Arguments;
use crate::client::{Client, Request};
use crate::copies;
use crate::cpu::Meter;
use crate::people;
use crate::server::{self, Tresen};

/// No erasure may take longer: whoever asked for it waits for the answer.
const LIMIT: Duration = Duration::from_secs(2);

/// Measures one, and fails if it took too long. Nothing else uses the desk meanwhile.
pub(crate) async fn run(arguments: &Arguments, tresen: &Tresen, database: Option<u32>) -> Result {
    eprintln!("storing {} requests", arguments.requests);
    let filled = copies::filled(arguments, tresen, "much", async || {
        let (serving, _) = tresen.serve().await?;
        people::register(&mut Client::connect(tresen.listen).await?, &tresen.data()).await?;
        drop(serving);
        let number = arguments.requests.to_string();
        tresen.run(&["bench-data", "--requests", &number, "--many-for", people::CUSTOMER], "")
    });
    let filled = filled.await?;

    let (serving, ready) = tresen.serve().await?;
    let meter = Meter::new([serving.id()].into_iter().chain(database));
    meter.settle(Duration::from_secs(120)).await?;
    let mut client = Client::connect(tresen.listen).await?;
    let cookie = people::log_in(&mut client, people::CUSTOMER).await?;
    let page =
        client.send(&Request::get_plain("/account/delete", &cookie)).await?.expect(200, "the question")?;
    if !["1,000", "1000"].iter().any(|count| page.text().contains(count)) {
        return Err("the customer does not have 1,000 requests".to_owned());
    }
    let data_mib = server::size_mib(&tresen.data());
    let asked = Request::form("/account/delete", &cookie, &[("password", people::PASSWORD)]);
    let (cpu, start) = (meter.ms()?, Instant::now());
    let answer = client.send(&asked).await?;
    let took = start.elapsed();
    let cpu = meter.ms()? - cpu;
    answer.expect(200, "the erasure")?;
    meter.settle(Duration::from_secs(60)).await?;

    println!(
        "Erasure of a customer with 1,000 requests and 6,000 messages among {} requests ({}): {:.2} s, {:.2} s of CPU\n\
         {} {:.0} s, data folder {data_mib:.0} MiB, start until /readyz {:.0} ms",
        arguments.requests,
        if arguments.postgres.is_some() { "PostgreSQL" } else { "SQLite" },
        took.as_secs_f64(),
        cpu / 1000.0,
        if filled.copied { "copying a filled desk" } else { "filling" },
        filled.took.as_secs_f64(),
        ready.as_secs_f64() * 1000.0,
    );
    let log = tresen.log();
    if !log.is_empty() {
        println!("The server said:\n{log}");
    }
    if took > LIMIT {
        return Err(format!("the erasure took longer than {} seconds", LIMIT.as_secs()));
    }
    Ok(())
}
