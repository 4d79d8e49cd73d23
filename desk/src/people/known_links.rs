//! Tells whether a word is the secret of a link that was mailed, used or expired ones included.

use tresen_store::on;

use crate::error::Broken;
use crate::people::People;
use crate::people::links::Purpose;
use crate::secret::Secret;

/// The purposes of links that stand in mails.
const MAILED: [Purpose; 7] = [
    Purpose::Request,
    Purpose::Register,
    Purpose::Join,
    Purpose::Password,
    Purpose::Address,
    Purpose::Erase,
    Purpose::Data,
];

impl People {
    /// Returns those of some words that are secrets of links which were mailed.
    pub(crate) async fn known_links(&self, words: &[String]) -> Result<Vec<String>, Broken> {
        const SQL: &str = "SELECT COUNT(*) FROM token WHERE secret_hash IN ($1, $2, $3, $4, $5, $6, $7)";
        let mut known = Vec::new();
        if words.is_empty() {
            return Ok(known);
        }
        let mut reader = self.store.read().await?;
        for word in words {
            let secret = Secret::received(word);
            let [a, b, c, d, e, f, g] = MAILED.map(|purpose| self.token_hash(purpose, &secret).to_vec());
            let (count,): (i64,) = on!(reader.conn(), conn => sqlx::query_as(SQL)
                .bind(a)
                .bind(b)
                .bind(c)
                .bind(d)
                .bind(e)
                .bind(f)
                .bind(g)
                .fetch_one(conn)
                .await)?;
            if count > 0 {
                known.push(word.clone());
            }
        }
        Ok(known)
    }
}
