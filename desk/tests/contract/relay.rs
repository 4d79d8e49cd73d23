//! The desk is no spam relay: whatever is typed into forms, nobody who did not show that an address
//! is theirs gets a word of it sent there, nor more than three mails an hour and
//! one of each kind.

use std::collections::HashMap;

use tresen_desk::abuse::Signs;
use tresen_desk::people::{Agent, Session};
use tresen_desk::requests::{Access, Capture, Submission};
use tresen_model::Language;

use crate::letters::Letter;
use crate::mail::Mail;
use crate::support::{Form, PASSWORD, World, random_word, reply};

stories! {
    no_sequence_of_forms_mails_a_word_to_a_stranger,
    many_accounts_prove_one_address_three_times_an_hour,
    one_mailbox_under_many_names_gets_three,
    one_account_proves_three_addresses_an_hour,
    a_restart_forgets_no_mail,
    whoever_is_written_down_often_gets_three,
}

/// What an attacker would like to have mailed: in each of them stands one of [`MARKS`].
const WORDS: &[&str] = &[
    "EVILWORD buy now https://evil.example/",
    "\u{202E}EVILWORD\u{202C}",
    "EVIL\u{200B}WORD",
    "ＥＶＩＬＷＯＲＤ",
    "=?utf-8?q?EVILWORD?=",
    "EVILWORD\r\nBcc: all@evil.example",
    "{{ desk_name }} EVILWORD [x](https://evil.example)",
    "<a href='https://evil.example'>EVILWORD</a>",
    "\"EVILWORD\" <news@evil.example>",
    "EVILWORD \u{1F4B0}\u{FEFF}",
];

/// Three, and one of each kind that forms can have sent: confirmation, request to confirm, account, erasure, data,
/// address.
const MOST_AN_HOUR: usize = 3 + 6;

/// What must stand in no mail to a victim.
const MARKS: &[&str] = &["evilword", "evil.example", "evil\u{200B}word", "ｅｖｉｌ", "\u{202E}", "\u{1F4B0}"];

/// They never ask for anything and press no link. Some are one mailbox.
const VICTIMS: &[&str] =
    &["vera@victim.example", "Vera+shop@victim.example", "vito@victim.example", "viktor@bücher.example"];

/// The mailbox that reads an address.
fn mailbox(address: &str) -> String {
    let lower = address.to_lowercase();
    let (local, domain) = lower.split_once('@').unwrap();
    format!("{}@{domain}", local.split('+').next().unwrap())
}

/// A small generator, so that a failure can be had again (Numerical Recipes' constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

/// Looks at every mail that has left.
#[derive(Default)]
struct Watch(HashMap<String, Vec<i64>>);

impl Watch {
    fn look(&mut self, mails: &[Mail], now: i64, story: &[String]) {
        for mail in mails.iter().filter(|mail| mail.to().contains("victim") || mail.to().contains("cher")) {
            let to = mailbox(mail.to());
            let all = mail.everything.to_lowercase();
            for mark in MARKS {
                assert!(!all.contains(mark), "{mark:?} was mailed to {to}:\n{}\n{story:#?}", mail.everything);
            }
            // What an agent wrote is no form's.
            if mail.text.contains("Agentenwort") {
                continue;
            }
            let times = self.0.entry(to.clone()).or_default();
            times.push(now);
            let hour = times.iter().filter(|time| now - **time < 3_600_000_000).count();
            assert!(
                hour <= MOST_AN_HOUR,
                "{hour} mails to {to} within an hour: {}\n{story:#?}",
                mail.subject()
            );
        }
    }
}

struct Attack<'a> {
    world: &'a World,
    dice: Dice,
    accounts: Vec<Session>,
    agent: Agent,
    numbers: Vec<tresen_model::RequestNumber>,
}

impl Attack<'_> {
    fn form(&mut self, email: &str) -> Form {
        let name = self.dice.pick(WORDS).replace(['\r', '\n'], " ");
        Form::from(email).about(self.dice.pick(WORDS), self.dice.pick(WORDS)).called(&name)
    }

    /// Does one thing, and says what. What is refused is refused.
    async fn step(&mut self) -> String {
        let world = self.world;
        let desk = &world.desk;
        let victim = self.dice.pick(VICTIMS);
        let account = self.accounts[self.dice.roll(self.accounts.len())].clone();
        let word = self.dice.pick(WORDS);
        match self.dice.roll(16) {
            0 | 1 => {
                let files = world.files(&[(word, word.as_bytes())]).await.unwrap();
                let form = self.form(victim);
                if let Ok(done) = world.submit_with(&form, files, None).await {
                    self.numbers.push(done.number);
                }
                format!("request for {victim}")
            }
            2 => {
                let form = self.form(victim);
                let signs = Signs { stamp: word, proof: word, trap: word, can_prove: false, network: None };
                if let Ok(form) = Submission::parse(&form.fields(), desk.settings())
                    && let Ok(done) = desk.requests.submit_screened(form, Vec::new(), None, &signs).await
                {
                    self.numbers.push(done.number);
                }
                format!("suspicious request for {victim}")
            }
            3 => {
                let form = self.form(victim);
                let done = world.try_submit(&form, Some(&account)).await;
                format!("request of an account that types {victim}: {}", done.is_ok())
            }
            4 => format!(
                "register {victim}: {}",
                desk.accounts.register(victim, Language::German).await.is_ok()
            ),
            5 => format!(
                "password {victim}: {}",
                desk.accounts.forgot_password(victim, Language::English).await.is_ok()
            ),
            6 => format!("erasure {victim}: {}", desk.privacy.ask_erasure(victim).await.is_ok()),
            7 => format!("data {victim}: {}", desk.privacy.ask_data_link(victim).await.is_ok()),
            8 | 9 => {
                let name = word.replace(['\r', '\n'], " ");
                let _ = desk.accounts.change_name(&account, &name).await;
                let done = desk.joining.ask_new_address(&account, victim, PASSWORD).await;
                format!("new address {victim}: {}", done.is_ok())
            }
            10 => {
                let letter = Letter::from(victim).about("EVILWORD", "EVILWORD https://evil.example");
                let letter = letter.with_file("EVILWORD.txt", "EVILWORD");
                format!("forged mail from {victim}: {:?}", world.receive(&letter).await)
            }
            11 if !self.numbers.is_empty() => {
                let number = self.numbers[self.dice.roll(self.numbers.len())];
                let done = desk.requests.release_held(&self.agent, number).await;
                format!("release {number}: {}", done.is_ok())
            }
            12 if !self.numbers.is_empty() => {
                let number = self.numbers[self.dice.roll(self.numbers.len())];
                let once = random_word();
                let done =
                    desk.requests.reply(&self.agent, number, &reply("Agentenwort", &once), Vec::new()).await;
                format!("answer {number}: {}", done.is_ok())
            }
            13 => {
                let own = Form { email: victim.into(), ..self.form(victim) };
                let done = world.try_submit(&own, Some(&account)).await.unwrap();
                let access = Access::Session(account);
                let said =
                    desk.requests.comment(&access, done.number, word, &random_word(), Vec::new()).await;
                format!("comment in {}: {}", done.number, said.is_ok())
            }
            _ => {
                let seconds = self.dice.roll(2400);
                world.clock.advance_seconds(i64::try_from(seconds).unwrap());
                format!("{seconds} seconds later")
            }
        }
    }
}

