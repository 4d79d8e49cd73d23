//! Deleting oneself, for good.

use tresen_model::Language;
use tresen_model::duration::{Case, days_in_words};
use tresen_model::views::ErasureCount;

texts! {
    title: "Delete my account and personal data" | "Mein Konto und meine Daten löschen";
    lede: "For good, at once, without giving a reason." | "Endgültig, sofort und ohne Begründung.";
    what_title: "This will be deleted" | "Das wird gelöscht";
    person: "your email address and everything else we know about you, such as name and password"
        | "Ihre E‑Mail-Adresse und alles Weitere, was wir über Sie wissen, etwa Name und Passwort";
    means_title: "What this means" | "Was das bedeutet";
    for_good: "This cannot be undone, not even by us." | "Das lässt sich nicht rückgängig machen, auch nicht von uns.";
    own_mailbox: "Emails already delivered to your own mailbox stay there. Only you can delete them."
        | "E‑Mails, die schon in Ihrem eigenen Postfach liegen, bleiben dort. Nur Sie können sie löschen.";
    staff: "Your replies to customers stay with their requests, without your name."
        | "Ihre Antworten an Kundinnen und Kunden bleiben bei deren Anfragen, ohne Ihren Namen.";
    password: "Your password" | "Ihr Passwort";
    password_hint: "So that only you can do this." | "Damit nur Sie das tun können.";
    delete: "Delete everything for good" | "Alles endgültig löschen";
    keep: "Cancel, keep everything" | "Abbrechen, alles behalten";

    ask_lede: "You need no account for this. Enter the email address you used to write to us."
        | "Dafür brauchen Sie kein Konto. Geben Sie die E‑Mail-Adresse an, mit der Sie uns geschrieben haben.";
    email: "Your email address" | "Ihre E‑Mail-Adresse";
    email_hint: "We send you a link. Nothing is deleted until you confirm on its page."
        | "Wir schicken Ihnen einen Link. Gelöscht wird erst, wenn Sie auf der Seite dahinter bestätigen.";
    ask: "Send me the link" | "Link zusenden";
    have_account: "Do you have an account and know your password?" | "Sie haben ein Konto und kennen Ihr Passwort?";
    log_in: "Sign in, then you need no email." | "Dann melden Sie sich an, ganz ohne E‑Mail.";
    see_first: "Would you like to see what we store about you first?"
        | "Sie möchten erst sehen, was wir über Sie gespeichert haben?";
    see: "See your data, also without an account." | "Ihre Daten ansehen, auch ohne Konto.";
    no_password: "You do not know your password? We can send a link to your email address. Its page deletes without a password."
        | "Sie kennen Ihr Passwort nicht? Wir schicken einen Link an Ihre E‑Mail-Adresse. Auf der Seite dahinter löschen Sie ohne Passwort.";
    sent_lede: "If we store anything under this address, an email is on its way there, or went there within the last hour. Use the link in it to continue."
        | "Wenn wir unter dieser Adresse etwas gespeichert haben, ist dorthin eine E‑Mail unterwegs oder ging in der letzten Stunde dorthin. Mit dem Link darin geht es weiter.";

    done_title: "Everything is deleted" | "Alles ist gelöscht";
    done_lede: "Your account, your personal data and everything you wrote to us are deleted."
        | "Ihr Konto, Ihre Daten und alles, was Sie uns geschrieben haben, sind gelöscht.";
    done_what: "This was deleted" | "Das wurde gelöscht";
    done_when: "Finished:" | "Abgeschlossen:";
    done_person: "your email address and everything else we knew about you"
        | "Ihre E‑Mail-Adresse und alles Weitere, was wir über Sie wussten";
}

