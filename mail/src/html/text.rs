//! HTML as text, with marks that tell [`crate::fold`] what the HTML knew.

use super::clean::link;
use super::tokens::{Token, decode_entities};

/// A line that says who wrote what is quoted below ("On … wrote:").
pub(crate) const ATTRIBUTION: char = '\u{1}';
/// From here on everything is an older mail, without any mark on its lines.
pub(crate) const HISTORY: char = '\u{2}';
/// A line of a signature.
pub(crate) const SIGNATURE: char = '\u{3}';

/// Marks stand at the beginning of lines. Nothing in a mail can forge them: control characters
/// are taken out of text before.
const MARKS: [char; 3] = [ATTRIBUTION, HISTORY, SIGNATURE];

/// Quotes within quotes.
const DEEPEST_QUOTE: usize = 9;

/// Elements that stand on lines of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "tr",
    "ul",
];

/// Those with an empty line around them.
const SPACED: &[&str] = &["blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "ul"];

/// Whether a line ends where an element begins, and where it ends.
pub(crate) fn ends_line(tag: &str) -> bool {
    tag == "br" || BLOCKS.contains(&tag)
}

/// What was opened and has to be undone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Quote,
    Signature,
    Pre,
    /// None: an element of the same name inside, so that the right end tag ends the effect.
    Inner,
}

pub(super) struct TextWriter {
    text: String,
    line: String,
    /// What the next line of a list begins with.
    bullet: String,
    /// White space is owed before the next word.
    space: bool,
    /// Empty lines are owed before the next line.
    gap: bool,
    /// The paragraph is one of Word, which are lines without space between.
    tight: bool,
    effects: Vec<(String, Effect)>,
    lists: Vec<Option<u32>>,
    /// The target of the link that is open, and where its label begins.
    link: Option<(String, String)>,
    links: usize,
    mark: Option<char>,
}

impl TextWriter {
    pub(super) fn new(links: usize) -> Self {
        Self {
            text: String::new(),
            line: String::new(),
            bullet: String::new(),
            space: false,
            gap: false,
            tight: false,
            effects: Vec::new(),
            lists: Vec::new(),
            link: None,
            links,
            mark: None,
        }
    }

    pub(super) fn take(&mut self, token: &Token<'_>) {
        match token {
            Token::Text(text) => {
                let text = decode_entities(text);
                if self.has(Effect::Pre) { self.verbatim(&text) } else { self.words(&text) }
            }
            Token::Raw(_) => {}
            Token::Open(name, attributes) => self.open(name, attributes),
            Token::Close(name) => self.close(name),
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.end_link();
        self.end_line();
        self.text
    }

    /// A list in a list has no space around it.
    fn is_spaced(&self, name: &str) -> bool {
        SPACED.contains(&name) && (self.lists.is_empty() || !matches!(name, "ul" | "ol"))
    }

    fn has(&self, effect: Effect) -> bool {
        self.effects.iter().any(|(_, found)| *found == effect)
    }

    fn words(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() {
                self.space = true;
            } else if !matches!(c, '\u{200b}' | '\u{ad}' | '\u{feff}' | '\u{200c}' | '\u{34f}')
                || !self.line.is_empty()
            {
                if self.line.is_empty() {
                    self.line = std::mem::take(&mut self.bullet);
                } else if self.space {
                    self.line.push(' ');
                }
                self.space = false;
                self.line.push(c);
                if let Some((label, _)) = &mut self.link {
                    label.push(c);
                }
            }
        }
    }

