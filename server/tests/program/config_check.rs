//! `tresen config check`: what keeps a desk from starting, or fails soon after, is said before the start.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use sqlx::Connection;

use crate::databases::Databases;

fn tresen(folder: &Path, settings: &str, arguments: &[&str]) -> Output {
    std::fs::write(folder.join("desk.toml"), settings).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_tresen"));
    program.args(arguments).current_dir(folder);
    program.env("TRESEN_CONFIG", "desk.toml").env("TRESEN_LOG", "warn").output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat()).unwrap()
}

/// Writes a certificate and its key, each with a name of its own.
fn write_certificate(folder: &Path, name: &str) {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["desk.example.com".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(folder.join(format!("{name}.pem")), certificate.pem()).unwrap();
    std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
}

#[test]
fn check_and_serve_refuse_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_certificate(folder, "one");
    write_certificate(folder, "two");
    std::fs::write(folder.join("none.pem"), "no certificate").unwrap();
    std::fs::write(folder.join("short.key"), "too short").unwrap();
    std::fs::create_dir(folder.join("words")).unwrap();
    std::fs::create_dir(folder.join("words/en")).unwrap();
    std::fs::write(folder.join("words/en/reply.txt"), "{% if %}").unwrap();
    let tls = |cert: &str, key: &str| format!("tls_cert = '{cert}'\ntls_key = '{key}'\n");
    let mailbox = |more: &str| {
        format!(
            "[[mailboxes]]\nname = 'box'\nhost = 'imap.example.com'\nuser = 'support@example.com'\n{more}"
        )
    };

    for (settings, says) in [
        (tls("one.pem", "two.key"), "two.key"),
        (tls("none.pem", "one.key"), "none.pem"),
        (tls("one.pem", "none.pem"), "tls_key"),
        (tls("one.pem", "one.pem"), "tls_key"),
        (tls("one.pem", "one.key") + "public_url = 'http://desk.example.com'", "HTTPS only"),
        ("database_url = 'mysql://desk:geheim@db.example.com/desk'".into(), "mysql://…"),
        ("[retention]\nclosed_requests_months = 0".into(), "closed_requests_months"),
        ("listen = '192.0.2.1:3000'\nplain_http = true".into(), "192.0.2.1:3000"),
        ("http_listen = '192.0.2.1:80'\npublic_url = 'https://desk.example.com'".into(), "http_listen"),
        ("smtp_url = 'imap://mail.example.com'".into(), "smtp_url"),
        ("mail_templates = 'words'".into(), "reply"),
        ("master_key_file = 'short.key'".into(), "32 bytes"),
        ("[outgoing]\nca_file = 'none.pem'".into(), "outgoing.ca_file"),
        ("[lmtp]\nlisten = 'unix:nowhere/lmtp.sock'".into(), "nowhere"),
        (mailbox("password_file = 'one.key'\nca_file = 'none.pem'"), "none.pem"),
        (
            "public_url = 'https://desk.example.com'\n[acme]\ndirectory = 'https://ca.example.com'\n\
             agree_to_terms = true\nca_file = 'missing.pem'"
                .into(),
            "acme.ca_file",
        ),
        ("[attachments]\nlisten = '127.0.0.1:3000'".into(), "move it up"),
        ("keys_url = 'data/tresen.db'".into(), "same database"),
        ("erasures_copy = 'nowhere/erasures.txt'".into(), "erasures_copy"),
        ("database_url = 'nowhere/desk.db'".into(), "database_url"),
        ("keys_url = 'nowhere/keys.db'".into(), "keys_url"),
        ("master_key_file = 'nowhere/key'".into(), "master_key_file"),
        ("database_url = '.'".into(), "it is a folder"),
        ("keys_url = 'data/search.db'".into(), "search index"),
        ("master_key_file = 'data/keys.db'".into(), "keys_url"),
        ("objects_url = 'file:short.key'".into(), "needs a folder"),
        ("data = 'short.key'".into(), "needs a folder"),
        ("data = ''".into(), "path of a folder"),
        ("public_url = 'https://help.example.com:99999'".into(), "public_url"),
        ("[lmtp]\nlisten = '127.0.0.1:3000'".into(), "port of its own"),
        ("[attachments]\nmax_bytes = 0".into(), "max_files = 0"),
        (mailbox("password_file = 'one.key'\nport = 0"), "from 1 to 65535"),
        (mailbox("password_file = 'missing'"), "no such file"),
        ("mail_templates = 'missing'".into(), "missing"),
        ("logo = 'missing.svg'".into(), "logo"),
        ("[proxies]\ntrusted = ['0.0.0.0/0']".into(), "proxies.trusted"),
        ("[proxies]\ntrusted = ['127.0.0.1/32', '::/0']".into(), "at most fc00::/7"),
    ] {
        for command in [&["config", "check"][..], &["serve"], &["init"]] {
            let output = tresen(folder, &settings, command);
            let errors = said(&output);
            assert_eq!(output.status.code(), Some(1), "{settings}: {command:?}: {errors}");
            assert!(errors.contains(says), "{settings}: {command:?}: {errors}");
            assert!(!errors.contains("geheim") && !errors.contains("tresen.toml"), "{errors}");
            assert!(!folder.join("data").exists(), "{settings}: {command:?}");
        }
    }

    let output =
        tresen(folder, &(tls("one.pem", "one.key") + "listen = '127.0.0.1:0'"), &["config", "check"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("desk.toml"));
    assert!(!folder.join("data").exists());
}

/// Writes a file with certificates, each valid between two years and an authority's or not.
fn write_dated(folder: &Path, name: &str, certificates: &[(i32, i32, bool)]) {
    let mut pem = String::new();
    for (index, (from, until, is_authority)) in certificates.iter().enumerate() {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["desk.example.com".to_owned()]).unwrap();
        params.not_before = date_time_ymd(*from, 1, 1);
        params.not_after = date_time_ymd(*until, 1, 1);
        params.is_ca =
            if *is_authority { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::ExplicitNoCa };
        pem += &params.self_signed(&key).unwrap().pem();
        if index == 0 {
            std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
        }
    }
    std::fs::write(folder.join(format!("{name}.pem")), pem).unwrap();
}

