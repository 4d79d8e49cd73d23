//! TLS with a certificate from files: another program renews it, this one takes it.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;

use crate::Failure;
use crate::validity::{self, OutOfDate};

/// The files are looked at for changes so often.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Reads the certificate, and takes a renewed one without dropping a connection.
pub(super) async fn watch(cert: &Path, key: &Path) -> Result<RustlsConfig, Failure> {
    let config = read(cert, key).await?;
    tokio::spawn(renew(config.clone(), cert.to_owned(), key.to_owned()));
    Ok(config)
}

/// Reads the certificate and its key.
///
/// # Errors
/// When one of them is none, or they do not belong together.
pub(super) async fn read(cert: &Path, key: &Path) -> Result<RustlsConfig, Failure> {
    let read = RustlsConfig::from_pem_file(cert, key).await;
    Ok(read.map_err(|error| {
        let (cert, key) = (cert.display(), key.display());
        format!("`tls_cert` {cert} and `tls_key` {key} cannot be used: {error}")
    })?)
}

async fn renew(config: RustlsConfig, cert: PathBuf, key: PathBuf) {
    let mut taken = changed(&cert, &key);
    let mut refused = None;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = changed(&cert, &key);
        if now == taken || now == refused {
            continue;
        }
        match config.reload_from_pem_file(&cert, &key).await {
            Ok(()) => {
                taken = now;
                tracing::info!("the certificate was renewed");
                validity::of_desk(&cert).iter().for_each(OutOfDate::log);
            }
            // The two files are written one after the other: half of them is looked at again.
            Err(error) => {
                refused = now;
                tracing::error!(%error, "the new certificate cannot be used; keeping the old one");
            }
        }
    }
}

/// When the files were written; `None` while one is missing.
fn changed(cert: &Path, key: &Path) -> Option<(SystemTime, SystemTime)> {
    let at = |path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    Some((at(cert)?, at(key)?))
}
