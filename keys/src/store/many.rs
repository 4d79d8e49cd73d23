//! Keys of many new persons at once.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::{PersonId, Timestamp};
use tresen_store::{dialect, on};

use super::KeyStore;
use crate::seal::{self, PersonKey};
use crate::{Error, random};

/// Persons in one statement.
const ROWS: usize = 200;

impl KeyStore {
    /// Finds the persons with these addresses, or makes new ones, in one transaction. In the order of the addresses,
    /// of which each is there once.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] when somebody else makes one of them at the same time.
    pub async fn find_or_create_all(
        &self,
        indexes: &[[u8; 32]],
        now: Timestamp,
    ) -> Result<Vec<(PersonId, PersonKey)>, Error> {
        let mut found: HashMap<[u8; 32], (PersonId, PersonKey)> = HashMap::with_capacity(indexes.len());
        let mut tx = self.store.write().await?;
        for some in indexes.chunks(ROWS) {
            let places = dialect::places(1, some.len());
            let sql = format!(
                "SELECT address_index, person_id, wrapped_key FROM person_key WHERE address_index IN {places}"
            );
            let rows: Vec<(Vec<u8>, Uuid, Vec<u8>)> = on!(tx.conn(), c => {
                let mut query = sqlx::query_as(AssertSqlSafe(sql));
                for index in some {
                    query = query.bind(index.as_slice());
                }
                query.fetch_all(c).await
            })?;
            for (index, person, wrapped) in rows {
                if let Ok(index) = index.try_into() {
                    found.insert(index, (PersonId(person), self.unwrap(person, &wrapped)?));
                }
            }
        }
        let mut new = Vec::new();
        for index in indexes.iter().filter(|index| !found.contains_key(*index)) {
            let (person, key) = (random::id(now)?, PersonKey::random()?);
            let wrapped = seal::seal(self.master.wrap(), "person_key.wrapped_key", person, key.as_bytes())?;
            new.push((person, *index, wrapped, key));
        }
        for some in new.chunks(ROWS) {
            let places: Vec<String> = (0..some.len()).map(|row| dialect::places(1 + row * 4, 4)).collect();
            let sql = format!(
                "INSERT INTO person_key (person_id, address_index, wrapped_key, created_at) VALUES {}",
                places.join(", ")
            );
            on!(tx.conn(), c => {
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (person, index, wrapped, _) in some {
                    query = query.bind(*person).bind(index.as_slice()).bind(wrapped).bind(now.0);
                }
                query.execute(c).await.map(drop)
            })?;
        }
        tx.commit().await?;
        found.extend(new.into_iter().map(|(person, index, _, key)| (index, (PersonId(person), key))));
        let missing = || Error::Inconsistent("person_key.address_index", Uuid::nil());
        indexes.iter().map(|index| found.get(index).cloned().ok_or_else(missing)).collect()
    }
}
