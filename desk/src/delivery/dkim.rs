//! Signing mails (DKIM, RFC 6376; Ed25519 by RFC 8463).
//!
//! Header and body are canonicalised `relaxed`: servers on the way may fold headers and change
//! white space. The operations with the private key are those of *ring*, which take the same time
//! whatever the key (the `rsa` crate, which lettre's own signer would bring, does not:
//! RUSTSEC-2023-0071).

use std::fmt::Write as _;
use std::path::Path;

use data_encoding::BASE64;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::{Digest, Sha256};

use super::pem;
use crate::settings::Dkim;

/// What is signed, where it is there. Each name stands once more than the header has it, so that
/// none can be added on the way (RFC 6376 5.4.2).
const HEADERS: &[&str] = &[
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-language",
    "auto-submitted",
];

/// A key with its name. Holds a private key, so there is no `Debug`.
pub struct Signer {
    selector: String,
    domain: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Why mails cannot be signed as the operator wants it.
#[derive(Debug, thiserror::Error)]
pub enum DkimError {
    /// The name of the key is none.
    #[error("the selector `{0}` is no name for DNS: it has letters, digits and hyphens")]
    Selector(String),
    /// A domain that does not belong to the desk's address.
    #[error(
        "the domain `{0}` is not that of the desk's address, nor one above it, so that receivers would not count \
         the signature (RFC 7489 3.1)"
    )]
    Domain(String),
    /// The file cannot be read.
    #[error("the file {0} cannot be read: {1}")]
    Unreadable(String, std::io::Error),
    /// The file holds no key that can be used.
    #[error(
        "the file {0} holds no key that can be used; make one with: openssl genrsa -out {0} 2048, or: openssl \
         genpkey -algorithm ed25519 -out {0}"
    )]
    Key(String),
}

impl Signer {
    /// Reads a key. `mail_domain` is the domain of the desk's address.
    ///
    /// # Errors
    /// See [`DkimError`].
    pub fn load(settings: &Dkim, mail_domain: &str) -> Result<Self, DkimError> {
        let label = |part: &str| {
            !part.is_empty()
                && part.len() <= 63
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        if !settings.selector.split('.').all(label) {
            return Err(DkimError::Selector(settings.selector.clone()));
        }
        let ascii = |domain: &str| idna::domain_to_ascii_strict(domain).ok();
        let given = settings.domain.as_deref().unwrap_or(mail_domain);
        let (domain, own) = match (ascii(given), ascii(mail_domain)) {
            (Some(domain), Some(own)) => (domain, own),
            _ => return Err(DkimError::Domain(given.to_owned())),
        };
        if own != domain && !own.ends_with(&format!(".{domain}")) {
            return Err(DkimError::Domain(given.to_owned()));
        }
        let key = read_key(&settings.key_file)?;
        Ok(Self { selector: settings.selector.clone(), domain, key })
    }

    /// The message (RFC 5322, lines ending with CR LF) with a signature above it; `None` when it is no
    /// UTF-8 or has no head.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        sign(std::slice::from_ref(self), message)
    }

    /// What has to stand in DNS: the name and the text of a `TXT` record (RFC 6376 3.6.1).
    pub fn dns_record(&self) -> (String, String) {
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        let (kind, key) = match &self.key {
            Key::Rsa(pair) => ("rsa", subject_public_key_info(pair.public_key().as_ref())),
            Key::Ed25519(pair) => ("ed25519", pair.public_key().as_ref().to_vec()),
        };
        (name, format!("v=DKIM1; k={kind}; p={}", BASE64.encode(&key)))
    }

    /// The header field `DKIM-Signature` with the end of its line.
    fn signature(&self, headers: &[Field<'_>], body_hash: &str) -> Option<String> {
        let algorithm = match &self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let mut names = Vec::new();
        let mut signed = String::new();
        for name in HEADERS {
            // Several of one name are signed from the last to the first.
            let found = headers.iter().rev().filter(|field| field.name.eq_ignore_ascii_case(name));
            for field in found {
                names.push(*name);
                signed.push_str(&field.relaxed());
                signed.push_str("\r\n");
            }
            names.push(*name);
        }
        let mut field = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={}; s={};\r\n bh={body_hash};\r\n h=",
            self.domain, self.selector
        );
        let mut length = " h=".len();
        for (place, name) in names.iter().enumerate() {
            let sign = if place == 0 { "" } else { ":" };
            if length + sign.len() + name.len() > 76 {
                field.push_str(sign);
                field.push_str("\r\n  ");
                field.push_str(name);
                length = 2 + name.len();
            } else {
                let _ = write!(field, "{sign}{name}");
                length += sign.len() + name.len();
            }
        }
        field.push_str(";\r\n b=");
        signed.push_str(&Field::of(&field).relaxed());
        let value = match &self.key {
            Key::Rsa(pair) => {
                let mut value = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut value).ok()?;
                value
            }
            // RFC 8463 3: the hash is what is signed.
            Key::Ed25519(pair) => pair.sign(&Sha256::digest(signed.as_bytes())).as_ref().to_vec(),
        };
        let value = BASE64.encode(&value);
        for (place, line) in value.as_bytes().chunks(72).enumerate() {
            if place > 0 {
                field.push_str("\r\n  ");
            }
            field.push_str(std::str::from_utf8(line).ok()?);
        }
        field.push_str("\r\n");
        Some(field)
    }
}

