//! The commands as an operator meets them at a terminal, and as a script does without one.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::served::browser::PASSWORD;

const ADD: &[&str] = &["person", "add", "--name", "Ada", "--role"];

pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tresen"));
    command.args(arguments).current_dir(folder).env_remove("NO_COLOR").env("TERM", "xterm");
    command
}

/// Runs a command without a terminal.
pub(crate) fn piped(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = command(folder, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    drop(program.stdin.take().unwrap().write_all(input.as_bytes()));
    program.wait_with_output().unwrap()
}

/// A folder with a new desk.
pub(crate) fn new_desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(piped(folder.path(), &["init"], "").status.success());
    folder
}

/// A terminal: its other end, and what opens it.
fn pair() -> (File, impl Fn() -> OwnedFd) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let open = move || rustix::fs::open(&*name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (File::from(master), open)
}

/// Runs a command at a terminal, where each answer is typed as soon as its question is there. Returns
/// everything that the terminal shows, and the exit code.
pub(crate) fn typed(mut command: Command, answers: &[(&str, &str)]) -> (String, Option<i32>) {
    let (mut master, terminal) = pair();
    command.stdin(terminal()).stdout(terminal()).stderr(terminal());
    let mut program = command.spawn().unwrap();
    // The terminal ends when the program is the last that had it.
    drop(command);
    let (mut shown, mut answers, mut bytes) = (String::new(), answers.iter(), [0; 4096]);
    let mut next = answers.next();
    let mut from = 0;
    while let Ok(count @ 1..) = master.read(&mut bytes) {
        shown.push_str(&String::from_utf8_lossy(&bytes[..count]));
        while let Some((question, answer)) = next
            && let Some(at) = shown[from..].find(question)
        {
            from += at + question.len();
            writeln!(master, "{answer}").unwrap();
            next = answers.next();
        }
    }
    assert!(next.is_none(), "it never asked {next:?}: {shown}");
    (shown, program.wait().unwrap().code())
}

/// Runs a command whose standard input is a terminal and whose errors go nowhere. The line is typed as soon as
/// what is typed is not shown.
fn typed_blindly(mut command: Command, line: &str) -> (String, Option<i32>) {
    let (mut master, terminal) = pair();
    command.stdin(terminal()).stdout(terminal()).stderr(Stdio::null());
    let mut program = command.spawn().unwrap();
    drop(command);
    let begun = std::time::Instant::now();
    let mut line = Some(line);
    while program.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "it waits for more");
        let modes = rustix::termios::tcgetattr(&master).unwrap().local_modes;
        if !modes.contains(rustix::termios::LocalModes::ECHO)
            && let Some(line) = line.take()
        {
            writeln!(master, "{line}").unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let code = program.wait().unwrap().code();
    drop(terminal);
    let (mut shown, mut bytes) = (String::new(), [0; 4096]);
    while let Ok(count @ 1..) = master.read(&mut bytes) {
        shown.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    (shown, code)
}

pub(crate) fn add(folder: &Path, email: &str, role: &str) {
    let done = piped(folder, &[ADD, &[role, "--email", email]].concat(), &format!("{PASSWORD}\n"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_password_is_asked_for_twice_and_never_shown() {
    let folder = new_desk();
    let folder = folder.path();
    let arguments = [ADD, &["agent", "--email", "ada@example.com"]].concat();

    let answers = [("Password: ", PASSWORD), ("again: ", "something else 1234")];
    let (shown, code) = typed(command(folder, &arguments), &answers);
    assert!(shown.contains("differ") && code == Some(1), "{shown}");
    assert!(!shown.contains("else 1234"), "{shown}");

    let answers = [("Password: ", PASSWORD), ("again: ", PASSWORD)];
    let (shown, code) = typed(command(folder, &arguments), &answers);
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(PASSWORD), "{shown}");

    // Nor is it where nobody is asked.
    let silent = command(folder, &[&arguments[..], &["--password-stdin"]].concat());
    let (shown, code) = typed_blindly(silent, PASSWORD);
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(PASSWORD), "{shown}");

    // A script pipes it in, with and without saying so.
    for more in [&[][..], &["--password-stdin"]] {
        let done = piped(folder, &[&arguments[..], more].concat(), &format!("{PASSWORD}\n"));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert!(!String::from_utf8_lossy(&done.stderr).contains("Password"), "nobody is asked");
    }
    let done = piped(folder, &arguments, "");
    assert_eq!(done.status.code(), Some(1));
}

#[test]
fn an_erasure_asks_at_a_terminal_and_prints_the_receipt() {
    let folder = new_desk();
    let folder = folder.path();
    for (email, role) in
        [("ada@example.com", "agent"), ("grace@example.com", "agent"), ("root@example.com", "admin")]
    {
        add(folder, email, role);
    }

    // Somebody of the desk is erased only by name of what they are.
    for (email, role) in [("ada@example.com", "agent"), ("root@example.com", "admin")] {
        let refused = piped(folder, &["erase", "--email", email], "");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("--staff") && said.contains(role), "{said}");
    }
    let (shown, code) = typed(
        command(folder, &["erase", "--staff", "--email", "ada@example.com"]),
        &[("Type the address: ", "grace@example.com")],
    );
    assert!(code == Some(1) && shown.contains("nothing was changed"), "{shown}");
    let (shown, code) = typed(
        command(folder, &["erase", "--staff", "--email", "ada@example.com"]),
        &[("Type the address: ", "Ada@Example.com")],
    );
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("tresen-receipt: 1") && shown.contains("signature:"), "{shown}");

    // Without a terminal nobody is asked.
    let done = piped(folder, &["erase", "--staff", "--email", "grace@example.com"], "");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("tresen-receipt: 1"), "{said}");
    let gone = piped(folder, &["erase", "--staff", "--email", "grace@example.com"], "");
    assert_eq!(gone.status.code(), Some(1));
    // A customer needs neither.
    let mail = "From: eve@example.org\r\nTo: support@desk.example\r\nSubject: Lamp\r\n\r\nIt flickers.\r\n";
    assert!(piped(folder, &["mail", "ingest"], mail).status.success());
    let done = piped(folder, &["erase", "--email", "eve@example.org"], "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_first_start_says_once_where_the_master_key_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let key = folder.join("data/master.key");
    let key = key.to_str().unwrap();
    let start = |arguments: &[&str]| {
        let done = command(folder, arguments).env("TRESEN_LOG", "info").output().unwrap();
        assert!(done.status.success());
        String::from_utf8(done.stderr).unwrap()
    };

    let said = start(&["init"]);
    assert!(said.contains(key) && said.contains("Keep a copy of this file somewhere else"), "{said}");
    assert!(!start(&["token", "add", "--scope", "mail", "--name", "x"]).contains("master.key"), "twice");

    let checked = command(folder, &["config", "check"]).output().unwrap();
    let said = String::from_utf8(checked.stdout).unwrap();
    assert!(said.contains(key) && said.contains("Keep a copy"), "{said}");
}

