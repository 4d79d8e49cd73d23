//! `tresen restore` where it is not known, or only in part, who was erased since the backup was made.

use std::fs;
use std::path::{Path, PathBuf};

use crate::lost_disk::{done, said, tresen};
use crate::opened::{email, open, word, write};

const ACCEPT: &str = "--accept-unknown-erasures";

/// A folder with a lost desk of three customers. Backups of data and keys are from before the first of them was
/// erased; the second was erased before any backup, and the third is there still.
struct Lost {
    folder: tempfile::TempDir,
}

impl Lost {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lost = Self { folder };
        fs::create_dir(lost.at("data")).unwrap();
        fs::write(lost.at("tresen.toml"), "").unwrap();
        let desk = open(&lost.at("data")).await;
        for customer in 1..=3 {
            write(&desk, customer).await;
        }
        while desk.indexer.index_stale().await.unwrap() > 0 {}
        desk.close().await;
        done(lost.run(&["erase", "--email", &email(2)]));
        fs::create_dir(lost.at("before")).unwrap();
        fs::copy(lost.at("data/erasures.txt"), lost.at("before/erasures.txt")).unwrap();
        // A list tells times to the second: the backup is of another one than the next erasure.
        done(lost.run(&["backup", "copy"]));
        done(lost.run(&["backup", "--keys", "keys"]));
        done(lost.run(&["erase", "--email", &email(1)]));
        fs::rename(lost.at("data"), lost.at("lost")).unwrap();
        lost
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        tresen(self.folder.path(), arguments, "")
    }

    /// Puts the keys into place as the manual says, and nothing else.
    fn bring_keys(&self) {
        drop(fs::remove_dir_all(self.at("data")));
        fs::create_dir(self.at("data")).unwrap();
        fs::copy(self.at("keys/keys.db"), self.at("data/keys.db")).unwrap();
        fs::copy(self.at("lost/master.key"), self.at("data/master.key")).unwrap();
    }

    fn list(&self) -> String {
        fs::read_to_string(self.at("lost/erasures.txt")).unwrap()
    }

    fn write_list(&self, text: &str) {
        fs::write(self.at("list.txt"), text).unwrap();
    }

    /// Which of the three customers are there.
    fn there(&self) -> Vec<usize> {
        let is_there = |customer: &usize| {
            let needles = format!("{}\n{}\n", email(*customer), word(*customer));
            tresen(self.folder.path(), &["verify-erasure"], &needles).status.code() == Some(1)
        };
        (1..=3).filter(is_there).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_refused_unless_it_is_accepted() {
    let lost = Lost::new().await;
    let list = lost.list();
    assert_eq!(list.lines().count(), 3, "{list}");
    let without_newest = {
        let end = list.trim_end().rfind('\n').unwrap();
        list[..=end].to_owned()
    };
    let cut = list[..list.len() - 20].to_owned();
    let other_desk = list.replacen('T', " ", 1);
    let changed = list.replacen(" ", "  ", 3);
    fs::create_dir(lost.at("folder")).unwrap();

    type Prepare<'a> = &'a dyn Fn();
    let nothing: Prepare<'_> = &|| ();
    let local = |text: &str| fs::write(lost.at("data/erasures.txt"), text).unwrap();
    let given = ["--erasures", "list.txt"];
    let both = ["--erasures", "list.txt", ACCEPT];
    // What is prepared, what is given, and who is there afterwards; or what the refusal says.
    for (what, prepare, arguments, outcome) in [
        ("no list", nothing, &[][..], Err("nothing here says who was erased")),
        ("no list, accepted", nothing, &[ACCEPT], Ok((vec![1, 3], true))),
        ("the whole list", &|| lost.write_list(&list), &given, Ok((vec![3], false))),
        ("the whole list, and accepted", &|| lost.write_list(&list), &both, Ok((vec![3], false))),
        ("the list in place", &|| local(&list), &[], Ok((vec![3], false))),
        (
            "with line ends of Windows",
            &|| lost.write_list(&list.replace('\n', "\r\n")),
            &given,
            Ok((vec![3], false)),
        ),
        // It reaches back, and nothing shows that it is not the newest. The list in place adds what it lacks.
        ("an older list", &|| lost.write_list(&without_newest), &given, Ok((vec![1, 3], false))),
        (
            "an older list beside the one in place",
            &|| {
                lost.write_list(&without_newest);
                local(&list);
            },
            &given,
            Ok((vec![3], false)),
        ),
        ("a line that a crash has cut off", &|| lost.write_list(&cut), &given, Ok((vec![1, 3], false))),
        ("an empty file", &|| lost.write_list(""), &both, Err("no list of erasures")),
        ("another file", &|| lost.write_list("[forms]\nscreen = false\n"), &both, Err("no list of erasures")),
        (
            "a file of bytes",
            &|| fs::write(lost.at("list.txt"), [0, 255, 254, 10]).unwrap(),
            &both,
            Err("no list of erasures"),
        ),
        ("the list of another desk", &|| lost.write_list(&other_desk), &both, Err("another desk")),
        ("a changed line", &|| lost.write_list(&changed), &both, Err("list.txt")),
        ("a missing file", nothing, &["--erasures", "missing.txt", ACCEPT], Err("missing.txt")),
        ("a folder", nothing, &["--erasures", "folder", ACCEPT], Err("folder")),
        ("a damaged list in place", &|| local("x"), &[ACCEPT], Err("data/erasures.txt")),
    ] {
        lost.bring_keys();
        prepare();

        let restored = lost.run(&[&["restore", "copy"][..], arguments].concat());

        let answer = said(&restored);
        match outcome {
            Ok((there, is_unknown)) => {
                assert!(restored.status.success(), "{what}: {answer}");
                assert_eq!(answer.contains("Erase again whom you know of"), is_unknown, "{what}: {answer}");
                assert_eq!(lost.there(), there, "{what}: {answer}");
            }
            Err(says) => {
                assert_eq!(restored.status.code(), Some(1), "{what}: {answer}");
                assert!(answer.contains(says), "{what}: {answer}");
                assert!(!lost.at("data/tresen.db").exists() && !lost.at("data/objects").exists(), "{what}");
            }
        }
        assert!(!answer.contains("orpalina") && !answer.contains("abberwock"), "{what}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_once_stays_unknown() {
    let lost = Lost::new().await;
    lost.bring_keys();
    done(lost.run(&["restore", "copy", ACCEPT]));

    // The list that begins now does not reach back to the backup.
    let again = lost.run(&["restore", "copy"]);
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert!(said(&again).contains(ACCEPT), "{}", said(&again));
    // Nor does it as a list that is given, and what it knows is known all the same.
    done(lost.run(&["erase", "--email", &email(3)]));
    fs::copy(lost.at("data/erasures.txt"), lost.at("young.txt")).unwrap();
    lost.bring_keys();
    let young = lost.run(&["restore", "copy", "--erasures", "young.txt"]);
    assert_eq!(young.status.code(), Some(1), "{}", said(&young));
    assert!(said(&young).contains("knows erasures since"), "{}", said(&young));
    let accepted = done(lost.run(&["restore", "copy", "--erasures", "young.txt", ACCEPT]));
    assert!(accepted.contains("Erase again whom you know of"), "{accepted}");
    assert_eq!(lost.there(), [1]);
    // The list that turns up later ends it.
    fs::copy(lost.at("lost/erasures.txt"), lost.at("list.txt")).unwrap();
    let known = done(lost.run(&["restore", "copy", "--erasures", "list.txt"]));
    assert!(!known.contains("Erase again whom you know of"), "{known}");
    assert_eq!(lost.there(), Vec::<usize>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_that_the_settings_name_counts_even_if_unknown_erasures_are_accepted() {
    let lost = Lost::new().await;
    lost.bring_keys();
    fs::copy(lost.at("lost/erasures.txt"), lost.at("elsewhere.txt")).unwrap();
    fs::write(lost.at("tresen.toml"), "erasures_copy = 'elsewhere.txt'").unwrap();

    done(lost.run(&["restore", "copy", ACCEPT]));

    assert_eq!(lost.there(), [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_older_than_the_backup_is_not_enough() {
    let lost = Lost::new().await;
    lost.bring_keys();
    // It lacks the erasure from before the backup, which the backup knows.
    let list = lost.list();
    let first = list.lines().next().unwrap();
    lost.write_list(&format!("{first}\n"));

    let refused = lost.run(&["restore", "copy", "--erasures", "list.txt"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("older than the backup"), "{}", said(&refused));
    assert!(!lost.at("data/tresen.db").exists());

    done(lost.run(&["restore", "copy", "--erasures", "list.txt", ACCEPT]));
    assert_eq!(lost.there(), [1, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_in_place_is_no_obstacle_and_no_proof() {
    let lost = Lost::new().await;
    lost.write_list(&lost.list());
    for (what, damage) in [
        ("an empty file", (&|path: &Path| fs::write(path, "").unwrap()) as &dyn Fn(&Path)),
        ("a file of zeros", &|path| fs::write(path, vec![0; 8192]).unwrap()),
        ("a text", &|path| fs::write(path, "lost and found ".repeat(1000)).unwrap()),
        ("half of it", &|path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("a damaged beginning", &|path| {
            let mut bytes = fs::read(path).unwrap();
            bytes[..4096].fill(7);
            fs::write(path, bytes).unwrap();
        }),
    ] {
        lost.bring_keys();
        let database = lost.at("data/tresen.db");
        fs::copy(lost.at("lost/tresen.db"), &database).unwrap();
        damage(&database);

        let refused = lost.run(&["restore", "copy"]);
        let answer = said(&refused);
        assert_eq!(refused.status.code(), Some(1), "{what}: {answer}");
        assert!(answer.contains("--erasures FILE") && answer.contains(ACCEPT), "{what}: {answer}");

        done(lost.run(&["restore", "copy", "--erasures", "list.txt"]));
        assert_eq!(lost.there(), [3], "{what}");
    }
}
