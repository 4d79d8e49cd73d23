//! A copy of everything that is stored about a person, in a format that its schema describes.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use futures_util::TryStreamExt;
use serde_json::Value;
use tresen_desk::Error;
use tresen_desk::people::Session;
use tresen_desk::privacy::Export;
use tresen_desk::requests::Change;
use tresen_model::{Priority, Status};

use crate::support::{Form, World, assert_fails, note, random_word};

stories! {
    a_copy_holds_everything_and_nobody_else,
    a_copy_is_made_while_it_is_read,
    an_operator_makes_a_copy_of_whoever_is_there,
}

const SCHEMA: &str = include_str!("../../../docs/export.schema.json");
const HOSTILE: &str = "</pre><script>alert('x')</script> & \"quoted\"";

async fn unpack(export: Export) -> BTreeMap<String, Vec<u8>> {
    let parts: Vec<_> = export.contents.try_collect().await.unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(parts.concat())).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        assert!(file.enclosed_name().is_some(), "leads out of the folder: {name}");
        let mut contents = Vec::new();
        file.read_to_end(&mut contents).unwrap();
        files.insert(name, contents);
    }
    files
}

/// A person's copy: what `data.json` says, held to the schema, and every file.
pub(crate) async fn exported(world: &World, session: &Session) -> (Value, BTreeMap<String, Vec<u8>>) {
    let files = unpack(world.desk.privacy.export(session).await.unwrap()).await;
    let data: Value = serde_json::from_slice(&files["data.json"]).unwrap();
    check(&serde_json::from_str(SCHEMA).unwrap(), &data, "data");
    (data, files)
}

/// Holds a value to the part of JSON Schema that ours uses.
fn check(schema: &Value, value: &Value, at: &str) {
    let fits = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    };
    match &schema["type"] {
        Value::String(kind) => assert!(fits(kind), "{at}: {value} is no {kind}"),
        Value::Array(kinds) => {
            assert!(kinds.iter().any(|kind| fits(kind.as_str().unwrap())), "{at}: {value}");
        }
        _ => {}
    }
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at}: {value}");
    }
    if let Some(constant) = schema.get("const") {
        assert_eq!(constant, value, "{at}");
    }
    if let Some(ways) = schema["oneOf"].as_array() {
        let way = ways.iter().find(|way| (way["type"] == "null") == value.is_null()).unwrap();
        check(way, value, at);
    }
    if let (Some(properties), Some(object)) = (schema["properties"].as_object(), value.as_object()) {
        for name in schema["required"].as_array().unwrap() {
            assert!(object.contains_key(name.as_str().unwrap()), "{at}: {name} is missing");
        }
        for (name, value) in object {
            let known = properties.get(name).unwrap_or_else(|| panic!("{at}: {name} is not described"));
            check(known, value, &format!("{at}.{name}"));
        }
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        for (index, value) in values.iter().enumerate() {
            check(items, value, &format!("{at}[{index}]"));
        }
    }
}

