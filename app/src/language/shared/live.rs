//! What the app says by itself, in the browser.

texts! {
    sending: "Sending …" | "Wird gesendet …";
    proving: "One moment: your browser is solving a small task that keeps bots away. You do not need to do anything."
        | "Einen Augenblick: Ihr Browser löst eine kleine Aufgabe, die Bots fernhält. Sie brauchen nichts zu tun.";
    no_connection: "The server could not be reached. What you typed is still here. Please check your connection and send it again."
        | "Der Server war nicht erreichbar. Ihre Eingaben sind noch da. Bitte prüfen Sie Ihre Verbindung, und senden Sie noch einmal.";
    unreached: "The page could not be loaded. Please check your connection and try again."
        | "Die Seite konnte nicht geladen werden. Bitte prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.";
    offline: "You are offline. What you type stays here."
        | "Sie sind offline. Was Sie schreiben, bleibt erhalten.";
    try_again: "Try again" | "Noch einmal versuchen";
    stop: "Stop" | "Abbrechen";
    stopped: "Not sent. What you typed is still here." | "Nicht gesendet. Ihre Eingaben sind noch da.";
    remove: "Remove" | "Entfernen";
    drop_here: "You can also drop files here or paste an image."
        | "Sie können Dateien auch hierher ziehen oder ein Bild einfügen.";
    chosen_files: "Chosen files" | "Ausgewählte Dateien";
    no_passkey: "No passkey was used. Please try again or use another way."
        | "Es wurde kein Passkey benutzt. Bitte versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.";
    something_new: "There are updates." | "Es gibt Neues.";
    show: "Show" | "Anzeigen";
    new_comments: "There is a new message." | "Es gibt eine neue Nachricht.";
}

/// More files were chosen than may be sent.
pub fn too_many_files(language: tresen_model::Language, max: usize) -> String {
    say!(
        language,
        "You can send at most {max} files at once. The others were left out.",
        "Sie können höchstens {max} Dateien auf einmal senden. Die übrigen wurden weggelassen."
    )
}

/// The chosen files are too large.
pub fn files_too_large(language: tresen_model::Language, max: u64) -> String {
    let max = size(language, max);
    say!(
        language,
        "All files together can have at most {max}. Files that did not fit were left out.",
        "Alle Dateien zusammen dürfen höchstens {max} groß sein. Dateien, die nicht mehr passten, wurden weggelassen."
    )
}

/// A number of bytes as people say it: `1.4 MB`, in German `1,4 MB`.
pub fn size(language: tresen_model::Language, bytes: u64) -> String {
    let (unit, per) = match bytes {
        0..1024 => return format!("{bytes} B"),
        1024..1_048_576 => ("KB", 1024),
        _ => ("MB", 1_048_576),
    };
    let tenths = bytes.saturating_mul(10).div_ceil(per);
    let (whole, tenth) = (tenths / 10, tenths % 10);
    match language {
        _ if tenth == 0 || whole >= 10 => format!("{} {unit}", if tenth >= 5 { whole + 1 } else { whole }),
        tresen_model::Language::English => format!("{whole}.{tenth} {unit}"),
        tresen_model::Language::German => format!("{whole},{tenth} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use tresen_model::Language;

    use super::*;

    #[test]
    fn sizes_as_people_say_them() {
        for (bytes, english) in
            [(0, "0 B"), (1023, "1023 B"), (1024, "1 KB"), (1500, "1.5 KB"), (26_214_400, "25 MB")]
        {
            assert_eq!(size(Language::English, bytes), english);
        }
        assert_eq!(size(Language::German, 1_500_000), "1,5 MB");
    }
}
