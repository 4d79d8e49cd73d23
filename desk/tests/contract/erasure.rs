//! Erasure: whatever a person wrote or is known by is gone, everywhere, and nothing else is.

use std::time::Duration;

use tresen_desk::Secret;
use tresen_desk::people::{Purpose, Session};
use tresen_desk::requests::{Access, ListQuery};
use tresen_desk::{Desk, Error};
use tresen_model::{Language, Problem, RequestNumber};

use crate::mail::Mail;
use crate::support::{
    Engine, Form, OTHER_PASSWORD, PASSWORD, Place, World, assert_fails, clock, contents, note, random_word,
    refusals,
};
use crate::traces::Needles;

stories! {
    one_of_thirty_is_erased_without_a_trace,
    nothing_is_left_of_long_conversations,
    erasing_asks_for_the_password,
    erasing_by_the_mailed_link,
    erasing_at_the_operators_command,
    erasing_twice_is_erasing_once,
    who_writes_again_starts_afresh,
    nothing_is_left_of_what_comes_in_meanwhile,
    writing_while_being_erased_is_all_or_nothing,
    giving_up_waiting_does_not_stop_an_erasure,
    agents_leave_their_answers_without_a_name,
    an_erased_customer_is_not_indexed_again,
}

races! {
    erasing_twice_is_erasing_once,
    writing_while_being_erased_is_all_or_nothing,
    nothing_is_left_of_what_comes_in_meanwhile,
}

/// A customer with words that nobody else has.
struct Customer {
    email: String,
    name: String,
    words: Vec<String>,
    session: Session,
    numbers: Vec<RequestNumber>,
    link: Secret,
}

/// Twelve letters, so that it is found nowhere by chance.
fn word() -> String {
    random_word()
}

impl Customer {
    async fn new(world: &World) -> Self {
        let email = format!("{}@{}.example", word(), word());
        let name = format!("{} {}", word(), word());
        let words: Vec<String> = (0..9).map(|_| word()).collect();
        let form = Form::from(&email).called(&name).about(&words[0], &format!("Hello {} there", words[1]));
        let files = world.file(&format!("{}.txt", words[2]), words[3].as_bytes()).await;
        world.tick();
        let number = world.submit_with(&form, files, None).await.unwrap().number;
        // The farewell to another one may arrive late.
        let mail = world.post().await.into_iter().find(|mail| mail.to() == email).unwrap();
        let secret = world
            .desk
            .accounts
            .complete_registration(&mail.link("register"), PASSWORD)
            .await
            .unwrap()
            .session;
        let session = world.session(&secret).await.unwrap();
        Self { email, name, words, session, numbers: vec![number], link: mail.request_link() }
    }

    fn access(&self) -> Access {
        Access::Session(self.session.clone())
    }

    /// All that must be gone. Also the ends of words alone: an index leaves out what a word
    /// has in common with the one before.
    fn needles(&self) -> Needles {
        let mut texts: Vec<&str> = self.words.iter().map(String::as_str).collect();
        texts.extend(self.words.iter().map(|word| &word[3..]));
        texts.push(&self.email);
        texts.extend(self.email.trim_end_matches(".example").split('@'));
        texts.push(&self.name);
        texts.extend(self.name.split(' '));
        Needles::new(texts)
    }
}

/// Customers who wrote and were answered, indexed in several rounds.
async fn customers(world: &World, count: usize) -> Vec<Customer> {
    let grace = world.agent("Grace").await;
    let mut customers = Vec::new();
    for one in 0..count {
        customers.push(Customer::new(world).await);
        if one % 4 == 0 {
            world.index().await;
        }
    }
    for customer in &mut customers {
        let number = customer.numbers[0];
        let words = &customer.words;
        world.answer(&grace, number, &format!("We look for {}", words[4])).await;
        world.tick();
        world
            .desk
            .requests
            .reply(
                &grace,
                number,
                &note(&words[5], &word()),
                world.file(&format!("{}.pdf", words[6]), b"x").await,
            )
            .await
            .unwrap();
        world.comment(&customer.access(), number, &format!("Thanks, {}!", words[7])).await;
        let second =
            world.submit(&Form::from(&customer.email).about(&words[8], &format!("{} again", words[1]))).await;
        customer.numbers.push(second);
    }
    world.index().await;
    // Some mails are sent, some wait.
    world.post().await;
    for customer in &customers {
        world.answer(&grace, customer.numbers[1], &format!("About {}", customer.words[8])).await;
        world.desk.accounts.forgot_password(&customer.email, Language::English).await.unwrap();
    }
    world.desk.settle().await;
    customers
}