async fn a_copy_holds_everything_and_nobody_else(world: &World) {
    let agent = world.agent("Grace").await;
    let ada = world.customer("ada@example.org").await;
    let form = Form::from("ada@example.org").called("Ada <b>").about(HOSTILE, HOSTILE);
    let big: Vec<u8> = (0..250_000_u32).map(|n| (n * 31 % 251) as u8).collect();
    let files =
        world.files(&[("../same.txt", b"one"), ("same.txt", &big), ("a\"<b>.txt", b"")]).await.unwrap();
    let number = world.submit_with(&form, files, Some(&ada)).await.unwrap().number;
    world.desk.accounts.change_name(&ada, "Ada <b>").await.unwrap();
    world.answer(&agent, number, "Turn it off and on.").await;
    world.tick();
    world
        .desk
        .requests
        .reply(&agent, number, &note("Seems cross today.", &random_word()), Vec::new())
        .await
        .unwrap();
    let change =
        Change { status: Some(Status::Resolved), priority: Some(Priority::High), ..Change::default() };
    world.desk.requests.change(&agent, number, change).await.unwrap();
    world.submit(&Form::from("eve@example.org").about("Geheimnis", "Eve's own")).await;
    world.post().await;
    world.desk.privacy.withdraw_consent(&ada, None).await.unwrap();
    world.desk.privacy.restrict_customer(&agent, number).await.unwrap();

    let files = unpack(world.desk.privacy.export(&ada).await.unwrap()).await;
    let folder = format!("attachments/{number}");
    assert_eq!(files[&format!("{folder}/1-same.txt")], b"one");
    assert_eq!(files[&format!("{folder}/2-same.txt")], big);
    assert_eq!(files[&format!("{folder}/3-a__b_.txt")], b"");
    assert_eq!(files.len(), 6);
    assert_eq!(files["schema.json"], SCHEMA.as_bytes());

    let data: Value = serde_json::from_slice(&files["data.json"]).unwrap();
    check(&serde_json::from_str(SCHEMA).unwrap(), &data, "data");
    assert_eq!(data["person"]["email"], "ada@example.org");
    assert_eq!(data["person"]["name"], "Ada <b>");
    assert_eq!(data["consents"].as_array().unwrap().len(), 1);
    assert!(data["consents"][0]["withdrawn_at"].is_string());
    assert_eq!(data["restriction"]["by"], serde_json::json!(["customer", "agent"]));
    let kinds: Vec<&str> =
        data["mails"].as_array().unwrap().iter().map(|mail| mail["kind"].as_str().unwrap()).collect();
    for kind in ["register", "confirmation-known", "reply", "resolved"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    let requests = data["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 1);
    let comments = requests[0]["comments"].as_array().unwrap();
    assert_eq!(comments[0]["body"], HOSTILE);
    assert_eq!((&comments[1]["author"], &comments[1]["note"]), (&"Grace".into(), &false.into()));
    assert_eq!((&comments[2]["author"], &comments[2]["note"]), (&Value::Null, &true.into()));
    assert_eq!(comments[2]["body"], "Seems cross today.");
    assert!(requests[0]["history"].as_array().unwrap().len() >= 4);

    let page = String::from_utf8(files["index.html"].clone()).unwrap();
    for part in [
        "&lt;script&gt;",
        "Ada &lt;b&gt;",
        "Turn it off and on.",
        "Seems cross today.",
        "1-same.txt",
        "your request is resolved",
        "received",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for part in ["<script", "<b>", "src=", "http-equiv=\"refresh", "Geheimnis", "eve@", "confirmation-known"]
    {
        assert!(!page.contains(part), "{part}");
    }
}

async fn a_copy_is_made_while_it_is_read(world: &World) {
    let ada = world.customer("ada@example.org").await;
    for _ in 0..5 {
        let file = world.file("big.bin", &vec![7; 290_000]).await;
        world.submit_with(&Form::from("ada@example.org"), file, Some(&ada)).await.unwrap();
    }
    let mut export = world.desk.privacy.export(&ada).await.unwrap();
    let first = export.contents.try_next().await.unwrap().unwrap();
    assert!(first.len() < 200_000, "{}", first.len());
    // Erased meanwhile: the copy ends with an error, never looking whole.
    world.desk.privacy.erase_self(&ada, crate::support::PASSWORD).await.unwrap();
    let mut rest = Vec::new();
    let failed = loop {
        match export.contents.try_next().await {
            Ok(Some(part)) => rest.extend_from_slice(&part),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(failed);
    assert_fails!(world.desk.privacy.export(&ada).await, Error::Forbidden);
    // Whoever leaves in the middle leaves nothing behind that goes on.
    let eve = world.customer("eve@example.org").await;
    drop(world.desk.privacy.export(&eve).await.unwrap());
}

async fn an_operator_makes_a_copy_of_whoever_is_there(world: &World) {
    let number = world.submit(&Form::from("ada@example.org")).await;
    let export = world.desk.privacy.export_by_operator(" Ada@Example.org ").await.unwrap().unwrap();
    let data: Value = serde_json::from_slice(&unpack(export).await["data.json"]).unwrap();
    check(&serde_json::from_str(SCHEMA).unwrap(), &data, "data");
    assert_eq!(data["requests"][0]["number"], number.to_string());
    assert_eq!(data["person"]["has_account"], false);
    assert!(world.desk.privacy.export_by_operator("nobody@example.org").await.unwrap().is_none());
    let empty = world.customer("eve@example.org").await;
    let data: Value =
        serde_json::from_slice(&unpack(world.desk.privacy.export(&empty).await.unwrap()).await["data.json"])
            .unwrap();
    check(&serde_json::from_str(SCHEMA).unwrap(), &data, "data");
}
