use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tresen_model::{EmailAddress, Language, Timestamp};

use super::*;
use crate::mail::compose::{OutgoingMail, Sender};
use crate::mail::templates::Rendered;

fn message(id: &str) -> Message {
    let address = |typed| EmailAddress::parse(typed).expect("valid");
    let mail = OutgoingMail {
        message_id: format!("{id}@desk.example"),
        in_reply_to: None,
        references: Vec::new(),
        from: Sender { name: "Tresen".into(), address: address("desk@desk.example") },
        to: address("ada.lovelace@private.example"),
        to_name: None,
        reply_to: None,
        auto_submitted: true,
        language: Language::English,
        rendered: Rendered {
            subject: "Hello".into(),
            text: "Text\n.\nEnd\n".into(),
            html: "<p>Text</p>".into(),
        },
    };
    mail.compose(Timestamp(1_700_000_000_000_000)).expect("composes")
}

/// What the server in the test answers to the receiver.
#[derive(Clone, Copy, PartialEq)]
enum Sink {
    Accept,
    Answer(&'static str),
    Drop,
    /// Takes the mail and never says so.
    Silent,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    mails: Vec<String>,
}

/// A small SMTP server; answers by the n-th of `plan`, the last one for all that follow.
async fn sink(plan: &'static [Sink]) -> (u16, Arc<Mutex<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let port = listener.local_addr().expect("an address").port();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = Arc::clone(&seen);
    tokio::spawn(async move {
        let mut turn = 0;
        while let Ok((stream, _)) = listener.accept().await {
            shared.lock().unwrap().connections += 1;
            let _ = serve(stream, plan, &mut turn, &shared).await;
        }
    });
    (port, seen)
}

async fn serve(stream: TcpStream, plan: &[Sink], turn: &mut usize, seen: &Mutex<Seen>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 sink\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let now = plan[(*turn).min(plan.len() - 1)];
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250 8BITMIME",
            "RCPT" => match now {
                Sink::Answer(answer) => {
                    *turn += 1;
                    answer
                }
                Sink::Drop => {
                    *turn += 1;
                    return Ok(());
                }
                Sink::Accept | Sink::Silent => "250 ok",
            },
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push('\n');
                }
                seen.lock().unwrap().mails.push(mail);
                *turn += 1;
                if now == Sink::Silent {
                    // The next connection is served meanwhile.
                    std::mem::forget((lines, write));
                    return Ok(());
                }
                "250 stored"
            }
            "QUIT" => return write.write_all(b"221 bye\r\n").await,
            _ => "250 ok",
        };
        write.write_all(answer.as_bytes()).await?;
        write.write_all(b"\r\n").await?;
    }
    Ok(())
}

fn transport(port: u16) -> Transport {
    Transport::smtp(&format!("smtp://127.0.0.1:{port}")).expect("a transport")
}

