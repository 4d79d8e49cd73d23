//! What a person did wrong, said so that they can put it right.

use tresen_model::{Language, Problem};

use super::live::size;

/// A sentence for beside the field.
pub fn problem(language: Language, problem: &Problem) -> String {
    match problem {
        Problem::EmailMissing => say!(
            language,
            "Please give your mail address, so that we can answer you.",
            "Bitte geben Sie Ihre E-Mail-Adresse an, damit wir Ihnen antworten können."
        ),
        Problem::EmailInvalid => say!(
            language,
            "This is not a complete mail address. It looks like name@example.com.",
            "Das ist keine vollständige E-Mail-Adresse. Sie sieht aus wie name@example.com."
        ),
        Problem::EmailUnchanged => {
            say!(language, "This is your address already.", "Das ist bereits Ihre Adresse.")
        }
        Problem::NameMissing => say!(language, "Please give a name.", "Bitte geben Sie einen Namen an."),
        Problem::NameTooLong { max } => say!(
            language,
            "A name can have {max} characters at most.",
            "Ein Name darf höchstens {max} Zeichen lang sein."
        ),
        Problem::SubjectMissing => say!(
            language,
            "Please say in a few words what it is about.",
            "Bitte sagen Sie in wenigen Worten, worum es geht."
        ),
        Problem::SubjectTooLong { max } => say!(
            language,
            "A subject can have {max} characters at most. The details belong in the text.",
            "Ein Betreff darf höchstens {max} Zeichen lang sein. Einzelheiten gehören in den Text."
        ),
        Problem::BodyMissing => say!(
            language,
            "Please write what we can do for you.",
            "Bitte schreiben Sie, was wir für Sie tun können."
        ),
        Problem::BodyTooLong { max, length } => say!(
            language,
            "The text has {length} characters, but {max} is the most. Please shorten it, or attach the long part as a file.",
            "Der Text hat {length} Zeichen, höchstens {max} sind möglich. Bitte kürzen Sie ihn oder fügen Sie den langen Teil als Datei an."
        ),
        Problem::KindUnknown => {
            say!(language, "Please choose what it is about.", "Bitte wählen Sie aus, worum es geht.")
        }
        Problem::ConsentMissing => say!(
            language,
            "Without your consent we may not store your request. Please tick the box if you agree.",
            "Ohne Ihre Einwilligung dürfen wir Ihre Anfrage nicht speichern. Bitte setzen Sie den Haken, wenn Sie einverstanden sind."
        ),
        Problem::FilesTooLarge { max } => {
            let max = size(language, *max);
            say!(
                language,
                "All files together can have {max} at most. Please choose smaller ones.",
                "Alle Dateien zusammen dürfen höchstens {max} groß sein. Bitte wählen Sie kleinere."
            )
        }
        Problem::TooManyFiles { max } => say!(
            language,
            "At most {max} files can be sent at once.",
            "Es können höchstens {max} Dateien auf einmal gesendet werden."
        ),
        Problem::PasswordTooShort { min } => say!(
            language,
            "A password needs {min} characters at least. A few words in a row are easy to remember.",
            "Ein Passwort braucht mindestens {min} Zeichen. Ein paar Wörter hintereinander lassen sich gut merken."
        ),
        Problem::PasswordTooLong { max } => say!(
            language,
            "A password can have {max} characters at most.",
            "Ein Passwort darf höchstens {max} Zeichen lang sein."
        ),
        Problem::PasswordWeak => say!(
            language,
            "This password would be guessed quickly. Add a word or two that do not belong together.",
            "Dieses Passwort wäre schnell erraten. Hängen Sie ein oder zwei Wörter an, die nicht zusammenpassen."
        ),
        Problem::PasswordWrong => {
            say!(language, "This is not your current password.", "Das ist nicht Ihr aktuelles Passwort.")
        }
        Problem::CodeWrong => say!(
            language,
            "This code is not right, or it was used already. Please take the next one.",
            "Dieser Code stimmt nicht oder wurde schon verwendet. Bitte nehmen Sie den nächsten."
        ),
        Problem::FactorRequired => say!(
            language,
            "Whoever works here needs a second factor, so the last one cannot be removed.",
            "Wer hier arbeitet, braucht einen zweiten Faktor, deshalb lässt sich der letzte nicht entfernen."
        ),
        Problem::LoginFailed => say!(
            language,
            "Address and password do not match. Please check both.",
            "Adresse und Passwort passen nicht zusammen. Bitte prüfen Sie beides."
        ),
        Problem::PasskeyRefused => say!(
            language,
            "That passkey was not taken. Please try it once more, or another way.",
            "Dieser Passkey wurde nicht angenommen. Bitte versuchen Sie es noch einmal, oder einen anderen Weg."
        ),
        Problem::TooManyPasskeys { max } => say!(
            language,
            "You have {max} passkeys already. Remove one that you do not use.",
            "Sie haben schon {max} Passkeys. Entfernen Sie einen, den Sie nicht benutzen."
        ),
        Problem::OnlyWithProvider => say!(
            language,
            "People who work here sign in with the button of their organisation, on the login page.",
            "Wer hier arbeitet, meldet sich auf der Anmeldeseite mit der Schaltfläche der eigenen Organisation an."
        ),
        Problem::KindsMissing => say!(
            language,
            "Please choose one type at least, or all of them.",
            "Bitte wählen Sie mindestens eine Art aus, oder alle."
        ),
        Problem::WorksHere => say!(
            language,
            "Whoever has this address works here already. Choose the name in the list to change something.",
            "Die Person mit dieser Adresse arbeitet schon hier. Wählen Sie den Namen in der Liste, um etwas zu ändern."
        ),
        Problem::LastAdmin => say!(
            language,
            "This is the only admin. Give somebody else that role first.",
            "Das ist die einzige Person, die den Servicedesk verwaltet. Geben Sie zuerst jemand anderem diese Rolle."
        ),
        Problem::FormUnreadable => say!(
            language,
            "What your browser sent could not be read. Please send it again.",
            "Was Ihr Browser gesendet hat, war nicht lesbar. Bitte senden Sie es noch einmal."
        ),
        Problem::ChoiceUnknown => {
            say!(language, "Please choose one of the values.", "Bitte wählen Sie einen der Werte aus.")
        }
        Problem::DataRestricted => say!(
            language,
            "The processing of your data is restricted, so nothing can be sent at the moment. You lift the restriction under “Account”, “My data”.",
            "Die Verarbeitung Ihrer Daten ist eingeschränkt, deshalb lässt sich gerade nichts senden. Unter „Konto“, „Meine Daten“ heben Sie die Sperrung auf."
        ),
        Problem::CustomerRestricted => say!(
            language,
            "The processing of this customer's data is restricted. Nothing can be written down until that is lifted.",
            "Die Verarbeitung der Daten dieses Kunden ist eingeschränkt. Bis das aufgehoben ist, kann nichts aufgeschrieben werden."
        ),
        Problem::TooManyGuesses { wait } => {
            let wait = duration(language, *wait);
            say!(
                language,
                "Wrong passwords came too often for this address. Please try again in {wait}. If that was not you: with “Forgot your password?” you get a link that works at once.",
                "Für diese Adresse kam zu oft ein falsches Passwort. Bitte versuchen Sie es in {wait} noch einmal. Wenn Sie das nicht waren: Über „Passwort vergessen?“ bekommen Sie einen Link, der sofort funktioniert."
            )
        }
        Problem::TooManyAttempts { wait } => {
            let wait = duration(language, *wait);
            say!(
                language,
                "That was too often in a short time. Please try again in {wait}.",
                "Das war zu oft in kurzer Zeit. Bitte versuchen Sie es in {wait} noch einmal."
            )
        }
    }
}

