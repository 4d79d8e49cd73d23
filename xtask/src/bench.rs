//! `cargo xtask bench`: prints the benchmarks of the finished program, and leaves them at
//! `target/bench.json`. What is measured, and how, stands in `bench/`.

use xtask::{Result, folders, shell};

use crate::dist;
use crate::postgres::Postgres;

/// Runs the benchmarks. `--postgres` without an address starts a PostgreSQL of its own.
pub(crate) fn bench(arguments: &[&str]) -> Result {
    let arguments: Vec<&str> = arguments.iter().copied().filter(|argument| *argument != "--").collect();
    let program = dist::dist()?;
    // Together with the server, whose dependencies hold all of its own: nothing is built twice.
    let both = ["build", "--release", "--package", "tresen-server", "--package", "tresen-bench"];
    shell::run(&mut shell::cargo(both)?)?;
    let target = folders::target()?;
    let mut bench = std::process::Command::new(folders::built("release")?.join("tresen-bench"));
    bench.env("TRESEN_BINARY", program).arg("--json").arg(target.join("bench.json"));
    // Not the system's folder for temporary files: that may be in memory, where a commit costs nothing.
    bench.arg("--folder").arg(&target);
    let postgres = match arguments.iter().position(|argument| *argument == "--postgres") {
        Some(at) if arguments.get(at + 1).is_none_or(|next| next.starts_with("--")) => {
            Some((at, Postgres::start()?))
        }
        _ => None,
    };
    match &postgres {
        Some((at, postgres)) => {
            bench.args(&arguments[..=*at]).arg(postgres.url()).args(&arguments[at + 1..]);
        }
        None => {
            bench.args(&arguments);
        }
    }
    shell::run(&mut bench)
}
