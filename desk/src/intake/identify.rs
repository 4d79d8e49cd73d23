//! By what a message is known again.

use sha2::{Digest, Sha256};
use tresen_store::{StoreError, Tx, on};

use crate::error::Broken;
use crate::intake::Intake;
use crate::outbox::thread::OwnMessage;

/// What is known of a message before it is read.
pub(super) struct Identity {
    /// A keyed hash of Message-ID, From, Date, Subject and all that comes after the header. What
    /// servers on the way add (RFC 5321 4.4) does not change it, and a message without a Message-ID
    /// is known by its contents.
    pub(super) fingerprint: [u8; 32],
    /// It is one of ours that has come back.
    pub(super) own: Option<OwnMessage>,
}

impl Intake {
    pub(super) fn identify(&self, raw: &[u8]) -> Identity {
        let (header, body) = split(raw);
        let [message_id, from, date, subject] = fields(header, ["message-id", "from", "date", "subject"]);
        let body = digest(body);
        let parts: [&[u8]; 5] =
            [message_id.as_bytes(), from.as_bytes(), date.as_bytes(), subject.as_bytes(), &body];
        Identity {
            fingerprint: self.keys.master().fingerprint("message", &parts),
            own: self.outbox.own_message(&message_id),
        }
    }

    /// A keyed hash of a Message-ID (without angle brackets), by which answers find their request.
    pub(super) fn message_hash(&self, message_id: &str) -> [u8; 32] {
        self.keys.master().fingerprint("message id of others", &[message_id.as_bytes()])
    }

    /// Whether a message was taken in before, or was set aside, or was a person's who was erased.
    pub(super) async fn is_known(
        &self,
        fingerprint: &[u8; 32],
        set_aside_counts: bool,
    ) -> Result<bool, Broken> {
        const TAKEN_IN: &str = "SELECT 1 FROM mail_in WHERE fingerprint = $1";
        const ASIDE: &str = "SELECT 1 FROM mail_aside WHERE fingerprint = $1";
        for sql in [Some(TAKEN_IN), set_aside_counts.then_some(ASIDE)].into_iter().flatten() {
            let mut reader = self.store.read().await?;
            let row: Option<(i32,)> = on!(reader.conn(), c => sqlx::query_as(sql)
                .bind(fingerprint.as_slice())
                .fetch_optional(c)
                .await)?;
            if row.is_some() {
                return Ok(true);
            }
        }
        Ok(self.keys.has_erased_message(fingerprint).await?)
    }
}

/// Notes that a message is being taken in. `false` when somebody else was quicker: of many who take
/// in the same message at once, one goes on.
pub(super) async fn claim(
    tx: &mut Tx,
    fingerprint: &[u8; 32],
    outcome: &str,
    at: i64,
) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO mail_in (fingerprint, outcome, at) VALUES ($1, $2, $3)
        ON CONFLICT (fingerprint) DO NOTHING";
    const ASIDE: &str = "DELETE FROM mail_aside WHERE fingerprint = $1";
    let claimed = on!(tx.conn(), c => sqlx::query(SQL)
        .bind(fingerprint.as_slice())
        .bind(outcome)
        .bind(at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if claimed == 1 {
        // It was tried again and works now.
        on!(tx.conn(), c => sqlx::query(ASIDE).bind(fingerprint.as_slice()).execute(c).await.map(drop))?;
    }
    Ok(claimed == 1)
}

/// The header with its last line's end, and what comes after the empty line (RFC 5322 2.1).
pub(super) fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut start = 0;
    while start < raw.len() {
        let end = raw[start..].iter().position(|byte| *byte == b'\n').map_or(raw.len(), |at| start + at + 1);
        if matches!(&raw[start..end], b"\n" | b"\r\n") {
            return (&raw[..start], &raw[end..]);
        }
        start = end;
    }
    (raw, &[])
}

/// The first of each field, unfolded, white space as single spaces: servers fold anew.
fn fields<const N: usize>(header: &[u8], names: [&str; N]) -> [String; N] {
    let mut found: [Option<Vec<u8>>; N] = [const { None }; N];
    let mut current: Option<usize> = None;
    for line in header.split(|byte| *byte == b'\n') {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if let Some(value) = current.and_then(|index| found[index].as_mut()) {
                value.extend_from_slice(line);
            }
            continue;
        }
        current = None;
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = line[..colon].trim_ascii();
        let index = names.iter().position(|known| name.eq_ignore_ascii_case(known.as_bytes()));
        if let Some(index) = index
            && found[index].is_none()
        {
            found[index] = Some(line[colon + 1..].to_vec());
            current = Some(index);
        }
    }
    found.map(|value| {
        let text = String::from_utf8_lossy(value.as_deref().unwrap_or_default()).into_owned();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

/// SHA-256 with every line end as one `\n`: channels differ in that. White space at the very end
/// does not count.
fn digest(body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut rest = body.trim_ascii_end();
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        hash.update(&rest[..at]);
        rest = &rest[at + 1..];
    }
    hash.update(rest);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_folding_do_not_matter() {
        let unix = b"From: a@example.com\nSubject: One\n two\n\nHello\nthere\n";
        let dos = b"Received: x\r\nFrom: a@example.com\r\nSubject: One two\r\n\r\nHello\r\nthere\r\n\r\n";
        let read = |raw: &'static [u8]| {
            let (header, body) = split(raw);
            (fields(header, ["from", "subject"]), digest(body))
        };
        assert_eq!(read(unix), read(dos));
        assert_eq!(read(unix).0, ["a@example.com", "One two"]);
        assert_ne!(digest(b"Hello\nthere"), digest(b"Hello there"));
    }

    #[test]
    fn any_bytes_can_be_split() {
        for raw in [&b""[..], b"\n", b"\r\n", b"a", b"a:b", b":\n\n", b" x\n\ny", b"\r\r\n\n"] {
            let (header, body) = split(raw);
            assert!(header.len() + body.len() <= raw.len());
            fields(header, ["a", "b"]);
        }
    }

    #[test]
    fn the_first_field_of_a_name_counts() {
        let [subject] = fields(b"SUBJECT : one\nSubject: two\n more\n", ["subject"]);
        assert_eq!(subject, "one");
    }
}
