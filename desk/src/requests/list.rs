//! A customer's own requests.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::views::{Page, RequestLine};
use tresen_model::{PersonId, Priority, RequestId, RequestNumber, Status, Timestamp};
use tresen_store::{Conn, Statement, from_row, on};

use crate::error::{Broken, Error};
use crate::people::Session;
use crate::requests::Requests;
use crate::search::{Listing, Order, Words};

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
    unread: bool,
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
    unread
});

const COLUMNS: &str = "SELECT id, number, kind, status, priority, subject_sealed, comments, created_at,
    customer_news_at, agent_wrote_at > customer_read_at AS unread FROM request WHERE ";

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
            unread: self.unread,
            comments: u32::try_from(self.comments).unwrap_or(u32::MAX),
            customer: None,
            assignee: None,
        })
    }
}

impl Requests {
    /// The customer's requests, the newest activity first. A page costs the same however
    /// many there are: it is found by where the last one ended, not by counting.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the person is being erased.
    #[boxed]
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
        let mut statement = Statement::default();
        statement.push(COLUMNS);
        push_wanted(&mut statement, person, query);
        statement.push(&format!(" {} LIMIT {}", ORDER.sql(), PAGE + 1));
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> = statement.fetch_all(reader.conn()).await?;
        drop(reader);
        Ok(lines(&rows, &key)?)
    }

    async fn search_my_requests(
        &self,
        session: &Session,
        query: &ListQuery,
        key: &PersonKey,
    ) -> Result<Page<RequestLine>, Error> {
        let empty = Page { rows: Vec::new(), next: None };
        let Some(words) = Words::parse(&query.search) else { return Ok(empty) };
        let listing = Listing {
            condition: |statement: &mut Statement| push_wanted(statement, session.person(), query),
            order: ORDER,
            most: PAGE + 1,
        };
        let mut reader = self.store.read().await?;
        let mut found = self.search.index.find_public(reader.conn(), &words, &listing).await?;
        found.extend(find_by_number(reader.conn(), &query.search).await?);
        if found.is_empty() {
            return Ok(empty);
        }
        let mut statement = Statement::default();
        statement.push(COLUMNS);
        // A number that was typed may be somebody else's.
        push_wanted(&mut statement, session.person(), query);
        let places: Vec<String> = found.iter().map(|request| statement.place(request.0)).collect();
        statement.push(&format!(" AND id IN ({})", places.join(", ")));
        let mut rows: Vec<Row> = statement.fetch_all(reader.conn()).await?;
        drop(reader);
        sorted_by(&mut rows, |row| (row.customer_news_at, row.id));
        Ok(lines(&rows, key)?)
    }
}

/// Adds the condition for the rows that a customer asks for, without those that are before the page.
fn push_wanted(statement: &mut Statement, customer: PersonId, query: &ListQuery) {
    let (time, id) = query.after.as_deref().and_then(read_cursor).unwrap_or((i64::MAX, Uuid::max()));
    let (person, time, id) = (statement.place(customer.0), statement.place(time), statement.place(id));
    statement.push(&format!("person_id = {person} AND (customer_news_at, id) < ({time}, {id})"));
    if let Some(status) = query.status {
        let status = statement.place(status.as_str());
        statement.push(&format!(" AND status = {status}"));
    }
}

const ORDER: Order = Order { column: "customer_news_at", latest_first: true };

/// A page of rows, of which there is one more when another page follows.
fn lines(rows: &[Row], key: &PersonKey) -> Result<Page<RequestLine>, Broken> {
    let next = rows.get(PAGE).and(rows.get(PAGE - 1)).map(|row| write_cursor(row.customer_news_at, row.id));
    let rows = rows.iter().take(PAGE).map(|row| row.line(key)).collect::<Result<_, _>>()?;
    Ok(Page { rows, next })
}

/// The request whose number was typed, if it is one.
pub(super) async fn find_by_number(conn: Conn<'_>, typed: &str) -> Result<Option<RequestId>, Broken> {
    const SQL: &str = "SELECT id FROM request WHERE number = $1";
    let Some(number) = RequestNumber::parse(typed) else { return Ok(None) };
    let number = number.bits().cast_signed();
    let row: Option<(Uuid,)> = on!(conn, c => sqlx::query_as(SQL).bind(number).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| RequestId(id)))
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
