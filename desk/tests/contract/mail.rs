//! Reads the mails that the desk wrote into its folder (RFC 5322, RFC 2045, RFC 2047).

use std::collections::BTreeMap;

use data_encoding::BASE64;
use tresen_desk::Secret;

/// A mail, decoded.
pub(crate) struct Mail {
    headers: BTreeMap<String, String>,
    /// The text part.
    pub(crate) text: String,
    /// Headers and every part, decoded, one after the other.
    pub(crate) everything: String,
}

impl Mail {
    pub(crate) fn parse(raw: &[u8]) -> Self {
        let raw = String::from_utf8(raw.to_vec()).unwrap().replace("\r\n", "\n");
        let (headers, body) = headers(&raw);
        let mut mail = Self { headers, text: String::new(), everything: String::new() };
        for (name, value) in &mail.headers {
            mail.everything.push_str(&format!("{name}: {value}\n"));
        }
        let kind = mail.header("content-type").to_owned();
        let boundary = kind.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        mail.add_parts(boundary, body);
        assert!(!mail.text.is_empty(), "a mail without text: {raw}");
        mail
    }

    fn add_parts(&mut self, boundary: &str, body: &str) {
        for part in body.split(&format!("--{boundary}")).skip(1).filter(|part| !part.starts_with("--")) {
            let (headers, body) = self::headers(part.trim_start_matches('\n'));
            let kind = &headers["content-type"];
            if let Some(inner) = kind.split("boundary=\"").nth(1) {
                self.add_parts(inner.split('"').next().unwrap(), body);
                continue;
            }
            let decoded =
                decode(headers.get("content-transfer-encoding").map_or("7bit", String::as_str), body);
            if kind.starts_with("text/plain") && !headers.contains_key("content-disposition") {
                self.text.clone_from(&decoded);
            }
            self.everything.push_str(&decoded);
        }
    }

    /// A header, by its name in lower case; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn subject(&self) -> &str {
        self.header("subject")
    }

    /// The address it goes to, without the name.
    pub(crate) fn to(&self) -> &str {
        let to = self.header("to");
        to.rsplit_once('<').map_or(to, |(_, address)| address.trim_end_matches('>'))
    }

    /// The secret in the link to a page, such as `register`.
    pub(crate) fn link(&self, page: &str) -> Secret {
        self.find_link(page).unwrap_or_else(|| panic!("no link to {page} in: {}", self.text))
    }

    pub(crate) fn find_link(&self, page: &str) -> Option<Secret> {
        let start = format!("https://desk.example/{page}");
        let rest = self.text.split(&start).skip(1).find(|rest| {
            let signs = rest.split(|c: char| c.is_whitespace() || c == ')').next().unwrap();
            (rest.starts_with('?') || page.ends_with('/')) && signs.contains("token=")
        })?;
        let secret = rest.split("token=").nth(1).unwrap();
        let end = secret.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        Some(Secret::received(&secret[..end.unwrap_or(secret.len())]))
    }

    /// The secret in the link to one request.
    pub(crate) fn request_link(&self) -> Secret {
        self.link("requests/")
    }
}

fn headers(raw: &str) -> (BTreeMap<String, String>, &str) {
    let (head, body) = raw.split_once("\n\n").unwrap();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    for line in unfolded.lines() {
        let (name, value) = line.split_once(':').unwrap();
        let before = headers.insert(name.to_lowercase(), decode_words(value.trim()));
        assert!(before.is_none(), "the header {name} stands twice");
    }
    (headers, body)
}

fn decode(encoding: &str, body: &str) -> String {
    match encoding.to_lowercase().as_str() {
        "base64" => {
            let signs: String = body.split_whitespace().collect();
            String::from_utf8_lossy(&BASE64.decode(signs.as_bytes()).unwrap()).into_owned()
        }
        "quoted-printable" => quoted(&body.replace("=\n", "")),
        _ => body.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// `=?utf-8?b?…?=` and `=?utf-8?q?…?=`; space between two of them is none.
fn decode_words(value: &str) -> String {
    let value = value.replace("?= =?", "?==?");
    let mut decoded = String::new();
    let mut rest = value.as_str();
    while let Some((before, after)) = rest.split_once("=?") {
        decoded.push_str(before);
        let mut parts = after.splitn(4, '?');
        let (_, kind, signs) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        match kind.to_lowercase().as_str() {
            "b" => decoded.push_str(&String::from_utf8(BASE64.decode(signs.as_bytes()).unwrap()).unwrap()),
            _ => decoded.push_str(&quoted(&signs.replace('_', " "))),
        }
        rest = parts.next().unwrap().strip_prefix('=').unwrap();
    }
    decoded.push_str(rest);
    decoded
}

#[test]
fn mails_are_decoded() {
    let raw = "From: a@b.example\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?= there\r\nTo: =?utf-8?q?J=C3=BCrg?= <j@b.example>\r\n\
        Content-Type: multipart/alternative;\r\n boundary=\"=_x\"\r\n\r\n--=_x\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\nK=C3=A4=\r\nse: https://desk.example/register?token=3Dabc\r\n\
        --=_x--\r\n";
    let mail = Mail::parse(raw.as_bytes());
    assert_eq!(mail.subject(), "Grüße there");
    assert_eq!(mail.to(), "j@b.example");
    assert!(mail.text.starts_with("Käse"));
    assert_eq!(mail.link("register").reveal(), "abc");
}
