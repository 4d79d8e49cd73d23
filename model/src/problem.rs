//! What a person did wrong, as a value. The app says it in the person's language.

use serde::{Deserialize, Serialize};

/// One thing to put right. Lengths are characters, sizes are bytes, times are seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{self:?}")]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// No mail address.
    EmailMissing,
    /// Not a mail address.
    EmailInvalid,
    /// The new address is the one that the person has.
    EmailUnchanged,
    /// The new address belongs to somebody else with an account, or on the team.
    AddressInUse,
    /// The data that is stored under the new address is restricted.
    AddressRestricted,
    /// No name where one is needed.
    NameMissing,
    /// A name over the limit.
    NameTooLong {
        /// The limit.
        max: usize,
    },
    /// A name that something else has already.
    NameTaken,
    /// Not the address of a page that is reached over TLS.
    WebAddressInvalid,
    /// No subject.
    SubjectMissing,
    /// A subject over the limit.
    SubjectTooLong {
        /// The limit.
        max: usize,
    },
    /// No text.
    BodyMissing,
    /// A text over the limit.
    BodyTooLong {
        /// The limit.
        max: usize,
        /// What it has.
        length: usize,
    },
    /// A request type that the desk does not offer.
    KindUnknown,
    /// Consent was not given.
    ConsentMissing,
    /// One file is, or all files together are, over the limit.
    FilesTooLarge {
        /// The limit in bytes, for all files of a comment together.
        max: u64,
    },
    /// More files than a comment may have.
    TooManyFiles {
        /// The limit.
        max: usize,
    },
    /// A password under the least length.
    PasswordTooShort {
        /// The least length.
        min: usize,
    },
    /// A password over the limit.
    PasswordTooLong {
        /// The limit.
        max: usize,
    },
    /// A password that is guessed quickly.
    PasswordWeak,
    /// The password of the account is another.
    PasswordWrong,
    /// A code that is wrong, too old, or used already.
    CodeWrong,
    /// The last second factor of somebody who has to have one.
    FactorRequired,
    /// Address and password do not belong together. Says nothing about which is wrong.
    LoginFailed,
    /// What a browser has brought of a passkey is not what was asked for.
    PasskeyRefused,
    /// As many passkeys as a person may have.
    TooManyPasskeys {
        /// The limit.
        max: usize,
    },
    /// As many API tokens as a person may have.
    TooManyTokens {
        /// The limit.
        max: usize,
    },
    /// An API token that would allow nothing.
    ScopesMissing,
    /// Whoever works here signs in with a provider, the operator has said, and not otherwise.
    OnlyWithProvider,
    /// No request type where some are to be named.
    KindsMissing,
    /// Somebody works at the desk already.
    WorksHere,
    /// The only admin there is: somebody has to manage the desk.
    LastAdmin,
    /// The form could not be read: not UTF-8, cut off, or a field twice.
    FormUnreadable,
    /// A value that the form does not offer.
    ChoiceUnknown,
    /// The processing of the data of the person who writes is restricted.
    DataRestricted,
    /// The processing of the customer's data is restricted; said to agents.
    CustomerRestricted,
    /// Too many attempts.
    TooManyAttempts {
        /// Seconds to wait.
        wait: u64,
    },
    /// Too many wrong passwords for an account; a mailed link still leads in.
    TooManyGuesses {
        /// Seconds to wait.
        wait: u64,
    },
}
