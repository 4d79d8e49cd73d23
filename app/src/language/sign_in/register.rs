//! Registering.

texts! {
    lede: "With an account you see all your requests in one place, those you have already sent included."
        | "Mit einem Konto sehen Sie alle Ihre Anfragen an einem Ort, auch die, die Sie schon gesendet haben.";
    email: "Your mail address" | "Ihre E‑Mail-Adresse";
    email_hint: "We send you a link. With it you choose a password."
        | "Wir schicken Ihnen einen Link. Damit legen Sie ein Passwort fest.";
    ask: "Send me the link" | "Link zusenden";
    have_account: "Already have an account?" | "Haben Sie schon ein Konto?";
    sent_lede: "A mail is on its way to the address that you gave. Its link leads you on."
        | "An die angegebene Adresse ist eine E‑Mail unterwegs. Mit dem Link darin geht es weiter.";
    choose_title: "Choose a password" | "Passwort festlegen";
    choose_lede: "This is the last step. Then you are logged in and see all your requests."
        | "Das ist der letzte Schritt. Danach sind Sie angemeldet und sehen alle Ihre Anfragen.";
    finish: "Create account" | "Konto anlegen";
    join_lede: "With it you log in here and answer requests. A second step may be asked for after this one."
        | "Damit melden Sie sich hier an und beantworten Anfragen. Danach kann noch ein zweiter Faktor nötig sein.";
    join: "Begin" | "Loslegen";
}
