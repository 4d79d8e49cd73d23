//! Die Datenschutzerklärung auf Deutsch: wer, was, wozu, an wen.

mod rights;
mod storage;

use super::writer::{Writer, paragraph, texts};
use super::{Block, DEVICE_DAYS};
use crate::settings::Retention;

/// Writes every section and returns the title.
pub(super) fn statement(writer: &mut Writer<'_>, retention: &Retention) -> String {
    controller(writer);
    overview(writer);
    data(writer);
    purposes(writer);
    required(writer);
    recipients(writer);
    third_countries(writer);
    cookies(writer, retention);
    storage::periods(writer, retention);
    storage::deletion(writer, retention);
    storage::security(writer);
    rights::rights(writer);
    rights::objection(writer);
    rights::complaint(writer);
    rights::automated(writer);
    rights::versions(writer);
    "Datenschutzerklärung".into()
}

/// „1 Tag“, „7 Tage“: Nominativ und Akkusativ.
fn tage(days: u32) -> String {
    if days == 1 { "1 Tag".into() } else { format!("{days} Tage") }
}

/// „1 Tag“, „7 Tagen“: Dativ.
fn tagen(days: u32) -> String {
    if days == 1 { "1 Tag".into() } else { format!("{days} Tagen") }
}

/// „1 Monat“, „24 Monate“: Nominativ und Akkusativ.
fn monate(months: u32) -> String {
    if months == 1 { "1 Monat".into() } else { format!("{months} Monate") }
}

fn controller(writer: &mut Writer<'_>) {
    let mut facts = writer.controller_address();
    let controller = writer.settings.controller.as_ref();
    if let Some(people) = controller.map(|c| writer.one_line(&c.represented_by)).filter(|p| !p.is_empty()) {
        facts.push(("Vertreten durch".into(), people));
    }
    facts.extend(writer.controller_contact());
    if let Some(contact) = &writer.settings.representative {
        facts.push(("Vertreter in der Union (Art. 27 DSGVO)".into(), writer.contact(contact, true)));
    }
    if let Some(contact) = &writer.settings.data_protection_officer {
        facts.push(("Datenschutzbeauftragte Person".into(), writer.contact(contact, false)));
    }
    let blocks = vec![
        paragraph(format!(
            "Diese Erklärung informiert Sie nach Art. 13 und 14 der Datenschutz-Grundverordnung (DSGVO) \
             darüber, wie der Servicedesk „{}“ Ihre personenbezogenen Daten verarbeitet. Verantwortlich \
             dafür ist:",
            writer.desk_name
        )),
        Block::Facts(facts),
    ];
    writer.section("controller", "Wer verantwortlich ist", blocks);
}

fn overview(writer: &mut Writer<'_>) {
    let blocks = vec![Block::List(texts![
        "Wir verwenden Ihre Daten, um Ihre Anfrage zu beantworten. Es gibt keine Werbung, keine Profile \
         und keine Auswertung Ihres Verhaltens.",
        "Sie brauchen kein Konto. Eine E-Mail-Adresse genügt; ein erfundener Name ist in Ordnung.",
        "Wir speichern weder Ihre IP-Adresse noch Ihren Browser noch die Seite, von der Sie kommen.",
        "Unter /account/data sehen Sie Ihre Daten und laden sie herunter, unter /account/delete löschen \
         Sie alles, was wir hier über Sie gespeichert haben. Dafür brauchen Sie keine Begründung.",
    ])];
    writer.section("overview", "Das Wichtigste in Kürze", blocks);
}

