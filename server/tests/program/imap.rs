//! Mailboxes on a real Dovecot.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::post::dovecot::{BARE, Dovecot};
use crate::post::{Place, message, message_of};

#[tokio::test]
async fn idle_takes_in_what_comes_within_seconds_and_deletes_it() {
    let mut dovecot = Dovecot::start("").await;
    let place = Place::new();
    dovecot.deliver("support", &message(0));
    place.set(&dovecot.mailbox("support", "poll_seconds = 1680"));
    let serving = place.serve();
    place.wait_for_requests(1).await;
    for number in 1..5 {
        dovecot.wait_for_messages("support", "", 0).await;
        let begun = Instant::now();
        dovecot.deliver("support", &message(number));
        place.wait_for_requests(number + 1).await;
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
    // Many at once, while others are handled.
    for number in 5..155 {
        dovecot.deliver("support", &message(number));
    }
    place.wait_for_requests(155).await;
    dovecot.wait_for_messages("support", "", 0).await;
    serving.end().await;
    assert_eq!(place.requests().await, 155);
    let log = place.log();
    assert!(!log.contains("example.net") && !log.contains("secret"), "{log}");
}

#[tokio::test]
async fn a_server_that_can_little_is_looked_into_now_and_then() {
    let mut dovecot = Dovecot::start(BARE).await;
    let place = Place::new();
    place.set(&format!(
        "{}{}",
        dovecot.mailbox("support", "poll_seconds = 1"),
        dovecot.mailbox("billing", "poll_seconds = 1\nkind = 'order'\nafter = { move_to = 'Done' }")
    ));
    let _serving = place.serve();
    for number in 0..6 {
        dovecot.deliver(if number % 3 == 0 { "billing" } else { "support" }, &message(number));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    place.wait_for_requests(6).await;
    assert_eq!(place.count("request WHERE kind = 'order'").await, 2);
    dovecot.wait_for_messages("support", "", 0).await;
    dovecot.wait_for_messages("billing", "", 0).await;
    dovecot.wait_for_messages("billing", ".Done", 2).await;
}

#[tokio::test]
async fn several_mailboxes_have_their_types_and_ways() {
    let mut dovecot = Dovecot::start("").await;
    let place = Place::new();
    place.set(&format!(
        "{}{}{}",
        dovecot.mailbox("support", ""),
        dovecot.mailbox("billing", "kind = 'order'\nafter = { move_to = 'Done' }"),
        dovecot
            .mailbox("faults", &format!("kind = 'problem'\nsecurity = 'starttls'\nport = {}", dovecot.port)),
    ));
    for number in 0..9 {
        dovecot.deliver(["support", "billing", "faults"][number % 3], &message(number));
    }
    let _serving = place.serve();
    place.wait_for_requests(9).await;
    for kind in ["question", "order", "problem"] {
        assert_eq!(
            place.count(&format!("request WHERE kind = '{kind}' AND channel = 'mail'")).await,
            3,
            "{kind}"
        );
    }
    for user in ["support", "billing", "faults"] {
        dovecot.wait_for_messages(user, "", 0).await;
    }
    dovecot.wait_for_messages("billing", ".Done", 3).await;
}

#[tokio::test]
async fn neither_an_outage_nor_a_mailbox_made_anew_loses_or_doubles_anything() {
    let mut dovecot = Dovecot::start("").await;
    let place = Place::new();
    place.set(&dovecot.mailbox("support", ""));
    for number in 0..5 {
        dovecot.deliver("support", &message(number));
    }
    let serving = place.serve();
    place.wait_for_requests(5).await;
    dovecot.wait_for_messages("support", "", 0).await;
    serving.end().await;

    // A month later. Somebody has looked at some of it with a mail program.
    for number in 5..10 {
        dovecot.put_old("support", &message(number));
        dovecot.deliver("support", &message(number + 5));
    }
    let serving = place.serve();
    place.wait_for_requests(15).await;
    dovecot.wait_for_messages("support", "", 0).await;
    serving.end().await;

    // The provider has moved the mailbox: UIDs begin at 1 again, and a backup brought mail back.
    dovecot.renumber("support");
    for number in 10..20 {
        dovecot.deliver("support", &message(number));
    }
    let _serving = place.serve();
    place.wait_for_requests(20).await;
    place.wait_for_log("UIDVALIDITY").await;
    dovecot.wait_for_messages("support", "", 0).await;
    assert_eq!(place.requests().await, 20);
    // How far it has come is noted at the end of a round.
    let begun = Instant::now();
    while place.count("mailbox WHERE uid_validity = 4242").await != 1 {
        assert!(begun.elapsed() < Duration::from_secs(20), "the position is not noted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn nothing_is_said_where_others_could_listen() {
    let mut dovecot = Dovecot::start("").await;
    let stranger = Dovecot::start("").await;
    dovecot.deliver("support", &message(1));
    let place = Place::new();
    let check = || {
        let output = place.run(&["mail", "check"], b"");
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };

    // Signed by somebody whom the operator does not trust, or for another name.
    let other_ca = format!("ca_file = '{}'", stranger.ca_file().display());
    let plain_port = format!("port = {}", dovecot.port);
    for (settings, says) in [
        (dovecot.mailbox_without_ca("support", ""), "not private"),
        (dovecot.mailbox_without_ca("support", &other_ca), "not private"),
        (dovecot.mailbox("support", "").replace("'localhost'", "'127.0.0.1'"), "not private"),
        (dovecot.mailbox("support", &plain_port), "not private"),
    ] {
        place.set(&settings);
        let (fine, said) = check();
        assert!(!fine && said.contains(says), "{said}");
    }
    assert!(!dovecot.log().contains("Login: user="), "{}", dovecot.log());
    // No STARTTLS: then nothing.
    let bare = Dovecot::start("ssl = no").await;
    place.set(&bare.mailbox("support", &format!("security = 'starttls'\nport = {}", bare.port)));
    let (fine, said) = check();
    assert!(!fine && said.contains("STARTTLS"), "{said}");

    // A wrong password is said, and put right without a restart.
    place.set(&dovecot.mailbox("support", ""));
    let password = place.path().join("password");
    std::fs::write(&password, "wrong").unwrap();
    let settings = std::fs::read_to_string(place.path().join("tresen.toml")).unwrap();
    let (before, after) = settings.split_once("password_file = '").unwrap();
    let after = after.split_once('\'').unwrap().1;
    let wrong = format!("{before}password_file = '{}'{after}", password.display());
    std::fs::write(place.path().join("tresen.toml"), wrong).unwrap();
    let (fine, said) = check();
    assert!(!fine && said.contains("refused user and password") && !said.contains("wrong"), "{said}");
    let _serving = place.serve();
    place.wait_for_log("refused user and password").await;
    assert_eq!(place.requests().await, 0);
    std::fs::write(&password, "secret\n").unwrap();
    let (fine, said) = check();
    assert!(fine && said.contains("fine, "), "{said}");
    place.wait_for_requests(1).await;
}

#[tokio::test]
async fn one_bad_message_does_not_keep_the_others_back() {
    let mut dovecot = Dovecot::start("").await;
    let place = Place::new();
    place.set(&format!("largest_mail = 300000\n{}", dovecot.mailbox("support", "poll_seconds = 1")));
    dovecot.deliver("support", &message(0));
    dovecot.deliver("support", &message_of(1, &"Too much.\r\n".repeat(40_000)));
    dovecot.deliver("support", "");
    dovecot.deliver("support", "\0\0\0 no header at all \u{feff}\0");
    let bomb = format!(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n{}",
        "--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n".repeat(2000)
    );
    dovecot.deliver("support", &format!("From: eve@example.net\r\nMIME-Version: 1.0\r\n{bomb}"));
    // Fetched in parts.
    dovecot.deliver("support", &message_of(2, &"Long, but not too long.\r\n".repeat(10_000)));
    dovecot.deliver("support", &message(3));
    let serving = place.serve();
    // All have left but the one.
    dovecot.wait_for_messages("support", "", 1).await;
    for number in 0..4 {
        let email = format!("customer{number}@example.net");
        let there = place.run(&["export", "--email", &email], b"").status.success();
        assert_eq!(there, number != 1, "{number}");
    }
    dovecot.deliver("support", &message(4));
    dovecot.wait_for_messages("support", "", 1).await;
    let said = |log: &str| log.matches("larger than `largest_mail`").count();
    assert_eq!(said(&place.log()), 1, "{}", place.log());
    serving.end().await;

    // After a restart it is not said again; with a higher limit it comes.
    let serving = place.serve();
    dovecot.deliver("support", &message(5));
    dovecot.wait_for_messages("support", "", 1).await;
    serving.end().await;
    assert_eq!(said(&place.log()), 1, "{}", place.log());
    place.set(&dovecot.mailbox("support", ""));
    let _serving = place.serve();
    dovecot.wait_for_messages("support", "", 0).await;
    assert!(place.run(&["export", "--email", "customer1@example.net"], b"").status.success());
}

#[tokio::test]
async fn a_connection_that_breaks_anywhere_loses_and_cuts_nothing() {
    let mut dovecot = Dovecot::start("").await;
    for number in 0..40 {
        dovecot.deliver("support", &message(number));
    }
    // In parts: a cut inside must not look like its end.
    dovecot.deliver("support", &message_of(40, &format!("{}The end.", "A long story.\r\n".repeat(120_000))));
    let cuts = Arc::new(AtomicUsize::new(0));
    let port = cutting_proxy(dovecot.port, Arc::clone(&cuts)).await;
    let place = Place::new();
    let settings =
        dovecot.mailbox("support", &format!("security = 'plain'\nport = {port}\npoll_seconds = 1"));
    place.set(&settings.replace("'localhost'", "'127.0.0.1'"));
    let _serving = place.serve();
    place.wait_for_requests(41).await;
    dovecot.wait_for_messages("support", "", 0).await;
    assert!(cuts.load(Ordering::Relaxed) >= 4, "{}", cuts.load(Ordering::Relaxed));
    assert_eq!(place.requests().await, 41);
    let copy = place.run(&["export", "--email", "customer40@example.net"], b"");
    assert!(copy.status.success());
    let whole = place.count("mail_in").await;
    assert_eq!(whole, 41, "something was taken in cut, and again whole");
}

/// Passes connections on and cuts them, each later than the one before, in what the server says.
async fn cutting_proxy(to: u16, cuts: Arc<AtomicUsize>) -> u16 {
    const AFTER: [usize; 6] = [10, 2_000, 9_000, 700_000, 1_500_000, 1_900_000];
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let Ok(mut server) = TcpStream::connect(("127.0.0.1", to)).await else { return };
            let limit = AFTER.get(cuts.load(Ordering::Relaxed)).copied();
            let cuts = Arc::clone(&cuts);
            tokio::spawn(async move {
                let (mut from_client, mut to_client) = client.split();
                let (mut from_server, mut to_server) = server.split();
                let up = tokio::io::copy(&mut from_client, &mut to_server);
                let down = async {
                    let (mut passed, mut buffer) = (0, vec![0; 16 * 1024]);
                    loop {
                        let most = limit.map_or(buffer.len(), |limit| buffer.len().min(limit - passed));
                        let Ok(read) = from_server.read(&mut buffer[..most]).await else { return };
                        if read == 0 || to_client.write_all(&buffer[..read]).await.is_err() {
                            return;
                        }
                        passed += read;
                        if limit == Some(passed) {
                            cuts.fetch_add(1, Ordering::Relaxed);
                            return;
                        }
                    }
                };
                tokio::select! {
                    _ = up => {}
                    () = down => {}
                }
            });
        }
    });
    port
}

/// Where a connection stops, for the program to be killed there.
enum Hold {
    /// So many bytes of what the server says have passed.
    Said(usize),
    /// The client has sent a command with this in it; the server does not get it.
    Asked(&'static str),
    /// The server has got a command with this in it; its answer does not pass.
    Done(&'static str),
}

/// Passes connections on until one gets that far, and tells so; nothing passes any more then.
async fn holding_proxy(to: u16, hold: Hold) -> (u16, tokio::sync::oneshot::Receiver<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (held, told) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
        let (mut asked, mut said) = (vec![0; 4096], vec![0; 4096]);
        let (mut passed, mut done) = (0, false);
        loop {
            tokio::select! {
                read = client.read(&mut asked) => {
                    let command = &asked[..read.unwrap()];
                    let has = |word: &str| command.windows(word.len()).any(|part| part == word.as_bytes());
                    if matches!(hold, Hold::Asked(word) if has(word)) {
                        break;
                    }
                    done |= matches!(hold, Hold::Done(word) if has(word));
                    server.write_all(command).await.unwrap();
                }
                read = server.read(&mut said) => {
                    let read = read.unwrap();
                    if done {
                        break;
                    }
                    let most = match hold { Hold::Said(most) => read.min(most - passed), _ => read };
                    client.write_all(&said[..most]).await.unwrap();
                    passed += most;
                    if matches!(hold, Hold::Said(most) if most == passed) {
                        break;
                    }
                }
            }
        }
        held.send(()).unwrap();
        // Neither side is told before the program is killed.
        let _ = client.read_to_end(&mut asked).await;
    });
    (port, told)
}

#[tokio::test]
async fn killed_twenty_times_while_a_thousand_messages_come_in() {
    const MESSAGES: usize = 1_000;
    const KILLS: usize = 20;
    let mut dovecot = Dovecot::start("").await;
    let place = Place::new();
    let (mut delivered, mut missing, mut twice) = (0, 0, 0);
    for kill in 0..KILLS {
        while delivered < MESSAGES * (kill + 1) / KILLS {
            dovecot.deliver("support", &message(delivered));
            delivered += 1;
        }
        // What a batch says is some 20 kB long.
        let hold = match kill % 5 {
            0 => Hold::Said(4_000 + 500 * kill),
            1 => Hold::Asked("STORE"),
            2 => Hold::Said(14_000 - 300 * kill),
            3 => Hold::Done("STORE"),
            _ => Hold::Asked("EXPUNGE"),
        };
        let (port, held) = holding_proxy(dovecot.port, hold).await;
        let settings = dovecot.mailbox("support", &format!("security = 'plain'\nport = {port}"));
        place.set(&settings.replace("'localhost'", "'127.0.0.1'"));
        let serving = place.serve();
        tokio::time::timeout(Duration::from_secs(60), held).await.expect("it gets that far").unwrap();
        // At another moment of what it does with it.
        tokio::time::sleep(Duration::from_millis(kill as u64 * 7 % 40)).await;
        serving.kill();
        let (there, lying) = (place.requests().await, dovecot.messages("support", ""));
        assert!(lying > 0, "kill {kill} came too late to cut anything");
        missing += usize::from(there < delivered);
        twice += usize::from(lying > delivered - there);
    }
    assert!(missing >= KILLS / 4, "only {missing} kills came before something was taken in");
    assert!(twice >= KILLS / 4, "only {twice} kills came between taking in and removing");
    place.set(&dovecot.mailbox("support", "poll_seconds = 5"));
    let serving = place.serve();
    place.wait_for_requests(MESSAGES).await;
    dovecot.wait_for_messages("support", "", 0).await;
    serving.end().await;
    assert_eq!(place.requests().await, MESSAGES);
    assert_eq!(place.count("(SELECT DISTINCT person_id FROM request)").await, MESSAGES);
    assert_eq!(
        place.count("(SELECT DISTINCT fingerprint FROM mail_in WHERE outcome = 'request')").await,
        MESSAGES
    );
}