texts! {
    unfinished_title: "The deletion has started but is not finished yet"
        | "Die Löschung hat begonnen, ist aber noch nicht fertig";
    unfinished_text: "An error on our side, such as a full disk, interrupted it. You do not need to do anything: we retry automatically, several times a minute, until everything is deleted. The data is no longer visible here. If the email address was confirmed, we email the receipt at the end."
        | "Eine Störung bei uns, etwa ein voller Datenträger, hat sie unterbrochen. Sie brauchen nichts zu tun: Wir versuchen es mehrmals in der Minute automatisch wieder, bis alles gelöscht ist. Zu sehen sind die Daten hier schon jetzt nicht mehr. War die E‑Mail-Adresse bestätigt, kommt die Bescheinigung am Ende per E‑Mail.";
    not_begun_title: "Nothing has been deleted yet" | "Noch ist nichts gelöscht";
    not_begun_text: "An error on our side, such as a full disk, kept the deletion from starting. We retry automatically, several times a minute. If you still see data here tomorrow, please delete it again: a restart of our program would have cancelled the deletion."
        | "Eine Störung bei uns, etwa ein voller Datenträger, hat die Löschung verhindert. Wir versuchen es mehrmals in der Minute automatisch wieder. Sehen Sie hier morgen noch Daten, löschen Sie bitte noch einmal: Ein Neustart unseres Programms hätte die Löschung abgebrochen.";
}

texts! {
    agent_title: "Delete this customer's data" | "Daten dieser Person löschen";
    agent_lede: "Only if the customer has asked for it. All their data, in all their requests, is deleted at once and for good."
        | "Nur, wenn die Person darum gebeten hat. Alle ihre Daten in allen ihren Anfragen werden sofort und endgültig gelöscht.";
    agent_person: "the email address and everything else we know about the customer"
        | "E‑Mail-Adresse und alles Weitere, was über die Person bekannt ist";
    agent_told: "If the address was confirmed, the customer gets one last email with the receipt."
        | "Ist die Adresse bestätigt, erhält die Person eine letzte E‑Mail mit der Bescheinigung.";
    agent_sure: "Make sure that the right person is asking: call back, or reply in the request."
        | "Stellen Sie sicher, dass die richtige Person darum bittet: Rufen Sie zurück, oder antworten Sie in der Anfrage.";
    asked: "How did the customer ask?" | "Wie wurde darum gebeten?";
    asked_hint: "This is recorded, without personal data." | "Das wird festgehalten, ohne persönliche Angaben.";
    asked_prompt: "Please choose" | "Bitte wählen";
    asked_phone: "By phone" | "Telefonisch";
    asked_mail: "By email or letter" | "Per E‑Mail oder Brief";
    asked_in_person: "In person" | "Persönlich";
    asked_otherwise: "In another way" | "Auf anderem Weg";
    agent_delete: "Delete everything for good" | "Alles endgültig löschen";
    agent_keep: "Cancel, back to the request" | "Abbrechen, zurück zur Anfrage";
    agent_done_lede: "The customer and everything they wrote here are deleted."
        | "Die Person und alles, was sie hier geschrieben hat, sind gelöscht.";
    agent_back: "All requests" | "Alle Anfragen";
}

/// Until when backups can still be read.
pub fn backups(language: Language, days: u32) -> String {
    match days {
        0 => say!(
            language,
            "Backups become unreadable at the same moment: they are encrypted, and your key is deleted.",
            "Sicherungskopien werden im selben Augenblick unlesbar: Sie sind verschlüsselt, und Ihr Schlüssel wird gelöscht."
        ),
        days => {
            let days = days_in_words(language, Case::Dative, days);
            say!(
                language,
                "Backups become unreadable too: they are encrypted, and the last copy of your key is deleted after {days} at the latest.",
                "Auch Sicherungskopien werden unlesbar: Sie sind verschlüsselt, und die letzte Kopie Ihres Schlüssels ist spätestens nach {days} gelöscht."
            )
        }
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
            ("email in our outbox", "emails in our outbox"),
            ("E‑Mail in unserem Postausgang", "E‑Mails in unserem Postausgang"),
        ),
        line(count.consents, ("consent", "consents"), ("Einwilligung", "Einwilligungen")),
        line(count.sessions, ("open session", "open sessions"), ("offene Sitzung", "offene Sitzungen")),
        line(
            count.tokens,
            ("link we sent you", "links we sent you"),
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
                "1 email in our outbox",
                "2 links we sent you"
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
