//! The account, and taking another mail address.

texts! {
    lede: "What we know of you, and where you change it." | "Was wir über Sie wissen, und wo Sie es ändern.";

    name_title: "Name" | "Name";
    name_text: "This is how we address you. A made-up name is fine, and so is none."
        | "So sprechen wir Sie an. Ein erfundener Name genügt, gar keiner auch.";
    name_text_staff: "Customers read it under your answers." | "Kunden lesen ihn an Ihren Antworten.";
    name: "Your name" | "Ihr Name";
    save_name: "Save name" | "Namen speichern";
    name_done: "Your name has been saved." | "Ihr Name ist gespeichert.";

    address_title: "Mail address" | "E‑Mail-Adresse";
    address_text: "We send you a link to the new address. The old one stays in force until you confirm the new one there."
        | "Wir schicken einen Link an die neue Adresse. Bis Sie ihn bestätigen, gilt die bisherige.";
    address_now: "Now:" | "Zurzeit:";
    address: "New mail address" | "Neue E‑Mail-Adresse";
    address_password: "Your password" | "Ihr Passwort";
    address_password_hint: "So that nobody else takes your account away from you."
        | "Damit Ihnen niemand sonst das Konto wegnehmen kann.";
    save_address: "Send me the link" | "Link zusenden";
    address_done: "A mail is on its way to the new address. Please confirm it with the link in there; until then the old one is in force."
        | "An die neue Adresse ist eine E‑Mail unterwegs. Bitte bestätigen Sie sie mit dem Link darin; bis dahin gilt die bisherige.";

    language_title: "Language" | "Sprache";
    language_text: "Pages and mails come in this language." | "Seiten und E‑Mails kommen in dieser Sprache.";
    save_language: "Save language" | "Sprache speichern";
    language_done: "The language has been saved." | "Die Sprache ist gespeichert.";

    news_title: "Mails about your requests" | "E‑Mails zu Ihren Anfragen";
    news_text: "The mail names the number of the request and holds nothing of what was written."
        | "Die E‑Mail nennt die Nummer der Anfrage und enthält nichts von dem, was geschrieben wurde.";
    news_wanted: "Send me a mail when a customer writes in a request that is assigned to me"
        | "E‑Mail senden, wenn in einer Anfrage geschrieben wird, für die ich zuständig bin";
    save_news: "Save" | "Speichern";
    news_done: "Saved." | "Gespeichert.";

    password_title: "Password" | "Passwort";
    password_text: "With a new password you stay logged in here and are logged out everywhere else."
        | "Mit einem neuen Passwort bleiben Sie hier angemeldet und werden überall sonst abgemeldet.";
    current_password: "Current password" | "Aktuelles Passwort";
    new_password: "New password" | "Neues Passwort";
    save_password: "Change password" | "Passwort ändern";
    password_done: "Your password has been changed. You are logged out everywhere else."
        | "Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet.";

    sessions_title: "Where you are logged in" | "Wo Sie angemeldet sind";
    sessions_text: "One of these logins is not yours? End it, and change your password. We store neither places nor browsers, so the times have to do."
        | "Eine dieser Anmeldungen ist nicht von Ihnen? Beenden Sie sie, und ändern Sie Ihr Passwort. Wir speichern weder Orte noch Browser, deshalb stehen hier nur Zeiten.";
    this_browser: "This browser" | "Dieser Browser";
    another_browser: "Another browser" | "Ein anderer Browser";
    since: "logged in:" | "angemeldet:";
    last_used: "last used:" | "zuletzt benutzt:";
    end_session: "End" | "Beenden";
    session_done: "That browser is logged out." | "Der andere Browser ist abgemeldet.";

    more_title: "Requests and data" | "Anfragen und Daten";
    more_text: "You can delete your account and everything you have written to us at any time, for good."
        | "Sie können Ihr Konto und alles, was Sie uns geschrieben haben, jederzeit endgültig löschen.";
    delete: "Delete account and data …" | "Konto und Daten löschen …";

    confirm_title: "Confirm your new mail address" | "Neue E‑Mail-Adresse bestätigen";
    confirm_lede: "From then on you log in with this address, and our mails go there."
        | "Danach melden Sie sich mit dieser Adresse an, und unsere E‑Mails gehen dorthin.";
    confirm: "Confirm new address" | "Neue Adresse bestätigen";
    confirmed_title: "Your new mail address is in force" | "Ihre neue E‑Mail-Adresse gilt jetzt";
    confirmed_lede: "Please log in with it from now on. We have told your old address."
        | "Bitte melden Sie sich ab jetzt mit ihr an. Ihrer bisherigen Adresse haben wir Bescheid gegeben.";
    to_account: "To my account" | "Zu meinem Konto";
}
