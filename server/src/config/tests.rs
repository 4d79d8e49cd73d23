//! Settings as people write them.

use super::*;

pub(super) fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let environment: BTreeMap<String, String> =
        environment.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    let source = Source::new(Some(Path::new("/etc/tresen/desk.toml")), &environment);
    Config::parse(text, &environment, source).map_err(|error| error.to_string())
}

pub(super) const BOX: &[(&str, &str)] = &[("MAILBOX_BOX_PASSWORD", "geheim")];

pub(super) fn mailbox(more: &str) -> String {
    format!("[[mailboxes]]\nhost = 'imap.example.com'\nuser = 'support@example.com'\n{more}\n")
}

/// A provider whose settings are fine, but for what is given in place of them.
fn provider(instead: &str) -> String {
    let mut lines = vec![
        "id = 'company'",
        "name = 'Company'",
        "issuer = 'https://login.example.com'",
        "client_id = 'desk'",
        "roles = [{ claim = 'groups', contains = 'desk', role = 'agent' }]",
    ];
    for line in instead.lines() {
        let key = line.split(' ').next().unwrap_or_default();
        lines.retain(|other| !other.starts_with(&format!("{key} ")));
        lines.push(line);
    }
    format!("[[sign_in.provider]]\n{}\n", lines.join("\n"))
}

pub(super) fn refusal(text: &str, environment: &[(&str, &str)]) -> String {
    parse(text, environment).err().expect("a refusal")
}

#[test]
fn works_with_nothing_set() {
    let config = parse("", &[]).expect("fine");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.desk.public_url, "http://127.0.0.1:3000");
    assert_eq!(config.desk.request_types.len(), 4);
    assert_eq!(config.master_key_file, Path::new("data/master.key"));
}

#[test]
fn the_environment_wins() {
    let config = parse("name = 'File'\nlisten = '127.0.0.1:1'", &[("NAME", "Env"), ("LISTEN", "[::1]:2")]);
    let config = config.expect("fine");
    assert_eq!((config.desk.name.as_str(), config.listen.port()), ("Env", 2));
}

