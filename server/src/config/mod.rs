//! The settings: `tresen.toml`, each overridable by the environment.
//!
//! An unknown key, a bad value or a missing file is an error that names the key, the value
//! and the fix. Secrets (URLs with passwords) are never printed.

mod checks;
#[cfg(test)]
mod mailbox_tests;
#[cfg(test)]
mod manual_tests;
mod places;
mod retention;
mod show;
mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;
use tresen_desk::delivery::{Signer, Templates, Transport, TransportError, read_certificates};
use tresen_desk::settings::FormSettings;
use tresen_desk::settings::IntakeSettings;
use tresen_desk::settings::Outgoing;
use tresen_desk::settings::Uploads;
use tresen_desk::settings::{AttachmentLimits, RequestType, SecondFactor, SignIn};
use tresen_desk::settings::{PrivacySettings, Retention};
use tresen_desk::{CONNECTIONS, Location, Settings};
use tresen_model::EmailAddress;

use self::checks::{
    check_acme, check_attachments, check_copy, check_intake, check_lmtp_port, check_name, check_outgoing,
    check_proxies, check_tls, check_types, check_url, host, location, read_logo, read_to_string, socket,
};
use self::places::Places;
use crate::door::limits::LimitSettings;
use crate::door::settings::{Acme, Door, Proxies, Tls};
use crate::mailbox::settings::{self as mail_settings, Lmtp, LmtpFile, Mailbox, MailboxFile};
use crate::sign_in::settings::{Provider, SignInFile};
use crate::theme::Colour;

pub(crate) use self::source::{ConfigError, Source, wrong};

/// The file as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    name: Option<String>,
    public_url: Option<String>,
    mail_from: Option<String>,
    accent: Option<String>,
    logo: Option<PathBuf>,
    time_zone: Option<String>,
    listen: Option<String>,
    plain_http: bool,
    mcp: bool,
    data: Option<PathBuf>,
    database_url: Option<String>,
    keys_url: Option<String>,
    database_connections: Option<u32>,
    objects_url: Option<String>,
    smtp_url: Option<String>,
    master_key_file: Option<PathBuf>,
    erasures_copy: Option<PathBuf>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    acme: Option<Acme>,
    http_listen: Option<String>,
    proxies: Proxies,
    limits: LimitSettings,
    mail_templates: Option<PathBuf>,
    largest_mail: Option<u64>,
    mailboxes: Vec<MailboxFile>,
    lmtp: Option<LmtpFile>,
    request_types: Vec<RequestType>,
    attachments: AttachmentLimits,
    uploads: Uploads,
    outgoing: Outgoing,
    privacy: PrivacySettings,
    retention: Retention,
    intake: IntakeSettings,
    sign_in: SignInFile,
    forms: FormSettings,
}

/// The settings in force.
pub(crate) struct Config {
    pub(crate) desk: Settings,
    pub(crate) listen: SocketAddr,
    pub(crate) data: PathBuf,
    pub(crate) database: Location,
    pub(crate) keys: Location,
    /// Connections of each of the two databases.
    pub(crate) connections: u32,
    pub(crate) objects: PathBuf,
    pub(crate) smtp_url: Option<String>,
    pub(crate) master_key_file: PathBuf,
    /// A second place for the list of erasures.
    pub(crate) erasures_copy: Option<PathBuf>,
    pub(crate) door: Door,
    pub(crate) mail_templates: Option<PathBuf>,
    pub(crate) accent: Option<Colour>,
    pub(crate) logo: Option<Logo>,
    pub(crate) time_zone: TimeZone,
    /// Whether assistants may call `/api/mcp`.
    pub(crate) mcp: bool,
    /// The largest message that is taken in, in bytes.
    pub(crate) largest_mail: usize,
    pub(crate) mailboxes: Vec<Mailbox>,
    pub(crate) lmtp: Option<Lmtp>,
    /// With whom people who work here sign in.
    pub(crate) sign_in: Vec<Provider>,
    /// Where these settings are from.
    pub(crate) source: Source,
}

/// The operator's picture.
pub(crate) struct Logo {
    pub(crate) bytes: Vec<u8>,
    pub(crate) media_type: &'static str,
}

/// What the environment may set, beside what tests and tools of ours use.
const KEYS: &[&str] = &[
    "DATA",
    "LISTEN",
    "PUBLIC_URL",
    "DATABASE_URL",
    "KEYS_URL",
    "DATABASE_CONNECTIONS",
    "OBJECTS_URL",
    "SMTP_URL",
    "MASTER_KEY_FILE",
    "ERASURES_COPY",
    "TLS_CERT",
    "TLS_KEY",
    "NAME",
    "MAIL_FROM",
    "ACCENT",
    "TIME_ZONE",
    "PLAIN_HTTP",
    "MCP",
    "SECOND_FACTOR",
    "SCREEN_FORMS",
];
/// What `database_connections` may be.
const NUMBER: &str = "it is a number from 1 to 1000";
const OTHERS: &[&str] = &["CONFIG", "LOG", "SITE", "BINARY", "CHROMIUM"];

