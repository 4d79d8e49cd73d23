//! Mails that somebody made to break whoever reads them: ten thousand and some, always the same
//! ones. None may panic, take long, or take much memory.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use tresen_mail::{Limits, Message, Remark, clean_html, read};

/// Counts what is allocated, so that a test can say what the peak was.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Tests of this binary run one after the other: they share the counter.
static ALONE: Mutex<()> = Mutex::new(());

const MEGABYTE: usize = 1024 * 1024;

/// Reads a mail; fails when that takes long. `budget` is for a slow machine without optimisation.
fn read_within(what: &str, raw: &[u8], budget: Duration) -> Message {
    let started = Instant::now();
    let message = read(raw, &Limits::default());
    let took = started.elapsed();
    assert!(took < budget, "{what}: {took:?} for {} bytes", raw.len());
    check(what, &message);
    message
}

/// What holds for every mail there is.
fn check(what: &str, message: &Message) {
    let limits = Limits::default();
    let one_line = |text: &str| !text.contains(|c: char| c.is_control());
    assert!(one_line(&message.subject), "{what}: the subject has lines");
    assert!(
        message.from.as_ref().and_then(|from| from.name.as_deref()).is_none_or(one_line),
        "{what}: the name has lines"
    );
    assert!(message.recipients.len() <= limits.recipients, "{what}: recipients");
    assert!(message.answers.len() <= 101, "{what}: answers");
    assert!(message.parts.len() <= limits.files, "{what}: files");
    let texts = [Some(message.text.as_str()), message.rest.as_deref()];
    for text in texts.into_iter().flatten() {
        assert!(text.chars().count() <= limits.text, "{what}: text");
        assert!(
            !text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'),
            "{what}: control characters"
        );
    }
    for part in &message.parts {
        assert!(
            !part.name.is_empty() && part.name.chars().count() <= 130 && one_line(&part.name),
            "{what}: a file's name"
        );
        assert!(
            !part.name.contains(['/', '\\', '"']) && !part.name.starts_with('.'),
            "{what}: a file's name leads out"
        );
    }
    if let Some(html) = &message.html {
        let html = html.to_ascii_lowercase();
        for tag in
            ["<script", "<style", "<iframe", "<form", "<input", "<svg", "<object", "<meta", "<base", "<link"]
        {
            assert!(!html.contains(tag), "{what}: {tag} in clean HTML");
        }
        for tag in html.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or_default()) {
            assert!(!tag.contains(" on") && !tag.contains("style="), "{what}: {tag}");
            assert!(!tag.contains("src=\"") || tag.contains("src=\"cid:"), "{what}: {tag}");
        }
    }
}

/// A generator of numbers that are the same each time (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % end.max(1)
    }

    fn pick<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../desk/tests/mail");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    let mails = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
    mails.map(|path| std::fs::read(path).expect("readable")).collect()
}

/// Pieces of which hostile mails are put together.
const PIECES: &[&[u8]] = &[
    b"From: ada@example.com\r\n",
    b"From: =?utf-8?B?",
    b"From: <<<<>>>>,,,;;::\r\n",
    b"From: \"\\\"<a@b.co>\r\n",
    b"To: a:b:c:;;;@@<>\r\n",
    b"Subject: =?utf-8?Q?=0D=0ABcc:_x?=\r\n",
    b"Subject: =?x?B?####?= =?utf-16?B?//8?=\r\n",
    b"Subject: =?iso-2022-jp?B?GyRC?=\r\n",
    b"Message-ID: <>\r\n",
    b"Message-ID: <<a@b>>\r\n",
    b"References: ",
    b"<a@b> ",
    b"Date: Thu, 99 Foo 99999 99:99:99 +9999\r\n",
    b"Date: 0\r\n",
    b"MIME-Version: 1.0\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: multipart/alternative; boundary=\"b\"\r\n",
    b"Content-Type: multipart/related; boundary=\r\n",
    b"Content-Type: multipart/signed; boundary=b\r\n",
    b"Content-Type: multipart/report; boundary=b; report-type=delivery-status\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: message/delivery-status\r\n",
    b"Content-Type: text/html; charset=utf-7\r\n",
    b"Content-Type: text/html\r\n",
    b"Content-Type: text/plain; charset=gb18030; format=flowed\r\n",
    b"Content-Type: ;;;=;*0*=%;*1=\"\r\n",
    b"Content-Type: /\r\n",
    b"Content-Type: text/plain; name*0*=utf-8''%; name*1*=%F; name*999999999999999999999=x\r\n",
    b"Content-Disposition: attachment; filename=\"../../\x01\"\r\n",
    b"Content-Disposition: inline; filename*=x'y'%ff%fe\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"Content-Length: -1\r\n",
    b"Content-ID: <\r\n",
    b"Auto-Submitted: ;\r\n",
    b"Return-Path: <\r\n",
    b"Authentication-Results: ;;;\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"--b\r\n",
    b"--b--\r\n",
    b"--b",
    b"--\r\n",
    b"\0",
    b"\xff\xfe",
    b"\xe4\xb8",
    b"=\r\n",
    b"=Z",
    b"====",
    b"AAAA",
    b"////",
    b" ",
    b"\t",
    b"Status: 5.1.1\r\n",
    b"Action: failed\r\n",
    b"<b>",
    b"</b>",
    b"<table><td>",
    b"<a href='java\tscript:x'>",
    b"<img src=cid:x onerror=x>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"<style>",
    b"</style>",
    b"<svg>",
    b"<math>",
    b"<p",
    b"'",
    b"\"",
    b">",
    b"&#0;",
    b"&#x110000;",
    b"&",
    b"&amp",
    b"> quoted\r\n",
    b"On 1.1.2020 x wrote:\r\n",
    b"-- \r\n",
    b"________________\r\n",
    b"Von: x\r\nGesendet: y\r\nAn: z\r\n",
    "\u{202e}".as_bytes(),
    "İ".as_bytes(),
    "ß".as_bytes(),
    "\u{1F468}\u{200D}\u{1F469}".as_bytes(),
];

