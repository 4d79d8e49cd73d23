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
fn pictures_are_taken_from_wherever_html_has_them() {
    let data = format!("data:image/gif;base64,{GIF}");
    for (html, count) in [
        (format!("<img srcset=\"{data} 1x, {data} 2x\">"), 2),
        (format!("<picture><source srcset='{data}'><img src='https://example.com/a.gif'></picture>"), 1),
        (format!("<svg><image xlink:href='{data}'/></svg>"), 1),
        (format!("<object data='{data}'>x</object>"), 1),
        (format!("<embed src='{data}'>"), 1),
        (format!("<video poster='{data}'></video>"), 1),
        (format!("<style>.a{{background:url({data})}}</style><p class=a>x</p>"), 1),
        (format!("<style>.a{{background:url(\"{data}\")}} .b{{background:url('{data}')}}</style>x"), 2),
        (format!("<div style='background-image: url(&quot;{data}&quot;)'>x</div>"), 1),
        (format!("<![if !vml]><img src='{data}'><![endif]><p>x</p>"), 1),
        (format!("<pre>x <img src='{data}'></pre>"), 1),
        (format!("<img alt='a > b' src='{data}'>"), 1),
        (format!("<a href='{data}' download='plan.gif'>plan</a>"), 1),
    ] {
        let message = page(&html);
        assert_eq!(message.parts.len(), count, "{html}");
        assert!(message.parts.iter().all(|part| part.bytes.len() == 29), "{html}");
        assert!(!message.remarks.contains(&Remark::Damaged), "{html}");
    }
    // A drawing in a style keeps its quotes and spaces.
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='1'></svg>";
    let message = page(&format!("<style>.a{{background:url(\"data:image/svg+xml;utf8,{svg}\")}}</style>x"));
    assert_eq!(message.parts[0].bytes, svg.as_bytes());
    // A document in a link is a file; a font is nothing that somebody sends.
    let message = page(&format!("<a href='data:application/pdf;base64,{GIF}' download>plan</a>"));
    assert_eq!(files(&message), ["picture-1.pdf 29"]);
    let message = page("<style>@font-face{src:url(data:font/woff2;base64,AAAA)}</style><p>x</p>");
    assert!(message.parts.is_empty() && message.remarks.is_empty(), "{:?}", message.remarks);
}

#[test]
fn parts_are_found_however_the_html_names_them() {
    for (id, src) in [
        ("<abc@x>", "cid:abc@x"),
        ("<abc@x>", "CID:abc@x"),
        ("<abc@x>", " cid:abc@x "),
        ("<abc@x>", "cid:<abc@x>"),
        ("<abc@x>", "cid:&lt;abc@x&gt;"),
        ("<abc@x>", "cid:abc%40x"),
        ("<a b@x>", "cid:a b@x"),
        ("<a b@x>", "cid:a%20b%40x"),
        ("abc", "cid:abc"),
        ("<image001.png@01DC.ABCD>", "cid:image001.png@01DC.ABCD"),
        ("<{5F3B-11}@example.com>", "cid:{5F3B-11}@example.com"),
        ("<bild-ä@x>", "cid:bild-%C3%A4@x"),
    ] {
        let raw = format!(
            "From: a@example.com\r\nContent-Type: multipart/related; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x<IMG SRC=\"{src}\"></p>\r\n\
             --b\r\nContent-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\nContent-ID: {id}\r\n\r\n{GIF}\r\n--b--\r\n"
        );
        let message = read(raw.as_bytes(), &Limits::default());
        let [file] = &message.parts[..] else { panic!("{id}: {:?}", files(&message)) };
        let named = format!("src=\"cid:{}\"", file.content_id.as_deref().unwrap_or_default());
        assert!(
            message.html.as_ref().is_some_and(|html| html.contains(&named)),
            "{id} {src}: {:?}",
            message.html
        );
    }
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
