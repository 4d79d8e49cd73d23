//! Receipts of erasures.

use tresen_model::Language;
use tresen_model::duration::{Case, days_in_words};
use tresen_model::wish::{Asked, Wish};

texts! {
    yours: "Your receipt" | "Ihre Löschbescheinigung";
    yours_text: "It is signed and shows what was deleted and when. It does not say who you are. Keep it if you like: we do not."
        | "Sie ist signiert und zeigt, was wann gelöscht wurde. Sie verrät nicht, wer Sie sind. Bewahren Sie sie auf, wenn Sie mögen: Wir tun es nicht.";
    download: "Download the receipt" | "Bescheinigung herunterladen";
    check_link: "Check a receipt" | "Eine Löschbescheinigung prüfen";

    title: "Check a receipt" | "Löschbescheinigung prüfen";
    lede: "When you delete your data here, you get a signed receipt. Check here whether a receipt is genuine."
        | "Wenn Sie hier Ihre Daten löschen, erhalten Sie eine signierte Bescheinigung. Hier prüfen Sie, ob eine echt ist.";
    label: "The receipt" | "Die Bescheinigung";
    hint: "All of it, from “tresen-receipt” to the signature. You can copy it from an email."
        | "Vollständig, von „tresen-receipt“ bis zur Signatur. Sie können sie aus einer E‑Mail kopieren.";
    check: "Check receipt" | "Bescheinigung prüfen";

    genuine: "This receipt is genuine" | "Diese Bescheinigung ist echt";
    genuine_text: "It was signed here, and nothing in it was changed."
        | "Sie wurde hier signiert, und nichts darin ist verändert.";
    not_signed: "This receipt is not valid" | "Diese Bescheinigung ist nicht gültig";
    not_signed_text: "It was not signed here, or something in it was changed."
        | "Sie wurde nicht hier signiert, oder etwas darin ist verändert.";
    unreadable: "The receipt cannot be read" | "Die Bescheinigung lässt sich nicht lesen";
    unreadable_text: "Part of it is missing. Please copy all of it." | "Ein Teil fehlt. Bitte kopieren Sie alles.";

    says: "What it says" | "Was darin steht";
    id: "Number" | "Nummer";
    desk: "Issued by" | "Ausgestellt von";
    finished: "Deletion finished" | "Löschung abgeschlossen";
    wish: "Requested by" | "Auf Wunsch";
    deleted: "Deleted" | "Gelöscht";
    everything_else: "email address, name and everything else about the person"
        | "E‑Mail-Adresse, Name und alles Weitere über die Person";
    out_of_reach: "Out of reach" | "Nicht erreichbar";
    delivered: "Emails that were already delivered." | "E‑Mails, die bereits zugestellt waren.";

    key_title: "Key for checking elsewhere" | "Schlüssel zum Prüfen an anderer Stelle";
    key_text: "Ed25519. The signed text is the lines from “tresen-receipt” to “key-backup-days”, each with a line feed at its end."
        | "Ed25519. Signiert sind die Zeilen von „tresen-receipt“ bis „key-backup-days“, jede mit einem Zeilenvorschub am Ende.";
}

/// By whose wish somebody was erased.
pub const fn whose(language: Language, wish: Wish) -> &'static str {
    match (wish, language) {
        (Wish::Person, Language::English) => "the person, signed in",
        (Wish::Person, Language::German) => "der Person, angemeldet",
        (Wish::Link, Language::English) => "the person, by a link sent by email",
        (Wish::Link, Language::German) => "der Person, über einen Link per E‑Mail",
        (Wish::Operator, Language::English) => "the operator",
        (Wish::Operator, Language::German) => "des Betreibers",
        (Wish::Retention, Language::English) => "nobody: the retention period had ended",
        (Wish::Retention, Language::German) => "von niemandem: Die Aufbewahrungsfrist war abgelaufen",
        (Wish::Agent(Asked::Phone), Language::English) => "the person, by phone",
        (Wish::Agent(Asked::Phone), Language::German) => "der Person, telefonisch geäußert",
        (Wish::Agent(Asked::Mail), Language::English) => "the person, by email or letter",
        (Wish::Agent(Asked::Mail), Language::German) => "der Person, per E‑Mail oder Brief geäußert",
        (Wish::Agent(Asked::InPerson), Language::English) => "the person, in person",
        (Wish::Agent(Asked::InPerson), Language::German) => "der Person, persönlich geäußert",
        (Wish::Agent(Asked::Otherwise), Language::English) => "the person, through an agent",
        (Wish::Agent(Asked::Otherwise), Language::German) => "der Person, gegenüber dem Team geäußert",
    }
}

/// Until when a backup of the key store may exist.
pub fn key_backups(language: Language, days: u32) -> Option<String> {
    match days {
        0 => None,
        days => {
            let english = days_in_words(Language::English, Case::Accusative, days);
            // It begins the sentence.
            let german = match days {
                1 => "Einen Tag".to_owned(),
                days => format!("{days} Tage"),
            };
            Some(say!(
                language,
                "For {english}: backups of the key store, which can decrypt backups of the data.",
                "{german} lang: Sicherungen des Schlüsselspeichers, mit denen sich Sicherungen der Daten lesen lassen."
            ))
        }
    }
}
