//! `/dev/mail`: outgoing mail as a mailbox, under `--dev` alone. Elsewhere there is no such
//! page.

use std::fs;
use std::io;
use std::path::Path as FilePath;

use axum::extract::Path;
use axum::http::header;
use axum::response::Response;
use leptos::prelude::*;
use mail_parser::{Address, Message, MessageParser};
use tresen_desk::Error;
use tresen_model::{Language, Timestamp};

use super::mailed_link;
use crate::components::{EmptyState, Facts, Icon, NavLink, PageHead, TextWithLinks, Time};
use crate::language::dev_mail as text;
use crate::web::{Answer, Context, Page, Place, Stop, Width};

/// The list shows so many, the newest.
const SHOWN: usize = 200;

/// A mail, decoded.
struct Mail {
    /// The name of its file.
    name: String,
    subject: String,
    from: String,
    to: String,
    at: Option<Timestamp>,
    /// What binds it to other mails: the header's name and its value.
    thread: Vec<(&'static str, String)>,
    body: String,
}

pub(super) async fn list(context: Context) -> Response {
    let answer = read_list(&context).await.map(|mails| mailed_link::page(list_page(&context, mails)));
    context.finish(answer)
}

pub(super) async fn show(context: Context, Path(name): Path<String>) -> Response {
    let mail = read_one(&context, &name).await;
    let answer = mail.map(|bytes| mailed_link::page(mail_page(&context, decode(name, &bytes))));
    context.finish(answer)
}

pub(super) async fn raw(context: Context, Path(name): Path<String>) -> Response {
    let answer = read_one(&context, &name).await.map(|bytes| {
        let headers = [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        Answer::other((headers, bytes))
    });
    context.finish(answer)
}

async fn read_list(context: &Context) -> Result<Vec<Mail>, Stop> {
    let folder = context.app.dev_mail.clone().ok_or(Error::NotFound)?;
    let read = tokio::task::spawn_blocking(move || newest(&folder)).await;
    Ok(read.unwrap_or_else(|ended| Err(io::Error::other(ended)))?)
}

fn newest(folder: &FilePath) -> io::Result<Vec<Mail>> {
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

async fn read_one(context: &Context, name: &str) -> Result<Vec<u8>, Stop> {
    let folder = context.app.dev_mail.as_ref().ok_or(Error::NotFound)?;
    if !is_mail(name) {
        return Err(Error::NotFound.into());
    }
    match tokio::fs::read(folder.join(name)).await {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NotFound.into()),
        Err(error) => Err(error.into()),
    }
}

/// The names that the desk gives: a time, a hash, and nothing that leads out of the folder.
fn is_mail(name: &str) -> bool {
    name.strip_suffix(".eml").is_some_and(|stem| {
        !stem.is_empty() && stem.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'-')
    })
}

fn decode(name: String, bytes: &[u8]) -> Mail {
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

fn subject(language: Language, mail: &Mail) -> String {
    if mail.subject.is_empty() { text::no_subject(language).to_owned() } else { mail.subject.clone() }
}

fn list_page(context: &Context, mails: Vec<Mail>) -> Page {
    let language = context.language;
    let lines: Vec<_> = mails
        .into_iter()
        .map(|mail| (subject(language, &mail), mail.at.map(|at| context.when(at)), mail))
        .collect();
    Page::new(text::title(language), Place::Elsewhere, move || {
        let list = if lines.is_empty() {
            view! {
                <EmptyState
                    title=text::none_title(language)
                    text=text::none_text(language)
                    icon=Icon::Mail
                />
            }
            .into_any()
        } else {
            let lines = lines.into_iter().map(|(subject, when, mail)| {
                view! {
                    <li>
                        <div>
                            <p><a href=format!("/dev/mail/{}", mail.name) dir="auto">{subject}</a></p>
                            <p class="muted small"><bdi>{mail.to}</bdi></p>
                        </div>
                        <span class="muted small">{when.map(|when| view! { <Time when/> })}</span>
                    </li>
                }
            });
            view! { <ul class="rows">{lines.collect::<Vec<_>>()}</ul> }.into_any()
        };
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            {list}
        }
        .into_any()
    })
}

fn mail_page(context: &Context, mail: Mail) -> Page {
    let language = context.language;
    let title = subject(language, &mail);
    let when = mail.at.map(|at| context.when(at));
    let page = Page::new(title.clone(), Place::Elsewhere, move || {
        let words = |words: String| view! { <bdi>{words}</bdi> }.into_any();
        let mut facts = vec![
            (text::from(language).to_owned(), words(mail.from)),
            (text::to(language).to_owned(), words(mail.to)),
            (text::date(language).to_owned(), when.map(|when| view! { <Time when/> }).into_any()),
        ];
        facts.extend(mail.thread.into_iter().map(|(name, value)| (name.to_owned(), words(value))));
        let back = NavLink::new(text::back(language), "/dev/mail");
        view! {
            <PageHead title back=Some(back)/>
            <div class="stack">
                <div class="card stack">
                    <Facts facts/>
                    <div class="comment-body" dir="auto"><TextWithLinks text=mail.body/></div>
                </div>
                <p><a href=format!("/dev/mail/{}/raw", mail.name)>{text::raw(language)}</a></p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Normal)
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
