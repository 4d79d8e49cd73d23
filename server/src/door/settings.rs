//! What the operator sets about the door.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use serde::Deserialize;

use super::limits::LimitSettings;

/// The settings in force.
pub(crate) struct Door {
    pub(crate) tls: Option<Tls>,
    /// Where plain HTTP leads to HTTPS; nowhere by default.
    pub(crate) http_listen: Option<SocketAddr>,
    pub(crate) proxies: Proxies,
    pub(crate) limits: LimitSettings,
}

/// Where the certificate is from.
pub(crate) enum Tls {
    /// Files that something else renews.
    Files { cert: PathBuf, key: PathBuf },
    /// A certificate authority (RFC 8555).
    Acme(Acme),
}

/// `[acme]` in the settings.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acme {
    /// The authority's directory.
    pub(crate) directory: String,
    /// The operator has read the authority's terms and agrees: without that, no account.
    #[serde(default)]
    pub(crate) agree_to_terms: bool,
    /// Mail addresses that the authority may write to.
    #[serde(default)]
    pub(crate) contact: Vec<String>,
    #[serde(default)]
    pub(crate) challenge: Challenge,
    /// The certificate of a private authority; the system's by default.
    pub(crate) ca_file: Option<PathBuf>,
    /// The host of `public_url`.
    #[serde(skip)]
    pub(crate) domain: String,
}

/// How the authority sees that the host is ours.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Challenge {
    /// On the port of HTTPS itself (RFC 8737).
    #[default]
    #[serde(rename = "tls-alpn-01")]
    TlsAlpn01,
    /// On port 80, which `http_listen` opens (RFC 8555, section 8.3).
    #[serde(rename = "http-01")]
    Http01,
}

/// Proxies in front of the program.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Proxies {
    /// Networks whose word about the client is believed; by default this machine's own.
    pub(crate) trusted: Vec<IpNet>,
    /// Whether they begin each connection with the PROXY protocol.
    #[serde(rename = "proxy_protocol")]
    pub(crate) speak_proxy_protocol: bool,
    /// The one header that they set. The other is what a client may have made up.
    pub(crate) header: ForwardedHeader,
}

/// Which header names the client.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ForwardedHeader {
    /// What everybody uses.
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

impl Default for Proxies {
    fn default() -> Self {
        let loopback = [IpNet::from(IpAddr::V4(Ipv4Addr::LOCALHOST)), IpAddr::V6(Ipv6Addr::LOCALHOST).into()];
        Self { trusted: loopback.to_vec(), speak_proxy_protocol: false, header: ForwardedHeader::default() }
    }
}

impl Proxies {
    /// Whether an address is one of the proxies'.
    pub(crate) fn trust(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address.to_canonical()))
    }
}
