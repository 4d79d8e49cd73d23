//! The second factor: codes of an app, recovery codes, the second step of a login, and who has to
//! have one.

use std::sync::Arc;

use totp_rs::{Builder, Secret as AppSecret, Totp};
use tresen_desk::Secret;
use tresen_desk::accounts::{Login, SecondProof};
use tresen_desk::people::{Entry, Factor, Purpose, Session};
use tresen_desk::settings::SecondFactor;
use tresen_desk::{Desk, Error};
use tresen_model::{Language, Problem, Role};

use crate::mail::Mail;
use crate::support::{Form, OTHER_PASSWORD, PASSWORD, World, assert_fails, entered, files_under, refusals};
use crate::traces::Needles;

stories! {
    a_right_password_is_half_a_login,
    half_a_login_is_no_session,
    half_a_login_ends,
    a_code_is_good_once,
    a_recovery_code_is_good_once,
    new_recovery_codes_void_the_old,
    guesses_wait_but_not_the_owner,
    who_works_here_needs_a_factor,
    only_a_session_makes_the_proof,
    an_app_is_good_once_a_code_was_typed,
    another_app_takes_the_place_of_the_first,
    a_mailbox_is_no_second_factor,
    changed_factors_end_other_sessions_and_are_told,
    the_operator_takes_factors_away,
    a_copy_names_the_factors_and_an_erasure_takes_them,
    old_sessions_prove_themselves_again,
}

const EMAIL: &str = "ada@example.com";

/// A desk on the same files where whoever works there has to have a factor.
pub(crate) async fn strict(world: &World) -> Desk {
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    opening.settings.sign_in.second_factor = SecondFactor::Required;
    Desk::open(opening).await.unwrap()
}

/// An app on somebody's telephone.
pub(crate) struct App(Totp);

impl App {
    pub(crate) fn new(shown: &str) -> Self {
        let secret = AppSecret::try_from_base32(shown.replace(' ', "")).unwrap();
        Self(Builder::new().with_secret(secret).build().unwrap())
    }

    /// What it shows now, or so many steps of thirty seconds from now.
    pub(crate) fn code(&self, world: &World, steps: i64) -> String {
        let seconds = world.desk.now().0 / 1_000_000 + 30 * steps;
        self.0.generate(u64::try_from(seconds).unwrap()).to_string()
    }

    /// Six digits that it shows neither now nor around now.
    pub(crate) fn wrong(&self, world: &World) -> String {
        let right: Vec<String> = (-1..=1).map(|steps| self.code(world, steps)).collect();
        (0..4).map(|digit| format!("{digit}11111")).find(|code| !right.contains(code)).unwrap()
    }
}

/// Sets an app up, and answers it with the recovery codes and what the browser is given.
pub(crate) async fn set_up(world: &World, desk: &Desk, session: &Session) -> (App, Vec<String>, Entry) {
    desk.accounts.begin_app(session).await.unwrap();
    let app = App::new(&desk.accounts.app_setup(session).await.unwrap().secret);
    let added = desk.accounts.confirm_app(session, &app.code(world, 0)).await.unwrap();
    world.clock.advance_seconds(60);
    (app, added.recovery_codes, added.entry)
}

/// A customer with an app. The mails about it are looked at already.
pub(crate) async fn customer(world: &World) -> (App, Vec<String>, Entry) {
    let session = world.customer(EMAIL).await;
    let set_up = set_up(world, &world.desk, &session).await;
    world.post().await;
    set_up
}

/// The first step.
pub(crate) async fn half(desk: &Desk, email: &str, device: Option<&Secret>) -> Secret {
    match desk.accounts.login(email, PASSWORD, device).await.unwrap() {
        Login::Second(half) => half,
        Login::In(_) => panic!("no second factor is asked for"),
    }
}

