//! The words of a text, in one form for what is indexed and for what is searched for.
//!
//! Both engines get words that are made here, so a text in several spellings is found on both alike:
//! composed or decomposed letters (NFC, NFD), full and half width (NFKC), any case, with accents or without,
//! and umlauts in their transcriptions. Scripts that put no space between words are indexed in pairs of
//! signs. Why, and what it costs in false hits: docs/decisions/0018-one-form-for-search.md.

use std::collections::BTreeSet;

use tresen_model::file_name::is_invisible;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

/// The version of the form. An index whose words were made in another one is emptied when it is opened, and
/// made again.
pub(super) const FORM: u32 = 3;

/// Of a longer word the beginning counts, in characters.
const LONGEST: usize = 64;

/// A word as it stands in a text: with what is left of its letters without accents (`koln`), and with the
/// transcription of what has one (`koeln`).
#[derive(Default)]
struct Word {
    plain: String,
    transcribed: String,
}

/// What a text is made of.
enum Piece {
    Word(Word),
    /// A run of a script without spaces between words.
    Run(Vec<char>),
}

/// The words that a text is found by, some of them in several spellings.
pub(super) fn indexed(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Word(word) => words.extend(word.spellings()),
            Piece::Run(run) => {
                words.extend(run.windows(2).map(String::from_iter));
                // Each sign begins a word, so a single one is found.
                words.extend(run.last().map(char::to_string));
            }
        }
    }
    words
}

/// One of the words that somebody searches for.
pub(super) struct Sought {
    /// A text with a word that begins with one of these is found.
    pub(super) beginnings: BTreeSet<String>,
    /// And one with this word.
    pub(super) whole: Option<String>,
}

impl Sought {
    fn exactly(word: String) -> Self {
        Self { beginnings: BTreeSet::from([word]), whole: None }
    }
}

/// The words that somebody searches for.
pub(super) fn sought(typed: &str) -> Vec<Sought> {
    let mut words = Vec::new();
    for piece in pieces(typed) {
        match piece {
            Piece::Word(word) => words.push(word.sought()),
            Piece::Run(run) if run.len() == 1 => words.push(Sought::exactly(run.iter().collect())),
            Piece::Run(run) => {
                words.extend(run.windows(2).map(|pair| Sought::exactly(pair.iter().collect())));
            }
        }
    }
    words
}

impl Word {
    /// All spellings: `Köln` is found as `koln` and `koeln`, `Koeln` as `koeln` and `koln`.
    fn spellings(self) -> BTreeSet<String> {
        let contracted = contracted(&self.transcribed);
        BTreeSet::from([self.plain, self.transcribed, contracted])
    }

    /// The beginning of `ae`, `oe` and `ue` without the `e` is most often another word (`shoe`, `should`), so
    /// that spelling has to be the whole word.
    fn sought(self) -> Sought {
        let whole = Some(contracted(&self.transcribed)).filter(|whole| *whole != self.plain);
        Sought { beginnings: BTreeSet::from([self.plain, self.transcribed]), whole }
    }
}

/// The word with each `ae`, `oe` and `ue` as the letter that it may stand for, without its dots.
fn contracted(word: &str) -> String {
    let mut short = String::with_capacity(word.len());
    for c in word.chars() {
        if c != 'e' || !short.ends_with(['a', 'o', 'u']) {
            short.push(c);
        }
    }
    short
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut word, mut run) = (Word::default(), Vec::new());
    for c in text.nfkc() {
        // Accents that are part of no letter, soft hyphens and the like: they change no word.
        if canonical_combining_class(c) != 0 || (is_invisible(c) && !is_space(c)) {
            continue;
        }
        let joined = is_joined(c);
        if !joined {
            pieces.extend((!run.is_empty()).then(|| Piece::Run(std::mem::take(&mut run))));
        }
        if joined || !c.is_alphanumeric() {
            pieces.extend((!word.plain.is_empty()).then(|| Piece::Word(std::mem::take(&mut word))));
        }
        if joined {
            run.push(c);
        } else if c.is_alphanumeric() {
            word.push(c);
        }
    }
    pieces.extend((!run.is_empty()).then_some(Piece::Run(run)));
    pieces.extend((!word.plain.is_empty()).then_some(Piece::Word(word)));
    pieces
}

impl Word {
    fn push(&mut self, letter: char) {
        if self.plain.chars().count() >= LONGEST {
            return;
        }
        decompose_compatible(letter, |part| match part {
            // The two dots of an umlaut, and the ring of å.
            '\u{308}' if self.plain.ends_with(['a', 'o', 'u']) => self.transcribed.push('e'),
            '\u{30a}' if self.plain.ends_with('a') => self.transcribed.push('a'),
            _ if canonical_combining_class(part) != 0 => {}
            _ => part.to_lowercase().for_each(|c| self.push_small(c)),
        });
    }