#[test]
fn ten_thousand_mails_of_hostile_pieces() {
    let _alone = ALONE.lock();
    let started = Instant::now();
    let mut numbers = Numbers(0x7265_7365_6e21);
    for case in 0..10_000 {
        let length = 1 + numbers.below(60);
        let raw: Vec<u8> = (0..length).flat_map(|_| numbers.pick(PIECES).to_vec()).collect();
        let message = read(&raw, &Limits::default());
        check(&format!("pieces {case}"), &message);
    }
    let mails = corpus();
    for case in 0..10_000 {
        let mut raw = mails[numbers.below(mails.len())].clone();
        for _ in 0..=numbers.below(8) {
            let at = numbers.below(raw.len());
            match numbers.below(4) {
                0 => raw[at] ^= 1 << numbers.below(8),
                1 => raw.truncate(at + 1),
                2 => drop(raw.splice(at..at, numbers.pick(PIECES).iter().copied())),
                _ => {
                    let other = &mails[numbers.below(mails.len())];
                    let from = numbers.below(other.len());
                    raw.splice(at.., other[from..].iter().copied());
                }
            }
        }
        let message = read(&raw, &Limits::default());
        check(&format!("mutation {case}"), &message);
    }
    let took = started.elapsed();
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn mails_that_are_cut_off_anywhere() {
    let _alone = ALONE.lock();
    let mut mails = corpus();
    mails.retain(|mail| mail.len() < 1_500);
    assert!(mails.len() > 50);
    for (index, mail) in mails.iter().enumerate().step_by(7) {
        for length in 0..mail.len() {
            check(&format!("mail {index} cut at {length}"), &read(&mail[..length], &Limits::default()));
        }
    }
}

/// A mail; the headers that are given stand above all others, so that they are the ones that count.
fn mail(headers: &str, body: &[u8]) -> Vec<u8> {
    let rest = "From: eve@example.net\r\nTo: support@example.org\r\nSubject: x\r\n\r\n";
    [headers.as_bytes(), rest.as_bytes(), body].concat()
}

/// Each of these is a mail that a careless reader needs hours or gigabytes for.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let html = |body: String| mail("Content-Type: text/html; charset=utf-8\r\n", body.as_bytes());
    let repeat = |piece: &str, times: usize| piece.repeat(times);
    let mut bombs = vec![
        ("a line of 8 MB in the text", mail("", &vec![b'x'; 8 * MEGABYTE])),
        ("a line of 8 MB in HTML", html(repeat("x", 8 * MEGABYTE))),
        ("a header of 8 MB", mail(&format!("X-Long: {}\r\n", repeat("x ", 4 * MEGABYTE)), b"text")),
        (
            "a subject of 4 MB of encoded words",
            mail(&format!("Subject: {}\r\n", repeat("=?utf-8?Q?=C3?= ", 250_000)), b"text"),
        ),
        (
            "a subject of beginnings of encoded words",
            mail(&format!("Subject: {}\r\n", repeat("=?", 500_000)), b"text"),
        ),
        (
            "half a million recipients in one line",
            mail(&format!("To: {}x@example.com\r\n", repeat("a@example.com, ", 500_000)), b"text"),
        ),
        (
            "half a million recipients in lines",
            mail(&format!("To: {}x@example.com\r\n", repeat("a@example.com,\r\n ", 500_000)), b"text"),
        ),
        ("brackets in From", mail(&format!("From: {}\r\n", repeat("((((<\"", 100_000)), b"text")),
        (
            "a hundred thousand references",
            mail(&format!("References: {}\r\n", repeat("<a@example.com>\r\n ", 100_000)), b"text"),
        ),
        (
            "references without ends",
            mail(&format!("References: {}\r\n", repeat("<a@example.com ", 100_000)), b"text"),
        ),
        ("three hundred thousand headers", mail(&repeat("X-A: b\r\n", 300_000), b"text")),
        ("three hundred thousand To", mail(&repeat("To: a@example.com\r\n", 300_000), b"text")),
        (
            "a hundred thousand parts",
            mail(
                "Content-Type: multipart/mixed; boundary=b\r\n",
                repeat("--b\r\n\r\nx\r\n", 100_000).as_bytes(),
            ),
        ),
        ("nested deep tags", html(repeat("<b>", 100_000))),
        ("nested deep blocks", html(repeat("<div><blockquote>", 100_000))),
        ("nested deep tables", html(repeat("<table><tr><td>", 100_000))),
        ("end tags only", html(repeat("</b></p></table>", 100_000))),
        (
            "formatting that is opened again and again",
            html((0..50_000).map(|n| format!("<b id={n}><p>")).collect()),
        ),
        (
            "tags of one with a million attributes",
            html(format!("<a {}>x</a>", (0..300_000).map(|n| format!("a{n} ")).collect::<String>())),
        ),
        ("quotes that never close", html(repeat("<a href=\"x ", 100_000))),
        ("single and double quotes that never close", html(repeat("<a b='\"c=\"'", 100_000))),
        ("comments that never close", html(repeat("<!-- <", 200_000))),
        ("styles that never close", html(repeat("<style>", 200_000))),
        ("signs", html(repeat("<", 1_000_000))),
        ("ampersands", html(repeat("&", 1_000_000))),
        ("entities", html(repeat("&NotEqualTilde;", 100_000))),
        ("lists in lists", html(repeat("<ul><li>", 100_000))),
        ("links", html(repeat("<a href='https://example.com/'>x</a>", 50_000))),
        ("data pictures", html(repeat("<img src=\"data:image/png;base64,AAAA\">", 50_000))),
        ("data pictures without ends", html(repeat("data:image/", 200_000))),
        ("quotes in quotes", mail("", repeat(">", 1_000_000).as_bytes())),
        ("lines of quotes", mail("In-Reply-To: <a@example.com>\r\n", repeat("> \r\n", 300_000).as_bytes())),
        (
            "attributions",
            mail("In-Reply-To: <a@example.com>\r\n", repeat("On 1.1.2020 x wrote:\r\n", 100_000).as_bytes()),
        ),
        (
            "rules",
            mail("In-Reply-To: <a@example.com>\r\n", repeat("____________________\r\n", 100_000).as_bytes()),
        ),
        (
            "header blocks",
            mail("In-Reply-To: <a@example.com>\r\n", repeat("Von: x\r\nGesendet:\r\n", 100_000).as_bytes()),
        ),
        ("signatures", mail("", repeat("-- \r\n", 300_000).as_bytes())),
        (
            "flowing lines",
            mail("Content-Type: text/plain; format=flowed\r\n", repeat("a \r\n", 500_000).as_bytes()),
        ),
        (
            "base64 that is none",
            mail("Content-Transfer-Encoding: base64\r\n", repeat("=", 3_000_000).as_bytes()),
        ),
        (
            "quoted-printable that is none",
            mail("Content-Transfer-Encoding: quoted-printable\r\n", repeat("= ", 1_500_000).as_bytes()),
        ),
        (
            "a report without end",
            mail(
                "Content-Type: message/delivery-status\r\n",
                repeat("Status: 5.1.1\r\n\r\n", 200_000).as_bytes(),
            ),
        ),
        ("UTF-7", mail("Content-Type: text/plain; charset=utf-7\r\n", repeat("+AAAA", 500_000).as_bytes())),
        ("zeros", mail("", &vec![0; 4 * MEGABYTE])),
        ("nothing but colons", repeat(":", 3_000_000).into_bytes()),
        ("nothing but line ends", repeat("\n", 3_000_000).into_bytes()),
        ("nothing but a folded line", repeat(" x\n", 1_000_000).into_bytes()),
        (
            "parameters",
            mail(&format!("Content-Type: text/plain; {}\r\n", repeat("name*0*=utf-8''x;", 200_000)), b"text"),
        ),
    ];
    let nested = |kind: &str, depth: usize| {
        let mut raw = Vec::new();
        for level in 0..depth {
            let boundary = if kind.starts_with("multipart") {
                format!("; boundary=b{level}\r\n\r\n--b{level}")
            } else {
                String::new()
            };
            raw.extend(
                format!("Content-Type: {kind}{boundary}\r\n\r\n").replace("\r\n\r\n\r\n", "\r\n\r\n").bytes(),
            );
            if !boundary.is_empty() {
                raw.truncate(raw.len() - 2);
            }
        }
        raw
    };
    bombs.push(("multiparts in multiparts", nested("multipart/mixed", 50_000)));
    bombs.push(("mails in mails", nested("message/rfc822", 100_000)));
    // Each multipart has a boundary that is nowhere: looked for to the end each time.
    let missing = "--b\r\nContent-Type: multipart/mixed; boundary=nowhere\r\n\r\nx\r\n".repeat(50_000);
    bombs.push((
        "boundaries that are nowhere",
        mail("Content-Type: multipart/mixed; boundary=b\r\n", missing.as_bytes()),
    ));
    let mut encoded = b"Subject: innermost\r\n\r\nx".to_vec();
    for _ in 0..12 {
        let inner = encode(&encoded);
        encoded = mail("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n", &inner);
    }
    bombs.push(("mails in mails in base64", encoded));
    bombs
}

