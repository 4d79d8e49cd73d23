//! Wie lange, wie gelöscht, wie geschützt.

use super::super::writer::{Writer, paragraph, texts};
use super::super::{Block, DEVICE_DAYS};
use super::{monate, tage, tagen};
use crate::settings::Retention;

pub(super) fn periods(writer: &mut Writer<'_>, retention: &Retention) {
    let data_backups = match retention.data_backup_days {
        Some(days) => format!("höchstens {}", tage(days)),
        None => "bis neuere sie ersetzen".into(),
    };
    let rows = vec![
        texts!["Anfragen, die noch offen sind", "bis sie gelöst oder geschlossen sind, danach wie folgt"],
        texts![
            "Gelöste und geschlossene Anfragen mit Nachrichten, Anhängen, Notizen und Verlauf",
            format!("{} nach der letzten Aktivität", monate(retention.closed_requests_months)),
        ],
        texts![
            "Unbeantwortete Anfragen, deren E-Mail-Adresse nie bestätigt wurde",
            format!("{} nach dem Eingang", tage(retention.unconfirmed_days)),
        ],
        texts![
            "Anfragen, die als möglicher Spam zurückgehalten wurden",
            format!("{} nach dem Eingang, wenn wir sie nicht freigeben", tage(retention.held_days)),
        ],
        texts![
            "E-Mails an uns, die nicht verarbeitet werden konnten",
            format!("{} nach dem Eingang", tage(retention.set_aside_days)),
        ],
        texts!["Personen ohne Anfragen, mit Konto und Einwilligungen", monate(retention.idle_person_months),],
        texts!["Inhalt gesendeter E-Mails", format!("{} nach dem Versand", tage(retention.sent_mail_days))],
        texts![
            "Sitzungen",
            format!("bis zur Abmeldung, längstens {} nach der letzten Nutzung", tage(retention.session_days)),
        ],
        texts![
            "Prüfwerte der Browser, mit denen Sie sich angemeldet haben",
            format!(
                "{} nach der letzten Anmeldung, längstens bis zu einem neuen Passwort",
                tage(DEVICE_DAYS)
            ),
        ],
        texts![
            "Authenticator-App und Wiederherstellungscodes",
            "bis Sie sie entfernen oder verwenden, längstens solange das Konto besteht",
        ],
        texts!["Links, die wir Ihnen schicken", "bis sie abgelaufen oder verbraucht sind"],
        texts!["Einwilligungen", "solange wir die Person führen, zu der sie gehören"],
        texts!["Sicherungskopien der Schlüssel", format!("höchstens {}", tage(retention.key_backup_days))],
        texts!["Sicherungskopien der verschlüsselten Daten", data_backups],
        texts![
            "Prüfwerte der Kennungen gelöschter E-Mails (mit geheimem Schlüssel gebildet, ohne Verbindung zu \
             einer Person)",
            "solange der Servicedesk besteht",
        ],
        texts![
            "Zahlen ohne Personenbezug, zum Beispiel Anfragen je Tag, und Löschprotokolle ohne \
             personenbezogene Daten",
            "unbefristet",
        ],
    ];
    let blocks = vec![
        paragraph(
            "Diese Fristen gelten zurzeit. Nach ihrem Ablauf löscht der Servicedesk automatisch. \
         Alte Sicherungskopien löschen wir.",
        ),
        Block::Table { head: texts!["Daten", "Speicherdauer"], rows },
        paragraph("Sie können Ihre Daten jederzeit früher löschen."),
    ];
    writer.section("storage", "Wie lange wir speichern", blocks);
}

