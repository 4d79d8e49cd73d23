//! What came by mail: what is said beside it, what is held back, what was set aside.

use tresen_model::{AsideReason, HeldWhy, IntakeChannel, Language, MailRemark, MailVerdict};

texts! {
    by_mail: "by email" | "per E‑Mail";
    automatic: "sent automatically" | "automatisch versendet";
    rest: "Quoted text and signature" | "Zitat und Signatur";
    formatted: "Show with formatting" | "Mit Formatierung anzeigen";
    formatted_title: "Email with formatting" | "E‑Mail mit Formatierung";
    formatted_hint: "Images from other servers are not loaded." | "Bilder von anderen Servern werden nicht geladen.";
    admit: "Admit to this request" | "Zu dieser Anfrage zulassen";
    split_off: "Create a separate request" | "Eigene Anfrage erstellen";
    outsider_hint: "Once admitted, the customer can read this message and everything this person writes from now on."
        | "Nach der Zulassung liest die Kundin oder der Kunde diese Nachricht und alles, was diese Person künftig schreibt.";

    send_as_answer: "Send as my answer" | "Als meine Antwort senden";
    own_hint: "The customer has not got this email: we could not check that it came from you."
        | "Diese E‑Mail hat die Kundin oder der Kunde nicht bekommen: Wir konnten nicht prüfen, ob sie von Ihnen stammt.";
    colleague_hint: "The customer has not got this email: we could not check who sent it. Only the person it names can send it as their answer."
        | "Diese E‑Mail hat die Kundin oder der Kunde nicht bekommen: Wir konnten nicht prüfen, von wem sie stammt. Nur wer darin als Absender steht, kann sie als eigene Antwort senden.";

    held: "Held back" | "Zurückgehalten";
    held_lede: "Possible spam. The senders got no reply, and nothing was deleted. Check each request, then release or delete it."
        | "Möglicherweise Spam. Die Absender haben keine Antwort erhalten, und nichts wurde gelöscht. Prüfen Sie jede Anfrage, und geben Sie sie frei oder löschen Sie sie.";
    held_none_title: "Nothing is held back" | "Nichts wird zurückgehalten";
    held_none_text: "Possible spam waits here until an agent checks it."
        | "Möglicher Spam wartet hier, bis ihn jemand aus dem Team prüft.";
    held_title: "This request is held back" | "Diese Anfrage wird zurückgehalten";
    held_text: "Its sender got no reply. The request is in no list and no search."
        | "Der Absender hat keine Antwort erhalten. Die Anfrage steht in keiner Liste und keiner Suche.";
    release: "Not spam: release it" | "Kein Spam: freigeben";
    discard: "Spam: delete for good" | "Spam: endgültig löschen";
    why: "Reason" | "Grund";

    undeliverable_title: "Emails do not reach this address" | "Diese Adresse ist per E‑Mail nicht erreichbar";
    undeliverable_text: "Several emails came back, so nothing more is sent until this person writes again."
        | "Mehrere E‑Mails kamen zurück. Deshalb wird nichts mehr gesendet, bis diese Person wieder schreibt.";

    unanswerable_title: "Cannot be answered by email" | "Per E‑Mail nicht zu beantworten";
    unanswerable_text: "No email can be sent to this sender's address, so your replies are stored here but not sent."
        | "An diese Absenderadresse lässt sich keine E‑Mail senden. Ihre Antworten werden hier gespeichert, aber nicht versendet.";

    trouble_link: "Email" | "E‑Mail";
    trouble_title: "Email" | "E‑Mail";
    trouble_lede: "Messages that could not be processed, and emails that could not be sent."
        | "Nachrichten, die sich nicht verarbeiten ließen, und E‑Mails, die sich nicht senden ließen.";
    aside_title: "Set aside" | "Beiseitegelegt";
    aside_lede: "They are stored encrypted. Download a message to read it. They are deleted after 30 days."
        | "Sie sind verschlüsselt gespeichert. Laden Sie eine Nachricht herunter, um sie zu lesen. Nach 30 Tagen werden sie gelöscht.";
    aside_nobody: "No sender" | "Kein Absender";
    aside_no_subject: "No subject" | "Kein Betreff";
    aside_none: "No message is set aside." | "Keine Nachricht ist beiseitegelegt.";
    aside_download: "Download" | "Herunterladen";
    aside_retry: "Try again" | "Erneut versuchen";
    aside_delete: "Delete" | "Löschen";
    aside_still: "It still cannot be processed and stays here." | "Sie lässt sich weiterhin nicht verarbeiten und bleibt hier.";
    aside_taken: "The message was accepted." | "Die Nachricht wurde aufgenommen.";
    leaving_title: "Outgoing" | "Ausgehend";
    leaving_lede: "Emails that could not be sent are not retried automatically. Fix the cause, then send them again."
        | "Was sich nicht senden ließ, wird nicht automatisch erneut versucht. Ist die Ursache behoben, senden Sie es erneut.";
    leaving_none: "All emails have been sent or are on their way." | "Alle E‑Mails sind gesendet oder auf dem Weg.";
    locked_out: "Our mail server rejects the sign-in. All emails wait until this is fixed."
        | "Unser Mailserver lehnt die Anmeldung ab. Alle E‑Mails warten, bis das behoben ist.";
    send_again: "Send again" | "Erneut senden";
    send_all_again: "Send all again" | "Alle erneut senden";
    sent_again: "Sending again." | "Der Versand läuft wieder.";
    about_no_request: "no request" | "zu keiner Anfrage";
    pages: "Pages" | "Seiten";
    first_page: "First page" | "Erste Seite";
    next_page: "Next page" | "Nächste Seite";
    back: "All requests" | "Alle Anfragen";
    received: "Received" | "Eingegangen";
    from: "From" | "Von";
    subject: "Subject" | "Betreff";
}

