//! Charsets and encodings as programs really write them.

use tresen_mail::{Limits, Message, read};

fn mail(raw: &[u8]) -> Message {
    read(raw, &Limits::default())
}

/// The bytes of a text in a charset.
fn bytes(text: &str, charset: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).expect("a charset");
    let (bytes, _, lost) = encoding.encode(text);
    assert!(!lost, "{text} in {charset}");
    bytes.into_owned()
}

/// A mail whose name and subject are raw bytes of a charset.
fn raw_headers(name: &str, subject: &str, charset: &str, rest: &str) -> Message {
    let mut raw = b"From: \"".to_vec();
    raw.extend(bytes(name, charset));
    raw.extend(b"\" <a@example.com>\r\nSubject: ");
    raw.extend(bytes(subject, charset));
    raw.extend(b"\r\n");
    raw.extend(rest.as_bytes());
    mail(&raw)
}

fn name(message: &Message) -> &str {
    message.from.as_ref().and_then(|from| from.name.as_deref()).unwrap_or_default()
}

#[test]
fn raw_headers_have_the_charset_that_the_message_names() {
    for (charset, who, subject) in [
        ("gb2312", "王芳", "打印机坏了"),
        ("gb18030", "赵", "发票"),
        ("big5", "陳大文", "印表機故障"),
        ("euc-kr", "김민수", "프린터 고장"),
        ("shift_jis", "山田", "請求書"),
        ("euc-jp", "佐藤", "請求書"),
        ("koi8-r", "Иван", "Счёт"),
        ("windows-1251", "Ирина", "Не печатает"),
        ("iso-8859-2", "Łukasz", "Zażalenie"),
        ("windows-1253", "Νίκος", "Εκτυπωτής"),
        ("iso-8859-9", "Işık", "Yazıcı"),
        ("windows-1255", "דנה", "חשבונית"),
        ("windows-874", "สมชาย", "ใบแจ้งหนี้"),
        ("iso-8859-1", "Jürgen", "Größe"),
    ] {
        let plain = format!("Content-Type: text/plain; charset={charset}\r\n\r\nx");
        let parts = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
             --c\r\nContent-Type: text/plain; charset=\"{charset}\"\r\n\r\nx\r\n--c--\r\n--b--\r\n"
        );
        let page = format!("Content-Type: text/html\r\n\r\n<meta charset='{charset}'><p>x");
        for rest in [plain, parts, page] {
            let message = raw_headers(who, subject, charset, &rest);
            assert_eq!((name(&message), message.subject.as_str()), (who, subject), "{charset} {rest}");
        }
    }
}

#[test]
fn raw_headers_are_guessed_where_the_message_names_no_charset() {
    for (charset, who, subject) in [
        ("gb2312", "王芳", "服务器不能登录，请尽快处理"),
        ("big5", "陳大文", "伺服器無法登入，請儘快處理"),
        ("euc-kr", "김민수", "서버에 로그인할 수 없습니다"),
        ("shift_jis", "山田太郎", "サーバーにログインできません"),
        ("euc-jp", "山田太郎", "サーバーにログインできません"),
        ("windows-1251", "Ирина Петрова", "Не удаётся войти на сервер"),
        ("koi8-r", "Ирина Петрова", "Не удаётся войти на сервер"),
        ("windows-1253", "Νίκος Παπαδόπουλος", "Ο εκτυπωτής δεν λειτουργεί"),
        ("windows-1252", "Jürgen Groß", "Drucker gestört"),
        ("windows-1252", "Zoë", "Café"),
        ("utf-8", "李", "服务器"),
        ("utf-8", "Zoë", "Café"),
    ] {
        let message = raw_headers(who, subject, charset, "\r\nplain words");
        assert_eq!((name(&message), message.subject.as_str()), (who, subject), "{charset}");
    }
}

