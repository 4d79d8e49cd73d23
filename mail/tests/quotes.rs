//! What a person wrote, told from what their program quotes; in many programs and languages.

use tresen_mail::{Limits, Message, read};

fn answer(text: &str) -> Message {
    let raw = format!(
        "From: ada@example.com\nSubject: Re: Printer\nIn-Reply-To: <r.1@desk.example.org>\n\
         Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    );
    read(raw.as_bytes(), &Limits::default())
}

#[test]
fn words_above_an_attribution_are_a_persons() {
    for attribution in [
        "On Mon, May 4, 2026 at 9:58 AM Tresen <support@example.org> wrote:",
        "On Mon, May 4, 2026 at 9:58 AM Tresen\n<support@example.org> wrote:",
        "Am 04.05.26 um 09:58 schrieb Tresen:",
        "Am Mo., 4. Mai 2026 um 09:58 Uhr schrieb Der lange Name des\nTresens <support@example.org>:",
        "Le 04/05/2026 à 09:58, Tresen a écrit :",
        "El 4/5/26 a las 9:58, Tresen escribió:",
        "Il 04/05/26 09:58, Tresen ha scritto:",
        "Op 04-05-2026 om 09:58 schreef Tresen:",
        "4 May 2026, 09:58 by support@example.org wrote:",
        "Tresen <support@example.org> schrieb am 4. Mai 2026 um 09:58:",
        "Tresen <support@example.org> 于2026年5月4日周一 09:58写道：",
        "пн, 4 мая 2026 г. в 09:58, Tresen <support@example.org>:",
        "po 4. 5. 2026 v 9:58 odesílatel Tresen <support@example.org> napsal:",
        "2026年5月4日(月) 9:58 Tresen <support@example.org>:",
        "Tresen <support@example.org> writes:",
    ] {
        for own in [
            "Thanks!",
            "Hello\nplease send it",
            "It broke on 4.5.2026.",
            "On the one hand it works",
            "Am Montag ging es noch",
            "Call 030 1234567, please",
            "Room 2.04, left door",
            "> is what I typed",
            "Does it help?",
            "First line\nsecond line\nthird line",
        ] {
            for gap in ["\n", "\n\n"] {
                let message = answer(&format!("{own}{gap}{attribution}\n> Does it still ring?"));
                // Three lines at most are taken for one attribution.
                let whole = message.text == own || message.rest.is_none();
                assert!(whole, "{own}{gap}{attribution}: {:?}", message.text);
                if gap == "\n\n" && !own.starts_with('>') {
                    assert_eq!(message.text, own, "{attribution}");
                    assert!(message.rest.is_some_and(|rest| rest.contains("Tresen") || rest.contains("by")));
                }
            }
        }
    }
}

#[test]
fn words_right_above_an_attribution_do_not_go_with_it() {
    for own in ["please send it", "Hello\n\nplease send it", "It broke on 4.5.2026.\nplease send it"] {
        for attribution in [
            "Am 04.05.26 um 09:58 schrieb Tresen:",
            "On 4 May 2026 at 09:58 Tresen <support@example.org> wrote:",
        ] {
            let message = answer(&format!("{own}\n{attribution}\n> Does it still ring?"));
            assert_eq!(message.text, own, "{attribution}");
            assert_eq!(message.rest, Some(format!("{attribution}\n> Does it still ring?")));
        }
    }
}

#[test]
fn blocks_of_headers_begin_an_older_mail_in_any_language() {
    for block in [
        "From: Tresen <support@example.org>\nSent: Monday, May 4, 2026 9:58 AM\nTo: Ada\nSubject: Printer",
        "Von: Tresen\nGesendet: Montag, 4. Mai 2026 09:58\nAn: Ada\nBetreff: Drucker\nPriorität: Hoch",
        "Gesendet: Montag, 04. Mai 2026 um 09:58 Uhr\nVon: \"Tresen\" <support@example.org>\nAn: ada@example.com\nBetreff: Drucker",
        "De : Tresen\nEnvoyé : lundi 4 mai 2026 09:58\nÀ : Ada\nObjet : Imprimante",
        "De: Tresen\nEnviado el: lunes, 4 de mayo de 2026 9:58\nPara: Ada\nAsunto: Impresora",
        "Da: Tresen\nInviato: lunedì 4 maggio 2026 09:58\nA: Ada\nOggetto: Stampante",
        "Van: Tresen\nVerzonden: maandag 4 mei 2026 09:58\nAan: Ada\nOnderwerp: Printer",
        "Od: Tresen\nWysłano: poniedziałek, 4 maja 2026 09:58\nDo: Ada\nTemat: Drukarka",
        "Od: Tresen\nOdesláno: pondělí 4. května 2026 9:58\nKomu: Ada\nPředmět: Tiskárna",
        "Feladó: Tresen\nKüldve: 2026. május 4., hétfő 9:58\nCímzett: Ada\nTárgy: Nyomtató",
        "Lähettäjä: Tresen\nLähetetty: maanantai 4. toukokuuta 2026 9.58\nVastaanottaja: Ada\nAihe: Tulostin",
        "Från: Tresen\nSkickat: den 4 maj 2026 09:58\nTill: Ada\nÄmne: Skrivare",
        "Kimden: Tresen\nGönderildi: 4 Mayıs 2026 Pazartesi 09:58\nKime: Ada\nKonu: Yazıcı",
        "От: Tresen\nОтправлено: понедельник, 4 мая 2026 г. 9:58\nКому: Ada\nТема: Принтер",
        "Від: Tresen\nНадіслано: 4 травня 2026 р. 9:58\nКому: Ada\nТема: Принтер",
        "Από: Tresen\nΣτάλθηκε: Δευτέρα, 4 Μαΐου 2026 9:58\nΠρος: Ada\nΘέμα: Εκτυπωτής",
        "发件人: Tresen\n发送时间: 2026年5月4日 9:58\n收件人: Ada\n主题: 打印机",
        "寄件者: Tresen\n寄件日期: 2026年5月4日 9:58\n收件者: Ada\n主旨: 印表機",
        "差出人: Tresen\n送信日時: 2026年5月4日 9:58\n宛先: Ada\n件名: プリンター",
        "보낸 사람: Tresen\n보낸 날짜: 2026년 5월 4일\n받는 사람: Ada\n제목: 프린터",
        "*From:* Tresen\n*Date:* Mon, 4 May 2026\n*To:* Ada\n*Subject:* Printer",
        "  Original Message\nFrom: Tresen\nSent: May 4, 2026 9:58 AM\nTo: Ada\nSubject: Printer",
        "------------------ 原始邮件 ------------------\n发件人: Tresen",
        "________________________________\nVon: Tresen\nGesendet: Montag\nAn: Ada",
    ] {
        let message = answer(&format!("Thanks!\n\n{block}\n\nDoes it still ring?"));
        assert_eq!(message.text, "Thanks!", "{block}");
        assert!(message.rest.is_some_and(|rest| rest.ends_with("Does it still ring?")), "{block}");
    }
}

#[test]
fn who_points_at_the_older_mail_has_answered_in_it() {
    for words in [
        "Hello, my answers:",
        "Meine Antworten:",
        "Mes réponses :",
        "私の答え：",
        "Antworten s. u.",
        "Antworten stehen unten.",
        "Siehe unten, in roter Schrift",
        "Meine Anmerkungen farbig im Text.",
        "Antworten nachstehend",
        "See my comments in red.",
        "Answers inline.",
        "Mes réponses ci-dessous, en rouge",
        "Respuestas más abajo",
        "Le risposte qui sotto, in rosso",
        "Zie hieronder",
        "Odpowiedzi poniżej",
    ] {
        let older =
            "Von: Tresen\nGesendet: Montag, 4. Mai 2026\nAn: Ada\nBetreff: Drucker\n\nKlingelt er?\nJa.";
        let message = answer(&format!("{words}\n\n{older}"));
        assert!(message.text.ends_with("Ja.") && message.rest.is_none(), "{words}: {:?}", message.text);
    }
}

#[test]
fn words_that_look_like_marks_are_words() {
    for text in [
        "Hier die Angaben:\n\nVon: Köln\nDatum: 4. Mai\nAn: Bonn\nBetreff: Transport 17\n\nBitte buchen.",
        "Please call Eve <eve@example.com> on 4.5.2026 at 9:00:",
        "He wrote:\nit is broken",
        "Danke.\n\n--------------------\nBitte auch das zweite Gerät prüfen.",
        "Thanks!\n\n| Does it still ring?\n| Sincerely",
        "AL> Does it still ring?\n\nYes.\n\nAL> And the light?\n\nOff.",
        "Original message\nis what the display says.",
        "Von: der Leiter\nist das Gerät gefallen.",
        "1 > 0, and the text goes on",
        "Begin forwarded message: I do not know what that means.",
    ] {
        let message = answer(text);
        assert_eq!((message.text.as_str(), message.rest), (text, None));
    }
}
