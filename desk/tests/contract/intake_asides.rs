//! What is set aside does not lie there unseen: admins see what it is, how much there is, and are told.

use tresen_desk::intake::TakenIn;
use tresen_model::Role;

use crate::letters::{Letter, bounce};
use crate::support::{PASSWORD, World};

stories! {
    what_is_set_aside_says_who_wrote_and_about_what,
    admins_are_told_once_a_day,
}

async fn what_is_set_aside_says_who_wrote_and_about_what(world: &World) {
    let (admin, agent) = (world.admin("Ada").await, world.agent("Grace").await);
    for (letter, from, subject) in [
        (Letter::from("Scanner").about("Größe", "x"), "Scanner", "Größe"),
        (Letter::from("=?utf-8?Q?J=C3=BCrgen?=").about("=?utf-8?Q?K=C3=A4se?=", "x"), "Jürgen", "Käse"),
        (Letter::from("x").without("From").without("Subject"), "", ""),
        (Letter::from("Form <service@desk.example>"), "Form <service@desk.example>", "The printer"),
        (
            bounce("<a@b.example>", "failed", "5.1.1"),
            "MAILER-DAEMON@mx.example.org",
            "Undelivered Mail Returned to Sender",
        ),
        (Letter::from("<>").about("Leer", "x"), "<>", "Leer"),
        (Letter::from("undisclosed-recipients:;").about("List", "x"), "undisclosed-recipients:;", "List"),
        (Letter::from("\"Ada\" <>").about("No address", "x"), "\"Ada\" <>", "No address"),
        (Letter::from("=?koi8-r?B?8NLJ18XU?=").about("=?gb2312?B?tPLTobv6?=", "x"), "Привет", "打印机"),
        (Letter::from("Müller").about("Raw ä", "x"), "Müller", "Raw ä"),
        (Letter::from("@").about("a\r\n b", "x"), "@", "a b"),
    ] {
        assert_eq!(world.receive(&letter).await, TakenIn::Aside, "{from}");
        let newest = world.desk.intake.set_aside(&admin).await.unwrap().remove(0);
        assert_eq!((newest.from.as_str(), newest.subject.as_str()), (from, subject));
    }
    assert_eq!(world.desk.requests.queue_counts(&admin).await.unwrap().aside, 11);
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().aside, 0);
    let id = world.desk.intake.set_aside(&admin).await.unwrap()[0].id;
    world.desk.intake.delete_aside(&admin, id).await.unwrap();
    assert_eq!(world.desk.requests.queue_counts(&admin).await.unwrap().aside, 10);
}

async fn admins_are_told_once_a_day(world: &World) {
    let admin = world.admin("Ada").await;
    world.agent("Grace").await;
    world.desk.accounts.add_person("bo@desk.example", "Bo", Role::Admin, PASSWORD).await.unwrap();
    world.desk.tidy_up().await.unwrap();
    assert!(world.post().await.is_empty());

    world.receive(&Letter::from("Zirbelkiefer").about("Nachtpfauenauge", "x")).await;
    world.desk.tidy_up().await.unwrap();
    let mails = world.post().await;
    let mut told: Vec<&str> = mails.iter().map(|mail| mail.to()).collect();
    told.sort_unstable();
    assert_eq!(told, ["ada@desk.example", "bo@desk.example"]);
    for mail in &mails {
        assert!(mail.text.contains("https://desk.example/agent/settings/mail"), "{}", mail.text);
        assert!(mail.header("subject").contains("One email is set aside"), "{}", mail.header("subject"));
        for word in ["Zirbelkiefer", "Nachtpfauenauge"] {
            assert!(!mail.everything.contains(word), "{word}");
        }
    }

    // Not more than once a day, however often the desk tidies up, and again while anything is there.
    world.receive(&Letter::from("Other").saying("y")).await;
    for _ in 0..23 {
        world.clock.advance_seconds(3600);
        world.desk.tidy_up().await.unwrap();
    }
    assert!(world.post().await.is_empty());
    world.clock.advance_seconds(3600);
    world.desk.tidy_up().await.unwrap();
    let mails = world.post().await;
    assert_eq!(mails.len(), 2);
    assert!(mails[0].header("subject").contains("2 emails are set aside"), "{}", mails[0].header("subject"));

    // Nobody is told of nothing.
    for message in world.desk.intake.set_aside(&admin).await.unwrap() {
        world.desk.intake.delete_aside(&admin, message.id).await.unwrap();
    }
    world.clock.advance_seconds(2 * 24 * 3600);
    world.desk.tidy_up().await.unwrap();
    assert!(world.post().await.is_empty());
}
