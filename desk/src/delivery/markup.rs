//! The few signs that a mail template knows, and the two ways to write them.
//!
//! ```text
//! a paragraph; a line break
//! stays one
//!
//! [Label](https://…)      a line of its own: a button
//! > a quotation
//! --                      what follows is the footer
//! ```
//!
//! Values stand in a rendered template between [`OPEN`] and [`CLOSE`], so that the signs
//! are only looked for in what the template's author wrote: what a person typed can be a
//! whole line of the mail, and still becomes nothing but text.

/// Begins a value: a noncharacter that Unicode keeps for such private use.
pub(super) const OPEN: char = '\u{FDD0}';
/// Ends a value.
pub(super) const CLOSE: char = '\u{FDD1}';

/// A mail in parts, ready to be written.
pub(super) struct Document {
    pub(super) blocks: Vec<Block>,
    pub(super) footer: Vec<Block>,
}

/// A part of a mail. What it holds is text, never markup.
pub(super) enum Block {
    Paragraph(Vec<String>),
    Button { label: String, url: String },
    Quote(Vec<String>),
}

/// A line of the rendered template: each character, and whether the template's author wrote it.
type Line = Vec<(char, bool)>;

/// Takes the signs that keep values apart out of a value.
pub(super) fn without_signs(value: &str) -> String {
    value.chars().filter(|c| !matches!(*c, OPEN | CLOSE)).collect()
}

/// Splits a rendered template into its subject (without `Subject: `; `None` where it does not
/// begin with one) and the rest.
pub(super) fn parse(rendered: &str) -> (Option<String>, Document) {
    let mut lines = lines(rendered).into_iter().skip_while(|line| is_blank(line)).peekable();
    let subject = lines.next_if(|line| starts_with(line, "Subject:")).map(|line| one_line(&text(&line[8..])));

    let mut document = Document { blocks: Vec::new(), footer: Vec::new() };
    let mut blocks = &mut document.blocks;
    // Whether the next line may continue the last block.
    let mut open = false;
    for line in lines {
        let line = trimmed(&line);
        if is_blank(line) {
            open = false;
        } else if starts_with(line, "--") && line.len() == 2 {
            blocks = &mut document.footer;
            open = false;
        } else if let Some((label, url)) = button(line) {
            blocks.push(Block::Button { label, url });
            open = false;
        } else if starts_with(line, ">") {
            let rest = if starts_with(line, "> ") { &line[2..] } else { &line[1..] };
            let quoted = text(rest).split('\n').map(str::to_owned).collect::<Vec<_>>();
            match blocks.last_mut() {
                Some(Block::Quote(lines)) if open => lines.extend(quoted),
                _ => blocks.push(Block::Quote(quoted)),
            }
            open = true;
        } else {
            let written = text(line).split('\n').map(str::to_owned).collect::<Vec<_>>();
            match blocks.last_mut() {
                Some(Block::Paragraph(lines)) if open => lines.extend(written),
                _ => blocks.push(Block::Paragraph(written)),
            }
            open = true;
        }
    }
    (subject, document)
}

