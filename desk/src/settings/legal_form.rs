//! Legal forms, and what § 5 DDG asks of each: who represents it, and its register with the number.

use serde::{Deserialize, Serialize};

/// The legal form of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LegalForm {
    /// A natural person, also one with a business that is in no register.
    #[serde(rename = "person")]
    Person,
    /// A merchant in the commercial register.
    #[serde(rename = "e.K.")]
    Merchant,
    /// A partnership under civil law.
    #[serde(rename = "GbR")]
    CivilPartnership,
    /// The same, in the register of partnerships (§ 707a BGB).
    #[serde(rename = "eGbR")]
    RegisteredCivilPartnership,
    /// A general commercial partnership.
    #[serde(rename = "OHG")]
    GeneralPartnership,
    /// A limited partnership, also a GmbH & Co. KG.
    #[serde(rename = "KG")]
    LimitedPartnership,
    /// A partnership of professionals, also with limited liability (PartG mbB).
    #[serde(rename = "PartG")]
    ProfessionalPartnership,
    /// A company with limited liability, also a gGmbH.
    #[serde(rename = "GmbH")]
    LimitedCompany,
    /// An entrepreneurial company: UG (haftungsbeschränkt).
    #[serde(rename = "UG")]
    EntrepreneurialCompany,
    /// A stock corporation.
    #[serde(rename = "AG")]
    StockCorporation,
    /// A partnership limited by shares.
    #[serde(rename = "KGaA")]
    PartnershipByShares,
    /// A European company.
    #[serde(rename = "SE")]
    EuropeanCompany,
    /// A cooperative.
    #[serde(rename = "eG")]
    Cooperative,
    /// A registered association.
    #[serde(rename = "e.V.")]
    RegisteredAssociation,
    /// An association that is not registered.
    #[serde(rename = "association")]
    Association,
    /// A foundation.
    #[serde(rename = "foundation")]
    Foundation,
    /// A body under public law.
    #[serde(rename = "public")]
    Public,
    /// A company under the law of another country, such as a Ltd or a S.à r.l.
    #[serde(rename = "foreign")]
    Foreign,
}

