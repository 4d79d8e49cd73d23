//! `tresen serve`: the workers, and the listener with or without TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tresen_desk::Desk;
use tresen_desk::clock::SystemClock;

use crate::Failure;
use crate::config::Config;
use crate::{http, open};

/// What is under way when the program is told to end gets so long.
const GRACE: Duration = Duration::from_secs(10);

/// Certificates are looked at for changes so often.
const RELOAD: Duration = Duration::from_secs(60);

/// Serves until the program is told to end.
pub(crate) async fn serve(config: Config, dev: bool) -> Result<(), Failure> {
    let desk = open::desk(&config, Arc::new(SystemClock)).await?;
    let router = http::router(&config, desk.clone(), dev)?;
    let handle = Handle::new();
    let workers = start_workers(&desk);
    tokio::spawn(end_on_signal(desk.clone(), handle.clone()));
    tracing::info!(
        listen = %config.listen,
        url = config.desk.public_url,
        tls = config.tls.is_some(),
        "serving {} at {}",
        config.desk.name,
        config.desk.public_url
    );
    let service = router.into_make_service();
    let served = match &config.tls {
        Some(tls) => {
            let tls_config = RustlsConfig::from_pem_file(&tls.cert, &tls.key)
                .await
                .map_err(|error| format!("`tls_cert` or `tls_key` cannot be used: {error}"))?;
            tokio::spawn(reload(tls_config.clone(), tls.cert.clone(), tls.key.clone()));
            axum_server::bind_rustls(config.listen, tls_config).handle(handle).serve(service).await
        }
        None => axum_server::bind(config.listen).handle(handle).serve(service).await,
    };
    served.map_err(|error| format!("{} cannot be listened on: {error}", config.listen))?;
    desk.close().await;
    for worker in workers {
        // A worker that panicked has been reported already.
        drop(worker.await);
    }
    Ok(())
}

fn start_workers(desk: &Desk) -> Vec<tokio::task::JoinHandle<()>> {
    let (mails, search, tidy, events) = (desk.clone(), desk.clone(), desk.clone(), desk.clone());
    vec![
        tokio::spawn(async move { mails.send_mails().await }),
        tokio::spawn(async move { search.keep_searchable().await }),
        tokio::spawn(async move { tidy.keep_tidy().await }),
        tokio::spawn(async move { events.hear_other_nodes().await }),
    ]
}

async fn end_on_signal(desk: Desk, handle: Handle<SocketAddr>) {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
    tracing::info!("ending");
    // Live events never end by themselves.
    desk.end_live_events();
    handle.graceful_shutdown(Some(GRACE));
}

/// Takes a renewed certificate without dropping a connection.
async fn reload(config: RustlsConfig, cert: std::path::PathBuf, key: std::path::PathBuf) {
    let changed = |path: &std::path::Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    let mut last = (changed(&cert), changed(&key));
    loop {
        tokio::time::sleep(RELOAD).await;
        let now = (changed(&cert), changed(&key));
        if now == last {
            continue;
        }
        match config.reload_from_pem_file(&cert, &key).await {
            Ok(()) => {
                last = now;
                tracing::info!("the certificate was renewed");
            }
            Err(error) => tracing::error!(%error, "the new certificate cannot be used; keeping the old one"),
        }
    }
}
