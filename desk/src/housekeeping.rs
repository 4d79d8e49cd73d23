//! What is to be done now and then: links and sessions that have expired, what has reached its
//! retention limit, files that belong to nothing.

use std::collections::HashSet;
use std::time::Duration;

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_store::{dialect, on};

use crate::accounts::factors;
use crate::desk::Desk;
use crate::error::{Broken, Error};
use crate::requests::counts;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(3600);

/// Counts are folded this often: until then PostgreSQL has a row of each change.
const FOLD_EVERY: Duration = Duration::from_secs(30);

/// Files whose rows are looked for in one statement.
const AT_ONCE: usize = 500;

impl Desk {
    /// Tidies up every hour until the desk is closed.
    #[boxed]
    pub async fn keep_tidy(&self) {
        let (mut round, mut fold) = (every(EVERY), every(FOLD_EVERY));
        loop {
            tokio::select! {
                _ = round.tick() => if let Err(error) = self.tidy_up().await {
                    tracing::error!(%error, "tidying up failed; trying again in an hour");
                },
                // SQLite keeps one row of each.
                _ = fold.tick(), if self.store.is_postgres() => if let Err(error) = self.fold_counts().await {
                    tracing::error!(%error, "counts could not be folded; trying again in 30 seconds");
                },
                () = self.background.closing.cancelled() => return,
            }
        }
    }

    async fn fold_counts(&self) -> Result<(), Broken> {
        let mut tx = self.store.write().await?;
        counts::fold(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Tidies up once.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn tidy_up(&self) -> Result<(), Error> {
        const EXPIRED: &[&str] = &[
            "DELETE FROM device WHERE expires_at < $1",
            "DELETE FROM session WHERE expires_at < $1",
            "DELETE FROM token WHERE expires_at < $1",
            "DELETE FROM api_token WHERE expires_at < $1 AND name IS NULL",
            "DELETE FROM sign_in_attempt WHERE expires_at < $1",
        ];
        let now = self.now();
        self.tokens.forget_calls().await?;
        self.webhooks.forget_deliveries().await?;
        let mut tx = self.store.write().await?;
        for sql in EXPIRED {
            on!(tx.conn(), c => sqlx::query(*sql).bind(now.0).execute(c).await.map(drop))?;
        }
        factors::tidy_up(&mut tx, now).await?;
        tx.commit().await?;
        self.fold_counts().await?;
        self.privacy.retain().await?;
        self.intake.tidy_asides().await?;
        self.intake.tell_of_asides().await?;
        self.webhooks.tell_of_switched_off().await?;
        self.limits.counts.tidy(&self.store, now).await.map_err(Broken::from)?;
        // Also of words that were replaced: an old name, an old address.
        self.search.index.forget_traces().await?;
        self.keys.forget_stains().await?;
        self.sweep_files().await?;
        Ok(())
    }

    /// Removes files that no comment has: their form was given up when the machine stopped.
    async fn sweep_files(&self) -> Result<(), Broken> {
        for some in self.objects.settled().await?.chunks(AT_ONCE) {
            let sql = format!("SELECT id FROM attachment WHERE id IN {}", dialect::places(1, some.len()));
            let mut reader = self.store.read().await?;
            let rows: Vec<(Uuid,)> = on!(reader.conn(), c => {
                let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
                for id in some {
                    query = query.bind(*id);
                }
                query.fetch_all(c).await
            })?;
            drop(reader);
            let known: HashSet<Uuid> = rows.into_iter().map(|(id,)| id).collect();
            let lost: Vec<Uuid> = some.iter().copied().filter(|id| !known.contains(id)).collect();
            self.objects.delete_all(&lost).await?;
        }
        Ok(())
    }
}

/// Ticks at once, and then so long after the last tick was taken: a long round is not made up for by several short
/// ones.
fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks
}
