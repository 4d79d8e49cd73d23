//! Links that were mailed.

use tresen_desk::Error;
use tresen_desk::Secret;
use tresen_desk::people::Purpose;
use tresen_desk::requests::Access;
use tresen_model::{Language, RequestNumber};

use crate::support::{Form, PASSWORD, World, assert_fails};

stories! {
    registering_by_the_mailed_link_shows_earlier_requests,
    a_link_works_once,
    of_a_hundred_at_once_one_wins,
    a_second_registration_link_is_gone_after_the_first,
    links_expire,
    a_link_is_good_for_its_purpose_only,
    made_up_links_are_gone,
    a_request_link_opens_one_request_only,
    answering_by_the_link_proves_the_address,
}

races! {
    of_a_hundred_at_once_one_wins,
}

async fn registering_by_the_mailed_link_shows_earlier_requests(world: &World) {
    let first = world.submit(&Form::from("ada@example.com")).await;
    let link = world.mail().await.link("register");
    let second = world.submit(&Form::from("Ada@example.com")).await;
    world.submit(&Form::from("eve@example.com")).await;
    let secret = world.desk.accounts.complete_registration(&link, PASSWORD).await.unwrap().session;
    let session = world.session(&secret).await.unwrap();
    let numbers: Vec<RequestNumber> = world.mine(&session).await.iter().map(|line| line.number).collect();
    assert_eq!(numbers, [second, first]);
    let account = world.desk.accounts.account(&session).await.unwrap();
    assert_eq!(account.email, "ada@example.com");
    assert_eq!(account.sessions.len(), 1);
}

async fn a_link_works_once(world: &World) {
    world.desk.accounts.register("ada@example.com", Language::English).await.unwrap();
    let link = world.mail().await.link("register");
    // Looking uses nothing up, and neither does a password that is refused.
    world.desk.people.check_link(Purpose::Register, &link).await.unwrap();
    assert_fails!(world.desk.accounts.complete_registration(&link, "short").await, Error::Refused(_));
    assert_fails!(
        world.desk.accounts.complete_registration(&link, "ada@example.com").await,
        Error::Refused(_)
    );
    assert_fails!(
        world.desk.accounts.complete_registration(&link, &"x".repeat(300)).await,
        Error::Refused(_)
    );
    world.desk.accounts.complete_registration(&link, PASSWORD).await.unwrap();
    assert_fails!(world.desk.accounts.complete_registration(&link, PASSWORD).await, Error::Gone);
    assert!(world.is_gone(Purpose::Register, &link).await);
}

