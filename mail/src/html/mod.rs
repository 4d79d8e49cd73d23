//! HTML of mails: to clean HTML that can be shown, and to text.

mod clean;
mod text;
pub(crate) mod tokens;

use std::ops::Range;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use self::clean::Writer;
use self::text::TextWriter;
pub(crate) use self::text::{ATTRIBUTION, HISTORY, SIGNATURE, ends_line};
pub(crate) use self::tokens::decode_entities;
use self::tokens::{Token, Tokens};

/// Bytes of HTML that are looked at; the longest newsletters have a tenth.
pub(crate) const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Tags that are cleaned; more of them are only turned into text.
const MOST_TAGS: usize = 100_000;

/// What a piece of HTML says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// HTML that is safe to show; empty when there was too much of it.
    pub html: String,
    /// The same as text: quotes begin with `>`.
    pub text: String,
    /// The HTML says more than the text: pictures, tables, formatting.
    pub rich: bool,
    /// Pictures or styles from elsewhere were left out.
    pub remote: bool,
    /// There was more than is looked at.
    pub over_limit: bool,
    /// The Content-IDs of its pictures.
    pub pictures: Vec<String>,
}

/// Cleans the HTML of a mail: no script, no style, no form, nothing that is loaded from elsewhere.
///
/// Links lead to `http`, `https` and `mailto` only, and only the first `links` stay links. Pictures
/// stay as `src="cid:…"`. Takes time and memory that grow with the length only, whatever is in it.
pub fn clean_html(html: &str, links: usize) -> Cleaned {
    let cleaned = convert(html, links);
    Cleaned { text: text::unmarked(&cleaned.text), ..cleaned }
}

/// As [`clean_html`], with marks of [`text`] in the text.
pub(crate) fn convert(html: &str, links: usize) -> Cleaned {
    let cut = html.floor_char_boundary(MOST_BYTES);
    let mut over_limit = cut < html.len();
    let mut writer = Writer::new(links);
    let mut text = TextWriter::new(links);
    let mut tags = 0;
    for token in Tokens::new(&html[..cut]) {
        tags += usize::from(!matches!(token, Token::Text(_)));
        if tags <= MOST_TAGS {
            writer.take(&token);
        }
        text.take(&token);
    }
    over_limit |= tags > MOST_TAGS;
    let written = writer.finish();
    let html = if over_limit {
        String::new()
    } else {
        clean::with_entities(&AMMONIA.clean(&written.html).to_string())
    };
    Cleaned {
        html: html.trim().to_owned(),
        text: text.finish(),
        rich: written.rich && !over_limit,
        remote: written.remote,
        over_limit,
        pictures: written.pictures,
    }
}

/// A `data:` address (RFC 2397) in an attribute.
pub(crate) struct DataAddress {
    /// Where it stands, entities and white space included.
    pub(crate) range: Range<usize>,
    /// Its attribute shows a picture, whatever the address says of its kind.
    pub(crate) is_picture: bool,
}

/// The `data:` addresses in all attributes, in their order.
pub(crate) fn data_addresses(html: &str) -> Vec<DataAddress> {
    let mut tokens = Tokens::new(html);
    while tokens.next().is_some() {}
    tokens.data
}

