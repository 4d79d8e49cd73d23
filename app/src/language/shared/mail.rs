//! What came by mail: what is said beside it, what is held back, what was set aside.

use tresen_model::{AsideReason, HeldWhy, IntakeChannel, Language, MailRemark, MailVerdict};

texts! {
    by_mail: "by mail" | "per E‑Mail";
    automatic: "sent by a machine" | "automatisch versendet";
    rest: "Quoted text and signature" | "Zitat und Signatur";
    formatted: "Show as it was formatted" | "Mit Formatierung anzeigen";
    formatted_title: "A mail as it was formatted" | "E‑Mail mit Formatierung";
    formatted_hint: "Pictures from elsewhere are not loaded." | "Bilder von anderen Servern werden nicht geladen.";
    admit: "Admit to this request" | "Zu dieser Anfrage zulassen";
    split_off: "Make it a request of its own" | "Eigene Anfrage daraus machen";
    outsider_hint: "Once admitted, the customer reads this message and what this person writes from now on."
        | "Nach der Zulassung liest der Kontakt diese Nachricht und alles, was diese Person künftig schreibt.";

    held: "Held back" | "Zurückgehalten";
    held_lede: "Possible spam. Nobody was answered, and nothing was thrown away: look, then release or delete it."
        | "Möglicherweise Spam. Niemand hat eine Antwort erhalten, und nichts wurde weggeworfen: Sehen Sie nach, und geben Sie die Anfrage frei oder löschen Sie sie.";
    held_none_title: "Nothing is held back" | "Nichts wird zurückgehalten";
    held_none_text: "What looks like spam waits here until somebody has looked."
        | "Was nach Spam aussieht, wartet hier, bis jemand nachgesehen hat.";
    held_title: "This request is held back" | "Diese Anfrage wird zurückgehalten";
    held_text: "Its sender has not been answered. It is in no list and no search."
        | "Der Absender hat keine Antwort erhalten. Sie steht in keiner Liste und keiner Suche.";
    release: "No spam: release it" | "Kein Spam: freigeben";
    discard: "Spam: delete for good" | "Spam: endgültig löschen";
    why: "Why" | "Grund";

    undeliverable_title: "Mails do not reach this address" | "Diese Adresse ist per E‑Mail nicht erreichbar";
    undeliverable_text: "They came back several times, so nothing more is sent until this person writes again."
        | "Mehrere E‑Mails kamen zurück. Deshalb wird nichts mehr gesendet, bis sich diese Person wieder meldet.";

    trouble_link: "Mail" | "E‑Mail";
    trouble_title: "Mail" | "E‑Mail";
    trouble_lede: "Messages that could not be handled, and mails that could not be sent."
        | "Nachrichten, die sich nicht verarbeiten ließen, und E‑Mails, die sich nicht senden ließen.";
    aside_title: "Set aside" | "Beiseitegelegt";
    aside_lede: "They are stored sealed, are not read by anybody but whoever downloads them here, and are deleted after 30 days."
        | "Sie sind versiegelt gespeichert. Nur wer sie hier herunterlädt, kann sie lesen. Nach 30 Tagen werden sie gelöscht.";
    aside_none: "No message is set aside." | "Keine Nachricht liegt beiseite.";
    aside_download: "Download" | "Herunterladen";
    aside_retry: "Try again" | "Erneut versuchen";
    aside_delete: "Delete" | "Löschen";
    aside_still: "It still cannot be handled and stays here." | "Sie lässt sich weiterhin nicht verarbeiten und bleibt hier.";
    aside_taken: "It was taken in." | "Sie wurde aufgenommen.";
    leaving_title: "Going out" | "Ausgehend";
    leaving_lede: "What could not be sent is not tried again by itself. Once the cause is gone, send it again."
        | "Was sich nicht senden ließ, wird nicht von selbst erneut versucht. Ist die Ursache behoben, senden Sie es erneut.";
    leaving_none: "Every mail has left, or is about to." | "Alle E‑Mails sind gesendet oder auf dem Weg.";
    locked_out: "Our mail server does not let the desk in. Everything waits until that is put right."
        | "Unser Mailserver lässt den Servicedesk nicht hinein. Alles wartet, bis das behoben ist.";
    send_again: "Send again" | "Erneut senden";
    send_all_again: "Send all again" | "Alle erneut senden";
    sent_again: "It is on its way again." | "Der Versand läuft wieder.";
    about_no_request: "about no request" | "zu keiner Anfrage";
    pages: "Pages" | "Seiten";
    first_page: "To the beginning" | "Zum Anfang";
    next_page: "Next page" | "Nächste Seite";
    back: "To the queue" | "Zur Liste";
    received: "Received" | "Eingegangen";
    from: "From" | "Von";
    subject: "Subject" | "Betreff";
}

/// How many requests are held back.
pub fn held_count(language: Language, count: u64) -> String {
    say!(language, "{count} held back", "{count} zurückgehalten")
}

