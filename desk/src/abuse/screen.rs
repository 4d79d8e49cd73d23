//! What is suspicious about a form, and what follows.
//!
//! Each sign gives points. None: the form is taken as it is. A few: the browser shows a proof of
//! work, unasked and unseen, and the form is taken. Many, or no proof: the request is held until
//! whoever has the mailbox confirms it. Nobody is refused, nothing is dropped.

use std::net::IpAddr;

use async_recursion::async_recursion as boxed;
use tresen_model::{EmailAddress, Timestamp};
use tresen_store::Reader;

use super::limits::network_bytes;
use super::stamp::{FormKind, Stamp, is_proof};
use super::words;
use crate::abuse::Limits;
use crate::address::blind_index;
use crate::error::{Broken, Challenge, Error};

/// From so many points on a proof of work is not enough.
const HOLD: u32 = 4;

/// So many zero bits more than the easiest proof has the hardest one: sixteen times the work.
const HARDER: u8 = 4;

/// Nobody reads a page, fills it in and sends it within a second.
const INHUMAN: i64 = 1_000_000;

/// A page may stand open for a day and a half before its stamp is a sign of anything.
const OLD: i64 = 36 * 3_600_000_000;

/// What came with a form beside its fields. Personal data, so there is no `Debug`.
#[derive(Clone, Copy)]
pub struct Signs<'a> {
    /// The stamp of its page, as it came.
    pub stamp: &'a str,
    /// The proof of work, as it came; empty for none.
    pub proof: &'a str,
    /// What stands in the field that nobody sees.
    pub trap: &'a str,
    /// Whether its page can be asked for a proof: its script runs.
    pub can_prove: bool,
    /// Where it comes from; `None` on this machine itself.
    pub network: Option<IpAddr>,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screened {
    /// It is taken as it is.
    Fine,
    /// It is taken with a proof.
    Prove(Challenge),
    /// It waits until somebody says that it is theirs.
    Hold,
}

/// What somebody wrote.
pub(crate) struct Written<'a> {
    pub(crate) email: &'a EmailAddress,
    pub(crate) name: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) body: &'a str,
}