fn encode(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = Vec::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for index in 0..4 {
            encoded.push(if index <= chunk.len() { LETTERS[word >> (18 - 6 * index) & 63] } else { b'=' });
        }
    }
    encoded
}

#[test]
fn bombs_do_not_go_off() {
    let _alone = ALONE.lock();
    // What is made once (the list of what HTML may stay) is no leak.
    drop(clean_html("<p>once", 1));
    for (what, raw) in bombs() {
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let started = Instant::now();
        drop(read_within(what, &raw, Duration::from_secs(10)));
        let peak = MEMORY.peak_usage() - before;
        if std::env::var_os("SHOW_BOMBS").is_some() {
            println!(
                "{:>8.0?} {:>6} KB of {:>6} KB: {what}",
                started.elapsed(),
                peak / 1024,
                raw.len() / 1024
            );
        }
        assert!(peak < 150 * MEGABYTE, "{what}: {} MB", peak / MEGABYTE);
        let kept = MEMORY.current_usage().saturating_sub(before);
        assert!(kept < 64 * 1024, "{what}: {kept} bytes were kept");
    }
}

#[test]
fn time_grows_with_length_only() {
    let _alone = ALONE.lock();
    // Twice the length may take two times the time, and some more on a busy machine; not four times.
    for piece in [
        "<b id=1><p>",
        "<a href=\"x ",
        "<!-- <",
        "<div><table><td>",
        "&#1;&amp",
        "<x y='",
        "</b>",
        "<style></",
    ] {
        let cost = |times: usize| {
            let html = piece.repeat(times);
            (0..3)
                .map(|_| {
                    let started = Instant::now();
                    drop(clean_html(&html, 10));
                    started.elapsed()
                })
                .min()
                .unwrap_or_default()
        };
        let (half, whole) = (cost(8_000), cost(32_000));
        assert!(
            whole < half * 12 + Duration::from_millis(200),
            "{piece}: {half:?}, four times of it {whole:?}"
        );
    }
}