/// How many mails wait, and since when the oldest does.
pub fn waiting(language: Language, count: u32, since: &str) -> String {
    match count {
        1 => say!(language, "One mail waits, since {since}.", "Eine E‑Mail wartet, seit {since}."),
        _ => say!(
            language,
            "{count} mails wait, the oldest since {since}.",
            "{count} E‑Mails warten, die älteste seit {since}."
        ),
    }
}

/// How many mails could not be sent.
pub fn parked(language: Language, count: u32) -> String {
    match count {
        1 => say!(language, "One mail could not be sent.", "Eine E‑Mail ließ sich nicht senden."),
        _ => say!(language, "{count} mails could not be sent.", "{count} E‑Mails ließen sich nicht senden."),
    }
}

/// Why a request is held back.
pub const fn held_why(language: Language, why: HeldWhy) -> &'static str {
    match (language, why) {
        (Language::English, HeldWhy::TooMany) => "Many messages within an hour",
        (Language::English, HeldWhy::Forged) => "The sender is probably forged",
        (Language::English, HeldWhy::Spam) => "The spam filter says so",
        (Language::English, HeldWhy::Blocked) => "The sender is blocked",
        (Language::English, HeldWhy::Unconfirmed) => "Not confirmed by its sender yet",
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
        (Language::English, MailVerdict::Genuine) => "The sender's domain has confirmed this mail.",
        (Language::English, MailVerdict::Forged) => {
            "This mail does not come from the domain that it names. Believe nothing of it unseen."
        }
        (Language::English, MailVerdict::Spam) => "The spam filter takes this mail for spam.",
        (Language::English, MailVerdict::Blocked) => "The sender is on the block list.",
        (Language::German, MailVerdict::Genuine) => "Die Domain des Absenders hat diese E‑Mail bestätigt.",
        (Language::German, MailVerdict::Forged) => {
            "Diese E‑Mail stammt nicht von der Domain, die sie angibt. Glauben Sie ihr nichts ungeprüft."
        }
        (Language::German, MailVerdict::Spam) => "Der Spamfilter hält diese E‑Mail für Spam.",
        (Language::German, MailVerdict::Blocked) => "Der Absender steht auf der Sperrliste.",
    }
}

/// What was noticed about a mail.
pub const fn remark(language: Language, remark: MailRemark) -> &'static str {
    match (language, remark) {
        (Language::English, MailRemark::OverLimit) => {
            "This mail is larger or more nested than we read. It is attached whole."
        }
        (Language::English, MailRemark::Damaged) => "Parts of this mail are damaged. It is attached whole.",
        (Language::English, MailRemark::Signed) => "It is signed. The signature was not checked.",
        (Language::English, MailRemark::Encrypted) => {
            "It is encrypted. Please ask for an unencrypted mail, or for an upload on our page."
        }
        (Language::English, MailRemark::RemoteContent) => "Pictures from elsewhere were left out.",
        (Language::English, MailRemark::Empty) => "There was no text in this mail.",
        (Language::German, MailRemark::OverLimit) => {
            "Diese E‑Mail ist größer oder verschachtelter, als wir lesen. Sie liegt vollständig bei."
        }
        (Language::German, MailRemark::Damaged) => {
            "Teile dieser E‑Mail sind beschädigt. Sie liegt vollständig bei."
        }
        (Language::German, MailRemark::Signed) => "Sie ist signiert. Die Signatur wurde nicht geprüft.",
        (Language::German, MailRemark::Encrypted) => {
            "Sie ist verschlüsselt. Bitten Sie um eine unverschlüsselte E‑Mail oder um einen Upload auf unserer Seite."
        }
        (Language::German, MailRemark::RemoteContent) => "Bilder von anderen Servern wurden weggelassen.",
        (Language::German, MailRemark::Empty) => "In dieser E‑Mail stand kein Text.",
    }
}

/// Why a message was set aside.
pub const fn aside_reason(language: Language, reason: AsideReason) -> &'static str {
    match (language, reason) {
        (Language::English, AsideReason::NoSender) => "It names no sender who could be answered",
        (Language::English, AsideReason::OwnAddress) => "It claims to be from this desk",
        (Language::English, AsideReason::UnknownBounce) => "A report about a mail that we do not know",
        (Language::English, AsideReason::Unreadable) => "It could not be read",
        (Language::English, AsideReason::Restricted) => {
            "An agent's answer to a customer whose data is restricted"
        }
        (Language::German, AsideReason::NoSender) => "Sie nennt keinen Absender, dem man antworten könnte",
        (Language::German, AsideReason::OwnAddress) => "Sie gibt sich als E‑Mail dieses Servicedesks aus",
        (Language::German, AsideReason::UnknownBounce) => {
            "Ein Bericht über eine E‑Mail, die wir nicht kennen"
        }
        (Language::German, AsideReason::Unreadable) => "Sie ließ sich nicht lesen",
        (Language::German, AsideReason::Restricted) => {
            "Eine Antwort aus dem Team an einen Kontakt, dessen Daten gesperrt sind"
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
