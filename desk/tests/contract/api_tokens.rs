//! Tokens for programs.

use tresen_desk::people::Secret;
use tresen_desk::{Error, Scope};

use crate::support::{World, assert_fails};

stories! {
    a_token_is_good_until_it_is_removed,
    a_token_ends_by_itself,
    names_are_unique_and_short,
}

async fn a_token_is_good_until_it_is_removed(world: &World) {
    let secret = world.desk.add_api_token("Mail filter", Scope::Mail, None).await.unwrap().unwrap();
    let other = world.desk.add_api_token("Other", Scope::Mail, None).await.unwrap().unwrap();
    assert_ne!(secret.reveal(), other.reveal());
    assert_eq!(world.desk.api_tokens().await.unwrap()[0].last_used_at, None);
    world.desk.check_api_token(&secret, Scope::Mail).await.unwrap();
    let tokens = world.desk.api_tokens().await.unwrap();
    assert_eq!((tokens[0].name.as_str(), tokens[0].last_used_at), ("Mail filter", Some(world.desk.now())));
    assert_eq!(tokens[1].last_used_at, None);
    for wrong in ["", "Mail filter", &other.reveal()[1..], &secret.reveal().to_lowercase()] {
        assert_fails!(
            world.desk.check_api_token(&Secret::received(wrong), Scope::Mail).await,
            Error::Forbidden
        );
    }
    assert!(world.desk.remove_api_token("Mail filter").await.unwrap());
    assert!(!world.desk.remove_api_token("Mail filter").await.unwrap());
    assert_fails!(world.desk.check_api_token(&secret, Scope::Mail).await, Error::Forbidden);
    world.desk.check_api_token(&other, Scope::Mail).await.unwrap();
}

async fn a_token_ends_by_itself(world: &World) {
    let secret = world.desk.add_api_token("Mail", Scope::Mail, Some(30)).await.unwrap().unwrap();
    world.clock.advance_seconds(30 * 24 * 3600 - 1);
    world.desk.check_api_token(&secret, Scope::Mail).await.unwrap();
    world.clock.advance_seconds(1);
    assert_fails!(world.desk.check_api_token(&secret, Scope::Mail).await, Error::Forbidden);
}

async fn names_are_unique_and_short(world: &World) {
    assert!(world.desk.add_api_token("Mail", Scope::Mail, None).await.unwrap().is_some());
    for name in ["Mail", " Mail ", "", " ", &"x".repeat(61), "a\nb"] {
        assert!(world.desk.add_api_token(name, Scope::Mail, None).await.unwrap().is_none(), "{name:?}");
    }
    assert_eq!(world.desk.api_tokens().await.unwrap().len(), 1);
}
