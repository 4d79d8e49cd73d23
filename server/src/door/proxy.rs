//! The PROXY protocol (versions 1 and 2), from addresses that are trusted and nobody else.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum_server::accept::Accept;
use proxy_header::ParseConfig;
use proxy_header::io::ProxiedStream;
use tokio::net::TcpStream;
use tower_layer::Layer;

use super::client::Peer;
use super::settings::Proxies;

/// A trusted proxy has to say whom it speaks for within this.
const HEADER: Duration = Duration::from_secs(5);

/// Notes who is at the other end of a connection.
#[derive(Clone)]
pub(super) struct ProxyAcceptor(Arc<Proxies>);

impl ProxyAcceptor {
    pub(super) fn new(proxies: Proxies) -> Self {
        Self(Arc::new(proxies))
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for ProxyAcceptor {
    type Stream = ProxiedStream<TcpStream>;
    type Service = <Extension<Peer> as Layer<S>>::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let proxies = Arc::clone(&self.0);
        Box::pin(async move {
            let peer = stream.peer_addr()?.ip();
            let (stream, peer) = if proxies.speak_proxy_protocol && proxies.trust(peer) {
                let config = ParseConfig { include_tlvs: false, ..ParseConfig::default() };
                let proxied = ProxiedStream::create_from_tokio(stream, config);
                let stream = tokio::time::timeout(HEADER, proxied).await.map_err(io::Error::other)??;
                // Without an address the proxy speaks for itself, to see whether we are well.
                let said = stream.proxy_header().proxied_address().map(|address| address.source.ip());
                (stream, said.unwrap_or(peer))
            } else {
                (ProxiedStream::unproxied(stream), peer)
            };
            Ok((stream, Extension(Peer(peer.to_canonical())).layer(service)))
        })
    }
}