/// How many requests are held back.
pub fn held_count(language: Language, count: u64) -> String {
    say!(language, "{count} held back", "{count} zurückgehalten")
}

/// How many messages are set aside.
pub fn aside_count(language: Language, count: u64) -> String {
    say!(language, "{count} set aside", "{count} beiseitegelegt")
}

/// Through whose address a mail came.
pub fn via(language: Language, address: &str) -> String {
    say!(
        language,
        "This email was sent by {address}, which names its sender. Nobody has confirmed that.",
        "Diese E‑Mail wurde von {address} gesendet; die Absenderin oder der Absender ist darin genannt. Bestätigt hat das niemand."
    )
}

/// Where a mail wants answers.
pub fn reply_to(language: Language, addresses: &str) -> String {
    say!(
        language,
        "Reply-To names another address: {addresses}. Replies from here go to the sender.",
        "Als Antwortadresse ist angegeben: {addresses}. Antworten von hier gehen an den Absender."
    )
}

/// How many mails wait, and since when the oldest does.
pub fn waiting(language: Language, count: u32, since: &str) -> String {
    match count {
        1 => say!(language, "One email is waiting, since {since}.", "Eine E‑Mail wartet, seit {since}."),
        _ => say!(
            language,
            "{count} emails are waiting, the oldest since {since}.",
            "{count} E‑Mails warten, die älteste seit {since}."
        ),
    }
}

/// How many mails could not be sent.
pub fn parked(language: Language, count: u32) -> String {
    match count {
        1 => say!(language, "One email could not be sent.", "Eine E‑Mail ließ sich nicht senden."),
        _ => say!(language, "{count} emails could not be sent.", "{count} E‑Mails ließen sich nicht senden."),
    }
}

/// Why a request is held back.
pub const fn held_why(language: Language, why: HeldWhy) -> &'static str {
    match (language, why) {
        (Language::English, HeldWhy::TooMany) => "Many messages within an hour",
        (Language::English, HeldWhy::Forged) => "The sender is probably forged",
        (Language::English, HeldWhy::Spam) => "Flagged by the spam filter",
        (Language::English, HeldWhy::Blocked) => "The sender is blocked",
        (Language::English, HeldWhy::Unconfirmed) => "Not confirmed by the sender yet",
        (Language::German, HeldWhy::TooMany) => "Viele Nachrichten innerhalb einer Stunde",
        (Language::German, HeldWhy::Forged) => "Der Absender ist vermutlich gefälscht",
        (Language::German, HeldWhy::Spam) => "Der Spamfilter hält sie für Spam",
        (Language::German, HeldWhy::Blocked) => "Der Absender ist gesperrt",
        (Language::German, HeldWhy::Unconfirmed) => "Vom Absender noch nicht bestätigt",
    }
}

