//! The list of erasures: each is in it before it is answered, and whoever it names stays erased, whatever
//! copies of data and keys come back.

use std::path::Path;

use tresen_desk::{Broken, Desk, Error, MasterKey};

use crate::mail::Mail;
use crate::support::{Form, PASSWORD, Place, World, assert_fails, clock, files_under};
use crate::traces::Needles;

stories! {
    copies_from_before_an_erasure_bring_nobody_back,
    an_erasure_is_answered_when_its_line_is_on_disk,
    every_way_of_erasing_is_in_the_list,
    a_list_that_was_cut_off_or_lost_is_made_whole,
    a_copy_that_cannot_be_used_keeps_nobody_from_being_served,
    a_list_of_another_desk_is_left_alone,
    what_only_the_copy_knows_is_erased_while_serving,
    whichever_state_the_copy_is_in_who_can_be_read_in_it_stays_erased,
    a_list_older_than_the_erasure_brings_the_person_back,
    staff_who_were_erased_stay_erased,
    a_person_of_two_joined_records_stays_erased,
    old_copies_may_come_back_again_and_again,
}

const EMAIL: &str = "vorpalina@example.com";
const WORDS: [&str; 4] = [EMAIL, "Jabberwocky", "slithy toves", "borogoves"];

async fn write(world: &World) {
    let form = Form::from(EMAIL).about("Jabberwocky", "The slithy toves");
    let file = world.file("borogoves.txt", b"All mimsy were the borogoves").await;
    world.submit_with(&form, file, None).await.unwrap();
    world.submit(&Form::from("bob@example.com").about("Mandersnatch", "Please")).await;
    world.index().await;
}

fn lines(list: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(list).unwrap_or_default();
    text.lines().map(ToOwned::to_owned).collect()
}

/// The list in the data folder.
fn local(place: &Place) -> std::path::PathBuf {
    place.data().join("erasures.txt")
}

async fn open(world: &World, place: &Place, copy: &Path) -> Result<Desk, Broken> {
    let mut opening = place.opening(world.clock.clone());
    opening.erasures_copy = Some(copy.to_owned());
    Desk::open(opening).await
}

async fn is_known(desk: &Desk, email: &str) -> bool {
    // An erasure that finds nobody changes nothing.
    desk.privacy.erase_by_operator(email).await.unwrap().is_some()
}

async fn copies_from_before_an_erasure_bring_nobody_back(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("erasures.txt");
    write(world).await;
    world.desk.close().await;
    let (old, older) = (world.place.copy().await, world.place.copy().await);

    let desk = open(world, &world.place, &copy).await.unwrap();
    assert_eq!(lines(&copy).len(), 1, "only its first line");
    world.tick();
    assert!(is_known(&desk, EMAIL).await);
    desk.privacy.exchange_erasures().await.unwrap();
    let listed = lines(&copy);
    assert_eq!((listed.len(), &listed), (2, &lines(&local(&world.place))));
    for word in ["vorpalina", "example", "Jabberwock"] {
        assert!(!listed.concat().contains(word), "{listed:?}");
    }
    desk.close().await;

    // All is from before the erasure, but for the copy of the list.
    let desk = open(world, &old, &copy).await.unwrap();
    assert_eq!(desk.privacy.unfinished_erasures().await.unwrap(), 0);
    assert!(!is_known(&desk, EMAIL).await);
    assert_eq!(Needles::new(WORDS).traces(&old).await, Vec::<String>::new());
    assert!(is_known(&desk, "bob@example.com").await);
    desk.close().await;
    // Without it she would be back.
    let desk = Desk::open(older.opening(world.clock.clone())).await.unwrap();
    assert!(is_known(&desk, EMAIL).await);
    desk.close().await;
    old.remove().await;
    older.remove().await;
}

