//! Whole conversations, as a mail server would have them.

use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tresen_desk::intake::{Envelope, TakenIn};
use tresen_desk::{Broken, Error};
use tresen_model::EmailAddress;

use super::{Intake, session};
use crate::mailbox::room::Room;
use crate::mailbox::settings::{self, LmtpFile};

const LARGEST: usize = 300_000;

/// Keeps what it is given; breaks when told to.
#[derive(Default)]
struct Kept {
    messages: Mutex<Vec<(Vec<u8>, Envelope)>>,
    broken: bool,
    closing: Notify,
}

impl Intake for Kept {
    async fn take_in(&self, raw: &[u8], envelope: &Envelope) -> Result<TakenIn, Error> {
        if self.broken {
            return Err(Broken::Task.into());
        }
        self.messages.lock().expect("kept").push((raw.to_vec(), envelope.clone()));
        Ok(TakenIn::Report)
    }

    async fn closing(&self) {
        self.closing.notified().await;
    }
}

/// Sends it all in one go, and answers what came back: the first word of each line.
async fn talk(kept: &Kept, said: &[u8]) -> Vec<String> {
    let file: LmtpFile = toml::from_str(
        "listen = '127.0.0.1:2424'\n[[recipients]]\naddress = 'billing@example.com'\nkind = 'order'",
    )
    .expect("settings");
    let kinds = tresen_desk::Settings::default_request_types();
    let mail_from = EmailAddress::parse("support@example.com").expect("an address");
    let Ok(settings) = settings::lmtp(file, &mail_from, &kinds) else { panic!("settings") };
    let room = Room::new(LARGEST);
    let (ours, theirs) = tokio::io::duplex(8 * 1024);
    let client = async {
        let (mut read, mut write) = tokio::io::split(theirs);
        let mut heard = String::new();
        let sending = async {
            // The other side may have had enough.
            drop(write.write_all(said).await);
            drop(write.shutdown().await);
        };
        let hearing = async { read.read_to_string(&mut heard).await.expect("answers") };
        tokio::join!(sending, hearing);
        heard
    };
    let ((), heard) = tokio::join!(session::serve(ours, &settings.recipients, kept, &room), client);
    assert!(heard.ends_with("\r\n"), "{heard:?}");
    heard.lines().map(|line| line.split([' ', '-']).next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn answers_each_recipient_after_the_message_is_kept() {
    let kept = Kept::default();
    let heard = talk(
        &kept,
        b"LHLO mail.example.com\r\nMAIL FROM:<ada@example.com> SIZE=40 BODY=8BITMIME\r\n\
          RCPT TO:<support+a1@example.com>\r\nRCPT TO:<nobody@example.com>\r\nRCPT TO:<billing@example.com>\r\n\
          DATA\r\nSubject: Hello\r\n\r\n..dot\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<support@example.com>\r\nDATA\r\n\
          \xff\xfe\r\n.\r\nQUIT\r\n",
    )
    .await;
    let expected = "220 250 250 250 250 250 250 250 250 550 250 354 250 250 250 250 354 250 221";
    assert_eq!(heard.join(" "), expected);
    let messages = kept.messages.into_inner().expect("kept");
    assert_eq!(messages.len(), 2);
    let (raw, envelope) = &messages[0];
    assert_eq!(raw, b"Subject: Hello\r\n\r\n.dot\r\n");
    assert_eq!(envelope.recipients, ["support+a1@example.com", "billing@example.com"]);
    assert_eq!(
        (envelope.return_path.as_deref(), envelope.kind.as_deref()),
        (Some("ada@example.com"), Some("order"))
    );
    let (raw, envelope) = &messages[1];
    assert_eq!((raw.as_slice(), envelope.return_path.as_deref()), (&b"\xff\xfe\r\n"[..], Some("")));
}

const BEGIN: &str = "LHLO a\r\nMAIL FROM:<ada@example.com>\r\nRCPT TO:<support@example.com>\r\n";

#[tokio::test]
async fn what_cannot_be_kept_now_stays_with_the_sender() {
    let kept = Kept { broken: true, ..Kept::default() };
    let said = format!("{BEGIN}RCPT TO:<billing@example.com>\r\nDATA\r\nHello\r\n.\r\nQUIT\r\n");
    let heard = talk(&kept, said.as_bytes()).await;
    assert_eq!(heard[10..], ["354", "451", "451", "221"]);
}

#[tokio::test]
async fn too_large_is_refused_without_being_kept_and_the_next_one_is_taken() {
    let kept = Kept::default();
    assert_eq!(
        talk(&kept, format!("LHLO a\r\nMAIL FROM:<> SIZE={}\r\nQUIT\r\n", LARGEST + 1).as_bytes()).await[7],
        "552"
    );
    let text = "x".repeat(LARGEST);
    let said =
        format!("{BEGIN}DATA\r\n{text}\r\n.\r\n{}DATA\r\n{}\r\n.\r\nQUIT\r\n", &BEGIN[8..], &text[2..]);
    let heard = talk(&kept, said.as_bytes()).await;
    assert_eq!(heard[9..], ["354", "552", "250", "250", "354", "250", "221"]);
    let messages = kept.messages.into_inner().expect("kept");
    assert_eq!(messages.iter().map(|(raw, _)| raw.len()).collect::<Vec<_>>(), [LARGEST]);
}

#[tokio::test]
async fn nothing_is_smuggled_in_behind_another_message() {
    for end in ["\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n"] {
        let kept = Kept::default();
        let said = format!(
            "{BEGIN}DATA\r\nHello{end}MAIL FROM:<boss@example.com>\r\nRCPT TO:<support@example.com>\r\nDATA\r\nPay\r\n.\r\nQUIT\r\n"
        );
        assert_eq!(talk(&kept, said.as_bytes()).await[9..], ["354", "550", "221"], "{end:?}");
        assert!(kept.messages.into_inner().expect("kept").is_empty());
    }
    // Commands too.
    let kept = Kept::default();
    assert_eq!(talk(&kept, b"LHLO a\r\nNOOP\nNOOP\r\n").await[7..], ["421"]);
}

#[tokio::test]
async fn refuses_what_is_no_conversation() {
    let kept = Kept::default();
    let heard = talk(&kept, b"MAIL FROM:<>\r\nLHLO a\r\nDATA\r\nRCPT TO:<support@example.com>\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\nDATA\r\nRSET\r\n").await;
    assert_eq!(heard.join(" "), "220 503 250 250 250 250 250 250 503 503 250 503 503 250");
    let long = format!("LHLO {}\r\nNOOP\r\n", "a".repeat(1_000_000));
    assert_eq!(talk(&kept, long.as_bytes()).await, ["220", "500", "250"]);
    let heard = talk(&kept, "GET / HTTP/1.1\r\n".repeat(100).as_bytes()).await;
    assert_eq!((heard.len(), heard.last().map(String::as_str)), (22, Some("421")));
    let mut said = BEGIN.to_owned();
    said.extend((0..200).map(|_| "RCPT TO:<support@example.com>\r\n"));
    let heard = talk(&kept, said.as_bytes()).await;
    assert_eq!(heard.iter().filter(|code| *code == "452").count(), 101);
    // It went away in the middle of a message: nothing was taken.
    talk(&kept, format!("{BEGIN}DATA\r\nHello\r\n").as_bytes()).await;
    assert!(kept.messages.into_inner().expect("kept").is_empty());
}

#[tokio::test]
async fn says_that_it_ends() {
    let kept = Kept::default();
    kept.closing.notify_one();
    let (mut ours, theirs) = tokio::io::duplex(1024);
    let kinds = tresen_desk::Settings::default_request_types();
    let file: LmtpFile = toml::from_str("listen = '127.0.0.1:2424'").expect("settings");
    let mail_from = EmailAddress::parse("support@example.com").expect("an address");
    let Ok(settings) = settings::lmtp(file, &mail_from, &kinds) else { panic!("settings") };
    session::serve(theirs, &settings.recipients, &kept, &Room::new(LARGEST)).await;
    let mut heard = String::new();
    ours.read_to_string(&mut heard).await.expect("answers");
    assert_eq!(heard, "220 Tresen LMTP\r\n421 4.3.2 Ending, try again later\r\n");
}
