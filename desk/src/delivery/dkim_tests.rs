use std::process::Command;

use data_encoding::BASE64_MIME_PERMISSIVE;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use ring::signature::{RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use tresen_model::{EmailAddress, Language, Timestamp};

use super::*;
use crate::delivery::compose::{OutgoingMail, Sender};
use crate::delivery::templates::Rendered;

/// The example of RFC 8463, appendix A: signed with both kinds of keys, by others.
const EXAMPLE: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n\
    \x20d=football.example.com; i=@football.example.com;\r\n\
    \x20q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n\
    \x20subject : date : message-id : from : subject : date;\r\n\
    \x20bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n\
    \x20b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n\
    \x20Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n\
    DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n\
    \x20d=football.example.com; i=@football.example.com;\r\n\
    \x20q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n\
    \x20date : message-id : from : subject : date;\r\n\
    \x20bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n\
    \x20b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n\
    \x20DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n\
    \x20dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n\
    From: Joe SixPack <joe@football.example.com>\r\n\
    To: Suzie Q <suzie@shopping.example.net>\r\n\
    Subject: Is dinner ready?\r\n\
    Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
    Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
    \r\n\
    Hi.\r\n\
    \r\n\
    We lost the game.  Are you hungry yet?\r\n\
    \r\n\
    Joe.\r\n";
const ED25519: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const RSA: &str = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bd\
    OKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3\
    Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

fn base64(text: &str) -> Vec<u8> {
    let signs: String = text.split_whitespace().collect();
    BASE64_MIME_PERMISSIVE.decode(signs.as_bytes()).expect("base64")
}

/// What a receiver does (RFC 6376 6.1), of its own making: headers and body are canonicalised with
/// a state machine over bytes, tags are read one by one, and other code checks the signatures.
fn verifies(message: &str, which: usize, record: &str) -> bool {
    let (head, body) = message.split_once("\r\n\r\n").expect("a head");
    let unfolded = head.replace("\r\n ", "\u{1} ").replace("\r\n\t", "\u{1}\t");
    let lines: Vec<&str> = unfolded.split("\r\n").collect();
    let signatures: Vec<&str> =
        lines.iter().filter(|line| line.to_lowercase().starts_with("dkim-signature:")).copied().collect();
    let Some(signature) = signatures.get(which) else { return false };
    let squeeze = |text: &str| {
        let mut out = String::new();
        for sign in text.chars() {
            let white = matches!(sign, ' ' | '\t' | '\u{1}');
            if !white {
                out.push(sign);
            } else if !out.ends_with(' ') {
                out.push(' ');
            }
        }
        out.trim_matches(' ').to_owned()
    };
    let header = |line: &str| {
        let (name, value) = line.split_once(':').expect("a header");
        format!("{}:{}", name.trim().to_lowercase(), squeeze(value))
    };
    let tag = |text: &str, name: &str| {
        let tags = text.split(';').filter_map(|tag| tag.split_once('='));
        let found = tags.into_iter().find(|(found, _)| found.trim_matches([' ', '\u{1}']) == name);
        found.map(|(_, value)| value.replace([' ', '\u{1}'], "")).unwrap_or_default()
    };
    let value = signature.split_once(':').expect("a value").1;
    let mut lines_of_body: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            let squeezed = squeeze(line);
            let leading = line.starts_with([' ', '\t']) && !squeezed.is_empty();
            if leading { format!(" {squeezed}") } else { squeezed }
        })
        .collect();
    while lines_of_body.last().is_some_and(String::is_empty) {
        lines_of_body.pop();
    }
    let body: String = lines_of_body.iter().map(|line| format!("{line}\r\n")).collect();
    if base64(&tag(value, "bh")) != Sha256::digest(body.as_bytes()).as_slice() {
        return false;
    }
    let mut rest: Vec<&str> = lines.clone();
    let mut signed = String::new();
    for name in tag(value, "h").split(':') {
        let place = rest.iter().rposition(|line| line.to_lowercase().starts_with(&format!("{name}:")));
        if let Some(place) = place {
            signed.push_str(&header(rest.remove(place)));
            signed.push_str("\r\n");
        }
    }
    let whole = header(signature);
    let at = whole.rfind("b=").expect("a signature");
    signed.push_str(whole[..at + 2].trim_end());
    let given = base64(&tag(value, "b"));
    let key = base64(&tag(record, "p"));
    match tag(value, "a").as_str() {
        "ed25519-sha256" => {
            let key = VerifyingKey::from_bytes(key.as_slice().try_into().expect("32 bytes")).expect("a key");
            let given = Signature::from_slice(&given).expect("64 bytes");
            key.verify(&Sha256::digest(signed.as_bytes()), &given).is_ok()
        }
        "rsa-sha256" => {
            // Behind the 22 bytes, or for short keys 22, that say what it is: RFC 8017 A.1.1.
            let inner = key.windows(2).position(|two| two == [0, 0x30]).expect("a key") + 1;
            let algorithm = &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
            UnparsedPublicKey::new(algorithm, &key[inner..]).verify(signed.as_bytes(), &given).is_ok()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn the_test_verifies_what_others_signed() {
    assert!(verifies(EXAMPLE, 0, ED25519));
    assert!(verifies(EXAMPLE, 1, RSA));
    for changed in [
        EXAMPLE.replace("game.", "gamé."),
        EXAMPLE.replace("Suzie Q", "Eve"),
        EXAMPLE.replace("11 Jul", "12 Jul"),
    ] {
        assert!(!verifies(&changed, 0, ED25519) && !verifies(&changed, 1, RSA));
    }
}

#[test]
fn bodies_are_relaxed_as_the_rfc_has_it() {
    for (body, relaxed) in [
        ("", ""),
        ("\r\n\r\n", ""),
        (" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"),
        ("no end", "no end\r\n"),
        ("a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n"),
    ] {
        assert_eq!(relaxed_body(body), relaxed, "{body:?}");
    }
    let body = EXAMPLE.split_once("\r\n\r\n").expect("a head").1;
    let hash = BASE64.encode(&Sha256::digest(relaxed_body(body).as_bytes()));
    assert_eq!(hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
}

/// Makes a key as the operator's manual says.
fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output();
    let output =
        output.unwrap_or_else(|error| panic!("openssl, which makes the keys, does not run: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn message() -> Vec<u8> {
    let address = |typed| EmailAddress::parse(typed).expect("valid");
    let mail = OutgoingMail {
        message_id: "one@desk.example".into(),
        in_reply_to: Some("zero@desk.example".into()),
        references: (0..12).map(|n| format!("{n}.aaaaaaaaaaaaaaaaaaaaaaaaaaaaa@desk.example")).collect(),
        from: Sender { name: "Fjörd & Söhne".into(), address: address("service@desk.example") },
        to: address("ada@example.com"),
        to_name: None,
        reply_to: Some("service+token@desk.example".into()),
        auto_submitted: true,
        language: Language::German,
        rendered: Rendered {
            subject: "Grüße  an\talle".into(),
            text: "Schöne  Grüße \n\n \n-- \nEnde\n\n\n".into(),
            html: "<p>Schöne Grüße</p>\n".into(),
        },
        files: Vec::new(),
    };
    mail.compose(Timestamp(1_700_000_000_000_000)).expect("composes").formatted()
}

#[test]
fn what_is_signed_verifies_by_the_record_for_dns() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let shown = |name: &str| path(name).display().to_string();
    openssl(&["genrsa", "-out", &shown("rsa.pem"), "2048"]);
    openssl(&["genrsa", "-traditional", "-out", &shown("old.pem"), "2048"]);
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", &shown("ed25519.pem")]);
    let load = |selector: &str, file: &str| {
        let settings = Dkim { selector: selector.into(), domain: None, key_file: path(file) };
        Signer::load(&settings, "desk.example").unwrap_or_else(|error| panic!("{error}"))
    };
    let signers = vec![load("r2026", "rsa.pem"), load("old", "old.pem"), load("e2026", "ed25519.pem")];
    let (name, record) = signers[0].dns_record();
    assert_eq!(name, "r2026._domainkey.desk.example");
    assert!(record.starts_with("v=DKIM1; k=rsa; p=MIIB"), "{record}");
    assert!(signers[2].dns_record().1.starts_with("v=DKIM1; k=ed25519; p="));

    let signed = String::from_utf8(sign(&signers, &message()).expect("signs")).expect("ASCII");
    assert!(signed.is_ascii() && signed.split("\r\n").all(|line| line.len() <= 78), "{signed}");
    for (place, signer) in signers.iter().enumerate() {
        assert!(verifies(&signed, place, &signer.dns_record().1), "{place}: {signed}");
        // What a relay may do to it.
        let refolded = signed.replace("Subject: ", "Subject:   ").replace("\r\nReply-To:", "\r\nREPLY-to:");
        assert!(verifies(&refolded, place, &signer.dns_record().1), "{place}");
        // What nobody may do.
        for (changed, what) in [
            (signed.replace("\r\nFrom: ", "\r\nFrom: x@evil.example\r\nFrom: "), "another sender"),
            (
                signed.replace("\r\nMessage-ID: ", "\r\nReply-To: x@evil.example\r\nMessage-ID: "),
                "a reply-to",
            ),
            (signed.replace("zero@desk", "nero@desk"), "another conversation"),
            (signed.replace("=_", "=-"), "another body"),
        ] {
            assert_ne!(changed, signed, "{what}");
            assert!(!verifies(&changed, place, &signer.dns_record().1), "{place}: {what}");
        }
    }
    // openssl agrees on what the public key is.
    openssl(&["rsa", "-in", &shown("rsa.pem"), "-pubout", "-outform", "DER", "-out", &shown("rsa.der")]);
    let public = std::fs::read(path("rsa.der")).expect("reads");
    assert_eq!(record, format!("v=DKIM1; k=rsa; p={}", BASE64.encode(&public)));
}

#[test]
fn keys_that_cannot_be_used_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("empty.pem"), "").expect("writes");
    openssl(&["genrsa", "-out", &path("short.pem").display().to_string(), "1024"]);
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", &path("good.pem").display().to_string()]);
    let refusal = |selector: &str, domain: Option<&str>, file: &str| {
        let domain = domain.map(Into::into);
        let settings = Dkim { selector: selector.into(), domain, key_file: path(file) };
        Signer::load(&settings, "mail.desk.example").err().map(|error| error.to_string()).unwrap_or_default()
    };
    for (selector, domain, file, says) in [
        ("a b", None, "good.pem", "no name for DNS"),
        ("", None, "good.pem", "no name for DNS"),
        ("s", Some("evil.example"), "good.pem", "not that of the desk"),
        ("s", Some("esk.example"), "good.pem", "not that of the desk"),
        ("s", None, "missing.pem", "cannot be read"),
        ("s", None, "empty.pem", "openssl genrsa"),
        ("s", None, "short.pem", "openssl genrsa"),
    ] {
        let refusal = refusal(selector, domain, file);
        assert!(refusal.contains(says), "{refusal}");
    }
    assert_eq!(refusal("s.2026", Some("desk.example"), "good.pem"), "");
}
