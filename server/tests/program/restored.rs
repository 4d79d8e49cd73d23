//! `tresen restore` where there is no desk yet, or not all of one: it names what is missing, and makes nothing.

use std::fs;
use std::path::Path;

use crate::mail_commands::{errors, run};

/// A desk with one request, and its backups: `data`, `copy` and `keys` in a folder.
fn backed_up(folder: &Path, email: &str) {
    let mail = format!("From: {email}\r\nTo: support@desk.example\r\nSubject: Lamp\r\n\r\nIt flickers.\r\n");
    for (arguments, input) in [
        (&["init"][..], ""),
        (&["mail", "ingest"], mail.as_str()),
        (&["backup", "copy"], ""),
        (&["backup", "--keys", "keys"], ""),
    ] {
        let done = run(folder, arguments, input);
        assert!(done.status.success(), "{arguments:?}: {}", errors(&done));
    }
}

#[test]
fn a_restore_names_what_it_lacks_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (folder.path().join("ours"), folder.path().join("other"));
    for (place, email) in [(&ours, "ada@example.com"), (&other, "bob@example.com")] {
        fs::create_dir(place).unwrap();
        backed_up(place, email);
        fs::rename(place.join("data"), place.join("lost")).unwrap();
    }
    let copy = |from: &Path, to: &str| {
        fs::create_dir_all(ours.join("data")).unwrap();
        fs::copy(from, ours.join("data").join(to)).unwrap();
    };
    let key = || copy(&ours.join("lost/master.key"), "master.key");
    let keys = || copy(&ours.join("keys/keys.db"), "keys.db");
    let all = || {
        key();
        keys();
    };
    let damage = |path: &str, change: &dyn Fn(&Path)| change(&ours.join(path));
    let accept = "--accept-unknown-erasures";

    type Prepare<'a> = &'a dyn Fn();
    for (what, prepare, arguments, code, says) in [
        ("nothing", &(|| ()) as Prepare<'_>, &["copy"][..], 2, "keys.db"),
        ("nothing, and accepted", &|| (), &["copy", accept], 2, "keys.db"),
        ("an empty folder", &|| fs::create_dir(ours.join("data")).unwrap(), &["copy"], 2, "keys.db"),
        ("the master key alone", &key, &["copy", accept], 2, "keys.db"),
        ("the key store alone", &keys, &["copy", accept], 2, "master key"),
        (
            "an empty key store",
            &|| {
                key();
                fs::write(ours.join("data/keys.db"), "").unwrap();
            },
            &["copy", accept],
            2,
            "keys.db",
        ),
        (
            "the key store of another desk",
            &|| {
                key();
                copy(&other.join("keys/keys.db"), "keys.db");
            },
            &["copy", accept],
            1,
            "master key",
        ),
        (
            "key store and master key of another desk",
            &|| {
                copy(&other.join("lost/master.key"), "master.key");
                copy(&other.join("keys/keys.db"), "keys.db");
            },
            &["copy", accept],
            1,
            "opens nothing of this backup",
        ),
        ("the backup of the keys", &all, &["keys", accept], 1, "one of the key store"),
        ("a folder that is none", &all, &["nowhere", accept], 1, "no manifest.json"),
        ("a folder without a manifest", &all, &["lost", accept], 1, "no manifest.json"),
        (
            "a damaged database",
            &|| {
                all();
                damage("copy/tresen.db", &|path| {
                    let mut bytes = fs::read(path).unwrap();
                    bytes[5000] ^= 1;
                    fs::write(path, bytes).unwrap();
                });
            },
            &["copy", accept],
            1,
            "tresen.db is damaged or missing",
        ),
        (
            "a database that is gone",
            &|| {
                all();
                damage("copy/tresen.db", &|path| fs::remove_file(path).unwrap());
            },
            &["copy", accept],
            1,
            "tresen.db is damaged or missing",
        ),
        (
            "half a manifest",
            &|| {
                all();
                damage("copy/manifest.json", &|path| {
                    let text = fs::read_to_string(path).unwrap();
                    fs::write(path, &text[..text.len() / 2]).unwrap();
                });
            },
            &["copy", accept],
            1,
            "cannot be read",
        ),
    ] {
        drop(fs::remove_dir_all(ours.join("data")));
        prepare();
        let before = listed(&ours);

        let refused = run(&ours, &[&["restore"][..], arguments].concat(), "");

        let said = errors(&refused);
        assert_eq!(refused.status.code(), Some(code), "{what}: {said}");
        assert!(said.contains(says), "{what}: {said}");
        assert!(!said.contains("there is a database"), "{what}: {said}");
        assert_eq!(listed(&ours), before, "{what}");
    }
}

/// The files of a desk. The key store's own log comes and goes.
fn listed(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join("data")) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect();
    names.sort();
    names
}

#[test]
fn a_restore_into_an_empty_folder_brings_everything_back() {
    for settings in [
        "",
        "data = 'new/place'",
        "database_url = 'rows.db'",
        "database_url = 'rows.db'\nkeys_url = 'opens.db'\nmaster_key_file = 'master'\nobjects_url = 'file:files'",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("tresen.toml"), settings).unwrap();
        backed_up(folder, "ada@example.com");
        let places = [
            ("data", "lost/data"),
            ("new", "lost/new"),
            ("rows.db", "lost/rows.db"),
            ("rows.db-wal", "lost/rows.db-wal"),
            ("rows.db-shm", "lost/rows.db-shm"),
            ("opens.db", "lost/opens.db"),
            ("opens.db-wal", "lost/opens.db-wal"),
            ("opens.db-shm", "lost/opens.db-shm"),
            ("files", "lost/files"),
        ];
        fs::create_dir(folder.join("lost")).unwrap();
        for (from, to) in places {
            drop(fs::rename(folder.join(from), folder.join(to)));
        }
        let (key_from, key_to, keys_to) = match settings {
            "" => ("lost/data/master.key", "data/master.key", "data/keys.db"),
            "data = 'new/place'" => {
                ("lost/new/place/master.key", "new/place/master.key", "new/place/keys.db")
            }
            "database_url = 'rows.db'" => ("lost/data/master.key", "data/master.key", "data/keys.db"),
            _ => ("master", "master-again", "opens.db"),
        };
        for to in [key_to, keys_to] {
            fs::create_dir_all(folder.join(to).parent().unwrap()).unwrap();
        }
        fs::copy(folder.join(key_from), folder.join(key_to)).unwrap();
        fs::copy(folder.join("keys/keys.db"), folder.join(keys_to)).unwrap();

        let restored = run(folder, &["restore", "--accept-unknown-erasures", "copy"], "");

        assert!(restored.status.success(), "{settings}: {}", errors(&restored));
        let export = run(folder, &["export", "--email", "ada@example.com"], "");
        assert!(
            export.status.success() && export.stdout.starts_with(b"PK"),
            "{settings}: {}",
            errors(&export)
        );
    }
}
