//! The mailbox of `--dev`.

texts! {
    title: "Outgoing emails" | "Ausgehende E‑Mails";
    lede: "The emails that a mail server would send. Only with --dev."
        | "Die E‑Mails, die ein Mailserver senden würde. Nur mit --dev.";
    none_title: "No emails yet" | "Noch keine E‑Mails";
    none_text: "Send a request, and its confirmation appears here."
        | "Senden Sie eine Anfrage, dann erscheint hier die Bestätigung.";
    back: "Outgoing emails" | "Ausgehende E‑Mails";
    to: "To" | "An";
    from: "From" | "Von";
    subject: "Subject" | "Betreff";
    date: "Date" | "Datum";
    no_subject: "(no subject)" | "(ohne Betreff)";
    raw: "The whole email as it is sent" | "Die ganze E‑Mail, wie sie verschickt wird";
}
