//! An export of another desk is imported: everything, once, or nothing at all.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::sync::Arc;

use futures_util::TryStreamExt;
use serde_json::{Value, json};
use tresen_desk::Secret;
use tresen_desk::privacy::{ImportError, Imported};
use tresen_desk::requests::Change;
use tresen_desk::{Desk, Error};
use tresen_model::{Priority, RequestNumber, Status};
use zip::write::SimpleFileOptions;

use crate::support::{Form, PASSWORD, Place, World, assert_fails, entered, note, random_word};
use crate::traces::Needles;

stories! {
    exported_imported_exported_is_the_same,
    the_same_file_twice_is_imported_once,
    two_at_once_import_once,
    numbers_that_are_taken_are_replaced,
    what_is_broken_or_hostile_changes_nothing,
    a_restricted_person_stays_as_they_are,
    whoever_was_imported_is_erased_like_everybody,
}

races! {
    two_at_once_import_once,
}

const EMAIL: &str = "ada@example.org";

type Files = BTreeMap<String, Vec<u8>>;

/// Another desk, of the same kind.
struct Elsewhere {
    desk: Desk,
    place: Place,
}

impl Elsewhere {
    async fn new(world: &World) -> Self {
        let place = Place::new(world.engine).await;
        let mut opening = place.opening(Arc::clone(&world.clock));
        opening.settings.public_url = "https://elsewhere.example".into();
        opening.master_key = tresen_desk::MasterKey::derive(&[9; 32]);
        Self { desk: Desk::open(opening).await.unwrap(), place }
    }

    /// The link in the only mail that was sent.
    fn link(&self, path: &str) -> Secret {
        let mails = crate::support::files_under(&self.place.outgoing());
        assert_eq!(mails.len(), 1);
        let mail = crate::mail::Mail::parse(&std::fs::read(&mails[0]).unwrap());
        let start = format!("https://elsewhere.example/{path}?token=");
        let (_, rest) = mail.text.split_once(&start).unwrap();
        Secret::received(rest.split_whitespace().next().unwrap())
    }

    async fn end(self) {
        self.desk.close().await;
        self.place.remove().await;
    }
}

async fn export(desk: &Desk, email: &str) -> Vec<u8> {
    let copy = desk.privacy.export_by_operator(email).await.unwrap().unwrap();
    let parts: Vec<_> = copy.contents.try_collect().await.unwrap();
    parts.concat()
}

fn unpack(bytes: &[u8]) -> Files {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Files::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut contents = Vec::new();
        file.read_to_end(&mut contents).unwrap();
        files.insert(name, contents);
    }
    files
}

