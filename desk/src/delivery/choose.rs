//! Which mails that are due are claimed next: those whose lane has room.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::Timestamp;
use tresen_store::{Conn, Tx, dialect, from_row, on};

use super::lanes::Lanes;
use crate::delivery::Delivery;
use crate::error::{Broken, Error};
use crate::outbox::enqueue::OutboxRow;
use crate::outbox::kinds::MailKind;
use crate::outbox::lane::Lane;
use crate::people::restriction::NOT_RESTRICTED;

/// So many mails that are due are looked at in one go, and at most so often in a row.
const LOOK_AT: usize = 50;
const LOOKS: usize = 10;

/// So many lanes at most are left out where new mails are looked for: each is a part of the statement.
const LEFT_OUT: usize = 32;

/// A mail that is due.
struct Due {
    id: Uuid,
    lane: i64,
    next_attempt_at: i64,
}

from_row!(Due { id, lane, next_attempt_at });

/// Where mails that are due are looked for.
enum Among<'a> {
    /// One lane, from its beginning.
    Lane(Lane),
    /// All that come after a time and an id, but those of some lanes.
    After(Option<(i64, Uuid)>, &'a [Lane]),
}

impl Delivery {
    /// Chooses mails whose lane has room, from lanes that wait and from what came in since. What is passed over is not
    /// looked at again until its lane has room.
    pub(super) async fn choose_mails(
        &self,
        lanes: &mut Lanes,
        room: usize,
        now: Timestamp,
    ) -> Result<Vec<Uuid>, Error> {
        let mut reader = self.store.read().await?;
        let mut chosen = Chosen { room, mails: Vec::new(), taken: HashMap::new() };
        if lanes.take_turns() {
            choose_new(reader.conn(), lanes, &mut chosen, now).await?;
            choose_waiting(reader.conn(), lanes, &mut chosen, now).await?;
        } else {
            choose_waiting(reader.conn(), lanes, &mut chosen, now).await?;
            choose_new(reader.conn(), lanes, &mut chosen, now).await?;
        }
        Ok(chosen.mails)
    }
}

/// Mails that are about to be claimed.
struct Chosen {
    /// How many there may be.
    room: usize,
    mails: Vec<Uuid>,
    taken: HashMap<Lane, usize>,
}

impl Chosen {
    fn is_full(&self) -> bool {
        self.mails.len() >= self.room
    }

    /// How many more a lane may have.
    fn room_in(&self, lanes: &Lanes, lane: Lane) -> usize {
        let taken = self.taken.get(&lane).copied().unwrap_or_default();
        lanes.room_in(lane).saturating_sub(taken).min(self.room - self.mails.len())
    }

    fn take(&mut self, lane: Lane, mail: Uuid) {
        *self.taken.entry(lane).or_default() += 1;
        self.mails.push(mail);
    }
}

/// Chooses from lanes that wait.
async fn choose_waiting(
    mut conn: Conn<'_>,
    lanes: &mut Lanes,
    chosen: &mut Chosen,
    now: Timestamp,
) -> Result<(), Broken> {
    for lane in lanes.ready() {
        let most = chosen.room_in(lanes, lane);
        if most == 0 {
            continue;
        }
        let due = due_mails(conn.again(), &Among::Lane(lane), now, most).await?;
        lanes.serve(lane, due.len() < most);
        for mail in &due {
            if !chosen.mails.contains(&mail.id) {
                chosen.take(lane, mail.id);
            }
        }
        if chosen.is_full() {
            break;
        }
    }
    Ok(())
}

/// Chooses from what came in since the last look, the longest waiting first.
async fn choose_new(
    mut conn: Conn<'_>,
    lanes: &mut Lanes,
    chosen: &mut Chosen,
    now: Timestamp,
) -> Result<(), Broken> {
    lanes.look_through(now);
    for _ in 0..LOOKS {
        if chosen.is_full() {
            break;
        }
        let left_out: Vec<Lane> = lanes.waiting.iter().copied().take(LEFT_OUT).collect();
        let due = due_mails(conn.again(), &Among::After(lanes.from, &left_out), now, LOOK_AT).await?;
        for mail in &due {
            if chosen.is_full() {
                return Ok(());
            }
            lanes.from = Some((mail.next_attempt_at, mail.id));
            let lane = Lane(mail.lane);
            if chosen.mails.contains(&mail.id) {
                continue;
            }
            if chosen.room_in(lanes, lane) > 0 {
                chosen.take(lane, mail.id);
            } else {
                lanes.waiting.insert(lane);
            }
        }
        if due.len() < LOOK_AT {
            lanes.reached_end(now);
            break;
        }
    }
    Ok(())
}

/// Mails that are due, the longest waiting first, and at most so many.
async fn due_mails(
    conn: Conn<'_>,
    among: &Among<'_>,
    now: Timestamp,
    most: usize,
) -> Result<Vec<Due>, Broken> {
    let always: Vec<&str> =
        MailKind::ALL.iter().filter(|kind| kind.despite_restriction()).map(|kind| kind.as_str()).collect();
    let allowed = format!("(kind IN {} OR {NOT_RESTRICTED})", dialect::places(3, always.len()));
    let next = 3 + always.len();
    let (condition, numbers, after) = match among {
        Among::Lane(lane) => (format!("lane = ${next}"), vec![lane.0], None),
        Among::After(after, left_out) => {
            let but = match left_out {
                [] => String::new(),
                lanes => format!(" AND lane NOT IN {}", dialect::places(next, lanes.len())),
            };
            let (time, id) = (next + left_out.len(), next + left_out.len() + 1);
            let condition = format!("(next_attempt_at, id) > (${time}, ${id}){but}");
            let after = after.unwrap_or((i64::MIN, Uuid::nil()));
            (condition, left_out.iter().map(|lane| lane.0).collect(), Some(after))
        }
    };
    let sql = format!(
        "SELECT id, lane, next_attempt_at FROM outbox WHERE state = 'queued' AND next_attempt_at <= $1
         AND {condition} AND {allowed} ORDER BY next_attempt_at, id LIMIT $2"
    );
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    Ok(on!(conn, c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(now.0).bind(most);
        for kind in always {
            query = query.bind(kind);
        }
        for number in numbers {
            query = query.bind(number);
        }
        if let Some((time, id)) = after {
            query = query.bind(time).bind(id);
        }
        query.fetch_all(c).await
    })?)
}

/// Claims those of some mails that are still due, until `until`: nobody else gets them before.
pub(super) async fn claim(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
    mails: &[Uuid],
) -> Result<Vec<OutboxRow>, Broken> {
    // What another node is claiming now is not due any more when it is done.
    let lock = dialect::skip_locked(&tx.conn());
    let sql = format!(
        "UPDATE outbox SET next_attempt_at = $1, attempts = attempts + 1 WHERE id IN (
         SELECT id FROM outbox WHERE state = 'queued' AND next_attempt_at <= $2 AND id IN {} {lock})
         RETURNING id, person_id, request_id, comment_id, kind, payload_sealed, attempts, next_attempt_at,
         created_at, lane",
        dialect::places(3, mails.len())
    );
    Ok(on!(tx.conn(), c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(until.0).bind(now.0);
        for mail in mails {
            query = query.bind(*mail);
        }
        query.fetch_all(c).await
    })?)
}
