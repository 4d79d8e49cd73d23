//! What an operator does about mail: templates to change, lines in the log, a server's certificate.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

pub(crate) fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tresen"));
    command.args(arguments).current_dir(folder).env("TRESEN_LOG", "info");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    drop(program.stdin.take().unwrap().write_all(input.as_bytes()));
    program.wait_with_output().unwrap()
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn templates_are_written_to_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();

    let written = run(folder, &["mail", "templates", "words"], "");
    assert!(written.status.success(), "{}", errors(&written));
    let reply = folder.join("words/de/reply.txt");
    for name in ["layout.html", "en/reply.txt", "de/reply.txt", "en/invitation.txt"] {
        assert!(folder.join("words").join(name).is_file(), "{name}");
    }
    // Nothing else is made, and no desk.
    let names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["words"]);
    // They can be used as they are.
    std::fs::write(folder.join("tresen.toml"), "mail_templates = 'words'\n").unwrap();
    let checked = run(folder, &["config", "check"], "");
    assert!(checked.status.success(), "{}", errors(&checked));

    // What somebody has changed stays, and a file that is gone does not come back beside it.
    let original = std::fs::read_to_string(&reply).unwrap();
    std::fs::write(&reply, "Ours").unwrap();
    std::fs::remove_file(folder.join("words/layout.html")).unwrap();
    let refused = run(folder, &["mail", "templates", "words"], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(errors(&refused).contains("--force") && errors(&refused).contains("nothing was written"));
    assert_eq!(std::fs::read_to_string(&reply).unwrap(), "Ours");
    assert!(!folder.join("words/layout.html").exists());
    // The settings name templates with a mistake now, and the command works all the same.
    let forced = run(folder, &["mail", "templates", "--force", "words"], "");
    assert!(forced.status.success(), "{}", errors(&forced));
    assert_eq!(std::fs::read_to_string(&reply).unwrap(), original);
    assert!(folder.join("words/layout.html").is_file());

    std::fs::write(folder.join("file"), "").unwrap();
    let refused = run(folder, &["mail", "templates", "file"], "");
    assert!(refused.status.code() == Some(1) && errors(&refused).contains("file/layout.html"));
}

#[test]
fn each_mail_is_one_line_in_the_log_without_personal_data() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mail = "From: \"Vorpalina Snark\" <vorpalina@example.com>\r\nTo: support@desk.example\r\nSubject: Bandersnatch\r\n\
                Message-ID: <jubjub@example.com>\r\n\r\nIt flickers.\r\n";
    assert!(run(folder, &["init"], "").status.success());

    for (input, outcome) in [
        (mail.to_owned(), "outcome=\"request\""),
        (mail.to_owned(), "outcome=\"known\""),
        (mail.replace("From: ", "X: ").replace("jubjub", "tumtum"), "outcome=\"aside\""),
    ] {
        let taken = run(folder, &["mail", "ingest"], &input);
        assert!(taken.status.success(), "{}", errors(&taken));
        let log = errors(&taken);
        let lines: Vec<_> = log.lines().filter(|line| line.contains("a mail was taken in")).collect();
        assert_eq!(lines.len(), 1, "{log}");
        assert!(lines[0].contains(" INFO ") && lines[0].contains(outcome), "{log}");
        assert!(lines[0].contains("channel=\"command\""), "{log}");
        for personal in ["orpalina", "Snark", "Bandersnatch", "jubjub", "tumtum", "flickers", "T-", "@"] {
            assert!(!lines[0].contains(personal), "{personal}: {log}");
        }
    }
}

#[test]
fn a_restore_into_an_empty_folder_says_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mail = "From: ada@example.com\r\nTo: support@desk.example\r\nSubject: Lamp\r\n\r\nIt flickers.\r\n";
    assert!(run(folder, &["init"], "").status.success());
    assert!(run(folder, &["mail", "ingest"], mail).status.success());
    assert!(run(folder, &["backup", "copy"], "").status.success());
    assert!(run(folder, &["backup", "--keys", "keys"], "").status.success());
    std::fs::rename(folder.join("data"), folder.join("lost")).unwrap();

    // Nothing is there, and then the folder.
    for _ in 0..2 {
        let refused = run(folder, &["restore", "copy"], "");
        let said = errors(&refused);
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("master key") && said.contains("keys.db"), "{said}");
        assert!(!said.contains("there is a database"), "{said}");
        std::fs::create_dir_all(folder.join("data")).unwrap();
    }
    std::fs::copy(folder.join("lost/master.key"), folder.join("data/master.key")).unwrap();
    let refused = run(folder, &["restore", "copy"], "");
    let said = errors(&refused);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("keys.db") && !said.contains("there is a database"), "{said}");
    std::fs::copy(folder.join("keys/keys.db"), folder.join("data/keys.db")).unwrap();
    let restored = run(folder, &["restore", "--accept-unknown-erasures", "copy"], "");
    assert!(restored.status.success(), "{}", errors(&restored));
}

/// A server that shows a certificate, and says nothing else.
pub(crate) async fn shows(params: CertificateParams, folder: &Path) -> u16 {
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    std::fs::write(folder.join("ca.pem"), certificate.pem()).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(acceptor.accept(stream).await);
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_in_place_of_a_server_names_the_fix() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (is_ca, names_the_fix) in
        [(IsCa::Ca(BasicConstraints::Unconstrained), true), (IsCa::ExplicitNoCa, false)]
    {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = is_ca;
        let port = shows(params, folder).await;
        let settings = format!(
            "[[mailboxes]]\nname = 'box'\nhost = 'localhost'\nport = {port}\nuser = 'support@example.com'\n\
             password_file = '{}'\nca_file = '{}'\n",
            folder.join("password").display(),
            folder.join("ca.pem").display()
        );
        std::fs::write(folder.join("password"), "secret").unwrap();
        std::fs::write(folder.join("tresen.toml"), settings).unwrap();
        let place = folder.to_owned();
        let checked = tokio::task::spawn_blocking(move || run(&place, &["mail", "check"], "")).await.unwrap();
        let said = errors(&checked) + &String::from_utf8_lossy(&checked.stdout);
        assert!(!checked.status.success(), "{said}");
        assert_eq!(said.contains("CA:FALSE"), names_the_fix, "{said}");
        assert!(!said.contains("CaUsedAsEndEntity"), "{said}");
    }
}
