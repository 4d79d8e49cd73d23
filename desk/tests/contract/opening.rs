//! Opening a desk: the master key, migrations, several at once, and values that were moved.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection, SqliteConnection};
use tresen_desk::requests::Access;
use tresen_desk::{Desk, Error, Location, MasterKey, MasterKeyError};

use crate::support::{Form, PASSWORD, World, assert_fails, entered, random_word};

stories! {
    opening_again_changes_nothing,
    two_may_be_open_at_once,
    a_session_is_known_while_another_process_writes,
    two_open_for_the_first_time_at_once,
    another_master_key_opens_nothing,
    a_sealed_value_cannot_be_moved,
    the_databases_hold_nothing_in_the_clear,
}

async fn opening_again_changes_nothing(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    for _ in 0..3 {
        let desk = world.open_another().await.unwrap();
        desk.ready().await.unwrap();
        let seen = desk.requests.conversation(&Access::Session(ada.clone()), number).await.unwrap();
        assert_eq!(seen.comments.len(), 1);
        assert_eq!(desk.privacy.privacy_text(Default::default(), None).await.unwrap().0, 1);
        desk.close().await;
        assert!(desk.ready().await.is_err());
    }
}

/// As the command line works beside the server.
async fn two_may_be_open_at_once(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let other = Arc::new(world.open_another().await.unwrap());
    let write = |desk: Desk, count: usize| {
        let ada = ada.clone();
        tokio::spawn(async move {
            for _ in 0..count {
                let form = Form::from("ada@example.com");
                let submission =
                    tresen_desk::requests::Submission::parse(&form.fields(), desk.settings()).unwrap();
                desk.requests.submit(submission, Vec::new(), Some(&ada)).await.unwrap();
                desk.indexer.index_stale().await.unwrap();
            }
        })
    };
    let tasks: Vec<_> = (0..8)
        .map(|one| write(if one % 2 == 0 { world.desk.clone() } else { (*other).clone() }, 10))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(world.mine(&ada).await.len(), 80);
    other
        .accounts
        .add_person("grace@desk.example", "Grace", tresen_model::Role::Agent, PASSWORD)
        .await
        .unwrap();
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    assert_eq!(world.desk.requests.queue_counts(&grace).await.unwrap().active, 80);
    other.privacy.erase_by_operator("ada@example.com").await.unwrap().unwrap();
    assert_fails!(world.desk.accounts.account(&ada).await, Error::Forbidden);
    assert_eq!(world.desk.requests.queue_counts(&grace).await.unwrap().active, 0);
    other.close().await;
    world.submit(&Form::from("ada@example.com")).await;
}

async fn a_session_is_known_while_another_process_writes(world: &World) {
    world.customer("ada@example.com").await;
    let secret = entered(world.desk.accounts.login("ada@example.com", PASSWORD, None).await.unwrap()).session;
    world.clock.advance_seconds(600);
    let (mut of_server, mut of_file);
    match &world.place.database {
        Location::Server(url) => {
            of_server = PgConnection::connect(url).await.unwrap();
            let lock = "BEGIN; LOCK TABLE session IN EXCLUSIVE MODE";
            sqlx::raw_sql(lock).execute(&mut of_server).await.unwrap();
        }
        Location::File(path) => {
            of_file = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
            sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut of_file).await.unwrap();
        }
    }

    let begun = Instant::now();
    assert!(world.desk.people.session(&secret).await.unwrap().is_some());

    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

async fn two_open_for_the_first_time_at_once(world: &World) {
    let place = crate::support::Place::new(world.engine).await;
    let (one, two) = tokio::join!(
        Desk::open(place.opening(Arc::clone(&world.clock))),
        Desk::open(place.opening(Arc::clone(&world.clock)))
    );
    for desk in [one.unwrap(), two.unwrap()] {
        desk.ready().await.unwrap();
        desk.close().await;
    }
    place.remove().await;
}

async fn another_master_key_opens_nothing(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    let opening = world.place.opening_with(Arc::clone(&world.clock), MasterKey::derive(&[8; 32]));
    // Refused at once, before anybody is served or mixed up with new keys.
    assert!(Desk::open(opening).await.is_err(), "a desk was opened with another master key");
    assert!(world.desk.requests.conversation(&Access::Session(ada), number).await.is_ok());
}

async fn a_sealed_value_cannot_be_moved(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let one = world.submit(&Form::from("ada@example.com").about("First subject", "First body")).await;
    let two = world.submit(&Form::from("ada@example.com").about("Second subject", "Second body")).await;
    let eve = world.customer("eve@example.com").await;
    let foreign = world.submit(&Form::from("eve@example.com").about("Foreign subject", "Foreign body")).await;
    let access = Access::Session(ada);
    // From another row, of the same person and of another; from another column.
    for (from, sql) in [
        (
            two,
            "UPDATE request SET subject_sealed = (SELECT subject_sealed FROM request WHERE number = $2) WHERE number = $1",
        ),
        (
            foreign,
            "UPDATE request SET subject_sealed = (SELECT subject_sealed FROM request WHERE number = $2) WHERE number = $1",
        ),
        (
            two,
            "UPDATE comment SET body_sealed = (SELECT body_sealed FROM comment WHERE request_id = (SELECT id FROM request WHERE number = $2)) WHERE request_id = (SELECT id FROM request WHERE number = $1)",
        ),
        (
            one,
            "UPDATE comment SET body_sealed = (SELECT subject_sealed FROM request WHERE number = $2) WHERE request_id = (SELECT id FROM request WHERE number = $1)",
        ),
    ] {
        assert!(world.desk.requests.conversation(&access, one).await.is_ok());
        let kept =
            swap(&world.place.database, sql, one.bits().cast_signed(), from.bits().cast_signed()).await;
        assert_fails!(world.desk.requests.conversation(&access, one).await, Error::Broken(_));
        assert!(world.desk.requests.conversation(&access, two).await.is_ok());
        restore(&world.place.database, &kept, one.bits().cast_signed()).await;
    }
    // A request that is given to somebody else does not show its text to them.
    let give =
        "UPDATE request SET person_id = (SELECT person_id FROM request WHERE number = $2) WHERE number = $1";
    execute(&world.place.database, give, one.bits().cast_signed(), foreign.bits().cast_signed()).await;
    assert_fails!(world.desk.requests.conversation(&Access::Session(eve), one).await, Error::Broken(_));
    assert_fails!(world.desk.requests.conversation(&access, one).await, Error::NotFound);
}

