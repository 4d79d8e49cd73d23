//! What can go wrong with a mailbox, in words for the operator. Holds nothing that a server has
//! said: its sentences repeat addresses, and answers that are not understood hold mail.

use std::io;
use std::path::PathBuf;

use async_imap::error::Error as ImapError;
use tresen_desk::Error as DeskError;

/// Why a mailbox is not watched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, io::Error),
    #[error("the connection is not private: {0}")]
    Tls(String),
    #[error(
        "the connection is not private: the server shows the certificate of an authority (basicConstraints CA:TRUE) as \
         its own. Give the server a certificate that is no authority's: one that this authority has signed, or a \
         self-signed one made with: openssl req -x509 -newkey rsa:2048 -nodes -days 825 -keyout key.pem -out \
         cert.pem -subj /CN=HOST -addext subjectAltName=DNS:HOST -addext basicConstraints=critical,CA:FALSE (then \
         `ca_file` is that cert.pem)"
    )]
    AuthorityAsServer,
    #[error("the server offers no STARTTLS, and TLS is required")]
    NoStartTls,
    #[error("{} cannot be read: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
    #[error("{} contains no certificate", .0.display())]
    NoCertificate(PathBuf),
    #[error("this machine has no trusted certificates")]
    NoTrust,
    #[error("the server refused user and password")]
    Login,
    #[error("the server that gives access tokens said: {0}")]
    Token(String),
    #[error("there is no folder {0}")]
    NoFolder(String),
    #[error("the folder {0} cannot be created")]
    NotMade(String),
    #[error("the server gave no UIDVALIDITY")]
    NoUidValidity,
    #[error("the server refused {0}")]
    Refused(&'static str),
    #[error("the server did not answer {0} in time")]
    Slow(&'static str),
    #[error("the connection ended: {0}")]
    Lost(io::ErrorKind),
    #[error("the server's answer could not be understood")]
    NotUnderstood,
    #[error("messages stay in the folder although the server said that they are removed")]
    Stays,
    #[error("{0} messages could not be taken in")]
    NotTaken(usize),
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error("it ended unexpectedly")]
    Panic,
}

impl From<ImapError> for Trouble {
    fn from(error: ImapError) -> Self {
        match error {
            // The kind under which the library reports what it cannot parse.
            ImapError::Io(error) if error.kind() == io::ErrorKind::Other => Self::NotUnderstood,
            ImapError::Io(error) => Self::Lost(error.kind()),
            ImapError::ConnectionLost => Self::Lost(io::ErrorKind::ConnectionReset),
            ImapError::No(_) | ImapError::Bad(_) => Self::Refused("a command"),
            _ => Self::NotUnderstood,
        }
    }
}