/// Writes plain text as HTML, for mails of which only some parts have HTML.
pub(crate) fn from_text(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    html.push_str("<p>");
    for c in text.trim_end().chars() {
        match c {
            '\n' => html.push_str("<br>"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            c => html.push(c),
        }
    }
    html.push_str("</p>");
    html
}

/// The last word on what is shown: the list that [`clean`] writes by, held by another's parser.
static AMMONIA: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(clean::TAGS.iter().copied().collect())
        .clean_content_tags(["script", "style"].into_iter().collect())
        .tag_attributes(
            clean::ATTRIBUTES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect(),
        )
        .url_schemes(["http", "https", "mailto", "cid"].into_iter().collect())
        .url_relative(UrlRelative::Deny)
        .attribute_filter(|tag, name, value| {
            let picture = tag == "img" && name == "src";
            let cid = value.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("cid:"));
            (picture == cid || !matches!(name, "src" | "href")).then(|| value.into())
        })
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(html: &str) -> String {
        clean_html(html, 100).html
    }

    #[test]
    fn nothing_that_runs_or_loads_is_left() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href='javascript:alert(1)'>x</a>",
            "<a href=' java\nscript:alert(1)'>x</a>",
            "<a href='&#106;avascript:alert(1)'>x</a>",
            "<a href='data:text/html,x'>x</a>",
            "<svg onload=alert(1)><script>alert(1)</script></svg>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<iframe src='https://eve.example.com'></iframe>",
            "<form action='https://eve.example.com'><input name=password></form>",
            "<meta http-equiv=refresh content='0;url=https://eve.example.com'>",
            "<base href='https://eve.example.com'>",
            "<link rel=stylesheet href='https://eve.example.com/x.css'>",
            "<div style='background:url(https://eve.example.com/x)'>x</div>",
            "<img src='https://eve.example.com/pixel.gif'>",
            "<img srcset='https://eve.example.com/pixel.gif 1x'>",
            "<img src='//eve.example.com/pixel.gif'>",
            "<td background='https://eve.example.com/x.png'>x</td>",
            "<video poster='https://eve.example.com/x'></video>",
            "<object data='https://eve.example.com/x'></object>",
            "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
            "<a href='https://example.com' target=_blank onclick=alert(1)>x</a>",
            "<style>@import 'https://eve.example.com/x.css';</style>",
            "<p id=login class=button>x</p>",
        ] {
            let cleaned = clean(hostile).to_ascii_lowercase();
            for word in [
                "script",
                "onerror",
                "onclick",
                "onload",
                "style",
                "src=",
                "eve.example",
                "form",
                "input",
                "meta",
                "base",
                "class",
                "id=",
                "target",
                "svg",
                "data:",
            ] {
                let text_only = word == "script" && cleaned.contains("alert") && !cleaned.contains('<');
                assert!(!cleaned.contains(word) || text_only, "{hostile} gave {cleaned}");
            }
        }
    }

    #[test]
    fn what_people_write_stays() {
        assert_eq!(
            clean(
                "<p>A <b>bold</b> <a href='https://example.com/a?b=1&amp;c=2'>link</a><br><img src='cid:logo@x' alt='Logo'>"
            ),
            "<p>A <b>bold</b> <a href=\"https://example.com/a?b=1&amp;c=2\" rel=\"noopener noreferrer nofollow\">link</a><br><img src=\"cid:logo@x\" alt=\"Logo\"></p>"
        );
        assert_eq!(clean("<b>1 &lt; 2 & 3</b>"), "<b>1 &lt; 2 &amp; 3</b>");
        assert_eq!(clean("<ul><li>a<li>b</ul>"), "<ul><li>a</li><li>b</li></ul>");
        assert_eq!(
            clean("<table><tr><td>a<td>b</table>"),
            "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"
        );
    }

    #[test]
    fn remote_content_is_noticed() {
        assert!(clean_html("<img src='http://example.com/x.gif'>", 1).remote);
        assert!(clean_html("<div style=\"background: URL(https://example.com/x)\">", 1).remote);
        assert!(clean_html("<style>@import 'x'</style>", 1).remote);
        assert!(!clean_html("<p style='color:red'>Hello <img src=cid:a>", 1).remote);
    }

    #[test]
    fn only_so_many_links_stay_links() {
        let cleaned = clean_html(&"<a href='https://example.com/'>x</a> ".repeat(20), 5);
        assert_eq!(cleaned.html.matches("<a ").count(), 5);
        assert_eq!(cleaned.html.matches('x').count() - 5, 20);
    }
}
