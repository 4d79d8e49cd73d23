//! What a mail about a request is made of.

use crate::outbox::kinds::MailKind;
use crate::people::person::PersonRow;
use tresen_keys::PersonKey;
use tresen_model::RequestId;

/// A mail about a request.
pub(super) struct About<'a> {
    pub(super) receiver: &'a PersonRow,
    pub(super) key: &'a PersonKey,
    pub(super) request: RequestId,
    pub(super) kind: MailKind,
    /// With a link that registers.
    pub(super) offer_registration: bool,
    /// Whoever caused it did not show that the address is theirs.
    pub(super) by_stranger: bool,
    /// The Message-ID of the mail that it answers.
    pub(super) answers: Option<&'a str>,
}

/// What a confirmation confirms.
#[derive(Clone, Copy)]
pub(crate) struct Cause<'a> {
    /// Whoever wrote did not show that the address is theirs.
    pub(crate) by_stranger: bool,
    /// The Message-ID of their mail.
    pub(crate) answers: Option<&'a str>,
}
