//! A company that is made up in bulk: what it has is what people could have written, for search, export and erasure.

use std::sync::Arc;

use sqlx::Connection;
use tresen_desk::Location;
use tresen_desk::Needles;
use tresen_desk::requests::{QueueQuery, QueueView};
use tresen_model::views::HistoryEvent;
use tresen_model::{AuthorKind, EmailAddress};

use crate::support::{World, files_under};

stories! {
    a_company_is_found_shown_and_counted,
    a_person_with_much_is_exported_and_erased_without_a_trace,
    a_company_can_be_made_beside_what_is_there,
}

// PostgreSQL's index has no other way than the indexer's.
crate::tell! { sqlite_alone, Sqlite, crate::support::ONE_CONNECTION; the_index_holds_what_the_indexer_would_put_there }

/// The address of the customer who wrote most.
const FIRST: &str = "customer0@example.com";

async fn a_company_is_found_shown_and_counted(world: &World) {
    let root = world.admin("Root").await;

    let made = world.desk.make_up(300, &[]).await.unwrap();
    world.index().await;

    assert!((900..2_400).contains(&made.comments) && (10..60).contains(&made.files), "{made:?}");
    assert!((40..=60).contains(&made.customers), "{made:?}");
    assert_eq!(files_under(&world.place.data().join("objects")).len() as u64, made.files);
    let counts = world.desk.requests.queue_counts(&root).await.unwrap();
    assert!((1..=30).contains(&counts.active), "{counts:?}");
    let found = world.find_all(&root, FIRST).await;
    assert!(found.len() > 3, "{found:?}");
    let mut comments = 0;
    for number in found {
        let shown = world.shown(&root, number).await;
        let staff = shown.staff.as_ref().unwrap();
        assert!(matches!(staff.history.first().unwrap().event, HistoryEvent::Created));
        assert!(staff.history.is_sorted_by_key(|entry| entry.at));
        assert!(shown.comments.is_sorted_by_key(|comment| comment.created_at));
        assert!((2..=30).contains(&shown.comments.len()));
        assert!(shown.comments.iter().all(|comment| !comment.body.is_empty()));
        assert_eq!(shown.comments[0].author_kind, AuthorKind::Customer);
        assert!(shown.status.is_active() || staff.assignee.is_some());
        for file in shown.comments.iter().flat_map(|comment| &comment.attachments) {
            let opened = world.desk.requests.attachment_for_agent(&root, number, file.id).await.unwrap();
            assert_eq!(crate::support::contents(opened).await.len() as u64, file.size);
        }
        comments += shown.comments.len();
    }
    assert!(comments > 10, "{comments}");
    let query = QueueQuery { view: QueueView::All, ..QueueQuery::default() };
    assert!(!world.desk.requests.queue(&root, &query).await.unwrap().rows.is_empty());
}

/// What the index holds of each request on SQLite: request, words for the customer, words for agents.
async fn indexed(world: &World) -> Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let url = format!("sqlite:{}", world.place.data().join("search.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let sql = "SELECT request_id, public, internal FROM document JOIN text USING (place) ORDER BY request_id";
    let rows = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    rows
}

async fn the_index_holds_what_the_indexer_would_put_there(world: &World) {
    let Location::File(database) = &world.place.database else { panic!("a file") };
    let root = world.admin("Root").await;
    world.desk.make_up(120, &[]).await.unwrap();
    assert_eq!(world.desk.indexer.index_stale().await.unwrap(), 0);
    let before = indexed(world).await;
    assert_eq!(before.len(), 120);
    let found = world.find_all(&root, FIRST).await;

    let mut connection =
        sqlx::SqliteConnection::connect(&format!("sqlite:{}", database.display())).await.unwrap();
    sqlx::query("UPDATE request SET search_stale = 1").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    world.index().await;

    assert!(indexed(world).await == before, "the indexer puts other words there");
    assert_eq!(world.find_all(&root, FIRST).await, found);
}

async fn a_person_with_much_is_exported_and_erased_without_a_trace(world: &World) {
    let much = EmailAddress::parse("vorpalina@example.com").unwrap();
    let made = world.desk.make_up(1_000, std::slice::from_ref(&much)).await.unwrap();
    assert_eq!(made.each, 1_000);
    world.desk.make_up(100, &[]).await.unwrap();
    world.index().await;

    let mut copy = world.desk.privacy.export_by_operator(much.as_str()).await.unwrap().unwrap();
    let mut bytes = Vec::new();
    while let Some(part) = copy.next().await {
        bytes.extend_from_slice(&part.unwrap());
    }
    assert!(bytes.starts_with(b"PK") && bytes.len() > 100_000, "{}", bytes.len());
    let erased = world.desk.privacy.erase_by_operator(much.as_str()).await.unwrap().unwrap();
    assert_eq!((erased.count.requests, erased.count.comments), (1_000, 6_000));

    let needles = Needles::parse(much.as_str()).unwrap();
    let places = vec![world.place.data().to_owned()];
    let found = world.desk.privacy.find_traces(Arc::new(needles), places, Vec::new()).await.unwrap();
    assert!(found.is_empty(), "{} places", found.len());
    // Of the others nothing is gone.
    let root = world.admin("Root").await;
    assert!(!world.find_all(&root, FIRST).await.is_empty());
    assert!(!files_under(&world.place.data().join("objects")).is_empty());
}

async fn a_company_can_be_made_beside_what_is_there(world: &World) {
    let root = world.admin("Root").await;
    world.desk.make_up(40, &[]).await.unwrap();
    world.desk.make_up(40, &[]).await.unwrap();
    world.index().await;

    assert!(
        world
            .desk
            .make_up(10, &["a@example.com", "b@example.com"].map(|email| EmailAddress::parse(email).unwrap()))
            .await
            .is_err()
    );
    let counts = world.desk.requests.queue_counts(&root).await.unwrap();
    assert!(counts.active <= 20, "{counts:?}");
    // The same people write again.
    let found = world.find_all(&root, FIRST).await;
    assert!(found.len() >= 2 && found.len().is_multiple_of(2), "{found:?}");
}
