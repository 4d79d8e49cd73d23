//! From words to a message: headers and MIME parts (RFC 5322, RFC 2045 to 2047, RFC 3834).

use std::time::{Duration, SystemTime};

use data_encoding::HEXLOWER;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};
use sha2::{Digest, Sha256};
use tresen_model::{EmailAddress, Language, PersonName, Timestamp};

use super::markup::one_line;
use super::templates::Rendered;

/// How many message ids `References` names: the first and the last of a long conversation.
const MAX_REFERENCES: usize = 20;

/// The longest message id, in octets, that is repeated; RFC 5322 2.1.1 has lines of at most 998.
const MAX_ID: usize = 250;

/// The last second that a `Date` can name: the end of the year 9999.
const MAX_SECONDS: u64 = 253_402_300_799;

/// Who a mail comes from: the desk.
#[derive(Clone)]
pub struct Sender {
    /// The desk's name.
    pub name: String,
    /// Its address.
    pub address: EmailAddress,
}

/// Everything about one mail but its time.
///
/// Message ids may stand with or without their angle brackets. It holds personal data, so
/// there is no `Debug`.
#[derive(Clone)]
pub struct OutgoingMail {
    /// The id of this mail (RFC 5322 3.6.4), the same at every try to send it.
    pub message_id: String,
    /// The id of the mail that it answers.
    pub in_reply_to: Option<String>,
    /// The ids of the conversation so far, oldest first.
    pub references: Vec<String>,
    /// The desk.
    pub from: Sender,
    /// The receiver.
    pub to: EmailAddress,
    /// What the receiver is called; left out for an address that nobody has proven.
    pub to_name: Option<PersonName>,
    /// Where an answer goes, where that is not `from`: an address.
    pub reply_to: Option<String>,
    /// Whether a program decided to send it; an agent's answer is not (RFC 3834 5).
    pub auto_submitted: bool,
    /// The language of its words (RFC 3282).
    pub language: Language,
    /// Its words.
    pub rendered: Rendered,
    /// The files that come with it.
    pub files: Vec<AttachedFile>,
}

/// A file that comes with a mail. Personal data, so there is no `Debug`.
#[derive(Clone)]
pub struct AttachedFile {
    /// Its name, made safe.
    pub name: String,
    /// What it is, as `type/subtype`; anything else is told as unknown.
    pub media_type: String,
    /// What is in it.
    pub contents: Vec<u8>,
}

/// Why there is no message. Names the header, never what stands in it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// An address that mail cannot carry, such as a domain that IDNA (RFC 5891) refuses.
    #[error("the address for `{0}` cannot be used in mail")]
    Address(&'static str),
    /// `message_id` is not `LEFT@RIGHT` in printable ASCII.
    #[error("not a message id")]
    MessageId,
    /// Something else that the library refuses.
    #[error("the message cannot be built")]
    Message,
}

