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

#[test]
fn answers_of_absent_people_are_told_in_many_languages() {
    let about = |subject: &str, more: &str| {
        mail(&format!("From: ada@example.com\r\n{more}Subject: {subject}"), "x").automatic
    };
    for subject in [
        "Automatic reply: Printer",
        "Automatische Antwort: Drucker",
        "Abwesenheitsnotiz: Re: Drucker",
        "Out of office Re: Printer",
        "Réponse automatique : Imprimante",
        "Absence du bureau : Imprimante",
        "Fuera de la oficina: Impresora",
        "Fuori sede: Stampante",
        "Automatisch antwoord: Printer",
        "Automatiskt svar: Skrivare",
        "Automatyczna odpowiedź: Drukarka",
        "Automatická odpověď: Tiskárna",
        "Otomatik Yanıt: Yazıcı",
        "Автоматический ответ: Принтер",
        "自動応答: プリンター",
        "自动答复: 打印机",
        "자동 회신: 프린터",
    ] {
        assert_eq!(about(subject, ""), Some(Automatic::Reply), "{subject}");
    }
    let answer = "In-Reply-To: <m@desk.example.com>\r\n";
    for subject in ["Auto: Printer", "Abwesenheit: Re: Drucker", "Abwesend: Drucker"] {
        assert_eq!(about(subject, answer), Some(Automatic::Reply), "{subject}");
        // A question, such as about a car.
        assert_eq!(about(subject, ""), None, "{subject}");
    }
    for subject in
        ["AW: Automatische Antwort: Drucker", "Re: Out of office: Printer", "The automatic reply fails"]
    {
        assert_eq!(about(subject, answer), None, "{subject}");
    }
}

#[test]
fn addresses_that_nobody_reads_are_told_by_their_words() {
    for (local, unread) in [
        ("noreply", true),
        ("no-reply", true),
        ("No_Reply", true),
        ("no_reply.shop", true),
        ("shop-no-reply", true),
        ("noreply+17", true),
        ("do-not-reply", true),
        ("donotreply-billing", true),
        ("bounce-123", true),
        ("nichtantworten", true),
        ("noresponder", true),
        ("bounce.studio", false),
        ("noreplyson", false),
        ("ada", false),
        ("reply", false),
    ] {
        let found = mail(&format!("From: {local}@example.com\r\nSubject: x"), "x").automatic;
        assert_eq!(found == Some(Automatic::Unread), unread, "{local}");
    }
}

#[test]
fn reports_in_any_language_are_told_from_their_words() {
    for (words, returned) in [
        ("Votre message n'a pas pu être remis.", Returned::Failed),
        ("Message non distribué", Returned::Failed),
        ("No se pudo entregar el mensaje.", Returned::Failed),
        ("Impossibile recapitare il messaggio", Returned::Failed),
        ("Het bericht kon niet worden bezorgd", Returned::Failed),
        ("A sua mensagem não pôde ser entregue", Returned::Failed),
        ("Ditt meddelande kunde inte levereras", Returned::Failed),
        ("Nie można dostarczyć wiadomości", Returned::Failed),
        ("Сообщение не доставлено", Returned::Failed),
        ("Ihre Nachricht ist nicht zustellbar", Returned::Failed),
        ("We were unable to deliver your message", Returned::Failed),
        ("The message has not yet been delivered. 451 4.7.1 Greylisting", Returned::Delayed),
        ("Die Zustellung ist verzögert", Returned::Delayed),
    ] {
        let body = format!("{words}\r\n\r\nMessage-ID: <o@desk.example.com>\r\n");
        for header in [
            "From: MAILER-DAEMON@mx.example.org",
            // As Exim writes it.
            "From: Mailer-Daemon@mx.example.org\r\nAuto-Submitted: auto-replied",
            "Return-Path: <>\r\nFrom: Mail Delivery System <postmaster@mx.example.org>",
        ] {
            let header = format!("{header}\r\nContent-Type: text/plain; charset=utf-8\r\nSubject: Mail");
            let bounce = mail(&header, &body).bounce.unwrap_or_else(|| panic!("{header} {words}"));
            assert_eq!((bounce.returned, bounce.original.as_deref()), (returned, Some("o@desk.example.com")));
        }
    }
}

#[test]
fn a_report_that_a_person_attaches_is_a_file() {
    let status = "Content-Type: message/delivery-status; name=details.txt\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; eve@example.org\r\nAction: failed\r\nStatus: 5.1.1";
    let body = format!("--b\r\n\r\nWhat does this mean?\r\n--b\r\n{status}\r\n--b--\r\n");
    let header = |from: &str| format!("{from}\r\nContent-Type: multipart/mixed; boundary=b");
    let message = mail(&header("From: Ada <ada@example.com>\r\nReturn-Path: <ada@example.com>"), &body);
    assert!(message.bounce.is_none() && message.automatic.is_none());
    assert_eq!(
        (message.text.as_str(), message.parts[0].name.as_str()),
        ("What does this mean?", "details.txt")
    );
    // Old servers send theirs so.
    for machine in ["From: postmaster@example.com", "Return-Path: <>\r\nFrom: mx@example.com"] {
        let message = mail(&header(machine), &body);
        assert_eq!(message.automatic, Some(Automatic::Server), "{machine}");
        assert!(message.bounce.is_some_and(|bounce| bounce.returned == Returned::Failed), "{machine}");
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
