//! The account, and taking another mail address.

texts! {
    lede: "What we know about you, and where you can change it." | "Was wir über Sie wissen, und wo Sie es ändern.";

    name_title: "Name" | "Name";
    name_text: "This is how we address you. You can use a made-up name, or none."
        | "So sprechen wir Sie an. Ein erfundener Name genügt, gar keiner auch.";
    name_text_staff: "Customers see it with your replies." | "Er ist an Ihren Antworten sichtbar.";
    name: "Your name" | "Ihr Name";
    save_name: "Save name" | "Namen speichern";
    name_done: "Your name has been saved." | "Ihr Name ist gespeichert.";

    address_title: "Email address" | "E‑Mail-Adresse";
    address_text: "We send you a link to the new address. The old one stays valid until you confirm the new one."
        | "Wir schicken einen Link an die neue Adresse. Bis Sie ihn bestätigen, gilt die bisherige.";
    address_now: "Current:" | "Aktuell:";
    address: "New email address" | "Neue E‑Mail-Adresse";
    address_password: "Your password" | "Ihr Passwort";
    address_password_hint: "So that only you can change it." | "Damit nur Sie das ändern können.";
    save_address: "Send me the link" | "Link zusenden";
    address_done: "An email is on its way to the new address, or went there within the last hour. Please confirm the address with the link in it. Until then the old address stays valid."
        | "An die neue Adresse ist eine E‑Mail unterwegs oder ging in der letzten Stunde dorthin. Bitte bestätigen Sie die Adresse mit dem Link darin; bis dahin gilt die bisherige.";

    language_title: "Language" | "Sprache";
    language_text: "Pages and emails are in this language." | "Seiten und E‑Mails erscheinen in dieser Sprache.";
    save_language: "Save language" | "Sprache speichern";
    language_done: "The language has been saved." | "Die Sprache ist gespeichert.";

    news_title: "Emails about your requests" | "E‑Mails zu Ihren Anfragen";
    news_text: "The email contains the request number, but nothing that was written."
        | "Die E‑Mail nennt die Nummer der Anfrage, aber nichts vom Inhalt.";
    news_wanted: "Send me an email when a customer writes in a request assigned to me"
        | "E‑Mail senden, wenn in einer Anfrage geschrieben wird, für die ich zuständig bin";
    save_news: "Save" | "Speichern";
    news_done: "Saved." | "Gespeichert.";

    password_title: "Password" | "Passwort";
    password_text: "With a new password you stay signed in here and are signed out everywhere else."
        | "Mit einem neuen Passwort bleiben Sie hier angemeldet und werden überall sonst abgemeldet.";
    current_password: "Current password" | "Aktuelles Passwort";
    new_password: "New password" | "Neues Passwort";
    save_password: "Change password" | "Passwort ändern";
    password_done: "Your password has been changed. You are signed out everywhere else."
        | "Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet.";

    sessions_title: "Where you are signed in" | "Wo Sie angemeldet sind";
    sessions_text: "Is one of these sessions not yours? End it, and change your password. We store neither location nor browser, so you only see times."
        | "Eine dieser Sitzungen ist nicht von Ihnen? Beenden Sie sie, und ändern Sie Ihr Passwort. Wir speichern weder Ort noch Browser, deshalb stehen hier nur Zeiten.";
    this_browser: "This browser" | "Dieser Browser";
    another_browser: "Another browser" | "Ein anderer Browser";
    since: "signed in:" | "angemeldet:";
    last_used: "last used:" | "zuletzt benutzt:";
    end_session: "End" | "Beenden";
    session_done: "The other browser is signed out." | "Der andere Browser ist abgemeldet.";

    more_title: "Requests and data" | "Anfragen und Daten";
    more_text: "You can delete your account and everything you have written to us at any time, for good."
        | "Sie können Ihr Konto und alles, was Sie uns geschrieben haben, jederzeit endgültig löschen.";
    delete: "Delete account and data …" | "Konto und Daten löschen …";

    confirm_title: "Confirm your new email address" | "Neue E‑Mail-Adresse bestätigen";
    confirm_lede: "You then sign in with this address, and our emails go there. Requests that you sent from it without an account move to your account."
        | "Danach melden Sie sich mit dieser Adresse an, und unsere E‑Mails gehen dorthin. Anfragen, die Sie von ihr aus ohne Konto gesendet haben, kommen zu Ihrem Konto.";
    confirm_refused: "Your account cannot take this address yet" | "Ihr Konto kann diese Adresse noch nicht übernehmen";
    confirm: "Confirm new address" | "Neue Adresse bestätigen";
    confirmed_title: "Your new email address is now valid" | "Ihre neue E‑Mail-Adresse gilt jetzt";
    confirmed_lede: "Please sign in with it from now on. We have told your old address."
        | "Bitte melden Sie sich ab jetzt mit ihr an. Ihrer bisherigen Adresse haben wir Bescheid gegeben.";
    to_account: "To my account" | "Zu meinem Konto";
}
