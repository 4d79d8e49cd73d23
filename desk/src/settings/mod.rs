//! What the operator sets, as far as the desk needs to know it: values, which know nothing of the desk.

mod country;
mod intake;
mod legal_form;
mod limits;
mod outgoing;
mod privacy;
mod providers;
mod uploads;

use serde::{Deserialize, Serialize};
use tresen_model::{EmailAddress, Language};

pub use self::country::{Country, UnknownCountry};
pub use self::intake::IntakeSettings;
pub use self::legal_form::LegalForm;
pub use self::limits::{FormSettings, LimitSettings, Rate};
pub use self::outgoing::{Dkim, Outgoing};
pub use self::privacy::{
    Addition, Authority, Contact, Controller, ImprintSettings, Localized, PrivacySettings, Processor,
    Profession, Retention,
};
pub use self::providers::{Provider, RoleRule};
pub use self::uploads::{Scanner, Uploads};

/// The settings of a desk.
#[derive(Clone)]
pub struct Settings {
    /// What the desk is called, in pages and mails.
    pub name: String,
    /// Where people reach it, without a slash at the end.
    pub public_url: String,
    /// The sender of its mails.
    pub mail_from: EmailAddress,
    /// The accent colour (`#rrggbb`), for mails.
    pub accent: String,
    /// What one can ask for; at least one.
    pub request_types: Vec<RequestType>,
    /// How much may be attached.
    pub attachments: AttachmentLimits,
    /// What is done with files that come in.
    pub uploads: Uploads,
    /// How mails leave.
    pub outgoing: Outgoing,
    /// Who is responsible, for the privacy statement and the imprint.
    pub privacy: PrivacySettings,
    /// How long things are kept.
    pub retention: Retention,
    /// How mail that comes in is judged.
    pub intake: IntakeSettings,
    /// How often somebody may be guessed at or written to.
    pub limits: LimitSettings,
    /// How forms are looked at that anybody may send.
    pub forms: FormSettings,
    /// How people log in.
    pub sign_in: SignIn,
    /// The providers that people who work here sign in with.
    pub providers: Vec<Provider>,
}

/// `[sign_in]`: how people log in.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignIn {
    /// Whether agents and admins have to have a second factor. Customers never have to.
    pub second_factor: SecondFactor,
}

/// Whether agents and admins have to have a second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactor {
    /// Without one they see nothing of the agents' pages.
    #[default]
    Required,
    /// Whoever wants one sets it up.
    Offered,
}

/// A kind of request, such as a question or an order.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestType {
    /// A short word that never changes; it is stored with each request.
    pub id: String,
    /// What customers read.
    pub name: Translated,
}

/// A text of the operator in each language.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translated {
    /// English.
    pub en: String,
    /// German.
    pub de: String,
}

impl Translated {
    /// The text in a language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::German => &self.de,
        }
    }
}

/// How much may be attached to one comment.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttachmentLimits {
    /// Files.
    pub max_files: usize,
    /// Bytes of all files together.
    pub max_bytes: u64,
}

impl Default for AttachmentLimits {
    fn default() -> Self {
        Self { max_files: 10, max_bytes: 25 * 1024 * 1024 }
    }
}

impl Settings {
    /// The request type with an id.
    pub fn request_type(&self, id: &str) -> Option<&RequestType> {
        self.request_types.iter().find(|kind| kind.id == id)
    }

    /// The request types of a desk whose operator named none.
    pub fn default_request_types() -> Vec<RequestType> {
        let kind = |id: &str, en: &str, de: &str| RequestType {
            id: id.into(),
            name: Translated { en: en.into(), de: de.into() },
        };
        vec![
            kind("question", "I have a question", "Ich habe eine Frage"),
            kind("problem", "Something does not work", "Etwas funktioniert nicht"),
            kind("order", "It is about an order or an invoice", "Es geht um eine Bestellung oder Rechnung"),
            kind("other", "Something else", "Etwas anderes"),
        ]
    }
}