#[test]
fn says_what_is_wrong_and_what_is_right() {
    for (text, environment, says) in [
        ("nmae = 'x'", &[][..], "nmae"),
        ("", &[("LISTN", "x")], "TRESEN_LISTN"),
        ("listen = 'here'", &[], "127.0.0.1:3000"),
        ("listen = '0.0.0.0:3000'", &[], "plain_http"),
        ("public_url = 'help.example.com'", &[], "https://help.example.com"),
        ("mail_from = 'support'", &[], "support@example.com"),
        ("accent = 'green'", &[], "#0b6659"),
        ("time_zone = 'Berlin'", &[], "Europe/Berlin"),
        ("tls_cert = 'a.pem'", &[], "belong together"),
        ("tls_cert = 'a.pem'\ntls_key = 'b.pem'", &[], "no such file"),
        ("[acme]\ndirectory = 'http://ca.example.com'", &[], "https://"),
        ("[acme]\ndirectory = 'https://ca.example.com'", &[], "agree_to_terms"),
        (
            "[acme]\ndirectory = 'https://ca.example.com'\nagree_to_terms = true\nchallenge = 'http-01'",
            &[],
            "http_listen",
        ),
        ("[limits]\nlogin = { at_once = 0, an_hour = 5 }", &[], "login"),
        ("[limits]\naccount = { at_once = 5, an_hour = 0 }", &[], "account"),
        ("[forms]\nscreen = 'a little'", &[], "screen"),
        ("[forms]\nproof_bits = 30", &[], "from 0 to 20"),
        ("", &[("SCREEN_FORMS", "maybe")], "true or false"),
        ("[proxies]\ntrusted = ['everybody']", &[], "trusted"),
        ("database_url = 'postgres://localhost/tresen'", &[], "keys_url"),
        ("[uploads]\nscanner = 'clamd'", &[], "/run/clamav/clamd.ctl"),
        ("objects_url = 's3://bucket'", &[], "file:PATH"),
        ("logo = 'missing.png'", &[], "missing.png"),
        ("[[request_types]]\nid = 'A b'\nname = { en = 'x', de = 'y' }", &[], "hyphens"),
        ("", &[("PLAIN_HTTP", "maybe")], "true or false"),
        ("[outgoing]\nattach_bytes = 99999999", &[], "at most"),
        ("[outgoing]\nper_domain = 0", &[], "from 1 to 16"),
        ("[outgoing]\nper_minute = 0", &[], "no mail would ever leave"),
        ("[outgoing]\nreply = true", &[], "replies"),
        ("[[outgoing.dkim]]\nselector = 's'", &[], "key_file"),
        ("largest_mail = 1", &[], "104857600"),
        ("[intake]\nspam_at = '5'", &[], "spam_header"),
        ("[intake]\nspam_header = 'X-Spam-Score'\nspam_at = ' '", &[], "the score from which"),
        ("[intake]\nspam_header = 'Subject'", &[], "X-Spam-Flag"),
        ("[intake]\nspam_header = ' X-Spam'", &[], "X-Spam-Flag"),
        ("[intake]\nauthserv_id = 'mx.example.com;'", &[], "Authentication-Results"),
        ("[intake]\nauthserv_id = ''", &[], "Authentication-Results"),
        ("[intake]\nblocked = ['eve@example.com', 'example.org']", &[], "`example.org`"),
        ("[intake]\nblocked = ['@']", &[], "@example.com"),
        ("[intake]\nverify = true\nrelays = ['example.org']", &[], "`example.org`"),
        ("[intake]\nrelays = ['forms@example.org']", &[], "authserv_id"),
        ("[intake]\nresolver = '127.0.0.1:5353'", &[], "verify = true"),
        ("[intake]\nverify = true\nresolver = 'dns.example.com'", &[], "resolver"),
        ("[intake]\nper_sender_hour = 0", &[], "from 1"),
        ("[intake]\nmax_bytes = 1000", &[], "65536"),
        ("[lmtp]\nlisten = '0.0.0.0:24'", &[], "127.0.0.1:2424"),
        ("[lmtp]\nlisten = 'unix:'", &[], "unix:PATH"),
        ("[lmtp]\nlisten = 'unix:/run/lmtp'\nmode = '999'", &[], "0660"),
        (
            "[lmtp]\nlisten = '[::1]:24'\n[[lmtp.recipients]]\naddress = 'a@example.com'\nkind = 'x'",
            &[],
            "question",
        ),
        (&provider("id = 'Company Login'"), &[], "hyphens"),
        (&provider("name = ''"), &[], "1 to 60"),
        (&provider("issuer = 'http://login.example.com'"), &[], "https://"),
        (&provider("issuer = 'https://login.example.com?x=1'"), &[], "https://"),
        (&provider("issuer = 'https://u:p@login.example.com'"), &[], "https://"),
        (&provider("issuer = 'http://127.0.0.1:8080'"), &[], "allow_http"),
        (&provider("issuer = 'http://localhost:8080'\nallow_http = true"), &[], "127.0.0.1"),
        (&provider("allow_http = true"), &[], "127.0.0.1"),
        (&provider("roles = []"), &[], "nobody can sign in"),
        (
            &provider("roles = [{ claim = 'groups', contains = 'x', role = 'customer' }]"),
            &[],
            "agent or admin",
        ),
        (&provider("client_secret_file = '/nowhere'"), &[], "no such file"),
        (&(provider("") + &provider("")), &[], "two providers"),
        ("", &[("SIGN_IN_COMPANY_SECRET", "x")], "TRESEN_SIGN_IN_COMPANY_SECRET"),
        (&mailbox("name = 'The Box'"), &[("MAILBOX_BOX_PASSWORD", "x")], "TRESEN_MAILBOX_BOX_PASSWORD"),
        (&mailbox("name = 'box'"), &[], "TRESEN_MAILBOX_BOX_PASSWORD"),
        (&mailbox("name = 'box'\npassword_file = '/nowhere'"), &[], "no such file"),
        (&mailbox("name = 'box'\nsecurity = 'plain'"), BOX, "[::1] only"),
        (&mailbox("name = 'box'\npoll_seconds = 3600"), BOX, "28 minutes"),
        (&mailbox("name = 'box'\nkind = 'parcel'"), BOX, "question"),
        (&mailbox("name = 'box'\nafter = 'keep'"), BOX, "keep"),
        (&mailbox("name = 'box'\nafter = { move_to = 'INBOX' }"), BOX, "leave the folder"),
        (&(mailbox("name = 'box'") + &mailbox("name = 'box'")), BOX, "two mailboxes"),
        (
            &mailbox("name = 'box'\noauth2 = { token_url = 'http://example.com', client_id = 'x' }"),
            &[],
            "https://",
        ),
        (
            &mailbox("name = 'box'\noauth2 = { token_url = 'https://example.com', client_id = 'x' }"),
            &[],
            "refresh_token_file",
        ),
    ] {
        let refusal = refusal(text, environment);
        assert!(refusal.contains(says), "{refusal}");
    }
}

