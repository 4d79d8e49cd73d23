//! A customer's own requests.

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::views::{Page, RequestLine};
use tresen_model::{Priority, RequestId, RequestNumber, Status, Timestamp};

use crate::Desk;
use crate::error::{Broken, Error};
use crate::keys::PersonKey;
use crate::people::Session;
use crate::search::{MOST_FOUND, Words};
use crate::store::{dialect, from_row, on};

/// Rows of a page.
pub(super) const PAGE: usize = 25;

/// What the customer wants to see.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Words that must occur, or the number of a request.
    pub search: String,
    /// One status only.
    pub status: Option<Status>,
    /// Where the last page ended; anything unreadable is the beginning.
    pub after: Option<String>,
}

struct Row {
    id: Uuid,
    number: i64,
    kind: String,
    status: String,
    priority: String,
    subject_sealed: Vec<u8>,
    comments: i64,
    created_at: i64,
    customer_news_at: i64,
    agent_wrote_at: i64,
    customer_read_at: i64,
}

from_row!(Row {
    id,
    number,
    kind,
    status,
    priority,
    subject_sealed,
    comments,
    created_at,
    customer_news_at,
    agent_wrote_at,
    customer_read_at
});

const COLUMNS: &str = "SELECT id, number, kind, status, priority, subject_sealed, comments, created_at,
    customer_news_at, agent_wrote_at, customer_read_at FROM request WHERE person_id = $1";

impl Row {
    fn line(&self, key: &PersonKey) -> Result<RequestLine, Broken> {
        let broken = || Broken::Inconsistent("request", self.id);
        Ok(RequestLine {
            number: RequestNumber::from_bits(self.number.cast_unsigned()),
            subject: key.open_text("request.subject", self.id, &self.subject_sealed)?,
            status: Status::parse(&self.status).ok_or_else(broken)?,
            priority: Priority::parse(&self.priority).ok_or_else(broken)?,
            kind: self.kind.clone(),
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.customer_news_at),
            unread: self.agent_wrote_at > self.customer_read_at,
            comments: u32::try_from(self.comments).unwrap_or(u32::MAX),
            customer: None,
            assignee: None,
        })
    }
}

impl Desk {
    /// The customer's requests, the newest activity first. A page costs the same however
    /// many there are: it is found by where the last one ended, not by counting.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the person is being erased.
    #[crate::boxed]
    pub async fn my_requests(
        &self,
        session: &Session,
        query: &ListQuery,
    ) -> Result<Page<RequestLine>, Error> {
        let person = session.person();
        let key = self.keys.get(person).await?.ok_or(Error::Forbidden)?;
        if !query.search.trim().is_empty() {
            return self.search_my_requests(session, query, &key).await;
        }
        let (time, id) = query.after.as_deref().and_then(read_cursor).unwrap_or((i64::MAX, Uuid::max()));
        let sql = format!(
            "{COLUMNS} {} AND (customer_news_at, id) < ($2, $3) ORDER BY customer_news_at DESC, id DESC LIMIT $4",
            if query.status.is_some() { "AND status = $5" } else { "" }
        );
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> = on!(reader.conn(), c => {
            let statement = sqlx::query_as(AssertSqlSafe(sql))
                .bind(person.0)
                .bind(time)
                .bind(id)
                .bind(PAGE as i64 + 1);
            match query.status {
                Some(status) => statement.bind(status.as_str()).fetch_all(c).await,
                None => statement.fetch_all(c).await,
            }
        })?;
        let next =
            rows.get(PAGE).and(rows.get(PAGE - 1)).map(|row| write_cursor(row.customer_news_at, row.id));
        let rows = rows.iter().take(PAGE).map(|row| row.line(&key)).collect::<Result<_, _>>()?;
        Ok(Page { rows, next })
    }

    async fn search_my_requests(
        &self,
        session: &Session,
        query: &ListQuery,
        key: &PersonKey,
    ) -> Result<Page<RequestLine>, Error> {
        let empty = Page { rows: Vec::new(), next: None };
        let mut found: Vec<RequestId> = match Words::parse(&query.search) {
            Some(words) => self.search.find(&words, Some(session.person()), MOST_FOUND).await?,
            None => return Ok(empty),
        };
        found.extend(self.find_by_number(&query.search).await?);
        if found.is_empty() {
            return Ok(empty);
        }
        let sql = format!("{COLUMNS} AND id IN {}", dialect::places(2, found.len()));
        let mut reader = self.store.read().await?;
        let mut rows: Vec<Row> = on!(reader.conn(), c => {
            let mut statement = sqlx::query_as(AssertSqlSafe(sql)).bind(session.person().0);
            for request in &found {
                statement = statement.bind(request.0);
            }
            statement.fetch_all(c).await
        })?;
        rows.retain(|row| query.status.is_none_or(|status| row.status == status.as_str()));
        sorted_by(&mut rows, |row| (row.customer_news_at, row.id));
        Ok(Page { rows: rows.iter().map(|row| row.line(key)).collect::<Result<_, _>>()?, next: None })
    }

    /// Whoever types a number means that request.
    pub(super) async fn find_by_number(&self, typed: &str) -> Result<Option<RequestId>, Broken> {
        const SQL: &str = "SELECT id FROM request WHERE number = $1";
        let Some(number) = RequestNumber::parse(typed) else { return Ok(None) };
        let mut reader = self.store.read().await?;
        let row: Option<(Uuid,)> = on!(reader.conn(), c => sqlx::query_as(SQL)
            .bind(number.bits().cast_signed())
            .fetch_optional(c)
            .await)?;
        Ok(row.map(|(id,)| RequestId(id)))
    }
}

/// The greatest first.
pub(super) fn sorted_by<T, K: Ord>(rows: &mut [T], key: impl Fn(&T) -> K) {
    rows.sort_by_key(|row| std::cmp::Reverse(key(row)));
}

/// Where a page ended: a time and an id.
pub(super) fn write_cursor(time: i64, id: Uuid) -> String {
    format!("{time}.{}", id.simple())
}

pub(super) fn read_cursor(cursor: &str) -> Option<(i64, Uuid)> {
    let (time, id) = cursor.split_once('.')?;
    Some((time.parse().ok()?, Uuid::try_parse(id).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        let cursor = write_cursor(1_700_000_000_000_000, Uuid::from_u128(7));
        assert_eq!(read_cursor(&cursor), Some((1_700_000_000_000_000, Uuid::from_u128(7))));
        for wrong in ["", ".", "x.y", "1", "1.zz", "99999999999999999999.0"] {
            assert_eq!(read_cursor(wrong), None, "{wrong}");
        }
    }
}
