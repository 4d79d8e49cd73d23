//! Limits for accounts and addresses: what strangers try, and what stays possible for the owner.

use std::net::IpAddr;
use std::sync::Arc;

use tresen_desk::Secret;
use tresen_desk::abuse::Visitor;
use tresen_desk::accounts::Login;
use tresen_desk::settings::{LimitSettings, Rate};
use tresen_desk::tokens::Scope;
use tresen_desk::{Desk, Error};
use tresen_model::{Language, Problem};

use crate::support::{Engine, Form, OTHER_PASSWORD, PASSWORD, World, assert_fails, refusals};

stories! {
    guessing_ends_for_known_and_unknown_addresses_alike,
    many_networks_together_are_one_guesser,
    an_address_is_one_however_it_is_spelled,
    what_is_refused_costs_nothing_more,
    the_owner_gets_in_while_others_guess,
    a_right_password_is_no_guess,
    a_stolen_session_cannot_guess,
    mails_to_one_address_end_for_known_and_unknown_alike,
    new_addresses_are_held_to_the_same_limit,
    requests_in_one_name_end_too,
    at_once_is_no_way_around,
    a_token_is_good_for_so_much_an_hour,
    an_hour_has_room_for_as_many_as_are_set,
    nodes_count_together,
    nothing_is_kept_beyond_the_day,
}

races! {
    at_once_is_no_way_around,
}

fn at(network: &str) -> Visitor<'static> {
    let network: IpAddr = network.parse().unwrap();
    Visitor { network: Some(network), device: None }
}

/// How a login was answered: the seconds to wait, or `None` for a wrong password.
async fn guess(desk: &Desk, email: &str, visitor: Visitor<'_>) -> Option<u64> {
    match refusals(desk.accounts.login_from(email, "a wrong password", visitor).await).as_slice() {
        [("password", Problem::LoginFailed)] => None,
        [("password", Problem::TooManyGuesses { wait })] => Some(*wait),
        other => panic!("{other:?}"),
    }
}

async fn guessing_ends_for_known_and_unknown_addresses_alike(world: &World) {
    let most = world.desk.settings().limits.guess.at_once.get();
    world.customer("ada@example.com").await;
    let mut answers = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let mut said = Vec::new();
        for _ in 0..most + 2 {
            said.push(guess(&world.desk, email, at("192.0.2.1")).await);
        }
        assert!(said[..most as usize].iter().all(Option::is_none), "{said:?}");
        assert!(said[most as usize..].iter().all(Option::is_some), "{said:?}");
        answers.push(said);
    }
    assert_eq!(answers[0], answers[1]);
    // The right password is no longer looked at from there, and from anywhere else it is.
    let right = world.desk.accounts.login_from("ada@example.com", PASSWORD, at("192.0.2.1")).await;
    assert!(matches!(refusals(right).as_slice(), [(_, Problem::TooManyGuesses { .. })]));
    world.desk.accounts.login_from("ada@example.com", PASSWORD, at("192.0.2.2")).await.unwrap();
    // The next house of an IPv6 provider is another one; another mailbox is another account.
    assert_eq!(guess(&world.desk, "eve@example.com", at("192.0.2.1")).await, None);
    // It is as it was after a while.
    let wait = answers[0].last().copied().flatten().unwrap();
    world.clock.advance_seconds(i64::try_from(wait).unwrap());
    world.desk.accounts.login_from("ada@example.com", PASSWORD, at("192.0.2.1")).await.unwrap();
}

async fn many_networks_together_are_one_guesser(world: &World) {
    let session = world.customer("ada@example.com").await;
    let desk = small(world).await;
    for host in 1..=4 {
        assert_eq!(guess(&desk, "ada@example.com", at(&format!("192.0.2.{host}"))).await, None);
    }
    assert!(guess(&desk, "ada@example.com", at("198.51.100.1")).await.is_some());
    // Whoever is logged in stays so, and a mailed link lets the owner in.
    assert!(desk.accounts.account(&session).await.is_ok());
    desk.accounts.forgot_password("ada@example.com", Language::English).await.unwrap();
    desk.settle().await;
    let link = world.mail().await.link("password");
    desk.accounts.reset_password(&link, OTHER_PASSWORD).await.unwrap();
    desk.close().await;
}

