//! The disk is lost, and what was kept elsewhere comes back: with the list of erasures nobody who was erased.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::opened::{email, open, word, write};

pub(crate) fn tresen(folder: &Path, arguments: &[&str], input: &str) -> Output {
    use std::io::Write;
    let mut program = Command::new(env!("CARGO_BIN_EXE_tresen"));
    program.args(arguments).current_dir(folder).env("TRESEN_LOG", "warn");
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = program.spawn().unwrap();
    // A command that reads nothing may have ended.
    drop(program.stdin.take().unwrap().write_all(input.as_bytes()));
    program.wait_with_output().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat()).unwrap()
}

pub(crate) fn done(output: Output) -> String {
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_disk_brings_nobody_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = folder.join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::create_dir(folder.join("elsewhere")).unwrap();
    std::fs::write(folder.join("tresen.toml"), "erasures_copy = 'elsewhere/erasures.txt'").unwrap();
    let desk = open(&data).await;
    write(&desk, 1).await;
    write(&desk, 2).await;
    while desk.indexer.index_stale().await.unwrap() > 0 {}
    desk.close().await;
    done(tresen(folder, &["backup", "elsewhere/data"], ""));
    done(tresen(folder, &["backup", "--keys", "elsewhere/keys"], ""));
    std::fs::copy(data.join("master.key"), folder.join("elsewhere/master.key")).unwrap();
    let needles = format!("{}\n{}\n", email(1), word(1));

    done(tresen(folder, &["erase", "--email", &email(1)], ""));
    let list = std::fs::read_to_string(folder.join("elsewhere/erasures.txt")).unwrap();
    assert_eq!(list.lines().count(), 2, "a command leaves its erasure in the copy: {list}");
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::create_dir(&data).unwrap();
    std::fs::copy(folder.join("elsewhere/keys/keys.db"), data.join("keys.db")).unwrap();
    std::fs::copy(folder.join("elsewhere/master.key"), data.join("master.key")).unwrap();

    let refused = tresen(folder, &["restore", "elsewhere/data"], "");
    assert_eq!(refused.status.code(), Some(1));
    for part in ["--erasures FILE", "--accept-unknown-erasures", "elsewhere/erasures.txt"] {
        assert!(said(&refused).contains(part), "{part}: {}", said(&refused));
    }
    assert!(!data.join("tresen.db").exists());
    std::fs::write(folder.join("other.txt"), list.replacen("T", " ", 1)).unwrap();
    let refused = tresen(folder, &["restore", "elsewhere/data", "--erasures", "other.txt"], "");
    assert!(said(&refused).contains("another desk"), "{}", said(&refused));

    let restored =
        done(tresen(folder, &["restore", "elsewhere/data", "--erasures", "elsewhere/erasures.txt"], ""));
    assert!(restored.contains("Erased before, and erased again: 1 person."), "{restored}");
    assert!(done(tresen(folder, &["verify-erasure"], &needles)).contains("Nothing was found."));
    let kept = tresen(folder, &["verify-erasure"], &format!("{}\n", word(2)));
    assert_eq!(kept.status.code(), Some(1), "{}", said(&kept));

    // Put into place by hand, without `restore`: the copy that the settings name is enough.
    for file in [
        "tresen.db",
        "tresen.db-wal",
        "tresen.db-shm",
        "keys.db",
        "keys.db-wal",
        "keys.db-shm",
        "search.db",
        "erasures.txt",
    ] {
        std::fs::remove_file(data.join(file)).ok();
    }
    std::fs::copy(folder.join("elsewhere/data/tresen.db"), data.join("tresen.db")).unwrap();
    std::fs::copy(folder.join("elsewhere/keys/keys.db"), data.join("keys.db")).unwrap();
    let log = done(tresen(folder, &["retention"], ""));
    assert!(log.contains("the list of erasures names") && !log.contains("vorpalina"), "{log}");
    assert!(done(tresen(folder, &["verify-erasure"], &needles)).contains("Nothing was found."));
}
