//! The corpus in `desk/tests/mail`: each mail beside what must come out of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tresen_mail::{Automatic, Limits, Message, Remark, Returned, read};

/// What must come out of a mail. What is not named must not be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// What the case is about.
    why: String,
    from: Option<String>,
    name: Option<String>,
    /// Who wrote to a list that has written itself into From, as `Name <address>`.
    writer_behind_list: Option<String>,
    #[serde(default)]
    subject: String,
    message_id: Option<String>,
    #[serde(default)]
    answers: Vec<String>,
    date: Option<i64>,
    /// Left out: not looked at. Most cases only say who gets it.
    recipients: Option<Vec<String>>,
    text: String,
    /// Words that are folded away; none: nothing is.
    #[serde(default)]
    rest_has: Vec<String>,
    #[serde(default)]
    html_has: Vec<String>,
    #[serde(default)]
    html_lacks: Vec<String>,
    #[serde(default)]
    parts: Vec<ExpectedPart>,
    automatic: Option<String>,
    bounce: Option<ExpectedBounce>,
    #[serde(default)]
    remarks: Vec<String>,
    return_path: Option<String>,
    #[serde(default)]
    authentication_results: Vec<String>,
    #[serde(default)]
    spam: Vec<(String, String)>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct ExpectedPart {
    name: String,
    size: usize,
    content_id: Option<String>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct ExpectedBounce {
    returned: String,
    status: Option<String>,
    original: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../desk/tests/mail")
}

fn names(ending: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder()).expect("the corpus is there");
    let paths = entries.map(|entry| entry.expect("readable").path());
    paths
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect()
}

#[test]
fn every_mail_has_its_expectation() {
    let (mails, expectations) = (names("eml"), names("toml"));
    assert_eq!(mails, expectations);
    assert!(mails.len() >= 320, "only {} mails", mails.len());
}

#[test]
fn every_mail_is_read_as_expected() {
    let mut wrong = Vec::new();
    for name in names("eml") {
        let raw = std::fs::read(folder().join(format!("{name}.eml"))).expect("readable");
        let expected = std::fs::read_to_string(folder().join(format!("{name}.toml"))).expect("readable");
        let expected: Expected = toml::from_str(&expected).unwrap_or_else(|error| panic!("{name}: {error}"));
        let message = read(&raw, &Limits::default());
        for problem in compare(&message, &expected) {
            wrong.push(format!("{name} ({}): {problem}", expected.why));
        }
        // Whoever moves a mail may change its line ends: nothing may depend on them.
        if name != "bare-lf" && !raw.contains(&0) {
            let unix: Vec<u8> = raw.iter().copied().filter(|byte| *byte != b'\r').collect();
            if read(&unix, &Limits::default()).text != message.text {
                wrong.push(format!("{name}: the text depends on line ends"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} problems:\n{}", wrong.len(), wrong.join("\n"));
}

fn compare(message: &Message, expected: &Expected) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, found: &dyn std::fmt::Debug, wanted: &dyn std::fmt::Debug| {
        let (found, wanted) = (format!("{found:?}"), format!("{wanted:?}"));
        if found != wanted {
            wrong.push(format!("{what}\n      is {found}\n  wanted {wanted}"));
        }
    };
    let from = message.from.as_ref();
    same("from", &from.map(|from| from.address.as_str()), &expected.from.as_deref());
    same("name", &from.and_then(|from| from.name.as_deref()), &expected.name.as_deref());
    let behind = message.writer_behind().filter(|_| message.rewritten_by_list);
    let behind = behind.map(|who| format!("{} <{}>", who.name.unwrap_or_default(), who.address.as_str()));
    same("writer_behind_list", &behind, &expected.writer_behind_list);
    same("subject", &message.subject, &expected.subject);
    same("message_id", &message.message_id, &expected.message_id);
    same("answers", &message.answers, &expected.answers);
    if expected.date.is_some() {
        same("date", &message.date, &expected.date);
    }
    if let Some(recipients) = &expected.recipients {
        same("recipients", &message.recipients, recipients);
    }
    same("text", &message.text, &expected.text.trim_end_matches('\n'));
    same("rest", &message.rest.is_some(), &!expected.rest_has.is_empty());
    let html = message.html.as_deref().unwrap_or_default();
    let rest = message.rest.as_deref().unwrap_or_default();
    for words in &expected.rest_has {
        same(&format!("rest {rest:?} has {words:?}"), &rest.contains(words.as_str()), &true);
    }
    same(&format!("html {html:?}"), &message.html.is_some(), &!expected.html_has.is_empty());
    for words in &expected.html_has {
        same(&format!("html {html:?} has {words:?}"), &html.contains(words.as_str()), &true);
    }
    for words in
        expected.html_lacks.iter().map(String::as_str).chain(["<script", "style=", "http-equiv", "onclick"])
    {
        same(&format!("html {html:?} lacks {words:?}"), &html.contains(words), &false);
    }
    let parts = message.parts.iter().map(|part| ExpectedPart {
        name: part.name.clone(),
        size: part.bytes.len(),
        content_id: part.content_id.clone(),
    });
    same("parts", &parts.collect::<Vec<_>>(), &expected.parts);
    let automatic = message.automatic.map(|automatic| match automatic {
        Automatic::Reply => "reply",
        Automatic::Generated => "generated",
        Automatic::Unread => "unread",
        Automatic::Bulk => "bulk",
        Automatic::Server => "server",
    });
    same("automatic", &automatic, &expected.automatic.as_deref());
    let bounce = message.bounce.as_ref().map(|bounce| ExpectedBounce {
        returned: match bounce.returned {
            Returned::Failed => "failed",
            Returned::Delayed => "delayed",
            Returned::Other => "other",
        }
        .to_owned(),
        status: bounce.status.clone(),
        original: bounce.original.clone(),
    });
    same("bounce", &bounce, &expected.bounce);
    let mut remarks: Vec<&str> = message
        .remarks
        .iter()
        .map(|remark| match remark {
            Remark::OverLimit => "over-limit",
            Remark::Damaged => "damaged",
            Remark::Signed => "signed",
            Remark::Encrypted => "encrypted",
            Remark::RemoteContent => "remote-content",
            Remark::Empty => "empty",
        })
        .collect();
    remarks.sort_unstable();
    same("remarks", &remarks, &expected.remarks);
    let signals = &message.signals;
    if expected.return_path.is_some() {
        same("return_path", &signals.return_path, &expected.return_path);
    }
    same("authentication_results", &signals.authentication_results, &expected.authentication_results);
    same("spam", &signals.spam, &expected.spam);
    wrong
}
