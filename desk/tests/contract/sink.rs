//! An SMTP server on loopback that does what a test tells it to (RFC 5321, RFC 3207, RFC 4954).

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What the server does at some step; at every other it says yes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Act {
    /// Greets with this.
    Greet(&'static str),
    /// Answers `AUTH` with this.
    Auth(&'static str),
    /// Answers `MAIL` with this.
    Mail(&'static str),
    /// Answers `RCPT` with this.
    Rcpt(&'static str),
    /// Answers the whole message with this.
    Data(&'static str),
    /// Says nothing any more once the message is there.
    Stall,
    /// Closes the connection in the middle of the message.
    Drop,
    /// Takes so many milliseconds over a message.
    Slow(u64),
}

/// How the server's TLS begins.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tls {
    Wrapped,
    Starttls,
}

/// A certificate authority of our own with one certificate that it signed.
pub(crate) struct Ca {
    /// The authority's certificate.
    pub(crate) pem: String,
    config: Arc<ServerConfig>,
}

impl Ca {
    pub(crate) fn for_host(host: &str) -> Self {
        let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = authority.self_signed(&key).unwrap();
        let server_key = rcgen::KeyPair::generate().unwrap();
        let server = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap();
        let server = server.signed_by(&server_key, &certificate, &key).unwrap();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![server.der().clone()], private)
            .unwrap();
        Self { pem: certificate.pem(), config: Arc::new(config) }
    }
}

#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    /// Receiver and message, in the order in which they were taken.
    pub(crate) mails: Vec<(String, String)>,
    /// Receivers of messages that were begun.
    pub(crate) begun: Vec<String>,
    /// Whether the dialogue was encrypted whenever a receiver was named.
    pub(crate) encrypted: Vec<bool>,
    /// By domain: under way now, and the most that ever were.
    pub(crate) at_once: HashMap<String, (usize, usize)>,
}

/// The server. It ends with the test.
#[derive(Clone)]
pub(crate) struct Sink {
    pub(crate) port: u16,
    seen: Arc<Mutex<Seen>>,
    /// By a part of the receiver's address; `""` is for everybody.
    acts: Arc<Mutex<Vec<(&'static str, Act)>>>,
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}
type Lines = BufReader<Box<dyn Wire>>;

impl Sink {
    pub(crate) async fn new() -> Self {
        Self::with_tls(None).await
    }

    pub(crate) async fn with_tls(tls: Option<(Tls, &Ca)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink =
            Self { port: listener.local_addr().unwrap().port(), seen: Arc::default(), acts: Arc::default() };
        let tls = tls.map(|(how, ca)| (how, TlsAcceptor::from(Arc::clone(&ca.config))));
        let shared = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.seen.lock().unwrap().connections += 1;
                let (sink, tls) = (shared.clone(), tls.clone());
                tokio::spawn(async move {
                    // A client that goes away is no fault of the test.
                    let _ = match tls {
                        Some((Tls::Wrapped, acceptor)) => match acceptor.accept(stream).await {
                            Ok(stream) => sink.serve(Box::new(stream), None, true).await,
                            Err(error) => Err(error),
                        },
                        Some((Tls::Starttls, acceptor)) => {
                            sink.serve(Box::new(stream), Some(acceptor), false).await
                        }
                        None => sink.serve(Box::new(stream), None, false).await,
                    };
                });
            }
        });
        sink
    }

    pub(crate) fn address(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on; the latest that fits counts.
    pub(crate) fn does(&self, receiver: &'static str, act: Act) {
        self.acts.lock().unwrap().insert(0, (receiver, act));
    }

    /// Says yes to everything again.
    pub(crate) fn is_well(&self) {
        self.acts.lock().unwrap().clear();
    }

    pub(crate) fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }

    /// How many messages it took for receivers with this in their address.
    pub(crate) fn taken(&self, receiver: &str) -> usize {
        self.seen(|seen| seen.mails.iter().filter(|(to, _)| to.contains(receiver)).count())
    }

    /// Waits until something has been seen; fails after ten seconds.
    pub(crate) async fn until(&self, what: impl Fn(&Seen) -> bool) {
        for _ in 0..1000 {
            if self.seen(&what) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the server has not seen it");
    }

    fn act(&self, receiver: &str, of: impl Fn(Act) -> bool) -> Option<Act> {
        let acts = self.acts.lock().unwrap();
        acts.iter().find(|(whose, act)| receiver.contains(whose) && of(*act)).map(|(_, act)| *act)
    }

    async fn serve(
        &self,
        stream: Box<dyn Wire>,
        starttls: Option<TlsAcceptor>,
        mut encrypted: bool,
    ) -> io::Result<()> {
        let mut wire: Lines = BufReader::new(stream);
        let greeting = match self.act("", |act| matches!(act, Act::Greet(_))) {
            Some(Act::Greet(greeting)) => greeting,
            _ => "220 sink",
        };
        say(&mut wire, greeting).await?;
        let mut receiver = String::new();
        loop {
            let mut line = String::new();
            if wire.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    let raise = starttls.is_some() && !encrypted;
                    let more = if raise { "250-STARTTLS\r\n" } else { "250-AUTH PLAIN LOGIN\r\n" };
                    say(&mut wire, &format!("250-sink\r\n{more}250-ENHANCEDSTATUSCODES\r\n250 8BITMIME"))
                        .await?;
                }
                "STARTTLS" => {
                    let Some(acceptor) = &starttls else {
                        say(&mut wire, "502 no").await?;
                        continue;
                    };
                    say(&mut wire, "220 go ahead").await?;
                    let stream = acceptor.accept(wire.into_inner()).await?;
                    wire = BufReader::new(Box::new(stream));
                    encrypted = true;
                }
                "AUTH" => match self.act("", |act| matches!(act, Act::Auth(_))) {
                    Some(Act::Auth(answer)) => say(&mut wire, answer).await?,
                    _ => say(&mut wire, "235 2.7.0 welcome").await?,
                },
                "MAIL" => match self.act("", |act| matches!(act, Act::Mail(_))) {
                    Some(Act::Mail(answer)) => say(&mut wire, answer).await?,
                    _ => say(&mut wire, "250 2.1.0 ok").await?,
                },
                "RCPT" => {
                    receiver = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    self.seen.lock().unwrap().encrypted.push(encrypted);
                    match self.act(&receiver, |act| matches!(act, Act::Rcpt(_))) {
                        Some(Act::Rcpt(answer)) => say(&mut wire, answer).await?,
                        _ => say(&mut wire, "250 2.1.5 ok").await?,
                    }
                }
                "DATA" => {
                    say(&mut wire, "354 go on").await?;
                    let domain = receiver.split('@').nth(1).unwrap_or_default().to_owned();
                    self.count(&domain, true);
                    self.seen.lock().unwrap().begun.push(receiver.clone());
                    let taken = self.take(&mut wire, &receiver).await;
                    self.count(&domain, false);
                    say(&mut wire, taken?).await?;
                }
                "QUIT" => return say(&mut wire, "221 bye").await,
                _ => say(&mut wire, "250 ok").await?,
            }
        }
    }

    async fn take(&self, wire: &mut Lines, receiver: &str) -> io::Result<&'static str> {
        let of_data = |act| matches!(act, Act::Data(_) | Act::Stall | Act::Drop | Act::Slow(_));
        let act = self.act(receiver, of_data);
        let mut message = String::new();
        loop {
            let mut line = String::new();
            if wire.read_line(&mut line).await? == 0 || (act == Some(Act::Drop) && message.len() > 100) {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            if line == ".\r\n" {
                break;
            }
            message.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        match act {
            Some(Act::Data(answer)) => return Ok(answer),
            Some(Act::Stall) => {
                // Until the test says otherwise, or the client goes away.
                while self.act(receiver, |act| act == Act::Stall).is_some() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            Some(Act::Slow(millis)) => tokio::time::sleep(Duration::from_millis(millis)).await,
            _ => {}
        }
        self.seen.lock().unwrap().mails.push((receiver.to_owned(), message));
        Ok("250 2.0.0 stored")
    }

    fn count(&self, domain: &str, begins: bool) {
        let mut seen = self.seen.lock().unwrap();
        let (now, most) = seen.at_once.entry(domain.to_owned()).or_default();
        *now = if begins { *now + 1 } else { *now - 1 };
        *most = (*most).max(*now);
    }
}

async fn say(wire: &mut Lines, words: &str) -> io::Result<()> {
    wire.write_all(format!("{words}\r\n").as_bytes()).await?;
    wire.flush().await
}
