//! Webhooks: what programs are told, and what they are not.

use serde_json::{Value, json};
use tresen_desk::Error;
use tresen_desk::requests::{Access, Change};
use tresen_desk::webhooks::{DeliveryState, Due, NewWebhook, Outcome, WebhookEvent};
use tresen_model::{Priority, Problem, Status, WebhookId};

use crate::support::{Form, PASSWORD, World, assert_fails, note, refusals, reply};

stories! {
    a_webhook_is_told_of_what_happens_by_ids_alone,
    a_webhook_is_told_of_the_events_it_asked_for,
    nothing_is_told_of_a_restricted_customer,
    an_erased_person_is_told_of_once_and_nothing_else,
    a_delivery_is_tried_for_three_days,
    a_webhook_that_wants_no_more_is_switched_off,
    two_secrets_sign_after_a_rotation,
    only_https_and_named_once,
    text_goes_to_the_endpoint_that_an_admin_said,
    admins_look_after_webhooks_with_a_fresh_proof,
    a_delivery_is_sent_once_more,
    admins_are_told_when_a_webhook_is_switched_off,
}

const URL: &str = "https://shop.example.com/hook";

async fn add(world: &World, events: &[WebhookEvent]) -> String {
    let new = NewWebhook { name: "Shop", url: URL, events, private: false, text: false };
    world.desk.webhooks.add_webhook(&new).await.unwrap()
}

/// What is due, taken.
async fn told(world: &World) -> Vec<Value> {
    let mut bodies = Vec::new();
    loop {
        let due = world.desk.webhooks.due_webhooks().await.unwrap();
        if due.is_empty() {
            return bodies;
        }
        for one in due {
            world.desk.webhooks.webhook_came_to(one.id, Outcome::Taken(200)).await.unwrap();
            bodies.push(serde_json::from_str(&one.body).unwrap());
        }
    }
}

async fn types(world: &World) -> Vec<String> {
    told(world).await.iter().map(|body| body["type"].as_str().unwrap().to_owned()).collect()
}

async fn one(world: &World) -> Due {
    let mut due = world.desk.webhooks.due_webhooks().await.unwrap();
    assert_eq!(due.len(), 1);
    due.remove(0)
}

async fn a_webhook_is_told_of_what_happens_by_ids_alone(world: &World) {
    let desk = &world.desk;
    let alan = world.agent("Alan").await;
    add(world, &[]).await;

    let number =
        world.submit(&Form::from("ada@example.org").called("Ada Secret").about("Giraffe", "Zebra")).await;

    let due = one(world).await;
    assert_eq!(due.url, URL);
    let body: Value = serde_json::from_str(&due.body).unwrap();
    assert_eq!(
        (&body["type"], &body["data"]),
        (&json!("request.created"), &json!({ "number": number.to_string() }))
    );
    assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
    desk.webhooks.webhook_came_to(due.id, Outcome::Taken(204)).await.unwrap();
    let change = |priority, status| Change { priority: Some(priority), status, ..Change::default() };
    desk.requests.reply(&alan, number, &note("Hm", "one"), Vec::new()).await.unwrap();
    desk.requests.change(&alan, number, change(Priority::High, Some(Status::Resolved))).await.unwrap();
    let mut met = types(world).await;
    met.sort();
    assert_eq!(met, ["request.changed", "request.commented", "request.resolved"]);
    // What was undone is not told.
    assert!(desk.requests.reply(&alan, number, &reply("", "two"), Vec::new()).await.is_err());
    assert!(told(world).await.is_empty());
}

async fn a_webhook_is_told_of_the_events_it_asked_for(world: &World) {
    add(world, &[WebhookEvent::RequestCommented]).await;
    let ada = world.customer("ada@example.org").await;
    let number = world.submit(&Form::from("ada@example.org")).await;
    assert!(told(world).await.is_empty());
    world.comment(&Access::Session(ada), number, "More").await;
    assert_eq!(types(world).await, ["request.commented"]);
    assert!(world.desk.webhooks.remove_webhook("Shop").await.unwrap());
    assert!(!world.desk.webhooks.remove_webhook("Shop").await.unwrap());
    world.submit(&Form::from("ada@example.org")).await;
    assert_eq!(world.count_rows("webhook_delivery").await, 0);
}

