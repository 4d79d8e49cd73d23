//! Backups bring back everything except whoever was erased since.

use std::path::{Path, PathBuf};

use tresen_desk::backup::{BackupError, Done, Part, Places, Remembered, backup, give_up_keyless, restore};
use tresen_desk::clock::Clock;
use tresen_desk::requests::Access;
use tresen_desk::{Broken, Desk, Error, Location, MasterKey};

use crate::support::{
    Engine, Form, PASSWORD, Place, World, assert_fails, clock, contents, entered, files_under,
};
use crate::traces::Needles;

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

/// Restores with what is in place.
async fn bring_back(place: &Place, from: &Path) -> Result<Done, BackupError> {
    restore(&places(place), master_key(), from, &Remembered::default(), clock().now()).await
}

/// The words of every request there are to be read with a desk's keys.
async fn readable(desk: &Desk) -> Vec<String> {
    while desk.indexer.index_stale().await.unwrap() > 0 {}
    let grace = entered(desk.accounts.login("grace@desk.example", PASSWORD, None).await.unwrap()).session;
    let grace = desk.people.session(&grace).await.unwrap().unwrap().agent().unwrap();
    let query = tresen_desk::requests::QueueQuery {
        view: tresen_desk::requests::QueueView::All,
        ..Default::default()
    };
    let lines = desk.requests.queue(&grace, &query).await.unwrap();
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
    world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    assert_eq!(readable(&world.desk).await, ["Bandersnatch", "Mandersnatch"]);

    // Not while it is being served.
    assert!(matches!(bring_back(&world.place, &old).await.err(), Some(BackupError::Running)));
    world.desk.close().await;
    let done = bring_back(&world.place, &old).await.unwrap();
    assert_eq!(done.keyless, 1);
    let desk = world.open_another().await.unwrap();
    assert_eq!(readable(&desk).await, ["Mandersnatch"]);
    assert!(desk.privacy.erase_by_operator("ada@example.com").await.unwrap().is_none());
    assert!(
        desk.people
            .session(&entered(desk.accounts.login("bob@example.com", PASSWORD, None).await.unwrap()).session)
            .await
            .unwrap()
            .is_some()
    );
    // Who was logged in then has to log in again.
    assert_fails!(desk.requests.my_requests(&ada, &Default::default()).await, Error::Forbidden);
    let access = Access::Session(bob);
    let seen = desk.requests.conversation(&access, number).await.unwrap();
    let attachment =
        desk.requests.attachment(&access, number, seen.comments[0].attachments[0].id).await.unwrap();
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
    assert!(matches!(bring_back(&world.place, &keys).await.err(), Some(BackupError::NoBackup(..))));
    world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    world.desk.close().await;

    // Both from before the erasure, and what is there now remembers it.
    for ending in ["", "-wal", "-shm"] {
        let mut path = file(&world.place.keys).to_owned().into_os_string();
        path.push(ending);
        std::fs::remove_file(PathBuf::from(path)).ok();
    }
    std::fs::copy(keys.join("keys.db"), file(&world.place.keys)).unwrap();
    bring_back(&world.place, &data).await.unwrap();
    let desk = world.open_another().await.unwrap();
    assert_eq!(readable(&desk).await, Vec::<String>::new());
    assert!(desk.privacy.erase_by_operator("ada@example.com").await.unwrap().is_none());
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
    let restored = bring_back(&world.place, &old).await;
    assert!(matches!(restored.err(), Some(BackupError::NoBackup(..))));
    let none = bring_back(&world.place, elsewhere.path()).await;
    assert!(matches!(none.err(), Some(BackupError::NoBackup(..))));
    // Into an empty folder, without the keys.
    let empty = Place::new(Engine::Sqlite).await;
    let fresh = elsewhere.path().join("fresh");
    data_backup(&world, &fresh).await;
    let accepted = Remembered { accept_unknown: true, ..Remembered::default() };
    let restored = restore(&places(&empty), master_key(), &fresh, &accepted, world.desk.now()).await;
    assert!(matches!(restored.err(), Some(BackupError::NoKeys)));
    assert!(!file(&empty.database).exists());
}

