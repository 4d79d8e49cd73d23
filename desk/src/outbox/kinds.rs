//! The mails that the desk sends, and what each of them may say.

use serde::{Deserialize, Serialize};
use tresen_model::{Body, Language, PersonName, RequestNumber, Role, Subject};

/// What every mail may say.
const ALWAYS: &[&str] = &["desk_name"];

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal { needs: [$($need:literal),*], may: [$($may:literal),*] })*) => {
        /// Why a mail is sent.
        ///
        /// A kind fixes which fields of [`MailContext`] its templates can see. A mail to an
        /// address that nobody has proven yet sees nothing that was typed into a form, whatever
        /// the caller fills in and whatever an operator's template asks for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum MailKind {
            $($(#[$doc])* #[serde(rename = $word)] $name),*
        }

        impl MailKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word that is stored; the template's file is `LANGUAGE/WORD.txt`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// Reads [`as_str`](Self::as_str) back; anything else is `None`.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }

            /// The fields without which the mail makes no sense.
            pub(crate) const fn needs(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($need),*]),* }
            }

            /// The fields that it says when they are there.
            pub(crate) const fn may(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($may),*]),* }
            }

            /// The template that comes with the program.
            pub(crate) const fn built_in(self, language: Language) -> &'static str {
                match (self, language) {$(
                    (Self::$name, Language::English) =>
                        include_str!(concat!("../../templates/mail/en/", $word, ".txt")),
                    (Self::$name, Language::German) =>
                        include_str!(concat!("../../templates/mail/de/", $word, ".txt")),
                )*}
            }
        }
    };
}

kinds! {
    /// A request arrived from an address that nobody has proven: repeats nothing typed.
    Confirmation = "confirmation" { needs: ["number", "request_url", "register_url"], may: ["can_reply"] }
    /// A request arrived from a proven address. With `register_url` for those who have no
    /// account, with `login_url` for those who have one.
    ConfirmationKnown = "confirmation-known" {
        needs: ["number", "request_url"],
        may: ["name", "subject", "register_url", "login_url", "can_reply"]
    }
    /// A request that may be a program's waits until its sender confirms it, on the page at
    /// `request_url`: repeats nothing typed.
    ConfirmRequest = "confirm-request" { needs: ["number", "request_url"], may: [] }
    /// Somebody wants to register: `action_url` leads to choosing a password.
    Register = "register" { needs: ["action_url", "valid_for", "valid_hours"], may: [] }
    /// The same for an address that has an account.
    AlreadyRegistered = "already-registered" { needs: ["login_url", "password_url"], may: [] }
    /// Somebody forgot the password of an address that has no account.
    NoAccount = "no-account" { needs: ["register_url"], may: [] }
    /// Somebody forgot a password: `action_url` leads to choosing another.
    PasswordReset = "password-reset" { needs: ["action_url", "valid_for", "valid_hours"], may: [] }
    /// A password was changed.
    PasswordChanged = "password-changed" { needs: ["password_url"], may: [] }
    /// A second factor was set up.
    FactorAdded = "factor-added" { needs: ["account_url", "password_url"], may: [] }
    /// A second factor was taken away.
    FactorRemoved = "factor-removed" { needs: ["account_url", "password_url"], may: [] }
    /// The operator has taken all second factors away.
    FactorsReset = "factors-reset" { needs: ["login_url", "contact_url"], may: ["can_reply"] }
    /// An admin has given the receiver another role: `role` is the new one.
    RoleChanged = "role-changed" { needs: ["login_url", "contact_url"], may: ["role", "can_reply"] }
    /// A role at the desk waits for the receiver: `action_url` leads to choosing a password.
    Invitation = "invitation" { needs: ["action_url", "valid_for", "valid_hours"], may: [] }
    /// New recovery codes were made.
    RecoveryCodes = "recovery-codes" { needs: ["account_url", "password_url"], may: [] }
    /// A recovery code was used.
    RecoveryUsed = "recovery-used" { needs: ["account_url", "password_url"], may: [] }
    /// Somebody has logged in from a device that was not known. Says nothing about where.
    NewDevice = "new-device" { needs: ["account_url", "password_url"], may: [] }
    /// To the new address of an account: `action_url` proves it.
    AddressProve = "address-prove" { needs: ["action_url", "valid_for", "valid_hours"], may: [] }
    /// To the old address of an account. `contact_url` is where to protest.
    AddressChanged = "address-changed" { needs: ["contact_url"], may: ["can_reply"] }
    /// An agent answered. `name` and `subject` are left out as long as the address is unproven.
    /// With `resolved`, the answer settles the request.
    Reply = "reply" {
        needs: ["number", "request_url", "reply_text"],
        may: ["name", "subject", "reply_author", "attachments", "attached", "resolved", "can_reply"]
    }
    /// A request is resolved without an answer. `name` and `subject` as in [`Reply`](Self::Reply).
    Resolved = "resolved" { needs: ["number", "request_url"], may: ["name", "subject", "can_reply"] }
    /// An agent wrote a request down for somebody: repeats nothing of it.
    Captured = "captured" { needs: ["number", "request_url"], may: ["register_url", "login_url", "can_reply"] }
    /// To an agent: a customer wrote in a request of theirs. Repeats no word of the customer.
    /// `can_reply` only where the desk can tell agents by their mails.
    AgentNews = "agent-news" { needs: ["number", "request_url"], may: ["can_reply"] }
    /// To an agent: what they mailed has not reached the customer. Repeats no word of it. Without `can_open`
    /// they work on requests of its type no more.
    AnswerUnsent = "answer-unsent" { needs: ["number"], may: ["request_url", "can_open"] }
    /// To an admin: messages are set aside and want to be looked at, at `action_url`. Says of them
    /// only how many there are.
    SetAside = "set-aside" { needs: ["action_url", "aside"], may: [] }
    /// To an admin: a webhook was switched off, which `action_url` shows.
    WebhookOff = "webhook-off" { needs: ["action_url"], may: [] }
    /// Somebody wants everything deleted: `action_url` leads to the page that does it.
    EraseLink = "erase-link" { needs: ["action_url", "valid_for", "valid_hours"], may: [] }
    /// Somebody wants to see what is stored: `action_url` leads to the page that shows it.
    DataLink = "data-link" { needs: ["action_url", "valid_for", "valid_hours"], may: [] }
    /// Everything is deleted. Holds no personal data.
    Erased = "erased" { needs: [], may: ["erased_requests", "key_backup_days", "receipt", "receipt_url"] }
}

