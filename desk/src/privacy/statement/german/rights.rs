//! Welche Rechte, und wie man sie hier ausübt.

use super::super::Block;
use super::super::writer::{Writer, paragraph, said, texts};

pub(super) fn rights(writer: &mut Writer<'_>) {
    let facts = [
        (
            "Auskunft (Art. 15 DSGVO)",
            "/account/data zeigt, was wir über Sie speichern, woher es stammt, wer es erhalten hat und wozu \
             wir es brauchen. Eine Kopie laden Sie dort herunter.",
        ),
        (
            "Berichtigung (Art. 16 DSGVO)",
            "Name und E-Mail-Adresse ändern Sie unter /account. Anderes berichtigen oder ergänzen Sie mit \
             einer Nachricht in der Anfrage.",
        ),
        (
            "Löschung (Art. 17 DSGVO)",
            "/account/delete löscht alles, mit oder ohne Konto. Der Abschnitt „Was Löschen bei uns bedeutet“ \
             beschreibt, wie.",
        ),
        (
            "Einschränkung der Verarbeitung (Art. 18 DSGVO)",
            "Unter /account/data schränken Sie die Verarbeitung Ihrer Daten ein. Ihre Anfragen verschwinden \
             dann aus allen Listen und aus der Suche, nichts wird geändert oder versendet. Auskunft und \
             Löschung bleiben möglich.",
        ),
        (
            "Mitteilung an Empfänger (Art. 19 DSGVO)",
            "Berichtigung, Löschung und Einschränkung teilen wir allen mit, die Ihre Daten von uns erhalten \
             haben, soweit das nicht unmöglich oder unverhältnismäßig aufwendig ist. Auf Wunsch nennen wir \
             Ihnen diese Empfänger.",
        ),
        (
            "Datenübertragbarkeit (Art. 20 DSGVO)",
            "Der Download unter /account/data enthält Ihre Daten maschinenlesbar (JSON), lesbar aufbereitet \
             (HTML) und mit allen Anhängen.",
        ),
        ("Widerspruch (Art. 21 DSGVO)", "Siehe den Abschnitt „Ihr Widerspruchsrecht“."),
        (
            "Widerruf der Einwilligung (Art. 7 Abs. 3 DSGVO)",
            "Unter /account/data widerrufen Sie Ihre Einwilligung jederzeit und ohne Gründe. Wir verarbeiten \
             Ihre Daten dann nicht weiter und bieten Ihnen die Löschung an. Was bis dahin geschehen ist, \
             bleibt rechtmäßig.",
        ),
        ("Beschwerde (Art. 77 DSGVO)", "Siehe den Abschnitt „Beschwerde bei einer Aufsichtsbehörde“."),
    ];
    let blocks = vec![
        Block::Facts(facts.into_iter().map(|(right, way)| (right.to_owned(), way.to_owned())).collect()),
        paragraph(
            "Ohne Konto öffnen Sie /account/data und /account/delete mit einem Link, den wir an Ihre \
             E-Mail-Adresse schicken. Sie können sich auch formlos an uns wenden. Alles ist kostenlos. Wir \
             antworten unverzüglich, spätestens innerhalb eines Monats (Art. 12 DSGVO).",
        ),
    ];
    writer.section("rights", "Ihre Rechte und wie Sie sie hier ausüben", blocks);
}

/// Art. 21 Abs. 4 DSGVO verlangt den Hinweis getrennt von anderen Informationen.
pub(super) fn objection(writer: &mut Writer<'_>) {
    let blocks = vec![
        paragraph(
            "Soweit wir Daten aufgrund eines berechtigten Interesses verarbeiten (Art. 6 Abs. 1 Buchst. f \
             DSGVO), können Sie jederzeit aus Gründen widersprechen, die sich aus Ihrer besonderen Situation \
             ergeben (Art. 21 DSGVO). Wir verarbeiten diese Daten dann nicht mehr, es sei denn, wir können \
             zwingende schutzwürdige Gründe nachweisen, die Ihre Interessen überwiegen, oder wir brauchen \
             die Daten, um Rechtsansprüche geltend zu machen, auszuüben oder zu verteidigen.",
        ),
        paragraph(
            "Schreiben Sie uns dafür eine Anfrage oder eine formlose Nachricht an die oben genannte Adresse. \
             Bis wir entschieden haben, können Sie die Verarbeitung Ihrer Daten unter /account/data \
             einschränken. Löschen können Sie Ihre Daten ohne Widerspruch und ohne Gründe. Werbung senden wir \
             nicht.",
        ),
    ];
    writer.section("objection", "Ihr Widerspruchsrecht", blocks);
}

pub(super) fn complaint(writer: &mut Writer<'_>) {
    let mut blocks = vec![paragraph(
        "Sie können sich bei einer Datenschutz-Aufsichtsbehörde beschweren (Art. 77 DSGVO), insbesondere \
         dort, wo Sie leben oder arbeiten oder wo nach Ihrer Ansicht gegen die DSGVO verstoßen wurde. Eine \
         Nachricht an uns ist vorher nicht nötig; wir freuen uns aber, wenn wir es selbst in Ordnung bringen \
         können.",
    )];
    if let Some(authority) = &writer.settings.supervisory_authority {
        let mut facts = vec![("Für uns zuständig".to_owned(), writer.authority(authority))];
        if let Some(website) = said(authority.website.as_ref()) {
            facts.push(("Website".into(), website.into()));
        }
        blocks.push(Block::Facts(facts));
    }
    writer.section("complaint", "Beschwerde bei einer Aufsichtsbehörde", blocks);
}

pub(super) fn automated(writer: &mut Writer<'_>) {
    let blocks = vec![paragraph(
        "Über Ihre Anfragen entscheiden Menschen. Automatisierte Entscheidungen einschließlich Profiling \
         (Art. 22 DSGVO) gibt es nicht.",
    )];
    writer.section("automated-decisions", "Keine automatisierten Entscheidungen", blocks);
}

pub(super) fn versions(writer: &mut Writer<'_>) {
    let blocks = vec![Block::List(texts![
        "Ändert sich dieser Text, entsteht eine neue Fassung. Ältere Fassungen bleiben lesbar.",
        "Zu jeder Einwilligung speichern wir, welcher Fassung Sie zugestimmt haben. Sie sehen das unter \
         /account/data.",
    ])];
    writer.section("versions", "Fassungen dieser Erklärung", blocks);
}
