//! What an earlier version, a copy or a person has left open to other users of the machine, one thing at a time.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::permissions::{Place, open_ones, plain, walk};

fn set_mode(place: &Place, path: &str, mode: u32) {
    fs::set_permissions(place.at(path), Permissions::from_mode(mode)).unwrap();
}

fn mode(place: &Place, path: &str) -> u32 {
    fs::metadata(place.at(path)).unwrap().permissions().mode() & 0o777
}

#[test]
fn each_thing_that_is_open_is_closed_by_the_next_command() {
    let place = Place::new("");
    place.fill().end();
    let attachment = walk(&place.at("data/objects")).into_iter().find(|(path, _)| path.is_file()).unwrap().0;
    let attachment = attachment.strip_prefix(place.at("")).unwrap().to_str().unwrap().to_owned();
    let (beside, _) = attachment.rsplit_once('/').unwrap();
    let sent = fs::read_dir(place.at("data/mail/outgoing")).unwrap().next().unwrap().unwrap().file_name();
    let sent = format!("data/mail/outgoing/{}", sent.to_str().unwrap());
    fs::create_dir(place.at("data/acme")).unwrap();
    fs::write(place.at("data/acme/account"), "a private key").unwrap();
    set_mode(&place, "data/acme", 0o700);
    set_mode(&place, "data/acme/account", 0o600);

    for (paths, left) in [
        (&[("data", 0o755)][..], 0o700),
        (&[("data", 0o711)], 0o700),
        (&[("data/tresen.db", 0o644)], 0o600),
        (&[("data/keys.db", 0o640)], 0o600),
        (&[("data/search.db", 0o604)], 0o600),
        (&[("data/master.key", 0o644)], 0o600),
        (&[("data/master.key", 0o444)], 0o400),
        (&[("data/erasures.txt", 0o666)], 0o600),
        (&[("data/objects", 0o755)], 0o700),
        (&[("data/mail", 0o777)], 0o700),
        (&[("data/acme", 0o750)], 0o700),
        // What lies in an open folder is closed with it.
        (&[(attachment.as_str(), 0o644), (beside, 0o755), ("data/objects", 0o755)], 0o600),
        (&[(sent.as_str(), 0o664), ("data/mail", 0o755), ("data/mail/outgoing", 0o755)], 0o600),
        (&[("data/acme/account", 0o644), ("data/acme", 0o701)], 0o600),
        (&[("data/tresen.db", 0o777), ("data", 0o777)], 0o600),
    ] {
        for (path, mode) in paths {
            set_mode(&place, path, *mode);
        }

        let output = place.run(&["retention", "--dry-run"], "");

        assert_eq!(open_ones(&place.at("data")), [], "{paths:?}");
        assert_eq!(mode(&place, paths[0].0) & 0o700, left, "{paths:?}");
        let log = plain(&String::from_utf8(output.stderr).unwrap());
        let lines: Vec<&str> = log.lines().filter(|line| line.contains("other users")).collect();
        assert_eq!(lines.len(), 1, "{paths:?}: {log}");
        let is_key = paths[0].0 == "data/master.key";
        assert!(lines[0].contains(&format!("master_key={is_key}")), "{paths:?}: {log}");
        let folders = paths.iter().filter(|(path, _)| place.at(path).is_dir()).count();
        let counts = [format!("folders={folders}"), format!("files={}", paths.len() - folders)];
        assert!(counts.iter().all(|count| lines[0].contains(count)), "{paths:?}: {log}");
    }
    set_mode(&place, "data/master.key", 0o600);
    // Nothing is open, so nothing is said.
    let output = place.run(&["retention", "--dry-run"], "");
    assert!(!String::from_utf8(output.stderr).unwrap().contains("other users"));
}

#[test]
fn every_command_that_reads_what_is_stored_closes_it() {
    let place = Place::new("");
    place.fill().end();
    for arguments in [
        &["retention", "--dry-run"][..],
        &["export", "--email", "ada@example.com"],
        &["backup", "copy"],
        &["backup", "--keys", "copied-keys"],
        &["restore", "copy"],
        &["person", "kinds", "--email", "root@example.com", "--all"],
        &["person", "reset-factors", "--email", "root@example.com"],
        &["token", "list"],
        &["verify-erasure"],
        &["erase", "--keyless"],
        &["init"],
    ] {
        set_mode(&place, "data", 0o755);
        set_mode(&place, "data/search.db", 0o644);
        set_mode(&place, "data/keys.db", 0o644);

        // Whatever comes of it.
        let mut program = place.tresen(arguments);
        program.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut program = program.spawn().unwrap();
        drop(program.stdin.take().unwrap().write_all(b"ada@example.com\n"));
        program.wait().unwrap();

        assert_eq!(open_ones(&place.at("data")), [], "{arguments:?}");
        for backup in ["copy", "copied-keys"].map(|name| place.at(name)).iter().filter(|path| path.exists()) {
            assert_eq!(open_ones(backup), [], "{arguments:?}");
        }
    }
}

#[test]
fn what_is_written_beside_the_data_is_closed_too() {
    let place = Place::new("erasures_copy = 'elsewhere/erasures.txt'");
    fs::create_dir(place.at("elsewhere")).unwrap();
    place.fill().end();
    place.run(&["erase", "--email", "ada@example.com"], "");
    place.run(&["mail", "templates", "words"], "");
    place.run(&["backup", "a/new/folder"], "");

    for path in ["elsewhere/erasures.txt", "words", "a"] {
        assert_eq!(open_ones(&place.at(path)), [], "{path}");
    }
}
