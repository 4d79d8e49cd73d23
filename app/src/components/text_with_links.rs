//! Text as somebody typed it, with its web addresses as links.

use leptos::prelude::*;

/// Plain text in which web addresses are links. Line breaks stay by `white-space: pre-wrap`.
///
/// Only `http://` and `https://` become links, and what a link shows is where it leads.
#[component]
pub fn TextWithLinks(
    /// The text, as typed.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    pieces(&text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned().into_any(),
            Piece::Link(url) => view! {
                <a href=url.to_owned() rel="noopener noreferrer nofollow ugc" dir="ltr">{url.to_owned()}</a>
            }
            .into_any(),
        })
        .collect::<Vec<_>>()
}

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Link(&'a str),
}

/// Cuts a text into links and what stands between them. Joined, the pieces are the text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut text_from = 0;
    let mut search_from = 0;
    while let Some(found) = text[search_from..].find("http") {
        let start = search_from + found;
        let length = link_length(&text[start..]);
        let inside_word = text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
        if length == 0 || inside_word {
            search_from = start + "http".len();
            continue;
        }
        if text_from < start {
            pieces.push(Piece::Text(&text[text_from..start]));
        }
        pieces.push(Piece::Link(&text[start..start + length]));
        text_from = start + length;
        search_from = text_from;
    }
    if text_from < text.len() {
        pieces.push(Piece::Text(&text[text_from..]));
    }
    pieces
}

/// How many bytes of a text that begins with `http` are a web address; 0 when none are.
fn link_length(text: &str) -> usize {
    let Some(scheme) = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme)) else {
        return 0;
    };
    let end = text.find(ends_link).unwrap_or(text.len());
    let mut link = &text[..end];
    // Signs at the end belong to the sentence; a bracket does unless it was opened in the link.
    while let Some(last) = link.chars().next_back() {
        let cut = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '…' | '“' | '”' | '’' | '»' => {
                true
            }
            ')' => link.matches(')').count() > link.matches('(').count(),
            ']' => link.matches(']').count() > link.matches('[').count(),
            _ => false,
        };
        if !cut {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    if link.len() > scheme.len() { link.len() } else { 0 }
}

/// Spaces, quotes, angle brackets, and marks that would let a link look like another one.
fn ends_link(sign: char) -> bool {
    sign.is_whitespace()
        || sign.is_control()
        || matches!(sign, '<' | '>' | '"' | '`' | '\\' | '{' | '}' | '|' | '^')
        || matches!(sign, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::{Piece::*, *};

    #[test]
    fn finds_links_as_people_write_them() {
        assert_eq!(
            pieces("See https://example.com/a_(b)?c=d, or (http://example.org/x)."),
            [
                Text("See "),
                Link("https://example.com/a_(b)?c=d"),
                Text(", or ("),
                Link("http://example.org/x"),
                Text(").")
            ]
        );
        assert_eq!(pieces("https://bücher.example\nnext"), [Link("https://bücher.example"), Text("\nnext")]);
    }

    #[test]
    fn leaves_everything_else_alone() {
        for text in
            ["", "http", "https://", "https://.", "javascript:alert(1)", "xhttp://a.b", "HTTP is old", "ä"]
        {
            assert!(pieces(text).iter().all(|piece| matches!(piece, Text(_))), "{text}");
        }
    }

    #[test]
    fn a_link_ends_where_it_could_deceive() {
        assert_eq!(pieces("https://a.example/\u{202E}moc.elgoog\"><script>")[0], Link("https://a.example/"));
    }

    #[test]
    fn the_pieces_are_the_text() {
        let text = "a https://b.c/d?e=f&g=<h> http:// https://i.j!!! k";
        let joined = pieces(text).iter().map(|(Text(piece) | Link(piece))| *piece).collect::<String>();
        assert_eq!(joined, text);
    }
}
