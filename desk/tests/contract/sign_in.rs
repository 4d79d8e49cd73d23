//! Signing in with a provider: what its word is worth, and what it is not.

use serde_json::json;
use tresen_desk::Secret;
use tresen_desk::accounts::{Attempt, PATIENCE, Vouched};
use tresen_desk::people::Session;
use tresen_desk::settings::{Provider, RoleRule};
use tresen_desk::tokens::{NewToken, Scope, Scopes};
use tresen_desk::{Desk, Error, Event};
use tresen_model::views::{HistoryEntry, HistoryEvent};
use tresen_model::{Language, Problem, Role};

use crate::factors::App;
use crate::passkeys::Key;
use crate::support::{Form, OTHER_PASSWORD, PASSWORD, World, assert_fails, refusals};

stories! {
    the_claims_say_who_works_here,
    whoever_the_claims_give_no_role_leaves_no_trace,
    an_address_counts_only_when_it_is_verified,
    after_the_first_time_the_address_does_not_matter,
    an_address_that_somebody_else_has_now_opens_nothing,
    a_role_that_goes_is_taken_away,
    a_new_browser_is_told,
    another_password_does_not_make_a_session_longer,
    another_role_begins_with_a_new_session,
    a_customer_becomes_an_agent_only_by_the_claims,
    issuers_do_not_speak_for_each_other,
    of_a_hundred_who_come_back_at_once_one_is_let_in,
    what_was_begun_elsewhere_or_too_long_ago_is_gone,
    the_provider_is_asked_again_after_a_working_day,
    a_token_of_somebody_who_is_vouched_for_ends_soon,
    only_with_a_provider_means_only,
    only_with_a_provider_ends_what_was_set_up_before,
    it_is_in_the_copy_and_goes_with_the_person,
}

races! {
    of_a_hundred_who_come_back_at_once_one_is_let_in,
}

const ISSUER: &str = "https://login.example.com";

fn provider(id: &str, only: bool) -> Provider {
    let rule = |group: &str, role| RoleRule { claim: "groups".into(), contains: group.into(), role };
    Provider {
        id: id.into(),
        name: "Company".into(),
        issuer: if id == "company" { ISSUER.into() } else { format!("https://{id}.example.com") },
        roles: vec![rule("desk", Role::Agent), rule("bosses", Role::Admin)],
        only,
    }
}

/// The same desk with providers.
async fn opened(world: &World, only: bool) -> Desk {
    let mut opening = world.place.opening(std::sync::Arc::clone(&world.clock));
    opening.settings.providers = vec![provider("company", only), provider("other", false)];
    Desk::open(opening).await.unwrap()
}

fn vouched(subject: &str, email: &str, groups: &[&str]) -> Vouched {
    Vouched {
        subject: subject.into(),
        email: Some(email.into()),
        email_verified: true,
        name: Some("Grace Hopper".into()),
        claims: json!({ "groups": groups }),
        language: Language::German,
    }
}

async fn enter(desk: &Desk, vouched: &Vouched) -> Result<Session, Error> {
    let entry = desk.accounts.sign_in("company", vouched, None).await?;
    Ok(desk.people.session(&entry.session).await.unwrap().unwrap())
}

async fn the_claims_say_who_works_here(world: &World) {
    let desk = opened(world, false).await;
    let grace = enter(&desk, &vouched("1", "grace@example.com", &["desk", "others"])).await.unwrap();
    assert_eq!(grace.role(), Role::Agent);
    assert!(grace.agent().is_ok());
    let account = desk.accounts.account(&grace).await.unwrap();
    assert_eq!(account.email, "grace@example.com");
    assert_eq!((account.name.as_deref(), account.language), (Some("Grace Hopper"), Language::German));
    let ada = enter(&desk, &vouched("2", "ada@example.com", &["desk", "bosses"])).await.unwrap();
    assert_eq!(ada.role(), Role::Admin);
    // The same person again.
    let again = enter(&desk, &vouched("1", "grace@example.com", &["desk"])).await.unwrap();
    assert_eq!(again.person(), grace.person());
    assert_eq!(desk.accounts.account(&again).await.unwrap().sessions.len(), 2);
    assert_fails!(
        desk.accounts.sign_in("nobody", &vouched("1", "grace@example.com", &["desk"]), None).await.map(drop),
        Error::NotFound
    );
    desk.close().await;
}

