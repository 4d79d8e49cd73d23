//! Backups bring back everything except whoever was erased since.

use std::path::{Path, PathBuf};

use tresen_desk::backup::{BackupError, Part, Places, backup, give_up_keyless, restore};
use tresen_desk::requests::Access;
use tresen_desk::{Broken, Desk, Error, Location, MasterKey};

use crate::support::{
    Engine, Form, PASSWORD, Place, World, assert_fails, clock, contents, entered, files_under,
};

fn places(place: &Place) -> Places {
    Places {
        database: place.database.clone(),
        keys: place.keys.clone(),
        objects: place.data().join("objects"),
        folder: place.data().to_owned(),
    }
}

fn master_key() -> MasterKey {
    MasterKey::derive(&[7; 32])
}

fn file(location: &Location) -> &Path {
    match location {
        Location::File(path) => path,
        Location::Server(_) => panic!("no file"),
    }
}

async fn world() -> World {
    World::new(Engine::Sqlite).await
}

async fn data_backup(world: &World, to: &Path) {
    let now = world.desk.now();
    backup(&places(&world.place), Part::Data, to, now).await.unwrap();
}

/// The words of every request there are to be read with a desk's keys.
async fn readable(desk: &Desk) -> Vec<String> {
    while desk.index_stale().await.unwrap() > 0 {}
    let grace = entered(desk.login("grace@desk.example", PASSWORD, None).await.unwrap()).session;
    let grace = desk.session(&grace).await.unwrap().unwrap().agent().unwrap();
    let query = tresen_desk::requests::QueueQuery {
        view: tresen_desk::requests::QueueView::All,
        ..Default::default()
    };
    let lines = desk.queue(&grace, &query).await.unwrap();
    assert!(lines.next.is_none());
    let mut subjects: Vec<String> = lines.rows.into_iter().map(|row| row.subject).collect();
    subjects.sort();
    subjects
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_backup_brings_nobody_back() {
    let world = world().await;
    world.agent("Grace").await;
    let ada = world.customer("ada@example.com").await;
    let bob = world.customer("bob@example.com").await;
    for (email, subject) in [("ada@example.com", "Jabberwock"), ("bob@example.com", "Mandersnatch")] {
        let files = world.file("notes.txt", subject.as_bytes()).await;
        world.submit_with(&Form::from(email).about(subject, "Please"), files, None).await.unwrap();
    }
    let number = world.mine(&bob).await[0].number;
    world.post().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let old = elsewhere.path().join("old");
    data_backup(&world, &old).await;
    // Nothing but what belongs there, and sealed.
    let mut names: Vec<String> = std::fs::read_dir(&old)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["manifest.json", "objects", "tresen.db"]);
    assert_eq!(files_under(&old.join("objects")).len(), 2);

    // What came after the backup is not in it.
    world.submit(&Form::from("carol@example.com").about("Bandersnatch", "Later")).await;
    world.desk.erase_self(&ada, PASSWORD).await.unwrap();
    assert_eq!(readable(&world.desk).await, ["Bandersnatch", "Mandersnatch"]);

    // Not while it is being served.
    assert!(matches!(
        restore(&places(&world.place), master_key(), &old).await.err(),
        Some(BackupError::Running)
    ));
    world.desk.close().await;
    let done = restore(&places(&world.place), master_key(), &old).await.unwrap();
    assert_eq!(done.keyless, 1);
    let desk = world.open_another().await.unwrap();
    assert_eq!(readable(&desk).await, ["Mandersnatch"]);
    assert!(desk.erase_by_operator("ada@example.com").await.unwrap().is_none());
    assert!(
        desk.session(&entered(desk.login("bob@example.com", PASSWORD, None).await.unwrap()).session)
            .await
            .unwrap()
            .is_some()
    );
    // Who was logged in then has to log in again.
    assert_fails!(desk.my_requests(&ada, &Default::default()).await, Error::Forbidden);
    let access = Access::Session(bob);
    let seen = desk.conversation(&access, number).await.unwrap();
    let attachment = desk.attachment(&access, number, seen.comments[0].attachments[0].id).await.unwrap();
    assert_eq!(contents(attachment).await, b"Mandersnatch");
    assert_eq!(world.objects(), 1);
    desk.close().await;

    // The backup itself, with the keys of today: put into place by hand, it has nobody either.
    let by_hand = Place::new(Engine::Sqlite).await;
    std::fs::copy(old.join("tresen.db"), file(&by_hand.database)).unwrap();
    std::fs::copy(file(&world.place.keys), file(&by_hand.keys)).unwrap();
    let desk = Desk::open(by_hand.opening(clock())).await.unwrap();
    assert_eq!(readable(&desk).await, ["Mandersnatch"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_key_store_brings_nobody_back() {
    let world = world().await;
    world.agent("Grace").await;
    let ada = world.customer("ada@example.com").await;
    world.submit(&Form::from("ada@example.com").about("Jabberwock", "Please")).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let (data, keys) = (elsewhere.path().join("data"), elsewhere.path().join("keys"));
    data_backup(&world, &data).await;
    backup(&places(&world.place), Part::Keys, &keys, world.desk.now()).await.unwrap();
    assert!(keys.join("keys.db").exists() && !keys.join("tresen.db").exists());
    assert!(matches!(
        restore(&places(&world.place), master_key(), &keys).await.err(),
        Some(BackupError::NoBackup(..))
    ));
    world.desk.erase_self(&ada, PASSWORD).await.unwrap();
    world.desk.close().await;

    // Both from before the erasure, and what is there now remembers it.
    for ending in ["", "-wal", "-shm"] {
        let mut path = file(&world.place.keys).to_owned().into_os_string();
        path.push(ending);
        std::fs::remove_file(PathBuf::from(path)).ok();
    }
    std::fs::copy(keys.join("keys.db"), file(&world.place.keys)).unwrap();
    restore(&places(&world.place), master_key(), &data).await.unwrap();
    let desk = world.open_another().await.unwrap();
    assert_eq!(readable(&desk).await, Vec::<String>::new());
    assert!(desk.erase_by_operator("ada@example.com").await.unwrap().is_none());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_keys_nothing_is_purged_unasked() {
    let world = world().await;
    world.agent("Grace").await;
    let keys = tempfile::tempdir().unwrap();
    let keys = keys.path().join("keys");
    backup(&places(&world.place), Part::Keys, &keys, world.desk.now()).await.unwrap();
    world.submit(&Form::from("ada@example.com").about("Jabberwock", "Please")).await;
    world.desk.close().await;
    std::fs::copy(keys.join("keys.db"), file(&world.place.keys)).unwrap();
    assert!(matches!(world.open_another().await.err(), Some(Broken::KeysMissing(1))));
    assert!(matches!(world.open_another().await.err(), Some(Broken::KeysMissing(1))));
    assert_eq!(give_up_keyless(&places(&world.place), master_key()).await.unwrap(), 1);
    let desk = world.open_another().await.unwrap();
    assert_eq!(readable(&desk).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_changes_nothing() {
    let world = world().await;
    world.agent("Grace").await;
    let elsewhere = tempfile::tempdir().unwrap();
    let old = elsewhere.path().join("old");
    data_backup(&world, &old).await;
    assert!(matches!(
        backup(&places(&world.place), Part::Data, &old, world.desk.now()).await.err(),
        Some(BackupError::NotEmpty(_))
    ));
    world.submit(&Form::from("ada@example.com").about("Jabberwock", "Please")).await;
    world.desk.close().await;
    let mut bytes = std::fs::read(old.join("tresen.db")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(old.join("tresen.db"), bytes).unwrap();
    let restored = restore(&places(&world.place), master_key(), &old).await;
    assert!(matches!(restored.err(), Some(BackupError::NoBackup(..))));
    let none = restore(&places(&world.place), master_key(), elsewhere.path()).await;
    assert!(matches!(none.err(), Some(BackupError::NoBackup(..))));
    // Into an empty folder, without the keys.
    let empty = Place::new(Engine::Sqlite).await;
    let fresh = elsewhere.path().join("fresh");
    data_backup(&world, &fresh).await;
    assert!(matches!(restore(&places(&empty), master_key(), &fresh).await.err(), Some(BackupError::NoKeys)));
    assert!(!file(&empty.database).exists());
}
