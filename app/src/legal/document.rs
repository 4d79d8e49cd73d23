//! How the desk's documents look: running text, lists, facts and tables.

use leptos::prelude::*;
use tresen_model::EmailAddress;
use tresen_model::document::{Block, Section};

use crate::components::{Facts, Table, TextWithLinks};

/// A document with more sections than this gets a table of contents.
const SHORT: usize = 6;

/// Our own pages that a text may name, and so lead to.
const PAGES: [&str; 7] = [
    "/account",
    "/account/data",
    "/account/delete",
    "/privacy",
    "/privacy/receipt",
    "/register",
    "/requests/new",
];

/// The table of contents, where the document is long.
pub(super) fn contents(label: &'static str, sections: &[Section]) -> Option<AnyView> {
    let line = |section: &Section| {
        view! { <li><a href=format!("#{}", section.id)>{section.heading.clone()}</a></li> }
    };
    let lines = sections.iter().map(line).collect::<Vec<_>>();
    (lines.len() > SHORT).then(|| {
        view! {
            <nav class="card sunken prose" aria-labelledby="contents">
                <h2 id="contents">{label}</h2>
                <ol>{lines}</ol>
            </nav>
        }
        .into_any()
    })
}

/// The text of a document.
pub(super) fn prose(sections: Vec<Section>) -> AnyView {
    let parts = sections.into_iter().map(section).collect::<Vec<_>>();
    view! { <div class="prose">{parts}</div> }.into_any()
}

fn section(section: Section) -> AnyView {
    let blocks = section.blocks.into_iter().map(block).collect::<Vec<_>>();
    view! {
        <h2 id=section.id>{section.heading}</h2>
        {blocks}
    }
    .into_any()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Paragraph(text) => view! { <p>{linked(&text)}</p> }.into_any(),
        Block::List(items) => {
            let items = items.iter().map(|item| view! { <li>{linked(item)}</li> }).collect::<Vec<_>>();
            view! { <ul>{items}</ul> }.into_any()
        }
        Block::Facts(facts) => {
            let facts = facts.into_iter().map(|(term, meaning)| (term, linked(&meaning))).collect();
            view! { <Facts facts/> }.into_any()
        }
        Block::Table { head, rows } => {
            let rows = rows.iter().map(|cells| row(cells)).collect();
            view! { <Table heads=head rows/> }.into_any()
        }
    }
}

fn row(cells: &[String]) -> AnyView {
    let heading =
        cells.first().map(|cell| view! { <td role="rowheader"><strong>{cell.clone()}</strong></td> });
    let rest = cells.iter().skip(1);
    let rest = rest.map(|cell| view! { <td role="cell">{linked(cell)}</td> }).collect::<Vec<_>>();
    view! { <tr role="row">{heading}{rest}</tr> }.into_any()
}

/// A text in which our own pages, mail addresses and web addresses are links.
fn linked(text: &str) -> AnyView {
    let pieces = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => view! { <TextWithLinks text/> }.into_any(),
        Piece::Page(page) => view! { <a href=page.to_owned()>{page.to_owned()}</a> }.into_any(),
        Piece::Mail(address) => {
            view! { <a href=format!("mailto:{address}")>{address.to_owned()}</a> }.into_any()
        }
    });
    pieces.collect::<Vec<_>>().into_any()
}

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Page(&'a str),
    Mail(&'a str),
}

/// Cuts a text into links of these kinds and what stands between them.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut text_from, mut at) = (0, 0);
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_matches(|sign: char| {
            sign.is_whitespace() || matches!(sign, '.' | ',' | ';' | ':' | '(' | ')' | '“' | '”' | '„')
        });
        let piece = if PAGES.contains(&bare) {
            Some(Piece::Page(bare))
        } else if is_mail_address(bare) {
            Some(Piece::Mail(bare))
        } else {
            None
        };
        if let Some(piece) = piece {
            let start = at + word.find(bare).unwrap_or_default();
            if text_from < start {
                pieces.push(Piece::Text(&text[text_from..start]));
            }
            pieces.push(piece);
            text_from = start + bare.len();
        }
        at += word.len();
    }
    if text_from < text.len() {
        pieces.push(Piece::Text(&text[text_from..]));
    }
    pieces
}

/// Of the plain kind that can stand in a `mailto:` as it is (RFC 6068).
fn is_mail_address(word: &str) -> bool {
    word.contains('@')
        && word.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '@' | '.' | '-' | '_' | '+'))
        && EmailAddress::parse(word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Piece::*, *};

    #[test]
    fn names_become_links() {
        assert_eq!(
            pieces("At /account/delete, or (desk@example.com)."),
            [Text("At "), Page("/account/delete"), Text(", or ("), Mail("desk@example.com"), Text(").")]
        );
        for text in ["", "/account/nothing shows", "a/account", "x@y?cc=z@example.com", "@", "“”"] {
            assert!(pieces(text).iter().all(|piece| matches!(piece, Text(_))), "{text}");
        }
    }
}
