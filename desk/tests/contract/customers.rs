//! What programs do: customers by id, lists with cursors, files before their comment, calls that are sent twice.

use tresen_desk::Error;
use tresen_desk::privacy::Asked;
use tresen_desk::requests::{Change, Listing, Position, QueueOrder, QueueView, Whose};
use tresen_desk::tokens::{Caller, First, Scope};
use tresen_model::{Language, PersonId, Problem, RequestNumber};

use crate::support::{Form, MAX_BYTES, MAX_FILES, World, assert_fails, contents, numbers, refusals, reply};

stories! {
    a_customer_is_found_by_address_and_rectified,
    a_restricted_customer_is_hidden_from_all_but_admins,
    somebody_of_the_desk_is_no_customer,
    an_admin_exports_and_erases_with_a_fresh_proof,
    a_list_has_every_filter_and_goes_on,
    a_change_is_refused_after_another,
    a_file_waits_for_its_comment,
    a_file_that_waits_is_its_owners_and_used_once,
    a_call_is_done_once,
    a_call_that_was_cut_off_is_done_again,
}

async fn customer_of(world: &World, number: RequestNumber) -> PersonId {
    let root = world.admin("Root").await;
    let shown = world.desk.requests.conversation_for_agent(&root, number).await.unwrap();
    shown.staff.unwrap().customer.id
}

async fn caller(world: &World, name: &str) -> Caller {
    let secret = world.service(name, &[Scope::CommentsWrite]).await;
    world.desk.tokens.caller(&secret).await.unwrap().0
}

async fn a_customer_is_found_by_address_and_rectified(world: &World) {
    let desk = &world.desk;
    let number = world.submit(&Form::from("ada@example.org")).await;
    let alan = world.agent("Alan").await;

    let found = desk.privacy.find_customer(&alan, "ADA@example.org").await.unwrap();

    assert_eq!((found.id, found.name, found.registered), (customer_of(world, number).await, None, false));
    desk.privacy.rectify_customer(&alan, found.id, Some("Ada"), Some(Language::German)).await.unwrap();
    let found = desk.privacy.customer(&alan, found.id).await.unwrap();
    assert_eq!((found.name.as_deref(), found.language), (Some("Ada"), Language::German));
    desk.privacy.rectify_customer(&alan, found.id, None, Some(Language::English)).await.unwrap();
    desk.privacy.rectify_customer(&alan, found.id, Some(""), None).await.unwrap();
    assert_eq!(desk.privacy.customer(&alan, found.id).await.unwrap().name, None);
    assert_eq!(refusals(desk.privacy.find_customer(&alan, "nobody").await.map(drop))[0].0, "email");
    assert_fails!(desk.privacy.find_customer(&alan, "bob@example.org").await, Error::NotFound);
    // Whoever has an account decides on their name alone.
    let bob = world.customer("bob@example.org").await;
    assert_fails!(
        desk.privacy.rectify_customer(&alan, bob.person(), Some("Bob"), None).await,
        Error::Forbidden
    );
    // An agent of some types only sees none of it.
    desk.staff.set_kinds("alan@desk.example", &["order".to_owned()]).await.unwrap();
    assert_fails!(desk.privacy.find_customer(&alan, "ada@example.org").await, Error::Forbidden);
    assert_fails!(desk.privacy.customer(&alan, found.id).await, Error::Forbidden);
}

async fn a_restricted_customer_is_hidden_from_all_but_admins(world: &World) {
    let desk = &world.desk;
    let number = world.submit(&Form::from("ada@example.org")).await;
    let (alan, ada) = (world.agent("Alan").await, customer_of(world, number).await);
    let root = world.login("root@desk.example", crate::support::PASSWORD).await.unwrap().agent().unwrap();

    desk.privacy.restrict_customer_by_id(&alan, ada).await.unwrap();

    assert_fails!(desk.privacy.find_customer(&alan, "ada@example.org").await, Error::NotFound);
    assert_fails!(desk.privacy.customer(&alan, ada).await, Error::NotFound);
    assert_fails!(desk.privacy.rectify_customer(&alan, ada, Some("x"), None).await, Error::NotFound);
    assert_fails!(desk.privacy.invite_customer(&alan, ada).await, Error::NotFound);
    assert_fails!(desk.privacy.restrict_customer_by_id(&alan, ada).await, Error::NotFound);
    assert_fails!(desk.privacy.lift_for_customer_by_id(&alan, ada).await, Error::NotFound);
    let all = Listing { limit: 10, view: QueueView::All, ..Listing::default() };
    assert!(desk.requests.list_requests(&alan, &all).await.unwrap().rows.is_empty());
    assert!(desk.privacy.customer(&root, ada).await.unwrap().restriction.is_some());
    assert_fails!(desk.privacy.rectify_customer(&root, ada, Some("x"), None).await, Error::Restricted);
    assert_fails!(desk.privacy.invite_customer(&root, ada).await, Error::Restricted);
    desk.privacy.lift_for_customer_by_id(&root, ada).await.unwrap();
    desk.privacy.invite_customer(&alan, ada).await.unwrap();
    assert!(world.post().await.iter().any(|mail| mail.find_link("register").is_some()));
}

