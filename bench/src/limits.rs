//! What the machine can do at most: an axum handler that returns bytes and does nothing else.
//! It runs in a process of its own, so that its CPU time can be told apart.

use std::io::Read;
use std::net::SocketAddr;
use std::process::Stdio;

use axum::extract::Path;
use axum::http::{HeaderName, header};
use axum::routing::get;
use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Result;

/// More than any page has.
const MOST: usize = 4 * 1024 * 1024;

/// The process with the bare handler. Dropping it ends it.
pub(crate) struct Bare {
    pub(crate) address: SocketAddr,
    pub(crate) id: u32,
    _process: Child,
}

impl Bare {
    pub(crate) async fn start() -> Result<Self> {
        let failed = |e: std::io::Error| format!("the bare handler cannot be started: {e}");
        let program = std::env::current_exe().map_err(failed)?;
        let mut command = Command::new(program);
        command.arg("bare").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().map_err(failed)?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).await.map_err(failed)?;
        }
        let address = line.trim().parse().map_err(|_| "the bare handler gave no address".to_owned())?;
        let id = process.id().ok_or("the bare handler has ended")?;
        Ok(Self { address, id, _process: process })
    }
}

/// `tresen-bench bare`: answers `/COUNT` with so many bytes, until its input ends.
pub(crate) async fn serve() -> Result {
    let failed = |e: std::io::Error| format!("the bare handler cannot serve: {e}");
    let bytes = Bytes::from(vec![b'x'; MOST]);
    let answer = async move |Path(count): Path<usize>| {
        let head: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        (head, bytes.slice(..count.min(MOST)))
    };
    let router = axum::Router::new().route("/{count}", get(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    println!("{}", listener.local_addr().map_err(failed)?);
    // Whoever started it is gone when the input ends.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    axum::serve(listener, router).await.map_err(failed)
}
