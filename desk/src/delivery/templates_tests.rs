use std::fs;

use tresen_model::{Body, PersonName, RequestNumber, Subject};

use super::*;

fn templates() -> Templates {
    Templates::load(None).unwrap_or_else(|error| panic!("{error}"))
}

fn render(kind: MailKind, language: Language, context: &MailContext) -> Rendered {
    templates().render(kind, language, context).unwrap_or_else(|error| panic!("{error}"))
}

/// The message of the error that an override gives.
fn refused(name: &str, source: impl AsRef<[u8]>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(&path, source).expect("written");
    let error = Templates::load(Some(folder.path())).err().expect("refused").to_string();
    assert!(error.contains(&*path.display().to_string()), "{error}");
    error
}

#[test]
fn every_mail_is_whole_in_every_language() {
    let templates = templates();
    for (kind, language) in every() {
        let name = file_name(kind, language);
        let mail = templates.render(kind, language, &MailContext::sample()).unwrap_or_else(|e| panic!("{e}"));
        assert!(!mail.subject.contains('\n') && mail.subject.chars().count() < 120, "{name}");
        for signs in ["{{", "{%", OPEN.encode_utf8(&mut [0; 4]), CLOSE.encode_utf8(&mut [0; 4])] {
            assert!(!mail.text.contains(signs) && !mail.html.contains(signs), "{name}: {signs}");
        }
        assert!(!mail.text.split_whitespace().any(|word| word == "none"), "{name}");
        // Why the receiver gets it, with the desk's name, below everything else.
        let footer = mail.text.split("\n-- \n").nth(1).unwrap_or_default();
        assert!(footer.contains("Fjörd & Söhne"), "{name}: {footer}");
        assert!(mail.html.contains(&format!("<html lang=\"{}\">", language.tag())), "{name}");
        assert!(mail.html.contains("Fjörd &amp; Söhne") && mail.html.contains("class=\"footer\""), "{name}");
        // Nothing is fetched when somebody reads it.
        for fetched in ["<img", "src=", "url(", "<link", "@import", "<script"] {
            assert!(!mail.html.contains(fetched), "{name}: {fetched}");
        }
        // Typography.
        assert!(!mail.text.replace("x='1'", "").contains(['"', '\'']), "{name}: {}", mail.text);
        assert!(!mail.text.contains(" - "), "{name}");
    }
}

#[test]
fn mail_to_unproven_addresses_repeats_nothing() {
    let context = MailContext {
        name: PersonName::parse("BUY-NOW").ok(),
        subject: Subject::parse("BUY-NOW http://evil.example").ok(),
        reply_text: Body::parse("BUY-NOW").ok(),
        reply_author: PersonName::parse("BUY-NOW").ok(),
        ..MailContext::sample()
    };
    for kind in [
        MailKind::Confirmation,
        MailKind::ConfirmRequest,
        MailKind::Captured,
        MailKind::Register,
        MailKind::Invitation,
        MailKind::NoAccount,
        MailKind::AddressProve,
        MailKind::EraseLink,
        MailKind::DataLink,
    ] {
        for language in Language::ALL {
            let mail = render(kind, *language, &context);
            let all = format!("{}{}{}", mail.subject, mail.text, mail.html);
            assert!(!all.contains("BUY-NOW") && !all.contains("evil"), "{}", kind.as_str());
        }
    }
    // Not even where an operator wants it.
    let error = refused("en/confirmation.txt", "Subject: {{ subject }}\n\nHello");
    assert!(error.contains("line 1: `subject` is not known here"), "{error}");
}