#[test]
fn what_is_utf_8_is_never_read_as_what_another_part_names() {
    let message = raw_headers("Zoë", "Größe", "utf-8", "Content-Type: text/plain; charset=gb2312\r\n\r\nx");
    assert_eq!((name(&message), message.subject.as_str()), ("Zoë", "Größe"));
}

#[test]
fn file_names_have_the_charset_of_the_text() {
    let mut raw = b"From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\nx\r\n\
        --b\r\nContent-Type: application/pdf; name=\""
        .to_vec();
    raw.extend(bytes("счёт.pdf", "koi8-r"));
    raw.extend(b"\"\r\n\r\nx\r\n--b--\r\n");
    assert_eq!(mail(&raw).parts[0].name, "счёт.pdf");
}

#[test]
fn bodies_without_a_charset_are_read_by_their_bytes() {
    for (charset, text) in [
        ("iso-2022-jp", "電源が入りません。"),
        ("iso-2022-jp", "Hello 日本 and カタカナ"),
        ("shift_jis", "プリンターの電源が入りません。"),
        ("euc-jp", "プリンターの電源が入りません。"),
        ("gb2312", "打印机无法开机，请帮忙。"),
        ("big5", "印表機無法開機，請幫忙。"),
        ("euc-kr", "프린터가 켜지지 않습니다."),
        ("windows-1251", "Принтер не включается."),
        ("koi8-r", "Принтер не включается."),
        ("windows-1252", "Der Drucker läuft nicht."),
        ("windows-1252", "Käse"),
        ("windows-1252", "Café"),
        ("windows-1252", "5 € für Zoë"),
        ("utf-8", "プリンター"),
    ] {
        for kind in ["", "Content-Type: text/plain\r\n", "Content-Type: text/plain; charset=us-ascii\r\n"] {
            let mut raw = format!("From: a@example.com\r\n{kind}\r\n").into_bytes();
            raw.extend(bytes(text, charset));
            assert_eq!(mail(&raw).text, text, "{charset} {kind}");
        }
    }
}

#[test]
fn shifted_charsets_are_read_by_their_escapes() {
    let read = |kind: &str, body: &[u8]| {
        let mut raw = format!("From: a@example.com\r\n{kind}\r\n").into_bytes();
        raw.extend(body);
        mail(&raw).text
    };
    for kind in
        ["", "Content-Type: text/plain; charset=utf-8\r\n", "Content-Type: text/plain; charset=us-ascii\r\n"]
    {
        assert_eq!(read(kind, b"\x1b$BEE8;\x1b(B ok"), "電源 ok", "{kind}");
        assert_eq!(read(kind, b"\x1b$@EE8;\x1b(J"), "電源", "{kind}");
    }
    for kind in ["", "Content-Type: text/plain; charset=iso-2022-kr\r\n"] {
        let korean: Vec<u8> = bytes("프린터", "euc-kr").iter().map(|byte| byte & 0x7f).collect();
        let body = [b"\x1b$)C\r\n\x0e", korean.as_slice(), b"\x0f ok"].concat();
        assert_eq!(read(kind, &body).trim(), "프린터 ok", "{kind}");
    }
    let chinese: Vec<u8> = bytes("打印机", "gb2312").iter().map(|byte| byte & 0x7f).collect();
    let body = [b"~{", chinese.as_slice(), b"~} ok ~~"].concat();
    assert_eq!(read("Content-Type: text/plain; charset=hz-gb-2312\r\n", &body), "打印机 ok ~");
    // In headers, and in HTML.
    let mut raw =
        b"From: a@example.com\r\nSubject: \x1b$BEE8;\x1b(B\r\nContent-Type: text/html\r\n\r\n".to_vec();
    raw.extend(b"<p>\x1b$BEE8;\x1b(B</p>");
    let message = mail(&raw);
    assert_eq!((message.subject.as_str(), message.text.as_str()), ("電源", "電源"));
    // A terminal's colours are no Japanese.
    assert_eq!(read("", b"\x1b[31mred\x1b[0m"), "[31mred[0m");
}

