//! The door, tried from outside with the built program: TLS, certificates that change, plain
//! HTTP, proxies, limits, and clients that never come to an end.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, KeyPair};
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::served::{Served, ask, ask_tls, connect, connect_tls, free_port, status};

const HOST: &str = "desk.example.com";

/// A certificate authority of the test's own.
struct Authority {
    certificate: Certificate,
    key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { certificate: params.self_signed(&key).unwrap(), key }
    }

    /// A new certificate for the desk, and its key, in PEM.
    fn issue(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([HOST.to_owned(), "localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.certificate, &self.key).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn write(&self, folder: &Path) {
        let (certificate, key) = self.issue();
        fs::write(folder.join("key.pem"), key).unwrap();
        fs::write(folder.join("cert.pem"), certificate).unwrap();
        fs::write(folder.join("ca.pem"), self.certificate.pem()).unwrap();
    }
}

fn with_files(folder: &Path, more: &str) -> String {
    let folder = folder.display();
    format!(
        "public_url = 'https://{HOST}'\ntls_cert = '{folder}/cert.pem'\ntls_key = '{folder}/key.pem'\n{more}"
    )
}

#[tokio::test]
async fn speaks_tls_1_2_and_1_3_and_http_2() {
    let folder = tempfile::tempdir().unwrap();
    Authority::new().write(folder.path());
    let desk = Served::start(folder.path(), &with_files(folder.path(), "")).await;
    let ca = folder.path().join("ca.pem");
    for version in [&TLS12, &TLS13] {
        let stream = connect_tls(desk.port, &ca, HOST, &[version], &["h2", "http/1.1"]).await.unwrap();
        let (_, connection) = stream.get_ref();
        assert_eq!(connection.protocol_version(), Some(version.version));
        assert_eq!(connection.alpn_protocol(), Some(&b"h2"[..]));
    }
    let answer = ask_tls(desk.port, &ca, HOST, "GET / HTTP/1.1").await;
    assert_eq!(status(&answer), 200);
    assert!(answer.to_lowercase().contains("strict-transport-security: max-age=31536000"), "{answer}");
    // Anybody else's certificate is none.
    let other = folder.path().join("other.pem");
    fs::write(&other, Authority::new().certificate.pem()).unwrap();
    assert!(connect_tls(desk.port, &other, HOST, &[&TLS13], &["http/1.1"]).await.is_err());
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_without_dropping_a_connection() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.write(folder.path());
    let desk = Served::start(folder.path(), &with_files(folder.path(), "")).await;
    let ca = folder.path().join("ca.pem");
    let shown = async || {
        let stream = connect_tls(desk.port, &ca, HOST, &[&TLS13], &["http/1.1"]).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    };
    let before = shown().await;
    let mut held = connect_tls(desk.port, &ca, HOST, &[&TLS13], &["http/1.1"]).await.unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {HOST}\r\n\r\n");
    held.write_all(request.as_bytes()).await.unwrap();
    let mut some = [0; 4096];
    assert!(held.read(&mut some).await.unwrap() > 0);

    // Half of a renewal is no certificate: the old one stays.
    fs::write(folder.path().join("cert.pem"), "not a certificate").unwrap();
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(shown().await, before);
    authority.write(folder.path());
    let begun = Instant::now();
    while shown().await == before {
        assert!(begun.elapsed() < Duration::from_secs(20), "the new certificate was not taken");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    held.write_all(request.as_bytes()).await.unwrap();
    let read = held.read(&mut some).await.unwrap();
    assert!(String::from_utf8_lossy(&some[..read]).starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn plain_http_leads_to_https_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    Authority::new().write(folder.path());
    let http = free_port();
    let more = format!("http_listen = '127.0.0.1:{http}'");
    let _desk = Served::start(folder.path(), &with_files(folder.path(), &more)).await;
    for host in [HOST, "evil.example.net"] {
        let request = format!("GET /requests/new?a=b HTTP/1.1\r\nhost: {host}");
        let answer = ask(http, "127.0.0.1", &request, "").await;
        assert_eq!(status(&answer), 303);
        assert!(answer.contains(&format!("location: https://{HOST}/requests/new?a=b\r\n")), "{answer}");
    }
    // Not even by a path that looks like a host.
    let answer = ask(http, "127.0.0.1", "GET //evil.example.net/ HTTP/1.1", "").await;
    assert!(answer.contains(&format!("location: https://{HOST}//evil.example.net/\r\n")), "{answer}");
}

/// A login with a wrong password, as a client says it is.
async fn login(port: u16, from: &str, head: &str, before: &str) -> u16 {
    let body = "email=nobody%40example.com&password=wrong";
    let request = format!(
        "POST /login HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}{head}",
        body.len()
    );
    let answer = crate::served::ask_after(port, from, before, &request, body).await;
    let status = status(&answer);
    if status == 429 {
        let wait = answer
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("retry-after: ").map(str::to_owned));
        let wait: u64 = wait.unwrap().trim().parse().unwrap();
        assert!((1..=3601).contains(&wait), "{wait}");
        assert!(answer.contains("Please wait a moment"), "{answer}");
    }
    status
}

const ONE_LOGIN: &str = "[limits]\nlogin = { at_once = 1, an_hour = 1 }\n";

#[tokio::test]
async fn over_its_limit_a_network_is_told_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::start(folder.path(), ONE_LOGIN).await;
    let from = |address: &str| format!("\r\nx-forwarded-for: {address}");
    assert_eq!(login(desk.port, "127.0.0.1", &from("192.0.2.1"), "").await, 422);
    assert_eq!(login(desk.port, "127.0.0.1", &from("192.0.2.1"), "").await, 429);
    // What the client wrote itself is further left.
    assert_eq!(login(desk.port, "127.0.0.1", &from("203.0.113.9, 192.0.2.1"), "").await, 429);
    assert_eq!(login(desk.port, "127.0.0.1", &from("192.0.2.2"), "").await, 422);
    assert_eq!(login(desk.port, "127.0.0.1", &from("2001:db8::1"), "").await, 422);
    assert_eq!(login(desk.port, "127.0.0.1", &from("2001:db8::2"), "").await, 429);
}

#[tokio::test]
async fn only_trusted_proxies_are_believed() {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("{ONE_LOGIN}[proxies]\ntrusted = ['127.0.0.7/32']\n");
    let desk = Served::start(folder.path(), &settings).await;
    let from = |address: &str| format!("\r\nx-forwarded-for: {address}");
    // From 127.0.0.7 the header counts.
    assert_eq!(login(desk.port, "127.0.0.7", &from("192.0.2.1"), "").await, 422);
    assert_eq!(login(desk.port, "127.0.0.7", &from("192.0.2.1"), "").await, 429);
    // From elsewhere it does not: this is the machine itself, without a limit.
    assert_eq!(login(desk.port, "127.0.0.1", &from("192.0.2.1"), "").await, 422);
}

#[tokio::test]
async fn the_proxy_protocol_counts_only_from_trusted_proxies() {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("{ONE_LOGIN}[proxies]\ntrusted = ['127.0.0.7/32']\nproxy_protocol = true\n");
    let desk = Served::start(folder.path(), &settings).await;
    let line = |address: &str| format!("PROXY TCP4 {address} 127.0.0.1 50000 443\r\n");
    assert_eq!(login(desk.port, "127.0.0.7", "", &line("192.0.2.1")).await, 422);
    assert_eq!(login(desk.port, "127.0.0.7", "", &line("192.0.2.1")).await, 429);
    assert_eq!(login(desk.port, "127.0.0.7", "", &line("192.0.2.2")).await, 422);
    let mut version_2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    version_2.extend([192, 0, 2, 2, 127, 0, 0, 1, 200, 0, 1, 187]);
    let mut stream = connect(desk.port, "127.0.0.7".parse().unwrap()).await;
    stream.write_all(&version_2).await.unwrap();
    let body = "email=nobody%40example.com&password=wrong";
    let request = format!(
        "POST /login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status(&answer), 429);
    // From elsewhere the line is no HTTP.
    assert_eq!(login(desk.port, "127.0.0.1", "", &line("192.0.2.3")).await, 400);
    assert_eq!(login(desk.port, "127.0.0.1", "", "").await, 422);
}

#[tokio::test]
async fn who_never_comes_to_an_end_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::start(folder.path(), "").await;
    let local: IpAddr = "127.0.0.1".parse().unwrap();
    let slow_head = async {
        let mut stream = connect(desk.port, local).await;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
        let begun = Instant::now();
        // A header every second, as slow loris does it.
        while begun.elapsed() < Duration::from_secs(40) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if stream.write_all(b"x-a: b\r\n").await.is_err() {
                break;
            }
        }
        begun.elapsed()
    };
    let silent = async {
        let mut stream = connect(desk.port, local).await;
        let mut bytes = Vec::new();
        let begun = Instant::now();
        timeout(Duration::from_secs(40), stream.read_to_end(&mut bytes)).await.unwrap().ok();
        begun.elapsed()
    };
    let slow_body = async {
        let mut stream = connect(desk.port, local).await;
        let head = "POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\nemail=";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut bytes = [0; 64];
        let begun = Instant::now();
        timeout(Duration::from_secs(60), stream.read(&mut bytes)).await.unwrap().ok();
        begun.elapsed()
    };
    let others = async {
        // Meanwhile everybody else is served.
        tokio::time::sleep(Duration::from_secs(2)).await;
        status(&ask(desk.port, "127.0.0.1", "GET / HTTP/1.1", "").await)
    };
    let (head, silent, body, others) = tokio::join!(slow_head, silent, slow_body, others);
    assert!(head < Duration::from_secs(25), "{head:?}");
    assert!(silent < Duration::from_secs(25), "{silent:?}");
    assert!(body < Duration::from_secs(40), "{body:?}");
    assert_eq!(others, 200);
}

