//! Requests, comments and files.

use serde_json::json;

use super::Program;

#[tokio::test]
async fn a_request_is_created_answered_and_changed() {
    let program = Program::start().await;
    let token = program.service("Shop", &["requests:read", "requests:write", "comments:write"]);
    let new = json!({
        "email": "ada@example.com", "name": "Ada", "type": "question", "subject": "The printer",
        "body": "It prints everything twice.", "language": "de"
    });

    let created = program.call("POST", "/api/v1/requests", &token, &new.to_string()).await;

    let request = created.ok(201);
    let number = request["number"].as_str().unwrap();
    let path = format!("/api/v1/requests/{number}");
    assert_eq!(created.header("location"), Some(path.as_str()));
    assert_eq!(
        (&request["customer"]["name"], &request["customer"]["language"]),
        (&json!("Ada"), &json!("de"))
    );
    let first = created.header("etag").unwrap().to_owned();

    // An answer, with a file.
    let headers = "content-type: application/octet-stream\r\n";
    let upload =
        program.call_with("POST", "/api/v1/attachments?name=a%2Fb.txt", &token, headers, "some words").await;
    let upload = upload.ok(201);
    assert_eq!((&upload["size"], &upload["name"]), (&json!(10), &json!("b.txt")));
    let comments = format!("{path}/comments");
    let answer = json!({ "body": "Once more?", "status": "waiting", "attachments": [upload["id"]] });
    let answered = program.call("POST", &comments, &token, &answer.to_string()).await;
    let comment = answered.ok(201);
    assert_eq!((&comment["by"], &comment["author"]), (&json!("agent"), &json!("Shop")));
    let file = comment["attachments"][0]["id"].as_str().unwrap();
    let downloaded = program.call("GET", &format!("{path}/attachments/{file}"), &token, "").await;
    assert_eq!((downloaded.status, downloaded.body.as_str()), (200, "some words"));
    assert!(downloaded.header("content-disposition").unwrap().starts_with("attachment"));
    assert_eq!(program.call("GET", answered.header("location").unwrap(), &token, "").await.ok(200), comment);
    // A file is used once.
    let again = program.call("POST", &comments, &token, &answer.to_string().replace("Once", "Twice")).await;
    assert_eq!((again.status, again.problem().as_str()), (422, "invalid"));
    assert_eq!(again.json()["errors"][0]["field"], "attachments");

    let note = json!({ "body": "Hm.", "visibility": "internal" });
    program.call("POST", &comments, &token, &note.to_string()).await.ok(201);
    let listed = program.call("GET", &comments, &token, "").await.ok(200);
    let seen: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|one| one["visibility"].clone()).collect();
    assert_eq!(seen, ["public", "public", "internal"]);

    // Only if nothing happened since.
    let change = json!({ "status": "resolved", "priority": "high", "assignee": null }).to_string();
    let stale = program.call_with("PATCH", &path, &token, &format!("if-match: {first}\r\n"), &change).await;
    assert_eq!((stale.status, stale.problem().as_str()), (412, "changed"));
    let now = stale.header("etag").unwrap().to_owned();
    let changed = program.call_with("PATCH", &path, &token, &format!("if-match: {now}\r\n"), &change).await;
    let request = changed.ok(200);
    assert_eq!((&request["status"], &request["priority"]), (&json!("resolved"), &json!("high")));
    assert!(request.get("assignee").is_none());
    assert_ne!(changed.header("etag").unwrap(), now);
}

