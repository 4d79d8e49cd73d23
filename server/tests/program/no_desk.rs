//! Commands about a desk, where there is none: they say so, and make none.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sqlx::{Connection, PgConnection};

use crate::databases::Databases;
use crate::opened::open;

/// Every command that is about a desk that is there.
const COMMANDS: &[&[&str]] = &[
    &["token", "add", "--name", "gateway", "--scope", "mail"],
    &["import", "person", "copy.zip"],
    &["person", "kinds", "--email", "ada@example.com", "--kinds", "nonsense"],
    &["verify-erasure", "--all"],
    &["verify-erasure"],
    &["export", "--email", "ada@example.com"],
    &["retention"],
    &["retention", "--dry-run"],
    &["erase", "--email", "ada@example.com"],
    &["person", "kinds", "--email", "ada@example.com", "--all"],
    &["person", "reset-factors", "--email", "ada@example.com"],
    &["token", "list"],
    &["webhook", "add", "--name", "shop", "--url", "https://shop.example.com/hook"],
    &["webhook", "list"],
    &["webhook", "remove", "--name", "shop"],
    &["webhook", "rotate", "--name", "shop"],
    &["webhook", "replay", "--name", "shop"],
    &["token", "remove", "--name", "gateway"],
    &["erase", "--keyless"],
    &["backup", "copy"],
    &["backup", "--keys", "copy"],
];

/// Commands that make a desk where the settings say where it is to be.
const NAMED: &[&[&str]] = &[
    &["person", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "admin", "--password-stdin"],
    &["bench-data", "--requests", "1"],
    &["bench-data", "--requests", "1", "--by-form"],
    &["bench-data", "--requests", "2000", "--many-for", "ada@example.com"],
];

/// Commands that make a desk, and those that are about none.
const OTHERS: &[&[&str]] = &[
    &["serve"],
    &["init"],
    &["mail", "templates", "words"],
    &["mail", "check"],
    &["openapi"],
    &["config", "check"],
    &["config", "show"],
];

/// The last of them work on a desk that lacks its keys.
const WITHOUT_KEYS: usize = 3;

/// A name that would be found if it were stored.
const NEEDLES: &[u8] = b"ada@example.com\n";

fn run(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tresen"));
    program.args(arguments).current_dir(folder).env("TRESEN_LOG", "warn").envs(settings.iter().copied());
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = program.spawn().unwrap();
    // A command that reads nothing may have ended.
    drop(program.stdin.take().unwrap().write_all(NEEDLES));
    program.wait_with_output().unwrap()
}

