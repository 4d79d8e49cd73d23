//! Lists of requests for programs: pages of any size, by an opaque cursor.

use async_recursion::async_recursion as boxed;
use data_encoding::BASE64URL_NOPAD;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::views::{Page, RequestLine};
use tresen_model::{PersonId, Priority, RequestNumber, Status, Timestamp};
use tresen_store::{from_row, on};

use super::list::{ListQuery, read_cursor, write_cursor};
use super::queue::{Assignee, QueueOrder, QueueQuery, QueueView};
use crate::error::{Broken, Error};
use crate::people::restriction::NOT_RESTRICTED;
use crate::people::{Agent, Session, kinds};
use crate::requests::Requests;

/// The most rows of a page.
pub const MOST: usize = 200;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// After the row with this time and id.
    After(i64, Uuid),
    /// Among what a search found: the search's own cursor, and how many rows of its page were given.
    Found(Option<String>, usize),
}

impl Position {
    /// Reads a cursor. `None` for one that was never given.
    pub fn parse(cursor: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?).ok()?;
        match text.split_once('~') {
            None => read_cursor(&text).map(|(time, id)| Self::After(time, id)),
            Some(("", skip)) => Some(Self::Found(None, skip.parse().ok()?)),
            Some((after, skip)) => {
                read_cursor(after)?;
                Some(Self::Found(Some(after.to_owned()), skip.parse().ok()?))
            }
        }
    }

    /// Writes the cursor.
    pub fn cursor(&self) -> String {
        let text = match self {
            Self::After(time, id) => write_cursor(*time, *id),
            Self::Found(after, skip) => format!("{}~{skip}", after.as_deref().unwrap_or_default()),
        };
        BASE64URL_NOPAD.encode(text.as_bytes())
    }
}

/// Whose requests are listed, for agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// Everyone's.
    #[default]
    Anyone,
    /// The caller's own.
    Me,
    /// Nobody's.
    Nobody,
    /// One agent's. Not for searches.
    Agent(PersonId),
}

/// What is listed.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Words that must occur, or the number of a request.
    pub search: String,
    /// Which requests.
    pub view: QueueView,
    /// Whose; for agents only.
    pub assignee: Whose,
    /// One request type only.
    pub kind: Option<String>,
    /// Only what happened at this time or later.
    pub updated_since: Option<Timestamp>,
    /// In what order; a customer's search and list are always the newest first.
    pub order: QueueOrder,
    /// Where the page begins.
    pub after: Option<Position>,
    /// The most rows of the page, up to [`MOST`].
    pub limit: usize,
}

impl Listing {
    fn limit(&self) -> usize {
        self.limit.clamp(1, MOST)
    }

    fn start(&self) -> (i64, Uuid) {
        match (&self.after, self.order) {
            (Some(Position::After(time, id)), _) => (*time, *id),
            (_, QueueOrder::Newest) => (i64::MAX, Uuid::max()),
            (_, QueueOrder::Oldest) => (i64::MIN, Uuid::nil()),
        }
    }

    /// The page of a search to begin in, by the search's own cursor, and how many rows of it were given.
    fn found(&self) -> (Option<&String>, usize) {
        match &self.after {
            Some(Position::Found(cursor, skip)) => (cursor.as_ref(), *skip),
            _ => (None, 0),
        }
    }

    /// Takes a page of what a search found, and says where the next one begins.
    fn cut(&self, found: Page<RequestLine>) -> Page<RequestLine> {
        let (cursor, skip) = self.found();
        let (all, limit) = (found.rows.len(), self.limit());
        let next = if skip + limit < all {
            Some(Position::Found(cursor.cloned(), skip + limit))
        } else {
            found.next.map(|next| Position::Found(Some(next), 0))
        };
        let since = self.updated_since.unwrap_or(Timestamp(i64::MIN));
        let rows = found.rows.into_iter().skip(skip).take(limit).filter(|row| row.updated_at >= since);
        Page { rows: rows.collect(), next: next.map(|next| next.cursor()) }
    }
}

