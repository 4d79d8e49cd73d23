//! `[[mailboxes]]` and `[lmtp]`.
//!
//! Passwords and tokens stand in files of their own, never in the settings: they are read when
//! they are needed, so that a change needs no restart.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tresen_desk::settings::RequestType;
use tresen_model::EmailAddress;

use crate::config::{ConfigError, wrong};

/// The largest message that is taken in, in bytes: twice what most servers let pass.
pub(crate) const LARGEST: u64 = 50 * 1024 * 1024;

/// Servers may end an idle connection after 30 minutes (RFC 2177).
const LONGEST_POLL: u64 = 28 * 60;

/// How the connection to a mailbox is kept private.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Security {
    /// TLS from the start (RFC 8314).
    Tls,
    /// TLS after the greeting, before anything is said (RFC 3501 6.2.1).
    Starttls,
    /// None. To this machine only.
    Plain,
}

/// What becomes of a message that was taken in.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum After {
    /// It is deleted: what stays in a mailbox escapes erasure.
    Delete,
    /// It goes to a folder of the same mailbox.
    MoveTo(String),
}

impl After {
    fn folder(&self) -> Option<&String> {
        match self {
            Self::Delete => None,
            Self::MoveTo(folder) => Some(folder),
        }
    }
}

/// Access by OAuth2 (RFC 6749) in place of a password.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth2 {
    pub(crate) token_url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Without one the program asks for itself (client credentials, RFC 6749 4.4). A new one that
    /// the server gives is written back.
    pub(crate) refresh_token_file: Option<PathBuf>,
    pub(crate) scope: Option<String>,
}

/// A mailbox as it is written.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailboxFile {
    name: String,
    host: String,
    port: Option<u16>,
    security: Option<Security>,
    user: String,
    password_file: Option<PathBuf>,
    oauth2: Option<OAuth2>,
    folder: Option<String>,
    kind: Option<String>,
    address: Option<String>,
    after: Option<After>,
    poll_seconds: Option<u64>,
    ca_file: Option<PathBuf>,
}

/// By what the program shows who it is.
#[derive(Clone)]
pub(crate) enum Access {
    PasswordFile(PathBuf),
    /// From the environment.
    Password(Password),
    OAuth2(OAuth2),
}

/// A password. Has no `Debug` and no `Display`.
#[derive(Clone)]
pub(crate) struct Password(pub(crate) String);

/// A mailbox (RFC 3501) that is watched.
#[derive(Clone)]
pub(crate) struct Mailbox {
    /// Names it in the log and in the table of positions.
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) user: String,
    pub(crate) access: Access,
    pub(crate) folder: String,
    /// The request type of new requests.
    pub(crate) kind: Option<String>,
    /// The address whose mail it holds.
    pub(crate) address: Option<String>,
    pub(crate) after: After,
    /// It is looked into at least so often.
    pub(crate) poll: Duration,
    /// Certificates that are trusted beside none else.
    pub(crate) ca_file: Option<PathBuf>,
}

/// `[lmtp]` as it is written.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LmtpFile {
    listen: String,
    mode: Option<String>,
    #[serde(default)]
    recipients: Vec<RecipientFile>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipientFile {
    address: String,
    kind: Option<String>,
}

/// Where LMTP is listened for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Listen {
    /// A socket in the file system, with its mode.
    Unix(PathBuf, u32),
    /// A port of this machine.
    Port(SocketAddr),
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path, mode) => write!(f, "unix:{} (mode {mode:04o})", path.display()),
            Self::Port(address) => address.fmt(f),
        }
    }
}

/// LMTP (RFC 2033).
#[derive(Clone)]
pub(crate) struct Lmtp {
    pub(crate) listen: Listen,
    pub(crate) recipients: Recipients,
}

/// The addresses that mail is taken for, each with its request type.
#[derive(Clone)]
pub(crate) struct Recipients(Vec<(EmailAddress, Option<String>)>);

impl Recipients {
    /// Whether an address is one of them, and the type of its requests. What stands behind a plus
    /// sign in the local part does not matter here, nor do capitals.
    pub(crate) fn find(&self, address: &str) -> Option<Option<&str>> {
        let (local, domain) = address.rsplit_once('@')?;
        let is_it = |known: &str| {
            let Some((known_local, known_domain)) = known.rsplit_once('@') else { return false };
            let (head, rest) = match (local.get(..known_local.len()), local.get(known_local.len()..)) {
                (Some(head), Some(rest)) => (head, rest),
                _ => return false,
            };
            domain.eq_ignore_ascii_case(known_domain)
                && head.eq_ignore_ascii_case(known_local)
                && (rest.is_empty() || rest.starts_with('+'))
        };
        let (_, kind) = self.0.iter().find(|(known, _)| is_it(known.as_str()))?;
        Some(kind.as_deref())
    }
}