#[tokio::test]
async fn what_signs_and_who_is_trusted_is_checked_at_the_start() {
    for (text, says) in [
        ("[outgoing]\nca_file = 'missing.pem'", "outgoing.ca_file"),
        ("[outgoing]\nca_file = 'Cargo.toml'", "BEGIN CERTIFICATE"),
        ("[[outgoing.dkim]]\nselector = 's'\nkey_file = 'missing.pem'", "cannot be read"),
        ("[[outgoing.dkim]]\nselector = 's'\nkey_file = 'Cargo.toml'", "openssl genrsa"),
        ("smtp_url = 'imap://mail.example.com'", "smtp_url"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().display().to_string();
        let config = parse(text, &[("DATA", &data)]).expect("readable");
        let refusal = config.transport().err().expect("a refusal").to_string();
        assert!(refusal.contains(says), "{refusal}");
    }
}

#[test]
fn how_mail_is_judged_is_shown() {
    let shown = parse("", &[]).expect("fine").show();
    assert!(
        shown.contains("no server's results are believed; signatures are not checked; no filter; 0 blocked")
    );
    let text = "[intake]\nauthserv_id = 'mx.example.com'\nverify = true\nresolver = '127.0.0.1:5353'\n\
        spam_header = 'X-Rspamd-Score'\nspam_at = '7.5'\nblocked = ['eve@example.com', ' @example.org']";
    let shown = parse(text, &[]).expect("fine").show();
    for says in [
        "the results of mx.example.com",
        "DNS at 127.0.0.1:5353",
        "spam from X-Rspamd-Score 7.5 on; 2 blocked",
        "20 new requests an hour",
    ] {
        assert!(shown.contains(says), "{shown}");
    }
    // Whom the operator has blocked is for nobody's eyes who helps with the settings.
    assert!(!shown.contains("eve@example.com"), "{shown}");
}

#[test]
fn shows_no_secret() {
    let settings = [
        ("DATABASE_URL", "postgres://user:geheim@localhost/tresen"),
        ("KEYS_URL", "postgres://user:geheim@localhost/tresen_keys"),
        ("SMTP_URL", "smtps://u:geheim@mail.example.com"),
    ];
    assert!(!parse("", &settings).expect("fine").show().contains("geheim"));
    let shown = parse(&mailbox("name = 'box'"), BOX).expect("fine").show();
    assert!(shown.contains("imap.example.com:993") && !shown.contains("geheim"), "{shown}");
    let shown =
        parse(&provider("only = true"), &[("SIGN_IN_COMPANY_SECRET", "geheim")]).expect("fine").show();
    assert!(shown.contains("https://login.example.com as desk") && !shown.contains("geheim"), "{shown}");
}

#[test]
fn what_would_fail_later_is_refused_at_once() {
    const ACME: &str = "[acme]\ndirectory = 'https://ca.example.com'\nagree_to_terms = true";
    const ONE: &str = "postgres://desk:geheim@db.example.com/tresen";
    let acme = |first: &str| format!("{first}\n{ACME}");
    let proxies = |trusted: &str| format!("[proxies]\ntrusted = [{trusted}]");
    let two = |data: &str, keys: &str| format!("database_url = '{data}'\nkeys_url = '{keys}'");
    for (text, says) in [
        // Databases.
        ("database_url = 'mysql://desk:geheim@db.example.com/tresen'".to_owned(), "mysql://…"),
        ("keys_url = 'mariadb://desk:geheim@db.example.com/keys'".into(), "keys_url"),
        ("database_url = 'Postgres://desk:geheim@db.example.com/x'".into(), "postgres://USER"),
        ("database_url = 'http://db.example.com/tresen'".into(), "sqlite:PATH"),
        ("database_url = 'sqlite:'".into(), "names no file"),
        ("database_url = ''".into(), "names no file"),
        (
            "database_url = 'postgres://desk:geheim@db.example.com:port/x'\nkeys_url = 'k.db'".into(),
            "database_url",
        ),
        (two(ONE, ONE), "same database"),
        (two(ONE, "postgresql://other@db.example.com:5432/tresen?sslmode=require"), "same database"),
        (two("postgres://localhost/tresen", "postgres://127.0.0.1:5432/tresen"), "same database"),
        (two("postgres://[::1]/tresen", "postgres://localhost/tresen"), "same database"),
        (two("one.db", "sqlite:one.db"), "same database"),
        (two("one.db", "./one.db"), "same database"),
        ("keys_url = 'data/tresen.db'".into(), "same database"),
        ("database_connections = 0".into(), "from 1 to 1000"),
        // TLS.
        (acme("public_url = 'http://help.example.com'"), "HTTPS only"),
        (acme("listen = '0.0.0.0:443'"), "needs a name"),
        (acme("public_url = 'https://192.0.2.1'"), "needs a name"),
        (acme("public_url = 'https://[2001:db8::1]'"), "needs a name"),
        (acme("public_url = 'https://localhost'"), "needs a name"),
        ("http_listen = '127.0.0.1:3000'".into(), "port of its own"),
        ("http_listen = '127.0.0.1:80'".into(), "without TLS leave"),
        // Whose word about the client is believed.
        (proxies("'0.0.0.0/0'"), "`proxies.trusted` is `0.0.0.0/0`"),
        (proxies("'::/0'"), "`proxies.trusted` is `::/0`"),
        (proxies("'10.0.0.0/7'"), "`10.0.0.0/7`"),
        (proxies("'128.0.0.0/1'"), "at most 10.0.0.0/8"),
        (proxies("'0.0.0.0/1', '128.0.0.0/1'"), "`0.0.0.0/1`"),
        (proxies("'127.0.0.1/32', '::1/128', '192.0.0.0/3'"), "`192.0.0.0/3`"),
        (proxies("'fc00::/6'"), "at most fc00::/7"),
        (proxies("'2000::/3'"), "`2000::/3`"),
        (proxies("'8000::/1'"), "`8000::/1`"),
        (proxies("'10.0.0.0/8', '::/1'"), "`::/1`"),
        (proxies("'::ffff:0.0.0.0/96'"), "write it as IPv4"),
        (proxies("'::ffff:10.0.0.0/104'"), "write it as IPv4"),
        // The list of erasures.
        ("erasures_copy = 'data/copy/erasures.txt'".into(), "another machine or disk"),
        ("data = '/srv/desk'\nerasures_copy = '/srv/desk/erasures.txt'".into(), "another machine or disk"),
        ("erasures_copy = '/'".into(), "name a file in it"),
        // Places.
        ("data = ''".into(), "path of a folder"),
        ("database_url = '/'".into(), "name a file in it"),
        ("keys_url = 'data/search.db'".into(), "the search index has the same place"),
        ("database_url = './data/./search.db'".into(), "the search index has the same place"),
        ("keys_url = 'data/erasures.txt'".into(), "the list of erasures has the same place"),
        ("master_key_file = 'data/keys.db'".into(), "`keys_url` has the same place"),
        ("master_key_file = 'data/tresen.db'".into(), "`database_url` has the same place"),
        ("master_key_file = ''".into(), "path of a file"),
        ("objects_url = 'file:data/tresen.db'".into(), "objects_url has the same place"),
        ("objects_url = 'file:data'".into(), "it is the data folder"),
        ("objects_url = 'file:./data/'".into(), "it is the data folder"),
        ("objects_url = 'file:'".into(), "path of a folder"),
        ("erasures_copy = ''".into(), "path of a file"),
        ("master_key_file = 'copy'\nerasures_copy = 'copy'".into(), "`master_key_file` has the same place"),
        // Addresses and ports.
        ("public_url = 'https://help.example.com:99999'".into(), "https://help.example.com"),
        ("public_url = 'https://help.example.com:https'".into(), "https://help.example.com"),
        ("public_url = 'https://help.example.com:'".into(), "https://help.example.com"),
        ("public_url = 'https://:443'".into(), "https://help.example.com"),
        ("public_url = 'https://help.example.com\\\\x'".into(), "https://help.example.com"),
        ("[lmtp]\nlisten = '127.0.0.1:3000'".into(), "port of its own"),
        ("listen = '[::1]:2424'\n[lmtp]\nlisten = '[::1]:2424'".into(), "port of its own"),
        // What nobody could use.
        ("name = \"Example\\nBcc: eve@example.com\"".into(), "it is one line"),
        ("[attachments]\nmax_bytes = 0".into(), "max_files = 0"),
        ("[[request_types]]\nid = 'x'\nname = { en = 'Help', de = ' ' }".into(), "each language"),
        // Time limits.
        ("[retention]\nclosed_requests_months = 0".into(), "retention.closed_requests_months"),
        ("[retention]\nidle_person_months = 0".into(), "from 1 to 1200"),
        ("[retention]\nunconfirmed_days = 0".into(), "deleted at once"),
        ("[retention]\nheld_days = 0".into(), "held_days"),
        ("[retention]\nset_aside_days = 0".into(), "set_aside_days"),
        ("[retention]\nsession_days = 0".into(), "session_days"),
        ("[retention]\nclosed_requests_months = 4000000000".into(), "from 1 to 1200"),
        ("[retention]\nkey_backup_days = 40000".into(), "from 0 to 36500"),
    ] {
        let refusal = refusal(&text, &[]);
        assert!(refusal.contains(says), "{text}: {refusal}");
        assert!(!refusal.contains("geheim"), "{refusal}");
    }
    // What is fine stays fine.
    for text in [
        two(ONE, "postgres://desk@db.example.com/tresen_keys"),
        two(ONE, "postgres://desk@keys.example.com/tresen"),
        two(ONE, "postgres://desk@db.example.com:5433/tresen"),
        two("one.db", "two.db"),
        "database_url = 'sqlite://one.db'".into(),
        "public_url = 'https://help.example.com'".into(),
        acme("public_url = 'https://help.example.com'"),
        acme("public_url = 'https://help.example.com:8443'"),
        "public_url = 'https://[2001:db8::1]:8443'".into(),
        "public_url = 'https://[2001:db8::1]'".into(),
        "[attachments]\nmax_bytes = 0\nmax_files = 0".into(),
        "data = 'one'\nobjects_url = 'file:two'\nmaster_key_file = 'key'\nerasures_copy = 'copy.txt'".into(),
        "name = 'Beispiel „Hilfe“'\n[lmtp]\nlisten = '127.0.0.1:3001'".into(),
        "[retention]\nkey_backup_days = 0\nsent_mail_days = 0\ndata_backup_days = 0".into(),
        proxies(""),
        proxies("'10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'"),
        proxies("'fc00::/7', 'fe80::/10', '2001:db8::/32', '::1/128'"),
        proxies("'0.0.0.0/8', '100.64.0.0/10', '192.0.2.1/32'"),
    ] {
        assert!(parse(&text, &[]).is_ok(), "{text}");
    }
}

#[test]
fn a_setting_below_a_header_is_to_move_up() {
    for (text, key) in [
        ("[attachments]\nmax_files = 3\nsmtp_url = 'smtp://mail.example.com'", "smtp_url"),
        ("[retention]\nheld_days = 3\n\npublic_url = 'https://help.example.com' # ours", "public_url"),
        ("[uploads]\ndata = '/var/lib/tresen'", "data"),
        ("[proxies]\ntrusted = []\nlargest_mail = 1000000", "largest_mail"),
        ("[privacy.controller]\nemail = 'a@example.com'\nmail_from = 'b@example.com'", "mail_from"),
        ("[[request_types]]\nid = 'x'\nname = { en = 'x', de = 'y' }\nplain_http = true", "plain_http"),
        ("[[request_types]]\nid = 'x'\nname = 'Example Service'", "name"),
        ("[limits]\nlisten = '127.0.0.1:3000'", "listen"),
        ("[forms]\n  tls_cert   = 'a.pem'", "tls_cert"),
        ("[outgoing]\nmaster_key_file = 5", "master_key_file"),
        ("[sign_in]\ntime_zone = 'Europe/Berlin'", "time_zone"),
    ] {
        let refusal = refusal(text, &[]);
        assert!(refusal.contains("move it up"), "{refusal}");
        assert!(refusal.contains(&format!("`{key}` stands below `[")), "{refusal}");
        assert!(refusal.starts_with("/etc/tresen/desk.toml: "), "{refusal}");
    }
    // Not what is wrong in other ways.
    for text in [
        "[attachments]\nmax_flies = 3",
        "nmae = 'x'",
        "[retention]\nheld_days = 'x'",
        "[lmtp",
        "[[mailboxes]]\nname = 5",
    ] {
        assert!(!refusal(text, &[]).contains("move it up"), "{text}");
    }
}

#[test]
fn an_error_names_the_place_of_the_setting() {
    let file = "/etc/tresen/desk.toml: ";
    for (text, environment, begins) in [
        ("listen = 'here'", &[][..], file),
        ("", &[("LISTEN", "here")], "TRESEN_LISTEN: "),
        ("listen = '127.0.0.1:1'", &[("LISTEN", "here")], "TRESEN_LISTEN: "),
        ("nmae = 'x'", &[], file),
        ("name = ", &[], file),
        ("[retention]\nheld_days = 0", &[("LISTEN", "127.0.0.1:1")], file),
        ("", &[("DATABASE_URL", "mysql://x")], "TRESEN_DATABASE_URL: "),
    ] {
        let refusal = refusal(text, environment);
        assert!(refusal.starts_with(begins), "{refusal}");
        assert!(!refusal.contains("tresen.toml"), "{refusal}");
    }
}
