//! Mails as they come in, and what the stories do with them.

use tresen_desk::Desk;
use tresen_desk::intake::{Envelope, IntakeChannel, TakenIn};
use tresen_desk::people::Agent;
use tresen_model::views::{Comment, Conversation};
use tresen_model::{RequestNumber, Role};

use crate::mail::Mail;
use crate::support::{PASSWORD, World, random_word};

/// The server whose Authentication-Results the desks of the tests believe.
pub(crate) const TRUSTED: &str = "mx.desk.example";
/// A new request beyond so many mails an hour is held.
pub(crate) const PER_SENDER_HOUR: u32 = 6;

/// A mail that somebody writes.
#[derive(Clone)]
pub(crate) struct Letter {
    headers: Vec<(String, String)>,
    body: String,
    return_path: Option<String>,
}

impl Letter {
    pub(crate) fn from(from: &str) -> Self {
        let headers = [
            ("From", from.to_owned()),
            ("To", "service@desk.example".to_owned()),
            ("Subject", "The printer".to_owned()),
            ("Date", "Fri, 15 Jan 2027 08:00:00 +0000".to_owned()),
            ("Message-ID", format!("<{}@mail.example>", random_word())),
            ("Content-Type", "text/plain; charset=utf-8".to_owned()),
        ];
        Self {
            headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            body: "It prints everything twice.".into(),
            return_path: None,
        }
    }

    /// Sets a header, in place of the one with the name.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn about(self, subject: &str, body: &str) -> Self {
        Self { body: body.into(), ..self.with("Subject", subject) }
    }

    pub(crate) fn saying(self, body: &str) -> Self {
        Self { body: body.into(), ..self }
    }

    /// An answer to a mail, as programs write one that keep nothing but its Message-ID.
    pub(crate) fn answering(self, mail: &Mail) -> Self {
        let id = mail.header("message-id").to_owned();
        self.with("In-Reply-To", &id).with("References", &id)
    }

    /// Sent to where a mail wants answers.
    pub(crate) fn sent_where_answers_go(self, mail: &Mail) -> Self {
        let address = mail.header("reply-to").to_owned();
        assert!(address.contains('+'), "no reply address: {address:?}");
        self.with("To", &address)
    }

    /// The mail server says that the domain in From stands for it, or does not.
    pub(crate) fn checked(self, result: &str) -> Self {
        let from = self.header("From").rsplit('@').next().unwrap().trim_end_matches('>').to_owned();
        self.with("Authentication-Results", &format!("{TRUSTED}; dmarc={result} header.from={from}"))
    }

    pub(crate) fn with_return_path(self, path: &str) -> Self {
        Self { return_path: Some(path.into()), ..self }
    }

    /// With a file, and a picture inside HTML.
    pub(crate) fn with_file(self, name: &str, contents: &str) -> Self {
        let body = format!(
            "--frontier\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n\
             --frontier\r\nContent-Type: application/octet-stream; name=\"{name}\"\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{contents}\r\n--frontier--\r\n",
            self.body
        );
        Self { body, ..self.with("Content-Type", "multipart/mixed; boundary=frontier") }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn raw(&self) -> Vec<u8> {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{headers}\r\n{}\r\n", self.body).into_bytes()
    }

    pub(crate) fn envelope(&self) -> Envelope {
        Envelope {
            channel: IntakeChannel::Lmtp,
            recipients: Vec::new(),
            return_path: self.return_path.clone(),
            kind: None,
        }
    }

    pub(crate) async fn arrive_at(&self, desk: &Desk) -> TakenIn {
        desk.intake.take_in(&self.raw(), &self.envelope()).await.unwrap()
    }
}

/// What a mail server says about a mail of ours (RFC 3464).
pub(crate) fn bounce(about: &str, action: &str, status: &str) -> Letter {
    let body = format!(
        "--report\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n\
         --report\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.org\r\n\r\n\
         Final-Recipient: rfc822; somebody@example.org\r\nAction: {action}\r\nStatus: {status}\r\n\r\n\
         --report\r\nContent-Type: message/rfc822\r\n\r\n\
         From: service@desk.example\r\nTo: somebody@example.org\r\nMessage-ID: {about}\r\nSubject: x\r\n\r\nx\r\n\
         --report--\r\n"
    );
    let letter = Letter::from("MAILER-DAEMON@mx.example.org")
        .with("Subject", "Undelivered Mail Returned to Sender")
        .with("Auto-Submitted", "auto-replied")
        .with("Content-Type", "multipart/report; report-type=delivery-status; boundary=report")
        .with_return_path("");
    Letter { body, ..letter }
}

impl World {
    /// A mail comes in.
    pub(crate) async fn receive(&self, letter: &Letter) -> TakenIn {
        self.tick();
        letter.arrive_at(&self.desk).await
    }

    /// A mail that makes a request.
    pub(crate) async fn receive_new(&self, letter: &Letter) -> RequestNumber {
        match self.receive(letter).await {
            TakenIn::Request(number) => number,
            other => panic!("{other:?} instead of a request"),
        }
    }

    pub(crate) async fn shown(&self, agent: &Agent, number: RequestNumber) -> Conversation {
        self.desk.requests.conversation_for_agent(agent, number).await.unwrap()
    }

    /// The newest comment, as agents see it.
    pub(crate) async fn newest(&self, agent: &Agent, number: RequestNumber) -> Comment {
        self.shown(agent, number).await.comments.pop().unwrap()
    }

    pub(crate) async fn admin(&self, name: &str) -> Agent {
        let email = format!("{}@desk.example", name.to_lowercase());
        self.desk.accounts.add_person(&email, name, Role::Admin, PASSWORD).await.unwrap();
        self.login(&email, PASSWORD).await.unwrap().agent().unwrap()
    }
}
