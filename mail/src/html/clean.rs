//! Writes tokens as well-formed HTML of a few elements, nested within bounds.

use super::tokens::{Token, decode_entities};
use crate::decode::percent_decoded;

/// Elements within elements; deeper ones lose their tags, not their text.
const DEEPEST: usize = 64;

/// The elements that stay.
pub(super) const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
];

/// The attributes that stay, by element.
pub(super) const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href"]),
    ("img", &["src", "alt", "width", "height"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan"]),
    ("ol", &["start"]),
    ("p", &["dir"]),
    ("div", &["dir"]),
    ("blockquote", &["dir"]),
    ("td", &["colspan", "rowspan"]),
];

/// What older mails call the elements above.
const ALIASES: &[(&str, &str)] = &[("strike", "s"), ("tt", "code"), ("center", "div"), ("big", "span")];

const VOID: &[&str] = &["br", "hr", "img"];

/// Elements that end a paragraph.
const BLOCKS: &[&str] =
    &["blockquote", "div", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"];

/// Elements that show something that text cannot.
const RICH: &[&str] = &[
    "b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup", "code", "kbd", "pre", "h1", "h2", "h3",
    "h4", "h5", "h6", "table", "ul", "ol", "dl", "img",
];

/// Attributes that load something, unless they name a part of the mail.
const LOADING: &[&str] = &["src", "srcset", "background", "poster", "data", "longdesc", "lowsrc", "dynsrc"];

pub(super) struct Writer {
    written: Written,
    open: Vec<&'static str>,
    /// Tags that were opened beyond [`DEEPEST`].
    too_deep: usize,
    links: usize,
}

#[derive(Default)]
pub(super) struct Written {
    pub(super) html: String,
    pub(super) rich: bool,
    pub(super) remote: bool,
    pub(super) pictures: Vec<String>,
}

impl Writer {
    pub(super) fn new(links: usize) -> Self {
        Self { written: Written::default(), open: Vec::new(), too_deep: 0, links }
    }

    pub(super) fn take(&mut self, token: &Token<'_>) {
        match token {
            Token::Text(text) => escape_text(&mut self.written.html, text),
            Token::Raw(css) => self.written.remote |= loads(css),
            Token::Open(name, attributes) => self.open(name, attributes),
            Token::Close(name) => {
                if let Some(tag) = known(name) {
                    self.close(tag);
                }
            }
        }
    }

    pub(super) fn finish(mut self) -> Written {
        self.close_to(0);
        self.written
    }

    fn open(&mut self, name: &str, attributes: &[(String, String)]) {
        let get =
            |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.trim());
        for (name, value) in attributes {
            let loading = LOADING.contains(&name.as_str()) && is_remote(value);
            self.written.remote |= loading || name == "style" && loads(value);
        }
        self.written.remote |= name == "link" && get("href").is_some_and(is_remote);
        let Some(tag) = known(name) else { return };
        let mut kept = String::new();
        match tag {
            "img" => {
                let Some(cid) = get("src").and_then(content_id) else {
                    // What a picture from elsewhere shows is said in words, if at all.
                    escape_text(
                        &mut self.written.html,
                        &get("alt").unwrap_or_default().replace('&', "&amp;"),
                    );
                    return;
                };
                attribute(&mut kept, "src", &format!("cid:{cid}"));
                self.written.pictures.push(cid);
            }
            "a" => {
                let Some(target) = get("href").and_then(link).filter(|_| self.links > 0) else { return };
                self.links -= 1;
                // A label that hides its target can only be seen in the HTML.
                self.written.rich = true;
                attribute(&mut kept, "href", &target);
            }
            _ => {}
        }
        let allowed = ATTRIBUTES.iter().filter(|(of, _)| *of == tag).flat_map(|(_, names)| *names);
        for name in allowed.filter(|name| !matches!(**name, "src" | "href")) {
            if let Some(value) = get(name).filter(|value| *name == "alt" || is_small(name, value))
                && !kept.contains(&format!(" {name}=\""))
            {
                attribute(&mut kept, name, value);
            }
        }
        self.make_room(tag);
        if self.open.len() >= DEEPEST {
            self.too_deep += usize::from(!VOID.contains(&tag));
            return;
        }
        self.written.rich |= RICH.contains(&tag);
        self.written.html.extend(["<", tag, &kept, ">"]);
        if !VOID.contains(&tag) {
            self.open.push(tag);
        }
    }

    /// Closes what cannot go on when an element begins, so that no parser has to guess.
    fn make_room(&mut self, tag: &str) {
        let ends: &[&str] = match tag {
            "li" => &["li"],
            "dd" | "dt" => &["dd", "dt"],
            "td" | "th" => &["td", "th"],
            "tr" => &["tr", "td", "th"],
            "thead" | "tbody" | "tfoot" => &["thead", "tbody", "tfoot"],
            "a" => &["a"],
            _ if BLOCKS.contains(&tag) => &["p"],
            _ => return,
        };
        let walls: &[&str] = match tag {
            "li" => &["ul", "ol", "td", "th"],
            "dd" | "dt" => &["dl", "td", "th"],
            "a" => &[],
            "td" | "th" | "tr" | "thead" | "tbody" | "tfoot" => &["table"],
            _ => &["td", "th", "li", "blockquote", "div", "dd"],
        };
        let mut to = None;
        for (index, open) in self.open.iter().enumerate().rev() {
            if ends.contains(open) {
                to = Some(index);
                if tag != "tr" {
                    break;
                }
            }
            if walls.contains(open) {
                break;
            }
        }
        if let Some(index) = to {
            self.close_to(index);
        }
    }

    fn close(&mut self, tag: &'static str) {
        if VOID.contains(&tag) {
            return;
        }
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        // Nothing inside a cell closes the table around it but the table's own tags.
        let structure = matches!(tag, "table" | "tr" | "td" | "th" | "tbody" | "thead" | "tfoot");
        for (index, open) in self.open.iter().enumerate().rev() {
            if *open == tag {
                self.close_to(index);
                return;
            }
            if matches!(*open, "td" | "th" | "table") && !structure {
                return;
            }
        }
    }

    fn close_to(&mut self, length: usize) {
        while self.open.len() > length {
            if let Some(tag) = self.open.pop() {
                self.written.html.extend(["</", tag, ">"]);
            }
        }
    }
}

fn known(name: &str) -> Option<&'static str> {
    let name = ALIASES.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new);
    TAGS.iter().find(|tag| **tag == name).copied()
}