#[test]
fn a_certificate_that_is_not_valid_now_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let fine = (2020, 2120, false);
    write_dated(folder, "fine", &[fine, (2020, 2120, true)]);
    write_dated(folder, "old", &[(2019, 2020, false)]);
    write_dated(folder, "new", &[(2119, 2120, false)]);
    write_dated(folder, "chain", &[fine, (2019, 2020, true)]);
    write_dated(folder, "both", &[fine, (2119, 2120, true), (2019, 2020, true)]);
    write_dated(folder, "last-century", &[(1990, 1999, false)]);
    write_dated(folder, "old-ca", &[(2019, 2020, true)]);
    write_dated(folder, "bundle", &[(2019, 2020, true), (2020, 2120, true)]);
    std::fs::write(folder.join("password"), "geheim").unwrap();
    let tls =
        |name: &str| format!("listen = '127.0.0.1:0'\ntls_cert = '{name}.pem'\ntls_key = '{name}.key'\n");
    let mailbox = |name: &str| {
        format!(
            "[[mailboxes]]\nname = 'box'\nhost = 'imap.example.com'\nuser = 'support@example.com'\n\
             password_file = 'password'\nca_file = '{name}.pem'\n"
        )
    };
    let smtp = |name: &str| format!("smtp_url = 'smtp://127.0.0.1'\n[outgoing]\nca_file = '{name}.pem'\n");
    let provider = |name: &str| {
        format!(
            "[[sign_in.provider]]\nid = 'company'\nname = 'Company'\nissuer = 'https://login.example.com'\n\
             client_id = 'desk'\nroles = [{{ claim = 'groups', contains = 'desk', role = 'agent' }}]\n\
             ca_file = '{name}.pem'\n"
        )
    };
    let acme = |name: &str| {
        format!(
            "public_url = 'https://desk.example.com'\n[acme]\ndirectory = 'https://ca.example.com'\n\
             agree_to_terms = true\nca_file = '{name}.pem'\n"
        )
    };

    for (settings, key, says) in [
        (tls("old"), "`tls_cert`", "certificate 1 of 1 in old.pem expired at 2020-01-01T00:00:00Z"),
        (tls("new"), "`tls_cert`", "1 of 1 in new.pem is valid only from 2119-01-01T00:00:00Z on"),
        (tls("chain"), "`tls_cert`", "certificate 2 of 2 in chain.pem expired"),
        (tls("both"), "`tls_cert`", "certificate 2 of 3 in both.pem is valid only from"),
        (tls("both"), "`tls_cert`", "certificate 3 of 3 in both.pem expired"),
        (tls("last-century"), "`tls_cert`", "expired at 1999-01-01T00:00:00Z"),
        // A server's own certificate, trusted by itself.
        (smtp("old"), "`outgoing.ca_file`", "Put the present one there"),
        (mailbox("old"), "`ca_file` of the mailbox box", "old.pem expired at"),
        (provider("new"), "`ca_file` of the provider company", "new.pem is valid only from"),
        (acme("last-century"), "`acme.ca_file`", "last-century.pem expired"),
    ] {
        let output = tresen(folder, &settings, &["config", "check"]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{settings}: {said}");
        assert!(said.contains(key) && said.contains(says), "{settings}: {said}");
        assert!(!said.contains("The settings are fine"), "{said}");
    }
    // What may still work is a warning.
    for settings in [smtp("old-ca"), smtp("bundle"), mailbox("old-ca"), provider("bundle"), acme("old-ca")] {
        let output = tresen(folder, &settings, &["config", "check"]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(0), "{settings}: {said}");
        assert!(said.contains("Warning: the setting `"), "{settings}: {said}");
        assert!(said.contains("expired at 2020-01-01T00:00:00Z"), "{settings}: {said}");
    }
    for settings in [tls("fine"), smtp("fine"), mailbox("fine"), provider("fine"), acme("fine")] {
        let output = tresen(folder, &settings, &["config", "check"]);
        let said = said(&output);
        assert!(output.status.success() && !said.contains("Warning") && !said.contains("expired"), "{said}");
    }
}

