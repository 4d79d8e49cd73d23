//! What mail programs write around older mails, in the languages of their users.

/// "-----Original Message-----" and its kin: an older mail follows to the end, unmarked.
pub(crate) fn is_history(line: &str) -> bool {
    let lower = line.to_lowercase();
    if lower.contains("please type your reply above this line")
        || lower.contains("bitte antworten sie oberhalb dieser zeile")
        || lower.contains("reply above this line")
        || lower.contains("antwort bitte oberhalb dieser zeile")
    {
        return true;
    }
    // Some write the first header behind it, on the same line.
    let Some(inner) = lower.strip_prefix("--") else { return false };
    let inner = inner.trim_start_matches(['-', ' ', '*', '=']);
    OLDER.iter().any(|name| inner.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with("--")))
}

/// The same words without a rule around them: an older mail only where a block of headers follows.
pub(crate) fn is_bare_history(line: &str) -> bool {
    let lower = line.to_lowercase();
    OLDER.contains(&lower.trim_matches([' ', '*', ':', '-']))
}

/// What programs call an older mail.
const OLDER: &[&str] = &[
    "original message",
    "original-nachricht",
    "original nachricht",
    "originalnachricht",
    "original mail",
    "original-mail",
    "original appointment",
    "ursprüngliche nachricht",
    "ursprüngliche mail",
    "ursprüngliche e-mail",
    "ursprünglicher termin",
    "ursprungliche nachricht",
    "message d'origine",
    "message d’origine",
    "message original",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "oorspronkelijk bericht",
    "oprindelig meddelelse",
    "opprinnelig melding",
    "ursprungligt meddelande",
    "wiadomość oryginalna",
    "původní zpráva",
    "eredeti üzenet",
    "alkuperäinen viesti",
    "исходное сообщение",
    "原始邮件",
    "原始郵件",
    "原邮件",
    "元のメッセージ",
    "원본 메시지",
    "원본 메일",
];

/// A line that says that a mail is passed on: what follows is what it is about.
pub(crate) fn is_forward(line: &str) -> bool {
    let lower = line.to_lowercase();
    let inner = lower.trim_matches(['-', ' ', '*', ':', '>', '=']);
    matches!(
        inner,
        "forwarded message"
            | "forwarded by"
            | "begin forwarded message"
            | "anfang der weitergeleiteten nachricht"
            | "weitergeleitete nachricht"
            | "message transféré"
            | "message transmis"
            | "début du message transféré"
            | "début du message réexpédié"
            | "mensaje reenviado"
            | "messaggio inoltrato"
            | "inizio messaggio inoltrato"
            | "doorgestuurd bericht"
            | "begin doorgestuurd bericht"
    )
}

/// The first words of subjects of mails that are passed on.
pub(crate) fn is_forward_subject(subject: &str) -> bool {
    prefix(subject, &["fwd", "fw", "wg", "tr", "rv", "enc", "weitergeleitet", "i", "doorst"])
}

/// The first words of subjects of answers.
pub(crate) fn is_answer_subject(subject: &str) -> bool {
    prefix(
        subject,
        &[
            "re", "aw", "antw", "antwort", "sv", "vs", "res", "rif", "r", "odp", "ynt", "ha", "отв", "απ",
            "回复", "答复", "回覆", "返信", "答覆", "회신",
        ],
    )
}

fn prefix(subject: &str, known: &[&str]) -> bool {
    let Some((first, _)) = subject.split_once([':', '：']) else { return false };
    let word = first.split('[').next().unwrap_or_default().trim().to_lowercase();
    known.contains(&word.as_str())
}

/// The verbs of "On … wrote:".
const WROTE: &[&str] = &[
    "wrote",
    "schrieb",
    "writes",
    "geschrieben",
    "a écrit",
    "escribió",
    "ha scritto",
    "escreveu",
    "schreef",
    "skrev",
    "napisał",
    "napisał(a)",
    "napisała",
    "kirjoitti",
    "yazdı",
];

