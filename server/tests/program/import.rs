//! `tresen export` and `tresen import person`, with the real program, from one desk to another.

use std::path::Path;
use std::process::{Command, Output};

use tresen_desk::Desk;
use tresen_desk::requests::{Fields, Submission};
use tresen_model::Language;

use crate::opened::open;

const EMAIL: &str = "ada@example.com";

async fn write(desk: &Desk) {
    let mut files = desk.requests.receive_files();
    files.begin("notes.txt").await.unwrap();
    files.write(&[7; 200_000]).await.unwrap();
    files.end().await.unwrap();
    let fields = Fields {
        email: EMAIL,
        name: "Ada Lovelace",
        kind: "question",
        subject: "Distelfalter",
        body: "Where does it fly?",
        consent: true,
        once: "once",
        language: Language::German,
    };
    let submission = Submission::parse(&fields, desk.settings()).unwrap();
    desk.requests.submit(submission, files.finish(), None).await.unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tresen"));
    program.args(arguments).current_dir(folder);
    program.env("TRESEN_DATA", folder.join("data")).env("TRESEN_LOG", "off");
    program.output().unwrap()
}

fn said(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_imported_by_the_program() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::create_dir(from.path().join("data")).unwrap();
    let desk = open(&from.path().join("data")).await;
    write(&desk).await;
    desk.close().await;

    let copy = run(from.path(), &["export", "--email", EMAIL]);
    assert!(copy.status.success());
    std::fs::write(to.path().join("copy.zip"), &copy.stdout).unwrap();
    assert_eq!(run(to.path(), &["import", "person", "copy.zip"]).status.code(), Some(2));
    assert!(run(to.path(), &["init"]).status.success());
    let imported = run(to.path(), &["import", "person", "copy.zip"]);
    assert!(imported.status.success(), "{}", said(&imported.stderr));
    assert_eq!(said(&imported.stdout), "Imported: 1 request, 1 comment, 1 file.\n");
    let again = run(to.path(), &["import", "person", "copy.zip"]);
    assert!(again.status.success());
    assert_eq!(
        said(&again.stdout),
        "Imported: 0 requests, 0 comments, 0 files.\n1 request was here already.\n"
    );

    let back = run(to.path(), &["export", "--email", EMAIL]);
    assert!(back.status.success());
    let holds = |part: &[u8]| back.stdout.windows(part.len()).any(|window| window == part);
    assert!(holds(b"Distelfalter") && holds(b"Ada Lovelace") && holds(&[7; 200_000]));
    // No mail, and none in the outbox that would go when the desk is served.
    assert!(
        !to.path().join("data/mail/outgoing").exists() || {
            std::fs::read_dir(to.path().join("data/mail/outgoing")).unwrap().next().is_none()
        }
    );
    assert!(holds(b"\"mails\": []"));

    // What cannot be imported is said in one sentence, and changes nothing.
    let damaged = &copy.stdout[..copy.stdout.len() / 2];
    std::fs::write(to.path().join("half.zip"), damaged).unwrap();
    for (file, sentence) in [("half.zip", "is no ZIP file, or is damaged"), ("none.zip", "cannot be opened")]
    {
        let refused = run(to.path(), &["import", "person", file]);
        assert_eq!(refused.status.code(), Some(1));
        let errors = said(&refused.stderr);
        assert!(errors.contains(sentence) && errors.lines().count() == 1, "{errors}");
    }
}