/// A desk whose disk is lost: what was kept elsewhere, and a new, empty place with the old keys in it.
struct Lost {
    elsewhere: tempfile::TempDir,
    place: Place,
    world: World,
}

impl Lost {
    const WORDS: [&str; 4] = ["ada@example.com", "Jabberwock", "slithy toves", "borogoves"];

    /// Ada erases herself after the backup was made, Carol before.
    async fn new() -> Self {
        let world = world().await;
        let elsewhere = tempfile::tempdir().unwrap();
        world.agent("Grace").await;
        for email in ["carol@example.com", "bob@example.com"] {
            world.submit(&Form::from(email).about("Mandersnatch", "Please")).await;
        }
        world.desk.privacy.erase_by_operator("carol@example.com").await.unwrap().unwrap();
        let early = std::fs::read(world.place.data().join("erasures.txt")).unwrap();
        std::fs::write(elsewhere.path().join("begun.txt"), early).unwrap();
        let form = Form::from("ada@example.com").about("Jabberwock", "The slithy toves");
        let files = world.file("borogoves.txt", b"All mimsy were the borogoves").await;
        world.submit_with(&form, files, None).await.unwrap();
        world.desk.privacy.erase_by_operator("bob@example.com").await.unwrap().unwrap();
        let at = |name: &str| elsewhere.path().join(name);
        std::fs::copy(world.place.data().join("erasures.txt"), at("backup.txt")).unwrap();
        world.tick();
        data_backup(&world, &at("data")).await;
        backup(&places(&world.place), Part::Keys, &at("keys"), world.desk.now()).await.unwrap();

        world.tick();
        world.desk.privacy.erase_by_operator("ada@example.com").await.unwrap().unwrap();
        std::fs::copy(world.place.data().join("erasures.txt"), at("erasures.txt")).unwrap();
        world.desk.close().await;
        let place = Place::new(Engine::Sqlite).await;
        std::fs::copy(at("keys").join("keys.db"), file(&place.keys)).unwrap();
        Self { elsewhere, place, world }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.elsewhere.path().join(name)
    }

    async fn restore(&self, list: Option<&Path>, accept_unknown: bool) -> Result<Done, BackupError> {
        let remembered = Remembered { list, accept_unknown };
        let now = self.world.clock.now();
        restore(&places(&self.place), master_key(), &self.at("data"), &remembered, now).await
    }

    async fn open(&self) -> Desk {
        Desk::open(self.place.opening(self.world.clock.clone())).await.unwrap()
    }

