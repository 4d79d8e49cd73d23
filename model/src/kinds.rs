//! Closed sets of words, each stored as the word that stands here.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value, in the order in which people are shown them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads [`as_str`](Self::as_str) back; anything else is `None`.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    )*};
}

words! {
    /// Where a request stands.
    Status {
        /// An agent has something to do.
        Open = "open",
        /// The customer was asked something.
        Waiting = "waiting",
        /// Answered; a new comment of the customer opens it again.
        Resolved = "resolved",
        /// Ended. The customer may open it again.
        Closed = "closed",
    }

    /// How soon a request should be looked at.
    Priority {
        /// Before everything else.
        Urgent = "urgent",
        /// Before the normal ones.
        High = "high",
        /// The default.
        Normal = "normal",
        /// When there is time.
        Low = "low",
    }

    /// What is known of a file.
    FileCheck {
        /// A scanner has found nothing, or there is none.
        Fine = "fine",
        /// A scanner has not looked at it yet.
        Waiting = "waiting",
        /// A scanner has found something: nobody gets it.
        Infected = "infected",
    }

    /// What a person may do.
    Role {
        /// Writes requests and sees their own.
        Customer = "customer",
        /// Processes everyone's requests.
        Agent = "agent",
        /// An agent who also manages the desk.
        Admin = "admin",
    }

    /// What became of a mail.
    DeliveryState {
        /// It waits for its first try.
        Queued = "queued",
        /// It could not be sent yet, and is tried again by itself.
        Deferred = "deferred",
        /// The server that sends for the desk has it.
        Sent = "sent",
        /// It was sent, and came back.
        Bounced = "bounced",
        /// It could not be sent, and is not tried again by itself.
        Parked = "parked",
    }

    /// Why a mail was not sent: words of ours, since a server's sentences repeat addresses.
    MailTrouble {
        /// A server refused it for good (RFC 5321 4.2.1: 5yz).
        Refused = "refused",
        /// A server wants it later (4yz).
        Deferred = "deferred",
        /// The server does not let the desk in, or not send from its address: the operator's to mend.
        Access = "access",
        /// There is no safe connection: no TLS, or a certificate that is not to be trusted.
        Tls = "tls",
        /// Nobody answers at the server's address, or the connection broke.
        Unreachable = "unreachable",
        /// The server took longer than the desk waits.
        Silent = "silent",
        /// The desk itself could not write it.
        Unwritten = "unwritten",
        /// Mail to this address came back for good: nothing more is sent there.
        Undeliverable = "undeliverable",
        /// It waited when a backup was made, and may have been sent since.
        Restored = "restored",
    }

    /// Who can read a comment.
    Visibility {
        /// The customer and the agents.
        Public = "public",
        /// Agents only: an internal note.
        Internal = "internal",
    }

    /// In what part somebody wrote.
    AuthorKind {
        /// The person who asked.
        Customer = "customer",
        /// Somebody of the desk.
        Agent = "agent",
    }

    /// What somebody is to the request that they write in.
    Standing {
        /// The customer, an agent, or somebody whom an agent has admitted.
        Participant = "participant",
        /// Somebody who answered by mail and belongs to it in no way: for agents only, until one
        /// admits them.
        Outsider = "outsider",
        /// Somebody who was erased since, with what they wrote.
        Erased = "erased",
    }

    /// What agents should know about a mail.
    MailRemark {
        /// More bytes, parts or text than are looked at: the mail is there whole as a file.
        OverLimit = "over_limit",
        /// Parts could not be decoded: the mail is there whole as a file.
        Damaged = "damaged",
        /// It is signed (S/MIME or PGP); the signature was not checked.
        Signed = "signed",
        /// It is encrypted: nobody here can read it.
        Encrypted = "encrypted",
        /// Pictures from elsewhere were left out.
        RemoteContent = "remote_content",
        /// There was nothing to read in it.
        Empty = "empty",
    }

    /// What is thought of a mail's sender and contents.
    MailVerdict {
        /// The domain that it names sent it (DMARC, RFC 7489).
        Genuine = "genuine",
        /// It comes from elsewhere than the domain that it names (DMARC).
        Forged = "forged",
        /// The operator's filter calls it spam.
        Spam = "spam",
        /// The operator has blocked the sender.
        Blocked = "blocked",
    }

    /// Why a request is held back.
    HeldWhy {
        /// Its sender wrote too much within an hour.
        TooMany = "too_many",
        /// It comes from elsewhere than the domain that it names (DMARC).
        Forged = "forged",
        /// The operator's filter calls it spam.
        Spam = "spam",
        /// The operator has blocked the sender.
        Blocked = "blocked",
        /// The form looked as if a program had filled it in, and nobody has confirmed it.
        Unconfirmed = "unconfirmed",
    }

    /// How a request came in.
    Channel {
        /// The form on the web page.
        Web = "web",
        /// A mail.
        Mail = "mail",
        /// An agent wrote it down for somebody who called.
        Agent = "agent",
    }

    /// Why a message was set aside.
    AsideReason {
        /// Nobody stands in From who could be answered.
        NoSender = "no-sender",
        /// It says to be from the desk itself.
        OwnAddress = "own-address",
        /// A mail server reports about a mail that is not ours, or is gone.
        UnknownBounce = "unknown-bounce",
        /// Reading it went wrong.
        Unreadable = "unreadable",
        /// An agent answers a customer whose data is restricted.
        Restricted = "restricted",
        /// What is stored of it cannot be opened any more.
        Damaged = "damaged",
    }

    /// The ways in which email comes in.
    IntakeChannel {
        /// A mailbox (RFC 3501).
        Imap = "imap",
        /// From a mail server beside us (RFC 2033).
        Lmtp = "lmtp",
        /// Standard input.
        Command = "command",
        /// `POST /api/v1/mail`.
        Api = "api",
    }
}

impl Status {
    /// Whether it still wants something from somebody.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Open | Self::Waiting)
    }
}

impl Role {
    /// Whether the person works at the desk.
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Agent | Self::Admin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(*status));
            let json = serde_json::to_string(status).expect("serialises");
            assert_eq!(json, format!("\"{}\"", status.as_str()));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
