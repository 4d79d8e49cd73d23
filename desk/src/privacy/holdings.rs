//! What the desk holds of a person: the list of what each subject has registered.

use sqlx::AssertSqlSafe;
use tresen_model::PersonId;
use tresen_model::views::ErasureCount;
use tresen_store::{Conn, StoreError, Tx, on};

use crate::people::holding::{Counted, Holding, Sealed};
use crate::{accounts, intake, outbox, people, requests, staff, tokens, webhooks};

/// All of it, in the order of its removal: what refers to a request goes before the request, and the person last.
const HOLDINGS: [&Holding; 9] = [
    &outbox::holdings::HOLDING,
    &people::holdings::HOLDING,
    &intake::holdings::HOLDING,
    &webhooks::holdings::HOLDING,
    &requests::holdings::HOLDING,
    &staff::holdings::HOLDING,
    &tokens::holdings::HOLDING,
    &accounts::holdings::HOLDING,
    &people::holdings::ROW,
];

/// The columns with what a person wrote or was sent.
pub(crate) fn sealed() -> impl Iterator<Item = &'static Sealed> {
    HOLDINGS.into_iter().flat_map(|holding| holding.sealed)
}

/// Counts what there is of a person.
pub(super) async fn count(conn: Conn<'_>, person: PersonId) -> Result<ErasureCount, StoreError> {
    let counted: Vec<&Counted> = HOLDINGS.into_iter().flat_map(|holding| holding.counts).collect();
    let parts: Vec<String> = counted
        .iter()
        .enumerate()
        .map(|(place, counted)| format!("SELECT CAST({place} AS BIGINT), ({})", counted.sql))
        .collect();
    let sql = parts.join(" UNION ALL ");
    let rows: Vec<(i64, i64)> =
        on!(conn, c => sqlx::query_as(AssertSqlSafe(sql)).bind(person.0).fetch_all(c).await)?;
    let mut count = ErasureCount::default();
    for (place, number) in rows {
        if let Some(counted) = usize::try_from(place).ok().and_then(|place| counted.get(place)) {
            *(counted.number)(&mut count) += number.cast_unsigned();
        }
    }
    Ok(count)
}

/// Removes all rows of a person, and the person from what stays.
pub(crate) async fn erase(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    // Of two who finish the same erasure, one waits here instead of both locking rows crosswise.
    const LOCK: &str = "UPDATE person SET state = 'erasing' WHERE id = $1";
    let statements = HOLDINGS.into_iter().flat_map(|holding| holding.erase);
    for sql in std::iter::once(&LOCK).chain(statements) {
        on!(tx.conn(), c => sqlx::query(*sql).bind(person.0).execute(c).await.map(drop))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tresen_store::{Location, Pool, Statement, Store, from_row};

    use super::*;
    use crate::migrations::DATA;

    /// Tables with a column that names a person or is sealed, and are no holding of a person.
    const OTHERS: [(&str, &str); 3] = [
        ("erasure", "says that a person was erased, and is all that stays"),
        ("mail_aside", "sealed with the desk's key; an erasure removes messages with the person's address"),
        ("webhook", "the secret of an endpoint, sealed with the desk's key"),
    ];

    struct Column {
        name: String,
        place: String,
    }

    from_row!(Column { name, place });

    /// A table that holds something of a person is registered by its subject.
    #[tokio::test]
    async fn every_table_with_something_of_a_person_is_registered() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = Location::File(folder.path().join("tresen.db"));
        let store = Store::open(&file, &DATA, Pool::of(1)).await.expect("opens");
        let mut statement = Statement::default();
        statement.push(
            "SELECT m.name AS place, c.name AS name FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' AND (c.name IN ('person_id', 'author_id', 'actor_id', 'assignee_id', 'agent_id',
             'admitted_by') OR c.name LIKE '%sealed' OR EXISTS (SELECT 1 FROM pragma_foreign_key_list(m.name) f
             WHERE f.\"from\" = c.name AND f.\"table\" = 'person'))",
        );
        let mut reader = store.read().await.expect("a connection");
        let columns: Vec<Column> = statement.fetch_all(reader.conn()).await.expect("columns");
        drop(reader);
        assert!(columns.len() > 40, "it reads the tables: {}", columns.len());
        let registered: Vec<&str> =
            HOLDINGS.into_iter().flat_map(|holding| holding.tables).copied().collect();
        let missing: Vec<String> = columns
            .into_iter()
            .filter(|column| {
                !registered.contains(&column.place.as_str())
                    && !OTHERS.iter().any(|(table, _)| *table == column.place)
            })
            .map(|column| format!("{}.{}", column.place, column.name))
            .collect();
        assert_eq!(missing, Vec::<String>::new());
        for table in registered {
            let named = |sql: &&&str| sql.split([' ', '\n']).any(|word| word == table);
            let erased = HOLDINGS.into_iter().flat_map(|holding| holding.erase);
            assert!(erased.into_iter().any(|sql| named(&sql)), "nothing is removed from {table}");
        }
        store.close().await;
    }
}