async fn an_address_is_one_however_it_is_spelled(world: &World) {
    let desk = small(world).await;
    for email in ["ada@example.com", "ADA@Example.COM"] {
        assert_eq!(guess(&desk, email, at("192.0.2.1")).await, None);
    }
    assert!(guess(&desk, "Ada@example.com", at("192.0.2.1")).await.is_some());
    desk.close().await;
}

async fn what_is_refused_costs_nothing_more(world: &World) {
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    opening.settings.limits =
        LimitSettings { account: Rate::new(2, 60), guess: Rate::new(3, 1), ..LimitSettings::default() };
    let desk = Desk::open(opening).await.unwrap();
    let guess = async || guess(&desk, "ada@example.com", at("192.0.2.1")).await;
    assert_eq!([guess().await, guess().await], [None, None]);
    // For the account it is enough; the network has one left, and keeps it.
    for _ in 0..5 {
        assert_eq!(guess().await, Some(60));
    }
    world.clock.advance_seconds(60);
    assert_eq!(guess().await, None, "what was not looked at was counted");
    assert!(guess().await.unwrap() > 3_000, "the network is at its end");
    desk.close().await;
}

fn with(device: &Secret) -> Visitor<'_> {
    Visitor { device: Some(device), ..at("192.0.2.9") }
}

async fn the_owner_gets_in_while_others_guess(world: &World) {
    world.customer("ada@example.com").await;
    world.customer("eve@example.com").await;
    let desk = small(world).await;
    let device =
        async |email: &str| match desk.accounts.login_from(email, PASSWORD, at("192.0.2.1")).await.unwrap() {
            Login::In(entry) => entry.device,
            Login::Second(_) => panic!("a second step"),
        };
    let (adas, eves) = (device("ada@example.com").await, device("eve@example.com").await);
    for host in 1..=5 {
        guess(&desk, "ada@example.com", at(&format!("198.51.100.{host}"))).await;
    }
    assert!(guess(&desk, "ada@example.com", at("192.0.2.9")).await.is_some(), "nobody else is looked at");
    desk.accounts.login_from("ada@example.com", PASSWORD, with(&adas)).await.unwrap();
    // Another's device, and one that somebody made up, are no way around.
    for stranger in [eves, Secret::received("made up")] {
        assert!(guess(&desk, "ada@example.com", with(&stranger)).await.is_some());
    }
    // Whoever has taken the browser may guess no more than anybody.
    let mut tries = Vec::new();
    for _ in 0..3 {
        tries.push(guess(&desk, "ada@example.com", with(&adas)).await.is_some());
    }
    assert_eq!(tries, [false, false, true]);
    desk.close().await;
}

/// A desk on the same data with small limits.
async fn small(world: &World) -> Desk {
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    opening.settings.limits =
        LimitSettings { account: Rate::new(4, 4), guess: Rate::new(2, 2), ..LimitSettings::default() };
    Desk::open(opening).await.unwrap()
}

async fn a_right_password_is_no_guess(world: &World) {
    world.customer("ada@example.com").await;
    let desk = small(world).await;
    for _ in 0..6 {
        desk.accounts.login_from("ada@example.com", PASSWORD, at("192.0.2.1")).await.unwrap();
    }
    assert_eq!(guess(&desk, "ada@example.com", at("192.0.2.1")).await, None);
    desk.accounts.login_from("ada@example.com", PASSWORD, at("192.0.2.1")).await.unwrap();
    assert_eq!(guess(&desk, "ada@example.com", at("192.0.2.1")).await, None);
    assert!(guess(&desk, "ada@example.com", at("192.0.2.1")).await.is_some());
    desk.close().await;
}

