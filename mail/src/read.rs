//! Puts together what a mail says.

use crate::body::{Found, Stretch};
use crate::fold::{self, About};
use crate::header::{self, Headers};
use crate::message::{Limits, Message, Remark, Signals};
use crate::mime::Entity;
use crate::quotes::reference::without_marks;
use crate::{automatic, bounce, html, phrases, pictures, sender};

/// Bytes that are searched for headers in a message that is too large to be read.
const MOST_HEADERS: usize = 1024 * 1024;

/// Ids of other mails that are kept: those of the newest, and the first.
const MOST_ANSWERS: usize = 100;

/// Characters of a subject or a name that are kept.
const LONGEST_LINE: usize = 1_000;

/// Headers that filters write their verdict into, beside those that begin with `x-spam`.
const FILTERS: &[&str] = &[
    "x-rspamd-",
    "x-bogosity",
    "x-ham-report",
    "x-dspam-",
    "x-forefront-antispam-report",
    "x-microsoft-antispam",
    "x-ms-exchange-organization-scl",
    "x-gmx-antispam",
    "x-mailscanner-",
    "x-barracuda-spam",
    "x-proofpoint-spam",
    "x-ironport-anti-spam",
    "x-sophos-",
    "x-virus-",
    "x-amavis-",
    "x-hmailserver-spam",
    "x-sg-spam",
    "x-vr-spam",
];

/// Whether the values of a header are kept in [`Signals`] as a filter's: those that begin with
/// `X-Spam` and those that filters are known to write. Case does not matter.
pub fn is_filter_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("x-spam") || FILTERS.iter().any(|known| name.starts_with(known))
}

/// Reads a message (RFC 5322). Never fails and never panics: what cannot be read is remarked on.
///
/// Time and memory grow with the length of the message, whatever is in it. Of a message above
/// `limits.bytes` only the headers are read. Where a limit is passed the message has
/// [`Remark::OverLimit`], and whoever holds the raw message keeps it as a file: it is not copied
/// here.
pub fn read(raw: &[u8], limits: &Limits) -> Message {
    let too_large = raw.len() > limits.bytes;
    let looked_at = if too_large { &raw[..raw.len().min(MOST_HEADERS)] } else { raw };
    let (headers, body) = Headers::split(looked_at);
    let mut entity = Entity::from_parts(headers, body, "text/plain");
    let mut message = Message::default();
    let mut found = Found::new(limits);
    if too_large {
        found.remark(Remark::OverLimit);
    } else {
        found.walk(&entity);
    }
    // Before the headers are read: raw text in them has the charset that the parts name.
    let charset = entity.headers.charset.or(found.charset);
    entity.headers.charset = charset.or_else(|| entity.headers.detected());
    read_headers(&entity.headers, limits, &mut message);
    if !too_large {
        read_body(&mut found, limits, &mut message);
    }
    let text = match &message.rest {
        Some(rest) => format!("{}\n{rest}", message.text),
        None => message.text.clone(),
    };
    message.automatic = automatic::recognise(&entity, &message, !found.reports.is_empty());
    message.bounce = bounce::recognise(&entity, &found, &message, &text);
    if !too_large && message.text.trim().is_empty() && message.html.is_none() && found.files.is_empty() {
        found.remark(Remark::Empty);
    }
    let others = [&mut message.rest, &mut message.html].into_iter().flatten();
    for text in [&mut message.text, &mut message.subject].into_iter().chain(others) {
        without_marks(text);
    }
    message.parts = found.files;
    message.remarks = found.remarks;
    message
}

fn read_headers(headers: &Headers<'_>, limits: &Limits, message: &mut Message) {
    sender::read(headers, message);
    message.from_line = headers.text("From");
    cut(&mut message.from_line, LONGEST_LINE);
    message.recipients = recipients(headers, limits.recipients);
    message.subject = headers.text("Subject");
    cut(&mut message.subject, LONGEST_LINE);
    message.message_id = headers.all("Message-ID").find_map(|value| header::ids(value).into_iter().next());
    message.answers = answers(headers);
    message.date = headers.first("Date").and_then(header::date);
    message.signals = signals(headers);
}

/// Where it was delivered comes first, so that no long To can push our own address out.
fn recipients(headers: &Headers<'_>, most: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc"] {
        for value in headers.all(name).take(20) {
            for address in
                header::addresses(value, most, headers.charset).into_iter().filter_map(|found| found.address)
            {
                if found.len() >= most {
                    return found;
                }
                let known = found.iter().any(|there| there.eq_ignore_ascii_case(&address));
                if !known && address.contains('@') && address.len() <= 500 {
                    found.push(address.into_owned());
                }
            }
        }
    }
    found
}

