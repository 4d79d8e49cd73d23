//! The command line of `cargo xtask bench`.

use std::path::PathBuf;
use std::time::Duration;

use crate::Result;

const USAGE: &str = "[erasure|flood|backup] [--requests N] [--seconds S] [--concurrency C,C,…] [--rounds R] [--postgres URL] [--folder DIR] [--json FILE]";

/// How much is measured, and where.
pub(crate) struct Arguments {
    /// One erasure in place of the load.
    pub(crate) erasure: bool,
    /// Logins without end in place of the load.
    pub(crate) flood: bool,
    /// A backup beside submits and erasures in place of the load.
    pub(crate) backup: bool,
    /// Requests that are there before anything is measured.
    pub(crate) requests: u64,
    /// How long each measurement takes.
    pub(crate) time: Duration,
    /// Connections side by side: each number is measured.
    pub(crate) concurrency: Vec<usize>,
    /// So often everything is measured; the medians count.
    pub(crate) rounds: usize,
    /// A PostgreSQL server in place of SQLite.
    pub(crate) postgres: Option<String>,
    /// Where the temporary folder is made: a commit is as slow as the disk beneath.
    pub(crate) folder: PathBuf,
    /// Where the figures are written.
    pub(crate) json: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn parse(given: &[String]) -> Result<Self> {
        let erasure = given.iter().any(|word| word == "erasure");
        let flood = given.iter().any(|word| word == "flood");
        let backup = given.iter().any(|word| word == "backup");
        let named = |word: &&String| ["erasure", "flood", "backup"].contains(&word.as_str());
        let given: Vec<String> = given.iter().filter(|word| !named(word)).cloned().collect();
        let mut arguments = Self {
            erasure,
            flood,
            backup,
            requests: match (erasure, flood, backup) {
                (true, ..) => 1_000_000,
                (_, true, _) => 1_000,
                (.., true) => 300_000,
                _ => 10_000,
            },
            time: Duration::from_secs(3),
            concurrency: vec![8, 1, 64],
            rounds: 3,
            postgres: None,
            folder: std::env::temp_dir(),
            json: None,
        };
        for pair in given.chunks(2) {
            let [name, value] = pair else { return Err(format!("{} needs a value; {USAGE}", pair[0])) };
            let number = |most: u64| match value.parse::<u64>() {
                Ok(number) if (1..=most).contains(&number) => Ok(number),
                _ => Err(format!("{name} is a number from 1 to {most}, not `{value}`")),
            };
            match name.as_str() {
                "--requests" => arguments.requests = number(1_000_000)?,
                "--seconds" => arguments.time = Duration::from_secs(number(60)?),
                "--concurrency" => {
                    let each = value.split(',').map(|one| match one.parse() {
                        Ok(number) if (1..=256).contains(&number) => Ok(number),
                        _ => Err(format!("{name} is numbers from 1 to 256 like 8,1,64, not `{value}`")),
                    });
                    arguments.concurrency = each.collect::<Result<_>>()?;
                }
                "--rounds" => arguments.rounds = number(20)? as usize,
                "--postgres" => arguments.postgres = Some(value.clone()),
                "--folder" => arguments.folder = value.into(),
                "--json" => arguments.json = Some(value.into()),
                _ => return Err(format!("`{name}` is not understood; {USAGE}")),
            }
        }
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_within_bounds() {
        let parse = |line: &str| Arguments::parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let arguments = parse("--requests 500 --seconds 1 --concurrency 4,32").expect("fine");
        assert_eq!((arguments.requests, &*arguments.concurrency), (500, &[4, 32][..]));
        assert_eq!(parse("--rounds 1").expect("fine").concurrency, [8, 1, 64]);
        assert!(parse("flood --seconds 2").expect("fine").flood);
        assert_eq!(
            parse("backup").map(|arguments| (arguments.backup, arguments.requests)),
            Ok((true, 300_000))
        );
        assert!(
            !arguments.erasure && !arguments.flood && parse("erasure --requests 1000").expect("fine").erasure
        );
        for wrong in [
            "--requests",
            "--requests x",
            "--seconds 0",
            "--concurrency 9999",
            "--concurrency 8,",
            "--fast yes",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
