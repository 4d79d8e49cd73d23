//! A statement that is put together of parts, with the values of its places.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, FromRow};

use crate::{Conn, StoreError, on};

/// SQL with `$1` places and their values, in order.
#[derive(Clone, Default)]
pub struct Statement {
    sql: String,
    values: Vec<Value>,
}

/// What stands in a place.
#[derive(Clone)]
pub enum Value {
    /// A number, or a time in microseconds.
    Number(i64),
    /// An id.
    Id(Uuid),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl Statement {
    /// Adds SQL. Values that come from outside belong into [`place`](Self::place).
    pub fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Keeps a value, and returns the place for it: `$1`, `$2`, ….
    pub fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The SQL, for those who look at its plan.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// Returns all rows.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked, or a column does not fit.
    pub async fn fetch_all<R>(self, conn: Conn<'_>) -> Result<Vec<R>, StoreError>
    where
        R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        on!(conn, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(self.sql));
            for value in self.values {
                query = match value {
                    Value::Number(number) => query.bind(number),
                    Value::Id(id) => query.bind(id),
                    Value::Text(text) => query.bind(text),
                    Value::Bytes(bytes) => query.bind(bytes),
                };
            }
            query.fetch_all(c).await
        })
    }
}
