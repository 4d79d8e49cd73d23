//! What a person sees of their own data, and what they can do about it.

use tresen_model::{Channel, Language};

texts! {
    title: "My data" | "Meine Daten";
    lede: "What we store about you, where it came from, and what you can do about it."
        | "Was wir über Sie speichern, woher es stammt und was Sie damit tun können.";
    link: "What is stored about me …" | "Was über mich gespeichert ist …";

    ask_lede: "You need no account for this. Enter the email address you used to write to us."
        | "Dafür brauchen Sie kein Konto. Geben Sie die E‑Mail-Adresse an, mit der Sie uns geschrieben haben.";
    ask_email: "Your email address" | "Ihre E‑Mail-Adresse";
    ask_hint: "We send you a link. With it you see what we store about you, download a copy, and restrict or delete your data."
        | "Wir schicken Ihnen einen Link. Damit sehen Sie, was wir über Sie speichern, laden eine Kopie herunter und entscheiden, was damit geschieht.";
    ask: "Send me the link" | "Link zusenden";
    have_account: "Do you have an account?" | "Sie haben ein Konto?";
    log_in: "Sign in, then you need no email." | "Dann melden Sie sich an, ganz ohne E‑Mail.";
    link_title: "See your data" | "Ihre Daten ansehen";
    link_lede: "This browser then shows you for half an hour what we store about you. The link works only once."
        | "Dieser Browser zeigt Ihnen dann eine halbe Stunde lang, was wir über Sie speichern. Der Link gilt nur einmal.";
    link_open: "Show my data" | "Meine Daten anzeigen";
    access: "You opened a link that we sent you by email. This browser shows your data for half an hour, or until you end it."
        | "Sie haben einen Link aus unserer E‑Mail geöffnet. Dieser Browser zeigt Ihre Daten eine halbe Stunde lang, oder bis Sie es beenden.";
    access_end: "Stop showing my data" | "Meine Daten nicht mehr anzeigen";
    access_ended: "This browser no longer shows your data." | "Dieser Browser zeigt Ihre Daten nicht mehr.";

    corrected: "Corrected" | "Berichtigt";
    corrected_name: "name" | "Name";
    corrected_email: "email address" | "E‑Mail-Adresse";
    imported: "imported from another service desk" | "von einem anderen Servicedesk übernommen";
    correct: "You can change your name and address in your account. We do not keep the old values."
        | "Name und Adresse ändern Sie in Ihrem Konto. Die alten Angaben bewahren wir nicht auf.";
    correct_link: "Change name or address" | "Name oder Adresse ändern";
    correct_without_account: "Is something wrong? Register with this address, or tell us in your request, and we correct it."
        | "Etwas stimmt nicht? Registrieren Sie sich mit dieser Adresse, oder schreiben Sie es uns in Ihrer Anfrage. Wir berichtigen es.";

    stored_title: "What we store" | "Was wir speichern";
    stored_text: "Encrypted with a key that belongs only to you." | "Verschlüsselt mit einem Schlüssel, der nur zu Ihnen gehört.";
    email: "Email address" | "E‑Mail-Adresse";
    name: "Name" | "Name";
    no_name: "none" | "keiner";
    since: "Known since" | "Bekannt seit";
    proven: "Address confirmed" | "Adresse bestätigt";
    not_proven: "not confirmed" | "nicht bestätigt";

    origin_title: "Where it came from" | "Woher es stammt";
    origin_text: "We do not buy data or ask others about you." | "Wir kaufen keine Daten und fragen niemanden über Sie aus.";
    from_you: "Everything else comes from you: your account, your consents, what you wrote and attached. Notes and history come from our team."
        | "Alles andere stammt von Ihnen: Ihr Konto, Ihre Einwilligungen, was Sie geschrieben und angehängt haben. Notizen und der Verlauf stammen von unserem Team.";

    recipients_title: "Who received it" | "Wer es erhalten hat";
    recipients_text: "Only these recipients." | "Nur diese Empfänger.";
    received_by_team: "Our team, to reply to you" | "Unser Team, um Ihnen zu antworten";
    more_about_recipients: "More in the privacy statement" | "Mehr in der Datenschutzerklärung";

    purposes_title: "Why we need it" | "Wozu wir es brauchen";
    purposes_text: "Only for your requests." | "Nur für Ihre Anfragen.";
    purpose: "We use your data to answer your requests: with your consent (Art. 6(1)(a) GDPR), or because you asked us to (Art. 6(1)(b) GDPR) where our team logged a request for you."
        | "Mit Ihren Daten beantworten wir Ihre Anfragen: aufgrund Ihrer Einwilligung (Art. 6 Abs. 1 Buchst. a DSGVO) oder, wo unser Team eine Anfrage für Sie erfasst hat, auf Ihren Wunsch (Art. 6 Abs. 1 Buchst. b DSGVO).";
    more_about_purposes: "Purposes and legal bases in detail" | "Zwecke und Rechtsgrundlagen im Einzelnen";

    consents_title: "Your consents" | "Ihre Einwilligungen";
    consents_text: "You can withdraw at any time, without giving reasons. From then on the processing of your data is restricted, and you can delete your data. What was done until then remains lawful."
        | "Sie können jederzeit und ohne Gründe widerrufen. Von da an ist die Verarbeitung Ihrer Daten eingeschränkt, und Sie können die Daten löschen. Was bis dahin geschehen ist, bleibt rechtmäßig.";
    no_consent: "None: you have sent us nothing through the form." | "Keine: Über das Formular haben Sie uns nichts geschickt.";
    withdraw: "Withdraw" | "Widerrufen";
    withdraw_all: "Withdraw all consents" | "Alle Einwilligungen widerrufen";
    withdrawn: "withdrawn:" | "widerrufen:";
    withdraw_done: "Your consent is withdrawn, and your data is now restricted. You can delete it further down."
        | "Ihre Einwilligung ist widerrufen, die Verarbeitung Ihrer Daten ist jetzt eingeschränkt. Weiter unten können Sie Ihre Daten löschen.";
    consent_again: "Agree again and lift the restriction" | "Erneut einwilligen, Einschränkung aufheben";
    consent_again_only: "Agree again" | "Erneut einwilligen";
    consent_again_text: "You then agree to the privacy statement as it stands now:"
        | "Sie willigen dann in die Datenschutzerklärung ein, wie sie jetzt gilt:";
    consent_again_link: "read it" | "lesen";
    consent_done: "Thank you. Your consent to the current privacy statement is stored."
        | "Danke. Ihre Einwilligung in die geltende Datenschutzerklärung ist gespeichert.";

    restriction_title: "Restrict processing" | "Einschränkung der Verarbeitung";
    restriction_text: "Your requests then disappear from our lists and our search. We read, change and send nothing. You can still read, download and delete everything, and lift the restriction (Art. 18 GDPR)."
        | "Ihre Anfragen verschwinden dann aus unseren Listen und aus der Suche. Wir lesen, ändern und versenden nichts. Sie selbst können weiter alles lesen, herunterladen, löschen und die Einschränkung aufheben (Art. 18 DSGVO).";
    restrict: "Restrict my data" | "Verarbeitung einschränken";
    restrict_done: "Your data is restricted." | "Die Verarbeitung Ihrer Daten ist eingeschränkt.";
    lift: "Lift the restriction" | "Einschränkung aufheben";
    lift_done: "The restriction that you set is lifted." | "Die von Ihnen veranlasste Einschränkung ist aufgehoben.";
    lift_by_consent: "The restriction from your withdrawal ends when you agree again."
        | "Die Einschränkung durch Ihren Widerruf endet, wenn Sie erneut einwilligen.";
    by_us: "Our team has restricted your data, and only we can lift that. We tell you before we do. You can also restrict it yourself."
        | "Unser Team hat die Verarbeitung Ihrer Daten eingeschränkt, und nur wir können das aufheben. Vorher sagen wir Ihnen Bescheid. Sie können sie zusätzlich selbst einschränken.";
    by_both: "Our team has also restricted your data. We tell you before we lift that."
        | "Auch unser Team hat die Verarbeitung Ihrer Daten eingeschränkt. Bevor wir das aufheben, sagen wir Ihnen Bescheid.";
    state_since: "Since" | "Seit";
    state: "We do nothing with your requests, and you cannot write anything new until the restriction is lifted."
        | "Wir tun nichts mit Ihren Anfragen, und Sie können nichts Neues schreiben, bis die Einschränkung aufgehoben ist.";
    state_withdrawn: "You have withdrawn your consent. We do nothing with your requests until you agree again. You can also delete everything."
        | "Sie haben Ihre Einwilligung widerrufen. Wir tun nichts mit Ihren Anfragen, bis Sie erneut einwilligen. Sie können auch alles löschen.";

    export_title: "A copy of your data" | "Eine Kopie Ihrer Daten";
    export_text: "Everything in one ZIP file: readable as a page, machine-readable as JSON, with all files (Art. 15 and 20 GDPR)."
        | "Alles in einer ZIP-Datei: als Seite zum Lesen, maschinenlesbar als JSON und mit allen Dateien (Art. 15 und 20 DSGVO).";
    export: "Download a copy" | "Kopie herunterladen";

    delete_title: "Delete everything" | "Alles löschen";
    delete_text: "Your account and everything you have written to us, for good (Art. 17 GDPR)."
        | "Ihr Konto und alles, was Sie uns geschrieben haben, endgültig (Art. 17 DSGVO).";
    delete: "Delete account and data …" | "Konto und Daten löschen …";

    restricted_title: "Processing is restricted" | "Verarbeitung eingeschränkt";
    restricted_text: "The processing of this customer's data is restricted (Art. 18 GDPR). You cannot view, answer or change the request until the restriction is lifted."
        | "Die Verarbeitung der Daten dieser Person ist eingeschränkt (Art. 18 DSGVO). Bis das aufgehoben ist, lässt sich die Anfrage nicht anzeigen, beantworten oder ändern.";
    restricted_since: "restricted:" | "eingeschränkt:";
    restricted_by_customer: "Restricted by the customer. Only they can lift that."
        | "Von der Kundin oder dem Kunden veranlasst. Nur diese Person kann es aufheben.";
    restricted_by_agent: "Restricted by the team." | "Vom Team veranlasst.";
    restricted_by_both: "Restricted by the customer and by the team. Both have to lift it."
        | "Von der Kundin oder dem Kunden und vom Team veranlasst. Beide müssen es aufheben.";
    agent_restrict_title: "Restrict processing" | "Einschränkung der Verarbeitung";
    agent_restrict_text: "If the customer asks for it (Art. 18 GDPR): all their requests disappear from every list and from the search, and nothing is changed or sent."
        | "Wenn die Kundin oder der Kunde es verlangt (Art. 18 DSGVO): Alle Anfragen der Person verschwinden aus Listen und Suche, nichts wird geändert oder versendet.";
    agent_restrict: "Restrict this customer's data" | "Verarbeitung einschränken";
    agent_lift: "Lift the team's restriction" | "Einschränkung aufheben";
    agent_lift_text: "Tell the customer first (Art. 18(3) GDPR)." | "Informieren Sie vorher die Person (Art. 18 Abs. 3 DSGVO).";

    own_restricted_title: "Your data is restricted" | "Die Verarbeitung Ihrer Daten ist eingeschränkt";
    own_restricted_text: "We do nothing with your requests at the moment, so you cannot change them. You can lift the restriction under “My data”, with or without an account."
        | "Mit Ihren Anfragen geschieht gerade nichts, deshalb lassen sie sich auch nicht ändern. Die Einschränkung heben Sie unter „Meine Daten“ auf, mit oder ohne Konto.";
    own_restricted_here: "You can read this request, but you cannot write until the restriction is lifted. Our team cannot see it."
        | "Sie können hier lesen, aber nichts schreiben, bis die Einschränkung aufgehoben ist. Unser Team sieht nichts davon.";
    own_restricted_list: "Our team cannot see your requests, and you cannot write anything new until you lift the restriction."
        | "Unser Team sieht keine Ihrer Anfragen, und Sie können nichts Neues schreiben, bis Sie die Einschränkung aufheben.";
    own_restricted_by_us: "Our team has restricted it. We do nothing with your requests, and you cannot write anything new. We tell you before we lift that."
        | "Das hat unser Team veranlasst. Mit Ihren Anfragen geschieht nichts, und Sie können nichts Neues schreiben. Bevor wir das aufheben, sagen wir Ihnen Bescheid.";
    to_restriction: "Go to the restriction in “My data”" | "Zur Einschränkung unter „Meine Daten“";
}

