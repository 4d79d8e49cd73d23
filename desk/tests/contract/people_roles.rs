//! Who works at the desk: seeing it, changing it, and inviting somebody.

use std::sync::Arc;

use tresen_desk::Secret;
use tresen_desk::accounts::Vouched;
use tresen_desk::people::{Agent, Purpose, Session};
use tresen_desk::requests::Change;
use tresen_desk::settings::{Provider, RoleRule};
use tresen_desk::staff::{Added, Colleague, Duty, NewColleague};
use tresen_desk::{Desk, Error};
use tresen_model::{Language, PersonId, Problem, Role};

use crate::support::{Form, OTHER_PASSWORD, PASSWORD, World, assert_fails, entered, refusals};
use crate::traces::Needles;

stories! {
    an_admin_sees_who_works_here,
    agents_neither_see_nor_change_it,
    every_change_asks_for_a_fresh_proof,
    a_new_role_signs_out_and_is_told,
    without_a_role_requests_wait_for_somebody_else,
    the_last_admin_stays,
    of_two_admins_who_leave_at_once_one_stays,
    of_two_admins_who_remove_each_other_one_stays,
    who_was_an_admin_changes_nothing_more,
    other_types_hold_at_once_and_sign_nobody_out,
    forms_name_roles_and_types_that_are_there,
    somebody_with_an_account_has_the_role_at_once,
    somebody_without_gets_a_link_and_no_role_before,
    the_newest_invitation_holds_until_it_is_withdrawn,
    an_invitation_ends,
    whoever_registers_otherwise_has_the_role_as_well,
    who_is_not_asked,
    an_invited_address_gets_three_mails_an_hour,
    a_provider_decides_again,
}

races! {
    of_two_admins_who_leave_at_once_one_stays,
    of_two_admins_who_remove_each_other_one_stays,
}

const EMAIL: &str = "ada@example.com";
const TEN_MINUTES: i64 = 600;

fn agent(kinds: &[&str]) -> Duty {
    Duty::Agent(kinds.iter().map(|kind| (*kind).to_owned()).collect())
}

fn new(email: &str, duty: Duty) -> NewColleague<'_> {
    NewColleague { email, name: "Ada Lovelace", duty, language: Language::English }
}

async fn colleague(world: &World, admin: &Agent, person: PersonId) -> Option<Colleague> {
    world.desk.staff.colleagues(admin).await.unwrap().into_iter().find(|one| one.id == person)
}

async fn role(world: &World, admin: &Agent, person: PersonId) -> Role {
    colleague(world, admin, person).await.map_or(Role::Customer, |one| one.role)
}

/// The session of somebody who chooses a password by a mailed link.
async fn join(world: &World, link: &Secret) -> Result<Session, Error> {
    let entry = world.desk.accounts.complete_registration(link, PASSWORD).await?;
    Ok(world.session(&entry.session).await.unwrap())
}

async fn an_admin_sees_who_works_here(world: &World) {
    let root = world.admin("Root").await;
    let grace = world.agent("Grace").await;
    world.desk.staff.set_kinds("grace@desk.example", &["question".to_owned()]).await.unwrap();
    world.agent("Alan").await;
    world.customer(EMAIL).await;
    let seen = world.desk.staff.colleagues(&root).await.unwrap();
    let names: Vec<_> = seen.iter().map(|one| (one.name.as_deref().unwrap(), one.role)).collect();
    assert_eq!(names, [("Root", Role::Admin), ("Alan", Role::Agent), ("Grace", Role::Agent)]);
    assert_eq!(seen[2].email, "grace@desk.example");
    assert_eq!((seen[2].kinds.as_slice(), seen[1].kinds.len()), (&["question".to_owned()][..], 0));
    assert_eq!(seen.iter().map(|one| one.own).collect::<Vec<_>>(), [true, false, false]);
    assert!(seen.iter().all(|one| !one.second_factor && one.provider.is_none()));

    // An app that is only begun is none.
    world.desk.accounts.begin_app(grace.session()).await.unwrap();
    assert!(!colleague(world, &root, grace.person()).await.unwrap().second_factor);
    crate::factors::set_up(world, &world.desk, grace.session()).await;
    assert!(colleague(world, &root, grace.person()).await.unwrap().second_factor);

    // Nobody is seen whom there is not.
    world.desk.privacy.erase_by_operator("alan@desk.example").await.unwrap().unwrap();
    assert_eq!(world.desk.staff.colleagues(&root).await.unwrap().len(), 2);
}