/// Subject and body of a request, sealed.
type Kept = (Vec<u8>, Vec<u8>);

const KEPT: &str = "SELECT subject_sealed, (SELECT body_sealed FROM comment WHERE request_id = request.id) FROM request WHERE number = $1";

async fn swap(database: &Location, sql: &'static str, to: i64, from: i64) -> Kept {
    let kept = match database {
        Location::File(path) => {
            let mut c = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
            sqlx::query_as(KEPT).bind(to).fetch_one(&mut c).await.unwrap()
        }
        Location::Server(url) => {
            let mut c = PgConnection::connect(url).await.unwrap();
            sqlx::query_as(KEPT).bind(to).fetch_one(&mut c).await.unwrap()
        }
    };
    execute(database, sql, to, from).await;
    kept
}

async fn restore(database: &Location, kept: &Kept, number: i64) {
    const SUBJECT: &str = "UPDATE request SET subject_sealed = $2 WHERE number = $1";
    const BODY: &str =
        "UPDATE comment SET body_sealed = $2 WHERE request_id = (SELECT id FROM request WHERE number = $1)";
    for (sql, value) in [(SUBJECT, &kept.0), (BODY, &kept.1)] {
        match database {
            Location::File(path) => {
                let mut c = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
                sqlx::query(sql).bind(number).bind(value).execute(&mut c).await.unwrap();
            }
            Location::Server(url) => {
                let mut c = PgConnection::connect(url).await.unwrap();
                sqlx::query(sql).bind(number).bind(value).execute(&mut c).await.unwrap();
            }
        }
    }
}

async fn execute(database: &Location, sql: &'static str, one: i64, two: i64) {
    let changed = match database {
        Location::File(path) => {
            let mut c = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
            sqlx::query(sql).bind(one).bind(two).execute(&mut c).await.unwrap().rows_affected()
        }
        Location::Server(url) => {
            let mut c = PgConnection::connect(url).await.unwrap();
            sqlx::query(sql).bind(one).bind(two).execute(&mut c).await.unwrap().rows_affected()
        }
    };
    assert_eq!(changed, 1);
}

/// But for the search index, which nothing was put into here.
async fn the_databases_hold_nothing_in_the_clear(world: &World) {
    let words: Vec<String> = (0..6).map(|_| random_word()).collect();
    let email = format!("{}@example.com", words[0]);
    let ada = world.customer(&email).await;
    world.desk.accounts.change_name(&ada, &words[1]).await.unwrap();
    let form = Form::from(&email).about(&words[2], &words[3]);
    let files = world.file(&format!("{}.txt", words[4]), words[5].as_bytes()).await;
    world.submit_with(&form, files, None).await.unwrap();
    let secret = world.secret(&email, PASSWORD).await.unwrap();
    let mails = world.post().await;
    let link = mails[0].request_link();
    world.desk.accounts.forgot_password(&email, Default::default()).await.unwrap();
    world.desk.settle().await;
    let secrets = [PASSWORD, "$argon2id$", secret.reveal(), link.reveal()];
    let needles = crate::traces::Needles::new(words.iter().map(String::as_str).chain(secrets));
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
}

#[test]
fn the_master_key_file_is_looked_after() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    // There are data, but no key.
    assert!(matches!(MasterKey::load(&path, false), Err(MasterKeyError::Lost { .. })));
    assert!(!path.exists());
    MasterKey::load(&path, true).ok().unwrap();
    let made = std::fs::read(&path).unwrap();
    assert_eq!(made.len(), 32);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    MasterKey::load(&path, true).ok().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), made, "the key was made anew");
    for mode in [0o644, 0o640, 0o604, 0o660] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = MasterKey::load(&path, true).err().unwrap();
        assert!(matches!(error, MasterKeyError::Exposed { .. }), "{mode:o}");
        assert!(error.to_string().contains("chmod 600"));
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    for wrong in [&made[..31], &[][..], &[made.clone(), made.clone()].concat()[..]] {
        std::fs::write(&path, wrong).unwrap();
        let error = MasterKey::load(&path, true).err().unwrap();
        assert!(matches!(error, MasterKeyError::Length { length, .. } if length == wrong.len()));
    }
    let nowhere = folder.path().join("no/such/folder/key");
    assert!(matches!(MasterKey::load(&nowhere, true), Err(MasterKeyError::File { .. })));
}