#[test]
fn a_line_of_a_hundred_megabytes_stays_under_two_hundred() {
    let _alone = ALONE.lock();
    for (what, body, headers) in [
        ("in the text", true, "Content-Type: text/plain\r\n"),
        (
            "in a file",
            true,
            "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n",
        ),
        ("in HTML", true, "Content-Type: text/html\r\n"),
        ("in a header", false, ""),
    ] {
        let mut raw = Vec::with_capacity(101 * MEGABYTE);
        raw.extend_from_slice(format!("From: eve@example.net\r\nSubject: Large\r\n{headers}").as_bytes());
        raw.extend_from_slice(if body { b"\r\n".as_slice() } else { b"X-Large: ".as_slice() });
        raw.resize(100 * MEGABYTE, b'x');
        MEMORY.reset_peak_usage();
        let message = read_within(what, &raw, Duration::from_secs(10));
        assert!(message.remarks.contains(&Remark::OverLimit), "{what}");
        assert_eq!(message.subject, "Large", "{what}");
        let peak = MEMORY.peak_usage();
        assert!(peak < 130 * MEGABYTE, "{what}: {} MB with the mail itself", peak / MEGABYTE);
    }
}

#[test]
fn the_largest_mail_that_is_read_stays_under_two_hundred_megabytes() {
    let _alone = ALONE.lock();
    let size = Limits::default().bytes;
    for headers in [
        "Content-Type: text/plain; charset=utf-7\r\n",
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n",
        "Content-Type: text/plain; charset=gb18030; format=flowed\r\n",
        "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n",
        "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: quoted-printable\r\n",
    ] {
        let mut raw = mail(headers, b"!");
        raw.resize(size, b'A');
        MEMORY.reset_peak_usage();
        drop(read_within(headers, &raw, Duration::from_secs(20)));
        let peak = MEMORY.peak_usage();
        assert!(peak < 200 * MEGABYTE, "{headers}: {} MB with the mail itself", peak / MEGABYTE);
    }
}
