//! Deleting oneself, for good.

use tresen_model::Language;
use tresen_model::views::ErasureCount;

texts! {
    title: "Delete my account and personal data" | "Mein Konto und meine Daten löschen";
    lede: "For good, at once, and without giving reasons." | "Endgültig, sofort und ohne Begründung.";
    what_title: "This will be deleted" | "Das wird gelöscht";
    person: "your mail address and everything else that we know of you, such as name and password"
        | "Ihre E‑Mail-Adresse und alles Weitere, was wir über Sie wissen, etwa Name und Passwort";
    means_title: "What that means" | "Was das bedeutet";
    for_good: "There is no way back: nobody can restore anything, and neither can we."
        | "Es gibt kein Zurück: Niemand kann etwas wiederherstellen, auch wir nicht.";
    own_mailbox: "Mails that have already reached your own mailbox stay there. Only you can delete those."
        | "E‑Mails, die schon in Ihrem eigenen Postfach liegen, bleiben dort. Die können nur Sie löschen.";
    staff: "Your answers to customers stay with their requests, without your name."
        | "Ihre Antworten an Kunden bleiben bei deren Anfragen, ohne Ihren Namen.";
    password: "Your password" | "Ihr Passwort";
    password_hint: "So that nobody else can do this." | "Damit das niemand sonst tun kann.";
    delete: "Delete everything for good" | "Alles endgültig löschen";
    keep: "Cancel, keep everything" | "Abbrechen, alles behalten";

    ask_lede: "You need no account for this. Give us the mail address with which you have written to us."
        | "Dafür brauchen Sie kein Konto. Nennen Sie uns die E‑Mail-Adresse, mit der Sie uns geschrieben haben.";
    email: "Your mail address" | "Ihre E‑Mail-Adresse";
    email_hint: "We send you a link. Nothing is deleted before you open it and press the button there."
        | "Wir schicken Ihnen einen Link. Gelöscht wird erst, wenn Sie ihn öffnen und dort auf den Knopf drücken.";
    ask: "Send me the link" | "Link zusenden";
    have_account: "You have an account and know your password?" | "Sie haben ein Konto und kennen Ihr Passwort?";
    log_in: "Then log in, and you need no mail." | "Dann melden Sie sich an, ganz ohne E‑Mail.";
    see_first: "You would like to see first what we store about you?" | "Sie möchten erst sehen, was wir über Sie gespeichert haben?";
    see: "We show you, also without an account." | "Das zeigen wir Ihnen, auch ohne Konto.";
    no_password: "You do not know your password? We send a link to your mail address. Its page deletes without a password."
        | "Sie kennen Ihr Passwort nicht? Wir schicken einen Link an Ihre E‑Mail-Adresse. Auf der Seite dahinter löschen Sie ohne Passwort.";
    sent_lede: "If we have anything under the address that you gave, a mail is on its way there. Its link leads on."
        | "Wenn wir unter der angegebenen Adresse etwas gespeichert haben, ist dorthin eine E‑Mail unterwegs. Mit dem Link darin geht es weiter.";

    done_title: "Everything is deleted" | "Alles ist gelöscht";
    done_lede: "Your account and your personal data are gone, and so is everything you wrote to us."
        | "Ihr Konto und Ihre Daten sind weg, und mit ihnen alles, was Sie uns geschrieben haben.";
    done_what: "This was deleted" | "Das wurde gelöscht";
    done_when: "Finished:" | "Abgeschlossen:";
    done_person: "your mail address and everything else that we knew of you"
        | "Ihre E‑Mail-Adresse und alles Weitere, was wir über Sie wussten";
}

texts! {
    unfinished_title: "The deletion has begun, and is not finished yet" | "Die Löschung hat begonnen, ist aber noch nicht fertig";
    unfinished_text: "A fault on our side came between, such as a full disk. There is nothing for you to do: it is tried again by itself, several times a minute, until everything is deleted. Nobody can see the data here any more. Where the mail address was confirmed, the receipt comes by mail at the end."
        | "Bei uns ist eine Störung dazwischengekommen, etwa ein voller Datenträger. Sie brauchen nichts weiter zu tun: Die Löschung wird mehrmals in der Minute von selbst wieder versucht, bis alles gelöscht ist. Zu sehen sind die Daten hier schon jetzt für niemanden mehr. War die E‑Mail-Adresse bestätigt, kommt die Bescheinigung am Ende per E‑Mail.";
    not_begun_title: "Nothing is deleted yet" | "Noch ist nichts gelöscht";
    not_begun_text: "A fault on our side, such as a full disk, kept the deletion from beginning. It is tried again by itself, several times a minute. If there is still something to be seen tomorrow, please ask once more: a restart of our program would have lost the wish."
        | "Eine Störung bei uns, etwa ein voller Datenträger, hat die Löschung verhindert. Sie wird mehrmals in der Minute von selbst wieder versucht. Ist morgen noch etwas zu sehen, wiederholen Sie sie bitte: Ein Neustart unseres Programms hätte den Wunsch verloren.";
}

