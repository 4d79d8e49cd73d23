//! Customers and their rights, and what the desk is.

use serde_json::json;

use super::Program;

const ADA: &str = "{\"email\":\"ada@example.com\"}";

async fn create(program: &Program, token: &str) -> (String, String) {
    let body =
        json!({ "email": "ada@example.com", "type": "question", "subject": "S", "body": "B" }).to_string();
    let request = program.call("POST", "/api/v1/requests", token, &body).await.ok(201);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&request["number"]), text(&request["customer"]["id"]))
}

#[tokio::test]
async fn a_customer_is_found_rectified_exported_and_erased() {
    let program = Program::start().await;
    let shop = program.service("Shop", &["requests:read", "requests:write"]);
    let (number, id) = create(&program, &shop).await;
    let privacy =
        program.service("Privacy", &["people:read", "people:write", "people:export", "people:erase"]);

    let found = program.call("POST", "/api/v1/people/search", &privacy, ADA).await.ok(200);
    assert_eq!((&found["id"], &found["registered"]), (&json!(id), &json!(false)));
    let person = format!("/api/v1/people/{id}");
    let rectified =
        program.call("PATCH", &person, &privacy, "{\"name\":\"Ada L.\",\"language\":\"de\"}").await;
    assert_eq!(rectified.ok(200)["name"], "Ada L.");
    assert_eq!(
        program.call("PATCH", &person, &privacy, "{\"name\":null}").await.ok(200)["name"],
        json!(null)
    );
    assert_eq!(program.call("GET", &person, &privacy, "").await.ok(200)["language"], "de");
    let invited = program.call("POST", &format!("{person}/invitation"), &privacy, "").await;
    assert_eq!((invited.status, invited.body.as_str()), (202, ""));

    let export = program.call("POST", &format!("{person}/export"), &privacy, "").await;
    assert_eq!((export.status, export.header("content-type")), (200, Some("application/zip")));
    assert!(export.body.starts_with("PK"));

    let key = "idempotency-key: erase\r\n";
    let erasure = format!("{person}/erasure");
    let wish = "{\"asked\":\"mail\"}";
    let erased = program.call_with("POST", &erasure, &privacy, key, wish).await.ok(200);
    assert_eq!(erased["deleted"]["requests"], 1);
    assert_eq!(program.call_with("POST", &erasure, &privacy, key, wish).await.ok(200), erased);
    assert_eq!(program.call("GET", &format!("/api/v1/requests/{number}"), &shop, "").await.status, 404);
    assert_eq!(program.call("GET", &person, &privacy, "").await.status, 404);
    assert_eq!(program.call("POST", "/api/v1/people/search", &privacy, ADA).await.status, 404);
    let receipt = json!({ "receipt": erased["receipt"] }).to_string();
    let verified = program.call("POST", "/api/v1/receipts/verify", &shop, &receipt).await.ok(200);
    assert_eq!((&verified["genuine"], &verified["deleted"]["requests"]), (&json!(true), &json!(1)));
    let forged = json!({ "receipt": "nonsense" }).to_string();
    assert_eq!(
        program.call("POST", "/api/v1/receipts/verify", &shop, &forged).await.ok(200)["genuine"],
        false
    );
}

#[tokio::test]
async fn a_restricted_customer_is_there_for_admins_only() {
    let program = Program::start().await;
    let shop =
        program.service("Shop", &["requests:read", "requests:write", "people:read", "people:restrict"]);
    let (number, id) = create(&program, &shop).await;
    let restriction = format!("/api/v1/people/{id}/restriction");

    assert_eq!(program.call("PUT", &restriction, &shop, "").await.status, 204);

    let (person, request) = (format!("/api/v1/people/{id}"), format!("/api/v1/requests/{number}"));
    assert_eq!(program.call("GET", &person, &shop, "").await.status, 404);
    assert_eq!(program.call("POST", "/api/v1/people/search", &shop, ADA).await.status, 404);
    assert_eq!(program.call("DELETE", &restriction, &shop, "").await.status, 404);
    let kept = program.call("GET", &request, &shop, "").await;
    assert_eq!((kept.status, kept.problem().as_str()), (409, "restricted"));
    let listed = program.call("GET", "/api/v1/requests", &shop, "").await.ok(200);
    assert_eq!(listed["items"], json!([]));

    let admin = program.service("Admin", &["people:read", "people:restrict", "audit:read"]);
    assert!(program.call("GET", &person, &admin, "").await.ok(200)["restricted_since"].is_string());
    assert_eq!(program.call("DELETE", &restriction, &admin, "").await.status, 204);
    program.call("GET", &request, &shop, "").await.ok(200);
}

