//! The language of those who work at the desk.

use tresen_desk::staff::{Added, Duty, NewColleague};
use tresen_model::{Language, Role};

use crate::support::{Form, PASSWORD, World, refusals};

stories! {
    the_first_browser_decides_for_whom_nobody_chose,
    a_choice_of_the_operator_stays,
    a_customer_who_becomes_an_agent_keeps_their_language,
    an_invitation_goes_out_in_the_chosen_language,
    who_takes_up_an_invitation_keeps_the_language_of_the_browser,
}

const EMAIL: &str = "ada@desk.example";

async fn add(world: &World, email: &str) {
    world.desk.accounts.add_person(email, "Ada", Role::Agent, PASSWORD).await.unwrap();
}

/// Signs in with a browser of this language, and returns the language of the pages.
async fn sign_in(world: &World, email: &str, browser: Language) -> Language {
    let secret = world.secret(email, PASSWORD).await.unwrap();
    world.desk.accounts.adopt_language(&secret, browser).await.unwrap();
    world.session(&secret).await.unwrap().language()
}

async fn the_first_browser_decides_for_whom_nobody_chose(world: &World) {
    add(world, EMAIL).await;

    assert_eq!(sign_in(world, EMAIL, Language::German).await, Language::German);
    assert_eq!(sign_in(world, EMAIL, Language::English).await, Language::German);

    // Until they choose.
    let session = world.login(EMAIL, PASSWORD).await.unwrap();
    world.desk.accounts.change_language(&session, Language::English).await.unwrap();
    assert_eq!(sign_in(world, EMAIL, Language::German).await, Language::English);
    add(world, EMAIL).await;
    assert_eq!(sign_in(world, EMAIL, Language::German).await, Language::English);
}

async fn a_choice_of_the_operator_stays(world: &World) {
    add(world, EMAIL).await;
    world.desk.accounts.set_language(EMAIL, Language::German).await.unwrap();
    assert_eq!(sign_in(world, EMAIL, Language::English).await, Language::German);

    assert!(world.desk.accounts.set_language("nobody@desk.example", Language::German).await.is_err());
    assert_eq!(refusals(world.desk.accounts.set_language("nobody", Language::German).await)[0].0, "email");
}

async fn a_customer_who_becomes_an_agent_keeps_their_language(world: &World) {
    world.customer(EMAIL).await;
    let session = world.login(EMAIL, PASSWORD).await.unwrap();
    world.desk.accounts.change_language(&session, Language::German).await.unwrap();

    add(world, EMAIL).await;

    assert_eq!(sign_in(world, EMAIL, Language::English).await, Language::German);
}

async fn an_invitation_goes_out_in_the_chosen_language(world: &World) {
    let root = world.admin("Root").await;
    // One of them has written before, in English.
    world.submit(&Form::from("known@example.com")).await;
    world.post().await;
    for (email, language, says) in [
        ("one@example.com", Language::German, "sieben Tage"),
        ("two@example.com", Language::English, "seven days"),
        ("known@example.com", Language::German, "sieben Tage"),
    ] {
        let new = NewColleague { email, name: "Ada", duty: Duty::Agent(Vec::new()), language };
        assert_eq!(world.desk.staff.add_colleague(&root, &new).await.unwrap(), Added::Invited);
        let mail = world.mail().await;
        assert!(mail.text.contains(says), "{email}: {}", mail.text);
        assert!(!mail.text.contains("168"), "{email}: {}", mail.text);
    }
}

async fn who_takes_up_an_invitation_keeps_the_language_of_the_browser(world: &World) {
    let root = world.admin("Root").await;
    let new = NewColleague {
        email: EMAIL,
        name: "Ada",
        duty: Duty::Agent(Vec::new()),
        language: Language::English,
    };
    world.desk.staff.add_colleague(&root, &new).await.unwrap();
    let link = world.mail().await.link("register");

    let entry = world.desk.accounts.complete_registration(&link, PASSWORD).await.unwrap();
    world.desk.accounts.adopt_language(&entry.session, Language::German).await.unwrap();

    assert_eq!(world.session(&entry.session).await.unwrap().language(), Language::German);
    assert_eq!(sign_in(world, EMAIL, Language::English).await, Language::German);
}
