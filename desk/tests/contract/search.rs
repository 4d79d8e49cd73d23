//! Finding requests by their words.

use tresen_desk::requests::{
    Access, Assignee, Change, ListQuery, Listing, Position, QueueOrder, QueueQuery, QueueView,
};
use tresen_model::{RequestNumber, Status};

use crate::support::{Form, World, note, numbers, random_word, set};

stories! {
    customers_find_their_own_words,
    customers_find_nothing_else,
    agents_find_everything,
    changes_are_found,
    a_number_is_found_at_once,
    signs_do_no_harm,
    very_long_texts_can_be_found,
    a_change_of_name_is_found_however_it_meets_the_indexer,
    the_index_can_be_lost,
    filters_come_before_the_limit,
    what_is_found_comes_in_pages_and_in_order,
    an_index_that_grows_loses_nothing,
}

races! {
    a_change_of_name_is_found_however_it_meets_the_indexer,
}

const NONE: [RequestNumber; 0] = [];

async fn customers_find_their_own_words(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada.clone());
    let grace = world.agent("Grace").await;
    let printer = world
        .submit(
            &Form::from("ada@example.com")
                .about("Drucker klemmt", "Seit gestern, ÄRGERLICH. Straße 7, Müller-Lüdenscheidt"),
        )
        .await;
    let parcel = world
        .submit(
            &Form::from("ada@example.com").about("Paket fehlt", "Bestellung 4711/2026 bei shop.example.com"),
        )
        .await;
    world.comment(&access, parcel, "Es ist ein Fernrohr.").await;
    world.answer(&grace, parcel, "Unterwegs mit Schubkarre.").await;
    let file = world.file("Rechnung_März.pdf", b"x").await;
    world.tick();
    world.desk.requests.comment(&access, printer, "Anbei", "b", file).await.unwrap();
    world.index().await;
    for (typed, found) in [
        ("drucker", vec![printer]),
        ("DRUCKER KLEMMT", vec![printer]),
        ("druck", vec![printer]),
        ("ucker", vec![]),
        ("drucker paket", vec![]),
        ("fernrohr", vec![parcel]),
        ("schubkarre paket", vec![parcel]),
        ("ärgerlich", vec![printer]),
        ("ÄRGER", vec![printer]),
        ("straße", vec![printer]),
        ("Müller", vec![printer]),
        ("lüdenscheidt", vec![printer]),
        ("müller-lüdenscheidt", vec![printer]),
        ("4711", vec![parcel]),
        ("2026", vec![parcel]),
        ("shop.example.com", vec![parcel]),
        ("example", vec![parcel]),
        ("rechnung", vec![printer]),
        ("märz", vec![printer]),
        ("märz.pdf", vec![printer]),
    ] {
        assert_eq!(world.find(&ada, typed).await, found, "{typed}");
    }
    // Both, the newest activity first, and with a status.
    world.comment(&access, parcel, "Der Drucker auch.").await;
    world.index().await;
    assert_eq!(world.find(&ada, "drucker").await, [parcel, printer]);
    world.desk.requests.close_or_reopen(&access, printer, true).await.unwrap();
    let query = ListQuery { search: "drucker".into(), status: Some(Status::Closed), after: None };
    let page = world.desk.requests.my_requests(&ada, &query).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [printer]);
}

async fn customers_find_nothing_else(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let own = world.submit(&Form::from("ada@example.com").about("Teapot", "Mine")).await;
    let foreign =
        world.submit(&Form::from("eve@example.com").about("Teapot", "Wobbulator").called("Evelyn")).await;
    let agent = world.agent("Grace").await;
    for number in [own, foreign] {
        let file = world.file("blacklist.txt", b"x").await;
        world.tick();
        world.desk.requests.reply(&agent, number, &note("Querulant", &random_word()), file).await.unwrap();
    }
    world.index().await;
    assert_eq!(world.find(&ada, "teapot").await, [own]);
    for typed in [
        "wobbulator",
        "querulant",
        "blacklist",
        "evelyn",
        "eve",
        "ada@example.com",
        "grace",
        &foreign.to_string(),
    ] {
        assert_eq!(world.find(&ada, typed).await, NONE, "{typed}");
    }
    // The scope is no word to search for.
    let id = ada.person().0.simple().to_string();
    assert_eq!(world.find(&ada, &id).await, NONE);
    assert_eq!(world.find_all(&agent, &id).await, NONE);
    assert_eq!(world.find_all(&agent, "scope").await, NONE);
}

