//! The dialogue with an SMTP server (RFC 5321), step by step: what an answer means depends on
//! the step that it answers.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use tokio::time::{Instant, timeout};
use tresen_model::MailTrouble;

use super::send_error::SendError;

/// How long a small mail may take, connecting included.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);

/// A mail may take another second for every so many bytes: 256 kbit/s.
const SLOWEST: usize = 32 * 1024;

/// A connection that nobody used for so long is not used again: servers close them at their leisure.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// How long a server may take for what only serves the next mail.
const COURTESY: Duration = Duration::from_secs(5);

/// How a connection is made safe.
pub(super) enum Safety {
    /// Not at all: the server is this machine.
    Plain,
    /// TLS from the first byte (RFC 8314).
    Wrapped(Box<TlsParameters>),
    /// Raised to TLS before anything is said (RFC 3207).
    Raised(Box<TlsParameters>),
}

/// A server, and what it takes to talk to it. Holds a password, so there is no `Debug`.
pub(super) struct Smtp {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) safety: Safety,
    pub(super) credentials: Option<Credentials>,
    pub(super) timeout: Duration,
    kept: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// The part of the dialogue that an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Connecting, TLS, logging in: about the desk.
    Access,
    /// `MAIL`: about the desk's address, or the mail's size.
    Sender,
    /// `RCPT`: about the receiver.
    Receiver,
    /// `DATA`: about this mail.
    Contents,
}

impl Smtp {
    pub(super) fn new(
        host: String,
        port: u16,
        safety: Safety,
        credentials: Option<Credentials>,
        timeout: Duration,
    ) -> Self {
        Self { host, port, safety, credentials, timeout, kept: Mutex::default() }
    }

    /// Hands one mail over. What is not answered in time counts as not sent.
    pub(super) async fn send(&self, envelope: &Envelope, message: &[u8]) -> Result<(), SendError> {
        let limit = self.timeout + Duration::from_secs((message.len() / SLOWEST) as u64);
        let silent = || SendError::new(MailTrouble::Silent);
        let mut connection = match timeout(self.timeout, self.connection()).await {
            Ok(connection) => connection.map_err(|error| SendError { about_server: true, ..error })?,
            Err(_) => return Err(SendError { about_server: true, ..silent() }),
        };
        // A connection that is given up here is closed: nobody knows where the dialogue stands.
        let outcome = timeout(limit, hand_over(&mut connection, envelope, message)).await;
        let outcome = outcome.map_err(|_| silent())?;
        self.keep(connection, &outcome).await;
        outcome
    }

    /// Connects and signs in, without sending anything.
    pub(super) async fn reach(&self) -> Result<(), SendError> {
        let mut connection = self.connection().await?;
        // What counts is that it answered.
        drop(timeout(COURTESY, connection.quit()).await);
        Ok(())
    }

    /// One that was kept and still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SendError> {
        loop {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((mut connection, since)) = kept else { break };
            let still = since.elapsed() < KEPT_FOR;
            if still && timeout(COURTESY, connection.test_connected()).await == Ok(true) {
                return Ok(connection);
            }
        }
        let access = |error: SmtpError| fault(Step::Access, &error);
        let hello = ClientId::default();
        let wrapped = match &self.safety {
            Safety::Wrapped(tls) => Some(tls.as_ref().clone()),
            Safety::Plain | Safety::Raised(_) => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &hello, wrapped, None)
                .await
                .map_err(access)?;
        if let Safety::Raised(tls) = &self.safety {
            // Without it the name, the password and the mail would go over the wire for all to read.
            if !connection.can_starttls() {
                return Err(SendError::new(MailTrouble::Tls));
            }
            connection.starttls(tls.as_ref().clone(), &hello).await.map_err(access)?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await.map_err(access)?;
        }
        Ok(connection)
    }

    /// Keeps the connection for the next mail where the dialogue is at a place that is known.
    async fn keep(&self, mut connection: AsyncSmtpConnection, outcome: &Result<(), SendError>) {
        let usable = match outcome {
            Ok(()) => true,
            // The server ends the session itself (RFC 5321 3.8), or nobody knows where it stands.
            Err(error) if error.code.is_none() || error.reply == Some(421) => false,
            Err(_) => matches!(timeout(COURTESY, connection.command(Rset)).await, Ok(Ok(_))),
        };
        if usable && !connection.has_broken() {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push((connection, Instant::now()));
        }
    }
}

