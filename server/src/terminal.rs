//! Asking the operator at a terminal, and whether there is one.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use crate::Failure;

/// Whether colours may be written to standard error: to a terminal only, and not if `NO_COLOR` is set
/// (<https://no-color.org>) or the terminal is dumb.
pub(crate) fn has_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    stderr().is_terminal() && !set("NO_COLOR") && !dumb
}

/// Whether somebody can be asked: what they type must not be shown even where the question goes to a file.
fn asks() -> bool {
    stdin().is_terminal()
}

/// Reads a new password: at a terminal twice and without showing it, otherwise, or with `plainly`, the first line of
/// standard input.
///
/// # Errors
/// When nothing can be read, or the second time says something else.
pub(crate) fn new_password(plainly: bool) -> Result<String, Failure> {
    if !asks() {
        return read_line();
    }
    if plainly {
        return hidden("");
    }
    let first = hidden("Password: ")?;
    if hidden("The same again: ")? != first {
        return Err(Failure::from("the two passwords differ; nothing was changed".to_owned()));
    }
    Ok(first)
}

/// Asks at a terminal to type `expected`, whatever its case. Without a terminal nobody is asked.
///
/// # Errors
/// When something else is typed.
pub(crate) fn confirm(question: &str, expected: &str) -> Result<(), Failure> {
    if !asks() {
        return Ok(());
    }
    ask(question)?;
    if read_line()?.trim().to_lowercase() == expected.trim().to_lowercase() {
        return Ok(());
    }
    Err(Failure::from("this is not what was asked for; nothing was changed".to_owned()))
}

fn ask(question: &str) -> Result<(), Failure> {
    let mut terminal = stderr().lock();
    let asked = write!(terminal, "{question}").and_then(|()| terminal.flush());
    asked.map_err(|error| Failure::from(format!("nobody could be asked: {error}")))
}

fn hidden(question: &str) -> Result<String, Failure> {
    let line = {
        // Before the question: what is typed at once is not shown either.
        let _quiet = Quiet::begin()?;
        ask(question)?;
        read_line()
    };
    // The line break was not shown either.
    ask("\n")?;
    line
}

/// Reads one line of standard input, without its end.
fn read_line() -> Result<String, Failure> {
    let mut line = String::new();
    stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::from(format!("standard input could not be read: {error}")))?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line)
}

/// While it lives, the terminal does not show what is typed.
#[cfg(unix)]
struct Quiet(rustix::termios::Termios);

#[cfg(unix)]
impl Quiet {
    fn begin() -> Result<Self, Failure> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let cannot = |error| {
            Failure::from(format!("the terminal would show the password ({error}); nothing was read"))
        };
        let usual = tcgetattr(stdin()).map_err(cannot)?;
        let mut quiet = usual.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin(), OptionalActions::Flush, &quiet).map_err(cannot)?;
        Ok(Self(usual))
    }
}

#[cfg(unix)]
impl Drop for Quiet {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // There is nobody to tell; the shell sets its terminal up again.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
    }
}

#[cfg(not(unix))]
struct Quiet;

#[cfg(not(unix))]
impl Quiet {
    fn begin() -> Result<Self, Failure> {
        Err(Failure::from("this terminal would show the password; use standard input instead".to_owned()))
    }
}
