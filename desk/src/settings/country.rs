//! Countries, as far as the law on transfers of data tells them apart.

use std::fmt;

use serde::{Deserialize, Serialize};
use tresen_model::Language;

/// A country by its two letters (ISO 3166-1 alpha-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// Not two letters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no country code; write two letters as in ISO 3166-1, for example \"DE\"")]
pub struct UnknownCountry(String);

impl Country {
    /// Reads two letters, in either case.
    ///
    /// # Errors
    /// [`UnknownCountry`] for anything else.
    pub fn parse(code: &str) -> Result<Self, UnknownCountry> {
        match code.trim().as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(UnknownCountry(code.to_owned())),
        }
    }

    /// Whether it belongs to the European Economic Area, where the GDPR applies and a transfer
    /// needs no ground of its own. Any other is a third country (Art. 44 GDPR).
    pub fn in_economic_area(self) -> bool {
        ECONOMIC_AREA.iter().any(|(code, ..)| code.as_bytes() == self.0)
    }

    /// What it is called; the two letters where no name is listed here.
    pub fn name(self, language: Language) -> String {
        let listed = ECONOMIC_AREA.iter().chain(THIRD_COUNTRIES).find(|(code, ..)| code.as_bytes() == self.0);
        match (listed, language) {
            (Some((_, english, _)), Language::English) => (*english).to_owned(),
            (Some((_, _, german)), Language::German) => (*german).to_owned(),
            (None, _) => self.to_string(),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl TryFrom<String> for Country {
    type Error = UnknownCountry;

    fn try_from(code: String) -> Result<Self, UnknownCountry> {
        Self::parse(&code)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.to_string()
    }
}

/// Code, English name, German name.
type Names = (&'static str, &'static str, &'static str);

/// The European Union, Iceland, Liechtenstein and Norway.
const ECONOMIC_AREA: &[Names] = &[
    ("AT", "Austria", "Österreich"),
    ("BE", "Belgium", "Belgien"),
    ("BG", "Bulgaria", "Bulgarien"),
    ("CY", "Cyprus", "Zypern"),
    ("CZ", "Czechia", "Tschechien"),
    ("DE", "Germany", "Deutschland"),
    ("DK", "Denmark", "Dänemark"),
    ("EE", "Estonia", "Estland"),
    ("ES", "Spain", "Spanien"),
    ("FI", "Finland", "Finnland"),
    ("FR", "France", "Frankreich"),
    ("GR", "Greece", "Griechenland"),
    ("HR", "Croatia", "Kroatien"),
    ("HU", "Hungary", "Ungarn"),
    ("IE", "Ireland", "Irland"),
    ("IS", "Iceland", "Island"),
    ("IT", "Italy", "Italien"),
    ("LI", "Liechtenstein", "Liechtenstein"),
    ("LT", "Lithuania", "Litauen"),
    ("LU", "Luxembourg", "Luxemburg"),
    ("LV", "Latvia", "Lettland"),
    ("MT", "Malta", "Malta"),
    ("NL", "Netherlands", "Niederlande"),
    ("NO", "Norway", "Norwegen"),
    ("PL", "Poland", "Polen"),
    ("PT", "Portugal", "Portugal"),
    ("RO", "Romania", "Rumänien"),
    ("SE", "Sweden", "Schweden"),
    ("SI", "Slovenia", "Slowenien"),
    ("SK", "Slovakia", "Slowakei"),
];

/// Third countries that processors are often in. A name here says nothing about adequacy.
const THIRD_COUNTRIES: &[Names] = &[
    ("AU", "Australia", "Australien"),
    ("BR", "Brazil", "Brasilien"),
    ("CA", "Canada", "Kanada"),
    ("CH", "Switzerland", "Schweiz"),
    ("GB", "United Kingdom", "Vereinigtes Königreich"),
    ("IL", "Israel", "Israel"),
    ("IN", "India", "Indien"),
    ("JP", "Japan", "Japan"),
    ("KR", "South Korea", "Südkorea"),
    ("NZ", "New Zealand", "Neuseeland"),
    ("RS", "Serbia", "Serbien"),
    ("SG", "Singapore", "Singapur"),
    ("TR", "Türkiye", "Türkei"),
    ("UA", "Ukraine", "Ukraine"),
    ("US", "United States", "USA"),
];