/// Whether a value leads out of the mail.
fn is_remote(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    value.contains("//") && !value.starts_with("cid:") && !value.starts_with("data:")
}

/// Whether a style loads something.
fn loads(css: &str) -> bool {
    let css = css.to_ascii_lowercase();
    css.contains("@import")
        || css.match_indices("url(").any(|(at, _)| {
            let target = css[at + 4..].trim_start_matches([' ', '"', '\'']);
            // A picture that was taken out stands as `cid:`, what is no picture as `about:`.
            !["cid:", "data:", "about:"].iter().any(|scheme| target.starts_with(scheme))
        })
}

/// The Content-ID that a `cid:` address names (RFC 2392), without what the reader of headers leaves
/// out of one as well: brackets and white space.
fn content_id(src: &str) -> Option<String> {
    let src = src.trim();
    let id = src.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("cid:")).and(src.get(4..))?;
    if id.len() > 300 {
        return None;
    }
    let bytes = percent_decoded(id.as_bytes());
    let id = String::from_utf8(bytes).unwrap_or_else(|_| id.to_owned());
    let id: String =
        id.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>')).collect();
    (!id.is_empty()).then_some(id)
}

/// The target of a link, if it is one that may be followed.
pub(super) fn link(href: &str) -> Option<String> {
    let target: String = href.chars().filter(|c| !c.is_control()).collect();
    let target = target.trim();
    let scheme = target.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let known = matches!(scheme.as_str(), "http" | "https" | "mailto") && target.len() > scheme.len() + 1;
    (known && target.len() <= 2_000).then(|| target.replace(' ', "%20"))
}

fn is_small(name: &str, value: &str) -> bool {
    match name {
        "dir" => matches!(value, "ltr" | "rtl"),
        "width" | "height" => value.parse::<u16>().is_ok_and(|pixels| pixels <= 4_000),
        _ => value.parse::<u16>().is_ok_and(|number| number <= 1_000),
    }
}

fn attribute(kept: &mut String, name: &str, value: &str) {
    kept.extend([" ", name, "=\""]);
    for c in value.chars() {
        match c {
            '"' => kept.push_str("&quot;"),
            '&' => kept.push_str("&amp;"),
            '<' => kept.push_str("&lt;"),
            '>' => kept.push_str("&gt;"),
            c => kept.push(c),
        }
    }
    kept.push('"');
}

/// Stand-ins for `&`, `<` and `>` on the way through `ammonia`, whose parser takes time that grows
/// with the square of the number of entities. Control characters of the mail were taken out before.
const STAND_INS: [(char, char, &str); 3] =
    [('&', '\u{1}', "&amp;"), ('<', '\u{2}', "&lt;"), ('>', '\u{3}', "&gt;")];

fn escape_text(html: &mut String, text: &str) {
    let stand_in =
        |c: char| STAND_INS.iter().find(|(sign, ..)| *sign == c).map_or(c, |(_, stand_in, _)| *stand_in);
    html.extend(decode_entities(text).chars().map(stand_in));
}

/// Puts entities where [`escape_text`] put their stand-ins.
pub(super) fn with_entities(html: &str) -> String {
    let mut whole = String::with_capacity(html.len());
    for c in html.chars() {
        match STAND_INS.iter().find(|(_, stand_in, _)| *stand_in == c) {
            Some((.., entity)) => whole.push_str(entity),
            None => whole.push(c),
        }
    }
    whole
}