async fn a_right_password_is_half_a_login(world: &World) {
    let (app, codes, _) = customer(world).await;
    assert_eq!(
        refusals(world.desk.accounts.login(EMAIL, OTHER_PASSWORD, None).await.map(drop)),
        [("password", Problem::LoginFailed)]
    );
    let first = half(&world.desk, EMAIL, None).await;
    for wrong in ["", "000", "nonsense", &app.wrong(world)] {
        let answer = world.desk.accounts.second_step(&first, SecondProof::Code(wrong), None).await.map(drop);
        assert_eq!(refusals(answer), [("code", Problem::CodeWrong)], "{wrong}");
    }
    // A code with a gap, as apps show them.
    let code = app.code(world, 0);
    let code = format!(" {} {}", &code[..3], &code[3..]);
    let entry = world.desk.accounts.second_step(&first, SecondProof::Code(&code), None).await.unwrap();
    let session = world.session(&entry.session).await.unwrap();
    assert_eq!(session.factor(), Some(Factor::App));
    assert!(session.is_fresh(world.desk.now()));
    // It is used up.
    let again =
        world.desk.accounts.second_step(&first, SecondProof::Recovery(&codes[0]), None).await.map(drop);
    assert_fails!(again, Error::Gone);
    // The code that was not taken is good still.
    let second = half(&world.desk, EMAIL, None).await;
    let proof = SecondProof::Recovery(&codes[0].to_lowercase().replace('-', " "));
    let entry = world.desk.accounts.second_step(&second, proof, None).await.unwrap();
    assert_eq!(world.session(&entry.session).await.unwrap().factor(), Some(Factor::Recovery));
    // Somebody else's codes open nothing.
    let bob = world.customer("bob@example.com").await;
    let (other, others, _) = set_up(world, &world.desk, &bob).await;
    let third = half(&world.desk, EMAIL, None).await;
    for proof in [SecondProof::Code(&other.code(world, 0)), SecondProof::Recovery(&others[0])] {
        assert_fails!(
            world.desk.accounts.second_step(&third, proof, None).await.map(drop),
            Error::Refused(_)
        );
    }
}

async fn half_a_login_is_no_session(world: &World) {
    let (_, _, entry) = customer(world).await;
    let half = half(&world.desk, EMAIL, None).await;
    assert!(world.session(&half).await.is_none(), "half a login is a session");
    for purpose in [Purpose::Password, Purpose::Erase, Purpose::Data, Purpose::DataAccess, Purpose::Address] {
        assert!(world.is_gone(purpose, &half).await, "half a login is a link: {purpose:?}");
    }
    assert_fails!(world.desk.privacy.data_access(&half).await.map(drop), Error::Gone);
    // Nor is anything else half a login.
    for other in [&entry.session, &entry.device] {
        assert_fails!(world.desk.accounts.check_second_step(other).await, Error::Gone);
    }
    // Nobody is logged in by it.
    let session = world.session(&entry.session).await.unwrap();
    assert_eq!(world.desk.accounts.account(&session).await.unwrap().sessions.len(), 1);
}

async fn half_a_login_ends(world: &World) {
    let (app, _, entry) = customer(world).await;
    let late = half(&world.desk, EMAIL, None).await;
    world.clock.advance_seconds(599);
    world.desk.accounts.check_second_step(&late).await.unwrap();
    world.clock.advance_seconds(1);
    assert_fails!(world.desk.accounts.check_second_step(&late).await, Error::Gone);
    let code = app.code(world, 0);
    assert_fails!(
        world.desk.accounts.second_step(&late, SecondProof::Code(&code), None).await.map(drop),
        Error::Gone
    );
    // Whoever knew the old password is half in no more.
    let stranger = half(&world.desk, EMAIL, None).await;
    let session = world.session(&entry.session).await.unwrap();
    world.desk.accounts.change_password(&session, PASSWORD, OTHER_PASSWORD).await.unwrap();
    let answer = world.desk.accounts.second_step(&stranger, SecondProof::Code(&code), None).await.map(drop);
    assert_fails!(answer, Error::Gone);
}