#[test]
fn colours_are_for_terminals_only() {
    const ESCAPE: char = '\u{1b}';
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // The first of each warns of a new master key.
    let in_new = |name: &str| {
        let mut command = command(folder, &["init"]);
        command.env("TRESEN_DATA", folder.join(name)).env("TRESEN_LOG", "trace");
        command
    };

    let (shown, _) = typed(in_new("terminal"), &[]);
    assert!(shown.contains(ESCAPE) && shown.contains("master.key"), "{shown}");
    for (name, variable, value) in [("no-colour", "NO_COLOR", "1"), ("dumb", "TERM", "dumb")] {
        let mut command = in_new(name);
        command.env(variable, value);
        let (shown, _) = typed(command, &[]);
        assert!(!shown.contains(ESCAPE) && shown.contains("master.key"), "{name}: {shown}");
    }
    let done = in_new("file").output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap() + &String::from_utf8(done.stdout).unwrap();
    assert!(!said.contains(ESCAPE) && said.contains("master.key"), "{said}");
    for arguments in [&["--help"][..], &["erase", "--help"], &["nonsense"], &["person", "add"]] {
        let done = piped(folder, arguments, "");
        let said = String::from_utf8(done.stderr).unwrap() + &String::from_utf8(done.stdout).unwrap();
        assert!(!said.contains(ESCAPE), "{arguments:?}: {said}");
    }
}

#[test]
fn an_address_that_begins_with_a_hyphen_is_no_option() {
    let folder = new_desk();
    let folder = folder.path();
    let there = [
        "-x@example.com",
        "--help@example.com",
        "--role@example.com",
        "-@example.com",
        "-1@example.com",
        "--email@example.com",
        "--staff@example.com",
        "-e=x@example.com",
        "--@example.com",
        "-x-@example.com",
    ];
    for email in there {
        add(folder, email, "agent");
        let done = piped(folder, &["person", "kinds", "--email", email, "--all"], "");
        assert!(done.status.success(), "{email}: {}", String::from_utf8_lossy(&done.stderr));
        let done = piped(folder, &["export", "--email", email], "");
        assert!(done.status.success() && done.stdout.starts_with(b"PK"), "{email}");
        let done = piped(folder, &["person", "reset-factors", "--email", email], "");
        assert!(done.status.success(), "{email}: {}", String::from_utf8_lossy(&done.stderr));
        let erase = format!("--email={email}");
        let done = piped(folder, &["erase", "--staff", &erase], "");
        assert!(done.status.success(), "{email}: {}", String::from_utf8_lossy(&done.stderr));
    }
    // As Postfix' pipe(8) hands over what an envelope says.
    let mail = "From: eve@example.org\r\nTo: -x@desk.example\r\nSubject: Lamp\r\n\r\nIt flickers.\r\n";
    for envelope in [
        ["--to", "-x@desk.example", "--return-path", "-eve@example.org"],
        ["--to", "--kind@desk.example", "--return-path", "--to@example.org"],
        ["--to", "--help@desk.example", "--return-path", ""],
        ["--to", "-@desk.example", "--return-path", "--return-path@example.org"],
        ["--to", "--@desk.example", "--return-path", "--help"],
        ["--to", "-1", "--return-path", "-"],
        ["--to", "--", "--return-path", "--"],
    ] {
        let done = piped(folder, &[&["mail", "ingest"][..], &envelope].concat(), mail);
        assert_eq!(done.status.code(), Some(0), "{envelope:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    // What is no address at all is refused, whatever it looks like.
    let done = piped(folder, &["erase", "--email", "--staff"], "");
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
}