struct Row {
    id: Uuid,
    number: i64,
    person_id: Uuid,
    kind: String,
    status: String,
    priority: String,
    assignee_id: Option<Uuid>,
    subject_sealed: Vec<u8>,
    comments: i64,
    created_at: i64,
    at: i64,
    unread: bool,
}

from_row!(Row {
    id,
    number,
    person_id,
    kind,
    status,
    priority,
    assignee_id,
    subject_sealed,
    comments,
    created_at,
    at,
    unread
});

/// What both kinds of lists have in common: conditions in the words of the indexes, order and limit.
fn rest(listing: &Listing, time: &str) -> String {
    let (sign, order) = match listing.order {
        QueueOrder::Newest => ("<", "DESC"),
        QueueOrder::Oldest => (">", "ASC"),
    };
    let view = match listing.view {
        QueueView::Active => " AND status IN ('open', 'waiting')".to_owned(),
        QueueView::Only(status) => format!(" AND status = '{}'", status.as_str()),
        QueueView::All => String::new(),
    };
    format!(
        "AND ({time}, id) {sign} ($2, $3) AND ($4 = '' OR kind = $4) AND {time} >= $5{view}
         ORDER BY {time} {order}, id {order} LIMIT $6"
    )
}

impl Requests {
    /// A page of the requests that an agent works on, restricted customers' and held ones left out.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn list_requests(&self, agent: &Agent, listing: &Listing) -> Result<Page<RequestLine>, Error> {
        if !listing.search.trim().is_empty() {
            let assignee = match listing.assignee {
                Whose::Anyone => Assignee::Anyone,
                Whose::Me => Assignee::Me,
                Whose::Nobody => Assignee::Nobody,
                Whose::Agent(person) if person == agent.person() => Assignee::Me,
                Whose::Agent(_) => return Ok(Page { rows: Vec::new(), next: None }),
            };
            let (search, kind, after) =
                (listing.search.clone(), listing.kind.clone(), listing.found().0.cloned());
            let query =
                QueueQuery { search, view: listing.view, assignee, kind, order: listing.order, after };
            return Ok(listing.cut(self.queue(agent, &query).await?));
        }
        let whose = match listing.assignee {
            Whose::Anyone => "",
            Whose::Me | Whose::Agent(_) => "AND assignee_id = $7",
            Whose::Nobody => "AND assignee_id IS NULL AND $7 = $7",
        };
        let assignee = match listing.assignee {
            Whose::Agent(person) => person,
            _ => agent.person(),
        };
        let sql = format!(
            "SELECT id, number, person_id, kind, status, priority, assignee_id, subject_sealed,
             comments + notes AS comments, created_at, updated_at AS at, customer_wrote_at > agent_read_at AS unread
             FROM request WHERE held_at IS NULL AND {NOT_RESTRICTED} AND {} {whose} {}",
            kinds::seen_by("$1", "request.kind"),
            rest(listing, "updated_at"),
        );
        let rows =
            self.listed(&sql, agent.person(), listing, Some(assignee).filter(|_| !whose.is_empty())).await?;
        self.page_of(rows, listing, true).await
    }

    /// A page of a customer's own requests.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the person is being erased.
    #[boxed]
    pub async fn list_own_requests(
        &self,
        session: &Session,
        listing: &Listing,
    ) -> Result<Page<RequestLine>, Error> {
        if !listing.search.trim().is_empty() {
            let status = match listing.view {
                QueueView::Only(status) => Some(status),
                QueueView::Active | QueueView::All => None,
            };
            let query =
                ListQuery { search: listing.search.clone(), status, after: listing.found().0.cloned() };
            let mut found = self.my_requests(session, &query).await?;
            let kind = listing.kind.as_ref();
            found.rows.retain(|row| {
                kind.is_none_or(|kind| *kind == row.kind)
                    && (listing.view != QueueView::Active || row.status.is_active())
            });
            return Ok(listing.cut(found));
        }
        let sql = format!(
            "SELECT id, number, person_id, kind, status, priority, assignee_id, subject_sealed, comments,
             created_at, customer_news_at AS at, agent_wrote_at > customer_read_at AS unread
             FROM request WHERE person_id = $1 {}",
            rest(listing, "customer_news_at"),
        );
        let rows = self.listed(&sql, session.person(), listing, None).await?;
        self.page_of(rows, listing, false).await
    }

    async fn listed(
        &self,
        sql: &str,
        person: PersonId,
        listing: &Listing,
        assignee: Option<PersonId>,
    ) -> Result<Vec<Row>, Error> {
        let (time, id) = listing.start();
        let limit = i64::try_from(listing.limit()).unwrap_or(1) + 1;
        let mut reader = self.store.read().await?;
        Ok(on!(reader.conn(), c => {
            let statement = sqlx::query_as(AssertSqlSafe(sql.to_owned()))
                .bind(person.0)
                .bind(time)
                .bind(id)
                .bind(listing.kind.as_deref().unwrap_or_default())
                .bind(listing.updated_since.map_or(i64::MIN, |since| since.0))
                .bind(limit);
            match assignee {
                Some(assignee) => statement.bind(assignee.0).fetch_all(c).await,
                None => statement.fetch_all(c).await,
            }
        })?)
    }

    async fn page_of(
        &self,
        rows: Vec<Row>,
        listing: &Listing,
        staff: bool,
    ) -> Result<Page<RequestLine>, Error> {
        let limit = listing.limit();
        let last = rows.get(limit).and(rows.get(limit - 1));
        let next = last.map(|row| Position::After(row.at, row.id).cursor());
        let rows = &rows[..rows.len().min(limit)];
        let mut persons: Vec<PersonId> = rows.iter().map(|row| PersonId(row.person_id)).collect();
        let keys = self.keys.get_many(persons.iter().copied()).await?;
        let names = if staff {
            persons.extend(rows.iter().filter_map(|row| row.assignee_id).map(PersonId));
            persons.sort_unstable();
            persons.dedup();
            self.people.names(self.store.read().await?.conn(), &persons).await?
        } else {
            Default::default()
        };
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            // Without a key the person is being erased at this moment.
            let Some(key) = keys.get(&PersonId(row.person_id)) else { continue };
            let broken = || Broken::Inconsistent("request", row.id);
            let name = |person: Uuid| names.get(&PersonId(person)).cloned();
            lines.push(RequestLine {
                number: RequestNumber::from_bits(row.number.cast_unsigned()),
                subject: self.people.shown(key.open_text("request.subject", row.id, &row.subject_sealed)?),
                status: Status::parse(&row.status).ok_or_else(broken)?,
                priority: Priority::parse(&row.priority).ok_or_else(broken)?,
                kind: row.kind.clone(),
                created_at: Timestamp(row.created_at),
                updated_at: Timestamp(row.at),
                unread: row.unread,
                comments: u32::try_from(row.comments).unwrap_or(u32::MAX),
                customer: name(row.person_id),
                assignee: row.assignee_id.and_then(name),
            });
        }
        Ok(Page { rows: lines, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        let id = Uuid::from_u128(7);
        let plain = write_cursor(5, id);
        for position in [
            Position::After(1_700_000_000_000_000, id),
            Position::Found(None, 3),
            Position::Found(Some(plain), 20),
        ] {
            assert_eq!(Position::parse(&position.cursor()), Some(position));
        }
        for wrong in ["", "x", "1.2", "!!!", &BASE64URL_NOPAD.encode(b"5"), &BASE64URL_NOPAD.encode(b"x~y")] {
            assert_eq!(Position::parse(wrong), None, "{wrong}");
        }
    }
}
