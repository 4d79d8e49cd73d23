use super::*;

const SECRET: &str = "pZ3dQ-x7_Lk29aTfGhVbNmWcR5sYeUoIq1JtK8E0-Aw";
const REPLY: &str = "7k2m9p4xabcdefgh234567ij";

fn links() -> OwnLinks {
    OwnLinks::new("https://desk.example", "service@desk.example")
}

fn cut(text: &str) -> String {
    links().cut(text, &[]).into_owned()
}

/// Whether a secret can be read in a text by somebody who joins what is left.
fn leaks(text: &str) -> bool {
    let joined: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let secret: String = SECRET.chars().filter(char::is_ascii_alphanumeric).collect();
    (0..secret.len() - 12).any(|at| joined.contains(&secret[at..at + 12]))
}

/// The secret with each of its bytes written in another way.
fn escaped(write: fn(u8) -> String) -> String {
    SECRET.bytes().map(write).collect()
}

fn full_width(text: &str) -> String {
    text.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect()
}

#[test]
fn secrets_are_cut_in_every_spelling() {
    let (one, two) = SECRET.split_at(17);
    let (two, three) = two.split_at(9);
    let utf = |c: char| format!("https://desk.example/register?token={one}{c}{two}{three}");
    for (text, left) in [
        (format!("https://desk.example/register?token={SECRET}"), "https://desk.example/register"),
        (
            format!("<HTTP://Desk.Example:443/register?token={SECRET}>."),
            "<HTTP://Desk.Example:443/register>.",
        ),
        (format!("desk.example/register?token={SECRET}, bye"), "desk.example/register, bye"),
        (format!("[x](https://desk.example/a?token={SECRET})"), "[x](https://desk.example/a)"),
        (format!("https://desk.example/a?token={SECRET}&by=link"), "https://desk.example/a?by=link"),
        (format!("https://desk.example/a?by=link&amp;token={SECRET}#x"), "https://desk.example/a?by=link#x"),
        // Line breaks and quote markers.
        (
            format!("> https://desk.example/reg\n> ister?token={one}\n> {two}\n> {three}\n> Bye"),
            "> https://desk.example/reg\n> ister\n> Bye",
        ),
        (
            format!(">> https://desk.example/a?to\r\n>> ken=\r\n>> {one}{two}{three}\r\n"),
            ">> https://desk.example/a\r\n",
        ),
        (format!("> https://desk.example/a?token={one}\n{two}{three}\n"), "> https://desk.example/a\n"),
        (format!("https://desk.example/a?token={one} {two} \n{three} Bye"), "https://desk.example/a Bye"),
        // Encodings that were left.
        (format!("https://desk.example/a?token=3D{one}=\r\n{two}{three} Bye"), "https://desk.example/a Bye"),
        (format!("https://desk.example/a?token=\r\n=3D{SECRET} Bye"), "https://desk.example/a Bye"),
        (format!("https://desk.example/a=3Ftoken=3D{SECRET}"), "https://desk.example/a"),
        (format!("https://desk.example/a?token&#61;{SECRET}"), "https://desk.example/a"),
        (format!("https://desk.example/a&quest;token&#x3d;{SECRET}"), "https://desk.example/a"),
        (format!("https://desk.example/a?token\\u003d{SECRET}\""), "https://desk.example/a\""),
        (utf('\u{200b}'), "https://desk.example/register"),
        (utf('\u{ad}'), "https://desk.example/register"),
        (
            format!("https://desk.example/a?<wbr>token={one}&shy;{two}<wbr>{three}</p>"),
            "https://desk.example/a</p>",
        ),
        (
            format!("https://desk.example/a?token={one}<span style='a:b'>{two}</span>{three}<br>"),
            "https://desk.example/a<br>",
        ),
        (
            format!("https://desk.example/a?token={one}<br>\n&gt; {two}{three}<br>"),
            "https://desk.example/a<br>",
        ),
        (
            format!("=?utf-8?Q?https://desk.example/a=3Ftoken=3D{one}?=\r\n =?utf-8?Q?{two}{three}?="),
            "=?utf-8?Q?https://desk.example/a?=",
        ),
        // Gateways.
        (
            format!(
                "https://eur.safelinks.protection.outlook.com/?url=https%3A%2F%2Fdesk.example%2Fregister%3Ftoken%3D{SECRET}&data=05"
            ),
            "https://eur.safelinks.protection.outlook.com/?url=https%3A%2F%2Fdesk.example%2Fregister&data=05",
        ),
        (
            format!("https://www.google.com/url?q=https://desk.example/a%3Ftoken%3D{SECRET}&sa=D"),
            "https://www.google.com/url?q=https://desk.example/a&sa=D",
        ),
        (
            format!("https://gate.example/?u=https%253A%252F%252Fdesk.example%252Fa%253Ftoken%253D{SECRET}"),
            "https://gate.example/?u=https%253A%252F%252Fdesk.example%252Fa",
        ),
        (
            format!("https://urldefense.com/v3/__https://desk.example/a?token={SECRET}__;!!abc!x$"),
            "https://urldefense.com/v3/__https://desk.example/a__;!!abc!x$",
        ),
        (
            format!(
                "https://urldefense.proofpoint.com/v2/url?u=https-3A__desk.example_a-3Ftoken-3D{}&d=Dw",
                SECRET.replace('-', "-2D").replace('_', "-5F")
            ),
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__desk.example_a&d=Dw",
        ),
        // Markdown, RTF, JSON, and Asian input methods.
        (
            format!("[x](https://desk.example/a?token\\={})", SECRET.replace('-', "\\-").replace('_', "\\_")),
            "[x](https://desk.example/a)",
        ),
        (
            format!(
                "{{\\rtf1 https://desk.example/a?token={}\\par}}",
                SECRET.replace('-', "\\'2d").replace('_', "\\'5f")
            ),
            "{\\rtf1 https://desk.example/a\\par}",
        ),
        (
            format!("{{\"url\":\"https:\\/\\/desk.example\\/a?token={SECRET}\"}}"),
            "{\"url\":\"https:\\/\\/desk.example\\/a\"}",
        ),
        (format!("https://desk.example/a?token＝{SECRET}"), "https://desk.example/a"),
        (format!("https://desk.example/a?token={}", full_width(SECRET)), "https://desk.example/a"),
        // Every character escaped.
        (
            format!("https://desk.example/a?token={} Bye", escaped(|byte| format!("%{byte:02x}"))),
            "https://desk.example/a Bye",
        ),
        (
            format!("https://desk.example/a?token={} Bye", escaped(|byte| format!("&#{byte};"))),
            "https://desk.example/a Bye",
        ),
        (
            format!("https://desk.example/a?token={} Bye", escaped(|byte| format!("={byte:02X}"))),
            "https://desk.example/a Bye",
        ),
        // Calendars, chats and tables.
        (
            format!("DESCRIPTION:https://desk.example/a?token={one}\r\n {two}{three}\r\nEND:VEVENT"),
            "DESCRIPTION:https://desk.example/a\r\nEND:VEVENT",
        ),
        (format!("<https://desk.example/a?token={SECRET}|Register>"), "<https://desk.example/a|Register>"),
        (
            format!("| https://desk.example/a?token={one}\n| {two}{three}\n| Bye"),
            "| https://desk.example/a\n| Bye",
        ),
        (
            format!("<div>https://desk.example/a?token={one}</div>\n<div>{two}{three}</div>"),
            "<div>https://desk.example/a</div>",
        ),
        (
            format!("https://desk.example/a?token={one}<!-- x -->{two}{three}</p>"),
            "https://desk.example/a</p>",
        ),
        // More gateways.
        (
            format!(
                "https://gate.trendmicro.example/query?url=https%3a%2f%2fdesk.example%2fa%3ftoken%3d{SECRET}&umid=1"
            ),
            "https://gate.trendmicro.example/query?url=https%3a%2f%2fdesk.example%2fa&umid=1",
        ),
        (
            format!(
                "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fdesk.example%2fa%3ftoken%3d{SECRET}&c=E"
            ),
            "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fdesk.example%2fa&c=E",
        ),
        (
            format!("https://l.example/l.php?u=https%3A%2F%2Fdesk.example%2Fa%3Ftoken%3D{SECRET}&h=x"),
            "https://l.example/l.php?u=https%3A%2F%2Fdesk.example%2Fa&h=x",
        ),
        (
            format!("https://desk-example.translate.example/a?token={SECRET}&_x_tr_sl=de"),
            "https://desk-example.translate.example/a?_x_tr_sl=de",
        ),
        // Return paths of other servers.
        (format!("prvs=12=service+{REPLY}@desk.example"), "prvs=12=service@desk.example"),
        (format!("bounce+service+{REPLY}=desk.example@l.example"), "bounce+service=desk.example@l.example"),
        (
            format!("SRS0=ab=cd=desk.example=service+{REPLY}@gate.example"),
            "SRS0=ab=cd=desk.example=service@gate.example",
        ),
        // A piece, and a secret without a URL.
        (format!("https://desk.example/a?token={one}…"), "https://desk.example/a…"),
        (format!("the token={SECRET} of the mail"), "the token= of the mail"),
        (format!("{{\"a\":\"service+{REPLY}@desk.example\"}}"), "{\"a\":\"service@desk.example\"}"),
        (
            format!("mailto:Service%2B{}%40desk.example", REPLY.to_uppercase()),
            "mailto:Service%40desk.example",
        ),
        (
            format!("> To: service+{}\n> {}@desk.example", &REPLY[..9], &REPLY[9..]),
            "> To: service@desk.example",
        ),
    ] {
        assert!(!leaks(&cut(&text)), "{text}");
        assert_eq!(cut(&text), left, "{text}");
        let mut bytes = text.clone().into_bytes();
        links().overwrite(&mut bytes, &[]);
        assert_eq!(bytes.len(), text.len());
        assert!(!leaks(&String::from_utf8_lossy(&bytes)), "{text}");
    }
}

