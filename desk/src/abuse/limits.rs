//! Guessing at passwords, and mails that strangers have sent to somebody. Whether there is an
//! account for an address makes no difference to any answer here.

use std::net::IpAddr;

use async_recursion::async_recursion as boxed;
use tresen_model::{EmailAddress, PersonId, Problem, Timestamp};
use tresen_store::{Conn, Tx};

use super::memory::Key;
use crate::abuse::Limits;
use crate::address::normalise;
use crate::error::{Broken, Error};
use crate::secret::Secret;
use crate::settings::Rate;

/// Who comes to a form, as far as limits need to know: it is counted under a salted hash, and
/// written nowhere. Personal data, so there is no `Debug`.
#[derive(Clone, Copy, Default)]
pub struct Visitor<'a> {
    /// An IPv4 address, or the /64 of an IPv6 address; `None` on this machine itself.
    pub network: Option<IpAddr>,
    /// What the browser keeps to be known again, as it came.
    pub device: Option<&'a Secret>,
}

/// What an address is limited in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limited {
    /// Mails with a link of a kind.
    Link(&'static str),
    /// Requests of whoever is not logged in.
    Request,
}

/// What became of one that was counted.
pub(crate) struct Left {
    /// `Err` with the seconds to wait when it was one too many.
    pub(crate) taken: Result<(), u64>,
    /// How many are left now.
    pub(crate) left: u32,
    /// Seconds until all are there again.
    pub(crate) full_in: u64,
}

/// A password that is being tried. It counts as a wrong one until it was right.
pub(crate) struct Guess(Vec<(Key, Rate)>);

/// One mailbox, one word: `ada+shop@example.com` is read by whoever reads `ada@example.com`
/// (RFC 5233), so a limit for the one is a limit for the other.
fn mailbox(address: &EmailAddress) -> String {
    let address = normalise(address);
    match address.split_once('@') {
        Some((local, domain)) => {
            let end = local.find('+').filter(|at| *at > 0).unwrap_or(local.len());
            format!("{}@{domain}", &local[..end])
        }
        None => address,
    }
}

/// What a network is counted by.
pub(super) fn network_bytes(network: IpAddr) -> [u8; 16] {
    match network {
        IpAddr::V4(network) => network.to_ipv6_mapped().octets(),
        IpAddr::V6(network) => network.octets(),
    }
}

/// The form has to be sent again later.
fn too_often(field: &'static str, wait: u64) -> Error {
    Error::refused(field, Problem::TooManyAttempts { wait })
}

impl Limits {
    /// Somebody is about to try a password for an address. A device that knows the account is
    /// counted by itself: whatever others do, its owner can log in.
    ///
    /// # Errors
    /// A refusal on `password`.
    pub(crate) async fn begin_guess(
        &self,
        email: &EmailAddress,
        visitor: Visitor<'_>,
        known_device: bool,
    ) -> Result<Guess, Error> {
        let address = normalise(email);
        let limits = self.settings.limits;
        let network = visitor.network.map(network_bytes);
        let who: Vec<(&str, Vec<&[u8]>, Rate)> = match visitor.device.filter(|_| known_device) {
            Some(device) => {
                vec![("device", vec![address.as_bytes(), device.reveal().as_bytes()], limits.guess)]
            }
            None => {
                let everywhere = ("account", vec![address.as_bytes()], limits.account);
                let here = network
                    .as_ref()
                    .map(|network| ("guess", vec![address.as_bytes(), network.as_slice()], limits.guess));
                here.into_iter().chain([everywhere]).collect()
            }
        };
        let too_often = |wait| Error::refused("password", Problem::TooManyGuesses { wait });
        self.guess(who, too_often).await
    }

    /// The same for somebody who is logged in and is asked for the password again: a stolen
    /// session is no way to find it out.
    pub(crate) async fn begin_guess_of(&self, person: PersonId, field: &'static str) -> Result<Guess, Error> {
        let who = vec![("session", vec![person.0.as_bytes().as_slice()], self.settings.limits.guess)];
        self.guess(who, |wait| too_often(field, wait)).await
    }

    async fn guess(
        &self,
        who: Vec<(&str, Vec<&[u8]>, Rate)>,
        too_often: impl Fn(u64) -> Error,
    ) -> Result<Guess, Error> {
        let now = self.clock.now();
        let mut connection = self.store.read().await?;
        let mut taken = Guess(Vec::new());
        for (what, parts, rate) in who {
            let key = self.count_key(connection.conn(), what, &parts, now).await?;
            if let Err(wait) = self.counts.take(connection.conn(), key, rate, now).await? {
                drop(connection);
                self.end_guess(taken).await?;
                return Err(too_often(wait));
            }
            taken.0.push((key, rate));
        }
        Ok(taken)
    }

