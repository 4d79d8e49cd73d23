//! Logging in.

texts! {
    lede: "With your mail address and your password." | "Mit Ihrer E‑Mail-Adresse und Ihrem Passwort.";
    guessed: "Somebody may be guessing at this password. A browser in which you have logged in before still lets you in; and with “Forgot your password?” you get a link by mail."
        | "Vielleicht probiert jemand an diesem Passwort herum. Ein Browser, in dem Sie schon angemeldet waren, lässt Sie weiterhin hinein; und über „Passwort vergessen?“ bekommen Sie einen Link per E‑Mail.";
    failed: "That did not work." | "Das hat nicht geklappt.";
    email: "Mail address" | "E‑Mail-Adresse";
    password: "Password" | "Passwort";
    forgotten: "Forgot your password?" | "Passwort vergessen?";
    no_account: "No account yet?" | "Noch kein Konto?";
    register: "Register with your mail address" | "Mit Ihrer E‑Mail-Adresse registrieren";
}
