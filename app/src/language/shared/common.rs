//! The frame of every page: header, footer, errors.

texts! {
    skip_to_content: "Skip to the content" | "Zum Inhalt springen";
    navigation: "Main navigation" | "Hauptnavigation";
    footer_navigation: "Further links" | "Weitere Links";
    new_request: "New request" | "Neue Anfrage";
    my_requests: "My requests" | "Meine Anfragen";
    queue: "Requests" | "Anfragen";
    reports: "Reports" | "Auswertung";
    account: "Account" | "Konto";
    log_in: "Log in" | "Anmelden";
    log_out: "Log out" | "Abmelden";
    register: "Register" | "Registrieren";
    language: "Language" | "Sprache";
    privacy: "Privacy" | "Datenschutz";
    imprint: "Legal notice" | "Impressum";
    back_to_start: "To the start page" | "Zur Startseite";
    optional: "optional" | "freiwillig";
    please_check: "Please check what is marked below." | "Bitte prüfen Sie die markierten Angaben.";
    signed_out_title: "You have been signed out" | "Sie wurden abgemeldet";
    signed_out_text: "What you wrote is still here. Sign in again in another tab, then send it from this one."
        | "Was Sie geschrieben haben, ist noch da. Melden Sie sich in einem anderen Tab wieder an, und senden Sie es dann von hier ab.";
    sign_in_elsewhere: "Sign in in another tab" | "In einem anderen Tab anmelden";
    your_text: "Your text" | "Ihr Text";
    your_subject: "Subject" | "Betreff";
    send_again: "Send again" | "Noch einmal senden";
    logged_out_meanwhile: "You have been logged out meanwhile. Log in again in another tab, then send this once more: what you typed is still here."
        | "Sie wurden inzwischen abgemeldet. Melden Sie sich in einem anderen Tab wieder an und senden Sie dann noch einmal: Ihre Eingaben sind noch da.";
    choose_files_again: "Please choose your files again, too." | "Bitte wählen Sie auch Ihre Dateien noch einmal aus.";

    not_found_title: "There is nothing here" | "Hier gibt es nichts";
    not_found_text: "This page does not exist, or it is not meant for you. If you followed a link from a mail, please use the newest one."
        | "Diese Seite gibt es nicht, oder sie ist nicht für Sie bestimmt. Wenn Sie einem Link aus einer E-Mail gefolgt sind, nehmen Sie bitte den neuesten.";
    gone_title: "This link is no longer valid" | "Dieser Link gilt nicht mehr";
    gone_text: "It has been used already, or it has expired. That is for your protection. You can simply ask for a new one."
        | "Er wurde schon benutzt oder ist abgelaufen. Das dient Ihrer Sicherheit. Sie können einfach einen neuen anfordern.";
    forbidden_title: "You may not see this page" | "Diese Seite dürfen Sie nicht sehen";
    forbidden_text: "Your account is not allowed to do this. If you think that is wrong, please ask the people who run this desk."
        | "Ihr Konto hat dafür keine Berechtigung. Wenn Sie das für einen Irrtum halten, wenden Sie sich bitte an die Betreiber.";
    busy_title: "Too much at once" | "Gerade ist zu viel los";
    busy_text: "We have more to do at this moment than we can manage. Please try again in a few seconds."
        | "Im Augenblick ist mehr zu tun, als wir schaffen. Bitte versuchen Sie es in ein paar Sekunden noch einmal.";
    too_many_title: "Please wait a moment" | "Bitte warten Sie einen Augenblick";
    broken_title: "Something went wrong on our side" | "Bei uns ist etwas schiefgegangen";
    broken_text: "It is not your fault, and it has been noted. Please try again in a few minutes. If you tell us about it, mention this word:"
        | "Es liegt nicht an Ihnen und wurde vermerkt. Bitte versuchen Sie es in ein paar Minuten noch einmal. Wenn Sie uns davon berichten, nennen Sie bitte dieses Wort:";
    unreadable_title: "We could not read this" | "Das konnten wir nicht lesen";
    unreadable_text: "What your browser sent was incomplete or damaged. Please go back and send it again."
        | "Was Ihr Browser gesendet hat, war unvollständig oder beschädigt. Bitte gehen Sie zurück und senden Sie es noch einmal.";
    not_yours_title: "This form came from somewhere else" | "Dieses Formular kam von anderswo";
    not_yours_text: "For your protection we take forms from our own pages only. Please open the page here and send it again."
        | "Zu Ihrer Sicherheit nehmen wir nur Formulare von unseren eigenen Seiten an. Bitte öffnen Sie die Seite hier und senden Sie sie noch einmal.";
}
