//! ClamAV's clamd, over its socket: the command INSTREAM (clamd(8)). A file streams through, whatever its
//! size, and never lies anywhere in the clear.

use std::io;
use std::time::Duration;

use crate::settings::Scanner;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::time::timeout;

/// Until it answers the door.
const CONNECT: Duration = Duration::from_secs(5);

/// Until it takes a piece of a file.
const PIECE: Duration = Duration::from_secs(30);

/// Until it has made up its mind. Its own limit is two minutes by default (MaxScanTime).
const VERDICT: Duration = Duration::from_secs(180);

/// What it still says after a file that did not reach it whole.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Its answer is one short line.
const LONGEST_ANSWER: u64 = 1024;

/// What a scanner says of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing was found.
    Clean,
    /// Something was: what the scanner calls it.
    Infected(String),
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoVerdict {
    /// It cannot be reached, or hung up.
    #[error("the scanner cannot be reached: {0}")]
    Unreachable(#[from] io::Error),
    /// It took too long.
    #[error("the scanner took too long")]
    Slow,
    /// It does not look at files of this size (StreamMaxLength).
    #[error("the file is larger than the scanner takes (StreamMaxLength in clamd.conf)")]
    TooLarge,
    /// It says that it could not look at it.
    #[error("the scanner could not look at the file")]
    Failed,
}

impl Scanner {
    /// Has a file looked at.
    pub(crate) async fn look_at(
        &self,
        contents: impl Stream<Item = io::Result<Bytes>> + Unpin,
    ) -> Result<Verdict, NoVerdict> {
        let connected = async {
            Ok::<Box<dyn Connection>, io::Error>(match self {
                #[cfg(unix)]
                Self::Socket(path) => Box::new(UnixStream::connect(path).await?),
                #[cfg(not(unix))]
                Self::Socket(_) => return Err(io::ErrorKind::Unsupported.into()),
                Self::Network(address) => Box::new(TcpStream::connect(address).await?),
            })
        };
        let mut connection = timeout(CONNECT, connected).await.map_err(|_| NoVerdict::Slow)??;
        // It hangs up on what is too large, and has said so before.
        let sent = send(&mut connection, contents).await;
        let mut answer = Vec::new();
        let mut connection = connection.take(LONGEST_ANSWER);
        let patience = if sent.is_ok() { VERDICT } else { LAST_WORDS };
        let read = timeout(patience, connection.read_to_end(&mut answer)).await;
        let read = read.map_err(|_| NoVerdict::Slow)?;
        match (verdict(&answer), sent) {
            (Err(NoVerdict::Failed), Err(error)) => Err(error),
            (Err(NoVerdict::Failed), Ok(())) => {
                read?;
                Err(NoVerdict::Failed)
            }
            (verdict, _) => verdict,
        }
    }
}

trait Connection: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Connection for T {}

async fn send(
    connection: &mut Box<dyn Connection>,
    mut contents: impl Stream<Item = io::Result<Bytes>> + Unpin,
) -> Result<(), NoVerdict> {
    let mut write = async |bytes: &[u8]| {
        let written = timeout(PIECE, connection.write_all(bytes)).await;
        written.map_err(|_| NoVerdict::Slow)?.map_err(NoVerdict::from)
    };
    write(b"zINSTREAM\0").await?;
    while let Some(piece) = contents.next().await {
        let piece = piece?;
        // A piece of no length is the end.
        if let Ok(length) = u32::try_from(piece.len())
            && length > 0
        {
            write(&length.to_be_bytes()).await?;
            write(&piece).await?;
        }
    }
    write(&0_u32.to_be_bytes()).await
}

fn verdict(answer: &[u8]) -> Result<Verdict, NoVerdict> {
    let answer = String::from_utf8_lossy(answer);
    let answer = answer.trim_end_matches(['\0', '\n']);
    if answer == "stream: OK" {
        return Ok(Verdict::Clean);
    }
    if answer.starts_with("INSTREAM size limit exceeded") {
        return Err(NoVerdict::TooLarge);
    }
    let found = answer.strip_prefix("stream: ").and_then(|rest| rest.strip_suffix(" FOUND"));
    let found = found.ok_or(NoVerdict::Failed)?;
    // It is shown to agents, so it is held to what names of signatures are.
    let kept = |c: &char| c.is_ascii_alphanumeric() || "._-/:".contains(*c);
    Ok(Verdict::Infected(found.chars().filter(kept).take(100).collect()))
}

#[cfg(test)]
#[path = "scanner_tests.rs"]
mod tests;
