//! Somebody takes an address for their account under which they once wrote as a guest: the two records are one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio::sync::Barrier;
use tresen_desk::Secret;
use tresen_desk::intake::TakenIn;
use tresen_desk::people::{Agent, Purpose, Session};
use tresen_desk::requests::Access;
use tresen_desk::staff::{Duty, NewColleague};
use tresen_desk::{Error, Location};
use tresen_model::{Language, PersonId, Problem, RequestNumber, Standing};

use crate::export::exported;
use crate::letters::Letter;
use crate::statistics::raw;
use crate::support::{
    Form, PASSWORD, World, assert_fails, contents, files_under, note, random_word, refusals, rounds, set,
};
use crate::traces::Needles;

stories! {
    all_that_a_guest_wrote_is_the_accounts,
    of_the_guest_nothing_is_left,
    one_erasure_ends_both,
    a_mail_to_the_desk_first_does_not_take_the_address_away,
    an_address_of_somebody_else_is_not_taken,
    a_restricted_guest_is_not_joined,
    a_join_that_was_interrupted_is_finished,
    a_join_that_was_interrupted_is_finished_at_the_start,
    mails_that_come_in_meanwhile_are_not_lost,
    a_join_and_an_erasure_of_the_guest,
    a_join_and_an_erasure_of_the_account,
}

races! {
    a_join_and_an_erasure_of_the_account,
    a_join_and_an_erasure_of_the_guest,
    mails_that_come_in_meanwhile_are_not_lost,
}

const OLD: &str = "ada@example.org";
const NEW: &str = "ada.vorpalina@example.com";
const BO: &str = "bo@example.net";

/// Ada has an account with a request. From another address she wrote by mail as a guest: a request of its
/// own with files on both sides, in Bo's request, where she was admitted, and in the account's own.
struct Scene {
    grace: Agent,
    ada: Session,
    guest: PersonId,
    own: RequestNumber,
    guests: RequestNumber,
    bos: RequestNumber,
    /// The link to the guest's request that was mailed to the guest.
    link: Secret,
}

async fn scene(world: &World) -> Scene {
    let desk = &world.desk;
    let grace = world.agent("Grace").await;
    let ada = world.customer(OLD).await;
    let own = world.submit_with(&Form::from(OLD).about("Teapot", "Mine"), Vec::new(), Some(&ada)).await;
    let own = own.unwrap().number;
    let confirmation = world.mail().await;
    let letter = Letter::from(&format!("Ada Elsewhere <{NEW}>"));
    let first = letter.clone().about("Zirbelkiefer", "My tree.");
    let guests = world.receive_new(&first.with_file("pinetree.txt", "Latschenkiefer")).await;
    let guest = world.shown(&grace, guests).await.staff.unwrap().customer.id;
    let link = world.mail().await.request_link();
    let answer = world.file("answer.txt", b"Kiefernzapfen").await;
    let body = crate::support::reply("A nice tree.", "a");
    desk.requests.reply(&grace, guests, &body, answer).await.unwrap();
    desk.requests.reply(&grace, guests, &note("An odd tree.", "b"), Vec::new()).await.unwrap();
    // One that is signed by somebody else, and in HTML.
    let html = Letter::from(&format!("Dave <{NEW}>")).with("Content-Type", "text/html; charset=utf-8");
    let html = html.answering(&world.mail().await).saying("<p>Still <b>standing</b>.</p>");
    assert_eq!(world.receive(&html).await, TakenIn::Comment(guests));
    // In the account's own request she is a stranger so far.
    let stray = letter.clone().answering(&confirmation).about("Stray", "It is me, from elsewhere.");
    assert_eq!(world.receive(&stray).await, TakenIn::Comment(own));
    assert_eq!(world.newest(&grace, own).await.standing, Standing::Outsider);

    let bos = world.receive_new(&Letter::from(BO)).await;
    let confirmation = world.mail().await;
    let aside =
        letter.answering(&confirmation).saying("Bo, look at the Bergkiefer!\r\n\r\n> Weymouthskiefer");
    assert_eq!(world.receive(&aside).await, TakenIn::Comment(bos));
    let comment = world.newest(&grace, bos).await.id;
    desk.requests.admit(&grace, bos, comment).await.unwrap();
    world.index().await;
    world.post().await;
    Scene { grace, ada, guest, own, guests, bos, link }
}

