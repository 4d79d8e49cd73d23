//! What the operator sets for the privacy statement and the imprint.

use serde::{Deserialize, Serialize};

use super::{Country, LegalForm};

/// Who runs the desk and who else sees the data: section `[privacy]` of the settings.
///
/// A text that is empty or blank counts as not set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrivacySettings {
    /// Who is responsible (Art. 4(7) GDPR). Without it both documents are drafts.
    pub controller: Option<Controller>,
    /// The representative in the Union, when the controller has no seat there (Art. 27 GDPR).
    pub representative: Option<Contact>,
    /// The data protection officer, when there is one (Art. 37 GDPR, § 38 BDSG).
    pub data_protection_officer: Option<Contact>,
    /// Everyone who processes data on the controller's behalf (Art. 28 GDPR): the host of the
    /// server, of the database, of the object store, of the mail server.
    pub processors: Vec<Processor>,
    /// The supervisory authority for the controller (Art. 55 GDPR).
    pub supervisory_authority: Option<Authority>,
    /// Sections of the operator's own at the end of the statement, for example on a duty to keep
    /// letters under commercial or tax law, or on logs of a web server in front of the desk.
    pub additions: Vec<Addition>,
    /// What only the imprint needs.
    pub imprint: ImprintSettings,
}

/// Who is responsible for the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Controller {
    /// The full name, with the legal form. Required.
    pub name: String,
    /// The legal form (§ 5(1) no. 1 DDG). Without it, the one that the name ends in.
    pub legal_form: Option<LegalForm>,
    /// The postal address, line by line; no post-office box (§ 5(1) no. 1 DDG). Required.
    pub address: Vec<String>,
    /// The country of the seat. Only needed outside the European Economic Area.
    pub country: Option<Country>,
    /// The mail address. Required.
    pub email: String,
    /// The telephone number.
    pub phone: Option<String>,
    /// Register and number, for example `Amtsgericht München, HRB 12345` (§ 5(1) no. 4 DDG). Required of a form
    /// that is registered.
    pub register_entry: Option<String>,
    /// The VAT identification number (§ 27a UStG; § 5(1) no. 6 DDG).
    pub vat_id: Option<String>,
    /// The people who may represent a legal person (§ 5(1) no. 1 DDG). Required of all forms but natural persons.
    pub represented_by: Vec<String>,
}

impl Controller {
    /// Returns the legal form that was set, or that the name says.
    pub fn form(&self) -> Option<LegalForm> {
        self.legal_form.or_else(|| LegalForm::in_name(&self.name))
    }
}

/// Somebody to write to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    /// The name of a person or an office. Required for a representative.
    pub name: String,
    /// The postal address, line by line.
    pub address: Vec<String>,
    /// The mail address. Required.
    pub email: String,
    /// The telephone number.
    pub phone: Option<String>,
}

/// Somebody who processes data on the controller's behalf.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Processor {
    /// The full name. Required.
    pub name: String,
    /// What for, for example "runs our mail server". Required in one language at least.
    pub purpose: Localized,
    /// Where the data is processed. Required.
    pub country: Option<Country>,
    /// The contract (Art. 28(3) GDPR): its date (`2026-01-31`) or a few words. Required.
    pub agreement: Option<String>,
    /// Outside the European Economic Area: why the transfer is allowed (Art. 44 to 49 GDPR) and
    /// where a copy of the safeguards can be had, for example "standard contractual clauses
    /// (Art. 46(2)(c) GDPR), copy on request". Required there, ignored elsewhere.
    pub safeguard: Localized,
}

/// A supervisory authority.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authority {
    /// Its name. Required.
    pub name: String,
    /// Its postal address, line by line.
    pub address: Vec<String>,
    /// Its website.
    pub website: Option<String>,
}

/// A section of the operator's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Addition {
    /// The heading.
    pub heading: Localized,
    /// The text; an empty line begins a new paragraph.
    pub text: Localized,
}

/// What § 5 DDG and its neighbours ask of some providers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImprintSettings {
    /// The business identification number (§ 139c AO; § 5(1) no. 6 DDG).
    pub business_id: Option<String>,
    /// The authority that licenses the business (§ 5(1) no. 3 DDG).
    pub licensing_authority: Option<Authority>,
    /// The regulated profession (§ 5(1) no. 5 DDG).
    pub profession: Option<Profession>,
    /// A company in liquidation or winding-up says so (§ 5(1) no. 7 DDG).
    pub liquidation: Option<Localized>,
    /// Who answers for journalistic content, with address (§ 18(2) MStV).
    pub responsible_for_content: Option<Contact>,
    /// Whether the provider takes part in consumer arbitration, and where (§ 36 VSBG).
    pub consumer_arbitration: Option<Localized>,
}

/// A regulated profession.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profession {
    /// The chamber. Required.
    pub chamber: String,
    /// The title in law. Required.
    pub title: String,
    /// The state that gave it. Required.
    pub state: Option<Country>,
    /// What the professional rules are called and where to read them. Required.
    pub rules: Localized,
}

/// A text in every language of the desk. Where one is missing, the other stands in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Localized {
    /// English.
    pub en: String,
    /// German.
    pub de: String,
}

/// How long what is kept: section `[retention]` of the settings. The statement shows these values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Months from the last activity in a closed request to its erasure.
    pub closed_requests_months: u32,
    /// Days until a request is erased whose address was never proven and that nobody answered.
    pub unconfirmed_days: u32,
    /// Days until a request is erased that was held back as suspected spam and nobody released.
    pub held_days: u32,
    /// Days for which a mail is kept that could not be handled.
    pub set_aside_days: u32,
    /// Days for which the desk keeps what a sent mail said.
    pub sent_mail_days: u32,
    /// Months until a person without requests is erased.
    pub idle_person_months: u32,
    /// Days after its last use at which a session ends.
    pub session_days: u32,
    /// Days for which a browser keeps the language that was chosen.
    pub language_cookie_days: u32,
    /// Days for which backups of the key store are kept, at most: after as many days, what was
    /// erased cannot be read from any backup. The operator keeps this promise.
    pub key_backup_days: u32,
    /// Days for which backups of the data are kept, at most. Without it the statement says that
    /// they are kept until newer ones replace them. The operator keeps this promise.
    pub data_backup_days: Option<u32>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            closed_requests_months: 24,
            unconfirmed_days: 30,
            held_days: 30,
            set_aside_days: 30,
            sent_mail_days: 7,
            idle_person_months: 12,
            session_days: 30,
            language_cookie_days: 365,
            key_backup_days: 7,
            data_backup_days: None,
        }
    }
}
