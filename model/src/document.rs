//! Texts of several sections, such as the privacy statement. Plain text, never HTML.

use serde::{Deserialize, Serialize};

/// A text in sections, made of plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// Whether something that the law asks for is missing; it stands in square brackets.
    pub draft: bool,
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

/// A section of a [`Document`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What names it in a link (`#rights`): lower-case ASCII, the same in every language.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// What it says, in order.
    pub blocks: Vec<Block>,
}

/// A part of a [`Section`]. Plain text, never HTML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Paragraph(String),
    /// A list without an order.
    List(Vec<String>),
    /// Terms with what they mean, as in `<dl>`.
    Facts(Vec<(String, String)>),
    /// A table. Every row has as many cells as the head; the first cell of a row is its heading.
    Table {
        /// The headings of the columns.
        head: Vec<String>,
        /// The rows.
        rows: Vec<Vec<String>>,
    },
}
