//! Whose words a mail's are: mostly those of whoever is in From. Forms, lists and gateways write
//! themselves there and name the writer elsewhere, where anybody can write anything.

use tresen_mail::{Automatic, Correspondent, Message, Origin};
use tresen_model::{AsideReason, EmailAddress, Timestamp};

use super::Envelope;
use super::verdict::{self, Dmarc, Judgement};
use crate::address::normalise;
use crate::intake::Intake;

/// Addresses in Reply-To that agents are shown.
const MOST_SHOWN: usize = 5;

/// Who wrote a mail, and what is thought of it.
pub(super) struct Writer {
    pub(super) who: Correspondent,
    pub(super) judgement: Judgement,
    /// A machine sent it (RFC 3834).
    pub(super) automatic: bool,
    /// From names them, or a relay that the operator trusts does. Of others, words in a request
    /// that is already there never count as theirs.
    pub(super) trusted: bool,
    /// The address in From, where that is another.
    pub(super) via: Option<EmailAddress>,
    /// The addresses in Reply-To that are neither theirs nor the desk's.
    pub(super) reply_to: Option<String>,
}

impl Intake {
    /// Finds out who wrote; the reason why the message is set aside, when nobody can be found.
    pub(super) async fn writer(
        &self,
        message: &Message,
        raw: &[u8],
        envelope: &Envelope,
        now: Timestamp,
    ) -> Result<Writer, AsideReason> {
        let (from, origin) = match &message.from {
            Some(from) => (from.clone(), message.origin),
            // The channel knows more than the headers say.
            None => (returned_to(envelope).ok_or(AsideReason::NoSender)?, Origin::Elsewhere),
        };
        let intake = &self.settings.intake;
        let mut judgement = verdict::judge(intake, &message.signals, &from.address);
        if judgement.dmarc == Dmarc::Unknown
            && !judgement.blocked
            && origin == Origin::From
            && let Some(verifier) = &self.verifier
            && verifier.is_genuine(raw, &from.address, now).await
        {
            judgement.dmarc = Dmarc::Pass;
        }
        let behind = || message.writer_behind().filter(|writer| !self.is_own_address(&writer.address));
        let reply = || behind().filter(|writer| !is_same(&writer.address, &from.address));
        let relayed =
            (origin == Origin::From && judgement.dmarc == Dmarc::Pass && intake.is_relay(&from.address))
                .then(|| only_reply(message, &from).filter(|writer| !self.is_own_address(&writer.address)))
                .flatten();
        let is_relayed = relayed.is_some();
        let rewritten = if is_relayed {
            relayed
        } else if self.is_own_address(&from.address) {
            Some(behind().ok_or(AsideReason::OwnAddress)?)
        } else if message.rewritten_by_list {
            reply()
        } else {
            None
        };
        // What was said about the domain in From says nothing about another address, nor about one
        // that others may read otherwise.
        if judgement.dmarc == Dmarc::Pass && (rewritten.is_some() || origin != Origin::From) {
            judgement.dmarc = Dmarc::Unknown;
        }
        let automatic = envelope.return_path.as_deref() == Some("")
            || message.automatic.is_some_and(|why| match why {
                // An address that nobody reads is that of the relay, not the writer's.
                Automatic::Unread => rewritten.is_none(),
                // Forms say rightly that a machine wrote the mail, but a person filled them in.
                Automatic::Generated | Automatic::Bulk => !is_relayed,
                Automatic::Reply | Automatic::Server => true,
            });
        let trusted = is_relayed || rewritten.is_none() && origin != Origin::Elsewhere;
        let via = rewritten.is_some().then(|| from.address.clone());
        let who = rewritten.unwrap_or(from);
        judgement.blocked |= intake.blocks(&who.address);
        let reply_to = self.others_in_reply_to(message, &who.address);
        Ok(Writer { who, judgement, automatic, trusted, via, reply_to })
    }

    fn others_in_reply_to(&self, message: &Message, who: &EmailAddress) -> Option<String> {
        let others: Vec<&str> = message
            .reply_to
            .iter()
            .map(|found| &found.address)
            .filter(|address| !is_same(address, who) && !self.is_own_address(address))
            .map(EmailAddress::as_str)
            .take(MOST_SHOWN)
            .collect();
        (!others.is_empty()).then(|| others.join(", "))
    }
}

/// The one address in Reply-To, where that is another than in From.
fn only_reply(message: &Message, from: &Correspondent) -> Option<Correspondent> {
    let [reply] = &message.reply_to[..] else { return None };
    (!is_same(&reply.address, &from.address)).then(|| reply.clone())
}

fn returned_to(envelope: &Envelope) -> Option<Correspondent> {
    let address = EmailAddress::of_mail(envelope.return_path.as_deref()?)?;
    Some(Correspondent { address, name: None })
}

fn is_same(one: &EmailAddress, other: &EmailAddress) -> bool {
    normalise(one) == normalise(other)
}