async fn somebody_of_the_desk_is_no_customer(world: &World) {
    let desk = &world.desk;
    let root = world.admin("Root").await;
    let alan = world.agent("Alan").await;
    assert_fails!(desk.privacy.find_customer(&root, "alan@desk.example").await, Error::NotFound);
    assert_fails!(desk.privacy.export_customer(&root, alan.person()).await.map(drop), Error::NotFound);
    assert_fails!(
        desk.privacy.erase_customer(&root, alan.person(), Asked::Mail).await.map(drop),
        Error::NotFound
    );
}

async fn an_admin_exports_and_erases_with_a_fresh_proof(world: &World) {
    let desk = &world.desk;
    let number = world.submit(&Form::from("ada@example.org")).await;
    let (root, alan) = (world.admin("Root").await, world.agent("Alan").await);
    let ada = desk.privacy.find_customer(&root, "ada@example.org").await.unwrap().id;
    assert_fails!(desk.privacy.export_customer(&alan, ada).await.map(drop), Error::Forbidden);
    assert_fails!(desk.privacy.erase_customer(&alan, ada, Asked::Mail).await.map(drop), Error::Forbidden);
    world.clock.advance_seconds(601);
    assert_fails!(desk.privacy.export_customer(&root, ada).await.map(drop), Error::ProofNeeded);
    assert_fails!(desk.privacy.erase_customer(&root, ada, Asked::Mail).await.map(drop), Error::ProofNeeded);
    let root = world.login("root@desk.example", crate::support::PASSWORD).await.unwrap().agent().unwrap();

    desk.privacy.export_customer(&root, ada).await.map(drop).unwrap();
    let erased = desk.privacy.erase_customer(&root, ada, Asked::Mail).await.unwrap();

    assert_eq!(erased.count.requests, 1);
    assert_fails!(desk.privacy.customer(&root, ada).await, Error::NotFound);
    assert_fails!(desk.requests.conversation_for_agent(&root, number).await, Error::NotFound);
    let log = desk.people.audit_log(&root, None, 100).await.unwrap();
    let place = log.iter().position(|entry| entry.event == "customer-exported").unwrap();
    let rest = desk.people.audit_log(&root, Some((log[place].at, log[place].id)), 100).await.unwrap();
    assert_eq!(rest.len(), log.len() - place - 1);
}

