//! Logging in, passwords, addresses, sessions.

use tresen_desk::Error;
use tresen_desk::people::Purpose;
use tresen_model::{Language, Problem};

use crate::support::{Form, OTHER_PASSWORD, PASSWORD, World, assert_fails, entered, refusals};

stories! {
    an_unknown_address_looks_like_a_wrong_password,
    a_forgotten_password_is_set_anew,
    changing_the_password_ends_other_sessions,
    the_answers_do_not_tell_whether_an_address_is_known,
    a_new_address_is_proven_first,
    an_address_that_is_taken_stays_where_it_is,
    the_new_address_gets_nothing_that_was_typed,
    a_new_address_gets_few_mails,
    sessions_are_listed_and_ended,
    sessions_expire_when_they_are_not_used,
    name_and_language_change,
    customers_are_no_agents,
    a_new_role_begins_with_new_sessions,
}

async fn an_unknown_address_looks_like_a_wrong_password(world: &World) {
    world.customer("ada@example.com").await;
    world.submit(&Form::from("guest@example.com")).await;
    let failed = [("password", Problem::LoginFailed)];
    for (email, password) in [
        ("ada@example.com", OTHER_PASSWORD),
        ("ada@example.com", ""),
        ("unknown@example.com", PASSWORD),
        ("guest@example.com", PASSWORD),
        ("guest@example.com", ""),
        ("ada@example.com", &"x".repeat(1_000_000)),
    ] {
        assert_eq!(refusals(world.secret(email, password).await), failed, "{email}");
    }
    assert_eq!(refusals(world.secret("ada", PASSWORD).await), [("email", Problem::EmailInvalid)]);
    let session = world.login("ada@example.com", PASSWORD).await.unwrap();
    world.desk.people.logout(&session).await.unwrap();
    let secret = world.secret("ada@example.com", PASSWORD).await.unwrap();
    let session = world.session(&secret).await.unwrap();
    world.desk.people.logout(&session).await.unwrap();
    assert!(world.session(&secret).await.is_none());
}

async fn a_forgotten_password_is_set_anew(world: &World) {
    world.customer("ada@example.com").await;
    let before = world.secret("ada@example.com", PASSWORD).await.unwrap();
    world.desk.accounts.forgot_password("ADA@example.com", Language::English).await.unwrap();
    let first = world.mail().await.link("password");
    world.desk.accounts.forgot_password("ada@example.com", Language::English).await.unwrap();
    let link = world.mail().await.link("password");
    let after = entered(world.desk.accounts.reset_password(&link, OTHER_PASSWORD).await.unwrap()).session;
    assert!(world.session(&before).await.is_none(), "a session outlived the reset");
    assert!(world.session(&after).await.is_some());
    assert_eq!(world.mail().await.to(), "ada@example.com");
    assert!(world.login("ada@example.com", PASSWORD).await.is_err());
    assert!(world.login("ada@example.com", OTHER_PASSWORD).await.is_ok());
    assert_fails!(world.desk.accounts.reset_password(&link, PASSWORD).await, Error::Gone);
    // The link that was asked for before, too.
    assert!(world.is_gone(Purpose::Password, &first).await, "an older link still sets a password");
}

async fn changing_the_password_ends_other_sessions(world: &World) {
    world.customer("ada@example.com").await;
    let mine = world.secret("ada@example.com", PASSWORD).await.unwrap();
    let other = world.secret("ada@example.com", PASSWORD).await.unwrap();
    let session = world.session(&mine).await.unwrap();
    assert_eq!(
        refusals(world.desk.accounts.change_password(&session, "wrong one here", OTHER_PASSWORD).await),
        [("current_password", Problem::PasswordWrong)]
    );
    for weak in ["short", "password1234", "aaaaaaaaaaaaaaa", "ada@example.com"] {
        let said = refusals(world.desk.accounts.change_password(&session, PASSWORD, weak).await);
        assert_eq!(said[0].0, "password", "{weak}");
    }
    assert!(world.post().await.is_empty());
    let renewed =
        world.desk.accounts.change_password(&session, PASSWORD, OTHER_PASSWORD).await.unwrap().session;
    assert!(world.session(&other).await.is_none());
    assert!(world.session(&mine).await.is_none(), "the old secret still works");
    assert!(world.session(&renewed).await.is_some());
    world.mail().await;
    assert!(world.login("ada@example.com", PASSWORD).await.is_err());
}

