//! What a form has to show while strangers send much, or something about it is suspicious: a stamp of this
//! desk as it was given out, and a proof of work that is good for that stamp and no other.

use std::net::IpAddr;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD as BASE64;
use tresen_desk::Challenge;
use tresen_desk::abuse::FormKind;
use tresen_desk::{Desk, Error};

use crate::form_spam::{Sent, form, send};
use crate::support::{Form, World, random_word};

stories! {
    a_stamp_cannot_be_made_older,
    a_proof_is_for_one_stamp,
    what_is_held_is_repeated_to_nobody,
    more_suspicion_is_more_work,
    a_registration_that_is_asked_again_shows_what_was_asked,
    a_flood_asks_for_work_and_is_over_when_it_is_over,
    a_network_that_sends_much_is_asked_alone,
}

/// Bits of the easiest proof, in the settings of the stories.
const EASIEST: u8 = 3;

async fn a_stamp_cannot_be_made_older(world: &World) {
    // Who waits for nobody would like the page to have stood open for a while.
    let stamp = world.desk.limits.stamp(FormKind::Request).await.unwrap();
    let bytes = BASE64.decode(stamp.stamp.as_bytes()).unwrap();
    for at in [3, 5, 6, 7, 8] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let forged = Challenge { stamp: BASE64.encode(&changed), bits: 0 };
        let done = send(&world.desk, &form(&random_word()), &Sent::of(forged, true)).await.unwrap();
        assert!(done.held, "byte {at} was changed");
    }
    world.clock.advance_seconds(60);
    assert!(!send(&world.desk, &form("ada"), &Sent::of(stamp, true)).await.unwrap().held);
}

/// A form that one sign makes a little suspicious.
fn linked(who: &str) -> Form {
    let mut form = form(who);
    form.body += &" and on https://example.com/page".repeat(5);
    form
}

/// What the page is asked to show.
fn asked<T>(done: Result<T, Error>) -> Challenge {
    match done {
        Err(Error::Prove(challenge)) => challenge,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("nothing was asked for"),
    }
}

async fn a_proof_is_for_one_stamp(world: &World) {
    // Hard enough that none is right by luck.
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    opening.settings.forms.proof_bits = 14;
    let desk = Desk::open(opening).await.unwrap();
    let page = async || {
        let stamp = desk.limits.stamp(FormKind::Request).await.unwrap();
        world.clock.advance_seconds(60);
        Sent::of(stamp, true)
    };
    let first = asked(send(&desk, &linked("ada"), &page().await).await);
    let second = asked(send(&desk, &linked("eve"), &page().await).await);
    assert_eq!((first.bits, second.bits), (14, 14));
    let proven = Sent::of(first, true);
    let stolen =
        Sent { proof: proven.proof.clone(), ..Sent::of(Challenge { bits: 0, ..second.clone() }, true) };
    asked(send(&desk, &linked("eve"), &stolen).await);
    assert!(!send(&desk, &linked("ada"), &proven).await.unwrap().held);
    desk.close().await;
}

async fn what_is_held_is_repeated_to_nobody(world: &World) {
    // She has proven her address, and did not write this.
    world.customer("ada@example.com").await;
    let bare = Sent::of(Challenge { stamp: String::new(), bits: 0 }, false);
    let form = Form::from("ada@example.com").about("Zeppelin casino", "quagmire").called("Vorpal");
    assert!(send(&world.desk, &form, &bare).await.unwrap().held);
    let all = world.mail().await.everything.to_lowercase();
    for word in ["zeppelin", "casino", "quagmire", "vorpal"] {
        assert!(!all.contains(word), "{word} is repeated: {all}");
    }
}

async fn more_suspicion_is_more_work(world: &World) {
    let bits = async |body: &str| {
        let stamp = world.desk.limits.stamp(FormKind::Request).await.unwrap();
        world.clock.advance_seconds(60);
        let mut form = form(&random_word());
        form.body += body;
        asked(send(&world.desk, &form, &Sent::of(stamp, true)).await).bits
    };
    let links = " and on https://example.com/page";
    assert_eq!(bits(&links.repeat(5)).await, EASIEST);
    assert_eq!(bits(&links.repeat(13)).await, EASIEST + 2);
    assert_eq!(bits(" [url=https://example.com/page]here[/url]").await, EASIEST + 4);
}

async fn registering(desk: &Desk, sent: &Sent) -> Result<(), Error> {
    desk.limits.screen_registration(&sent.signs()).await
}

async fn a_registration_that_is_asked_again_shows_what_was_asked(world: &World) {
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    opening.settings.forms.proof_bits = 12;
    let desk = Desk::open(opening).await.unwrap();
    // A little too fast, with scripts: a proof is asked for.
    let stamp = desk.limits.stamp(FormKind::Register).await.unwrap();
    world.clock.advance_seconds(2);
    let second = asked(registering(&desk, &Sent::of(stamp, true)).await);
    assert!(second.bits >= 12);
    let without = Sent::of(Challenge { bits: 0, ..second.clone() }, true);
    let third = asked(registering(&desk, &without).await);
    assert_ne!(third.stamp, second.stamp, "another try is another stamp");
    registering(&desk, &Sent::of(third, true)).await.unwrap();
    // Far too fast: not even a proof makes the first time good.
    let stamp = desk.limits.stamp(FormKind::Register).await.unwrap();
    let eager = Sent { proof: Challenge { bits: 16, ..stamp.clone() }.solve(), ..Sent::of(stamp, true) };
    asked(registering(&desk, &eager).await);
    desk.close().await;
}

/// Registers as a page does whose scripts run, four seconds after it was opened.
async fn register(world: &World, network: Option<IpAddr>) {
    let stamp = world.desk.limits.stamp(FormKind::Register).await.unwrap();
    world.clock.advance_seconds(4);
    let mut done = registering(&world.desk, &Sent { network, ..Sent::of(stamp, true) }).await;
    for _ in 0..3 {
        let Err(Error::Prove(challenge)) = done else { break };
        done = registering(&world.desk, &Sent { network, ..Sent::of(challenge, true) }).await;
    }
    done.unwrap();
}

async fn a_flood_asks_for_work_and_is_over_when_it_is_over(world: &World) {
    let bits = async |kind| world.desk.limits.stamp(kind).await.unwrap().bits;
    assert_eq!(bits(FormKind::Register).await, 0);
    for _ in 0..140 {
        register(world, None).await;
    }
    assert_eq!(bits(FormKind::Register).await, EASIEST + 4);
    assert_eq!(bits(FormKind::Request).await, 0, "one form's flood is not another's");
    // Half an hour later nothing is asked of anybody, however long it went on.
    world.clock.advance_seconds(25 * 60);
    assert_eq!(bits(FormKind::Register).await, 0);
}

async fn a_network_that_sends_much_is_asked_alone(world: &World) {
    let [loud, quiet]: [Option<IpAddr>; 2] = ["192.0.2.1", "192.0.2.2"].map(|address| address.parse().ok());
    for _ in 0..8 {
        register(world, loud).await;
    }
    let page = async |network| {
        let stamp = world.desk.limits.stamp(FormKind::Register).await.unwrap();
        assert_eq!(stamp.bits, 0, "all together are calm");
        world.clock.advance_seconds(10);
        Sent { network, ..Sent::of(stamp, false) }
    };
    asked(registering(&world.desk, &page(loud).await).await);
    registering(&world.desk, &page(quiet).await).await.unwrap();
    registering(&world.desk, &page(None).await).await.unwrap();
}
