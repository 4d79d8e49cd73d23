//! The imprint: what § 5 DDG and its neighbours ask for, in both languages.

use tresen_model::Language;

use super::Block;
use super::writer::{Writer, paragraph, said};
use crate::settings::LegalForm;
use crate::settings::Profession;

/// Writes every section that concerns the operator and returns the title.
pub(super) fn imprint(writer: &mut Writer<'_>) -> String {
    provider(writer);
    numbers(writer);
    licence(writer);
    profession(writer);
    content(writer);
    arbitration(writer);
    writer.either("Legal notice", "Impressum").into()
}

fn provider(writer: &mut Writer<'_>) {
    let heading = writer.either("Provider (§ 5 DDG)", "Anbieter (§ 5 DDG)");
    let scope = match writer.language {
        Language::English => format!("This imprint is for the service desk “{}”.", writer.desk_name),
        Language::German => format!("Dieses Impressum gilt für den Servicedesk „{}“.", writer.desk_name),
    };
    let mut facts = writer.controller_address();
    if let Some(controller) = &writer.settings.controller {
        let mut people = writer.one_line(&controller.represented_by);
        if controller.form().is_some_and(LegalForm::is_represented) {
            people = writer.required(
                &people,
                "names of the people who represent it",
                "Namen der Personen, die es vertreten",
            );
        }
        if !people.is_empty() {
            facts.push((writer.either("Represented by", "Vertreten durch").into(), people));
        }
    }
    if let Some(liquidation) = &writer.settings.imprint.liquidation {
        let note =
            writer.required(writer.text(liquidation), "note on the liquidation", "Hinweis zur Abwicklung");
        facts.push((writer.either("Liquidation", "Abwicklung").into(), note));
    }
    writer.section("provider", heading, vec![paragraph(scope), Block::Facts(facts)]);
    let contact = vec![
        Block::Facts(writer.controller_contact()),
        paragraph(writer.either(
            "The quickest way to us is a request at /requests/new.",
            "Am schnellsten erreichen Sie uns mit einer Anfrage unter /requests/new.",
        )),
    ];
    writer.section("contact", writer.either("Contact", "Kontakt"), contact);
}

/// Register and tax numbers.
fn numbers(writer: &mut Writer<'_>) {
    let controller = writer.settings.controller.as_ref();
    let numbers = [
        (register(writer), writer.either("Register entry", "Registereintrag")),
        (
            controller.and_then(|c| said(c.vat_id.as_ref())).map(str::to_owned),
            writer.either(
                "VAT identification number (§ 27a UStG)",
                "Umsatzsteuer-Identifikationsnummer (§ 27a UStG)",
            ),
        ),
        (
            said(writer.settings.imprint.business_id.as_ref()).map(str::to_owned),
            writer.either(
                "Business identification number (§ 139c AO)",
                "Wirtschafts-Identifikationsnummer (§ 139c AO)",
            ),
        ),
    ];
    let facts: Vec<_> =
        numbers.into_iter().filter_map(|(value, name)| Some((name.to_owned(), value?))).collect();
    if !facts.is_empty() {
        writer.section(
            "numbers",
            writer.either("Register and tax", "Register und Steuer"),
            vec![Block::Facts(facts)],
        );
    }
}

/// Register and number; a gap for a registered form without them.
fn register(writer: &Writer<'_>) -> Option<String> {
    let controller = writer.settings.controller.as_ref()?;
    let entry = said(controller.register_entry.as_ref()).unwrap_or_default();
    if controller.form().is_some_and(LegalForm::is_registered) {
        if entry.is_empty() {
            return Some(writer.required("", "register and number", "Register und Nummer"));
        }
        if !entry.contains(|sign: char| sign.is_ascii_digit()) {
            return Some(format!("{entry}, {}", writer.required("", "number", "Nummer")));
        }
    }
    Some(entry.to_owned()).filter(|entry| !entry.is_empty())
}

fn licence(writer: &mut Writer<'_>) {
    if let Some(authority) = &writer.settings.imprint.licensing_authority {
        let mut facts = vec![(writer.either("Authority", "Behörde").to_owned(), writer.authority(authority))];
        if let Some(website) = said(authority.website.as_ref()) {
            facts.push(("Website".into(), website.into()));
        }
        let heading = writer.either("Licensing authority", "Zuständige Aufsichtsbehörde");
        writer.section("authority", heading, vec![Block::Facts(facts)]);
    }
}

fn profession(writer: &mut Writer<'_>) {
    if let Some(Profession { chamber, title, state, rules }) = &writer.settings.imprint.profession {
        let facts = [
            ("Chamber", "Kammer", writer.required(chamber, "chamber", "Kammer")),
            (
                "Title in law",
                "Gesetzliche Berufsbezeichnung",
                writer.required(title, "title in law", "gesetzliche Berufsbezeichnung"),
            ),
            ("Given in", "Verliehen in", writer.country(*state)),
            (
                "Professional rules",
                "Berufsrechtliche Regelungen",
                writer.required(
                    writer.text(rules),
                    "name of the professional rules and where to read them",
                    "Bezeichnung der berufsrechtlichen Regelungen und wo sie zugänglich sind",
                ),
            ),
        ];
        let facts = facts
            .into_iter()
            .map(|(english, german, value)| (writer.either(english, german).to_owned(), value))
            .collect();
        let heading = writer.either("Regulated profession", "Reglementierter Beruf");
        writer.section("profession", heading, vec![Block::Facts(facts)]);
    }
}

fn content(writer: &mut Writer<'_>) {
    if let Some(contact) = &writer.settings.imprint.responsible_for_content {
        let heading = writer.either(
            "Responsible for journalistic content (§ 18(2) MStV)",
            "Verantwortlich für journalistische Inhalte (§ 18 Abs. 2 MStV)",
        );
        let text = writer.contact(contact, true);
        writer.section("content", heading, vec![paragraph(text)]);
    }
}

fn arbitration(writer: &mut Writer<'_>) {
    if let Some(text) = &writer.settings.imprint.consumer_arbitration {
        let blocks = writer.paragraphs(text);
        let heading =
            writer.either("Consumer arbitration (§ 36 VSBG)", "Verbraucherstreitbeilegung (§ 36 VSBG)");
        writer.section("arbitration", heading, blocks);
    }
}
