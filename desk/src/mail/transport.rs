//! How a mail leaves: to an SMTP server (RFC 5321), or into a folder where there is none.

use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use data_encoding::HEXLOWER;
use jiff::Timestamp as Time;
use jiff::tz::TimeZone;
use lettre::message::header::{Date, Header, MessageId};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransportBuilder, Error as SmtpError};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sha2::{Digest, Sha256};

/// How long a mail may take, connecting included.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The longest reason, in characters.
const MAX_REASON: usize = 300;

/// Replies that are about the desk's own access and not about the mail (RFC 4954 6, RFC 3207 4):
/// they are tried again, so that no mail is lost to a wrong password.
const ABOUT_ACCESS: [u16; 5] = [454, 530, 534, 535, 538];

/// Where mails go. Holds a password, so there is no `Debug`.
pub struct Transport(Way);

enum Way {
    Smtp(Box<Smtp>),
    Folder(PathBuf),
}

/// Why a setting for outgoing mail is none. Repeats nothing of the address: it holds a password.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Not an address at all.
    #[error("not an address; write smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:465")]
    Unreadable,
    /// Neither `smtp` nor `smtps`.
    #[error("begins with neither smtp:// nor smtps://")]
    Scheme,
    /// Something after the port.
    #[error("has something after the host and port, which means nothing here")]
    Trailing,
    /// A user without a password or the other way round, or one that is not UTF-8.
    #[error("user and password go together, percent-encoded UTF-8: smtps://USER:PASSWORD@HOST:465")]
    Credentials,
    /// TLS cannot be set up.
    #[error("TLS cannot be used with this host: {0}")]
    Tls(String),
    /// The folder cannot be made.
    #[error("the folder for mails cannot be made: {0}")]
    Folder(#[source] io::Error),
}

/// Why a mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SendError {
    /// Whether another try is of no use (RFC 5321 4.2.1: 5yz).
    pub permanent: bool,
    /// What the server or the system said, with the SMTP code and without any address.
    pub reason: String,
}

impl Transport {
    /// Mails go to a server, over connections that are kept for the next one.
    ///
    /// `smtps://` is TLS from the start, port 465 (RFC 8314). `smtp://` has to be raised to TLS
    /// (STARTTLS, port 587) before anything is said, but for this machine itself, where it stays
    /// plain on port 25. Has to be called inside a Tokio runtime.
    ///
    /// # Errors
    /// See [`TransportError`].
    pub fn smtp(address: &str) -> Result<Self, TransportError> {
        Smtp::new(address, TIMEOUT).map(|smtp| Self(Way::Smtp(Box::new(smtp))))
    }

    /// Each mail becomes a file `TIME-ID.eml`, readable by its owner alone. The same mail again
    /// is the same file again.
    ///
    /// # Errors
    /// [`TransportError::Folder`] where the folder neither is there nor can be made.
    pub fn folder(folder: impl Into<PathBuf>) -> Result<Self, TransportError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(TransportError::Folder)?;
        Ok(Self(Way::Folder(folder)))
    }

    /// Sends one mail. Takes 30 seconds at most.
    ///
    /// # Errors
    /// [`SendError`], `permanent` where the server refused this mail for good.
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        match &self.0 {
            Way::Smtp(smtp) => smtp.send(message).await,
            Way::Folder(folder) => {
                let path = folder.join(file_name(message));
                let bytes = message.formatted();
                match tokio::task::spawn_blocking(move || write(&path, &bytes)).await {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(later(format!("the file cannot be written: {}", error.kind()))),
                    Err(_) => Err(later("writing the file was cut off".to_owned())),
                }
            }
        }
    }
}

fn later(reason: String) -> SendError {
    SendError { permanent: false, reason }
}

struct Smtp {
    builder: AsyncSmtpTransportBuilder,
    /// Replaced when a connection got stuck: lettre would hand it out again, in the middle of
    /// a dialogue, and the answer to one mail would be taken for the answer to the next.
    pool: Mutex<AsyncSmtpTransport<Tokio1Executor>>,
    timeout: Duration,
}

