//! Reading a mail: no panic, and what comes out keeps its limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tresen_mail::{Limits, read};

fuzz_target!(|raw: &[u8]| {
    let limits = Limits::default();
    let message = read(raw, &limits);
    assert!(!message.subject.contains(|c: char| c.is_control()));
    assert!(message.recipients.len() <= limits.recipients);
    assert!(message.parts.len() <= limits.files);
    assert!(message.text.chars().count() <= limits.text);
    for part in &message.parts {
        assert!(!part.name.is_empty() && !part.name.contains(['/', '\\', '\n', '\r', '\0']));
    }
    // The same bytes give the same message.
    assert!(read(raw, &limits).text == message.text);
});