fn data(writer: &mut Writer<'_>) {
    let head = texts!["Daten", "Im Einzelnen", "Woher sie stammen"];
    let rows = vec![
        texts![
            "Person",
            "E-Mail-Adresse, die Angabe, ob sie bestätigt ist, und die Sprache; wenn Sie ihn angeben, Ihr \
             Name, auch ein erfundener",
            "Von Ihnen: Formular, E-Mail, Telefon oder persönliches Gespräch; die Sprache aus Ihrer Wahl \
             oder der Einstellung Ihres Browsers",
        ],
        texts![
            "Anfrage",
            "Nummer, Art, Betreff und Text, Anhänge mit Name und Größe, alle weiteren Nachrichten, Status, \
             Priorität, zuständige Person, Eingangsweg, Verlauf, Zeitpunkte und ob Sie eine Antwort schon \
             geöffnet haben",
            "Von Ihnen und von unserem Team",
        ],
        texts![
            "Interne Notizen",
            "Was unser Team zur Bearbeitung Ihrer Anfrage festhält",
            "Von unserem Team",
        ],
        texts![
            "Einwilligung",
            "Zeitpunkt, Fassung des Textes, Ort der Erklärung und gegebenenfalls der Widerruf",
            "Von Ihnen",
        ],
        texts![
            "Konto, wenn Sie sich registrieren",
            "Prüfwert Ihres Passworts (nicht das Passwort selbst), Beginn und letzte Nutzung jeder Sitzung; wenn \
             Sie es einrichten, das Geheimnis Ihrer Authenticator-App und Prüfwerte Ihrer \
             Wiederherstellungscodes; ein Prüfwert je Browser, mit dem Sie sich angemeldet haben: Er sagt \
             weder, welcher es ist, noch, wo er war",
            "Von Ihnen und aus der Nutzung",
        ],
        texts![
            "E-Mail-Verkehr",
            "E-Mails, die wir Ihnen senden, und E-Mails, die Sie uns senden, mit Kennung (Message-ID), \
             Absender, Betreff, Text und Anhängen; Prüfwerte der Links, die wir Ihnen schicken",
            "Von Ihnen und von unserem Team",
        ],
    ];
    let blocks = vec![
        Block::Table { head, rows },
        paragraph(
            "Nicht gespeichert werden Ihre IP-Adresse, Angaben zu Ihrem Browser oder Gerät und die Seite, \
             von der Sie kommen (Referrer). Ihre IP-Adresse ist nötig, um Ihnen die Seite zu übertragen. \
             Sie steht dafür, und falls nötig zur Abwehr von Missbrauch, kurze Zeit im Arbeitsspeicher.",
        ),
        paragraph(
            "Wenn andere Personen Sie in einer Anfrage erwähnen oder eine Anfrage in Ihrem Namen stellen, \
             erhalten wir Daten über Sie von diesen Personen. Weitere Quellen nutzen wir nicht.",
        ),
        paragraph(
            "Anhänge speichern wir so, wie Sie sie senden. Fotos können verborgene Angaben enthalten, zum \
             Beispiel den Ort der Aufnahme.",
        ),
    ];
    writer.section("data", "Welche Daten wir speichern und woher sie stammen", blocks);
}

fn purposes(writer: &mut Writer<'_>) {
    let rows = vec![
        texts![
            "Die Anfrage bearbeiten, die Sie über das Formular stellen",
            "Ihre Einwilligung im Formular (Art. 6 Abs. 1 Buchst. a DSGVO)",
        ],
        texts![
            "Anfragen zu einem Vertrag mit Ihnen oder zu dessen Vorbereitung bearbeiten; Ihr Konto führen",
            "Vertrag und vorvertragliche Maßnahmen (Art. 6 Abs. 1 Buchst. b DSGVO)",
        ],
        texts![
            "Andere Anfragen beantworten, die uns per E-Mail, telefonisch oder persönlich erreichen",
            "Berechtigtes Interesse (Art. 6 Abs. 1 Buchst. f DSGVO): Menschen zu antworten, die uns \
             ansprechen",
        ],
        texts![
            "Den Servicedesk sicher betreiben: Anmeldung, Abwehr von Missbrauch, Datensicherung",
            "Berechtigtes Interesse (Art. 6 Abs. 1 Buchst. f DSGVO): ein sicherer, verlässlicher Betrieb",
        ],
        texts![
            "Verhindern, dass gelöschte E-Mails aus einem Postfach erneut eingelesen werden",
            "Berechtigtes Interesse (Art. 6 Abs. 1 Buchst. f DSGVO): Gelöschtes bleibt gelöscht",
        ],
        texts![
            "Einwilligungen nachweisen und Ihre Rechte erfüllen",
            "Rechtliche Verpflichtung (Art. 6 Abs. 1 Buchst. c DSGVO mit Art. 7 Abs. 1 und Art. 12 DSGVO)",
        ],
    ];
    let blocks = vec![
        Block::Table { head: texts!["Zweck", "Rechtsgrundlage"], rows },
        paragraph("Zu anderen Zwecken verwenden wir Ihre Daten nicht."),
    ];
    writer.section("purposes", "Wozu wir Ihre Daten verarbeiten und was uns das erlaubt", blocks);
}

fn required(writer: &mut Writer<'_>) {
    let blocks = vec![
        paragraph(
            "Sie sind weder gesetzlich noch vertraglich verpflichtet, uns Daten zu geben. Ohne \
             E-Mail-Adresse, Betreff, Text und Einwilligung können wir eine Anfrage über das Formular \
             allerdings nicht annehmen. Name, Anhänge und Konto sind freiwillig.",
        ),
        paragraph(
            "Bitte schreiben Sie uns nur, was wir für die Antwort brauchen. Angaben über Ihre Gesundheit, \
             Religion, politische Meinung und andere besonders geschützte Daten (Art. 9 DSGVO) gehören \
             nicht in eine Anfrage, wenn es auch ohne sie geht.",
        ),
    ];
    writer.section("required", "Ob Sie Daten angeben müssen", blocks);
}