impl Smtp {
    fn new(address: &str, timeout: Duration) -> Result<Self, TransportError> {
        let (scheme, rest) = address.split_once("://").ok_or(TransportError::Unreadable)?;
        let tls_at_once = match scheme.to_ascii_lowercase().as_str() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(TransportError::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(TransportError::Trailing);
        }
        let (access, place) =
            rest.rsplit_once('@').map_or((None, rest), |(access, place)| (Some(access), place));
        let (host, given_port) = host_and_port(place).ok_or(TransportError::Unreadable)?;
        let is_this_machine = host
            .parse::<IpAddr>()
            .map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |ip| ip.is_loopback());
        let tls = || TlsParameters::new(host.clone()).map_err(|error| TransportError::Tls(error.to_string()));
        let (tls, port) = match (tls_at_once, is_this_machine) {
            (true, _) => (Tls::Wrapper(tls()?), 465),
            (false, true) => (Tls::None, 25),
            (false, false) => (Tls::Required(tls()?), 587),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(given_port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(timeout));
        if let Some(access) = access {
            let (user, password) = access.split_once(':').ok_or(TransportError::Credentials)?;
            if user.is_empty() || password.is_empty() {
                return Err(TransportError::Credentials);
            }
            builder = builder.credentials(Credentials::new(decoded(user)?, decoded(password)?));
        }
        Ok(Self { pool: Mutex::new(builder.clone().build()), builder, timeout })
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let bytes = message.formatted();
        // Lettre's own limit ends with the connection.
        match tokio::time::timeout(self.timeout, pool.send_raw(message.envelope(), &bytes)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refused(&error, message)),
            Err(_) => {
                *self.pool.lock().unwrap_or_else(PoisonError::into_inner) = self.builder.clone().build();
                Err(later(format!("the server did not answer within {} seconds", self.timeout.as_secs())))
            }
        }
    }
}

/// Reads `HOST`, `HOST:PORT` or `[IPv6]:PORT` (RFC 3986 3.2); a name comes out in ASCII.
fn host_and_port(place: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (ip, port) = rest.split_once(']')?;
            (ip.parse::<Ipv6Addr>().ok()?.to_string(), port)
        }
        None => {
            let (name, port) = place.split_at(place.find(':').unwrap_or(place.len()));
            let name = idna::domain_to_ascii_strict(name).ok().filter(|name| !name.is_empty())?;
            (name, port)
        }
    };
    match port {
        "" => Some((host, None)),
        port => {
            let port = port.strip_prefix(':')?.parse::<u16>().ok().filter(|port| *port > 0)?;
            Some((host, Some(port)))
        }
    }
}

/// Undoes percent-encoding (RFC 3986 2.1).
fn decoded(part: &str) -> Result<String, TransportError> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits =
                [rest.next(), rest.next()].map(|sign| sign.and_then(|sign| (sign as char).to_digit(16)));
            match digits {
                [Some(high), Some(low)] => bytes.push((high << 4 | low) as u8),
                _ => return Err(TransportError::Credentials),
            }
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| TransportError::Credentials)
}

fn refused(error: &SmtpError, message: &Message) -> SendError {
    let Some(code) = error.status().map(u16::from) else {
        return later(scrubbed(&error.to_string(), message.envelope().to()));
    };
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let said = scrubbed(&said, message.envelope().to());
    let reason = format!("SMTP {code} {said}").trim_end().to_owned();
    SendError { permanent: error.is_permanent() && !ABOUT_ACCESS.contains(&code), reason }
}

/// What a server says often repeats the receiver: words with an `@`, and with either half of
/// the receiver's address, go.
fn scrubbed(said: &str, receivers: &[Address]) -> String {
    let known = receivers
        .iter()
        .flat_map(|address| [address.user(), address.domain()])
        .map(str::to_lowercase)
        .collect::<Vec<_>>();
    let words = said
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let lower = word.to_lowercase();
            let tells =
                lower.contains('@') || lower.contains("%40") || known.iter().any(|part| lower.contains(part));
            if tells { "…" } else { word }
        });
    words.collect::<Vec<_>>().join(" ").chars().take(MAX_REASON).collect()
}

/// Time and id of a mail: both from its headers, neither with anything of a person.
fn file_name(message: &Message) -> String {
    let seconds = message
        .headers()
        .get::<Date>()
        .and_then(|date| SystemTime::from(date).duration_since(SystemTime::UNIX_EPOCH).ok())
        .and_then(|time| Time::from_second(i64::try_from(time.as_secs()).ok()?).ok())
        .unwrap_or(Time::UNIX_EPOCH);
    let time = seconds.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
    let id = message.headers().get_raw(&MessageId::name()).unwrap_or_default();
    format!("{time}-{}.eml", HEXLOWER.encode(&Sha256::digest(id.as_bytes())[..8]))
}

/// Writes beside and renames, so that no reader meets half a mail.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = (|| {
        let mut file = options.open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    if written.is_err() {
        // The reason that counts is the first one.
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
#[path = "transport_tests.rs"]
mod tests;
