use data_encoding::BASE64;
use tresen_model::Subject;

use super::*;

fn address(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("valid")
}

fn mail() -> OutgoingMail {
    OutgoingMail {
        message_id: "0192-abc@desk.example".into(),
        in_reply_to: None,
        references: Vec::new(),
        from: Sender { name: "Fjörd, Söhne & \"Co\"".into(), address: address("desk@desk.example") },
        to: address("ada@example.com"),
        to_name: None,
        reply_to: None,
        auto_submitted: true,
        language: Language::German,
        rendered: Rendered {
            subject: "Grüße".into(),
            text: "Schöne Grüße\n\n-- \nEnde\n".into(),
            html: "<p>Schöne Grüße</p>\n".into(),
        },
        files: Vec::new(),
    }
}

fn composed(mail: &OutgoingMail) -> String {
    let message = mail.compose(Timestamp(1_700_000_000_123_456)).expect("composes");
    String::from_utf8(message.formatted()).expect("nothing but ASCII")
}

/// The value of a header, unfolded; fails when there is more than one.
fn header_of(message: &str, name: &str) -> Option<String> {
    let head = message.split("\r\n\r\n").next().expect("a head").replace("\r\n ", " ");
    let values = head
        .split("\r\n")
        .filter_map(|line| line.split_once(": "))
        .filter(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.to_owned())
        .collect::<Vec<_>>();
    assert!(values.len() < 2, "{name} twice: {values:?}");
    values.into_iter().next()
}

/// The parts of the message with their transfer encoding undone.
fn parts(message: &str) -> Vec<(String, String)> {
    let kind = header_of(message, "Content-Type").expect("a type");
    let boundary =
        kind.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a boundary");
    let parts = message.split(&format!("--{boundary}")).skip(1).collect::<Vec<_>>();
    assert_eq!(parts.last().copied().map(str::trim), Some("--"), "closed");
    parts[..parts.len() - 1]
        .iter()
        .map(|part| {
            let part = part.strip_prefix("\r\n").expect("a line");
            let body = part.split_once("\r\n\r\n").expect("a head").1.trim_end_matches("\r\n");
            let bytes = match header_of(part, "Content-Transfer-Encoding").expect("an encoding").as_str() {
                "7bit" => body.as_bytes().to_vec(),
                "base64" => BASE64.decode(body.replace("\r\n", "").as_bytes()).expect("base64"),
                "quoted-printable" => quoted_printable(body),
                other => panic!("{other}"),
            };
            let text = String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n");
            (header_of(part, "Content-Type").expect("a type"), text)
        })
        .collect()
}

fn quoted_printable(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let sign = || rest.next().map(char::from);
            let digits = std::iter::repeat_with(sign).take(2).flatten().collect::<String>();
            bytes.push(u8::from_str_radix(&digits, 16).expect("hexadecimal"));
        } else {
            bytes.push(byte);
        }
    }
    bytes
}

/// Undoes encoded words (RFC 2047), base64 only: all that lettre writes.
fn words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut bytes = Vec::new();
    while let Some((before, after)) = rest.split_once("=?utf-8?b?") {
        if bytes.is_empty() || !before.trim().is_empty() {
            out.push_str(&String::from_utf8(std::mem::take(&mut bytes)).expect("UTF-8"));
            out.push_str(before);
        }
        let (word, after) = after.split_once("?=").expect("ends");
        bytes.extend(BASE64.decode(word.as_bytes()).expect("base64"));
        rest = after;
    }
    out.push_str(&String::from_utf8(bytes).expect("UTF-8"));
    out + rest
}

#[test]
fn a_message_says_what_it_should() {
    let message = composed(&mail());
    for (name, expected) in [
        ("Message-ID", Some("<0192-abc@desk.example>")),
        ("Date", Some("Tue, 14 Nov 2023 22:13:20 +0000")),
        ("To", Some("ada@example.com")),
        ("MIME-Version", Some("1.0")),
        ("Auto-Submitted", Some("auto-generated")),
        ("X-Auto-Response-Suppress", Some("DR, RN, NRN, OOF, AutoReply")),
        ("Content-Language", Some("de")),
        ("In-Reply-To", None),
        ("References", None),
        ("Reply-To", None),
    ] {
        assert_eq!(header_of(&message, name).as_deref(), expected, "{name}");
    }
    assert_eq!(words(&header_of(&message, "Subject").expect("a subject")), "Grüße");
    let from = header_of(&message, "From").expect("a sender");
    assert!(from.ends_with(" <desk@desk.example>") && from.is_ascii(), "{from}");
    let parts = parts(&message);
    assert_eq!(parts.len(), 2);
    assert!(parts[0].0.starts_with("text/plain; charset=utf-8"), "{}", parts[0].0);
    assert!(parts[1].0.starts_with("text/html; charset=utf-8"), "{}", parts[1].0);
    assert_eq!(parts[0].1.trim_end(), "Schöne Grüße\n\n-- \nEnde");
    assert_eq!(parts[1].1.trim_end(), "<p>Schöne Grüße</p>");
    // The same mail at every try.
    assert_eq!(message, composed(&mail()));
}

