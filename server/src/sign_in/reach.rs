//! Asking servers whose addresses others have named: a provider's own description says where its
//! tokens and keys are, and could name anything.
//!
//! So only HTTPS is spoken, with certificates that are trusted; no redirect is followed; an
//! answer is short and comes soon; and what a name resolves to is looked at before anything is
//! sent, and is what is connected to (CWE-918). A private network is asked only when the operator
//! allows it; where clouds answer their own machines (link-local addresses and the like), never.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, Request, Response, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A server that takes longer for an answer gives none.
const SLOW: Duration = Duration::from_secs(10);

/// The longest answer, in bytes. Descriptions and keys of providers have a few thousand.
const LONGEST: usize = 512 * 1024;

/// Why a server gave no answer. Names hosts, and nobody.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreached {
    /// Not an address that may be asked.
    #[error("{0} is no https:// address")]
    Address(String),
    /// In the operator's own network.
    #[error("{0} is in a private network, and `allow_private` is not set")]
    Private(String),
    /// Nothing that anybody may be sent to.
    #[error("{0} has an address that is never asked")]
    Never(String),
    /// The network.
    #[error("{0} cannot be reached: {1}")]
    Network(String, io::Error),
    /// TLS.
    #[error("{0} cannot be trusted: {1}")]
    Tls(String, String),
    /// HTTP.
    #[error("{0} did not answer as HTTP wants it")]
    Http(String),
    /// It says too much.
    #[error("{0} says more than is read")]
    Long(String),
    /// It takes too long.
    #[error("{0} took too long")]
    Slow(String),
}

/// What may be asked.
pub(crate) struct Reach {
    tls: Arc<ClientConfig>,
    /// Whether private networks may be asked.
    private: bool,
    /// Whether this very machine may be asked without TLS.
    plain: bool,
}

impl Reach {
    /// Trusts what this machine trusts, or the certificates of `ca_file` and no others.
    ///
    /// # Errors
    /// A sentence about the certificates.
    pub(crate) fn new(ca_file: Option<&Path>, private: bool, plain: bool) -> Result<Self, String> {
        let tls = crate::mailbox::imap::tls(ca_file).map_err(|error| error.to_string())?;
        Ok(Self { tls, private, plain })
    }

    /// Asks once.
    pub(crate) async fn ask(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Unreached> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let slow = || Unreached::Slow(host.clone());
        tokio::time::timeout(SLOW, self.exchange(request)).await.map_err(|_| slow())?
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Unreached> {
        let target = self.target(request.uri())?;
        let stream = self.connect(&target).await?;
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let broken = || Unreached::Http(target.shown.clone());
        let (Ok(uri), Ok(shown)) = (path.parse::<Uri>(), HeaderValue::from_str(&target.shown)) else {
            return Err(Unreached::Address(target.shown.clone()));
        };
        parts.uri = uri;
        parts.headers.insert(header::HOST, shown);
        parts.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| broken())?;
        let connection = tokio::spawn(connection);
        let request = Request::from_parts(parts, Full::new(Bytes::from(body)));
        let answer = sender.send_request(request).await.map_err(|_| broken())?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { Unreached::Long(target.shown.clone()) } else { broken() }
        });
        connection.abort();
        Ok(Response::from_parts(parts, body?.to_bytes().to_vec()))
    }

    /// Whether a browser may be sent there, and the program itself.
    pub(crate) fn target(&self, address: &Uri) -> Result<Target, Unreached> {
        let shown = address.authority().map_or_else(String::new, |authority| authority.as_str().to_owned());
        let host = address.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let refused =
            || Unreached::Address(if shown.is_empty() { address.to_string() } else { shown.clone() });
        let secure = match address.scheme_str() {
            Some("https") => true,
            Some("http") if self.plain && is_this_machine(&bare) => false,
            _ => return Err(refused()),
        };
        // A name and a password in an address are for somebody who reads it wrongly.
        if bare.is_empty() || shown.contains('@') {
            return Err(refused());
        }
        let port = address.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Target { shown, host: bare, port, secure })
    }

    async fn connect(&self, target: &Target) -> Result<Box<dyn Stream>, Unreached> {
        let unreachable = |error| Unreached::Network(target.shown.clone(), error);
        let found =
            tokio::net::lookup_host((target.host.as_str(), target.port)).await.map_err(unreachable)?;
        let mut last = unreachable(io::ErrorKind::NotFound.into());
        for address in found {
            // To this address and no other: a name may lead elsewhere when it is asked again.
            last = match self.admit(address, target) {
                Ok(()) => match TcpStream::connect(address).await {
                    Ok(stream) => return self.protect(stream, target).await,
                    Err(error) => unreachable(error),
                },
                Err(refused) => refused,
            };
        }
        Err(last)
    }

    fn admit(&self, address: SocketAddr, target: &Target) -> Result<(), Unreached> {
        match network(address.ip()) {
            Network::Public => Ok(()),
            Network::Private if self.private => Ok(()),
            Network::Private => Err(Unreached::Private(target.shown.clone())),
            Network::Never => Err(Unreached::Never(target.shown.clone())),
        }
    }

    async fn protect(&self, stream: TcpStream, target: &Target) -> Result<Box<dyn Stream>, Unreached> {
        if !target.secure {
            return Ok(Box::new(stream));
        }
        let untrusted = |error: String| Unreached::Tls(target.shown.clone(), error);
        let name = ServerName::try_from(target.host.clone()).map_err(|error| untrusted(error.to_string()))?;
        let connected = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await;
        Ok(Box::new(connected.map_err(|error| untrusted(error.to_string()))?))
    }
}

