//! Receipts of erasures.

use tresen_model::Language;
use tresen_model::wish::{Asked, Wish};

texts! {
    yours: "Your receipt" | "Ihre Löschbescheinigung";
    yours_text: "It shows what was deleted and when, is signed, and holds nothing that says who you are. Keep it if you like: we do not."
        | "Sie zeigt, was wann gelöscht wurde, ist unterschrieben und verrät nicht, wer Sie sind. Bewahren Sie sie auf, wenn Sie mögen: Wir tun es nicht.";
    download: "Download the receipt" | "Bescheinigung herunterladen";
    check_link: "Check a receipt" | "Eine Löschbescheinigung prüfen";

    title: "Check a receipt" | "Löschbescheinigung prüfen";
    lede: "Whoever erases their data here gets a signed receipt. Here you can see whether one is genuine."
        | "Wer hier seine Daten löscht, bekommt eine unterschriebene Bescheinigung. Hier lässt sich sehen, ob eine echt ist.";
    label: "The receipt" | "Die Bescheinigung";
    hint: "All of it, from “tresen-receipt” to the signature. It may be copied from a mail."
        | "Vollständig, von „tresen-receipt“ bis zur Unterschrift. Sie darf aus einer E‑Mail kopiert sein.";
    check: "Check" | "Prüfen";

    genuine: "This receipt is genuine" | "Diese Bescheinigung ist echt";
    genuine_text: "It was signed here, and nothing in it was changed." | "Sie wurde hier unterschrieben, und nichts darin ist verändert.";
    not_signed: "This receipt is not valid" | "Diese Bescheinigung ist nicht gültig";
    not_signed_text: "It was not signed here, or something in it was changed."
        | "Sie wurde nicht hier unterschrieben, oder etwas darin ist verändert.";
    unreadable: "This cannot be read as a receipt" | "Das lässt sich nicht als Bescheinigung lesen";
    unreadable_text: "Something is missing. Please copy all of it." | "Es fehlt etwas. Bitte kopieren Sie alles.";

    says: "What it says" | "Was darin steht";
    id: "Number" | "Nummer";
    desk: "Issued by" | "Ausgestellt von";
    finished: "Erasure finished" | "Löschung abgeschlossen";
    wish: "At the wish of" | "Auf Wunsch";
    deleted: "Deleted" | "Gelöscht";
    everything_else: "mail address, name and everything else about the person"
        | "E‑Mail-Adresse, Name und alles Weitere über die Person";
    out_of_reach: "Out of reach" | "Nicht erreichbar";
    delivered: "Mails that were already delivered." | "E‑Mails, die bereits zugestellt waren.";

    key_title: "The key for checking elsewhere" | "Der Schlüssel, um anderswo zu prüfen";
    key_text: "Ed25519. What is signed are the lines from “tresen-receipt” to “key-backup-days”, each with a line feed at its end."
        | "Ed25519. Unterschrieben sind die Zeilen von „tresen-receipt“ bis „key-backup-days“, jede mit einem Zeilenvorschub am Ende.";
}

/// By whose wish somebody was erased.
pub const fn whose(language: Language, wish: Wish) -> &'static str {
    match (wish, language) {
        (Wish::Person, Language::English) => "the person, logged in",
        (Wish::Person, Language::German) => "der Person, angemeldet",
        (Wish::Link, Language::English) => "the person, by a mailed link",
        (Wish::Link, Language::German) => "der Person, über einen zugeschickten Link",
        (Wish::Operator, Language::English) => "those who run the desk",
        (Wish::Operator, Language::German) => "der Betreiber",
        (Wish::Retention, Language::English) => "nobody: the time for which data are kept had passed",
        (Wish::Retention, Language::German) => "von niemandem: Die Aufbewahrungsfrist war abgelaufen",
        (Wish::Agent(Asked::Phone), Language::English) => "the person, who asked on the phone",
        (Wish::Agent(Asked::Phone), Language::German) => "der Person, am Telefon geäußert",
        (Wish::Agent(Asked::Mail), Language::English) => "the person, who asked by mail or letter",
        (Wish::Agent(Asked::Mail), Language::German) => "der Person, per E‑Mail oder Brief geäußert",
        (Wish::Agent(Asked::InPerson), Language::English) => "the person, who asked face to face",
        (Wish::Agent(Asked::InPerson), Language::German) => "der Person, persönlich geäußert",
        (Wish::Agent(Asked::Otherwise), Language::English) => "the person, who asked an agent",
        (Wish::Agent(Asked::Otherwise), Language::German) => "der Person, gegenüber dem Service geäußert",
    }
}

/// Until when a backup of the key store may exist.
pub fn key_backups(language: Language, days: u32) -> Option<String> {
    match days {
        0 => None,
        1 => Some(say!(
            language,
            "For one day: backups of the key store, with which backups of the data can be read.",
            "Einen Tag lang: Sicherungen des Schlüsselspeichers, mit denen sich Sicherungen der Daten lesen lassen."
        )),
        days => Some(say!(
            language,
            "For {days} days: backups of the key store, with which backups of the data can be read.",
            "{days} Tage lang: Sicherungen des Schlüsselspeichers, mit denen sich Sicherungen der Daten lesen lassen."
        )),
    }
}