/// A network was over its limit, on a page that came instead of what was sent for.
pub fn too_many_text(language: Language, wait: u64) -> String {
    let wait = duration(language, wait);
    say!(
        language,
        "From your network more was sent in a short time than we take. Nothing of it is lost: go back and send it again in {wait}.",
        "Aus Ihrem Netz kam in kurzer Zeit mehr, als wir annehmen. Es ist nichts verloren: Gehen Sie zurück und senden Sie es in {wait} noch einmal."
    )
}

/// The same, beside the form that was sent.
pub fn too_many_here(language: Language, wait: u64) -> String {
    let wait = duration(language, wait);
    say!(
        language,
        "From your network more was sent in a short time than we take. Nothing is lost: please send it again in {wait}.",
        "Aus Ihrem Netz kam in kurzer Zeit mehr, als wir annehmen. Es ist nichts verloren: Bitte senden Sie es in {wait} noch einmal."
    )
}

/// How long to wait, in words: seconds, or minutes rounded up.
fn duration(language: Language, seconds: u64) -> String {
    match seconds {
        ..=1 => say!(language, "one second", "einer Sekunde"),
        2..=90 => say!(language, "{seconds} seconds", "{seconds} Sekunden"),
        _ => {
            let minutes = seconds.div_ceil(60);
            say!(language, "{minutes} minutes", "{minutes} Minuten")
        }
    }
}