/// A real ACME server, with a name server that says the desk's host is this machine.
struct Pebble {
    programs: Vec<Child>,
    directory: String,
}

impl Pebble {
    async fn start(folder: &Path, https: u16, http: u16) -> Self {
        let authority = Authority::new();
        let (certificate, key) = authority.issue();
        fs::write(folder.join("acme-ca.pem"), authority.certificate.pem()).unwrap();
        fs::write(folder.join("acme-cert.pem"), certificate).unwrap();
        fs::write(folder.join("acme-key.pem"), key).unwrap();
        let (listen, manage, names, names_manage) = (free_port(), free_port(), free_port(), free_port());
        let at = folder.display();
        let config = format!(
            r#"{{"pebble": {{"listenAddress": "127.0.0.1:{listen}", "managementListenAddress": "127.0.0.1:{manage}",
            "certificate": "{at}/acme-cert.pem", "privateKey": "{at}/acme-key.pem", "httpPort": {http},
            "tlsPort": {https}, "ocspResponderURL": "", "externalAccountBindingRequired": false}}}}"#
        );
        fs::write(folder.join("pebble.json"), config).unwrap();
        let names_at = format!("127.0.0.1:{names}");
        let name_server = Command::new("pebble-challtestsrv")
            .args(["-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", &names_at])
            .args(["-http01", "", "-https01", "", "-tlsalpn01", ""])
            .args(["-management", &format!("127.0.0.1:{names_manage}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pebble-challtestsrv, which `cargo xtask test` installs");
        let server = Command::new("pebble")
            .args(["-config", &folder.join("pebble.json").display().to_string(), "-dnsserver", &names_at])
            .env("PEBBLE_VA_NOSLEEP", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pebble, which `cargo xtask test` installs");
        let pebble = Self {
            programs: vec![name_server, server],
            directory: format!("https://localhost:{listen}/dir"),
        };
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", listen)).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "pebble did not start");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let answer = ask_tls(manage, &folder.join("acme-ca.pem"), "localhost", "GET /roots/0 HTTP/1.1").await;
        let (_, root) = answer.split_once("\r\n\r\n").unwrap();
        fs::write(folder.join("issued-by.pem"), root).unwrap();
        pebble
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        for program in &mut self.programs {
            program.kill().ok();
            program.wait().ok();
        }
    }
}

#[tokio::test]
async fn a_certificate_from_an_authority() {
    for challenge in ["tls-alpn-01", "http-01"] {
        let folder = tempfile::tempdir().unwrap();
        let (https, http) = (free_port(), free_port());
        let pebble = Pebble::start(folder.path(), https, http).await;
        let settings = format!(
            "public_url = 'https://{HOST}'\nlisten = '127.0.0.1:{https}'\nhttp_listen = '127.0.0.1:{http}'\n[acme]\n\
             directory = '{}'\nagree_to_terms = true\ncontact = ['admin@example.com']\nchallenge = '{challenge}'\n\
             ca_file = '{}/acme-ca.pem'\n",
            pebble.directory,
            folder.path().display()
        );
        let _desk = Served::start_at(folder.path(), https, &settings).await;
        let begun = Instant::now();
        let roots = folder.path().join("issued-by.pem");
        loop {
            if let Ok(stream) = connect_tls(https, &roots, HOST, &[&TLS13], &["http/1.1"]).await {
                drop(stream);
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "no certificate by {challenge}");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        assert_eq!(status(&ask_tls(https, &roots, HOST, "GET / HTTP/1.1").await), 200);
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join("data/acme")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "the keys are anybody's to read");
    }
}
