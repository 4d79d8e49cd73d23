//! Who wrote a mail, where programs do not write it as RFC 5322 has it.

use tresen_mail::{Automatic, Limits, Message, Origin, read};

fn mail(header: &str) -> Message {
    read(format!("{header}\r\nSubject: Scanner\r\n\r\nIt beeps.\r\n").as_bytes(), &Limits::default())
}

/// The sender as `address|name`.
fn sender(message: &Message) -> String {
    message.from.as_ref().map_or_else(String::new, |from| {
        format!("{}|{}", from.address.as_str(), from.name.as_deref().unwrap_or_default())
    })
}

#[test]
fn senders_are_repaired() {
    for (from, expected) in [
        // Quotes around an address.
        ("'ada@example.com'", "ada@example.com|"),
        ("\"ada@example.com\"", "ada@example.com|"),
        ("Ada <'ada@example.com'>", "ada@example.com|Ada"),
        ("Ada <\"ada@example.com\">", "ada@example.com|Ada"),
        ("\"'Ada Lovelace'\" <'ada@example.com'>", "ada@example.com|Ada Lovelace"),
        ("Ada <'ada@example.com>", "ada@example.com|Ada"),
        // Dots and quotes in the local part.
        ("Ada <a..b@example.com>", "a..b@example.com|Ada"),
        ("a.@example.com", "a.@example.com|"),
        (".ada@example.com", ".ada@example.com|"),
        ("\"a..b\"@example.com", "a..b@example.com|"),
        ("Ada <\"ada.l\"@example.com>", "ada.l@example.com|Ada"),
        ("Ada <\"ada lovelace\"@example.com>", "\"ada lovelace\"@example.com|Ada"),
        ("\"fax=493012@gate\"@example.com", "\"fax=493012@gate\"@example.com|"),
        // Letters of any script (RFC 6531).
        ("Jürgen <jürgen@example.com>", "jürgen@example.com|Jürgen"),
        ("用户@example.com", "用户@example.com|"),
        ("Ada <ada@bücher.example>", "ada@bücher.example|Ada"),
        // Domains.
        ("root@printserver", "root@printserver|"),
        ("Cron Daemon <root@printserver>", "root@printserver|Cron Daemon"),
        ("(Cron Daemon) root@printserver", "root@printserver|Cron Daemon"),
        ("Ada <ada@example.com.>", "ada@example.com|Ada"),
        ("ada@printserver.", "ada@printserver|"),
        ("Scan <scan@print_server.example.com>", "scan@print_server.example.com|Scan"),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]|"),
        ("Ada <ada@[IPv6:2001:db8::1]>", "ada@[IPv6:2001:db8::1]|Ada"),
        ("scanner@192.0.2.7", "scanner@192.0.2.7|"),
        // Brackets.
        ("Ada Lovelace ada@example.com", "ada@example.com|Ada Lovelace"),
        ("ada@example.com Ada Lovelace", "ada@example.com|Ada Lovelace"),
        ("\"Lovelace, Ada\" ada@example.com", "ada@example.com|Lovelace, Ada"),
        ("Ada <ada@example.com", "ada@example.com|Ada"),
        ("Ada ada@example.com>", "ada@example.com|Ada"),
        ("Ada <<ada@example.com>>", "ada@example.com|Ada"),
        ("Ada [ada@example.com]", "ada@example.com|Ada"),
        ("Ada (ada@example.com)", "ada@example.com|Ada"),
        ("Ada <mailto:ada@example.com>", "ada@example.com|Ada"),
        ("mailto:ada@example.com", "ada@example.com|"),
        ("Ada <ada @ example.com>", "ada@example.com|Ada"),
        ("Ada, <ada@example.com>", "ada@example.com|Ada"),
        ("=?utf-8?Q?J=C3=BCrgen?= juergen@example.com", "juergen@example.com|Jürgen"),
        ("=?utf-8?Q?ada=40example.com?=", "ada@example.com|"),
        // A comma in a name without quotes: Exchange, Notes, GroupWise.
        ("Lovelace, Ada <ada@example.com>", "ada@example.com|Lovelace, Ada"),
        ("Müller, Jürgen <j.mueller@example.com>", "j.mueller@example.com|Müller, Jürgen"),
        ("'Lovelace, Ada' <ada@example.com>", "ada@example.com|Lovelace, Ada"),
        ("Lovelace, Ada, Dr. (Example) <ada@example.com>", "ada@example.com|Lovelace, Ada, Dr. (Example)"),
        ("=?utf-8?Q?M=C3=BCller?=, =?utf-8?Q?J=C3=BCrgen?= <j@example.com>", "j@example.com|Müller, Jürgen"),
        ("=?iso-8859-1?Q?M=FCller, J=FCrgen?= <j@example.com>", "j@example.com|Müller, Jürgen"),
        ("Lovelace; Ada <ada@example.com>", "ada@example.com|Lovelace, Ada"),
        ("Ada <ada@example.com>, Eve <eve@example.org>", "ada@example.com|Ada"),
        ("Ada Lovelace <ada@example.com>;", "ada@example.com|Ada Lovelace"),
        ("Team: Ada <ada@example.com>;", "ada@example.com|Ada"),
        // Encoded words where RFC 2047 has none.
        ("Dr.=?utf-8?Q?J=C3=BCrgen?= <j@example.com>", "j@example.com|Dr.Jürgen"),
        ("=?utf-8?Q?J=C3=BCr?=gen <j@example.com>", "j@example.com|Jürgen"),
        ("\"Dr. =?utf-8?Q?J=C3=BCrgen?=\" <j@example.com>", "j@example.com|Dr. Jürgen"),
        ("=?utf-8?Q?J=C3=BCrgen?=<j@example.com>", "j@example.com|Jürgen"),
        ("=?utf-8?Q?Ada Lovelace?= <ada@example.com>", "ada@example.com|Ada Lovelace"),
        ("=?utf-8*de?Q?J=C3=BCrgen?= <j@example.com>", "j@example.com|Jürgen"),
        ("=?utf-8?B?SsO8cmdlbg?= <j@example.com>", "j@example.com|Jürgen"),
        ("Ada <=?utf-8?Q?ada=40example.com?=>", "ada@example.com|Ada"),
        ("=?UTF-8?B?QWRhIDxhZGFAZXhhbXBsZS5jb20+?=", "ada@example.com|Ada"),
        (
            "=?utf-8?Q?Ada?= Lovelace =?utf-8?Q?=28Example=29?= <ada@example.com>",
            "ada@example.com|Ada Lovelace (Example)",
        ),
        // What programs put into an address.
        ("Ada Lovelace &lt;ada@example.com&gt;", "ada@example.com|Ada Lovelace"),
        ("&quot;Ada&quot; &lt;ada@example.com&gt;", "ada@example.com|Ada"),
        ("Ada Lovelace <SMTP:ada@example.com>", "ada@example.com|Ada Lovelace"),
        ("[smtp:ada@example.com]", "ada@example.com|"),
        ("Ada <@relay.example.com,@b.example.com:ada@example.com>", "ada@example.com|Ada"),
        ("Ada <ada@@example.com>", "ada@example.com|Ada"),
        ("Ada <ada@example..com>", "ada@example.com|Ada"),
        ("Ada <ada@example .com>", "ada@example.com|Ada"),
        ("Ada <ada＠example.com>", "ada@example.com|Ada"),
        ("Ada <ada@example.com\u{200b}>", "ada@example.com|Ada"),
        ("Ada\u{a0}Lovelace\u{a0}<\u{a0}ada@example.com\u{a0}>", "ada@example.com|Ada Lovelace"),
        ("Ada <ada@example.com:25>", "ada@example.com|Ada"),
        ("ada@example.com <Ada Lovelace>", "ada@example.com|Ada Lovelace"),
        ("<ada@example.com> Ada Lovelace", "ada@example.com|Ada Lovelace"),
        ("\"Ada Lovelace <ada@example.com>", "ada@example.com|Ada Lovelace"),
        ("Ada Lovelace\" <ada@example.com>", "ada@example.com|Ada Lovelace"),
        ("\"Fax 030 1234\" <FAX=+49301234@[192.0.2.7]>", "FAX=+49301234@[192.0.2.7]|Fax 030 1234"),
        ("ada..b.@docomo.example.jp", "ada..b.@docomo.example.jp|"),
        // Names that say nothing.
        ("\".\" <ada@example.com>", "ada@example.com|"),
        ("- <ada@example.com>", "ada@example.com|"),
        ("\"\u{200b}\" <ada@example.com>", "ada@example.com|"),
        ("=?utf-8?Q?=E2=80=8B?= <ada@example.com>", "ada@example.com|"),
        ("\"(no name)\" <ada@example.com>", "ada@example.com|(no name)"),
        // Written by the rules.
        ("Ada @ Example GmbH <ada@example.com>", "ada@example.com|Ada @ Example GmbH"),
        (
            "\"Ada \\\"The Countess\\\" Lovelace\" <ada@example.com>",
            "ada@example.com|Ada \"The Countess\" Lovelace",
        ),
        ("\"Ada Lovelace/Berlin/Example\" <ada@example.com>", "ada@example.com|Ada Lovelace/Berlin/Example"),
        ("+4930123456@fax.example.com", "+4930123456@fax.example.com|"),
        ("Ada O'Brien <o'brien@example.com>", "o'brien@example.com|Ada O'Brien"),
        ("ada@example.com (Ada Lovelace)", "ada@example.com|Ada Lovelace"),
        ("'Ada Lovelace' <ada@example.com>", "ada@example.com|Ada Lovelace"),
        ("\"'Ada Lovelace' via Support\" <ada@example.com>", "ada@example.com|'Ada Lovelace' via Support"),
    ] {
        let message = mail(&format!("From: {from}"));
        assert_eq!(sender(&message), expected, "{from}");
    }
}