/// What is thought of a mail.
pub const fn verdict(language: Language, verdict: MailVerdict) -> &'static str {
    match (language, verdict) {
        (Language::English, MailVerdict::Genuine) => "The sender's domain has confirmed this email.",
        (Language::English, MailVerdict::Forged) => {
            "This email does not come from the domain it names. Check everything it says."
        }
        (Language::English, MailVerdict::Spam) => "The spam filter flagged this email as spam.",
        (Language::English, MailVerdict::Blocked) => "The sender is on the block list.",
        (Language::German, MailVerdict::Genuine) => "Die Domain des Absenders hat diese E‑Mail bestätigt.",
        (Language::German, MailVerdict::Forged) => {
            "Diese E‑Mail stammt nicht von der Domain, die sie angibt. Prüfen Sie alles, was darin steht."
        }
        (Language::German, MailVerdict::Spam) => "Der Spamfilter hält diese E‑Mail für Spam.",
        (Language::German, MailVerdict::Blocked) => "Der Absender steht auf der Sperrliste.",
    }
}

/// What was noticed about a mail.
pub const fn remark(language: Language, remark: MailRemark) -> &'static str {
    match (language, remark) {
        (Language::English, MailRemark::OverLimit) => {
            "This email is too large or too deeply nested. The original is attached."
        }
        (Language::English, MailRemark::Damaged) => {
            "Parts of this email are damaged. The original is attached."
        }
        (Language::English, MailRemark::Signed) => "This email is signed. The signature was not checked.",
        (Language::English, MailRemark::Encrypted) => {
            "This email is encrypted. Please ask for an unencrypted email or an upload on our page."
        }
        (Language::English, MailRemark::RemoteContent) => "Images from other servers were left out.",
        (Language::English, MailRemark::Empty) => "This email contained no text.",
        (Language::German, MailRemark::OverLimit) => {
            "Diese E‑Mail ist zu groß oder zu tief verschachtelt. Das Original ist angehängt."
        }
        (Language::German, MailRemark::Damaged) => {
            "Teile dieser E‑Mail sind beschädigt. Das Original ist angehängt."
        }
        (Language::German, MailRemark::Signed) => {
            "Diese E‑Mail ist signiert. Die Signatur wurde nicht geprüft."
        }
        (Language::German, MailRemark::Encrypted) => {
            "Diese E‑Mail ist verschlüsselt. Bitten Sie um eine unverschlüsselte E‑Mail oder um einen Upload auf unserer Seite."
        }
        (Language::German, MailRemark::RemoteContent) => "Bilder von anderen Servern wurden weggelassen.",
        (Language::German, MailRemark::Empty) => "Diese E‑Mail enthielt keinen Text.",
    }
}

/// Why a message was set aside.
pub const fn aside_reason(language: Language, reason: AsideReason) -> &'static str {
    match (language, reason) {
        (Language::English, AsideReason::NoSender) => "It does not say who sent it",
        (Language::English, AsideReason::OwnAddress) => "It claims to come from this service desk",
        (Language::English, AsideReason::UnknownBounce) => "A bounce of an email we do not know",
        (Language::English, AsideReason::Unreadable) => "It could not be read",
        (Language::English, AsideReason::Restricted) => {
            "An agent's reply to a customer whose data is restricted"
        }
        (Language::English, AsideReason::Damaged) => "The stored copy is damaged and cannot be opened",
        (Language::German, AsideReason::NoSender) => "Sie nennt keinen Absender",
        (Language::German, AsideReason::OwnAddress) => "Sie gibt sich als E‑Mail dieses Servicedesks aus",
        (Language::German, AsideReason::UnknownBounce) => {
            "Ein Unzustellbarkeitsbericht zu einer unbekannten E‑Mail"
        }
        (Language::German, AsideReason::Unreadable) => "Sie ließ sich nicht lesen",
        (Language::German, AsideReason::Restricted) => {
            "Eine Antwort aus dem Team; die Verarbeitung ist eingeschränkt"
        }
        (Language::German, AsideReason::Damaged) => {
            "Die gespeicherte Kopie ist beschädigt und lässt sich nicht öffnen"
        }
    }
}

/// By which way a message came.
pub const fn channel(language: Language, channel: IntakeChannel) -> &'static str {
    match (language, channel) {
        (Language::English, IntakeChannel::Imap) => "from a mailbox",
        (Language::German, IntakeChannel::Imap) => "aus einem Postfach",
        (_, IntakeChannel::Lmtp) => "LMTP",
        (Language::English, IntakeChannel::Command) => "from the command line",
        (Language::German, IntakeChannel::Command) => "von der Kommandozeile",
        (_, IntakeChannel::Api) => "API",
    }
}
