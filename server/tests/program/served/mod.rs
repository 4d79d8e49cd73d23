//! The built program, serving for one test, and a client that says what it likes.

pub(crate) mod browser;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The program, ended when this is dropped.
pub(crate) struct Served {
    program: Child,
    /// Where it listens.
    pub(crate) port: u16,
}

impl Served {
    /// Starts it with settings; its data is in `FOLDER/data`.
    pub(crate) async fn start(folder: &Path, settings: &str) -> Self {
        let port = free_port();
        Self::start_at(folder, port, &format!("listen = '127.0.0.1:{port}'\n{settings}")).await
    }

    /// The same, with the address of listening in the settings.
    pub(crate) async fn start_at(folder: &Path, port: u16, settings: &str) -> Self {
        let served = Self::spawn(folder, port, settings);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the program did not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        served
    }

    fn spawn(folder: &Path, port: u16, settings: &str) -> Self {
        std::fs::write(folder.join("tresen.toml"), settings).unwrap();
        // Ignored here, the signal stays ignored: a file that may not grow gives an error, see `limit`.
        let program = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" serve", env!("CARGO_BIN_EXE_tresen")])
            .current_dir(folder)
            .env("TRESEN_CONFIG", folder.join("tresen.toml"))
            .env("TRESEN_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { program, port }
    }

    /// Lets no file of the program grow beyond so many bytes, as on a full disk; `None` lifts that.
    #[cfg(target_os = "linux")]
    pub(crate) fn limit(&self, bytes: Option<u64>) {
        let soft = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let arguments = ["--pid".to_owned(), self.program.id().to_string(), format!("--fsize={soft}:")];
        assert!(Command::new("prlimit").args(arguments).status().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Connects from an address of this machine.
pub(crate) async fn connect(port: u16, from: IpAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from, 0)).unwrap();
    socket.connect(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap()
}

/// Connects with TLS, verified with the certificates in a file.
pub(crate) async fn connect_tls(
    port: u16,
    ca: &Path,
    host: &str,
    versions: &[&'static SupportedProtocolVersion],
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let name = ServerName::try_from(host.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Sends a request, whose first lines are given, and reads the whole answer.
pub(crate) async fn ask(port: u16, from: &str, head: &str, body: &str) -> String {
    ask_after(port, from, "", head, body).await
}

/// The same, with something before the request.
pub(crate) async fn ask_after(port: u16, from: &str, before: &str, head: &str, body: &str) -> String {
    let mut stream = connect(port, from.parse().unwrap()).await;
    let host = if head.contains("\r\nhost:") { "" } else { "host: desk.example.com\r\n" };
    let request = format!("{before}{head}\r\n{host}connection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a request, and leaves its answer to be read as it comes.
pub(crate) async fn listen(port: u16, head: &str) -> TcpStream {
    let mut stream = connect(port, IpAddr::from([127, 0, 0, 1])).await;
    let request = format!("{head}\r\nhost: desk.example.com\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// The same through TLS.
pub(crate) async fn ask_tls(port: u16, ca: &Path, host: &str, head: &str) -> String {
    let versions = [&rustls::version::TLS13];
    let mut stream = connect_tls(port, ca, host, &versions, &["http/1.1"]).await.unwrap();
    let request = format!("{head}\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer; 0 for none.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
