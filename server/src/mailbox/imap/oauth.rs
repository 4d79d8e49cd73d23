//! Access tokens (RFC 6749), for mailboxes whose provider takes no passwords.
//!
//! One question to one address that the operator has set, each time the program connects: too
//! little for an HTTP library.

use std::path::Path;

use rustls::pki_types::ServerName;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::connect::{SLOW, Stream, tls};
use super::trouble::Trouble;
use crate::mailbox::settings::OAuth2;

/// The longest answer, in bytes. Tokens have a few thousand.
const LONGEST: u64 = 256 * 1024;

/// What the server answers (RFC 6749 5.1, 5.2).
#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    error: Option<String>,
}

/// Asks for an access token. A new refresh token takes the place of the old one in its file.
pub(super) async fn access_token(settings: &OAuth2) -> Result<String, Trouble> {
    let refresh = match &settings.refresh_token_file {
        Some(path) => Some(read(path).await?),
        None => None,
    };
    let secret = match &settings.client_secret_file {
        Some(path) => Some(read(path).await?),
        None => None,
    };
    let grant = if refresh.is_some() { "refresh_token" } else { "client_credentials" };
    let fields = [
        ("grant_type", Some(grant)),
        ("client_id", Some(settings.client_id.as_str())),
        ("client_secret", secret.as_deref()),
        ("refresh_token", refresh.as_deref()),
        ("scope", settings.scope.as_deref()),
    ];
    let form = fields.iter().filter_map(|(name, value)| Some(format!("{name}={}", encode((*value)?))));
    let form = form.collect::<Vec<_>>().join("&");
    let answer = tokio::time::timeout(SLOW, post(&settings.token_url, &form)).await;
    let content = answer.map_err(|_| Trouble::Slow("a token"))??;
    let not_understood = || Trouble::Token("something that is not understood".into());
    let answer: Answer = serde_json::from_slice(&content).map_err(|_| not_understood())?;
    if let Some(error) = answer.error {
        // A word from the list of the RFC; anything longer might say whose mailbox it is.
        let plain = error.len() <= 40 && error.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        return Err(if plain { Trouble::Token(error) } else { not_understood() });
    }
    if let (Some(new), Some(path)) = (&answer.refresh_token, &settings.refresh_token_file)
        && Some(new.as_str()) != refresh.as_deref()
    {
        replace(path, new).await.map_err(|error| Trouble::File(path.clone(), error))?;
    }
    answer.access_token.filter(|token| !token.is_empty()).ok_or_else(not_understood)
}

async fn read(path: &Path) -> Result<String, Trouble> {
    let text = tokio::fs::read_to_string(path).await;
    text.map(|text| text.trim().to_owned()).map_err(|error| Trouble::File(path.to_owned(), error))
}

/// All or nothing: the old token may be good for nothing any more.
async fn replace(path: &Path, token: &str) -> std::io::Result<()> {
    let new = path.with_extension("new");
    let mut options = tokio::fs::OpenOptions::new();
    let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(&new).await?;
    file.write_all(token.as_bytes()).await?;
    file.sync_all().await?;
    tokio::fs::rename(new, path).await
}

async fn post(url: &str, form: &str) -> Result<Vec<u8>, Trouble> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().unwrap_or_default()),
        _ => (authority, if scheme == "http" { 80 } else { 443 }),
    };
    let unreachable = |error| Trouble::Unreachable(authority.to_owned(), error);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let plain = TcpStream::connect((bare, port)).await.map_err(unreachable)?;
    let mut stream: Box<dyn Stream> = if scheme == "http" {
        // To this machine only; the settings see to that.
        Box::new(plain)
    } else {
        let name = ServerName::try_from(bare.to_owned()).map_err(|error| Trouble::Tls(error.to_string()))?;
        let connected = TlsConnector::from(tls(None)?).connect(name, plain).await;
        Box::new(connected.map_err(|error| Trouble::Tls(error.to_string()))?)
    };
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nAccept: application/json\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(head.as_bytes()).await.map_err(unreachable)?;
    let mut answer = Vec::new();
    let read = (&mut stream).take(LONGEST).read_to_end(&mut answer).await;
    // Some end the connection without saying so in TLS; the JSON shows whether it is whole.
    if let Err(error) = read
        && answer.is_empty()
    {
        return Err(unreachable(error));
    }
    content(&answer).ok_or_else(|| Trouble::Token("something that is not understood".into()))
}

/// What stands behind the headers, put together where it came in chunks (RFC 9112 7.1).
fn content(answer: &[u8]) -> Option<Vec<u8>> {
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?.to_ascii_lowercase();
    let body = &answer[end + 4..];
    let chunked = head.lines().any(|line| {
        line.strip_prefix("transfer-encoding:").is_some_and(|value| value.trim().ends_with("chunked"))
    });
    if !chunked {
        return Some(body.to_vec());
    }
    let (mut rest, mut whole) = (body, Vec::new());
    loop {
        let line = rest.windows(2).position(|part| part == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..line]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        let begin = line + 2;
        whole.extend_from_slice(rest.get(begin..begin.checked_add(size)?)?);
        rest = rest.get(begin + size + 2..)?;
    }
}

/// For a form (`application/x-www-form-urlencoded`).
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_answers_whole_and_in_chunks() {
        assert_eq!(content(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}").as_deref(), Some(&b"{}"[..]));
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n";
        assert_eq!(content(chunked).as_deref(), Some(&b"{\"a\":1}"[..]));
        for broken in [&b"HTTP/1.1 200 OK\r\n"[..], &chunked[..chunked.len() - 12], b"\r\n\r\n"] {
            assert!(content(broken).is_none_or(|content| content.is_empty()), "{broken:?}");
        }
        let huge = b"X\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx";
        assert_eq!(content(huge), None);
    }

    #[test]
    fn encodes_forms() {
        assert_eq!(encode("https://a.example/x y&z=\u{e9}"), "https%3A%2F%2Fa.example%2Fx%20y%26z%3D%C3%A9");
    }
}
