//! Several nodes serve one desk: what one of them does holds for the others at once.

use std::time::{Duration, Instant};

use sqlx::types::Uuid;
use tokio::time::timeout;
use tresen_desk::{Desk, Error};

use crate::statistics::raw;
use crate::support::{Engine, Form, World};

stories! {
    a_key_that_one_node_has_deleted_opens_nothing_at_another,
}

/// Until a node has heard of what another one did; it trusts a key in memory for three times as long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Waits until a node hears what another one tells.
async fn hears(node: &Desk, world: &World) {
    let mut events = node.events();
    for _ in 0..50 {
        world.submit(&Form::from("bo@example.org")).await;
        if timeout(Duration::from_millis(200), events.recv()).await.is_ok() {
            return;
        }
    }
    panic!("the other node hears nothing");
}

async fn a_key_that_one_node_has_deleted_opens_nothing_at_another(world: &World) {
    if world.engine == Engine::Sqlite {
        // Two processes on one SQLite trust a key for seconds, see `keys::store`.
        return;
    }
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.org").about("Zirbelkiefer", "It is high.")).await;
    let other = world.open_another().await.unwrap();
    let hearing = tokio::spawn({
        let other = other.clone();
        async move { other.hear_other_nodes().await }
    });
    hears(&other, world).await;
    let tables = ["person", "request", "comment"];
    for table in tables {
        raw::<(Uuid,)>(&world.place, &format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
    }
    assert_eq!(other.requests.conversation_for_agent(&agent, number).await.unwrap().subject, "Zirbelkiefer");

    world.desk.privacy.erase_by_operator("ada@example.org").await.unwrap().unwrap();
    // The rows come back, as with an older copy of the data.
    for table in tables {
        let sql = format!(
            "INSERT INTO {table} SELECT * FROM kept_{table} WHERE id NOT IN (SELECT id FROM {table}) RETURNING id"
        );
        assert_eq!(raw::<(Uuid,)>(&world.place, &sql).await.len(), 1, "{table}");
    }

    let begun = Instant::now();
    loop {
        match other.requests.conversation_for_agent(&agent, number).await {
            Err(Error::NotFound | Error::Broken(_)) => break,
            Ok(_) => assert!(begun.elapsed() < PATIENCE, "it is read with a key that was deleted"),
            Err(error) => panic!("{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    other.close().await;
    hearing.await.unwrap();
}
