//! Webhooks: the program sends to a receiver that verifies, is slow, answers 500, redirects, and lies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use standardwebhooks::Webhook;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Program;
use crate::post::PATIENCE;

/// One delivery as it came.
#[derive(Clone)]
struct Came {
    path: String,
    headers: HashMap<String, String>,
    body: String,
}

/// A receiver, which answers by the path that it is asked for.
struct Receiver {
    port: u16,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let came: Arc<Mutex<Vec<Came>>> = Arc::default();
        let list = Arc::clone(&came);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&list), port));
            }
        });
        Self { port, came }
    }

    fn at(&self, path: &str) -> Vec<Came> {
        self.came.lock().unwrap().iter().filter(|came| came.path == path).cloned().collect()
    }

    async fn wait_for(&self, path: &str, count: usize) -> Vec<Came> {
        let begun = Instant::now();
        while self.at(path).len() < count {
            assert!(begun.elapsed() < PATIENCE, "{path}: {} of {count}", self.at(path).len());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.at(path)
    }
}

async fn answer(mut stream: TcpStream, list: Arc<Mutex<Vec<Came>>>, port: u16) -> Option<()> {
    let mut text = Vec::new();
    let mut part = [0; 4096];
    let (head, body) = loop {
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        text.extend_from_slice(&part[..read]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = so_far.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if body.len() >= length.unwrap_or(0) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let path = head.split(' ').nth(1)?.to_owned();
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let before = {
        let mut list = list.lock().unwrap();
        let before = list.iter().filter(|came| came.path == path).count();
        list.push(Came { path: path.clone(), headers, body });
        before
    };
    let said = match path.as_str() {
        "/broken" if before == 0 => "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "/redirect" => format!(
            "HTTP/1.1 302 There\r\nlocation: http://127.0.0.1:{port}/inner\r\ncontent-length: 0\r\n\r\n"
        ),
        "/liar" => "no HTTP at all\r\n\r\n".to_owned(),
        "/cut-off" => "HTTP/1.1 200 Taken\r\ncontent-length: 100\r\n\r\nnot so long".to_owned(),
        "/endless" => {
            stream.write_all(b"HTTP/1.1 200 Taken\r\n\r\n").await.ok()?;
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
            return None;
        }
        "/slow" => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            String::new()
        }
        _ => "HTTP/1.1 204 Taken\r\n\r\n".to_owned(),
    };
    stream.write_all(said.as_bytes()).await.ok()
}

/// Verifies with the library of Standard Webhooks, which finds a changed body out.
fn verify(came: &Came, secret: &str) {
    let (webhook, headers) = (Webhook::new(secret).unwrap(), HeaderMap::try_from(&came.headers).unwrap());
    webhook.verify(came.body.as_bytes(), &headers).unwrap();
    assert!(webhook.verify(format!("{} ", came.body).as_bytes(), &headers).is_err());
}

#[tokio::test]
async fn receivers_of_all_kinds_are_told() {
    let program = Program::start().await;
    let receiver = Receiver::start().await;
    let mut secrets = HashMap::new();
    for path in ["/ok", "/broken", "/redirect", "/liar", "/cut-off", "/endless", "/slow"] {
        let url = format!("http://127.0.0.1:{}{path}", receiver.port);
        let add = [
            "webhook",
            "add",
            "--name",
            path,
            "--url",
            &url,
            "--event",
            "request.created",
            "--allow-private",
        ];
        secrets.insert(path, program.run(&add, b""));
    }
    // Without the operator's word, this machine is out of reach.
    let url = format!("https://127.0.0.1:{}/private", receiver.port);
    program.run(&["webhook", "add", "--name", "private", "--url", &url], b"");

    let number = program.write_in(1).await;

    let came = receiver.wait_for("/ok", 1).await;
    verify(&came[0], &secrets["/ok"]);
    let body: serde_json::Value = serde_json::from_str(&came[0].body).unwrap();
    assert_eq!(
        (&body["type"], &body["data"]["number"]),
        (&"request.created".into(), &number.as_str().into())
    );
    assert!(!came[0].body.contains("printer") && !came[0].body.contains("example.net"));
    // The same delivery again, signed anew.
    let came = receiver.wait_for("/broken", 2).await;
    assert_eq!(came[0].headers["webhook-id"], came[1].headers["webhook-id"]);
    came.iter().for_each(|came| verify(came, &secrets["/broken"]));
    receiver.wait_for("/redirect", 1).await;
    for liar in ["/liar", "/cut-off", "/endless"] {
        let came = receiver.wait_for(liar, 2).await;
        assert_eq!(came[0].headers["webhook-id"], came[1].headers["webhook-id"], "{liar} is not believed");
    }
    receiver.wait_for("/slow", 1).await;
    // One that is slow holds no other up for long. Meanwhile a new secret signs beside the old one.
    let rotated = program.run(&["webhook", "rotate", "--name", "/ok"], b"");
    program.write_in(2).await;
    let came = receiver.wait_for("/ok", 2).await;
    assert_ne!(rotated, secrets["/ok"]);
    verify(&came[1], &rotated);
    verify(&came[1], &secrets["/ok"]);
    assert!(receiver.at("/inner").is_empty(), "no redirect is followed");
    assert!(receiver.at("/private").is_empty());

    let listed = program.place.run(&["webhook", "list"], b"");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let line = |name: &str| listed.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("/ok").contains("fine, 0 waiting"), "{listed}");
    assert!(line("private").contains("failing since"), "{listed}");
    let unknown = ["webhook", "add", "--name", "x", "--url", "https://x.example.com", "--event", "nonsense"];
    assert!(!program.place.run(&unknown, b"").status.success());
}
