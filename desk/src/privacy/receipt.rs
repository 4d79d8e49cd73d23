//! Receipts of erasures: what was deleted in numbers, when and by whose wish, signed with
//! Ed25519 (RFC 8032). They hold nothing personal and nothing of them is stored, so whoever
//! was erased can keep one, and show it, without being known by it.
//!
//! The signed text is the lines from `tresen-receipt: 1` to `key-backup-days: …`, each ended
//! by one `\n`. The signature follows in base64. Reading one, white space and the signs of
//! quoted mails do not matter, since neither key nor value has any.

use data_encoding::{BASE32_NOPAD, BASE64};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier};
use tresen_keys::random::{self, NoRandomness};
use tresen_model::Timestamp;
use tresen_model::views::ErasureCount;
use tresen_model::wish::Wish;

use crate::privacy::Privacy;
use tresen_keys::MasterKey;

/// What a receipt says.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Random; belongs to nobody.
    pub id: String,
    /// The desk's public address.
    pub desk: String,
    /// When the erasure was finished, to the second.
    pub at: Timestamp,
    /// By whose wish.
    pub wish: Wish,
    /// What was deleted.
    pub count: ErasureCount,
    /// For so many days after it, at most, a backup of the key store may still exist. Mails
    /// that were delivered are out of reach too.
    pub key_backup_days: u32,
}

/// What became of checking a text.
#[derive(Clone, PartialEq, Eq)]
pub enum Checked {
    /// This desk has signed it.
    Genuine(Receipt),
    /// It reads like a receipt, but this desk has not signed what it says.
    NotSigned,
    /// It is no receipt, or not a whole one.
    Unreadable,
}

/// What stands above a receipt that is kept as a file.
const PREFACE: &str = "\
Erasure receipt. At the time below, everything that the desk below had stored about one
person was deleted for good, in these numbers. Out of reach are emails that were already
delivered and, for at most as many days as key-backup-days says, backups of the key store.
Should the desk have to be restored from such a backup, it erases the person again before anyone
can use it, provided that its list of erasures is still there: the operator keeps a copy elsewhere.

Löschbescheinigung. Zur unten genannten Zeit wurde alles, was die genannte Stelle über eine
Person gespeichert hatte, endgültig gelöscht, in diesen Zahlen. Nicht erreichbar sind bereits
zugestellte E-Mails und, höchstens so viele Tage wie key-backup-days sagt, Sicherungen des
Schlüsselspeichers. Muss aus einer solchen Sicherung wiederhergestellt werden, wird die Person
erneut gelöscht, bevor jemand damit arbeitet, sofern die Liste der Löschungen noch vorhanden ist:
Der Betreiber bewahrt eine Kopie davon an anderer Stelle auf.
";

/// DER before the 32 bytes of an Ed25519 key (RFC 8410, 4).
const PUBLIC_KEY_DER: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The characters of a signature in base64: 64 bytes.
const SIGNATURE: usize = 88;

impl Receipt {
    /// The lines that are signed.
    fn signed_text(&self) -> String {
        // Whatever is counted one day must be said here too.
        let ErasureCount { requests, comments, attachments, history, mails, sessions, tokens, consents } =
            self.count;
        let Self { id, desk, at, wish, count: _, key_backup_days } = self;
        format!(
            "tresen-receipt: 1\nid: {id}\ndesk: {desk}\nfinished: {finished}\nwish: {wish}\n\
             requests: {requests}\ncomments: {comments}\nattachments: {attachments}\nhistory: {history}\n\
             mails: {mails}\nsessions: {sessions}\nlinks: {tokens}\nconsents: {consents}\n\
             key-backup-days: {key_backup_days}\n",
            finished = rfc3339(*at),
            wish = wish.as_str(),
        )
    }

    /// Signs it. The lines are short enough for any mail.
    fn sign(&self, master: &MasterKey) -> String {
        let mut text = self.signed_text();
        let signature = key(master).sign(text.as_bytes());
        let signature = BASE64.encode(&signature.to_bytes());
        let (first, second) = signature.split_at(SIGNATURE / 2);
        text.push_str("signature:\n");
        for half in [first, second] {
            text.push_str(half);
            text.push('\n');
        }
        text
    }

    /// Reads what was signed, and the signature.
    fn read(text: &str) -> Option<(Self, Signature)> {
        let words = text.split_whitespace().map(|word| word.trim_start_matches('>'));
        let mut words = words.filter(|word| !word.is_empty()).skip_while(|word| *word != "tresen-receipt:");
        let mut value = |key: &str| {
            let found = words.next().and_then(|word| word.strip_suffix(':')) == Some(key);
            if found { words.next() } else { None }
        };
        if value("tresen-receipt")? != "1" {
            return None;
        }
        let receipt = Self {
            id: value("id")?.to_owned(),
            desk: value("desk")?.to_owned(),
            at: Timestamp(value("finished")?.parse::<jiff::Timestamp>().ok()?.as_microsecond()),
            wish: Wish::parse(value("wish")?)?,
            count: ErasureCount {
                requests: value("requests")?.parse().ok()?,
                comments: value("comments")?.parse().ok()?,
                attachments: value("attachments")?.parse().ok()?,
                history: value("history")?.parse().ok()?,
                mails: value("mails")?.parse().ok()?,
                sessions: value("sessions")?.parse().ok()?,
                tokens: value("links")?.parse().ok()?,
                consents: value("consents")?.parse().ok()?,
            },
            key_backup_days: value("key-backup-days")?.parse().ok()?,
        };
        if words.next()? != "signature:" {
            return None;
        }
        let mut signature = String::new();
        while signature.len() < SIGNATURE {
            signature.push_str(words.next()?);
        }
        let bytes = BASE64.decode(signature.as_bytes()).ok()?;
        Some((receipt, Signature::from_slice(&bytes).ok()?))
    }
}

