//! Checks of our own, for operators whose mail server does not say what it thinks of the sender:
//! DKIM (RFC 6376), and DMARC (RFC 9989) by it.
//!
//! No channel knows whose connection a mail came by (LMTP and IMAP do not tell), so there is no SPF.
//! Without it nobody can say that a mail is forged: whose signature is broken or missing may still
//! be whom SPF would have let pass. So the answer is that a mail is genuine, or nothing.
//!
//! Every question to DNS can be seen by the owner of the domain that it is about. So only the
//! domain in From and those that share its end are asked about, and only when there is a
//! signature that could count.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mail_auth::common::crypto::Algorithm;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::net::NetError;
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::{AuthenticatedMessage, DkimResult, DmarcResult, MessageAuthenticator, SpfOutput};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tresen_model::{EmailAddress, Timestamp};

use super::identify::split;
use crate::address::normalise;
use crate::error::Broken;
use crate::settings::IntakeSettings;

/// How long one mail is checked, waiting included.
const LIMIT: Duration = Duration::from_secs(5);
/// How long one server is waited for; it is asked twice.
const ANSWER: Duration = Duration::from_secs(2);
/// KiB of mails that are checked at once.
const ROOM: u32 = 100 * 1024;
/// KiB that each counts for at least: so no more than 100 threads wait for DNS.
const LEAST_ROOM: u32 = 1024;
/// A longer head is not looked at: the work grows with its length times that of what is signed.
const LONGEST_HEAD: usize = 128 * 1024;
/// Signatures of one mail that are looked at.
const MOST_SIGNATURES: usize = 4;
/// Fields that one signature may name.
const MOST_FIELDS: usize = 150;

/// Checks the senders of mails. Holds the way to DNS and what it said lately.
pub(crate) struct Verifier {
    dns: MessageAuthenticator,
    room: Arc<Semaphore>,
}

impl Verifier {
    /// With this server for DNS, or those of the system.
    ///
    /// # Errors
    /// When the system does not say which servers those are.
    pub(crate) fn new(resolver: Option<SocketAddr>) -> Result<Self, NetError> {
        let (config, mut options) = match resolver {
            Some(address) => {
                let at = |mut way: ConnectionConfig| {
                    way.port = address.port();
                    way
                };
                let ways = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
                let server = NameServerConfig::new(address.ip(), true, ways);
                (ResolverConfig::from_parts(None, Vec::new(), vec![server]), ResolverOpts::default())
            }
            None => read_system_conf()?,
        };
        options.timeout = ANSWER;
        options.attempts = 2;
        options.cache_size = 1024;
        let dns = MessageAuthenticator::new(config, options)?;
        Ok(Self { dns, room: Arc::new(Semaphore::new(ROOM as usize)) })
    }

    /// Whether the domain in From stands for this mail by a signature. `false` says nothing of it:
    /// neither does a DNS that gives no answer in 5 seconds.
    pub(super) async fn is_genuine(&self, raw: &[u8], from: &EmailAddress, now: Timestamp) -> bool {
        if !has_signature(raw) {
            return false;
        }
        let check = async {
            let size = u32::try_from(raw.len() / 1024).unwrap_or(ROOM).clamp(LEAST_ROOM, ROOM);
            let room = Arc::clone(&self.room).acquire_many_owned(size).await.ok()?;
            let (dns, raw, from, runtime) =
                (self.dns.clone(), raw.to_vec(), normalise(from), Handle::current());
            // Hashes and signatures take their time: away from the threads that serve people.
            let task = tokio::task::spawn_blocking(move || {
                let genuine = worth_asking(&raw, &from, now).is_some_and(|message| {
                    let passes = passes(&dns, &message);
                    runtime.block_on(async { timeout(LIMIT, passes).await.unwrap_or(false) })
                });
                drop(room);
                genuine
            });
            task.await.ok()
        };
        timeout(LIMIT, check).await.ok().flatten().unwrap_or(false)
    }
}

