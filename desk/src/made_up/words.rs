//! Texts in two languages, in which each word is as frequent as its rank says (Zipf's law): a few are in almost
//! every text, and most are in very few.

use fastrand::Rng;

/// The most frequent words of English.
const ENGLISH: &str = "the to and of a in is that it for on you this with I not we my be have are was as at your \
    but can from if or by has an there do when they so will all would no since which up what our me been please after \
    still only out just could about time he how any more one now over new them other than then into some may two us \
    yesterday again today get before first because also week day need tried where these should very works work does \
    did made back way even same last morning already try problem error message thank help send sent order number \
    account page button open working know see show shows change found wrong missing received answer wait question \
    address question update twice nothing something anything always never without under between during few";

/// The most frequent words of German.
const GERMAN: &str = "die der und in zu den das nicht von ist des sich mit dem dass es ein ich auf so eine auch als an \
    nach wie im für man aber aus durch wenn nur war noch werden bei hat wir was wird sein einen welche sind oder zur um \
    haben einer mir über ihm diese einem ihr uns da zum kann doch vor dieser mich ihn du hatte seine mehr am denn nun \
    unter sehr selbst schon hier bis habe ihre dann ihnen seiner alle wieder meine Zeit gegen vom ganz einzelnen wo muss \
    ohne eines können sei seit heute gestern leider bitte vielen Dank Hilfe Frage Problem Fehler Meldung Nummer Seite \
    Bestellung Konto Adresse Antwort funktioniert geht erscheint bekommen geschickt gesendet versucht weiterhin \
    inzwischen erneut falsch fehlt richtig möglich Woche Morgen jetzt immer nie nichts etwas zwei drei neu neue alte";

/// What people write about, in English.
const THINGS: &str = "invoice password printer delivery contract login scanner heating payment refund parcel screen \
    laptop phone network router update software license keyboard mouse monitor server backup calendar meeting room key \
    door window lamp chair desk elevator parking garage ticket train flight hotel booking receipt tax salary vacation \
    form signature document folder file photo video camera microphone headset charger battery cable adapter socket \
    toner paper tray envelope stamp label warehouse shelf pallet truck driver address customer supplier partner team \
    manager colleague department project budget report";

/// The same in German, in other words: they make compounds.
const DINGE: &str = "Rechnung Passwort Drucker Lieferung Vertrag Anmeldung Scanner Heizung Zahlung Erstattung Paket \
    Bildschirm Laptop Telefon Netzwerk Router Aktualisierung Programm Lizenz Tastatur Maus Monitor Server Sicherung \
    Kalender Termin Raum Schlüssel Tür Fenster Lampe Stuhl Tisch Aufzug Parkplatz Garage Fahrkarte Zug Flug Hotel \
    Buchung Beleg Steuer Gehalt Urlaub Formular Unterschrift Dokument Ordner Datei Foto Video Kamera Mikrofon Kopfhörer \
    Ladegerät Akku Kabel Adapter Steckdose Toner Papier Fach Umschlag Briefmarke Etikett Lager Regal Palette Wagen \
    Fahrer Anschrift Kunde Lieferant Partner Gruppe Leitung Kollege Abteilung Projekt Haushalt Bericht";

/// Words that nobody else uses: names, products, codes.
const RARE: u64 = 12_000;

/// How steeply frequency falls with rank, and how flat it begins (Mandelbrot).
const EXPONENT: f64 = 1.07;
const OFFSET: f64 = 2.7;

