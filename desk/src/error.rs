//! What can go wrong.

use sqlx::types::Uuid;
use tresen_keys::{NoRandomness, SealBroken};
use tresen_model::{FileCheck, Problem};
use tresen_store::StoreError;

use crate::erasure_list::ListError;

/// Why the desk did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The person has to put something right. Nothing was stored.
    #[error("refused: {0:?}")]
    Refused(Vec<Refusal>),
    /// There is no such thing, or it is not for this person. The two look the same.
    #[error("not found")]
    NotFound,
    /// A link that was used, has expired, or never was.
    #[error("the link is no longer good")]
    Gone,
    /// The person may not do this.
    #[error("not allowed")]
    Forbidden,
    /// Whoever works at the desk has to have a second factor, and logged in without one: they may set
    /// one up, and then come back.
    #[error("a second factor is needed")]
    FactorNeeded,
    /// It is too long ago that the person has proven who they are: their password or a code first.
    #[error("a fresh proof is needed")]
    ProofNeeded,
    /// The processing of the customer's data is restricted (Art. 18 GDPR): for agents there is
    /// nothing but this to be seen, and nothing is changed.
    #[error("restricted")]
    Restricted,
    /// Somebody else changed it in between. Nothing was stored.
    #[error("changed in between")]
    Changed,
    /// A scanner has found something in this file, or has not looked at it yet.
    #[error("withheld: {}", .0.as_str())]
    Withheld(FileCheck),
    /// The form is to be sent once more, with a proof of work for this stamp. Nothing was stored.
    #[error("a proof of work is needed")]
    Prove(Challenge),
    /// Too much is asked at once; it may be asked again.
    #[error("busy, try again in {wait} seconds")]
    Busy {
        /// Seconds to wait.
        wait: u64,
    },
    /// An erasure could not be finished now. It goes on by itself: see
    /// [`finish_erasures`](crate::privacy::Privacy::finish_erasures).
    #[error("the erasure could not be finished{}", if *.begun { "; it has begun, and goes on by itself" } else { ": it could not even begin" })]
    Unfinished {
        /// Whether it has begun: then it comes to its end whatever happens, and nobody sees
        /// anything of the person any more. Otherwise it is tried again for as long as this
        /// process lives.
        begun: bool,
    },
    /// Something broke. The person can do nothing about it.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// A stamp for a form, and how many zero bits its proof needs: none while all is calm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Goes into the form, and comes back with it.
    pub stamp: String,
    /// Zero bits.
    pub bits: u8,
}

/// One thing to put right, and the field of the form where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The name of the field.
    pub field: &'static str,
    /// What is wrong.
    pub problem: Problem,
}

impl Error {
    /// A refusal for one field.
    pub fn refused(field: &'static str, problem: Problem) -> Self {
        Self::Refused(vec![Refusal { field, problem }])
    }

    /// Replaces what a person may not do or does not find. What broke stays broken: a database that does
    /// not answer is neither a missing page nor a used link.
    #[must_use]
    pub(crate) fn unless_broken(self, other: Self) -> Self {
        if matches!(self, Self::Broken(_)) { self } else { other }
    }
}

/// Something broke: the disk, the database, the stored data. Holds no personal data.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The database.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The system's servers for DNS are not known.
    #[error(
        "the system does not say which server to ask for DNS ({0}); set `resolver` under `[intake]`, or `verify = false`"
    )]
    Resolver(String),
    /// A sealed value.
    #[error(transparent)]
    Seal(#[from] SealBroken),
    /// The key store was written with another master key.
    #[error(
        "the key store was written with another master key; put the master key file that belongs to it back"
    )]
    OtherMasterKey,
    /// Persons without a key, of whose erasure nothing is known.
    #[error(
        "the key store lacks the keys of {0} persons, and without them nobody can read what they wrote; put the \
         key store that belongs to this database back, or, if their keys are lost for good, remove what they wrote \
         with: tresen erase --keyless"
    )]
    KeysMissing(usize),
    /// The list of erasures.
    #[error(transparent)]
    Erasures(#[from] ListError),
    /// No randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// A file.
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    /// Stored data contradict each other.
    #[error("inconsistent data: {0} {1}")]
    Inconsistent(&'static str, Uuid),
    /// A password could not be hashed.
    #[error("password hash: {0}")]
    Password(String),
    /// A mail template.
    #[error("mail template: {0}")]
    Template(String),
    /// A background task ended early.
    #[error("a task ended early")]
    Task,
}

impl Broken {
    /// Whether stored data are damaged: trying again changes nothing, and others are not touched by it.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Seal(_) | Self::Inconsistent(..))
    }

    /// What could be read; damage is logged and passed over.
    ///
    /// # Errors
    /// Everything but damage.
    pub(crate) fn pass_over<T, E: Into<Self>>(read: Result<T, E>) -> Result<Option<T>, Self> {
        match read.map_err(Into::into) {
            Ok(read) => Ok(Some(read)),
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "stored data are damaged, and passed over");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl From<tresen_keys::Error> for Broken {
    fn from(error: tresen_keys::Error) -> Self {
        match error {
            tresen_keys::Error::Store(error) => Self::Store(error),
            tresen_keys::Error::Seal(error) => Self::Seal(error),
            tresen_keys::Error::OtherMasterKey => Self::OtherMasterKey,
            tresen_keys::Error::NoRandomness(error) => Self::NoRandomness(error),
            tresen_keys::Error::Inconsistent(table, row) => Self::Inconsistent(table, row),
        }
    }
}

macro_rules! broken_from {
    ($($kind:ty),+) => {$(
        impl From<$kind> for Error {
            fn from(error: $kind) -> Self {
                Self::Broken(error.into())
            }
        }
    )+};
}

broken_from!(StoreError, tresen_keys::Error, SealBroken, NoRandomness, std::io::Error);

/// Collects refusals, so that a person hears of all of them at once.
#[derive(Default)]
pub(crate) struct Refusals(Vec<Refusal>);

impl Refusals {
    /// Takes the value, or notes what is wrong with it.
    pub(crate) fn take<T>(&mut self, field: &'static str, parsed: Result<T, Problem>) -> Option<T> {
        parsed.map_err(|problem| self.note(field, problem)).ok()
    }

    pub(crate) fn note(&mut self, field: &'static str, problem: Problem) {
        self.0.push(Refusal { field, problem });
    }

    /// The error, once something was noted.
    pub(crate) fn into_error(self) -> Error {
        Error::Refused(self.0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
