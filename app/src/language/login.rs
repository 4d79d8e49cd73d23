//! Logging in.

texts! {
    lede: "With your mail address and your password." | "Mit Ihrer E‑Mail-Adresse und Ihrem Passwort.";
    failed: "That did not work." | "Das hat nicht geklappt.";
    email: "Mail address" | "E‑Mail-Adresse";
    password: "Password" | "Passwort";
    forgotten: "Forgot your password?" | "Passwort vergessen?";
    no_account: "No account yet?" | "Noch kein Konto?";
    register: "Register with your mail address" | "Mit Ihrer E‑Mail-Adresse registrieren";
}
