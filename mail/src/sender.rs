//! Who wrote a mail, as far as its headers say: also where programs write addresses against the rules.

use std::borrow::Cow;

use mail_parser::Addr;
use tresen_model::EmailAddress;
use tresen_model::file_name::is_invisible;

use crate::header::{self, Headers};
use crate::message::{Correspondent, Message, Origin};

/// Addresses of a field that are looked at.
const MOST: usize = 20;

/// Characters of a name that are kept.
const LONGEST_NAME: usize = 1_000;

/// What lists and gateways keep of the writer when they write themselves into From.
const ORIGINAL: &[&str] = &["X-Original-From", "X-Original-Sender"];

/// Reads everything that says who wrote.
pub(crate) fn read(headers: &Headers<'_>, message: &mut Message) {
    let named = headers.first("From").and_then(|value| display_name(value, headers));
    let (from, origin) = sender(headers);
    message.from = from;
    message.origin = origin;
    if let Some(from) = &mut message.from
        && from.name.is_none()
        && origin == Origin::Elsewhere
    {
        from.name = named;
    }
    message.reply_to =
        headers.first("Reply-To").map_or_else(Vec::new, |value| correspondents(value, headers).0);
    message.original_from =
        ORIGINAL.iter().find_map(|name| correspondents(headers.first(name)?, headers).0.into_iter().next());
    if message.original_from.is_none() && headers.has("List-Id") {
        message.original_from = member_of_list(headers, message);
    }
    message.rewritten_by_list = is_rewritten_by_list(headers, message);
}

/// From, and where that names nobody the fields that could name them instead.
fn sender(headers: &Headers<'_>) -> (Option<Correspondent>, Origin) {
    for name in ["From", "Sender", "Reply-To", "Return-Path"] {
        let Some(value) = headers.first(name) else { continue };
        let (found, clean) = correspondents(value, headers);
        if let Some(first) = found.into_iter().next() {
            let origin = match (name, clean) {
                ("From", Clean::Yes) => Origin::From,
                ("From", Clean::Repaired) => Origin::Repaired,
                _ => Origin::Elsewhere,
            };
            return (Some(first), origin);
        }
    }
    (None, Origin::From)
}

/// How far an address was written by the rules.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clean {
    Yes,
    Repaired,
    /// It stood where no address stands, such as in an encoded word.
    Guessed,
}

/// The correspondents of a field. Those written by the rules, else those that can be repaired.
fn correspondents(value: &[u8], headers: &Headers<'_>) -> (Vec<Correspondent>, Clean) {
    let parsed = with_whole_names(header::addresses(value, MOST, headers.charset), headers);
    let all = |parse: fn(&str) -> Option<EmailAddress>| -> Vec<Correspondent> {
        let found = parsed.iter().filter_map(|found| {
            Some(correspondent(parse(found.address.as_deref()?)?, found.name.as_deref().unwrap_or_default()))
        });
        found.collect()
    };
    let strict = all(|address| {
        EmailAddress::parse(address).ok().filter(|address| !address.as_str().starts_with('\''))
    });
    if !strict.is_empty() {
        return (strict, Clean::Yes);
    }
    let line = header::raw_line(value);
    // The parser has taken the quotes off where they belong to the address.
    let quoted = line.contains("\"@");
    let lenient = if quoted { Vec::new() } else { all(EmailAddress::of_mail) };
    if !lenient.is_empty() && !lenient.iter().any(|found| found.address.as_str().starts_with('\'')) {
        return (lenient, Clean::Repaired);
    }
    let decoded = |name: &str| header::text(name.as_bytes(), headers.charset);
    if let Some((address, name)) = scan(&line) {
        return (vec![correspondent(address, &decoded(&name))], Clean::Repaired);
    }
    let text = header::text(value, headers.charset);
    match scan(&text) {
        Some((address, name)) => (vec![correspondent(address, &name)], Clean::Guessed),
        None => (Vec::new(), Clean::Yes),
    }
}

/// Puts names together that were split at a comma, as in `Lovelace, Ada <ada@example.com>`: programs
/// leave out the quotes (RFC 5322 3.4).
fn with_whole_names(parsed: Vec<Addr<'static>>, headers: &Headers<'_>) -> Vec<Addr<'static>> {
    let mut whole = Vec::with_capacity(parsed.len());
    let mut names: Vec<String> = Vec::new();
    for mut found in parsed {
        let address = found.address.as_deref().unwrap_or_default();
        if !address.contains('@') {
            let name = found.name.as_deref().unwrap_or_default();
            let words = [name, address].into_iter().filter(|word| !word.is_empty());
            names.extend(words.map(|word| header::text(word.as_bytes(), headers.charset)));
            continue;
        }
        if !names.is_empty() {
            names.extend(found.name.take().map(Cow::into_owned));
            found.name = Some(std::mem::take(&mut names).join(", ").into());
        }
        whole.push(found);
    }
    whole
}