/// In-Reply-To, then References from the newest to the oldest.
fn answers(headers: &Headers<'_>) -> Vec<String> {
    let own = headers.all("In-Reply-To").take(5).flat_map(header::ids);
    let mut references: Vec<String> = headers.all("References").take(5).flat_map(header::ids).collect();
    let first = references.first().cloned();
    references.reverse();
    let mut found: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for id in own.chain(references) {
        if found.len() >= MOST_ANSWERS {
            break;
        }
        if seen.insert(id.clone()) {
            found.push(id);
        }
    }
    if let Some(first) = first.filter(|first| !seen.contains(first)) {
        found.push(first);
    }
    found
}

fn signals(headers: &Headers<'_>) -> Signals {
    let mut signals = Signals::default();
    for value in headers.all("Authentication-Results").take(20) {
        let mut line = header::raw_line(value);
        cut(&mut line, 4_000);
        signals.authentication_results.push(line);
    }
    for (name, value) in headers.iter() {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if signals.spam.len() < 40 && is_filter_header(&name) {
            let mut line = header::text(value, headers.charset);
            cut(&mut line, LONGEST_LINE);
            signals.spam.push((name, line));
        }
    }
    signals.return_path = headers
        .first("Return-Path")
        .map(|value| header::raw_line(value).trim_matches(['<', '>', ' ']).to_owned());
    signals
}

fn read_body(found: &mut Found<'_>, limits: &Limits, message: &mut Message) {
    let stretches = std::mem::take(&mut found.stretches);
    let any_html = stretches
        .iter()
        .any(|stretch| stretch.html.is_some() || stretch.plain.as_deref().is_some_and(is_markup));
    let (mut text, mut page) = (String::new(), String::new());
    let mut rich = false;
    for Stretch { mut plain, mut html } in stretches {
        // HTML that calls itself text is read as what it is.
        if html.is_none() && plain.as_deref().is_some_and(is_markup) {
            html = plain.take();
        }
        let cleaned = html.map(|source| {
            let source =
                if pictures::may_have(source.as_bytes()) { pictures::take(found, &source) } else { source };
            html::convert(&source, limits.links)
        });
        if let Some(cleaned) = &cleaned {
            rich |= cleaned.rich;
            if cleaned.remote {
                found.remark(Remark::RemoteContent);
            }
            if cleaned.over_limit {
                found.remark(Remark::OverLimit);
            }
        }
        let stretch = match (&plain, &cleaned) {
            (Some(plain), Some(cleaned)) if is_useless(plain, &cleaned.text) => cleaned.text.clone(),
            (Some(plain), _) => plain.clone(),
            (None, Some(cleaned)) => cleaned.text.clone(),
            (None, None) => continue,
        };
        if !stretch.trim().is_empty() {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(stretch.trim_end());
        }
        if any_html {
            match (cleaned, plain) {
                (Some(cleaned), _) => page.push_str(&cleaned.html),
                (None, Some(plain)) => page.push_str(&html::from_text(&plain)),
                (None, None) => {}
            }
        }
    }
    note_inline_pgp(found, &text);
    let about = About {
        answer: !message.answers.is_empty() || phrases::is_answer_subject(&message.subject),
        forward: phrases::is_forward_subject(&message.subject),
    };
    let (text, rest) = fold::fold(&few_blank_lines(&text), about);
    message.text = text;
    message.rest = rest;
    message.html = Some(page).filter(|page| rich && !page.trim().is_empty());
    let too_long = cut(&mut message.text, limits.text);
    if message.rest.as_mut().is_some_and(|rest| cut(rest, limits.text)) || too_long {
        found.remark(Remark::OverLimit);
    }
}

/// Whether the text of a mail is no match for its HTML: empty, HTML itself, or a note that one
/// should look at the HTML.
fn is_useless(plain: &str, html: &str) -> bool {
    let count = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let (plain_letters, html_letters) = (count(plain), count(html));
    (is_markup(plain) || plain_letters == 0) && html_letters > 0
        || plain_letters * 4 < html_letters && html_letters > 80
}

/// Whether a text is the source of a page.
fn is_markup(text: &str) -> bool {
    let start = text.trim_start();
    let start = start[..start.floor_char_boundary(20)].to_ascii_lowercase();
    ["<!doctype html", "<html", "<body", "<div", "<table"].iter().any(|tag| start.starts_with(tag))
}

fn note_inline_pgp(found: &mut Found<'_>, text: &str) {
    if text.contains("-----BEGIN PGP MESSAGE-----") {
        found.remark(Remark::Encrypted);
    } else if text.contains("-----BEGIN PGP SIGNED MESSAGE-----") {
        found.remark(Remark::Signed);
    }
}

/// At most two empty lines on end.
fn few_blank_lines(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.split('\n') {
        blank = if line.trim().is_empty() { blank + 1 } else { 0 };
        if blank <= 2 {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept.truncate(kept.trim_end_matches('\n').len());
    kept
}

/// Cuts to so many characters; whether there were more.
fn cut(text: &mut String, most: usize) -> bool {
    match text.char_indices().nth(most) {
        Some((at, _)) => {
            text.truncate(at);
            true
        }
        None => false,
    }
}
