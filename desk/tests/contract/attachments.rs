//! Files.

use tresen_desk::Error;
use tresen_desk::requests::Access;
use tresen_model::{AttachmentId, Problem};

use crate::support::{Form, MAX_BYTES, MAX_FILES, World, assert_fails, contents, files_under, refusals};

stories! {
    files_come_back_as_they_were,
    files_are_sealed,
    too_many_or_too_large_files_are_refused_without_a_trace,
    a_form_that_is_given_up_leaves_no_files,
    an_empty_field_is_no_file,
    a_damaged_file_is_an_error,
    tidying_up_keeps_files_that_are_needed,
}

async fn files_come_back_as_they_were(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada);
    let agent = world.agent("Grace").await;
    let big: Vec<u8> = (0..200_000_u32).map(|n| (n * 31 % 251) as u8).collect();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let script = b"<script>alert(1)</script>".to_vec();
    let files = [
        ("../Grüße \u{202e}gnp.txt", &big),
        ("image.exe", &png),
        ("page.png", &script),
        ("empty.txt", &Vec::new()),
    ];
    let given: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let stored = world.files(&given).await.unwrap();
    let number = world.submit_with(&Form::from("ada@example.com"), stored, None).await.unwrap().number;
    let seen = world.desk.requests.conversation(&access, number).await.unwrap();
    let attachments = &seen.comments[0].attachments;
    assert_eq!(attachments.len(), 4);
    for (name, bytes, media_type) in [
        ("Grüße gnp.txt", &big, "application/octet-stream"),
        ("image.exe", &png, "image/png"),
        ("page.png", &script, "application/octet-stream"),
        ("empty.txt", &Vec::new(), "application/octet-stream"),
    ] {
        let attachment = attachments.iter().find(|one| one.name == name).unwrap();
        assert_eq!(attachment.size, bytes.len() as u64);
        assert_eq!(attachment.image, media_type.starts_with("image/"));
        for file in [
            world.desk.requests.attachment(&access, number, attachment.id).await.unwrap(),
            world.desk.requests.attachment_for_agent(&agent, number, attachment.id).await.unwrap(),
        ] {
            assert_eq!(
                (file.name.as_str(), file.size, file.media_type),
                (name, bytes.len() as u64, media_type)
            );
            assert!(contents(file).await == **bytes, "{name}");
        }
    }
    let missing = AttachmentId::parse("01890000-0000-7000-8000-000000000000").unwrap();
    assert_fails!(world.desk.requests.attachment(&access, number, missing).await, Error::NotFound);
}

async fn files_are_sealed(world: &World) {
    let words = b"Zitronenfalter ".repeat(1_000);
    let files = world.file("Schmetterling.txt", &words).await;
    world.submit_with(&Form::from("ada@example.com"), files, None).await.unwrap();
    let needles = crate::traces::Needles::new(["Zitronenfalter", "Schmetterling"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
}

async fn too_many_or_too_large_files_are_refused_without_a_trace(world: &World) {
    let many: Vec<(&str, &[u8])> = vec![("a.txt", b"a"); MAX_FILES + 1];
    assert_eq!(
        refusals(world.files(&many).await),
        [("attachments", Problem::TooManyFiles { max: MAX_FILES })]
    );
    assert_eq!(world.objects(), 0);
    let large = vec![1; MAX_BYTES as usize + 1];
    let refused = [("attachments", Problem::FilesTooLarge { max: MAX_BYTES })];
    assert_eq!(refusals(world.files(&[("a.bin", &large)]).await), refused);
    // Together, too.
    let half = &large[..MAX_BYTES as usize / 2 + 1];
    assert_eq!(refusals(world.files(&[("a.bin", half), ("b.bin", half)]).await), refused);
    assert_eq!(world.objects(), 0);
    let most = &large[..MAX_BYTES as usize];
    let files = world.files(&[("a.bin", most)]).await.unwrap();
    assert_eq!(files[0].size(), MAX_BYTES);
    drop(files);
    let just: Vec<(&str, &[u8])> = vec![("a.txt", b"a"); MAX_FILES];
    assert_eq!(world.files(&just).await.unwrap().len(), MAX_FILES);
    assert_eq!(world.objects(), 0);
}

async fn a_form_that_is_given_up_leaves_no_files(world: &World) {
    let files = world.file("a.txt", b"contents").await;
    assert_eq!(world.objects(), 1);
    drop(files);
    let mut input = world.desk.requests.receive_files();
    input.begin("half.bin").await.unwrap();
    input.write(&[1; 150_000]).await.unwrap();
    assert_eq!(world.objects(), 1);
    drop(input);
    assert_eq!(world.objects(), 0);
}

async fn an_empty_field_is_no_file(world: &World) {
    assert!(world.file("", b"").await.is_empty());
    assert_eq!(world.objects(), 0);
    let ada = world.customer("ada@example.com").await;
    let files = world.file("", b"nameless").await;
    let number = world.submit_with(&Form::from("ada@example.com"), files, None).await.unwrap().number;
    let seen = world.desk.requests.conversation(&Access::Session(ada), number).await.unwrap();
    assert_eq!(seen.comments[0].attachments[0].name, "attachment");
}

async fn a_damaged_file_is_an_error(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada);
    let files = world.file("a.bin", &[7; 200_000]).await;
    let number = world.submit_with(&Form::from("ada@example.com"), files, None).await.unwrap().number;
    let attachment =
        world.desk.requests.conversation(&access, number).await.unwrap().comments[0].attachments[0].id;
    let path = files_under(&world.place.data().join("objects")).remove(0);
    let good = std::fs::read(&path).unwrap();
    let chunk = 64 * 1024 + 16;
    let mut flipped = good.clone();
    flipped[100_000] ^= 1;
    let swapped = [&good[chunk..2 * chunk], &good[..chunk], &good[2 * chunk..]].concat();
    let cut = good[..2 * chunk].to_vec();
    for bad in [flipped, swapped, cut, Vec::new()] {
        std::fs::write(&path, &bad).unwrap();
        let read = match world.desk.requests.attachment(&access, number, attachment).await {
            Ok(file) => futures_util::TryStreamExt::try_collect::<Vec<_>>(file.contents).await.is_ok(),
            Err(_) => false,
        };
        assert!(!read, "a damaged file of {} bytes was read", bad.len());
    }
    std::fs::write(&path, &good).unwrap();
    let file = world.desk.requests.attachment(&access, number, attachment).await.unwrap();
    assert_eq!(contents(file).await.len(), 200_000);
}

async fn tidying_up_keeps_files_that_are_needed(world: &World) {
    let files = world.files(&[("a.bin", &[7; 100])]).await.unwrap();
    world.submit_with(&Form::from("ada@example.com"), files, None).await.unwrap();
    let objects = world.place.data().join("objects");
    let kept = files_under(&objects).remove(0);
    // Left behind by a machine that stopped: one long ago, one just now.
    let orphan = kept.with_file_name("0189000000007000800000000000ffff");
    let young = kept.with_file_name("0189000000007000800000000000fffe");
    for path in [&orphan, &young] {
        std::fs::write(path, b"sealed").unwrap();
    }
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for path in [&kept, &orphan] {
        std::fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    // In the folder where the desk looks for it.
    let proper = objects.join("ff");
    std::fs::create_dir_all(&proper).unwrap();
    std::fs::rename(&orphan, proper.join(orphan.file_name().unwrap())).unwrap();
    world.desk.tidy_up().await.unwrap();
    let left = files_under(&objects);
    assert!(left.contains(&kept) && left.contains(&young));
    assert_eq!(left.len(), 2);
}