impl Config {
    /// Reads the file at `TRESEN_CONFIG`, or `tresen.toml` here if there is one, and the
    /// environment.
    pub(crate) fn load() -> Result<Self, ConfigError> {
        let environment: BTreeMap<String, String> = std::env::vars()
            .filter_map(|(name, value)| Some((name.strip_prefix("TRESEN_")?.to_owned(), value)))
            .collect();
        let (path, key) = match environment.get("CONFIG") {
            Some(path) => (Path::new(path), "TRESEN_CONFIG"),
            None => (Path::new("tresen.toml"), "tresen.toml"),
        };
        let text = match environment.contains_key("CONFIG") || path.exists() {
            true => Some(read_to_string(path, key)?),
            false => None,
        };
        let source = Source::new(text.is_some().then_some(path), &environment);
        Self::parse(text.as_deref().unwrap_or_default(), &environment, source)
    }

    fn parse(
        text: &str,
        environment: &BTreeMap<String, String>,
        source: Source,
    ) -> Result<Self, ConfigError> {
        let mut file: File = toml::from_str(text).map_err(|error| {
            let moved = source::misplaced(text, &error).map(|key| format!("\n{key}")).unwrap_or_default();
            ConfigError::of_file(&source, &format!("{}{moved}", error.to_string().trim_end()))
        })?;
        let mut passwords: Vec<String> =
            file.mailboxes.iter().map(|mailbox| mail_settings::password_key(mailbox.name())).collect();
        passwords.extend(file.sign_in.secret_keys());
        for name in environment.keys() {
            if !KEYS.contains(&name.as_str())
                && !passwords.contains(name)
                && !OTHERS.contains(&name.as_str())
                && !name.starts_with("TEST_")
            {
                return Err(ConfigError::new(format!(
                    "the environment has TRESEN_{name}, which is no setting; there are: {}",
                    KEYS.iter().map(|key| format!("TRESEN_{key}")).collect::<Vec<_>>().join(", ")
                )));
            }
        }
        file.override_by(environment)?;
        let shown = source.clone();
        file.check(environment, source).map_err(|error| error.seen_in(&shown))
    }
}

impl File {
    fn override_by(&mut self, environment: &BTreeMap<String, String>) -> Result<(), ConfigError> {
        let text = |key: &str| environment.get(key).cloned();
        let path = |key: &str| environment.get(key).map(PathBuf::from);
        let take = |slot: &mut Option<String>, key: &str| *slot = text(key).or(slot.take());
        take(&mut self.name, "NAME");
        take(&mut self.public_url, "PUBLIC_URL");
        take(&mut self.mail_from, "MAIL_FROM");
        take(&mut self.accent, "ACCENT");
        take(&mut self.time_zone, "TIME_ZONE");
        take(&mut self.listen, "LISTEN");
        take(&mut self.database_url, "DATABASE_URL");
        take(&mut self.keys_url, "KEYS_URL");
        take(&mut self.objects_url, "OBJECTS_URL");
        take(&mut self.smtp_url, "SMTP_URL");
        let take = |slot: &mut Option<PathBuf>, key: &str| *slot = path(key).or(slot.take());
        take(&mut self.data, "DATA");
        take(&mut self.master_key_file, "MASTER_KEY_FILE");
        take(&mut self.erasures_copy, "ERASURES_COPY");
        take(&mut self.tls_cert, "TLS_CERT");
        take(&mut self.tls_key, "TLS_KEY");
        for (key, slot) in [
            ("PLAIN_HTTP", &mut self.plain_http),
            ("MCP", &mut self.mcp),
            ("SCREEN_FORMS", &mut self.forms.screen),
        ] {
            if let Some(value) = environment.get(key) {
                *slot = match value.as_str() {
                    "true" | "1" => true,
                    "false" | "0" => false,
                    _ => return Err(wrong(&format!("TRESEN_{key}"), value, "it is true or false")),
                };
            }
        }
        if let Some(value) = environment.get("DATABASE_CONNECTIONS") {
            let number = value.parse().map_err(|_| wrong("TRESEN_DATABASE_CONNECTIONS", value, NUMBER))?;
            self.database_connections = Some(number);
        }
        if let Some(value) = environment.get("SECOND_FACTOR") {
            self.sign_in.second_factor = match value.as_str() {
                "required" => SecondFactor::Required,
                "offered" => SecondFactor::Offered,
                _ => return Err(wrong("TRESEN_SECOND_FACTOR", value, "it is required or offered")),
            };
        }
        Ok(())
    }

