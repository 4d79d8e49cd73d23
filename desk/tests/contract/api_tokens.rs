//! API tokens: of services, and of people.

use serde_json::json;
use tresen_desk::Error;
use tresen_desk::Needles;
use tresen_desk::Secret;
use tresen_desk::people::Session;
use tresen_desk::privacy::Asked;
use tresen_desk::requests::{Access, QueueQuery};
use tresen_desk::tokens::{Caller, NewService, NewToken, Scope, Scopes, Who};
use tresen_model::{Problem, Role};

use crate::support::{Form, OTHER_PASSWORD, PASSWORD, World, assert_fails, note, numbers, refusals, reply};

stories! {
    a_token_is_good_until_it_is_removed,
    a_token_ends_by_itself,
    names_of_services_are_unique_and_short,
    a_service_reaches_the_types_it_was_given,
    a_service_is_no_colleague,
    a_service_with_the_operators_word_erases,
    an_admin_makes_tokens_for_services_with_a_fresh_proof,
    a_persons_token_has_their_rights_of_this_moment,
    a_persons_token_ends_with_role_password_and_restriction,
    an_agent_gives_no_token_more_than_they_may,
    a_token_is_made_with_a_fresh_proof,
    a_token_is_no_fresh_proof,
    nobody_ends_somebody_elses_token,
    a_copy_lists_tokens_without_their_secrets,
    erasure_takes_tokens_along,
}

async fn caller(world: &World, secret: &Secret) -> Option<Caller> {
    match world.desk.tokens.caller(secret).await {
        Ok((caller, _)) => Some(caller),
        Err(Error::Forbidden) => None,
        Err(error) => panic!("{error:?}"),
    }
}

fn scopes(scopes: &[Scope]) -> Scopes {
    scopes.iter().copied().collect()
}

async fn made(world: &World, session: &Session, given: &[Scope]) -> Secret {
    let new = NewToken { name: "Shop of Ada", scopes: scopes(given), days: None };
    world.desk.tokens.make_token(session, &new).await.unwrap()
}

impl World {
    fn who(&self, caller: &Caller, scope: Scope) -> Result<Who, Scope> {
        caller.who(self.desk.now(), scope)
    }
}

async fn a_token_is_good_until_it_is_removed(world: &World) {
    let secret = world.service("Mail filter", &[Scope::Mail]).await;
    let other = world.service("Other", &[Scope::Mail]).await;
    assert_ne!(secret.reveal(), other.reveal());
    assert_eq!(world.desk.tokens.service_tokens().await.unwrap()[0].last_used_at, None);

    let found = caller(world, &secret).await.unwrap();

    assert_eq!(found.check(Scope::Mail), Ok(()));
    assert_eq!(found.check(Scope::RequestsRead), Err(Scope::RequestsRead));
    assert_eq!(found.person(), None);
    let tokens = world.desk.tokens.service_tokens().await.unwrap();
    assert_eq!((tokens[0].name.as_str(), tokens[0].last_used_at), ("Mail filter", Some(world.desk.now())));
    assert_eq!(tokens[1].last_used_at, None);
    for wrong in ["", "Mail filter", &other.reveal()[1..], &secret.reveal().to_lowercase()] {
        assert!(caller(world, &Secret::received(wrong)).await.is_none());
    }
    assert!(world.desk.tokens.remove_service_token("Mail filter").await.unwrap());
    assert!(!world.desk.tokens.remove_service_token("Mail filter").await.unwrap());
    assert!(caller(world, &secret).await.is_none());
    assert!(caller(world, &other).await.is_some());
}

async fn a_token_ends_by_itself(world: &World) {
    let new = NewService { name: "Mail", scopes: scopes(&[Scope::Mail]), kinds: &[], days: Some(30) };
    let secret = world.desk.tokens.add_service_token(&new).await.unwrap();
    world.clock.advance_seconds(30 * 24 * 3600 - 1);
    assert!(caller(world, &secret).await.is_some());
    world.clock.advance_seconds(1);
    assert!(caller(world, &secret).await.is_none());
}

async fn names_of_services_are_unique_and_short(world: &World) {
    world.service("Mail", &[Scope::Mail]).await;
    for name in ["Mail", " Mail ", "", " ", &"x".repeat(61), "a\nb"] {
        let new = NewService { name, scopes: scopes(&[Scope::RequestsRead]), kinds: &[], days: None };
        assert_eq!(refusals(world.desk.tokens.add_service_token(&new).await)[0].0, "name", "{name:?}");
    }
    let none = NewService { name: "None", scopes: Scopes::default(), kinds: &[], days: None };
    assert_eq!(
        refusals(world.desk.tokens.add_service_token(&none).await),
        [("scope", Problem::ScopesMissing)]
    );
    let kinds = ["nonsense".to_owned()];
    let unknown = NewService { scopes: scopes(&[Scope::RequestsRead]), kinds: &kinds, ..none };
    assert_eq!(
        refusals(world.desk.tokens.add_service_token(&unknown).await),
        [("kind", Problem::ChoiceUnknown)]
    );
    assert_eq!(world.desk.tokens.service_tokens().await.unwrap().len(), 1);
}