async fn no_sequence_of_forms_mails_a_word_to_a_stranger(world: &World) {
    let mut accounts = Vec::new();
    for name in ["mallory", "mona", "mike", "mia"] {
        accounts.push(world.customer(&format!("{name}@evil.example")).await);
    }
    let agent = world.agent("Grace").await;
    let mut watch = Watch::default();
    let mut attack = Attack { world, dice: Dice(0), accounts, agent, numbers: Vec::new() };
    for seed in 0..3 {
        attack.dice = Dice(seed);
        let mut story = vec![format!("seed {seed}")];
        for _ in 0..80 {
            story.push(attack.step().await);
            let mails = world.post().await;
            watch.look(&mails, world.desk.now().0, &story);
        }
    }
    let mailed: usize = watch.0.values().map(Vec::len).sum();
    assert!(mailed > 20, "{mailed} mails are too few to show anything");
}

async fn many_accounts_prove_one_address_three_times_an_hour(world: &World) {
    let mut sent = 0;
    for name in ["mallory", "mona", "mike"] {
        let account = world.customer(&format!("{name}@evil.example")).await;
        for _ in 0..2 {
            world.desk.joining.ask_new_address(&account, "vera@victim.example", PASSWORD).await.ok();
            sent += world.post().await.iter().filter(|mail| mail.to() == "vera@victim.example").count();
        }
    }
    assert_eq!(sent, 3);
    // Of another kind there is one.
    for left in [1, 0] {
        world.desk.accounts.register("vera@victim.example", Language::English).await.ok();
        assert_eq!(world.post().await.len(), left);
    }
    world.clock.advance_seconds(3600);
    world.desk.accounts.register("vera@victim.example", Language::English).await.unwrap();
    assert_eq!(world.mail().await.to(), "vera@victim.example");
}

async fn one_mailbox_under_many_names_gets_three(world: &World) {
    let mut sent = 0;
    for number in 0..12 {
        world.submit(&Form::from(&format!("vera+{number}@victim.example"))).await;
        sent += world.post().await.len();
    }
    assert_eq!(sent, 3);
}

async fn one_account_proves_three_addresses_an_hour(world: &World) {
    let account = world.customer("mallory@evil.example").await;
    let mut sent = 0;
    for hour in 1..=2 {
        for victim in ["vera", "vito", "vlad", "vida", "vivi"] {
            let address = format!("{victim}{hour}@victim.example");
            world.desk.joining.ask_new_address(&account, &address, PASSWORD).await.unwrap();
            sent += world.post().await.len();
        }
        assert_eq!(sent, 3 * hour);
        world.clock.advance_seconds(3_600);
    }
}

async fn a_restart_forgets_no_mail(world: &World) {
    let submit = async |desk: &tresen_desk::Desk| {
        let form = Form::from("vera@victim.example");
        let submission = Submission::parse(&form.fields(), desk.settings()).unwrap();
        desk.requests.submit(submission, Vec::new(), None).await.unwrap();
        world.post().await.len()
    };
    for _ in 0..3 {
        assert_eq!(submit(&world.desk).await, 1);
    }
    // What was counted in memory is gone; the outbox is not.
    let restarted = world.open_another().await.unwrap();
    assert_eq!(submit(&restarted).await, 0);
    world.clock.advance_seconds(3_600);
    assert_eq!(submit(&restarted).await, 1);
    restarted.close().await;
}

async fn whoever_is_written_down_often_gets_three(world: &World) {
    let grace = world.agent("Grace").await;
    let mut sent = 0;
    for call in 0..5 {
        let form = Capture {
            email: "vera@victim.example",
            name: "",
            kind: "problem",
            subject: "Called",
            body: "She called.",
            once: &call.to_string(),
            language: Language::English,
        };
        world.desk.requests.capture(&grace, &form, Vec::new()).await.unwrap();
        sent += world.post().await.len();
    }
    assert_eq!(sent, 3);
}