#[tokio::test]
async fn mails_arrive_over_one_connection() {
    let (port, seen) = sink(&[Sink::Accept]).await;
    let transport = transport(port);
    for id in ["one", "two", "three"] {
        transport.send(&message(id)).await.expect("sent");
        // The connection goes back to the pool in a task of its own.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seen = seen.lock().unwrap();
    assert_eq!(seen.connections, 1);
    assert_eq!(seen.mails.len(), 3);
    assert!(seen.mails[1].contains("Message-ID: <two@desk.example>\n"));
    assert!(seen.mails[1].contains("\nText\n.\nEnd\n"));
}

#[tokio::test]
async fn a_refusal_tells_code_and_kind_and_no_address() {
    for (answer, permanent, reason) in [
        ("451 4.7.1 try later", false, "SMTP 451 4.7.1 try later"),
        (
            "550 5.1.1 <ada.lovelace@private.example>: user Ada.Lovelace unknown at private.example",
            true,
            "SMTP 550 5.1.1 … user … unknown at …",
        ),
        ("552-5.2.2 Mailbox\r\n552 5.2.2 full", true, "SMTP 552 5.2.2 Mailbox"),
        ("530 5.7.0 Must issue STARTTLS first", false, "SMTP 530 5.7.0 Must issue STARTTLS first"),
    ] {
        let plan: &'static [Sink] = Box::leak(Box::new([Sink::Answer(answer)]));
        let (port, seen) = sink(plan).await;
        let error = transport(port).send(&message("one")).await.expect_err("refused");
        assert_eq!(error.permanent, permanent, "{answer}");
        assert!(error.reason.starts_with(reason), "{}", error.reason);
        for part in ["ada", "Ada", "private", "@"] {
            assert!(!error.reason.contains(part), "{}", error.reason);
        }
        assert!(seen.lock().unwrap().mails.is_empty());
    }
}

#[tokio::test]
async fn a_lost_connection_is_tried_again_later() {
    let (port, seen) = sink(&[Sink::Drop, Sink::Accept]).await;
    let transport = transport(port);
    let error = transport.send(&message("one")).await.expect_err("dropped");
    assert!(!error.permanent, "{}", error.reason);
    transport.send(&message("one")).await.expect("sent");
    assert_eq!(seen.lock().unwrap().mails.len(), 1);
    // Nobody listens.
    let free =
        TcpListener::bind("127.0.0.1:0").await.expect("binds").local_addr().expect("an address").port();
    let error = self::transport(free).send(&message("one")).await.expect_err("refused");
    assert!(!error.permanent && !error.reason.is_empty(), "{}", error.reason);
}

#[tokio::test]
async fn a_stuck_connection_is_not_used_again() {
    let (port, seen) = sink(&[Sink::Silent, Sink::Accept]).await;
    let smtp =
        Smtp::new(&format!("smtp://localhost:{port}"), Duration::from_millis(300)).expect("a transport");
    let transport = Transport(Way::Smtp(Box::new(smtp)));
    let error = transport.send(&message("one")).await.expect_err("no answer");
    assert!(!error.permanent && error.reason.contains("did not answer"), "{}", error.reason);
    transport.send(&message("two")).await.expect("sent");
    assert_eq!(seen.lock().unwrap().connections, 2);
}

#[tokio::test]
async fn settings_are_read_strictly() {
    for (address, expected) in [
        ("mail.example.com", "not an address"),
        ("http://mail.example.com", "neither"),
        ("smtp://", "not an address"),
        ("smtp://host:0", "not an address"),
        ("smtp://host:port", "not an address"),
        ("smtp://[::1", "not an address"),
        ("smtp://mail.example.com?tls=opportunistic", "after the host"),
        ("smtp://mail.example.com/path", "after the host"),
        ("smtps://s3cret@mail.example.com", "go together"),
        ("smtps://user:@mail.example.com", "go together"),
        ("smtps://us%zzer:s3cret@mail.example.com", "go together"),
    ] {
        let error = Transport::smtp(address).err().expect("refused").to_string();
        assert!(error.contains(expected) && !error.contains("s3cret"), "{address}: {error}");
    }
    for (address, server) in [
        ("smtp://mail.example.com", "port: 587, tls: Required"),
        ("smtp://localhost", "port: 25, tls: None"),
        ("smtps://us%40er:p%3Ass@mail.example.com", "port: 465, tls: Wrapper"),
        ("smtp://[::1]:2525/", "server: \"::1\", port: 2525, tls: None"),
        ("smtp://bücher.example.com", "server: \"xn--bcher-kva.example.com\", port: 587, tls: Required"),
    ] {
        let smtp = Smtp::new(address, TIMEOUT).expect("a transport");
        let shown = format!("{:?}", smtp.builder);
        assert!(shown.contains(server), "{address}: {shown}");
    }
    assert_eq!(decoded("p%3Ass%C3%A4").ok().as_deref(), Some("p:ssä"));
}

#[tokio::test]
async fn without_tls_nothing_is_said_to_another_machine() {
    // Stands for a server elsewhere that offers no STARTTLS.
    let (port, seen) = sink(&[Sink::Accept]).await;
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(port)
        .tls(Tls::Required(TlsParameters::new("127.0.0.1".into()).expect("parameters")));
    let smtp = Smtp { pool: Mutex::new(builder.clone().build()), builder, timeout: TIMEOUT };
    let error = Transport(Way::Smtp(Box::new(smtp))).send(&message("one")).await.expect_err("refused");
    assert!(!error.permanent && error.reason.contains("STARTTLS"), "{}", error.reason);
    assert!(seen.lock().unwrap().mails.is_empty());
}

#[tokio::test]
async fn a_folder_takes_a_file_a_mail() {
    let folder = tempfile::tempdir().expect("a folder");
    let outgoing = folder.path().join("mail/outgoing");
    let transport = Transport::folder(&outgoing).expect("made");
    for id in ["one", "two", "one"] {
        transport.send(&message(id)).await.expect("written");
    }
    let mut files =
        fs::read_dir(&outgoing).expect("reads").flatten().map(|entry| entry.path()).collect::<Vec<_>>();
    files.sort();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(name.starts_with("20231114T221320Z-") && name.ends_with(".eml"), "{name}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(file).expect("there").permissions().mode() & 0o777, 0o600);
        }
    }
    let bytes = files.iter().map(|file| fs::read(file).expect("reads")).collect::<Vec<_>>();
    assert!(bytes.contains(&message("two").formatted()));
    // A folder that went away.
    fs::remove_dir_all(&outgoing).expect("removed");
    let error = transport.send(&message("one")).await.expect_err("refused");
    assert!(!error.permanent && !error.reason.contains("outgoing"), "{}", error.reason);
}