/// Runs a command that has to end with exit code 2 and one line, and returns the line.
fn refusal(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = run(folder, settings, arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert!(errors.starts_with("tresen: ") && errors.lines().count() == 1, "{arguments:?}: {errors}");
    errors
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn without_a_desk_commands_say_where_they_looked_and_make_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::create_dir(folder.join("empty")).unwrap();
    // Nothing at all, and a folder that was made for a desk.
    for data in ["data", "empty"] {
        for command in COMMANDS {
            let said = refusal(folder, &[("TRESEN_DATA", data)], command);
            let file = if command.contains(&"--keys") { "keys.db" } else { "tresen.db" };
            let place = std::fs::canonicalize(folder).unwrap().join(data);
            assert!(said.contains("there is no desk here"), "{command:?}: {said}");
            assert!(said.contains("TRESEN_DATA"), "{command:?}: {said}");
            let named = [folder.join(data).join(file), place.join(file)];
            assert!(named.iter().any(|path| said.contains(path.to_str().unwrap())), "{command:?}: {said}");
            assert_eq!(names(folder), ["empty"], "{command:?}");
            assert!(names(&folder.join("empty")).is_empty(), "{command:?}");
        }
    }
}

/// The subcommands that the program's own help names, with theirs.
fn subcommands(folder: &Path, of: &[String]) -> Vec<Vec<String>> {
    let arguments: Vec<&str> = of.iter().map(String::as_str).chain(["--help"]).collect();
    let help = String::from_utf8(run(folder, &[], &arguments).stdout).unwrap();
    let Some((_, list)) = help.split_once("Commands:\n") else { return vec![of.to_vec()] };
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.flat_map(|name| subcommands(folder, &[of, &[name.to_owned()]].concat())).collect()
}

#[test]
fn in_an_empty_folder_no_command_but_serve_and_init_makes_a_desk() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ingest: &[&str] = &["mail", "ingest"];
    let restore: &[&str] = &["restore", "copy"];

    let all = subcommands(folder, &[]);
    assert!(all.len() > 15, "{all:?}");
    for subcommand in all {
        let tables = COMMANDS.iter().chain(NAMED).chain(OTHERS).chain([&ingest, &restore]);
        let is_tried =
            tables.into_iter().any(|command| subcommand.iter().eq(command.iter().take(subcommand.len())));
        assert!(is_tried, "the tables of this test lack `{}`", subcommand.join(" "));
    }

    let here = std::fs::canonicalize(folder).unwrap();
    for command in COMMANDS.iter().chain(NAMED).chain([&restore]) {
        let said = refusal(folder, &[], command);
        for part in
            ["there is no desk here", here.to_str().unwrap(), "contains no tresen.toml", "tresen init"]
        {
            assert!(said.contains(part), "{command:?}: {part}: {said}");
        }
        assert!(names(folder).is_empty(), "{command:?}");
    }
    // Whoever hands a mail over keeps it.
    let output = run(folder, &[], ingest);
    assert_eq!(output.status.code(), Some(75));
    assert!(String::from_utf8(output.stderr).unwrap().contains("there is no desk here"));
    // What is about no desk leaves nothing behind either.
    for command in &OTHERS[3..] {
        assert_eq!(run(folder, &[], command).status.code(), Some(0), "{command:?}");
    }
    assert!(names(folder).is_empty());

    // With settings: they are named, by their whole path.
    std::fs::write(folder.join("desk.toml"), "name = 'Example'").unwrap();
    for command in COMMANDS.iter().chain([&restore]) {
        let said = refusal(folder, &[("TRESEN_CONFIG", "desk.toml")], command);
        assert!(said.contains(here.join("desk.toml").to_str().unwrap()), "{command:?}: {said}");
        assert!(said.contains(here.join("data").to_str().unwrap()), "{command:?}: {said}");
        assert_eq!(names(folder), ["desk.toml"], "{command:?}");
    }
}

