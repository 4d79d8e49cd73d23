//! Files in uuencode, from programs older than MIME.

use tresen_mail::{Limits, Message, read};

fn mail(raw: &[u8]) -> Message {
    read(raw, &Limits::default())
}

/// Encodes as uuencode does.
fn uuencoded(name: &str, bytes: &[u8]) -> String {
    let letter = |six: u8| if six == 0 { '`' } else { char::from(six + 32) };
    let mut text = format!("begin 644 {name}\r\n");
    for line in bytes.chunks(45) {
        text.push(letter(u8::try_from(line.len()).expect("short")));
        for three in line.chunks(3) {
            let byte = |index: usize| three.get(index).copied().unwrap_or(0);
            let (one, two, last) = (byte(0), byte(1), byte(2));
            text.extend(
                [one >> 2, (one << 4 | two >> 4) & 63, (two << 2 | last >> 6) & 63, last & 63].map(letter),
            );
        }
        text.push_str("\r\n");
    }
    text + "`\r\nend\r\n"
}

#[test]
fn uuencoded_files_are_files() {
    let picture: Vec<u8> = (0..=255_u8).cycle().take(1_000).collect();
    let head = "From: a@example.com\r\n";
    let inline = format!(
        "{head}\r\nTwo files.\r\n\r\n{}\r\nand\r\n{}\r\nBye.\r\n",
        uuencoded("a b.txt", b"hello"),
        uuencoded("p.gif", &picture)
    );
    let message = mail(inline.as_bytes());
    assert_eq!(message.text, "Two files.\n\n\nand\n\nBye.");
    let files: Vec<_> =
        message.parts.iter().map(|part| (part.name.as_str(), part.bytes.as_slice())).collect();
    assert_eq!(files, [("a b.txt", &b"hello"[..]), ("p.gif", picture.as_slice())]);
    // Spaces for grave accents, as older programs write.
    let spaces = format!("{head}\r\nx\r\n{}", uuencoded("p.gif", &picture).replace('`', " "));
    assert_eq!(mail(spaces.as_bytes()).parts[0].bytes, picture);
    for encoding in ["x-uuencode", "uuencode", "X-UUE", "uue"] {
        let part = format!(
            "{head}Content-Type: application/octet-stream; name=p.gif\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{}",
            uuencoded("other.gif", &picture)
        );
        let message = mail(part.as_bytes());
        assert_eq!(
            (message.parts[0].name.as_str(), &message.parts[0].bytes),
            ("p.gif", &picture),
            "{encoding}"
        );
        let unnamed = format!(
            "{head}Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{}",
            uuencoded("other.gif", &picture)
        );
        assert_eq!(mail(unnamed.as_bytes()).parts[0].name, "other.gif", "{encoding}");
        let text = format!(
            "{head}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{}",
            uuencoded("text", "Größe".as_bytes())
        );
        assert_eq!(mail(text.as_bytes()).text, "Größe", "{encoding}");
    }
    // As other programs begin one, and with base64 inside (POSIX).
    for (begin, name) in [
        ("begin 0644 report.txt\n%:&5L;&\\\n`\nend\n", "report.txt"),
        ("begin 644 \"my report.txt\"\n%:&5L;&\\\n`\nend\n", "my report.txt"),
        ("begin 644 C:\\TEMP\\report.txt\n%:&5L;&\\\n`\nend\n", "report.txt"),
        ("begin 666 BERICHT.TXT\n%:&5L;&\\\n \nend\n", "BERICHT.TXT"),
        ("begin-base64 644 report.txt\naGVsbG8=\n====\n", "report.txt"),
    ] {
        let message = mail(format!("{head}\nA file.\n{begin}Bye.\n").as_bytes());
        let [file] = &message.parts[..] else { panic!("{begin}") };
        assert_eq!((file.name.as_str(), file.bytes.as_slice()), (name, &b"hello"[..]), "{begin}");
        assert_eq!(message.text, "A file.\nBye.", "{begin}");
    }
    let cut = mail(format!("{head}\nx\nbegin-base64 644 a.txt\naGVsbG8=\n").as_bytes());
    assert!(cut.parts.is_empty() && cut.text.contains("aGVsbG8="));
    // A large file is no text that goes over a limit.
    let large = format!("{head}\r\nx\r\n{}", uuencoded("large.bin", &vec![7; 800_000]));
    let message = mail(large.as_bytes());
    assert!(message.parts[0].bytes.len() == 800_000 && message.remarks.is_empty() && message.text == "x");
    // Words about it are words.
    for words in ["begin 644 times\nand stop\nend", "begin 2026 well\n\nend", "We begin 644 a\nend"] {
        let message = mail(format!("{head}\n{words}").as_bytes());
        assert!(message.parts.is_empty() && message.text == words, "{words}");
    }
}
