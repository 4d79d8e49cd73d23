//! What a person did wrong, said so that they can put it right.

use tresen_model::{Language, Problem};

use super::live::size;

/// A sentence for beside the field.
pub fn problem(language: Language, problem: &Problem) -> String {
    match problem {
        Problem::EmailMissing => say!(
            language,
            "Please give your email address, so that we can reply to you.",
            "Bitte geben Sie Ihre E‑Mail-Adresse an, damit wir Ihnen antworten können."
        ),
        Problem::EmailInvalid => say!(
            language,
            "This is not a complete email address. Example: name@example.com.",
            "Das ist keine vollständige E‑Mail-Adresse. Beispiel: name@example.com."
        ),
        Problem::EmailUnchanged => {
            say!(language, "This is already your address.", "Das ist bereits Ihre Adresse.")
        }
        Problem::NameMissing => say!(language, "Please give a name.", "Bitte geben Sie einen Namen an."),
        Problem::NameTooLong { max } => say!(
            language,
            "A name can have at most {max} characters.",
            "Ein Name darf höchstens {max} Zeichen lang sein."
        ),
        Problem::NameTaken => say!(
            language,
            "This name is in use. Please choose another.",
            "Dieser Name ist vergeben. Bitte wählen Sie einen anderen."
        ),
        Problem::WebAddressInvalid => say!(
            language,
            "This is not a complete web address. Example: https://shop.example.com/hook.",
            "Das ist keine vollständige Webadresse. Beispiel: https://shop.example.com/hook."
        ),
        Problem::SubjectMissing => say!(
            language,
            "Please say in a few words what it is about.",
            "Bitte sagen Sie in wenigen Worten, worum es geht."
        ),
        Problem::SubjectTooLong { max } => say!(
            language,
            "A subject can have at most {max} characters. Put the details in the text.",
            "Ein Betreff darf höchstens {max} Zeichen lang sein. Schreiben Sie Einzelheiten in den Text."
        ),
        Problem::BodyMissing => say!(
            language,
            "Please write what we can do for you.",
            "Bitte schreiben Sie, was wir für Sie tun können."
        ),
        Problem::BodyTooLong { max, length } => say!(
            language,
            "The text has {length} characters, the limit is {max}. Please shorten it, or attach the long part as a file.",
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
                "All files together can have at most {max}. Please choose smaller ones.",
                "Alle Dateien zusammen dürfen höchstens {max} groß sein. Bitte wählen Sie kleinere."
            )
        }
        Problem::AddressInUse => say!(
            language,
            "This address belongs to another account or to somebody on the team, so your account cannot take it. Delete that account, or choose another address.",
            "Diese Adresse gehört zu einem anderen Konto oder zu jemandem im Team, deshalb kann Ihr Konto sie nicht übernehmen. Löschen Sie jenes Konto, oder wählen Sie eine andere Adresse."
        ),
        Problem::AddressRestricted => say!(
            language,
            "Requests were sent from this address, and the processing of that data is restricted. Lift the restriction or delete that data, then confirm again: requests from this address then move to your account.",
            "Von dieser Adresse kamen schon Anfragen, und für diese Daten gilt die Einschränkung der Verarbeitung. Heben Sie sie auf, oder löschen Sie diese Daten, und bestätigen Sie dann noch einmal: Anfragen von dieser Adresse kommen dann zu Ihrem Konto."
        ),
        Problem::TooManyFiles { max } => say!(
            language,
            "You can send at most {max} files at once.",
            "Sie können höchstens {max} Dateien auf einmal senden."
        ),
        Problem::PasswordTooShort { min } => say!(
            language,
            "A password needs at least {min} characters. A few words in a row are easy to remember.",
            "Ein Passwort braucht mindestens {min} Zeichen. Ein paar Wörter hintereinander lassen sich gut merken."
        ),
        Problem::PasswordTooLong { max } => say!(
            language,
            "A password can have at most {max} characters.",
            "Ein Passwort darf höchstens {max} Zeichen lang sein."
        ),
        Problem::PasswordWeak => say!(
            language,
            "This password would be guessed quickly. Add one or two unrelated words.",
            "Dieses Passwort wäre schnell erraten. Hängen Sie ein oder zwei Wörter an, die nicht zusammenpassen."
        ),
        Problem::PasswordWrong => {
            say!(language, "This is not your current password.", "Das ist nicht Ihr aktuelles Passwort.")
        }
        Problem::CodeWrong => say!(
            language,
            "This code is wrong or was used already. Please enter the next one.",
            "Dieser Code stimmt nicht oder wurde schon verwendet. Bitte geben Sie den nächsten ein."
        ),
        Problem::FactorRequired => say!(
            language,
            "Your account needs a second factor, so you cannot remove the last one.",
            "Ihr Konto braucht einen zweiten Faktor, deshalb lässt sich der letzte nicht entfernen."
        ),
        Problem::LoginFailed => say!(
            language,
            "Address and password do not match. Please check both.",
            "Adresse und Passwort passen nicht zusammen. Bitte prüfen Sie beides."
        ),
        Problem::PasskeyRefused => say!(
            language,
            "This passkey was not accepted. Please try again or use another way.",
            "Dieser Passkey wurde nicht angenommen. Bitte versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg."
        ),
        Problem::TooManyPasskeys { max } => say!(
            language,
            "You already have {max} passkeys. Please remove one that you do not use.",
            "Sie haben schon {max} Passkeys. Bitte entfernen Sie einen, den Sie nicht benutzen."
        ),
        Problem::TooManyTokens { max } => say!(
            language,
            "You already have {max} tokens. Please revoke one that you do not use.",
            "Sie haben schon {max} Tokens. Bitte widerrufen Sie eines, das Sie nicht benutzen."
        ),
        Problem::ScopesMissing => say!(
            language,
            "Please choose at least one permission.",
            "Bitte wählen Sie mindestens eine Berechtigung."
        ),
        Problem::OnlyWithProvider => say!(
            language,
            "Please use the button of your organisation on the sign-in page.",
            "Bitte melden Sie sich auf der Anmeldeseite mit der Schaltfläche Ihrer Organisation an."
        ),
        Problem::KindsMissing => say!(
            language,
            "Please choose at least one type, or all of them.",
            "Bitte wählen Sie mindestens eine Art aus, oder alle."
        ),
        Problem::WorksHere => say!(
            language,
            "This person is already on the team. Choose the name in the list to change something.",
            "Diese Person gehört schon zum Team. Wählen Sie den Namen in der Liste, um etwas zu ändern."
        ),
        Problem::LastAdmin => say!(
            language,
            "This is the only admin. Give another person that role first.",
            "Das ist die einzige Person, die den Servicedesk verwaltet. Geben Sie zuerst einer anderen Person diese Rolle."
        ),
        Problem::FormUnreadable => say!(
            language,
            "Your browser sent unreadable data. Please send it again.",
            "Ihr Browser hat unlesbare Daten gesendet. Bitte senden Sie es noch einmal."
        ),
        Problem::ChoiceUnknown => {
            say!(language, "Please choose one of the values.", "Bitte wählen Sie einen der Werte aus.")
        }
        Problem::DataRestricted => say!(
            language,
            "The processing of your data is restricted, so nothing can be sent at the moment. You can lift the restriction under “Account”, “My data”.",
            "Die Verarbeitung Ihrer Daten ist eingeschränkt, deshalb lässt sich gerade nichts senden. Die Einschränkung heben Sie unter „Konto“, „Meine Daten“ auf."
        ),
        Problem::CustomerRestricted => say!(
            language,
            "The processing of this person's data is restricted. Please wait until the restriction is lifted.",
            "Die Verarbeitung der Daten dieser Person ist eingeschränkt. Bitte warten Sie, bis das aufgehoben ist."
        ),
        Problem::TooManyGuesses { wait } => {
            let wait = duration(language, *wait);
            say!(
                language,
                "A wrong password was entered too often for this address. Please try again in {wait}. If that was not you, use “Forgot your password?” to get a link that works at once.",
                "Für diese Adresse wurde zu oft ein falsches Passwort eingegeben. Bitte versuchen Sie es in {wait} noch einmal. Wenn Sie das nicht waren: Über „Passwort vergessen?“ bekommen Sie einen Link, der sofort funktioniert."
            )
        }
        Problem::TooManyAttempts { wait } => {
            let wait = duration(language, *wait);
            say!(
                language,
                "You tried too often. Please try again in {wait}.",
                "Sie haben es zu oft versucht. Bitte versuchen Sie es in {wait} noch einmal."
            )
        }
    }
}

/// A network was over its limit, on a page that came instead of what was sent for.
pub fn too_many_text(language: Language, wait: u64) -> String {
    let wait = duration(language, wait);
    say!(
        language,
        "Too many requests came from your network. Nothing is lost: go back and send it again in {wait}.",
        "Aus Ihrem Netz kamen zu viele Aufrufe. Es ist nichts verloren: Gehen Sie zurück, und senden Sie es in {wait} noch einmal."
    )
}

/// The same, beside the form that was sent.
pub fn too_many_here(language: Language, wait: u64) -> String {
    let wait = duration(language, wait);
    say!(
        language,
        "Too many requests came from your network. Nothing is lost: please send it again in {wait}.",
        "Aus Ihrem Netz kamen zu viele Aufrufe. Es ist nichts verloren: Bitte senden Sie es in {wait} noch einmal."
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
