//! What setting up, changing, resetting and using a second factor leaves behind: codes that are used up,
//! links and browsers that are good for nothing any more, counts of wrong codes.

use tresen_desk::Error;
use tresen_desk::Secret;
use tresen_desk::accounts::SecondProof;
use tresen_desk::people::{Factor, Purpose};
use tresen_model::{Language, Problem, Role};

use crate::factors::{App, customer, half, set_up, strict};
use crate::support::{OTHER_PASSWORD, PASSWORD, World, assert_fails, entered, refusals};

stories! {
    the_code_that_sets_an_app_up_is_used_up,
    a_new_factor_ends_links_and_forgets_browsers,
    changed_factors_forget_browsers,
    a_reset_leaves_nothing_of_before,
    a_made_up_device_is_a_stranger,
    wrong_codes_are_forgotten_after_a_day,
    wrong_codes_in_a_session_count_too,
    a_proof_is_of_one_session_and_of_a_right_code,
    a_new_password_leaves_the_session_its_factor,
}

const EMAIL: &str = "ada@example.com";

async fn the_code_that_sets_an_app_up_is_used_up(world: &World) {
    let session = world.customer(EMAIL).await;
    world.desk.accounts.begin_app(&session).await.unwrap();
    let app = App::new(&world.desk.accounts.app_setup(&session).await.unwrap().secret);
    let (code, next) = (app.code(world, 0), app.code(world, 1));
    world.desk.accounts.confirm_app(&session, &code).await.unwrap();
    // Whoever has looked over a shoulder has seen it.
    let half = half(&world.desk, EMAIL, None).await;
    let step = async |code: &str| {
        world.desk.accounts.second_step(&half, SecondProof::Code(code), None).await.map(drop)
    };
    assert_eq!(refusals(step(&code).await), [("code", Problem::CodeWrong)]);
    step(&next).await.unwrap();
}

/// What a browser keeps that has logged in with a code.
async fn browser(world: &World, app: &App) -> Secret {
    world.clock.advance_seconds(60);
    let half = half(&world.desk, EMAIL, None).await;
    let proof = SecondProof::Code(&app.code(world, 0)[..]);
    world.desk.accounts.second_step(&half, proof, None).await.unwrap().device
}

async fn a_new_factor_ends_links_and_forgets_browsers(world: &World) {
    let session = world.customer(EMAIL).await;
    let other = entered(world.desk.accounts.login(EMAIL, PASSWORD, None).await.unwrap()).device;
    world.desk.accounts.forgot_password(EMAIL, Language::English).await.unwrap();
    let mails = world.post().await;
    let link = mails.iter().find_map(|mail| mail.find_link("password")).unwrap();
    assert!(!world.is_gone(Purpose::Password, &link).await);
    let (_, _, entry) = set_up(world, &world.desk, &session).await;
    assert!(world.is_gone(Purpose::Password, &link).await, "a link from before is good still");
    assert!(
        !world.desk.accounts.knows_device(EMAIL, &other).await.unwrap(),
        "another browser is known still"
    );
    assert!(world.desk.accounts.knows_device(EMAIL, &entry.device).await.unwrap());
}

async fn changed_factors_forget_browsers(world: &World) {
    let (app, _, entry) = customer(world).await;
    let session = world.session(&entry.session).await.unwrap();
    let known = async |device: &Secret| world.desk.accounts.knows_device(EMAIL, device).await.unwrap();
    let other = browser(world, &app).await;
    assert!(known(&other).await);
    world.desk.accounts.new_recovery_codes(&session).await.unwrap();
    assert!(!known(&other).await, "after new codes");
    let other = browser(world, &app).await;
    assert!(known(&other).await);
    world.desk.accounts.remove_app(&session).await.unwrap();
    assert!(!known(&other).await, "after a factor was removed");
}

async fn a_reset_leaves_nothing_of_before(world: &World) {
    let (app, codes, entry) = customer(world).await;
    assert!(world.desk.accounts.knows_device(EMAIL, &entry.device).await.unwrap());
    let first = half(&world.desk, EMAIL, None).await;
    // So many that the next one waits for two minutes.
    for count in 0..6 {
        world.clock.advance_seconds(if count < 5 { 0 } else { 61 });
        let wrong = app.wrong(world);
        let said = refusals(
            world.desk.accounts.second_step(&first, SecondProof::Code(&wrong), None).await.map(drop),
        );
        assert_eq!(said, [("code", Problem::CodeWrong)]);
    }
    world.desk.accounts.reset_factors_by_operator(EMAIL).await.unwrap();
    assert!(!world.desk.accounts.knows_device(EMAIL, &entry.device).await.unwrap());
    let session = world.login(EMAIL, PASSWORD).await.unwrap();
    assert_eq!(world.desk.accounts.factors(&session).await.unwrap().recovery_codes, 0);
    // Whoever begins again has new codes, and does not wait for what somebody guessed before.
    let (app, new, _) = set_up(world, &world.desk, &session).await;
    assert_eq!(new.len(), 10);
    let second = half(&world.desk, EMAIL, None).await;
    let old =
        world.desk.accounts.second_step(&second, SecondProof::Recovery(&codes[0]), None).await.map(drop);
    assert_eq!(refusals(old), [("recovery", Problem::CodeWrong)]);
    world.desk.accounts.second_step(&second, SecondProof::Code(&app.code(world, 0)), None).await.unwrap();
}

