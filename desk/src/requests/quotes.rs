//! Quotes within a request: what a mail repeats of an earlier comment is stored as a reference to
//! that comment, and shown for as long as the comment is there (Art. 17 GDPR).

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_mail::{LEFT_OUT, references, replace_references};
use tresen_model::{PersonId, RequestId};
use tresen_store::{Conn, dialect, from_row, on};

use super::readable::{author_may_be_read, sealed_for};
use crate::error::Broken;
use crate::requests::Requests;

/// Comments of a request that are opened to find quotes of them: the newest.
const MOST: i64 = 200;

/// The part of a comment that is quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Body,
    Rest,
}

/// A comment that may be quoted, with its texts as they are stored.
pub(crate) struct Original {
    pub(crate) id: Uuid,
    pub(crate) author: Option<PersonId>,
    pub(crate) body: String,
    pub(crate) rest: Option<String>,
}

struct Row {
    id: Uuid,
    author_id: Option<Uuid>,
    author_kind: String,
    body_sealed: Vec<u8>,
    rest_sealed: Option<Vec<u8>>,
}

from_row!(Row { id, author_id, author_kind, body_sealed, rest_sealed });

/// The comments that some texts refer to.
#[derive(Default)]
pub(crate) struct Quoted(HashMap<Uuid, Original>);

/// Names some bytes of a comment in a reference.
pub(crate) fn name(comment: Uuid, field: Field, bytes: &Range<usize>) -> String {
    let field = match field {
        Field::Body => 'b',
        Field::Rest => 'r',
    };
    format!("{}{field}{}-{}", comment.simple(), bytes.start, bytes.end)
}

/// Reads a [`name`] back.
fn parse(name: &str) -> Option<(Uuid, Field, Range<usize>)> {
    let (id, rest) = name.split_at_checked(32)?;
    let field = match rest.chars().next()? {
        'b' => Field::Body,
        'r' => Field::Rest,
        _ => return None,
    };
    let (start, end) = rest[1..].split_once('-')?;
    Some((Uuid::try_parse(id).ok()?, field, start.parse().ok()?..end.parse().ok()?))
}

/// Returns a text without its references.
pub(crate) fn without_quotes(text: &str) -> String {
    replace_references(text, |_| String::new())
}

impl Quoted {
    /// Returns a text with what it quotes, and a sign where that is gone.
    pub(crate) fn fill_in(&self, text: &str) -> String {
        let words = |name: &str| {
            let (id, field, bytes) = parse(name)?;
            let original = self.0.get(&id)?;
            let text = match field {
                Field::Body => Some(original.body.as_str()),
                Field::Rest => original.rest.as_deref(),
            };
            text?.get(bytes)
        };
        replace_references(text, |name| words(name).unwrap_or(LEFT_OUT).to_owned())
    }

    /// The same for HTML.
    pub(crate) fn fill_in_html(&self, html: &str) -> String {
        replace_references(html, |name| {
            let words = self.fill_in(&tresen_mail::reference(name));
            words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
        })
    }
}

impl Requests {
    /// Opens the comments that texts of a request refer to. Without a reference nothing is read.
    pub(crate) async fn quoted(
        &self,
        conn: Conn<'_>,
        request: RequestId,
        customer: PersonId,
        texts: &[&str],
    ) -> Result<Quoted, Broken> {
        let ids: HashSet<Uuid> =
            texts.iter().flat_map(|text| references(text)).filter_map(parse).map(|(id, ..)| id).collect();
        if ids.is_empty() {
            return Ok(Quoted::default());
        }
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let sql = format!(
            "SELECT id, author_id, author_kind, body_sealed, rest_sealed FROM comment
             WHERE request_id = $1 AND visibility = 'public' AND standing <> 'erased' AND {}
             AND id IN {}",
            author_may_be_read(2),
            dialect::places(3, ids.len())
        );
        let rows: Vec<Row> = on!(conn, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(request.0).bind(customer.0);
            for id in ids {
                query = query.bind(id);
            }
            query.fetch_all(c).await
        })?;
        let originals = self.open_originals(rows, customer).await?;
        Ok(Quoted(originals.into_iter().map(|original| (original.id, original)).collect()))
    }

    /// The newest comments of a request that its customer, or somebody outside, has got or written.
    pub(crate) async fn originals(
        &self,
        conn: Conn<'_>,
        request: RequestId,
        customer: PersonId,
    ) -> Result<Vec<Original>, Broken> {
        let sql = format!(
            "SELECT id, author_id, author_kind, body_sealed, rest_sealed FROM comment
             WHERE request_id = $1 AND visibility = 'public' AND standing <> 'erased' AND {}
             ORDER BY id DESC LIMIT $3",
            author_may_be_read(2)
        );
        let rows: Vec<Row> = on!(conn, c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(request.0)
            .bind(customer.0)
            .bind(MOST)
            .fetch_all(c)
            .await)?;
        self.open_originals(rows, customer).await
    }

    async fn open_originals(&self, rows: Vec<Row>, customer: PersonId) -> Result<Vec<Original>, Broken> {
        let owner = |row: &Row| sealed_for(row.author_id, &row.author_kind, customer);
        let keys = self.keys.get_many(rows.iter().map(owner)).await?;
        let mut originals = Vec::with_capacity(rows.len());
        for row in &rows {
            // Without a key they are being erased at this moment.
            let Some(key) = keys.get(&owner(row)) else { continue };
            let rest = row.rest_sealed.as_ref();
            originals.push(Original {
                id: row.id,
                author: row.author_id.map(PersonId),
                body: key.open_text("comment.body", row.id, &row.body_sealed)?,
                rest: rest.map(|rest| key.open_text("comment.rest", row.id, rest)).transpose()?,
            });
        }
        Ok(originals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_and_what_is_gone_is_left_out() {
        let id = Uuid::from_u128(7);
        let body = "Müller & Söhne <here>";
        let original = Original { id, author: None, body: body.into(), rest: Some("rest".into()) };
        let quoted = Quoted(HashMap::from([(id, original)]));
        let quote = |id, field, bytes| tresen_mail::reference(&name(id, field, &bytes));
        let text = format!("> {} and {}", quote(id, Field::Body, 0..7), quote(id, Field::Rest, 0..4));
        assert_eq!(quoted.fill_in(&text), "> Müller and rest");
        assert_eq!(quoted.fill_in_html(&quote(id, Field::Body, 8..body.len())), "&amp; Söhne &lt;here&gt;");
        for gone in [
            quote(Uuid::from_u128(8), Field::Body, 0..7),
            quote(id, Field::Body, 2..7),
            quote(id, Field::Rest, 0..5),
            tresen_mail::reference("nothing"),
            tresen_mail::reference(""),
        ] {
            assert_eq!(quoted.fill_in(&format!("a {gone}")), "a […]");
        }
        assert_eq!(without_quotes(&text), ">  and ");
    }
}
