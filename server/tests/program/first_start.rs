//! What a start says: where the master key is, once; and colours only where a terminal shows them.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::at_terminal::{command, piped, typed};
use crate::served::browser::PASSWORD;

const ADVICE: &str = "Keep a copy of this file somewhere else";
const ESCAPE: char = '\u{1b}';

fn said(mut command: Command, input: &str) -> String {
    use std::io::Write;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    // A command that reads nothing may have ended.
    drop(program.stdin.take().unwrap().write_all(input.as_bytes()));
    let output = program.wait_with_output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn whatever_makes_a_desk_says_where_its_master_key_is() {
    let add = ["person", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "admin"];
    let fill = ["bench-data", "--requests", "1"];
    let fill_many = ["bench-data", "--requests", "1", "--many-for", "ada@example.com"];
    let init = ["init"];
    for (settings, environment, arguments, key) in [
        ("", &[][..], &init[..], "data/master.key"),
        ("", &[("TRESEN_DATA", "somewhere")], &init, "somewhere/master.key"),
        ("", &[("TRESEN_DATA", "with a space")], &init, "with a space/master.key"),
        ("", &[("TRESEN_DATA", "Daten für später")], &init, "Daten für später/master.key"),
        ("", &[("TRESEN_MASTER_KEY_FILE", "secret")], &init, "secret"),
        ("master_key_file = './key/../master'", &[], &init, "key/../master"),
        ("data = 'one/two/three'", &[], &init, "one/two/three/master.key"),
        ("database_url = 'desk.db'\nkeys_url = 'k.db'", &[], &init, "data/master.key"),
        ("", &[("TRESEN_LOG", "warn")], &init, "data/master.key"),
        ("name = 'Beispiel'", &[], &add, "data/master.key"),
        ("", &[("TRESEN_DATA", "d")], &fill, "d/master.key"),
        ("", &[("TRESEN_DATA", "d")], &fill_many, "d/master.key"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::create_dir(folder.join("key")).unwrap();
        if !settings.is_empty() {
            fs::write(folder.join("tresen.toml"), settings).unwrap();
        }
        let tresen = |arguments: &[&str]| {
            let mut command = command(folder, arguments);
            command.envs(environment.iter().copied());
            command
        };

        let first = said(tresen(arguments), PASSWORD);

        assert!(first.contains(folder.join(key).to_str().unwrap()), "{key}: {first}");
        assert_eq!(first.matches(ADVICE).count(), 1, "{key}: {first}");
        assert!(folder.join(key).is_file(), "{key}");
        // Not with every command from then on.
        let next = said(tresen(&["retention", "--dry-run"]), "");
        assert!(!next.contains(ADVICE), "{key}: {next}");
        // Whoever asks is told again.
        assert_eq!(said(tresen(&["config", "check"]), "").matches(ADVICE).count(), 1, "{key}");
    }
}

#[test]
fn a_key_that_was_there_before_is_no_news() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("master.key"), [7; 32]).unwrap();
    fs::write(folder.join("tresen.toml"), "master_key_file = 'master.key'").unwrap();

    assert!(!said(command(folder, &["init"]), "").contains(ADVICE));
}

#[test]
fn colours_are_written_where_a_terminal_wants_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // The first of each warns of a new master key.
    for (name, variables, coloured) in [
        ("usual", &[][..], true),
        ("empty", &[("NO_COLOR", "")], true),
        ("one", &[("NO_COLOR", "1")], false),
        ("zero", &[("NO_COLOR", "0")], false),
        ("false", &[("NO_COLOR", "false")], false),
        ("space", &[("NO_COLOR", " ")], false),
        ("dumb", &[("TERM", "dumb")], false),
        ("modern", &[("TERM", "xterm-256color")], true),
        ("forced", &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
        ("dumb-and-forced", &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], false),
    ] {
        let mut command = command(folder, &["init"]);
        command.env("TRESEN_DATA", folder.join(name)).env("TRESEN_LOG", "trace");
        command.envs(variables.iter().copied());
        let (shown, code) = typed(command, &[]);
        assert!(code == Some(0) && shown.contains("master.key"), "{name}: {shown}");
        assert_eq!(shown.contains(ESCAPE), coloured, "{name}: {shown}");
    }
}

#[test]
fn no_colour_reaches_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(piped(folder, &["init"], "").status.success());
    for (index, arguments) in [
        &["--help"][..],
        &["--version"],
        &["help", "erase"],
        &["nonsense"],
        &["erase"],
        &["erase", "--emial", "x"],
        &["person", "add", "--role", "king"],
        &["config", "show"],
        &["config", "check"],
        &["mail", "check"],
        &["retention", "--dry-run"],
        &["openapi"],
    ]
    .into_iter()
    .enumerate()
    {
        for force in ["", "1"] {
            let path = folder.join(format!("log-{index}"));
            let mut command = command(folder, arguments);
            command.env("TRESEN_LOG", "trace").env("CLICOLOR_FORCE", force).stdin(Stdio::null());
            let log = File::create(&path).unwrap();
            command.stdout(log.try_clone().unwrap()).stderr(log).status().unwrap();
            assert!(!is_coloured(&path), "{arguments:?} {force}: {}", fs::read_to_string(&path).unwrap());
        }
    }
}

fn is_coloured(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap();
    assert!(!text.is_empty(), "{} says nothing", path.display());
    text.contains(ESCAPE)
}
