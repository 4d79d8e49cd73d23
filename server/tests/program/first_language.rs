//! The language of those who work at the desk: their browser's at the first sign-in, until they choose one;
//! and that of an invitation.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::served::browser::{Browser, PASSWORD, leads_to};
use crate::served::{Served, ask, status};

const SETTINGS: &str = "[sign_in]\nsecond_factor = 'offered'\n[forms]\nscreen = false\n";

fn add(folder: &Path, email: &str, role: &str, more: &[&str]) -> bool {
    use std::io::Write;
    let mut program = Command::new(env!("CARGO_BIN_EXE_tresen"))
        .args(["person", "add", "--email", email, "--name", "Grace", "--role", role])
        .args(more)
        .current_dir(folder)
        .env("TRESEN_CONFIG", folder.join("tresen.toml"))
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    drop(writeln!(program.stdin.take().unwrap(), "{PASSWORD}"));
    program.wait().unwrap().success()
}

/// Sends a form from a browser of this language.
async fn post(port: u16, path: &str, accepts: &str, fields: &str) -> String {
    let head = format!(
        "POST {path} HTTP/1.1\r\naccept: text/html\r\naccept-language: {accepts}\r\ncontent-type: \
         application/x-www-form-urlencoded\r\ncontent-length: {}",
        fields.len()
    );
    ask(port, "127.0.0.1", &head, fields).await
}

/// Signs in with a browser of this language, and returns the language of the pages.
async fn signed_in(port: u16, email: &str, accepts: &str) -> (Browser, String) {
    let fields = format!("email={}&password={}", email.replace('@', "%40"), PASSWORD.replace(' ', "+"));
    let answer = post(port, "/login", accepts, &fields).await;
    let cookie = answer.split("tresen-session=").nth(1).unwrap_or_else(|| panic!("{answer}"));
    let browser = Browser { port, session: cookie.split(';').next().unwrap().to_owned() };
    let language = language_of(&browser, "/agent").await;
    (browser, language)
}

/// The language of a page, for a browser that asks for English.
async fn language_of(browser: &Browser, path: &str) -> String {
    let page = browser.get(path).await;
    assert_eq!(status(&page), 200, "{page}");
    page.split("<html lang=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_sign_in_decides_until_somebody_chooses() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::start(folder.path(), SETTINGS).await;
    let port = desk.port;
    for (email, more, accepts, first) in [
        ("a@desk.example", &[][..], "de-DE,de;q=0.9,en;q=0.5", "de"),
        ("b@desk.example", &[], "en-GB", "en"),
        ("c@desk.example", &[], "fr, de;q=0.3", "de"),
        ("d@desk.example", &[], "fr", "en"),
        ("g@desk.example", &[], "de-AT", "de"),
        ("h@desk.example", &[], "de-CH;q=0.8, en;q=0.9", "en"),
        ("i@desk.example", &[], "*", "en"),
        ("j@desk.example", &[], "DE", "de"),
        ("e@desk.example", &["--language", "de"], "en", "de"),
        ("f@desk.example", &["--language", "en"], "de", "en"),
    ] {
        assert!(add(folder.path(), email, "agent", more), "{email}");
        let (browser, language) = signed_in(port, email, accepts).await;
        assert_eq!(language, first, "{email}");
        // Another browser changes nothing.
        let other = if first == "de" { "en" } else { "de" };
        assert_eq!(signed_in(port, email, other).await.1, first, "{email}");
        // Who chooses has chosen.
        let chosen = browser.post("/language", &[("to", other), ("return_to", "/agent")]).await;
        assert_eq!(status(&chosen), 303, "{chosen}");
        assert_eq!(signed_in(port, email, first).await.1, other, "{email}");
        // The same command again leaves that as it is.
        assert!(add(folder.path(), email, "agent", &[]), "{email}");
        assert_eq!(signed_in(port, email, first).await.1, other, "{email}");
    }
    assert!(!add(folder.path(), "x@desk.example", "agent", &["--language", "xx"]));
}

/// The mail to somebody, without the ways in which its lines are broken.
async fn mail_to(folder: &Path, email: &str) -> String {
    let begun = Instant::now();
    loop {
        let mails = std::fs::read_dir(folder.join("data/mail/outgoing")).into_iter().flatten().flatten();
        for mail in mails {
            let text = std::fs::read_to_string(mail.path()).unwrap();
            if text.contains(&format!("To: {email}")) || text.contains(&format!("<{email}>")) {
                return text.replace("=\r\n", "").replace("=3D", "=");
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no mail to {email}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn an_invitation_is_in_the_language_that_was_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::start(folder.path(), SETTINGS).await;
    assert!(add(folder.path(), "root@desk.example", "admin", &["--language", "en"]));
    let (admin, _) = signed_in(desk.port, "root@desk.example", "en").await;
    let form = admin.get("/agent/settings/people").await;
    assert!(form.contains("name=\"language\""), "{form}");
    for (email, language, says, comes_with) in [
        ("ada@example.com", "de", "sieben Tage", "en"),
        ("bo@example.com", "en", "seven days", "de"),
        // As forms sent it before there was a choice.
        ("cy@example.com", "", "seven days", "de"),
    ] {
        let fields =
            [("email", email), ("name", "Ada"), ("role", "agent"), ("kinds", "all"), ("language", language)];
        let sent = admin.post("/agent/settings/people", &fields).await;
        assert!(leads_to(&sent).ends_with("done=invited"), "{sent}");
        let mail = mail_to(folder.path(), email).await;
        assert!(mail.contains(says) && !mail.contains("168"), "{mail}");
        // Then it is the one of the browser in which they came.
        let token = mail.split("/register?token=").nth(1).unwrap();
        let token: String =
            token.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
        let fields = format!("token={token}&password={}", PASSWORD.replace(' ', "+"));
        let answer = post(desk.port, "/register", comes_with, &fields).await;
        let cookie = answer.split("tresen-session=").nth(1).unwrap_or_else(|| panic!("{answer}"));
        let session = cookie.split(';').next().unwrap().to_owned();
        let browser = Browser { port: desk.port, session };
        assert_eq!(language_of(&browser, "/agent").await, comes_with, "{email}");
    }
    let fields =
        [("email", "x@example.com"), ("name", "X"), ("role", "agent"), ("kinds", "all"), ("language", "xx")];
    assert_eq!(status(&admin.post("/agent/settings/people", &fields).await), 422);
}
