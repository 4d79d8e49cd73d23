//! Two nodes that share a PostgreSQL: what one of them lets in counts at the other.

use std::path::Path;

use crate::databases::Databases;
use crate::served::{Served, ask, status};

/// A node with a folder of its own, and the master key of both.
async fn node(databases: &Databases, folder: &Path, master_key: &Path, limits: &str) -> Served {
    let settings = format!(
        "database_url = '{}'\nkeys_url = '{}'\nmaster_key_file = '{}'\n{limits}",
        databases.data(),
        databases.keys(),
        master_key.display()
    );
    std::fs::create_dir_all(folder).unwrap();
    Served::start(folder, &settings).await
}

/// Tries to log in, through a proxy that says from where.
async fn login(node: &Served, from: &str) -> u16 {
    let body = "email=nobody%40example.com&password=wrong";
    let request = format!(
        "POST /login HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\
         x-forwarded-for: {from}",
        body.len()
    );
    let answer = ask(node.port, "127.0.0.1", &request, body).await;
    let status = status(&answer);
    if status == 429 {
        let answer = answer.to_lowercase();
        let wait = answer.lines().find_map(|line| line.strip_prefix("retry-after: ")).unwrap();
        assert!((1..=1801).contains(&wait.trim().parse::<u64>().unwrap()), "{wait}");
        assert!(answer.contains("please wait a moment"), "{answer}");
    }
    status
}

#[tokio::test]
async fn two_nodes_hold_one_limit() {
    let folder = tempfile::tempdir().unwrap();
    let databases = Databases::create().await;
    let key = folder.path().join("shared.key");
    let limits = "[limits]\nlogin = { at_once = 2, an_hour = 2 }\n";
    let one = node(&databases, &folder.path().join("one"), &key, limits).await;
    let two = node(&databases, &folder.path().join("two"), &key, limits).await;
    // Neither of them has met more than it allows itself.
    assert_eq!([login(&one, "192.0.2.1").await, login(&two, "192.0.2.1").await], [422, 422]);
    assert_eq!([login(&one, "192.0.2.1").await, login(&two, "192.0.2.1").await], [429, 429]);
    assert_eq!(login(&two, "192.0.2.2").await, 422, "another network");
    // Of IPv6 it is the /64.
    assert_eq!([login(&one, "2001:db8::1").await, login(&two, "2001:db8::2").await], [422, 422]);
    assert_eq!(login(&one, "2001:db8::3").await, 429);
    assert_eq!(login(&one, "2001:db8:0:1::1").await, 422);
    // A node that is started anew has counted nothing itself, and knows all the same.
    drop(one);
    let one = node(&databases, &folder.path().join("one"), &key, limits).await;
    assert_eq!([login(&one, "192.0.2.1").await, login(&one, "192.0.2.2").await], [429, 422]);
    drop((one, two));
    databases.drop().await;
}
