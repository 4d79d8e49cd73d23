//! Why a mail did not leave.

use tresen_model::MailTrouble;

/// Why a mail did not leave. Holds nothing of what the server said but codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}", trouble.as_str(), code.as_ref().map(|code| format!(" {code}")).unwrap_or_default())]
pub struct SendError {
    /// What it is about, and so whether another try is of use.
    pub trouble: MailTrouble,
    /// The enhanced status code (RFC 3463) where the server gave one, else its reply code.
    pub code: Option<String>,
    /// The reply code.
    pub(super) reply: Option<u16>,
    /// Whether every other mail would meet the same: there was no dialogue about this one yet.
    pub(super) about_server: bool,
}

impl SendError {
    pub(super) fn new(trouble: MailTrouble) -> Self {
        let about_server = matches!(trouble, MailTrouble::Access | MailTrouble::Tls);
        Self { trouble, code: None, reply: None, about_server }
    }

    /// Whether another try is of no use.
    pub fn is_permanent(&self) -> bool {
        matches!(self.trouble, MailTrouble::Refused | MailTrouble::Undeliverable)
    }
}