#[tokio::test]
async fn a_list_is_filtered_and_goes_on() {
    let program = Program::start().await;
    for number in 1..=3 {
        program.write_in(number).await;
    }
    let token = program.service("Reader", &["requests:read", "requests:write"]);
    let list = async |query: &str| {
        let answer = program.call("GET", &format!("/api/v1/requests{query}"), &token, "").await;
        let page = answer.ok(200);
        let subjects: Vec<String> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["subject"].as_str().unwrap().to_owned())
            .collect();
        (subjects, page["next"].as_str().map(str::to_owned), answer.header("link").map(str::to_owned))
    };

    let (first, next, link) = list("?limit=2&status=active").await;
    assert_eq!(first, ["Question 3", "Question 2"]);
    let link = link.unwrap();
    assert!(link.ends_with(">; rel=\"next\"") && link.contains(&next.unwrap()), "{link}");
    let path = link.split(['<', '>']).nth(1).unwrap().split_once("/api/v1/requests").unwrap().1.to_owned();
    let (second, next, link) = list(&path).await;
    assert_eq!((second, next, link), (vec!["Question 1".to_owned()], None, None));

    assert_eq!(list("?order=oldest&limit=1").await.0, ["Question 1"]);
    assert_eq!(list("?status=closed").await.0, [""; 0]);
    assert_eq!(list("?assignee=nobody&type=question").await.0.len(), 3);
    assert_eq!(list("?assignee=me").await.0.len(), 0);
    let newest = program.call("GET", "/api/v1/requests?limit=1", &token, "").await.ok(200);
    let since = newest["items"][0]["updated_at"].as_str().unwrap().replace('+', "%2B");
    assert_eq!(list(&format!("?updated_since={since}")).await.0, ["Question 3"]);
    let number = newest["items"][0]["number"].as_str().unwrap();
    assert_eq!(list(&format!("?q={number}&limit=1")).await.0, ["Question 3"]);

    for (query, status, problem) in [
        ("?limit=0", 422, "invalid"),
        ("?limit=201", 422, "invalid"),
        ("?limit=many", 400, "malformed"),
        ("?colour=red", 400, "malformed"),
        ("?cursor=nonsense", 400, "cursor-invalid"),
        ("?q=x&cursor=MS4wMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA", 400, "cursor-invalid"),
        ("?status=new", 422, "invalid"),
        ("?assignee=somebody", 422, "invalid"),
        ("?updated_since=yesterday", 422, "invalid"),
        ("?order=random", 422, "invalid"),
    ] {
        let answer = program.call("GET", &format!("/api/v1/requests{query}"), &token, "").await;
        assert_eq!((answer.status, answer.problem().as_str()), (status, problem), "{query}");
    }
}

#[tokio::test]
async fn bad_input_is_refused_and_stores_nothing() {
    let program = Program::start().await;
    let number = program.write_in(1).await;
    let token = program.service("Shop", &["requests:read", "requests:write", "comments:write"]);
    let reader = program.service("Reader", &["requests:read"]);
    let good = json!({ "email": "ada@example.com", "type": "question", "subject": "S", "body": "B" });
    let with = |name: &str, value: serde_json::Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed.to_string()
    };
    let (create, request) = ("/api/v1/requests".to_owned(), format!("/api/v1/requests/{number}"));
    let comments = format!("{request}/comments");
    let missing = "/api/v1/requests/T-0000-0000".to_owned();
    let deep = format!("{{\"subject\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    let large = with("body", "x".repeat(300_000).into());
    for (method, path, body, status, problem, names) in [
        ("POST", &create, "{".to_owned(), 400, "malformed", ""),
        ("POST", &create, "\u{fffd}".to_owned(), 400, "malformed", ""),
        ("POST", &create, deep, 422, "invalid", ""),
        ("POST", &create, "[".repeat(100_000), 422, "invalid", ""),
        ("POST", &create, large, 413, "too-large", ""),
        ("POST", &create, "[]".to_owned(), 422, "invalid", ""),
        ("POST", &create, "{}".to_owned(), 422, "invalid", "subject"),
        ("POST", &create, with("colour", "red".into()), 422, "invalid", "colour"),
        ("POST", &create, with("subject", 7.into()), 422, "invalid", ""),
        ("POST", &create, with("subject", " ".into()), 422, "invalid", "subject"),
        ("POST", &create, with("email", "nobody".into()), 422, "invalid", "email"),
        ("POST", &create, with("type", "nonsense".into()), 422, "invalid", "\"type\""),
        ("POST", &create, with("language", "xx".into()), 422, "invalid", "language"),
        ("POST", &create, with("consent", true.into()), 422, "invalid", "consent"),
        ("POST", &create, with("attachments", json!(["nonsense"])), 422, "invalid", "attachments"),
        ("PATCH", &request, "{\"status\":\"new\"}".to_owned(), 422, "invalid", ""),
        ("PATCH", &request, "{\"assignee\":\"somebody\"}".to_owned(), 422, "invalid", "assignee"),
        ("PATCH", &missing, "{}".to_owned(), 404, "not-found", ""),
        ("POST", &comments, "{\"body\":\"\"}".to_owned(), 422, "invalid", "body"),
        (
            "POST",
            &comments,
            "{\"body\":\"x\",\"visibility\":\"internal\",\"status\":\"closed\"}".to_owned(),
            422,
            "invalid",
            "status",
        ),
        ("POST", &format!("{missing}/comments"), "{\"body\":\"x\"}".to_owned(), 404, "not-found", ""),
    ] {
        let answer = program.call(method, path, &token, &body).await;
        let short: String = body.chars().take(60).collect();
        assert_eq!((answer.status, answer.problem().as_str()), (status, problem), "{method} {path} {short}");
        assert!(answer.body.contains(names), "{short}: {}", answer.body);
    }
    for (headers, status) in [
        ("content-type: text/plain\r\n", 415),
        ("content-type: application/x-www-form-urlencoded\r\n", 415),
        ("accept: text/html\r\n", 406),
    ] {
        let answer = program.call_with("POST", &create, &token, headers, &good.to_string()).await;
        assert_eq!(answer.status, status, "{headers}");
    }
    for (method, path) in [("POST", &create), ("PATCH", &request), ("POST", &comments)] {
        let body = if path == &create { good.to_string() } else { "{\"body\":\"x\"}".into() };
        let body = if method == "PATCH" { "{\"status\":\"closed\"}".to_owned() } else { body };
        let answer = program.call(method, path, &reader, &body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (403, "scope-missing"), "{method} {path}");
    }
    assert_eq!(program.place.requests().await, 1);
    assert_eq!(program.place.count("comment").await, 1);
}