/// A hundred at once: how many were let through.
async fn at_once(world: &World, session: &Session, proof: impl Fn() -> SecondProof<'static>) -> usize {
    let tries = (0..100).map(|_| {
        let (desk, session, proof) = (world.desk.clone(), session.clone(), proof());
        tokio::spawn(async move { desk.accounts.confirm_with_code(&session, proof, None).await.is_ok() })
    });
    let mut through = 0;
    for attempt in tries.collect::<Vec<_>>() {
        through += usize::from(attempt.await.unwrap());
    }
    through
}

async fn a_code_is_good_once(world: &World) {
    let (app, _, entry) = customer(world).await;
    let session = world.session(&entry.session).await.unwrap();
    let code: &'static str = app.code(world, 0).leak();
    assert_eq!(at_once(world, &session, || SecondProof::Code(code)).await, 1);
    // Nor is the code before it any good now, which is within the tolerance.
    world.clock.advance_seconds(3_600);
    let (before, now) = (app.code(world, -1), app.code(world, 0));
    let tried = async |code: &str| {
        world.desk.accounts.confirm_with_code(&session, SecondProof::Code(code), None).await
    };
    tried(&now).await.unwrap();
    assert_eq!(refusals(tried(&before).await), [("code", Problem::CodeWrong)]);
    assert_eq!(refusals(tried(&now).await), [("code", Problem::CodeWrong)]);
    // One step of tolerance each way, and no more.
    tried(&app.code(world, 1)).await.unwrap();
    world.clock.advance_seconds(3_600);
    assert_fails!(tried(&app.code(world, -2)).await, Error::Refused(_));
    assert_fails!(tried(&app.code(world, 2)).await, Error::Refused(_));
    tried(&app.code(world, -1)).await.unwrap();
}

async fn a_recovery_code_is_good_once(world: &World) {
    let (_, codes, entry) = customer(world).await;
    assert_eq!(codes.len(), 10);
    let session = world.session(&entry.session).await.unwrap();
    let code: &'static str = codes[0].clone().leak();
    assert_eq!(at_once(world, &session, || SecondProof::Recovery(code)).await, 1);
    assert_eq!(world.desk.accounts.factors(&session).await.unwrap().recovery_codes, 9);
    let mail = world.mail().await;
    assert_eq!((mail.to(), mail.subject()), (EMAIL, "A recovery code of your account was used"));
    assert!(!mail.everything.contains(&codes[1]));
}

async fn new_recovery_codes_void_the_old(world: &World) {
    let (_, old, entry) = customer(world).await;
    let session = world.session(&entry.session).await.unwrap();
    let new = world.desk.accounts.new_recovery_codes(&session).await.unwrap();
    assert_eq!((new.len(), world.desk.accounts.factors(&session).await.unwrap().recovery_codes), (10, 10));
    let first = half(&world.desk, EMAIL, None).await;
    let answer =
        world.desk.accounts.second_step(&first, SecondProof::Recovery(&old[0]), None).await.map(drop);
    assert_eq!(refusals(answer), [("recovery", Problem::CodeWrong)]);
    world.desk.accounts.second_step(&first, SecondProof::Recovery(&new[9]), None).await.unwrap();
    // Without a factor there is nothing to recover.
    let bob = world.customer("bob@example.com").await;
    assert_fails!(world.desk.accounts.new_recovery_codes(&bob).await, Error::NotFound);
}

