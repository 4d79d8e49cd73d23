//! Who is at the other end: the address of the connection, or the one that a trusted proxy
//! names. It lives in memory for as long as a request takes, and is never written anywhere.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::Response;
use tresen_app::web::Network;

use super::limits::network;
use super::settings::{ForwardedHeader, Proxies};

/// The other end of the connection, or of the trusted proxy's (PROXY protocol).
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Who asks. No `Debug`: it is personal data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client(pub(crate) IpAddr);

/// Puts the [`Client`] into a request's extensions.
pub(crate) async fn find(State(proxies): State<Proxies>, mut request: Request, next: Next) -> Response {
    if let Some(Peer(peer)) = request.extensions().get::<Peer>().copied() {
        let client = Client(behind(&proxies, peer, request.headers()));
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(Network(network(client.0)));
    }
    next.run(request).await
}

/// The address that the nearest trusted proxy saw. Whatever stands further left in the header
/// anybody may have written there.
fn behind(proxies: &Proxies, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut client = peer;
    let named = match proxies.header {
        ForwardedHeader::XForwardedFor => x_forwarded_for(headers),
        ForwardedHeader::Forwarded => forwarded(headers),
    };
    let mut named = named.into_iter().rev();
    while proxies.trust(client) {
        match named.next() {
            Some(Some(before)) => client = before.to_canonical(),
            // At its end, or an address that cannot be read: the last one that was believed.
            Some(None) | None => break,
        }
    }
    client
}

fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .into_iter()
        .map(|line| line.to_str().unwrap_or("?"))
        .flat_map(|line| line.split(','))
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    lines(headers, &HeaderName::from_static("x-forwarded-for")).map(|one| address(one.trim())).collect()
}

/// RFC 7239, section 6.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    lines(headers, &header::FORWARDED)
        .map(|element| {
            let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
            let (_, node) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
            address(node.trim().trim_matches('"'))
        })
        .collect()
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<std::net::SocketAddr>() {
        return Some(address.ip());
    }
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(header: ForwardedHeader) -> Proxies {
        let trusted = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"];
        let trusted = trusted.iter().map(|net| net.parse().expect("a network")).collect();
        Proxies { trusted, speak_proxy_protocol: false, header }
    }

    fn client(header: ForwardedHeader, peer: &str, lines: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a value"));
        }
        behind(&proxies(header), peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        for header in [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded] {
            let lines = [("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=192.0.2.7")];
            assert_eq!(client(header, "198.51.100.1", &lines), "198.51.100.1");
        }
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        let header = ForwardedHeader::XForwardedFor;
        assert_eq!(client(header, "10.0.0.1", &[("x-forwarded-for", "192.0.2.7")]), "192.0.2.7");
        assert_eq!(client(header, "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_a_client_wrote_itself_is_passed_over() {
        let lines = [("x-forwarded-for", "192.0.2.99, 192.0.2.7"), ("x-forwarded-for", "10.0.0.2")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, "10.0.0.1", &lines), "192.0.2.7");
    }

    #[test]
    fn only_the_header_that_the_proxy_sets_counts() {
        let lines = [("forwarded", "for=192.0.2.99"), ("x-forwarded-for", "192.0.2.7")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, "10.0.0.1", &lines), "192.0.2.7");
        assert_eq!(client(ForwardedHeader::Forwarded, "10.0.0.1", &lines), "192.0.2.99");
    }

    #[test]
    fn reads_the_notation_of_rfc_7239() {
        let header = ForwardedHeader::Forwarded;
        for (line, is) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=192.0.2.43, for=\"[2001:db8:1::17]\"", "192.0.2.43"),
            // Hidden behind a name: the proxy itself is all that is known.
            ("for=_hidden", "10.0.0.1"),
            ("for=unknown", "10.0.0.1"),
        ] {
            assert_eq!(client(header, "10.0.0.1", &[("forwarded", line)]), is, "{line}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_read_ends_the_search() {
        let lines = [("x-forwarded-for", "192.0.2.7, nonsense, 10.0.0.3")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, "10.0.0.1", &lines), "10.0.0.3");
    }

    #[test]
    fn ipv4_in_ipv6_is_ipv4() {
        let lines = [("x-forwarded-for", "::ffff:192.0.2.7")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, "10.0.0.1", &lines), "192.0.2.7");
    }
}