async fn whoever_the_claims_give_no_role_leaves_no_trace(world: &World) {
    let desk = opened(world, false).await;
    for groups in [&[][..], &["desk-readers"], &["Desk"]] {
        assert_fails!(enter(&desk, &vouched("1", "eve@example.com", groups)).await, Error::Forbidden);
    }
    assert!(desk.privacy.export_by_operator("eve@example.com").await.unwrap().is_none(), "a person was made");
    // A customer stays one, with what is theirs.
    let customer = world.customer("carla@example.com").await;
    assert_fails!(enter(&desk, &vouched("2", "carla@example.com", &[])).await, Error::Forbidden);
    assert_eq!(world.login("carla@example.com", PASSWORD).await.unwrap().role(), Role::Customer);
    assert!(desk.accounts.account(&customer).await.is_ok());
    desk.close().await;
}

async fn an_address_counts_only_when_it_is_verified(world: &World) {
    let desk = opened(world, false).await;
    world.agent("Grace").await;
    let email = "grace@desk.example";
    let unverified = Vouched { email_verified: false, ..vouched("1", email, &["bosses"]) };
    assert_fails!(enter(&desk, &unverified).await, Error::Forbidden);
    for email in [None, Some(""), Some("grace"), Some("a@b")] {
        let without = Vouched { email: email.map(Into::into), ..vouched("1", "", &["bosses"]) };
        assert_fails!(enter(&desk, &without).await, Error::Forbidden);
    }
    let long = "x".repeat(256);
    for subject in ["", &long] {
        assert_fails!(enter(&desk, &vouched(subject, email, &["bosses"])).await, Error::Forbidden);
    }
    // Grace is what she was.
    assert_eq!(world.login(email, PASSWORD).await.unwrap().role(), Role::Agent);
    desk.close().await;
}

async fn after_the_first_time_the_address_does_not_matter(world: &World) {
    let desk = opened(world, false).await;
    let grace = enter(&desk, &vouched("1", "grace@example.com", &["desk"])).await.unwrap();
    for email in [Some("married@example.com".to_owned()), Some("ada@example.com".to_owned()), None] {
        let later = Vouched { email, email_verified: false, ..vouched("1", "", &["desk"]) };
        let again = enter(&desk, &later).await.unwrap();
        assert_eq!(again.person(), grace.person());
        assert_eq!(desk.accounts.account(&again).await.unwrap().email, "grace@example.com");
    }
    desk.close().await;
}

async fn an_address_that_somebody_else_has_now_opens_nothing(world: &World) {
    let desk = opened(world, false).await;
    let grace = enter(&desk, &vouched("1", "g.hopper@example.com", &["desk"])).await.unwrap();
    // Grace has left; the address was given to Gina.
    assert_fails!(enter(&desk, &vouched("2", "g.hopper@example.com", &["desk"])).await, Error::Forbidden);
    assert_fails!(enter(&desk, &vouched("2", "G.Hopper@example.com", &["bosses"])).await, Error::Forbidden);
    let again = enter(&desk, &vouched("1", "g.hopper@example.com", &["desk"])).await.unwrap();
    assert_eq!((again.person(), again.role()), (grace.person(), Role::Agent));
    desk.close().await;
}

async fn a_role_that_goes_is_taken_away(world: &World) {
    let desk = opened(world, false).await;
    let secret = desk
        .accounts
        .sign_in("company", &vouched("1", "grace@example.com", &["bosses"]), None)
        .await
        .unwrap()
        .session;
    let grace = desk.people.session(&secret).await.unwrap().unwrap();
    let agent = grace.agent().unwrap();
    let number = world.submit(&Form::from("carla@example.com")).await;
    let mine = tresen_desk::requests::Change {
        assignee: Some(Some(agent.person())),
        ..tresen_desk::requests::Change::default()
    };
    desk.requests.change(&agent, number, mine).await.unwrap();
    world.desk.accounts.forgot_password("grace@example.com", Language::English).await.unwrap();
    let mails = world.post().await;
    let hers = mails.iter().find(|mail| mail.to() == "grace@example.com").expect("a mail");
    let link = hers.link("register");
    assert_fails!(enter(&desk, &vouched("1", "grace@example.com", &["others"])).await, Error::Forbidden);
    assert!(desk.people.session(&secret).await.unwrap().is_none(), "a session of hers has outlived her role");
    assert_fails!(desk.accounts.complete_registration(&link, PASSWORD).await, Error::Gone);
    let other = world.agent("Hedy").await;
    let conversation = world.desk.requests.conversation_for_agent(&other, number).await.unwrap();
    let staff = conversation.staff.expect("an agent's view");
    let released = |step: &HistoryEntry| matches!(step.event, HistoryEvent::Assigned { to: None });
    assert!(staff.history.iter().any(released), "nothing tells that nobody works on it any more");
    let counts = world.desk.requests.queue_counts(&other).await.unwrap();
    assert_eq!((counts.active, counts.unassigned), (1, 1), "her requests wait for nobody");
    // It comes back with the claim.
    let again = enter(&desk, &vouched("1", "grace@example.com", &["desk"])).await.unwrap();
    assert_eq!((again.person(), again.role()), (grace.person(), Role::Agent));
    desk.close().await;
}

