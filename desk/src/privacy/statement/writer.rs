//! Puts a document together and notes what is missing.

use std::cell::Cell;

use tresen_model::Language;

use super::{Block, Document, Section};
use crate::settings::Country;
use crate::settings::{Authority, Contact, Localized, PrivacySettings, Processor};

/// Owned texts from texts of any kind.
macro_rules! texts {
    ($($text:expr),* $(,)?) => { vec![$(String::from($text)),*] };
}
pub(super) use texts;

/// A paragraph.
pub(super) fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

/// Whether an optional text says something, and what.
pub(super) fn said(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// A document in the making.
pub(super) struct Writer<'a> {
    pub(super) language: Language,
    pub(super) desk_name: &'a str,
    pub(super) settings: &'a PrivacySettings,
    missing: Cell<bool>,
    sections: Vec<Section>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(language: Language, desk_name: &'a str, settings: &'a PrivacySettings) -> Self {
        Self { language, desk_name, settings, missing: Cell::new(false), sections: Vec::new() }
    }

    pub(super) fn section(&mut self, id: &str, heading: &str, blocks: Vec<Block>) {
        self.sections.push(Section { id: id.to_owned(), heading: heading.to_owned(), blocks });
    }

    pub(super) fn finish(self, title: String) -> Document {
        Document { title, draft: self.missing.get(), sections: self.sections }
    }

    /// One of two texts, by language.
    pub(super) fn either<'b>(&self, english: &'b str, german: &'b str) -> &'b str {
        match self.language {
            Language::English => english,
            Language::German => german,
        }
    }

    /// What the operator wrote in the language of the document, or else in the other one.
    pub(super) fn text<'b>(&self, text: &'b Localized) -> &'b str {
        let (first, second) = match self.language {
            Language::English => (&text.en, &text.de),
            Language::German => (&text.de, &text.en),
        };
        said(Some(first)).or(said(Some(second))).unwrap_or_default()
    }

    /// The same, in paragraphs.
    pub(super) fn paragraphs(&self, text: &Localized) -> Vec<Block> {
        let lines: Vec<&str> = self.text(text).lines().map(str::trim).collect();
        lines
            .split(|line| line.is_empty())
            .filter(|part| !part.is_empty())
            .map(|part| paragraph(part.join(" ")))
            .collect()
    }

    /// The value; or, noting that it is missing, its name in square brackets.
    pub(super) fn required(&self, value: &str, english: &str, german: &str) -> String {
        match value.trim() {
            "" => {
                self.missing.set(true);
                format!("[{}]", self.either(english, german))
            }
            value => value.to_owned(),
        }
    }

    /// The name of a country, or a gap.
    pub(super) fn country(&self, country: Option<Country>) -> String {
        let name = country.map(|country| country.name(self.language)).unwrap_or_default();
        self.required(&name, "country", "Land")
    }

    /// Lines of an address in one.
    pub(super) fn one_line(&self, lines: &[String]) -> String {
        lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Name and postal address of the controller.
    pub(super) fn controller_address(&self) -> Vec<(String, String)> {
        let controller = self.settings.controller.clone().unwrap_or_default();
        let mut address = self.required(
            &self.one_line(&controller.address),
            "street and number, postcode and town",
            "Straße und Hausnummer, Postleitzahl und Ort",
        );
        if let Some(country) = controller.country {
            address = format!("{address}, {}", country.name(self.language));
        }
        let name = self.required(
            &controller.name,
            "name of the company, authority or person that runs this service desk",
            "Name des Unternehmens, der Behörde oder der Person, die diesen Servicedesk betreibt",
        );
        vec![("Name".to_owned(), name), (self.either("Address", "Anschrift").to_owned(), address)]
    }

    /// Mail address and telephone number of the controller.
    pub(super) fn controller_contact(&self) -> Vec<(String, String)> {
        let controller = self.settings.controller.clone().unwrap_or_default();
        let email = self.required(&controller.email, "email address", "E-Mail-Adresse");
        let mut facts = vec![(self.either("Email", "E-Mail").to_owned(), email)];
        if let Some(phone) = said(controller.phone.as_ref()) {
            facts.push((self.either("Telephone", "Telefon").into(), phone.into()));
        }
        facts
    }

    /// A contact in one line. The name is required where `named` says so.
    pub(super) fn contact(&self, contact: &Contact, named: bool) -> String {
        let mut parts = Vec::new();
        if named || !contact.name.trim().is_empty() {
            parts.push(self.required(&contact.name, "name", "Name"));
        }
        parts.push(self.one_line(&contact.address));
        parts.push(self.required(&contact.email, "email address", "E-Mail-Adresse"));
        parts.extend(said(contact.phone.as_ref()).map(str::to_owned));
        self.one_line(&parts)
    }

    /// Name and address of an authority in one line.
    pub(super) fn authority(&self, authority: &Authority) -> String {
        let name = self.required(&authority.name, "name of the authority", "Name der Behörde");
        self.one_line(&[name, self.one_line(&authority.address)])
    }

    /// The row of a processor: name, purpose, country, contract.
    pub(super) fn processor(&self, processor: &Processor) -> Vec<String> {
        vec![
            self.required(&processor.name, "name of the processor", "Name des Auftragsverarbeiters"),
            self.required(self.text(&processor.purpose), "purpose", "Zweck"),
            self.country(processor.country),
            self.agreement(processor),
        ]
    }

    /// The contract with a processor; a date is written as people write dates.
    fn agreement(&self, processor: &Processor) -> String {
        let agreement = said(processor.agreement.as_ref()).unwrap_or_default();
        match agreement.parse::<jiff::civil::Date>() {
            Ok(date) => {
                date.strftime(self.either("contract of %-d %B %Y", "Vertrag vom %d.%m.%Y")).to_string()
            }
            Err(_) => self.required(agreement, "date of the contract", "Datum des Vertrags"),
        }
    }

    /// The processors in third countries, each with the ground for the transfer.
    pub(super) fn transfers(&self) -> Vec<(String, String)> {
        let processors = self.settings.processors.iter();
        processors
            .filter(|processor| processor.country.is_some_and(|country| !country.in_economic_area()))
            .map(|processor| {
                let safeguard = self.required(
                    self.text(&processor.safeguard),
                    "ground for the transfer under Art. 44 to 49 GDPR, and where to get a copy",
                    "Grundlage der Übermittlung nach Art. 44 bis 49 DSGVO und Bezugsort einer Kopie",
                );
                let name = self.required(&processor.name, "name", "Name");
                (format!("{name} ({})", self.country(processor.country)), safeguard)
            })
            .collect()
    }

    /// Whether the controller itself sits outside the European Economic Area.
    pub(super) fn controller_abroad(&self) -> bool {
        let country = self.settings.controller.as_ref().and_then(|controller| controller.country);
        self.settings.representative.is_some() || country.is_some_and(|country| !country.in_economic_area())
    }
}
