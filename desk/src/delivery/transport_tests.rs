use sink::{Act, Ca, Sink, Tls};
use tokio::net::TcpListener;
use tresen_model::{EmailAddress, Language, Timestamp};

use super::*;
use crate::delivery::compose::{OutgoingMail, Sender};
use crate::delivery::templates::Rendered;

#[path = "../../tests/contract/sink.rs"]
#[allow(dead_code)]
mod sink;

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
        files: Vec::new(),
    };
    mail.compose(Timestamp(1_700_000_000_000_000)).expect("composes")
}

fn transport(sink: &Sink) -> Transport {
    Transport::smtp(&sink.address(), None).expect("a transport")
}

fn trouble(error: &SendError) -> (MailTrouble, Option<&str>) {
    (error.trouble, error.code.as_deref())
}

#[tokio::test]
async fn mails_arrive_over_one_connection() {
    let sink = Sink::new().await;
    let transport = transport(&sink);
    for id in ["one", "two", "three"] {
        transport.send(&message(id)).await.expect("sent");
    }
    sink.seen(|seen| {
        assert_eq!(seen.connections, 1);
        assert_eq!(seen.mails.len(), 3);
        assert!(seen.mails[1].1.contains("Message-ID: <two@desk.example>\r\n"));
        assert!(seen.mails[1].1.contains("\r\nText\r\n.\r\nEnd\r\n"));
    });
}

#[tokio::test]
async fn an_answer_means_what_its_step_says() {
    use MailTrouble::{Access, Deferred, Refused};
    for (act, expected) in [
        (Act::Greet("554 5.3.2 no service for you"), (Access, "5.3.2")),
        (Act::Greet("421 4.3.2 later"), (Deferred, "4.3.2")),
        (Act::Mail("550 5.7.1 not from this address"), (Access, "5.7.1")),
        (Act::Mail("530 5.7.0 Must issue STARTTLS first"), (Access, "5.7.0")),
        (Act::Mail("552 5.3.4 too large"), (Refused, "5.3.4")),
        (Act::Mail("451 4.3.0 later"), (Deferred, "4.3.0")),
        (Act::Rcpt("451 4.7.1 try later"), (Deferred, "4.7.1")),
        (Act::Rcpt("450 greylisted"), (Deferred, "450")),
        (
            Act::Rcpt("550 5.1.1 <ada.lovelace@private.example>: user Ada.Lovelace unknown"),
            (Refused, "5.1.1"),
        ),
        (Act::Rcpt("552-5.2.2 Mailbox\r\n552 5.2.2 full"), (Refused, "5.2.2")),
        (Act::Rcpt("550 ada.lovelace@private.example is unknown"), (Refused, "550")),
        (Act::Data("554 5.7.1 spam"), (Refused, "5.7.1")),
        (Act::Data("452 4.2.2 full"), (Deferred, "4.2.2")),
    ] {
        let sink = Sink::new().await;
        sink.does("", act);
        let error = transport(&sink).send(&message("one")).await.expect_err("refused");
        assert_eq!(trouble(&error), (expected.0, Some(expected.1)));
        assert_eq!(error.is_permanent(), expected.0 == Refused);
        // One that is about the server has the others wait; one that is about a mail must not.
        assert_eq!(error.about_server, matches!(act, Act::Greet(_)) || expected.0 == Access);
        for part in ["ada", "Ada", "private", "@"] {
            assert!(!error.to_string().contains(part) && !format!("{error:?}").contains(part), "{error:?}");
        }
        assert_eq!(sink.taken(""), 0);
    }
}

#[tokio::test]
async fn after_a_refusal_the_connection_serves_the_next() {
    let sink = Sink::new().await;
    let transport = transport(&sink);
    sink.does("ada.lovelace", Act::Rcpt("550 5.1.1 unknown"));
    transport.send(&message("one")).await.expect_err("refused");
    sink.is_well();
    transport.send(&message("two")).await.expect("sent");
    assert_eq!((sink.taken(""), sink.seen(|seen| seen.connections)), (1, 1));
}

#[tokio::test]
async fn a_lost_connection_is_tried_again_later() {
    let sink = Sink::new().await;
    let transport = transport(&sink);
    sink.does("", Act::Drop);
    let error = transport.send(&message("one")).await.expect_err("dropped");
    assert_eq!((trouble(&error), error.about_server), ((MailTrouble::Unreachable, None), false));
    sink.is_well();
    transport.send(&message("one")).await.expect("sent");
    assert_eq!(sink.taken(""), 1);
    // Nobody listens.
    let free =
        TcpListener::bind("127.0.0.1:0").await.expect("binds").local_addr().expect("an address").port();
    let transport = Transport::smtp(&format!("smtp://127.0.0.1:{free}"), None).expect("a transport");
    let error = transport.send(&message("one")).await.expect_err("refused");
    assert_eq!((trouble(&error), error.about_server), ((MailTrouble::Unreachable, None), true));
}