/// Asks for the new address; gives the link that was mailed to it.
async fn ask(world: &World, ada: &Session) -> Secret {
    world.desk.joining.ask_new_address(ada, NEW, PASSWORD).await.unwrap();
    let mails = world.post().await;
    let link = mails.iter().find_map(|mail| mail.find_link("account/address").filter(|_| mail.to() == NEW));
    world.tick();
    link.unwrap()
}

async fn join(world: &World, ada: &Session) {
    let link = ask(world, ada).await;
    world.desk.joining.confirm_new_address(&link).await.unwrap();
}

/// What must hold however the join came to its end.
async fn assert_joined(world: &World, scene: &Scene) {
    let desk = &world.desk;
    world.post().await;
    let ada = world.login(NEW, PASSWORD).await.unwrap();
    assert!(world.login(OLD, PASSWORD).await.is_err());
    assert_eq!(ada.person(), scene.ada.person());
    let mine = world.mine(&ada).await;
    assert_eq!(set(mine.iter().map(|line| line.number)), set([scene.own, scene.guests]));
    let access = Access::Session(ada.clone());
    let shown = desk.requests.conversation(&access, scene.guests).await.unwrap();
    assert_eq!(shown.subject, "Zirbelkiefer");
    let bodies: Vec<&str> = shown.comments.iter().map(|comment| &*comment.body).collect();
    assert_eq!(bodies, ["My tree.", "A nice tree.", "Still standing."]);
    assert_eq!(shown.comments[0].author.as_deref(), Some("Ada Elsewhere"));
    assert!(shown.comments[0].own && shown.comments[2].own);
    for (comment, (name, text)) in
        [(0, ("pinetree.txt", "Latschenkiefer")), (1, ("answer.txt", "Kiefernzapfen"))]
    {
        let file = &shown.comments[comment].attachments[0];
        assert_eq!(file.name, name);
        let opened = desk.requests.attachment(&access, scene.guests, file.id).await.unwrap();
        assert_eq!(String::from_utf8(contents(opened).await).unwrap().trim(), text);
    }
    assert_eq!(shown.comments[2].author.as_deref(), Some("Dave"));
    let formatted = desk.requests.formatted(&access, scene.guests, shown.comments[2].id).await.unwrap();
    assert!(formatted.html.contains("<b>standing</b>"));
    // What she wrote in her own request from there is hers, and read by her.
    let own = desk.requests.conversation(&access, scene.own).await.unwrap();
    let stray = own.comments.last().unwrap();
    assert_eq!(
        (stray.body.as_str(), stray.standing, stray.own),
        ("It is me, from elsewhere.", Standing::Participant, true)
    );
    let line = mine.iter().find(|line| line.number == scene.own).unwrap();
    assert_eq!(line.comments, 2);

    let all = world.shown(&scene.grace, scene.guests).await;
    assert_eq!(all.comments.len(), 4);
    let customer = all.staff.unwrap().customer;
    assert_eq!((customer.id, customer.email.as_str()), (ada.person(), NEW));
    let aside = world.newest(&scene.grace, scene.bos).await;
    assert_eq!((aside.standing, aside.address.as_deref()), (Standing::Participant, Some(NEW)));
    assert_eq!(aside.body, "Bo, look at the Bergkiefer!");
    assert!(aside.rest.unwrap().contains("Weymouthskiefer"));

    while desk.indexer.index_stale().await.unwrap() > 0 {}
    assert_eq!(world.find(&ada, "zirbelkiefer").await, [scene.guests]);
    assert_eq!(world.find_all(&scene.grace, "zirbelkiefer").await, [scene.guests]);
    assert_eq!(set(world.find_all(&scene.grace, NEW).await), set([scene.own, scene.guests]));
    assert_eq!(world.find_all(&scene.grace, "bergkiefer").await, [scene.bos]);
    assert!(world.find_all(&scene.grace, OLD).await.is_empty());

    assert_eq!(mentions(world, scene.guest).await, ["erasure.person_id"]);
    let unfinished = "SELECT started_at FROM erasure WHERE finished_at IS NULL OR joined_to IS NOT NULL";
    assert_eq!(raw::<(i64,)>(&world.place, unfinished).await, []);
    let keys = in_keys(world, "SELECT person_id, wrapped_key FROM person_key").await;
    assert!(keys.iter().all(|(person, _)| *person != scene.guest.0));
}