async fn another_role_begins_with_a_new_session(world: &World) {
    let desk = opened(world, false).await;
    let before = desk
        .accounts
        .sign_in("company", &vouched("1", "grace@example.com", &["bosses"]), None)
        .await
        .unwrap()
        .session;
    let after = enter(&desk, &vouched("1", "grace@example.com", &["desk"])).await.unwrap();
    assert_eq!(after.role(), Role::Agent);
    assert!(desk.people.session(&before).await.unwrap().is_none());
    // An admin sees everything, whatever they saw as an agent.
    desk.staff.set_kinds("grace@example.com", &["order".to_owned()]).await.unwrap();
    let agent = enter(&desk, &vouched("1", "grace@example.com", &["desk"])).await.unwrap();
    assert_eq!(desk.people.kinds_of(&agent.agent().unwrap()).await.unwrap().len(), 1);
    let admin = enter(&desk, &vouched("1", "grace@example.com", &["bosses"])).await.unwrap();
    assert_eq!(desk.people.kinds_of(&admin.agent().unwrap()).await.unwrap().len(), 4);
    desk.close().await;
}

async fn a_customer_becomes_an_agent_only_by_the_claims(world: &World) {
    let desk = opened(world, false).await;
    let number = world.submit(&Form::from("carla@example.com")).await;
    let customer = world.customer("carla@example.com").await;
    let secret = world.secret("carla@example.com", PASSWORD).await.unwrap();
    world.desk.accounts.forgot_password("carla@example.com", Language::English).await.unwrap();
    let link = world.mail().await.link("password");
    assert_fails!(enter(&desk, &vouched("1", "carla@example.com", &["others"])).await, Error::Forbidden);
    assert!(desk.people.session(&secret).await.unwrap().is_some());
    let carla = enter(&desk, &vouched("1", "carla@example.com", &["desk"])).await.unwrap();
    assert_eq!((carla.person(), carla.role()), (customer.person(), Role::Agent));
    assert!(
        desk.people.session(&secret).await.unwrap().is_none(),
        "a customer's session has become an agent's"
    );
    assert_fails!(desk.accounts.reset_password(&link, OTHER_PASSWORD).await, Error::Gone);
    assert_eq!(world.mine(&carla).await[0].number, number);
    desk.close().await;
}

async fn issuers_do_not_speak_for_each_other(world: &World) {
    let desk = opened(world, false).await;
    let grace = enter(&desk, &vouched("1", "grace@example.com", &["desk"])).await.unwrap();
    // The same subject elsewhere is somebody else.
    let secret = desk
        .accounts
        .sign_in("other", &vouched("1", "eve@example.com", &["desk"]), None)
        .await
        .unwrap()
        .session;
    let eve = desk.people.session(&secret).await.unwrap().unwrap();
    assert_ne!(eve.person(), grace.person());
    // What was begun with one does not end with the other.
    let attempt = desk.accounts.begin_sign_in("company").await.unwrap();
    assert_fails!(desk.accounts.take_up_sign_in("other", &attempt.secret, &attempt.state).await, Error::Gone);
    assert!(desk.accounts.take_up_sign_in("company", &attempt.secret, &attempt.state).await.is_ok());
    desk.close().await;
}

async fn of_a_hundred_who_come_back_at_once_one_is_let_in(world: &World) {
    let desk = opened(world, false).await;
    let Attempt { secret, state, .. } = desk.accounts.begin_sign_in("company").await.unwrap();
    let all = (0..100).map(|_| desk.accounts.take_up_sign_in("company", &secret, &state));
    let answers = futures_util::future::join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(Error::Gone))));
    desk.close().await;
}