#[tokio::test]
async fn a_stalled_server_is_given_up_and_its_connection_with_it() {
    let sink = Sink::new().await;
    sink.does("", Act::Stall);
    let smtp = read_address(&sink.address(), None, Duration::from_millis(200)).expect("a transport");
    let transport = Transport { way: Way::Smtp(Box::new(smtp)), signers: Vec::new() };
    let error = transport.send(&message("one")).await.expect_err("no answer");
    assert_eq!((trouble(&error), error.about_server), ((MailTrouble::Silent, None), false));
    sink.is_well();
    // The answer to the first must not be taken for the answer to the second.
    sink.does("", Act::Rcpt("550 5.1.1 unknown"));
    let error = transport.send(&message("two")).await.expect_err("refused");
    assert_eq!(trouble(&error), (MailTrouble::Refused, Some("5.1.1")));
    assert_eq!(sink.seen(|seen| seen.connections), 2);
}

#[tokio::test]
async fn a_wrong_password_is_about_access() {
    let sink = Sink::new().await;
    sink.does("", Act::Auth("535 5.7.8 Authentication failed for ada@example.com"));
    let address = format!("smtp://user:wrong@127.0.0.1:{}", sink.port);
    let transport = Transport::smtp(&address, None).expect("a transport");
    let error = transport.send(&message("one")).await.expect_err("refused");
    assert_eq!(trouble(&error), (MailTrouble::Access, Some("5.7.8")));
    assert!(!error.is_permanent());
    sink.is_well();
    transport.send(&message("one")).await.expect("sent");
}

#[tokio::test]
async fn tls_is_held_to_its_certificate() {
    let good = Ca::for_host("localhost");
    let elsewhere = Ca::for_host("mail.example.com");
    for (tls, scheme) in [(Tls::Wrapped, "smtps"), (Tls::Starttls, "smtp+starttls")] {
        // Right authority, right name.
        let sink = Sink::with_tls(Some((tls, &good))).await;
        let address = format!("{scheme}://user:s3cret@localhost:{}", sink.port);
        let transport = Transport::smtp(&address, Some(good.pem.as_bytes())).expect("a transport");
        transport.send(&message("one")).await.expect("sent");
        sink.seen(|seen| assert_eq!(seen.encrypted, [true]));
        // An authority that nobody trusts.
        let transport = Transport::smtp(&address, None).expect("a transport");
        let error = transport.send(&message("two")).await.expect_err("refused");
        assert_eq!(trouble(&error), (MailTrouble::Tls, None), "{scheme}");
        // A trusted authority, the name of another host.
        let sink = Sink::with_tls(Some((tls, &elsewhere))).await;
        let address = format!("{scheme}://user:s3cret@localhost:{}", sink.port);
        let transport = Transport::smtp(&address, Some(elsewhere.pem.as_bytes())).expect("a transport");
        let error = transport.send(&message("three")).await.expect_err("refused");
        assert_eq!(trouble(&error), (MailTrouble::Tls, None), "{scheme}");
        assert!(!error.is_permanent());
        sink.seen(|seen| assert!(seen.encrypted.is_empty()));
    }
}

#[tokio::test]
async fn without_tls_nothing_is_said() {
    let sink = Sink::new().await;
    let address = format!("smtp+starttls://user:s3cret@127.0.0.1:{}", sink.port);
    let transport = Transport::smtp(&address, None).expect("a transport");
    let error = transport.send(&message("one")).await.expect_err("refused");
    assert_eq!(trouble(&error), (MailTrouble::Tls, None));
    sink.seen(|seen| assert!(seen.encrypted.is_empty() && seen.mails.is_empty()));
}

#[tokio::test]
async fn settings_are_read_strictly() {
    for (address, expected) in [
        ("mail.example.com", "not an address"),
        ("http://mail.example.com", "none of"),
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
        let error = Transport::smtp(address, None).err().expect("refused").to_string();
        assert!(error.contains(expected) && !error.contains("s3cret"), "{address}: {error}");
    }
    for (address, host, port, safety) in [
        ("smtp://mail.example.com", "mail.example.com", 587, "raised"),
        ("smtp://localhost", "localhost", 25, "plain"),
        ("smtp+starttls://localhost", "localhost", 587, "raised"),
        ("smtps://us%40er:p%3Ass@mail.example.com", "mail.example.com", 465, "wrapped"),
        ("smtp://[::1]:2525/", "::1", 2525, "plain"),
        ("smtp://bücher.example.com", "xn--bcher-kva.example.com", 587, "raised"),
    ] {
        let smtp = read_address(address, None, TIMEOUT).expect("a transport");
        let how = match smtp.safety {
            Safety::Plain => "plain",
            Safety::Wrapped(_) => "wrapped",
            Safety::Raised(_) => "raised",
        };
        assert_eq!((smtp.host.as_str(), smtp.port, how), (host, port, safety), "{address}");
        assert_eq!(smtp.credentials.is_some(), address.contains("us%40er"));
    }
    assert_eq!(decoded("p%3Ass%C3%A4").ok().as_deref(), Some("p:ssä"));
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
    assert_eq!(trouble(&error), (MailTrouble::Unwritten, None));
}
