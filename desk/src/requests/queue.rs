//! The agents' queue: everyone's requests.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::views::{Page, RequestLine};
use tresen_model::{PersonId, Priority, RequestNumber, Status, Timestamp};
use tresen_store::{Statement, from_row};

use super::list::{find_by_number, read_cursor, sorted_by, write_cursor};
use crate::error::{Broken, Error};
use crate::people::restriction::NOT_RESTRICTED;
use crate::people::{Agent, kinds, person};
use crate::requests::Requests;
use crate::search::{Listing, Order, Words};

/// Rows of a page.
const PAGE: usize = 50;

/// What an agent wants to see.
#[derive(Debug, Clone, Default)]
pub struct QueueQuery {
    /// Words that must occur, or the number of a request.
    pub search: String,
    /// Which requests.
    pub view: QueueView,
    /// Whose.
    pub assignee: Assignee,
    /// One request type only.
    pub kind: Option<String>,
    /// In what order.
    pub order: QueueOrder,
    /// Where the last page ended; anything unreadable is the beginning.
    pub after: Option<String>,
}

impl QueueQuery {
    /// Where the page begins: after this row.
    fn start(&self) -> (i64, Uuid) {
        let start = match self.order {
            QueueOrder::Newest => (i64::MAX, Uuid::max()),
            QueueOrder::Oldest => (i64::MIN, Uuid::nil()),
        };
        self.after.as_deref().and_then(read_cursor).unwrap_or(start)
    }
}

/// Which requests an agent wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QueueView {
    /// Open and waiting.
    #[default]
    Active,
    /// One status.
    Only(Status),
    /// Everything.
    All,
}

/// Whose requests an agent wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Assignee {
    /// Everyone's.
    #[default]
    Anyone,
    /// Their own.
    Me,
    /// Those that nobody has taken.
    Nobody,
}

/// In what order requests are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QueueOrder {
    /// The newest activity first.
    #[default]
    Newest,
    /// The oldest activity first.
    Oldest,
}

struct Row {
    id: Uuid,
    number: i64,
    person_id: Uuid,
    customer_name: Option<Vec<u8>>,
    assignee_name: Option<Vec<u8>>,
    kind: String,
    status: String,
    priority: String,
    assignee_id: Option<Uuid>,
    subject_sealed: Vec<u8>,
    comments: i64,
    created_at: i64,
    updated_at: i64,
    unread: bool,
}

from_row!(Row {
    id,
    number,
    person_id,
    customer_name,
    assignee_name,
    kind,
    status,
    priority,
    assignee_id,
    subject_sealed,
    comments,
    created_at,
    updated_at,
    unread
});

const COLUMNS: &str = "SELECT id, number, person_id, kind, status, priority, assignee_id, subject_sealed,
    comments + notes AS comments, created_at, updated_at, customer_wrote_at > agent_read_at AS unread FROM request";

/// The columns of `line`, which are [`COLUMNS`], with the sealed names of customer and assignee.
const NAMED: &str =
    "SELECT line.*, customer.name_sealed AS customer_name, assignee.name_sealed AS assignee_name";

/// Where the names come from. Who is being erased has none any more.
const NAMES: &str =
    "LEFT JOIN person AS customer ON customer.id = line.person_id AND customer.state = 'active'
    LEFT JOIN person AS assignee ON assignee.id = line.assignee_id AND assignee.state = 'active'";

/// The same words as in the partial index, or the engines would not use it.
pub(super) const ACTIVE: &str = "status IN ('open', 'waiting')";

/// What is held back as suspected spam is in no list but its own. In the words of the indexes too.
const NOT_HELD: &str = "held_at IS NULL";

/// Adds the condition for the rows of `request` that an agent asks for, without those that are before the page.
fn push_wanted(statement: &mut Statement, agent: PersonId, query: &QueueQuery) {
    let (time, id) = query.start();
    let (time, id) = (statement.place(time), statement.place(id));
    let sign = match query.order {
        QueueOrder::Newest => "<",
        QueueOrder::Oldest => ">",
    };
    statement.push(&format!("(updated_at, id) {sign} ({time}, {id}) AND {NOT_HELD} AND {NOT_RESTRICTED}"));
    match query.view {
        QueueView::Active => statement.push(&format!(" AND {ACTIVE}")),
        // Written out, since each status has an index of its own that a place would not match.
        QueueView::Only(status) => statement.push(&format!(" AND status = '{}'", status.as_str())),
        QueueView::All => {}
    }
    if let Some(kind) = &query.kind {
        let kind = statement.place(kind.as_str());
        statement.push(&format!(" AND kind = {kind}"));
    }
    let me = statement.place(agent.0);
    match query.assignee {
        Assignee::Anyone => {}
        Assignee::Me => statement.push(&format!(" AND assignee_id = {me}")),
        Assignee::Nobody => statement.push(" AND assignee_id IS NULL"),
    }
    statement.push(&format!(" AND {}", kinds::seen_by(&me, "request.kind")));
}

fn in_order(order: QueueOrder) -> Order {
    Order { column: "updated_at", latest_first: order == QueueOrder::Newest }
}

/// A page of what an agent asks for, and one row more.
fn page(agent: PersonId, query: &QueueQuery) -> Statement {
    let mut statement = Statement::default();
    statement.push(&format!("{NAMED} FROM ({COLUMNS} WHERE "));
    push_wanted(&mut statement, agent, query);
    statement.push(&format!(" {} LIMIT {}) AS line {NAMES}", in_order(query.order).sql(), PAGE + 1));
    statement
}

