//! Pictures inside the HTML of a mail become files, however they are written.

use tresen_mail::{Limits, Message, Remark, read};

const GIF: &str = "R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=";

fn page(html: &str) -> Message {
    let raw = format!("From: a@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}");
    read(raw.as_bytes(), &Limits::default())
}

/// The names and lengths of the files.
fn files(message: &Message) -> Vec<String> {
    message.parts.iter().map(|part| format!("{} {}", part.name, part.bytes.len())).collect()
}

#[test]
fn pictures_are_files_whatever_their_spelling() {
    for tag in [
        format!("<img src=\"data:image/gif;base64,{GIF}\">"),
        format!("<IMG SRC='data:image/gif;base64,{GIF}'>"),
        format!("<img src = \"data:image/gif;base64,{GIF}\" >"),
        format!("<img alt=x\n src=\n\"data:image/gif;base64,{GIF}\"/>"),
        format!("<img src=data:image/gif;base64,{GIF}>"),
        format!("<img src=\"DATA:IMAGE/GIF;BASE64,{GIF}\">"),
        format!("<img src=\" data:image/GIF ; base64,{GIF} \">"),
        format!("<img src=\"data:image/gif;charset=utf-8;base64,{GIF}\">"),
        format!("<img src=\"data:image/gif;name=a.gif;base64,{GIF}\">"),
        format!("<img src=\"data:image/gif;base64,{}&#13;&#10;{}\">", &GIF[..10], &GIF[10..]),
        format!("<img src=\"data:image/gif;base64,{}\r\n {}\">", &GIF[..10], &GIF[10..]),
        format!("<img src=\"data:image/gif;base64,{}&#xA;{}\">", &GIF[..10], &GIF[10..]),
        format!("<img src=\"data:image/gif;base64,{}\">", GIF.trim_end_matches('=')),
        format!("<img src=\"data:image/gif;base64,{}\">", GIF.replace('=', "%3D")),
        format!("<img src=\"data&#58;image/gif;base64,{GIF}\">"),
        format!("<img src=\"&#100;ata&colon;image/gif;base64,{GIF}\">"),
        format!("<input type=image src=\"data:image/gif;base64,{GIF}\">"),
        format!("<td background=\"data:image/gif;base64,{GIF}\">x</td>"),
        format!("<div style=\"background:url(data:image/gif;base64,{GIF})\">x</div>"),
        format!("<div style=\"background:url('data:image/gif;base64,{GIF}')\">x</div>"),
        format!("<a href=\"data:image/gif;base64,{GIF}\">x</a>"),
        format!("<v:imagedata src=\"data:image/gif;base64,{GIF}\" />"),
    ] {
        let message = page(&format!("<p>Look:</p>{tag}<p>Bye</p>"));
        assert_eq!(files(&message), ["picture-1.gif 29"], "{tag}");
        assert!(message.parts[0].bytes.starts_with(b"GIF89a"), "{tag}");
        assert!(message.remarks.is_empty(), "{tag}");
        let html = message.html.unwrap_or_default().to_ascii_lowercase();
        assert!(!html.contains("data:") && !html.contains("r0lgod"), "{tag}: {html}");
        let shown = tag[..4].eq_ignore_ascii_case("<img");
        assert!(!shown || html.contains("cid:picture-1@inline"), "{tag}: {html}");
    }
}