#[test]
fn everything_else_stays() {
    for text in [
        "",
        "token",
        "The token=abc did not work, and I tried it three times in a row on Monday.",
        "https://desk.example/register?tokens",
        "https://desk.example/requests/T-1234-5678",
        "https://shop.example/?token=abcdef0123456789",
        "token=\nThis Is A Sentence In Which All Words Begin In Capitals 12345",
        "https://shop.example/?access_token=pZ3dQ-x7_Lk29aTfGhVbNmWcR5sYeUoIq1JtK8E0-Aw",
        "service+printer@desk.example, service+abc",
        "t<a href='https://x.example'>oken=",
        "Käse\u{200b}\u{ad} = %C3%A4 &auml; =E4 ?= =?",
        "pZ3dQ-x7_Lk29aTfGhVbNmWcR5sYeUoIq1JtK8E0-Aw",
    ] {
        assert!(matches!(links().cut(text, &[]), Cow::Borrowed(_)), "{text}");
        let mut bytes = text.as_bytes().to_vec();
        links().overwrite(&mut bytes, &[]);
        assert_eq!(bytes, text.as_bytes());
    }
}

#[test]
fn a_known_secret_is_cut_without_a_name() {
    let text = format!("My key is {}\n", SECRET);
    let mut bytes = text.clone().into_bytes();
    let known = links().candidates(&bytes);
    assert_eq!(known, [SECRET]);
    assert_eq!(links().cut(&text, &known), "My key is …\n");
    links().overwrite(&mut bytes, &known);
    assert!(!leaks(&String::from_utf8_lossy(&bytes)));
    for (text, left) in [
        (
            format!("https://urldefense.com/v3/__https://desk.example/a?token*{SECRET}__;Kw!!x$"),
            "https://urldefense.com/v3/__https://desk.example/a?token*…__;Kw!!x$",
        ),
        (format!("https://desk.example/register/{SECRET}"), "https://desk.example/register/…"),
        (format!("Das Token lautet: {SECRET}."), "Das Token lautet: …."),
        (format!("token%5B%5D={SECRET}"), "token%5B%5D=…"),
        (format!("?%74oken={SECRET}&x=1"), "?%74oken=…&x=1"),
    ] {
        let known = links().candidates(text.as_bytes());
        assert_eq!(known, [SECRET], "{text}");
        assert_eq!(links().cut(&text, &known), left);
    }
    // Longer and shorter words are none.
    let other = format!("{SECRET}a {} {}", &SECRET[1..], "a".repeat(43)).into_bytes();
    assert!(links().candidates(&other).is_empty());
}

