//! The description of the API.

use std::path::Path;
use std::process::Command;

use super::Program;

fn printed() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tresen")).arg("openapi").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_description_in_the_repository_is_the_programs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == printed(), "docs/openapi.json is another: tresen openapi > docs/openapi.json");
}

#[tokio::test]
async fn the_description_is_served_to_everybody() {
    let program = Program::start().await;
    let answer = program.call("GET", "/api/openapi.json", "", "").await;
    assert_eq!(answer.ok(200)["openapi"], "3.1.0");
    assert_eq!(answer.body, printed());
}