async fn agents_neither_see_nor_change_it(world: &World) {
    let root = world.admin("Root").await;
    let grace = world.agent("Grace").await;
    let desk = &world.desk;
    desk.staff.add_colleague(&root, &new(EMAIL, Duty::Admin)).await.unwrap();
    let invited = desk.staff.invitations(&root).await.unwrap()[0].id;
    assert_fails!(desk.staff.colleagues(&grace).await, Error::Forbidden);
    assert_fails!(desk.staff.invitations(&grace).await, Error::Forbidden);
    assert_fails!(desk.staff.change_duty(&grace, grace.person(), &Duty::Admin).await, Error::Forbidden);
    assert_fails!(desk.staff.change_duty(&grace, root.person(), &Duty::Nothing).await, Error::Forbidden);
    assert_fails!(
        desk.staff.add_colleague(&grace, &new("eve@example.org", Duty::Admin)).await,
        Error::Forbidden
    );
    assert_fails!(desk.staff.withdraw_invitation(&grace, invited).await, Error::Forbidden);
    assert_eq!(desk.staff.invitations(&root).await.unwrap().len(), 1);
    assert_eq!(role(world, &root, grace.person()).await, Role::Agent);
}

async fn every_change_asks_for_a_fresh_proof(world: &World) {
    let root = world.admin("Root").await;
    let grace = world.agent("Grace").await;
    let desk = &world.desk;
    desk.staff.add_colleague(&root, &new(EMAIL, agent(&[]))).await.unwrap();
    let invited = desk.staff.invitations(&root).await.unwrap()[0].id;
    world.clock.advance_seconds(TEN_MINUTES);
    for duty in [Duty::Admin, agent(&["question"]), Duty::Nothing] {
        assert_fails!(desk.staff.change_duty(&root, grace.person(), &duty).await, Error::ProofNeeded);
    }
    assert_fails!(
        desk.staff.add_colleague(&root, &new("eve@example.org", Duty::Admin)).await,
        Error::ProofNeeded
    );
    assert_fails!(desk.staff.withdraw_invitation(&root, invited).await, Error::ProofNeeded);
    assert_eq!(role(world, &root, grace.person()).await, Role::Agent);
    assert_eq!(desk.staff.invitations(&root).await.unwrap().len(), 1);
    // Looking asks for none.
    assert_eq!(desk.staff.colleagues(&root).await.unwrap().len(), 2);

    let proven =
        desk.accounts.confirm_with_password(root.session(), PASSWORD).await.unwrap().agent().unwrap();
    desk.staff.change_duty(&proven, grace.person(), &Duty::Admin).await.unwrap();
    assert_eq!(role(world, &proven, grace.person()).await, Role::Admin);
}

async fn a_new_role_signs_out_and_is_told(world: &World) {
    let root = world.admin("Root").await;
    let grace = world.agent("Grace").await;
    let desk = &world.desk;
    desk.accounts.change_language(grace.session(), Language::German).await.unwrap();
    let login = entered(desk.accounts.login("grace@desk.example", PASSWORD, None).await.unwrap());
    world.post().await;
    desk.accounts.forgot_password("grace@desk.example", Language::English).await.unwrap();
    let link = world.mail().await.link("password");

    desk.staff.change_duty(&root, grace.person(), &Duty::Admin).await.unwrap();
    assert!(world.session(&login.session).await.is_none(), "a session of the old role goes on");
    assert!(world.is_gone(Purpose::Password, &link).await);
    assert!(!desk.accounts.knows_device("grace@desk.example", &login.device).await.unwrap());
    let mail = world.mail().await;
    assert_eq!((mail.to(), mail.subject()), ("grace@desk.example", "Ihre Rolle wurde geändert"));
    assert!(mail.text.contains("verwalten den Servicedesk"), "{}", mail.text);
    assert!(!mail.everything.contains("Root"), "the mail names who did it");
    let noted = desk.people.audited("role-changed").await.unwrap();
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0].1, r#"{"from":"agent","to":"admin"}"#);
    // Once more is no change.
    desk.staff.change_duty(&root, grace.person(), &Duty::Admin).await.unwrap();
    assert!(world.post().await.is_empty());
    let grace = world.login("grace@desk.example", PASSWORD).await.unwrap();
    assert_eq!(grace.role(), Role::Admin);

    world.post().await;
    desk.staff.change_duty(&root, grace.person(), &agent(&["question"])).await.unwrap();
    assert!(world.mail().await.text.contains("beantworten jetzt Anfragen."));
    let kept = colleague(world, &root, grace.person()).await.unwrap();
    assert_eq!((kept.role, kept.kinds), (Role::Agent, vec!["question".to_owned()]));
}