#[tokio::test]
async fn a_call_that_is_sent_twice_is_done_once() {
    let program = Program::start().await;
    let token = program.service("Shop", &["requests:read", "requests:write", "comments:write"]);
    let other = program.service("Other", &["requests:read", "requests:write"]);
    let body =
        json!({ "email": "ada@example.com", "type": "question", "subject": "S", "body": "B" }).to_string();
    let key = "idempotency-key: 8e03978e-40d5\r\n";

    let first = program.call_with("POST", "/api/v1/requests", &token, key, &body).await;
    let second = program.call_with("POST", "/api/v1/requests", &token, key, &body).await;

    assert_eq!(first.ok(201)["number"], second.ok(201)["number"]);
    assert_eq!(program.place.requests().await, 1);
    let changed = body.replace("\"S\"", "\"T\"");
    let reused = program.call_with("POST", "/api/v1/requests", &token, key, &changed).await;
    assert_eq!((reused.status, reused.problem().as_str()), (422, "key-reused"));
    // Another token's key is another key.
    program.call_with("POST", "/api/v1/requests", &other, key, &changed).await.ok(201);
    assert_eq!(program.place.requests().await, 2);
    // What was refused can be sent again, mended.
    let key = "idempotency-key: second\r\n";
    let wrong = body.replace("ada@example.com", "nobody");
    assert_eq!(program.call_with("POST", "/api/v1/requests", &token, key, &wrong).await.status, 422);
    program.call_with("POST", "/api/v1/requests", &token, key, &body.replace("\"B\"", "\"C\"")).await.ok(201);
    let long = format!("idempotency-key: {}\r\n", "x".repeat(256));
    assert_eq!(program.call_with("POST", "/api/v1/requests", &token, &long, &body).await.status, 422);

    // An upload, by its name and bytes. What the second one sent is not kept.
    let upload = "idempotency-key: upload\r\ncontent-type: application/octet-stream\r\n";
    let address = "/api/v1/attachments?name=advice.txt";
    let once = program.call_with("POST", address, &token, upload, "some words").await.ok(201);
    assert_eq!(program.call_with("POST", address, &token, upload, "some words").await.ok(201), once);
    let other = program.call_with("POST", address, &token, upload, "other words").await;
    assert_eq!((other.status, other.problem().as_str()), (422, "key-reused"));
    let spaced = "idempotency-key: a b\r\ncontent-type: application/octet-stream\r\n";
    assert_eq!(program.call_with("POST", address, &token, spaced, "some words").await.status, 422);

    // Two at once: one of them does it.
    let path = format!("/api/v1/requests/{}/comments", first.json()["number"].as_str().unwrap());
    let comment = json!({ "body": "Once" }).to_string();
    let key = "idempotency-key: third\r\n";
    let (a, b) = tokio::join!(
        program.call_with("POST", &path, &token, key, &comment),
        program.call_with("POST", &path, &token, key, &comment)
    );
    let statuses = [a.status, b.status];
    assert!(statuses.contains(&201) && statuses.iter().all(|one| matches!(one, 201 | 409)), "{statuses:?}");
    let again = program.call_with("POST", &path, &token, key, &comment).await.ok(201);
    let listed = program.call("GET", &path, &token, "").await.ok(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(listed["items"][1]["id"], again["id"]);
}