    /// Letters that Unicode takes apart no further.
    fn push_small(&mut self, c: char) {
        let (plain, transcribed) = match c {
            'ß' => ("ss", "ss"),
            'æ' => ("ae", "ae"),
            'œ' => ("oe", "oe"),
            'ø' => ("o", "oe"),
            'þ' => ("th", "th"),
            'ð' | 'đ' => ("d", "d"),
            'ł' => ("l", "l"),
            'ħ' => ("h", "h"),
            'ı' => ("i", "i"),
            // The form at the end of a word.
            'ς' => ("σ", "σ"),
            // `İ` in lower case is two characters.
            c if canonical_combining_class(c) != 0 => return,
            c => {
                self.plain.push(c);
                self.transcribed.push(c);
                return;
            }
        };
        self.plain.push_str(plain);
        self.transcribed.push_str(transcribed);
    }
}

/// An invisible character that separates words.
fn is_space(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character is of a script that puts no space between words: Han, Hiragana, Katakana and Bopomofo,
/// Thai, Lao, Khmer and Burmese; and Hangul, where endings are written to the word. After NFKC.
fn is_joined(c: char) -> bool {
    let script = matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3100}'..='\u{312f}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}'
        | '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{0e01}'..='\u{0e4e}' | '\u{0e81}'..='\u{0ece}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}');
    // Those that separate words, as signs do elsewhere.
    script && !matches!(c, '\u{30a0}' | '\u{30fb}' | '฿' | '\u{104a}'..='\u{104f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(typed: &str, text: &str) -> bool {
        let words = indexed(text);
        let found = |sought: &Sought| {
            let begins = |word: &String| sought.beginnings.iter().any(|start| word.starts_with(start));
            words.iter().any(|word| begins(word) || sought.whole.as_ref() == Some(word))
        };
        let sought = sought(typed);
        !sought.is_empty() && sought.iter().all(found)
    }

    #[test]
    fn spellings_of_one_word_find_each_other() {
        for spellings in [
            vec!["Köln", "Koeln", "Koln", "KÖLN", "Ko\u{308}ln", "KOELN", "Ｋöln"],
            vec!["Straße", "Strasse", "STRASSE", "STRAẞE", "straße"],
            vec!["Müller", "Mueller", "Muller", "Mu\u{308}ller", "MÜLLER"],
            vec![
                "Übergrößenträger",
                "Uebergroessentraeger",
                "Ubergrossentrager",
                "U\u{308}bergro\u{308}ßentra\u{308}ger",
            ],
            vec!["Ålborg", "Aalborg", "A\u{30a}lborg"],
            vec!["Ålborg", "Alborg", "A\u{30a}lborg"],
            vec!["Tromsø", "Tromso", "Tromsoe", "TROMSØ"],
            vec!["Æther", "Aether"],
            vec!["œuvre", "oeuvre", "ŒUVRE"],
            vec!["Crème brûlée", "creme brulee", "CRÈME BRÛLÉE", "cre\u{300}me bru\u{302}le\u{301}e"],
            vec!["İstanbul", "Istanbul", "istanbul", "ıstanbul"],
            vec!["Łódź", "Lodz", "łódź"],
            vec!["Οδός", "ΟΔΟΣ", "οδος"],
            vec!["Ёлка", "елка", "ЁЛКА"],
            vec!["ﬁle", "file", "ＦＩＬＥ"],
            vec!["Donau\u{ad}dampf", "Donaudampf"],
            vec!["ﾌﾟﾘﾝﾀｰ", "プリンター", "フ\u{309a}リンター"],
            vec!["프린터", "\u{1111}\u{1173}\u{1105}\u{1175}\u{11ab}\u{1110}\u{1165}"],
            vec!["כתב", "כָּתַב"],
            vec!["Nguyễn", "Nguyen", "NGUYỄN", "Nguye\u{302}\u{303}n"],
            // Letters that are in one piece nowhere: an accent is left beside them.
            vec!["Ọ\u{300}yọ\u{301}", "Oyo", "ọyọ", "O\u{323}\u{300}yo\u{323}\u{301}"],
            vec!["Ağır", "agir", "AĞIR", "ağir"],
            vec!["Řehoř", "Rehor", "R\u{30c}ehor\u{30c}"],
            vec!["Đorđe", "Dorde", "ĐORĐE"],
            vec!["Þórður", "Thordur", "ÞÓRÐUR"],
            vec!["Ħamrun", "Hamrun"],
            vec!["أحمد", "احمد", "أَحْمَد", "ا\u{654}حمد"],
            vec!["CO₂", "CO2", "ＣＯ２"],
            vec!["Ⅳ", "IV", "iv"],
            vec!["№7", "No7"],
            vec!["Maßstäbe", "MASSSTÄBE", "Massstaebe", "MAẞSTÄBE"],
            vec!["Rechnung\u{2011}47", "Rechnung-47", "Rechnung 47"],
            vec!["O’Neill", "O'Neill", "O‘Neill"],
            vec!["ガレージ", "ｶﾞﾚｰｼﾞ", "カ\u{3099}レーシ\u{3099}"],
            vec!["น้ำ", "น้\u{e4d}\u{e32}"],
        ] {
            for typed in &spellings {
                for text in &spellings {
                    assert!(finds(typed, &format!("Vorher {text} danach")), "{typed} in {text}");
                }
            }
        }
    }

    #[test]
    fn a_word_is_found_within_a_run_of_signs() {
        for (text, words) in [
            ("東京都に住んでいます", vec!["東京", "京都", "東京都", "都", "東", "住", "す", "住んで"]),
            ("这台打印机坏了", vec!["打印机", "打印", "坏了", "了", "打印机坏"]),
            ("プリンターが壊れました", vec!["プリンター", "リンタ", "壊れ", "ー", "ターが壊"]),
            ("프린터가고장났습니다", vec!["프린터", "고장", "다", "장났"]),
            ("iPhone15を買いました", vec!["iphone15", "iphone", "を買い", "買"]),
            ("ฉันซื้อเครื่องพิมพ์ใหม่", vec!["เครื่องพิมพ์", "เครื่อง", "พิมพ์", "ใหม่", "ฉัน"]),
            ("ເຄື່ອງພິມເສຍ", vec!["ພິມ", "ເສຍ"]),
            ("注文4711、赤色", vec!["4711", "赤色", "注文"]),
            ("プリンター・サーバー", vec!["サーバー", "プリンター"]),
            ("ម៉ាស៊ីនបោះពុម្ពខូច", vec!["បោះពុម្ព", "ខូច"]),
            ("ပရင်တာပျက်နေသည်", vec!["ပျက်", "ပရင်တာ"]),
            ("ㄅㄆㄇㄈ", vec!["ㄆㄇ"]),
            ("電話は03-1234-5678です", vec!["1234", "電話", "です"]),
            ("𠮷野家の印刷機", vec!["𠮷野", "印刷"]),
            ("𠮷𠀋町", vec!["𠀋", "𠀋町"]),
        ] {
            for word in words {
                assert!(finds(word, text), "{word} in {text}");
                assert!(finds(&word.nfd().to_string(), text), "{word}, decomposed, in {text}");
                assert!(finds(word, &text.nfd().to_string()), "{word} in {text}, decomposed");
            }
        }
        for (text, word) in
            [("東京", "京東"), ("東京", "京都"), ("プリンター", "プリソター"), ("打印机", "印打")]
        {
            assert!(!finds(word, text), "{word} in {text}");
        }
    }

    #[test]
    fn what_is_another_word_is_not_found() {
        for (typed, text) in [
            ("shoe", "you should show"),
            ("fuel", "full"),
            ("true", "trust"),
            ("Koeln", "Kolner Kolne"),
            ("ucker", "Drucker"),
            ("Köln", "Kalender"),
            ("Masse", "Maß"),
        ] {
            assert!(!finds(typed, text), "{typed} in {text}");
        }
    }

    #[test]
    fn beginnings_find_words() {
        for (typed, text) in [
            ("Mül", "Müllerstraße"),
            ("Mueller", "Müllerstraße"),
            ("muller", "Muellerstrasse"),
            ("Müllerstrasse", "Muellerstraße"),
            ("Müllerstr", "MUELLERSTRASSE"),
            ("हिन्दी", "मेरी हिन्दी किताब"),
            ("किता", "मेरी हिन्दी किताब"),
            ("Привет", "привет, мир"),
            ("4711", "Bestellung 4711/2026"),
        ] {
            assert!(finds(typed, text), "{typed} in {text}");
        }
    }

    #[test]
    fn a_long_word_has_an_end_and_nothing_has_no_words() {
        assert!(indexed(&"ä".repeat(5000)).iter().all(|word| word.len() <= 2 * LONGEST));
        for text in ["", " \u{ad}\u{300} ", "*\"'", "・・", "\u{200b}"] {
            assert!(indexed(text).is_empty() && sought(text).is_empty(), "{text:?}");
        }
        assert!(finds("eins", "eins\u{200b}zwei") && finds("zwei", "eins\u{200b}zwei"));
    }
}