async fn nothing_is_told_of_a_restricted_customer(world: &World) {
    let desk = &world.desk;
    add(world, &[]).await;
    let ada = world.customer("ada@example.org").await;
    world.submit(&Form::from("ada@example.org")).await;

    desk.privacy.restrict(&ada).await.unwrap();

    // What was to be told waits.
    assert_eq!(types(world).await, ["person.restricted"]);
    world.submit(&Form::from("ada@example.org")).await;
    assert!(told(world).await.is_empty());
    desk.privacy.lift_restriction(&ada).await.unwrap();
    assert_eq!(types(world).await, ["request.created"]);
}

async fn an_erased_person_is_told_of_once_and_nothing_else(world: &World) {
    let desk = &world.desk;
    add(world, &[]).await;
    let ada = world.customer("ada@example.org").await;
    world.submit(&Form::from("ada@example.org")).await;

    desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();

    let told = told(world).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["type"], "person.erased");
    assert_eq!(told[0]["data"], json!({ "person": ada.person().to_string() }));
    world.clock.advance_seconds(7 * 24 * 3600 + 1);
    desk.tidy_up().await.unwrap();
    assert_eq!(world.count_rows("webhook_delivery").await, 0);
}

async fn a_delivery_is_tried_for_three_days(world: &World) {
    let desk = &world.desk;
    add(world, &[]).await;
    world.submit(&Form::from("ada@example.org")).await;
    let first = one(world).await;
    // While it is being sent, nobody else sends it.
    assert!(desk.webhooks.due_webhooks().await.unwrap().is_empty());
    desk.webhooks.webhook_came_to(first.id, Outcome::Refused(Some(500))).await.unwrap();
    assert!(desk.webhooks.due_webhooks().await.unwrap().is_empty());
    world.clock.advance_seconds(6);
    assert_eq!(one(world).await.id, first.id);
    desk.webhooks.webhook_came_to(first.id, Outcome::Refused(None)).await.unwrap();

    let mut tries = 2;
    for _ in 0..3 * 24 * 4 {
        world.clock.advance_seconds(900);
        for due in desk.webhooks.due_webhooks().await.unwrap() {
            tries += 1;
            desk.webhooks.webhook_came_to(due.id, Outcome::Refused(Some(500))).await.unwrap();
        }
    }

    assert!((10..=22).contains(&tries), "{tries}");
    let shop = desk.webhooks.webhooks().await.unwrap().remove(0);
    if shop.failed == 0 {
        world.clock.advance_seconds(10 * 3600);
        for due in desk.webhooks.due_webhooks().await.unwrap() {
            desk.webhooks.webhook_came_to(due.id, Outcome::Refused(Some(500))).await.unwrap();
        }
    }
    let shop = desk.webhooks.webhooks().await.unwrap().remove(0);
    assert_eq!((shop.waiting, shop.failed), (0, 1));
    assert!(shop.disabled_at.is_some());
    assert_eq!(desk.people.audited("webhook-switched-off").await.unwrap().len(), 1);
    // Switched off, it hears of nothing; switched on, it is told what it missed.
    world.submit(&Form::from("bob@example.org")).await;
    assert_eq!(desk.webhooks.replay_webhook("Shop").await.unwrap(), Some(1));
    assert_eq!(types(world).await, ["request.created"]);
    let shop = desk.webhooks.webhooks().await.unwrap().remove(0);
    assert_eq!((shop.waiting, shop.failed, shop.failing_since, shop.disabled_at), (0, 0, None, None));
    assert_eq!(desk.webhooks.replay_webhook("Other").await.unwrap(), None);
}

async fn a_webhook_that_wants_no_more_is_switched_off(world: &World) {
    let desk = &world.desk;
    add(world, &[]).await;
    world.submit(&Form::from("ada@example.org")).await;
    desk.webhooks.webhook_came_to(one(world).await.id, Outcome::Unwanted).await.unwrap();
    let shop = desk.webhooks.webhooks().await.unwrap().remove(0);
    assert!(shop.disabled_at.is_some() && shop.failed == 1);
}