impl MailKind {
    /// The kinds that share one place where the number of mails is limited. Of each of these groups an
    /// address gets one, however many others were sent there.
    pub(crate) const fn group(self) -> &'static [Self] {
        match self {
            Self::Confirmation | Self::ConfirmationKnown | Self::Captured => {
                &[Self::Confirmation, Self::ConfirmationKnown, Self::Captured]
            }
            Self::ConfirmRequest => &[Self::ConfirmRequest],
            Self::Register | Self::AlreadyRegistered | Self::NoAccount => {
                &[Self::Register, Self::AlreadyRegistered, Self::NoAccount]
            }
            Self::PasswordReset => &[Self::PasswordReset],
            Self::EraseLink => &[Self::EraseLink],
            Self::DataLink => &[Self::DataLink],
            Self::Invitation => &[Self::Invitation],
            Self::AddressProve => &[Self::AddressProve],
            // These go to addresses that were proven.
            _ => &[],
        }
    }

    /// Whether it goes out although the processing of the receiver's data is restricted
    /// (Art. 18 GDPR): the person asked for it, to get at their account, address or data.
    pub(crate) const fn despite_restriction(self) -> bool {
        match self {
            Self::Register
            | Self::AlreadyRegistered
            | Self::NoAccount
            | Self::PasswordReset
            | Self::PasswordChanged
            | Self::FactorAdded
            | Self::FactorRemoved
            | Self::FactorsReset
            | Self::RoleChanged
            | Self::Invitation
            | Self::RecoveryCodes
            | Self::RecoveryUsed
            | Self::NewDevice
            | Self::AddressProve
            | Self::AddressChanged
            | Self::EraseLink
            | Self::DataLink
            | Self::Erased => true,
            Self::Confirmation
            | Self::ConfirmationKnown
            | Self::ConfirmRequest
            | Self::Reply
            | Self::Resolved
            | Self::Captured
            | Self::SetAside
            | Self::WebhookOff
            | Self::AgentNews
            | Self::AnswerUnsent => false,
        }
    }

    /// Whether its templates can see a field.
    pub(crate) fn sees(self, field: &str) -> bool {
        ALWAYS.contains(&field) || self.needs().contains(&field) || self.may().contains(&field)
    }
}

