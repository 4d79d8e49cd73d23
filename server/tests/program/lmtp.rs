//! Mail from a real Postfix by LMTP, and from programs on standard input.

use std::time::Duration;

use crate::post::postfix::Postfix;
use crate::post::{Place, message, message_of, open_to_all};

#[tokio::test]
async fn postfix_hands_over_and_hears_of_each_recipient() {
    let place = Place::new();
    let socket = place.path().join("lmtp.sock");
    place.set(&format!(
        "largest_mail = 1000000\n[lmtp]\nlisten = 'unix:{}'\nmode = '0666'\n\
         [[lmtp.recipients]]\naddress = 'billing@example.com'\nkind = 'order'\n",
        socket.display()
    ));
    // The socket's folder has to let Postfix in.
    open_to_all(place.path());
    let serving = place.serve();
    place.wait_for_log("serving").await;
    let postfix = Postfix::start(&socket).await;

    let to = ["support+abc@example.com", "nobody@example.com"];
    postfix.send("customer1@example.net", &to, &message_of(1, ".A line that begins with a dot.\r\n..")).await;
    postfix.send("customer2@example.net", &["billing@example.com"], &message(2)).await;
    place.wait_for_requests(2).await;
    postfix.wait_for(&["to=<support+abc@example.com>", "dsn=2.0.0", "status=sent"]).await;
    postfix.wait_for(&["to=<nobody@example.com>", "dsn=5.1.1", "status=bounced"]).await;
    assert_eq!(place.count("request WHERE kind = 'order'").await, 1);

    // Too large for good: its sender hears of it, and nothing is left of it here.
    let large = message_of(3, &"A long story.\r\n".repeat(80_000));
    postfix.send("customer3@example.net", &["support@example.com"], &large).await;
    postfix.wait_for(&["to=<support@example.com>", "dsn=5.3.4", "status=bounced"]).await;

    // While the desk is away nothing is lost, and nothing comes twice.
    serving.end().await;
    assert!(!socket.exists(), "the socket was left behind");
    for number in 4..8 {
        postfix
            .send(&format!("customer{number}@example.net"), &["support@example.com"], &message(number))
            .await;
    }
    postfix.wait_for(&["to=<support@example.com>", "dsn=4.4.1", "status=deferred"]).await;
    let serving = place.serve();
    place.wait_for_requests(6).await;

    // Killed: the socket is left behind, and is no obstacle.
    serving.kill();
    assert!(socket.exists());
    postfix.send("customer8@example.net", &["support@example.com"], &message(8)).await;
    let _serving = place.serve();
    place.wait_for_requests(7).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(place.requests().await, 7);
    let log = place.log();
    assert!(!log.contains("example.net"), "addresses in the log:\n{log}");
}

#[tokio::test]
async fn standard_input_answers_with_exit_codes() {
    let place = Place::new();
    place.set("largest_mail = 100000\n");
    let ingest = |more: &[&str], input: &[u8]| {
        let arguments: Vec<&str> = ["mail", "ingest"].iter().chain(more).copied().collect();
        let output = place.run(&arguments, input);
        assert!(output.stdout.is_empty());
        output.status.code().unwrap()
    };
    // Nothing serves.
    // A mail server that was told the wrong folder keeps its mail.
    assert_eq!(ingest(&[], message(1).as_bytes()), 75);
    assert!(!place.path().join("data").exists());
    assert!(place.run(&["init"], b"").status.success());
    assert_eq!(ingest(&[], message(1).as_bytes()), 0);
    assert_eq!(ingest(&["--kind", "order", "--to", "support@example.com"], message(2).as_bytes()), 0);
    assert_eq!(place.requests().await, 2);
    assert_eq!(place.count("request WHERE kind = 'order'").await, 1);
    // The same again is known.
    assert_eq!(ingest(&[], message(1).as_bytes()), 0);
    assert_eq!(place.requests().await, 2);
    for refused in [&b""[..], b" \r\n\n", &vec![b'x'; 100_001]] {
        assert_eq!(ingest(&[], refused), 65);
    }
    // What the operator has written wrongly costs no mail.
    assert_eq!(ingest(&["--kind", "parcel"], message(3).as_bytes()), 75);
    assert_eq!(ingest(&["--wrong"], message(3).as_bytes()), 75);
    place.set("largest_mail = 'much'\n");
    assert_eq!(ingest(&[], message(3).as_bytes()), 75);
    place.set("data = '/dev/null/data'\n");
    assert_eq!(ingest(&[], message(3).as_bytes()), 75);
    assert_eq!(place.requests().await, 2);
}

#[tokio::test]
async fn a_server_is_told_of_what_another_process_takes_in() {
    let place = Place::new();
    place.set("");
    let serving = place.serve();
    place.wait_for_log("serving").await;
    for round in 1..=2 {
        ingest_and_wait(&place, round).await;
    }
    // What a killed process left behind is in nobody's way.
    serving.kill();
    std::fs::remove_file(place.path().join("log")).unwrap();
    let _serving = place.serve();
    place.wait_for_log("serving").await;
    ingest_and_wait(&place, 3).await;
}

/// Takes in a mail, and waits until so many confirmations have left.
async fn ingest_and_wait(place: &Place, count: usize) {
    assert!(place.run(&["mail", "ingest"], message(count).as_bytes()).status.success());
    let begun = std::time::Instant::now();
    let sent = || std::fs::read_dir(place.path().join("data/mail/outgoing")).map_or(0, Iterator::count);
    while sent() < count {
        // By itself the server looks every 20 seconds.
        assert!(begun.elapsed() < Duration::from_secs(8), "no confirmation has left\n{}", place.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_input_beside_a_server() {
    let place = Place::new();
    place.set("");
    let _serving = place.serve();
    place.wait_for_log("serving").await;
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let place = &place;
            scope.spawn(move || {
                for number in (worker..12).step_by(4) {
                    let output =
                        place.run(&["mail", "ingest", "--return-path", ""], message(number).as_bytes());
                    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                }
            });
        }
    });
    assert_eq!(place.requests().await, 12);
}
