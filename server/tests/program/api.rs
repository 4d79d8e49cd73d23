//! `POST /api/v1/mail`, tried from outside with the built program.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::post::{Place, message, message_of};

/// Asks, and answers status and content.
async fn ask(port: u16, path: &str, headers: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let length = if headers.contains("transfer-encoding") {
        String::new()
    } else {
        format!("content-length: {}\r\n", body.len())
    };
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{length}{headers}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // Whoever refuses need not read to the end.
    drop(stream.write_all(body).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    let answer = String::from_utf8(answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[tokio::test]
async fn a_program_with_a_token_hands_over_mail() {
    let place = Place::new();
    place.set("largest_mail = 100000\n[limits]\n");
    assert!(place.run(&["init"], b"").status.success());
    let added = place.run(&["token", "add", "--name", "filter", "--scope", "mail"], b"");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let token = String::from_utf8(added.stdout).unwrap().trim().to_owned();
    assert!(
        !std::fs::read(place.path().join("data/tresen.db"))
            .unwrap()
            .windows(token.len())
            .any(|part| part == token.as_bytes())
    );
    let serving = place.serve();
    serving.listens().await;
    let port = serving.port;
    let mail = "content-type: message/rfc822\r\n";
    let with = format!("authorization: Bearer {token}\r\n{mail}");

    let (status, answer) = ask(port, "/api/v1/mail", &with, message(1).as_bytes()).await;
    assert_eq!(status, 201, "{answer}");
    assert!(answer.contains(r#""outcome":"request""#) && answer.contains(r#""number":"T-"#), "{answer}");
    let (status, answer) = ask(port, "/api/v1/mail", &with, message(1).as_bytes()).await;
    assert_eq!((status, answer.contains("known")), (200, true));
    assert_eq!(ask(port, "/api/v1/mail?kind=order", &with, message(2).as_bytes()).await.0, 201);
    assert_eq!(place.count("request WHERE kind = 'order'").await, 1);
    // Its length told by nobody.
    let body = format!("{:x}\r\n{}\r\n0\r\n\r\n", message(3).len(), message(3));
    let chunked = format!("{with}transfer-encoding: chunked\r\n");
    assert_eq!(ask(port, "/api/v1/mail", &chunked, body.as_bytes()).await.0, 201);

    let large = message_of(4, &"x".repeat(100_000));
    let large_chunked = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let message = message(5);
    let session = "cookie: session=x\r\n";
    for (path, headers, body, expected) in [
        ("/api/v1/mail", mail.to_owned(), message.as_str(), 401),
        ("/api/v1/mail", format!("{mail}{session}"), &message, 401),
        ("/api/v1/mail", format!("authorization: Basic {token}\r\n{mail}"), &message, 401),
        ("/api/v1/mail", format!("authorization: Bearer {}\r\n{mail}", &token[1..]), &message, 401),
        (
            "/api/v1/mail",
            format!("authorization: Bearer {token}\r\ncontent-type: text/plain\r\n"),
            &message,
            415,
        ),
        ("/api/v1/mail", format!("authorization: Bearer {token}\r\n"), &message, 415),
        ("/api/v1/mail", with.clone(), &large, 413),
        ("/api/v1/mail", chunked.clone(), &large_chunked, 413),
        ("/api/v1/mail", with.clone(), " \r\n", 400),
        ("/api/v1/mail?kind=parcel", with.clone(), &message, 422),
        ("/api/v1/mail?colour=red", with.clone(), &message, 400),
    ] {
        let (status, answer) = ask(port, path, &headers, body.as_bytes()).await;
        assert_eq!(status, expected, "{path} {answer}");
    }
    assert_eq!(place.requests().await, 3);

    // Ended while it serves.
    assert!(place.run(&["token", "remove", "--name", "filter"], b"").status.success());
    assert_eq!(ask(port, "/api/v1/mail", &with, message.as_bytes()).await.0, 401);
    assert_eq!(place.requests().await, 3);
}
