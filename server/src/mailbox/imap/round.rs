//! Emptying the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use async_imap::imap_proto::{Capability, Response};
use tokio::task::{Id, JoinSet};
use tresen_desk::Desk;
use tresen_desk::intake::{Envelope, IntakeChannel, MailboxPosition};

use super::talk::{Fetched, Talk, quoted};
use super::trouble::Trouble;
use crate::mailbox::room::Room;
use crate::mailbox::settings::{After, Mailbox};

/// Messages that are handled together: fetched by one command, taken in side by side, and by one
/// command removed.
const BATCH: usize = 64;

/// Longer messages are fetched one by one, in parts. In bytes.
const SMALL: usize = 64 * 1024;

/// A part, in bytes.
const PART: usize = 1024 * 1024;

/// What the desk knows of a mailbox, and what this connection does.
pub(super) struct Round<'a> {
    mailbox: &'a Mailbox,
    desk: &'a Desk,
    room: &'a Room,
    abilities: Abilities,
    uid_validity: u32,
    /// Everything below was taken in or left lying knowingly.
    next_uid: u32,
    /// What is left lying: too large.
    left: BTreeSet<u32>,
    /// What the server has promised to remove.
    removed: BTreeSet<u32>,
}

/// What the server can do beyond IMAP4rev1.
#[derive(Default)]
struct Abilities {
    idle: bool,
    uid_plus: bool,
    r#move: bool,
}

impl Abilities {
    fn note(&mut self, heard: &Response<'_>) {
        let Response::Capabilities(known) = heard else { return };
        for ability in known {
            let Capability::Atom(name) = ability else { continue };
            match name.to_ascii_uppercase().as_str() {
                "IDLE" => self.idle = true,
                "UIDPLUS" => self.uid_plus = true,
                "MOVE" => self.r#move = true,
                _ => {}
            }
        }
    }
}

/// What became of the messages of a batch.
#[derive(Default)]
struct Batch {
    done: Vec<u32>,
    too_large: Vec<u32>,
    failed: usize,
}

impl<'a> Round<'a> {
    /// Opens the folder.
    pub(super) async fn begin(
        mailbox: &'a Mailbox,
        desk: &'a Desk,
        room: &'a Room,
        talk: &mut Talk,
    ) -> Result<Self, Trouble> {
        let mut abilities = Abilities::default();
        let note = |heard: &Response<'_>| abilities.note(heard);
        talk.ask("CAPABILITY", "CAPABILITY", note).await?;
        if let After::MoveTo(folder) = &mailbox.after
            && !talk.has_folder(folder).await?
        {
            talk.make_folder(folder).await?;
        }
        let uid_validity = talk.select(&mailbox.folder).await?;
        let next_uid = match desk.intake.mailbox_position(&mailbox.name).await? {
            Some(known) if known.uid_validity == uid_validity => known.next_uid,
            Some(_) => {
                tracing::warn!(
                    mailbox = mailbox.name,
                    "the mailbox {} was made anew (UIDVALIDITY); everything in it is looked at again",
                    mailbox.name
                );
                1
            }
            None => 1,
        };
        let (left, removed) = (BTreeSet::new(), BTreeSet::new());
        Ok(Self { mailbox, desk, room, abilities, uid_validity, next_uid, left, removed })
    }

    pub(super) fn can_idle(&self) -> bool {
        self.abilities.idle
    }

    /// Takes in everything that lies in the folder.
    pub(super) async fn run(&mut self, talk: &mut Talk) -> Result<(), Trouble> {
        let mut uids = talk.search("ALL").await?;
        if uids.iter().any(|uid| self.removed.contains(uid)) {
            return Err(Trouble::Stays);
        }
        self.removed.clear();
        uids.retain(|uid| !self.left.contains(uid));
        uids.sort_unstable();
        let mut failed = 0;
        for batch in uids.chunks(BATCH) {
            let done = self.batch(talk, batch).await?;
            self.remove(talk, &done.done).await?;
            self.leave(&done.too_large);
            failed += done.failed;
            if failed == 0
                && let Some(last) = batch.last()
            {
                self.reached(last.saturating_add(1)).await?;
            }
            // None of them: that is not about a message.
            if done.failed == batch.len() {
                break;
            }
        }
        if failed > 0 { Err(Trouble::NotTaken(failed)) } else { Ok(()) }
    }