/// The words of one language, by rank.
pub(super) struct Vocabulary {
    words: Vec<String>,
    /// For each word, how often it and those before it come, in parts of the last.
    sums: Vec<f64>,
    greetings: [&'static str; 3],
    farewells: [&'static str; 3],
}

impl Vocabulary {
    pub(super) fn english() -> Self {
        let greetings = ["Hello,", "Good day,", "Dear team,"];
        Self::new(ENGLISH, THINGS, " ", greetings, ["Kind regards", "Thank you", "Best wishes"])
    }

    pub(super) fn german() -> Self {
        let greetings = ["Guten Tag,", "Hallo,", "Sehr geehrte Damen und Herren,"];
        Self::new(GERMAN, DINGE, "", greetings, ["Mit freundlichen Grüßen", "Vielen Dank", "Viele Grüße"])
    }

    /// `glue` is put between the parts of a compound, of which German makes one word.
    fn new(
        common: &str,
        things: &str,
        glue: &str,
        greetings: [&'static str; 3],
        farewells: [&'static str; 3],
    ) -> Self {
        let things: Vec<&str> = things.split_whitespace().collect();
        let mut words: Vec<String> = Vec::new();
        // The first few are in every sentence; from then on things come between them.
        let mut things_left = things.iter();
        for (rank, word) in common.split_whitespace().enumerate() {
            words.push(word.to_owned());
            if rank >= 30 && rank % 2 == 0 {
                words.extend(things_left.next().map(|thing| (*thing).to_owned()));
            }
        }
        words.extend(things_left.map(|thing| (*thing).to_owned()));
        for first in &things {
            let compounds = things.iter().filter(|second| *second != first);
            words.extend(compounds.map(|second| format!("{first}{glue}{}", second.to_lowercase())));
        }
        words.extend((0..RARE).map(rare));
        let mut sum = 0.0;
        let sums = (0..words.len()).map(|rank| {
            sum += (rank as f64 + OFFSET).powf(-EXPONENT);
            sum
        });
        Self { sums: sums.collect(), words, greetings, farewells }
    }

    /// A word, the frequent ones more often.
    pub(super) fn word(&self, random: &mut Rng) -> &str {
        let at = random.f64() * self.sums.last().copied().unwrap_or_default();
        let rank = self.sums.partition_point(|sum| *sum < at);
        self.words.get(rank).map_or("", String::as_str)
    }

    /// A subject of some words.
    pub(super) fn subject(&self, random: &mut Rng) -> String {
        let count = random.usize(2..7);
        let mut subject = String::new();
        self.sentence(random, count, &mut subject);
        subject
    }

    /// What somebody writes: of about so many words, in sentences and paragraphs. Signed with a name, if one is given.
    pub(super) fn text(&self, random: &mut Rng, words: usize, name: Option<&str>) -> String {
        let mut text = String::with_capacity(words * 8 + 80);
        if name.is_some() {
            text.push_str(self.greetings[random.usize(..3)]);
            text.push_str("\n\n");
        }
        let mut left = words.max(3);
        while left > 0 {
            let count = random.usize(4..14).min(left);
            self.sentence(random, count, &mut text);
            left -= count;
            text.push_str(if random.u8(..8) == 0 { "?" } else { "." });
            if left > 0 {
                text.push_str(if random.u8(..5) == 0 { "\n\n" } else { " " });
            }
        }
        if let Some(name) = name {
            text.push_str("\n\n");
            text.push_str(self.farewells[random.usize(..3)]);
            text.push('\n');
            text.push_str(name);
        }
        text
    }

    fn sentence(&self, random: &mut Rng, words: usize, text: &mut String) {
        for index in 0..words {
            let word = self.word(random);
            if index == 0 {
                let mut letters = word.chars();
                text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                text.push_str(letters.as_str());
            } else {
                text.push_str(if random.u8(..12) == 0 { ", " } else { " " });
                text.push_str(word);
            }
        }
    }
}

/// One of [`RARE`] words, each of three syllables or a number.
fn rare(number: u64) -> String {
    const SYLLABLES: [&str; 22] = [
        "ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "da", "fe", "gi", "ho", "ju", "ka", "le",
        "mi", "no", "pu", "ri", "xa",
    ];
    if number % 4 == 3 {
        return (10_000 + number * 7).to_string();
    }
    let syllable = |place: u64| SYLLABLES[(place % 22) as usize];
    format!("{}{}{}", syllable(number), syllable(number / 22), syllable(number / 484 + 5))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn words_are_as_frequent_as_their_rank_says() {
        for vocabulary in [Vocabulary::english(), Vocabulary::german()] {
            let mut random = Rng::with_seed(1);
            let mut counts = HashMap::<&str, u32>::new();
            for _ in 0..200_000 {
                *counts.entry(vocabulary.word(&mut random)).or_default() += 1;
            }
            let mut counts: Vec<u32> = counts.into_values().collect();
            counts.sort_unstable_by(|a, b| b.cmp(a));
            // The first is in every twentieth place or so, and falls as 1/rank; thousands come once or twice.
            assert!((4_000..20_000).contains(&counts[0]), "{}", counts[0]);
            assert!((5..30).contains(&(counts[9] / counts[99])), "{} {}", counts[9], counts[99]);
            assert!(counts.len() > 10_000, "{}", counts.len());
        }
    }

    #[test]
    fn the_same_seed_writes_the_same() {
        let vocabulary = Vocabulary::german();
        let text = |seed| vocabulary.text(&mut Rng::with_seed(seed), 40, Some("Ada"));
        assert_eq!(text(5), text(5));
        assert_ne!(text(5), text(6));
        assert!(text(5).ends_with("\nAda"));
    }
}
