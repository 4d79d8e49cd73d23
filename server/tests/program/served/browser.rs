//! A browser without scripts, as far as forms and one cookie go.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::served::ask;

/// The password of everybody in these tests.
pub(crate) const PASSWORD: &str = "vermilion gearbox sonata 88";

/// A browser with one session.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) port: u16,
    pub(crate) session: String,
}

impl Browser {
    /// Signs in somebody without a second factor.
    pub(crate) async fn log_in(port: u16, email: &str) -> Self {
        let mut browser = Self { port, session: String::new() };
        let answer = browser.post("/login", &[("email", email), ("password", PASSWORD)]).await;
        let cookie = answer.split("tresen-session=").nth(1).unwrap();
        browser.session = cookie.split(';').next().unwrap().to_owned();
        browser
    }

    /// Loads a page.
    pub(crate) async fn get(&self, path: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\ncookie: tresen-session={}", self.session);
        ask(self.port, "127.0.0.1", &head, "").await
    }

    /// Sends a form as a browser without scripts does.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        self.send(path, fields, "text/html").await
    }

    /// `accept` says whether a page is to come back, or the answer to `LiveForm`.
    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)], accept: &str) -> String {
        let escape = |text: &str| text.replace('@', "%40").replace(' ', "+").replace('/', "%2F");
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", escape(value)));
        let body = fields.collect::<Vec<_>>().join("&");
        let head = format!(
            "POST {path} HTTP/1.1\r\ncookie: tresen-session={}\r\naccept: {accept}\r\ncontent-type: \
             application/x-www-form-urlencoded\r\ncontent-length: {}",
            self.session,
            body.len()
        );
        ask(self.port, "127.0.0.1", &head, &body).await
    }
}

/// Where an answer redirects to.
pub(crate) fn leads_to(answer: &str) -> &str {
    let line = answer.lines().find_map(|line| line.strip_prefix("location: "));
    line.unwrap_or_else(|| panic!("it leads nowhere: {}", answer.lines().next().unwrap_or_default()))
}

/// Adds an agent or an admin by the command line.
pub(crate) fn add_person(folder: &Path, email: &str, role: &str) {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_tresen"))
        .args(["person", "add", "--email", email, "--name", "Grace", "--role", role, "--password-stdin"])
        .current_dir(folder)
        .env("TRESEN_CONFIG", folder.join("tresen.toml"))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(child.wait().unwrap().success());
}
