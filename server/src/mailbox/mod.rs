//! The ways in for mail. Each hands whole messages to [`Desk::take_in`] and lets go of its copy
//! only when that has returned, so that a crash at any moment loses nothing.
//!
//! - [`imap`]: mailboxes elsewhere
//! - [`lmtp`]: a mail server beside us
//! - [`command`]: standard input
//! - `POST /api/v1/mail`: see [`crate::api`]

pub(crate) mod command;
pub(crate) mod imap;
pub(crate) mod lmtp;
pub(crate) mod room;
pub(crate) mod settings;

use std::sync::Arc;

use tokio::task::JoinHandle;
use tresen_desk::Desk;

use crate::Failure;
use crate::config::Config;
use crate::mailbox::room::Room;

/// Starts the channels that wait for mail by themselves. They end when the desk is being closed.
pub(crate) async fn start(
    config: &Config,
    desk: &Desk,
    room: &Arc<Room>,
) -> Result<Vec<JoinHandle<()>>, Failure> {
    let mut workers = Vec::new();
    if let Some(settings) = &config.lmtp {
        let listener = lmtp::Listener::bind(&settings.listen)
            .map_err(|error| format!("LMTP: cannot listen on {}: {error}", settings.listen))?;
        tracing::info!(listen = %settings.listen, "waiting for mail by LMTP");
        let (settings, desk, room) = (settings.clone(), desk.clone(), Arc::clone(room));
        workers.push(tokio::spawn(async move { lmtp::serve(listener, settings, desk, room).await }));
    }
    for mailbox in &config.mailboxes {
        workers.push(tokio::spawn(imap::watch(mailbox.clone(), desk.clone(), Arc::clone(room))));
    }
    Ok(workers)
}