#[test]
fn pictures_of_any_kind_are_files() {
    for (kind, name) in [
        ("image/jpg", "picture-1.jpg"),
        ("image/jpeg", "picture-1.jpg"),
        ("image/pjpeg", "picture-1.jpg"),
        ("image/x-png", "picture-1.png"),
        ("image/PNG", "picture-1.png"),
        ("image/webp", "picture-1.webp"),
        ("image/bmp", "picture-1.bmp"),
        ("image/x-ms-bmp", "picture-1.bmp"),
        ("image/svg+xml", "picture-1.svg"),
        ("image/heic", "picture-1.heic"),
        ("image/tiff", "picture-1.tif"),
        ("image/avif", "picture-1.avif"),
        ("image/x-emf", "picture-1.emf"),
        ("image/vnd.microsoft.icon", "picture-1.ico"),
        ("image/*", "picture-1.bin"),
        ("application/octet-stream", "picture-1.octetstr"),
        ("", "picture-1.bin"),
    ] {
        let message = page(&format!("<p>Look: <img alt='the plan' src='data:{kind};base64,{GIF}'></p>"));
        let [file] = &message.parts[..] else { panic!("{kind}: {:?}", files(&message)) };
        assert!(file.bytes.len() == 29 && message.remarks.is_empty(), "{kind}");
        if name != "picture-1.octetstr" {
            assert_eq!(file.name, name, "{kind}");
        }
        // What the page cannot show is a file alone, and its words stay.
        let shown = ["png", "jpg", "gif", "webp"].iter().any(|shown| name.ends_with(shown));
        assert_eq!(file.content_id.is_some(), shown, "{kind}");
        assert!(message.text.contains("Look"), "{kind}: {}", message.text);
    }
    // Without base64.
    let svg = "%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E%3C/svg%3E";
    let message = page(&format!("<img src=\"data:image/svg+xml;utf8,{svg}\">"));
    assert_eq!(message.parts[0].bytes, b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>");
    let message = page("<img src='data:image/svg+xml,<svg>a</svg>'>");
    assert_eq!(message.parts[0].bytes, b"<svg>a</svg>");
}

#[test]
fn what_cannot_be_taken_leaves_a_remark() {
    for html in [
        "<img src=\"data:image/png;base64\">".to_owned(),
        format!("<img src=\"data:image/png;base64,{}§§{}\">", &GIF[..10], &GIF[10..]),
        "<img src=\"data:image/png;base64,AAAAA\">".to_owned(),
        // Cut off.
        format!("<img src=\"data:image/gif;base64,{GIF}<p>Bye</p>"),
    ] {
        assert!(page(&html).remarks.contains(&Remark::Damaged), "{html}");
    }
    let many = format!("<img src=\"data:image/gif;base64,{GIF}\">").repeat(60);
    let message = page(&many);
    assert_eq!((message.parts.len(), message.remarks.as_slice()), (50, &[Remark::OverLimit][..]));
    // Nothing was there.
    let message = page("<p>x<img src=\"data:image/gif;base64,\"></p>");
    assert!(message.parts.is_empty() && message.remarks.is_empty());
}

#[test]
fn several_pictures_keep_their_places() {
    let picture = |kind: &str| format!("<img src='data:image/{kind};base64,{GIF}'>");
    let message =
        page(&format!("<p>one {} two {} three {}</p>", picture("gif"), picture("tiff"), picture("JPG")));
    assert_eq!(files(&message), ["picture-1.gif 29", "picture-2.tif 29", "picture-3.jpg 29"]);
    let html = message.html.unwrap_or_default();
    let (one, three) = (html.find("picture-1@inline"), html.find("picture-3@inline"));
    assert!(one < html.find("two") && html.find("three") < three && one.is_some(), "{html}");
}

#[test]
fn large_pictures_do_not_push_the_words_out() {
    let large = "A".repeat(3 * 1024 * 1024);
    let message =
        page(&format!("<p>Before <img src=\"data:image/png;base64,{large}\"> and <b>after</b>.</p>"));
    assert_eq!(files(&message), [format!("picture-1.png {}", large.len() / 4 * 3)]);
    assert!(message.text.contains("Before") && message.text.contains("after"));
    assert!(
        message.remarks.is_empty() && message.html.is_some_and(|html| html.contains("cid:picture-1@inline"))
    );
}

#[test]
fn words_about_addresses_are_words() {
    for html in [
        "<p>data:image/png;base64,AAAA is such an address</p>",
        "<p title='data: 1, 2'>see data:</p>",
        "<a href='https://example.com/?data:image/png'>x</a>",
        "<a href='data:text/html,x'>x</a>",
    ] {
        let message = page(html);
        assert!(message.parts.is_empty(), "{html}: {:?}", files(&message));
    }
}