async fn a_stolen_session_cannot_guess(world: &World) {
    let session = world.customer("ada@example.com").await;
    let desk = small(world).await;
    let mut said = Vec::new();
    for _ in 0..3 {
        said.extend(refusals(desk.accounts.change_password(&session, "wrong", OTHER_PASSWORD).await));
    }
    assert!(said[..2].iter().all(|said| *said == ("current_password", Problem::PasswordWrong)), "{said:?}");
    assert!(matches!(said[2], ("current_password", Problem::TooManyAttempts { .. })), "{said:?}");
    // Neither at another form: it is one password.
    assert!(matches!(
        refusals(desk.privacy.erase_self(&session, PASSWORD).await).as_slice(),
        [("password", Problem::TooManyAttempts { .. })]
    ));
    world.clock.advance_seconds(3600);
    desk.accounts.change_password(&session, PASSWORD, OTHER_PASSWORD).await.unwrap();
    desk.close().await;
}

async fn mails_to_one_address_end_for_known_and_unknown_alike(world: &World) {
    world.customer("ada@example.com").await;
    world.clock.advance_seconds(7200);
    let most = world.desk.settings().limits.address.at_once.get();
    for who in ["ada", "nobody"] {
        for count in 0..most + 3 {
            // In whatever spelling, by whatever form.
            let email =
                [format!("{who}@example.com"), format!("{}+x{count}@EXAMPLE.com", who.to_uppercase())]
                    [usize::from(count % 2 == 1)]
                .clone();
            let done = match count % 4 {
                0 => world.desk.accounts.register(&email, Language::English).await,
                1 => world.desk.accounts.forgot_password(&email, Language::English).await,
                2 => world.desk.privacy.ask_erasure(&email).await,
                _ => world.desk.privacy.ask_data_link(&email).await,
            };
            if count < most {
                done.unwrap();
            } else {
                let said = refusals(done);
                assert!(matches!(said.as_slice(), [("email", Problem::TooManyAttempts { .. })]), "{said:?}");
            }
        }
    }
    world.desk.accounts.register("eve@example.com", Language::English).await.unwrap();
}

async fn new_addresses_are_held_to_the_same_limit(world: &World) {
    let session = world.customer("ada@example.com").await;
    let most = world.desk.settings().limits.address.at_once.get();
    let ask = async || world.desk.joining.ask_new_address(&session, "eve@example.com", PASSWORD).await;
    for _ in 0..most {
        ask().await.unwrap();
    }
    assert!(matches!(refusals(ask().await).as_slice(), [("email", Problem::TooManyAttempts { .. })]));
    // It is the address that is spared, whichever form it is, but for one of each kind.
    world.desk.accounts.register("eve@example.com", Language::English).await.unwrap();
    let said = refusals(world.desk.accounts.register("Eve+x@example.com", Language::English).await);
    assert!(matches!(said.as_slice(), [("email", Problem::TooManyAttempts { .. })]), "{said:?}");
}

async fn requests_in_one_name_end_too(world: &World) {
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    opening.settings.limits.sender = Rate::new(2, 2);
    let desk = Desk::open(opening).await.unwrap();
    for count in 0..3 {
        let form = Form::from("ada@example.com");
        let done = crate::form_spam::send(&desk, &form, &crate::form_spam::careful(&desk, world).await).await;
        if count < 2 {
            done.unwrap();
        } else {
            assert!(matches!(refusals(done).as_slice(), [("email", Problem::TooManyAttempts { .. })]));
        }
    }
    // Mails with a link are another matter.
    desk.accounts.forgot_password("ada@example.com", Language::English).await.unwrap();
    desk.close().await;
}

async fn at_once_is_no_way_around(world: &World) {
    let rate = Rate::new(10, 10);
    let tries: Vec<_> = (0..60)
        .map(|_| {
            let desk = world.desk.clone();
            tokio::spawn(async move { desk.limits.knock("test", b"somebody", rate).await.unwrap().is_none() })
        })
        .collect();
    let mut taken = 0;
    for one in tries {
        taken += usize::from(one.await.unwrap());
    }
    assert_eq!(taken, 10);
}