/// Whether a line says who wrote what is quoted below.
pub(crate) fn is_attribution(line: &str) -> bool {
    let lower = line.to_lowercase();
    let body = lower.trim_end_matches([':', '：', ' ', '\u{a0}']);
    let said = WROTE.iter().any(|verb| {
        body.match_indices(verb).any(|(at, _)| {
            let before = body[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            let after = body[at + verb.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric());
            before && after
        })
    });
    said && (has_date(&lower) || lower.contains('@') || lower.contains('<') || lower.chars().count() <= 80)
}

/// The same in any language, for a line right above a quote: an address in brackets, a time, a colon.
pub(crate) fn is_foreign_attribution(line: &str) -> bool {
    let address = line.split_once('<').is_some_and(|(_, rest)| rest.contains('@') && rest.contains('>'));
    address && line.trim_end().ends_with([':', '：']) && has_date(&line.to_lowercase())
}

/// Whether an attribution that is wrapped may begin with this line: it names a time or an address, and
/// no sentence ends with it.
pub(crate) fn may_begin_attribution(line: &str) -> bool {
    let line = line.trim();
    !line.ends_with(['.', '!', '?', ':', '：']) && (has_date(&line.to_lowercase()) || line.contains('@'))
}

/// Whether a line looks like the beginning of an attribution by its first word: a preposition before
/// a date, the date itself, or an address.
pub(crate) fn begins_attribution(line: &str) -> bool {
    const FIRST: &[&str] = &["am", "on", "le", "el", "il", "op", "em", "den", "dnia", "на", "w"];
    let lower = line.trim().to_lowercase();
    let word = lower.split_whitespace().next().unwrap_or_default();
    FIRST.contains(&word) || word.starts_with(|c: char| c.is_ascii_digit())
}

/// One that can stand for itself, as it names a day: "Am 3. Mai 2026 um 10:00 schrieb Ada:".
pub(crate) fn is_dated_attribution(line: &str) -> bool {
    let lower = line.to_lowercase();
    has_date(&lower)
        && (lower.starts_with("am ")
            || lower.starts_with("on ")
            || lower.starts_with("le ")
            || lower.starts_with("el ")
            || lower.starts_with("il ")
            || lower.starts_with("op "))
}

fn has_date(lower: &str) -> bool {
    let digits = lower.bytes().filter(u8::is_ascii_digit).count();
    digits >= 3 && (lower.contains(':') || lower.contains("20") || lower.contains('.'))
}

/// What a program on a telephone adds by itself.
pub(crate) fn is_device_line(line: &str) -> bool {
    let lower = line.to_lowercase();
    let lower = lower.trim_start_matches(['-', '_', ' ', '*', '>']);
    if lower.chars().count() > 140 {
        return false;
    }
    const STARTS: &[&str] = &[
        "von meinem iphone",
        "von meinem ipad",
        "von meinem handy",
        "von meinem smartphone",
        "von meinem mobilgerät",
        "von meinem samsung",
        "von meinem/",
        "von meinem huawei",
        "von meinem xiaomi",
        "von meinem google",
        "von meinem telefon",
        "von meinem tablet",
        "von meiner galaxy",
        "von meinem android",
        "gesendet von meinem",
        "gesendet mit der ",
        "gesendet von mail",
        "gesendet von outlook",
        "gesendet von yahoo",
        "gesendet über",
        "gesendet mit proton",
        "gesendet aus ",
        "diese nachricht wurde von meinem",
        "diese e-mail wurde von meinem",
        "sent from my ",
        "sent from mail for",
        "sent from outlook",
        "sent from yahoo",
        "sent from samsung",
        "sent from gmail",
        "sent from proton",
        "sent with proton",
        "sent via ",
        "get outlook for",
        "holen sie sich outlook für",
        "outlook für android",
        "outlook für ios",
        "envoyé de mon",
        "envoyé depuis",
        "enviado desde mi",
        "inviato da ",
        "verzonden vanaf mijn",
        "skickat från min",
    ];
    STARTS.iter().any(|start| lower.starts_with(start))
}

/// Whether a text is what companies have their mail servers add: that a mail is confidential, and that
/// whoever got it by mistake has to delete it.
pub(crate) fn is_disclaimer(text: &str) -> bool {
    let lower = text.to_lowercase();
    const CONFIDENTIAL: &[&str] =
        &["confidential", "vertraulich", "confidentiel", "confidencial", "vertrouwelijk", "privileged"];
    const MEANT_FOR: &[&str] = &[
        "intended",
        "addressee",
        "recipient",
        "receiver",
        "disclaimer",
        "received this",
        "empfänger",
        "adressat",
        "bestimmt",
        "irrtümlich",
        "destinataire",
        "destinatario",
        "bestemd",
    ];
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    has(CONFIDENTIAL) && has(MEANT_FOR)
}

/// Whether somebody says that their answer stands in the older mail.
pub(crate) fn points_below(line: &str) -> bool {
    let lower = line.to_lowercase();
    const WORDS: &[&str] = &[
        "see below",
        "below",
        "inline",
        "in-line",
        "in red",
        "in blue",
        "in green",
        "in the text",
        "siehe unten",
        "s. unten",
        "s.u.",
        "s. u.",
        "unterhalb",
        "nachstehend",
        "farbig",
        "unten",
        "im text",
        "in rot",
        "in blau",
        "in grün",
        "rot markiert",
        "in roter schrift",
        "in blauer schrift",
        "in grüner schrift",
        "hinter den fragen",
        "zwischen den zeilen",
        "direkt in",
        "darunter",
        "ci-dessous",
        "ci dessous",
        "en rouge",
        "en bleu",
        "dans le texte",
        "más abajo",
        "en rojo",
        "en azul",
        "di seguito",
        "qui sotto",
        "in rosso",
        "hieronder",
        "in het rood",
        "poniżej",
        "na czerwono",
    ];
    WORDS.iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let before = lower[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            let after = lower[at + word.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric());
            before && after
        })
    })
}