async fn agents_find_everything(world: &World) {
    let agent = world.agent("Grace").await;
    let one = world
        .submit(&Form::from("ada.lovelace@mail.example.com").about("Teapot", "One").called("Ada Lovelace"))
        .await;
    let two = world.submit(&Form::from("eve@example.com").about("Kettle", "Two").called("Zoë Ödön")).await;
    world.tick();
    world.desk.requests.reply(&agent, two, &note("Querulant", "a"), Vec::new()).await.unwrap();
    world.index().await;
    for (typed, found) in [
        ("teapot", vec![one]),
        ("ada.lovelace@mail.example.com", vec![one]),
        ("ada", vec![one]),
        ("lovelace", vec![one]),
        ("mail.example.com", vec![one]),
        ("eve@example.com", vec![two]),
        ("EVE@", vec![two]),
        ("zoë", vec![two]),
        ("Ödön", vec![two]),
        ("ÖDÖN", vec![two]),
        ("querulant kettle", vec![two]),
        ("lovelace kettle", vec![]),
    ] {
        assert_eq!(world.find_all(&agent, typed).await, found, "{typed}");
    }
    assert_eq!(set(world.find_all(&agent, "example.com").await), set([one, two]));
}

async fn changes_are_found(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    world.index().await;
    assert_eq!(world.desk.indexer.index_stale().await.unwrap(), 0);
    world.desk.accounts.change_name(&ada, "Vorpalina").await.unwrap();
    world.index().await;
    assert_eq!(world.find_all(&agent, "vorpalina").await, [number]);
    world.desk.accounts.change_name(&ada, "Jubjub").await.unwrap();
    world.index().await;
    assert_eq!(world.find_all(&agent, "vorpalina").await, NONE);
    assert_eq!(world.find_all(&agent, "jubjub").await, [number]);
    world.post().await;
    world
        .desk
        .joining
        .ask_new_address(&ada, "bandersnatch@example.com", crate::support::PASSWORD)
        .await
        .unwrap();
    world.desk.joining.confirm_new_address(&world.mail().await.link("account/address")).await.unwrap();
    world.index().await;
    assert_eq!(world.find_all(&agent, "bandersnatch").await, [number]);
    assert_eq!(world.find_all(&agent, "ada@example.com").await, NONE);
}

async fn a_number_is_found_at_once(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com")).await;
    let text = number.to_string();
    for typed in [text.clone(), text.to_lowercase(), text.replace('-', ""), format!(" {} ", &text[2..])] {
        assert_eq!(world.find(&ada, &typed).await, [number], "{typed}");
        assert_eq!(world.find_all(&agent, &typed).await, [number], "{typed}");
    }
}

async fn signs_do_no_harm(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let agent = world.agent("Grace").await;
    world
        .submit(
            &Form::from("ada@example.com")
                .about("Quote \" ' \\ % _ * : ( ) & | ! <-> \0", "NEAR AND OR NOT \u{0308}"),
        )
        .await;
    world.index().await;
    for typed in [
        "\"",
        "'",
        "\\",
        "%",
        "*",
        ":*",
        "& | !",
        "a:b",
        "NEAR(",
        "AND",
        "OR",
        "NOT",
        "^a",
        "{public}",
        "a -b",
        "\u{0}",
        "\u{202e}",
        "😀",
        "e\u{0301}",
        "'; DROP TABLE request; --",
        "<->",
        "\\' :*",
        &"a ".repeat(10_000),
        &"ß".repeat(10_000),
        "İ",
    ] {
        world.find(&ada, typed).await;
        world.find_all(&agent, typed).await;
    }
    let all = QueueQuery { search: "quote".into(), ..QueueQuery::default() };
    assert_eq!(world.desk.requests.queue(&agent, &all).await.unwrap().rows.len(), 1);
}

/// A text beyond what the index can hold must not keep everybody else's from being found.
async fn very_long_texts_can_be_found(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let access = Access::Session(ada.clone());
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from("ada@example.com").about("Enormous", "Begin")).await;
    let mut count = 0_u32;
    let mut text = || {
        let mut text = String::new();
        while text.chars().count() < 49_990 {
            // Short and never the same: what takes most room in an index.
            text.push_str(&format!("{:x} ", 0x10_0000 + count));
            count += 1;
        }
        text
    };
    for _ in 0..12 {
        world.comment(&access, number, &text()).await;
        world.tick();
        world.desk.requests.reply(&agent, number, &note(&text(), &random_word()), Vec::new()).await.unwrap();
    }
    world.comment(&access, number, &"ß".repeat(50_000)).await;
    let other = world.submit(&Form::from("ada@example.com").about("Tiny", "Text")).await;
    world.index().await;
    assert_eq!(world.find(&ada, "enormous").await, [number]);
    assert_eq!(world.find(&ada, "100001").await, [number]);
    assert_eq!(world.find(&ada, "tiny").await, [other]);
    assert_eq!(world.find_all(&agent, "enormous").await, [number]);
}