/// Tables and columns of the data whose names end so.
async fn columns(world: &World, ending: &str) -> Vec<(String, String)> {
    let sql = match &world.place.database {
        Location::File(_) => format!(
            "SELECT m.name, p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p
             WHERE m.type = 'table' AND p.name LIKE '%{ending}' ORDER BY m.name, p.name"
        ),
        Location::Server(_) => format!(
            "SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name LIKE '%{ending}' ORDER BY 1, 2"
        ),
    };
    raw(&world.place, &sql).await
}

/// The columns of the data in which somebody's id stands.
async fn mentions(world: &World, person: PersonId) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = columns(world, "id").await;
    ids.extend(columns(world, "joined_to").await);
    for (table, column) in ids {
        let here = match &world.place.database {
            Location::File(_) => format!("{column} = x'{}'", person.0.simple()),
            Location::Server(_) => format!("{column}::text = '{}'", person.0),
        };
        let count: Vec<(i64,)> =
            raw(&world.place, &format!("SELECT COUNT(*) FROM {table} WHERE {here}")).await;
        if count[0].0 > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

async fn in_keys(world: &World, sql: &str) -> Vec<(Uuid, Vec<u8>)> {
    let sql = AssertSqlSafe(sql.to_owned());
    match &world.place.keys {
        Location::File(path) => {
            let mut connection =
                SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
            let rows = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            rows
        }
        Location::Server(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap()
        }
    }
}

async fn execute_in_keys(world: &World, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match &world.place.keys {
        Location::File(path) => {
            let mut connection =
                SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        Location::Server(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        }
    }
}

async fn all_that_a_guest_wrote_is_the_accounts(world: &World) {
    let scene = scene(world).await;
    let link = ask(world, &scene.ada).await;
    // What waits to be sent to the guest comes too.
    world.answer(&scene.grace, scene.guests, "A nicer tree.").await;
    world.desk.joining.confirm_new_address(&link).await.unwrap();
    let mails = world.post().await;
    let to = |subject: &str| {
        mails
            .iter()
            .filter(|mail| mail.text.contains(subject))
            .map(|mail| mail.to().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(to("A nicer tree."), [NEW]);
    assert!(mails.iter().any(|mail| mail.to() == OLD), "the old address is told");
    // Links to the request that were mailed before are good, all others are not.
    let holder = world.holder(&scene.link).await;
    let shown = world.desk.requests.conversation(&Access::Link(holder), scene.guests).await.unwrap();
    assert_eq!(shown.comments.len(), 4);
    assert_fails!(world.desk.joining.confirm_new_address(&link).await, Error::Gone);
    // One copy has everything, and one list of consents.
    let (copy, files) = exported(world, &scene.ada).await;
    assert_eq!(copy["person"]["email"], NEW);
    let numbers =
        copy["requests"].as_array().unwrap().iter().map(|request| request["number"].as_str().unwrap());
    assert_eq!(set(numbers.map(str::to_owned)), set([scene.own.to_string(), scene.guests.to_string()]));
    assert_eq!(copy["elsewhere"][0]["body"], "Bo, look at the Bergkiefer!");
    assert!(files.keys().any(|name| name.ends_with("pinetree.txt")));
    // From both addresses she writes as herself; the old one is nobody's now.
    let again = world.receive_new(&Letter::from(NEW)).await;
    assert_eq!(world.shown(&scene.grace, again).await.staff.unwrap().customer.id, scene.ada.person());
    let other = world.receive_new(&Letter::from(OLD)).await;
    assert_ne!(world.shown(&scene.grace, other).await.staff.unwrap().customer.id, scene.ada.person());
}

async fn of_the_guest_nothing_is_left(world: &World) {
    let scene = scene(world).await;
    let guest = scene.guest.0;
    // Every sealed value of theirs, whatever column it is in.
    let id = match &world.place.database {
        Location::File(_) => format!("x'{}'", guest.simple()),
        Location::Server(_) => format!("'{guest}'::uuid"),
    };
    let theirs = format!(
        "(author_id = {id} AND author_kind = 'customer') OR (author_kind = 'agent'
         AND request_id IN (SELECT id FROM request WHERE person_id = {id}))"
    );
    let mut before: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for (table, column) in columns(world, "_sealed").await {
        let scope = match table.as_str() {
            "comment" => theirs.clone(),
            "attachment" => format!("comment_id IN (SELECT id FROM comment WHERE {theirs})"),
            "person" => format!("id = {id}"),
            "mail_aside" => continue,
            _ => format!("person_id = {id}"),
        };
        let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL AND ({scope})");
        let rows: Vec<(Vec<u8>,)> = raw(&world.place, &sql).await;
        before.insert(format!("{table}.{column}"), rows.into_iter().map(|(value,)| value).collect());
    }
    for column in [
        "request.subject_sealed",
        "comment.body_sealed",
        "comment.rest_sealed",
        "comment.html_sealed",
        "comment.signed_sealed",
        "comment.subject_sealed",
        "attachment.name_sealed",
        "attachment.key_sealed",
        "person.email_sealed",
        "person.name_sealed",
    ] {
        assert!(!before[column].is_empty(), "{column} is not tried");
    }
    let key = in_keys(world, "SELECT person_id, wrapped_key FROM person_key").await;
    let key = key.into_iter().find(|(person, _)| *person == guest).unwrap().1;

    join(world, &scene.ada).await;

    assert_joined(world, &scene).await;
    for (column, values) in &before {
        let (table, name) = column.split_once('.').unwrap();
        let rows: Vec<(Vec<u8>,)> =
            raw(&world.place, &format!("SELECT {name} FROM {table} WHERE {name} IS NOT NULL")).await;
        let now: BTreeSet<Vec<u8>> = rows.into_iter().map(|(value,)| value).collect();
        assert!(values.iter().all(|value| !now.contains(value)), "{column}");
    }
    if let Location::File(_) = world.place.database {
        // Nor in the bytes of any file: neither the key nor what was sealed with it.
        let outgoing = world.place.outgoing();
        for path in files_under(world.place.data()).iter().filter(|path| !path.starts_with(&outgoing)) {
            let bytes = std::fs::read(path).unwrap();
            for value in before.values().flatten().chain([&key]) {
                let found = holds(&bytes, value);
                assert!(!found, "{} holds a value of before", path.display());
            }
        }
    }
}

fn holds(bytes: &[u8], value: &[u8]) -> bool {
    aho_corasick::AhoCorasick::new([value]).unwrap().is_match(bytes)
}

async fn one_erasure_ends_both(world: &World) {
    let scene = scene(world).await;
    join(world, &scene.ada).await;
    let erased = world.desk.privacy.erase_self(&scene.ada, PASSWORD).await.unwrap();
    assert_eq!((erased.count.requests, erased.count.attachments), (2, 2));
    let words = [
        OLD,
        NEW,
        "Zirbelkiefer",
        "Latschenkiefer",
        "Weymouthskiefer",
        "Bergkiefer",
        "Ada Elsewhere",
        "pinetree",
    ];
    assert_eq!(Needles::new(words).traces(&world.place).await, Vec::<String>::new());
    assert_eq!(world.objects(), 0);
    assert_eq!(world.newest(&scene.grace, scene.bos).await.standing, Standing::Erased);
}

async fn a_mail_to_the_desk_first_does_not_take_the_address_away(world: &World) {
    let ada = world.customer(OLD).await;
    world.desk.joining.ask_new_address(&ada, NEW, PASSWORD).await.unwrap();
    let mail = world.mail().await;
    // She answers the very mail that asks her to confirm.
    let number = world.receive_new(&Letter::from(NEW).answering(&mail).saying("Yes, that is me.")).await;
    world.desk.joining.confirm_new_address(&mail.link("account/address")).await.unwrap();
    assert_eq!(world.mine(&ada).await.iter().map(|line| line.number).collect::<Vec<_>>(), [number]);
    // A guest of whom there is nothing but the address is no obstacle either.
    let bo = world.customer(BO).await;
    world.desk.privacy.ask_erasure("nothing@example.org").await.unwrap();
    world.desk.accounts.register("nothing@example.org", Language::English).await.unwrap();
    world.post().await;
    world.desk.joining.ask_new_address(&bo, "nothing@example.org", PASSWORD).await.unwrap();
    let link = world.mail().await.link("account/address");
    world.desk.joining.confirm_new_address(&link).await.unwrap();
    world.login("nothing@example.org", PASSWORD).await.unwrap();
}

async fn an_address_of_somebody_else_is_not_taken(world: &World) {
    let desk = &world.desk;
    let root = world.admin("Root").await;
    for (round, what) in ["registered", "invited", "staff"].into_iter().enumerate() {
        let ada = world.customer(&format!("ada{round}@example.org")).await;
        let new = format!("new{round}@example.com");
        let number = world.submit(&Form::from(&new)).await;
        world.post().await;
        desk.joining.ask_new_address(&ada, &new, PASSWORD).await.unwrap();
        let link = world.mail().await.link("account/address");
        match what {
            "registered" => {
                world.customer(&new).await;
            }
            "invited" => {
                let colleague = NewColleague {
                    email: &new,
                    name: "New",
                    language: Language::English,
                    duty: Duty::Agent(Vec::new()),
                };
                desk.staff.add_colleague(&root, &colleague).await.unwrap();
            }
            _ => desk.accounts.add_person(&new, "New", tresen_model::Role::Agent, PASSWORD).await.unwrap(),
        }
        let said = refusals(desk.joining.confirm_new_address(&link).await);
        assert_eq!(said, [("token", Problem::AddressInUse)], "{what}");
        assert!(world.mine(&ada).await.is_empty());
        assert_eq!(world.shown(&root, number).await.staff.unwrap().customer.email, new);
        // The link is good still, for when that has changed.
        desk.privacy.erase_by_operator(&new).await.unwrap().unwrap();
        desk.joining.confirm_new_address(&link).await.unwrap();
    }
    // Nor do requests of a customer become those of an agent.
    let grace = world.agent_session("Grace").await;
    let number = world.submit(&Form::from(NEW)).await;
    let link = ask(world, &grace).await;
    assert_eq!(refusals(desk.joining.confirm_new_address(&link).await), [("token", Problem::AddressInUse)]);
    world.shown(&root, number).await;
}

async fn a_restricted_guest_is_not_joined(world: &World) {
    let desk = &world.desk;
    let scene = scene(world).await;
    let link = ask(world, &scene.ada).await;
    desk.privacy.restrict_customer(&scene.grace, scene.guests).await.unwrap();
    assert_eq!(
        refusals(desk.joining.confirm_new_address(&link).await),
        [("token", Problem::AddressRestricted)]
    );
    desk.privacy.lift_for_customer(&scene.grace, scene.guests).await.unwrap();
    desk.privacy.restrict(&scene.ada).await.unwrap();
    assert_eq!(refusals(desk.joining.confirm_new_address(&link).await), [("token", Problem::DataRestricted)]);
    desk.privacy.lift_restriction(&scene.ada).await.unwrap();
    desk.joining.confirm_new_address(&link).await.unwrap();
    assert_joined(world, &scene).await;
}

/// Has the key store refuse to let a key go, as if the program were killed there.
async fn block(world: &World) {
    let sql = match &world.place.keys {
        Location::File(_) => {
            "CREATE TRIGGER block BEFORE DELETE ON person_key BEGIN SELECT RAISE(ABORT, 'blocked'); END"
        }
        Location::Server(_) => {
            "CREATE FUNCTION block() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'blocked'; END $$;
             CREATE TRIGGER block BEFORE DELETE ON person_key FOR EACH ROW EXECUTE FUNCTION block()"
        }
    };
    execute_in_keys(world, sql).await;
}

async fn unblock(world: &World) {
    let sql = match &world.place.keys {
        Location::File(_) => "DROP TRIGGER block",
        Location::Server(_) => "DROP TRIGGER block ON person_key; DROP FUNCTION block()",
    };
    execute_in_keys(world, sql).await;
}

async fn a_join_that_was_interrupted_is_finished(world: &World) {
    let scene = scene(world).await;
    block(world).await;
    join(world, &scene.ada).await;
    // All is there already; only the address leads nowhere yet.
    assert_eq!(world.mine(&scene.ada).await.len(), 2);
    assert!(world.login(NEW, PASSWORD).await.is_err());
    world.clock.advance_seconds(60);
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 0);
    unblock(world).await;
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 1);
    assert_joined(world, &scene).await;
    assert_eq!(world.desk.privacy.finish_erasures().await.unwrap(), 0);
}

async fn a_join_that_was_interrupted_is_finished_at_the_start(world: &World) {
    let scene = scene(world).await;
    block(world).await;
    join(world, &scene.ada).await;
    unblock(world).await;
    world.open_another().await.unwrap().close().await;
    assert_joined(world, &scene).await;
}

async fn mails_that_come_in_meanwhile_are_not_lost(world: &World) {
    let agent = world.agent("Grace").await;
    for round in 0..rounds(4, 16) {
        let email = format!("{}@example.org", random_word());
        let new = format!("{}@example.com", random_word());
        let ada = world.customer(&email).await;
        world.receive_new(&Letter::from(&new)).await;
        world.post().await;
        world.desk.joining.ask_new_address(&ada, &new, PASSWORD).await.unwrap();
        let link = world.mail().await.link("account/address");
        let barrier = Arc::new(Barrier::new(2));
        let joining = {
            let (desk, barrier) = (world.desk.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                desk.joining.confirm_new_address(&link).await
            })
        };
        barrier.wait().await;
        tokio::time::sleep(std::time::Duration::from_micros(round * 900)).await;
        let number = world.receive_new(&Letter::from(&new).saying("One more.")).await;
        joining.await.unwrap().unwrap();
        let customer = world.shown(&agent, number).await.staff.unwrap().customer;
        assert_eq!((customer.id, customer.email), (ada.person(), new), "{round}");
        assert_eq!(world.mine(&ada).await.len(), 2);
    }
}

