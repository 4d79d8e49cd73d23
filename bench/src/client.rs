//! HTTP/1.1 over one kept connection, by hand: on a machine with two cores the client's own
//! work counts, and this is the least of it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;

/// No answer of a working desk takes so long.
const TIMEOUT: Duration = Duration::from_secs(30);

const BOUNDARY: &str = "----tresen-bench-boundary";

/// A request as it goes over the wire.
pub(crate) struct Request(Vec<u8>);

impl Request {
    /// Asks for a page as a browser would: compressed. An empty cookie is none.
    pub(crate) fn get(path: &str, cookie: &str) -> Self {
        Self::get_encoded(path, cookie, "br, gzip")
    }

    /// Asks for a page that can be read as it comes.
    pub(crate) fn get_plain(path: &str, cookie: &str) -> Self {
        Self::get_encoded(path, cookie, "identity")
    }

    fn get_encoded(path: &str, cookie: &str, encoding: &str) -> Self {
        let cookie = cookie_line(cookie);
        let accept = if path.starts_with("/api/") { "application/json" } else { "text/html" };
        Self(
            format!(
                "GET {path} HTTP/1.1\r\nhost: desk\r\naccept: {accept}\r\naccept-language: en\r\n\
                 accept-encoding: {encoding}\r\n{cookie}\r\n"
            )
            .into_bytes(),
        )
    }

    /// Sends a form.
    pub(crate) fn form(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Self {
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", escape(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        Self::post(path, cookie, "application/x-www-form-urlencoded", &body)
    }

    /// Sends a form that has a field for files, with none chosen: browsers send an empty part then.
    pub(crate) fn form_with_files(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Self {
        let mut body = String::new();
        for (name, value) in fields {
            body += &format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        body += &format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"attachments\"; filename=\"\"\r\n\
             content-type: application/octet-stream\r\n\r\n\r\n--{BOUNDARY}--\r\n"
        );
        Self::post(path, cookie, &format!("multipart/form-data; boundary={BOUNDARY}"), &body)
    }

    /// The same as a proxy on this machine hands it on for a client.
    pub(crate) fn coming_from(&self, client: std::net::Ipv4Addr) -> Self {
        let end = self.0.windows(2).position(|two| two == b"\r\n").map_or(0, |at| at + 2);
        let line = format!("x-forwarded-for: {client}\r\n");
        Self([&self.0[..end], line.as_bytes(), &self.0[end..]].concat())
    }

    fn post(path: &str, cookie: &str, media_type: &str, body: &str) -> Self {
        let (cookie, length) = (cookie_line(cookie), body.len());
        Self(
            format!(
                "POST {path} HTTP/1.1\r\nhost: desk\r\naccept: text/html\r\naccept-language: en\r\n\
                 accept-encoding: br, gzip\r\nsec-fetch-site: same-origin\r\n\
                 content-type: {media_type}\r\ncontent-length: {length}\r\n{cookie}\r\n{body}"
            )
            .into_bytes(),
        )
    }
}

fn cookie_line(cookie: &str) -> String {
    if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") }
}

/// Percent-encodes (RFC 3986, 2.3).
pub(crate) fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped += &format!("%{byte:02X}");
        }
    }
    escaped
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    /// As it came: compressed if the server chose to.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The first header of a name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The bytes of head and body.
    pub(crate) fn wire_bytes(&self) -> usize {
        self.head.len() + 4 + self.body.len()
    }

    /// The body as text, for those who asked for it plain.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Complains unless the status is the expected one.
    pub(crate) fn expect(self, status: u16, what: &str) -> Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        let said: String = self.text().chars().take(300).collect();
        Err(format!("{what} was answered with {} instead of {status}: {said}", self.status))
    }
}

