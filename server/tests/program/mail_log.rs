//! Each mail, in and out, is one line in the log, and the line says nothing about anybody.

use std::fs;
use std::path::Path;

use crate::mail_commands::{errors, run};

/// What must be in no line: parts of the mails below, and signs of addresses and tokens.
const PERSONAL: &[&str] = &[
    "orpalina",
    "Snark",
    "andersnatch",
    "jubjub",
    "tumtum",
    "flicker",
    "borogove",
    "example",
    "desk.",
    "@",
    "T-",
];

fn mail(head: &str, body: &str) -> String {
    format!(
        "From: \"Vorpalina Snark\" <vorpalina@example.com>\r\nTo: support@desk.example\r\n{head}MIME-Version: 1.0\r\n\
         \r\n{body}\r\n"
    )
}

fn lines<'a>(log: &'a str, what: &str) -> Vec<&'a str> {
    let found: Vec<&str> = log.lines().filter(|line| line.contains(what)).collect();
    for line in &found {
        assert!(line.contains(" INFO "), "{line}");
        // The time of a line has a T in it.
        let line = line.split_once(' ').map_or(*line, |(_, rest)| rest);
        for personal in PERSONAL {
            assert!(!line.contains(personal), "{personal}: {line}");
        }
    }
    found
}

#[test]
fn whatever_comes_in_is_one_line_without_personal_data() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(
        folder.join("tresen.toml"),
        "mail_from = 'support@desk.example'\n[intake]\nblocked = ['@example.net']\nspam_header = 'X-Spam-Flag'\n\
         spam_at = 'YES'\n",
    )
    .unwrap();
    assert!(run(folder, &["init"], "").status.success());
    let plain = mail("Subject: Bandersnatch\r\nMessage-ID: <jubjub@example.com>\r\n", "It flickers.");
    let file = mail(
        "Subject: borogoves\r\nMessage-ID: <tumtum@example.com>\r\nContent-Type: multipart/mixed; boundary=b\r\n",
        "--b\r\nContent-Type: text/plain\r\n\r\nIt flickers.\r\n--b\r\nContent-Type: image/png\r\n\
         Content-Disposition: attachment; filename=\"Snark.png\"\r\n\r\nx\r\n--b--",
    );
    let bounce = "From: MAILER-DAEMON@example.com\r\nTo: support@desk.example\r\nSubject: Undelivered: Bandersnatch\r\n\
                  Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
                  Content-Type: text/plain\r\n\r\nvorpalina@example.com is unknown.\r\n--b\r\n\
                  Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n\
                  Final-Recipient: rfc822; vorpalina@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n";

    for (what, input, arguments, outcome) in [
        ("a request", plain.clone(), &[][..], "request"),
        ("the same again", plain.clone(), &[], "known"),
        ("a request with a file", file, &[], "request"),
        (
            "an answer",
            mail("Subject: Re: Bandersnatch\r\nIn-Reply-To: <jubjub@example.com>\r\n", "tumtum"),
            &[],
            "",
        ),
        ("no sender", plain.replace("From: ", "X: ").replace("jubjub", "tumtum2"), &[], "aside"),
        ("a bounce", bounce.into(), &["--return-path", ""], ""),
        (
            "an absence",
            mail("Auto-Submitted: auto-replied\r\nSubject: Snark is away\r\n", "flicker"),
            &[],
            "",
        ),
        ("spam", mail("X-Spam-Flag: YES\r\nSubject: borogove\r\n", "Buy tumtum"), &[], ""),
        ("a blocked sender", plain.replace("vorpalina@example.com", "vorpalina@example.net"), &[], ""),
        ("of its own", plain.replace("vorpalina@example.com", "support@desk.example"), &[], ""),
        (
            "with an envelope",
            plain.replace("jubjub", "j2"),
            &["--to", "support+tumtum@desk.example"],
            "request",
        ),
        ("another type", plain.replace("jubjub", "j3"), &["--kind", "order"], "request"),
        ("no subject", mail("", "It flickers."), &[], "request"),
        (
            "an odd sender",
            plain.replace("<vorpalina@example.com>", "vorpalina@example.com").replace("jubjub", "j4"),
            &[],
            "",
        ),
        ("8 bits", plain.replace("Snark", "Snärk").replace("jubjub", "j5"), &[], "request"),
    ] {
        let taken = run(folder, &[&["mail", "ingest"][..], arguments].concat(), &input);
        let log = errors(&taken);
        assert!(taken.status.success(), "{what}: {log}");
        let found = lines(&log, "a mail was taken in");
        assert_eq!(found.len(), 1, "{what}: {log}");
        assert!(found[0].contains("channel=\"command\"") && found[0].contains("outcome=\""), "{what}: {log}");
        assert!(outcome.is_empty() || found[0].contains(&format!("outcome=\"{outcome}\"")), "{what}: {log}");
        assert!(!log.contains("orpalina") && !log.contains("Snark"), "{what}: {log}");
    }
    // Nothing came in, so no line says so.
    for input in ["", " \r\n"] {
        let refused = run(folder, &["mail", "ingest"], input);
        assert_eq!(refused.status.code(), Some(65));
        assert!(lines(&errors(&refused), "a mail was taken in").is_empty());
    }

    every_mail_out_is_a_line(folder);
}

/// Serves until all mails that wait have left.
fn every_mail_out_is_a_line(folder: &Path) {
    let settings = fs::read_to_string(folder.join("tresen.toml")).unwrap();
    fs::write(folder.join("tresen.toml"), format!("listen = '127.0.0.1:0'\n{settings}")).unwrap();
    let log = fs::File::create(folder.join("log")).unwrap();
    let mut serve = std::process::Command::new(env!("CARGO_BIN_EXE_tresen"));
    serve.arg("serve").current_dir(folder).env("TRESEN_LOG", "info");
    let mut serving = serve.stdout(std::process::Stdio::null()).stderr(log).spawn().unwrap();
    let outgoing = || fs::read_dir(folder.join("data/mail/outgoing")).map_or(0, Iterator::count);
    let begun = std::time::Instant::now();
    let read = || fs::read_to_string(folder.join("log")).unwrap();
    // The file is there before the line about it.
    while outgoing() < 3 || lines(&read(), "a mail was sent").len() < outgoing() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{} {}", outgoing(), read());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    serving.kill().unwrap();
    serving.wait().unwrap();
    let log = read();
    let sent = lines(&log, "a mail was sent");
    assert_eq!(sent.len(), outgoing(), "{log}");
    assert!(sent.iter().all(|line| line.contains("kind=\"confirm")), "{log}");
    assert!(!log.contains("orpalina") && !log.contains("Snark"), "{log}");
}
