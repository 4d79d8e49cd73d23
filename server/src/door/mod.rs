//! The door: how connections come in, who is at the other end, and how long one may take.
//!
//! - [`settings`]: what the operator sets
//! - [`certificate`]: TLS from files, taken anew when they change
//! - [`acme`]: TLS from a certificate authority (RFC 8555)
//! - [`proxy`], [`client`]: who is at the other end, behind proxies that are trusted
//! - [`redirect`]: plain HTTP that leads to HTTPS
//! - [`limits`]: how often one network may knock
//! - [`well_formed`]: requests that two programs could read in two ways

mod acme;
mod certificate;
pub(crate) mod client;
pub(crate) mod limits;
mod proxy;
mod redirect;
pub(crate) mod settings;
pub(crate) mod well_formed;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};

use crate::Failure;
use crate::config::Config;
use crate::door::proxy::ProxyAcceptor;
use crate::door::settings::Tls;

/// A request's head has to be there within this: who sends it byte by byte is cut off.
const HEAD: Duration = Duration::from_secs(15);

/// Streams that one HTTP/2 connection may have open.
const STREAMS: u32 = 64;

/// Headers of one request.
const HEADERS: usize = 64;

/// Checks what TLS needs, without listening.
///
/// # Errors
/// When the certificate, its key or the authority's own certificate cannot be used.
pub(crate) async fn check(config: &Config) -> Result<(), Failure> {
    match &config.door.tls {
        Some(Tls::Files { cert, key }) => certificate::read(cert, key).await.map(drop),
        Some(Tls::Acme(settings)) => acme::client(settings).map(drop),
        None => Ok(()),
    }
}

/// Serves until the handle ends it.
///
/// # Errors
/// When an address cannot be listened on, or the certificate cannot be used.
pub(crate) async fn serve(
    config: &Config,
    router: Router,
    handle: Handle<SocketAddr>,
) -> Result<(), Failure> {
    let door = &config.door;
    let mut plain = None;
    let tls = match &door.tls {
        Some(Tls::Files { cert, key }) => Some(certificate::watch(cert, key).await?),
        Some(Tls::Acme(settings)) => {
            let started = acme::start(settings, &config.data).await?;
            plain = started.challenges;
            Some(started.config)
        }
        None => None,
    };
    if let Some(listen) = door.http_listen {
        let redirect = redirect::router(&config.desk.public_url, plain);
        let handle = handle.clone();
        tokio::spawn(async move {
            let mut server = axum_server::bind(listen).handle(handle).first_request_timeout(HEAD);
            server.http_builder().http1().header_read_timeout(HEAD).max_headers(HEADERS);
            if let Err(error) = server.serve(redirect.into_make_service()).await {
                tracing::error!(%error, %listen, "plain HTTP cannot be listened on: nobody is led to HTTPS");
            }
        });
    }
    let acceptor = ProxyAcceptor::new(door.proxies.clone());
    let mut server = axum_server::bind(config.listen).handle(handle).first_request_timeout(HEAD);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(HEAD).max_headers(HEADERS);
    builder
        .http2()
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    let service = router.into_make_service();
    let served = match tls {
        Some(tls) => server.acceptor(with_tls(tls, acceptor)).serve(service).await,
        None => server.acceptor(acceptor).serve(service).await,
    };
    Ok(served.map_err(|error| format!("cannot listen on {}: {error}", config.listen))?)
}

fn with_tls(tls: RustlsConfig, inner: ProxyAcceptor) -> RustlsAcceptor<ProxyAcceptor> {
    RustlsAcceptor::new(tls).acceptor(inner)
}