async fn an_erasure_is_answered_when_its_line_is_on_disk(world: &World) {
    write(world).await;
    let list = local(&world.place);
    let before = std::fs::read(&list).unwrap();
    // Nothing can be written there.
    std::fs::remove_file(&list).unwrap();
    std::fs::create_dir(&list).unwrap();

    assert_fails!(world.desk.privacy.erase_by_operator(EMAIL).await, Error::Unfinished { begun: true });
    world.clock.advance_seconds(60);
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 0);
    assert_eq!(world.desk.privacy.unfinished_erasures().await.unwrap(), 1);

    std::fs::remove_dir(&list).unwrap();
    std::fs::write(&list, &before).unwrap();
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 1);
    assert_eq!(lines(&list).len(), 2);
    assert!(!is_known(&world.desk, EMAIL).await);
}

async fn every_way_of_erasing_is_in_the_list(world: &World) {
    let list = local(&world.place);
    let ada = world.customer("ada@example.com").await;
    world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    assert_eq!(lines(&list).len(), 2);
    world.submit(&Form::from("bob@example.com")).await;
    world.post().await;
    world.desk.privacy.ask_erasure("bob@example.com").await.unwrap();
    let link = world.mail().await.link("account/delete");
    world.desk.privacy.erase_by_link(&link).await.unwrap();
    assert_eq!(lines(&list).len(), 3);
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from("carol@example.com")).await;
    world.desk.privacy.erase_by_agent(&grace, number, tresen_desk::privacy::Asked::Phone).await.unwrap();
    assert_eq!(lines(&list).len(), 4);
    // Nobody is in it twice, and a start adds nobody.
    world.open_another().await.unwrap().close().await;
    assert_eq!(lines(&list).len(), 4);
}

async fn a_list_that_was_cut_off_or_lost_is_made_whole(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("erasures.txt");
    for email in ["ada@example.com", "bob@example.com"] {
        world.submit(&Form::from(email)).await;
        assert!(is_known(&world.desk, email).await);
    }
    let list = local(&world.place);
    let whole = std::fs::read(&list).unwrap();
    for kept in [whole.len() - 1, whole.len() - 30, whole.len() - 150, 0] {
        match kept {
            0 => std::fs::remove_file(&list).unwrap(),
            kept => std::fs::write(&list, &whole[..kept]).unwrap(),
        }
        open(world, &world.place, &copy).await.unwrap().close().await;
        assert_eq!(std::fs::read(&list).unwrap().len(), whole.len(), "{kept}");
        assert_eq!(lines(&list).len(), 3, "{kept}");
        // The copy too, by what the list has.
        assert_eq!(lines(&copy), lines(&list), "{kept}");
        std::fs::write(&copy, &whole[..whole.len() - 20]).unwrap();
    }
}

async fn a_copy_that_cannot_be_used_keeps_nobody_from_being_served(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("away/erasures.txt");
    world.desk.close().await;
    let desk = open(world, &world.place, &copy).await.unwrap();
    desk.accounts
        .add_person("grace@desk.example", "Grace", tresen_model::Role::Agent, PASSWORD)
        .await
        .unwrap();
    assert!(is_known(&desk, "grace@desk.example").await);
    assert_eq!(desk.privacy.exchange_erasures().await.unwrap(), 0);

    // It is there again.
    std::fs::create_dir(elsewhere.path().join("away")).unwrap();
    desk.privacy.exchange_erasures().await.unwrap();
    assert_eq!(lines(&copy).len(), 2);
    // Lost, and made again.
    std::fs::remove_file(&copy).unwrap();
    desk.privacy.exchange_erasures().await.unwrap();
    assert_eq!(lines(&copy).len(), 2);
    desk.close().await;
}