    fn verbatim(&mut self, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.break_line();
            }
            self.line.push_str(line);
        }
    }

    fn open(&mut self, name: &str, attributes: &[(String, String)]) {
        let get = |wanted: &str| {
            attributes.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str())
        };
        if BLOCKS.contains(&name) {
            self.end_line();
            if name == "p" {
                self.tight = get("class").contains("Mso");
            }
            self.gap |= self.is_spaced(name) && !(name == "p" && self.tight);
        }
        let (class, id) = (get("class"), get("id"));
        if let Some(mark) = mark(name, class, id, get("style")) {
            self.end_line();
            self.mark = Some(mark);
        }
        if let Some(effect) = effect(name, class, id, attributes)
            && self.effects.len() < 64
        {
            self.end_line();
            self.effects.push((name.to_owned(), effect));
        } else if self.effects.len() < 64 && self.effects.iter().any(|(opened, _)| opened == name) {
            self.effects.push((name.to_owned(), Effect::Inner));
        }
        match name {
            "br" => self.break_line(),
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(get("start").parse().unwrap_or(1))),
            "li" => {
                let level = self.lists.len().clamp(1, 8) - 1;
                self.bullet = "  ".repeat(level);
                match self.lists.last_mut() {
                    Some(Some(number)) => {
                        self.bullet.push_str(&format!("{number}. "));
                        *number = number.saturating_add(1);
                    }
                    _ => self.bullet.push_str("- "),
                }
            }
            "td" | "th" => {
                if !self.line.is_empty() {
                    self.line.push_str("  ");
                }
                self.space = false;
            }
            "img" => {
                let alt = decode_entities(get("alt"));
                if !alt.trim().is_empty() && alt.len() < 200 {
                    self.words(&format!(" [{}] ", alt.trim()));
                }
            }
            "a" => {
                self.end_link();
                if let Some(target) = link(get("href")).filter(|_| self.links > 0) {
                    self.links -= 1;
                    self.link = Some((String::new(), target));
                }
            }
            _ => {}
        }
        self.lists.truncate(64);
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "ul" | "ol" => {
                self.lists.pop();
            }
            _ => {}
        }
        if BLOCKS.contains(&name) {
            // An empty paragraph is how Word writes an empty line.
            let empty = self.line.trim().is_empty();
            self.end_line();
            self.gap |= self.is_spaced(name) && (empty || !(name == "p" && self.tight));
        }
        if let Some(index) = self.effects.iter().rposition(|(opened, _)| opened == name) {
            self.end_line();
            self.effects.truncate(index);
        }
    }

    /// Writes where a link leads, unless its label says so.
    fn end_link(&mut self) {
        let Some((label, target)) = self.link.take() else { return };
        let bare = |text: &str| {
            let text = text
                .trim_start_matches("https://")
                .trim_start_matches("http://")
                .trim_start_matches("mailto:");
            text.trim_end_matches('/').to_ascii_lowercase()
        };
        let said = bare(&label);
        if !label.is_empty() && said != bare(&target) && !target.starts_with("mailto:") {
            self.words(&format!(" <{target}>"));
        }
    }

    fn end_line(&mut self) {
        if self.line.trim().is_empty() {
            self.line.clear();
            self.space = false;
        } else {
            self.break_line();
        }
    }

    fn break_line(&mut self) {
        let quotes =
            self.effects.iter().filter(|(_, effect)| *effect == Effect::Quote).count().min(DEEPEST_QUOTE);
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if self.gap && !self.text.is_empty() && !line.is_empty() {
            if !self.text.ends_with("\n\n") {
                let prefix =
                    if quotes > 0 && self.text.lines().last().is_some_and(|last| last.starts_with('>')) {
                        ">"
                    } else {
                        ""
                    };
                self.text.push_str(prefix);
                self.text.push('\n');
            }
            self.gap = false;
        }
        if let Some(mark) = self.mark.take_if(|_| !line.is_empty()) {
            self.text.push(mark);
        } else if self.has(Effect::Signature) {
            self.text.push(SIGNATURE);
        }
        if quotes > 0 {
            self.text.push_str(&">".repeat(quotes));
            self.text.push_str(if line.is_empty() { "" } else { " " });
        }
        self.text.push_str(line);
        self.text.push('\n');
        self.space = false;
    }
}

/// Marks by which programs tell what is an older mail.
fn mark(name: &str, class: &str, id: &str, style: &str) -> Option<char> {
    let outlook = matches!(id, "divRplyFwdMsg" | "x_divRplyFwdMsg" | "appendonsend" | "OLK_SRC_BODY_SECTION")
        || class.contains("OutlookMessageHeader");
    // Outlook on a desktop and its likes on telephones: a grey line above "From: …".
    let ruled = name == "div"
        && style.contains("border-top")
        && style.contains("solid")
        && ["#E1E1E1", "#B5C4DF", "rgb(225", "#e1e1e1", "#b5c4df"]
            .iter()
            .any(|colour| style.contains(colour));
    if outlook || ruled {
        return Some(HISTORY);
    }
    let cite = ["gmail_attr", "moz-cite-prefix", "gmail_default_attr", "protonmail_quote_header"];
    cite.iter().any(|wanted| class.contains(wanted)).then_some(ATTRIBUTION)
}

fn effect(name: &str, class: &str, id: &str, attributes: &[(String, String)]) -> Option<Effect> {
    if name == "blockquote" || class.contains("yahoo_quoted") || id.contains("yahoo_quoted") {
        return Some(Effect::Quote);
    }
    let signature =
        ["gmail_signature", "moz-signature", "ms-outlook-mobile-signature", "protonmail_signature_block"];
    if signature.iter().any(|wanted| class.contains(wanted) || id.contains(wanted))
        || matches!(
            id,
            "Signature" | "x_Signature" | "AppleMailSignature" | "lineBreakAtBeginningOfSignature"
        )
        || attributes.iter().any(|(name, value)| name == "data-smartmail" && value.contains("signature"))
    {
        return Some(Effect::Signature);
    }
    (name == "pre").then_some(Effect::Pre)
}

/// Text without marks.
pub(crate) fn unmarked(text: &str) -> String {
    text.replace(MARKS, "")
}