async fn a_join_and_an_erasure_of_the_guest(world: &World) {
    for round in 0..rounds(4, 16) {
        let (email, new) =
            (format!("{}@example.org", random_word()), format!("{}@example.com", random_word()));
        let word = random_word();
        let ada = world.customer(&email).await;
        world.receive_new(&Letter::from(&new).saying(&word)).await;
        world.post().await;
        world.desk.joining.ask_new_address(&ada, &new, PASSWORD).await.unwrap();
        let link = world.mail().await.link("account/address");
        let erasing = {
            let (desk, new) = (world.desk.clone(), new.clone());
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_micros(round * 700)).await;
                desk.privacy.erase_by_operator(&new).await
            })
        };
        let joined = world.desk.joining.confirm_new_address(&link).await;
        match (joined, erasing.await.unwrap()) {
            // The guest went first, or the account with everything.
            (Err(Error::Busy { .. } | Error::Gone) | Ok(()), Ok(Some(_))) => {
                assert_eq!(Needles::new([word.as_str()]).traces(&world.place).await, Vec::<String>::new());
            }
            // The address changed hands at this moment: it is asked for again.
            (Ok(()), Err(Error::Busy { .. })) => {
                assert_eq!(world.mine(&ada).await.len(), 1, "{round}");
                world.desk.privacy.erase_by_operator(&new).await.unwrap().unwrap();
                assert_eq!(Needles::new([word.as_str()]).traces(&world.place).await, Vec::<String>::new());
            }
            (joined, erased) => panic!("{round}: {joined:?}, {:?}", erased.map(|one| one.is_some())),
        }
        let unfinished: Vec<(i64,)> =
            raw(&world.place, "SELECT started_at FROM erasure WHERE finished_at IS NULL").await;
        assert_eq!(unfinished, []);
    }
}

