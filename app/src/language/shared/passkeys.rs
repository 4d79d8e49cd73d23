//! Passkeys.

texts! {
    title: "Passkeys" | "Passkeys";
    text: "A passkey is stored on your phone, computer or security key. You sign in with fingerprint, face or PIN, without a password."
        | "Ein Passkey ist in Ihrem Telefon, Computer oder Sicherheitsschlüssel gespeichert. Sie melden sich mit Fingerabdruck, Gesicht oder PIN an, ohne Passwort.";
    none: "No passkeys yet." | "Noch keine Passkeys.";
    since: "Added:" | "Hinzugefügt:";
    used: "Last used:" | "Zuletzt benutzt:";
    name: "Name of the passkey" | "Name des Passkeys";
    name_hint: "To recognise it, such as “Phone” or “Key ring”." | "Zum Wiedererkennen, etwa „Telefon“ oder „Schlüsselbund“.";
    add: "Add a passkey" | "Passkey hinzufügen";
    remove: "Remove" | "Entfernen";
    added: "The passkey is added. You are signed out everywhere else."
        | "Der Passkey ist hinzugefügt. Überall sonst sind Sie abgemeldet.";
    removed: "The passkey no longer works here. Please delete it on your device too."
        | "Der Passkey gilt hier nicht mehr. Bitte löschen Sie ihn auch auf Ihrem Gerät.";
    log_in: "Sign in with a passkey" | "Mit einem Passkey anmelden";
    confirm: "Confirm with a passkey" | "Mit einem Passkey bestätigen";
}