async fn without_a_role_requests_wait_for_somebody_else(world: &World) {
    let root = world.admin("Root").await;
    let grace = world.agent("Grace").await;
    world.desk.staff.set_kinds("grace@desk.example", &["question".to_owned()]).await.unwrap();
    let number = world.submit(&Form::from(EMAIL)).await;
    let hers = Change { assignee: Some(Some(grace.person())), ..Change::default() };
    world.desk.requests.change(&root, number, hers).await.unwrap();
    world.post().await;
    world.desk.staff.change_duty(&root, grace.person(), &Duty::Nothing).await.unwrap();
    assert!(world.mail().await.text.contains("You are no longer on the team"));
    let counts = world.desk.requests.queue_counts(&root).await.unwrap();
    assert_eq!((counts.active, counts.unassigned), (1, 1));
    assert!(colleague(world, &root, grace.person()).await.is_none());
    // A customer like any other: no agent, and nothing that this page changes.
    let customer = world.login("grace@desk.example", PASSWORD).await.unwrap();
    assert_fails!(customer.agent(), Error::Forbidden);
    assert_fails!(world.desk.staff.change_duty(&root, grace.person(), &Duty::Admin).await, Error::NotFound);
    // Who comes back begins anew.
    world.desk.staff.add_colleague(&root, &new("grace@desk.example", agent(&[]))).await.unwrap();
    assert!(colleague(world, &root, grace.person()).await.unwrap().kinds.is_empty());
}

async fn the_last_admin_stays(world: &World) {
    let root = world.admin("Root").await;
    let desk = &world.desk;
    for duty in [agent(&[]), Duty::Nothing] {
        let said = refusals(desk.staff.change_duty(&root, root.person(), &duty).await);
        assert_eq!(said, [("role", Problem::LastAdmin)]);
    }
    assert!(
        world
            .session(
                &entered(desk.accounts.login("root@desk.example", PASSWORD, None).await.unwrap()).session
            )
            .await
            .is_some()
    );
    // Somebody who was invited is none yet, and whoever is gone is none any more.
    desk.staff.add_colleague(&root, &new(EMAIL, Duty::Admin)).await.unwrap();
    world.admin("Gone").await;
    desk.privacy.erase_by_operator("gone@desk.example").await.unwrap().unwrap();
    let said = refusals(desk.staff.change_duty(&root, root.person(), &Duty::Nothing).await);
    assert_eq!(said, [("role", Problem::LastAdmin)]);
    let other = world.admin("Other").await;
    desk.staff.change_duty(&root, root.person(), &Duty::Nothing).await.unwrap();
    let said = refusals(desk.staff.change_duty(&other, other.person(), &agent(&[])).await);
    assert_eq!(said, [("role", Problem::LastAdmin)]);
}

async fn of_two_admins_who_leave_at_once_one_stays(world: &World) {
    let desk = &world.desk;
    for round in 0..4 {
        let one = world.admin("One").await;
        let two = world.admin("Two").await;
        let duty = Duty::Nothing;
        let (first, second) = tokio::join!(
            desk.staff.change_duty(&one, one.person(), &duty),
            desk.staff.change_duty(&two, two.person(), &duty)
        );
        let (left, stayed) = if first.is_ok() { (first, second) } else { (second, first) };
        left.unwrap();
        assert_eq!(refusals(stayed), [("role", Problem::LastAdmin)], "round {round}");
    }
}

