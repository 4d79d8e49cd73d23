use std::sync::{Arc, Mutex};

use futures_util::stream;
use tokio::net::TcpListener;

use super::*;

/// A stand-in for clamd: takes what INSTREAM says, and answers what it is told to. Hangs up after so many
/// bytes of a file, as the real one does.
async fn stand_in(answer: &'static [u8], most: usize) -> (Scanner, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = Scanner::Network(listener.local_addr().expect("an address").to_string());
    let received = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&received);
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        let mut command = [0; 10];
        connection.read_exact(&mut command).await.expect("a command");
        assert_eq!(&command, b"zINSTREAM\0");
        loop {
            let length = connection.read_u32().await.expect("a length") as usize;
            if length == 0 || heard.lock().expect("no panic").len() + length > most {
                break;
            }
            let mut piece = vec![0; length];
            connection.read_exact(&mut piece).await.expect("a piece");
            heard.lock().expect("no panic").extend(piece);
        }
        connection.write_all(answer).await.expect("an answer");
    });
    (place, received)
}

fn pieces(contents: &[u8]) -> impl Stream<Item = io::Result<Bytes>> + Unpin + use<> {
    stream::iter(contents.chunks(60_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_file_streams_through_and_the_verdict_comes_back() {
    let contents: Vec<u8> = (0..500_000_u32).map(|n| (n % 251) as u8).collect();
    for (answer, verdict) in [
        (&b"stream: OK\0"[..], Verdict::Clean),
        (b"stream: Eicar-Test-Signature FOUND\0", Verdict::Infected("Eicar-Test-Signature".into())),
        (b"stream: A<b>\x1b[31m FOUND\0", Verdict::Infected("Ab31m".into())),
    ] {
        let (place, received) = stand_in(answer, usize::MAX).await;
        assert_eq!(place.look_at(pieces(&contents)).await.expect("a verdict"), verdict);
        assert!(*received.lock().expect("no panic") == contents);
    }
}

#[tokio::test]
async fn whatever_is_no_verdict_is_none() {
    let large = vec![7; 3_000_000];
    let (place, _) = stand_in(b"INSTREAM size limit exceeded. ERROR\0", 100_000).await;
    assert!(place.look_at(pieces(&large)).await.is_err(), "it hung up");
    for answer in [&b""[..], b"stream: OK and more\0", b"OK", b"stream: Access denied. ERROR\0", b"\xff\xfe"]
    {
        let (place, _) = stand_in(answer, usize::MAX).await;
        assert!(place.look_at(pieces(b"x")).await.is_err(), "{answer:?}");
    }
    let nobody = Scanner::Network("127.0.0.1:1".into());
    assert!(matches!(nobody.look_at(pieces(b"x")).await, Err(NoVerdict::Unreachable(_))));
    let nowhere = Scanner::Socket("/nowhere/clamd.ctl".into());
    assert!(matches!(nowhere.look_at(pieces(b"x")).await, Err(NoVerdict::Unreachable(_))));
    // A file that cannot be read is none that was looked at.
    let (place, _) = stand_in(b"stream: OK\0", usize::MAX).await;
    let broken = stream::iter([Ok(Bytes::from_static(b"x")), Err(io::Error::other("damaged"))]);
    drop(place.look_at(broken).await.expect_err("no verdict"));
}

#[test]
fn a_place_is_a_path_or_host_and_port() {
    for place in ["/run/clamav/clamd.ctl", "127.0.0.1:3310", "[::1]:3310", "clamd.example:3310"] {
        assert_eq!(Scanner::try_from(place.to_owned()).expect("a place").to_string(), place);
    }
    for wrong in ["", "clamd", "127.0.0.1", ":3310", "clamd:", "clamd:99999"] {
        drop(Scanner::try_from(wrong.to_owned()).expect_err(wrong));
    }
}
