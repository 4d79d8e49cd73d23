//! What the operator sets about mail that comes in.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use tresen_mail::Limits;
use tresen_model::{Body, EmailAddress, Language};

use crate::address::normalise;

/// How mail that comes in is judged, and how much of it is looked at.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntakeSettings {
    /// Whose Authentication-Results are believed (RFC 8601): the name that the receiving mail
    /// server writes at their beginning. That server must remove those of others.
    pub authserv_id: Option<String>,
    /// Check signatures (DKIM, and DMARC by them) where the receiving server says nothing. It asks
    /// DNS about the domains of senders.
    pub verify: bool,
    /// The server for DNS that is asked then; not set, those of the system.
    pub resolver: Option<SocketAddr>,
    /// The header in which the operator's filter tells what it thinks, such as `X-Spam-Score`.
    pub spam_header: Option<String>,
    /// From when on it means spam: a number, or the word that the header begins with.
    pub spam_at: String,
    /// Addresses (`eve@example.com`) and domains (`@example.com`) whose new requests are held.
    pub blocked: Vec<String>,
    /// Addresses and domains, as above, that send for others, such as the form of a website: where DMARC
    /// passes for them, the one address in Reply-To is the sender.
    pub relays: Vec<String>,
    /// A sender's new requests beyond so many mails an hour are held, and answered by nothing.
    pub per_sender_hour: u32,
    /// The language in which somebody is answered who has never chosen one.
    pub language: Language,
    /// Bytes of a mail that are looked at. A longer one is kept whole as a file.
    pub max_bytes: usize,
    /// Files of a mail that are kept as files. With more, the mail is kept whole as one.
    pub max_files: usize,
}

impl Default for IntakeSettings {
    fn default() -> Self {
        Self {
            authserv_id: None,
            verify: false,
            resolver: None,
            spam_header: None,
            spam_at: "yes".into(),
            blocked: Vec::new(),
            relays: Vec::new(),
            per_sender_hour: 20,
            language: Language::default(),
            max_bytes: 35 * 1024 * 1024,
            max_files: 50,
        }
    }
}

impl IntakeSettings {
    /// How much of a mail is looked at.
    pub fn limits(&self) -> Limits {
        Limits {
            bytes: self.max_bytes,
            parts: 300,
            depth: 20,
            recipients: 200,
            links: 300,
            text: Body::MAX,
            files: self.max_files,
        }
    }

    /// Whether it can be told that a mail is from whom it names: only then can agents answer by mail.
    pub fn knows_senders(&self) -> bool {
        self.authserv_id.is_some() || self.verify
    }

    /// Whether the operator has blocked an address.
    pub(crate) fn blocks(&self, address: &EmailAddress) -> bool {
        lists(&self.blocked, address)
    }

    /// Whether an address sends for others.
    pub(crate) fn is_relay(&self, address: &EmailAddress) -> bool {
        lists(&self.relays, address)
    }
}

/// Whether a list of addresses and domains has an address.
fn lists(list: &[String], address: &EmailAddress) -> bool {
    let address = normalise(address);
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    list.iter().any(|listed| match listed.trim().strip_prefix('@') {
        Some(listed) => listed.eq_ignore_ascii_case(domain),
        None => EmailAddress::known(listed).is_ok_and(|listed| normalise(&listed) == address),
    })
}
