//! An erasure on a full disk: the person is told that it did not finish, and it finishes by itself
//! as soon as there is room.
//!
//! The disk is full for the program alone: no file of it may grow beyond a size (RLIMIT_FSIZE).

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tresen_desk::Desk;

use crate::opened::{counted, email, farewells, is_there, mails, open, prove, unfinished, write_some};

/// `tresen serve` of a folder, in which files can be held to a size: then writing fails as on a
/// full disk, whoever runs this test.
struct Served {
    program: std::process::Child,
    port: u16,
}

impl Served {
    fn start(folder: &Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut program = Command::new("sh");
        // Ignored here, the signal stays ignored, and a write that goes too far gives an error.
        program.args(["-c", "trap '' XFSZ; exec \"$0\" serve", env!("CARGO_BIN_EXE_tresen")]);
        program.current_dir(folder).env("TRESEN_DATA", folder).env("TRESEN_LOG", "off");
        program.env("TRESEN_LISTEN", format!("127.0.0.1:{port}"));
        program.env("TRESEN_PUBLIC_URL", format!("http://127.0.0.1:{port}"));
        let program = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let served = Self { program, port };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not serve");
            std::thread::sleep(Duration::from_millis(50));
        }
        served
    }

    /// No file can be written beyond so many bytes; `None` lifts that.
    fn limit(&self, bytes: Option<u64>) {
        let soft = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let arguments = ["--pid".to_owned(), self.program.id().to_string(), format!("--fsize={soft}:")];
        assert!(Command::new("prlimit").args(arguments).status().unwrap().success());
    }

    /// Presses the button on the page behind a mailed link, and gives the answer.
    fn erase(&self, token: &str) -> String {
        use std::io::{Read, Write};
        let body = format!("token={token}");
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let (port, length) = (self.port, body.len());
        write!(
            stream,
            "POST /account/delete HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\
             Accept-Language: de\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

/// The token of the mailed link with which a customer deletes themselves.
async fn erase_link(desk: &Desk, folder: &Path, customer: usize) -> String {
    desk.privacy.ask_erasure(&email(customer)).await.unwrap();
    desk.settle().await;
    while desk.delivery.send_due_mails().await.unwrap() > 0 {}
    let mails = mails(folder).into_iter().filter(|mail| mail.contains(&email(customer)));
    let mut links =
        mails.filter_map(|mail| mail.split_once("account/delete?token=").map(|(_, rest)| rest.to_owned()));
    let link = links.next_back().unwrap();
    link.split(|sign: char| !sign.is_ascii_alphanumeric() && !"-_".contains(sign)).next().unwrap().to_owned()
}

/// The person is told that it did not finish, and it finishes by itself as soon as there is room.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk() {
    const FINISHED: &str = "SELECT COUNT(*) FROM erasure WHERE finished_at IS NOT NULL";
    async fn wait(folder: &Path, finished: i64) {
        let begun = Instant::now();
        while counted(folder, FINISHED).await < finished {
            assert!(begun.elapsed() < Duration::from_secs(120), "it did not finish by itself");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let desk = open(folder).await;
    // The links first: an address gets few mails an hour.
    let mut links = Vec::new();
    for customer in 0..2 {
        write_some(&desk, customer, 0..1).await;
        links.push(erase_link(&desk, folder, customer).await);
    }
    // So much that its deletion takes more room than a note that it is to come.
    write_some(&desk, 1, 1..180).await;
    while desk.indexer.index_stale().await.unwrap() > 0 {}
    desk.close().await;
    prove(folder).await;
    let served = Served::start(folder);

    // No room at all: it cannot even be begun.
    served.limit(Some(0));
    let answer = served.erase(&links[0]);
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("Noch ist nichts gelöscht"), "{answer}");
    assert!(answer.to_lowercase().contains("retry-after: 60"));
    served.limit(None);
    assert_eq!(counted(folder, "SELECT COUNT(*) FROM erasure").await, 0);
    wait(folder, 1).await;

    // Room to begin, and none to delete so much.
    let log = std::fs::metadata(folder.join("tresen.db-wal")).map_or(0, |log| log.len());
    served.limit(Some(log + 80_000));
    let answer = served.erase(&links[1]);
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("Die Löschung hat begonnen"), "{answer}");
    assert_eq!(unfinished(folder).await, 1);
    assert!(counted(folder, "SELECT COUNT(*) FROM request").await > 0);
    served.limit(None);
    wait(folder, 2).await;
    drop(served);

    let desk = open(folder).await;
    for customer in 0..2 {
        assert!(!is_there(&desk, folder, customer).await);
        assert_eq!(farewells(&desk, folder, customer), 1);
    }
    desk.close().await;
}