async fn of_two_admins_who_remove_each_other_one_stays(world: &World) {
    let desk = &world.desk;
    for round in 0..4 {
        let one = world.admin("One").await;
        let two = world.admin("Two").await;
        let duty = agent(&[]);
        let (first, second) = tokio::join!(
            desk.staff.change_duty(&one, two.person(), &duty),
            desk.staff.change_duty(&two, one.person(), &duty)
        );
        let (done, late) = if first.is_ok() { (first, second) } else { (second, first) };
        done.unwrap();
        assert!(matches!(late, Err(Error::Forbidden)), "round {round}");
    }
}

async fn who_was_an_admin_changes_nothing_more(world: &World) {
    let root = world.admin("Root").await;
    let eve = world.admin("Eve").await;
    let grace = world.agent("Grace").await;
    let desk = &world.desk;
    desk.staff.add_colleague(&root, &new(EMAIL, agent(&[]))).await.unwrap();
    desk.staff.change_duty(&root, eve.person(), &agent(&[])).await.unwrap();
    // What she had asked for a moment ago, with the proof of before.
    assert_fails!(desk.staff.change_duty(&eve, eve.person(), &Duty::Admin).await, Error::Forbidden);
    assert_fails!(desk.staff.change_duty(&eve, grace.person(), &Duty::Admin).await, Error::Forbidden);
    assert_fails!(
        desk.staff.add_colleague(&eve, &new("mallory@example.org", Duty::Admin)).await,
        Error::Forbidden
    );
    assert_fails!(
        desk.staff.withdraw_invitation(&eve, desk.staff.invitations(&root).await.unwrap()[0].id).await,
        Error::Forbidden
    );
    // Nor with a session that has ended, although she is an admin again.
    desk.staff.change_duty(&root, eve.person(), &Duty::Admin).await.unwrap();
    assert_fails!(desk.staff.change_duty(&eve, grace.person(), &Duty::Admin).await, Error::Forbidden);
    assert_eq!(role(world, &root, grace.person()).await, Role::Agent);
    assert_eq!(desk.staff.invitations(&root).await.unwrap().len(), 1);
}

async fn other_types_hold_at_once_and_sign_nobody_out(world: &World) {
    let root = world.admin("Root").await;
    let grace = world.agent("Grace").await;
    let number = world.submit(&Form::from(EMAIL)).await;
    world.post().await;
    let desk = &world.desk;
    desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    desk.staff.change_duty(&root, grace.person(), &agent(&["order", "problem"])).await.unwrap();
    assert_fails!(desk.requests.conversation_for_agent(&grace, number).await, Error::NotFound);
    desk.staff.change_duty(&root, grace.person(), &agent(&["question"])).await.unwrap();
    desk.requests.conversation_for_agent(&grace, number).await.unwrap();
    desk.staff.change_duty(&root, grace.person(), &agent(&[])).await.unwrap();
    assert!(colleague(world, &root, grace.person()).await.unwrap().kinds.is_empty());
    assert!(world.post().await.is_empty());
    assert!(desk.people.audited("role-changed").await.unwrap().is_empty());
}

async fn forms_name_roles_and_types_that_are_there(world: &World) {
    let parse = |role: &str, scope: &str, kinds: &[&str]| {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        Duty::parse(role, scope, kinds, world.desk.settings())
    };
    assert_eq!(parse("agent", "all", &["order"]).unwrap(), agent(&[]));
    assert_eq!(parse("agent", "some", &["order"]).unwrap(), agent(&["order"]));
    assert_eq!(parse("admin", "some", &["order"]).unwrap(), Duty::Admin);
    assert_eq!(parse("customer", "", &[]).unwrap(), Duty::Nothing);
    for (role, scope, kinds, said) in [
        ("root", "all", &[][..], ("role", Problem::ChoiceUnknown)),
        ("", "all", &[], ("role", Problem::ChoiceUnknown)),
        ("Admin", "all", &[], ("role", Problem::ChoiceUnknown)),
        ("agent", "", &[], ("kinds", Problem::ChoiceUnknown)),
        ("agent", "none", &[], ("kinds", Problem::ChoiceUnknown)),
        // Nothing ticked is not everything.
        ("agent", "some", &[], ("kinds", Problem::KindsMissing)),
        ("agent", "some", &["order", "nonsense"], ("kinds", Problem::ChoiceUnknown)),
        ("admin", "all", &["nonsense"], ("kinds", Problem::ChoiceUnknown)),
    ] {
        assert_eq!(refusals(parse(role, scope, kinds)), [said], "{role} {scope} {kinds:?}");
    }
}