fn correspondent(address: EmailAddress, name: &str) -> Correspondent {
    let name = clean_name(name);
    let repeated = name.eq_ignore_ascii_case(address.as_str());
    let says_nothing = name.chars().all(|c| c.is_ascii_punctuation() || c.is_whitespace() || is_invisible(c));
    Correspondent { address, name: Some(name).filter(|_| !says_nothing && !repeated) }
}

/// The name in a field without an address, such as `"Ada" <>`.
fn display_name(value: &[u8], headers: &Headers<'_>) -> Option<String> {
    let text = header::text(value, headers.charset);
    let text = text.split('<').next().unwrap_or_default();
    Some(clean_name(text)).filter(|name| !name.is_empty() && !name.contains('@') && !name.ends_with(';'))
}

/// Finds an address in a line in which the parser finds none, and the name beside it.
fn scan(line: &str) -> Option<(EmailAddress, String)> {
    let line = tidied(line);
    // An `@` inside a quoted local part is no end of one.
    let quoted = line.match_indices("\"@").map(|(at, _)| at + 1);
    let all = line.match_indices('@').map(|(at, _)| at);
    quoted.chain(all).take(MOST).find_map(|at| {
        let (before, after) = (&line[..at], &line[at + 1..]);
        let start = local_start(before)?;
        let end = domain_length(after);
        let local = &before[start..];
        let (start, local) = match local.strip_prefix('\'') {
            Some(rest) => (start + 1, rest.strip_suffix('\'').unwrap_or(rest)),
            None => (start, local),
        };
        let domain = after[..end].trim_end_matches(['.', '-', '_']).replace("..", ".");
        let address = EmailAddress::of_mail(&format!("{local}@{domain}"))?;
        let (left, right) = (&line[..start], &after[end..]);
        let left = without_scheme(left.trim_end());
        let name = [left, right]
            .into_iter()
            .map(|part| part.trim_matches(|c: char| c.is_whitespace() || "<>()[]{}\"',;:`".contains(c)))
            .find(|part| !part.is_empty() && !part.contains('@'));
        Some((address, name.unwrap_or_default().to_owned()))
    })
}

/// The line without what programs put into addresses: entities of HTML, spaces, a second `@`, a route
/// (RFC 5322 4.4).
fn tidied(line: &str) -> String {
    let mut line = line.replace(" @ ", "@").replace('＠', "@").replace("@@", "@");
    for (entity, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        if line.contains(entity) {
            line = line.replace(entity, sign);
        }
    }
    let Some(open) = line.rfind('<') else { return line };
    let close = line[open..].find('>').map_or(line.len(), |length| open + length);
    let mut inner = line[open + 1..close].trim();
    if let Some((route, address)) = inner.split_once(':')
        && route.starts_with('@')
    {
        inner = address;
    }
    let inner = [" .", ". ", " @", "@ "]
        .iter()
        .fold(inner.to_owned(), |inner, spaced| inner.replace(spaced, spaced.trim()));
    format!("{}{inner}{}", &line[..=open], &line[close..])
}

/// The text before an address without `mailto:` or Exchange's `SMTP:`.
fn without_scheme(before: &str) -> &str {
    let without = |scheme: &str| {
        let at = before.len().checked_sub(scheme.len())?;
        before.get(at..)?.eq_ignore_ascii_case(scheme).then(|| &before[..at])
    };
    ["mailto:", "smtp:"].iter().find_map(|scheme| without(scheme)).unwrap_or(before)
}