async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    message: &[u8],
) -> Result<(), SendError> {
    let mut options = Vec::new();
    if !envelope.to().iter().chain(envelope.from()).all(|address| AsRef::<str>::as_ref(address).is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            // RFC 6531 3.5: there is no other way to write such an address.
            return Err(SendError { code: Some("5.6.7".into()), ..SendError::new(MailTrouble::Refused) });
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    let from = envelope.from().cloned();
    connection.command(Mail::new(from, options)).await.map_err(|error| fault(Step::Sender, &error))?;
    for receiver in envelope.to() {
        let receiver: Address = receiver.clone();
        let command = Rcpt::new(receiver, Vec::new());
        connection.command(command).await.map_err(|error| fault(Step::Receiver, &error))?;
    }
    connection.command(Data).await.map_err(|error| fault(Step::Contents, &error))?;
    connection.message(message).await.map_err(|error| fault(Step::Contents, &error))?;
    Ok(())
}

/// Replies that are about the desk's own access at whatever step they come (RFC 4954 6, RFC 3207 4).
const ABOUT_ACCESS: [u16; 4] = [530, 534, 535, 538];

/// What an error means.
fn fault(step: Step, error: &SmtpError) -> SendError {
    let Some(reply) = error.status().map(u16::from) else {
        let trouble = if error.is_tls() || is_handshake(error) {
            MailTrouble::Tls
        } else if error.is_timeout() {
            MailTrouble::Silent
        } else if error.is_client() {
            // No way to log in that both sides know.
            MailTrouble::Access
        } else {
            MailTrouble::Unreachable
        };
        return SendError::new(trouble);
    };
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let enhanced = enhanced(&said, reply);
    let about_size = reply == 552 || matches!(enhanced.as_deref(), Some("5.3.4" | "5.2.3"));
    let trouble = if (400..500).contains(&reply) {
        MailTrouble::Deferred
    } else if ABOUT_ACCESS.contains(&reply) || step == Step::Access || (step == Step::Sender && !about_size) {
        MailTrouble::Access
    } else {
        MailTrouble::Refused
    };
    let code = Some(enhanced.unwrap_or_else(|| reply.to_string()));
    SendError { code, reply: Some(reply), ..SendError::new(trouble) }
}

/// Whether TLS could not be agreed on: lettre reports that as a connection that broke, with what
/// rustls said inside.
fn is_handshake(error: &SmtpError) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::InvalidData && io.get_ref().is_some();
        }
        source = inner.source();
    }
    false
}

/// The enhanced status code (RFC 3463) at the beginning of what a server said, if it is of the
/// same class as the reply (RFC 2034 4).
fn enhanced(said: &str, reply: u16) -> Option<String> {
    let code = said.split_whitespace().next()?;
    let mut parts = code.split('.');
    let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let fits = parts.next().is_none()
        && class == (reply / 100).to_string()
        && digits(subject, 3)
        && digits(detail, 3);
    fits.then(|| code.to_owned())
}

/// How a certificate is trusted: by the system, or by the operator's file.
pub(super) fn tls(host: &str, own: Option<&[u8]>) -> Result<Box<TlsParameters>, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = own {
        for certificate in super::pem::blocks(pem, "CERTIFICATE") {
            let certificate = lettre::transport::smtp::client::Certificate::from_der(certificate)
                .map_err(|error| error.to_string())?;
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build_rustls().map(Box::new).map_err(|error| error.to_string())
}

/// Reads the operator's file of certificates, and holds it to have one.
///
/// # Errors
/// What is wrong with it.
pub fn read_certificates(path: &Path) -> Result<Vec<u8>, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    if super::pem::blocks(&bytes, "CERTIFICATE").is_empty() {
        return Err("it holds no certificate; it needs -----BEGIN CERTIFICATE-----".into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_are_taken_from_what_servers_say() {
        for (said, reply, code) in [
            ("5.1.1 <ada@example.com> unknown", 550, Some("5.1.1")),
            ("4.7.1 later", 451, Some("4.7.1")),
            ("5.1.1 class differs", 450, None),
            ("mailbox ada@example.com unknown", 550, None),
            ("5.1.1.1 x", 550, None),
            ("5.1. x", 550, None),
            ("5.1234.1 x", 550, None),
            ("", 550, None),
        ] {
            assert_eq!(enhanced(said, reply).as_deref(), code, "{said}");
        }
    }
}