async fn a_new_browser_is_told(world: &World) {
    let desk = opened(world, false).await;
    let grace = vouched("1", "grace@example.com", &["desk"]);
    let first = desk.accounts.sign_in("company", &grace, None).await.unwrap();
    assert!(desk.accounts.knows_device("grace@example.com", &first.device).await.unwrap());
    let again = desk.accounts.sign_in("company", &grace, Some(&first.device)).await.unwrap();
    assert!(again.device.reveal() == first.device.reveal());
    assert!(world.post().await.is_empty(), "neither the first browser nor a known one is news");
    desk.accounts.sign_in("company", &grace, None).await.unwrap();
    let mails = world.post().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to(), "grace@example.com");
    desk.close().await;
}

async fn another_password_does_not_make_a_session_longer(world: &World) {
    let desk = opened(world, false).await;
    world.submit(&Form::from("carla@example.com")).await;
    world.customer("carla@example.com").await;
    let carla = enter(&desk, &vouched("1", "carla@example.com", &["desk"])).await.unwrap();
    world.clock.advance_seconds(11 * 3_600);
    let entry = desk.accounts.change_password(&carla, PASSWORD, OTHER_PASSWORD).await.unwrap();
    let session = desk.people.session(&entry.session).await.unwrap().expect("a session");
    assert!(session.agent().is_ok());
    world.clock.advance_seconds(3_600);
    assert!(
        desk.people.session(&entry.session).await.unwrap().is_none(),
        "nobody has asked the provider again"
    );
    desk.close().await;
}

async fn what_was_begun_elsewhere_or_too_long_ago_is_gone(world: &World) {
    let desk = opened(world, false).await;
    let attempt = desk.accounts.begin_sign_in("company").await.unwrap();
    let other = desk.accounts.begin_sign_in("company").await.unwrap();
    let parts = |one: &Attempt| [one.state.clone(), one.nonce.clone(), one.verifier.clone()];
    assert!(parts(&attempt).iter().all(|part| part.len() == 43 && !parts(&other).contains(part)));
    let forged = Secret::received("forged");
    for (secret, state) in [(&attempt.secret, other.state.as_str()), (&attempt.secret, ""), (&forged, "")] {
        assert_fails!(desk.accounts.take_up_sign_in("company", secret, state).await, Error::Gone);
    }
    // Whoever has guessed at it has not used it up.
    assert!(desk.accounts.take_up_sign_in("company", &attempt.secret, &attempt.state).await.is_ok());
    assert_fails!(
        desk.accounts.take_up_sign_in("company", &attempt.secret, &attempt.state).await,
        Error::Gone
    );
    world.clock.advance_seconds(PATIENCE);
    assert_fails!(desk.accounts.take_up_sign_in("company", &other.secret, &other.state).await, Error::Gone);
    assert_fails!(desk.accounts.begin_sign_in("nobody").await, Error::NotFound);
    desk.close().await;
}

async fn the_provider_is_asked_again_after_a_working_day(world: &World) {
    let desk = opened(world, false).await;
    let number = world.submit(&Form::from("carla@example.com")).await;
    let secret = desk
        .accounts
        .sign_in("company", &vouched("1", "grace@example.com", &["desk"]), None)
        .await
        .unwrap()
        .session;
    let session = desk.people.session(&secret).await.unwrap().unwrap();
    let grace = session.agent().unwrap();
    let request = desk.requests.request_id_for_agent(&grace, number).await.unwrap();
    let event = Event { request, customer: session.person(), public: false };
    for _ in 0..11 {
        world.clock.advance_seconds(3_600);
        assert!(desk.people.session(&secret).await.unwrap().is_some());
        assert!(desk.requests.concerns(&grace, &event).await.unwrap());
    }
    world.clock.advance_seconds(3_600);
    assert!(desk.people.session(&secret).await.unwrap().is_none(), "used or not, it ends");
    assert_fails!(desk.requests.concerns(&grace, &event).await, Error::Gone);
    desk.tidy_up().await.unwrap();
    desk.close().await;
}