async fn the_answers_do_not_tell_whether_an_address_is_known(world: &World) {
    world.customer("ada@example.com").await;
    for email in ["ada@example.com", "unknown@example.com"] {
        world.desk.accounts.register(email, Language::German).await.unwrap();
        world.desk.accounts.forgot_password(email, Language::German).await.unwrap();
        world.desk.privacy.ask_erasure(email).await.unwrap();
    }
    let mails = world.post().await;
    // Nothing is mailed to a stranger but what leads to an account.
    let to_stranger: Vec<_> = mails.iter().filter(|mail| mail.to() == "unknown@example.com").collect();
    assert!(to_stranger.iter().all(|mail| mail.find_link("password").is_none()));
    let to_ada: Vec<_> = mails.iter().filter(|mail| mail.to() == "ada@example.com").collect();
    assert_eq!(to_ada.len(), 3);
    assert!(to_ada.iter().all(|mail| mail.find_link("register").is_none()));
    for wrong in ["", "x", "a@b"] {
        assert_fails!(world.desk.accounts.register(wrong, Language::English).await, Error::Refused(_));
        assert_fails!(world.desk.accounts.forgot_password(wrong, Language::English).await, Error::Refused(_));
        assert_fails!(world.desk.privacy.ask_erasure(wrong).await, Error::Refused(_));
    }
}

async fn a_new_address_is_proven_first(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.post().await;
    assert_eq!(
        refusals(world.desk.joining.ask_new_address(&ada, "new@example.com", OTHER_PASSWORD).await),
        [("password", Problem::PasswordWrong)]
    );
    assert_eq!(
        refusals(world.desk.joining.ask_new_address(&ada, "ADA@example.com", PASSWORD).await),
        [("email", Problem::EmailUnchanged)]
    );
    world.desk.joining.ask_new_address(&ada, "new@example.com", PASSWORD).await.unwrap();
    let mail = world.mail().await;
    assert_eq!(mail.to(), "new@example.com");
    let link = mail.link("account/address");
    // Nothing has changed so far.
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().email, "ada@example.com");
    assert!(world.login("new@example.com", PASSWORD).await.is_err());
    world.desk.joining.confirm_new_address(&link).await.unwrap();
    assert_eq!(world.mail().await.to(), "ada@example.com", "the old address is told");
    assert_fails!(world.desk.joining.confirm_new_address(&link).await, Error::Gone);
    assert!(world.login("ada@example.com", PASSWORD).await.is_err());
    let session = world.login("new@example.com", PASSWORD).await.unwrap();
    assert_eq!(world.desk.accounts.account(&session).await.unwrap().email, "new@example.com");
    assert_eq!(world.mine(&session).await[0].number, number);
    // Whoever has the old address now is somebody else.
    let other = world.customer("ada@example.com").await;
    assert!(world.mine(&other).await.is_empty());
}

async fn an_address_that_is_taken_stays_where_it_is(world: &World) {
    let ada = world.customer("ada@example.com").await;
    world.customer("eve@example.com").await;
    world.desk.joining.ask_new_address(&ada, "eve@example.com", PASSWORD).await.unwrap();
    // The answer is the same; its owner alone hears of it, without a link that works.
    let mail = world.mail().await;
    assert_eq!(mail.to(), "eve@example.com");
    assert!(mail.find_link("account/address").is_none());
    // Taken between asking and confirming.
    world.desk.joining.ask_new_address(&ada, "late@example.com", PASSWORD).await.unwrap();
    let link = world.mail().await.link("account/address");
    world.customer("late@example.com").await;
    let said = refusals(world.desk.joining.confirm_new_address(&link).await);
    assert_eq!(said, [("token", Problem::AddressInUse)], "its owner is told why");
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().email, "ada@example.com");
    assert!(world.login("ada@example.com", PASSWORD).await.is_ok());
    assert!(world.login("late@example.com", PASSWORD).await.is_ok());
    // Of two who prove the same address, one gets it.
    let eve = world.login("eve@example.com", PASSWORD).await.unwrap();
    world.desk.joining.ask_new_address(&ada, "both@example.com", PASSWORD).await.unwrap();
    let first = world.mail().await.link("account/address");
    world.desk.joining.ask_new_address(&eve, "both@example.com", PASSWORD).await.unwrap();
    let second = world.mail().await.link("account/address");
    let (one, two) = tokio::join!(
        world.desk.joining.confirm_new_address(&first),
        world.desk.joining.confirm_new_address(&second)
    );
    assert!(one.is_ok() != two.is_ok());
    assert!(world.login("both@example.com", PASSWORD).await.is_ok());
}

