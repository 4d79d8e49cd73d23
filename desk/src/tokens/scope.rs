//! What a token allows.

use std::collections::BTreeSet;

use tresen_model::Role;

/// One thing that a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Reads requests with their comments and files.
    RequestsRead,
    /// Creates and changes requests.
    RequestsWrite,
    /// Writes comments and internal notes.
    CommentsWrite,
    /// Finds and reads customers; a customer reads their own account.
    PeopleRead,
    /// Rectifies a customer's data, and invites them to register (Art. 16 GDPR).
    PeopleWrite,
    /// Restricts the processing of a customer's data (Art. 18 GDPR).
    PeopleRestrict,
    /// Exports everything about a person (Art. 15 and 20 GDPR).
    PeopleExport,
    /// Erases a person (Art. 17 GDPR).
    PeopleErase,
    /// Reads statistics.
    StatisticsRead,
    /// Reads the audit log.
    AuditRead,
    /// Hands over mail.
    Mail,
}

impl Scope {
    /// All scopes, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::RequestsRead,
        Self::RequestsWrite,
        Self::CommentsWrite,
        Self::PeopleRead,
        Self::PeopleWrite,
        Self::PeopleRestrict,
        Self::PeopleExport,
        Self::PeopleErase,
        Self::StatisticsRead,
        Self::AuditRead,
        Self::Mail,
    ];

    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequestsRead => "requests:read",
            Self::RequestsWrite => "requests:write",
            Self::CommentsWrite => "comments:write",
            Self::PeopleRead => "people:read",
            Self::PeopleWrite => "people:write",
            Self::PeopleRestrict => "people:restrict",
            Self::PeopleExport => "people:export",
            Self::PeopleErase => "people:erase",
            Self::StatisticsRead => "statistics:read",
            Self::AuditRead => "audit:read",
            Self::Mail => "mail",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    /// Whether a person with this role may have it. Customers reach only themselves with each of theirs.
    pub fn is_for(self, role: Role) -> bool {
        match self {
            Self::RequestsRead | Self::RequestsWrite | Self::CommentsWrite | Self::PeopleRead => true,
            Self::PeopleWrite | Self::PeopleRestrict | Self::StatisticsRead => role.is_staff(),
            // What a session needs a fresh proof for, an agent's token does without an admin's word.
            Self::PeopleExport | Self::PeopleErase => role != Role::Agent,
            Self::AuditRead => role == Role::Admin,
            Self::Mail => false,
        }
    }

    /// Whether a service that has it acts as an admin.
    pub(super) fn needs_admin(self) -> bool {
        matches!(self, Self::PeopleExport | Self::PeopleErase | Self::AuditRead)
    }

    /// Whether it was given with a fresh proof that holds for each use.
    pub(super) fn is_proof(self) -> bool {
        matches!(self, Self::PeopleExport | Self::PeopleErase)
    }
}

/// The scopes of one token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Reads words with spaces between. Unknown ones are left out: another version of the program wrote them.
    pub(super) fn read(words: &str) -> Self {
        Self(words.split(' ').filter_map(Scope::parse).collect())
    }

    /// The words, with spaces between.
    pub fn words(&self) -> String {
        self.iter().map(Scope::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Whether a scope is among them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Those that a role may have.
    pub(super) fn of(&self, role: Role) -> Self {
        self.iter().filter(|scope| scope.is_for(role)).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}
