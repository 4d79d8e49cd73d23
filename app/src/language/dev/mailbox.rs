//! The mailbox of `--dev`.

texts! {
    title: "Outgoing mail" | "Ausgehende E‑Mails";
    lede: "What would be sent if there were a mail server. Only with --dev."
        | "Was verschickt würde, wenn es einen Mailserver gäbe. Nur mit --dev.";
    none_title: "No mail yet" | "Noch keine E‑Mail";
    none_text: "Send a request, and its confirmation is here." | "Senden Sie eine Anfrage, dann liegt hier deren Bestätigung.";
    back: "Outgoing mail" | "Ausgehende E‑Mails";
    to: "To" | "An";
    from: "From" | "Von";
    subject: "Subject" | "Betreff";
    date: "Date" | "Datum";
    no_subject: "(no subject)" | "(kein Betreff)";
    raw: "The whole mail as it is sent" | "Die ganze E‑Mail, wie sie verschickt wird";
}