    async fn reached(&mut self, next_uid: u32) -> Result<(), Trouble> {
        if next_uid > self.next_uid {
            let position = MailboxPosition { uid_validity: self.uid_validity, next_uid };
            self.desk.intake.set_mailbox_position(&self.mailbox.name, position).await?;
            self.next_uid = next_uid;
        }
        Ok(())
    }

    /// Says loudly what is left lying; after a restart not again.
    fn leave(&mut self, too_large: &[u32]) {
        for &uid in too_large {
            if uid >= self.next_uid {
                tracing::error!(
                    mailbox = self.mailbox.name,
                    uid,
                    "a message in the mailbox {} is larger than `largest_mail` ({} bytes) and was left there; look at it \
                     there, or set a higher limit",
                    self.mailbox.name,
                    self.room.largest()
                );
            }
            self.left.insert(uid);
        }
    }

    async fn batch(&self, talk: &mut Talk, uids: &[u32]) -> Result<Batch, Trouble> {
        let mut sizes = BTreeMap::new();
        let mut note = |heard: Fetched<'_>| {
            sizes.insert(heard.uid, heard.size.map_or(0, |size| size as usize));
        };
        talk.fetch(&set(uids), "(UID RFC822.SIZE)", &mut note).await?;
        let mut batch = Batch::default();
        let (mut small, mut rest) = (Vec::new(), Vec::new());
        for &uid in uids {
            match sizes.get(&uid) {
                Some(&size) if size > self.room.largest() => batch.too_large.push(uid),
                Some(&size) if size <= SMALL => small.push(uid),
                Some(_) => rest.push(uid),
                // Somebody else has removed it.
                None => {}
            }
        }
        if !small.is_empty() {
            rest.extend(self.small(talk, &small, &mut batch).await?);
        }
        for uid in rest {
            self.large(talk, uid, &mut batch).await?;
        }
        Ok(batch)
    }

    /// Takes in messages that are small as the server says, and answers which are not.
    async fn small(&self, talk: &mut Talk, uids: &[u32], batch: &mut Batch) -> Result<Vec<u32>, Trouble> {
        // One byte more shows what is longer than the server has said.
        const MOST: usize = SMALL + 1;
        let _space = self.room.space(uids.len() * MOST).await;
        let mut larger = Vec::new();
        let mut taking = Taking::default();
        let mut note = |heard: Fetched<'_>| match heard.body {
            Some(raw) if raw.len() >= MOST => larger.push(heard.uid),
            Some(raw) => taking.begin(self.desk, heard.uid, raw.to_vec(), self.envelope()),
            None => {}
        };
        let fetched = talk.fetch(&set(uids), &format!("(UID BODY.PEEK[]<0.{MOST}>)"), &mut note).await;
        // Also when the connection broke: what has come is whole.
        while !taking.tasks.is_empty() {
            taking.next(batch).await;
        }
        fetched.map(|()| larger)
    }

    /// Takes in one message, in parts. What the server says of its size is no promise.
    async fn large(&self, talk: &mut Talk, uid: u32, batch: &mut Batch) -> Result<(), Trouble> {
        let _space = self.room.space(self.room.largest()).await;
        let mut raw = Vec::new();
        loop {
            let before = raw.len();
            let mut there = false;
            let mut note = |heard: Fetched<'_>| {
                if heard.uid == uid {
                    there = true;
                    raw.extend_from_slice(heard.body.unwrap_or_default());
                }
            };
            talk.fetch(&uid.to_string(), &format!("(UID BODY.PEEK[]<{before}.{PART}>)"), &mut note).await?;
            if !there {
                // Somebody else has removed it meanwhile.
                return Ok(());
            }
            if raw.len() > self.room.largest() {
                batch.too_large.push(uid);
                return Ok(());
            }
            if raw.len() == before {
                break;
            }
        }
        let mut taking = Taking::default();
        taking.begin(self.desk, uid, raw, self.envelope());
        taking.next(batch).await;
        Ok(())
    }

    fn envelope(&self) -> Envelope {
        Envelope {
            channel: IntakeChannel::Imap,
            recipients: self.mailbox.address.iter().cloned().collect(),
            return_path: None,
            kind: self.mailbox.kind.clone(),
        }
    }

    /// Has messages leave the folder.
    async fn remove(&mut self, talk: &mut Talk, uids: &[u32]) -> Result<(), Trouble> {
        if uids.is_empty() {
            return Ok(());
        }
        let these = set(uids);
        if let After::MoveTo(folder) = &self.mailbox.after {
            if self.abilities.r#move {
                talk.order("MOVE", &format!("UID MOVE {these} {}", quoted(folder))).await?;
                self.removed.extend(uids);
                return Ok(());
            }
            talk.order("COPY", &format!("UID COPY {these} {}", quoted(folder))).await?;
        }
        talk.order("STORE", &format!("UID STORE {these} +FLAGS.SILENT (\\Deleted)")).await?;
        if self.abilities.uid_plus {
            talk.order("EXPUNGE", &format!("UID EXPUNGE {these}")).await?;
            self.removed.extend(uids);
            return Ok(());
        }
        // Without UIDPLUS (RFC 4315) everything goes that is marked. Whatever somebody else has
        // marked is taken in before.
        let marked = talk.search("DELETED").await?;
        if marked.iter().all(|uid| uids.contains(uid)) {
            talk.order("EXPUNGE", "EXPUNGE").await?;
            self.removed.extend(uids);
        }
        Ok(())
    }
}

