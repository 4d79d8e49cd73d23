//! The tour in `docs/api.md`, as it stands there.

use std::path::Path;
use std::process::Command;

use super::Program;

/// The blocks of the tour, one after the other.
fn script() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/api.md");
    let text = std::fs::read_to_string(path).unwrap();
    let tour = text.split("## A tour").nth(1).unwrap().split("\n## ").next().unwrap();
    let blocks = tour.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_tour_of_the_manual_works() {
    let program = Program::start().await;
    let scopes = script().lines().next().unwrap().split(": ").nth(1).unwrap().to_owned();
    let scopes: Vec<&str> = scopes.split(' ').collect();
    let token = program.service("Shop", &scopes);

    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script()])
        .current_dir(program.place.path())
        .env("TOKEN", token)
        .env("URL", program.url())
        .output()
        .unwrap();

    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains(r#""name":"advice.txt""#) && said.contains(r#""status":"resolved""#), "{said}");
    assert!(said.ends_with("}}") && said.contains(r#"{"genuine":true"#), "{said}");
    let export = std::fs::read(program.place.path().join("export.zip")).unwrap();
    assert!(export.starts_with(b"PK"));
    assert_eq!(program.place.requests().await, 0);
}
