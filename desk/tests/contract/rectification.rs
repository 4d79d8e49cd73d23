//! Rectification (Art. 16 GDPR): that a name or an address was corrected is kept, what it was before
//! is not.

use futures_util::TryStreamExt;
use tresen_desk::people::PersonEvent;
use tresen_model::views::HistoryEvent;

use crate::support::{Form, PASSWORD, World};
use crate::traces::Needles;

stories! {
    corrections_are_kept_without_the_old_value,
}

const EMAIL: &str = "ada@example.org";

async fn corrections_are_kept_without_the_old_value(world: &World) {
    let desk = &world.desk;
    let grace = world.agent("Grace").await;
    let ada = world.customer(EMAIL).await;
    desk.accounts.change_name(&ada, "Vorpalina Jabberwock").await.unwrap();
    world.tick();
    let number = world.submit_with(&Form::from(EMAIL), Vec::new(), Some(&ada)).await.unwrap().number;
    world.post().await;
    world.tick();
    desk.accounts.change_name(&ada, "Ada King").await.unwrap();
    world.tick();
    // What stays as it was is no correction.
    desk.accounts.change_name(&ada, " Ada King ").await.unwrap();
    desk.joining.ask_new_address(&ada, "ada.king@example.org", PASSWORD).await.unwrap();
    let link = world.mail().await.link("account/address");
    world.tick();
    desk.joining.confirm_new_address(&link).await.unwrap();
    let at = desk.now();
    world.post().await;

    let overview = desk.privacy.data_overview(&ada).await.unwrap();
    let events: Vec<PersonEvent> = overview.history.iter().map(|step| step.event).collect();
    assert_eq!(events, [PersonEvent::Name, PersonEvent::Name, PersonEvent::Address]);
    assert_eq!(overview.history[2].at, at);
    assert_eq!(overview.email.as_str(), "ada.king@example.org");

    // Agents see at the request what came after it, and no value.
    let history = desk.requests.conversation_for_agent(&grace, number).await.unwrap().staff.unwrap().history;
    let said: Vec<&HistoryEvent> = history.iter().map(|entry| &entry.event).collect();
    assert!(matches!(
        said[..],
        [HistoryEvent::Created, HistoryEvent::NameChanged, HistoryEvent::AddressChanged]
    ));
    assert!(history.windows(2).all(|pair| pair[0].at <= pair[1].at));

    let parts: Vec<_> = desk.privacy.export(&ada).await.unwrap().contents.try_collect().await.unwrap();
    let copy = String::from_utf8_lossy(&parts.concat()).into_owned();
    assert_eq!(copy.matches("\"event\": \"name\"").count(), 2);
    assert_eq!(copy.matches("\"event\": \"address\"").count(), 1);
    for old in ["Vorpalina", "ada@example.org"] {
        assert!(!copy.contains(old), "{old}");
    }
    let needles = Needles::new(["Vorpalina Jabberwock", EMAIL]);
    assert_eq!(needles.traces(&world.place).await, Vec::<String>::new());

    // They go with the person, and are counted.
    let erased = desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    assert_eq!(erased.count.history, 1 + 3);
    let again = world.customer("ada.king@example.org").await;
    assert!(desk.privacy.data_overview(&again).await.unwrap().history.is_empty());
}
