//! How one logs in with more than a password.

use tresen_model::Language;

texts! {
    security_title: "Security" | "Sicherheit";
    security_text: "With a second factor, your password alone opens nothing to whoever gets hold of it."
        | "Mit einem zweiten Faktor nützt Ihr Passwort allein niemandem, der es in die Hand bekommt.";
    to_factors: "Second factor …" | "Zweiter Faktor …";

    title: "Logging in safely" | "Sicher anmelden";
    lede: "A second factor is something that you have, beside the password that you know."
        | "Ein zweiter Faktor ist etwas, das Sie haben, zusätzlich zum Passwort, das Sie kennen.";
    needed: "Whoever works here needs a second factor. Please set one up now; then you can go on."
        | "Wer hier arbeitet, braucht einen zweiten Faktor. Bitte richten Sie jetzt einen ein, dann geht es weiter.";
    locked: "To change something here, please show first that it is you."
        | "Um hier etwas zu ändern, zeigen Sie bitte zuerst, dass Sie es sind.";
    unlock: "Show that it is you" | "Zeigen, dass Sie es sind";

    app_title: "Authenticator app" | "Authenticator-App";
    app_text: "An app on your telephone shows a new code every thirty seconds. It works without a network; any app for TOTP will do."
        | "Eine App auf Ihrem Telefon zeigt alle dreißig Sekunden einen neuen Code. Sie braucht kein Netz; jede App für TOTP ist geeignet.";
    app_off: "Not set up." | "Nicht eingerichtet.";
    app_since: "Set up:" | "Eingerichtet:";
    set_up_app: "Set up an authenticator app" | "Authenticator-App einrichten";
    replace_app: "Set up another app or telephone" | "Andere App oder anderes Telefon einrichten";
    remove_app: "Remove" | "Entfernen";
    remove_app_about: "(the authenticator app)" | "(die Authenticator-App)";
    last_one: "Whoever works here needs a second factor, so the last one cannot be removed; another telephone can take its place."
        | "Wer hier arbeitet, braucht einen zweiten Faktor, deshalb lässt sich der letzte nicht entfernen; ein anderes Telefon kann an seine Stelle treten.";
    app_added: "Your authenticator app is set up. You are logged out everywhere else."
        | "Ihre Authenticator-App ist eingerichtet. Überall sonst sind Sie abgemeldet.";
    app_removed: "The authenticator app is removed. You are logged out everywhere else."
        | "Die Authenticator-App ist entfernt. Überall sonst sind Sie abgemeldet.";

    // With a soft hyphen: beside its text a heading has no room for the word.
    codes_title: "Recovery codes" | "Wiederherstellungs\u{AD}codes";
    codes_text: "Codes on paper, for when the telephone is lost. Each is good once."
        | "Codes auf Papier, falls das Telefon verloren geht. Jeder gilt einmal.";
    codes_later: "You get them when you set up a second factor." | "Sie erhalten sie, wenn Sie einen zweiten Faktor einrichten.";
    codes_none: "None is left. Please make new ones." | "Es ist keiner mehr übrig. Bitte erstellen Sie neue.";
    new_codes: "Make new codes" | "Neue Codes erstellen";
    new_codes_hint: "The old ones are void then, and you are logged out everywhere else."
        | "Die bisherigen gelten dann nicht mehr, und Sie werden überall sonst abgemeldet.";

    kept_title: "Keep these recovery codes" | "Bewahren Sie diese Codes auf";
    kept_lede: "They are shown this once. Write them down or print them, and keep them apart from your telephone: each opens your account once when the telephone is lost."
        | "Sie werden nur dieses eine Mal gezeigt. Schreiben Sie sie auf oder drucken Sie sie aus, und bewahren Sie sie getrennt vom Telefon auf: Jeder öffnet Ihr Konto einmal, wenn das Telefon verloren ist.";
    kept: "I have kept them" | "Ich habe sie aufbewahrt";
    codes_label: "Recovery codes" | "Wiederherstellungscodes";

    setup_title: "Set up an authenticator app" | "Authenticator-App einrichten";
    setup_lede: "Two steps, with your telephone in your hand." | "Zwei Schritte, mit dem Telefon in der Hand.";
    setup_scan: "1. Let the app scan this" | "1. Mit der App scannen";
    setup_scan_text: "Open your authenticator app, choose “add” or “+”, and point the camera here."
        | "Öffnen Sie Ihre Authenticator-App, wählen Sie „Hinzufügen“ oder „+“ und richten Sie die Kamera hierher.";
    setup_picture: "QR code for your authenticator app" | "QR-Code für Ihre Authenticator-App";
    setup_open: "Open the app on this device" | "App auf diesem Gerät öffnen";
    setup_type: "Or type this key in:" | "Oder geben Sie diesen Schlüssel ein:";
    setup_code: "2. Type the code that the app shows" | "2. Den Code eingeben, den die App zeigt";
    setup_code_hint: "Six digits. They change every thirty seconds." | "Sechs Ziffern. Sie wechseln alle dreißig Sekunden.";
    setup_done: "Finish" | "Abschließen";
    setup_cancel: "Cancel" | "Abbrechen";
    setup_failed: "That did not work. Please try the code that the app shows now. If none works, look whether the clocks of both devices are right."
        | "Das hat nicht geklappt. Bitte versuchen Sie den Code, den die App jetzt zeigt. Wenn keiner stimmt, sehen Sie nach, ob die Uhren beider Geräte richtig gehen.";

    second_title: "The second step" | "Der zweite Schritt";
    second_lede: "Your password is right. Please show now that it is really you."
        | "Ihr Passwort stimmt. Zeigen Sie jetzt bitte, dass wirklich Sie es sind.";
    second_failed: "That did not work." | "Das hat nicht geklappt.";
    code: "Code from your authenticator app" | "Code aus Ihrer Authenticator-App";
    code_hint: "Six digits." | "Sechs Ziffern.";
    recovery: "Recovery code" | "Wiederherstellungscode";
    recovery_hint: "One of those that you have kept, such as 7F3K-92QX-M4TB." | "Einer von denen, die Sie aufbewahrt haben, etwa 7F3K-92QX-M4TB.";
    use_recovery: "Use a recovery code instead" | "Stattdessen einen Wiederherstellungscode verwenden";
    use_code: "Use a code from the app instead" | "Stattdessen einen Code aus der App verwenden";
    use_password: "Use the password instead" | "Stattdessen das Passwort verwenden";
    second_gone_title: "Please begin again" | "Bitte beginnen Sie von vorn";
    second_gone: "The second step of a login has to follow within ten minutes."
        | "Der zweite Schritt einer Anmeldung muss innerhalb von zehn Minuten folgen.";
    all_lost: "Lost everything? Whoever runs this service desk can take the second factor from your account; please turn to them."
        | "Alles verloren? Wer diesen Servicedesk betreibt, kann den zweiten Faktor aus Ihrem Konto entfernen; bitte wenden Sie sich dorthin.";

    confirm_title: "Is it you?" | "Sind Sie es?";
    confirm_lede: "What comes next cannot be taken back, or opens your account. So please show once more that it is you; that holds for ten minutes."
        | "Was jetzt kommt, lässt sich nicht zurücknehmen oder öffnet Ihr Konto. Zeigen Sie deshalb bitte noch einmal, dass Sie es sind; das gilt dann für zehn Minuten.";
    confirm_failed: "That did not work." | "Das hat nicht geklappt.";
    password: "Your password" | "Ihr Passwort";
    password_hint: "It is a while ago that you gave it, and this cannot be taken back."
        | "Sie haben es länger nicht eingegeben, und dies lässt sich nicht zurücknehmen.";
    copy_hint: "We ask for your password first: it is a while ago that you gave it."
        | "Wir fragen zuerst nach Ihrem Passwort: Sie haben es länger nicht eingegeben.";
    go_on: "Go on" | "Weiter";
}

/// How many recovery codes are left.
pub fn codes_left(language: Language, left: u32) -> String {
    match left {
        1 => say!(language, "One is left.", "Einer ist noch übrig."),
        _ => say!(language, "{left} are left.", "{left} sind noch übrig."),
    }
}
