//! Transfer encodings (RFC 2045) and charsets: whatever the bytes are, something comes out.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;

/// Undoes a Content-Transfer-Encoding. `false` when something could not be decoded and was left
/// out or left as it is.
pub(crate) fn transfer<'a>(body: &'a [u8], encoding: &str) -> (Cow<'a, [u8]>, bool) {
    match encoding {
        "base64" => base64(body),
        "quoted-printable" => {
            let (bytes, whole) = quoted_printable(body);
            (Cow::Owned(bytes), whole)
        }
        "" | "7bit" | "8bit" | "binary" => (Cow::Borrowed(body), true),
        _ => (Cow::Borrowed(body), encoding.starts_with("7") || encoding.starts_with("8")),
    }
}

fn base64(body: &[u8]) -> (Cow<'_, [u8]>, bool) {
    if let Some(bytes) = base64_decode(body) {
        return (Cow::Owned(bytes), true);
    }
    // Something that is not base64 stands in it, such as the footer of a list: passed over.
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let letters: Vec<u8> = body.iter().copied().filter(letter).collect();
    (Cow::Owned(base64_decode(&letters).unwrap_or_default()), false)
}

/// Decodes quoted-printable; what is none stays as it is (RFC 2045 6.7, note 5).
fn quoted_printable(body: &[u8]) -> (Vec<u8>, bool) {
    let mut bytes = Vec::with_capacity(body.len());
    let mut whole = true;
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        at += 1;
        if byte != b'=' {
            bytes.push(byte);
            continue;
        }
        let (first, second) = (body.get(at), body.get(at + 1));
        if let (Some(high), Some(low)) = (first.and_then(hex), second.and_then(hex)) {
            bytes.push(high << 4 | low);
            at += 2;
            continue;
        }
        // A soft line break, with white space that a server added before the line's end.
        let spaces =
            body[at..].iter().take(80).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match body.get(at + spaces) {
            None => at += spaces,
            Some(b'\n') => at += spaces + 1,
            Some(_) => {
                bytes.push(b'=');
                whole = false;
            }
        }
    }
    (bytes, whole)
}

fn hex(byte: &u8) -> Option<u8> {
    char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Turns bytes into text by the charset that they are said to have, or by a better guess.
pub(crate) fn charset(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.unwrap_or_default().trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let unicode = matches!(
        label.as_str(),
        "" | "utf-8" | "utf8" | "unicode-1-1-utf-8" | "unknown-8bit" | "8bit" | "binary"
    );
    // What is UTF-8 by its bytes is never anything else by chance; many label it wrongly.
    let latin = matches!(
        label.as_str(),
        "us-ascii" | "ascii" | "iso-8859-1" | "latin1" | "windows-1252" | "cp1252" | "iso-8859-15"
    );
    if (unicode || latin)
        && (!latin || !bytes.is_ascii())
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    }
    if unicode {
        return guess(bytes);
    }
    let label = match label.as_str() {
        "windows-31j" | "cp932" | "ms932" | "x-sjis" | "shift-jis" => "shift_jis",
        "ks_c_5601-1987" | "cp949" | "windows-949" => "euc-kr",
        "iso-8859-8-i" | "iso-8859-8-e" => "iso-8859-8",
        other => other,
    };
    match charset_decoder(label.as_bytes()) {
        Some(decoder) => decoder(bytes),
        None => guess(bytes),
    }
}

/// UTF-8 where it is, else windows-1252. A character that a bound cut in two is left out.
pub(crate) fn guess(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
        }
        Err(_) => charset_decoder(b"windows-1252")
            .map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decoder| decoder(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings_give_what_they_can() {
        assert_eq!(transfer(b"SGFsbG8=\r\n", "base64"), (Cow::Borrowed(&b"Hallo"[..]), true));
        assert_eq!(transfer(b"SGF!!sbG8=", "base64"), (Cow::Borrowed(&b"Hallo"[..]), false));
        assert_eq!(
            transfer(b"a=3D=\r\nb= \n=C3=a4=", "quoted-printable"),
            (Cow::Borrowed("a=bä".as_bytes()), true)
        );
        assert_eq!(transfer(b"1=2 =G0", "quoted-printable"), (Cow::Borrowed(&b"1=2 =G0"[..]), false));
    }

    #[test]
    fn wrong_labels_do_no_harm() {
        assert_eq!(charset("Käse".as_bytes(), Some("us-ascii")), "Käse");
        assert_eq!(charset(b"K\xe4se", Some("utf-8")), "Käse");
        assert_eq!(charset(b"K\xe4se", None), "Käse");
        assert_eq!(charset(b"\xa4", Some("iso-8859-15")), "€");
        assert_eq!(charset(b"K\xe4se", Some("x-nonsense")), "Käse");
        assert_eq!(charset(b"\xf0\xd2\xc9", Some("KOI8-R")), "При");
    }
}
