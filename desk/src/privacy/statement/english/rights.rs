//! Which rights, and how to exercise them here.

use super::super::Block;
use super::super::writer::{Writer, paragraph, said, texts};

pub(super) fn rights(writer: &mut Writer<'_>) {
    let facts = [
        (
            "Access (Art. 15 GDPR)",
            "/account/data shows what we store about you, where it came from, who received it and what we \
             need it for. You can download a copy there.",
        ),
        (
            "Rectification (Art. 16 GDPR)",
            "You change name and email address at /account. Correct or complete anything else with a message \
             in the request.",
        ),
        (
            "Erasure (Art. 17 GDPR)",
            "/account/delete deletes everything, with or without an account. The section “What deletion \
             means here” describes how.",
        ),
        (
            "Restriction of processing (Art. 18 GDPR)",
            "At /account/data you restrict the processing of your data. Your requests then disappear from all \
             lists and from the search; nothing is changed or sent. Access and erasure remain possible.",
        ),
        (
            "Notification of recipients (Art. 19 GDPR)",
            "We tell everyone who received your data from us of a rectification, erasure or restriction, \
             unless this is impossible or takes disproportionate effort. We name these recipients on request.",
        ),
        (
            "Data portability (Art. 20 GDPR)",
            "The download at /account/data contains your data machine-readable (JSON), as a readable page \
             (HTML), and with all attachments.",
        ),
        ("Objection (Art. 21 GDPR)", "See the section “Your right to object”."),
        (
            "Withdrawal of consent (Art. 7(3) GDPR)",
            "At /account/data you withdraw your consent at any time and without giving reasons. We then \
             process your data no further and offer you its deletion. What was done until then remains \
             lawful.",
        ),
        ("Complaint (Art. 77 GDPR)", "See the section “Complaint to a supervisory authority”."),
    ];
    let blocks = vec![
        Block::Facts(facts.into_iter().map(|(right, way)| (right.to_owned(), way.to_owned())).collect()),
        paragraph(
            "Without an account you open /account/data and /account/delete with a link that we send to your \
             email address. You can also simply write to us. All of this is free of charge. We answer \
             without undue delay, within one month at the latest (Art. 12 GDPR).",
        ),
    ];
    writer.section("rights", "Your rights and how to exercise them here", blocks);
}

/// Art. 21(4) GDPR wants this apart from any other information.
pub(super) fn objection(writer: &mut Writer<'_>) {
    let blocks = vec![
        paragraph(
            "Where we process data on the ground of a legitimate interest (Art. 6(1)(f) GDPR), you can \
             object at any time on grounds relating to your particular situation (Art. 21 GDPR). We then no \
             longer process this data, unless we can show compelling legitimate grounds that override your \
             interests, or need the data to establish, exercise or defend legal claims.",
        ),
        paragraph(
            "To object, write a request or a simple message to the address above. Until we have decided, you \
             can restrict the processing of your data at /account/data. You can delete your data without an \
             objection and without giving reasons. We send no advertising.",
        ),
    ];
    writer.section("objection", "Your right to object", blocks);
}

pub(super) fn complaint(writer: &mut Writer<'_>) {
    let mut blocks = vec![paragraph(
        "You can complain to a data protection supervisory authority (Art. 77 GDPR), in particular where you \
         live or work or where you think the GDPR was infringed. You need not write to us first, but we are \
         glad of the chance to put things right ourselves.",
    )];
    if let Some(authority) = &writer.settings.supervisory_authority {
        let mut facts = vec![("Competent for us".to_owned(), writer.authority(authority))];
        if let Some(website) = said(authority.website.as_ref()) {
            facts.push(("Website".into(), website.into()));
        }
        blocks.push(Block::Facts(facts));
    }
    writer.section("complaint", "Complaint to a supervisory authority", blocks);
}

pub(super) fn automated(writer: &mut Writer<'_>) {
    let blocks = vec![paragraph(
        "People decide on your requests. There are no automated decisions, and no profiling (Art. 22 GDPR).",
    )];
    writer.section("automated-decisions", "No automated decisions", blocks);
}

pub(super) fn versions(writer: &mut Writer<'_>) {
    let blocks = vec![Block::List(texts![
        "When this text changes, there is a new version. Older versions remain readable.",
        "With each consent we store which version you agreed to. You see it at /account/data.",
    ])];
    writer.section("versions", "Versions of this statement", blocks);
}