async fn a_made_up_device_is_a_stranger(world: &World) {
    let (app, _, _) = customer(world).await;
    let made_up = Secret::received("bWFkZS11cC1ieS1zb21lYm9keS13aG8tZ3Vlc3Nlcw");
    let first = half(&world.desk, EMAIL, None).await;
    let guess = async |code: &str, device: Option<&Secret>| {
        refusals(world.desk.accounts.second_step(&first, SecondProof::Code(code), device).await.map(drop))
    };
    for _ in 0..5 {
        assert_eq!(guess(&app.wrong(world), Some(&made_up)).await, [("code", Problem::CodeWrong)]);
    }
    for device in [None, Some(&made_up), Some(&Secret::received("another"))] {
        let said = guess(&app.code(world, 0), device).await;
        assert!(matches!(said[..], [("code", Problem::TooManyAttempts { .. })]), "{said:?}");
    }
}

async fn wrong_codes_are_forgotten_after_a_day(world: &World) {
    let (app, _, entry) = customer(world).await;
    let session = world.session(&entry.session).await.unwrap();
    // Nobody tidies up in between: four a day never make anybody wait.
    for _ in 0..3 {
        for _ in 0..4 {
            let wrong = app.wrong(world);
            let said = world.desk.accounts.confirm_with_code(&session, SecondProof::Code(&wrong), None).await;
            assert_eq!(refusals(said), [("code", Problem::CodeWrong)]);
        }
        world.clock.advance_seconds(24 * 3_600);
    }
}

async fn wrong_codes_in_a_session_count_too(world: &World) {
    let (app, _, entry) = customer(world).await;
    let session = world.session(&entry.session).await.unwrap();
    let tried = async |code: &str| {
        refusals(world.desk.accounts.confirm_with_code(&session, SecondProof::Code(code), None).await)
    };
    for _ in 0..5 {
        assert_eq!(tried(&app.wrong(world)).await, [("code", Problem::CodeWrong)]);
    }
    assert!(matches!(tried(&app.code(world, 0)).await[..], [("code", Problem::TooManyAttempts { .. })]));
    // Nor is the second step of a login a way around.
    let half = half(&world.desk, EMAIL, None).await;
    let answer =
        world.desk.accounts.second_step(&half, SecondProof::Code(&app.code(world, 0)), None).await.map(drop);
    assert!(matches!(refusals(answer)[..], [("code", Problem::TooManyAttempts { .. })]));
}

async fn a_proof_is_of_one_session_and_of_a_right_code(world: &World) {
    let (app, _, entry) = customer(world).await;
    let first = half(&world.desk, EMAIL, None).await;
    let proof = SecondProof::Code(&app.code(world, 0)[..]);
    let other = world.desk.accounts.second_step(&first, proof, None).await.unwrap().session;
    world.clock.advance_seconds(3_600);
    let fresh = async |secret: &Secret| world.session(secret).await.unwrap().is_fresh(world.desk.now());
    let session = world.session(&entry.session).await.unwrap();
    for wrong in [SecondProof::Code(&app.wrong(world)), SecondProof::Recovery("0000-0000-0000")] {
        assert_fails!(world.desk.accounts.confirm_with_code(&session, wrong, None).await, Error::Refused(_));
    }
    assert!(world.desk.accounts.confirm_with_password(&session, OTHER_PASSWORD).await.is_err());
    assert!(!fresh(&entry.session).await, "what was wrong has proven something");
    let right = app.code(world, 0);
    world.desk.accounts.confirm_with_code(&session, SecondProof::Code(&right), None).await.unwrap();
    assert!(fresh(&entry.session).await && !fresh(&other).await, "a proof is of one session");
    world.clock.advance_seconds(600);
    let session = world.session(&other).await.unwrap();
    world.desk.accounts.confirm_with_password(&session, PASSWORD).await.unwrap();
    assert!(fresh(&other).await && !fresh(&entry.session).await, "a proof is of one session");
}

async fn a_new_password_leaves_the_session_its_factor(world: &World) {
    let desk = strict(world).await;
    let email = "grace@desk.example";
    desk.accounts.add_person(email, "Grace", Role::Agent, PASSWORD).await.unwrap();
    let entry = entered(desk.accounts.login(email, PASSWORD, None).await.unwrap());
    let session = desk.people.session(&entry.session).await.unwrap().unwrap();
    // Without one, a new password is none.
    let entry = desk.accounts.change_password(&session, PASSWORD, OTHER_PASSWORD).await.unwrap();
    let session = desk.people.session(&entry.session).await.unwrap().unwrap();
    assert_fails!(session.agent(), Error::FactorNeeded);
    let (_, _, entry) = set_up(world, &desk, &session).await;
    let session = desk.people.session(&entry.session).await.unwrap().unwrap();
    let entry = desk.accounts.change_password(&session, OTHER_PASSWORD, PASSWORD).await.unwrap();
    let session = desk.people.session(&entry.session).await.unwrap().unwrap();
    assert_eq!(session.factor(), Some(Factor::App));
    assert!(session.agent().is_ok());
    desk.close().await;
}
