//! Browsers that are known: what is told of others, and who is one.

use tresen_desk::Desk;
use tresen_desk::Secret;
use tresen_desk::accounts::{Login, SecondProof};
use tresen_model::{Language, Role};

use crate::support::{OTHER_PASSWORD, PASSWORD, World, entered};
use crate::traces::Needles;

stories! {
    a_login_from_a_new_browser_is_told,
    a_browser_is_known_for_one_account_alone,
    what_a_browser_brings_is_never_made_good,
    browsers_are_forgotten_after_half_a_year,
    half_a_year_ends_whether_anybody_tidies_up_or_not,
    a_new_password_forgets_browsers,
    half_a_login_makes_no_browser_known,
    browsers_are_few,
}

const EMAIL: &str = "ada@example.com";
const NEW: &str = "A new device has signed in to your account";

/// What the browser keeps after a login without a second step.
async fn log_in(desk: &Desk, email: &str, device: Option<&Secret>) -> Secret {
    entered(desk.accounts.login(email, PASSWORD, device).await.unwrap()).device
}

/// How many mails about a new browser went to `EMAIL`, and nothing else.
async fn news(world: &World) -> usize {
    let mails = world.post().await;
    assert!(
        mails.iter().all(|mail| mail.subject() == NEW && mail.to() == EMAIL),
        "{:?}",
        mails.iter().map(|mail| mail.subject()).collect::<Vec<_>>()
    );
    for mail in &mails {
        // Neither where nor what.
        for word in ["IP", "Firefox", "Chrom", "Windows", "address", "127.0.0.1"] {
            assert!(!mail.everything.contains(word), "{word}: {}", mail.everything);
        }
    }
    mails.len()
}

