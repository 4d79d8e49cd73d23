use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

/// A mail with such a signature field, and more above its From.
fn mail(tags: &str, above: &str) -> Vec<u8> {
    let signature =
        format!("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; s=s; bh=YWJj; b=YWJj; {tags}\r\n");
    format!("{signature}{above}From: Ada <ada@example.com>\r\nSubject: x\r\n\r\nHello\r\n").into_bytes()
}

fn asked_about(raw: &[u8]) -> usize {
    assert!(has_signature(raw));
    worth_asking(raw, "ada@example.com", NOW).map_or(0, |message| message.dkim_headers.len())
}

#[test]
fn only_signatures_that_could_count_are_asked_about() {
    for (tags, above, asked) in [
        ("d=example.com; h=from", "", 1),
        ("d=mail.Example.com; h=Subject:FROM", "", 1),
        ("d=example.com; h=from; r=y", "", 1),
        ("d=example.com; h=from; x=1800000001", "", 1),
        // Of others, of parents that everybody has, without From, too late, of the old kind.
        ("d=example.org; h=from", "", 0),
        ("d=com; h=from", "", 0),
        ("d=example.com; h=subject", "", 0),
        ("d=example.com; h=from; x=1800000000", "", 0),
        ("d=example.com; h=from; a=rsa-sha1", "", 0),
        ("d=example.com; h=from; l=5", "", 0),
        ("d=example.com; h=from; atps=example.com; atpsh=none", "", 0),
        // What can be read in two ways.
        ("d=example.com; h=from", "From: eve@example.com\r\n", 0),
        ("d=example.com; h=from", "From: ada@example.com\r\n", 0),
        ("d=example.com; h=from", "X: a\rFrom: b\r\n", 0),
        ("d=example.com; h=from", "X: a\0b\r\n", 0),
    ] {
        assert_eq!(asked_about(&mail(tags, above)), asked, "{tags} {above:?}");
    }
    let raw = mail("d=example.com; h=from", "");
    assert!(worth_asking(&raw, "eve@example.com", NOW).is_none());
    assert!(worth_asking(&raw, "eve@example.com", NOW).is_none());
    // The report that the signature wants is not asked for.
    let raw = mail("d=example.com; h=from; r=y", "");
    let message = worth_asking(&raw, "ada@example.com", NOW).expect("one signature");
    assert!(!message.dkim_headers[0].header.r);
}

#[test]
fn work_is_bounded() {
    let field = "DKIM-Signature: v=1; a=ed25519-sha256; s=s; bh=YWJj; b=YWJj; d=example.com; h=from\r\n";
    assert_eq!(asked_about(&mail("d=example.com; h=from", &field.repeat(500))), MOST_SIGNATURES);
    let many = vec!["from"; MOST_FIELDS + 1].join(":");
    assert_eq!(asked_about(&mail(&format!("d=example.com; h={many}"), "")), 0);
    assert!(!has_signature(&mail("d=example.com; h=from", &"X: y\r\n".repeat(LONGEST_HEAD / 6))));
    // Ten million bytes that never end their head take no time.
    assert!(!has_signature(&b"DKIM-Signature: x\r\n".repeat(500_000)));
}

#[test]
fn most_mails_ask_nothing() {
    for raw in [&b""[..], b"\n", b"DKIM-Signature", b"From: ada@example.com\r\n\r\nDKIM-Signature: x\r\n"] {
        assert!(!has_signature(raw) || worth_asking(raw, "ada@example.com", NOW).is_none());
    }
    assert!(!has_signature(b"From: ada@example.com\r\n\r\nDKIM-Signature: x\r\n"));
    assert!(has_signature(b"dkim-SIGNATURE : x\n\n"));
}

#[test]
fn domains_share_an_owner_by_their_ends() {
    for (signs, from, could) in [
        ("example.com", "example.com", true),
        ("example.com", "mail.example.com", true),
        ("a.example.com", "b.example.com", true),
        ("BÜCHER.example", "xn--bcher-kva.example", true),
        ("evil.com", "example.com", false),
        ("badexample.com", "example.com", false),
        ("com", "example.com", false),
        ("", "example.com", false),
    ] {
        assert_eq!(could_align(signs, from), could, "{signs} {from}");
    }
}
