//! Settings of mailboxes that fail later.

use super::tests::{BOX, mailbox, parse, refusal};

#[test]
fn a_mailbox_that_cannot_be_read_is_refused() {
    let two =
        |more: &str| format!("{}\n{}", mailbox("name = 'box'"), mailbox(&format!("name = 'other'\n{more}")));
    let passwords = [BOX[0], ("MAILBOX_OTHER_PASSWORD", "geheim")];
    for (text, says) in [
        (two(""), "reads the same folder"),
        (two("folder = 'INBOX'"), "reads the same folder"),
        (two("port = 993"), "reads the same folder"),
        (two("").replacen("imap.example.com", "IMAP.example.com", 1), "reads the same folder"),
        (mailbox("name = 'box'\nport = 0"), "from 1 to 65535"),
        (mailbox("name = 'box'").replace("imap.example.com", "imaps://imap.example.com"), "name of a host"),
        (mailbox("name = 'box'").replace("imap.example.com", "imap.example.com:993"), "name of a host"),
        (mailbox("name = 'box'").replace("imap.example.com", "imap.example.com/INBOX"), "name of a host"),
        (mailbox("name = 'box'").replace("imap.example.com", "imap example"), "name of a host"),
        (mailbox("name = 'box'").replace("imap.example.com", ""), "name of a host"),
        (mailbox("name = 'box'").replace("imap.example.com", "imap..example.com"), "name of a host"),
    ] {
        let set = if text.contains("other") { &passwords[..] } else { BOX };
        let refusal = refusal(&text, set);
        assert!(refusal.contains(says) && !refusal.contains("geheim"), "{text}: {refusal}");
    }
    for text in [
        two("folder = 'Other'"),
        two("port = 1993"),
        mailbox("name = 'box'").replace("imap.example.com", "192.0.2.1"),
        mailbox("name = 'box'").replace("imap.example.com", "[2001:db8::1]"),
        mailbox("name = 'box'").replace("imap.example.com", "mail"),
    ] {
        let passwords = if text.contains("other") { &passwords[..] } else { BOX };
        assert!(parse(&text, passwords).is_ok(), "{text}");
    }
}