/// The message with a signature of each of these above it; `None` when one cannot be made.
pub(super) fn sign(signers: &[Signer], message: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(message).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let fields = fields(head);
    let body_hash = BASE64.encode(&Sha256::digest(relaxed_body(body).as_bytes()));
    let mut signed = Vec::with_capacity(message.len() + 1024 * signers.len());
    for signer in signers {
        signed.extend_from_slice(signer.signature(&fields, &body_hash)?.as_bytes());
    }
    signed.extend_from_slice(message);
    Some(signed)
}

fn read_key(path: &Path) -> Result<Key, DkimError> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| DkimError::Unreadable(file.clone(), error))?;
    if let Some(der) = pem::blocks(&bytes, "RSA PRIVATE KEY").first() {
        return RsaKeyPair::from_der(der)
            .map(|pair| Key::Rsa(Box::new(pair)))
            .map_err(|_| DkimError::Key(file));
    }
    let blocks = pem::blocks(&bytes, "PRIVATE KEY");
    let der = blocks.first().ok_or_else(|| DkimError::Key(file.clone()))?;
    if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
        return Ok(Key::Rsa(Box::new(pair)));
    }
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
        .map(|pair| Key::Ed25519(Box::new(pair)))
        .map_err(|_| DkimError::Key(file))
}

/// A header field as it stands in the message, without the end of its last line.
struct Field<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> Field<'a> {
    fn of(text: &'a str) -> Self {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        Self { name, value }
    }

    /// RFC 6376 3.4.2.
    fn relaxed(&self) -> String {
        let words = self.value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
        format!("{}:{}", self.name.trim_end().to_ascii_lowercase(), words.collect::<Vec<_>>().join(" "))
    }
}

/// The fields of a head, folded lines together.
fn fields(head: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut start = 0;
    let mut search = 0;
    while let Some(end) = head[search..].find("\r\n").map(|end| search + end) {
        search = end + 2;
        if !head[search..].starts_with([' ', '\t']) {
            fields.push(Field::of(&head[start..end]));
            start = search;
        }
    }
    fields.push(Field::of(&head[start..]));
    fields
}

/// RFC 6376 3.4.4: white space at the ends of lines and empty lines at the end go, and white space
/// within a line is one space.
fn relaxed_body(body: &str) -> String {
    let mut relaxed = String::with_capacity(body.len());
    let mut empty = 0;
    for line in body.split("\r\n") {
        let line = line.trim_end_matches([' ', '\t']);
        if line.is_empty() {
            empty += 1;
            continue;
        }
        for _ in 0..empty {
            relaxed.push_str("\r\n");
        }
        empty = 0;
        let mut space = false;
        for sign in line.chars() {
            if matches!(sign, ' ' | '\t') {
                space = true;
            } else {
                if space {
                    relaxed.push(' ');
                    space = false;
                }
                relaxed.push(sign);
            }
        }
        relaxed.push_str("\r\n");
    }
    relaxed
}

/// A public RSA key (RFC 8017 A.1.1) as `SubjectPublicKeyInfo` (RFC 5280 4.1), which is what
/// receivers read (RFC 6376, erratum 3017).
fn subject_public_key_info(key: &[u8]) -> Vec<u8> {
    // SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }
    const ALGORITHM: &[u8] =
        &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let bits = tagged(0x03, &[&[0], key].concat());
    tagged(0x30, &[ALGORITHM, &bits].concat())
}

/// DER: a tag, a length, the contents.
fn tagged(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let mut der = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let bytes = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
            der.push(0x80 | bytes.len() as u8);
            der.extend_from_slice(bytes);
        }
    }
    der.extend_from_slice(contents);
    der
}

#[cfg(test)]
#[path = "dkim_tests.rs"]
mod tests;
