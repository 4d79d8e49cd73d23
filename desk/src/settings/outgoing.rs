//! What the operator sets for mail out: `[outgoing]` in `tresen.toml`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How mails leave.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outgoing {
    /// Whether an answer to a mail arrives: then mails say so, and name the address to answer to
    /// (`Reply-To`). Not set, they do where the desk takes in mail.
    pub replies: Option<bool>,
    /// Files of an answer come with the mail up to so many bytes together; beyond it, and at 0,
    /// the mail links to them. At most [`MOST_ATTACHED`](Self::MOST_ATTACHED).
    pub attach_bytes: u64,
    /// At most so many mails to one domain are under way at once. 1 to
    /// [`MOST_AT_ONCE`](Self::MOST_AT_ONCE).
    pub per_domain: usize,
    /// At most so many mails are begun within a minute, by this process; not set: no limit.
    pub per_minute: Option<usize>,
    /// A file with certificates (PEM) that the SMTP server's may be signed by, beside those that
    /// the system trusts.
    pub ca_file: Option<PathBuf>,
    /// What mails are signed with (RFC 6376): nothing, one key, or two of different kinds
    /// (RFC 8463 3).
    pub dkim: Vec<Dkim>,
}

/// A key to sign mails with (DKIM, RFC 6376).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// The name of the key: its public half stands in DNS at `SELECTOR._domainkey.DOMAIN`.
    pub selector: String,
    /// The domain that signs; not set, that of the desk's address.
    #[serde(default)]
    pub domain: Option<String>,
    /// The private key, PEM: RSA of 2048 to 4096 bits, or Ed25519.
    pub key_file: PathBuf,
}

impl Outgoing {
    /// The most that files in one mail can be: encoded it is a third more, and many servers take
    /// no mail above 25 MB.
    pub const MOST_ATTACHED: u64 = 15 * 1024 * 1024;

    /// The most mails that are under way at once.
    pub const MOST_AT_ONCE: usize = 16;

    /// Whether answers arrive; `takes_mail` tells where the operator did not say.
    #[must_use]
    pub fn resolved(mut self, takes_mail: bool) -> Self {
        self.replies = Some(self.replies.unwrap_or(takes_mail));
        self
    }

    /// Whether mails may say that they can be answered.
    pub fn can_reply(&self) -> bool {
        self.replies == Some(true)
    }
}

impl Default for Outgoing {
    fn default() -> Self {
        Self {
            replies: None,
            attach_bytes: 5 * 1024 * 1024,
            per_domain: 4,
            per_minute: None,
            ca_file: None,
            dkim: Vec::new(),
        }
    }
}