impl Requests {
    /// A page of the queue. Costs the same however many requests there are.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn queue(&self, agent: &Agent, query: &QueueQuery) -> Result<Page<RequestLine>, Error> {
        let rows = if query.search.trim().is_empty() {
            self.queue_page(agent, query).await?
        } else {
            self.queue_found(agent, query).await?
        };
        let next = rows.get(PAGE).and(rows.get(PAGE - 1)).map(|row| write_cursor(row.updated_at, row.id));
        Ok(Page { rows: self.queue_lines(&rows[..rows.len().min(PAGE)]).await?, next })
    }

    async fn queue_page(&self, agent: &Agent, query: &QueueQuery) -> Result<Vec<Row>, Error> {
        let mut reader = self.store.read().await?;
        let mut rows: Vec<Row> = page(agent.person(), query).fetch_all(reader.conn()).await?;
        // Nothing says that a join keeps the order.
        in_its_order(&mut rows, query.order);
        Ok(rows)
    }

    async fn queue_found(&self, agent: &Agent, query: &QueueQuery) -> Result<Vec<Row>, Error> {
        let Some(words) = Words::parse(&query.search) else { return Ok(Vec::new()) };
        let listing = Listing {
            condition: |statement: &mut Statement| push_wanted(statement, agent.person(), query),
            order: in_order(query.order),
            most: PAGE + 1,
        };
        let mut reader = self.store.read().await?;
        let mut found = self.search.index.find(reader.conn(), &words, &listing).await?;
        found.extend(find_by_number(reader.conn(), &query.search).await?);
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::default();
        statement.push(&format!("{NAMED} FROM ({COLUMNS} WHERE "));
        // A number that was typed may be of another listing.
        push_wanted(&mut statement, agent.person(), query);
        let places: Vec<String> = found.iter().map(|request| statement.place(request.0)).collect();
        statement.push(&format!(" AND id IN ({})) AS line {NAMES}", places.join(", ")));
        let mut rows: Vec<Row> = statement.fetch_all(reader.conn()).await?;
        in_its_order(&mut rows, query.order);
        rows.truncate(PAGE + 1);
        Ok(rows)
    }

    async fn queue_lines(&self, rows: &[Row]) -> Result<Vec<RequestLine>, Error> {
        let assignees = rows.iter().filter_map(|row| row.assignee_id);
        let persons = rows.iter().map(|row| row.person_id).chain(assignees).map(PersonId);
        let keys = self.keys.get_many(persons).await?;
        let name = |person: Uuid, sealed: &Option<Vec<u8>>| match (keys.get(&PersonId(person)), sealed) {
            (Some(key), Some(sealed)) => person::open_name(person, sealed, key),
            _ => Ok(None),
        };
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let customer = PersonId(row.person_id);
            // Without a key the person is being erased at this moment.
            let Some(key) = keys.get(&customer) else { continue };
            let broken = || Broken::Inconsistent("request", row.id);
            lines.push(RequestLine {
                number: RequestNumber::from_bits(row.number.cast_unsigned()),
                subject: self.people.shown(key.open_text("request.subject", row.id, &row.subject_sealed)?),
                status: Status::parse(&row.status).ok_or_else(broken)?,
                priority: Priority::parse(&row.priority).ok_or_else(broken)?,
                kind: row.kind.clone(),
                created_at: Timestamp(row.created_at),
                updated_at: Timestamp(row.updated_at),
                unread: row.unread,
                comments: u32::try_from(row.comments).unwrap_or(u32::MAX),
                customer: name(row.person_id, &row.customer_name)?.map(Into::into),
                assignee: match row.assignee_id {
                    Some(agent) => name(agent, &row.assignee_name)?.map(Into::into),
                    None => None,
                },
            });
        }
        Ok(lines)
    }
}

/// Puts rows into the order that is asked for.
fn in_its_order(rows: &mut [Row], order: QueueOrder) {
    sorted_by(rows, |row| (row.updated_at, row.id));
    if order == QueueOrder::Oldest {
        rows.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::DATA;
    use tresen_store::{Location, Pool, Store};

    async fn plan(store: &Store, asked: &str) -> String {
        let mut statement = Statement::default();
        statement.push(&format!("EXPLAIN QUERY PLAN {asked}"));
        let mut reader = store.read().await.expect("a connection");
        let rows: Vec<(i64, i64, i64, String)> = statement.fetch_all(reader.conn()).await.expect("a plan");
        rows.into_iter().map(|(_, _, _, step)| step).collect::<Vec<_>>().join("; ")
    }

    #[tokio::test]
    async fn each_view_has_its_index() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = Location::File(folder.path().join("tresen.db"));
        let store = Store::open(&file, &DATA, Pool::of(4)).await.expect("opens");
        let views = [
            (QueueView::Active, "queue_active"),
            (QueueView::Only(Status::Open), "queue_open"),
            (QueueView::Only(Status::Waiting), "queue_waiting"),
            (QueueView::Only(Status::Resolved), "queue_resolved"),
            (QueueView::Only(Status::Closed), "queue_closed"),
            (QueueView::All, "queue_all"),
        ];
        for (view, index) in views {
            for order in [QueueOrder::Newest, QueueOrder::Oldest] {
                let query = QueueQuery { view, order, ..QueueQuery::default() };
                let plan = plan(&store, page(PersonId(Uuid::nil()), &query).sql()).await;
                assert!(plan.contains(&format!("USING INDEX {index} ")), "{view:?}: {plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{view:?}: {plan}");
            }
        }
        store.close().await;
    }
}