    /// The password was right: that was no guess.
    pub(crate) async fn end_guess(&self, guess: Guess) -> Result<(), Error> {
        let mut connection = self.store.read().await?;
        for (key, rate) in guess.0 {
            self.counts.give_back(connection.conn(), key, rate).await?;
        }
        Ok(())
    }

    /// Somebody has a form do something to an address that they only typed.
    ///
    /// # Errors
    /// A refusal on `email`, whether the address is known or not.
    pub(crate) async fn limit_address(&self, limited: Limited, email: &EmailAddress) -> Result<(), Error> {
        let (what, rate) = match limited {
            Limited::Link(_) => ("link", self.settings.limits.address),
            Limited::Request => ("sender", self.settings.limits.sender),
        };
        let mailbox = mailbox(email);
        let wait = self.knock(what, mailbox.as_bytes(), rate).await?;
        let first = match limited {
            // Whatever else was asked for, each kind of link keeps one an hour.
            Limited::Link(kind) => {
                let who = format!("{} {mailbox}", kind);
                self.knock("link of a kind", who.as_bytes(), Rate::new(1, 1)).await?.is_none()
            }
            Limited::Request => false,
        };
        match wait {
            Some(wait) if !first => Err(too_often("email", wait)),
            Some(_) | None => Ok(()),
        }
    }

    /// What something is counted under this day.
    pub(super) async fn count_key(
        &self,
        conn: Conn<'_>,
        what: &str,
        parts: &[&[u8]],
        now: Timestamp,
    ) -> Result<Key, Broken> {
        self.counts.key(conn, self.keys.master(), what, parts, now).await
    }

    /// Counts one for somebody, for all nodes together: the seconds to wait when it is one too
    /// many.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn knock(&self, what: &str, who: &[u8], rate: Rate) -> Result<Option<u64>, Error> {
        let now = self.clock.now();
        let mut connection = self.store.read().await?;
        let key = self.count_key(connection.conn(), what, &[who], now).await?;
        Ok(self.counts.take(connection.conn(), key, rate, now).await?.err())
    }

    /// Counts one for somebody, for all nodes together, and says how many are left.
    pub(crate) async fn take_one(&self, what: &str, who: &[u8], rate: Rate) -> Result<Left, Broken> {
        let now = self.clock.now();
        let mut connection = self.store.read().await?;
        let key = self.count_key(connection.conn(), what, &[who], now).await?;
        let taken = self.counts.take(connection.conn(), key, rate, now).await?;
        let used = (self.counts.counted(connection.conn(), key).await? - now.0).max(0);
        Ok(Left {
            taken,
            left: u32::try_from((rate.burst() - used).max(0) / rate.step()).unwrap_or_default(),
            full_in: used.cast_unsigned().div_ceil(1_000_000),
        })
    }

    /// Whether other nodes may count with this one.
    pub fn shares_counts(&self) -> bool {
        self.store.is_postgres()
    }

    /// Whether an address that nobody has proven gets one more mail: three an hour at most, and one of
    /// each group of kinds, to whoever's account they belong. Counts it.
    pub(crate) async fn may_mail_unproven(
        &self,
        tx: &mut Tx,
        to: &EmailAddress,
        group: &str,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        let mailbox = mailbox(to);
        let key = self.count_key(tx.conn(), "mailed", &[mailbox.as_bytes()], now).await?;
        let first = self.may_mail_first_of(tx, to, group, now).await?;
        Ok(self.counts.third_in_an_hour(tx.conn(), key, now).await? || first)
    }

    /// Whether it is the first mail of a group within an hour. Counts it.
    pub(crate) async fn may_mail_first_of(
        &self,
        tx: &mut Tx,
        to: &EmailAddress,
        group: &str,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        let mailbox = mailbox(to);
        let key =
            self.count_key(tx.conn(), "mailed first", &[mailbox.as_bytes(), group.as_bytes()], now).await?;
        Ok(self.counts.take(tx.conn(), key, Rate::new(1, 1), now).await?.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_has_one_limit() {
        let of = |address: &str| mailbox(&EmailAddress::parse(address).expect("valid"));
        assert_eq!(of("Ada+one@Example.com"), "ada@example.com");
        assert_eq!(of("ada+one+two@example.com"), "ada@example.com");
        assert_eq!(of("+ada@example.com"), "+ada@example.com");
        assert_ne!(of("ada@example.com"), of("eve@example.com"));
    }
}
