//! What the desk says of a mail server's certificate that it does not take.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, date_time_ymd,
};

use crate::mail_commands::{errors, run, shows};

const FIX: &str = "basicConstraints=critical,CA:FALSE";

fn settings(folder: &Path, port: u16) {
    let settings = format!(
        "[[mailboxes]]\nname = 'box'\nhost = 'localhost'\nport = {port}\nuser = 'support@example.com'\n\
         password_file = '{}'\nca_file = '{}'\n",
        folder.join("password").display(),
        folder.join("ca.pem").display()
    );
    std::fs::write(folder.join("password"), "secret").unwrap();
    std::fs::write(folder.join("tresen.toml"), settings).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_shown_as_a_server_names_the_fix_whatever_else_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ca = || IsCa::Ca(BasicConstraints::Unconstrained);
    type Change = Box<dyn Fn(&mut CertificateParams)>;
    let cases: [(&str, IsCa, Change, bool, &str); 11] = [
        ("as openssl makes it", ca(), Box::new(|_| ()), true, FIX),
        ("with a path length", IsCa::Ca(BasicConstraints::Constrained(0)), Box::new(|_| ()), true, FIX),
        ("with a long one", IsCa::Ca(BasicConstraints::Constrained(9)), Box::new(|_| ()), true, FIX),
        (
            "that signs certificates",
            ca(),
            Box::new(|params| params.key_usages = vec![KeyUsagePurpose::KeyCertSign]),
            true,
            FIX,
        ),
        (
            "that is for servers too",
            ca(),
            Box::new(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]),
            true,
            FIX,
        ),
        (
            "with several names",
            ca(),
            Box::new(|params| {
                params.subject_alt_names.extend(
                    CertificateParams::new(["mail.example.com".to_owned()]).unwrap().subject_alt_names,
                );
            }),
            true,
            FIX,
        ),
        ("no authority", IsCa::ExplicitNoCa, Box::new(|_| ()), false, ""),
        ("that does not say so", IsCa::NoCa, Box::new(|_| ()), false, ""),
        (
            "that has expired",
            IsCa::ExplicitNoCa,
            Box::new(|params| params.not_after = date_time_ymd(2020, 1, 1)),
            false,
            "expired",
        ),
        (
            "of next century",
            IsCa::ExplicitNoCa,
            Box::new(|params| params.not_before = date_time_ymd(2150, 1, 1)),
            false,
            "not valid yet",
        ),
        (
            "of another name",
            IsCa::ExplicitNoCa,
            Box::new(|params| {
                params.subject_alt_names =
                    CertificateParams::new(["mail.example.com".to_owned()]).unwrap().subject_alt_names;
            }),
            false,
            "not valid for name",
        ),
    ];
    for (what, is_ca, change, names_the_fix, says) in cases {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = is_ca;
        change(&mut params);
        let port = shows(params, folder).await;
        settings(folder, port);
        let place = folder.to_owned();
        let checked = tokio::task::spawn_blocking(move || run(&place, &["mail", "check"], "")).await.unwrap();
        let said = errors(&checked) + &String::from_utf8_lossy(&checked.stdout);
        assert!(!checked.status.success(), "{what}: {said}");
        assert!(said.contains(says), "{what}: {said}");
        assert_eq!(said.contains(FIX), names_the_fix, "{what}: {said}");
        // Names of a library's own kinds of errors are none of the operator's.
        for word in ["CaUsedAsEndEntity", "UnknownIssuer", "NotValidForName", "Context {", "Other("] {
            assert!(!said.contains(word), "{what}: {said}");
        }
    }
}