#[test]
fn what_people_type_is_text() {
    let hostile = "Hi {{ 7*7 }} {% if %}\n\n[x](http://evil.example)\n\n--\n> quote\n</blockquote><script>alert(1)</script>\u{FDD1}\n[y](http://evil.example)\u{FDD0}\n'\"&";
    let context = MailContext {
        desk_name: "</title><script>\u{FDD1}\n[d](http://evil.example)".into(),
        accent: Some("red;background:url(http://evil.example)".into()),
        name: PersonName::parse("\u{202E}[n](http://evil.example)").ok(),
        subject: Subject::parse("{{ desk_name }} \u{2028}[s](http://evil.example) <img src=x>").ok(),
        reply_author: PersonName::parse("> <b>Eve</b>").ok(),
        reply_text: Body::parse(hostile).ok(),
        number: Some(RequestNumber::from_bits(1)),
        request_url: Some("https://desk.example/requests/1".into()),
        attachments: 1,
        can_reply: true,
        ..MailContext::default()
    };
    for language in Language::ALL {
        let mail = render(MailKind::Reply, *language, &context);
        assert!(!mail.subject.contains(['\n', '\r', '\u{2028}', '\u{202E}']), "{}", mail.subject);
        assert!(mail.subject.contains("{{ desk_name }} [s](http://evil.example) <img src=x>"));
        // One button: the desk's.
        assert_eq!(mail.html.matches("<a ").count(), 1, "{}", mail.html);
        assert_eq!(mail.html.matches("href=").count(), 1);
        assert_eq!(mail.html.matches("<blockquote").count(), 1);
        assert_eq!(mail.html.matches("</blockquote>").count(), 1);
        for signs in ["<script", "<img", "<b>", "49", "red;", "\u{202E}", "\u{FDD0}", "\u{FDD1}"] {
            assert!(!mail.html.contains(signs), "{signs}: {}", mail.html);
        }
        assert!(
            mail.html.contains("Hi {{ 7*7 }} {% if %}<br>\n<br>\n[x](http://evil.example)"),
            "{}",
            mail.html
        );
        assert!(mail.text.contains("\n> [x](http://evil.example)\n>\n> --\n> > quote\n"), "{}", mail.text);
        assert!(mail.text.contains("https://desk.example/requests/1\n"));
        assert_eq!(mail.text.matches("\n-- \n").count(), 1);
    }
}

#[test]
fn german_and_english_read_well() {
    let mut context = MailContext { desk_name: "Tresen".into(), ..MailContext::sample() };
    context.valid_for = Some("eine Stunde".into());
    let mail = render(MailKind::PasswordReset, Language::German, &context);
    assert!(mail.text.contains("ist eine Stunde lang gültig"), "{}", mail.text);
    context.attachments = 1;
    let mail = render(MailKind::Reply, Language::English, &context);
    assert!(mail.text.contains("One file comes with this reply."), "{}", mail.text);
    assert!(
        mail.text.starts_with("Hello Zoë O’Neill,\n\nAda Lovelace has replied to your request “"),
        "{}",
        mail.text
    );
    context.attachments = 0;
    context.subject = None;
    context.name = None;
    context.reply_author = None;
    let mail = render(MailKind::Reply, Language::German, &context);
    assert_eq!(mail.subject, "Re: Ihre Anfrage T-28T5-CY4T");
    assert!(
        mail.text.starts_with("Guten Tag,\n\nwir haben auf Ihre Anfrage geantwortet:\n\n> "),
        "{}",
        mail.text
    );
    assert!(!mail.text.contains("Datei"));
    let mail = render(MailKind::Erased, Language::German, &context);
    assert!(mail.text.contains("gelöscht: 12 Anfragen mit allen"), "{}", mail.text);
}

#[test]
fn a_mail_without_what_it_needs_is_refused() {
    let templates = templates();
    let missing = MailContext { action_url: None, ..MailContext::sample() };
    let error = templates.render(MailKind::Register, Language::German, &missing).err().expect("refused");
    assert_eq!(error.to_string(), "the mail `register` needs `action_url`");
    for url in ["javascript:alert(1)", "/requests/1", "https://desk.example/a b", "https://"] {
        let wrong = MailContext { action_url: Some(url.into()), ..MailContext::sample() };
        let error = templates.render(MailKind::Register, Language::German, &wrong).err().expect("refused");
        assert!(matches!(error, TemplateError::Link { .. }), "{url}");
    }
}

