//! The frame of every page: header, footer, errors.

texts! {
    skip_to_content: "Skip to content" | "Zum Inhalt springen";
    navigation: "Main navigation" | "Hauptnavigation";
    footer_navigation: "More links" | "Weitere Links";
    new_request: "New request" | "Neue Anfrage";
    my_requests: "My requests" | "Meine Anfragen";
    queue: "Requests" | "Anfragen";
    reports: "Reports" | "Auswertung";
    account: "Account" | "Konto";
    log_in: "Sign in" | "Anmelden";
    log_out: "Sign out" | "Abmelden";
    register: "Register" | "Registrieren";
    language: "Language" | "Sprache";
    privacy: "Privacy" | "Datenschutz";
    imprint: "Legal notice" | "Impressum";
    back_to_start: "Go to the start page" | "Zur Startseite";
    optional: "optional" | "freiwillig";
    please_check: "Please check the fields marked below." | "Bitte prüfen Sie die markierten Angaben.";
    signed_out_title: "You have been signed out" | "Sie wurden abgemeldet";
    signed_out_text: "Your text is still here. Sign in again in another tab, then send it from this one."
        | "Ihr Text ist noch da. Melden Sie sich in einem anderen Tab wieder an, und senden Sie ihn dann von hier ab.";
    sign_in_elsewhere: "Sign in using another tab" | "In einem anderen Tab anmelden";
    your_text: "Your text" | "Ihr Text";
    your_subject: "Subject" | "Betreff";
    send_again: "Send again" | "Noch einmal senden";
    logged_out_meanwhile: "You have been signed out. Sign in again in another tab, then send this again. What you typed is still here."
        | "Sie wurden inzwischen abgemeldet. Melden Sie sich in einem anderen Tab wieder an, und senden Sie dann noch einmal. Ihre Eingaben sind noch da.";
    choose_files_again: "Please choose your files again too." | "Bitte wählen Sie auch Ihre Dateien noch einmal aus.";

    not_found_title: "Page not found" | "Seite nicht gefunden";
    not_found_text: "This page does not exist, or you have no access to it. If you followed a link from an email, please use the newest one."
        | "Diese Seite gibt es nicht, oder Sie haben keinen Zugriff. Wenn Sie einem Link aus einer E‑Mail gefolgt sind, nehmen Sie bitte den neuesten.";
    gone_title: "This link is no longer valid" | "Dieser Link gilt nicht mehr";
    gone_text: "It has been used already, or it has expired. This protects your data. You can ask for a new one."
        | "Er wurde schon benutzt oder ist abgelaufen. Das dient Ihrer Sicherheit. Sie können einen neuen anfordern.";
    forbidden_title: "No access to this page" | "Kein Zugriff auf diese Seite";
    forbidden_text: "Your account does not have permission for this. If you think this is a mistake, please contact the operator."
        | "Ihr Konto hat dafür keine Berechtigung. Wenn Sie das für einen Irrtum halten, wenden Sie sich bitte an den Betreiber.";
    busy_title: "We are busy at the moment" | "Gerade ist zu viel los";
    busy_text: "The service desk is overloaded. Please try again in a few seconds."
        | "Der Servicedesk ist überlastet. Bitte versuchen Sie es in ein paar Sekunden noch einmal.";
    too_many_title: "Please wait a moment" | "Bitte warten Sie einen Augenblick";
    broken_title: "Something went wrong on our side" | "Bei uns ist etwas schiefgegangen";
    broken_text: "It is not your fault, and the error was logged. Please try again in a few minutes. If you contact us about it, mention this code:"
        | "Es liegt nicht an Ihnen, und der Fehler wurde protokolliert. Bitte versuchen Sie es in ein paar Minuten noch einmal. Wenn Sie uns davon berichten, nennen Sie bitte diesen Code:";
    outage_title: "Temporarily not available" | "Vorübergehend nicht verfügbar";
    outage_text: "We cannot save or load data at the moment. The problem is on our side. Please try again in a few minutes."
        | "Wir können gerade keine Daten speichern oder laden. Das liegt an uns, nicht an Ihnen. Bitte versuchen Sie es in ein paar Minuten noch einmal.";
    still_here: "What you typed is still here." | "Ihre Eingaben sind noch da.";
    unreadable_title: "We could not read this" | "Das konnten wir nicht lesen";
    unreadable_text: "Your browser sent incomplete or damaged data. Please go back and send it again."
        | "Ihr Browser hat unvollständige oder beschädigte Daten gesendet. Bitte gehen Sie zurück, und senden Sie es noch einmal.";
    not_yours_title: "This form came from another site" | "Dieses Formular kam von woanders";
    not_yours_text: "For your protection, we accept forms from our own pages only. Please open the page here and send the form again."
        | "Zu Ihrer Sicherheit nehmen wir nur Formulare von unseren eigenen Seiten an. Bitte öffnen Sie die Seite hier, und senden Sie das Formular noch einmal.";
}
