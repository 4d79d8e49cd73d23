//! What makes a value one that can be used.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use tresen_desk::Location;
use tresen_desk::intake::is_filter_header;
use tresen_desk::settings::{AttachmentLimits, IntakeSettings, Outgoing, RequestType};
use tresen_model::EmailAddress;

use super::{ConfigError, Logo, wrong};
use crate::door::settings::{Acme, Challenge, Proxies, Tls};
use crate::mailbox::settings::{Listen, Lmtp};

pub(super) fn socket(key: &str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| wrong(key, text, "it is an address and a port, such as 127.0.0.1:3000"))
}

pub(super) fn check_acme(acme: Acme, http: bool) -> Result<Acme, ConfigError> {
    if !acme.directory.starts_with("https://") {
        return Err(wrong("acme.directory", &acme.directory, "it is the https:// address of a directory"));
    }
    if !acme.agree_to_terms {
        return Err(wrong(
            "acme.agree_to_terms",
            "false",
            "the authority issues certificates only if you agree to its terms; read them and set it to true",
        ));
    }
    if acme.challenge == Challenge::Http01 && !http {
        return Err(wrong(
            "acme.challenge",
            "http-01",
            "the authority connects to port 80; set `http_listen`, such as 0.0.0.0:80",
        ));
    }
    Ok(acme)
}

/// A database: the URL in the settings, or a file in the data folder. The URL may hold a password, so only
/// its scheme is repeated.
pub(super) fn location(
    key: &str,
    url: Option<String>,
    data: &Path,
    file: &str,
) -> Result<Location, ConfigError> {
    const FIX: &str = "it is postgres://USER:PASSWORD@HOST/DATABASE, or sqlite:PATH";
    let Some(url) = url else { return Ok(Location::File(data.join(file))) };
    if let Some((scheme, _)) = url.split_once("://")
        && !["postgres", "postgresql", "sqlite"].contains(&scheme)
    {
        return Err(wrong(key, &format!("{scheme}://…"), FIX));
    }
    let location = Location::parse(&url);
    location.check().map_err(|reason| ConfigError::new(format!("the setting `{key}` {reason}: {FIX}")))?;
    Ok(location)
}

/// The second place for the list of erasures.
pub(super) fn check_copy(path: PathBuf, data: &Path) -> Result<PathBuf, ConfigError> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let fix = if absolute(&path).starts_with(absolute(data)) {
        "it is in the data folder, and would be lost with it; name a file on another machine or disk"
    } else if path.is_dir() {
        "it is a folder; name a file in it, such as erasures.txt"
    } else {
        return Ok(path);
    };
    Err(wrong("erasures_copy", &path.display().to_string(), fix))
}

/// The host of an address such as `https://help.example.com:8443`, an IPv6 address with its brackets.
pub(super) fn host(url: &str) -> &str {
    let authority = url.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    match authority.split_once(']') {
        Some((ip, _)) => &authority[..=ip.len()],
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// What TLS asks of the other settings.
pub(super) fn check_tls(
    tls: Option<&Tls>,
    public_url: &str,
    listen: SocketAddr,
    http_listen: Option<SocketAddr>,
) -> Result<(), ConfigError> {
    if tls.is_some() && public_url.starts_with("http://") {
        let fix = "with `tls_cert` or `[acme]` the desk answers by HTTPS only; write https://, or leave TLS to a \
                   proxy and take these settings out";
        return Err(wrong("public_url", public_url, fix));
    }
    if http_listen == Some(listen) {
        return Err(wrong(
            "http_listen",
            &listen.to_string(),
            "`listen` is the same; plain HTTP needs a port of its own",
        ));
    }
    if http_listen.is_some() && public_url.starts_with("http://") {
        let fix = "`http_listen` leads to it, so it has to be https://; without TLS leave `http_listen` out";
        return Err(wrong("public_url", public_url, fix));
    }
    let host = host(public_url);
    let is_name = host.contains('.') && !host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if matches!(tls, Some(Tls::Acme(_))) && !is_name {
        let fix = "the certificate of `[acme]` is for its host, so it needs a name: https://help.example.com";
        return Err(wrong("public_url", public_url, fix));
    }
    Ok(())
}

pub(super) fn check_url(url: &str) -> Result<String, ConfigError> {
    let url = url.trim_end_matches('/');
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(rest) if has_host_and_port(rest) => Ok(url.to_owned()),
        _ => Err(wrong("public_url", url, "it is the address of the desk, such as https://help.example.com")),
    }
}

/// Whether this is a host, and a port that there is.
fn has_host_and_port(rest: &str) -> bool {
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (rest, None),
    };
    // Port 0 of `listen` is one that the system chooses.
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '\\']) && port.is_none_or(is_port)
}