impl Limits {
    /// A stamp for the page of a form. While strangers send much, it asks for a proof.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn stamp(&self, kind: FormKind) -> Result<Challenge, Error> {
        let now = self.clock.now();
        let mut connection = self.store.read().await?;
        let level = self.level(&mut connection, kind, None, 0, now).await?;
        let bits = if self.settings.forms.screen && level > 100 { self.bits(level, 1) } else { 0 };
        Ok(Stamp::new(kind, bits, now).map_err(Broken::from)?.write(self.keys.master()))
    }

    /// Looks at a new request of a stranger.
    pub(crate) async fn screen_request(
        &self,
        signs: &Signs<'_>,
        written: &Written<'_>,
    ) -> Result<Screened, Error> {
        if !self.settings.forms.screen {
            return Ok(Screened::Fine);
        }
        let now = self.clock.now();
        let kind = FormKind::Request;
        let mut connection = self.store.read().await?;
        let stamp = Stamp::read(kind, signs.stamp, self.keys.master());
        let level = self.level(&mut connection, kind, None, 0, now).await?;
        let (mut points, _) = self.points(&mut connection, kind, stamp, signs, level, now).await?;
        points += self.points_of_words(&mut connection, written, now).await?;
        let bits = self.bits(level, points);
        let screened = match stamp {
            Some(stamp) if points < HOLD => {
                if points == 0 || is_proof(signs.stamp, bits, signs.proof) {
                    Screened::Fine
                } else if signs.can_prove {
                    Screened::Prove(stamp.harder(bits).write(self.keys.master()))
                } else {
                    Screened::Hold
                }
            }
            _ => Screened::Hold,
        };
        if !matches!(screened, Screened::Prove(_)) {
            self.one_more(&mut connection, kind, signs, now).await?;
        }
        Ok(screened)
    }

    /// Looks at the wish to register. There is nothing to hold, since all that comes of it is a
    /// mail: whoever is suspicious sends the form once more, with a proof where scripts run.
    ///
    /// # Errors
    /// [`Error::Prove`] with the stamp for the second time.
    #[boxed]
    pub async fn screen_registration(&self, signs: &Signs<'_>) -> Result<(), Error> {
        if !self.settings.forms.screen {
            return Ok(());
        }
        let now = self.clock.now();
        let kind = FormKind::Register;
        let mut connection = self.store.read().await?;
        let stamp = Stamp::read(kind, signs.stamp, self.keys.master());
        let level = self.level(&mut connection, kind, None, 0, now).await?;
        let (points, uses) = self.points(&mut connection, kind, stamp, signs, level, now).await?;
        let bits = self.bits(level, points);
        let fine = match stamp {
            _ if points == 0 => true,
            // The second time: a proof, or the time that a person needs to read why.
            Some(stamp) if stamp.second && signs.can_prove => {
                uses == 1 && is_proof(signs.stamp, stamp.bits, signs.proof)
            }
            Some(stamp) if stamp.second => uses == 1 && (INHUMAN..OLD).contains(&(now.0 - stamp.made.0)),
            Some(_) => points < HOLD && is_proof(signs.stamp, bits, signs.proof),
            None => false,
        };
        if fine {
            return self.one_more(&mut connection, kind, signs, now).await;
        }
        let next = Stamp::new(kind, bits, now).map_err(Broken::from)?.again(bits);
        Err(Error::Prove(next.write(self.keys.master())))
    }

    async fn one_more(
        &self,
        connection: &mut Reader,
        kind: FormKind,
        signs: &Signs<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.level(connection, kind, None, 1, now).await?;
        if signs.network.is_some() {
            self.level(connection, kind, signs.network, 1, now).await?;
        }
        Ok(())
    }

    /// How many zero bits a proof needs.
    fn bits(&self, level: i64, points: u32) -> u8 {
        self.settings.forms.proof_bits.saturating_add(harder(level, points))
    }

    /// How much strangers send, in hundredths of what is calm: all of them, or those of one
    /// network; with `more` of it from now on.
    async fn level(
        &self,
        connection: &mut Reader,
        kind: FormKind,
        network: Option<IpAddr>,
        more: i64,
        now: Timestamp,
    ) -> Result<i64, Error> {
        let forms = self.settings.forms;
        let what = match kind {
            FormKind::Request => "requests",
            FormKind::Register => "registrations",
        };
        let network = network.map(network_bytes);
        let (who, rate) = match &network {
            Some(network) => (network.as_slice(), forms.calm_network),
            None => (&b"all"[..], forms.calm),
        };
        let key = self.count_key(connection.conn(), what, &[who], now).await?;
        Ok(self.counts.fill(connection.conn(), key, rate, more, now).await?)
    }

    /// The points of what was not written by hand, and how often the stamp was used.
    async fn points(
        &self,
        connection: &mut Reader,
        kind: FormKind,
        stamp: Option<Stamp>,
        signs: &Signs<'_>,
        level: i64,
        now: Timestamp,
    ) -> Result<(u32, i64), Error> {
        let Some(stamp) = stamp else { return Ok((HOLD, 0)) };
        let mut points = 0;
        if !signs.trap.is_empty() {
            points += HOLD;
        }
        let age = now.0 - stamp.made.0;
        points += match age {
            _ if age < INHUMAN => HOLD,
            _ if age < i64::from(self.settings.forms.quickest_seconds) * 1_000_000 => 2,
            _ if age > OLD => 1,
            _ => 0,
        };
        let parts: [&[u8]; 2] = [&stamp.word, &[stamp.bits]];
        let key = self.count_key(connection.conn(), "stamp", &parts, now).await?;
        let uses = self.counts.count(connection.conn(), key, now).await?;
        points += match uses {
            ..=1 => 0,
            // A second press of the button, a page that was gone back to.
            2..=3 => 1,
            _ => HOLD,
        };
        if level > 100 {
            points += 1;
        }
        if signs.network.is_some() && self.level(connection, kind, signs.network, 0, now).await? > 100 {
            points += 1;
        }
        Ok((points, uses))
    }

    async fn points_of_words(
        &self,
        connection: &mut Reader,
        written: &Written<'_>,
        now: Timestamp,
    ) -> Result<u32, Error> {
        let noticed = words::notice(written.name, written.subject, written.body);
        let few = usize::try_from(self.settings.forms.links).unwrap_or(usize::MAX);
        let mut points = match noticed.links {
            links if links > few.saturating_mul(3) => 2,
            links if links > few => 1,
            _ => 0,
        };
        for (sign, its) in [(noticed.link_in_head, 2), (noticed.only_links, 2), (noticed.markup, 3)] {
            points += if sign { its } else { 0 };
        }
        // How many others have sent much the same this day.
        let author = blind_index(&self.keys, written.email);
        let mut others = 0;
        for text in words::likeness(written.subject, written.body) {
            let parts: [&[u8]; 2] = [text.as_bytes(), &author];
            let by_author = self.count_key(connection.conn(), "written", &parts, now).await?;
            let by_all = self.count_key(connection.conn(), "text", &[text.as_bytes()], now).await?;
            let all = if self.counts.count(connection.conn(), by_author, now).await? == 1 {
                self.counts.count(connection.conn(), by_all, now).await?
            } else {
                self.counts.counted(connection.conn(), by_all).await?
            };
            others = others.max(all - 1);
        }
        Ok(points
            + match others {
                ..=0 => 0,
                1..=4 => 2,
                _ => HOLD,
            })
    }
}

/// How much harder the proof is than the easiest.
fn harder(level: i64, points: u32) -> u8 {
    let by_level = match level {
        ..=150 => 0,
        151..=250 => 2,
        _ => HARDER,
    };
    let by_points = u8::try_from(points.saturating_sub(1) * 2).unwrap_or(HARDER);
    by_points.max(by_level).min(HARDER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_grow_with_load_and_suspicion() {
        assert_eq!((harder(0, 1), harder(0, 2), harder(0, 3)), (0, 2, 4));
        assert_eq!((harder(120, 1), harder(200, 1), harder(300, 1)), (0, 2, 4));
        assert_eq!(harder(300, 9), HARDER);
    }
}