async fn assert_whole(world: &World, customer: &Customer) {
    let lines = world.mine(&customer.session).await;
    assert_eq!(lines.len(), 2);
    let seen = world.desk.requests.conversation(&customer.access(), customer.numbers[0]).await.unwrap();
    assert_eq!(seen.subject, customer.words[0]);
    assert_eq!(seen.comments.len(), 3);
    assert_eq!(seen.comments[1].author.as_deref(), Some("Grace"));
    let attachment = seen.comments[0].attachments[0].id;
    let file =
        world.desk.requests.attachment(&customer.access(), customer.numbers[0], attachment).await.unwrap();
    assert_eq!(contents(file).await, customer.words[3].as_bytes());
    assert_eq!(world.find(&customer.session, &customer.words[7]).await, [customer.numbers[0]]);
    let stored = world.desk.privacy.erasure_preview(&customer.session).await.unwrap();
    assert_eq!((stored.requests, stored.comments, stored.attachments, stored.consents), (2, 6, 2, 2));
}

async fn one_of_thirty_is_erased_without_a_trace(world: &World) {
    let mut customers = customers(world, 30).await;
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    let erased = customers.remove(17);
    let needles = erased.needles();
    if world.engine == Engine::Sqlite {
        assert!(
            !needles.traces(&world.place).await.is_empty(),
            "the search index holds words; nothing was looked through"
        );
    }
    let secret = world.secret(&erased.email, PASSWORD).await.unwrap();
    let preview = world.desk.privacy.erasure_preview(&erased.session).await.unwrap();
    let done = world.desk.privacy.erase_self(&erased.session, PASSWORD).await.unwrap();
    assert!(done.count == preview);
    assert_eq!((preview.requests, preview.comments, preview.attachments), (2, 6, 2));
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    // Each of the thirty has two files.
    assert_eq!(world.objects(), 29 * 2);

    // Nothing of it can be reached.
    assert!(world.session(&secret).await.is_none());
    assert_eq!(refusals(world.secret(&erased.email, PASSWORD).await), [("password", Problem::LoginFailed)]);
    assert_fails!(
        world.desk.requests.my_requests(&erased.session, &ListQuery::default()).await,
        Error::Forbidden
    );
    assert_fails!(world.desk.accounts.account(&erased.session).await, Error::Forbidden);
    assert!(world.is_gone(Purpose::Request, &erased.link).await);
    for number in &erased.numbers {
        assert_fails!(world.desk.requests.conversation(&erased.access(), *number).await, Error::NotFound);
        assert_fails!(
            world.desk.requests.comment(&erased.access(), *number, "Hi", "a", Vec::new()).await,
            Error::NotFound
        );
        assert_fails!(world.desk.requests.conversation_for_agent(&grace, *number).await, Error::NotFound);
    }
    for typed in erased.words.iter().chain([&erased.email, &erased.name]) {
        assert!(world.find_all(&grace, typed).await.is_empty(), "{typed}");
    }
    // One last mail; nothing that was waiting is sent any more.
    let mails = world.post().await;
    let last: Vec<&Mail> = mails.iter().filter(|mail| mail.to() == erased.email).collect();
    assert_eq!(last.len(), 1);
    assert!(
        erased.words.iter().chain([&erased.name]).all(|word| !last[0].everything.contains(word.as_str()))
    );

    for customer in &customers {
        assert_whole(world, customer).await;
    }
    // Nor does anything come back.
    world.desk.tidy_up().await.unwrap();
    world.index().await;
    let desk = world.open_another().await.unwrap();
    while desk.indexer.index_stale().await.unwrap() > 0 {}
    desk.close().await;
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
}