#[test]
fn lost_white_space_leaves_the_sender() {
    for header in [
        "From: Ada\r\n<ada@example.com>",
        "From:\r\nAda <ada@example.com>",
        "From: \"Ada\"\r\n\t<ada@example.com>",
    ] {
        assert_eq!(sender(&mail(header)), "ada@example.com|Ada", "{header}");
    }
}

#[test]
fn other_fields_name_who_wrote_where_from_does_not() {
    for (header, expected) in [
        ("Sender: Ada <ada@example.com>", "ada@example.com|Ada"),
        ("Reply-To: Ada <ada@example.com>", "ada@example.com|Ada"),
        ("Return-Path: <ada@example.com>", "ada@example.com|"),
        ("From: \"Ada\" <>\r\nReply-To: ada@example.com", "ada@example.com|Ada"),
        ("From: Ada Lovelace\r\nReturn-Path: <ada@example.com>", "ada@example.com|Ada Lovelace"),
        ("From: undisclosed-recipients:;\r\nSender: ada@example.com", "ada@example.com|"),
        ("From:\r\nSender: eve@example.com\r\nReply-To: ada@example.com", "eve@example.com|"),
        ("From: <>\r\nReply-To: <>\r\nReturn-Path: <ada@example.com>", "ada@example.com|"),
    ] {
        let message = mail(header);
        assert_eq!((sender(&message).as_str(), message.origin), (expected, Origin::Elsewhere), "{header}");
    }
    for header in ["From: nobody", "From: <>\r\nReturn-Path: <>", "X-Nothing: 1", "From: @\r\nReply-To: a@"] {
        assert!(mail(header).from.is_none(), "{header}");
    }
}