/// One line: control characters, line and paragraph separators and runs of spaces become one
/// space; the signs that turn the direction of what follows are dropped (UAX #9).
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .filter(|c| !matches!(*c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn lines(rendered: &str) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    let mut by_author = true;
    for c in rendered.chars() {
        match c {
            OPEN => by_author = false,
            CLOSE => by_author = true,
            '\n' if by_author => lines.push(Line::new()),
            c => {
                if let Some(line) = lines.last_mut() {
                    line.push((c, by_author));
                }
            }
        }
    }
    lines
}

fn is_blank(line: &[(char, bool)]) -> bool {
    line.iter().all(|(c, _)| c.is_whitespace())
}

fn starts_with(line: &[(char, bool)], sign: &str) -> bool {
    let mut line = line.iter();
    sign.chars().all(|c| line.next() == Some(&(c, true)))
}

fn trimmed(mut line: &[(char, bool)]) -> &[(char, bool)] {
    while let [(c, true), rest @ ..] = line
        && c.is_whitespace()
    {
        line = rest;
    }
    while let [rest @ .., (c, true)] = line
        && c.is_whitespace()
    {
        line = rest;
    }
    line
}

fn text(line: &[(char, bool)]) -> String {
    line.iter().map(|(c, _)| *c).collect()
}

fn button(line: &[(char, bool)]) -> Option<(String, String)> {
    let [('[', true), inner @ .., (')', true)] = line else {
        return None;
    };
    let middle = inner.windows(2).position(|pair| pair == [(']', true), ('(', true)])?;
    Some((one_line(&text(&inner[..middle])), text(&inner[middle + 2..])))
}

/// Writes the plain text part. Lines end in `\n`; the footer follows the sign of RFC 3676 4.3.
pub(super) fn to_text(document: &Document) -> String {
    let mut out = String::new();
    text_blocks(&document.blocks, &mut out);
    if !document.footer.is_empty() {
        out.push_str("\n-- \n");
        text_blocks(&document.footer, &mut out);
    }
    out
}

fn text_blocks(blocks: &[Block], out: &mut String) {
    for (place, block) in blocks.iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        match block {
            Block::Paragraph(lines) => {
                for line in lines {
                    out.push_str(line);
                    out.push('\n');
                }
            }
            Block::Button { label, url } => {
                for part in [label, ":\n", url, "\n"] {
                    out.push_str(part);
                }
            }
            Block::Quote(lines) => {
                for line in lines {
                    out.push_str(if line.is_empty() { ">" } else { "> " });
                    out.push_str(line);
                    out.push('\n');
                }
            }
        }
    }
}

/// Writes blocks as HTML. Every character that a person or the template's author wrote is
/// escaped; colours are those of [`Accent`].
pub(super) fn to_html(blocks: &[Block], accent: &Accent) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Paragraph(lines) => {
                out.push_str("<p style=\"margin:0 0 16px\">");
                html_lines(lines, &mut out);
                out.push_str("</p>\n");
            }
            Block::Button { label, url } => {
                out.push_str("<p style=\"margin:0 0 16px\"><a href=\"");
                escape(url, &mut out);
                out.push_str(
                    "\" style=\"display:inline-block;padding:12px 20px;border-radius:6px;background:",
                );
                out.push_str(&accent.color);
                out.push_str(";color:");
                out.push_str(accent.ink);
                out.push_str(";font-weight:600;text-decoration:none\">");
                escape(label, &mut out);
                out.push_str("</a></p>\n");
            }
            Block::Quote(lines) => {
                out.push_str(
                    "<blockquote class=\"quote\" dir=\"auto\" \
                     style=\"margin:0 0 16px;padding:0 0 0 16px;border:solid #c3c8d0;border-width:0 0 0 3px\">",
                );
                html_lines(lines, &mut out);
                out.push_str("</blockquote>\n");
            }
        }
    }
    out
}