#[test]
fn an_operators_file_wins() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("de")).expect("made");
    let own = "\u{FEFF}Subject: Moin {{ number }}\r\n\r\nMoin!\r\n\r\n[Hier]({{ request_url }})\r\n[Da]({{ register_url }})";
    fs::write(folder.path().join("de/confirmation.txt"), own).expect("written");
    fs::write(folder.path().join("layout.html"), "<i>{{ subject }}</i>{{ body }}{{ footer }}")
        .expect("written");
    fs::write(folder.path().join("README.md"), "ours").expect("written");
    let templates = Templates::load(Some(folder.path())).unwrap_or_else(|error| panic!("{error}"));
    let context = MailContext::sample();
    let mail = templates
        .render(MailKind::Confirmation, Language::German, &context)
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(mail.subject, "Moin T-28T5-CY4T");
    assert!(mail.text.starts_with("Moin!\n\nHier:\nhttps://desk.example/"), "{}", mail.text);
    assert!(mail.html.starts_with("<i>Moin T-28T5-CY4T</i><p"), "{}", mail.html);
    let other = templates
        .render(MailKind::Confirmation, Language::English, &context)
        .unwrap_or_else(|e| panic!("{e}"));
    assert!(other.text.starts_with("Hello,"));
}

#[test]
fn a_broken_override_says_where_and_what() {
    for (name, source, line, reason) in [
        ("de/reply.txt", "Subject: a\n\nb\n{% if subject %}c", ", line 4: ", "syntax error"),
        (
            "de/reply.txt",
            "Subject: a\n\n{{ reply_txt }}",
            ", line 3: ",
            "`reply_txt` is not known here; known are desk_name, number",
        ),
        (
            "de/reply.txt",
            "Subject: a\n\n{% if false %}\n{{ reply_txt }}{% endif %}",
            ", line 4: ",
            "`reply_txt` is not known",
        ),
        ("de/reply.txt", "Subject: a\n\n{{ subject }}", ", line 3: ", "put `{% if … %}` around it"),
        ("de/reply.txt", "Subject: a\n\n{{ number|loud }}", ", line 3: ", "loud"),
        ("de/reply.txt", "Betreff: a\n\nb", ", line 1: ", "`Subject: `"),
        ("de/reply.txt", "Subject: a\n", ": ", "nothing after the subject"),
        ("de/register.txt", "Subject: a\n\nb", ": ", "of no use without `{{ action_url }}`"),
        (
            "en/register.txt",
            "Subject: a\n\n[b](javascript:{{ action_url }})",
            ", line 3: ",
            "the button `b` needs",
        ),
        ("en/register.txt", "Subject: a\n\n{{ [action_url] }}", ", line 3: ", "only text and numbers"),
        ("en/register.txt", "Subject: a\n\n\u{FDD0}", ", line 3: ", "U+FDD0"),
        ("layout.html", "{{ body }}", ": ", "of no use without `{{ footer }}`"),
        ("layout.html", "{{ body }}\n{{ footer }}{{ logo }}", ", line 2: ", "`logo` is not known here"),
        ("de/replay.txt", "Subject: a\n\nb", ": ", "no mail uses this file"),
        ("fr/reply.txt", "Subject: a\n\nb", ": ", "LANGUAGE is one of en, de"),
    ] {
        let error = refused(name, source);
        assert!(error.contains(&format!("{name}{line}")) && error.contains(reason), "{error}");
    }
    let error = refused("de/reply.txt", b"Subject: a\n\n\xff");
    assert!(error.ends_with("line 3: not UTF-8"), "{error}");
    let error = Templates::load(Some(Path::new("no/such/folder"))).err().expect("refused");
    assert!(matches!(error, TemplateError::Unreadable { .. }));
}

#[test]
fn the_context_is_stored_and_read_back() {
    let stored = serde_json::to_string(&MailContext::sample()).expect("serialises");
    let read = serde_json::from_str::<MailContext>(&stored).expect("reads back");
    assert!(
        render(MailKind::Reply, Language::German, &read)
            == render(MailKind::Reply, Language::German, &MailContext::sample())
    );
    // What an older version stored.
    assert!(serde_json::from_str::<MailContext>("{\"desk_name\":\"Tresen\"}").is_ok());
    for kind in MailKind::ALL {
        assert_eq!(MailKind::parse(kind.as_str()), Some(*kind));
        assert_eq!(serde_json::to_string(kind).expect("serialises"), format!("\"{}\"", kind.as_str()));
    }
}
