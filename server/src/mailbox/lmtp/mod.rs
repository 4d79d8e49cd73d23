//! LMTP (RFC 2033): a mail server beside us hands mail over and hears what became of it, per
//! recipient, when it is on disk. Until then the mail is in that server's queue.
//!
//! It listens on a socket of the file system or on a port of this machine; whoever may connect may
//! hand over mail, so there is no login.

mod command;
mod data;
mod session;
#[cfg(test)]
mod session_tests;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tresen_desk::intake::{Envelope, TakenIn};
use tresen_desk::{Desk, Error};

use crate::mailbox::room::Room;
use crate::mailbox::settings::{Listen, Lmtp};

/// Connections side by side. Further ones wait.
const CONNECTIONS: usize = 64;

/// After a connection could not be accepted, say because too many files are open.
const PAUSE: Duration = Duration::from_millis(200);

/// What is under way when the program ends gets so long.
const GRACE: Duration = Duration::from_secs(8);

/// Whoever takes messages in: the desk, and in tests something that can be told to fail.
pub(crate) trait Intake: Send + Sync {
    /// See [`tresen_desk::intake::Intake::take_in`].
    fn take_in(&self, raw: &[u8], envelope: &Envelope)
    -> impl Future<Output = Result<TakenIn, Error>> + Send;

    /// Waits until no further mail is taken.
    fn closing(&self) -> impl Future<Output = ()> + Send;
}

impl Intake for Desk {
    async fn take_in(&self, raw: &[u8], envelope: &Envelope) -> Result<TakenIn, Error> {
        self.intake.take_in(raw, envelope).await
    }

    async fn closing(&self) {
        Desk::closing(self).await;
    }
}

/// A socket that is listened on. Dropping it removes the file that it made.
pub(crate) enum Listener {
    Unix(UnixListener, PathBuf),
    Port(TcpListener),
}

impl Listener {
    /// Listens. A socket that nobody answers at was left behind by a crash, and is replaced.
    pub(crate) fn bind(listen: &Listen) -> io::Result<Self> {
        match listen {
            Listen::Port(address) => {
                let listener = std::net::TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                Ok(Self::Port(TcpListener::from_std(listener)?))
            }
            Listen::Unix(path, mode) => {
                use std::os::unix::fs::{FileTypeExt, PermissionsExt};
                if let Ok(there) = std::fs::symlink_metadata(path) {
                    if !there.file_type().is_socket() {
                        return Err(io::Error::new(
                            io::ErrorKind::AlreadyExists,
                            "there is a file that is no socket",
                        ));
                    }
                    if std::os::unix::net::UnixStream::connect(path).is_ok() {
                        return Err(io::Error::new(
                            io::ErrorKind::AddrInUse,
                            "another program listens there",
                        ));
                    }
                    std::fs::remove_file(path)?;
                }
                let listener = UnixListener::bind(path)?;
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(*mode))?;
                Ok(Self::Unix(listener, path.clone()))
            }
        }
    }

    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Unix(listener, _) => Box::new(listener.accept().await?.0),
            Self::Port(listener) => {
                let (stream, _) = listener.accept().await?;
                // Answers are small and waited for.
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            // Fails when somebody has removed it already.
            drop(std::fs::remove_file(path));
        }
    }
}

/// A connection of either kind.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Serves until the desk is being closed.
pub(crate) async fn serve(listener: Listener, settings: Lmtp, desk: Desk, room: Arc<Room>) {
    let settings = Arc::new(settings);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut sessions = JoinSet::new();
    loop {
        // Never closed, so this cannot fail.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = desk.closing() => break,
        };
        while sessions.try_join_next().is_some() {}
        match accepted {
            Ok(stream) => {
                let (settings, desk, room) = (Arc::clone(&settings), desk.clone(), Arc::clone(&room));
                sessions.spawn(async move {
                    session::serve(stream, &settings.recipients, &desk, &room).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "LMTP: a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    // Sessions hear of the end by themselves, between two commands.
    let ended = async { while sessions.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        tracing::warn!("LMTP: connections were cut off; their mail is still in the queue that it came from");
    }
}