async fn guesses_wait_but_not_the_owner(world: &World) {
    let (app, codes, entry) = customer(world).await;
    let device = entry.device;
    let stranger = half(&world.desk, EMAIL, None).await;
    let guess = async |code: &str, device: Option<&Secret>| {
        let half = half(&world.desk, EMAIL, device).await;
        world.desk.accounts.second_step(&half, SecondProof::Code(code), device).await.map(drop)
    };
    for _ in 0..5 {
        assert_eq!(refusals(guess(&app.wrong(world), None).await), [("code", Problem::CodeWrong)]);
    }
    // From now on even a right one has to wait, with whichever first step.
    let said = refusals(guess(&app.code(world, 0), None).await);
    let [("code", Problem::TooManyAttempts { wait })] = said[..] else { panic!("no wait: {said:?}") };
    assert!((60..=61).contains(&wait), "{wait}");
    let answer = world
        .desk
        .accounts
        .second_step(&stranger, SecondProof::Code(&app.code(world, 0)), None)
        .await
        .map(drop);
    assert!(matches!(refusals(answer)[..], [(_, Problem::TooManyAttempts { .. })]));
    // The owner gets in all the while: from a browser that is known, and with a recovery code from any.
    guess(&app.code(world, 0), Some(&device)).await.unwrap();
    let known = half(&world.desk, EMAIL, None).await;
    world.desk.accounts.second_step(&known, SecondProof::Recovery(&codes[0]), None).await.unwrap();
    // Neither lets the stranger off.
    assert!(matches!(
        refusals(guess(&app.code(world, 1), None).await)[..],
        [(_, Problem::TooManyAttempts { .. })]
    ));
    // The wait ends, and is twice as long after the next wrong one.
    world.clock.advance_seconds(61);
    assert_eq!(refusals(guess(&app.wrong(world), None).await), [("code", Problem::CodeWrong)]);
    let said = refusals(guess(&app.code(world, 0), None).await);
    assert!(matches!(said[..], [(_, Problem::TooManyAttempts { wait: 120..=121 })]), "{said:?}");
    for _ in 0..8 {
        world.clock.advance_seconds(3_601);
        assert_eq!(refusals(guess(&app.wrong(world), None).await), [("code", Problem::CodeWrong)]);
    }
    let said = refusals(guess(&app.code(world, 0), None).await);
    assert!(matches!(said[..], [(_, Problem::TooManyAttempts { wait: 3600..=3601 })]), "{said:?}");
    // A right one ends it all.
    world.clock.advance_seconds(3_601);
    guess(&app.code(world, 0), None).await.unwrap();
    for _ in 0..4 {
        assert_eq!(refusals(guess(&app.wrong(world), None).await), [("code", Problem::CodeWrong)]);
    }
    // And so does a day.
    world.desk.tidy_up().await.unwrap();
    world.clock.advance_seconds(24 * 3_600 + 1);
    world.desk.tidy_up().await.unwrap();
    for _ in 0..4 {
        assert_eq!(refusals(guess(&app.wrong(world), None).await), [("code", Problem::CodeWrong)]);
    }
}

async fn who_works_here_needs_a_factor(world: &World) {
    let desk = strict(world).await;
    let customer = world.customer(EMAIL).await;
    for (name, role) in [("grace", Role::Agent), ("root", Role::Admin)] {
        let email = format!("{name}@desk.example");
        desk.accounts.add_person(&email, name, role, PASSWORD).await.unwrap();
        let entry = entered(desk.accounts.login(&email, PASSWORD, None).await.unwrap());
        let bare = desk.people.session(&entry.session).await.unwrap().unwrap();
        assert!(bare.lacks_factor());
        assert_fails!(bare.agent(), Error::FactorNeeded);
        // With another setting the same session would do.
        assert!(world.session(&entry.session).await.unwrap().agent().is_ok());
        let (app, _, entry) = set_up(world, &desk, &bare).await;
        let session = desk.people.session(&entry.session).await.unwrap().unwrap();
        assert!(!session.lacks_factor());
        assert!(session.agent().is_ok());
        // From now on each login asks for it.
        let first = half(&desk, &email, None).await;
        let entry =
            desk.accounts.second_step(&first, SecondProof::Code(&app.code(world, 0)), None).await.unwrap();
        let session = desk.people.session(&entry.session).await.unwrap().unwrap();
        assert!(session.agent().is_ok());
        // The last one stays.
        let factors = desk.accounts.factors(&session).await.unwrap();
        assert!(factors.required && factors.is_last_required());
        assert_eq!(refusals(desk.accounts.remove_app(&session).await), [("factor", Problem::FactorRequired)]);
        assert!(desk.accounts.factors(&session).await.unwrap().app.is_some(), "it was removed all the same");
        assert!(desk.people.session(&entry.session).await.unwrap().is_some());
    }
    // Customers never have to.
    let entry = entered(desk.accounts.login(EMAIL, PASSWORD, None).await.unwrap());
    assert!(!desk.people.session(&entry.session).await.unwrap().unwrap().lacks_factor());
    let (_, _, entry) = set_up(world, &desk, &customer).await;
    let customer = desk.people.session(&entry.session).await.unwrap().unwrap();
    assert_fails!(customer.agent(), Error::Forbidden);
    desk.accounts.remove_app(&customer).await.unwrap();
    let factors = desk.accounts.factors(&customer).await.unwrap();
    assert!(!factors.any() && factors.recovery_codes == 0);
    entered(desk.accounts.login(EMAIL, PASSWORD, None).await.unwrap());
    desk.close().await;
}

