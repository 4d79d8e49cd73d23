//! How a mail leaves: to an SMTP server (RFC 5321), or into a folder where there is none.

use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use data_encoding::HEXLOWER;
use jiff::Timestamp as Time;
use jiff::tz::TimeZone;
use lettre::Message;
use lettre::message::header::{Date, Header, MessageId};
use lettre::transport::smtp::authentication::Credentials;
use sha2::{Digest, Sha256};
use tresen_model::MailTrouble;

use super::dkim::Signer;
use super::send_error::SendError;
use super::smtp::{self, Safety, Smtp, TIMEOUT};

/// Where mails go. Holds a password, so there is no `Debug`.
pub struct Transport {
    way: Way,
    signers: Vec<Signer>,
}

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
    #[error("begins with none of smtp://, smtps:// and smtp+starttls://")]
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

impl Transport {
    /// Mails go to a server, over connections that are kept for the next one.
    ///
    /// `smtps://` is TLS from the start, port 465 (RFC 8314). `smtp://` has to be raised to TLS
    /// (STARTTLS, port 587) before anything is said, but for this machine itself, where it stays
    /// plain on port 25; `smtp+starttls://` is raised there too. The certificate has to be good
    /// for the host, and signed by one that the system trusts (`SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` name others) or that stands in `own_ca` (PEM).
    ///
    /// # Errors
    /// See [`TransportError`].
    pub fn smtp(address: &str, own_ca: Option<&[u8]>) -> Result<Self, TransportError> {
        let smtp = read_address(address, own_ca, TIMEOUT)?;
        Ok(Self { way: Way::Smtp(Box::new(smtp)), signers: Vec::new() })
    }

    /// Each mail becomes a file `TIME-ID.eml`, readable by its owner alone. The same mail again
    /// is the same file again.
    ///
    /// # Errors
    /// [`TransportError::Folder`] where the folder neither is there nor can be made.
    pub fn folder(folder: impl Into<PathBuf>) -> Result<Self, TransportError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(TransportError::Folder)?;
        Ok(Self { way: Way::Folder(folder), signers: Vec::new() })
    }

    /// Every mail is signed by each of these.
    #[must_use]
    pub fn signed_by(self, signers: Vec<Signer>) -> Self {
        Self { signers, ..self }
    }

    /// Names the server, or the folder, without user and password.
    pub fn describe(&self) -> String {
        match &self.way {
            Way::Smtp(smtp) => format!("{}:{}", smtp.host, smtp.port),
            Way::Folder(folder) => folder.display().to_string(),
        }
    }

    /// Connects to the server and signs in, if there is one. Sends nothing.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn reach(&self) -> Result<(), SendError> {
        match &self.way {
            Way::Smtp(smtp) => smtp.reach().await,
            Way::Folder(_) => Ok(()),
        }
    }

    /// Sends one mail. Takes a minute at most, and another second for every 32 KiB.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        let formatted = message.formatted();
        let bytes = if self.signers.is_empty() {
            formatted
        } else {
            let signed = super::dkim::sign(&self.signers, &formatted);
            signed.ok_or_else(|| SendError::new(MailTrouble::Unwritten))?
        };
        match &self.way {
            Way::Smtp(smtp) => smtp.send(message.envelope(), &bytes).await,
            Way::Folder(folder) => {
                let path = folder.join(file_name(message));
                match tokio::task::spawn_blocking(move || write(&path, &bytes)).await {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(_)) | Err(_) => Err(SendError::new(MailTrouble::Unwritten)),
                }
            }
        }
    }
}

/// Reads the setting `smtp_url`.
fn read_address(address: &str, own_ca: Option<&[u8]>, timeout: Duration) -> Result<Smtp, TransportError> {
    let (scheme, rest) = address.split_once("://").ok_or(TransportError::Unreadable)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['/', '?', '#']) {
        return Err(TransportError::Trailing);
    }
    let (access, place) = rest.rsplit_once('@').map_or((None, rest), |(access, place)| (Some(access), place));
    let (host, given_port) = host_and_port(place).ok_or(TransportError::Unreadable)?;
    let is_this_machine =
        host.parse::<IpAddr>().map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |ip| ip.is_loopback());
    let tls = || smtp::tls(&host, own_ca).map_err(TransportError::Tls);
    let (safety, port) = match (scheme.to_ascii_lowercase().as_str(), is_this_machine) {
        ("smtps", _) => (Safety::Wrapped(tls()?), 465),
        ("smtp", true) => (Safety::Plain, 25),
        ("smtp", false) | ("smtp+starttls", _) => (Safety::Raised(tls()?), 587),
        _ => return Err(TransportError::Scheme),
    };
    let credentials = match access {
        Some(access) => {
            let (user, password) = access.split_once(':').ok_or(TransportError::Credentials)?;
            if user.is_empty() || password.is_empty() {
                return Err(TransportError::Credentials);
            }
            Some(Credentials::new(decoded(user)?, decoded(password)?))
        }
        None => None,
    };
    Ok(Smtp::new(host, given_port.unwrap_or(port), safety, credentials, timeout))
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