    fn check(self, environment: &BTreeMap<String, String>, source: Source) -> Result<Config, ConfigError> {
        let listen = self.listen.unwrap_or_else(|| "127.0.0.1:3000".into());
        let listen = socket("listen", &listen)?;
        let http_listen = self.http_listen.map(|text| socket("http_listen", &text)).transpose()?;
        let mut tls = match (self.tls_cert, self.tls_key, self.acme) {
            (Some(cert), Some(key), None) => {
                for (name, path) in [("tls_cert", &cert), ("tls_key", &key)] {
                    if !path.is_file() {
                        return Err(wrong(name, &path.display().to_string(), "there is no such file"));
                    }
                }
                Some(Tls::Files { cert, key })
            }
            (None, None, Some(acme)) => Some(Tls::Acme(check_acme(acme, http_listen.is_some())?)),
            (None, None, None) => None,
            (Some(_), Some(_), Some(_)) => {
                return Err(ConfigError::new(
                    "`tls_cert` and `[acme]` are both set: the certificate is from files or from an authority"
                        .into(),
                ));
            }
            _ => {
                return Err(ConfigError::new(
                    "`tls_cert` and `tls_key` belong together; set both or none".into(),
                ));
            }
        };
        if tls.is_none() && !listen.ip().is_loopback() && !self.plain_http {
            return Err(wrong(
                "listen",
                &listen.to_string(),
                "without TLS the traffic could be read on the way. Set `tls_cert` and `tls_key`, or `[acme]`; or \
                 listen on 127.0.0.1 behind a proxy that speaks TLS; or, if the network in between is yours \
                 alone, set `plain_http = true`",
            ));
        }
        let scheme = if tls.is_some() { "https" } else { "http" };
        let public_url = check_url(&self.public_url.unwrap_or_else(|| format!("{scheme}://{listen}")))?;
        let host = host(&public_url);
        check_tls(tls.as_ref(), &public_url, listen, http_listen)?;
        if let Some(Tls::Acme(acme)) = &mut tls {
            acme.domain = host.to_owned();
        }
        let default_from = if host.contains('.') && !host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            format!("support@{host}")
        } else {
            "support@desk.example".to_owned()
        };
        let mail_from = self.mail_from.unwrap_or(default_from);
        let mail_from = EmailAddress::parse(&mail_from).map_err(|_| {
            wrong("mail_from", &mail_from, "it is an email address, such as support@example.com")
        })?;
        let accent = match &self.accent {
            Some(text) => Some(
                Colour::parse(text).ok_or_else(|| wrong("accent", text, "it is a colour such as #0b6659"))?,
            ),
            None => None,
        };
        let data = self.data.unwrap_or_else(|| "data".into());
        let erasures_copy = self.erasures_copy.map(|path| check_copy(path, &data)).transpose()?;
        let time_zone = match &self.time_zone {
            Some(name) => TimeZone::get(name)
                .map_err(|_| wrong("time_zone", name, "it is a name such as Europe/Berlin"))?,
            None => TimeZone::system(),
        };
        let database = location("database_url", self.database_url, &data, "tresen.db")?;
        let keys = location("keys_url", self.keys_url, &data, "keys.db")?;
        let connections = self.database_connections.unwrap_or(CONNECTIONS);
        if !(1..=1000).contains(&connections) {
            return Err(wrong("database_connections", &connections.to_string(), NUMBER));
        }
        if database.is_same_as(&keys) {
            return Err(wrong(
                "keys_url",
                &keys.describe(),
                "`database_url` names the same database. The keys need one of their own, backed up apart from the data",
            ));
        }
        if matches!((&database, &keys), (Location::Server(_), Location::File(_))) {
            return Err(ConfigError::new(
                "`database_url` is a PostgreSQL, but `keys_url` is not set: the keys need a database of their \
                 own, backed up apart from the data, such as postgres://…/tresen_keys"
                    .into(),
            ));
        }
        let master_key_file = self.master_key_file.unwrap_or_else(|| data.join("master.key"));
        let objects = match self.objects_url {
            Some(url) => match url.strip_prefix("file:") {
                Some(path) => PathBuf::from(path.strip_prefix("//").unwrap_or(path)),
                None => return Err(wrong("objects_url", &url, "it is a folder, written file:PATH")),
            },
            None => data.join("objects"),
        };
        let copy = erasures_copy.as_deref();
        let (data_folder, master_key) = (data.as_path(), master_key_file.as_path());
        Places {
            data: data_folder,
            database: &database,
            keys: &keys,
            objects: &objects,
            master_key,
            erasures_copy: copy,
        }
        .check()?;
        let request_types = if self.request_types.is_empty() {
            Settings::default_request_types()
        } else {
            self.request_types
        };
        check_types(&request_types)?;
        retention::check(&self.retention)?;
        if self.forms.proof_bits > 20 {
            return Err(wrong(
                "forms.proof_bits",
                &self.forms.proof_bits.to_string(),
                "from 0 to 20: with more, people on old phones would wait for minutes",
            ));
        }
        let largest_mail = self.largest_mail.unwrap_or(mail_settings::LARGEST);
        if !(64 * 1024..=100 * 1024 * 1024).contains(&largest_mail) {
            return Err(wrong(
                "largest_mail",
                &largest_mail.to_string(),
                "it is a number of bytes from 65536 (64 KiB) to 104857600 (100 MiB)",
            ));
        }
        let mailboxes = mail_settings::mailboxes(self.mailboxes, &request_types, environment)?;
        let lmtp = self.lmtp.map(|lmtp| mail_settings::lmtp(lmtp, &mail_from, &request_types)).transpose()?;
        check_lmtp_port(lmtp.as_ref(), listen, http_listen)?;
        let second_factor = self.sign_in.second_factor;
        let sign_in = self.sign_in.check(environment)?;
        // Without a channel for mail, answers go to a mailbox that the desk does not read.
        let takes_mail = lmtp.is_some() || !mailboxes.is_empty();
        Ok(Config {
            largest_mail: usize::try_from(largest_mail).unwrap_or(usize::MAX),
            mailboxes,
            lmtp,
            desk: Settings {
                providers: sign_in.iter().map(|provider| provider.rules.clone()).collect(),
                name: check_name(self.name)?,
                public_url,
                mail_from,
                accent: accent.unwrap_or(crate::theme::DEFAULT_ACCENT).to_string(),
                request_types,
                attachments: check_attachments(self.attachments)?,
                uploads: self.uploads,
                outgoing: check_outgoing(self.outgoing)?.resolved(takes_mail),
                privacy: self.privacy,
                retention: self.retention,
                intake: check_intake(self.intake)?,
                limits: self.limits.desk(),
                forms: self.forms,
                sign_in: SignIn { second_factor },
            },
            listen,
            database,
            keys,
            connections,
            objects,
            smtp_url: self.smtp_url,
            master_key_file,
            door: Door { tls, http_listen, proxies: check_proxies(self.proxies)?, limits: self.limits },
            erasures_copy,
            mail_templates: self.mail_templates,
            accent,
            logo: self.logo.as_deref().map(read_logo).transpose()?,
            time_zone,
            mcp: self.mcp,
            sign_in,
            source,
            data,
        })
    }
}