#[test]
fn a_desk_serves_with_a_certificate_that_has_expired_and_logs_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_dated(folder, "cert", &[(2019, 2020, false)]);
    let port = crate::served::free_port();
    let settings = format!("listen = '127.0.0.1:{port}'\ntls_cert = 'cert.pem'\ntls_key = 'cert.key'\n");
    std::fs::write(folder.join("desk.toml"), settings).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_tresen"));
    program.arg("serve").current_dir(folder).env("TRESEN_CONFIG", "desk.toml").env("TRESEN_LOG", "info");
    let mut program = program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let errors = BufReader::new(program.stderr.take().unwrap());
    let (sender, log) = std::sync::mpsc::channel();
    std::thread::spawn(move || errors.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let until = |text: &str| {
        let mut lines = Vec::new();
        while let Ok(line) = log.recv_timeout(Duration::from_secs(30)) {
            lines.push(line);
            if lines.last().unwrap().contains(text) {
                break;
            }
        }
        lines
    };

    let before = until("serving Tresen");
    assert!(before.last().unwrap().contains("serving Tresen"), "{before:?}");
    let expired = before.iter().filter(|line| line.contains("cert.pem expired at 2020-01-01T00:00:00Z"));
    assert_eq!(expired.count(), 1, "{before:?}");
    let begun = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not serve");
        std::thread::sleep(Duration::from_millis(20));
    }

    // One that is renewed too early is named too.
    write_dated(folder, "future", &[(2119, 2120, false)]);
    std::fs::rename(folder.join("future.key"), folder.join("cert.key")).unwrap();
    std::fs::rename(folder.join("future.pem"), folder.join("cert.pem")).unwrap();
    let after = until("valid only from 2119");
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(after.last().is_some_and(|line| line.contains("valid only from 2119")), "{after:?}");
}

#[tokio::test]
async fn each_server_is_tried_by_name_within_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let databases = Databases::create().await;
    let (data, keys) = (databases.data(), databases.keys());
    // Takes connections, and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = silent.local_addr().unwrap().port();
    // Nobody listens there.
    let closed = crate::served::free_port();
    std::fs::write(folder.join("password"), "geheim").unwrap();
    let check = |settings: &str| {
        let begun = Instant::now();
        let output = tresen(folder, settings, &["config", "check", "--connect"]);
        assert!(begun.elapsed() < Duration::from_secs(25), "{settings}");
        let said = said(&output);
        assert!(!said.contains("geheim") && !folder.join("data").exists(), "{said}");
        (output.status.code(), said)
    };
    let urls = |data: &str, keys: &str| format!("database_url = '{data}'\nkeys_url = '{keys}'\n");

    let (code, said) = check(&urls(&data, &keys));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.lines().filter(|line| line.ends_with(": fine")).count(), 2, "{said}");

    let nowhere = format!("postgres://tresen:geheim@127.0.0.1:{closed}/desk");
    let mailbox = format!(
        "[[mailboxes]]\nname = 'box'\nhost = '127.0.0.1'\nport = {silent}\nsecurity = 'plain'\n\
         user = 'support@example.com'\npassword_file = 'password'\n"
    );
    let smtp = |port: u16| format!("smtp_url = 'smtp://desk:geheim@127.0.0.1:{port}'\n");
    for (settings, begins, reason) in [
        (
            urls(&nowhere, &keys),
            format!("PostgreSQL, data: the PostgreSQL database desk at 127.0.0.1:{closed}"),
            "refused",
        ),
        (urls(&data, &format!("{keys}_missing")), "PostgreSQL, keys: ".into(), "does not exist"),
        (smtp(closed), format!("SMTP: 127.0.0.1:{closed}: "), "cannot be reached"),
        (smtp(silent), format!("SMTP: 127.0.0.1:{silent}: "), "no answer within 5 seconds"),
        (mailbox, format!("IMAP, box: 127.0.0.1:{silent}: "), "no answer within 5 seconds"),
        (
            urls(&format!("postgres://tresen:geheim@127.0.0.1:{silent}/desk"), &keys),
            "PostgreSQL, data: ".into(),
            "no answer within 5 seconds",
        ),
    ] {
        let (code, said) = check(&settings);
        assert_eq!(code, Some(1), "{said}");
        let line = said.lines().find(|line| line.starts_with(&begins));
        assert!(line.is_some_and(|line| line.contains(reason)), "{begins}: {said}");
    }

    // One database by two names.
    let host = data.split('@').nth(1).unwrap().split('/').next().unwrap();
    let other_name = data.replace(host, &host.replace("127.0.0.1", "127.0.0.2"));
    if other_name != data && sqlx::PgConnection::connect(&other_name).await.is_ok() {
        let (code, said) = check(&urls(&data, &other_name));
        assert_eq!(code, Some(1), "{said}");
    }
    databases.drop().await;
}