fn recipients(writer: &mut Writer<'_>) {
    let mut blocks = vec![paragraph(
        "Ihre Anfrage lesen die Personen, die sie bei uns bearbeiten. Was Sie in der Anfrage einer anderen \
         Person schreiben, liest auch diese. E-Mails laufen über unseren Mailserver und über den Anbieter \
         Ihres eigenen Postfachs. Diese Seiten laden nichts von anderen Servern und melden nichts dorthin.",
    )];
    if writer.settings.processors.is_empty() {
        blocks.push(paragraph("Weitere Empfänger gibt es nicht. Auftragsverarbeiter setzen wir nicht ein."));
    } else {
        blocks.push(paragraph(
            "Für uns arbeiten außerdem die folgenden Auftragsverarbeiter. Sie sind vertraglich an unsere \
             Weisungen gebunden (Art. 28 DSGVO). Weitere Empfänger gibt es nicht.",
        ));
        let rows = writer.settings.processors.iter().map(|processor| writer.processor(processor)).collect();
        let head = texts!["Auftragsverarbeiter", "Zweck", "Land", "Vertrag nach Art. 28 DSGVO"];
        blocks.push(Block::Table { head, rows });
    }
    writer.section("recipients", "Wer Ihre Daten erhält", blocks);
}

fn third_countries(writer: &mut Writer<'_>) {
    let mut blocks = Vec::new();
    if writer.controller_abroad() {
        blocks.push(paragraph(
            "Wir haben unseren Sitz außerhalb des Europäischen Wirtschaftsraums. Wenn Sie uns schreiben, \
             erheben wir Ihre Daten unmittelbar bei Ihnen. Auch dafür gilt für uns die DSGVO (Art. 3 Abs. 2 \
             DSGVO).",
        ));
    }
    let transfers = writer.transfers();
    if transfers.is_empty() {
        blocks.push(paragraph(if writer.controller_abroad() {
            "Auftragsverarbeiter außerhalb des Europäischen Wirtschaftsraums setzen wir nicht ein. An \
             internationale Organisationen übermitteln wir nichts."
        } else {
            "Wir übermitteln Ihre Daten nicht in Länder außerhalb des Europäischen Wirtschaftsraums und \
             nicht an internationale Organisationen."
        }));
    } else {
        blocks.push(paragraph(
            "Einige Auftragsverarbeiter verarbeiten Ihre Daten außerhalb des Europäischen \
             Wirtschaftsraums. Das ist auf folgender Grundlage zulässig:",
        ));
        blocks.push(Block::Facts(transfers));
    }
    blocks.push(paragraph(
        "Ob der Anbieter Ihres Postfachs E-Mails in einem solchen Land verarbeitet, haben wir nicht in der \
         Hand.",
    ));
    writer.section("third-countries", "Länder außerhalb des Europäischen Wirtschaftsraums", blocks);
}

fn cookies(writer: &mut Writer<'_>, retention: &Retention) {
    let rows = vec![
        texts![
            "Sitzung",
            "Hält Sie angemeldet. Enthält eine zufällige Zeichenfolge.",
            format!(
                "Bis Sie sich abmelden, längstens {} nach der letzten Nutzung",
                tage(retention.session_days)
            ),
        ],
        texts![
            "Bekannter Browser",
            "Zeigt uns, dass Sie sich mit diesem Browser schon angemeldet haben, damit wir Sie warnen können, \
             wenn sich jemand mit einem anderen anmeldet. Enthält eine zufällige Zeichenfolge.",
            format!("Längstens {}", tage(DEVICE_DAYS)),
        ],
        texts![
            "Laufende Schritte",
            "Der zweite Schritt einer Anmeldung, oder die Ansicht Ihrer Daten über einen Link, den wir Ihnen \
             geschickt haben. Enthält eine zufällige Zeichenfolge.",
            "10 oder 30 Minuten",
        ],
        texts![
            "Sprache",
            "Merkt sich die Sprache, die Sie gewählt haben.",
            format!("Längstens {}", tage(retention.language_cookie_days)),
        ],
    ];
    let blocks = vec![
        paragraph("Wir verwenden diese Cookies und keine anderen:"),
        Block::Table { head: texts!["Cookie", "Zweck", "Dauer"], rows },
        paragraph(
            "Sie sind unbedingt erforderlich, damit wir Ihnen den gewünschten Dienst bieten können. Eine \
             Einwilligung ist dafür nicht nötig (§ 25 Abs. 2 Nr. 2 TDDDG). Cookies für Werbung oder \
             Statistik gibt es nicht, Cookies anderer Anbieter auch nicht.",
        ),
        paragraph(
            "Während Sie schreiben, merkt sich Ihr Browser den unfertigen Text für sich (Session Storage), damit \
             er beim Neuladen nicht verloren geht. Er erreicht uns erst, wenn Sie ihn absenden, und ist \
             verschwunden, sobald Sie ihn abgesendet haben, sich abmelden oder den Tab schließen. Passwörter \
             werden nicht gemerkt.",
        ),
    ];
    writer.section("cookies", "Cookies", blocks);
}
