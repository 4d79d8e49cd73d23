//! TLS with a certificate from an authority that speaks ACME (RFC 8555). Off unless it is set:
//! the authority is a third party, though it learns nothing but the name of this host.

use std::path::Path;
use std::sync::Arc;

use axum_server::tls_rustls::RustlsConfig;
use futures_util::StreamExt;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_acme::caches::DirCache;
use rustls_acme::tower::TowerHttp01ChallengeService;
use rustls_acme::{AcmeConfig, UseChallenge};

use super::settings::{Acme, Challenge};
use crate::Failure;

/// Protocols that are offered (RFC 7301): HTTP/2, HTTP/1.1, and TLS-ALPN-01 (RFC 8737).
const PROTOCOLS: [&[u8]; 3] = [b"h2", b"http/1.1", b"acme-tls/1"];

/// A certificate that renews itself.
pub(super) struct Started {
    pub(super) config: RustlsConfig,
    /// What answers HTTP-01 challenges on port 80, where that is the way.
    pub(super) challenges: Option<TowerHttp01ChallengeService>,
}

/// Begins to ask for a certificate, and to renew it. Account and certificate are kept in
/// `DATA/acme`.
pub(super) async fn start(settings: &Acme, data: &Path) -> Result<Started, Failure> {
    let folder = data.join("acme");
    make_private(&folder).map_err(|error| format!("{} cannot be created: {error}", folder.display()))?;
    let contact = settings.contact.iter().map(|address| format!("mailto:{address}"));
    let mut state = AcmeConfig::new_with_client_config([&settings.domain], Arc::new(client(settings)?))
        .directory(&settings.directory)
        .contact(contact)
        .challenge_type(match settings.challenge {
            Challenge::TlsAlpn01 => UseChallenge::TlsAlpn01,
            Challenge::Http01 => UseChallenge::Http01,
        })
        .cache(DirCache::new(folder))
        .state();
    let challenges = match settings.challenge {
        Challenge::Http01 => Some(state.http01_challenge_tower_service()),
        Challenge::TlsAlpn01 => None,
    };
    let mut config = ServerConfig::builder().with_no_client_auth().with_cert_resolver(state.resolver());
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    tokio::spawn(async move {
        while let Some(event) = state.next().await {
            match event {
                Ok(event) => tracing::info!(?event, "certificate"),
                Err(error) => tracing::error!(%error, "no certificate yet; trying again by itself"),
            }
        }
    });
    Ok(Started { config: RustlsConfig::from_config(Arc::new(config)), challenges })
}

/// How the authority is asked: with the system's certificates, or a private authority's own.
pub(super) fn client(settings: &Acme) -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    match &settings.ca_file {
        Some(path) => {
            let unusable =
                |error: String| Failure::from(format!("`acme.ca_file` {}: {error}", path.display()));
            let certificates =
                CertificateDer::pem_file_iter(path).map_err(|error| unusable(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
                roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            let (added, _) = roots.add_parsable_certificates(found.certs);
            if added == 0 {
                return Err("the system trusts no certificate authority, so the one at `acme.directory` \
                            cannot be verified: install the package ca-certificates"
                    .to_owned()
                    .into());
            }
        }
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// The folder holds private keys.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