/// One connection to a server.
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(server: SocketAddr) -> Result<Self> {
        let stream =
            TcpStream::connect(server).await.map_err(|e| format!("{server} does not answer: {e}"))?;
        stream.set_nodelay(true).map_err(|e| format!("the connection cannot be set up: {e}"))?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&mut self, request: &Request) -> Result<Answer> {
        let exchange = async {
            self.stream.write_all(&request.0).await.map_err(|e| format!("sending failed: {e}"))?;
            self.read().await
        };
        match tokio::time::timeout(TIMEOUT, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} seconds", TIMEOUT.as_secs())),
        }
    }

    async fn read(&mut self) -> Result<Answer> {
        let head = self.until(b"\r\n\r\n").await?;
        let head = String::from_utf8(head).map_err(|_| "the answer's head is no text".to_owned())?;
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let mut answer = Answer {
            status: status.ok_or_else(|| format!("this is no HTTP/1.1: {head}"))?,
            head,
            body: Vec::new(),
        };
        if answer.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            loop {
                let size = self.until(b"\r\n").await?;
                let size =
                    std::str::from_utf8(&size).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
                let size = size.ok_or("a chunk has no size")?;
                let chunk = self.take(size + 2).await?;
                if size == 0 {
                    break;
                }
                answer.body.extend_from_slice(&chunk[..size]);
            }
        } else if let Some(length) = answer.header("content-length") {
            let length = length.parse().map_err(|_| format!("{length} is no length"))?;
            answer.body = self.take(length).await?;
        }
        Ok(answer)
    }

    /// Reads up to a mark, which is taken off.
    async fn until(&mut self, mark: &[u8]) -> Result<Vec<u8>> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.buffer[searched..].windows(mark.len()).position(|window| window == mark) {
                let mut taken: Vec<u8> = self.buffer.drain(..searched + at + mark.len()).collect();
                taken.truncate(searched + at);
                return Ok(taken);
            }
            searched = self.buffer.len().saturating_sub(mark.len() - 1);
            self.more().await?;
        }
    }

    async fn take(&mut self, count: usize) -> Result<Vec<u8>> {
        while self.buffer.len() < count {
            self.more().await?;
        }
        Ok(self.buffer.drain(..count).collect())
    }

    async fn more(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(0) => Err("the server closed the connection in the middle of an answer".to_owned()),
            Ok(_) => Ok(()),
            Err(e) => Err(format!("reading failed: {e}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(text: &str) -> Vec<u8> {
        text.as_bytes().to_vec()
    }

    #[test]
    fn writes_forms() {
        let Request(bytes) = Request::form("/login", "a=b", &[("email", "a+b@c"), ("x", "ä &")]);
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.starts_with("POST /login HTTP/1.1\r\n"), "{text}");
        assert!(text.contains("\r\ncookie: a=b\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\nemail=a%2Bb%40c&x=%C3%A4%20%26"), "{text}");
        let Request(bytes) = Request(bytes_of(&text)).coming_from(std::net::Ipv4Addr::new(192, 0, 2, 1));
        let handed_on = String::from_utf8(bytes).expect("text");
        assert!(
            handed_on.starts_with("POST /login HTTP/1.1\r\nx-forwarded-for: 192.0.2.1\r\nhost:"),
            "{handed_on}"
        );
    }

    #[tokio::test]
    async fn reads_both_framings() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = listener.local_addr().expect("its address");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut bytes = [0; 1024];
            for answer in [
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
                "HTTP/1.1 303 See Other\r\nLocation: /there\r\nContent-Length: 2\r\n\r\nok",
            ] {
                assert!(stream.read(&mut bytes).await.expect("a request") > 0);
                stream.write_all(answer.as_bytes()).await.expect("sent");
            }
        });
        let mut client = Client::connect(server).await.expect("connected");
        let first = client.send(&Request::get("/", "")).await.expect("an answer");
        assert_eq!((first.status, first.body.as_slice()), (200, &b"abcd"[..]));
        let second = client.send(&Request::get("/", "")).await.expect("an answer");
        assert_eq!(
            (second.status, second.header("location"), second.text().as_str()),
            (303, Some("/there"), "ok")
        );
    }
}