#[test]
fn secrets_are_overwritten_in_base64() {
    for before in 0..7 {
        let inner = format!("{}https://desk.example/a?token={SECRET} and so on", "-".repeat(before));
        let mut text = inner.clone();
        for _ in 0..3 {
            let lines: Vec<String> =
                encode(text.as_bytes()).chunks(76).map(<[char]>::iter).map(|line| line.collect()).collect();
            text = format!("Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n", lines.join("\r\n"));
            let mut bytes = text.clone().into_bytes();
            links().overwrite(&mut bytes, &[]);
            assert_ne!(bytes, text.as_bytes());
            assert_eq!(bytes.len(), text.len());
            let mut plain = String::from_utf8(bytes).unwrap_or_default();
            for _ in 0..3 {
                assert!(!leaks(&plain), "{plain}");
                let Some((_, body)) = plain.split_once("\r\n\r\n") else { break };
                let body = body.split("\r\n--b").next().unwrap_or_default();
                plain = String::from_utf8(crate::decode::transfer(body.as_bytes(), "base64").0.into_owned())
                    .unwrap_or_default();
            }
            assert!(plain.ends_with(" and so on"), "{plain}");
            let bytes = text.clone().into_bytes();
            assert_eq!(links().candidates(&bytes), [SECRET]);
        }
    }
    let mut redirected = format!(
        "https://gate.example/r/{}",
        encode(format!("https://desk.example/a?token={SECRET}").as_bytes()).iter().collect::<String>()
    )
    .into_bytes();
    let before = redirected.clone();
    links().overwrite(&mut redirected, &[]);
    assert_ne!(redirected, before);
}

