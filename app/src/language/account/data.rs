//! What a person sees of their own data, and what they can do about it.

use tresen_model::{Channel, Language};

texts! {
    title: "My data" | "Meine Daten";
    lede: "What we store about you, where it came from, and what you can do about it."
        | "Was wir über Sie speichern, woher es stammt und was Sie damit tun können.";
    link: "What is stored about me …" | "Was über mich gespeichert ist …";

    ask_lede: "You need no account for this. Give us the mail address with which you have written to us."
        | "Dafür brauchen Sie kein Konto. Nennen Sie uns die E‑Mail-Adresse, mit der Sie uns geschrieben haben.";
    ask_email: "Your mail address" | "Ihre E‑Mail-Adresse";
    ask_hint: "We send you a link. Behind it you see what we store about you, download a copy, and decide what becomes of it."
        | "Wir schicken Ihnen einen Link. Dahinter sehen Sie, was wir über Sie speichern, laden eine Kopie herunter und entscheiden, was damit geschieht.";
    ask: "Send me the link" | "Link zusenden";
    have_account: "You have an account?" | "Sie haben ein Konto?";
    log_in: "Then log in, and you need no mail." | "Dann melden Sie sich an, ganz ohne E‑Mail.";
    link_title: "See your data" | "Ihre Daten ansehen";
    link_lede: "Press the button, and for half an hour this browser shows you what we store about you. After that the link is used up."
        | "Drücken Sie auf den Knopf, dann zeigt Ihnen dieser Browser eine halbe Stunde lang, was wir über Sie speichern. Danach ist der Link verbraucht.";
    link_open: "Show my data" | "Meine Daten zeigen";
    access: "You came here by a link that we mailed to you. This browser shows your data for half an hour from then on, or until you end it."
        | "Sie sind über einen Link hier, den wir Ihnen geschickt haben. Dieser Browser zeigt Ihre Daten ab da eine halbe Stunde lang, oder bis Sie das beenden.";
    access_end: "Show my data no longer" | "Meine Daten nicht mehr zeigen";
    access_ended: "This browser no longer shows your data." | "Dieser Browser zeigt Ihre Daten nicht mehr.";

    corrected: "Corrected" | "Berichtigt";
    corrected_name: "name" | "Name";
    corrected_email: "mail address" | "E‑Mail-Adresse";
    imported: "brought here from another service desk" | "von einem anderen Servicedesk übernommen";
    correct: "Your name and address can be changed in your account; what they were before is not kept."
        | "Name und Adresse ändern Sie in Ihrem Konto; was vorher dort stand, bewahren wir nicht auf.";
    correct_link: "Change name or address" | "Name oder Adresse ändern";
    correct_without_account: "Something is wrong? Register with this address, or write to us in your request: we correct it."
        | "Etwas stimmt nicht? Registrieren Sie sich mit dieser Adresse, oder schreiben Sie es uns in Ihrer Anfrage: Wir berichtigen es.";

    stored_title: "What we store" | "Was wir speichern";
    stored_text: "Encrypted with a key that belongs to you alone." | "Verschlüsselt mit einem Schlüssel, der nur zu Ihnen gehört.";
    email: "Mail address" | "E‑Mail-Adresse";
    name: "Name" | "Name";
    no_name: "none" | "keiner";
    since: "Known since" | "Bekannt seit";
    proven: "Address confirmed" | "Adresse bestätigt";
    not_proven: "not confirmed" | "nicht bestätigt";

    origin_title: "Where it came from" | "Woher es stammt";
    origin_text: "We buy nothing, and ask nobody about you." | "Wir kaufen nichts zu und fragen niemanden über Sie aus.";
    from_you: "Everything else comes from you: your account, your consents, what you wrote and attached. Notes and the history come from our team."
        | "Alles andere stammt von Ihnen: Ihr Konto, Ihre Einwilligungen, was Sie geschrieben und angehängt haben. Notizen und der Verlauf stammen von unserem Team.";

    recipients_title: "Who received it" | "Wer es erhalten hat";
    recipients_text: "These, and nobody else." | "Diese, und sonst niemand.";
    received_by_team: "Our team, to answer you" | "Unser Team, um Ihnen zu antworten";
    more_about_recipients: "More in the privacy statement" | "Mehr in der Datenschutzerklärung";

    purposes_title: "Why we hold it" | "Wozu wir es brauchen";
    purposes_text: "For nothing but your requests." | "Nur für Ihre Anfragen.";
    purpose: "We use your data to answer your requests: with your consent (Art. 6(1)(a) GDPR), or because you asked us to (Art. 6(1)(b) GDPR) where one of us wrote a request down for you."
        | "Mit Ihren Daten beantworten wir Ihre Anfragen: aufgrund Ihrer Einwilligung (Art. 6 Abs. 1 Buchst. a DSGVO) oder, wo jemand von uns eine Anfrage für Sie aufgeschrieben hat, auf Ihren Wunsch (Art. 6 Abs. 1 Buchst. b DSGVO).";
    more_about_purposes: "Purposes and legal bases in detail" | "Zwecke und Rechtsgrundlagen im Einzelnen";

    consents_title: "Your consents" | "Ihre Einwilligungen";
    consents_text: "You can withdraw at any time, without giving reasons. From then on your data is restricted, and you can delete it. What was done until then remains lawful."
        | "Sie können jederzeit und ohne Gründe widerrufen. Von da an sind Ihre Daten gesperrt, und Sie können sie löschen. Was bis dahin geschehen ist, bleibt rechtmäßig.";
    no_consent: "None: you have sent us nothing by the form." | "Keine: Über das Formular haben Sie uns nichts geschickt.";
    withdraw: "Withdraw" | "Widerrufen";
    withdraw_all: "Withdraw all consents" | "Alle Einwilligungen widerrufen";
    withdrawn: "withdrawn:" | "widerrufen:";
    withdraw_done: "Your consent is withdrawn, and your data is restricted from now on. If you like, delete it further down."
        | "Ihre Einwilligung ist widerrufen, Ihre Daten sind ab jetzt gesperrt. Wenn Sie möchten, löschen Sie sie weiter unten.";
    consent_again: "Agree again and lift the restriction" | "Erneut einwilligen und Sperrung aufheben";
    consent_again_only: "Agree again" | "Erneut einwilligen";
    consent_again_text: "You then agree to the privacy statement as it stands now:"
        | "Sie willigen dann in die Datenschutzerklärung ein, wie sie jetzt gilt:";
    consent_again_link: "read it" | "lesen";
    consent_done: "Thank you. Your consent to the privacy statement in force is stored."
        | "Danke. Ihre Einwilligung in die geltende Datenschutzerklärung ist gespeichert.";

    restriction_title: "Restrict your data" | "Daten sperren";
    restriction_text: "Your requests then leave our lists and our search. We read, change and send nothing. You can still read everything, export it, delete it, and lift the restriction (Art. 18 GDPR)."
        | "Ihre Anfragen verschwinden dann aus unseren Listen und aus der Suche. Wir lesen, ändern und versenden nichts. Sie selbst können weiter alles lesen, herunterladen, löschen und die Sperrung aufheben (Art. 18 DSGVO).";
    restrict: "Restrict my data" | "Meine Daten sperren";
    restrict_done: "Your data is restricted." | "Ihre Daten sind gesperrt.";
    lift: "Lift the restriction" | "Sperrung aufheben";
    lift_done: "The restriction that you had set is lifted." | "Die von Ihnen gesetzte Sperrung ist aufgehoben.";
    lift_by_consent: "What you have restricted by withdrawing ends when you agree again."
        | "Was Sie durch den Widerruf gesperrt haben, endet, wenn Sie erneut einwilligen.";
    by_us: "Our team has restricted your data, and only we can lift that. We tell you before we do. You can restrict it yourself as well."
        | "Unser Team hat Ihre Daten gesperrt, und nur wir können das aufheben. Vorher sagen wir Ihnen Bescheid. Sie können sie zusätzlich selbst sperren.";
    by_both: "Our team has restricted your data too. We tell you before we lift that."
        | "Auch unser Team hat Ihre Daten gesperrt. Bevor wir das aufheben, sagen wir Ihnen Bescheid.";
    state_since: "Since" | "Seit";
    state: "We do nothing with your requests, and you can write nothing new until the restriction is lifted."
        | "Wir tun nichts mit Ihren Anfragen, und Sie können nichts Neues schreiben, bis die Sperrung aufgehoben ist.";
    state_withdrawn: "You have withdrawn your consent. We do nothing with your requests until you agree again; or you delete everything."
        | "Sie haben Ihre Einwilligung widerrufen. Wir tun nichts mit Ihren Anfragen, bis Sie erneut einwilligen; oder Sie löschen alles.";

    export_title: "A copy of your data" | "Eine Kopie Ihrer Daten";
    export_text: "Everything in one ZIP file: readable as a page, machine-readable as JSON, with all attachments (Art. 15 and 20 GDPR)."
        | "Alles in einer ZIP-Datei: als Seite zum Lesen, maschinenlesbar als JSON und mit allen Anhängen (Art. 15 und 20 DSGVO).";
    export: "Download a copy" | "Kopie herunterladen";

    delete_title: "Delete everything" | "Alles löschen";
    delete_text: "Your account and everything you have written to us, for good (Art. 17 GDPR)."
        | "Ihr Konto und alles, was Sie uns geschrieben haben, endgültig (Art. 17 DSGVO).";
    delete: "Delete account and data …" | "Konto und Daten löschen …";

    restricted_title: "Processing is restricted" | "Verarbeitung eingeschränkt";
    restricted_text: "This request exists, but the processing of its customer's data is restricted (Art. 18 GDPR). Nothing of it can be shown, answered or changed until that is lifted."
        | "Diese Anfrage gibt es, aber die Verarbeitung der Daten ihres Kunden ist eingeschränkt (Art. 18 DSGVO). Bis das aufgehoben ist, lässt sich nichts davon anzeigen, beantworten oder ändern.";
    restricted_since: "restricted:" | "eingeschränkt:";
    restricted_by_customer: "The customer has restricted it. Only they can lift that."
        | "Der Kunde hat das selbst veranlasst. Nur er kann es aufheben.";
    restricted_by_agent: "Somebody on the team has restricted it." | "Jemand aus dem Team hat das veranlasst.";
    restricted_by_both: "The customer has restricted it, and so has somebody on the team. Both have to lift it."
        | "Der Kunde und jemand aus dem Team haben das veranlasst. Beide müssen es aufheben.";
    agent_restrict_title: "Restrict processing" | "Verarbeitung einschränken";
    agent_restrict_text: "When the customer asks for it (Art. 18 GDPR): all their requests leave every list and the search, and nothing is changed or sent."
        | "Wenn der Kunde es verlangt (Art. 18 DSGVO): Alle seine Anfragen verschwinden aus Listen und Suche, nichts wird geändert oder versendet.";
    agent_restrict: "Restrict this customer's data" | "Daten dieses Kunden sperren";
    agent_lift: "Lift the team's restriction" | "Sperrung des Teams aufheben";
    agent_lift_text: "Tell the customer first (Art. 18(3) GDPR)." | "Sagen Sie es vorher dem Kunden (Art. 18 Abs. 3 DSGVO).";

    own_restricted_title: "Your data is restricted" | "Ihre Daten sind gesperrt";
    own_restricted_text: "Nothing is done with your requests at the moment, so they cannot be changed either. You lift the restriction on the page of your data, with or without an account."
        | "Mit Ihren Anfragen geschieht gerade nichts, deshalb lassen sie sich auch nicht ändern. Die Sperrung heben Sie auf der Seite zu Ihren Daten auf, mit oder ohne Konto.";
    own_restricted_here: "You can read here, but write nothing until the restriction is lifted. Our team sees nothing of it."
        | "Sie können hier lesen, aber nichts schreiben, bis die Sperrung aufgehoben ist. Unser Team sieht nichts davon.";
    own_restricted_list: "Our team sees none of your requests, and you can write nothing new until you lift the restriction."
        | "Unser Team sieht keine Ihrer Anfragen, und Sie können nichts Neues schreiben, bis Sie die Sperrung aufheben.";
    own_restricted_by_us: "Our team has restricted it: nothing is done with your requests, and nothing new can be written. We tell you before we lift that."
        | "Das hat unser Team veranlasst: Mit Ihren Anfragen geschieht nichts, und Neues lässt sich nicht schreiben. Bevor wir das aufheben, sagen wir Ihnen Bescheid.";
    to_restriction: "To the restriction, in “My data”" | "Zur Sperrung unter „Meine Daten“";
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
        (Channel::Web, 1) => say!(language, "1 request by our form", "1 Anfrage über unser Formular"),
        (Channel::Web, _) => {
            say!(language, "{count} requests by our form", "{count} Anfragen über unser Formular")
        }
        (Channel::Mail, 1) => say!(language, "1 request by mail", "1 Anfrage per E‑Mail"),
        (Channel::Mail, _) => say!(language, "{count} requests by mail", "{count} Anfragen per E‑Mail"),
        (Channel::Agent, 1) => {
            say!(
                language,
                "1 request that our team wrote down",
                "1 Anfrage, die unser Team aufgeschrieben hat"
            )
        }
        (Channel::Agent, _) => say!(
            language,
            "{count} requests that our team wrote down",
            "{count} Anfragen, die unser Team aufgeschrieben hat"
        ),
    }
}

/// Mails to the person.
pub fn received_by_you(language: Language, mails: u64) -> String {
    match mails {
        1 => say!(language, "You, by 1 mail", "Sie selbst, mit 1 E‑Mail"),
        _ => say!(language, "You, by {mails} mails", "Sie selbst, mit {mails} E‑Mails"),
    }
}

/// How long data is kept.
pub fn how_long(language: Language, requests: u32, person: u32) -> String {
    say!(
        language,
        "Closed requests are deleted {requests} months after the last activity, and your account {person} months after it was last used, once there are no requests any more.",
        "Geschlossene Anfragen löschen wir {requests} Monate nach der letzten Aktivität, Ihr Konto {person} Monate nach der letzten Nutzung, sobald es keine Anfragen mehr gibt."
    )
}
