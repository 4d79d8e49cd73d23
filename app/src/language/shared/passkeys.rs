//! Passkeys.

texts! {
    title: "Passkeys" | "Passkeys";
    text: "A passkey lies in your phone, computer or security key. You log in with finger, face or PIN, without a password."
        | "Ein Passkey liegt in Ihrem Telefon, Computer oder Sicherheitsschlüssel. Sie melden sich mit Finger, Gesicht oder PIN an, ohne Passwort.";
    none: "There is none yet." | "Es gibt noch keinen.";
    since: "Added:" | "Hinzugefügt:";
    used: "Last used:" | "Zuletzt benutzt:";
    name: "Name of the passkey" | "Name des Passkeys";
    name_hint: "So that you know it again, such as “Phone” or “Key on my ring”."
        | "Damit Sie ihn wiedererkennen, etwa „Telefon“ oder „Schlüsselbund“.";
    add: "Add a passkey" | "Passkey hinzufügen";
    remove: "Remove" | "Entfernen";
    added: "The passkey is there. You are logged out everywhere else." | "Der Passkey ist da. Überall sonst sind Sie abgemeldet.";
    removed: "The passkey is good for nothing here any more. Please delete it on your device, too."
        | "Der Passkey gilt hier nicht mehr. Bitte löschen Sie ihn auch auf Ihrem Gerät.";
    log_in: "Log in with a passkey" | "Mit einem Passkey anmelden";
    confirm: "Confirm with a passkey" | "Mit einem Passkey bestätigen";
}