async fn a_list_has_every_filter_and_goes_on(world: &World) {
    let desk = &world.desk;
    let alan = world.agent("Alan").await;
    let ada = world.customer("ada@example.org").await;
    let mut made = Vec::new();
    for number in 0..5 {
        let kind = if number == 4 { "order" } else { "question" };
        let form = Form { kind: kind.into(), ..Form::from("ada@example.org") };
        made.push(world.submit(&form.about(&format!("Number {number}"), "Giraffes")).await);
    }
    world.submit(&Form::from("bob@example.org")).await;
    world.tick();
    let mine = Change { assignee: Some(Some(alan.person())), ..Change::default() };
    desk.requests.change(&alan, made[0], mine).await.unwrap();
    desk.indexer.index_stale().await.unwrap();
    let all = Listing { limit: 2, view: QueueView::All, ..Listing::default() };
    let orders = Listing { kind: Some("order".into()), ..all.clone() };
    let of = async |listing: &Listing| desk.requests.list_requests(&alan, listing).await.unwrap();

    // By pages, in both orders, and by words.
    for listing in [
        Listing { order: QueueOrder::Newest, ..all.clone() },
        Listing { order: QueueOrder::Oldest, ..all.clone() },
        Listing { search: "giraffes".into(), ..all.clone() },
    ] {
        let (mut listing, mut seen) = (listing, Vec::new());
        loop {
            let page = of(&listing).await;
            seen.extend(numbers(&page));
            let Some(next) = page.next else { break };
            listing.after = Some(Position::parse(&next).unwrap());
        }
        let most = if listing.search.is_empty() { 6 } else { 5 };
        assert_eq!(seen.len(), most);
        assert_eq!(crate::support::set(seen.iter().copied()).len(), most);
        if listing.order == QueueOrder::Newest {
            assert_eq!(seen[0], made[0]);
        }
    }
    assert_eq!(numbers(&of(&orders).await), [made[4]]);
    assert_eq!(numbers(&of(&Listing { assignee: Whose::Me, ..all.clone() }).await), [made[0]]);
    let his = Listing { assignee: Whose::Agent(alan.person()), ..all.clone() };
    assert_eq!(of(&his).await.rows[0].assignee.as_deref(), Some("Alan"));
    assert_eq!(of(&Listing { assignee: Whose::Nobody, limit: 9, ..all.clone() }).await.rows.len(), 5);
    let since = Listing { updated_since: Some(desk.now()), limit: 9, ..all.clone() };
    assert_eq!(numbers(&of(&since).await), [made[0]]);
    assert!(
        of(&Listing { view: QueueView::Only(tresen_model::Status::Closed), ..all.clone() })
            .await
            .rows
            .is_empty()
    );

    // A customer's own.
    let own = Listing { limit: 9, ..all };
    assert_eq!(numbers(&desk.requests.list_own_requests(&ada, &own).await.unwrap()).len(), 5);
    let found = Listing { search: "giraffes".into(), limit: 3, ..own };
    let page = desk.requests.list_own_requests(&ada, &found).await.unwrap();
    assert_eq!(page.rows.len(), 3);
    let rest = Listing { after: Position::parse(&page.next.unwrap()), ..found };
    assert_eq!(desk.requests.list_own_requests(&ada, &rest).await.unwrap().rows.len(), 2);
}

async fn a_change_is_refused_after_another(world: &World) {
    let desk = &world.desk;
    let number = world.submit(&Form::from("ada@example.org")).await;
    let alan = world.agent("Alan").await;
    let read = desk.requests.conversation_for_agent(&alan, number).await.unwrap().updated_at;
    world.answer(&alan, number, "Meanwhile").await;
    let urgent =
        Change { priority: Some(tresen_model::Priority::Urgent), only_at: Some(read), ..Change::default() };
    assert_fails!(desk.requests.change(&alan, number, urgent).await, Error::Changed);
    let read = desk.requests.conversation_for_agent(&alan, number).await.unwrap().updated_at;
    desk.requests.change(&alan, number, Change { only_at: Some(read), ..urgent }).await.unwrap();
}

async fn a_file_waits_for_its_comment(world: &World) {
    let desk = &world.desk;
    let number = world.submit(&Form::from("ada@example.org")).await;
    let alan = world.agent("Alan").await;
    let caller = caller(world, "Shop").await;
    let file = world.file("../notes.txt", b"words of a file").await.remove(0);

    let kept = desk.requests.keep_file(&caller, file).await.unwrap();

    assert_eq!((kept.name.as_str(), kept.size), ("notes.txt", 15));
    assert_eq!((world.objects(), world.count_rows("attachment").await), (1, 0));
    let files = desk.requests.kept_files(&caller, std::slice::from_ref(&kept.handle)).await.unwrap();
    let comment = desk.requests.reply(&alan, number, &reply("Here", "one"), files).await.unwrap();
    let shown = desk.requests.conversation_for_agent(&alan, number).await.unwrap();
    assert_eq!(shown.comments[1].id, comment);
    let file =
        desk.requests.attachment_for_agent(&alan, number, shown.comments[1].attachments[0].id).await.unwrap();
    assert_eq!(contents(file).await, b"words of a file");
    // The same form once more is the same comment.
    assert_eq!(desk.requests.reply(&alan, number, &reply("Here", "one"), Vec::new()).await.unwrap(), comment);
}