async fn two_secrets_sign_after_a_rotation(world: &World) {
    let desk = &world.desk;
    let first = add(world, &[]).await;
    assert!(first.starts_with("whsec_") && first.len() == 50);
    world.submit(&Form::from("ada@example.org")).await;
    let before = one(world).await;
    assert!(before.signature.starts_with("v1,") && !before.signature.contains(' '));

    let second = desk.webhooks.rotate_webhook("Shop").await.unwrap().unwrap();

    assert_ne!(first, second);
    world.clock.advance_seconds(60);
    assert_eq!(one(world).await.signature.split(' ').count(), 2);
    world.clock.advance_seconds(24 * 3600);
    assert_eq!(one(world).await.signature.split(' ').count(), 1);
    assert_eq!(desk.webhooks.rotate_webhook("Other").await.unwrap(), None);
}

async fn only_https_and_named_once(world: &World) {
    add(world, &[]).await;
    let named = async |name: &str, url: &str, private| {
        refusals(
            world
                .desk
                .webhooks
                .add_webhook(&NewWebhook { name, url, events: &[], private, text: false })
                .await,
        )
    };
    for name in ["Shop", "", "a\nb", &"x".repeat(61)] {
        assert_eq!(named(name, URL, false).await[0].0, "name", "{name:?}");
    }
    for url in ["http://shop.example.com", "ftp://shop.example.com", "shop", "https://x y", ""] {
        assert_eq!(named("Other", url, false).await, [("url", Problem::WebAddressInvalid)], "{url}");
    }
    assert_eq!(named("Other", "file:///etc/passwd", true).await[0].0, "url");
}

async fn text_goes_to_the_endpoint_that_an_admin_said(world: &World) {
    let (desk, alan) = (&world.desk, world.agent("Alan").await);
    add(world, &[]).await;
    let new = NewWebhook { name: "Archive", url: URL, events: &[], private: false, text: true };
    desk.webhooks.add_webhook(&new).await.unwrap();
    let ada = world.customer("ada@example.org").await;
    let number = world.submit(&Form::from("ada@example.org").about("Giraffe", "Zebra")).await;
    let created = told(world).await;
    desk.requests.reply(&alan, number, &note("Okapi", "one"), Vec::new()).await.unwrap();
    let commented = told(world).await;

    let (bare, full): (Vec<_>, Vec<_>) =
        created.into_iter().map(|body| body["data"].clone()).partition(|data| data.get("text").is_none());
    assert_eq!(bare, [json!({ "number": number.to_string() })]);
    let written = json!({
        "number": number.to_string(), "subject": "Giraffe", "text": "Zebra", "visibility": "public", "by": "customer"
    });
    assert_eq!(full, [written]);
    let shown = desk.requests.conversation_for_agent(&alan, number).await.unwrap();
    let id = shown.comments.last().unwrap().id.to_string();
    assert_eq!(commented.len(), 2);
    assert!(commented.iter().all(|body| body["data"]["comment"] == id.as_str()), "{commented:?}");
    let texts: Vec<_> = commented.iter().filter_map(|body| body["data"].get("text")).collect();
    assert_eq!(texts, [&json!("Okapi")]);
    assert!(commented.iter().any(|body| body["data"]["visibility"] == "internal"));

    // What waits to be sent is read when it is sent: an erased customer's words are in none.
    world.comment(&Access::Session(ada.clone()), number, "Quagga").await;
    desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    let left = told(world).await;
    assert!(left.iter().all(|body| body["type"] == "person.erased"), "{left:?}");
}

