//! Around the privacy statement and the imprint, whose texts come from the desk.

use tresen_model::Language;

texts! {
    contents: "Contents" | "Inhalt";
    draft_title: "This is a draft" | "Das ist ein Entwurf";
    draft: "The operator has not filled in everything yet. Missing details are in square brackets."
        | "Der Betreiber hat noch nicht alles ausgefüllt. Was fehlt, steht in eckigen Klammern.";
    earlier_title: "This is an earlier version" | "Das ist eine frühere Fassung";
    earlier: "It stays here because people may have agreed to it." | "Sie bleibt hier, weil ihr jemand zugestimmt haben kann.";
    in_force: "Read the current version" | "Geltende Fassung lesen";
    delete: "Delete my account and personal data" | "Mein Konto und meine Daten löschen";
}

/// Which version it is, and since when.
pub fn version(language: Language, version: i64, since: &str) -> String {
    say!(language, "Version {version}, since {since}", "Fassung {version}, seit {since}")
}
