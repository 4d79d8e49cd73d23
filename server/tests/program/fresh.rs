//! A session that is older than ten minutes, as pages meet it: asked who it is before what cannot be
//! taken back. The test makes a session old in the database, since nobody can move the program's clock.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::served::browser::{Browser, PASSWORD, add_person, leads_to};
use crate::served::{Served, status};

const EMAIL: &str = "grace@desk.example.com";

/// Makes all sessions ten minutes older.
async fn grow_old(folder: &Path) {
    let file = SqliteConnectOptions::new().filename(folder.join("data/tresen.db"));
    let mut connection = file.connect().await.unwrap();
    let aged = sqlx::query("UPDATE session SET proved_at = proved_at - 600000000")
        .execute(&mut connection)
        .await
        .unwrap();
    assert!(aged.rows_affected() > 0);
    connection.close().await.unwrap();
}

#[tokio::test]
async fn an_old_session_shows_who_it_is_before_what_cannot_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk =
        Served::start(folder.path(), "[sign_in]\nsecond_factor = 'offered'\n[forms]\nscreen = false\n").await;
    add_person(folder.path(), EMAIL, "agent");
    let browser = Browser::log_in(desk.port, EMAIL).await;
    let customer = Browser { port: desk.port, session: String::new() };
    let answer = customer
        .post(
            "/requests/new",
            &[
                ("email", "ada@example.com"),
                ("subject", "Lamp"),
                ("body", "It flickers"),
                ("kind", "question"),
                ("consent", "yes"),
                ("once", "x"),
            ],
        )
        .await;
    let number = leads_to(&answer).rsplit('=').next().unwrap().to_owned();
    assert_eq!(status(&browser.post("/account/data/export", &[]).await), 200);
    assert!(browser.get("/account/factors").await.contains("action=\"/account/factors/app/begin\""));
    let erase = format!("/agent/requests/{number}/erase");
    assert!(!browser.get(&erase).await.contains("name=\"password\""));

    grow_old(folder.path()).await;
    // Reading goes on as ever.
    for path in ["/agent", "/account", "/account/data", &erase] {
        assert_eq!(status(&browser.get(path).await), 200, "{path}");
    }
    // What cannot be taken back leads to the question, and from there back to where the button is.
    for path in ["/account/data/export", "/account/factors/app/begin", "/account/factors/codes"] {
        let answer = browser.post(path, &[]).await;
        assert_eq!((status(&answer), leads_to(&answer)), (303, &*format!("/account/confirm?next={path}")));
        assert_eq!(status(&browser.get(path).await), 303, "{path}");
    }
    let answer = browser.get("/account/factors/app").await;
    assert_eq!(leads_to(&answer), "/account/confirm?next=/account/factors/app");
    // The page of factors asks at once, and a form that erases has a field for it.
    let factors = browser.get("/account/factors").await;
    assert!(factors.contains("/account/confirm?next=/account/factors"));
    assert!(!factors.contains("action=\"/account/factors/app/begin\""));
    assert!(browser.get(&erase).await.contains("name=\"password\""));
    assert_eq!(status(&browser.post(&erase, &[("asked", "phone"), ("password", "wrong")]).await), 422);
    let answer = browser.post(&erase, &[("asked", "phone")]).await;
    assert_eq!(leads_to(&answer), format!("/account/confirm?next={erase}"));
    assert_eq!(status(&browser.get(&format!("/agent/requests/{number}")).await), 200, "it was erased");

    // Only the right password, and only to an address of this desk.
    assert_eq!(status(&browser.post("/account/confirm", &[("password", "wrong")]).await), 422);
    assert_eq!(
        leads_to(&browser.post("/account/data/export", &[]).await),
        "/account/confirm?next=/account/data/export"
    );
    let there = [("password", PASSWORD), ("next", "//evil.example.com/")];
    assert_eq!(leads_to(&browser.post("/account/confirm", &there).await), "/");
    assert_eq!(status(&browser.post("/account/data/export", &[]).await), 200);

    // The same in place.
    grow_old(folder.path()).await;
    let answer = browser.post(&erase, &[("asked", "phone"), ("password", PASSWORD)]).await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert_eq!(status(&browser.get(&format!("/agent/requests/{number}")).await), 404);
}

#[tokio::test]
async fn an_admin_shows_who_it_is_before_what_somebody_may_do_is_changed() {
    const ADMIN: &str = "root@desk.example.com";
    const PEOPLE: &str = "/agent/settings/people";
    let folder = tempfile::tempdir().unwrap();
    let desk =
        Served::start(folder.path(), "[sign_in]\nsecond_factor = 'offered'\n[forms]\nscreen = false\n").await;
    add_person(folder.path(), EMAIL, "agent");
    add_person(folder.path(), ADMIN, "admin");
    let admin = Browser::log_in(desk.port, ADMIN).await;
    let list = admin.get(PEOPLE).await;
    assert!(list.contains("name=\"email\""), "{list}");
    let row = list.split("<tr").find(|row| row.contains(EMAIL)).unwrap();
    let one = row.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(one.starts_with(PEOPLE), "{one}");
    let raise = [("role", "admin"), ("kinds", "all")];
    let invite = [("role", "agent"), ("kinds", "all"), ("email", "ada@example.com"), ("name", "Ada")];
    assert_eq!(status(&admin.post(PEOPLE, &invite).await), 303);
    let list = admin.get(PEOPLE).await;
    let withdraw = format!("{PEOPLE}/{}/withdraw", {
        let rest = list.split("/withdraw\"").next().unwrap();
        rest.rsplit('/').next().unwrap()
    });

    grow_old(folder.path()).await;
    // Looking asks for nothing, but no form is offered that would lead to the question.
    for path in [PEOPLE, &one] {
        let page = admin.get(path).await;
        assert_eq!(status(&page), 200, "{path}");
        assert!(page.contains(&format!("/account/confirm?next={path}\"")), "{path}");
        assert!(!page.contains("name=\"role\""), "{path}");
    }
    // Whoever had one on the screen is led to the question, with scripts and without.
    let id = |path: &str| path.strip_prefix(PEOPLE).unwrap().split('/').nth(1).unwrap_or_default().to_owned();
    for (path, function, fields) in [
        (PEOPLE, "settings/add", &invite[..]),
        (&one, "settings/duty", &raise),
        (&withdraw, "settings/withdraw", &[]),
    ] {
        let question = format!("/account/confirm?next={path}");
        assert_eq!(leads_to(&admin.post(path, fields).await), question);
        let id = id(path);
        let fields = [fields, &[("id", id.as_str())]].concat();
        let answer = admin.send(&format!("/api/ui/{function}"), &fields, "application/json").await;
        assert!(answer.contains("\"confirm\"") && status(&answer) == 403, "{answer}");
    }
    let grace = Browser::log_in(desk.port, EMAIL).await;
    assert_eq!(status(&grace.get(PEOPLE).await), 403, "the role was raised");

    let proof = [("password", PASSWORD), ("next", one.as_str())];
    assert_eq!(leads_to(&admin.post("/account/confirm", &proof).await), one);
    assert!(admin.get(&one).await.contains("name=\"role\""));
    assert_eq!(leads_to(&admin.post(&one, &raise).await), format!("{PEOPLE}?done=changed"));
    assert!(leads_to(&grace.get(PEOPLE).await).starts_with("/login"), "her session goes on");
    let grace = Browser::log_in(desk.port, EMAIL).await;
    assert_eq!(status(&grace.get(PEOPLE).await), 200);
}