async fn a_service_reaches_the_types_it_was_given(world: &World) {
    let question = world.submit(&Form::from("ada@example.org")).await;
    let order = Form { kind: "order".into(), ..Form::from("ada@example.org") };
    let order = world.submit(&order).await;
    let kinds = ["order".to_owned()];
    let given = scopes(&[Scope::RequestsRead]);
    let new = NewService { name: "Shop", scopes: given, kinds: &kinds, days: None };
    let secret = world.desk.tokens.add_service_token(&new).await.unwrap();

    let found = caller(world, &secret).await.unwrap();

    let Ok(Who::Agent(agent)) = world.who(&found, Scope::RequestsRead) else { panic!("an agent") };
    let page = world.desk.requests.queue(&agent, &QueueQuery::default()).await.unwrap();
    assert_eq!(numbers(&page), [order]);
    assert_fails!(world.desk.requests.conversation_for_agent(&agent, question).await, Error::NotFound);
    world.desk.requests.conversation_for_agent(&agent, order).await.unwrap();
    assert!(world.who(&found, Scope::CommentsWrite).is_err());
}

async fn a_service_is_no_colleague(world: &World) {
    let number = world.submit(&Form::from("ada@example.org")).await;
    let root = world.admin("Root").await;
    let secret = world.service("Robot", &[Scope::CommentsWrite, Scope::AuditRead]).await;
    let found = caller(world, &secret).await.unwrap();
    let Ok(Who::Agent(robot)) = world.who(&found, Scope::CommentsWrite) else { panic!("an agent") };

    world
        .desk
        .requests
        .reply(&robot, number, &reply("Have you tried again?", "one"), Vec::new())
        .await
        .unwrap();

    let shown = world.desk.requests.conversation_for_agent(&root, number).await.unwrap();
    assert_eq!(shown.comments[1].author.as_deref(), Some("Robot"));
    let staff = shown.staff.unwrap();
    assert_eq!(staff.assignee, None, "what a service answers waits for a person");
    assert!(staff.agents.iter().all(|agent| agent.id != robot.person()));
    assert_eq!(world.desk.staff.colleagues(&root).await.unwrap().len(), 1);
    let change = tresen_desk::requests::Change { assignee: Some(Some(robot.person())), ..Default::default() };
    assert_eq!(refusals(world.desk.requests.change(&root, number, change).await)[0].0, "assignee");
    // Its next token acts as the same service.
    world.desk.tokens.remove_service_token("Robot").await.unwrap();
    let again = caller(world, &world.service("Robot", &[Scope::RequestsRead]).await).await.unwrap();
    assert_eq!(again.person(), Some(robot.person()));
    assert_eq!(again.role(), Some(Role::Agent));
}

async fn a_service_with_the_operators_word_erases(world: &World) {
    let number = world.submit(&Form::from("ada@example.org")).await;
    let weak = caller(world, &world.service("Weak", &[Scope::RequestsWrite]).await).await.unwrap();
    assert_eq!(world.who(&weak, Scope::PeopleErase).err(), Some(Scope::PeopleErase));
    let Ok(Who::Agent(agent)) = world.who(&weak, Scope::RequestsWrite) else { panic!("an agent") };
    assert_fails!(world.desk.privacy.erase_by_agent(&agent, number, Asked::Mail).await, Error::ProofNeeded);

    let strong = caller(world, &world.service("Strong", &[Scope::PeopleErase]).await).await.unwrap();

    let Ok(Who::Agent(agent)) = world.who(&strong, Scope::PeopleErase) else { panic!("an agent") };
    world.desk.privacy.erase_by_agent(&agent, number, Asked::Mail).await.unwrap();
    assert_fails!(world.desk.requests.conversation_for_agent(&agent, number).await, Error::NotFound);
}

