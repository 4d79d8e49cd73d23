//! The connection: private, or none at all.

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_imap::error::Error as ImapError;
use async_imap::imap_proto::{Response, Status};
use async_imap::{Authenticator, Client};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::oauth;
use super::trouble::Trouble;
use crate::mailbox::settings::{Access, Mailbox, Security};

/// A server that takes longer for an answer gives none.
pub(super) const SLOW: Duration = Duration::from_secs(60);

/// A connection of either kind.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Debug + Send + Sync + Unpin {}

impl<S: AsyncRead + AsyncWrite + Debug + Send + Sync + Unpin> Stream for S {}

/// Somebody who has logged in.
pub(crate) type Session = async_imap::Session<Box<dyn Stream>>;

/// Connects and logs in.
pub(super) async fn open(mailbox: &Mailbox) -> Result<Session, Trouble> {
    let stream =
        tokio::time::timeout(SLOW, connect(mailbox)).await.map_err(|_| Trouble::Slow("a connection"))??;
    let client = match mailbox.security {
        // The greeting came before TLS (RFC 3501 6.2.1).
        Security::Starttls => Client::new(stream),
        Security::Tls | Security::Plain => greeted(stream).await?,
    };
    log_in(mailbox, client).await
}

async fn connect(mailbox: &Mailbox) -> Result<Box<dyn Stream>, Trouble> {
    let unreachable = |error| Trouble::Unreachable(format!("{}:{}", mailbox.host, mailbox.port), error);
    let host = mailbox.host.trim_start_matches('[').trim_end_matches(']');
    let plain = TcpStream::connect((host, mailbox.port)).await.map_err(unreachable)?;
    plain.set_nodelay(true).map_err(unreachable)?;
    match mailbox.security {
        Security::Plain => Ok(Box::new(plain)),
        Security::Tls => Ok(Box::new(private(mailbox, plain).await?)),
        Security::Starttls => {
            let mut client = greeted(plain).await?;
            let refused = |_| Trouble::NoStartTls;
            client.run_command_and_check_ok("STARTTLS", None).await.map_err(refused)?;
            // Whatever was said in the same breath goes with the client: it was not private.
            Ok(Box::new(private(mailbox, client.into_inner()).await?))
        }
    }
}

async fn greeted<S: Stream>(stream: S) -> Result<Client<S>, Trouble> {
    let mut client = Client::new(stream);
    let greeting = tokio::time::timeout(SLOW, client.read_response()).await;
    let greeting = greeting.map_err(|_| Trouble::Slow("a connection"))?;
    match greeting.map_err(ImapError::Io)? {
        None => Err(Trouble::Lost(io::ErrorKind::UnexpectedEof)),
        Some(greeting) => match greeting.parsed() {
            Response::Data { status: Status::Ok, .. } => Ok(client),
            _ => Err(Trouble::Refused("a connection")),
        },
    }
}

async fn private(
    mailbox: &Mailbox,
    plain: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Trouble> {
    let host = mailbox.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host).map_err(|error| Trouble::Tls(error.to_string()))?;
    let connector = TlsConnector::from(tls(mailbox.ca_file.as_deref())?);
    // What is wrong with a certificate is in the words of the error; nothing personal is.
    connector.connect(name, plain).await.map_err(|error| of_tls(&error))
}

/// Names the fix where a certificate is one of an authority: `openssl req -x509` makes such by default.
fn of_tls(error: &io::Error) -> Trouble {
    let said = error.to_string();
    if said.contains("CaUsedAsEndEntity") { Trouble::AuthorityAsServer } else { Trouble::Tls(said) }
}

/// The rules for TLS: what this machine trusts, or the certificates of a file and no others.
pub(crate) fn tls(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, Trouble> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(path) => {
            let unreadable = |error: rustls::pki_types::pem::Error| match error {
                rustls::pki_types::pem::Error::Io(error) => Trouble::File(path.to_owned(), error),
                _ => Trouble::NoCertificate(path.to_owned()),
            };
            for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
                let added = roots.add(certificate.map_err(unreadable)?);
                added.map_err(|_| Trouble::NoCertificate(path.to_owned()))?;
            }
            if roots.is_empty() {
                return Err(Trouble::NoCertificate(path.to_owned()));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(Trouble::NoTrust);
            }
        }
    }
    Ok(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

async fn log_in(mailbox: &Mailbox, client: Client<Box<dyn Stream>>) -> Result<Session, Trouble> {
    let password = match &mailbox.access {
        Access::Password(password) => password.0.clone(),
        Access::PasswordFile(path) => tokio::fs::read_to_string(path)
            .await
            .map_err(|error| Trouble::File(path.clone(), error))?
            .trim_end_matches(['\r', '\n'])
            .to_owned(),
        Access::OAuth2(settings) => {
            let token = oauth::access_token(settings).await?;
            let answer = format!("user={}\x01auth=Bearer {token}\x01\x01", mailbox.user);
            return entered(client.authenticate("XOAUTH2", Once::new(answer))).await;
        }
    };
    let user = &mailbox.user;
    let logged_in = async {
        if user.is_ascii() && password.is_ascii() {
            client.login(user, &password).await
        } else {
            // LOGIN has no way to write them (RFC 3501 6.2.3), SASL has (RFC 4616).
            client.authenticate("PLAIN", Once::new(format!("\0{user}\0{password}"))).await
        }
    };
    entered(logged_in).await
}

type Entered = Result<Session, (ImapError, Client<Box<dyn Stream>>)>;

async fn entered(logged_in: impl Future<Output = Entered>) -> Result<Session, Trouble> {
    match tokio::time::timeout(SLOW, logged_in).await {
        Ok(Ok(session)) => Ok(session),
        Ok(Err((ImapError::No(_) | ImapError::Bad(_), _))) => Err(Trouble::Login),
        Ok(Err((error, _))) => Err(error.into()),
        Err(_) => Err(Trouble::Slow("the login")),
    }
}

/// Answers the first question; any further one asks to hear why that was not enough, and is
/// answered with nothing, so that the server ends it.
struct Once(Option<String>);

impl Once {
    fn new(answer: String) -> Self {
        Self(Some(answer))
    }
}

impl Authenticator for Once {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}
