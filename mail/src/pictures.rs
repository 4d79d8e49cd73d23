//! Pictures that stand inside HTML as `data:` addresses (RFC 2397), however they are written: they
//! become files of the mail.

use tresen_model::file_name;

use crate::body::Found;
use crate::decode;
use crate::html::{self, DataAddress};
use crate::message::{Part, Remark};

/// Kinds that the formatted view shows, as programs call them, and their file endings.
const SHOWN: &[(&str, &str)] = &[
    ("image/png", "png"),
    ("image/x-png", "png"),
    ("image/apng", "png"),
    ("image/jpeg", "jpg"),
    ("image/jpg", "jpg"),
    ("image/pjpeg", "jpg"),
    ("image/x-jpeg", "jpg"),
    ("image/jfif", "jpg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
];

/// Endings of other kinds that are not the end of the kind's name.
const OTHERS: &[(&str, &str)] = &[
    ("image/svg+xml", "svg"),
    ("image/tiff", "tif"),
    ("image/x-tiff", "tif"),
    ("image/x-ms-bmp", "bmp"),
    ("image/x-icon", "ico"),
    ("image/vnd.microsoft.icon", "ico"),
    ("application/pdf", "pdf"),
    ("text/plain", "txt"),
];

/// Whether HTML may have pictures inside.
pub(crate) fn may_have(html: &[u8]) -> bool {
    // The colon and the letters may be written as entities.
    memchr::memchr2_iter(b':', b'&', html).any(|at| at >= 3 && html[at - 3..at].eq_ignore_ascii_case(b"ata"))
}

/// Turns pictures inside HTML into files, and returns the HTML with references to them. Those that
/// cannot be shown are files only.
pub(crate) fn take(found: &mut Found<'_>, source: &str) -> String {
    let mut taken = String::with_capacity(source.len().min(1 << 20));
    let mut at = 0;
    for address in html::data_addresses(source) {
        let Some(before) = source.get(at..address.range.start) else { continue };
        taken.push_str(before);
        at = address.range.end;
        match source.get(address.range.clone()).and_then(|written| picture(found, &address, written)) {
            Some(id) => taken.extend(["cid:", &id]),
            None => taken.push_str("about:blank"),
        }
    }
    taken.push_str(source.get(at..).unwrap_or_default());
    taken
}

/// Makes a file of a picture. The Content-ID is that of one which can be shown.
fn picture(found: &mut Found<'_>, address: &DataAddress, written: &str) -> Option<String> {
    let decoded = html::decode_entities(written);
    let decoded = decoded.trim();
    let (meta, data) = match decoded.split_once(',') {
        Some((meta, data)) => (meta, data),
        // Cut off, or nothing that anybody could read.
        None => {
            found.remark(Remark::Damaged);
            return None;
        }
    };
    let meta = meta.get("data:".len()..).unwrap_or_default().to_ascii_lowercase();
    let mut words = meta.split(';').map(str::trim);
    let kind = words.next().unwrap_or_default().to_owned();
    let base64 = words.any(|word| word == "base64");
    let document = base64 && kind.starts_with("application/") && !kind.contains("font");
    if !address.is_picture && !kind.starts_with("image/") && !document {
        return None;
    }
    let (bytes, whole) = bytes(data, base64);
    if !whole {
        found.remark(Remark::Damaged);
    }
    if bytes.is_empty() {
        return None;
    }
    let shown = SHOWN.iter().find(|(known, _)| *known == kind);
    let ending = match shown.or_else(|| OTHERS.iter().find(|(known, _)| *known == kind)) {
        Some((_, ending)) => (*ending).to_owned(),
        None => ending(&kind),
    };
    let number = found.files.len() + 1;
    let content_id = shown.map(|_| format!("picture-{number}@inline"));
    let name = file_name::safe(&format!("picture-{number}.{ending}"));
    found.add_file(Part { name, bytes, content_id: content_id.clone() }).then_some(content_id).flatten()
}

/// The end of a kind's name, such as `heic`.
fn ending(kind: &str) -> String {
    let sub = kind.rsplit('/').next().unwrap_or_default();
    let sub = sub.strip_prefix("x-").unwrap_or(sub);
    let plain: String = sub.chars().take_while(char::is_ascii_alphanumeric).take(8).collect();
    if plain.is_empty() { "bin".to_owned() } else { plain }
}

/// The bytes of an address, and whether all of them could be decoded.
fn bytes(data: &str, base64: bool) -> (Vec<u8>, bool) {
    let plain = decode::percent_decoded(data.as_bytes());
    if !base64 {
        return (plain, true);
    }
    let mut letters: Vec<u8> = plain.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    for letter in &mut letters {
        // RFC 4648 5.
        if *letter == b'-' {
            *letter = b'+';
        } else if *letter == b'_' {
            *letter = b'/';
        }
    }
    while letters.last() == Some(&b'=') {
        letters.pop();
    }
    // One letter more than whole bytes need says that some are missing.
    let whole = letters.len() % 4 != 1;
    while !letters.len().is_multiple_of(4) {
        letters.push(b'=');
    }
    let (bytes, decoded) = decode::transfer(&letters, "base64");
    (bytes.into_owned(), decoded && whole)
}