/// What a mail can say. Each [`MailKind`] tells which fields it needs and sees.
///
/// Links are absolute `http` or `https` addresses that the desk made. It holds personal data
/// and live tokens, so there is no `Debug`; it is stored sealed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MailContext {
    /// What the service desk calls itself; always needed.
    pub desk_name: String,
    /// The desk's colour as `#rrggbb`; without one (or with another notation) a calm blue.
    pub accent: Option<String>,
    /// What the receiver wants to be called. Only for proven addresses.
    pub name: Option<PersonName>,
    /// The number of the request.
    pub number: Option<RequestNumber>,
    /// What the request is about. Only for proven addresses.
    pub subject: Option<Subject>,
    /// The page of this one request, with what opens it without an account.
    pub request_url: Option<String>,
    /// Where to register.
    pub register_url: Option<String>,
    /// Where to log in.
    pub login_url: Option<String>,
    /// Where to ask for a new password.
    pub password_url: Option<String>,
    /// Where the receiver sees and changes how they log in.
    pub account_url: Option<String>,
    /// Where to write to the desk.
    pub contact_url: Option<String>,
    /// The page on which the receiver does what the mail is about, with its token.
    pub action_url: Option<String>,
    /// How long `action_url` works, in words: "seven days".
    pub valid_for: Option<String>,
    /// The same in hours.
    pub valid_hours: Option<u32>,
    /// What the agent wrote.
    pub reply_text: Option<Body>,
    /// Who wrote it, as customers are to see it.
    pub reply_author: Option<PersonName>,
    /// How many files came with it.
    pub attachments: u32,
    /// Whether they are in the mail.
    pub attached: bool,
    /// Whether the request is resolved with this answer.
    pub resolved: bool,
    /// How many messages are set aside.
    pub aside: Option<u32>,
    /// Whether an answer to the mail reaches the request.
    pub can_reply: bool,
    /// Whether the receiver may open the request.
    pub can_open: bool,
    /// What the receiver may do from now on.
    pub role: Option<Role>,
    /// How many requests were deleted.
    pub erased_requests: Option<u32>,
    /// How many days a backup of the key store is kept.
    pub key_backup_days: Option<u32>,
    /// The signed receipt of an erasure, in lines.
    pub receipt: Option<String>,
    /// Where a receipt can be checked.
    pub receipt_url: Option<String>,
}

impl MailContext {
    /// A value for every field, with signs that are easily handled wrongly.
    pub(crate) fn sample() -> Self {
        let url = |page: &str| Some(format!("https://desk.example/{page}?token=s4mpl3&x='1'"));
        Self {
            desk_name: "Fjörd & Söhne".into(),
            accent: None,
            name: PersonName::parse("Zoë O’Neill").ok(),
            number: Some(RequestNumber::from_bits(0x12_3456_789A)),
            subject: Subject::parse("Der Drucker „brennt“ <schon wieder>").ok(),
            request_url: url("requests/1"),
            register_url: url("register"),
            login_url: url("login"),
            password_url: url("password"),
            account_url: url("account/factors"),
            contact_url: url("requests/new"),
            action_url: url("do"),
            valid_for: Some("24 hours".into()),
            valid_hours: Some(24),
            reply_text: Body::parse("Please try again.").ok(),
            reply_author: PersonName::parse("Ada Lovelace").ok(),
            attachments: 2,
            attached: true,
            resolved: true,
            aside: Some(3),
            can_reply: true,
            can_open: true,
            role: Some(Role::Admin),
            erased_requests: Some(12),
            key_backup_days: Some(7),
            receipt: Some("tresen-receipt: 1\nid: S4MPL3\n".into()),
            receipt_url: url("privacy/receipt"),
        }
    }
}