async fn a_persons_token_has_their_rights_of_this_moment(world: &World) {
    let ada = world.customer("ada@example.org").await;
    let own = world.submit(&Form::from("ada@example.org")).await;
    let other = world.submit(&Form::from("bob@example.org")).await;

    let secret = made(world, &ada, &[Scope::RequestsRead]).await;
    let found = caller(world, &secret).await.unwrap();

    let Ok(Who::Customer(session)) = world.who(&found, Scope::RequestsRead) else { panic!("a customer") };
    let access = Access::Session(session);
    world.desk.requests.conversation(&access, own).await.unwrap();
    assert_fails!(world.desk.requests.conversation(&access, other).await, Error::NotFound);
    // An agent who becomes an admin keeps the token, and what it may do grows no further than its scopes.
    world.agent("Alan").await;
    let alan = world.login("alan@desk.example", PASSWORD).await.unwrap();
    let secret = made(world, &alan, &[Scope::RequestsRead, Scope::CommentsWrite]).await;
    let found = caller(world, &secret).await.unwrap();
    let Ok(Who::Agent(agent)) = world.who(&found, Scope::CommentsWrite) else { panic!("an agent") };
    world.desk.requests.reply(&agent, other, &note("Seen", "one"), Vec::new()).await.unwrap();
    world.desk.staff.set_kinds("alan@desk.example", &["order".to_owned()]).await.unwrap();
    assert_fails!(
        world.desk.requests.reply(&agent, other, &note("Again", "two"), Vec::new()).await,
        Error::NotFound
    );
}

async fn a_persons_token_ends_with_role_password_and_restriction(world: &World) {
    let ada = world.customer("ada@example.org").await;
    let secret = made(world, &ada, &[Scope::RequestsRead]).await;
    world.desk.privacy.restrict(&ada).await.unwrap();
    assert!(caller(world, &secret).await.is_none());
    assert_fails!(
        world
            .desk
            .tokens
            .make_token(&ada, &NewToken { name: "x", scopes: scopes(&[Scope::RequestsRead]), days: None })
            .await,
        Error::Restricted
    );
    world.desk.privacy.lift_restriction(&ada).await.unwrap();
    assert!(caller(world, &secret).await.is_some());
    world.desk.accounts.change_password(&ada, PASSWORD, OTHER_PASSWORD).await.unwrap();
    assert!(caller(world, &secret).await.is_none());

    let ada = world.login("ada@example.org", OTHER_PASSWORD).await.unwrap();
    let secret = made(world, &ada, &[Scope::RequestsRead]).await;
    world.desk.accounts.add_person("ada@example.org", "Ada", Role::Agent, PASSWORD).await.unwrap();
    assert!(caller(world, &secret).await.is_none());
}

async fn an_agent_gives_no_token_more_than_they_may(world: &World) {
    world.agent("Alan").await;
    world.admin("Root").await;
    let customer = world.customer("ada@example.org").await;
    let alan = world.login("alan@desk.example", PASSWORD).await.unwrap();
    let root = world.login("root@desk.example", PASSWORD).await.unwrap();
    let may = async |session: &Session, scope| {
        let new = NewToken { name: "Token", scopes: scopes(&[scope]), days: Some(1) };
        match world.desk.tokens.make_token(session, &new).await {
            Ok(_) => true,
            Err(Error::Refused(_)) => false,
            Err(error) => panic!("{error:?}"),
        }
    };
    for scope in Scope::ALL {
        let expected = match scope {
            Scope::RequestsRead | Scope::RequestsWrite | Scope::CommentsWrite | Scope::PeopleRead => {
                [true; 3]
            }
            Scope::PeopleWrite | Scope::PeopleRestrict | Scope::StatisticsRead => [false, true, true],
            Scope::PeopleExport | Scope::PeopleErase => [true, false, true],
            Scope::AuditRead => [false, false, true],
            Scope::Mail => [false; 3],
        };
        let met = [may(&customer, scope).await, may(&alan, scope).await, may(&root, scope).await];
        assert_eq!(met, expected, "{scope:?}");
    }
    // An admin who is an agent from now on erases nobody any more.
    let secret = made(world, &root, &[Scope::RequestsRead, Scope::PeopleErase]).await;
    let found = caller(world, &secret).await.unwrap();
    assert!(world.who(&found, Scope::PeopleErase).is_ok());
}

async fn a_token_is_made_with_a_fresh_proof(world: &World) {
    let ada = world.customer("ada@example.org").await;
    world.clock.advance_seconds(601);
    let new = NewToken { name: "Shop", scopes: scopes(&[Scope::RequestsRead]), days: None };
    assert_fails!(world.desk.tokens.make_token(&ada, &new).await, Error::ProofNeeded);
    let ada = world.desk.accounts.confirm_with_password(&ada, PASSWORD).await.unwrap();
    for days in [0, 3651] {
        let new = NewToken { days: Some(days), scopes: scopes(&[Scope::RequestsRead]), ..new };
        assert_eq!(
            refusals(world.desk.tokens.make_token(&ada, &new).await),
            [("days", Problem::ChoiceUnknown)]
        );
    }
    for _ in 0..20 {
        world.desk.tokens.make_token(&ada, &new).await.unwrap();
    }
    let most = [("name", Problem::TooManyTokens { max: 20 })];
    assert_eq!(refusals(world.desk.tokens.make_token(&ada, &new).await), most);
}