async fn admins_look_after_webhooks_with_a_fresh_proof(world: &World) {
    let desk = &world.desk;
    let (root, alan) = (world.admin("Root").await, world.agent("Alan").await);
    let new = NewWebhook { name: "Shop", url: URL, events: &[], private: false, text: false };
    assert_fails!(desk.webhooks.make_webhook(&alan, &new).await, Error::Forbidden);
    // Into a private network only the operator sends.
    let inside = NewWebhook { name: "Inside", private: true, ..new };
    assert_fails!(desk.webhooks.make_webhook(&root, &inside).await, Error::Forbidden);
    let new = NewWebhook { name: "Shop", url: URL, events: &[], private: false, text: false };
    let first = desk.webhooks.make_webhook(&root, &new).await.unwrap();
    let shop = desk.webhooks.webhooks_for_admin(&root).await.unwrap().remove(0).id;

    let second = desk.webhooks.renew_webhook_secret(&root, shop).await.unwrap();
    desk.webhooks.switch_webhook(&root, shop, false).await.unwrap();
    world.submit(&Form::from("ada@example.org")).await;
    assert!(told(world).await.is_empty());
    desk.webhooks.switch_webhook(&root, shop, true).await.unwrap();
    world.submit(&Form::from("bob@example.org")).await;
    assert_eq!(types(world).await, ["request.created"]);
    assert_ne!(first, second);

    world.clock.advance_seconds(601);
    assert_fails!(desk.webhooks.make_webhook(&root, &new).await, Error::ProofNeeded);
    assert_fails!(desk.webhooks.renew_webhook_secret(&root, shop).await, Error::ProofNeeded);
    assert_fails!(desk.webhooks.switch_webhook(&root, shop, false).await, Error::ProofNeeded);
    assert_fails!(desk.webhooks.drop_webhook(&root, shop).await, Error::ProofNeeded);
    assert_eq!(desk.webhooks.webhook_deliveries(&root, shop).await.unwrap().1.len(), 1);
    let root = world.login("root@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    desk.webhooks.drop_webhook(&root, shop).await.unwrap();
    assert_fails!(desk.webhooks.drop_webhook(&root, shop).await, Error::NotFound);
    for event in
        ["webhook-added", "webhook-rotated", "webhook-switched-off", "webhook-switched-on", "webhook-removed"]
    {
        assert_eq!(desk.people.audited(event).await.unwrap().len(), 1, "{event}");
    }
}

async fn a_delivery_is_sent_once_more(world: &World) {
    let (desk, root) = (&world.desk, world.admin("Root").await);
    add(world, &[]).await;
    let number = world.submit(&Form::from("ada@example.org")).await;
    let first = one(world).await;
    desk.webhooks.webhook_came_to(first.id, Outcome::Taken(204)).await.unwrap();
    let shop = desk.webhooks.webhooks_for_admin(&root).await.unwrap().remove(0).id;
    let (_, sent) = desk.webhooks.webhook_deliveries(&root, shop).await.unwrap();
    assert_eq!(
        (sent[0].number, sent[0].status, sent[0].state),
        (Some(number), Some(204), DeliveryState::Sent)
    );
    world.clock.advance_seconds(3600);

    desk.webhooks.replay_delivery(&root, sent[0].id).await.unwrap();

    let (_, waiting) = desk.webhooks.webhook_deliveries(&root, shop).await.unwrap();
    assert_eq!(waiting[0].state, DeliveryState::Waiting(desk.now()));
    let again = one(world).await;
    // It is the same delivery of the same moment.
    assert_eq!((again.id, &again.body), (first.id, &first.body));
    desk.webhooks.webhook_came_to(again.id, Outcome::Refused(Some(500))).await.unwrap();
    let (_, waiting) = desk.webhooks.webhook_deliveries(&root, shop).await.unwrap();
    assert_eq!((waiting[0].attempts, waiting[0].status), (1, Some(500)));
    assert_eq!(desk.people.audited("webhook-replayed").await.unwrap().len(), 1);
    assert_fails!(desk.webhooks.webhook_deliveries(&root, WebhookId(first.id)).await, Error::NotFound);
}

async fn admins_are_told_when_a_webhook_is_switched_off(world: &World) {
    let (desk, root) = (&world.desk, world.admin("Root").await);
    world.agent("Alan").await;
    world.post().await;
    add(world, &[]).await;
    world.submit(&Form::from("ada@example.org")).await;
    world.post().await;

    desk.webhooks.webhook_came_to(one(world).await.id, Outcome::Unwanted).await.unwrap();

    let mails = world.post().await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].to(), mails[0].subject()), ("root@desk.example", "A webhook was switched off"));
    assert!(mails[0].text.contains("/agent/settings/webhooks"));
    // Once for each time.
    desk.tidy_up().await.unwrap();
    assert!(world.post().await.is_empty());
    // What an admin switches off is no news to them.
    let shop = desk.webhooks.webhooks_for_admin(&root).await.unwrap().remove(0).id;
    desk.webhooks.switch_webhook(&root, shop, false).await.unwrap();
    world.tick();
    desk.tidy_up().await.unwrap();
    assert!(world.post().await.is_empty());
}
