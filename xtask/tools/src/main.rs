//! Those parts of `cargo xtask` that take crates of their own. `xtask` builds and starts this program.
//!
//! - `frontend COMPILED SITE [--quick]`: makes the files that browsers load of compiled WASM, `style/` and
//!   `frontend/proof.js`.
//! - `deny`, `advisories`: checks the dependencies.
//!
//! Exit status: 0 done, 1 failed, 3 not checked, with the reason as the last line of standard output.

mod assets;
mod chunks;
mod deny;
mod frontend;
mod minify;
mod styles;
mod wasm_opt;

use std::path::Path;
use std::process::ExitCode;

use xtask::Result;

/// What a check came to that did not fail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// All is well.
    Passed,
    /// What it needs cannot be had on this machine; the sentence says what.
    NotChecked(String),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(Checked::Passed) => ExitCode::SUCCESS,
        Ok(Checked::NotChecked(sentence)) => {
            println!("{sentence}");
            ExitCode::from(3)
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<Checked> {
    match arguments {
        ["frontend", compiled, site, rest @ ..] => {
            let quick = match rest {
                [] => false,
                ["--quick"] => true,
                _ => return Err(format!("`{}` is not understood.", rest.join(" "))),
            };
            frontend::pack(Path::new(compiled), Path::new(site), quick).map(|()| Checked::Passed)
        }
        ["deny"] => deny::check().map(|()| Checked::Passed),
        ["advisories"] => deny::advisories(),
        _ => Err("This program is started by `cargo xtask`.".to_owned()),
    }
}
