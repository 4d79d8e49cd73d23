//! Cleaning HTML: no panic, nothing that runs or loads is left, and cleaning twice changes nothing
//! that matters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tresen_mail::clean_html;

fuzz_target!(|raw: &[u8]| {
    let html = String::from_utf8_lossy(raw);
    let cleaned = clean_html(&html, 50);
    check(&cleaned.html);
    let again = clean_html(&cleaned.html, 50);
    check(&again.html);
    assert!(!again.remote, "cleaned HTML loads something: {}", cleaned.html);
});

fn check(html: &str) {
    let lower = html.to_ascii_lowercase();
    for element in ["script", "style", "iframe", "form", "input", "svg", "math", "object", "embed", "meta", "base", "link"] {
        assert!(!lower.contains(&format!("<{element}")), "<{element} in {html}");
    }
    assert!(lower.matches("<a ").count() <= 50, "too many links");
    for tag in lower.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or_default()) {
        // What stands in quotes is a value; names of attributes stand outside of them.
        let names: String = tag.split('"').step_by(2).collect();
        assert!(!names.contains(" on") && !names.contains(" style"), "{tag} in {html}");
        let parts: Vec<&str> = tag.split('"').collect();
        for attribute in parts.chunks_exact(2) {
            let (name, value) = (attribute[0], attribute[1]);
            if name.ends_with(" src=") {
                assert!(value.starts_with("cid:"), "{tag} in {html}");
            }
            if name.ends_with(" href=") {
                let known = ["http:", "https:", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
                assert!(known, "{tag} in {html}");
            }
        }
    }
}