/// Checks `[[mailboxes]]`.
pub(crate) fn mailboxes(
    files: Vec<MailboxFile>,
    kinds: &[RequestType],
    environment: &BTreeMap<String, String>,
) -> Result<Vec<Mailbox>, ConfigError> {
    let mut mailboxes: Vec<Mailbox> = Vec::new();
    for file in files {
        if mailboxes.iter().any(|other| other.name == file.name) {
            return Err(wrong("mailboxes.name", &file.name, "two mailboxes have this name"));
        }
        let mailbox = file.check(kinds, environment)?;
        let same = |other: &&Mailbox| {
            other.host.eq_ignore_ascii_case(&mailbox.host)
                && (other.port, &other.user, &other.folder) == (mailbox.port, &mailbox.user, &mailbox.folder)
        };
        if let Some(other) = mailboxes.iter().find(same) {
            let fix = format!("the mailbox {} reads the same folder", other.name);
            return Err(wrong(&format!("mailboxes.{}.folder", mailbox.name), &mailbox.folder, &fix));
        }
        mailboxes.push(mailbox);
    }
    Ok(mailboxes)
}

/// The key that sets a mailbox's password in the environment, without `TRESEN_`.
pub(crate) fn password_key(name: &str) -> String {
    format!("MAILBOX_{}_PASSWORD", name.to_ascii_uppercase().replace('-', "_"))
}

impl MailboxFile {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn check(
        self,
        kinds: &[RequestType],
        environment: &BTreeMap<String, String>,
    ) -> Result<Mailbox, ConfigError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > 40 || !self.name.chars().all(plain) {
            return Err(wrong("mailboxes.name", &self.name, "it is a short word of a-z, 0-9 and hyphens"));
        }
        let key = |setting: &str| format!("mailboxes.{}.{setting}", self.name);
        if !is_host(&self.host) {
            let fix = "it is the name of a host, such as imap.example.com; a port stands in `port`";
            return Err(wrong(&key("host"), &self.host, fix));
        }
        if self.port == Some(0) {
            return Err(wrong(&key("port"), "0", "it is a number from 1 to 65535"));
        }
        let security = self.security.unwrap_or(Security::Tls);
        if security == Security::Plain && !is_this_machine(&self.host) {
            return Err(wrong(
                &key("security"),
                "plain",
                "without TLS the password could be read on the way; allowed to 127.0.0.1 and [::1] only",
            ));
        }
        let password = environment.get(&password_key(&self.name));
        let access = match (self.oauth2, self.password_file, password) {
            (Some(oauth2), None, None) => Access::OAuth2(oauth2.check(&key("oauth2"))?),
            (None, Some(path), None) => {
                check_file(&key("password_file"), &path)?;
                Access::PasswordFile(path)
            }
            (None, None, Some(password)) => Access::Password(Password(password.clone())),
            _ => {
                return Err(wrong(
                    &key("password_file"),
                    "missing, or not the only credential",
                    &format!(
                        "set one of `password_file`, `[mailboxes.oauth2]`, and TRESEN_{} in the environment",
                        password_key(&self.name)
                    ),
                ));
            }
        };
        check_kind(&key("kind"), self.kind.as_deref(), kinds)?;
        if let Some(path) = &self.ca_file {
            check_file(&key("ca_file"), path)?;
        }
        let poll = self.poll_seconds.unwrap_or(300);
        if !(1..=LONGEST_POLL).contains(&poll) {
            return Err(wrong(&key("poll_seconds"), &poll.to_string(), "it is from 1 to 1680 (28 minutes)"));
        }
        let address = self.address.or_else(|| self.user.contains('@').then(|| self.user.clone()));
        if let Some(address) = &address
            && EmailAddress::parse(address).is_err()
        {
            return Err(wrong(
                &key("address"),
                address,
                "it is an email address, such as support@example.com",
            ));
        }
        let folder = self.folder.unwrap_or_else(|| "INBOX".into());
        let after = self.after.unwrap_or(After::Delete);
        for folder in [Some(&folder), after.folder()].into_iter().flatten() {
            if folder.is_empty() || !folder.chars().all(|c| c.is_ascii() && !c.is_ascii_control()) {
                return Err(wrong(
                    &key("folder"),
                    folder,
                    "it is written as IMAP writes it: ASCII, other letters in modified UTF-7 (RFC 3501 5.1.3)",
                ));
            }
        }
        if matches!(&after, After::MoveTo(to) if *to == folder) {
            return Err(wrong(&key("after"), "move_to this folder", "messages must leave the folder"));
        }
        let port = match security {
            Security::Tls => 993,
            Security::Starttls | Security::Plain => 143,
        };
        Ok(Mailbox {
            name: self.name,
            host: self.host,
            port: self.port.unwrap_or(port),
            security,
            user: self.user,
            access,
            folder,
            kind: self.kind,
            address,
            after,
            poll: Duration::from_secs(poll),
            ca_file: self.ca_file,
        })
    }
}

/// For the operator, without secrets.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let security = match self.security {
            Security::Tls => "TLS",
            Security::Starttls => "STARTTLS",
            Security::Plain => "plain",
        };
        let after = match &self.after {
            After::Delete => "deletes",
            After::MoveTo(_) => "moves",
        };
        let kind = self.kind.as_deref().unwrap_or("the first request type");
        write!(f, "{}:{} ({security}), {kind}, {after}", self.host, self.port)
    }
}