impl Config {
    /// The words of mails.
    pub(crate) fn templates(&self) -> Result<Templates, ConfigError> {
        Templates::load(self.mail_templates.as_deref()).map_err(|error| ConfigError::new(error.to_string()))
    }

    /// The way of mails. Makes the folder for them where there is no SMTP server. Call it inside the runtime.
    pub(crate) fn transport(&self) -> Result<Transport, ConfigError> {
        let made = match self.smtp()? {
            Some(smtp) => smtp,
            None => Transport::folder(self.outgoing_mail()).map_err(unusable_smtp)?,
        };
        Ok(made.signed_by(self.signers()?))
    }

    /// The SMTP server, if there is one. Connects to nothing. Call it inside the runtime.
    pub(crate) fn smtp(&self) -> Result<Option<Transport>, ConfigError> {
        let own_ca = match &self.desk.outgoing.ca_file {
            Some(path) => Some(
                read_certificates(path)
                    .map_err(|error| wrong("outgoing.ca_file", &path.display().to_string(), &error))?,
            ),
            None => None,
        };
        let smtp = self.smtp_url.as_ref().map(|url| Transport::smtp(url, own_ca.as_deref()));
        smtp.transpose().map_err(unusable_smtp)
    }

    /// What mails are signed with.
    pub(crate) fn signers(&self) -> Result<Vec<Signer>, ConfigError> {
        let keys = self.desk.outgoing.dkim.iter();
        let signers = keys.map(|key| Signer::load(key, self.desk.mail_from.domain()));
        signers
            .map(|signer| {
                signer.map_err(|error| {
                    ConfigError::new(format!("the setting `outgoing.dkim` cannot be used: {error}"))
                })
            })
            .collect()
    }

    /// Where mails go as files when there is no SMTP server.
    pub(crate) fn outgoing_mail(&self) -> PathBuf {
        self.data.join("mail").join("outgoing")
    }
}

/// The URL may hold a password, so it is not shown.
fn unusable_smtp(error: TransportError) -> ConfigError {
    ConfigError::new(format!("the setting `smtp_url` cannot be used: {error}"))
}
