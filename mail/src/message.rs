//! What a mail says.

use tresen_model::EmailAddress;

/// How much of a mail is looked at. What goes over is kept whole as a file and remarked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole message.
    pub bytes: usize,
    /// Parts, however deep.
    pub parts: usize,
    /// Parts within parts.
    pub depth: usize,
    /// Addresses in To and Cc that are read.
    pub recipients: usize,
    /// Links that are kept as links in cleaned HTML.
    pub links: usize,
    /// Characters of text, as in [`tresen_model::Body`].
    pub text: usize,
    /// Files.
    pub files: usize,
}

impl Default for Limits {
    /// What no mail of a person comes near.
    fn default() -> Self {
        Self {
            bytes: 50 * 1024 * 1024,
            parts: 200,
            depth: 20,
            recipients: 200,
            links: 200,
            text: tresen_model::Body::MAX,
            files: 50,
        }
    }
}

/// Somebody in a header.
#[derive(Clone, PartialEq, Eq)]
pub struct Correspondent {
    /// The address, parsed.
    pub address: EmailAddress,
    /// The name beside it, decoded, without control characters; may be anything.
    pub name: Option<String>,
}

/// A mail, read.
///
/// Holds what somebody wrote, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Message {
    /// Who wrote it: From, or where that names nobody Sender, Reply-To or Return-Path.
    pub from: Option<Correspondent>,
    /// From as one decoded line, cut at 1,000 characters, whatever stands there; empty without one.
    pub from_line: String,
    /// Where `from` was found.
    pub origin: Origin,
    /// The addresses in Reply-To, at most 20.
    pub reply_to: Vec<Correspondent>,
    /// X-Original-From or X-Original-Sender: whom From named before a list or a gateway wrote itself
    /// there, as it says.
    pub original_from: Option<Correspondent>,
    /// From is the address of a list or group, by its own headers, and the writer is named elsewhere:
    /// see [`writer_behind`](Self::writer_behind).
    pub rewritten_by_list: bool,
    /// Every address that it was sent or delivered to (To, Cc, Delivered-To, X-Original-To,
    /// Envelope-To), as written, plus parts included, up to the limit.
    pub recipients: Vec<String>,
    /// One line, decoded; empty when there is none.
    pub subject: String,
    /// The Message-ID without angle brackets; `None` when missing or empty.
    pub message_id: Option<String>,
    /// In-Reply-To and References, newest first, without angle brackets.
    pub answers: Vec<String>,
    /// The Date header in seconds of Unix time.
    pub date: Option<i64>,
    /// What the person wrote: plain text, without what is in `rest`.
    pub text: String,
    /// What they quoted and how they signed: folded away, not thrown away.
    pub rest: Option<String>,
    /// The HTML of the mail, cleaned (no script, no style, no form, nothing remote), where it says
    /// more than the text: pictures, tables, formatting. Pictures of the mail stand as
    /// `src="cid:…"`.
    pub html: Option<String>,
    /// Files, inline pictures included, in their order.
    pub parts: Vec<Part>,
    /// Whether a machine sent it (RFC 3834).
    pub automatic: Option<Automatic>,
    /// What a mail server says about a mail of ours (RFC 3464).
    pub bounce: Option<Bounce>,
    /// What the headers say about spam and forgery, to be judged by settings.
    pub signals: Signals,
    /// What was noticed, for agents.
    pub remarks: Vec<Remark>,
}

/// Where the sender of a mail was found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In From, as RFC 5322 has it: what servers say about the domain in From is about it.
    #[default]
    From,
    /// In From, but written so that others may read another address there, or none.
    Repaired,
    /// In another field, as From names nobody.
    Elsewhere,
}

impl Message {
    /// Whom a From stands for that is not the writer's, such as that of a list or of a form: the one
    /// in X-Original-From, else the only other one in Reply-To. Anybody can write anything there.
    pub fn writer_behind(&self) -> Option<Correspondent> {
        let from = self.from.as_ref()?;
        let other =
            |found: &&Correspondent| !found.address.as_str().eq_ignore_ascii_case(from.address.as_str());
        let mut replies = self.reply_to.iter().filter(other);
        let reply = replies.next().filter(|_| replies.next().is_none());
        let mut writer = self.original_from.as_ref().filter(other).or(reply)?.clone();
        if writer.name.is_none() {
            // `'Ada Lovelace' via Support`
            let name = from.name.as_deref().and_then(|name| name.split_once(" via "));
            let name = name.map(|(name, _)| name.trim_matches(['\'', '"', '(', ' ']).to_owned());
            writer.name = name.filter(|name| !name.is_empty() && !name.contains('@'));
        }
        Some(writer)
    }
}

/// A file in a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name, decoded (RFC 2231, RFC 2047), made safe; never empty.
    pub name: String,
    /// Its bytes, decoded.
    pub bytes: Vec<u8>,
    /// The Content-ID without angle brackets, for pictures inside the text.
    pub content_id: Option<String>,
}

/// Why a mail counts as a machine's (RFC 3834).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automatic {
    /// An answer by a machine: out of office, received, …
    Reply,
    /// Made by a machine: a notice, a report, another desk.
    Generated,
    /// From an address that nobody reads, such as `noreply@`; nothing else says that a machine wrote.
    Unread,
    /// From a list or in bulk.
    Bulk,
    /// From a mail server about a mail: an empty return path, a report.
    Server,
}

/// What became of a mail of ours (RFC 3464).
#[derive(Clone, PartialEq, Eq)]
pub struct Bounce {
    /// What happened to it.
    pub returned: Returned,
    /// The enhanced status code (RFC 3463), such as `5.1.1`, checked for its form.
    pub status: Option<String>,
    /// The Message-ID of the mail that it is about, without angle brackets.
    pub original: Option<String>,
}

/// How a mail came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Not delivered, and it will not be.
    Failed,
    /// Not delivered yet; the server goes on trying.
    Delayed,
    /// Delivered, relayed, expanded, read: no failure.
    Other,
}

/// What headers say about where a mail is from. Nothing of it is true until a setting says whom
/// to believe.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Signals {
    /// The Authentication-Results headers (RFC 8601), topmost first, unfolded.
    pub authentication_results: Vec<String>,
    /// The headers whose names begin with `X-Spam` or that a filter is known to write, lower-case
    /// name and value, topmost first.
    pub spam: Vec<(String, String)>,
    /// The Return-Path header: `Some("")` for an empty one.
    pub return_path: Option<String>,
}

/// What an agent should know about a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Remark {
    /// More bytes, parts, depth, text or files than are looked at. Whoever has the raw mail keeps it
    /// whole as a file.
    OverLimit,
    /// Parts could not be decoded.
    Damaged,
    /// It is signed (S/MIME or PGP); the signature was not checked.
    Signed,
    /// It is encrypted: nobody here can read it.
    Encrypted,
    /// Pictures from elsewhere were left out.
    RemoteContent,
    /// There was nothing to read in it.
    Empty,
}