/// Where a local part begins that ends before an `@`.
fn local_start(before: &str) -> Option<usize> {
    if let Some(inner) = before.strip_suffix('"') {
        return inner.rfind('"');
    }
    let ends = |c: char| c.is_whitespace() || "<>()[]{},;:\"`=“”„‚‘’«»‹›".contains(c);
    let start = before.char_indices().rev().find(|(_, c)| ends(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    (start < before.len()).then_some(start)
}

fn domain_length(after: &str) -> usize {
    if after.starts_with('[') {
        return after.find(']').map_or(0, |end| end + 1);
    }
    after.find(|c: char| !(c.is_alphanumeric() || "._-".contains(c))).unwrap_or(after.len())
}

/// One line without the quotes around it. One quote of a pair does not remain.
fn clean_name(name: &str) -> String {
    let mut name = header::one_line(name);
    if let Some((at, _)) = name.char_indices().nth(LONGEST_NAME) {
        name.truncate(at);
    }
    let mut name = name.trim();
    const PAIRS: &[(char, &[char])] = &[
        ('"', &['"']),
        ('\'', &['\'']),
        ('“', &['”', '“']),
        ('„', &['“', '”']),
        ('‘', &['’', '‘']),
        ('‚', &['‘', '’']),
        ('«', &['»']),
        ('»', &['«']),
    ];
    loop {
        let before = name;
        for (open, closes) in PAIRS {
            if let Some(rest) = name.strip_prefix(*open) {
                match rest.strip_suffix(*closes) {
                    // `'a' and 'b'` has two pairs, `'O'Brien'` an apostrophe.
                    Some(inner) if !inner.contains(*open) || inner.matches(*open).count() % 2 == 1 => {
                        name = inner;
                    }
                    Some(_) => {}
                    None if rest.contains(*closes) => {}
                    None => name = rest,
                }
            } else if let Some(rest) = name.strip_suffix(*closes)
                && !rest.contains(*open)
            {
                name = rest;
            }
        }
        name = name.trim();
        if name == before {
            return name.to_owned();
        }
    }
}

/// The writer for whom a list has put another address into From, as far as From says which one of
/// Reply-To or Cc it is.
fn member_of_list(headers: &Headers<'_>, message: &Message) -> Option<Correspondent> {
    let from = message.from.as_ref().filter(|_| message.origin == Origin::From)?;
    let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let local = from.address.local_part();
    // groups.io: `ada=example.org@groups.io`.
    if let Some((member, domain)) = local.rsplit_once('=') {
        let member = format!("{member}@{domain}");
        return message.reply_to.iter().find(|found| same(found.address.as_str(), &member)).cloned();
    }
    // LISTSERV: a number, then this.
    if local.to_ascii_lowercase().ends_with("-dmarc-request") {
        return message.reply_to.first().filter(|_| message.reply_to.len() == 1).cloned();
    }
    // Mailman, where answers go to the list: `Ada via Printers`, and Ada in Cc.
    let (name, _) = from.name.as_deref()?.split_once(" via ")?;
    let name = clean_name(name);
    let copies = headers.first("Cc").map(|value| correspondents(value, headers).0).unwrap_or_default();
    let named = |found: &&Correspondent| found.name.as_deref().is_some_and(|found| same(found, &name));
    let mut named = copies.iter().filter(named);
    named.next().filter(|_| named.next().is_none()).cloned()
}

/// Whether a list or group has written itself into From, as its own headers say (Google Groups;
/// Mailman's `from_is_list`; Sympa), and names the writer elsewhere.
fn is_rewritten_by_list(headers: &Headers<'_>, message: &Message) -> bool {
    let Some(from) = message.from.as_ref().filter(|_| message.origin == Origin::From) else { return false };
    let address = from.address.as_str().to_ascii_lowercase();
    let dotted = address.replace('@', ".");
    let list_id = headers.first("List-Id").map(header::raw_line).unwrap_or_default().to_ascii_lowercase();
    let list_id = list_id.rsplit('<').next().unwrap_or_default().trim_matches(['>', ' ']).to_owned();
    let names_it = |name: &str| {
        let value = headers.first(name).map(header::raw_line).unwrap_or_default().to_ascii_lowercase();
        value.split(|c: char| c.is_whitespace() || "<>:;,?".contains(c)).any(|word| word == address)
    };
    let is_list = list_id == dotted
        || names_it("List-Post")
        || names_it("X-BeenThere")
        || names_it("Mailing-List")
        // The address of one writer at the list.
        || message.original_from.is_some()
            && list_id.strip_suffix(from.address.domain().to_ascii_lowercase().as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    is_list && message.writer_behind().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_quote_of_a_pair_does_not_remain() {
        for (written, name) in [
            ("'Ada Lovelace'", "Ada Lovelace"),
            ("\"'Ada Lovelace'\"", "Ada Lovelace"),
            ("'Ada Lovelace' via Support", "'Ada Lovelace' via Support"),
            ("\"Ada\" Lovelace", "\"Ada\" Lovelace"),
            ("'Ada", "Ada"),
            ("Ada\"", "Ada"),
            ("Ada (the \"Countess\")", "Ada (the \"Countess\")"),
            ("Ada O'Brien", "Ada O'Brien"),
            ("„Ada Lovelace“", "Ada Lovelace"),
            ("“Ada”", "Ada"),
            ("«Ada»", "Ada"),
            ("‘Ada’", "Ada"),
            ("'Ada' and 'Eve'", "'Ada' and 'Eve'"),
            ("''", ""),
            ("\"", ""),
            ("Lovelace, Ada", "Lovelace, Ada"),
        ] {
            assert_eq!(clean_name(written), name, "{written}");
        }
    }
}