#[test]
fn labels_that_programs_write_are_understood() {
    for (label, charset, text) in [
        ("cp932", "shift_jis", "請求書"),
        ("windows-31j", "shift_jis", "請求書"),
        ("ms949", "euc-kr", "프린터"),
        ("ks_c_5601-1987", "euc-kr", "프린터"),
        ("cp936", "gbk", "发票"),
        ("GB_2312-80", "gbk", "发票"),
        ("cp950", "big5", "發票"),
        ("cp1250", "windows-1250", "Žižka"),
        ("win-1251", "windows-1251", "Принтер не включается."),
        ("x-unknown", "windows-1252", "Größe"),
        ("iso-8859-1", "windows-1252", "„Größe“ 5 €"),
        ("ISO_8859-15", "iso-8859-15", "5 €"),
        ("'utf-8'", "utf-8", "Größe"),
        ("utf8mb4", "utf-8", "Größe"),
        ("UTF_8", "utf-8", "Größe"),
        ("ansi", "windows-1252", "Größe"),
        ("gb18030-2022", "gb18030", "发票"),
        ("Big5-HKSCS", "big5", "發票"),
        ("iso-8859-8-i", "iso-8859-8", "חשבונית"),
        ("tis-620", "windows-874", "ใบแจ้งหนี้"),
        ("macintosh", "macintosh", "Größe"),
        ("koi8-u", "koi8-u", "Її"),
        ("ibm866", "ibm866", "Счёт"),
    ] {
        let mut raw =
            format!("From: a@example.com\r\nContent-Type: text/plain; charset={label}\r\n\r\n").into_bytes();
        raw.extend(bytes(text, charset));
        assert_eq!(mail(&raw).text, text, "{label}");
    }
}

#[test]
fn charsets_of_old_programs_are_read() {
    for (label, bytes, text) in [
        ("cp850", &b"Gr\x94\xe1e"[..], "Größe"),
        ("ibm437", b"Gr\x94\xe1e", "Größe"),
        ("cp437", b"l\x84uft", "läuft"),
        ("utf-7", b"Gr+APYA3w-e", "Größe"),
        ("unicode-1-1-utf-7", b"Gr+APYA3w-e", "Größe"),
        ("hz-gb-2312", b"~{4rS!;z~}", "打印机"),
        ("iso-8859-10", b"\xb2", "ē"),
        ("iso-8859-13", b"A\xe8i\xfb", "Ačiū"),
        ("iso-8859-14", b"\xd0", "Ŵ"),
        ("iso-8859-16", b"func\xfeioneaz\xe3", "funcționează"),
        ("windows-1256", b"\xd3\xe1\xc7\xe3", "سلام"),
        ("windows-1258", b"\xd0", "Đ"),
    ] {
        let mut raw =
            format!("From: a@example.com\r\nContent-Type: text/plain; charset={label}\r\n\r\n").into_bytes();
        raw.extend(bytes);
        assert_eq!(mail(&raw).text, text, "{label}");
    }
}

#[test]
fn transfer_encodings_are_known_by_the_names_that_programs_write() {
    let read = |encoding: &str, body: &str| {
        let kind = "Content-Type: text/plain; charset=utf-8";
        let message = mail(
            format!("From: a@example.com\r\n{kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}")
                .as_bytes(),
        );
        (message.text, message.remarks.is_empty())
    };
    let whole = |text: &str| (text.to_owned(), true);
    for encoding in
        ["base64", "BASE64", "Base-64", "x-base64", "base64 ", "\"base64\"", "base64; x", "base64 (x)"]
    {
        assert_eq!(read(encoding, "R3LDtsOfZQ=="), whole("Größe"), "{encoding}");
    }
    for encoding in ["quoted-printable", "Quoted-Printable ", "quotedprintable", "QUOTED_PRINTABLE"] {
        assert_eq!(
            read(encoding, "Gr=c3=B6=C3=9Fe=20\r\nnext=\r\nline"),
            whole("Größe\nnextline"),
            "{encoding}"
        );
    }
    // Two texts behind one another.
    assert_eq!(read("base64", "SGVsbG8gQQ==\r\nbmQgbW9yZS4="), whole("Hello And more."));
    // The footer of a list is no base64, and no reason to read the text wrongly.
    for footer in [
        "-- \r\nThis list is hosted by example.com",
        "____________\r\nPrinters mailing list",
        "To leave this list write to us",
    ] {
        let (text, unremarked) = read("base64", &format!("R3LDtsOfZQ==\r\n{footer}\r\n"));
        assert_eq!((text.as_str(), unremarked), ("Größe", false), "{footer}");
    }
}

