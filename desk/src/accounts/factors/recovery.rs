//! Recovery codes: ten of sixty random bits, each good once, for whoever has lost every other factor.
//! Only keyed hashes of them are stored.

use tresen_keys::random;
use tresen_model::{PersonId, Timestamp, base32};
use tresen_store::{Conn, StoreError, Tx, on};

use crate::accounts::Accounts;
use crate::error::Broken;

/// So many are made at once.
const COUNT: usize = 10;

/// Signs of a code, twelve of five bits each ([`base32`]).
const LENGTH: usize = 12;

/// A code as it is shown: `7F3K-92QX-M4TB`.
fn code() -> Result<String, random::NoRandomness> {
    let bytes = random::bytes::<LENGTH>()?;
    let mut code = String::with_capacity(LENGTH + 2);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        code.push(base32::sign(*byte));
    }
    Ok(code)
}

/// A code as it was typed, in the signs that are hashed. `None` for what is none.
fn normalise(typed: &str) -> Option<String> {
    let signs = typed.chars().filter(|sign| !sign.is_whitespace() && *sign != '-');
    let code: Option<String> = signs
        .take(LENGTH + 1)
        .map(|sign| base32::value(u8::try_from(sign).ok()?).map(base32::sign))
        .collect();
    code.filter(|code| code.len() == LENGTH)
}

/// How many are left.
pub(super) async fn left(conn: Conn<'_>, person: PersonId) -> Result<u32, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM recovery_code WHERE person_id = $1";
    let (count,): (i64,) = on!(conn, c => sqlx::query_as(SQL).bind(person.0).fetch_one(c).await)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Removes all.
pub(super) async fn remove(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM recovery_code WHERE person_id = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).execute(c).await.map(drop))
}

impl Accounts {
    fn recovery_hash(&self, person: PersonId, code: &str) -> Vec<u8> {
        self.keys.master().fingerprint("recovery code", &[person.0.as_bytes(), code.as_bytes()]).to_vec()
    }

    /// Makes new ones in place of the old.
    pub(super) async fn make_recovery_codes(
        &self,
        tx: &mut Tx,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Vec<String>, Broken> {
        const SQL: &str = "INSERT INTO recovery_code (person_id, code_hash, created_at) VALUES ($1, $2, $3)";
        remove(tx, person).await?;
        let mut codes = Vec::with_capacity(COUNT);
        for _ in 0..COUNT {
            let code = code()?;
            let hash = self.recovery_hash(person, &code.replace('-', ""));
            on!(tx.conn(), c => sqlx::query(SQL)
                .bind(person.0)
                .bind(hash)
                .bind(now.0)
                .execute(c)
                .await
                .map(drop))?;
            codes.push(code);
        }
        Ok(codes)
    }

    /// Uses a code up. Of many who try at once, one succeeds.
    pub(super) async fn redeem_recovery_code(
        &self,
        tx: &mut Tx,
        person: PersonId,
        typed: &str,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM recovery_code WHERE person_id = $1 AND code_hash = $2";
        let Some(code) = normalise(typed) else { return Ok(false) };
        let hash = self.recovery_hash(person, &code);
        let gone = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(person.0)
            .bind(hash)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(gone == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let one = code().expect("randomness");
        assert_eq!(one.len(), 14, "{one}");
        assert_ne!(one, code().expect("randomness"));
        assert_eq!(normalise(&one), Some(one.replace('-', "")));
        assert_eq!(normalise(&one.to_lowercase().replace('-', " ")), Some(one.replace('-', "")));
        assert_eq!(normalise(" o1il-0000-zzzz "), Some("01110000ZZZZ".to_owned()));
        for wrong in ["", "0000-0000-000", "0000-0000-00000", "0000-0000-000U", "0000-0000-000ä"] {
            assert_eq!(normalise(wrong), None, "{wrong}");
        }
    }
}
