//! `tresen mail templates DIR`: where it writes, and what it leaves as it is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::mail_commands::{errors, run};

/// All files below a folder, with their contents, by their paths in it.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, at: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(folder, &path, found);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}

#[test]
fn the_same_files_are_written_wherever_the_folder_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir_all(folder.join("there/already")).unwrap();
    fs::create_dir(folder.join("target")).unwrap();
    symlink("target", folder.join("link")).unwrap();
    let absolute = folder.join("absolute");
    assert!(run(folder, &["mail", "templates", "first"], "").status.success());
    let first = files(&folder.join("first"));
    assert!(first.len() > 40, "{}", first.len());

    for (argument, place) in [
        ("there", "there"),
        ("new/folder/in/new/ones", "new/folder/in/new/ones"),
        ("./dotted", "dotted"),
        ("there/../beside", "beside"),
        (absolute.to_str().unwrap(), "absolute"),
        ("with a space", "with a space"),
        ("Wörter für Mails", "Wörter für Mails"),
        ("ending/", "ending"),
        ("link", "target"),
        ("data", "data"),
    ] {
        let written = run(folder, &["mail", "templates", argument], "");
        assert!(written.status.success(), "{argument}: {}", errors(&written));
        assert_eq!(files(&folder.join(place)), first, "{argument}");
        // What it says can be copied into the settings as it is.
        let said = String::from_utf8(written.stdout).unwrap();
        let setting = said.split("set ").nth(1).unwrap().trim_end().trim_end_matches('.');
        fs::write(folder.join("desk.toml"), setting).unwrap();
        let mut check = std::process::Command::new(env!("CARGO_BIN_EXE_tresen"));
        let check = check.args(["config", "check"]).current_dir(folder).env("TRESEN_CONFIG", "desk.toml");
        let checked = check.output().unwrap();
        assert!(checked.status.success(), "{setting}: {}", errors(&checked));
    }
}

#[test]
fn a_file_that_is_in_the_way_stops_it_before_anything_is_written() {
    for (in_the_way, is_link) in [
        ("layout.html", false),
        ("en/reply.txt", false),
        ("de/reply.txt", false),
        ("en/confirmation.txt", false),
        ("de/set-aside.txt", false),
        ("de/erased.txt", false),
        // A link counts, wherever it leads.
        ("layout.html", true),
        ("en/invitation.txt", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let path = folder.join("words").join(in_the_way);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if is_link {
            symlink(folder.join("elsewhere"), &path).unwrap();
        } else {
            fs::write(&path, "Ours").unwrap();
        }

        let refused = run(folder, &["mail", "templates", "words"], "");

        let said = errors(&refused);
        assert_eq!(refused.status.code(), Some(1), "{in_the_way}: {said}");
        assert!(said.contains(in_the_way) && said.contains("nothing was written"), "{said}");
        let kept: Vec<_> = fs::read_dir(folder.join("words")).unwrap().collect();
        assert_eq!(kept.len(), 1, "{in_the_way}");

        // Asked to, it writes over it, and not through a link.
        let forced = run(folder, &["mail", "templates", "--force", "words"], "");
        assert!(forced.status.success(), "{in_the_way}: {}", errors(&forced));
        assert!(!path.is_symlink() && fs::read_to_string(&path).unwrap() != "Ours", "{in_the_way}");
        assert!(!folder.join("elsewhere").exists(), "{in_the_way}");
    }
}

#[test]
fn what_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("file"), "").unwrap();
    fs::create_dir(folder.join("halved")).unwrap();
    fs::write(folder.join("halved/de"), "").unwrap();
    fs::create_dir_all(folder.join("folder/layout.html")).unwrap();
    symlink("loop", folder.join("loop")).unwrap();
    for (argument, names) in [
        ("file", "file/layout.html"),
        ("file/below", "file/below/layout.html"),
        ("halved", "halved/de/"),
        ("folder", "folder/layout.html"),
        ("loop", "loop/layout.html"),
        ("/dev/null", "/dev/null/layout.html"),
        ("/proc/words", "/proc/words/layout.html"),
    ] {
        for more in [&[][..], &["--force"]] {
            let refused = run(folder, &[&["mail", "templates", argument][..], more].concat(), "");
            let said = errors(&refused);
            assert_eq!(refused.status.code(), Some(1), "{argument} {more:?}: {said}");
            assert!(said.contains(names), "{argument} {more:?}: {said}");
        }
    }
}