async fn a_token_of_somebody_who_is_vouched_for_ends_soon(world: &World) {
    let desk = opened(world, false).await;
    let grace = enter(&desk, &vouched("1", "grace@example.com", &["desk"])).await.unwrap();
    let scopes: Scopes = [Scope::RequestsRead].into_iter().collect();
    for (days, expected) in [(None, false), (Some(31), false), (Some(30), true)] {
        let new = NewToken { name: "Script", scopes: scopes.clone(), days };
        assert_eq!(desk.tokens.make_token(&grace, &new).await.is_ok(), expected, "{days:?}");
    }
}

async fn only_with_a_provider_means_only(world: &World) {
    world.agent("Grace").await;
    world.customer("carla@example.com").await;
    world.desk.accounts.forgot_password("grace@desk.example", Language::English).await.unwrap();
    let link = world.mail().await.link("password");
    let desk = opened(world, true).await;
    let said = |problem| vec![("password", problem)];
    // Said to whoever knows the password, and to nobody else.
    assert_eq!(
        refusals(desk.accounts.login("grace@desk.example", PASSWORD, None).await),
        said(Problem::OnlyWithProvider)
    );
    assert_eq!(
        refusals(desk.accounts.login("grace@desk.example", OTHER_PASSWORD, None).await),
        said(Problem::LoginFailed)
    );
    assert_eq!(
        refusals(desk.accounts.reset_password(&link, OTHER_PASSWORD).await),
        said(Problem::OnlyWithProvider)
    );
    assert!(
        desk.accounts.login("carla@example.com", PASSWORD, None).await.is_ok(),
        "customers have their passwords"
    );
    let grace = enter(&desk, &vouched("1", "grace@desk.example", &["desk"])).await.unwrap();
    assert_eq!(
        refusals(desk.accounts.change_password(&grace, PASSWORD, OTHER_PASSWORD).await),
        said(Problem::OnlyWithProvider)
    );
    assert_eq!(refusals(desk.accounts.ask_for_new_passkey(&grace).await), said(Problem::OnlyWithProvider));
    // Somebody who never had a password here does not get one.
    enter(&desk, &vouched("2", "ada@example.com", &["desk"])).await.unwrap();
    world.desk.accounts.register("ada@example.com", Language::English).await.unwrap();
    let mails = world.post().await;
    let link = mails.iter().find_map(|mail| mail.find_link("register")).expect("a link");
    assert_eq!(
        refusals(desk.accounts.complete_registration(&link, PASSWORD).await),
        said(Problem::OnlyWithProvider)
    );
    desk.close().await;
}

async fn only_with_a_provider_ends_what_was_set_up_before(world: &World) {
    // From before the setting: a passkey, and a session that began with a password.
    let grace = world.agent_session("Grace").await;
    let mut key = Key::new();
    let grace = crate::passkeys::add(world, &grace, &mut key).await;
    let desk = opened(world, true).await;
    let said = [("password", Problem::OnlyWithProvider)];
    let question = desk.accounts.ask_for_passkey().await.unwrap();
    assert_eq!(refusals(desk.accounts.sign_in_with_passkey(&key.signed(&question), None).await), said);
    // A new factor would begin a session that the provider does not end.
    desk.accounts.begin_app(&grace).await.unwrap();
    let app = App::new(&desk.accounts.app_setup(&grace).await.unwrap().secret);
    assert_eq!(refusals(desk.accounts.confirm_app(&grace, &app.code(world, 0)).await), said);
    assert_eq!(desk.accounts.factors(&grace).await.unwrap().app, None);
    desk.close().await;
}

async fn it_is_in_the_copy_and_goes_with_the_person(world: &World) {
    let desk = opened(world, false).await;
    let subject = "quagmire-7f3k";
    let grace = enter(&desk, &vouched(subject, "grace@example.com", &["desk"])).await.unwrap();
    for file in crate::support::files_under(world.place.data()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(subject.len()).any(|part| part == subject.as_bytes()), "{}", file.display());
    }
    let (copy, _) = crate::export::exported(world, &grace).await;
    assert_eq!(copy["sign_ins"][0]["issuer"], ISSUER);
    assert_eq!(copy["sign_ins"][0]["subject"], subject);
    desk.privacy.erase_by_operator("grace@example.com").await.unwrap().unwrap();
    // Whoever comes back with the same account is somebody new.
    let again = enter(&desk, &vouched(subject, "grace@example.com", &["desk"])).await.unwrap();
    assert_ne!(again.person(), grace.person());
    desk.close().await;
}