fn html_lines(lines: &[String], out: &mut String) {
    for (place, line) in lines.iter().enumerate() {
        if place > 0 {
            out.push_str("<br>\n");
        }
        // What is indented, such as a listing, stays so.
        let indented = line.trim_start_matches([' ', '\t']);
        for c in line[..line.len() - indented.len()].chars() {
            out.push_str(if c == '\t' { "&nbsp;&nbsp;&nbsp;&nbsp;" } else { "&nbsp;" });
        }
        escape(indented, out);
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// The desk's colour, and black or white, whichever can be read on it.
pub(super) struct Accent {
    /// `#rrggbb`
    pub(super) color: String,
    pub(super) ink: &'static str,
}

impl Accent {
    /// Reads `#rrggbb` or `#rgb`; anything else is the default colour.
    pub(super) fn new(color: Option<&str>) -> Self {
        let [red, green, blue] = color.and_then(rgb).unwrap_or([0x1F, 0x5F, 0xA8]);
        // Relative luminance (WCAG 2.2); at 0.179 black and white have the same contrast.
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
        let ink = if luminance > 0.179 { "#000000" } else { "#ffffff" };
        Self { color: format!("#{red:02x}{green:02x}{blue:02x}"), ink }
    }
}

fn rgb(color: &str) -> Option<[u8; 3]> {
    let signs = color.trim().strip_prefix('#')?;
    let digits =
        signs.chars().map(|sign| u8::try_from(sign.to_digit(16)?).ok()).collect::<Option<Vec<_>>>()?;
    match digits[..] {
        [r, g, b] => Some([r * 17, g * 17, b * 17]),
        [r, r2, g, g2, b, b2] => Some([r << 4 | r2, g << 4 | g2, b << 4 | b2]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(rendered: &str) -> (String, String) {
        let (_, document) = parse(rendered);
        (to_text(&document), to_html(&document.blocks, &Accent::new(None)))
    }

    fn value(text: &str) -> String {
        format!("{OPEN}{text}{CLOSE}")
    }

    #[test]
    fn knows_paragraphs_buttons_quotes_and_the_footer() {
        let (subject, document) = parse(
            "Subject:  Hello\n\n\nOne\ntwo\n\n[Go on](https://desk.example/a?b=1&c=2)\n> a\n>\n> b\n\n--\nWhy.\n",
        );
        assert_eq!(subject.as_deref(), Some("Hello"));
        assert_eq!(
            to_text(&document),
            "One\ntwo\n\nGo on:\nhttps://desk.example/a?b=1&c=2\n\n> a\n>\n> b\n\n-- \nWhy.\n"
        );
        let html = to_html(&document.blocks, &Accent::new(None));
        assert!(html.contains(">One<br>\ntwo</p>"), "{html}");
        assert!(html.contains("href=\"https://desk.example/a?b=1&amp;c=2\""), "{html}");
        assert!(html.contains(">a<br>\n<br>\nb</blockquote>"), "{html}");
        assert!(!html.contains("Why."));
    }

    #[test]
    fn values_are_never_signs() {
        for hostile in ["[x](http://evil.example)", "> said nobody", "--", "\n[x](http://evil.example)\n"] {
            let (_, html) = both(&value(hostile));
            assert!(!html.contains("<a ") && !html.contains("<blockquote"), "{html}");
            let (_, document) = parse(&format!("{}\n\nafter", value(hostile)));
            assert!(document.footer.is_empty());
        }
        // Half by the author, half by a person: no button either.
        let (_, html) = both(&format!("[x{}", value("](http://evil.example)")));
        assert!(!html.contains("<a "), "{html}");
        // A whole quotation stays within its block, line by line.
        let (text, html) = both(&format!("> {}\n\nEnd", value("a\n\n[x](http://evil.example)\n-- \n<b>'\"")));
        assert_eq!(text, "> a\n>\n> [x](http://evil.example)\n> -- \n> <b>'\"\n\nEnd\n");
        assert_eq!(html.matches("<blockquote").count(), 1);
        assert!(html.contains("&lt;b&gt;&#39;&quot;") && !html.contains("<a "), "{html}");
    }

    #[test]
    fn indentation_stays() {
        assert!(both("> \u{FDD0}a\n\tb <c\u{FDD1}").1.contains("<br>\n&nbsp;&nbsp;&nbsp;&nbsp;b &lt;c"));
    }

    #[test]
    fn the_ink_can_be_read_on_the_accent() {
        for (color, expected, ink) in [
            (Some("#000"), "#000000", "#ffffff"),
            (Some("#FFEE00"), "#ffee00", "#000000"),
            (Some("red;}"), "#1f5fa8", "#ffffff"),
            (Some("#12"), "#1f5fa8", "#ffffff"),
            (None, "#1f5fa8", "#ffffff"),
        ] {
            let accent = Accent::new(color);
            assert_eq!((accent.color.as_str(), accent.ink), (expected, ink));
        }
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line("a\r\nBcc: b\u{2028}c\u{85}d\u{202E}e"), "a Bcc: b c de");
    }
}
