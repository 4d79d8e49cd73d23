//! Blocks of headers that Outlook and others write above an older mail, in the languages of their users.

/// Names of headers in the blocks that Outlook and others write above an older mail.
const FROM: &[&str] = &[
    "from",
    "von",
    "de",
    "da",
    "van",
    "från",
    "fra",
    "od",
    "expéditeur",
    "feladó",
    "lähettäjä",
    "kimden",
    "от",
    "від",
    "από",
    "发件人",
    "寄件者",
    "差出人",
    "보낸 사람",
    "de la",
];
const DATE: &[&str] = &[
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "enviado",
    "enviado el",
    "inviato",
    "verzonden",
    "data",
    "fecha",
    "skickat",
    "sendt",
    "wysłano",
    "gesendet am",
    "odesláno",
    "küldve",
    "lähetetty",
    "gönderildi",
    "trimis",
    "отправлено",
    "дата",
    "надіслано",
    "στάλθηκε",
    "发送时间",
    "发送日期",
    "寄件日期",
    "送信日時",
    "보낸 날짜",
];
const OTHER: &[&str] = &[
    "to",
    "an",
    "à",
    "para",
    "a",
    "aan",
    "till",
    "til",
    "do",
    "cc",
    "subject",
    "betreff",
    "objet",
    "asunto",
    "oggetto",
    "onderwerp",
    "ämne",
    "emne",
    "temat",
    "assunto",
    "kopie",
    "komu",
    "předmět",
    "címzett",
    "tárgy",
    "vastaanottaja",
    "aihe",
    "kime",
    "konu",
    "către",
    "subiect",
    "кому",
    "тема",
    "προς",
    "θέμα",
    "收件人",
    "收件者",
    "主题",
    "主旨",
    "宛先",
    "件名",
    "받는 사람",
    "제목",
];

fn header_name(line: &str) -> Option<String> {
    let (name, _) = line.split_once([':', '：'])?;
    (name.len() <= 30).then(|| name.trim().trim_matches('*').trim().to_lowercase())
}

/// Whether a block of headers may begin with a line: cheap, for every line of a text.
pub(crate) fn may_begin(line: &str) -> bool {
    header_name(line.trim_start_matches('*'))
        .is_some_and(|name| FROM.contains(&name.as_str()) || DATE.contains(&name.as_str()))
}

/// Whether a line is one of such a block.
pub(crate) fn is_line(line: &str) -> bool {
    header_name(line.trim().trim_start_matches('*'))
        .is_some_and(|name| [FROM, DATE, OTHER].iter().any(|names| names.contains(&name.as_str())))
}

/// Whether lines are such a block: who, when, and one thing more.
pub(crate) fn is_whole<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut from, mut date, mut other) = (false, false, 0);
    for (index, line) in lines.enumerate() {
        let name = header_name(line);
        let Some(name) = name else {
            // A header may be folded; an empty line ends the block.
            if line.is_empty() || index == 0 {
                break;
            }
            continue;
        };
        from |= FROM.contains(&name.as_str());
        date |= DATE.contains(&name.as_str());
        other += usize::from(OTHER.contains(&name.as_str()));
        if index == 0 && !from && !date {
            return false;
        }
    }
    from && (date && other >= 1 || other >= 2)
}
