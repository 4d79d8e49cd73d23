//! Receipts: whoever was erased can show that they were, and nobody else can make that up.

use tresen_desk::Needles;
use tresen_desk::privacy::{Asked, Checked, Wish};
use tresen_desk::{Desk, Error, MasterKey};

use crate::support::{Form, PASSWORD, Place, World, assert_fails, clock};

stories! {
    an_erasure_gives_a_receipt,
    an_agent_erases_on_a_customers_word,
    every_wish_is_named,
}

async fn an_erasure_gives_a_receipt(world: &World) {
    let ada = world.customer("ada@example.com").await;
    world.desk.accounts.change_name(&ada, "Vorpalina Jabberwock").await.unwrap();
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.post().await;
    let erased = world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();

    let Checked::Genuine(receipt) = world.desk.privacy.check_receipt(&erased.receipt) else {
        panic!("not genuine")
    };
    assert!(receipt.count == erased.count && receipt.at == erased.at);
    assert_eq!(receipt.wish, Wish::Person);
    assert_eq!(receipt.desk, "https://desk.example");
    assert_eq!(receipt.key_backup_days, world.desk.settings().retention.key_backup_days);
    let file = world.desk.privacy.receipt_file(&erased.receipt).unwrap();
    assert!(file.contains(&erased.receipt) && file.contains("Löschbescheinigung"));
    for personal in ["ada", "Vorpalina", "Jabberwock", &number.to_string()] {
        assert!(!file.contains(personal), "{personal}");
    }

    // The same in the last mail, however it was wrapped up on the way.
    let mail = world.mail().await;
    assert_eq!(mail.to(), "ada@example.com");
    assert!(world.desk.privacy.check_receipt(&mail.text) == Checked::Genuine(receipt.clone()));

    let changed = erased.receipt.replace("requests: 1", "requests: 2");
    assert!(world.desk.privacy.check_receipt(&changed) == Checked::NotSigned);
    assert!(world.desk.privacy.receipt_file(&changed).is_none());
    assert!(world.desk.privacy.check_receipt("Hello") == Checked::Unreadable);

    // It stays valid, and another desk does not vouch for it.
    let again = world.open_another().await.unwrap();
    assert!(again.privacy.check_receipt(&file) == Checked::Genuine(receipt));
    assert_eq!(again.privacy.receipt_public_key(), world.desk.privacy.receipt_public_key());
    again.close().await;
    let elsewhere = Place::new(world.engine).await;
    let other = Desk::open(elsewhere.opening_with(clock(), MasterKey::derive(&[8; 32]))).await.unwrap();
    assert!(other.privacy.check_receipt(&file) == Checked::NotSigned);
    assert_ne!(other.privacy.receipt_public_key(), world.desk.privacy.receipt_public_key());
    other.close().await;
    elsewhere.remove().await;
}

async fn every_wish_is_named(world: &World) {
    let wish = |receipt: &str| match world.desk.privacy.check_receipt(receipt) {
        Checked::Genuine(receipt) => receipt.wish,
        _ => panic!("not genuine"),
    };
    world.submit(&Form::from("ada@example.com")).await;
    world.post().await;
    world.desk.privacy.ask_erasure("ada@example.com").await.unwrap();
    let link = world.mail().await.link("account/delete");
    let erased = world.desk.privacy.erase_by_link(&link).await.unwrap();
    assert_eq!(wish(&erased.receipt), Wish::Link);
    world.submit(&Form::from("ada@example.com")).await;
    let erased = world.desk.privacy.erase_by_operator("ada@example.com").await.unwrap().unwrap();
    assert_eq!(wish(&erased.receipt), Wish::Operator);
}

async fn an_agent_erases_on_a_customers_word(world: &World) {
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("vorpalina@example.com").about("Jabberwock", "Please")).await;
    world.submit(&Form::from("vorpalina@example.com").about("Again", "Please")).await;
    let other = world.submit(&Form::from("bob@example.com")).await;
    let preview = world.desk.privacy.erasure_preview_for_agent(&grace, number).await.unwrap();
    assert_eq!(preview.requests, 2);
    let erased = world.desk.privacy.erase_by_agent(&grace, number, Asked::Phone).await.unwrap();
    assert!(erased.count == preview);
    let Checked::Genuine(receipt) = world.desk.privacy.check_receipt(&erased.receipt) else {
        panic!("not genuine")
    };
    assert_eq!(receipt.wish, Wish::Agent(Asked::Phone));
    assert_fails!(world.desk.privacy.erase_by_agent(&grace, number, Asked::Phone).await, Error::NotFound);
    assert_fails!(world.desk.privacy.erasure_preview_for_agent(&grace, number).await, Error::NotFound);
    assert!(world.desk.requests.conversation_for_agent(&grace, other).await.is_ok());
    let needles = Needles::parse("vorpalina\nJabberwock").unwrap();
    let places = vec![world.place.data().to_owned()];
    let found =
        world.desk.privacy.find_traces(needles.into(), places, vec![world.place.outgoing()]).await.unwrap();
    assert_eq!(found, []);

    // Somebody of the desk cannot be erased by a colleague.
    let own = world.submit(&Form::from("grace@desk.example")).await;
    assert_fails!(world.desk.privacy.erase_by_agent(&grace, own, Asked::Mail).await, Error::Forbidden);
    assert_fails!(world.desk.privacy.erasure_preview_for_agent(&grace, own).await, Error::Forbidden);
}
