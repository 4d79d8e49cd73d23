//! How one logs in with more than a password.

use tresen_model::Language;

texts! {
    security_title: "Security" | "Sicherheit";
    security_text: "With a second factor, your password alone is not enough to sign in."
        | "Mit einem zweiten Faktor genügt Ihr Passwort allein nicht zum Anmelden.";
    to_factors: "Second factor …" | "Zweiter Faktor …";

    title: "Secure sign-in" | "Sicher anmelden";
    lede: "A second factor is something you have, in addition to the password you know."
        | "Ein zweiter Faktor ist etwas, das Sie haben, zusätzlich zum Passwort, das Sie kennen.";
    needed: "Your account needs a second factor. Please set one up now to continue."
        | "Ihr Konto braucht einen zweiten Faktor. Bitte richten Sie jetzt einen ein, dann geht es weiter.";
    locked: "Please confirm it's you before you change anything here."
        | "Bitte bestätigen Sie, dass Sie es sind, bevor Sie hier etwas ändern.";
    unlock: "Confirm it's you" | "Identität bestätigen";

    app_title: "Authenticator app" | "Authenticator-App";
    app_text: "An app on your phone shows a new code every 30 seconds. It works offline. Any TOTP app will do."
        | "Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code. Sie braucht kein Netz. Jede TOTP-App ist geeignet.";
    app_off: "Not set up." | "Nicht eingerichtet.";
    app_since: "Set up:" | "Eingerichtet:";
    set_up_app: "Set up an authenticator app" | "Authenticator-App einrichten";
    replace_app: "Set up another app or phone" | "Andere App oder anderes Telefon einrichten";
    remove_app: "Remove" | "Entfernen";
    remove_app_about: "(the authenticator app)" | "(die Authenticator-App)";
    last_one: "Your account needs a second factor, so you cannot remove the last one. You can set up another phone in its place."
        | "Ihr Konto braucht einen zweiten Faktor, deshalb lässt sich der letzte nicht entfernen. Sie können ihn durch ein anderes Telefon ersetzen.";
    app_added: "Your authenticator app is set up. You are signed out everywhere else."
        | "Ihre Authenticator-App ist eingerichtet. Überall sonst sind Sie abgemeldet.";
    app_removed: "The authenticator app is removed. You are signed out everywhere else."
        | "Die Authenticator-App ist entfernt. Überall sonst sind Sie abgemeldet.";

    // With a soft hyphen: beside its text a heading has no room for the word.
    codes_title: "Recovery codes" | "Wiederherstellungs\u{AD}codes";
    codes_text: "Codes on paper, in case you lose your phone. Each works once."
        | "Codes auf Papier, falls Ihr Telefon verloren geht. Jeder gilt einmal.";
    codes_later: "You get them when you set up a second factor." | "Sie erhalten sie, wenn Sie einen zweiten Faktor einrichten.";
    codes_none: "None are left. Please create new ones." | "Es ist keiner mehr übrig. Bitte erstellen Sie neue.";
    new_codes: "Create new codes" | "Neue Codes erstellen";
    new_codes_hint: "The old codes stop working, and you are signed out everywhere else."
        | "Die bisherigen gelten dann nicht mehr, und Sie werden überall sonst abgemeldet.";

    kept_title: "Save these recovery codes" | "Bewahren Sie diese Codes auf";
    kept_lede: "They are shown only once. Write them down or print them, and keep them apart from your phone. If you lose the phone, each code lets you sign in once."
        | "Sie werden nur dieses eine Mal gezeigt. Schreiben Sie sie auf oder drucken Sie sie aus, und bewahren Sie sie getrennt vom Telefon auf. Ist das Telefon verloren, können Sie sich mit jedem Code einmal anmelden.";
    kept: "I have saved them" | "Ich habe sie aufbewahrt";
    codes_label: "Recovery codes" | "Wiederherstellungscodes";

    setup_title: "Set up an authenticator app" | "Authenticator-App einrichten";
    setup_lede: "Two steps. You need your phone." | "Zwei Schritte. Sie brauchen Ihr Telefon.";
    setup_scan: "1. Scan this with the app" | "1. Mit der App scannen";
    setup_scan_text: "Open your authenticator app, choose “add” or “+”, and point the camera here."
        | "Öffnen Sie Ihre Authenticator-App, wählen Sie „Hinzufügen“ oder „+“, und richten Sie die Kamera hierher.";
    setup_picture: "QR code for your authenticator app" | "QR-Code für Ihre Authenticator-App";
    setup_open: "Open the app on this device" | "App auf diesem Gerät öffnen";
    setup_type: "Or enter this key:" | "Oder geben Sie diesen Schlüssel ein:";
    setup_code: "2. Enter the code from the app" | "2. Den Code aus der App eingeben";
    setup_code_hint: "Six digits. They change every 30 seconds." | "Sechs Ziffern. Sie wechseln alle 30 Sekunden.";
    setup_done: "Finish" | "Abschließen";
    setup_cancel: "Cancel" | "Abbrechen";
    setup_failed: "That did not work. Please try the code that the app shows now. If that fails too, check the clocks of both devices."
        | "Das hat nicht geklappt. Bitte versuchen Sie den Code, den die App jetzt zeigt. Wenn auch der nicht stimmt, prüfen Sie die Uhren beider Geräte.";

    second_title: "Second factor" | "Zweiter Faktor";
    second_lede: "Your password is correct. Now confirm it's you."
        | "Ihr Passwort stimmt. Bestätigen Sie jetzt, dass Sie es sind.";
    second_failed: "That did not work." | "Das hat nicht geklappt.";
    code: "Code from your authenticator app" | "Code aus Ihrer Authenticator-App";
    code_hint: "Six digits." | "Sechs Ziffern.";
    recovery: "Recovery code" | "Wiederherstellungscode";
    recovery_hint: "One of your saved codes, such as 7F3K-92QX-M4TB." | "Einer Ihrer aufbewahrten Codes, etwa 7F3K-92QX-M4TB.";
    use_recovery: "Use a recovery code instead" | "Stattdessen einen Wiederherstellungscode verwenden";
    use_code: "Use a code from the app instead" | "Stattdessen einen Code aus der App verwenden";
    use_password: "Use the password instead" | "Stattdessen das Passwort verwenden";
    second_gone_title: "Please sign in again" | "Bitte melden Sie sich noch einmal an";
    second_gone: "Please use your second factor within ten minutes of the password."
        | "Bitte verwenden Sie den zweiten Faktor innerhalb von zehn Minuten nach dem Passwort.";
    all_lost: "Lost everything? The operator of this service desk can remove the second factor from your account. Please contact them."
        | "Alles verloren? Der Betreiber dieses Servicedesks kann den zweiten Faktor aus Ihrem Konto entfernen. Bitte wenden Sie sich an ihn.";

    confirm_title: "Confirm it's you" | "Identität bestätigen";
    confirm_lede: "The next step cannot be undone, or it opens your account. Please confirm it's you. This is valid for ten minutes."
        | "Der nächste Schritt lässt sich nicht rückgängig machen oder öffnet Ihr Konto. Bitte bestätigen Sie, dass Sie es sind. Das gilt dann für zehn Minuten.";
    confirm_failed: "That did not work." | "Das hat nicht geklappt.";
    password: "Your password" | "Ihr Passwort";
    password_hint: "You entered it some time ago, and this cannot be undone."
        | "Sie haben es länger nicht eingegeben, und dies lässt sich nicht rückgängig machen.";
    copy_hint: "We ask for your password because you entered it some time ago."
        | "Wir fragen nach Ihrem Passwort, weil Sie es länger nicht eingegeben haben.";
    go_on: "Continue" | "Weiter";
}

/// How many recovery codes are left.
pub fn codes_left(language: Language, left: u32) -> String {
    match left {
        1 => say!(language, "One is left.", "Einer ist noch übrig."),
        _ => say!(language, "{left} are left.", "{left} sind noch übrig."),
    }
}