/// How a name ends, or what stands in it, without dots; the longer ones first.
const IN_NAMES: &[(&[&str], LegalForm)] = &[
    (&["GmbH", "&", "Co", "KG"], LegalForm::LimitedPartnership),
    (&["KGaA"], LegalForm::PartnershipByShares),
    (&["gGmbH"], LegalForm::LimitedCompany),
    (&["GmbH"], LegalForm::LimitedCompany),
    (&["mbH"], LegalForm::LimitedCompany),
    (&["GesmbH"], LegalForm::LimitedCompany),
    (&["mit", "beschränkter", "Haftung"], LegalForm::LimitedCompany),
    (&["UG"], LegalForm::EntrepreneurialCompany),
    (&["gUG"], LegalForm::EntrepreneurialCompany),
    (&["Unternehmergesellschaft"], LegalForm::EntrepreneurialCompany),
    (&["AG"], LegalForm::StockCorporation),
    (&["gAG"], LegalForm::StockCorporation),
    (&["Aktiengesellschaft"], LegalForm::StockCorporation),
    (&["SE"], LegalForm::EuropeanCompany),
    (&["KG"], LegalForm::LimitedPartnership),
    (&["Kommanditgesellschaft"], LegalForm::LimitedPartnership),
    (&["OHG"], LegalForm::GeneralPartnership),
    (&["oHG"], LegalForm::GeneralPartnership),
    (&["Offene", "Handelsgesellschaft"], LegalForm::GeneralPartnership),
    (&["PartG"], LegalForm::ProfessionalPartnership),
    (&["PartGmbB"], LegalForm::ProfessionalPartnership),
    (&["Partnerschaftsgesellschaft"], LegalForm::ProfessionalPartnership),
    (&["Partnerschaft"], LegalForm::ProfessionalPartnership),
    (&["eGbR"], LegalForm::RegisteredCivilPartnership),
    (&["eingetragene", "Gesellschaft", "bürgerlichen", "Rechts"], LegalForm::RegisteredCivilPartnership),
    (&["GbR"], LegalForm::CivilPartnership),
    (&["Gesellschaft", "bürgerlichen", "Rechts"], LegalForm::CivilPartnership),
    (&["eG"], LegalForm::Cooperative),
    (&["Genossenschaft"], LegalForm::Cooperative),
    (&["eV"], LegalForm::RegisteredAssociation),
    (&["e", "V"], LegalForm::RegisteredAssociation),
    (&["eingetragener", "Verein"], LegalForm::RegisteredAssociation),
    (&["eK"], LegalForm::Merchant),
    (&["e", "K"], LegalForm::Merchant),
    (&["eKfm"], LegalForm::Merchant),
    (&["eKfr"], LegalForm::Merchant),
    (&["e", "Kfm"], LegalForm::Merchant),
    (&["e", "Kfr"], LegalForm::Merchant),
    (&["eKffr"], LegalForm::Merchant),
    (&["e", "Kffr"], LegalForm::Merchant),
    (&["eingetragener", "Kaufmann"], LegalForm::Merchant),
    (&["eingetragene", "Kauffrau"], LegalForm::Merchant),
    (&["öffentlichen", "Rechts"], LegalForm::Public),
    (&["KdöR"], LegalForm::Public),
    (&["AöR"], LegalForm::Public),
    (&["AdöR"], LegalForm::Public),
    (&["Stiftung"], LegalForm::Foundation),
    (&["Ltd"], LegalForm::Foreign),
    (&["Limited"], LegalForm::Foreign),
    (&["LLC"], LegalForm::Foreign),
    (&["LLP"], LegalForm::Foreign),
    (&["Inc"], LegalForm::Foreign),
    (&["Corp"], LegalForm::Foreign),
    (&["PLC"], LegalForm::Foreign),
    (&["plc"], LegalForm::Foreign),
    (&["SARL"], LegalForm::Foreign),
    (&["Sàrl"], LegalForm::Foreign),
    (&["S", "à", "rl"], LegalForm::Foreign),
    (&["Sà", "rl"], LegalForm::Foreign),
    (&["SAS"], LegalForm::Foreign),
    (&["SA"], LegalForm::Foreign),
    (&["BV"], LegalForm::Foreign),
    (&["NV"], LegalForm::Foreign),
    (&["SpA"], LegalForm::Foreign),
    (&["Srl"], LegalForm::Foreign),
    (&["SL"], LegalForm::Foreign),
    (&["AB"], LegalForm::Foreign),
    (&["ApS"], LegalForm::Foreign),
    (&["A/S"], LegalForm::Foreign),
    (&["AS"], LegalForm::Foreign),
    (&["Oy"], LegalForm::Foreign),
    (&["sro"], LegalForm::Foreign),
    (&["Kft"], LegalForm::Foreign),
    (&["Sp", "z", "oo"], LegalForm::Foreign),
];

impl LegalForm {
    /// Finds the legal form in a full name, such as "Example GmbH"; `None` for a name without one. The first word
    /// of a name is none.
    pub fn in_name(name: &str) -> Option<Self> {
        let plain = name.replace('.', "");
        let words: Vec<&str> = plain
            .split(|sign: char| sign.is_whitespace() || ",;()".contains(sign))
            .filter(|w| !w.is_empty())
            .collect();
        let rest = words.get(1..).unwrap_or_default();
        let is_form =
            |words: &[&str], form: &[&str]| words.iter().zip(form).all(|(word, part)| is_same(word, part));
        let found =
            IN_NAMES.iter().find(|(form, _)| rest.windows(form.len()).any(|words| is_form(words, form)));
        found.map(|(_, form)| *form)
    }

    /// Whether it acts through people who are to be named (§ 5(1) no. 1 DDG).
    pub const fn is_represented(self) -> bool {
        !matches!(self, Self::Person | Self::Merchant)
    }

    /// Whether it is in a register, which is to be named with the number (§ 5(1) no. 4 DDG).
    pub const fn is_registered(self) -> bool {
        !matches!(
            self,
            Self::Person | Self::CivilPartnership | Self::Association | Self::Foundation | Self::Public
        )
    }
}