async fn somebody_with_an_account_has_the_role_at_once(world: &World) {
    let root = world.admin("Root").await;
    let ada = world.customer(EMAIL).await;
    let secret = world.secret(EMAIL, PASSWORD).await.unwrap();
    let number = world.submit(&Form::from(EMAIL)).await;
    world.post().await;
    let desk = &world.desk;
    assert_eq!(
        desk.staff.add_colleague(&root, &new("ADA@example.com", agent(&["order"]))).await.unwrap(),
        Added::Now
    );
    assert!(world.session(&secret).await.is_none(), "a customer's session has become an agent's");
    let mail = world.mail().await;
    assert_eq!((mail.to(), mail.subject()), (EMAIL, "Your role was changed"));
    let seen = colleague(world, &root, ada.person()).await.unwrap();
    assert_eq!((seen.name.as_deref(), seen.role), (Some("Ada Lovelace"), Role::Agent));
    assert_eq!(seen.kinds, ["order"]);
    let ada = world.login(EMAIL, PASSWORD).await.unwrap();
    assert!(ada.agent().is_ok());
    assert_eq!(world.mine(&ada).await[0].number, number);
    assert_eq!(
        desk.people.audited("role-changed").await.unwrap()[0].1,
        r#"{"from":"customer","to":"agent"}"#
    );

    // Who has a name keeps it.
    let bob = world.customer("bob@example.com").await;
    desk.accounts.change_name(&bob, "Bob Baker").await.unwrap();
    desk.staff.add_colleague(&root, &new("bob@example.com", Duty::Admin)).await.unwrap();
    let bob = colleague(world, &root, bob.person()).await.unwrap();
    assert_eq!((bob.name.as_deref(), bob.role), (Some("Bob Baker"), Role::Admin));
}

async fn somebody_without_gets_a_link_and_no_role_before(world: &World) {
    let root = world.admin("Root").await;
    let desk = &world.desk;
    // One who has written, with whatever name, and one of whom nobody has heard.
    world.submit(&Form::from(EMAIL).called("The Boss")).await;
    world.post().await;
    for (email, name, duty) in
        [(EMAIL, "Zitronenfalter", Duty::Admin), ("new@example.com", "Nachtpfauenauge", agent(&["order"]))]
    {
        let added = desk
            .staff
            .add_colleague(
                &root,
                &NewColleague { email, name, duty: duty.clone(), language: Language::English },
            )
            .await
            .unwrap();
        assert_eq!(added, Added::Invited);
        let mail = world.mail().await;
        assert_eq!((mail.to(), mail.subject()), (email, "You are invited to answer requests"));
        assert!(!mail.everything.contains(name) && !mail.everything.contains("Root"));
        let waiting = desk.staff.invitations(&root).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!((waiting[0].email.as_str(), waiting[0].role), (email, duty.role()));
        assert_eq!(waiting[0].name, name);
        assert_eq!(role(world, &root, waiting[0].id).await, Role::Customer, "a role without an account");
        assert_eq!(Needles::new([name]).traces(&world.place).await, Vec::<String>::new());

        let link = mail.link("register");
        desk.people.check_link(Purpose::Join, &link).await.unwrap();
        // A password that is refused does not use it up.
        assert!(desk.accounts.complete_registration(&link, "short").await.is_err());
        let joined = join(world, &link).await.unwrap();
        assert_eq!((joined.person(), joined.role()), (waiting[0].id, duty.role()));
        let seen = colleague(world, &root, joined.person()).await.unwrap();
        assert_eq!(seen.name.as_deref(), Some(name));
        assert_eq!(seen.kinds.len(), usize::from(duty != Duty::Admin));
        assert!(desk.staff.invitations(&root).await.unwrap().is_empty());
        assert!(world.is_gone(Purpose::Join, &link).await);
        assert_fails!(desk.accounts.complete_registration(&link, OTHER_PASSWORD).await, Error::Gone);
    }
    assert_eq!(desk.people.audited("colleague-invited").await.unwrap().len(), 2);
    assert_eq!(desk.people.audited("role-changed").await.unwrap().len(), 2);
}