async fn a_file_that_waits_is_its_owners_and_used_once(world: &World) {
    let desk = &world.desk;
    let number = world.submit(&Form::from("ada@example.org")).await;
    let alan = world.agent("Alan").await;
    let (shop, other) = (caller(world, "Shop").await, caller(world, "Other").await);
    let keep = async || {
        let file = world.file("notes.txt", b"words").await.remove(0);
        desk.requests.keep_file(&shop, file).await.unwrap().handle
    };
    let handle = keep().await;
    let unknown = [("attachments", Problem::ChoiceUnknown)];
    let files =
        async |caller: &Caller, handles: &[String]| desk.requests.kept_files(caller, handles).await.map(drop);
    assert_eq!(refusals(files(&other, std::slice::from_ref(&handle)).await), unknown);
    assert_eq!(refusals(files(&shop, &[handle.clone(), handle.clone()]).await), unknown);
    for wrong in ["", "x", &handle[..20], &handle[1..]] {
        assert_eq!(refusals(files(&shop, &[wrong.to_owned()]).await), unknown, "{wrong}");
    }
    let many = vec![handle.clone(); MAX_FILES + 1];
    assert_eq!(
        refusals(files(&shop, &many).await),
        [("attachments", Problem::TooManyFiles { max: MAX_FILES })]
    );
    let large = vec![7; usize::try_from(MAX_BYTES).unwrap() - 2];
    let large = world.file("large", &large).await.remove(0);
    let large = desk.requests.keep_file(&shop, large).await.unwrap().handle;
    assert_eq!(
        refusals(files(&shop, &[handle.clone(), large]).await),
        [("attachments", Problem::FilesTooLarge { max: MAX_BYTES })]
    );

    // Of two comments that name it at the same time, one gets it.
    let first = desk.requests.kept_files(&shop, std::slice::from_ref(&handle)).await.unwrap();
    let second = desk.requests.kept_files(&shop, std::slice::from_ref(&handle)).await.unwrap();
    desk.requests.reply(&alan, number, &reply("First", "one"), first).await.unwrap();
    let refused = desk.requests.reply(&alan, number, &reply("Second", "two"), second).await;
    assert_eq!(refusals(refused), unknown);
    assert_eq!(world.count_rows("comment").await, 2);
    assert_eq!(refusals(files(&shop, &[handle]).await), unknown);
    let handle = keep().await;
    world.clock.advance_seconds(12 * 3600);
    assert_eq!(refusals(files(&shop, &[handle]).await), unknown);
}

async fn a_call_is_done_once(world: &World) {
    let desk = &world.desk;
    let (shop, other) = (caller(world, "Shop").await, caller(world, "Other").await);
    let begin =
        async |caller: &Caller, call: &[u8]| desk.tokens.begin_call(caller, "key", &[call]).await.unwrap();
    assert!(matches!(begin(&shop, b"body").await, First::Yes));
    assert!(matches!(begin(&shop, b"body").await, First::Running));
    assert!(matches!(begin(&shop, b"other").await, First::Other));
    assert!(matches!(begin(&other, b"other").await, First::Yes));

    desk.tokens.end_call(&shop, "key", Some("T-7F3K-92QX")).await.unwrap();

    assert!(matches!(begin(&shop, b"body").await, First::Done(answer) if answer == "T-7F3K-92QX"));
    assert!(matches!(begin(&shop, b"other").await, First::Other));
    // Refused: it may be mended and sent again.
    desk.tokens.end_call(&other, "key", None).await.unwrap();
    assert!(matches!(begin(&other, b"mended").await, First::Yes));
    assert_ne!(desk.tokens.word_of_call(&shop, "key"), desk.tokens.word_of_call(&other, "key"));
    world.clock.advance_seconds(24 * 3600);
    assert!(matches!(begin(&shop, b"other").await, First::Yes));
    world.clock.advance_seconds(24 * 3600 + 1);
    desk.tidy_up().await.unwrap();
    assert_eq!(world.count_rows("api_call").await, 0);
}

async fn a_call_that_was_cut_off_is_done_again(world: &World) {
    let desk = &world.desk;
    let shop = caller(world, "Shop").await;
    let begin = async || desk.tokens.begin_call(&shop, "key", &[b"body"]).await.unwrap();
    assert!(matches!(begin().await, First::Yes));
    world.clock.advance_seconds(120);
    assert!(matches!(begin().await, First::Yes));
    assert!(matches!(begin().await, First::Running));
}