#[tokio::test]
async fn people_are_refused_by_name() {
    let program = Program::start().await;
    let shop = program.service("Shop", &["requests:read", "requests:write"]);
    let (_, id) = create(&program, &shop).await;
    let all = program.service("All", &["people:read", "people:write", "people:export", "people:erase"]);
    let person = format!("/api/v1/people/{id}");
    for (method, path, body, status) in [
        ("POST", "/api/v1/people/search".to_owned(), "{\"email\":\"nobody\"}", 422),
        ("POST", "/api/v1/people/search".to_owned(), "{\"mail\":\"ada@example.com\"}", 422),
        ("GET", "/api/v1/people/me".to_owned(), "", 404),
        ("GET", "/api/v1/people/nonsense".to_owned(), "", 404),
        ("PATCH", person.clone(), "{\"email\":\"new@example.com\"}", 422),
        ("PATCH", person.clone(), "{\"language\":\"xx\"}", 422),
        ("POST", format!("{person}/erasure"), "{}", 422),
        ("POST", format!("{person}/erasure"), "{\"asked\":\"by telepathy\"}", 422),
        ("POST", format!("{person}/erasure"), "", 415),
    ] {
        let answer = program.call(method, &path, &all, body).await;
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        answer.problem();
        if !path.contains("/me") && !path.contains("nonsense") && body.starts_with('{') {
            let lacking = program.call(method, &path, &shop, "{\"email\":\"ada@example.com\"}").await;
            assert!(matches!(lacking.status, 403 | 422), "{method} {path}");
        }
    }
    for path in ["export", "erasure", "invitation"] {
        let answer = program.call("POST", &format!("{person}/{path}"), &shop, "{\"asked\":\"mail\"}").await;
        assert_eq!((answer.status, answer.problem().as_str()), (403, "scope-missing"), "{path}");
    }
    program.call("GET", &person, &all, "").await.ok(200);
}

#[tokio::test]
async fn the_desk_says_what_it_is() {
    let program = Program::start().await;
    let shop = program.service("Shop", &["requests:read", "requests:write", "statistics:read"]);
    create(&program, &shop).await;
    let types = program.call("GET", "/api/v1/types", &shop, "").await.ok(200);
    assert!(types.as_array().unwrap().iter().any(|one| one["id"] == "question"));
    assert_eq!(program.call("GET", "/api/v1/agents", &shop, "").await.ok(200), json!([]));
    let statistics = program.call("GET", "/api/v1/statistics?from=2026-01-01&to=2026-12-31", &shop, "").await;
    assert_eq!(statistics.status, 200, "{statistics:?}");
    for query in [
        "",
        "?from=2026-01-01",
        "?from=x&to=y",
        "?from=2026-02-01&to=2026-01-01",
        "?from=2020-01-01&to=2026-01-01",
    ] {
        let answer = program.call("GET", &format!("/api/v1/statistics{query}"), &shop, "").await;
        assert!(matches!(answer.status, 400 | 422), "{query}: {answer:?}");
    }

    assert_eq!(program.call("GET", "/api/v1/audit", &shop, "").await.problem(), "scope-missing");
    let auditor = program.service("Auditor", &["audit:read"]);
    let log = program.call("GET", "/api/v1/audit?limit=1", &auditor, "").await;
    assert_eq!((log.status, log.header("content-type")), (200, Some("application/x-ndjson")));
    let line: serde_json::Value = serde_json::from_str(log.body.lines().next().unwrap()).unwrap();
    assert_eq!(line["event"], "service-token-made");
    let next = format!("/api/v1/audit?cursor={}", line["cursor"].as_str().unwrap());
    let rest = program.call("GET", &next, &auditor, "").await;
    assert!(!rest.body.contains(line["cursor"].as_str().unwrap()) && rest.body.lines().count() >= 1);
    assert_eq!(program.call("GET", "/api/v1/audit?cursor=x", &auditor, "").await.problem(), "cursor-invalid");
}

#[tokio::test]
async fn pages_explain_the_api_and_its_problems() {
    let program = Program::start().await;
    let page = program.call("GET", "/api", "", "").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("POST /api/v1/requests") && page.body.contains("requests:write"));
    assert!(!page.body.contains("<script") && !page.body.contains("style="));
    // By subject, and what is above before what is in it.
    let places = [
        "GET /api/v1/me<",
        "GET /api/v1/requests<",
        "POST /api/v1/requests<",
        "PATCH /api/v1/requests/{number}<",
    ]
    .map(|operation| page.body.find(operation).unwrap_or_else(|| panic!("{operation}")));
    assert!(places.is_sorted() && places[3] < page.body.find("GET /api/v1/agents<").unwrap(), "{places:?}");
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    let explained = program.call("GET", "/api/problems/scope-missing", "", "").await;
    assert!(explained.status == 200 && explained.body.contains("403"));
    assert_eq!(program.call("GET", "/api/problems/nonsense", "", "").await.status, 404);
}
