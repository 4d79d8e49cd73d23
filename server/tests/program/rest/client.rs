//! The program, serving, and a client that says what it likes.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::post::{Place, Serving};

/// The program with a desk, ended when this is dropped.
pub(crate) struct Program {
    pub(crate) place: Place,
    serving: Serving,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The last part of the problem's type.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let json = self.json();
        assert_eq!(json["status"], self.status, "{self:?}");
        json["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }

    /// Checks the status, and gives the body.
    pub(crate) fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }
}

impl Program {
    /// Starts it with a new desk.
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// The same with more settings.
    pub(crate) async fn start_with(settings: &str) -> Self {
        let place = Place::new();
        place.set(&format!("{settings}\n[privacy]\n"));
        assert!(place.run(&["init"], b"").status.success());
        let serving = place.serve();
        serving.listens().await;
        Self { place, serving }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.serving.port)
    }

    /// Runs a command, which has to succeed, and gives its first line.
    pub(crate) fn run(&self, arguments: &[&str], input: &[u8]) -> String {
        let output = self.place.run(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().next().unwrap_or_default().to_owned()
    }

    /// The token of a new service.
    pub(crate) fn service(&self, name: &str, scopes: &[&str]) -> String {
        let mut arguments = vec!["token", "add", "--name", name];
        scopes.iter().for_each(|scope| arguments.extend(["--scope", scope]));
        self.run(&arguments, b"")
    }

    /// Calls the API.
    pub(crate) async fn call(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        self.call_with(method, path, token, "", body).await
    }

    /// The same with more lines in its head; a body is JSON unless they say otherwise.
    pub(crate) async fn call_with(
        &self,
        method: &str,
        path: &str,
        token: &str,
        headers: &str,
        body: &str,
    ) -> Answer {
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{headers}");
        if !token.is_empty() {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        if !body.is_empty() && !headers.contains("content-type") {
            head.push_str("content-type: application/json\r\n");
        }
        if !headers.contains("transfer-encoding") {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        let mut stream = TcpStream::connect(("127.0.0.1", self.serving.port)).await.unwrap();
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        // Whoever refuses need not read to the end.
        drop(stream.write_all(body.as_bytes()).await);
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let body = answer.get(end + 4..).unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let body = if chunked { joined(body) } else { body.to_vec() };
        Answer { status, head, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Has a customer write by email, and gives the request's number.
    pub(crate) async fn write_in(&self, number: usize) -> String {
        let mail = self.service(&format!("mail {number}"), &["mail"]);
        let message = crate::post::message(number);
        let headers = "content-type: message/rfc822\r\n";
        let answer = self.call_with("POST", "/api/v1/mail", &mail, headers, &message).await;
        answer.ok(201)["number"].as_str().unwrap().to_owned()
    }
}

/// The pieces of a chunked body (RFC 9112, section 7.1).
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = body.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&body[..line]).unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        let Some(piece) = body.get(line + 2..line + 2 + size).filter(|_| size > 0) else { break };
        whole.extend_from_slice(piece);
        body = body.get(line + 4 + size..).unwrap_or_default();
    }
    whole
}
