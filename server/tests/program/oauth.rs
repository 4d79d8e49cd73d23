//! A mailbox whose server takes access tokens and no passwords (XOAUTH2): a real Dovecot, and
//! beside it an authority that gives tokens and says whose they are.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::post::dovecot::Dovecot;
use crate::post::{Place, message};

/// What the authority holds to be true.
#[derive(Default)]
struct Known {
    refresh_token: String,
    access_token: String,
    given: usize,
    asked: Vec<String>,
}

/// Gives tokens at `/token`; each refresh token is good once. Says whose they are at `/whose`.
async fn authority(known: Arc<Mutex<Known>>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let known = Arc::clone(&known);
            tokio::spawn(async move {
                let mut asked = Vec::new();
                loop {
                    let mut part = [0; 4096];
                    let Ok(read @ 1..) = stream.read(&mut part).await else { return };
                    asked.extend_from_slice(&part[..read]);
                    let text = String::from_utf8_lossy(&asked).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head.lines().find_map(|line| {
                        line.to_ascii_lowercase()
                            .strip_prefix("content-length:")?
                            .trim()
                            .parse::<usize>()
                            .ok()
                    });
                    if body.len() < length.unwrap_or_default() {
                        continue;
                    }
                    let (status, answer) = known.lock().unwrap().answer(head, body);
                    // In chunks, as Microsoft's does.
                    let answer = format!(
                        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\
                         transfer-encoding: chunked\r\n\r\n{:x}\r\n{answer}\r\n0\r\n\r\n",
                        answer.len()
                    );
                    stream.write_all(answer.as_bytes()).await.ok();
                    stream.shutdown().await.ok();
                    return;
                }
            });
        }
    });
    port
}

impl Known {
    fn answer(&mut self, head: &str, body: &str) -> (&'static str, String) {
        if head.starts_with("POST /token ") {
            self.asked.push(body.to_owned());
            let refresh = format!("refresh_token={}", self.refresh_token);
            let good = body.contains("client_id=desk&client_secret=s%26cret")
                && (body.contains("grant_type=client_credentials") || body.contains(&refresh));
            if !good {
                return ("400 Bad Request", r#"{"error":"invalid_grant"}"#.into());
            }
            self.given += 1;
            self.access_token = format!("access-{}", self.given);
            self.refresh_token = format!("refresh-{}", self.given);
            let (access, refresh) = (&self.access_token, &self.refresh_token);
            return (
                "200 OK",
                format!(r#"{{"access_token":"{access}","refresh_token":"{refresh}","expires_in":3600}}"#),
            );
        }
        if !self.access_token.is_empty() && head.contains(&self.access_token) {
            return ("200 OK", r#"{"email":"support"}"#.into());
        }
        ("401 Unauthorized", r#"{"error":"invalid_token"}"#.into())
    }
}

// Several threads: one waits for the program, which waits for the authority on another.
#[tokio::test(flavor = "multi_thread")]
async fn access_tokens_are_asked_for_and_refresh_tokens_kept() {
    let known = Arc::new(Mutex::new(Known { refresh_token: "first".into(), ..Known::default() }));
    let port = authority(Arc::clone(&known)).await;
    let place = Place::new();
    let whose = place.path().join("whose.conf");
    std::fs::write(
        &whose,
        format!("tokeninfo_url = http://127.0.0.1:{port}/whose?access_token=\nusername_attribute = email\n"),
    )
    .unwrap();
    crate::post::open_to_all(place.path());
    let more = format!(
        "auth_mechanisms = xoauth2\npassdb {{\n driver = oauth2\n mechanisms = xoauth2\n args = {}\n}}",
        whose.display()
    );
    let mut dovecot = Dovecot::start(&more).await;
    let (secret, refresh) = (place.path().join("secret"), place.path().join("refresh"));
    std::fs::write(&secret, "s&cret\n").unwrap();
    std::fs::write(&refresh, "first\n").unwrap();
    let settings = |refresh: &str| {
        let mailbox = dovecot.mailbox("support", "");
        let (before, after) = mailbox.split_once("password_file").unwrap();
        let after = after.split_once('\n').unwrap().1;
        format!(
            "{before}{after}[mailboxes.oauth2]\ntoken_url = 'http://127.0.0.1:{port}/token'\nclient_id = 'desk'\n\
             client_secret_file = '{}'\nscope = 'imap'\n{refresh}",
            secret.display()
        )
    };

    let with_refresh = settings(&format!("refresh_token_file = '{}'\n", refresh.display()));
    let for_itself = settings("");
    place.set(&with_refresh);
    dovecot.deliver("support", &message(1));
    let serving = place.serve();
    place.wait_for_requests(1).await;
    assert_eq!(std::fs::read_to_string(&refresh).unwrap(), "refresh-1");
    serving.end().await;
    // The next one is good, the first no more.
    dovecot.deliver("support", &message(2));
    let serving = place.serve();
    place.wait_for_requests(2).await;
    serving.end().await;
    std::fs::write(&refresh, "first").unwrap();
    let said = place.run(&["mail", "check"], b"");
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("invalid_grant"), "{said}");

    // The program for itself.
    place.set(&for_itself);
    dovecot.deliver("support", &message(3));
    let _serving = place.serve();
    place.wait_for_requests(3).await;
    assert!(known.lock().unwrap().asked.last().unwrap().contains("grant_type=client_credentials"));
    let log = place.log();
    assert!(!log.contains("access-") && !log.contains("refresh-") && !log.contains("s&cret"), "{log}");
}