/// A server to ask.
#[derive(Debug)]
pub(crate) struct Target {
    /// Host and port as they were written.
    shown: String,
    host: String,
    port: u16,
    secure: bool,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Whether nothing leaves this machine on the way there. A name could point anywhere.
pub(super) fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    /// Everybody's.
    Public,
    /// The operator's.
    Private,
    /// Where no provider is.
    Never,
}

/// Whose network an address belongs to (the registries of RFC 6890).
fn network(address: IpAddr) -> Network {
    match address {
        IpAddr::V4(address) => network_v4(address),
        IpAddr::V6(address) => network_v6(address),
    }
}

fn network_v4(address: Ipv4Addr) -> Network {
    match address.octets() {
        // Where Alibaba's and Oracle's clouds answer their machines.
        [100, 100, 100, 200] | [192, 0, 0, 192] => Network::Never,
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Network::Private,
        // This network, link-local (where most clouds answer), protocols, examples, 6to4, benchmarks.
        [0, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [192, 88, 99, _] => Network::Never,
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => Network::Never,
        // Multicast, and what is kept for later.
        [224..=255, ..] => Network::Never,
        _ => Network::Public,
    }
}

fn network_v6(address: Ipv6Addr) -> Network {
    if let Some(inside) = address.to_ipv4_mapped() {
        return network_v4(inside);
    }
    let last = address.to_bits() as u32;
    match address.segments() {
        // Where Amazon's cloud answers its machines.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Network::Never,
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Network::Private,
        // An IPv4 address behind a translator (RFC 6052).
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] => network_v4(last.into()),
        // Protocols with Teredo, examples, 6to4.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x2002, ..] => {
            Network::Never
        }
        [0x2000..=0x3fff, ..] => Network::Public,
        _ => Network::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_told_apart() {
        for (addresses, expected) in [
            (
                &["1.1.1.1", "8.8.8.8", "100.63.0.1", "172.32.0.1", "2a00:1450::1", "64:ff9b::808:808"][..],
                Network::Public,
            ),
            (
                &[
                    "127.0.0.1",
                    "127.9.9.9",
                    "10.0.0.1",
                    "172.16.0.1",
                    "192.168.1.1",
                    "100.64.0.1",
                    "::1",
                    "fd12:3456::1",
                    "::ffff:127.0.0.1",
                    "::ffff:10.0.0.1",
                    "64:ff9b::a00:1",
                ],
                Network::Private,
            ),
            (
                &[
                    "169.254.169.254",
                    "::ffff:169.254.169.254",
                    "64:ff9b::a9fe:a9fe",
                    "100.100.100.200",
                    "192.0.0.192",
                    "fd00:ec2::254",
                    "0.0.0.0",
                    "::",
                    "fe80::1",
                    "fec0::1",
                    "ff02::1",
                    "224.0.0.1",
                    "255.255.255.255",
                    "240.0.0.1",
                    "198.18.0.1",
                    "192.0.2.1",
                    "2001:db8::1",
                    "2002:7f00:1::1",
                    "2001::1",
                    "::7f00:1",
                    "64:ff9b:1::1",
                    "100::1",
                    "4000::1",
                ],
                Network::Never,
            ),
        ] {
            for address in addresses {
                assert_eq!(network(address.parse().expect("an address")), expected, "{address}");
            }
        }
    }

    #[test]
    fn only_https_is_spoken_and_http_with_this_machine_where_it_is_allowed() {
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
        let tls = tls.expect("versions").with_root_certificates(rustls::RootCertStore::empty());
        let tls = Arc::new(tls.with_no_client_auth());
        let strict = Reach { tls: Arc::clone(&tls), private: false, plain: false };
        let plain = Reach { tls, private: true, plain: true };
        let may = |reach: &Reach, address: &str| reach.target(&address.parse().expect("an address")).is_ok();
        assert!(may(&strict, "https://login.example.com/x") && may(&plain, "https://login.example.com"));
        assert!(may(&plain, "http://127.0.0.1:8080/x") && may(&plain, "http://[::1]/x"));
        for address in [
            "http://127.0.0.1/",
            "http://login.example.com/",
            "ftp://login.example.com/",
            "https://login.example.com@evil.example.com/",
            "gopher://127.0.0.1:6379/x",
            "/path",
        ] {
            assert!(!may(&strict, address), "{address}");
        }
        for address in ["http://login.example.com/", "http://localhost/", "http://127.0.0.1.example.com/"] {
            assert!(!may(&plain, address), "{address}");
        }
    }
}