texts! {
    agent_title: "Erase this customer" | "Daten dieser Person löschen";
    agent_lede: "For customers who have asked you to. Everything of theirs goes, in all their requests, for good and at once."
        | "Für alle, die Sie darum gebeten haben. Alles von dieser Person wird gelöscht, in allen ihren Anfragen, endgültig und sofort.";
    agent_person: "the mail address and everything else that is known of the person"
        | "E‑Mail-Adresse und alles Weitere, was über die Person bekannt ist";
    agent_told: "If the address was proven, the person gets one last mail with the receipt."
        | "Ist die Adresse bestätigt, bekommt die Person eine letzte E‑Mail mit der Bescheinigung.";
    agent_sure: "Make sure that the right person asks: call back, or answer in the request."
        | "Vergewissern Sie sich, dass die richtige Person darum bittet: Rufen Sie zurück, oder antworten Sie in der Anfrage.";
    asked: "How did they ask?" | "Wie wurde darum gebeten?";
    asked_hint: "This stays on record, without any personal data." | "Das wird festgehalten, ohne persönliche Angaben.";
    asked_prompt: "Please choose" | "Bitte wählen";
    asked_phone: "On the phone" | "Am Telefon";
    asked_mail: "By mail or letter" | "Per E‑Mail oder Brief";
    asked_in_person: "In person" | "Persönlich";
    asked_otherwise: "Otherwise" | "Auf anderem Weg";
    agent_delete: "Erase everything for good" | "Alles endgültig löschen";
    agent_keep: "Cancel, back to the request" | "Abbrechen, zurück zur Anfrage";
    agent_done_lede: "The customer, and everything they wrote here, is gone." | "Die Person und alles, was sie hier geschrieben hat, ist weg.";
    agent_back: "Back to the queue" | "Zurück zur Übersicht";
}

/// Until when backups can still be read.
pub fn backups(language: Language, days: u32) -> String {
    match days {
        0 => say!(
            language,
            "Backups become unreadable at the same moment: they are encrypted, and your key is deleted.",
            "Sicherungskopien werden im selben Augenblick unlesbar: Sie sind verschlüsselt, und Ihr Schlüssel wird gelöscht."
        ),
        1 => say!(
            language,
            "Backups become unreadable too: they are encrypted, and the last copy of your key is gone after one day at the latest.",
            "Auch Sicherungskopien werden unlesbar: Sie sind verschlüsselt, und die letzte Kopie Ihres Schlüssels ist spätestens nach einem Tag gelöscht."
        ),
        days => say!(
            language,
            "Backups become unreadable too: they are encrypted, and the last copy of your key is gone after {days} days at the latest.",
            "Auch Sicherungskopien werden unlesbar: Sie sind verschlüsselt, und die letzte Kopie Ihres Schlüssels ist spätestens nach {days} Tagen gelöscht."
        ),
    }
}

/// What an erasure removes, a line for each kind of which there is any.
pub fn counted(language: Language, count: &ErasureCount) -> Vec<String> {
    type Forms = (&'static str, &'static str);
    let german = language == Language::German;
    let line = |number: u64, english: Forms, its_german: Forms| {
        let (one, many) = if german { its_german } else { english };
        let noun = if number == 1 { one } else { many };
        (number > 0).then(|| format!("{} {noun}", grouped(language, number)))
    };
    [
        line(count.requests, ("request", "requests"), ("Anfrage", "Anfragen")),
        line(
            count.comments,
            ("message", "messages and notes in them"),
            ("Nachricht", "Nachrichten und Notizen darin"),
        ),
        line(count.attachments, ("file", "files"), ("Datei", "Dateien")),
        line(
            count.history,
            ("entry in the history", "entries in the history"),
            ("Eintrag im Verlauf", "Einträge im Verlauf"),
        ),
        line(
            count.mails,
            ("mail in our outbox", "mails in our outbox"),
            ("E‑Mail in unserem Postausgang", "E‑Mails in unserem Postausgang"),
        ),
        line(count.consents, ("consent", "consents"), ("Einwilligung", "Einwilligungen")),
        line(count.sessions, ("open session", "open sessions"), ("offene Sitzung", "offene Sitzungen")),
        line(
            count.tokens,
            ("link that we sent you", "links that we sent you"),
            ("Link, den wir Ihnen geschickt haben", "Links, die wir Ihnen geschickt haben"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A number with a mark every three digits: `12,345`, in German `12.345`.
pub(crate) fn grouped(language: Language, number: u64) -> String {
    let digits = number.to_string();
    let mark = if language == Language::German { '.' } else { ',' };
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_words() {
        let count = ErasureCount { requests: 1, comments: 12_345, mails: 1, tokens: 2, ..Default::default() };
        assert_eq!(
            counted(Language::English, &count),
            [
                "1 request",
                "12,345 messages and notes in them",
                "1 mail in our outbox",
                "2 links that we sent you"
            ]
        );
        assert_eq!(
            counted(Language::German, &count),
            [
                "1 Anfrage",
                "12.345 Nachrichten und Notizen darin",
                "1 E‑Mail in unserem Postausgang",
                "2 Links, die wir Ihnen geschickt haben"
            ]
        );
        assert!(counted(Language::English, &ErasureCount::default()).is_empty());
        let grouped = [7, 100, 1000, 1_234_567].map(|number| grouped(Language::English, number));
        assert_eq!(grouped, ["7", "100", "1,000", "1,234,567"]);
    }
}
