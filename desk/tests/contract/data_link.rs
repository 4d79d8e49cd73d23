//! One's own data without an account: by a mailed link, which is exchanged once for a short access
//! that sees and decides, and is no login.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::{Connection, PgConnection, SqliteConnection};
use tresen_desk::Secret;
use tresen_desk::people::Purpose;
use tresen_desk::people::RestrictedBy;
use tresen_desk::{Error, Location};
use tresen_model::{Language, Problem};

use crate::support::{Form, PASSWORD, World, assert_fails, refusals};
use crate::traces::Needles;

stories! {
    a_link_shows_everything_and_lets_decide,
    a_link_is_exchanged_once,
    of_a_hundred_at_once_one_is_exchanged,
    a_link_and_its_access_expire,
    neither_is_good_for_anything_else,
    a_new_password_or_address_ends_it,
    a_link_arrives_while_restricted,
    whoever_is_logged_in_gets_a_link_that_erases,
}

races! {
    // Its one connection would be waited for in vain: what was asked first is still being looked up.
    asking_is_answered_before_anything_is_looked_up,
    of_a_hundred_at_once_one_is_exchanged,
}

const EMAIL: &str = "ada.lovelace@analytical.example";

async fn ask(world: &World) -> Secret {
    world.desk.privacy.ask_data_link(EMAIL).await.unwrap();
    world.mail().await.link("account/data")
}