async fn a_login_from_a_new_browser_is_told(world: &World) {
    // Registering, in the browser where the account begins, is no news.
    world.desk.accounts.register(EMAIL, Language::English).await.unwrap();
    let link = world.mail().await.link("register");
    let first = world.desk.accounts.complete_registration(&link, PASSWORD).await.unwrap().device;
    assert!(world.desk.accounts.knows_device(EMAIL, &first).await.unwrap());
    assert_eq!(log_in(&world.desk, EMAIL, Some(&first)).await.reveal(), first.reveal());
    assert_eq!(news(world).await, 0);
    let second = log_in(&world.desk, EMAIL, None).await;
    assert_ne!(second.reveal(), first.reveal());
    assert_eq!(news(world).await, 1);
    for known in [&second, &first] {
        log_in(&world.desk, EMAIL, Some(known)).await;
    }
    assert_eq!(news(world).await, 0);
    // A wrong password is told to nobody, and makes nothing known.
    assert!(world.desk.accounts.login(EMAIL, OTHER_PASSWORD, None).await.is_err());
    assert_eq!(news(world).await, 0);
    // Neither is the first login of somebody whom the operator has added.
    world.desk.accounts.add_person("grace@desk.example", "Grace", Role::Agent, PASSWORD).await.unwrap();
    log_in(&world.desk, "grace@desk.example", None).await;
    assert_eq!(news(world).await, 0);
    // Nothing of it lies around.
    let needles = Needles::new([first.reveal(), second.reveal()]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
}

async fn a_browser_is_known_for_one_account_alone(world: &World) {
    world.customer(EMAIL).await;
    world.customer("bob@example.com").await;
    let ada = log_in(&world.desk, EMAIL, None).await;
    world.post().await;
    assert!(world.desk.accounts.knows_device("ADA@example.com", &ada).await.unwrap());
    for email in ["bob@example.com", "nobody@example.com", "nonsense", ""] {
        assert!(!world.desk.accounts.knows_device(email, &ada).await.unwrap(), "{email}");
    }
    for other in ["", "x", &"x".repeat(10_000)] {
        assert!(!world.desk.accounts.knows_device(EMAIL, &Secret::received(other)).await.unwrap());
    }
    // Whoever is known to one is a stranger to the other.
    let bob = log_in(&world.desk, "bob@example.com", Some(&ada)).await;
    assert_ne!(bob.reveal(), ada.reveal());
    assert_eq!(world.mail().await.to(), "bob@example.com");
}

async fn what_a_browser_brings_is_never_made_good(world: &World) {
    world.customer(EMAIL).await;
    let planted = Secret::received("cGxhbnRlZC1ieS1zb21lYm9keS1lbHNlLWluLWl0LXg");
    let given = log_in(&world.desk, EMAIL, Some(&planted)).await;
    assert_ne!(given.reveal(), planted.reveal());
    assert!(!world.desk.accounts.knows_device(EMAIL, &planted).await.unwrap());
    assert!(world.desk.accounts.knows_device(EMAIL, &given).await.unwrap());
    assert_eq!(news(world).await, 1);
}

async fn browsers_are_forgotten_after_half_a_year(world: &World) {
    const DAY: i64 = 24 * 3_600;
    world.customer(EMAIL).await;
    let used = log_in(&world.desk, EMAIL, None).await;
    let unused = log_in(&world.desk, EMAIL, None).await;
    assert_eq!(news(world).await, 2);
    world.clock.advance_seconds(179 * DAY);
    log_in(&world.desk, EMAIL, Some(&used)).await;
    assert!(world.desk.accounts.knows_device(EMAIL, &unused).await.unwrap());
    world.clock.advance_seconds(DAY);
    assert!(!world.desk.accounts.knows_device(EMAIL, &unused).await.unwrap());
    world.desk.tidy_up().await.unwrap();
    assert!(world.desk.accounts.knows_device(EMAIL, &used).await.unwrap());
    assert_eq!(news(world).await, 0);
    // Told also when all are forgotten: the first one ever alone is no news.
    world.clock.advance_seconds(180 * DAY);
    world.desk.tidy_up().await.unwrap();
    log_in(&world.desk, EMAIL, Some(&used)).await;
    assert_eq!(news(world).await, 1);
}

async fn half_a_year_ends_whether_anybody_tidies_up_or_not(world: &World) {
    world.customer(EMAIL).await;
    let old = log_in(&world.desk, EMAIL, None).await;
    assert_eq!(news(world).await, 1);
    world.clock.advance_seconds(180 * 24 * 3_600);
    let given = log_in(&world.desk, EMAIL, Some(&old)).await;
    assert_ne!(given.reveal(), old.reveal());
    assert_eq!(news(world).await, 1);
    assert!(!world.desk.accounts.knows_device(EMAIL, &old).await.unwrap());
    // The operator sets a password: all browsers are new again.
    world.desk.accounts.add_person(EMAIL, "Ada", Role::Agent, PASSWORD).await.unwrap();
    assert!(!world.desk.accounts.knows_device(EMAIL, &given).await.unwrap());
}

async fn a_new_password_forgets_browsers(world: &World) {
    world.customer(EMAIL).await;
    let other = log_in(&world.desk, EMAIL, None).await;
    let entry = entered(world.desk.accounts.login(EMAIL, PASSWORD, None).await.unwrap());
    let session = world.session(&entry.session).await.unwrap();
    world.post().await;
    let mine = world.desk.accounts.change_password(&session, PASSWORD, OTHER_PASSWORD).await.unwrap().device;
    for gone in [&other, &entry.device] {
        assert!(!world.desk.accounts.knows_device(EMAIL, gone).await.unwrap());
    }
    assert!(world.desk.accounts.knows_device(EMAIL, &mine).await.unwrap());
    // The mail about the password is the only one.
    assert_eq!(world.mail().await.subject(), "Your password was changed");
    world.desk.accounts.forgot_password(EMAIL, Language::English).await.unwrap();
    let link = world.mail().await.link("password");
    let reset = entered(world.desk.accounts.reset_password(&link, PASSWORD).await.unwrap()).device;
    assert!(!world.desk.accounts.knows_device(EMAIL, &mine).await.unwrap());
    assert!(world.desk.accounts.knows_device(EMAIL, &reset).await.unwrap());
    assert_eq!(world.mail().await.subject(), "Your password was changed");
}

async fn half_a_login_makes_no_browser_known(world: &World) {
    let session = world.customer(EMAIL).await;
    let (_, codes, entry) = crate::factors::set_up(world, &world.desk, &session).await;
    world.post().await;
    let Login::Second(half) = world.desk.accounts.login(EMAIL, PASSWORD, None).await.unwrap() else {
        panic!("no step")
    };
    assert_eq!(news(world).await, 0);
    // Setting up a factor has forgotten all but the browser it was done in.
    assert!(world.desk.accounts.knows_device(EMAIL, &entry.device).await.unwrap());
    let proof = SecondProof::Recovery(&codes[0]);
    let second = world.desk.accounts.second_step(&half, proof, None).await.unwrap();
    assert!(world.desk.accounts.knows_device(EMAIL, &second.device).await.unwrap());
    let mails = world.post().await;
    let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject()).collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects.contains(&NEW), "{subjects:?}");
}

async fn browsers_are_few(world: &World) {
    world.customer(EMAIL).await;
    let first = log_in(&world.desk, EMAIL, None).await;
    world.tick();
    let kept = log_in(&world.desk, EMAIL, None).await;
    for _ in 0..49 {
        world.tick();
        log_in(&world.desk, EMAIL, None).await;
    }
    assert!(!world.desk.accounts.knows_device(EMAIL, &first).await.unwrap(), "more than fifty are kept");
    assert!(world.desk.accounts.knows_device(EMAIL, &kept).await.unwrap());
}
