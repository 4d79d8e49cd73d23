//! Files that a scanner keeps back.

texts! {
    infected: "Kept back: a virus scanner has found something in this file."
        | "Zurückgehalten: Ein Virenscanner hat in dieser Datei etwas gefunden.";
    waiting: "Not checked yet: a virus scanner looks at this file first."
        | "Noch nicht geprüft: Ein Virenscanner sieht sich diese Datei zuerst an.";
    finding: "Finding:" | "Fund:";
    infected_title: "This file is kept back" | "Diese Datei wird zurückgehalten";
    infected_text: "A virus scanner has found something in it, so nobody gets it. If it is yours, please send a clean copy."
        | "Ein Virenscanner hat darin etwas gefunden, deshalb bekommt sie niemand. Wenn es Ihre Datei ist, senden Sie bitte eine saubere Kopie.";
    waiting_title: "This file has not been checked yet" | "Diese Datei wurde noch nicht geprüft";
    waiting_text: "A virus scanner looks at it first. Please try again in a few minutes."
        | "Ein Virenscanner sieht sie sich zuerst an. Bitte versuchen Sie es in einigen Minuten noch einmal.";
    picture_of: "Preview of the image" | "Vorschau des Bildes";
}