/// Messages that are being taken in.
#[derive(Default)]
struct Taking {
    tasks: JoinSet<bool>,
    uids: BTreeMap<Id, u32>,
}

impl Taking {
    fn begin(&mut self, desk: &Desk, uid: u32, raw: Vec<u8>, envelope: Envelope) {
        let desk = desk.clone();
        let task = self.tasks.spawn(async move {
            match desk.intake.take_in(&raw, &envelope).await {
                Ok(_) => true,
                Err(error) => {
                    tracing::error!(%error, "a message could not be taken in; it stays in its mailbox");
                    false
                }
            }
        });
        self.uids.insert(task.id(), uid);
    }

    /// Waits for one of them. One that cannot be handled does not keep the others back.
    async fn next(&mut self, batch: &mut Batch) {
        let (id, taken) = match self.tasks.join_next_with_id().await {
            Some(Ok((id, taken))) => (id, taken),
            Some(Err(error)) => (error.id(), false),
            None => return,
        };
        match self.uids.remove(&id) {
            Some(uid) if taken => batch.done.push(uid),
            _ => batch.failed += 1,
        }
    }
}

/// Writes UIDs as a set with ranges (RFC 3501 9).
fn set(uids: &[u32]) -> String {
    let mut sorted = uids.to_vec();
    sorted.sort_unstable();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in sorted {
        match ranges.last_mut() {
            Some((_, last)) if uid - *last <= 1 => *last = uid,
            _ => ranges.push((uid, uid)),
        }
    }
    let mut text = String::new();
    for (first, last) in ranges {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing into a String cannot fail.
        let _ = if first == last {
            write!(text, "{comma}{first}")
        } else {
            write!(text, "{comma}{first}:{last}")
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_sets() {
        assert_eq!(set(&[7]), "7");
        assert_eq!(set(&[3, 1, 2, 9, 7, 8, 11]), "1:3,7:9,11");
        assert_eq!(set(&[u32::MAX, 1]), "1,4294967295");
    }
}
