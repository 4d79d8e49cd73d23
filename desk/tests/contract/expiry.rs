//! What is over is deleted, not only passed over: nobody has to keep it (Art. 5(1)(e) GDPR).

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tresen_desk::Location;
use tresen_desk::accounts::{Login, SecondProof};
use tresen_model::Language;

use crate::support::{PASSWORD, World};

stories! {
    what_is_over_is_deleted_within_a_day,
    sessions_and_browsers_go_in_their_time,
}

const EMAIL: &str = "ada@example.com";
const DAY: i64 = 24 * 3_600;

/// How many rows there are.
async fn rows(world: &World, of: &str) -> i64 {
    let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {of}"));
    let (count,) = match &world.place.database {
        Location::File(path) => {
            let mut c = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
            sqlx::query_as(sql).fetch_one(&mut c).await.unwrap()
        }
        Location::Server(url) => {
            let mut c = PgConnection::connect(url).await.unwrap();
            sqlx::query_as(sql).fetch_one(&mut c).await.unwrap()
        }
    };
    count
}

async fn what_is_over_is_deleted_within_a_day(world: &World) {
    const OVER: [&str; 5] = [
        "factor_guess",
        "totp WHERE confirmed_at IS NULL",
        "challenge",
        "token WHERE purpose = 'password'",
        "token WHERE purpose = 'second-step'",
    ];
    let session = world.customer(EMAIL).await;
    let (_, _, entry) = crate::factors::set_up(world, &world.desk, &session).await;
    let session = world.session(&entry.session).await.unwrap();
    let Login::Second(half) = world.desk.accounts.login(EMAIL, PASSWORD, None).await.unwrap() else {
        panic!("half")
    };
    assert!(world.desk.accounts.second_step(&half, SecondProof::Code("nonsense"), None).await.is_err());
    world.desk.accounts.begin_app(&session).await.unwrap();
    world.desk.accounts.ask_for_passkey().await.unwrap();
    world.desk.accounts.forgot_password(EMAIL, Language::English).await.unwrap();
    world.desk.settle().await;
    for of in OVER {
        assert_eq!(rows(world, of).await, 1, "{of}");
    }
    // Not before its time.
    world.clock.advance_seconds(299);
    world.desk.tidy_up().await.unwrap();
    for of in OVER {
        assert_eq!(rows(world, of).await, 1, "{of} was deleted too early");
    }
    world.clock.advance_seconds(DAY);
    world.desk.tidy_up().await.unwrap();
    for of in OVER {
        assert_eq!(rows(world, of).await, 0, "{of} is kept");
    }
    // The app that is set up, and the session, are what they were.
    assert!(world.desk.accounts.factors(&session).await.unwrap().app.is_some());
    assert!(world.session(&entry.session).await.is_some());
}

async fn sessions_and_browsers_go_in_their_time(world: &World) {
    world.customer(EMAIL).await;
    let there = async || (rows(world, "session").await, rows(world, "device").await);
    assert_eq!(there().await, (1, 1));
    world.clock.advance_seconds(31 * DAY);
    world.desk.tidy_up().await.unwrap();
    assert_eq!(there().await, (0, 1));
    world.clock.advance_seconds(150 * DAY);
    world.desk.tidy_up().await.unwrap();
    assert_eq!(there().await, (0, 0));
    assert_eq!(rows(world, "person").await, 1, "the person is still here");
}
