//! What a browser loads for one page that it sees for the first time.

use std::net::SocketAddr;

use crate::Result;
use crate::client::{Client, Request};

/// Where the desk's own files are.
const PLACES: [&str; 3] = ["/assets/", "/pkg/", "/look/"];

/// Bytes on the wire with heads, by kind of file.
pub(crate) struct Wire {
    pub(crate) files: Vec<(String, usize)>,
}

impl Wire {
    /// Loads a page, and what it names.
    pub(crate) async fn of(server: SocketAddr, page: &str) -> Result<Self> {
        let mut client = Client::connect(server).await?;
        let html = client.send(&Request::get_plain(page, "")).await?.expect(200, page)?.text();
        let mut files = Vec::new();
        for path in std::iter::once(page.to_owned()).chain(named(&html)) {
            let answer = client.send(&Request::get(&path, "")).await?.expect(200, &path)?;
            files.push((kind(&path).to_owned(), answer.wire_bytes()));
        }
        Ok(Self { files })
    }

    pub(crate) fn bytes(&self) -> usize {
        self.files.iter().map(|(_, bytes)| bytes).sum()
    }
}

fn kind(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or("HTML", |(_, ending)| ending)
}

/// The files that `href` and `src` name, each once.
fn named(html: &str) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for mark in ["href=\"", "src=\""] {
        for rest in html.split(mark).skip(1) {
            let path = rest.split('"').next().unwrap_or_default();
            if PLACES.iter().any(|place| path.starts_with(place)) && !named.iter().any(|one| one == path) {
                named.push(path.to_owned());
            }
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_files() {
        let html = r#"<link href="/assets/a.css"><a href="/privacy"></a><link href="/pkg/a.js">
            <script src="/pkg/a.js"></script><link href="/pkg/a_bg.wasm">"#;
        assert_eq!(named(html), ["/assets/a.css", "/pkg/a.js", "/pkg/a_bg.wasm"]);
        assert_eq!(["/requests/new", "/pkg/a.js"].map(kind), ["HTML", "js"]);
    }
}
