//! Files that a scanner keeps back.

texts! {
    infected: "Held back: a virus scanner found something in this file."
        | "Zurückgehalten: Ein Virenscanner hat in dieser Datei etwas gefunden.";
    waiting: "Not checked yet: a virus scanner checks this file first."
        | "Noch nicht geprüft: Ein Virenscanner prüft diese Datei zuerst.";
    finding: "Finding:" | "Fund:";
    infected_title: "This file is held back" | "Diese Datei wird zurückgehalten";
    infected_text: "A virus scanner found something in it, so it cannot be downloaded. If it is yours, please send a clean copy."
        | "Ein Virenscanner hat darin etwas gefunden, deshalb lässt sie sich nicht herunterladen. Wenn es Ihre Datei ist, senden Sie bitte eine saubere Kopie.";
    waiting_title: "This file has not been checked yet" | "Diese Datei wurde noch nicht geprüft";
    waiting_text: "A virus scanner checks it first. Please try again in a few minutes."
        | "Ein Virenscanner prüft sie zuerst. Bitte versuchen Sie es in einigen Minuten noch einmal.";
    picture_of: "Preview of the image" | "Vorschau des Bildes";
}
