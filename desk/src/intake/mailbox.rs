//! How far the mailboxes were read.

use async_recursion::async_recursion as boxed;
use tresen_store::on;

use crate::error::{Broken, Error};
use crate::intake::Intake;

/// How far a mailbox was read (RFC 3501, 2.3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailboxPosition {
    /// The mailbox's UIDVALIDITY: with another one, all its UIDs mean something else.
    pub uid_validity: u32,
    /// The lowest UID that was not read yet.
    pub next_uid: u32,
}

impl Intake {
    /// How far a mailbox was read; `None` when it never was. Its name is the operator's.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn mailbox_position(&self, name: &str) -> Result<Option<MailboxPosition>, Error> {
        const SQL: &str = "SELECT uid_validity, next_uid FROM mailbox WHERE name = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(i64, i64)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(name).fetch_optional(c).await)?;
        let number = |stored: i64| {
            u32::try_from(stored).map_err(|_| Broken::Inconsistent("mailbox", sqlx::types::Uuid::nil()))
        };
        row.map(|(uid_validity, next_uid)| {
            Ok(MailboxPosition { uid_validity: number(uid_validity)?, next_uid: number(next_uid)? })
        })
        .transpose()
    }

    /// Notes how far a mailbox was read. When this returns, it is on disk.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn set_mailbox_position(&self, name: &str, position: MailboxPosition) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO mailbox (name, uid_validity, next_uid) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET uid_validity = excluded.uid_validity, next_uid = excluded.next_uid";
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(name)
            .bind(i64::from(position.uid_validity))
            .bind(i64::from(position.next_uid))
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(())
    }
}