#[test]
fn a_desk_is_made_by_init_and_where_the_settings_name_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();

    let made = run(folder, &[], &["init"]);
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(said.starts_with("A new desk was made: ") && said.contains("data/tresen.db"), "{said}");
    let key = std::fs::read(folder.join("data/master.key")).unwrap();

    let again = run(folder, &[], &["init"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(String::from_utf8(again.stdout).unwrap().starts_with("There is a desk already: "));
    assert_eq!(std::fs::read(folder.join("data/master.key")).unwrap(), key);
    std::fs::rename(folder.join("data/keys.db"), folder.join("aside")).unwrap();
    assert!(refusal(folder, &[], &["init"]).contains("key store is missing"));

    let added = Command::new(env!("CARGO_BIN_EXE_tresen"))
        .args(["bench-data", "--requests", "1"])
        .current_dir(folder)
        .env("TRESEN_DATA", "other")
        .output()
        .unwrap();
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    assert!(String::from_utf8(added.stderr).unwrap().contains("a new desk was made"));
    assert!(folder.join("other/tresen.db").exists());
}

#[test]
fn a_database_beside_the_one_that_is_used_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(run(folder, &[], &["init"]).status.success());
    std::fs::write(folder.join("data/empty.db"), "").unwrap();
    let said = |settings: &[(&str, &str)], command: &[&str]| {
        let output = run(folder, settings, command);
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };

    let other = [("TRESEN_DATABASE_URL", "other.db"), ("TRESEN_KEYS_URL", "keys.db")];
    for command in [&["config", "check"][..], &["init"], &["retention"], &["backup", "copy"]] {
        let said = said(&other, command);
        for (file, key) in [("data/tresen.db", "database_url"), ("data/keys.db", "keys_url")] {
            let line = said.lines().find(|line| line.contains(file) && line.contains("is not used"));
            assert!(line.is_some_and(|line| line.contains(key)), "{command:?}: {said}");
        }
    }
    let postgres = [
        ("TRESEN_DATABASE_URL", "postgres://db.example.com/desk"),
        ("TRESEN_KEYS_URL", "postgres://db.example.com/keys"),
    ];
    assert!(said(&postgres, &["config", "check"]).contains("data/tresen.db is not used"));
    // The same file, by another name, is used.
    let same = [("TRESEN_DATABASE_URL", "sqlite:./data/tresen.db")];
    for settings in [&[][..], &same] {
        assert!(!said(settings, &["config", "check"]).contains("is not used"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_lacks_a_part_gets_no_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = folder.join("data");
    std::fs::create_dir(&data).unwrap();
    open(&data).await.close().await;
    let whole = names(&data);
    let aside = folder.join("aside");

    for (part, commands) in [
        ("keys.db", &COMMANDS[..COMMANDS.len() - WITHOUT_KEYS]),
        ("master.key", &COMMANDS[..COMMANDS.len() - WITHOUT_KEYS + 1]),
    ] {
        std::fs::rename(data.join(part), &aside).unwrap();
        for command in commands {
            let said = refusal(folder, &[("TRESEN_DATA", "data")], command);
            assert!(said.contains(&format!("data/{part}")), "{command:?}: {said}");
            assert!(!data.join(part).exists(), "{command:?}");
        }
        std::fs::rename(&aside, data.join(part)).unwrap();
    }

    assert_eq!(names(&data), whole);
    let output = run(folder, &[("TRESEN_DATA", "data")], &["verify-erasure"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn tables(url: &str) -> i64 {
    const SQL: &str = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'";
    let mut connection = PgConnection::connect(url).await.unwrap();
    let (tables,): (i64,) = sqlx::query_as(SQL).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    tables
}

#[tokio::test]
async fn on_postgres_no_tables_and_no_master_key_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let databases = Databases::create().await;
    let (data, keys) = (databases.data(), databases.keys());
    // The server asks for no password; it must not be shown anyway.
    let secret = |url: &str| url.replace("tresen@", "tresen:geheim@");
    let (secret_data, secret_keys) = (secret(&data), secret(&keys));
    let settings = [("TRESEN_DATABASE_URL", &*secret_data), ("TRESEN_KEYS_URL", &*secret_keys)];
    let name = |url: &str| url.rsplit_once('/').unwrap().1.to_owned();

    for command in COMMANDS {
        let said = refusal(folder, &settings, command);
        let (place, variable) = match command.contains(&"--keys") {
            true => (name(&keys), "TRESEN_KEYS_URL"),
            false => (name(&data), "TRESEN_DATABASE_URL"),
        };
        assert!(said.contains("there is no desk here"), "{command:?}: {said}");
        assert!(said.contains(&place) && said.contains(variable), "{command:?}: {said}");
        assert!(!said.contains("geheim"), "{said}");
        assert_eq!((tables(&data).await, tables(&keys).await), (0, 0), "{command:?}");
        assert!(names(folder).is_empty(), "{command:?}");
    }
    // A database that is not there at all.
    let nowhere = format!("{data}_nowhere");
    let said = refusal(folder, &[("TRESEN_DATABASE_URL", &nowhere), settings[1]], &["retention"]);
    assert!(said.contains(&name(&nowhere)), "{said}");

    // The data are there, the keys are not.
    let made = run(folder, &settings, &["init"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let other = folder.join("other");
    std::fs::create_dir(&other).unwrap();
    let without_keys = [settings[0], ("TRESEN_KEYS_URL", &*nowhere)];
    let said = refusal(folder, &without_keys, &["retention"]);
    assert!(said.contains("key store is missing") && said.contains(&name(&nowhere)), "{said}");

    // The master key is not: neither command makes another one.
    let said = refusal(&other, &settings, &["retention"]);
    assert!(said.contains("master.key"), "{said}");
    assert!(names(&other).is_empty());
    let added = run(&other, &settings, &["token", "add", "--name", "second", "--scope", "mail"]);
    assert_eq!(added.status.code(), Some(2));
    assert!(!other.join("data/master.key").exists());

    databases.drop().await;
}
