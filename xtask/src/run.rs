//! `cargo xtask run`: the whole service desk on this machine, with fresh data and two people.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Result, dist, folders};

/// Marks a data folder that may be wiped: nobody's real data.
const MARK: &str = ".made-by-xtask-run";

/// Builds everything, makes `./data` anew and serves it until Ctrl-C.
pub(crate) fn run() -> Result {
    let listen = std::env::var("TRESEN_LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let data = folders::root()?.join("data");
    check(&data, &listen)?;
    let program = dist::dist()?;
    // Again: building takes minutes.
    check(&data, &listen)?;
    folders::remove(&data)?;
    folders::write(&data.join(MARK), b"cargo xtask run wipes this folder each time it starts.\n")?;

    let people = [("agent@example.com", "Ada Agent", "agent"), ("admin@example.com", "Amir Admin", "admin")];
    let mut lines = String::new();
    for (email, name, role) in people {
        let password = password()?;
        let mut add = tresen(&program, &data, &listen)?;
        add.args(["person", "add", "--email", email, "--name", name, "--role", role, "--password-stdin"]);
        with_input(&mut add, &password)?;
        lines += &format!("  {role:<8}{email}  {password}\n");
    }
    println!("\n  desk    http://{listen}\n  mail    http://{listen}/dev/mail\n{lines}\n  Ctrl-C ends it.\n");
    let mut serve = tresen(&program, &data, &listen)?;
    let error = serve.args(["serve", "--dev"]).exec();
    Err(format!("{} cannot be started: {error}.", program.display()))
}

/// Says no before anything is built or wiped.
fn check(data: &Path, listen: &str) -> Result {
    TcpListener::bind(listen).map_err(|e| {
        format!("{listen} cannot be listened on ({e}); end what runs there, or set TRESEN_LISTEN.")
    })?;
    let empty = std::fs::read_dir(data).map_or(true, |mut entries| entries.next().is_none());
    if empty || data.join(MARK).is_file() {
        return Ok(());
    }
    Err("The folder data/ was not made by `cargo xtask run`, so it is not wiped; move it away.".to_owned())
}

fn tresen(program: &Path, data: &Path, listen: &str) -> Result<Command> {
    let mut tresen = Command::new(program);
    tresen.current_dir(folders::root()?).env("TRESEN_DATA", data).env("TRESEN_LISTEN", listen);
    // A desk to try out, on this machine alone, with passwords that nobody keeps.
    tresen.env("TRESEN_SECOND_FACTOR", "offered");
    Ok(tresen)
}

/// Runs a command with one line of input.
fn with_input(command: &mut Command, line: &str) -> Result {
    let failed = |e: std::io::Error| format!("`tresen person add` failed: {e}.");
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(failed)?;
    let written = child.stdin.take().map(|mut input| writeln!(input, "{line}"));
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        return Err(format!("`tresen person add` failed ({status})."));
    }
    written.transpose().map(|_| ()).map_err(failed)
}

/// 80 random bits, in letters that are easy to type.
fn password() -> Result<String> {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).map_err(|e| format!("The system gives no randomness: {e}."))?;
    Ok(data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ() {
        assert_ne!(password(), password());
        assert_eq!(password().map(|password| password.len()), Ok(16));
    }

    #[test]
    fn never_wipes_what_it_did_not_make() -> Result {
        let data = std::env::temp_dir().join(format!("tresen-xtask-run-{}", std::process::id()));
        let listen = "127.0.0.1:0";
        assert_eq!(check(&data, listen), Ok(()));
        folders::write(&data.join("tresen.db"), b"precious")?;
        assert!(check(&data, listen).is_err());
        folders::write(&data.join(MARK), b"")?;
        assert_eq!(check(&data, listen), Ok(()));
        folders::remove(&data)
    }
}