/// What the desk is called, in From lines too.
pub(super) fn check_name(name: Option<String>) -> Result<String, ConfigError> {
    match name.filter(|name| !name.trim().is_empty()) {
        Some(name) if name.contains(char::is_control) => {
            Err(wrong("name", &name.escape_default().to_string(), "it is one line"))
        }
        Some(name) => Ok(name),
        None => Ok("Tresen".to_owned()),
    }
}

pub(super) fn check_attachments(attachments: AttachmentLimits) -> Result<AttachmentLimits, ConfigError> {
    if attachments.max_bytes == 0 && attachments.max_files > 0 {
        let fix = "every file would be refused; for a desk without attachments set `max_files = 0`";
        return Err(wrong("attachments.max_bytes", "0", fix));
    }
    Ok(attachments)
}

pub(super) fn check_lmtp_port(
    lmtp: Option<&Lmtp>,
    listen: SocketAddr,
    http_listen: Option<SocketAddr>,
) -> Result<(), ConfigError> {
    match lmtp.map(|lmtp| &lmtp.listen) {
        Some(Listen::Port(port)) if *port == listen || Some(*port) == http_listen => {
            let fix = "the desk's pages are served there; LMTP needs a port of its own";
            Err(wrong("lmtp.listen", &port.to_string(), fix))
        }
        _ => Ok(()),
    }
}

pub(super) fn check_types(types: &[RequestType]) -> Result<(), ConfigError> {
    for (index, kind) in types.iter().enumerate() {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if kind.id.is_empty() || kind.id.len() > 40 || !kind.id.chars().all(plain) {
            return Err(wrong("request_types.id", &kind.id, "it is a short word of a-z, 0-9 and hyphens"));
        }
        if kind.name.en.trim().is_empty() || kind.name.de.trim().is_empty() {
            return Err(wrong("request_types.name", &kind.id, "it needs a name in each language"));
        }
        if types[..index].iter().any(|other| other.id == kind.id) {
            return Err(wrong("request_types.id", &kind.id, "two request types have it"));
        }
    }
    Ok(())
}

pub(super) fn check_outgoing(outgoing: Outgoing) -> Result<Outgoing, ConfigError> {
    if outgoing.attach_bytes > Outgoing::MOST_ATTACHED {
        let fix = format!("many servers accept no larger email; at most {}", Outgoing::MOST_ATTACHED);
        return Err(wrong("outgoing.attach_bytes", &outgoing.attach_bytes.to_string(), &fix));
    }
    if !(1..=Outgoing::MOST_AT_ONCE).contains(&outgoing.per_domain) {
        let fix = format!("it is a number from 1 to {}", Outgoing::MOST_AT_ONCE);
        return Err(wrong("outgoing.per_domain", &outgoing.per_domain.to_string(), &fix));
    }
    if outgoing.per_minute == Some(0) {
        return Err(wrong("outgoing.per_minute", "0", "no mail would ever leave; leave it out for no limit"));
    }
    Ok(outgoing)
}

/// The largest networks that are trusted: those that are set aside for private use are no larger (RFC 1918, RFC 4193).
const LARGEST_IPV4: u8 = 8;
const LARGEST_IPV6: u8 = 7;

