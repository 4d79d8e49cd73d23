//! Registering.

texts! {
    lede: "With an account you see all your requests in one place, including those you have already sent."
        | "Mit einem Konto sehen Sie alle Ihre Anfragen an einem Ort, auch die, die Sie schon gesendet haben.";
    email: "Your email address" | "Ihre E‑Mail-Adresse";
    email_hint: "We send you a link to choose a password." | "Wir schicken Ihnen einen Link, um ein Passwort festzulegen.";
    ask: "Send me the link" | "Link zusenden";
    have_account: "Already have an account?" | "Haben Sie schon ein Konto?";
    sent_lede: "An email is on its way to the address you entered, or went there within the last hour. Use the link in it to continue."
        | "An die angegebene Adresse ist eine E‑Mail unterwegs oder ging in der letzten Stunde dorthin. Mit dem Link darin geht es weiter.";
    choose_title: "Choose a password" | "Passwort festlegen";
    choose_lede: "This is the last step. You are then signed in and see all your requests."
        | "Das ist der letzte Schritt. Danach sind Sie angemeldet und sehen alle Ihre Anfragen.";
    finish: "Create account" | "Konto anlegen";
    join_lede: "You use it to sign in here and answer requests. You may also need a second factor."
        | "Damit melden Sie sich hier an und beantworten Anfragen. Danach kann noch ein zweiter Faktor nötig sein.";
    join: "Start" | "Loslegen";
}