async fn of_a_hundred_at_once_one_wins(world: &World) {
    world.customer("ada@example.com").await;
    world.desk.accounts.forgot_password("ada@example.com", Language::English).await.unwrap();
    let link = world.mail().await.link("password");
    let tries = (0..100).map(|_| {
        let (desk, link) = (world.desk.clone(), link.clone());
        tokio::spawn(async move { desk.accounts.reset_password(&link, PASSWORD).await })
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
    let session = world.login("ada@example.com", PASSWORD).await.unwrap();
    assert_eq!(world.desk.accounts.account(&session).await.unwrap().sessions.len(), 2);
}

async fn a_second_registration_link_is_gone_after_the_first(world: &World) {
    world.submit(&Form::from("ada@example.com")).await;
    let first = world.mail().await.link("register");
    world.submit(&Form::from("ada@example.com")).await;
    let second = world.mail().await.link("register");
    world.desk.accounts.complete_registration(&second, PASSWORD).await.unwrap();
    assert_fails!(
        world.desk.accounts.complete_registration(&first, "another marmalade 77 horse").await,
        Error::Gone
    );
    assert!(world.login("ada@example.com", PASSWORD).await.is_ok());
}

async fn links_expire(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    let request = world.mail().await.request_link();
    world.submit(&Form::from("eve@example.com")).await;
    let register = world.mail().await.link("register");
    world.desk.accounts.forgot_password("ada@example.com", Language::English).await.unwrap();
    let password = world.mail().await.link("password");
    world.desk.privacy.ask_erasure("ada@example.com").await.unwrap();
    let erase = world.mail().await.link("account/delete");
    world.desk.joining.ask_new_address(&ada, "new@example.com", PASSWORD).await.unwrap();
    let address = world.mail().await.link("account/address");
    let links = [
        (Purpose::Password, password, 3_600),
        (Purpose::Erase, erase, 3_600),
        (Purpose::Address, address, 24 * 3_600),
        (Purpose::Register, register, 7 * 24 * 3_600),
        (Purpose::Request, request, 180 * 24 * 3_600),
    ];
    let mut passed = 0;
    for (purpose, link, lifetime) in &links {
        world.clock.advance_seconds(lifetime - 60 - passed);
        assert!(!world.is_gone(*purpose, link).await, "{purpose:?} is gone too early");
        world.clock.advance_seconds(62);
        passed = lifetime + 2;
        assert!(world.is_gone(*purpose, link).await, "{purpose:?} is not gone");
    }
    // Looking is not all: using them fails too.
    let [password, erase, address, register, request] = links.map(|(_, link, _)| link);
    assert_fails!(world.desk.accounts.reset_password(&password, PASSWORD).await, Error::Gone);
    assert_fails!(world.desk.privacy.erase_by_link(&erase).await, Error::Gone);
    assert_fails!(world.desk.joining.confirm_new_address(&address).await, Error::Gone);
    assert_fails!(world.desk.accounts.complete_registration(&register, PASSWORD).await, Error::Gone);
    assert_fails!(world.desk.people.open_request_link(&request).await, Error::Gone);
    world.desk.tidy_up().await.unwrap();
    let session = world.login("ada@example.com", PASSWORD).await.unwrap();
    assert_eq!(world.mine(&session).await[0].number, number);
}

async fn a_link_is_good_for_its_purpose_only(world: &World) {
    let ada = world.customer("ada@example.com").await;
    world.submit(&Form::from("ada@example.com")).await;
    let request = world.mail().await.request_link();
    world.desk.accounts.forgot_password("ada@example.com", Language::English).await.unwrap();
    let password = world.mail().await.link("password");
    world.desk.privacy.ask_erasure("ada@example.com").await.unwrap();
    let erase = world.mail().await.link("account/delete");
    world.desk.joining.ask_new_address(&ada, "new@example.com", PASSWORD).await.unwrap();
    let address = world.mail().await.link("account/address");
    world.submit(&Form::from("eve@example.com")).await;
    let register = world.mail().await.link("register");
    let links = [
        (Purpose::Request, &request),
        (Purpose::Password, &password),
        (Purpose::Erase, &erase),
        (Purpose::Address, &address),
        (Purpose::Register, &register),
    ];
    for (own, link) in links {
        if own != Purpose::Password {
            assert_fails!(world.desk.accounts.reset_password(link, PASSWORD).await, Error::Gone);
        }
        if own != Purpose::Erase {
            assert_fails!(world.desk.privacy.erase_by_link(link).await, Error::Gone);
            assert_fails!(world.desk.privacy.erasure_preview_by_link(link).await, Error::Gone);
        }
        if own != Purpose::Address {
            assert_fails!(world.desk.joining.confirm_new_address(link).await, Error::Gone);
        }
        if own != Purpose::Register {
            assert_fails!(world.desk.accounts.complete_registration(link, PASSWORD).await, Error::Gone);
        }
        if own != Purpose::Request {
            assert_fails!(world.desk.people.open_request_link(link).await, Error::Gone);
        }
        // Nor does it log in.
        assert!(world.session(link).await.is_none());
    }
    for (own, link) in links {
        assert!(!world.is_gone(own, link).await, "{own:?} was used up by another purpose");
    }
}

async fn made_up_links_are_gone(world: &World) {
    world.submit(&Form::from("ada@example.com")).await;
    let real = world.mail().await.link("register");
    let mut changed = real.reveal().to_owned();
    changed.replace_range(..1, if changed.starts_with('A') { "B" } else { "A" });
    let long = "A".repeat(100_000);
    for text in ["", "x", "\0", "' OR 1=1 --", "ä", &long, &changed, &real.reveal().to_lowercase()] {
        let link = Secret::received(text);
        assert!(world.is_gone(Purpose::Register, &link).await, "{text:.20}");
        assert_fails!(world.desk.accounts.complete_registration(&link, PASSWORD).await, Error::Gone);
        assert_fails!(world.desk.people.open_request_link(&link).await, Error::Gone);
        assert!(world.session(&link).await.is_none());
    }
}

async fn a_request_link_opens_one_request_only(world: &World) {
    let number = world.submit(&Form::from("ada@example.com").about("Mine", "one")).await;
    let link = world.mail().await.request_link();
    let sibling = world.submit(&Form::from("ada@example.com").about("Mine too", "two")).await;
    let foreign = world.submit(&Form::from("eve@example.com")).await;
    let missing = RequestNumber::from_bits(12_345);
    let access = Access::Link(world.holder(&link).await);
    assert_eq!(world.desk.requests.conversation(&access, number).await.unwrap().subject, "Mine");
    for other in [sibling, foreign, missing] {
        assert_fails!(world.desk.requests.conversation(&access, other).await, Error::NotFound);
        assert_fails!(world.desk.requests.request_id(&access, other).await, Error::NotFound);
        assert_fails!(
            world.desk.requests.comment(&access, other, "Hi", "once", Vec::new()).await,
            Error::NotFound
        );
        assert_fails!(world.desk.requests.close_or_reopen(&access, other, true).await, Error::NotFound);
    }
    // It stays good: it stands in every mail.
    assert!(world.desk.requests.conversation(&access, number).await.unwrap().comments[0].own);
    world.comment(&access, number, "And another thing.").await;
    assert_eq!(world.desk.requests.conversation(&access, number).await.unwrap().comments.len(), 2);
    assert!(!world.is_gone(Purpose::Request, &link).await);
}

async fn answering_by_the_link_proves_the_address(world: &World) {
    let number = world.submit(&Form::from("ada@example.com").about("Parcel", "Lost").called("Ada")).await;
    let link = world.mail().await.request_link();
    let agent = world.agent("Grace").await;
    world.answer(&agent, number, "We look for it.").await;
    let mail = world.mail().await;
    assert!(mail.everything.contains("We look for it."));
    assert!(!mail.everything.contains("Parcel") && !mail.everything.contains("Ada"), "{}", mail.everything);
    let access = Access::Link(world.holder(&link).await);
    // Reading proves nothing: scanners of mail providers open links too.
    world.desk.requests.conversation(&access, number).await.unwrap();
    assert!(
        !world
            .desk
            .requests
            .conversation_for_agent(&agent, number)
            .await
            .unwrap()
            .staff
            .unwrap()
            .customer
            .proven
    );
    world.comment(&access, number, "Thank you.").await;
    assert!(
        world
            .desk
            .requests
            .conversation_for_agent(&agent, number)
            .await
            .unwrap()
            .staff
            .unwrap()
            .customer
            .proven
    );
    world.answer(&agent, number, "Found.").await;
    let mail = world.mail().await;
    assert!(mail.subject().contains("Parcel") && mail.everything.contains("Ada"), "{}", mail.everything);
}
