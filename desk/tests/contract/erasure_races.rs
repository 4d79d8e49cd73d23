//! Erasure while something else happens to the same person: one wins, none half.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use tresen_desk::Error;
use tresen_desk::privacy::Asked;
use tresen_desk::requests::Access;
use tresen_model::RequestNumber;

use crate::statistics::raw;
use crate::support::{Form, World, random_word, reply, rounds};
use crate::traces::Needles;

stories! {
    a_reply_and_an_erasure,
    an_upload_and_an_erasure,
    several_erasures_at_once,
}

races! {
    a_reply_and_an_erasure,
    an_upload_and_an_erasure,
    several_erasures_at_once,
}

/// Each round the two meet at another moment.
fn all_rounds() -> u64 {
    rounds(8, 24)
}

/// A customer whose address is proven, without a password, which would take its time.
struct Customer {
    email: String,
    number: RequestNumber,
    access: Access,
}

async fn customer(world: &World) -> Customer {
    let email = format!("{}@{}.example", random_word(), random_word());
    let number = world.submit(&Form::from(&email)).await;
    let link = world.mail().await.request_link();
    let access = Access::Link(world.holder(&link).await);
    world.comment(&access, number, "It is me.").await;
    Customer { email, number, access }
}

/// So that each round the two meet at another moment: sometimes one is ahead, sometimes the other.
fn head_start(round: u64) -> (Duration, Duration) {
    let step = Duration::from_micros(round / 2 * 700);
    if round.is_multiple_of(2) { (step, Duration::ZERO) } else { (Duration::ZERO, step) }
}

async fn assert_no_trace(world: &World, texts: &[String]) {
    let found = Needles::new(texts.iter().map(String::as_str)).traces(&world.place).await;
    assert_eq!(found, Vec::<String>::new());
    let unfinished: Vec<(i64,)> =
        raw(&world.place, "SELECT started_at FROM erasure WHERE finished_at IS NULL").await;
    assert_eq!(unfinished, []);
}

async fn a_reply_and_an_erasure(world: &World) {
    let grace = world.agent("Grace").await;
    let mut texts = Vec::new();
    let mut replied = 0;
    for round in 0..all_rounds() {
        let customer = customer(world).await;
        let (word, name) = (random_word(), random_word());
        let files = world.file(&format!("{name}.txt"), word.as_bytes()).await;
        let barrier = Arc::new(Barrier::new(2));
        let (late, early) = head_start(round);
        let replying = {
            let (desk, grace, barrier) = (world.desk.clone(), grace.clone(), Arc::clone(&barrier));
            let (word, number) = (word.clone(), customer.number);
            tokio::spawn(async move {
                barrier.wait().await;
                tokio::time::sleep(late).await;
                desk.requests.reply(&grace, number, &reply(&word, &word), files).await
            })
        };
        barrier.wait().await;
        tokio::time::sleep(early).await;
        let erased = world.desk.privacy.erase_by_operator(&customer.email).await.unwrap().unwrap();
        // Either the answer was there and went too, or it came too late; both are told so.
        match replying.await.unwrap() {
            Ok(_) => {
                replied += 1;
                assert_eq!((erased.count.comments, erased.count.attachments), (3, 1), "{round}");
            }
            Err(Error::NotFound) => {
                assert_eq!((erased.count.comments, erased.count.attachments), (2, 0), "{round}");
            }
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(world.objects(), 0, "{round}");
        let mails = world.post().await;
        assert_eq!(mails.len(), 1, "only the farewell");
        assert!(mails[0].text.contains("tresen-receipt"));
        texts.extend([word, name, customer.email]);
    }
    assert_eq!(world.desk.requests.queue_counts(&grace).await.unwrap().active, 0);
    println!("{replied} of {} answers came before the erasure", all_rounds());
    assert_no_trace(world, &texts).await;
}

async fn an_upload_and_an_erasure(world: &World) {
    let mut texts = Vec::new();
    let mut stored = 0;
    for round in 0..all_rounds() {
        let customer = customer(world).await;
        let (word, name) = (random_word(), random_word());
        let barrier = Arc::new(Barrier::new(2));
        let uploading = {
            let (desk, access, barrier) = (world.desk.clone(), customer.access.clone(), Arc::clone(&barrier));
            let (word, name, number) = (word.clone(), name.clone(), customer.number);
            tokio::spawn(async move {
                barrier.wait().await;
                let mut input = desk.requests.receive_files();
                for file in 0..2 {
                    input.begin(&format!("{name}{file}.txt")).await?;
                    // Over several chunks, as it comes in over the network.
                    for _ in 0..8 {
                        input.write(word.repeat(1_000).as_bytes()).await?;
                        tokio::task::yield_now().await;
                    }
                    input.end().await?;
                }
                desk.requests.comment(&access, number, &word, &word, input.finish()).await
            })
        };
        barrier.wait().await;
        tokio::time::sleep(Duration::from_micros(round * 900)).await;
        let erased = world.desk.privacy.erase_by_operator(&customer.email).await.unwrap().unwrap();
        match uploading.await.unwrap() {
            Ok(_) => {
                stored += 1;
                assert_eq!((erased.count.comments, erased.count.attachments), (3, 2), "{round}");
            }
            Err(Error::NotFound) => {
                assert_eq!((erased.count.comments, erased.count.attachments), (2, 0), "{round}");
            }
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(world.objects(), 0, "{round}: a file was left behind");
        assert_eq!(world.post().await.len(), 1);
        texts.extend([word, name, customer.email]);
    }
    println!("{stored} of {} uploads came before the erasure", all_rounds());
    assert_no_trace(world, &texts).await;
}

async fn several_erasures_at_once(world: &World) {
    let grace = world.agent("Grace").await;
    let mut texts = Vec::new();
    for round in 0..all_rounds() {
        let customer = customer(world).await;
        world.desk.privacy.ask_erasure(&customer.email).await.unwrap();
        let link = world.mail().await.link("account/delete");
        let (late, early) = head_start(round);
        let by_link = async {
            tokio::time::sleep(late / 2).await;
            world.desk.privacy.erase_by_link(&link).await.map(Some)
        };
        let by_agent = async {
            tokio::time::sleep(early / 2).await;
            world.desk.privacy.erase_by_agent(&grace, customer.number, Asked::Phone).await.map(Some)
        };
        let by_operator = world.desk.privacy.erase_by_operator(&customer.email);
        let (one, two, three) = tokio::join!(by_link, by_agent, by_operator);
        let mut done = Vec::new();
        for erased in [one, two, three] {
            match erased {
                Ok(Some(erased)) => done.push(erased),
                Ok(None) | Err(Error::Gone | Error::NotFound) => {}
                Err(other) => panic!("{round}: {other:?}"),
            }
        }
        // Whoever is told that it is done is told the same.
        assert!(!done.is_empty());
        assert!(done.iter().all(|erased| erased.count == done[0].count && erased.count.requests == 1));
        assert_eq!(world.post().await.len(), 1, "one farewell");
        let rows: Vec<(i64,)> = raw(&world.place, "SELECT started_at FROM erasure").await;
        assert_eq!(rows.len() as u64, round + 1, "one record");
        texts.push(customer.email);
    }
    assert_no_trace(world, &texts).await;
}
