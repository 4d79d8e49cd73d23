//! `cargo xtask run`: the whole service desk on this machine, with fresh data and two people.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use xtask::{Result, folders, shell};

use crate::frontend::{self, Kind};

/// Marks a data folder that may be wiped: nobody's real data.
const MARK: &str = ".made-by-xtask-run";

/// Builds everything, makes `./data` anew and serves it until Ctrl-C.
pub(crate) fn run() -> Result {
    let desk = Desk::here()?;
    desk.check()?;
    build()?;
    // Again: building takes minutes.
    desk.check()?;
    desk.fill()?;
    let mut serve = desk.serve()?;
    let error = serve.exec();
    Err(format!("{} cannot be started: {error}.", serve.get_program().display()))
}

/// Builds the front end and the program quickly: without the last bit of size and speed.
pub(crate) fn build() -> Result {
    let compiled = frontend::compile(Kind::Quick)?;
    compile_server()?;
    frontend::pack(Kind::Quick, &compiled)
}

/// The same after a change, with tools that are there: they pack the front end while the server is compiled.
pub(crate) fn build_again() -> Result {
    let compiled = frontend::compile(Kind::Quick)?;
    std::thread::scope(|scope| {
        let packing = scope.spawn(|| frontend::pack(Kind::Quick, &compiled));
        compile_server()?;
        packing.join().map_err(|_| "Packing the front end ended in a panic.".to_owned())?
    })
}

/// With the tools, so that what both depend on has the features of both.
fn compile_server() -> Result {
    shell::run(&mut shell::cargo(["build", "--package", "tresen-server", "--package", "tresen-tools"])?)
}

/// The desk to try out.
pub(crate) struct Desk {
    data: PathBuf,
    listen: String,
}

impl Desk {
    /// The one in `./data`, at `TRESEN_LISTEN`.
    pub(crate) fn here() -> Result<Self> {
        let listen = std::env::var("TRESEN_LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
        Ok(Self { data: folders::root()?.join("data"), listen })
    }

    /// Says no before anything is built or wiped.
    pub(crate) fn check(&self) -> Result {
        let Self { data, listen } = self;
        TcpListener::bind(listen).map_err(|e| {
            format!("{listen} cannot be listened on ({e}); end what runs there, or set TRESEN_LISTEN.")
        })?;
        let empty = std::fs::read_dir(data).map_or(true, |mut entries| entries.next().is_none());
        if empty || data.join(MARK).is_file() {
            return Ok(());
        }
        Err("The folder data/ was not made by `cargo xtask run`, so it is not wiped; move it away."
            .to_owned())
    }

    /// Empties the folder, adds two people and prints their passwords.
    pub(crate) fn fill(&self) -> Result {
        folders::remove(&self.data)?;
        folders::write(&self.data.join(MARK), b"cargo xtask run wipes this folder each time it starts.\n")?;
        let people =
            [("agent@example.com", "Ada Agent", "agent"), ("admin@example.com", "Amir Admin", "admin")];
        let mut lines = String::new();
        for (email, name, role) in people {
            let password = password()?;
            let mut add = self.tresen()?;
            add.args(["person", "add", "--email", email, "--name", name, "--role", role, "--password-stdin"]);
            with_input(&mut add, &password)?;
            lines += &format!("  {role:<8}{email}  {password}\n");
        }
        let listen = &self.listen;
        println!(
            "\n  desk    http://{listen}\n  mail    http://{listen}/dev/mail\n{lines}\n  Ctrl-C ends it.\n"
        );
        Ok(())
    }

    /// The program, to be started.
    pub(crate) fn serve(&self) -> Result<Command> {
        let mut serve = self.tresen()?;
        serve.args(["serve", "--dev", "--site"]).arg(Kind::Quick.site()?);
        Ok(serve)
    }

    fn tresen(&self) -> Result<Command> {
        let mut tresen = Command::new(folders::tresen("debug")?);
        tresen
            .current_dir(folders::root()?)
            .env("TRESEN_DATA", &self.data)
            .env("TRESEN_LISTEN", &self.listen);
        // A desk to try out, on this machine alone, with passwords that nobody keeps.
        tresen.env("TRESEN_SECOND_FACTOR", "offered");
        Ok(tresen)
    }
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
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .map_err(|e| format!("The system gives no randomness: {e}."))?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
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
        let desk = Desk { data: data.clone(), listen: "127.0.0.1:0".to_owned() };
        assert_eq!(desk.check(), Ok(()));
        folders::write(&data.join("tresen.db"), b"precious")?;
        assert!(desk.check().is_err());
        folders::write(&data.join(MARK), b"")?;
        assert_eq!(desk.check(), Ok(()));
        folders::remove(&data)
    }
}