async fn the_new_address_gets_nothing_that_was_typed(world: &World) {
    let ada = world.customer("ada@example.com").await;
    world.desk.accounts.change_name(&ada, "Win a Zeppelin at quagmire.example").await.unwrap();
    world.desk.joining.ask_new_address(&ada, "victim@example.com", PASSWORD).await.unwrap();
    let mail = world.mail().await;
    assert_eq!(mail.to(), "victim@example.com");
    for typed in ["Zeppelin", "quagmire", "ada@example.com"] {
        assert!(!mail.everything.contains(typed), "{typed} is repeated: {}", mail.everything);
    }
}

async fn a_new_address_gets_few_mails(world: &World) {
    let ada = world.customer("ada@example.com").await;
    for _ in 0..8 {
        world.tick();
        // From the sixth on whoever asks is told to wait.
        world.desk.joining.ask_new_address(&ada, "victim@example.com", PASSWORD).await.ok();
        world.desk.settle().await;
    }
    assert_eq!(world.post().await.len(), 3);
    world.clock.advance_seconds(3_601);
    world.desk.joining.ask_new_address(&ada, "victim@example.com", PASSWORD).await.unwrap();
    world.mail().await;
}

async fn sessions_are_listed_and_ended(world: &World) {
    let ada = world.customer("ada@example.com").await;
    world.tick();
    let second = world.secret("ada@example.com", PASSWORD).await.unwrap();
    let eve = world.customer("eve@example.com").await;
    let listed = world.desk.accounts.account(&ada).await.unwrap().sessions;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed.iter().filter(|one| one.current).count(), 1);
    let other = listed.iter().find(|one| !one.current).unwrap();
    assert!(!other.handle.contains(second.reveal()));
    // Nobody ends somebody else's.
    world.desk.people.end_session(&eve, &other.handle).await.unwrap();
    assert!(world.session(&second).await.is_some());
    world.desk.people.end_session(&ada, &other.handle).await.unwrap();
    assert!(world.session(&second).await.is_none());
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().sessions.len(), 1);
    world.desk.people.end_session(&ada, "nonsense").await.unwrap();
}

async fn sessions_expire_when_they_are_not_used(world: &World) {
    world.customer("ada@example.com").await;
    let used = world.secret("ada@example.com", PASSWORD).await.unwrap();
    let unused = world.secret("ada@example.com", PASSWORD).await.unwrap();
    world.agent("Grace").await;
    let staff = world.secret("grace@desk.example", PASSWORD).await.unwrap();
    world.clock.advance_seconds(8 * 24 * 3_600);
    assert!(world.session(&staff).await.is_none(), "staff sessions last seven days");
    for _ in 0..3 {
        world.clock.advance_seconds(9 * 24 * 3_600);
        assert!(world.session(&used).await.is_some());
    }
    assert!(world.session(&unused).await.is_none());
    world.desk.tidy_up().await.unwrap();
    assert!(world.session(&used).await.is_some());
}

async fn name_and_language_change(world: &World) {
    let ada = world.customer("ada@example.com").await;
    world.desk.accounts.change_name(&ada, "  Ada\nLovelace ").await.unwrap();
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().name.as_deref(), Some("Ada Lovelace"));
    assert_fails!(world.desk.accounts.change_name(&ada, &"x".repeat(101)).await, Error::Refused(_));
    world.desk.accounts.change_language(&ada, Language::German).await.unwrap();
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().language, Language::German);
    world.submit_with(&Form::from("ada@example.com"), Vec::new(), Some(&ada)).await.unwrap();
    let mail = world.mail().await;
    assert_eq!(mail.header("content-language"), "de");
    assert!(mail.header("to").contains("Ada Lovelace"));
    world.desk.accounts.change_name(&ada, "").await.unwrap();
    assert_eq!(world.desk.accounts.account(&ada).await.unwrap().name, None);
    let grace = world.agent("Grace").await;
    assert_fails!(world.desk.accounts.change_name(grace.session(), " ").await, Error::Refused(_));
}

async fn customers_are_no_agents(world: &World) {
    let ada = world.customer("ada@example.com").await;
    assert_fails!(ada.agent(), Error::Forbidden);
    let grace = world.agent_session("Grace").await;
    assert!(grace.agent().is_ok());
}

async fn a_new_role_begins_with_new_sessions(world: &World) {
    world.customer("ada@example.com").await;
    let before = world.secret("ada@example.com", PASSWORD).await.unwrap();
    world
        .desk
        .accounts
        .add_person("ada@example.com", "Ada", tresen_model::Role::Admin, OTHER_PASSWORD)
        .await
        .unwrap();
    assert!(world.session(&before).await.is_none());
    assert!(world.login("ada@example.com", PASSWORD).await.is_err());
    assert!(world.login("ada@example.com", OTHER_PASSWORD).await.unwrap().agent().is_ok());
}