async fn a_token_is_good_for_so_much_an_hour(world: &World) {
    let secret = world.service("Mail", &[Scope::Mail]).await;
    let other = world.service("Other", &[Scope::Mail]).await;
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    opening.settings.limits.token = Rate::new(2, 2);
    let desk = Desk::open(opening).await.unwrap();
    for _ in 0..2 {
        desk.tokens.caller(&secret).await.unwrap();
    }
    assert_fails!(desk.tokens.caller(&secret).await.map(drop), Error::Busy { .. });
    desk.tokens.caller(&other).await.unwrap();
    desk.close().await;
}

async fn an_hour_has_room_for_as_many_as_are_set(world: &World) {
    // Three at once, and then one every five minutes.
    let rate = Rate::new(3, 12);
    let wait = async || world.desk.limits.knock("test", b"somebody", rate).await.unwrap();
    for _ in 0..3 {
        assert_eq!(wait().await, None);
    }
    assert_eq!(wait().await, Some(300));
    world.clock.advance_seconds(299);
    assert_eq!(wait().await, Some(1));
    world.clock.advance_seconds(1);
    assert_eq!(wait().await, None);
    assert_eq!(wait().await, Some(300));
    // However long nobody comes, it is three at once and no more.
    world.clock.advance_seconds(3_600);
    let taken = [wait().await, wait().await, wait().await, wait().await];
    assert_eq!(taken, [None, None, None, Some(300)]);
}

async fn nodes_count_together(world: &World) {
    assert_eq!(world.desk.limits.shares_counts(), world.engine == Engine::Postgres);
    if world.engine == Engine::Sqlite {
        // One process, which counts in its memory.
        return;
    }
    let other = world.open_another().await.unwrap();
    let rate = Rate::new(6, 6);
    for (count, desk) in [&world.desk, &other].into_iter().cycle().take(8).enumerate() {
        assert_eq!(
            desk.limits.knock("test", b"somebody", rate).await.unwrap().is_none(),
            count < 6,
            "{count}"
        );
    }
    // A node that comes later knows what was counted.
    let third = world.open_another().await.unwrap();
    assert!(third.limits.knock("test", b"somebody", rate).await.unwrap().is_some());
    for node in [other, third] {
        node.close().await;
    }
}

async fn nothing_is_kept_beyond_the_day(world: &World) {
    // More than a day has room for, so that it is not time that helps.
    let slow = Rate::new(60, 1);
    for day in 0..3 {
        for _ in 0..60 {
            let wait = world.desk.limits.knock("slow", b"somebody", slow).await.unwrap();
            assert_eq!(wait, None, "who they are is remembered from the day before day {day}");
        }
        assert!(world.desk.limits.knock("slow", b"somebody", slow).await.unwrap().is_some());
        world.clock.advance_seconds(24 * 3_600);
    }
    world.desk.tidy_up().await.unwrap();
    let rate = Rate::new(1, 1);
    let knock = async |who: &[u8]| world.desk.limits.knock("test", who, rate).await.unwrap().is_none();
    assert!(knock(b"somebody").await);
    assert!(!knock(b"somebody").await);
    let counted = async |table: &str| match world.engine {
        Engine::Postgres => Some(world.count_rows(table).await),
        // In memory.
        Engine::Sqlite => None,
    };
    let before = counted("abuse_count").await;
    world.clock.advance_seconds(24 * 3600);
    // Another salt: nobody is who they were. And what was counted goes.
    assert!(knock(b"somebody else").await);
    world.desk.tidy_up().await.unwrap();
    if let Some(before) = before {
        assert_eq!(before, 1);
        assert_eq!(counted("abuse_salt").await, Some(1));
        assert_eq!(counted("abuse_count").await, Some(0));
        world.clock.advance_seconds(24 * 3600);
        world.desk.tidy_up().await.unwrap();
        assert_eq!(counted("abuse_salt").await, Some(0));
    }
    assert!(knock(b"somebody").await);
}
