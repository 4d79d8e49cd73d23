use crate::settings::{Controller, Localized, Profession};
use serde::de::DeserializeOwned;

use super::*;

const EVERYTHING: &str = r#"{
    "controller": {
        "name": "Musterwerk GmbH", "address": ["Musterstraße 1", "80331 München"], "country": "DE",
        "email": "kontakt@musterwerk.example", "phone": "+49 89 000000",
        "register_entry": "Amtsgericht München, HRB 12345", "vat_id": "DE000000000",
        "represented_by": ["Erika Muster", "Max Muster"]
    },
    "representative": {"name": "Union Rep SARL", "address": ["1 rue du Test", "75001 Paris"],
        "email": "rep@example.org"},
    "data_protection_officer": {"email": "datenschutz@musterwerk.example"},
    "processors": [
        {"name": "Rechenzentrum AG", "purpose": {"en": "runs the server", "de": "betreibt den Server"},
         "country": "fi", "agreement": "2026-01-31"},
        {"name": "Mail Inc.", "purpose": {"en": "runs the mail server", "de": "betreibt den Mailserver"},
         "country": "US", "agreement": "DPA 7",
         "safeguard": {"en": "standard contractual clauses", "de": "Standardvertragsklauseln"}}
    ],
    "supervisory_authority": {"name": "Aufsicht", "address": ["Weg 2"], "website": "https://aufsicht.example"},
    "additions": [{"heading": {"de": "Steuerrecht"}, "text": {"en": "One.\n\nTwo\nlines.", "de": "Eins."}}],
    "imprint": {
        "business_id": "DE123456789-00001",
        "licensing_authority": {"name": "Gewerbeamt"},
        "profession": {"chamber": "Kammer", "title": "Architektin", "state": "DE", "rules": {"de": "BauKaG"}},
        "liquidation": {"de": "in Abwicklung"},
        "responsible_for_content": {"name": "Erika Muster", "email": "e@musterwerk.example"},
        "consumer_arbitration": {"de": "Wir nehmen nicht teil."}
    }
}"#;

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("settings")
}

fn statement(language: Language, settings: &PrivacySettings) -> Document {
    privacy_statement(language, "Hilfe", settings, &Retention::default())
}

/// Every word of the document.
fn words(document: &Document) -> String {
    let mut words = vec![document.title.clone()];
    for section in &document.sections {
        words.push(section.heading.clone());
        for block in &section.blocks {
            match block {
                Block::Paragraph(text) => words.push(text.clone()),
                Block::List(items) => words.extend(items.clone()),
                Block::Facts(facts) => words.extend(facts.iter().flat_map(|(a, b)| [a.clone(), b.clone()])),
                Block::Table { head, rows } => {
                    words.extend(head.clone());
                    words.extend(rows.iter().flatten().cloned());
                }
            }
        }
    }
    words.join("\n")
}

/// Kind, length and width of each block.
type Shapes = Vec<(u8, usize, usize)>;

/// What the blocks are, without what they say.
fn shape(document: &Document) -> Vec<(String, Shapes)> {
    let shape = |block: &Block| match block {
        Block::Paragraph(_) => (1, 1, 1),
        Block::List(items) => (2, items.len(), 1),
        Block::Facts(facts) => (3, facts.len(), 2),
        Block::Table { head, rows } => {
            assert!(rows.iter().all(|row| row.len() == head.len()), "ragged table under {head:?}");
            (4, rows.len(), head.len())
        }
    };
    document.sections.iter().map(|s| (s.id.clone(), s.blocks.iter().map(shape).collect())).collect()
}

