//! Senders whom no server has checked are checked here, if the operator wants that.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tresen_desk::Desk;
use tresen_desk::delivery::Signer;
use tresen_desk::intake::TakenIn;
use tresen_desk::requests::Access;
use tresen_desk::settings::Dkim;
use tresen_model::{AuthorKind, MailVerdict, Standing};

use crate::letters::Letter;
use crate::resolver::Resolver;
use crate::support::{Form, World};

stories! {
    who_signs_for_the_sender_makes_it_genuine,
    the_trusted_server_is_believed_first,
    without_being_asked_to_nothing_is_checked,
    a_dead_dns_costs_seconds_and_delays_nobody_else,
    an_agent_answers_with_their_own_token_and_a_signature,
}

const POLICY: &str = "v=DMARC1; p=reject";

/// A key of a domain, made here.
fn signer(world: &World, kind: &str, domain: &str) -> Signer {
    let key_file: PathBuf = world.place.data().join(format!("{kind}-{domain}.pem"));
    let arguments: &[&str] = match kind {
        "rsa" => &["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"],
        _ => &["genpkey", "-algorithm", "ed25519"],
    };
    let made = Command::new("openssl").args(arguments).arg("-out").arg(&key_file).output().unwrap();
    assert!(made.status.success());
    Signer::load(&Dkim { selector: kind.into(), domain: None, key_file }, domain).unwrap()
}

/// A desk on the same files that checks.
async fn checking(world: &World, resolver: &Resolver) -> Desk {
    let mut opening = world.place.opening(world.clock.clone());
    opening.settings.intake.verify = true;
    opening.settings.intake.resolver = Some(resolver.address);
    Desk::open(opening).await.unwrap()
}

/// What is thought of a message that makes a request.
async fn verdict_of(world: &World, desk: &Desk, raw: &[u8]) -> Option<MailVerdict> {
    world.tick();
    world.clock.advance_seconds(3600);
    let agent = world.login("grace@desk.example", crate::support::PASSWORD).await.unwrap().agent().unwrap();
    match desk.intake.take_in(raw, &Letter::from("x@example.org").envelope()).await.unwrap() {
        TakenIn::Request(number) | TakenIn::Held(number) => world.newest(&agent, number).await.verdict,
        other => panic!("{other:?} instead of a request"),
    }
}

fn changed(raw: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(raw).unwrap();
    assert!(text.contains(from));
    text.replacen(from, to, 1).into_bytes()
}

async fn who_signs_for_the_sender_makes_it_genuine(world: &World) {
    world.agent("Grace").await;
    let rsa = signer(world, "rsa", "example.org");
    let ed25519 = signer(world, "ed25519", "example.org");
    let mail = signer(world, "ed25519", "mail.example.org");
    let strict = signer(world, "ed25519", "mail.strict.example");
    let lonely = signer(world, "ed25519", "lonely.example");
    let eve = signer(world, "ed25519", "evil.example");
    let stranger = signer(world, "rsa", "other.example.org");
    let keys = [&rsa, &ed25519, &mail, &strict, &lonely, &eve].map(Signer::dns_record);
    let mut records: Vec<(&str, &str)> =
        keys.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    records.extend([
        ("_dmarc.example.org", POLICY),
        ("_dmarc.strict.example", "v=DMARC1; p=none; adkim=s"),
        ("_dmarc.evil.example", POLICY),
    ]);
    let resolver = Resolver::knowing(&records).await;
    let desk = checking(world, &resolver).await;
    let letter = || Letter::from("Ada <ada@example.org>");
    let genuine = Some(MailVerdict::Genuine);

    assert_eq!(verdict_of(world, &desk, &rsa.sign(&letter().raw()).unwrap()).await, genuine);
    assert_eq!(verdict_of(world, &desk, &ed25519.sign(&letter().raw()).unwrap()).await, genuine);
    // A part of the domain signs for the whole, and a list's signature beside it changes nothing.
    let both = eve.sign(&mail.sign(&letter().raw()).unwrap()).unwrap();
    assert_eq!(verdict_of(world, &desk, &both).await, genuine);
    // As a program gets it on standard input.
    let signed = rsa.sign(&letter().raw()).unwrap();
    let unix = String::from_utf8(signed).unwrap().replace("\r\n", "\n");
    assert_eq!(verdict_of(world, &desk, unix.as_bytes()).await, genuine);

    let signed = || rsa.sign(&letter().raw()).unwrap();
    for (raw, why) in [
        (changed(&signed(), "twice", "thrice"), "another body"),
        (changed(&signed(), "From: Ada", "From: Eve"), "another name"),
        (changed(&signed(), "Subject: The", "Subject: A"), "another subject"),
        (changed(&signed(), "From: Ada", "From: eve@example.org\r\nFrom: Ada"), "two senders"),
        (eve.sign(&letter().raw()).unwrap(), "somebody else's signature"),
        (stranger.sign(&letter().raw()).unwrap(), "a key that is not published"),
        (lonely.sign(&Letter::from("ada@lonely.example").raw()).unwrap(), "no DMARC record"),
        (strict.sign(&Letter::from("ada@strict.example").raw()).unwrap(), "a strict record"),
        (letter().raw(), "no signature"),
    ] {
        assert_eq!(verdict_of(world, &desk, &raw).await, None, "{why}");
    }
    let strict = strict.sign(&Letter::from("ada@mail.strict.example").raw()).unwrap();
    assert_eq!(verdict_of(world, &desk, &strict).await, genuine);
    // Spam stays spam, and who is blocked is blocked, whoever signs.
    let spam = rsa.sign(&letter().with("X-Spam-Score", "9").raw()).unwrap();
    assert_eq!(verdict_of(world, &desk, &spam).await, Some(MailVerdict::Spam));
    // Nobody is asked about those who do not sign for the sender.
    let before = resolver.asked();
    assert!(before > 0);
    verdict_of(world, &desk, &eve.sign(&letter().raw()).unwrap()).await;
    verdict_of(world, &desk, &letter().raw()).await;
    assert_eq!(resolver.asked(), before);
    desk.close().await;
}