async fn a_list_of_another_desk_is_left_alone(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("erasures.txt");
    let other = Place::new(world.engine).await;
    let opening = other.opening_with(clock(), MasterKey::derive(&[8; 32]));
    Desk::open(opening).await.unwrap().close().await;
    let text = std::fs::read(local(&other)).unwrap();
    std::fs::write(&copy, &text).unwrap();
    world.submit(&Form::from(EMAIL)).await;
    world.desk.close().await;

    let desk = open(world, &world.place, &copy).await.unwrap();
    assert!(is_known(&desk, EMAIL).await);
    desk.privacy.exchange_erasures().await.unwrap();
    desk.close().await;
    assert_eq!(std::fs::read(&copy).unwrap(), text);

    std::fs::write(local(&world.place), &text).unwrap();
    assert!(matches!(world.open_another().await.err(), Some(Broken::Erasures(_))));
    assert_eq!(std::fs::read(local(&world.place)).unwrap(), text);
    other.remove().await;
}

async fn what_only_the_copy_knows_is_erased_while_serving(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("erasures.txt");
    write(world).await;
    world.desk.close().await;
    let old = world.place.copy().await;
    let desk = open(world, &world.place, &copy).await.unwrap();
    assert!(is_known(&desk, EMAIL).await);
    desk.close().await;
    let away = elsewhere.path().join("away.txt");
    std::fs::rename(&copy, &away).unwrap();

    // The other machine is away at the start.
    let desk = open(world, &old, &copy).await.unwrap();
    std::fs::rename(&away, &copy).unwrap();
    assert_eq!(desk.privacy.exchange_erasures().await.unwrap(), 1);
    assert_eq!(desk.privacy.unfinished_erasures().await.unwrap(), 0);
    assert!(!is_known(&desk, EMAIL).await);
    assert_eq!(desk.privacy.exchange_erasures().await.unwrap(), 0);
    assert!(is_known(&desk, "bob@example.com").await);
    desk.close().await;
    old.remove().await;
}

/// Two customers of whom a copy of the list names both.
async fn both_erased(world: &World, copy: &Path) -> Place {
    write(world).await;
    world.desk.close().await;
    let old = world.place.copy().await;
    let desk = open(world, &world.place, copy).await.unwrap();
    assert!(is_known(&desk, EMAIL).await);
    world.tick();
    assert!(is_known(&desk, "bob@example.com").await);
    desk.close().await;
    assert_eq!(lines(copy).len(), 3);
    old
}

async fn whichever_state_the_copy_is_in_who_can_be_read_in_it_stays_erased(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("erasures.txt");
    let old = both_erased(world, &copy).await;
    let whole = std::fs::read_to_string(&copy).unwrap();
    let parts: Vec<&str> = whole.split_inclusive('\n').collect();
    let other = parts[1].replacen('Z', "z", 1);

    for (state, text, ada, bob) in [
        ("whole", whole.clone(), false, false),
        ("with the line ends of Windows", whole.replace('\n', "\r\n"), false, false),
        ("with empty lines", whole.replace('\n', "\n\n"), false, false),
        ("in another order", [parts[0], parts[2], parts[1]].concat(), false, false),
        ("with a line twice", [parts[0], parts[1], parts[1], parts[2]].concat(), false, false),
        ("with words of somebody", [parts[0], "# ours\n", parts[1], parts[2]].concat(), false, false),
        ("without its last line feed", whole.trim_end().to_owned(), false, false),
        ("cut off in its last line", whole[..whole.len() - 20].to_owned(), false, true),
        ("older", [parts[0], parts[1]].concat(), false, true),
        ("damaged in a line", [parts[0], &other, parts[2]].concat(), true, false),
        ("of zeros behind", format!("{}{}", whole, "\0".repeat(4096)), false, false),
        ("new", parts[0].to_owned(), true, true),
        ("missing", String::new(), true, true),
    ] {
        let again = old.copy().await;
        let found = elsewhere.path().join("found.txt");
        std::fs::remove_file(&found).ok();
        if !text.is_empty() {
            std::fs::write(&found, text).unwrap();
        }
        let desk = open(world, &again, &found).await.unwrap();
        assert_eq!(
            (is_known(&desk, EMAIL).await, is_known(&desk, "bob@example.com").await),
            (ada, bob),
            "{state}"
        );
        desk.close().await;
        again.remove().await;
    }
    old.remove().await;
}

