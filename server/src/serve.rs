//! `tresen serve`: the workers and the door, until the program is told to end.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use tresen_desk::Desk;
use tresen_desk::clock::SystemClock;

use crate::Failure;
use crate::assets::Site;
use crate::config::Config;
use crate::mailbox::room::Room;
use crate::{check, door, http, mailbox, open, webhooks};

/// What is under way when the program is told to end gets so long.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until the program is told to end. `site` is a folder with a front end to use in place of the embedded one.
///
/// # Errors
/// A sentence for the operator.
pub(crate) async fn serve(config: Config, site: Option<&Path>, dev: bool) -> Result<(), Failure> {
    check::settings(&config).await?;
    check::warn_of_dates(&config);
    let site = site.map_or(Ok(Site::embedded()), Site::read)?;
    let desk = open::desk(&config, Arc::new(SystemClock)).await?;
    check::warn_of_too_few_connections(&config).await;
    let room = Arc::new(Room::new(config.largest_mail));
    let router = http::router(&config, desk.clone(), &room, site, dev)?;
    let handle = Handle::new();
    let mut workers = start_workers(&desk);
    workers.push(tokio::spawn(webhooks::keep_sending(desk.clone())));
    workers.extend(mailbox::start(&config, &desk, &room).await?);
    tokio::spawn(end_on_signal(desk.clone(), handle.clone()));
    tracing::info!(
        listen = %config.listen,
        url = config.desk.public_url,
        tls = config.door.tls.is_some(),
        "serving {} at {}",
        config.desk.name,
        config.desk.public_url
    );
    door::serve(&config, router, handle).await?;
    desk.close().await;
    for worker in workers {
        // A worker that panicked has been reported already.
        drop(worker.await);
    }
    Ok(())
}

fn start_workers(desk: &Desk) -> Vec<tokio::task::JoinHandle<()>> {
    let (mails, search, tidy, events) = (desk.clone(), desk.clone(), desk.clone(), desk.clone());
    let (erasures, copies, files, queues) = (desk.clone(), desk.clone(), desk.clone(), desk.clone());
    vec![
        tokio::spawn(async move { mails.delivery.send_mails().await }),
        tokio::spawn(async move { search.indexer.keep_searchable().await }),
        tokio::spawn(async move { tidy.keep_tidy().await }),
        tokio::spawn(async move { erasures.privacy.keep_finishing().await }),
        tokio::spawn(async move { copies.privacy.keep_erasures_copied().await }),
        tokio::spawn(async move { events.hear_other_nodes().await }),
        tokio::spawn(async move { files.files.look_after_files().await }),
        tokio::spawn(async move { queues.requests.tell_queues().await }),
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