#[test]
fn both_languages_say_the_same_in_the_same_order() {
    let mut everything: PrivacySettings = read(EVERYTHING);
    everything.additions[0].text.en = "Eins.".into();
    let mut home = everything.clone();
    home.representative = None;
    home.processors.clear();
    let mut abroad = everything.clone();
    abroad.processors.clear();
    for settings in [PrivacySettings::default(), everything, home, abroad] {
        let [english, german] =
            [Language::English, Language::German].map(|language| statement(language, &settings));
        assert_eq!(shape(&english), shape(&german));
        let [english, german] =
            [Language::English, Language::German].map(|language| imprint(language, "Hilfe", &settings));
        assert_eq!(shape(&english), shape(&german));
        assert!(english.sections.len() >= 2);
    }
}

#[test]
fn section_ids_are_unique() {
    for document in [
        statement(Language::German, &read(EVERYTHING)),
        imprint(Language::German, "Hilfe", &read(EVERYTHING)),
    ] {
        let mut ids: Vec<_> = document.sections.iter().map(|section| &section.id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}

#[test]
fn every_period_in_force_is_shown() {
    let retention = Retention {
        closed_requests_months: 101,
        unconfirmed_days: 102,
        sent_mail_days: 103,
        idle_person_months: 104,
        session_days: 105,
        language_cookie_days: 106,
        key_backup_days: 107,
        data_backup_days: Some(108),
        held_days: 109,
        set_aside_days: 110,
    };
    for &language in Language::ALL {
        let text = words(&privacy_statement(language, "Hilfe", &PrivacySettings::default(), &retention));
        for number in 101..=110 {
            assert!(text.contains(&format!("{number} ")), "{number} in {language:?}");
        }
        let text = words(&statement(language, &PrivacySettings::default()));
        for period in match language {
            Language::English => ["24 months", "30 days", "7 days", "12 months"],
            Language::German => ["24 Monate", "30 Tage", "7 Tage", "12 Monate"],
        } {
            assert!(text.contains(period), "{period}");
        }
    }
}

#[test]
fn is_a_draft_until_nothing_is_missing() {
    let everything: PrivacySettings = read(EVERYTHING);
    for &language in Language::ALL {
        for document in [statement(language, &everything), imprint(language, "Hilfe", &everything)] {
            assert!(!document.draft);
            assert!(!words(&document).contains(['[', ']']), "{}", words(&document));
        }
        let nothing = PrivacySettings::default();
        for document in [statement(language, &nothing), imprint(language, "Hilfe", &nothing)] {
            assert!(document.draft);
            assert_eq!(words(&document).matches('[').count(), 3, "name, address and mail address");
        }
    }
    // A gap anywhere is a gap.
    for take in [
        (|s| s.controller.as_mut().expect("set").name = " ".into()) as fn(&mut PrivacySettings),
        |s| s.controller.as_mut().expect("set").address.clear(),
        |s| s.controller.as_mut().expect("set").email.clear(),
        |s| s.processors[0].country = None,
        |s| s.processors[0].agreement = None,
        |s| s.processors[0].purpose = Localized::default(),
        |s| s.processors[1].safeguard = Localized::default(),
    ] {
        let mut settings = everything.clone();
        take(&mut settings);
        assert!(statement(Language::German, &settings).draft);
    }
    // The least that is enough.
    let least = read(r#"{"controller": {"name": "A", "address": ["B"], "email": "c@d.example"}}"#);
    assert!(!statement(Language::German, &least).draft);
    assert!(!imprint(Language::German, "Hilfe", &least).draft);
}

#[test]
fn a_legal_notice_lacks_what_its_form_has_to_say() {
    const NEITHER: &[&str] = &[];
    const PEOPLE: &[&str] = &["people who represent"];
    const REGISTER: &[&str] = &["[register and number]"];
    const BOTH: &[&str] = &["people who represent", "[register and number]"];
    for (name, form, lacks) in [
        ("Erika Muster", None, NEITHER),
        ("Erika Muster", Some("person"), NEITHER),
        ("Stiftung Erika", Some("person"), NEITHER),
        ("Erika Muster e.K.", None, REGISTER),
        ("Erika Muster", Some("e.K."), REGISTER),
        ("Muster & Beispiel GbR", None, PEOPLE),
        ("Muster & Beispiel eGbR", None, BOTH),
        ("Muster & Beispiel OHG", None, BOTH),
        ("Muster GmbH & Co. KG", None, BOTH),
        ("Kanzlei Muster PartG mbB", None, BOTH),
        ("Muster GmbH", None, BOTH),
        ("Muster", Some("GmbH"), BOTH),
        ("Muster UG (haftungsbeschränkt)", None, BOTH),
        ("Muster AG", None, BOTH),
        ("Muster SE", None, BOTH),
        ("Muster KGaA", None, BOTH),
        ("Wohnen eG", None, BOTH),
        ("Turnverein e. V.", None, BOTH),
        ("Turnverein", Some("association"), PEOPLE),
        ("Muster Stiftung", None, PEOPLE),
        ("Stadt Muster", Some("public"), PEOPLE),
        ("Example Ltd.", None, BOTH),
        ("Exemple", Some("foreign"), BOTH),
    ] {
        let mut controller: Controller =
            read(&format!(r#"{{"name": {name:?}, "address": ["Weg 1"], "email": "a@muster.example"}}"#));
        controller.legal_form = form.map(|form| read(&format!("{form:?}")));
        let mut settings = PrivacySettings { controller: Some(controller), ..PrivacySettings::default() };
        let notice = |settings: &PrivacySettings, language| imprint(language, "Hilfe", settings);
        let english = notice(&settings, Language::English);
        assert_eq!(english.draft, !lacks.is_empty(), "{name}");
        assert_eq!(words(&english).matches('[').count(), lacks.len(), "{name}: {}", words(&english));
        assert!(lacks.iter().all(|gap| words(&english).contains(gap)), "{name}: {}", words(&english));
        let german = notice(&settings, Language::German);
        assert_eq!((german.draft, shape(&german)), (english.draft, shape(&english)), "{name}");
        // The privacy statement asks for neither.
        assert!(!statement(Language::German, &settings).draft, "{name}");

        // A register without a number is not enough.
        let controller = settings.controller.as_mut().expect("set");
        controller.represented_by = vec!["Erika Muster".into()];
        controller.register_entry = Some("Amtsgericht München".into());
        assert_eq!(notice(&settings, Language::English).draft, lacks.contains(&REGISTER[0]), "{name}");
        settings.controller.as_mut().expect("set").register_entry =
            Some("Amtsgericht München, HRB 12345".into());
        for &language in Language::ALL {
            let whole = notice(&settings, language);
            assert!(!whole.draft && words(&whole).contains("HRB 12345"), "{name}");
            assert!(words(&whole).contains("Erika Muster"), "{name}");
        }
    }
}

#[test]
fn a_whole_legal_notice_is_a_draft_without_any_one_entry() {
    type Take = fn(&mut PrivacySettings);
    fn controller(s: &mut PrivacySettings) -> &mut Controller {
        s.controller.as_mut().expect("set")
    }
    fn profession(settings: &mut PrivacySettings) -> &mut Profession {
        settings.imprint.profession.as_mut().expect("set")
    }
    const ALWAYS: [(Take, &str); 3] = [
        (|s| controller(s).name = " ".into(), "[name"),
        (|s| controller(s).address.clear(), "[street and number"),
        (|s| controller(s).email.clear(), "[email address"),
    ];
    const PEOPLE: (Take, &str) = (|s| controller(s).represented_by.clear(), "[names of the people");
    const REGISTER: (Take, &str) = (|s| controller(s).register_entry = None, "[register and number]");
    const NUMBER: (Take, &str) =
        (|s| controller(s).register_entry = Some("Amtsgericht Musterstadt".into()), "[number]");
    const CHAMBER: (Take, &str) = (|s| profession(s).chamber.clear(), "[chamber]");
    const TITLE: (Take, &str) = (|s| profession(s).title = " ".into(), "[title in law]");
    const RULES: (Take, &str) = (|s| profession(s).rules = Localized::default(), "[name of the professional");
    const LICENCE: (Take, &str) =
        (|s| s.imprint.licensing_authority.as_mut().expect("set").name.clear(), "[name");
    let everything: PrivacySettings = read(EVERYTHING);
    for (name, form, lacks) in [
        ("Muster GmbH", "GmbH", &[PEOPLE, REGISTER, NUMBER, LICENCE][..]),
        ("Muster UG (haftungsbeschränkt)", "UG", &[PEOPLE, REGISTER, NUMBER]),
        ("Muster AG", "AG", &[PEOPLE, REGISTER, NUMBER, LICENCE]),
        ("Erika Muster e.K.", "e.K.", &[REGISTER, NUMBER]),
        ("Muster & Beispiel GbR", "GbR", &[PEOPLE]),
        ("Turnverein Muster e.V.", "e.V.", &[PEOPLE, REGISTER, NUMBER]),
        ("Stadt Musterstadt", "public", &[PEOPLE]),
        ("Muster Ltd. & Co. KG", "KG", &[PEOPLE, REGISTER, NUMBER]),
        ("Muster & Söhne OHG", "OHG", &[PEOPLE, REGISTER, NUMBER]),
        ("Erika Muster", "person", &[]),
        ("Erika Muster, Architektin", "person", &[CHAMBER, TITLE, RULES]),
        ("Kanzlei Muster PartG mbB", "PartG", &[PEOPLE, REGISTER, NUMBER, CHAMBER, TITLE, RULES]),
        ("Wohnbau Muster eG", "eG", &[PEOPLE, REGISTER, NUMBER, LICENCE]),
        ("Example Ltd.", "foreign", &[PEOPLE, REGISTER, NUMBER]),
    ] {
        let mut whole = everything.clone();
        controller(&mut whole).name = name.into();
        controller(&mut whole).legal_form = Some(read(&format!("{form:?}")));
        assert!(!imprint(Language::English, "Hilfe", &whole).draft, "{name}");
        for (take, gap) in ALWAYS.iter().chain(lacks) {
            let mut settings = whole.clone();
            take(&mut settings);
            let notice = imprint(Language::English, "Hilfe", &settings);
            assert!(notice.draft && words(&notice).contains(gap), "{name} {gap}: {}", words(&notice));
            assert_eq!(words(&notice).matches('[').count(), 1, "{name} {gap}");
            assert!(imprint(Language::German, "Hilfe", &settings).draft, "{name} {gap}");
        }
    }
}

#[test]
fn names_every_article() {
    let settings = read(EVERYTHING);
    let english = words(&statement(Language::English, &settings));
    let german = words(&statement(Language::German, &settings));
    assert!(english.contains("Art. 13 and 14") && german.contains("Art. 13 und 14"));
    for article in [12, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 77] {
        assert!(english.contains(&format!("Art. {article} GDPR")), "{article}");
        assert!(german.contains(&format!("Art. {article} DSGVO")), "{article}");
    }
    for article in ["Art. 6(1)(a)", "Art. 6(1)(b)", "Art. 6(1)(c)", "Art. 6(1)(f)", "Art. 7(3)", "§ 25(2)"] {
        assert!(english.contains(article), "{article}");
    }
    for article in [
        "Art. 6 Abs. 1 Buchst. a",
        "Art. 6 Abs. 1 Buchst. b",
        "Art. 6 Abs. 1 Buchst. c",
        "Art. 6 Abs. 1 Buchst. f",
        "Art. 7 Abs. 3",
        "§ 25 Abs. 2 Nr. 2 TDDDG",
    ] {
        assert!(german.contains(article), "{article}");
    }
    let imprint = words(&imprint(Language::German, "Hilfe", &settings));
    for law in ["§ 5 DDG", "§ 27a UStG", "§ 139c AO", "§ 18 Abs. 2 MStV", "§ 36 VSBG"] {
        assert!(imprint.contains(law), "{law}");
    }
}

#[test]
fn shows_what_the_operator_set() {
    let settings = read(EVERYTHING);
    let german = words(&statement(Language::German, &settings));
    for text in [
        "Erika Muster, Max Muster",
        "Vertrag vom 31.01.2026",
        "Finnland",
        "Mail Inc. (USA)",
        "Steuerrecht",
        "DPA 7",
        "Aufsicht, Weg 2",
    ] {
        assert!(german.contains(text), "{text}");
    }
    let english = words(&statement(Language::English, &settings));
    for text in
        ["contract of 31 January 2026", "Finland", "runs the mail server", "Steuerrecht", "One.\nTwo lines."]
    {
        assert!(english.contains(text), "{text}");
    }
    // No transfer abroad is claimed where there is one, and none is hidden.
    let nobody = words(&statement(Language::English, &PrivacySettings::default()));
    assert!(nobody.contains("We use no processors") && nobody.contains("We do not transfer your data"));
    assert!(!english.contains("We use no processors") && !english.contains("We do not transfer your data"));
}

#[test]
fn the_digest_follows_the_text() {
    let settings: PrivacySettings = read(EVERYTHING);
    let known = digest(&statement(Language::German, &settings));
    assert_eq!(known, digest(&statement(Language::German, &settings)));
    let json = serde_json::to_string(&statement(Language::German, &settings)).expect("serialises");
    assert_eq!(known, digest(&read::<Document>(&json)), "a stored version keeps its digest");
    assert_ne!(known, digest(&statement(Language::English, &settings)));
    let retention = Retention { sent_mail_days: 8, ..Retention::default() };
    assert_ne!(known, digest(&privacy_statement(Language::German, "Hilfe", &settings, &retention)));
    let mut moved = settings;
    moved.processors.reverse();
    assert_ne!(known, digest(&statement(Language::German, &moved)));

    let list = |blocks| Document {
        title: String::new(),
        draft: false,
        sections: vec![Section { id: "a".into(), heading: "b".into(), blocks }],
    };
    let one = list(vec![Block::List(vec!["x".into(), "y".into()])]);
    let two = list(vec![Block::List(vec!["xy".into()])]);
    let three = list(vec![Block::List(vec!["x".into()]), Block::List(vec!["y".into()])]);
    assert!(digest(&one) != digest(&two) && digest(&one) != digest(&three) && digest(&two) != digest(&three));
}

/// Consents refer to digests for years: the canonical form must not change. The expected value was
/// made apart from this code.
#[test]
fn the_canonical_form_stays() {
    let blocks = vec![
        Block::Paragraph("ä".into()),
        Block::List(vec!["x".into(), "y".into()]),
        Block::Facts(vec![("k".into(), "v".into())]),
        Block::Table { head: vec!["h".into()], rows: vec![vec!["1".into()], vec!["2".into()]] },
    ];
    let section = Section { id: "a".into(), heading: "b".into(), blocks };
    let document = Document { title: "T".into(), draft: false, sections: vec![section] };
    let hex: String = digest(&document).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "a94565de631d31fbad8f5cd644669aca7575d852483104337994e35846508ef4");
}

#[test]
fn settings_with_a_mistake_are_refused() {
    for (json, hint) in [
        (r#"{"controler": {}}"#, "controler"),
        (r#"{"processors": [{"name": "A", "country": "Germany"}]}"#, "two letters"),
        (r#"{"controller": {"adress": []}}"#, "adress"),
    ] {
        let error = serde_json::from_str::<PrivacySettings>(json).expect_err("refused").to_string();
        assert!(error.contains(hint), "{error}");
    }
    assert!(serde_json::from_str::<Retention>(r#"{"session_weeks": 1}"#).is_err());
    assert_eq!(read::<Retention>("{}"), Retention::default());
}