fn pack<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, contents) in files {
        writer.start_file(name, options).unwrap();
        writer.write_all(contents).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

async fn import(desk: &Desk, bytes: &[u8]) -> Result<Imported, ImportError> {
    desk.privacy.import_person(file(bytes)).await
}

/// A customer of whom there is some of everything.
async fn write(world: &World) -> Vec<RequestNumber> {
    let grace = world.agent("Grace").await;
    let ada = world.customer(EMAIL).await;
    world.desk.accounts.change_name(&ada, "Ada Lovelace").await.unwrap();
    let big: Vec<u8> = (0..250_000_u32).map(|n| (n * 31 % 251) as u8).collect();
    let files = [("same.txt", b"one".as_slice()), ("same.txt", &big), ("leer.txt", b"")];
    let files = world.files(&files).await.unwrap();
    let form = Form::from(EMAIL).about("Distelfalter", "Where does it fly?\n\n  In spring?");
    world.tick();
    let first = world.submit_with(&form, files, Some(&ada)).await.unwrap().number;
    world.answer(&grace, first, "In the garden.").await;
    world.tick();
    world
        .desk
        .requests
        .reply(&grace, first, &note("Likes butterflies.", &random_word()), Vec::new())
        .await
        .unwrap();
    world.tick();
    let change =
        Change { status: Some(Status::Resolved), priority: Some(Priority::High), ..Change::default() };
    world.desk.requests.change(&grace, first, change).await.unwrap();
    world.tick();
    let second = world.try_submit(&Form::from(EMAIL), Some(&ada)).await.unwrap().number;
    let access = tresen_desk::requests::Access::Session(ada.clone());
    world.comment(&access, second, "One more thing.").await;
    let consent = world.desk.privacy.consents(&ada).await.unwrap().remove(1);
    world.tick();
    world.desk.privacy.withdraw_consent(&ada, Some(&consent.id)).await.unwrap();
    world.desk.privacy.restrict_customer(&grace, second).await.unwrap();
    world.submit(&Form::from("eve@example.org")).await;
    world.post().await;
    vec![first, second]
}

/// `data.json` without what is of its desk alone.
fn essence(files: &Files) -> Value {
    let mut data: Value = serde_json::from_slice(&files["data.json"]).unwrap();
    let whole = data.as_object_mut().unwrap();
    for own in ["exported_at", "desk", "sessions", "mails"] {
        whole.remove(own).unwrap();
    }
    let person = whole["person"].as_object_mut().unwrap();
    for own in ["has_account", "active_at"] {
        person.remove(own).unwrap();
    }
    person["history"].as_array_mut().unwrap().retain(|step| step["event"] != "imported");
    for request in whole["requests"].as_array_mut().unwrap() {
        for comment in request["comments"].as_array_mut().unwrap() {
            if comment["by"] == "agent" {
                comment["author"] = Value::Null;
            }
        }
    }
    data
}

async fn exported_imported_exported_is_the_same(world: &World) {
    let numbers = write(world).await;
    let original = export(&world.desk, EMAIL).await;
    let other = Elsewhere::new(world).await;
    world.tick();
    let imported = import(&other.desk, &original).await.unwrap();
    assert_eq!(imported, Imported { requests: 2, comments: 5, files: 3, known: 0, renumbered: 0 });
    let (before, after) = (unpack(&original), unpack(&export(&other.desk, EMAIL).await));
    assert_eq!(essence(&after), essence(&before));
    for (name, contents) in before.iter().filter(|(name, _)| name.starts_with("attachments/")) {
        assert!(after[name] == *contents, "{name}");
    }
    assert_eq!(before.len(), after.len());
    let data: Value = serde_json::from_slice(&after["data.json"]).unwrap();
    assert_eq!(data["person"]["has_account"], false);
    assert_eq!(data["person"]["history"].as_array().unwrap().last().unwrap()["event"], "imported");
    assert_eq!(data["consents"][0]["privacy_statement"], "https://desk.example/privacy?version=1");
    assert!(data["mails"].as_array().unwrap().is_empty());

    // Nobody was sent anything, and restricted there is restricted here: for lists, search and pages.
    while other.desk.delivery.send_due_mails().await.unwrap() > 0 {}
    assert!(crate::support::files_under(&other.place.outgoing()).is_empty());
    other
        .desk
        .accounts
        .add_person("linus@desk.example", "Linus", tresen_model::Role::Agent, PASSWORD)
        .await
        .unwrap();
    let linus =
        entered(other.desk.accounts.login("linus@desk.example", PASSWORD, None).await.unwrap()).session;
    let linus = other.desk.people.session(&linus).await.unwrap().unwrap().agent().unwrap();
    while other.desk.indexer.index_stale().await.unwrap() > 0 {}
    assert_eq!(Needles::new(["distelfalter"]).traces(&other.place).await, Vec::<String>::new());
    assert_fails!(other.desk.requests.conversation_for_agent(&linus, numbers[0]).await, Error::Restricted);
    // Lifted, it is all there: what the agents see, and what search finds.
    other.desk.privacy.ask_data_link(EMAIL).await.unwrap();
    other.desk.settle().await;
    while other.desk.delivery.send_due_mails().await.unwrap() > 0 {}
    let link = other.link("account/data");
    let access = other.desk.privacy.exchange_data_link(&link).await.unwrap();
    let access = other.desk.privacy.data_access(&access).await.unwrap();
    other.desk.privacy.lift_restriction(&access).await.unwrap();
    other.desk.privacy.lift_for_customer(&linus, numbers[0]).await.unwrap();
    let shown = other.desk.requests.conversation_for_agent(&linus, numbers[0]).await.unwrap();
    assert_eq!((shown.status, shown.priority), (Status::Resolved, Priority::High));
    assert_eq!(shown.comments.len(), 3);
    assert!(shown.comments[1].author.is_none() && shown.comments[0].author.is_some());
    while other.desk.indexer.index_stale().await.unwrap() > 0 {}
    assert!(!Needles::new(["distelfalter"]).traces(&other.place).await.is_empty());
    other.end().await;
}

async fn the_same_file_twice_is_imported_once(world: &World) {
    write(world).await;
    let original = export(&world.desk, EMAIL).await;
    // Into the desk where it came from: all of it is there.
    let nothing = Imported { known: 2, ..Imported::default() };
    assert_eq!(import(&world.desk, &original).await.unwrap(), nothing);
    let other = Elsewhere::new(world).await;
    import(&other.desk, &original).await.unwrap();
    let once = essence(&unpack(&export(&other.desk, EMAIL).await));
    let objects = crate::support::files_under(&other.place.data().join("objects")).len();
    world.tick();
    assert_eq!(import(&other.desk, &original).await.unwrap(), nothing);
    assert_eq!(essence(&unpack(&export(&other.desk, EMAIL).await)), once);
    assert_eq!(crate::support::files_under(&other.place.data().join("objects")).len(), objects);
    other.end().await;
}

async fn two_at_once_import_once(world: &World) {
    write(world).await;
    let original = export(&world.desk, EMAIL).await;
    let other = Elsewhere::new(world).await;
    let tries = (0..6).map(|_| {
        let (desk, file) = (other.desk.clone(), file(&original));
        tokio::spawn(async move { desk.privacy.import_person(file).await })
    });
    let mut requests = 0;
    for one in tries.collect::<Vec<_>>() {
        requests += one.await.unwrap().unwrap().requests;
    }
    assert_eq!(requests, 2);
    assert_eq!(essence(&unpack(&export(&other.desk, EMAIL).await)), essence(&unpack(&original)));
    assert_eq!(crate::support::files_under(&other.place.data().join("objects")).len(), 3);
    other.end().await;
}

async fn numbers_that_are_taken_are_replaced(world: &World) {
    write(world).await;
    // Somebody else here has the number of the second request.
    let files = unpack(&export(&world.desk, EMAIL).await);
    let other = Elsewhere::new(world).await;
    let eve = unpack(&export(&world.desk, "eve@example.org").await);
    let mut data: Value = serde_json::from_slice(&eve["data.json"]).unwrap();
    let mine: Value = serde_json::from_slice(&files["data.json"]).unwrap();
    data["requests"][0]["number"] = mine["requests"][1]["number"].clone();
    import(&other.desk, &pack([("data.json", data.to_string().as_bytes())])).await.unwrap();

    let original = pack(files.iter().map(|(name, contents)| (name.as_str(), contents.as_slice())));
    let imported = import(&other.desk, &original).await.unwrap();
    assert_eq!((imported.requests, imported.renumbered), (2, 1));
    let after: Value =
        serde_json::from_slice(&unpack(&export(&other.desk, EMAIL).await)["data.json"]).unwrap();
    assert_eq!(after["requests"][0]["number"], mine["requests"][0]["number"]);
    assert_ne!(after["requests"][1]["number"], mine["requests"][1]["number"]);
    assert_eq!(after["requests"][1]["comments"], mine["requests"][1]["comments"]);
    // Known again also under the other number.
    assert_eq!(import(&other.desk, &original).await.unwrap().known, 2);
    other.end().await;
}

/// A ZIP file whose entries all lie over the same bytes.
fn overlapping(contents: &[u8], entries: u16) -> Vec<u8> {
    let crc = {
        let one = pack([("data.json", contents)]);
        one[14..18].to_vec()
    };
    let size = u32::try_from(contents.len()).unwrap().to_le_bytes();
    let header = |name: &str| {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&[10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend_from_slice(&crc);
        bytes.extend_from_slice(&size);
        bytes.extend_from_slice(&size);
        bytes.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes
    };
    let mut zip = b"PK\x03\x04".to_vec();
    zip.extend_from_slice(&header("data.json"));
    zip.extend_from_slice(b"data.json");
    zip.extend_from_slice(contents);
    let start = u32::try_from(zip.len()).unwrap();
    for entry in 0..entries {
        let name = if entry == 0 { "data.json".to_owned() } else { format!("a{entry:08}") };
        zip.extend_from_slice(b"PK\x01\x02\x14\x00");
        zip.extend_from_slice(&header(&name));
        zip.extend_from_slice(&[0; 14]);
        zip.extend_from_slice(name.as_bytes());
    }
    let length = u32::try_from(zip.len()).unwrap() - start;
    zip.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00");
    zip.extend_from_slice(&entries.to_le_bytes());
    zip.extend_from_slice(&entries.to_le_bytes());
    zip.extend_from_slice(&length.to_le_bytes());
    zip.extend_from_slice(&start.to_le_bytes());
    zip.extend_from_slice(&[0, 0]);
    zip
}

async fn what_is_broken_or_hostile_changes_nothing(world: &World) {
    write(world).await;
    let original = export(&world.desk, EMAIL).await;
    let files = unpack(&original);
    let other = Elsewhere::new(world).await;
    let desk = &other.desk;
    let all = || files.iter().map(|(name, contents)| (name.as_str(), contents.as_slice()));
    let packed_with = |name: &str, contents: &[u8]| {
        let mut more = files.clone();
        more.insert(name.to_owned(), contents.to_vec());
        pack(more.iter().map(|(name, contents)| (name.as_str(), contents.as_slice())))
    };
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut data: Value = serde_json::from_slice(&files["data.json"]).unwrap();
        change(&mut data);
        packed_with("data.json", data.to_string().as_bytes())
    };

    // No ZIP file, cut off, changed, packed anew, compressed.
    for bytes in [&b""[..], b"Hello", &original[..original.len() / 2], &original[..original.len() - 1]] {
        assert_fails!(import(desk, bytes).await, ImportError::Unreadable);
    }
    let at = original.windows(4).position(|window| window == b"\x00\x1f\x3e\x5d").unwrap();
    let mut flipped = original.clone();
    flipped[at + 1] ^= 1;
    assert_fails!(import(desk, &flipped).await, ImportError::Unreadable);
    let mut compressed = original.clone();
    for at in 0..compressed.len() - 12 {
        if &compressed[at..at + 4] == b"PK\x01\x02" {
            compressed[at + 10] = 8;
        }
    }
    assert_fails!(import(desk, &compressed).await, ImportError::Repacked);

    // Names that lead elsewhere, and more than a file can hold.
    for name in ["../evil.txt", "/etc/evil", "attachments/../../evil", "a\\..\\evil", "attachments//evil"] {
        assert_fails!(import(desk, &packed_with(name, b"evil")).await, ImportError::Hostile);
    }
    let bomb = overlapping(&vec![b' '; 1_000_000], 5_000);
    assert!(bomb.len() < 2_000_000);
    assert_fails!(import(desk, &bomb).await, ImportError::Hostile);
    assert_fails!(import(desk, &packed_with("attachments/more.txt", b"x")).await, ImportError::Stranger);

    // Files that are missing, or are not as they are said to be.
    assert_fails!(import(desk, &pack([("index.html", b"x".as_slice())])).await, ImportError::NoData);
    let one = files.keys().find(|name| name.ends_with("1-same.txt")).unwrap();
    let without = pack(all().filter(|(name, _)| name != one).collect::<Vec<_>>());
    assert_fails!(import(desk, &without).await, ImportError::NoFile { .. });
    assert_fails!(import(desk, &packed_with(one, b"another")).await, ImportError::Value { .. });
    let twice = changed(&|data| {
        let path = data["requests"][0]["comments"][0]["attachments"][0].clone();
        data["requests"][0]["comments"][0]["attachments"][1] = path;
    });
    assert_fails!(import(desk, &twice).await, ImportError::Value { .. });
    let outside = changed(&|data| {
        data["requests"][0]["comments"][0]["attachments"][0]["path"] = json!("data.json");
    });
    assert_fails!(import(desk, &outside).await, ImportError::Value { .. });

    // Not what the schema describes.
    for bytes in [&b"{"[..], b"[]", b"{}", b"\xff", &vec![b'['; 100_000]] {
        let said = import(desk, &packed_with("data.json", bytes)).await;
        assert_fails!(said, ImportError::Format { .. });
    }
    let newer = changed(&|data| data["version"] = json!(2));
    assert_fails!(import(desk, &newer).await, ImportError::Version { version: 2, known: 1 });
    let more = changed(&|data| data["requests"][0]["secret"] = json!(true));
    assert_fails!(import(desk, &more).await, ImportError::Format { .. });
    let less = changed(&|data| drop(data["person"].as_object_mut().unwrap().remove("email")));
    assert_fails!(import(desk, &less).await, ImportError::Format { .. });
    let long = "x".repeat(60_000);
    for (place, value) in [
        ("/format", json!("tresen-desk")),
        ("/person/email", json!("ada")),
        ("/person/since", json!("yesterday")),
        ("/person/since", json!("2999-01-01T00:00:00Z")),
        ("/person/language", json!("fr")),
        ("/consents/0/privacy_statement", json!("https://a.example/privacy?version=1&for=ada")),
        ("/consents/0/given_in", json!("phone")),
        ("/restriction/by", json!(["nobody"])),
        ("/requests/0/number", json!("7")),
        ("/requests/0/subject", json!("")),
        ("/requests/0/kind", json!("Ada Lovelace, 12345")),
        ("/requests/0/status", json!("lost")),
        ("/requests/0/closed_at", Value::Null),
        ("/requests/0/comments", json!([])),
        ("/requests/0/comments/0/body", json!(long)),
        ("/requests/0/comments/0/body", json!("")),
        ("/requests/0/comments/0/by", json!("admin")),
        ("/requests/0/comments/1/own", json!(true)),
        ("/requests/0/history/0/event", json!("erased")),
        ("/requests/1/history/0/at", json!("")),
    ] {
        let bytes = changed(&|data| *data.pointer_mut(place).unwrap() = value.clone());
        let error = import(desk, &bytes).await.unwrap_err();
        assert!(matches!(error, ImportError::Value { .. }), "{place}: {error}");
        // The sentence says where, and never what.
        assert!(!error.to_string().contains("Ada"), "{error}");
    }

    // Nobody came, and no file was left.
    assert!(desk.privacy.export_by_operator(EMAIL).await.unwrap().is_none());
    assert!(crate::support::files_under(&other.place.data().join("objects")).is_empty());
    // And the file itself is fine.
    assert_eq!(import(desk, &original).await.unwrap().requests, 2);
    other.end().await;
}

async fn a_restricted_person_stays_as_they_are(world: &World) {
    write(world).await;
    let original = export(&world.desk, EMAIL).await;
    let other = Elsewhere::new(world).await;
    other.desk.accounts.register(EMAIL, tresen_model::Language::English).await.unwrap();
    other.desk.settle().await;
    while other.desk.delivery.send_due_mails().await.unwrap() > 0 {}
    let secret =
        other.desk.accounts.complete_registration(&other.link("register"), PASSWORD).await.unwrap().session;
    let ada = other.desk.people.session(&secret).await.unwrap().unwrap();
    other.desk.privacy.restrict(&ada).await.unwrap();
    assert_fails!(import(&other.desk, &original).await, ImportError::Restricted);
    assert!(crate::support::files_under(&other.place.data().join("objects")).is_empty());
    other.desk.privacy.lift_restriction(&ada).await.unwrap();
    assert_eq!(import(&other.desk, &original).await.unwrap().requests, 2);
    // They keep their account here, and what they were called.
    let account = other.desk.accounts.account(&ada).await.unwrap();
    assert_eq!(account.name, None);
    other.desk.accounts.login(EMAIL, PASSWORD, None).await.unwrap();
    other.end().await;
}

async fn whoever_was_imported_is_erased_like_everybody(world: &World) {
    write(world).await;
    let original = export(&world.desk, EMAIL).await;
    let other = Elsewhere::new(world).await;
    import(&other.desk, &original).await.unwrap();
    let erased = other.desk.privacy.erase_by_operator(EMAIL).await.unwrap().unwrap();
    assert_eq!((erased.count.requests, erased.count.comments, erased.count.attachments), (2, 5, 3));
    let needles = Needles::new([EMAIL, "Ada Lovelace", "distelfalter", "butterflies"]);
    assert_eq!(needles.traces(&other.place).await, Vec::<String>::new());
    assert!(crate::support::files_under(&other.place.data().join("objects")).is_empty());
    other.end().await;
}