impl OutgoingMail {
    /// Builds the message: `multipart/alternative`, text first, then HTML; with files it is the
    /// first part of a `multipart/mixed` (RFC 2046 5.1).
    ///
    /// The same mail with the same date gives the same bytes. Ids in `in_reply_to` and
    /// `references`, which strangers chose, are left out where they are none. Nothing can end
    /// a header line early: names and subjects become one line and are encoded (RFC 2047).
    ///
    /// # Errors
    /// See [`ComposeError`].
    pub fn compose(&self, date: Timestamp) -> Result<Message, ComposeError> {
        let id = message_id(&self.message_id).ok_or(ComposeError::MessageId)?;
        let boundary = boundary(&id);
        let mut message = Message::builder()
            .message_id(Some(id))
            .date(system_time(date))
            .from(mailbox("From", Some(&self.from.name), &self.from.address)?)
            .to(mailbox("To", self.to_name.as_ref().map(PersonName::as_str), &self.to)?)
            .subject(one_line(&self.rendered.subject));
        if let Some(reply_to) = &self.reply_to {
            let address = EmailAddress::parse(reply_to).map_err(|_| ComposeError::Address("Reply-To"))?;
            message = message.reply_to(mailbox("Reply-To", Some(&self.from.name), &address)?);
        }
        if let Some(id) = self.in_reply_to.as_deref().and_then(message_id) {
            message = message.in_reply_to(id);
        }
        let references = references(&self.references);
        if !references.is_empty() {
            message = message.references(references.join(" "));
        }
        if self.auto_submitted {
            message = message
                .raw_header(header("Auto-Submitted", "auto-generated"))
                // What Exchange asks for instead, so that neither somebody's absence nor a receipt
                // answers us. Not `All`: that has reports of failed delivery (NDR) go, too.
                .raw_header(header("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply"));
        }
        let words = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(format!("=_{boundary}"))
            .singlepart(SinglePart::plain(self.rendered.text.clone()))
            .singlepart(SinglePart::html(self.rendered.html.clone()));
        let mut whole = words;
        if !self.files.is_empty() {
            let mixed = MultiPart::builder().kind(MultiPartKind::Mixed).boundary(format!("=_m_{boundary}"));
            whole = mixed.multipart(whole);
            for file in &self.files {
                whole = whole.singlepart(file.part()?);
            }
        }
        message
            .raw_header(header("Content-Language", self.language.tag()))
            .multipart(whole)
            .map_err(|_| ComposeError::Message)
    }
}

impl AttachedFile {
    fn part(&self) -> Result<SinglePart, ComposeError> {
        let unknown = || ContentType::parse("application/octet-stream");
        let kind =
            ContentType::parse(&self.media_type).or_else(|_| unknown()).map_err(|_| ComposeError::Message)?;
        // Base64 whatever it holds: line endings stay as they are, and no line is too long.
        let encoding = ContentTransferEncoding::Base64;
        let body =
            Body::new_with_encoding(self.contents.clone(), encoding).map_err(|_| ComposeError::Message)?;
        Ok(Attachment::new(one_line(&self.name)).body(body, kind))
    }
}

/// The address as SMTP carries it without extensions: the domain in ASCII (RFC 5891, UTS #46).
///
/// # Errors
/// [`ComposeError::Address`] where the domain has no such form.
pub fn ascii_address(header: &'static str, address: &EmailAddress) -> Result<Address, ComposeError> {
    let refused = |_| ComposeError::Address(header);
    let domain = if address.domain().is_ascii() {
        address.domain().to_owned()
    } else {
        idna::domain_to_ascii_strict(address.domain()).map_err(|_| ComposeError::Address(header))?
    };
    Address::new(address.local_part(), domain).map_err(refused)
}

fn mailbox(
    header: &'static str,
    name: Option<&str>,
    address: &EmailAddress,
) -> Result<Mailbox, ComposeError> {
    let name = name.map(one_line).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, ascii_address(header, address)?))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// `<LEFT@RIGHT>`, where this is one.
fn message_id(typed: &str) -> Option<String> {
    let id = typed.trim();
    let id = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id);
    let (left, right) = id.split_once('@')?;
    let good = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>@,;\"\\()".contains(&byte))
    };
    (id.len() <= MAX_ID && good(left) && good(right)).then(|| format!("<{id}>"))
}

fn references(typed: &[String]) -> Vec<String> {
    let mut ids = Vec::<String>::new();
    for id in typed.iter().filter_map(|id| message_id(id)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    // The first one holds the conversation together; of the rest, the newest are of use.
    if ids.len() > MAX_REFERENCES {
        ids.drain(1..=ids.len() - MAX_REFERENCES);
    }
    ids
}

/// Drawn from the id instead of at random: whoever wrote the text did not know the id.
/// `=_`, which stands before it, cannot occur in quoted-printable, nor `_` in base64 (RFC 2045 6.7, 6.8).
fn boundary(id: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(id.as_bytes())[..16])
}

fn system_time(time: Timestamp) -> SystemTime {
    let seconds = u64::try_from(time.0 / 1_000_000).unwrap_or(0).min(MAX_SECONDS);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