#[test]
fn secrets_in_utf_16_are_overwritten() {
    for endian in [u16::to_le_bytes, u16::to_be_bytes] {
        let text = format!("https://desk.example/a?token={SECRET}\r\nBye");
        let mut bytes: Vec<u8> = text.encode_utf16().flat_map(endian).collect();
        links().overwrite(&mut bytes, &[]);
        assert!(!leaks(&String::from_utf8_lossy(&bytes).replace('\0', "")));
    }
}

#[test]
fn any_bytes_take_little_time() {
    let start = std::time::Instant::now();
    for piece in [
        "token=a",
        "t<",
        "t ",
        "%25",
        "t%25",
        "token=a<b token=a>x",
        "=\n",
        "&#",
        "desk.example?token=",
        "aGVs",
        "\u{ad}t",
    ] {
        let mut bytes = piece.repeat(500_000 / piece.len()).into_bytes();
        links().candidates(&bytes);
        links().overwrite(&mut bytes, &[SECRET.to_owned()]);
    }
    assert!(start.elapsed().as_secs() < 60);
}

fn encode(bytes: &[u8]) -> Vec<char> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = Vec::new();
    for three in bytes.chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for index in 0..4 {
            let six = (bits >> (18 - 6 * index) & 0x3f) as usize;
            encoded.push(if index <= three.len() { char::from(SIGNS[six]) } else { '=' });
        }
    }
    encoded
}