async fn a_token_is_no_fresh_proof(world: &World) {
    let ada = world.customer("ada@example.org").await;
    let secret = made(world, &ada, &[Scope::PeopleRead]).await;
    let found = caller(world, &secret).await.unwrap();
    let Ok(Who::Customer(session)) = world.who(&found, Scope::PeopleRead) else { panic!("a customer") };
    let more = NewToken { name: "More", scopes: scopes(&[Scope::PeopleErase]), days: None };
    assert_fails!(world.desk.tokens.make_token(&session, &more).await, Error::ProofNeeded);
    assert_fails!(world.desk.privacy.export(&session).await.map(drop), Error::ProofNeeded);
}

async fn nobody_ends_somebody_elses_token(world: &World) {
    let ada = world.customer("ada@example.org").await;
    let bob = world.customer("bob@example.org").await;
    let secret = made(world, &ada, &[Scope::RequestsRead]).await;
    let line = world.desk.tokens.tokens_of(&ada).await.unwrap().remove(0);
    assert_eq!((line.name.as_str(), line.scopes.words().as_str()), ("Shop of Ada", "requests:read"));
    assert!(world.desk.tokens.tokens_of(&bob).await.unwrap().is_empty());

    world.desk.tokens.end_token(&bob, &line.handle).await.unwrap();
    assert!(caller(world, &secret).await.is_some());
    world.desk.tokens.end_token(&ada, &line.handle).await.unwrap();
    assert!(caller(world, &secret).await.is_none());
}

async fn a_copy_lists_tokens_without_their_secrets(world: &World) {
    let ada = world.customer("ada@example.org").await;
    let secret = made(world, &ada, &[Scope::RequestsRead, Scope::PeopleExport]).await;
    let (data, files) = crate::export::exported(world, &ada).await;
    let token = &data["api_tokens"][0];
    assert_eq!((&token["name"], &token["last_used_at"]), (&json!("Shop of Ada"), &json!(null)));
    assert_eq!(token["scopes"], json!(["requests:read", "people:export"]));
    let text = |file: &str| String::from_utf8_lossy(&files[file]).into_owned();
    assert!(!text("data.json").contains(secret.reveal()));
    assert!(text("index.html").contains("Shop of Ada"));
}

async fn erasure_takes_tokens_along(world: &World) {
    let ada = world.customer("ada@example.org").await;
    let secret = made(world, &ada, &[Scope::RequestsRead]).await;
    let needles = Needles::parse(&format!("Shop of Ada\n{}", secret.reveal())).unwrap();
    let places = vec![world.place.data().to_owned()];
    let found =
        world.desk.privacy.find_traces(needles.into(), places, vec![world.place.outgoing()]).await.unwrap();
    assert!(found.is_empty(), "a name is sealed, and a secret is stored nowhere");
    assert!(caller(world, &secret).await.is_some());
    world.desk.privacy.erase_self(&ada, PASSWORD).await.unwrap();
    assert!(caller(world, &secret).await.is_none());
    assert_eq!(world.count_rows("api_token").await, 0);
}

async fn an_admin_makes_tokens_for_services_with_a_fresh_proof(world: &World) {
    let (desk, root, alan) = (&world.desk, world.admin("Root").await, world.agent("Alan").await);
    let kinds = ["order".to_owned()];
    let given = scopes(&[Scope::RequestsRead, Scope::PeopleErase]);
    let new = NewService { name: "Shop", scopes: given, kinds: &kinds, days: Some(90) };
    assert_fails!(desk.tokens.make_service_token(&alan, &new).await.map(drop), Error::Forbidden);
    let endless = NewService { name: "Other", scopes: scopes(&[Scope::Mail]), kinds: &[], days: Some(3651) };
    assert_eq!(
        refusals(desk.tokens.make_service_token(&root, &endless).await),
        [("days", Problem::ChoiceUnknown)]
    );

    let secret = desk.tokens.make_service_token(&root, &new).await.unwrap();

    let found = caller(world, &secret).await.unwrap();
    assert!(matches!(world.who(&found, Scope::PeopleErase), Ok(Who::Agent(_))));
    let listed = desk.tokens.service_tokens_for_admin(&root).await.unwrap();
    assert_eq!((listed.len(), &listed[0].kinds), (1, &kinds.to_vec()));
    assert_eq!(refusals(desk.tokens.make_service_token(&root, &new).await), [("name", Problem::NameTaken)]);
    desk.tokens.end_service_token(&root, "Shop").await.unwrap();
    desk.tokens.end_service_token(&root, "Shop").await.unwrap();
    assert!(caller(world, &secret).await.is_none());
    assert_eq!(desk.people.audited("service-token-ended").await.unwrap().len(), 1);
    world.clock.advance_seconds(601);
    assert_fails!(desk.tokens.make_service_token(&root, &new).await.map(drop), Error::ProofNeeded);
}