/// Checks that a server for DNS is known, where senders are to be checked.
///
/// # Errors
/// [`Broken::Resolver`].
pub fn check_resolver(settings: &IntakeSettings) -> Result<(), Broken> {
    match settings.verify {
        true => {
            Verifier::new(settings.resolver).map(drop).map_err(|error| Broken::Resolver(error.to_string()))
        }
        false => Ok(()),
    }
}

/// Whether a signature stands in a head that is short enough.
fn has_signature(raw: &[u8]) -> bool {
    let (head, _) = split(&raw[..raw.len().min(LONGEST_HEAD + 2)]);
    head.len() <= LONGEST_HEAD
        && head
            .split(|byte| *byte == b'\n')
            .any(|line| line.get(..14).is_some_and(|name| name.eq_ignore_ascii_case(b"dkim-signature")))
}

/// The message with those of its signatures that could show that it is from this address (as
/// [`normalise`] writes it); `None` when there are none.
fn worth_asking<'a>(raw: &'a [u8], from: &str, now: Timestamp) -> Option<AuthenticatedMessage<'a>> {
    let (head, body) = split(raw);
    // What two programs might read in two ways is believed by none.
    let bare = |pair: &[u8]| pair[0] == b'\r' && pair[1] != b'\n';
    if head.contains(&0) || head.windows(2).any(bare) {
        return None;
    }
    let mut message = AuthenticatedMessage::parse(raw)?;
    let one_from = message.headers.iter().filter(|(name, _)| is_from(name)).count() == 1;
    let [address] = &message.from[..] else { return None };
    let same = EmailAddress::parse(address).is_ok_and(|address| normalise(&address) == from);
    if !one_from || !same || message.body_offset as usize != raw.len() - body.len() {
        return None;
    }
    let domain = from.rsplit_once('@')?.1;
    let seconds = u64::try_from(now.0 / 1_000_000).unwrap_or_default();
    message.dkim_headers.retain(|header| {
        let signature = &header.header;
        // SHA-1 is no longer good (RFC 8301). Who signs for others (RFC 6541) is not asked for.
        signature.a != Algorithm::RsaSha1
            && signature.atps.is_none()
            && signature.h.len() <= MOST_FIELDS
            // RFC 6376 5.4: From must be signed.
            && signature.h.iter().any(|name| is_from(name.as_bytes()))
            && (signature.x == 0 || signature.x > seconds)
            && could_align(&signature.d, domain)
    });
    message.dkim_headers.truncate(MOST_SIGNATURES);
    for header in &mut message.dkim_headers {
        // A question more, about where to report failures (RFC 6651): we report none.
        header.header.r = false;
    }
    (!message.dkim_headers.is_empty()).then_some(message)
}

fn is_from(name: &[u8]) -> bool {
    name.trim_ascii().eq_ignore_ascii_case(b"from")
}

/// Whether a domain that signs may belong to the same owner as the one in From: both end with the
/// same two labels at least. DMARC then says whether they do.
fn could_align(signs: &str, from: &str) -> bool {
    let Ok(signs) = idna::domain_to_ascii(signs) else { return false };
    let same = signs.rsplit('.').zip(from.rsplit('.')).take_while(|(one, other)| one == other).count();
    same >= 2
}

/// Asks DNS: is a signature good, and does the domain in From let it count (with a DMARC record)?
async fn passes(dns: &MessageAuthenticator, message: &AuthenticatedMessage<'_>) -> bool {
    let dkim = dns.verify_dkim(message).await;
    if !dkim.iter().any(|output| *output.result() == DkimResult::Pass) {
        return false;
    }
    let no_spf = SpfOutput::default();
    let dmarc = dns.verify_dmarc(DmarcParameters::new(message, &dkim, "", &no_spf)).await;
    *dmarc.dkim_result() == DmarcResult::Pass
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