/// Compares words; short ones like "AG" with their case, since names have words like "ag" and "as".
fn is_same(word: &str, part: &str) -> bool {
    word == part
        || part.chars().count() > 3 && word.to_lowercase() == part.to_lowercase()
        || word == "LTD" && part == "Ltd"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_found_in_names() {
        for (name, form) in [
            ("Musterwerk GmbH", Some(LegalForm::LimitedCompany)),
            ("Musterwerk gGmbH", Some(LegalForm::LimitedCompany)),
            ("Gesellschaft für Muster mbH", Some(LegalForm::LimitedCompany)),
            ("Musterwerk GmbH & Co. KG", Some(LegalForm::LimitedPartnership)),
            ("Musterwerk UG (haftungsbeschränkt)", Some(LegalForm::EntrepreneurialCompany)),
            ("Musterwerk UG (haftungsbeschränkt) & Co. KG", Some(LegalForm::EntrepreneurialCompany)),
            ("Muster AG", Some(LegalForm::StockCorporation)),
            ("Muster SE", Some(LegalForm::EuropeanCompany)),
            ("Muster KGaA", Some(LegalForm::PartnershipByShares)),
            ("Muster & Söhne OHG", Some(LegalForm::GeneralPartnership)),
            ("Erika Muster e.K.", Some(LegalForm::Merchant)),
            ("Erika Muster e. Kfr.", Some(LegalForm::Merchant)),
            ("Muster und Beispiel GbR", Some(LegalForm::CivilPartnership)),
            ("Muster und Beispiel eGbR", Some(LegalForm::RegisteredCivilPartnership)),
            ("Kanzlei Muster PartG mbB", Some(LegalForm::ProfessionalPartnership)),
            ("Wohnbau Muster eG", Some(LegalForm::Cooperative)),
            ("Turnverein Muster 1900 e.V.", Some(LegalForm::RegisteredAssociation)),
            ("Turnverein Muster e. V.", Some(LegalForm::RegisteredAssociation)),
            ("Example Ltd.", Some(LegalForm::Foreign)),
            ("Example, Inc.", Some(LegalForm::Foreign)),
            ("Exemple S.à r.l.", Some(LegalForm::Foreign)),
            ("Voorbeeld B.V.", Some(LegalForm::Foreign)),
            ("Przykład Sp. z o.o.", Some(LegalForm::Foreign)),
            // Written out, and in other spellings.
            ("MUSTERWERK GMBH", Some(LegalForm::LimitedCompany)),
            ("Musterwerk Gmbh", Some(LegalForm::LimitedCompany)),
            ("Musterwerk Ges.m.b.H.", Some(LegalForm::LimitedCompany)),
            ("Musterwerk Gesellschaft mit beschränkter Haftung", Some(LegalForm::LimitedCompany)),
            ("Muster Ltd. & Co. KG", Some(LegalForm::LimitedPartnership)),
            ("Muster GmbH & Co. KGaA", Some(LegalForm::PartnershipByShares)),
            ("Muster Offene Handelsgesellschaft", Some(LegalForm::GeneralPartnership)),
            ("Muster Gesellschaft bürgerlichen Rechts", Some(LegalForm::CivilPartnership)),
            (
                "Muster eingetragene Gesellschaft bürgerlichen Rechts",
                Some(LegalForm::RegisteredCivilPartnership),
            ),
            ("Turnverein Muster eingetragener Verein", Some(LegalForm::RegisteredAssociation)),
            ("Erika Muster eingetragene Kauffrau", Some(LegalForm::Merchant)),
            ("Max Muster eingetragener Kaufmann", Some(LegalForm::Merchant)),
            ("Erika Muster e. Kffr.", Some(LegalForm::Merchant)),
            ("Wohnbau Muster eingetragene Genossenschaft", Some(LegalForm::Cooperative)),
            ("Muster Partnerschaft von Rechtsanwälten mbB", Some(LegalForm::ProfessionalPartnership)),
            ("Rundfunk Muster, Anstalt des öffentlichen Rechts", Some(LegalForm::Public)),
            ("Kammer Muster, Körperschaft des öffentlichen Rechts", Some(LegalForm::Public)),
            ("Stadtwerke Muster AdöR", Some(LegalForm::Public)),
            ("EXAMPLE LTD", Some(LegalForm::Foreign)),
            // People, and words that only look like one.
            ("Erika Muster", None),
            ("AG", None),
            ("SE Beratung Erika Muster", None),
            ("Agnes Muster", None),
            ("A", None),
            ("", None),
        ] {
            assert_eq!(LegalForm::in_name(name), form, "{name}");
        }
    }
}
