//! Commands and their answers. An answer counts only when the server has ended it with OK: a
//! connection that breaks half-way must not look like the end of a message.

use std::io;
use std::time::Duration;

use async_imap::error::Error as ImapError;
use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response, Status};

use super::connect::{SLOW, Session};
use super::trouble::Trouble;

/// A connection whose user has logged in.
pub(super) struct Talk {
    session: Session,
    /// Whether the server has told that messages came.
    news: bool,
}

/// What was told of one message.
pub(super) struct Fetched<'a> {
    pub(super) uid: u32,
    pub(super) size: Option<u32>,
    pub(super) body: Option<&'a [u8]>,
}

impl Talk {
    pub(super) fn new(session: Session) -> Self {
        Self { session, news: false }
    }

    pub(super) fn forget_news(&mut self) {
        self.news = false;
    }

    pub(super) fn has_news(&self) -> bool {
        self.news
    }

    /// Sends a command and hears the answer to its end.
    pub(super) async fn ask(
        &mut self,
        name: &'static str,
        command: &str,
        mut hear: impl FnMut(&Response<'_>),
    ) -> Result<(), Trouble> {
        let slow = |_| Trouble::Slow(name);
        let ours = tokio::time::timeout(SLOW, self.session.run_command(command)).await.map_err(slow)??;
        loop {
            let heard = tokio::time::timeout(SLOW, self.session.read_response()).await.map_err(slow)?;
            let Some(heard) = heard.map_err(ImapError::Io)? else {
                return Err(Trouble::Lost(io::ErrorKind::UnexpectedEof));
            };
            match heard.parsed() {
                Response::Done { tag, status, .. } if *tag == ours => {
                    return if *status == Status::Ok { Ok(()) } else { Err(Trouble::Refused(name)) };
                }
                Response::MailboxData(MailboxDatum::Exists(_)) => self.news = true,
                _ => {}
            }
            hear(heard.parsed());
        }
    }

    /// Sends a command of which only the end matters.
    pub(super) async fn order(&mut self, name: &'static str, command: &str) -> Result<(), Trouble> {
        self.ask(name, command, |_| {}).await
    }

    /// Opens a folder, and answers its UIDVALIDITY.
    pub(super) async fn select(&mut self, folder: &str) -> Result<u32, Trouble> {
        let selected = tokio::time::timeout(SLOW, self.session.select(folder)).await;
        match selected.map_err(|_| Trouble::Slow("SELECT"))? {
            Ok(selected) => selected.uid_validity.ok_or(Trouble::NoUidValidity),
            Err(ImapError::No(_) | ImapError::Bad(_)) => Err(Trouble::NoFolder(folder.to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn has_folder(&mut self, folder: &str) -> Result<bool, Trouble> {
        match self.order("STATUS", &format!("STATUS {} (UIDNEXT)", quoted(folder))).await {
            Ok(()) => Ok(true),
            Err(Trouble::Refused(_)) => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }

    pub(super) async fn make_folder(&mut self, folder: &str) -> Result<(), Trouble> {
        match self.order("CREATE", &format!("CREATE {}", quoted(folder))).await {
            Err(Trouble::Refused(_)) => Err(Trouble::NotMade(folder.to_owned())),
            made => made,
        }
    }

    /// The UIDs of messages, in no order.
    pub(super) async fn search(&mut self, which: &str) -> Result<Vec<u32>, Trouble> {
        let mut found = Vec::new();
        let hear = |heard: &Response<'_>| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = heard {
                found.extend(uids);
            }
        };
        self.ask("SEARCH", &format!("UID SEARCH {which}"), hear).await?;
        Ok(found)
    }

    /// Hears of messages, one by one.
    pub(super) async fn fetch(
        &mut self,
        uids: &str,
        what: &str,
        note: &mut (dyn FnMut(Fetched<'_>) + Send),
    ) -> Result<(), Trouble> {
        let hear = |heard: &Response<'_>| {
            let Response::Fetch(_, attributes) = heard else { return };
            let (mut uid, mut size, mut body) = (None, None, None);
            for attribute in attributes {
                match attribute {
                    AttributeValue::Uid(it) => uid = Some(*it),
                    AttributeValue::Rfc822Size(it) => size = Some(*it),
                    AttributeValue::BodySection { section: None, data, .. } => {
                        body = Some(data.as_deref().unwrap_or_default());
                    }
                    _ => {}
                }
            }
            // Without a UID it is about flags that somebody else has changed.
            if let Some(uid) = uid {
                note(Fetched { uid, size, body });
            }
        };
        self.ask("FETCH", &format!("UID FETCH {uids} {what}"), hear).await
    }

    /// Waits until something comes (RFC 2177), or for so long.
    pub(super) async fn idle(self, limit: Duration) -> Result<Self, Trouble> {
        let slow = |_| Trouble::Slow("IDLE");
        let told = self.session.unsolicited_responses.clone();
        let mut handle = self.session.idle();
        tokio::time::timeout(SLOW, handle.init()).await.map_err(slow)??;
        // What the server told before it said that it idles went there.
        if told.is_empty() {
            let (arrival, _interrupt) = handle.wait_with_timeout(limit);
            // Any sign of life would begin that time anew, so it is measured here too.
            if let Ok(heard) = tokio::time::timeout(limit, arrival).await {
                heard?;
            }
        }
        while told.try_recv().is_ok() {}
        let session = tokio::time::timeout(SLOW, handle.done()).await.map_err(slow)??;
        Ok(Self { session, news: false })
    }
}

/// Writes a name as a quoted string (RFC 3501 4.3). The settings allow no line ends in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}