#[test]
fn file_names_are_read_however_they_are_encoded() {
    for (disposition, name) in [
        ("filename=\"=?utf-8?Q?M=C3=A4rz?=.pdf\"", "März.pdf"),
        ("filename=\"Rechnung_=?utf-8?Q?M=C3=A4rz?=.pdf\"", "Rechnung_März.pdf"),
        ("filename==?utf-8?Q?M=C3=A4rz.pdf?=", "März.pdf"),
        ("filename=\"=?utf-8?Q?Ein_langer_?=\r\n =?utf-8?Q?Name.pdf?=\"", "Ein langer Name.pdf"),
        ("filename=\"=?Windows-1252?Q?=DCbersicht.pdf?=\"", "Übersicht.pdf"),
        ("filename=\"M?rz.pdf\"; filename*=UTF-8''M%C3%A4rz.pdf", "März.pdf"),
        ("filename*=shift_jis'ja'%90%BF%8B%81%8F%91.pdf", "請求書.pdf"),
        ("filename*0*=utf-8''M%C3; filename*1*=%A4rz.pdf", "März.pdf"),
        ("filename=Rechnung Mai 2026.pdf", "Rechnung Mai 2026.pdf"),
        ("filename=\"a;b.pdf\"", "a;b.pdf"),
        ("filename=\"C:\\\\Users\\\\ada\\\\März.pdf\"", "März.pdf"),
        ("filename=\"../../etc/passwd\"", "passwd"),
        ("FILENAME=a.pdf", "a.pdf"),
        ("filename=\"\"", "document.pdf"),
    ] {
        let raw = format!(
            "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n\
             --b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; {disposition}\r\n\r\nx\r\n--b--\r\n"
        );
        assert_eq!(mail(raw.as_bytes()).parts[0].name, name, "{disposition}");
    }
}

#[test]
fn a_multipart_is_one_whatever_its_encoding() {
    for encoding in ["quoted-printable", "base64", "QUOTED-PRINTABLE", "x-uuencode", "8bit", "nonsense"] {
        for kind in ["alternative", "mixed", "related", "signed"] {
            let raw = format!(
                "From: a@example.com\r\nContent-Type: multipart/{kind}; boundary=\"=_b\"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n\
                 --=_b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
                 The caf=C3=A9.\r\n--=_b--\r\n"
            );
            let message = mail(raw.as_bytes());
            assert_eq!(message.text, "The café.", "{encoding} {kind}");
            assert!(message.parts.is_empty(), "{encoding} {kind}");
        }
    }
}

