//! The manual and `tresen config show` name what can be set.

use std::path::Path;

use super::tests::parse;

/// The tables that hold other keys, as they are written, without those of single mailboxes and providers.
const TABLES: &[&str] = &[
    "",
    "[attachments]",
    "[uploads]",
    "[outgoing]",
    "[[outgoing.dkim]]",
    "[privacy]",
    "[privacy.controller]",
    "[privacy.representative]",
    "[privacy.data_protection_officer]",
    "[[privacy.processors]]",
    "[privacy.supervisory_authority]",
    "[[privacy.additions]]",
    "[privacy.imprint]",
    "[privacy.imprint.licensing_authority]",
    "[privacy.imprint.profession]",
    "[privacy.imprint.responsible_for_content]",
    "[retention]",
    "[intake]",
    "[sign_in]",
    "[[sign_in.provider]]",
    "[forms]",
    "[limits]",
    "[acme]",
    "[proxies]",
    "[[mailboxes]]",
    "[lmtp]",
    "[[request_types]]",
];

/// Those of which another table of the manual says what is in them.
const LIKE: &[(&str, &str)] = &[
    ("[privacy.data_protection_officer]", "[privacy.representative]"),
    ("[privacy.imprint.responsible_for_content]", "[privacy.representative]"),
    ("[privacy.imprint.licensing_authority]", "[privacy.supervisory_authority]"),
];

/// The keys of a table: what the program says it had expected in place of one that is none.
fn keys(table: &str) -> Vec<String> {
    let said = parse(&format!("{table}\nxyzzy = 1"), &[]).err().expect("no such key");
    assert!(said.contains("xyzzy"), "{table}: {said}");
    let expected = said.split("expected").nth(1).unwrap_or_else(|| panic!("{table}: {said}"));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn manual(file: &str) -> String {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::read_to_string(docs.join(file)).expect("a page of the manual")
}

#[test]
fn the_manual_has_every_key() {
    let pages = ["operator.md", "mailbox.md", "outgoing-mail.md", "security.md", "sign-in.md", "legal.md"];
    let pages = pages.map(manual).concat();
    for table in TABLES {
        let keys = keys(table);
        assert!(!keys.is_empty(), "{table}");
        for key in keys {
            let named = [
                format!("`{key}`"),
                format!("[{key}]"),
                format!("[{key}."),
                format!(".{key}]"),
                format!("{{ {key} ="),
            ];
            let set = format!("{key} =");
            let is_set = |line: &str| {
                line.trim_start_matches([' ', '#']).starts_with(&set) || line.contains(&format!(", {set}"))
            };
            assert!(
                named.iter().any(|named| pages.contains(named)) || pages.lines().any(is_set),
                "the manual lacks `{key}` of {table:?}"
            );
        }
    }
}

#[test]
fn the_manual_has_a_row_for_every_key_of_the_legal_settings() {
    let legal = manual("legal.md");
    for table in TABLES.iter().filter(|table| table.contains("privacy") || table.contains("retention")) {
        let said_at = LIKE.iter().find(|(like, _)| like == table).map_or(*table, |(_, other)| other);
        assert!(legal.contains(&format!("`{table}`")), "{table}");
        let section = legal.split("\n### ").find(|section| section.starts_with(&format!("`{said_at}`")));
        let section = section.unwrap_or_else(|| panic!("there is no section `{said_at}`"));
        for key in keys(table) {
            assert!(section.contains(&format!("\n| `{key}` |")), "the manual lacks `{key}` of {table}");
        }
    }
}

#[test]
fn what_is_in_force_has_every_key_of_the_legal_settings() {
    let mut text = String::new();
    for table in TABLES.iter().filter(|table| table.contains("privacy")) {
        text += &format!("{table}\n");
    }
    let shown = parse(&text, &[]).expect("fine").show();
    for table in TABLES.iter().filter(|table| table.contains("privacy") || table.contains("retention")) {
        let path = table.trim_matches(['[', ']']);
        for key in keys(table) {
            let lines = [
                format!("{path}.{key} "),
                format!("{path}.{key}."),
                format!("{path}[0].{key} "),
                format!("{path}[0].{key}."),
                format!("{path}.{key}[0]"),
            ];
            let is_there = |line: &str| lines.iter().any(|start| line.starts_with(start));
            assert!(shown.lines().any(is_there), "`{key}` of {table} is not shown: {shown}");
        }
    }
    let text = "[privacy.controller]\nname = 'Muster GmbH'\nlegal_form = 'GmbH'\naddress = ['Weg 1', 'Ort']\n\
                [retention]\nheld_days = 77";
    let shown = parse(text, &[]).expect("fine").show();
    for line in
        ["name Muster GmbH", "legal_form GmbH", "address Weg 1, Ort", "held_days 77", "vat_id not set"]
    {
        let plain = shown.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        assert!(plain.into_iter().any(|shown| shown.ends_with(line)), "{line}: {shown}");
    }
}