async fn the_trusted_server_is_believed_first(world: &World) {
    world.agent("Grace").await;
    let key = signer(world, "ed25519", "example.org");
    let (name, text) = key.dns_record();
    let resolver = Resolver::knowing(&[(&name, &text), ("_dmarc.example.org", POLICY)]).await;
    let desk = checking(world, &resolver).await;
    let letter = || Letter::from("ada@example.org");
    let failed = key.sign(&letter().checked("fail").raw()).unwrap();
    assert_eq!(verdict_of(world, &desk, &failed).await, Some(MailVerdict::Forged));
    let passed = key.sign(&letter().checked("pass").raw()).unwrap();
    assert_eq!(verdict_of(world, &desk, &passed).await, Some(MailVerdict::Genuine));
    assert_eq!(resolver.asked(), 0);
    // Where it says nothing of use, the signature counts.
    let unsure = key.sign(&letter().checked("temperror").raw()).unwrap();
    assert_eq!(verdict_of(world, &desk, &unsure).await, Some(MailVerdict::Genuine));
    desk.close().await;
}

async fn without_being_asked_to_nothing_is_checked(world: &World) {
    world.agent("Grace").await;
    let key = signer(world, "ed25519", "example.org");
    let (name, text) = key.dns_record();
    let resolver = Resolver::knowing(&[(&name, &text), ("_dmarc.example.org", POLICY)]).await;
    let mut opening = world.place.opening(world.clock.clone());
    opening.settings.intake.resolver = Some(resolver.address);
    assert!(!opening.settings.intake.verify);
    let desk = Desk::open(opening).await.unwrap();
    let signed = key.sign(&Letter::from("ada@example.org").raw()).unwrap();
    assert_eq!(verdict_of(world, &desk, &signed).await, None);
    assert_eq!(resolver.asked(), 0);
    desk.close().await;
}

async fn a_dead_dns_costs_seconds_and_delays_nobody_else(world: &World) {
    let agent = world.agent("Grace").await;
    let key = signer(world, "ed25519", "example.org");
    let resolver = Resolver::silent().await;
    let desk = checking(world, &resolver).await;
    let begun = Instant::now();
    // Many at once, more than are read at once.
    let waiting: Vec<_> = (0..5)
        .map(|which| {
            let letter = Letter::from(&format!("ada{which}@example.org"));
            let (desk, raw) = (desk.clone(), key.sign(&letter.raw()).unwrap());
            tokio::spawn(async move {
                let taken = desk.intake.take_in(&raw, &letter.envelope()).await.unwrap();
                (taken, begun.elapsed())
            })
        })
        .collect();
    while resolver.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(begun.elapsed() < Duration::from_secs(5), "nobody asked");
    }
    let other = Letter::from("bo@example.org");
    assert!(matches!(other.arrive_at(&desk).await, TakenIn::Request(_)));
    assert!(!waiting.iter().any(tokio::task::JoinHandle::is_finished), "it waited for the others");
    for task in waiting {
        let (TakenIn::Request(number), took) = task.await.unwrap() else { panic!("a request") };
        assert_eq!(world.newest(&agent, number).await.verdict, None);
        assert!(took < Duration::from_secs(8), "{took:?}");
    }
    desk.close().await;
}

async fn an_agent_answers_with_their_own_token_and_a_signature(world: &World) {
    let grace = world.agent("Grace").await;
    world.desk.accounts.change_mail_news(grace.session(), true).await.unwrap();
    let key = signer(world, "rsa", "desk.example");
    let (name, text) = key.dns_record();
    let resolver = Resolver::knowing(&[(&name, &text), ("_dmarc.desk.example", POLICY)]).await;
    let desk = checking(world, &resolver).await;
    let number = world.submit(&Form::from("ada@example.org")).await;
    let confirmation = world.mail().await;
    world.answer(&grace, number, "Try this.").await;
    world.post().await;
    let holder = Access::Link(world.holder(&confirmation.request_link()).await);
    world.comment(&holder, number, "It does not help.").await;
    let news = world.mail().await;
    assert_eq!(news.to(), "grace@desk.example");
    let letter =
        || Letter::from("grace@desk.example").sent_where_answers_go(&news).saying("Then take this one.");
    // The token without the signature, or with a broken one, is not enough.
    let broken = changed(&key.sign(&letter().raw()).unwrap(), "this one", "that one");
    for raw in [letter().raw(), broken] {
        world.tick();
        assert_eq!(desk.intake.take_in(&raw, &letter().envelope()).await.unwrap(), TakenIn::Comment(number));
        let comment = world.newest(&grace, number).await;
        assert_eq!((comment.author_kind, comment.standing), (AuthorKind::Customer, Standing::Outsider));
    }
    world.tick();
    let signed = key.sign(&letter().raw()).unwrap();
    assert_eq!(desk.intake.take_in(&signed, &letter().envelope()).await.unwrap(), TakenIn::Comment(number));
    let comment = world.newest(&grace, number).await;
    assert_eq!((comment.author_kind, comment.own, comment.by_mail), (AuthorKind::Agent, true, true));
    let mine = world.desk.requests.conversation(&holder, number).await.unwrap();
    assert_eq!(mine.comments.last().unwrap().body, "Then take this one.");
    desk.close().await;
}