/// To the second, as `2026-11-23T05:08:51Z`.
fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0.div_euclid(1_000_000)).unwrap_or_default().to_string()
}

fn key(master: &MasterKey) -> SigningKey {
    SigningKey::from_bytes(master.receipts())
}

/// Signs a receipt for an erasure that is finished.
pub(super) fn issue(
    privacy: &Privacy,
    wish: Wish,
    count: ErasureCount,
    at: Timestamp,
) -> Result<String, NoRandomness> {
    let receipt = Receipt {
        id: BASE32_NOPAD.encode(&random::bytes::<15>()?),
        desk: privacy.settings.public_url.clone(),
        at,
        wish,
        count,
        key_backup_days: privacy.settings.retention.key_backup_days,
    };
    Ok(receipt.sign(privacy.keys.master()))
}

impl Privacy {
    /// Checks a receipt that somebody shows.
    pub fn check_receipt(&self, text: &str) -> Checked {
        check(text, self.keys.master())
    }

    /// A receipt as a file: with words in every language above. `None` for a text that this
    /// desk has not signed.
    pub fn receipt_file(&self, text: &str) -> Option<String> {
        match self.check_receipt(text) {
            Checked::Genuine(receipt) => Some(format!("{PREFACE}\n{}", receipt.sign(self.keys.master()))),
            Checked::NotSigned | Checked::Unreadable => None,
        }
    }

    /// The public key for checking receipts elsewhere, in PEM (RFC 8410).
    pub fn receipt_public_key(&self) -> String {
        let mut der = PUBLIC_KEY_DER.to_vec();
        der.extend_from_slice(key(self.keys.master()).verifying_key().as_bytes());
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64.encode(&der))
    }
}

fn check(text: &str, master: &MasterKey) -> Checked {
    let Some((receipt, signature)) = Receipt::read(text) else { return Checked::Unreadable };
    match key(master).verifying_key().verify(receipt.signed_text().as_bytes(), &signature) {
        Ok(()) => Checked::Genuine(receipt),
        Err(_) => Checked::NotSigned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tresen_model::wish::Asked;

    fn receipt() -> Receipt {
        Receipt {
            id: "ABCDEFGH".into(),
            desk: "https://desk.example".into(),
            at: Timestamp(1_800_000_000_000_000),
            wish: Wish::Agent(Asked::InPerson),
            count: ErasureCount { requests: 2, comments: 12_345, tokens: 3, ..Default::default() },
            key_backup_days: 7,
        }
    }

    fn is_genuine(text: &str) -> bool {
        check(text, &MasterKey::derive(&[1; 32])) == Checked::Genuine(receipt())
    }

    #[test]
    fn a_receipt_is_known_again_however_it_was_copied() {
        let text = receipt().sign(&MasterKey::derive(&[1; 32]));
        assert!(text.lines().all(|line| line.len() <= 72), "{text}");
        assert!(is_genuine(&text));
        assert!(is_genuine(&text.replace('\n', "\r\n")));
        assert!(is_genuine(&text.replace('\n', " ")));
        assert!(is_genuine(&format!("{PREFACE}\n{text}\nKind regards")));
        assert!(is_genuine(&text.lines().map(|line| format!("> {line}\n")).collect::<String>()));
        assert!(is_genuine(&text.lines().map(|line| format!(">>{line}\n")).collect::<String>()));
    }

    #[test]
    fn every_change_shows() {
        let master = MasterKey::derive(&[1; 32]);
        let text = receipt().sign(&master);
        assert!(check(&text, &MasterKey::derive(&[2; 32])) == Checked::NotSigned);
        for (from, to) in [
            ("requests: 2", "requests: 3"),
            ("2027-", "2028-"),
            ("agent-in-person", "person"),
            ("desk.example", "other.example"),
            ("links: 3", "links: 0"),
            ("days: 7", "days: 1"),
            ("ABCDEFGH", "ABCDEFGI"),
        ] {
            let changed = text.replace(from, to);
            assert!(changed != text && check(&changed, &master) == Checked::NotSigned, "{from}");
        }
        for end in 0..text.len() - 1 {
            assert!(check(&text[..end], &master) == Checked::Unreadable, "{end}");
        }
        for nonsense in
            ["", "tresen-receipt:", &text.replace("wish: ", "wish: x"), &text.replace("id:", "ID:")]
        {
            assert!(check(nonsense, &master) == Checked::Unreadable, "{nonsense}");
        }
    }

    #[test]
    fn it_is_plain_ed25519() {
        // What anybody can check with the public key and the lines above the signature.
        let text = receipt().sign(&MasterKey::derive(&[1; 32]));
        let (signed, signature) = text.split_once("signature:").expect("two parts");
        let signature: String = signature.split_whitespace().collect();
        let signature = BASE64.decode(signature.as_bytes()).expect("base64");
        let signature = Signature::from_slice(&signature).expect("64 bytes");
        let public = key(&MasterKey::derive(&[1; 32])).verifying_key();
        assert!(public.verify(signed.as_bytes(), &signature).is_ok());
        assert!(signed.contains("finished: 2027-01-15T08:00:00Z"));
    }
}