async fn a_change_of_name_is_found_however_it_meets_the_indexer(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let agent = world.agent("Grace").await;
    for _ in 0..20 {
        world.submit(&Form::from("ada@example.com")).await;
    }
    for round in 0..40 {
        let name = format!("Name{}", random_word());
        world.comment(&Access::Session(ada.clone()), world.mine(&ada).await[0].number, "More").await;
        let indexing = async {
            tokio::time::sleep(std::time::Duration::from_micros(round * 100)).await;
            world.desk.indexer.index_stale().await.unwrap()
        };
        let (changed, _) = tokio::join!(world.desk.accounts.change_name(&ada, &name), indexing);
        changed.unwrap();
        world.index().await;
        assert_eq!(world.find_all(&agent, &name).await.len(), 20, "round {round}");
    }
}

async fn the_index_can_be_lost(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let number = world.submit(&Form::from("ada@example.com").about("Teapot", "Mine")).await;
    world.index().await;
    world.desk.close().await;
    for location in [&world.place.database] {
        if let tresen_desk::Location::Server(url) = location {
            let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(url).await.unwrap();
            let all = "DO $$ BEGIN FOR i IN 0..63 LOOP EXECUTE format('TRUNCATE search_entry_%s', to_char(i, 'FM00')); END LOOP; TRUNCATE search_epoch; END $$";
            sqlx::query(all).execute(&mut connection).await.unwrap();
        }
    }
    for name in ["search.db", "search.db-wal", "search.db-shm"] {
        let _ = std::fs::remove_file(world.place.data().join(name));
    }
    let desk = world.open_another().await.unwrap();
    while desk.indexer.index_stale().await.unwrap() > 0 {}
    let query = ListQuery { search: "teapot".into(), ..ListQuery::default() };
    assert_eq!(desk.requests.my_requests(&ada, &query).await.unwrap().rows[0].number, number);
    desk.close().await;
}

/// More requests than a search looked at before it filtered, so that the one that is asked for is not among the newest.
async fn filters_come_before_the_limit(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let (grace, heidi) = (world.agent("Grace").await, world.agent("Heidi").await);
    let about = |subject| Form::from("ada@example.com").about(subject, "Teapot");
    let closed = world.try_submit(&about("The first"), Some(&ada)).await.unwrap().number;
    let order = Form { kind: "order".into(), ..about("Another type") };
    let order = world.try_submit(&order, Some(&ada)).await.unwrap().number;
    let taken = world.try_submit(&about("Somebody works on it"), Some(&ada)).await.unwrap().number;
    let rare = world.try_submit(&about("Zitronenfalter"), Some(&ada)).await.unwrap().number;
    for _ in 0..230 {
        world.try_submit(&about("Again"), Some(&ada)).await.unwrap();
    }
    world.desk.requests.close_or_reopen(&Access::Session(ada.clone()), closed, true).await.unwrap();
    let hers = Change { assignee: Some(Some(heidi.person())), ..Change::default() };
    world.desk.requests.change(&grace, taken, hers).await.unwrap();
    // What follows makes all of them older than the rest.
    world.tick();
    for _ in 0..3 {
        world.try_submit(&about("The last"), Some(&ada)).await.unwrap();
    }
    world.index().await;

    let asked = |typed: &str| QueueQuery { search: typed.into(), ..QueueQuery::default() };
    for order_of in [QueueOrder::Newest, QueueOrder::Oldest] {
        for (agent, query, found) in [
            (&grace, QueueQuery { view: QueueView::Only(Status::Closed), ..asked("teapot") }, closed),
            (&grace, QueueQuery { kind: Some("order".into()), ..asked("teap") }, order),
            (&heidi, QueueQuery { assignee: Assignee::Me, ..asked("teapot") }, taken),
            (&grace, asked("zitronenf"), rare),
            (&grace, asked("zitronenfalter teapot"), rare),
            (&grace, asked(&order.to_string()), order),
        ] {
            let query = QueueQuery { order: order_of, ..query };
            let page = world.desk.requests.queue(agent, &query).await.unwrap();
            assert_eq!(numbers(&page), [found], "{query:?}");
        }
        let query = QueueQuery { order: order_of, ..asked("nothing") };
        assert_eq!(numbers(&world.desk.requests.queue(&grace, &query).await.unwrap()), NONE);
    }
    let query = ListQuery { search: "teapot".into(), status: Some(Status::Closed), after: None };
    assert_eq!(numbers(&world.desk.requests.my_requests(&ada, &query).await.unwrap()), [closed]);
    // A number that is typed leads past no filter.
    let query = QueueQuery { kind: Some("question".into()), ..asked(&order.to_string()) };
    assert_eq!(numbers(&world.desk.requests.queue(&grace, &query).await.unwrap()), NONE);
}

