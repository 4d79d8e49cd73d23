//! What machines send: marks against loops, reports of mail servers; and what only looks like it.

use tresen_mail::{Automatic, Limits, Message, Returned, read};

fn mail(header: &str, body: &str) -> Message {
    read(format!("{header}\r\n\r\n{body}").as_bytes(), &Limits::default())
}

#[test]
fn marks_against_loops_are_those_of_machines() {
    let from =
        |more: &str| mail(&format!("From: ada@example.com\r\nSubject: Status\r\n{more}"), "x").automatic;
    for mark in [
        "X-Loop: yes",
        "X-Loop: robot@example.com",
        "X-No-Loop: true",
        "X-RT-Loop-Prevention: example.com",
        "X-Loop-Prevention: 1",
        "x-otrs-loop: yes",
        "X-FC-MachineGenerated: true",
        "X-Cron-Env: <SHELL=/bin/sh>",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "Auto-Submitted: auto-generated",
    ] {
        assert_eq!(from(mark), Some(Automatic::Generated), "{mark}");
    }
    for mark in [
        "X-Autoreply: yes",
        "X-Autorespond: Away",
        "X-Auto-Reply: 1",
        "Precedence: auto-reply",
        "X-Precedence: auto_reply",
    ] {
        assert_eq!(from(mark), Some(Automatic::Reply), "{mark}");
    }
    for mark in ["Precedence: bulk", "Precedence: junk", "X-Precedence: bulk", "List-Id: <a.example.com>"] {
        assert_eq!(from(mark), Some(Automatic::Bulk), "{mark}");
    }
    for mark in [
        "X-Loop: no",
        "X-Autoreply: no",
        "X-Loop:",
        "X-Auto-Response-Suppress: None",
        "Feedback-ID: 1.eu-central-1.abc:AmazonSES",
        "X-MS-Exchange-Inbox-Rules-Loop: ada@example.com",
        "Precedence: normal",
        "Precedence: first-class",
        "Auto-Submitted: no",
    ] {
        assert_eq!(from(mark), None, "{mark}");
    }
}

/// A report of a mail server: what it says for machines, and for people.
fn report(from: &str, more: &str, machines: &str, people: &str) -> Message {
    mail(
        &format!(
            "From: {from}\r\nSubject: Delivery Status Notification\r\nMIME-Version: 1.0\r\n{more}\
             Content-Type: multipart/report; boundary=b; report-type=delivery-status"
        ),
        &format!(
            "--b\r\nContent-Type: text/plain\r\n\r\n{people}\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n{machines}\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <o@desk.example.com>\r\n\r\nx\r\n--b--\r\n"
        ),
    )
}

#[test]
fn failures_are_told_from_whatever_says_them() {
    let daemon = "MAILER-DAEMON@example.com";
    let recipient = "Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; eve@example.org\r\n";
    for (machines, people, returned, status) in [
        ("", "550 5.1.1 No such user", Returned::Failed, Some("5.1.1")),
        ("", "Ihre Nachricht konnte nicht zugestellt werden: wurde nicht zugestellt", Returned::Failed, None),
        ("", "Host said: 550 User unknown here", Returned::Failed, None),
        ("", "4.4.1 Connection timed out; will be retried", Returned::Delayed, Some("4.4.1")),
        ("", "Your message is delayed.", Returned::Delayed, None),
        ("", "Hello", Returned::Other, None),
        ("Reporting-MTA: dns; mx.example.com", "#5.2.2 mailbox full", Returned::Failed, Some("5.2.2")),
        ("Diagnostic-Code: smtp; 550 5.7.1 rejected", "", Returned::Failed, Some("5.7.1")),
        ("Diagnostic-Code: smtp; 452 4.2.2 full", "", Returned::Delayed, Some("4.2.2")),
        ("Action: failed", "550 5.4.1 Relay denied", Returned::Failed, Some("5.4.1")),
        ("Action: failed\r\nDiagnostic-Code: smtp; 550-5.1.10 gone", "", Returned::Failed, Some("5.1.10")),
        ("Action: failed", "Sorry.", Returned::Failed, None),
        ("Action: delivered\r\nStatus: 2.0.0", "earlier: 550 5.1.1", Returned::Other, Some("2.0.0")),
        ("Status: 5.1.1", "delayed", Returned::Failed, Some("5.1.1")),
    ] {
        let machines = if machines.is_empty() { String::new() } else { format!("{recipient}{machines}\r\n") };
        let message = report(daemon, "", &machines, people);
        let bounce = message.bounce.unwrap_or_else(|| panic!("{machines} {people}"));
        assert_eq!((bounce.returned, bounce.status.as_deref()), (returned, status), "{machines} {people}");
        assert_eq!(bounce.original.as_deref(), Some("o@desk.example.com"));
    }
}

#[test]
fn failed_recipients_are_believed_of_machines_only() {
    let failed = "X-Failed-Recipients: eve@example.org\r\n";
    let body = "Message-ID: <o@desk.example.com>\r\n";
    for sender in [
        "From: Mail Delivery System <Mailer-Daemon@mx.example.com>\r\n",
        "Return-Path: <>\r\nFrom: mail@mx.example.com\r\n",
        "From: gateway@mx.example.com\r\nAuto-Submitted: auto-replied\r\n",
        "From: postmaster@example.com\r\n",
        "From: MAILER-DAEMON\r\nReturn-Path: <a@example.com>\r\n",
    ] {
        let message = mail(&format!("{sender}{failed}Subject: Mail"), body);
        assert_eq!(message.automatic, Some(Automatic::Server), "{sender}");
        let bounce = message.bounce.unwrap_or_else(|| panic!("{sender}"));
        assert_eq!(
            (bounce.returned, bounce.original.as_deref()),
            (Returned::Failed, Some("o@desk.example.com"))
        );
    }
    // A person's mail stays one, whatever its header and its words say.
    for (more, text) in [
        (failed, "My mail to eve@example.org could not be delivered: 550 5.1.1. Why?"),
        ("", "550 5.1.1 undeliverable: what does this mean?"),
        ("Subject: Undelivered Mail Returned to Sender\r\n", "I got this: 550 5.1.1"),
        ("X-Failed-Recipients: a@example.org\r\nAuto-Submitted: no\r\n", body),
    ] {
        let message = mail(&format!("From: Ada <ada@example.com>\r\n{more}To: support@example.org"), text);
        assert!(message.bounce.is_none() && message.automatic.is_none(), "{more} {text}");
    }
}
