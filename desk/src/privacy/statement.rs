//! The privacy statement (Art. 13 and 14 GDPR) and the imprint (§ 5 DDG), rendered from the settings.
//!
//! The text describes what this program does, so it changes when the program does. The operator
//! fills in names. What is missing stands in square brackets, and the document is a draft until
//! nothing is missing. Everything is plain text: whoever shows it escapes it.
//!
//! - [`PrivacySettings`], [`Retention`]: what the operator sets
//! - [`privacy_statement`], [`imprint`]: the documents, in both languages with the same sections
//! - [`digest`]: what names a version of a text, for consents

mod english;
mod german;
mod legal_notice;
#[cfg(test)]
mod tests;
mod writer;

use sha2::{Digest, Sha256};
use tresen_model::Language;

pub use tresen_model::document::{Block, Document, Section};

use crate::settings::{PrivacySettings, Retention};
use writer::Writer;

/// Days after its last login at which a browser is forgotten.
const DEVICE_DAYS: u32 = 180;
const _: () = assert!(DEVICE_DAYS as i64 * 24 * 3600 == crate::accounts::DEVICE_LIFETIME);

/// The privacy statement of the desk called `desk_name`, with the retention in force.
pub fn privacy_statement(
    language: Language,
    desk_name: &str,
    settings: &PrivacySettings,
    retention: &Retention,
) -> Document {
    let mut writer = Writer::new(language, desk_name, settings);
    let title = match language {
        Language::English => english::statement(&mut writer, retention),
        Language::German => german::statement(&mut writer, retention),
    };
    for (index, addition) in settings.additions.iter().enumerate() {
        let blocks = writer.paragraphs(&addition.text);
        writer.section(&format!("addition-{}", index + 1), writer.text(&addition.heading), blocks);
    }
    writer.finish(title)
}

/// The imprint of the desk called `desk_name`: what § 5 DDG asks of a provider in Germany.
///
/// It is a draft until it has what the law asks of the [`LegalForm`]. A section that does not concern the
/// operator (no VAT id, no licence, …) is left out.
pub fn imprint(language: Language, desk_name: &str, settings: &PrivacySettings) -> Document {
    let mut writer = Writer::new(language, desk_name, settings);
    let title = legal_notice::imprint(&mut writer);
    writer.finish(title)
}

/// SHA-256 over the text in a form of which there is only one, so that the same text has the
/// same digest for ever and any other text has another. Store it with a consent, and the
/// document under it.
pub fn digest(document: &Document) -> [u8; 32] {
    let mut hash = Canonical(Sha256::new());
    hash.text("tresen document 1");
    hash.text(&document.title);
    hash.number(usize::from(document.draft));
    hash.number(document.sections.len());
    for section in &document.sections {
        hash.text(&section.id);
        hash.text(&section.heading);
        hash.number(section.blocks.len());
        for block in &section.blocks {
            hash.block(block);
        }
    }
    hash.0.finalize().into()
}

/// Writes each text with its length before it and each list with its count, so that no two
/// documents are written alike.
struct Canonical(Sha256);

impl Canonical {
    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.update(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.number(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(text) => {
                self.number(1);
                self.text(text);
            }
            Block::List(items) => {
                self.number(2);
                self.texts(items);
            }
            Block::Facts(facts) => {
                self.number(3);
                self.number(facts.len());
                for (term, meaning) in facts {
                    self.text(term);
                    self.text(meaning);
                }
            }
            Block::Table { head, rows } => {
                self.number(4);
                self.texts(head);
                self.number(rows.len());
                for row in rows {
                    self.texts(row);
                }
            }
        }
    }
}