impl OAuth2 {
    fn check(self, key: &str) -> Result<Self, ConfigError> {
        let host = self.token_url.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
        let host = host.split('/').next().unwrap_or_default();
        let to_itself = self.token_url.starts_with("http://")
            && is_this_machine(host.rsplit_once(':').map_or(host, |(host, _)| host));
        if host.is_empty() || !(self.token_url.starts_with("https://") || to_itself) {
            return Err(wrong(
                &format!("{key}.token_url"),
                &self.token_url,
                "it is an address that begins with https://",
            ));
        }
        for (name, path) in [
            ("client_secret_file", &self.client_secret_file),
            ("refresh_token_file", &self.refresh_token_file),
        ] {
            if let Some(path) = path {
                check_file(&format!("{key}.{name}"), path)?;
            }
        }
        if self.refresh_token_file.is_none() && self.client_secret_file.is_none() {
            return Err(ConfigError::new(format!(
                "`{key}` has neither `refresh_token_file` nor `client_secret_file`; it needs one or both"
            )));
        }
        Ok(self)
    }
}

/// Checks `[lmtp]`. Mail for the desk's own address is always taken.
pub(crate) fn lmtp(
    file: LmtpFile,
    mail_from: &EmailAddress,
    kinds: &[RequestType],
) -> Result<Lmtp, ConfigError> {
    // Holds whatever the umask is: a mail server of another user may have to get in.
    let mode = match &file.mode {
        None => 0o600,
        Some(text) => u32::from_str_radix(text, 8)
            .ok()
            .filter(|mode| *mode <= 0o777)
            .ok_or_else(|| wrong("lmtp.mode", text, "it is the mode of the socket, such as \"0660\""))?,
    };
    let listen = match file.listen.strip_prefix("unix:") {
        // Linux has room for 107 bytes.
        Some(path) if path.is_empty() || path.len() > 100 => {
            return Err(wrong("lmtp.listen", &file.listen, "it is unix:PATH, at most 100 bytes long"));
        }
        Some(path) => Listen::Unix(path.into(), mode),
        None => {
            let fix = "it is unix:PATH, or a port of this machine such as 127.0.0.1:2424";
            let address: SocketAddr =
                file.listen.parse().map_err(|_| wrong("lmtp.listen", &file.listen, fix))?;
            if !address.ip().is_loopback() {
                return Err(wrong("lmtp.listen", &file.listen, fix));
            }
            if file.mode.is_some() {
                return Err(wrong("lmtp.mode", &file.listen, "it belongs to `listen = \"unix:PATH\"` only"));
            }
            Listen::Port(address)
        }
    };
    let mut recipients = Vec::new();
    for recipient in file.recipients {
        let address = EmailAddress::parse(&recipient.address).map_err(|_| {
            wrong(
                "lmtp.recipients.address",
                &recipient.address,
                "it is an email address, such as support@example.com",
            )
        })?;
        check_kind("lmtp.recipients.kind", recipient.kind.as_deref(), kinds)?;
        recipients.push((address, recipient.kind));
    }
    recipients.push((mail_from.clone(), None));
    Ok(Lmtp { listen, recipients: Recipients(recipients) })
}

fn check_kind(key: &str, kind: Option<&str>, kinds: &[RequestType]) -> Result<(), ConfigError> {
    match kind {
        Some(id) if !kinds.iter().any(|kind| kind.id == id) => {
            let there = kinds.iter().map(|kind| kind.id.as_str()).collect::<Vec<_>>().join(", ");
            Err(wrong(key, id, &format!("there is no such request type; there are: {there}")))
        }
        _ => Ok(()),
    }
}

fn check_file(key: &str, path: &std::path::Path) -> Result<(), ConfigError> {
    if path.is_file() {
        Ok(())
    } else {
        Err(wrong(key, &path.display().to_string(), "there is no such file"))
    }
}

/// A name or an IP address, one of IPv6 with or without brackets.
fn is_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = |host: &str| {
        host.split('.').all(|label| !label.is_empty())
            && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    bare.parse::<IpAddr>().is_ok() || name(host.strip_suffix('.').unwrap_or(host))
}

/// Whether nothing leaves this machine on the way there. A name could point anywhere.
fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_have_plus_parts_and_no_look_alikes() {
        let address = |text| EmailAddress::parse(text).expect("an address");
        let recipients = Recipients(vec![
            (address("billing@example.com"), Some("order".into())),
            (address("support@example.com"), None),
        ]);
        assert_eq!(recipients.find("Billing@EXAMPLE.com"), Some(Some("order")));
        assert_eq!(recipients.find("support+a1b2c3@example.com"), Some(None));
        for other in [
            "supporter@example.com",
            "support@example.org",
            "support",
            "sup+port@example.com",
            "süpport@example.com",
            "",
        ] {
            assert_eq!(recipients.find(other), None, "{other}");
        }
    }
}