/// Every method for agents takes an `&Agent` (`restriction.rs` lists them), so the rule is kept if
/// nothing but [`Session::agent`] makes one.
async fn only_a_session_makes_the_proof(_: &World) {
    let mut makers = Vec::new();
    for file in files_under(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = std::fs::read_to_string(&file).unwrap();
        let all = source.matches("Agent {").count();
        let made = all - source.matches("impl Agent {").count() - source.matches("Role::Agent {").count();
        // The type itself, and the one place.
        if made > 0 {
            makers.push((file.file_name().unwrap().to_string_lossy().into_owned(), made));
        }
    }
    assert_eq!(makers, [("sessions.rs".to_owned(), 2)]);
}

async fn an_app_is_good_once_a_code_was_typed(world: &World) {
    let session = world.customer(EMAIL).await;
    assert_fails!(world.desk.accounts.app_setup(&session).await.map(drop), Error::NotFound);
    world.desk.accounts.begin_app(&session).await.unwrap();
    let setup = world.desk.accounts.app_setup(&session).await.unwrap();
    assert_eq!(setup.secret.len(), 39, "160 bits in groups of four: {}", setup.secret);
    let bare = setup.secret.replace(' ', "");
    let named = "otpauth://totp/Fjord%20Service:ada%40example.com?secret=";
    assert_eq!(setup.link, format!("{named}{bare}&issuer=Fjord%20Service"));
    // Opening the page again shows the same.
    assert_eq!(world.desk.accounts.app_setup(&session).await.unwrap().secret, setup.secret);
    let app = App::new(&setup.secret);
    // It is asked of nobody yet, and no good either.
    entered(world.desk.accounts.login(EMAIL, PASSWORD, None).await.unwrap());
    let answer =
        world.desk.accounts.confirm_with_code(&session, SecondProof::Code(&app.code(world, 0)), None).await;
    assert_fails!(answer, Error::Refused(_));
    assert!(!world.desk.accounts.factors(&session).await.unwrap().any());
    let answer = world.desk.accounts.confirm_app(&session, &app.wrong(world)).await.map(drop);
    assert_eq!(refusals(answer), [("code", Problem::CodeWrong)]);
    // Whoever begins again has begun again.
    world.desk.accounts.begin_app(&session).await.unwrap();
    let answer = world.desk.accounts.confirm_app(&session, &app.code(world, 0)).await.map(drop);
    assert_eq!(refusals(answer), [("code", Problem::CodeWrong)]);
    // And not for ever.
    let app = App::new(&world.desk.accounts.app_setup(&session).await.unwrap().secret);
    world.clock.advance_seconds(3_600);
    world.desk.accounts.confirm_with_password(&session, PASSWORD).await.unwrap();
    let session = world.login(EMAIL, PASSWORD).await.unwrap();
    assert_fails!(world.desk.accounts.app_setup(&session).await.map(drop), Error::NotFound);
    assert_fails!(
        world.desk.accounts.confirm_app(&session, &app.code(world, 0)).await.map(drop),
        Error::NotFound
    );
}