async fn nothing_is_left_of_long_conversations(world: &World) {
    // Texts of many pages, changed and indexed again and again, move about in the index.
    let erased = Customer::new(world).await;
    let other = Customer::new(world).await;
    let mut typed = Vec::new();
    for round in 0..12 {
        for customer in [&erased, &other] {
            let words: Vec<String> = (0..40 + 60 * (round % 3)).map(|_| word()).collect();
            world.comment(&customer.access(), customer.numbers[0], &words.join(" ")).await;
            if customer.email == erased.email {
                typed.extend(words);
            }
        }
        world.index().await;
        world.desk.accounts.change_name(&erased.session, &typed[round]).await.unwrap();
        world.index().await;
    }
    world.desk.privacy.erase_self(&erased.session, PASSWORD).await.unwrap();
    let needles = Needles::new(typed.iter().map(String::as_str).chain(typed.iter().map(|word| &word[3..])));
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    assert_eq!(erased.needles().traces(&world.place).await, Vec::<String>::new());
    assert_eq!(world.find(&other.session, &other.words[0]).await, other.numbers);
}

async fn erasing_asks_for_the_password(world: &World) {
    let ada = world.customer("ada@example.com").await;
    for wrong in ["", OTHER_PASSWORD] {
        assert_eq!(
            refusals(world.desk.privacy.erase_self(&ada, wrong).await),
            [("password", Problem::PasswordWrong)]
        );
    }
    assert!(world.login("ada@example.com", PASSWORD).await.is_ok());
}