async fn a_link_shows_everything_and_lets_decide(world: &World) {
    let desk = &world.desk;
    let grace = world.agent("Grace").await;
    let number =
        world.submit(&Form::from(EMAIL).called("Ada Lovelace").about("Distelfalter", "Where?")).await;
    world.submit(&Form::from("eve@example.org")).await;
    world.post().await;
    let link = ask(world).await;
    let secret = desk.privacy.exchange_data_link(&link).await.unwrap();
    let access = desk.privacy.data_access(&secret).await.unwrap();
    let overview = desk.privacy.data_overview(&access).await.unwrap();
    assert_eq!(overview.email.as_str(), EMAIL);
    assert_eq!((overview.count.requests, overview.consents.len()), (1, 1));
    // Whoever presses the button has the mailbox.
    assert!(overview.proven_at.is_some());
    let parts: Vec<_> = desk.privacy.export(&access).await.unwrap().contents.try_collect().await.unwrap();
    let copy = parts.concat();
    assert!(copy.windows(12).any(|window| window == b"Distelfalter"));
    assert!(!copy.windows(15).any(|window| window == b"eve@example.org"));

    desk.privacy.restrict(&access).await.unwrap();
    assert_eq!(desk.privacy.own_restriction(&access).await.unwrap().unwrap().by, RestrictedBy::Customer);
    assert_fails!(desk.requests.conversation_for_agent(&grace, number).await, Error::Restricted);
    desk.privacy.lift_restriction(&access).await.unwrap();
    desk.privacy.withdraw_consent(&access, None).await.unwrap();
    assert_fails!(desk.privacy.lift_restriction(&access).await, Error::Forbidden);
    desk.privacy.give_consent(&access).await.unwrap();
    desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    // What an agent has restricted is not lifted by the customer, by no way.
    desk.privacy.restrict_customer(&grace, number).await.unwrap();
    assert_fails!(desk.privacy.lift_restriction(&access).await, Error::Forbidden);

    let erased = desk.privacy.erase_by_data_access(&access).await.unwrap();
    assert_eq!(erased.count.requests, 1);
    assert!(erased.receipt.contains("wish: link"));
    assert_fails!(desk.privacy.data_access(&secret).await, Error::Gone);
    assert_fails!(desk.privacy.data_overview(&access).await, Error::Forbidden);
    let needles = Needles::new([EMAIL, "distelfalter"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
}

async fn a_link_is_exchanged_once(world: &World) {
    let desk = &world.desk;
    world.submit(&Form::from(EMAIL)).await;
    world.post().await;
    let link = ask(world).await;
    desk.people.check_link(Purpose::Data, &link).await.unwrap();
    desk.people.check_link(Purpose::Data, &link).await.unwrap();
    let secret = desk.privacy.exchange_data_link(&link).await.unwrap();
    assert_fails!(desk.privacy.exchange_data_link(&link).await, Error::Gone);
    assert!(world.is_gone(Purpose::Data, &link).await);
    // The access is good until it is ended, and then it is not.
    for _ in 0..3 {
        desk.privacy.data_access(&secret).await.unwrap();
    }
    desk.privacy.end_data_access(&secret).await.unwrap();
    desk.privacy.end_data_access(&secret).await.unwrap();
    assert_fails!(desk.privacy.data_access(&secret).await, Error::Gone);
}

async fn of_a_hundred_at_once_one_is_exchanged(world: &World) {
    world.submit(&Form::from(EMAIL)).await;
    world.post().await;
    let link = ask(world).await;
    let tries = (0..100).map(|_| {
        let (desk, link) = (world.desk.clone(), link.clone());
        tokio::spawn(async move { desk.privacy.exchange_data_link(&link).await })
    });
    let mut won = 0;
    for one in tries.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(_) => won += 1,
            Err(Error::Gone) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
}

async fn a_link_and_its_access_expire(world: &World) {
    let desk = &world.desk;
    world.submit(&Form::from(EMAIL)).await;
    world.post().await;
    let unused = ask(world).await;
    world.clock.advance_seconds(3_590);
    let link = ask(world).await;
    assert!(!world.is_gone(Purpose::Data, &unused).await);
    world.clock.advance_seconds(20);
    assert_fails!(desk.privacy.exchange_data_link(&unused).await, Error::Gone);
    let secret = desk.privacy.exchange_data_link(&link).await.unwrap();
    world.clock.advance_seconds(1_790);
    desk.privacy.data_access(&secret).await.unwrap();
    world.clock.advance_seconds(20);
    assert_fails!(desk.privacy.data_access(&secret).await, Error::Gone);
    desk.tidy_up().await.unwrap();
}

async fn neither_is_good_for_anything_else(world: &World) {
    let desk = &world.desk;
    let ada = world.customer(EMAIL).await;
    world.submit(&Form::from(EMAIL)).await;
    let request = world.mail().await.request_link();
    desk.privacy.ask_erasure(EMAIL).await.unwrap();
    let erase = world.mail().await.link("account/delete");
    let link = ask(world).await;
    let secret = desk.privacy.exchange_data_link(&ask(world).await).await.unwrap();
    for one in [&link, &secret] {
        assert!(world.session(one).await.is_none());
        assert_fails!(desk.privacy.erase_by_link(one).await, Error::Gone);
        assert_fails!(desk.accounts.reset_password(one, PASSWORD).await, Error::Gone);
        assert_fails!(desk.accounts.complete_registration(one, PASSWORD).await, Error::Gone);
        assert_fails!(desk.joining.confirm_new_address(one).await, Error::Gone);
        assert_fails!(desk.people.open_request_link(one).await, Error::Gone);
    }
    assert_fails!(desk.privacy.data_access(&link).await, Error::Gone);
    assert_fails!(desk.privacy.exchange_data_link(&secret).await, Error::Gone);
    let made_up = Secret::received(&"A".repeat(43));
    for other in [&request, &erase, &made_up] {
        assert_fails!(desk.privacy.exchange_data_link(other).await, Error::Gone);
        assert_fails!(desk.privacy.data_access(other).await, Error::Gone);
    }
    // None of that has used anything up.
    assert_eq!(desk.accounts.account(&ada).await.unwrap().email, EMAIL);
    desk.privacy.data_access(&secret).await.unwrap();
    for (purpose, link) in [(Purpose::Data, link), (Purpose::Erase, erase), (Purpose::Request, request)] {
        assert!(!world.is_gone(purpose, &link).await, "{purpose:?}");
    }
}

async fn a_new_password_or_address_ends_it(world: &World) {
    let desk = &world.desk;
    let ada = world.customer(EMAIL).await;
    let link = ask(world).await;
    let secret = desk.privacy.exchange_data_link(&ask(world).await).await.unwrap();
    desk.accounts.change_password(&ada, PASSWORD, crate::support::OTHER_PASSWORD).await.unwrap();
    assert_fails!(desk.privacy.exchange_data_link(&link).await, Error::Gone);
    assert_fails!(desk.privacy.data_access(&secret).await, Error::Gone);
}

async fn a_link_arrives_while_restricted(world: &World) {
    let desk = &world.desk;
    let number = world.submit(&Form::from(EMAIL)).await;
    world.post().await;
    let grace = world.agent("Grace").await;
    world.answer(&grace, number, "Held back.").await;
    desk.privacy.restrict_customer(&grace, number).await.unwrap();
    let link = ask(world).await;
    let access =
        desk.privacy.data_access(&desk.privacy.exchange_data_link(&link).await.unwrap()).await.unwrap();
    assert!(desk.privacy.data_overview(&access).await.unwrap().restriction.is_some());
}

/// Holds up everybody who wants to write, until it is dropped.
enum Hold {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Hold {
    async fn new(world: &World) -> Self {
        match &world.place.database {
            Location::File(path) => {
                let url = format!("sqlite:{}", path.display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
                Self::Sqlite(connection)
            }
            Location::Server(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query("BEGIN").execute(&mut connection).await.unwrap();
                let lock = "LOCK TABLE person, token, outbox IN ACCESS EXCLUSIVE MODE";
                sqlx::query(lock).execute(&mut connection).await.unwrap();
                Self::Postgres(connection)
            }
        }
    }

    async fn end(self) {
        match self {
            Self::Sqlite(mut connection) => {
                sqlx::query("COMMIT").execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Postgres(mut connection) => {
                sqlx::query("COMMIT").execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
}

/// Nobody can write, on PostgreSQL not even read, and yet whoever asks is answered: so the answer
/// and its time say nothing of the address.
async fn asking_is_answered_before_anything_is_looked_up(world: &World) {
    let desk = &world.desk;
    world.submit(&Form::from(EMAIL)).await;
    world.post().await;
    let hold = Hold::new(world).await;
    for email in [EMAIL, "nobody@example.org"] {
        let soon = Duration::from_secs(3);
        tokio::time::timeout(soon, desk.privacy.ask_data_link(email)).await.unwrap().unwrap();
        tokio::time::timeout(soon, desk.privacy.ask_erasure(email)).await.unwrap().unwrap();
    }
    hold.end().await;
    let mails = world.post().await;
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.to() == EMAIL));
    assert!(mails.iter().any(|mail| mail.find_link("account/data").is_some()));
    for nonsense in ["", "ada", "ada@", "a@b@c"] {
        let said = refusals(desk.privacy.ask_data_link(nonsense).await);
        assert!(matches!(said[..], [("email", Problem::EmailInvalid | Problem::EmailMissing)]), "{said:?}");
    }
}

async fn whoever_is_logged_in_gets_a_link_that_erases(world: &World) {
    let desk = &world.desk;
    let ada = world.customer(EMAIL).await;
    desk.accounts.change_language(&ada, Language::German).await.unwrap();
    desk.privacy.ask_own_erasure(&ada).await.unwrap();
    let mail = world.mail().await;
    assert_eq!(mail.to(), EMAIL);
    let own = mail.subject().to_owned();
    desk.privacy.erase_by_link(&mail.link("account/delete")).await.unwrap();
    assert_fails!(desk.privacy.ask_own_erasure(&ada).await, Error::Forbidden);
    // The same mail as for those who ask logged out.
    world.post().await;
    let ada = world.customer(EMAIL).await;
    desk.accounts.change_language(&ada, Language::German).await.unwrap();
    desk.privacy.ask_erasure(EMAIL).await.unwrap();
    assert_eq!(world.mail().await.subject(), own);
}