async fn another_app_takes_the_place_of_the_first(world: &World) {
    let (old, codes, entry) = customer(world).await;
    let session = world.session(&entry.session).await.unwrap();
    world.desk.accounts.begin_app(&session).await.unwrap();
    // The old one is good until the new one is.
    let first = half(&world.desk, EMAIL, None).await;
    world.desk.accounts.second_step(&first, SecondProof::Code(&old.code(world, 0)), None).await.unwrap();
    let new = App::new(&world.desk.accounts.app_setup(&session).await.unwrap().secret);
    let added = world.desk.accounts.confirm_app(&session, &new.code(world, 0)).await.unwrap();
    assert!(added.recovery_codes.is_empty(), "the codes that are kept are good still");
    world.clock.advance_seconds(60);
    let first = half(&world.desk, EMAIL, None).await;
    let answer =
        world.desk.accounts.second_step(&first, SecondProof::Code(&old.code(world, 0)), None).await.map(drop);
    assert_eq!(refusals(answer), [("code", Problem::CodeWrong)]);
    world.desk.accounts.second_step(&first, SecondProof::Code(&new.code(world, 0)), None).await.unwrap();
    let first = half(&world.desk, EMAIL, None).await;
    world.desk.accounts.second_step(&first, SecondProof::Recovery(&codes[0]), None).await.unwrap();
}

async fn a_mailbox_is_no_second_factor(world: &World) {
    let (app, _, entry) = customer(world).await;
    world.desk.accounts.forgot_password(EMAIL, Language::English).await.unwrap();
    let link = world.mail().await.link("password");
    let Login::Second(first) = world.desk.accounts.reset_password(&link, OTHER_PASSWORD).await.unwrap()
    else {
        panic!("a mailed link has logged in without the second factor");
    };
    assert!(world.session(&entry.session).await.is_none());
    let entry =
        world.desk.accounts.second_step(&first, SecondProof::Code(&app.code(world, 0)), None).await.unwrap();
    assert!(world.session(&entry.session).await.is_some());
}

async fn changed_factors_end_other_sessions_and_are_told(world: &World) {
    let session = world.customer(EMAIL).await;
    let other = world.secret(EMAIL, PASSWORD).await.unwrap();
    let subjects = async || {
        let mails = world.post().await;
        assert!(mails.iter().all(|mail| mail.to() == EMAIL));
        mails.iter().map(|mail: &Mail| mail.subject().to_owned()).collect::<Vec<_>>()
    };
    let (app, _, entry) = set_up(world, &world.desk, &session).await;
    assert!(world.session(&other).await.is_none(), "another session outlived the new factor");
    assert_eq!(subjects().await, ["Your account now has a second factor"]);
    let session = world.session(&entry.session).await.unwrap();

    let log_in = async || {
        world.clock.advance_seconds(60);
        let half = half(&world.desk, EMAIL, Some(&entry.device)).await;
        let proof = SecondProof::Code(&app.code(world, 0)[..]);
        world.desk.accounts.second_step(&half, proof, Some(&entry.device)).await.unwrap()
    };
    let other = log_in().await.session;
    let waiting = half(&world.desk, EMAIL, Some(&entry.device)).await;
    assert_eq!(subjects().await, [""; 0]);
    world.desk.accounts.new_recovery_codes(&session).await.unwrap();
    assert!(world.session(&other).await.is_none(), "another session outlived the new codes");
    assert_fails!(world.desk.accounts.check_second_step(&waiting).await, Error::Gone);
    assert_eq!(subjects().await, ["Your account has new recovery codes"]);

    let other = log_in().await.session;
    subjects().await;
    world.desk.accounts.remove_app(&session).await.unwrap();
    assert!(world.session(&other).await.is_none(), "another session outlived the removed factor");
    assert!(world.session(&entry.session).await.is_some());
    assert_eq!(subjects().await, ["A second factor of your account was removed"]);
    assert_fails!(world.desk.accounts.remove_app(&session).await, Error::NotFound);
}