async fn the_newest_invitation_holds_until_it_is_withdrawn(world: &World) {
    let root = world.admin("Root").await;
    let desk = &world.desk;
    desk.staff.add_colleague(&root, &new(EMAIL, Duty::Admin)).await.unwrap();
    let first = world.mail().await.link("register");
    world.tick();
    desk.staff.add_colleague(&root, &new(EMAIL, agent(&[]))).await.unwrap();
    let second = world.mail().await.link("register");
    assert!(world.is_gone(Purpose::Join, &first).await);
    let waiting = desk.staff.invitations(&root).await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.role).collect::<Vec<_>>(), [Role::Agent]);
    let other = world.customer("other@example.com").await;
    desk.staff.withdraw_invitation(&root, other.person()).await.unwrap();
    desk.people.check_link(Purpose::Join, &second).await.unwrap();

    desk.staff.withdraw_invitation(&root, waiting[0].id).await.unwrap();
    assert!(desk.staff.invitations(&root).await.unwrap().is_empty());
    assert_fails!(join(world, &second).await, Error::Gone);
    // They may register like anybody, and are a customer.
    assert_eq!(world.customer(EMAIL).await.role(), Role::Customer);
}

async fn an_invitation_ends(world: &World) {
    let root = world.admin("Root").await;
    let desk = &world.desk;
    desk.staff.add_colleague(&root, &new(EMAIL, Duty::Admin)).await.unwrap();
    let link = world.mail().await.link("register");
    world.clock.advance_seconds(Purpose::Join.lifetime() - 3600);
    desk.accounts.register(EMAIL, Language::English).await.unwrap();
    let registers = world.mail().await.link("register");
    world.clock.advance_seconds(3600);
    assert_fails!(join(world, &link).await, Error::Gone);
    let root = world.login("root@desk.example", PASSWORD).await.unwrap().agent().unwrap();
    assert!(desk.staff.invitations(&root).await.unwrap().is_empty());
    // It is no longer good by another way either.
    assert_eq!(join(world, &registers).await.unwrap().role(), Role::Customer);

    // An erasure takes it along.
    desk.staff.add_colleague(&root, &new("gone@example.com", Duty::Admin)).await.unwrap();
    let mails = world.post().await;
    let link = mails.iter().find_map(|mail| mail.find_link("register")).unwrap();
    desk.privacy.erase_by_operator("gone@example.com").await.unwrap().unwrap();
    assert!(desk.staff.invitations(&root).await.unwrap().is_empty());
    assert_fails!(join(world, &link).await, Error::Gone);
}

async fn whoever_registers_otherwise_has_the_role_as_well(world: &World) {
    let root = world.admin("Root").await;
    let desk = &world.desk;
    desk.staff.add_colleague(&root, &new(EMAIL, agent(&["order"]))).await.unwrap();
    let invitation = world.mail().await.link("register");
    desk.accounts.forgot_password(EMAIL, Language::English).await.unwrap();
    let link = world.mail().await.link("register");
    let joined = join(world, &link).await.unwrap();
    assert_eq!(joined.role(), Role::Agent);
    assert_eq!(colleague(world, &root, joined.person()).await.unwrap().kinds, ["order"]);
    assert!(desk.staff.invitations(&root).await.unwrap().is_empty());
    assert_fails!(join(world, &invitation).await, Error::Gone);
}

