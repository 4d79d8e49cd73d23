//! `cargo xtask run | test | bench | dist`: everything that is built, started and checked here.
//!
//! Cargo builds the Rust code; this builds what Cargo cannot: the WASM front end with its
//! JavaScript, the CSS, their hashed names and their compressed siblings. It also brings up what
//! the tests need. Nothing has to be installed beforehand but Rust.

mod bench;
mod browser;
mod description;
mod dist;
mod frontend;
mod postgres;
mod run;
mod rust;
mod test;
mod tools;
mod watch;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run                    build everything, serve http://127.0.0.1:3000 with a fresh ./data
cargo xtask watch                  the same, and again whenever a file changes; ./data stays
cargo xtask test [--only PART]...  everything CI runs; PART: format, deny, advisories, frontend, clippy,
                                   rust, api, browser, or one crate (desk) or journey (browser:passkeys),
                                   or one test's name (desk:erasure)
                 [--thorough]      races and kills in many rounds
cargo xtask bench                  print the benchmarks
cargo xtask dist                   leave the finished program at target/release/tresen
cargo xtask frontend               build only the front end, into target/site";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["run"] => run::run(),
        ["watch"] => watch::watch(),
        ["test", rest @ ..] => test::test(rest),
        ["bench", rest @ ..] => bench::bench(rest),
        ["dist"] => dist::dist().map(drop),
        ["frontend"] => frontend::build(frontend::Kind::Small),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        [] => Err(format!("Which task?\n{USAGE}")),
        other => Err(format!("There is no task `{}`.\n{USAGE}", other.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}