async fn a_join_and_an_erasure_of_the_account(world: &World) {
    for round in 0..rounds(4, 16) {
        let (email, new) =
            (format!("{}@example.org", random_word()), format!("{}@example.com", random_word()));
        let ada = world.customer(&email).await;
        let number = world.receive_new(&Letter::from(&new)).await;
        world.post().await;
        world.desk.joining.ask_new_address(&ada, &new, PASSWORD).await.unwrap();
        let link = world.mail().await.link("account/address");
        let joining = {
            let desk = world.desk.clone();
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_micros(round * 900)).await;
                desk.joining.confirm_new_address(&link).await
            })
        };
        let erased = world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
        let agent = world.agent(&format!("Reader{round}")).await;
        match joining.await.unwrap() {
            Ok(()) => {
                assert_eq!(erased.count.requests, 1, "{round}");
                assert_fails!(
                    world.desk.requests.conversation_for_agent(&agent, number).await,
                    Error::NotFound
                );
            }
            Err(Error::Gone) => {
                assert_eq!(erased.count.requests, 0, "{round}");
                world.shown(&agent, number).await;
            }
            Err(other) => panic!("{round}: {other:?}"),
        }
        assert_fails!(
            world.desk.people.check_link(Purpose::Address, &Secret::received("none")).await,
            Error::Gone
        );
        let unfinished: Vec<(i64,)> =
            raw(&world.place, "SELECT started_at FROM erasure WHERE finished_at IS NULL").await;
        assert_eq!(unfinished, []);
    }
}
