//! `tresen erase`: what it asks for before it deletes for good, and what it prints.

use std::path::Path;
use std::process::Stdio;

use crate::at_terminal::{add, command, new_desk, piped, typed};

const QUESTION: &str = "Type the address: ";

fn is_known(folder: &Path, email: &str) -> bool {
    piped(folder, &["export", "--email", email], "").status.success()
}

/// Has a customer write by email.
fn write(folder: &Path, email: &str) {
    let mail = format!("From: {email}\r\nTo: support@desk.example\r\nSubject: Lamp\r\n\r\nIt flickers.\r\n");
    assert!(piped(folder, &["mail", "ingest"], &mail).status.success());
}

#[test]
fn nothing_but_the_address_confirms_an_erasure() {
    let folder = new_desk();
    let folder = folder.path();
    write(folder, "eve@example.org");
    add(folder, "ada@example.com", "agent");

    for (email, staff, answer) in [
        ("eve@example.org", false, ""),
        ("eve@example.org", false, "y"),
        ("eve@example.org", false, "yes"),
        ("eve@example.org", false, "eve"),
        ("eve@example.org", false, "eve@example.or"),
        ("eve@example.org", false, "eve@example.org eve@example.org"),
        ("eve@example.org", false, "ada@example.com"),
        ("eve@example.org", false, "<eve@example.org>"),
        ("eve@example.org", true, "--staff"),
        ("ada@example.com", true, "agent"),
        // The end of what is typed.
        ("ada@example.com", true, "\u{4}"),
    ] {
        let arguments = [&["erase", "--email", email][..], if staff { &["--staff"] } else { &[] }].concat();
        let (shown, code) = typed(command(folder, &arguments), &[(QUESTION, answer)]);
        assert!(code == Some(1) && shown.contains("nothing was changed"), "{answer:?}: {shown}");
        assert!(!shown.contains("tresen-receipt"), "{answer:?}: {shown}");
        assert!(is_known(folder, email), "{answer:?}");
    }
    // As somebody types it in a hurry.
    for (email, answer) in [("eve@example.org", " EVE@example.ORG "), ("ada@example.com", "Ada@Example.Com")]
    {
        let (shown, code) =
            typed(command(folder, &["erase", "--staff", "--email", email]), &[(QUESTION, answer)]);
        assert!(code == Some(0) && shown.contains("tresen-receipt: 1"), "{answer:?}: {shown}");
        assert!(!is_known(folder, email), "{answer:?}");
    }
}

#[test]
fn people_of_the_desk_are_erased_only_with_staff() {
    let folder = new_desk();
    let folder = folder.path();
    for (email, role) in [
        ("ada@example.com", "agent"),
        ("grace@example.com", "admin"),
        ("o'neill+desk@example.com", "agent"),
        ("--staff@example.com", "agent"),
    ] {
        add(folder, email, role);
        // As the address may be written.
        for way in [email.to_uppercase(), format!(" {email}")] {
            let refused = piped(folder, &["erase", "--email", &way], "");
            let said = String::from_utf8_lossy(&refused.stderr);
            assert_eq!(refused.status.code(), Some(1), "{way}: {said}");
            assert!(said.contains("--staff") && said.contains(role), "{way}: {said}");
            assert!(refused.stdout.is_empty(), "{way}");
        }
        // Without the word nobody is asked at a terminal either.
        let (shown, code) = typed(command(folder, &["erase", "--email", email]), &[]);
        assert!(code == Some(1) && shown.contains("--staff") && !shown.contains(QUESTION), "{shown}");
        assert!(is_known(folder, email));
    }
    // A customer who became an agent, and an agent who wrote as a customer.
    write(folder, "eve@example.org");
    add(folder, "eve@example.org", "agent");
    write(folder, "ada@example.com");
    for email in ["eve@example.org", "ada@example.com"] {
        assert_eq!(piped(folder, &["erase", "--email", email], "").status.code(), Some(1), "{email}");
        let erased = piped(folder, &["erase", "--staff", "--email", email], "");
        let said = String::from_utf8_lossy(&erased.stdout);
        assert!(erased.status.success() && said.contains("Erased: 1 request, 1 comment, 0 files."), "{said}");
        assert!(!is_known(folder, email), "{email}");
    }
    // `--staff` is no wider than that: it erases a customer too, and an unknown address is none.
    write(folder, "bob@example.net");
    assert!(piped(folder, &["erase", "--staff", "--email", "bob@example.net"], "").status.success());
    for unknown in ["bob@example.net", "nobody@example.com", "ada@example.com"] {
        let refused = piped(folder, &["erase", "--staff", "--email", unknown], "");
        assert_eq!(refused.status.code(), Some(1), "{unknown}");
        assert!(refused.stdout.is_empty(), "{unknown}");
    }
}

#[test]
fn the_receipt_is_printed_where_answers_go() {
    let folder = new_desk();
    let folder = folder.path();
    for number in 0..3 {
        write(folder, &format!("eve{number}@example.org"));
    }
    // A file for the records, while questions and the log are elsewhere.
    let file = std::fs::File::create(folder.join("receipt.txt")).unwrap();
    let mut erase = command(folder, &["erase", "--email", "eve0@example.org"]);
    assert!(erase.stdin(Stdio::null()).stdout(file).stderr(Stdio::null()).status().unwrap().success());
    let receipt = std::fs::read_to_string(folder.join("receipt.txt")).unwrap();
    assert!(receipt.contains("tresen-receipt: 1") && receipt.contains("signature:"), "{receipt}");
    assert!(!receipt.contains("eve0") && !receipt.contains('@'), "{receipt}");

    // Each has one of its own.
    let erased = piped(folder, &["erase", "--email", "eve1@example.org"], "anything that is piped\n");
    let other = String::from_utf8(erased.stdout).unwrap();
    assert!(other.contains("tresen-receipt: 1") && other != receipt, "{other}");

    // A reader that is gone changes nothing about the erasure.
    let mut erase = command(folder, &["erase", "--email", "eve2@example.org"]);
    let mut program =
        erase.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(program.stdout.take());
    program.wait().unwrap();
    assert!(!is_known(folder, "eve2@example.org"));
}