    /// Opens what was restored, and shows that Ada is gone to the last byte.
    async fn assert_gone(&self) {
        let desk = self.open().await;
        assert_eq!(desk.privacy.unfinished_erasures().await.unwrap(), 0);
        assert_eq!(readable(&desk).await, Vec::<String>::new());
        assert!(desk.privacy.erase_by_operator("ada@example.com").await.unwrap().is_none());
        desk.close().await;
        assert_eq!(Needles::new(Self::WORDS).traces(&self.place).await, Vec::<String>::new());
        assert!(files_under(&self.place.data().join("objects")).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_disk_the_list_keeps_the_erased_out() {
    let lost = Lost::new().await;

    let done = lost.restore(Some(&lost.at("erasures.txt")), false).await.unwrap();

    assert_eq!((done.again, done.unknown_since), (1, None));
    assert_eq!(done.newest_erasure.unwrap().0 / 1_000_000, lost.world.clock.now().0 / 1_000_000);
    lost.assert_gone().await;
    // The list goes on in the new place, and is enough for another restore there.
    assert_eq!(lost.restore(None, false).await.unwrap().again, 1);
    lost.assert_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_line_that_was_cut_off_keeps_no_restore_from_being_done() {
    let lost = Lost::new().await;
    let mut list = std::fs::read(lost.at("erasures.txt")).unwrap();
    let line = list.split_inclusive(|byte| *byte == b'\n').next_back().unwrap().to_vec();
    list.extend_from_slice(&line[..line.len() / 2]);
    std::fs::write(lost.at("torn.txt"), list).unwrap();

    assert_eq!(lost.restore(Some(&lost.at("torn.txt")), false).await.unwrap().again, 1);

    lost.assert_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_disk_nothing_is_restored_without_a_list() {
    let lost = Lost::new().await;
    let other = Place::new(Engine::Sqlite).await;
    let opening = other.opening_with(clock(), MasterKey::derive(&[8; 32]));
    Desk::open(opening).await.unwrap().close().await;
    let list = std::fs::read_to_string(lost.at("erasures.txt")).unwrap();
    std::fs::write(lost.at("damaged.txt"), list.replacen("\n2", "\n3", 1)).unwrap();
    std::fs::write(lost.at("empty.txt"), "").unwrap();
    let later = Place::new(Engine::Sqlite).await;
    lost.world.clock.advance_seconds(60);
    Desk::open(later.opening(lost.world.clock.clone())).await.unwrap().close().await;

    for (list, says) in [
        (None, "nothing here says"),
        // It has what was erased before the backup was made, but for the last.
        (Some(lost.at("begun.txt")), "older than the backup"),
        (Some(later.data().join("erasures.txt")), "since 20"),
    ] {
        match lost.restore(list.as_deref(), false).await {
            Err(error @ BackupError::UnknownErasures { .. }) => {
                let said = error.to_string();
                for part in [says, "--erasures FILE", "--accept-unknown-erasures", "2027-01-15T08:00"] {
                    assert!(said.contains(part), "{part}: {said}");
                }
            }
            _ => panic!("not refused: {says}"),
        }
    }
    for (list, says) in [
        (other.data().join("erasures.txt"), "of another desk"),
        (lost.at("damaged.txt"), "is damaged in line 2"),
        (lost.at("empty.txt"), "is no list of erasures"),
        (lost.at("data/manifest.json"), "is no list of erasures"),
        (lost.at("missing.txt"), "cannot be used"),
    ] {
        match lost.restore(Some(&list), true).await {
            Err(error @ BackupError::List(_)) => assert!(error.to_string().contains(says), "{error}"),
            _ => panic!("not refused: {}", list.display()),
        }
    }
    let mut names: Vec<_> =
        std::fs::read_dir(lost.place.data()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.retain(|name| !name.to_string_lossy().starts_with("keys.db"));
    assert!(names.is_empty(), "{names:?}");

    // A list from the time of the backup is all that it can know.
    assert_eq!(lost.restore(Some(&lost.at("backup.txt")), false).await.unwrap().again, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_erasures_are_accepted_at_the_operators_word() {
    let lost = Lost::new().await;

    let done = lost.restore(None, true).await.unwrap();

    // What this is all about: she is back.
    assert_eq!((done.again, done.newest_erasure), (0, None));
    let desk = lost.open().await;
    assert_eq!(readable(&desk).await, ["Jabberwock"]);
    desk.close().await;
    // The list begins anew, and does not claim to know what it cannot.
    let restored = lost.restore(None, false).await;
    assert!(matches!(restored.err(), Some(BackupError::UnknownErasures { .. })));
    // The copy that turns up later has her erased again, at the next start.
    let mut opening = lost.place.opening(lost.world.clock.clone());
    opening.erasures_copy = Some(lost.at("erasures.txt"));
    Desk::open(opening).await.unwrap().close().await;
    lost.assert_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_desk_in_the_place_of_the_lost_one_knows_nothing() {
    let lost = Lost::new().await;
    lost.world.clock.advance_seconds(3600);
    // Somebody has started the desk before the restore.
    lost.open().await.close().await;

    assert!(matches!(lost.restore(None, false).await.err(), Some(BackupError::UnknownErasures { .. })));
    assert_eq!(lost.restore(Some(&lost.at("erasures.txt")), false).await.unwrap().again, 1);

    lost.assert_gone().await;
}