#[test]
fn what_others_may_read_otherwise_is_marked_as_repaired() {
    for (from, origin) in [
        ("Ada <ada@example.com>", Origin::From),
        ("Eve eve@example.org <ada@example.com>", Origin::From),
        ("Ada ada@example.com", Origin::Repaired),
        ("Ada <ada@example.com.>", Origin::Repaired),
        ("root@printserver", Origin::Repaired),
        ("=?utf-8?Q?ada=40example.com?=", Origin::Elsewhere),
    ] {
        assert_eq!(mail(&format!("From: {from}")).origin, origin, "{from}");
    }
}

#[test]
fn whom_a_list_stands_for_is_named_by_its_headers() {
    let google = "From: \"'Ada' via Support\" <support@lists.example.com>\r\nList-ID: <support.lists.example.com>\r\nPrecedence: list\r\nMailing-list: list support@lists.example.com; contact support+owners@lists.example.com\r\nList-Unsubscribe: <https://groups.example.com/>";
    let mailman = "From: Ada via Printers <printers@lists.example.com>\r\nList-Id: Printers <printers.lists.example.com>\r\nList-Post: <mailto:printers@lists.example.com>\r\nX-BeenThere: printers@lists.example.com\r\nPrecedence: list";
    for (header, behind) in [
        (format!("{google}\r\nX-Original-From: Ada Lovelace <ada@example.org>\r\nReply-To: Ada Lovelace <ada@example.org>"), Some("ada@example.org|Ada Lovelace")),
        (format!("{google}\r\nX-Original-Sender: ada@example.org"), Some("ada@example.org|Ada")),
        (format!("{google}\r\nReply-To: ada@example.org"), Some("ada@example.org|Ada")),
        (format!("{google}\r\nReply-To: support@lists.example.com"), None),
        (google.to_owned(), None),
        (format!("{mailman}\r\nReply-To: Ada <ada@example.org>"), Some("ada@example.org|Ada")),
        (format!("{mailman}\r\nReply-To: Printers <printers@lists.example.com>, Ada <ada@example.org>"), Some("ada@example.org|Ada")),
        (format!("{mailman}\r\nReply-To: ada@example.org, eve@example.org"), None),
        // Sympa.
        ("From: \"Ada (via printers Mailing List)\" <printers@lists.example.com>\r\nList-Id: <printers.lists.example.com>\r\nX-Original-From: Ada <ada@example.org>\r\nReply-To: printers@lists.example.com".to_owned(), Some("ada@example.org|Ada")),
        // Mailman, where answers go to the list.
        (format!("{mailman}\r\nReply-To: printers@lists.example.com\r\nCc: Ada <ada@example.org>"), Some("ada@example.org|Ada")),
        (format!("{mailman}\r\nReply-To: printers@lists.example.com\r\nCc: Eve <eve@example.org>"), None),
        (format!("{mailman}\r\nCc: Ada <ada@example.org>, Ada <eve@example.org>"), None),
        // groups.io.
        ("From: \"Ada via groups.example.io\" <ada=example.org@groups.example.io>\r\nReply-To: main@p.groups.example.io, ada@example.org\r\nList-ID: <main.p.groups.example.io>\r\nMailing-List: list main@p.groups.example.io".to_owned(), Some("ada@example.org|Ada")),
        ("From: \"Ada via groups.example.io\" <ada=example.org@groups.example.io>\r\nReply-To: main@p.groups.example.io, eve@example.org\r\nList-ID: <main.p.groups.example.io>".to_owned(), None),
        ("From: Ada <ada=example.org@example.net>\r\nReply-To: ada@example.org\r\nList-ID: <main.p.groups.example.io>".to_owned(), None),
        // LISTSERV.
        ("From: Ada <00001234-dmarc-request@LISTSERV.EXAMPLE.EDU>\r\nReply-To: Ada <ada@example.org>\r\nList-Id: <P.LISTSERV.EXAMPLE.EDU>".to_owned(), Some("ada@example.org|Ada")),
        ("From: Ada <00001234-dmarc-request@LISTSERV.EXAMPLE.EDU>\r\nReply-To: ada@example.org, eve@example.org\r\nList-Id: <P.LISTSERV.EXAMPLE.EDU>".to_owned(), None),
        // Encoded, and other quotes.
        (format!("{}\r\nX-Original-From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>", google.replace("\"'Ada' via Support\"", "=?utf-8?Q?=27J=C3=BCrgen=27_via_Support?=")), Some("j@example.org|Jürgen")),
        (format!("{}\r\nX-Original-From: ada@example.org", google.replace("'Ada' via", "\\\"Ada\\\" via")), Some("ada@example.org|Ada")),
        // No list wrote itself into From: the headers of one, but not its address.
        ("From: eve@example.net\r\nList-Id: <support.lists.example.com>\r\nX-Original-From: ada@example.org\r\nReply-To: ada@example.org".to_owned(), None),
        ("From: eve@example.net\r\nX-Original-From: ada@example.org\r\nReply-To: ada@example.org".to_owned(), None),
    ] {
        let message = mail(&header);
        let found = message.writer_behind().filter(|_| message.rewritten_by_list);
        let found = found.map(|who| format!("{}|{}", who.address.as_str(), who.name.unwrap_or_default()));
        assert_eq!(found.as_deref(), behind, "{header}");
        assert_eq!(message.rewritten_by_list, behind.is_some(), "{header}");
        if behind.is_some() {
            assert_eq!(message.automatic, None, "{header}");
        }
    }
    // What says itself to be a machine's or in bulk is that.
    let reply = format!("{google}\r\nReply-To: ada@example.org");
    for (more, automatic) in [
        ("Auto-Submitted: auto-replied", Automatic::Reply),
        ("Auto-Submitted: auto-generated", Automatic::Generated),
        ("X-Autoreply: yes", Automatic::Reply),
    ] {
        assert_eq!(mail(&format!("{reply}\r\n{more}")).automatic, Some(automatic), "{more}");
    }
    let bulk = reply.replace("Precedence: list", "Precedence: bulk");
    assert_eq!(mail(&bulk).automatic, Some(Automatic::Bulk));
}