/// Whoever is in one of these networks says who the client is, and is not limited.
pub(super) fn check_proxies(proxies: Proxies) -> Result<Proxies, ConfigError> {
    for network in &proxies.trusted {
        let fix = match network {
            IpNet::V4(network) if network.prefix_len() < LARGEST_IPV4 => {
                "everybody in it could name any address as the client's; name the addresses of your proxies, or their \
                 network, at most 10.0.0.0/8"
            }
            IpNet::V6(network)
                if network.network().to_ipv4_mapped().is_some() && network.prefix_len() >= 96 =>
            {
                "it is a network of IPv4; write it as IPv4, such as 10.0.0.0/8"
            }
            IpNet::V6(network) if network.prefix_len() < LARGEST_IPV6 => {
                "everybody in it could name any address as the client's; name the addresses of your proxies, or their \
                 network, at most fc00::/7"
            }
            _ => continue,
        };
        return Err(wrong("proxies.trusted", &network.to_string(), fix));
    }
    Ok(proxies)
}

pub(super) fn check_intake(intake: IntakeSettings) -> Result<IntakeSettings, ConfigError> {
    if let Some(name) = &intake.authserv_id
        && (name.is_empty() || name.contains([' ', ';', '"', '(']))
    {
        let fix =
            "it is the name at the beginning of your server's Authentication-Results, such as mx.example.com";
        return Err(wrong("intake.authserv_id", name, fix));
    }
    match &intake.spam_header {
        Some(name) if !is_filter_header(name) => {
            let fix =
                "it is a header that a filter writes, such as X-Spam-Score or X-Spam-Flag, without a colon";
            return Err(wrong("intake.spam_header", name, fix));
        }
        Some(_) if intake.spam_at.trim().is_empty() => {
            let fix = "it is the score from which an email is spam, or the word that the header begins with";
            return Err(wrong("intake.spam_at", &intake.spam_at, fix));
        }
        None if intake.spam_at != IntakeSettings::default().spam_at => {
            let fix = "it needs a header; set `spam_header` too";
            return Err(wrong("intake.spam_at", &intake.spam_at, fix));
        }
        _ => {}
    }
    for (key, list) in [("intake.blocked", &intake.blocked), ("intake.relays", &intake.relays)] {
        for listed in list {
            let address = match listed.trim().strip_prefix('@') {
                Some(domain) => format!("a@{domain}"),
                None => listed.clone(),
            };
            if EmailAddress::known(&address).is_err() {
                let fix = "it is an address, such as eve@example.com, or a domain, such as @example.com";
                return Err(wrong(key, listed, fix));
            }
        }
    }
    if !intake.relays.is_empty() && intake.authserv_id.is_none() && !intake.verify {
        let fix = "no sender is checked, so none is a relay; set `authserv_id` or `verify = true` too";
        return Err(wrong("intake.relays", &intake.relays.join(", "), fix));
    }
    if intake.resolver.is_some() && !intake.verify {
        let fix = "it is not used; set `verify = true` too, or leave it out";
        let resolver = intake.resolver.map(|address| address.to_string()).unwrap_or_default();
        return Err(wrong("intake.resolver", &resolver, fix));
    }
    if intake.per_sender_hour == 0 {
        let fix = "every new request by email would be held; it is a number from 1";
        return Err(wrong("intake.per_sender_hour", "0", fix));
    }
    if intake.max_bytes < 64 * 1024 {
        let fix = "it is a number of bytes from 65536 (64 KiB)";
        return Err(wrong("intake.max_bytes", &intake.max_bytes.to_string(), fix));
    }
    Ok(intake)
}

pub(super) fn read_logo(path: &Path) -> Result<Logo, ConfigError> {
    let shown = path.display().to_string();
    let media_type = match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => return Err(wrong("logo", &shown, "it is a picture: .svg, .png, .webp or .jpg")),
    };
    let bytes = std::fs::read(path).map_err(|error| wrong("logo", &shown, &error.to_string()))?;
    Ok(Logo { bytes, media_type })
}

pub(super) fn read_to_string(path: &Path, key: &str) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| wrong(key, &path.display().to_string(), &error.to_string()))
}
