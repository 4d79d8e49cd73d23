//! Two things at one moment: one wins, and what is stored agrees with itself.

use std::time::Duration;

use sqlx::{Connection, PgConnection, SqliteConnection};
use tresen_desk::{Error, Location};

use crate::support::{PASSWORD, World, rounds};

stories! {
    of_two_new_addresses_one_wins_in_both_stores,
    whoever_becomes_active_is_not_erased_as_idle,
}

races! {
    of_two_new_addresses_one_wins_in_both_stores,
    whoever_becomes_active_is_not_erased_as_idle,
}

async fn of_two_new_addresses_one_wins_in_both_stores(world: &World) {
    let desk = &world.desk;
    for round in 0..rounds(6, 20) {
        let ada = world.customer(&format!("ada{round}@example.org")).await;
        let mut links = Vec::new();
        for side in ["left", "right"] {
            desk.joining
                .ask_new_address(&ada, &format!("{side}{round}@example.org"), PASSWORD)
                .await
                .unwrap();
            links.push(world.mail().await.link("account/address"));
        }
        let tries: Vec<_> = links
            .into_iter()
            .map(|link| {
                let desk = desk.clone();
                tokio::spawn(async move { desk.joining.confirm_new_address(&link).await })
            })
            .collect();
        let mut won = 0;
        for one in tries {
            match one.await.unwrap() {
                Ok(()) => won += 1,
                Err(Error::Gone) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(won, 1);
        world.post().await;
        let stored = desk.accounts.account(&ada).await.unwrap().email;
        let found = world.login(&stored, PASSWORD).await;
        assert!(found.is_ok(), "round {round}: the address that is stored finds nobody");
        let other = if stored.starts_with("left") { "right" } else { "left" };
        assert!(world.login(&format!("{other}{round}@example.org"), PASSWORD).await.is_err());
    }
}

/// Does something for everybody, and is done only when `end` is called.
enum Active {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Active {
    async fn begin(world: &World) -> Self {
        const SQL: &str = "UPDATE person SET active_at = $1";
        let now = world.desk.now().0;
        match &world.place.database {
            Location::File(path) => {
                let url = format!("sqlite:{}", path.display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
                sqlx::query(SQL).bind(now).execute(&mut connection).await.unwrap();
                Self::Sqlite(connection)
            }
            Location::Server(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query("BEGIN").execute(&mut connection).await.unwrap();
                sqlx::query(SQL).bind(now).execute(&mut connection).await.unwrap();
                Self::Postgres(connection)
            }
        }
    }

    async fn end(self) {
        match self {
            Self::Sqlite(mut connection) => {
                sqlx::query("COMMIT").execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Postgres(mut connection) => {
                sqlx::query("COMMIT").execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
}

/// Somebody is idle when retention looks, and active before it can do anything.
async fn whoever_becomes_active_is_not_erased_as_idle(world: &World) {
    world.customer("idle@example.org").await;
    world.post().await;
    world.clock.advance_seconds(2 * 367 * 24 * 3600);
    assert_eq!(world.desk.privacy.retention_preview().await.unwrap().idle_persons, 1);
    let active = Active::begin(world).await;
    let desk = world.desk.clone();
    let retention = tokio::spawn(async move { desk.privacy.retain().await });
    // Long enough to have looked, and to stand in line behind whoever is active.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!retention.is_finished());
    active.end().await;
    assert_eq!(retention.await.unwrap().unwrap().idle_persons, 0);
    world.login("idle@example.org", PASSWORD).await.unwrap();
    // And when nobody comes, they go.
    world.clock.advance_seconds(2 * 367 * 24 * 3600);
    assert_eq!(world.desk.privacy.retain().await.unwrap().idle_persons, 1);
}
