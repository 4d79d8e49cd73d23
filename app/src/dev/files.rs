//! The folder of outgoing mails: a mail a file.

use std::fs;
use std::io;
use std::path::Path;

use mail_parser::{Address, Message, MessageParser};
use tresen_desk::Error;
use tresen_model::Timestamp;

/// The list shows so many, the newest.
const SHOWN: usize = 200;

/// A mail, decoded.
pub(super) struct Mail {
    /// The name of its file.
    pub(super) name: String,
    pub(super) subject: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) at: Option<Timestamp>,
    /// What binds it to other mails: the header's name and its value.
    pub(super) thread: Vec<(&'static str, String)>,
    pub(super) body: String,
}

/// The newest mails.
///
/// # Errors
/// That the folder cannot be read.
pub(super) async fn read_list(folder: &Path) -> Result<Vec<Mail>, Error> {
    let folder = folder.to_owned();
    let read = tokio::task::spawn_blocking(move || newest(&folder)).await;
    Ok(read.unwrap_or_else(|ended| Err(io::Error::other(ended)))?)
}

fn newest(folder: &Path) -> io::Result<Vec<Mail>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if is_mail(&name) {
            files.push((entry.metadata()?.modified()?, name));
        }
    }
    files.sort_unstable_by(|one, other| other.cmp(one));
    files.truncate(SHOWN);
    files
        .into_iter()
        .map(|(_, name)| fs::read(folder.join(&name)).map(|bytes| decode(name, &bytes)))
        .collect()
}

/// A mail as it is sent.
///
/// # Errors
/// [`Error::NotFound`], or that it cannot be read.
pub(super) async fn read_one(folder: &Path, name: &str) -> Result<Vec<u8>, Error> {
    if !is_mail(name) {
        return Err(Error::NotFound);
    }
    match tokio::fs::read(folder.join(name)).await {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NotFound),
        Err(error) => Err(error.into()),
    }
}

/// The names that the desk gives: a time, a hash, and nothing that leads out of the folder.
fn is_mail(name: &str) -> bool {
    name.strip_suffix(".eml").is_some_and(|stem| {
        !stem.is_empty() && stem.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'-')
    })
}

/// Reads what there is to show. What is no mail is an empty one.
pub(super) fn decode(name: String, bytes: &[u8]) -> Mail {
    let message = MessageParser::default().parse(bytes).unwrap_or_default();
    let header = |name: &'static str| Some((name, message.header_raw(name)?.trim().to_owned()));
    Mail {
        subject: message.subject().unwrap_or_default().to_owned(),
        from: addresses(message.from()),
        to: addresses(message.to()),
        at: message.date().map(|date| Timestamp(date.to_timestamp().saturating_mul(1_000_000))),
        thread: ["Message-ID", "In-Reply-To", "References", "Auto-Submitted"]
            .into_iter()
            .filter_map(header)
            .collect(),
        body: body(&message),
        name,
    }
}

fn body(message: &Message<'_>) -> String {
    message.body_text(0).unwrap_or_default().replace("\r\n", "\n")
}

fn addresses(list: Option<&Address<'_>>) -> String {
    let one = |address: &mail_parser::Addr<'_>| match (address.name(), address.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    };
    list.map(|list| list.iter().map(one).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_names_of_mails_only() {
        assert!(is_mail("20261123T044742Z-0123456789abcdef.eml"));
        for name in
            ["", ".eml", "../a.eml", "a/b.eml", "a\\b.eml", "..eml", "a.part", "/etc/passwd", "a\0.eml"]
        {
            assert!(!is_mail(name), "{name:?}");
        }
    }

    #[test]
    fn decodes_what_mails_are_written_in() {
        let mail = decode(
            "a.eml".to_owned(),
            b"From: =?utf-8?Q?Caf=C3=A9?= <desk@example.com>\r\nTo: a@example.com\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\n\
              Date: Mon, 23 Nov 2026 04:47:42 +0000\r\nMessage-ID: <m.1@example.com>\r\nMIME-Version: 1.0\r\n\
              Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\
              Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
              Gr=C3=BC=C3=9Fe: http://127.0.0.1:3000/register?token=3Da=\r\nb\r\n--b\r\n\
              Content-Type: text/html\r\n\r\n<p>x</p>\r\n--b--\r\n",
        );
        assert_eq!(mail.subject, "Grüße");
        assert_eq!((mail.from.as_str(), mail.to.as_str()), ("Café <desk@example.com>", "a@example.com"));
        assert_eq!(mail.at, Some(Timestamp(1_795_409_262_000_000)));
        assert_eq!(mail.thread, [("Message-ID", "<m.1@example.com>".to_owned())]);
        assert_eq!(mail.body.trim_end(), "Grüße: http://127.0.0.1:3000/register?token=ab");
        assert!(decode("b.eml".to_owned(), b"\xff\xfe no mail").subject.is_empty());
    }
}
