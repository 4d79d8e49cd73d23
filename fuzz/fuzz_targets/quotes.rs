//! Finding what a mail quotes: no panic, a reference names bytes that are there, and filling it in gives the
//! words of the mail again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tresen_mail::{KnownText, KnownTexts, Limits, read, reference, replace_references};

fuzz_target!(|raw: &[u8]| {
    // What was said before, and the mail that may quote it.
    let split = raw.windows(2).position(|pair| pair == b"\0\0").unwrap_or(raw.len() / 2);
    let (said, mail) = raw.split_at(split);
    let said = String::from_utf8_lossy(said).replace(['\u{FDD0}', '\u{FDD1}'], "");
    let message = read(mail, &Limits::default());
    let texts = vec![KnownText { text: said.clone(), own: false, template: false }];
    let known = KnownTexts::new(texts, Vec::new());
    let name = |_: usize, bytes: std::ops::Range<usize>| format!("{}-{}", bytes.start, bytes.end);
    let fill_in = |text: &str| {
        replace_references(text, |name| {
            let (start, end) = name.split_once('-').expect("a range");
            let bytes = start.parse().expect("a number")..end.parse().expect("a number");
            said.get(bytes).expect("bytes of the known text").to_owned()
        })
    };
    for (text, rest) in [(Some(&message.text), false), (message.rest.as_ref(), true)] {
        let Some(text) = text else { continue };
        let kept = known.without_repeats(text, rest, name);
        assert_eq!(words(&fill_in(&kept)), words(text));
        known.has_answers_within(text);
    }
    if let Some(html) = &message.html {
        let kept = known.html_without_repeats(html, name);
        fill_in(&kept);
        assert!(!kept.contains(&reference("")));
    }
});

fn words(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