async fn the_operator_takes_factors_away(world: &World) {
    let (_, codes, entry) = customer(world).await;
    let waiting = half(&world.desk, EMAIL, None).await;
    assert_eq!(world.desk.accounts.reset_factors_by_operator("nobody@example.com").await.unwrap(), None);
    assert_fails!(world.desk.accounts.reset_factors_by_operator("nonsense").await, Error::Refused(_));
    assert_eq!(world.desk.accounts.reset_factors_by_operator("ADA@example.com").await.unwrap(), Some(1));
    assert!(world.session(&entry.session).await.is_none(), "a session outlived the reset");
    let answer =
        world.desk.accounts.second_step(&waiting, SecondProof::Recovery(&codes[0]), None).await.map(drop);
    assert_fails!(answer, Error::Gone);
    let mail = world.mail().await;
    assert_eq!((mail.to(), mail.subject()), (EMAIL, "The second factors of your account were reset"));
    let record = world.desk.people.audited("factors-reset").await.unwrap();
    assert_eq!(record, [(world.desk.now(), r#"{"factors":1}"#.to_owned())]);
    entered(world.desk.accounts.login(EMAIL, PASSWORD, None).await.unwrap());
    // Whoever has none keeps their account as it is, but it is told and kept all the same.
    assert_eq!(world.desk.accounts.reset_factors_by_operator(EMAIL).await.unwrap(), Some(0));
}

async fn a_copy_names_the_factors_and_an_erasure_takes_them(world: &World) {
    let session = world.customer(EMAIL).await;
    world.submit(&Form::from(EMAIL)).await;
    world.desk.accounts.begin_app(&session).await.unwrap();
    let setup = world.desk.accounts.app_setup(&session).await.unwrap();
    let since = world.desk.now();
    let (app, codes) = {
        let app = App::new(&setup.secret);
        let added = world.desk.accounts.confirm_app(&session, &app.code(world, 0)).await.unwrap();
        (app, added.recovery_codes)
    };
    world.clock.advance_seconds(60);
    let first = half(&world.desk, EMAIL, None).await;
    let answer =
        world.desk.accounts.second_step(&first, SecondProof::Code(&app.wrong(world)), None).await.map(drop);
    assert_fails!(answer, Error::Refused(_));
    let entry =
        world.desk.accounts.second_step(&first, SecondProof::Code(&app.code(world, 0)), None).await.unwrap();
    let session = world.session(&entry.session).await.unwrap();
    world.desk.accounts.begin_app(&session).await.unwrap();
    let waiting = half(&world.desk, EMAIL, None).await;
    world.post().await;

    let (copy, files) = crate::export::exported(world, &session).await;
    let factors = &copy["factors"];
    let since = jiff::Timestamp::from_microsecond(since.0).unwrap().to_string();
    assert_eq!(factors["authenticator_app_since"], since);
    assert_eq!(factors["recovery_codes_left"], 10);
    // In the clear nowhere: neither in the copy nor in any file, table or log.
    let bare = setup.secret.replace(' ', "");
    let plain: Vec<String> = codes.iter().map(|code| code.replace('-', "")).collect();
    let secrets = [&bare, &setup.secret, &setup.link].into_iter().chain(&codes).chain(&plain);
    let needles = Needles::new(secrets.map(String::as_str).chain([
        waiting.reveal(),
        entry.device.reveal(),
        entry.session.reveal(),
    ]));
    let page = String::from_utf8_lossy(&files["index.html"]);
    assert!(
        page.contains("Authenticator app since") && page.contains("Recovery codes left</dt><dd>10"),
        "{page}"
    );
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        assert!(
            !text.contains(&bare) && !codes.iter().any(|code| text.contains(code)),
            "{name} holds a secret"
        );
    }
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    // Foreign keys would keep whoever has a row in one of the tables, also that of a wrong code: all go.
    let answer = world.desk.accounts.second_step(&waiting, SecondProof::Code(&app.wrong(world)), None).await;
    assert_fails!(answer.map(drop), Error::Refused(_));
    world.desk.privacy.erase_self(&session, PASSWORD).await.unwrap();
    assert!(world.session(&entry.session).await.is_none());
    assert_fails!(world.desk.accounts.check_second_step(&waiting).await, Error::Gone);
    assert!(!world.desk.accounts.knows_device(EMAIL, &entry.device).await.unwrap());
}

async fn old_sessions_prove_themselves_again(world: &World) {
    let grace = world.agent_session("Grace").await;
    world.customer(EMAIL).await;
    let number = world.submit(&Form::from("guest@example.org")).await;
    world.post().await;
    let secret = world.secret(EMAIL, PASSWORD).await.unwrap();
    let customer = world.session(&secret).await.unwrap();
    world.clock.advance_seconds(599);
    assert!(customer.is_fresh(world.desk.now()));
    world.clock.advance_seconds(1);
    assert!(!customer.is_fresh(world.desk.now()));
    let asked = tresen_desk::privacy::Asked::Phone;
    let desk = &world.desk;
    let agent = grace.agent().unwrap();
    assert_fails!(desk.privacy.export(&customer).await.map(drop), Error::ProofNeeded);
    assert_fails!(desk.privacy.erase_by_agent(&agent, number, asked).await.map(drop), Error::ProofNeeded);
    assert_fails!(desk.accounts.begin_app(&customer).await, Error::ProofNeeded);
    assert_fails!(desk.accounts.app_setup(&customer).await.map(drop), Error::ProofNeeded);
    assert_fails!(desk.accounts.confirm_app(&customer, "123456").await.map(drop), Error::ProofNeeded);
    assert_fails!(desk.accounts.remove_app(&customer).await, Error::ProofNeeded);
    assert_fails!(desk.accounts.new_recovery_codes(&customer).await.map(drop), Error::ProofNeeded);
    // What asks for the password in place asks for nothing more.
    desk.joining.ask_new_address(&customer, "new@example.com", PASSWORD).await.unwrap();
    // A session proves itself, not its person.
    let other = world.login(EMAIL, PASSWORD).await.unwrap();
    assert!(other.is_fresh(desk.now()));
    assert_eq!(
        refusals(desk.accounts.confirm_with_password(&customer, OTHER_PASSWORD).await),
        [("password", Problem::PasswordWrong)]
    );
    assert!(
        !world.session(&secret).await.unwrap().is_fresh(desk.now()),
        "another session has proven this one"
    );
    desk.accounts.confirm_with_password(&customer, PASSWORD).await.unwrap();
    let customer = world.session(&secret).await.unwrap();
    assert!(customer.is_fresh(desk.now()));
    drop(desk.privacy.export(&customer).await.unwrap());
    // With a code, too.
    let (app, codes, entry) = set_up(world, desk, &customer).await;
    for (proof, steps) in [(None, 1_000), (Some(&codes[0]), 2_000)] {
        world.clock.advance_seconds(steps);
        let stale = world.session(&entry.session).await.unwrap();
        assert_fails!(desk.accounts.new_recovery_codes(&stale).await.map(drop), Error::ProofNeeded);
        let code = app.code(world, 0);
        let proof = proof.map_or(SecondProof::Code(&code), |code| SecondProof::Recovery(code));
        desk.accounts.confirm_with_code(&stale, proof, None).await.unwrap();
        assert!(world.session(&entry.session).await.unwrap().is_fresh(desk.now()));
    }
    // The agent's, too.
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    desk.privacy.erase_by_agent(&grace, number, asked).await.unwrap();
}
