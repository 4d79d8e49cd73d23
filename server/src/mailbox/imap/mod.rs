//! Mailboxes (RFC 3501), watched with IDLE (RFC 2177) and looked into now and then.
//!
//! The folder is a queue: whatever lies in it is taken in, and leaves it when that is on disk. So
//! no flag and no date matters, nothing is lost in an outage however long, and after a crash
//! between the two the desk knows the message and it just leaves. Where the mailbox stands
//! (UIDVALIDITY and UID) is kept only to say once what was left lying because of its size.

pub(crate) mod check;
mod connect;
mod oauth;
mod round;
mod talk;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use tresen_desk::Desk;

pub(crate) use self::connect::tls;
use self::round::Round;
use self::talk::Talk;
use self::trouble::Trouble;
use crate::mailbox::room::Room;
use crate::mailbox::settings::Mailbox;

/// The first pause after something went wrong; each further one is twice as long.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Watches a mailbox until the desk is being closed.
pub(crate) async fn watch(mailbox: Mailbox, desk: Desk, room: Arc<Room>) {
    let mailbox = Arc::new(mailbox);
    let mut failures = 0;
    loop {
        // In a task of its own: not even a panic ends the watching.
        let visit = visit(Arc::clone(&mailbox), desk.clone(), Arc::clone(&room));
        let mut task = tokio::spawn(visit);
        let ended = tokio::select! {
            ended = &mut task => ended,
            () = desk.closing() => {
                task.abort();
                return;
            }
        };
        let (trouble, had_success) = ended.unwrap_or((Trouble::Panic, false));
        failures = if had_success { 1 } else { failures + 1 };
        let pause = pause(failures);
        tracing::warn!(
            mailbox = mailbox.name,
            seconds = pause.as_secs(),
            "the mailbox {} is not watched: {trouble}; trying again in {} seconds",
            mailbox.name,
            pause.as_secs()
        );
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = desk.closing() => return,
        }
    }
}

/// Grows with each failure, and differs a little each time, so that not everybody knocks at once
/// when a server is back.
fn pause(failures: u32) -> Duration {
    let longest = LONGEST_PAUSE.as_millis() as u64;
    let whole = (SHORTEST_PAUSE.as_millis() as u64) << failures.saturating_sub(1).min(16);
    let mut random = [0];
    // Without randomness all pauses are equal, which does no harm here.
    let share = getrandom::fill(&mut random).map_or(255, |()| u64::from(random[0]));
    let whole = whole.min(longest);
    Duration::from_millis(whole / 2 + whole * share / 510)
}

/// One connection, until it ends. Says why, and whether the mailbox could be looked through.
async fn visit(mailbox: Arc<Mailbox>, desk: Desk, room: Arc<Room>) -> (Trouble, bool) {
    let mut had_success = false;
    match stay(&mailbox, &desk, &room, &mut had_success).await {
        Ok(never) => match never {},
        Err(trouble) => (trouble, had_success),
    }
}

async fn stay(
    mailbox: &Mailbox,
    desk: &Desk,
    room: &Room,
    had_success: &mut bool,
) -> Result<std::convert::Infallible, Trouble> {
    let mut talk = Talk::new(connect::open(mailbox).await?);
    let mut round = Round::begin(mailbox, desk, room, &mut talk).await?;
    let idle = round.can_idle();
    tracing::info!(mailbox = mailbox.name, idle, "watching the mailbox {}", mailbox.name);
    loop {
        talk.forget_news();
        round.run(&mut talk).await?;
        *had_success = true;
        // Something may have come while the rest was handled.
        if talk.has_news() {
            continue;
        }
        if idle {
            talk = talk.idle(mailbox.poll).await?;
        } else {
            tokio::time::sleep(mailbox.poll).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_an_end() {
        assert!((500..=1000).contains(&pause(1).as_millis()));
        assert!((4_000..=8_000).contains(&pause(4).as_millis()));
        for failures in [9, 10, 100, u32::MAX] {
            assert!((128_000..=300_000).contains(&pause(failures).as_millis()), "{failures}");
        }
        assert!((0..50).map(|_| pause(9)).any(|other| other != pause(9)));
    }
}
