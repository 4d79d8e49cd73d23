//! What is to be seen in the sources alone.

use std::path::Path;

/// The lines that answer from within a transaction, without ending it.
fn answers(path: &Path, found: &mut Vec<String>) {
    let entries = std::fs::read_dir(path).expect("a folder");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            answers(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        let (mut is_open, mut before) = (false, ["", ""]);
        for (number, line) in text.lines().enumerate() {
            let ends = |line: &str| line.contains(".rollback()") || line.contains(".commit()");
            is_open |= line.contains(".write().await?");
            if is_open
                && line.contains(concat!("return", " Ok("))
                && !ends(line)
                && !before.iter().any(|line| ends(line))
            {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
            // The end of a function is no deeper than that of a method.
            if line.contains("tx.commit()") || line == "}" || line == "    }" {
                is_open = false;
            }
            before = [before[1], line];
        }
    }
}

/// What a transaction has read may not be on disk yet: see [`Tx`](tresen_store::Tx).
#[test]
fn an_answer_ends_its_transaction_first() {
    let mut found = Vec::new();
    let desk = Path::new(env!("CARGO_MANIFEST_DIR"));
    for sources in ["src", "../keys/src"] {
        answers(&desk.join(sources), &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
}

/// The subjects, by the fields that hold them.
const SUBJECTS: [&str; 15] = [
    "limits", "people", "tokens", "webhooks", "outbox", "search", "requests", "intake", "indexer", "files",
    "delivery", "staff", "accounts", "privacy", "joining",
];

/// What others may use of a subject beside its methods: the index, and its lock.
const SHARED: [&str; 2] = ["search.index", "search.writing"];

/// The lines in which a subject reaches into another one.
fn reaches(path: &Path, found: &mut Vec<String>) {
    let entries = std::fs::read_dir(path).expect("a folder");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            reaches(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        for (number, line) in text.lines().enumerate() {
            for (subject, after) in SUBJECTS.iter().filter_map(|subject| {
                let (_, after) = line.split_once(&format!("self.{subject}."))?;
                Some((subject, after))
            }) {
                let end = after.find(|sign: char| !(sign.is_alphanumeric() || sign == '_'));
                let (name, rest) = after.split_at(end.unwrap_or(after.len()));
                if !rest.starts_with('(') && !SHARED.contains(&format!("{subject}.{name}").as_str()) {
                    found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
                }
            }
        }
    }
}

/// A subject uses the methods of another, not its fields.
#[test]
fn no_subject_reaches_into_another() {
    let mut found = Vec::new();
    let desk = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for subject in std::fs::read_dir(desk).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        // What stands above all subjects, such as `desk.rs`, puts them together.
        if subject.is_dir() && subject.file_name().is_some_and(|name| name != "made_up" && name != "settings")
        {
            reaches(&subject, &mut found);
        }
    }
    assert_eq!(found, Vec::<String>::new());
}