async fn a_list_older_than_the_erasure_brings_the_person_back(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let (copy, older) = (elsewhere.path().join("erasures.txt"), elsewhere.path().join("older.txt"));
    write(world).await;
    world.desk.close().await;
    let old = world.place.copy().await;
    let desk = open(world, &world.place, &copy).await.unwrap();
    std::fs::copy(&copy, &older).unwrap();
    assert!(is_known(&desk, EMAIL).await);
    desk.privacy.exchange_erasures().await.unwrap();
    desk.close().await;

    let desk = open(world, &old, &older).await.unwrap();
    assert!(is_known(&desk, EMAIL).await);
    desk.close().await;
    // Erased once more, the person is in it once, as is who only the newer copy names.
    assert_eq!(lines(&older).len(), 2);
    let desk = open(world, &old, &copy).await.unwrap();
    desk.close().await;
    assert_eq!((lines(&copy).len(), lines(&local(&old)).len()), (2, 2));
    old.remove().await;
}

async fn staff_who_were_erased_stay_erased(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("erasures.txt");
    let (root, grace) = (world.admin("Root").await, world.agent("Grace").await);
    let number = world.submit(&Form::from(EMAIL)).await;
    world.answer(&grace, number, "Mandersnatch").await;
    world.desk.close().await;
    let old = world.place.copy().await;
    let desk = open(world, &world.place, &copy).await.unwrap();
    assert!(is_known(&desk, "grace@desk.example").await);
    desk.close().await;

    let desk = open(world, &old, &copy).await.unwrap();
    assert!(!is_known(&desk, "grace@desk.example").await);
    let shown = desk.requests.conversation_for_agent(&root, number).await.unwrap();
    assert!(shown.comments.iter().all(|comment| comment.author.as_deref() != Some("Grace")));
    desk.close().await;
    old.remove().await;
}

async fn a_person_of_two_joined_records_stays_erased(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("erasures.txt");
    world.submit(&Form::from(EMAIL).about("Jabberwocky", "The slithy toves")).await;
    let ada = world.customer("ada@example.com").await;
    world.desk.close().await;
    let before = world.place.copy().await;
    let desk = open(world, &world.place, &copy).await.unwrap();
    desk.joining.ask_new_address(&ada, EMAIL, PASSWORD).await.unwrap();
    desk.settle().await;
    while desk.delivery.send_due_mails().await.unwrap() > 0 {}
    let mails = files_under(&world.place.outgoing()).into_iter();
    let mut mails = mails.map(|path| Mail::parse(&std::fs::read(path).unwrap()));
    let link = mails.find_map(|mail| mail.find_link("account/address").filter(|_| mail.to() == EMAIL));
    desk.joining.confirm_new_address(&link.unwrap()).await.unwrap();
    assert!(is_known(&desk, EMAIL).await);
    desk.close().await;

    // From before the two were joined: both records are there, and neither comes back.
    let desk = open(world, &before, &copy).await.unwrap();
    assert!(!is_known(&desk, EMAIL).await);
    assert!(!is_known(&desk, "ada@example.com").await);
    desk.close().await;
    before.remove().await;
}

async fn old_copies_may_come_back_again_and_again(world: &World) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("erasures.txt");
    let old = both_erased(world, &copy).await;
    for round in 0..2 {
        let again = old.copy().await;
        let desk = open(world, &again, &copy).await.unwrap();
        assert!(!is_known(&desk, EMAIL).await, "{round}");
        assert!(!is_known(&desk, "bob@example.com").await, "{round}");
        assert_eq!(desk.privacy.unfinished_erasures().await.unwrap(), 0);
        desk.close().await;
        // Nobody is in the list twice.
        assert_eq!((lines(&copy).len(), lines(&local(&again)).len()), (3, 3), "{round}");
        again.remove().await;
    }
    old.remove().await;
}