async fn who_is_not_asked(world: &World) {
    let root = world.admin("Root").await;
    world.agent("Grace").await;
    let ada = world.customer(EMAIL).await;
    let desk = &world.desk;
    desk.privacy.restrict(&ada).await.unwrap();
    for (email, name, duty, said) in [
        ("nonsense", "Ada", Duty::Admin, ("email", Problem::EmailInvalid)),
        ("", "Ada", Duty::Admin, ("email", Problem::EmailMissing)),
        ("new@example.com", " ", Duty::Admin, ("name", Problem::NameMissing)),
        ("new@example.com", "Ada", Duty::Nothing, ("role", Problem::ChoiceUnknown)),
        ("grace@desk.example", "Ada", Duty::Admin, ("email", Problem::WorksHere)),
        ("root@desk.example", "Ada", agent(&[]), ("email", Problem::WorksHere)),
        (EMAIL, "Ada", agent(&[]), ("email", Problem::CustomerRestricted)),
    ] {
        let refused = desk
            .staff
            .add_colleague(&root, &NewColleague { email, name, duty, language: Language::English })
            .await;
        assert_eq!(refusals(refused), [said], "{email}");
    }
    assert!(world.post().await.is_empty());
    assert_eq!(desk.staff.colleagues(&root).await.unwrap().len(), 2);
    assert!(desk.privacy.own_restriction(&ada).await.unwrap().is_some());
    // Nobody is found by an id who does not work here.
    let nobody = PersonId::parse("01990000-0000-7000-8000-000000000000").unwrap();
    for person in [ada.person(), nobody] {
        assert_fails!(desk.staff.change_duty(&root, person, &Duty::Admin).await, Error::NotFound);
    }
}

async fn an_invited_address_gets_three_mails_an_hour(world: &World) {
    let root = world.admin("Root").await;
    for _ in 0..3 {
        world.desk.staff.add_colleague(&root, &new(EMAIL, agent(&[]))).await.unwrap();
        world.mail().await;
    }
    let said = refusals(world.desk.staff.add_colleague(&root, &new(EMAIL, Duty::Admin)).await);
    assert_eq!(said, [("email", Problem::TooManyAttempts { wait: 3600 })]);
    assert!(world.post().await.is_empty());
    // What was asked for before still holds.
    assert_eq!(world.desk.staff.invitations(&root).await.unwrap()[0].role, Role::Agent);
}

/// The same desk with a provider.
async fn with_provider(world: &World, only: bool) -> Desk {
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    let rule = RoleRule { claim: "groups".into(), contains: "desk".into(), role: Role::Agent };
    opening.settings.providers = vec![Provider {
        id: "company".into(),
        name: "Company".into(),
        issuer: "https://login.example.com".into(),
        roles: vec![rule],
        only,
    }];
    Desk::open(opening).await.unwrap()
}

async fn a_provider_decides_again(world: &World) {
    let root = world.admin("Root").await;
    let desk = with_provider(world, true).await;
    let vouched = Vouched {
        subject: "1".into(),
        email: Some("grace@example.com".into()),
        email_verified: true,
        name: Some("Grace Hopper".into()),
        claims: serde_json::json!({ "groups": ["desk"] }),
        language: Language::English,
    };
    let sign_in = async || {
        let entry = desk.accounts.sign_in("company", &vouched, None).await.unwrap();
        desk.people.session(&entry.session).await.unwrap().unwrap()
    };
    let grace = sign_in().await;
    let seen = desk.staff.colleagues(&root).await.unwrap();
    let of_grace = seen.iter().find(|one| one.id == grace.person()).unwrap();
    assert_eq!(of_grace.provider.as_deref(), Some("Company"));
    assert!(seen.iter().find(|one| one.own).unwrap().provider.is_none());
    desk.staff.change_duty(&root, grace.person(), &Duty::Admin).await.unwrap();
    assert_eq!(sign_in().await.role(), Role::Agent, "the claims have the last word");
    desk.staff.change_duty(&root, grace.person(), &Duty::Nothing).await.unwrap();
    assert_eq!(sign_in().await.role(), Role::Agent);
    // A password that is of no use is not asked for.
    let said = refusals(desk.staff.add_colleague(&root, &new(EMAIL, agent(&[]))).await);
    assert_eq!(said, [("email", Problem::OnlyWithProvider)]);
    desk.close().await;
    // Without the provider in the settings, nobody else decides.
    let seen = world.desk.staff.colleagues(&root).await.unwrap();
    assert!(seen.iter().all(|one| one.provider.is_none()));
}
