//! What a call needs before it reaches anything.

use super::Program;

#[tokio::test]
async fn a_token_opens_what_its_scopes_name() {
    let program = Program::start().await;
    let number = program.write_in(1).await;
    let reader = program.service("Reader", &["requests:read"]);
    let path = format!("/api/v1/requests/{number}");

    let answer = program.call("GET", &path, &reader, "").await;

    let request = answer.ok(200);
    assert_eq!(request["number"], number.as_str());
    assert_eq!((&request["status"], &request["comments"]), (&"open".into(), &1.into()));
    assert_eq!(request["customer"]["email"], "customer1@example.net");
    assert!(request["created_at"].as_str().unwrap().ends_with('Z'));
    assert!(answer.header("etag").unwrap().starts_with('"'));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("request-id").unwrap().len(), 16);
    assert_eq!(answer.header("ratelimit-policy"), Some("\"token\";q=600;w=60"));
    assert!(answer.header("ratelimit").unwrap().starts_with("\"token\";r=5"));

    let me = program.call("GET", "/api/v1/me", &reader, "").await.ok(200);
    assert_eq!(me["scopes"], serde_json::json!(["requests:read"]));
    assert_eq!((&me["role"], &me["service"]), (&"agent".into(), &true.into()));

    let mail = program.service("Mail", &["mail"]);
    let lacking = program.call("GET", &path, &mail, "").await;
    assert_eq!((lacking.status, lacking.problem().as_str()), (403, "scope-missing"));
    assert_eq!(lacking.json()["scope"], "requests:read");
    program.run(&["token", "remove", "--name", "Reader"], b"");
    assert_eq!(program.call("GET", &path, &reader, "").await.status, 401);
}

#[tokio::test]
async fn without_a_token_nothing_is_told() {
    let program = Program::start().await;
    let number = program.write_in(1).await;
    let reader = program.service("Reader", &["requests:read"]);
    for path in [format!("/api/v1/requests/{number}"), "/api/v1/me".into(), "/api/v1/nonsense".into()] {
        for (token, headers, error) in [
            ("", "", false),
            ("", "cookie: session=x\r\n", false),
            ("", "authorization: Basic eA==\r\n", false),
            ("nonsense", "", true),
            (&reader[1..], "", true),
        ] {
            let answer = program.call_with("GET", &path, token, headers, "").await;
            assert_eq!((answer.status, answer.problem().as_str()), (401, "token-needed"), "{path} {token}");
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(challenge.starts_with("Bearer realm="), "{challenge}");
            assert_eq!(challenge.contains("invalid_token"), error, "{challenge}");
        }
    }

    // A number that is not there, and one that cannot be: the same.
    let missing = program.call("GET", "/api/v1/requests/T-0000-0000", &reader, "").await;
    let strange = program.call("GET", "/api/v1/requests/nonsense", &reader, "").await;
    assert_eq!((missing.status, missing.problem().as_str()), (404, "not-found"));
    assert_eq!(missing.body, strange.body);
    let unknown = program.call("GET", "/api/v1/nonsense", &reader, "").await;
    assert_eq!((unknown.status, unknown.problem().as_str()), (404, "not-found"));
    let method = program.call("DELETE", "/api/v1/me", &reader, "").await;
    assert_eq!((method.status, method.problem().as_str()), (405, "method-not-allowed"));
    assert!(method.header("allow").unwrap().contains("GET"));
    let accept = program.call_with("GET", "/api/v1/me", &reader, "accept: text/html\r\n", "").await;
    assert_eq!((accept.status, accept.problem().as_str()), (406, "not-acceptable"));
    let kind = accept.json()["type"].as_str().unwrap().to_owned();
    assert!(
        kind.starts_with("http://127.0.0.1:") && kind.ends_with("/api/problems/not-acceptable"),
        "{kind}"
    );
}