async fn what_is_found_comes_in_pages_and_in_order(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let grace = world.agent("Grace").await;
    let mut stored = Vec::new();
    for number in 0..230 {
        // Twenty at the same time, to the microsecond.
        if number % 20 == 0 {
            world.tick();
        }
        let subject = if number % 2 == 0 { "Teapot" } else { "Kettle" };
        let form = Form::from("ada@example.com").about(subject, "Text");
        let number = world.try_submit(&form, Some(&ada)).await.unwrap().number;
        stored.extend((subject == "Teapot").then_some(number));
    }
    world.index().await;
    for order in [QueueOrder::Newest, QueueOrder::Oldest] {
        let mut query = QueueQuery { search: "teapots teapot teap".into(), order, ..QueueQuery::default() };
        assert_eq!(numbers(&world.desk.requests.queue(&grace, &query).await.unwrap()), NONE);
        query.search = "teap".into();
        let (mut shown, mut sizes) = (Vec::new(), Vec::new());
        loop {
            let page = world.desk.requests.queue(&grace, &query).await.unwrap();
            sizes.push(page.rows.len());
            shown.extend(page.rows.iter().map(|row| (row.updated_at, row.number)));
            let Some(next) = page.next else { break };
            query.after = Some(next);
        }
        assert_eq!(sizes, [50, 50, 15]);
        assert!(shown.is_sorted_by(|a, b| if order == QueueOrder::Newest { a.0 >= b.0 } else { a.0 <= b.0 }));
        let shown: Vec<RequestNumber> = shown.into_iter().map(|(_, number)| number).collect();
        assert_eq!(shown.len(), 115);
        assert_eq!(set(shown), set(stored.clone()));
    }
    // A program that goes on to the end gets each of them once.
    let mut asked =
        Listing { search: "teapot".into(), view: QueueView::All, limit: 20, ..Listing::default() };
    let mut listed = Vec::new();
    for _ in 0..12 {
        let page = world.desk.requests.list_own_requests(&ada, &asked).await.unwrap();
        listed.extend(numbers(&page));
        let Some(next) = page.next else { break };
        asked.after = Position::parse(&next);
    }
    assert_eq!(listed.len(), 115);
    assert_eq!(set(listed), set(stored.clone()));
    let mut query = ListQuery { search: "teapot".into(), ..ListQuery::default() };
    let mut shown = Vec::new();
    loop {
        let page = world.desk.requests.my_requests(&ada, &query).await.unwrap();
        shown.extend(numbers(&page));
        let Some(next) = page.next else { break };
        query.after = Some(next);
    }
    assert_eq!(shown.len(), 115);
    assert_eq!(set(shown), set(stored));
}

/// The counts say that there are many requests, and the index divides its tables for them.
async fn an_index_that_grows_loses_nothing(world: &World) {
    const MANY: &str = "INSERT INTO request_count (status, held, kind, assignee_id, requests)
        SELECT status, held, 'none', assignee_id, 70000 FROM request_count LIMIT 1";
    const AS_BEFORE: &str = "DELETE FROM request_count WHERE kind = 'none'";
    let grace = world.agent("Grace").await;
    let people =
        ["ada", "bob", "carol", "dan", "erin", "frank", "gil", "heidi", "ivan", "judy", "ken", "leo"];
    let mut stored = Vec::new();
    for person in people {
        let email = format!("{person}@example.com");
        stored.push(world.submit(&Form::from(&email).about("Teapot", "Text")).await);
    }
    world.index().await;
    world.change_rows(MANY).await;
    // So many that those before them are not looked through, but looked up.
    let eve = world.customer("eve@example.com").await;
    for _ in 0..70 {
        world.try_submit(&Form::from("eve@example.com").about("Kettle", "Text"), Some(&eve)).await.unwrap();
    }
    world.index().await;
    assert_eq!(set(world.find_all(&grace, "teapot").await), set(stored.clone()));
    for (person, number) in people.iter().zip(&stored) {
        assert_eq!(world.find_all(&grace, &format!("{person} teapot")).await, [*number]);
        assert_eq!(world.find_all(&grace, &format!("{person} kettle")).await, NONE);
    }
    world.change_rows(AS_BEFORE).await;
    world.desk.privacy.erase_by_operator("dan@example.com").await.unwrap().unwrap();
    assert_eq!(world.find_all(&grace, "teapot").await.len(), 11);
    assert_eq!(world.find_all(&grace, "dan").await, NONE);
}