/// Where a consent was given.
pub fn given_at(language: Language, via: &str) -> &'static str {
    match (language, via) {
        (Language::English, "account") => "on this page",
        (Language::German, "account") => "auf dieser Seite",
        (Language::English, _) => "in the form for a new request",
        (Language::German, _) => "im Formular für eine neue Anfrage",
    }
}

/// What was agreed to at another service desk.
pub fn version_elsewhere(language: Language, address: &str) -> String {
    say!(
        language,
        "at another service desk, privacy statement {address}",
        "bei einem anderen Servicedesk, Datenschutzerklärung {address}"
    )
}

/// What was agreed to.
pub fn version(language: Language, version: i64) -> String {
    say!(language, "privacy statement, version {version}", "Datenschutzerklärung, Fassung {version}")
}

/// How requests came.
pub fn channel(language: Language, channel: Channel, count: u64) -> String {
    match (channel, count) {
        (Channel::Web, 1) => say!(language, "1 request through our form", "1 Anfrage über unser Formular"),
        (Channel::Web, _) => {
            say!(language, "{count} requests through our form", "{count} Anfragen über unser Formular")
        }
        (Channel::Mail, 1) => say!(language, "1 request by email", "1 Anfrage per E‑Mail"),
        (Channel::Mail, _) => say!(language, "{count} requests by email", "{count} Anfragen per E‑Mail"),
        (Channel::Agent, 1) => {
            say!(language, "1 request logged by our team", "1 Anfrage, die unser Team erfasst hat")
        }
        (Channel::Agent, _) => say!(
            language,
            "{count} requests logged by our team",
            "{count} Anfragen, die unser Team erfasst hat"
        ),
    }
}

/// Mails to the person.
pub fn received_by_you(language: Language, mails: u64) -> String {
    match mails {
        1 => say!(language, "You, in 1 email", "Sie selbst, mit 1 E‑Mail"),
        _ => say!(language, "You, in {mails} emails", "Sie selbst, mit {mails} E‑Mails"),
    }
}

/// How long data is kept.
pub fn how_long(language: Language, requests: u32, person: u32) -> String {
    say!(
        language,
        "Closed requests are deleted {requests} months after the last activity. Your account is deleted {person} months after its last use, once it has no requests.",
        "Geschlossene Anfragen löschen wir {requests} Monate nach der letzten Aktivität, Ihr Konto {person} Monate nach der letzten Nutzung, sobald es keine Anfragen mehr hat."
    )
}