#[test]
fn header_lines_that_lost_their_white_space_belong_to_the_field_before() {
    let read = |header: &str| {
        let message = mail(format!("{header}\r\n\r\nHello.").as_bytes());
        assert_eq!(message.text, "Hello.", "{header}");
        let from = message.from.as_ref();
        format!(
            "{} <{}>: {}",
            from.and_then(|from| from.name.as_deref()).unwrap_or_default(),
            from.map(|from| from.address.as_str()).unwrap_or_default(),
            message.subject
        )
    };
    let expected = "Ada Lovelace <ada@example.com>: The printer is offline";
    for header in [
        "Received: from a by\r\nb with\r\nSMTP id 1\r\nFrom: Ada Lovelace <ada@example.com>\r\nSubject: The printer is offline",
        "From: Ada Lovelace\r\n<ada@example.com>\r\nSubject: The printer is offline",
        "From: \"Ada\r\nLovelace\"\r\n<ada@example.com>\r\nSubject: The printer is offline\r\nTo: b@example.org",
        "Subject: The printer\r\nis\r\noffline\r\nFrom: Ada Lovelace <ada@example.com>",
        "DKIM-Signature: v=1; a=rsa-sha256;\r\nh=From:Subject;\r\nbh=abc=;\r\nb=abc\r\ndef==\r\nFrom: Ada Lovelace <ada@example.com>\r\nSubject: The printer is offline",
        "From: Ada Lovelace <ada@example.com>\r\nSubject: The printer is offline\r\nX-Filter: a b\r\nc d\r\ne f\r\nMessage-ID: <x@example.com>",
        "From: Ada Lovelace <ada@example.com>\r\nSubject: The printer\r\nis offline\r\nAuthentication-Results: x;\r\nspf=pass (y)\r\nsmtp.mailfrom=a@example.com\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000",
    ] {
        assert_eq!(read(header), expected, "{header}");
        assert_eq!(read(&header.replace("\r\n", "\n")), expected, "{header}");
    }
    // A name of any length is one.
    let long = format!(
        "X-{}: 1\r\nFrom: Ada Lovelace <ada@example.com>\r\n{}: 2\r\nSubject: The printer is offline",
        "a".repeat(300),
        "Y".repeat(5_000)
    );
    assert_eq!(read(&long), expected);
}

#[test]
fn the_last_field_may_have_lost_its_white_space_too() {
    for boundary in
        ["boundary=\"b\"", "boundary=b;\r\ncharset=utf-8", "type=\"text/html\";\r\nboundary=\"b\""]
    {
        let raw = format!(
            "From: a@example.com\r\nContent-Type: multipart/mixed;\r\n{boundary}\r\n\r\n\
             --b\r\nContent-Type: text/plain;\r\ncharset=koi8-r\r\n\r\nx\r\n\
             --b\r\nContent-Type: application/pdf;\r\nname=a.pdf\r\nContent-Disposition: attachment;\r\nfilename=\"a b.pdf\"\r\n\r\npdf\r\n--b--\r\n"
        );
        let message = mail(raw.as_bytes());
        assert_eq!(message.text, "x", "{boundary}");
        assert_eq!(message.parts.len(), 1, "{boundary}");
        assert_eq!(message.parts[0].name, "a b.pdf", "{boundary}");
    }
    for from in [
        "From: Ada\r\n<ada@example.com>\r\nTo: b@example.org,\r\nc@example.org",
        "To: b@example.org\r\nFrom: \"Lovelace,\r\nAda\" <ada@example.com>",
    ] {
        let message = mail(format!("{from}\r\n\r\nHello.").as_bytes());
        assert_eq!(message.text, "Hello.", "{from}");
        assert_eq!(
            message.from.map(|from| from.address.as_str().to_owned()).as_deref(),
            Some("ada@example.com")
        );
    }
}

#[test]
fn a_text_without_the_empty_line_before_it_is_a_text() {
    for text in [
        "Hello,\nit rings.\n\nBye",
        "Hello,\nNote: it rings.\nBye",
        "Hello,\nthey wrote:\nSubject: other\nFrom: eve@example.com\nBye",
        "Hello,\nSubject: other\n\nBye",
        "Hello,\nhttps://example.com/\nBye",
    ] {
        let message = mail(format!("From: a@example.com\nSubject: x\n{text}").as_bytes());
        assert_eq!((message.text.as_str(), message.subject.as_str()), (text, "x"), "{text}");
    }
}