pub(super) fn deletion(writer: &mut Writer<'_>, retention: &Retention) {
    let limits = texts![
        "E-Mails, die bereits zugestellt sind, liegen im Postfach des Empfängers. Eine E-Mail, die Sie uns \
         geschickt haben, kann noch in unserem eigenen Postfach liegen.",
        format!(
            "Sicherungskopien der Schlüssel bewahren wir höchstens {} auf. Solange eine Kopie mit Ihrem \
             Schlüssel besteht, könnte eine ältere Datensicherung damit noch gelesen werden. Spätestens nach \
             {} kann das niemand mehr, auch wir nicht.",
            tage(retention.key_backup_days),
            tagen(retention.key_backup_days)
        ),
        "Läuft die Frist für eine einzelne Anfrage ab, bleibt Ihr Schlüssel für Ihre übrigen Anfragen \
         bestehen. Die gelöschte Anfrage ist dann in älteren Datensicherungen verschlüsselt enthalten, bis \
         diese ersetzt sind oder Sie selbst gelöscht sind.",
        "Was andere in ihren eigenen Anfragen über Sie geschrieben haben, ist mit deren Schlüssel \
         verschlossen. Bitte nennen Sie uns solche Stellen; wir prüfen sie und löschen von Hand.",
        "Was unser Team vor der Löschung außerhalb des Servicedesks abgelegt hat, zum Beispiel einen \
         heruntergeladenen Anhang, erreicht die Löschung nicht. Wir löschen es gesondert, wenn kein Gesetz \
         die Aufbewahrung verlangt.",
    ];
    let blocks = vec![
        paragraph(
            "Auf der Seite /account/delete löschen Sie Ihr Konto, alle Ihre Anfragen und alles, was Sie \
             geschrieben haben. Mit Konto genügt Ihr Passwort. Ohne Konto schicken wir Ihnen einen Link, der \
             eine Stunde lang und nur einmal gilt. Sie können uns auch bitten, die Löschung für Sie \
             auszuführen.",
        ),
        paragraph(
            "Die Löschung geschieht sofort. Wenn die Seite sie bestätigt, ist sie abgeschlossen: Anfragen mit \
             Nachrichten, Anhängen, Notizen, Verlauf, E-Mails und Sucheinträgen, dann Konto, Sitzungen und \
             Einwilligungen, zuletzt Ihr Schlüssel.",
        ),
        paragraph(
            "Der Schlüssel macht die Löschung endgültig. Was Sie schreiben und was Sie erkennbar macht, ist \
             mit einem Schlüssel verschlossen, der nur zu Ihnen gehört. Ist er gelöscht, kann niemand die \
             Kopien in alten Datensicherungen lesen. Wird eine alte Sicherung eingespielt, wird entfernt, \
             was von Ihnen übrig ist, bevor der Servicedesk wieder antwortet.",
        ),
        paragraph(
            "Sie erhalten eine signierte Bescheinigung ohne personenbezogene Daten. Unter /privacy/receipt lässt \
             sie sich prüfen.",
        ),
        paragraph("Diese Grenzen hat die Löschung:"),
        Block::List(limits),
    ];
    writer.section("deletion", "Was Löschen bei uns bedeutet", blocks);
}

pub(super) fn security(writer: &mut Writer<'_>) {
    let blocks = vec![Block::List(texts![
        "E-Mail-Adresse, Name, Betreff, Texte, Anhänge mit ihren Namen und E-Mails speichern wir \
         verschlüsselt, je Person mit einem eigenen Schlüssel. Die Schlüssel liegen getrennt von den Daten \
         und werden getrennt gesichert.",
        "Um Ihre E-Mail-Adresse wiederzufinden, speichern wir neben Ihrem Schlüssel einen Prüfwert der \
         Adresse, der mit einem geheimen Schlüssel gebildet ist. Er wird zusammen mit Ihrem Schlüssel \
         gelöscht.",
        "Unverschlüsselt sind zufällige Kennungen, Zeitpunkte, Status, Priorität, Art, Zuständigkeit und \
         Anzahlen. Damit allein lässt sich niemand erkennen.",
        "Damit sich Anfragen durchsuchen lassen, enthält der Suchindex auf unserem Server Wörter im \
         Klartext. Er wird nie mitgesichert, und gelöschte Inhalte verschwinden auch aus ihm.",
        "Ihr Passwort speichern wir nur als Prüfwert (Argon2id), Sitzungen, Links und Wiederherstellungscodes \
         ebenfalls nur als Prüfwerte. Das Geheimnis einer Authenticator-App ist mit Ihrem Schlüssel \
         verschlüsselt.",
        "Gegen Missbrauch zählen wir, wie oft sich jemand anzumelden versucht, eine E-Mail anfordert oder ein \
         Formular sendet. Dazu vergleichen wir Prüfwerte des Netzes, der E-Mail-Adresse und von Teilen des \
         Textes. Sie sind mit einem geheimen Schlüssel gebildet, der jeden Tag ein anderer ist, und werden \
         gelöscht, wenn der Tag vorbei ist.",
        "Protokolle des Servicedesks enthalten weder Namen noch Adressen noch Inhalte.",
        "Die Übertragung zwischen Ihrem Browser und diesen Seiten ist verschlüsselt, wenn die Adresse mit \
         https beginnt. E-Mails sind unterwegs und in Postfächern oft nicht durchgehend verschlüsselt. \
         Vertrauliches schreiben Sie besser auf diesen Seiten.",
    ])];
    writer.section("security", "Wie wir Ihre Daten schützen", blocks);
}
