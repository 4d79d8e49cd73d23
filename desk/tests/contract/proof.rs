//! The search for traces that operators have: it finds what is there, and after an erasure
//! nothing.

use std::sync::Arc;

use tresen_desk::{Needles, Trace};

use crate::support::{Engine, Form, PASSWORD, World, note, random_word};

stories! {
    what_is_there_is_found_and_what_was_erased_is_not,
}

async fn traces(world: &World, lines: &str) -> Vec<Trace> {
    let needles = Arc::new(Needles::parse(lines).unwrap());
    let places = vec![world.place.data().to_owned()];
    world.desk.privacy.find_traces(needles, places, vec![world.place.outgoing()]).await.unwrap()
}

async fn what_is_there_is_found_and_what_was_erased_is_not(world: &World) {
    let grace = world.agent("Grace").await;
    let ada = world.customer("ada.lovelace@analytical.example").await;
    let words: Vec<String> = (0..4).map(|_| random_word()).collect();
    let form = Form::from("ada.lovelace@analytical.example").called("Vorpalina Jabberwock");
    let number = world.submit(&form.about(&words[0], &words[1])).await;
    world.answer(&grace, number, &words[2]).await;
    world.desk.requests.reply(&grace, number, &note(&words[3], &random_word()), Vec::new()).await.unwrap();
    let other = world.submit(&Form::from("bob@example.com").about("Mandersnatch", "Frumiously")).await;
    let lines = format!("ada.lovelace@analytical.example\nVorpalina Jabberwock\n{}", words.join("\n"));

    // Sealed, it is found where it can be opened; the index has it in the clear.
    let is_opened = |trace: &Trace| trace.place.ends_with(", opened");
    let found = traces(world, &lines).await;
    assert!(!found.is_empty() && found.iter().all(is_opened), "{found:?}");
    world.index().await;
    let found = traces(world, &lines).await;
    for line in [1, 3, 4, 5, 6] {
        for opened in [true, false] {
            let is = |trace: &&Trace| trace.line == line && is_opened(trace) == opened;
            assert!(found.iter().any(|trace| is(&trace)), "line {line}, {opened}: {found:?}");
        }
    }
    assert!(found.iter().all(|trace| !trace.place.contains("outgoing")), "{found:?}");
    if world.engine == Engine::Postgres {
        assert!(found.iter().any(|trace| trace.place.contains("search_entry")), "{found:?}");
    }

    world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    assert_eq!(traces(world, &lines).await, []);
    assert!(!traces(world, "Mandersnatch").await.is_empty());
    assert!(world.desk.requests.conversation_for_agent(&grace, other).await.is_ok());
    // Somewhere else it is found too, and the mails that were delivered have it.
    std::fs::write(world.place.data().join("notes.txt"), "call ADA.LOVELACE%40analytical.example").unwrap();
    let found = traces(world, &lines).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].place.ends_with("notes.txt, byte 5") && found[0].form == "percent-encoded", "{found:?}");
}