async fn erasing_by_the_mailed_link(world: &World) {
    let number = world.submit(&Form::from("ada@example.com").called("Vorpalina Jabberwock")).await;
    let request = world.mail().await;
    world.desk.privacy.ask_erasure("Ada@example.com").await.unwrap();
    let link = world.mail().await.link("account/delete");
    assert_eq!(world.desk.privacy.erasure_preview_by_link(&link).await.unwrap().requests, 1);
    // Looking changes nothing.
    let grace = world.agent("Grace").await;
    assert!(world.desk.requests.conversation_for_agent(&grace, number).await.is_ok());
    assert_eq!(world.desk.privacy.erase_by_link(&link).await.unwrap().count.requests, 1);
    assert_fails!(world.desk.privacy.erase_by_link(&link).await, Error::Gone);
    assert_fails!(world.desk.requests.conversation_for_agent(&grace, number).await, Error::NotFound);
    assert!(world.is_gone(Purpose::Request, &request.request_link()).await);
    assert!(world.is_gone(Purpose::Register, &request.link("register")).await);
    let needles = Needles::new(["ada@example.com", "Vorpalina", "Jabberwock"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    // There is nothing about the address, so nothing is mailed.
    world.post().await;
    world.desk.privacy.ask_erasure("ada@example.com").await.unwrap();
    assert!(world.post().await.is_empty());
}

async fn erasing_at_the_operators_command(world: &World) {
    world.submit(&Form::from("ada@example.com")).await;
    assert_fails!(world.desk.privacy.erase_by_operator("ada").await, Error::Refused(_));
    assert!(world.desk.privacy.erase_by_operator("nobody@example.com").await.unwrap().is_none());
    assert_eq!(
        world.desk.privacy.erase_by_operator("ADA@example.com").await.unwrap().unwrap().count.requests,
        1
    );
    assert!(world.desk.privacy.erase_by_operator("ada@example.com").await.unwrap().is_none());
    // An address that was never proven gets no farewell.
    assert!(world.post().await.is_empty());
}

async fn erasing_twice_is_erasing_once(world: &World) {
    let customer = Customer::new(world).await;
    let (one, two) = tokio::join!(
        world.desk.privacy.erase_self(&customer.session, PASSWORD),
        world.desk.privacy.erase_self(&customer.session, PASSWORD)
    );
    let done: Vec<_> = [one, two]
        .into_iter()
        .filter_map(|erased| match erased {
            Ok(erased) => Some(erased.count),
            Err(Error::Forbidden) => None,
            Err(other) => panic!("{other:?}"),
        })
        .collect();
    assert!(!done.is_empty() && done.iter().all(|count| *count == done[0] && count.requests == 1));
    assert_fails!(world.desk.privacy.erase_self(&customer.session, PASSWORD).await, Error::Forbidden);
    assert_eq!(customer.needles().traces(&world.place).await, Vec::<String>::new());
    assert!(world.post().await.len() <= 1, "more than one farewell");
    // Nothing keeps these apart, as the password does above.
    for _ in 0..5 {
        let customer = Customer::new(world).await;
        let erase = || world.desk.privacy.erase_by_operator(&customer.email);
        let (a, b, c, d) = tokio::join!(erase(), erase(), erase(), erase());
        let done: Vec<_> = [a, b, c, d].into_iter().filter_map(Result::unwrap).collect();
        assert!(!done.is_empty() && done.iter().all(|erased| erased.count.requests == 1));
        assert_eq!(customer.needles().traces(&world.place).await, Vec::<String>::new());
        assert_eq!(world.post().await.len(), 1, "more than one farewell");
    }
}

async fn who_writes_again_starts_afresh(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let form = Form::from("ada@example.com").called("Ada");
    let before = world.submit(&form).await;
    world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    world.post().await;
    // The very same form, too.
    let after = world.submit(&form).await;
    assert_ne!(before, after);
    let mail = world.mail().await;
    let secret = world
        .desk
        .accounts
        .complete_registration(&mail.link("register"), OTHER_PASSWORD)
        .await
        .unwrap()
        .session;
    let again = world.session(&secret).await.unwrap();
    assert_ne!(again.person(), ada.person());
    assert_eq!(world.mine(&again).await.iter().map(|line| line.number).collect::<Vec<_>>(), [after]);
    assert!(world.login("ada@example.com", PASSWORD).await.is_err());
}

async fn nothing_is_left_of_what_comes_in_meanwhile(world: &World) {
    let grace = world.agent("Grace").await;
    for round in 0..4_u64 {
        let customer = Customer::new(world).await;
        world.index().await;
        let typed: Vec<String> = (0..20).map(|_| word()).collect();
        let mut tasks = Vec::new();
        for (at, word) in typed.iter().cloned().enumerate() {
            let (desk, access, number) = (world.desk.clone(), customer.access(), customer.numbers[0]);
            let (session, grace, form) =
                (customer.session.clone(), grace.clone(), Form::from(&customer.email).about(&word, &word));
            tasks.push(tokio::spawn(async move {
                tokio::time::sleep(Duration::from_micros(at as u64 * 700 * round)).await;
                let mut input = desk.requests.receive_files();
                input.begin(&format!("{word}.txt")).await.unwrap();
                input.write(word.as_bytes()).await.unwrap();
                input.end().await.unwrap();
                let files = input.finish();
                // Whatever becomes of it, nothing may be left.
                let _ = match at % 5 {
                    0 | 1 => desk.requests.comment(&access, number, &word, &word, files).await.map(drop),
                    2 => desk.requests.reply(&grace, number, &note(&word, &word), files).await.map(drop),
                    3 => desk.accounts.change_name(&session, &word).await,
                    _ => {
                        let submission =
                            tresen_desk::requests::Submission::parse(&form.fields(), desk.settings())
                                .unwrap();
                        desk.requests.submit(submission, files, Some(&session)).await.map(drop)
                    }
                };
                let _ = desk.indexer.index_stale().await;
            }));
        }
        let desk = world.desk.clone();
        let indexing = tokio::spawn(async move {
            for _ in 0..20 {
                let _ = desk.indexer.index_stale().await;
            }
        });
        world.desk.privacy.erase_self(&customer.session, PASSWORD).await.unwrap();
        for task in tasks {
            task.await.unwrap();
        }
        indexing.await.unwrap();
        world.index().await;
        assert_eq!(
            Needles::new(typed.iter().map(String::as_str)).traces(&world.place).await,
            Vec::<String>::new()
        );
        assert_eq!(customer.needles().traces(&world.place).await, Vec::<String>::new());
        assert_eq!(world.objects(), 0);
        assert_eq!(world.desk.requests.queue_counts(&grace).await.unwrap().active, 0);
        world.post().await;
    }
}

async fn writing_while_being_erased_is_all_or_nothing(world: &World) {
    let grace = world.agent("Grace").await;
    for round in 0..6_u64 {
        let email = format!("{}@example.com", word());
        let ada = world.customer(&email).await;
        for _ in 0..5 {
            world.submit(&Form::from(&email)).await;
        }
        let form = Form::from(&email).about("Written meanwhile", "Text");
        let submitting = async {
            tokio::time::sleep(Duration::from_millis(15 * round)).await;
            world.try_submit(&form, None).await
        };
        let (erased, submitted) = tokio::join!(world.desk.privacy.erase_self(&ada, PASSWORD), submitting);
        erased.unwrap();
        let submitted = submitted.unwrap().number;
        world.index().await;
        // It belongs to the one who was erased, or to one who starts afresh.
        match world.desk.requests.conversation_for_agent(&grace, submitted).await {
            Ok(seen) => {
                let staff = seen.staff.unwrap();
                assert_ne!(staff.customer.id, ada.person());
                assert_eq!((staff.customer.email, staff.other_requests), (email, 0));
            }
            Err(Error::NotFound) => {
                assert_eq!(Needles::new([email.as_str()]).traces(&world.place).await, Vec::<String>::new());
            }
            Err(other) => panic!("{other:?}"),
        }
        world.post().await;
    }
}

async fn giving_up_waiting_does_not_stop_an_erasure(world: &World) {
    for round in 0..8_u64 {
        let customer = Customer::new(world).await;
        world.index().await;
        let (desk, session) = (world.desk.clone(), customer.session.clone());
        let task = tokio::spawn(async move { desk.privacy.erase_self(&session, PASSWORD).await.map(drop) });
        tokio::time::sleep(Duration::from_millis(20 + 10 * round)).await;
        task.abort();
        let _ = task.await;
        // Begun or not; when begun, it comes to its end.
        let mut gone = false;
        for _ in 0..100 {
            gone = world.login(&customer.email, PASSWORD).await.is_err();
            if gone || world.desk.accounts.account(&customer.session).await.is_ok() {
                break;
            }
        }
        if !gone {
            world.desk.privacy.erase_self(&customer.session, PASSWORD).await.ok();
        }
        let deadline = 1_500;
        for wait in 0..=deadline {
            let traces = customer.needles().traces(&world.place).await;
            if traces.is_empty() {
                break;
            }
            assert!(wait < deadline, "{traces:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world.post().await;
    }
}

async fn agents_leave_their_answers_without_a_name(world: &World) {
    let customer = Customer::new(world).await;
    let number = customer.numbers[0];
    let leaver = world.agent_session("Vorpalina").await;
    let agent = leaver.agent().unwrap();
    world.answer(&agent, number, "An answer").await;
    world.tick();
    world.desk.requests.reply(&agent, number, &note("A note", "a"), Vec::new()).await.unwrap();
    world.submit(&Form::from("vorpalina@desk.example").about("My own request", "Wobbulator")).await;
    world.index().await;
    world.desk.privacy.erase_self(&leaver, PASSWORD).await.unwrap();
    let grace = world.agent("Grace").await;
    let seen = world.desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    assert_eq!(seen.comments.len(), 3);
    assert_eq!((seen.comments[1].body.as_str(), seen.comments[1].author.as_deref()), ("An answer", None));
    let staff = seen.staff.unwrap();
    assert_eq!(staff.assignee, None);
    assert!(staff.history.iter().skip(1).all(|entry| entry.actor.is_none()));
    assert_eq!(staff.agents.len(), 1);
    let needles = Needles::new(["vorpalina", "vorpalina@desk.example", "My own request", "wobbulator"]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());
    assert!(world.login("vorpalina@desk.example", PASSWORD).await.is_err());
    // The customer can be erased as well.
    world.desk.privacy.erase_self(&customer.session, PASSWORD).await.unwrap();
}

async fn an_erased_customer_is_not_indexed_again(world: &World) {
    let customers = customers(world, 3).await;
    // Another process of the same desk, as the command line is.
    let other = world.open_another().await.unwrap();
    other.privacy.erase_by_operator(&customers[0].email).await.unwrap().unwrap();
    world.index().await;
    assert_fails!(
        world
            .desk
            .requests
            .my_requests(&customers[0].session, &ListQuery { search: "hello".into(), ..ListQuery::default() })
            .await
            .map(|page| assert!(page.rows.is_empty()))
            .and(Err::<(), _>(Error::Gone)),
        Error::Gone | Error::Forbidden
    );
    assert_fails!(
        world
            .desk
            .requests
            .comment(&customers[0].access(), customers[0].numbers[0], "Hi", "a", Vec::new())
            .await,
        Error::NotFound
    );
    assert_eq!(customers[0].needles().traces(&world.place).await, Vec::<String>::new());
    assert_whole(world, &customers[1]).await;
    other.close().await;
}

/// The machine stops at any moment of an erasure: the next start finishes it, or nothing was
/// begun.
fn a_crash_is_finished_at_the_next_start(engine: Engine) {
    for round in 0..12_u64 {
        let runtime =
            || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let before = runtime();
        let (world, erased, other) = before.block_on(async {
            let world = World::new(engine).await;
            let mut customers = customers(&world, 2).await;
            let other = customers.pop().unwrap();
            (world, customers.pop().unwrap(), other)
        });
        let (desk, session) = (world.desk.clone(), erased.session.clone());
        before.spawn(async move { desk.privacy.erase_self(&session, PASSWORD).await.map(drop) });
        // The password takes its time first, then the erasure some milliseconds.
        std::thread::sleep(Duration::from_millis(20 + round * 7));
        before.shutdown_background();
        let World { desk, place, .. } = world;
        drop(desk);
        let after = runtime();
        after.block_on(async {
            finished_or_not_begun(&place, &erased, &other).await;
            place.remove().await;
        });
    }
}

async fn finished_or_not_begun(place: &Place, erased: &Customer, other: &Customer) {
    let desk = Desk::open(place.opening(clock())).await.unwrap();
    while desk.indexer.index_stale().await.unwrap() > 0 {}
    let stored = desk.privacy.erasure_preview(&other.session).await.unwrap();
    assert_eq!((stored.requests, stored.comments, stored.attachments), (2, 6, 2));
    let stored = desk.privacy.erasure_preview(&erased.session).await.unwrap();
    if desk.accounts.account(&erased.session).await.is_ok() {
        assert_eq!((stored.requests, stored.comments, stored.attachments), (2, 6, 2));
        desk.requests.conversation(&erased.access(), erased.numbers[0]).await.unwrap();
    } else {
        assert_eq!((stored.requests, stored.consents, stored.sessions, stored.tokens), (0, 0, 0, 0));
        assert_fails!(desk.accounts.login(&erased.email, PASSWORD, None).await, Error::Refused(_));
        assert_eq!(erased.needles().traces(place).await, Vec::<String>::new());
    }
    desk.close().await;
}

#[test]
fn sqlite_a_crash_is_finished_at_the_next_start() {
    a_crash_is_finished_at_the_next_start(Engine::Sqlite);
}

#[test]
fn postgres_a_crash_is_finished_at_the_next_start() {
    a_crash_is_finished_at_the_next_start(Engine::Postgres);
}