#[test]
fn an_answer_finds_its_conversation() {
    let mut references = (0..40).map(|n| format!("<{n}@example.com>")).collect::<Vec<_>>();
    references.insert(1, "junk\r\nBcc: eve@evil.example".into());
    references.insert(2, "<0@example.com>".into());
    let message = composed(&OutgoingMail {
        in_reply_to: Some("<39@example.com>".into()),
        references,
        auto_submitted: false,
        reply_to: Some("desk+T-7F3K-92QX@desk.example".into()),
        ..mail()
    });
    assert_eq!(header_of(&message, "In-Reply-To").as_deref(), Some("<39@example.com>"));
    let references = header_of(&message, "References").expect("references");
    let ids = references.split_whitespace().collect::<Vec<_>>();
    assert_eq!(ids.len(), MAX_REFERENCES);
    assert_eq!((ids[0], ids[1], ids[19]), ("<0@example.com>", "<21@example.com>", "<39@example.com>"));
    assert!(
        header_of(&message, "Reply-To").expect("a reply-to").ends_with("<desk+T-7F3K-92QX@desk.example>")
    );
    assert_eq!(header_of(&message, "Auto-Submitted"), None);
    assert!(!message.contains("Bcc"));
    assert!(message.split("\r\n").all(|line| line.len() <= 998));
}

#[test]
fn names_and_subjects_cannot_add_headers() {
    for hostile in [
        "Eve\r\nBcc: eve@evil.example",
        "\"Eve\" <eve@evil.example>, x",
        "Eve\u{85}\u{2028}\nBcc: x",
        "=?utf-8?q?x?=",
    ] {
        let message = composed(&OutgoingMail {
            from: Sender { name: hostile.into(), address: address("desk@desk.example") },
            to_name: PersonName::parse(hostile).ok(),
            rendered: Rendered { subject: hostile.into(), ..mail().rendered },
            ..mail()
        });
        assert_eq!(header_of(&message, "Bcc"), None, "{message}");
        let to = header_of(&message, "To").expect("a receiver");
        assert!(to.ends_with(" <ada@example.com>"), "{to}");
        let composed = OutgoingMail { to_name: PersonName::parse(hostile).ok(), ..mail() };
        let message = composed.compose(Timestamp(0)).expect("composes");
        assert_eq!(message.envelope().to().len(), 1);
    }
    let long = Subject::parse(&"ä b".repeat(60)).expect("valid");
    let message = composed(&OutgoingMail {
        rendered: Rendered { subject: long.as_str().into(), ..mail().rendered },
        ..mail()
    });
    assert_eq!(words(&header_of(&message, "Subject").expect("a subject")), long.as_str());
}

#[test]
fn domains_of_any_script_become_ascii() {
    let message = OutgoingMail { to: address("ada@Bücher.example.com"), ..mail() };
    let message = message.compose(Timestamp(0)).expect("composes");
    assert_eq!(message.envelope().to()[0].to_string(), "ada@xn--bcher-kva.example.com");
    let text = String::from_utf8(message.formatted()).expect("ASCII");
    assert_eq!(header_of(&text, "To").as_deref(), Some("ada@xn--bcher-kva.example.com"));
    let refused = OutgoingMail { to: address("ada@a\u{0660}\u{06F0}.example.com"), ..mail() };
    if let Err(error) = refused.compose(Timestamp(0)) {
        assert_eq!(error, ComposeError::Address("To"));
        assert!(!error.to_string().contains("ada"));
    }
}

#[test]
fn what_cannot_be_a_message_is_refused() {
    for id in ["", "no-at", "a@", "@b", "a b@c", "a@b\r\nBcc: x", "<a@b><c@d>", "ä@b", "a@b@c"] {
        let error = OutgoingMail { message_id: id.into(), ..mail() }.compose(Timestamp(0)).err();
        assert_eq!(error, Some(ComposeError::MessageId), "{id:?}");
    }
    let error = OutgoingMail { reply_to: Some("nobody".into()), ..mail() }.compose(Timestamp(0)).err();
    assert_eq!(error, Some(ComposeError::Address("Reply-To")));
    // Times that no calendar has: no panic.
    for time in [i64::MIN, -1, i64::MAX] {
        assert!(mail().compose(Timestamp(time)).is_ok());
    }
}

#[test]
fn files_come_as_they_are() {
    let contents: Vec<u8> = (0..=255).chain(*b"\nbare\rline\n").collect();
    let file = |name: &str, media_type: &str, contents: &[u8]| AttachedFile {
        name: name.into(),
        media_type: media_type.into(),
        contents: contents.to_vec(),
    };
    let message = composed(&OutgoingMail {
        files: vec![
            file("Rechnung „März“.pdf\r\nBcc: eve@evil.example", "application/pdf", &contents),
            file("a.txt", "no type\r\nX: y", b"a\nb"),
        ],
        ..mail()
    });
    assert!(message.is_ascii() && message.split("\r\n").all(|line| line.len() <= 998));
    assert_eq!(header_of(&message, "Bcc"), None);
    let read = mail_parser::MessageParser::default().parse(message.as_bytes()).expect("a message");
    assert_eq!(read.body_text(0).expect("text").trim_end(), "Schöne Grüße\r\n\r\n-- \r\nEnde");
    let files = read.attachments().collect::<Vec<_>>();
    assert_eq!(files.len(), 2);
    let name = mail_parser::MimeHeaders::attachment_name(files[0]).expect("a name");
    assert_eq!(name, "Rechnung „März“.pdf Bcc: eve@evil.example");
    assert_eq!(files[0].contents(), contents);
    assert_eq!(files[1].contents(), b"a\nb");
    let kind = mail_parser::MimeHeaders::content_type(files[1]).expect("a type");
    assert_eq!((kind.ctype(), kind.subtype()), ("application", Some("octet-stream")));
}
