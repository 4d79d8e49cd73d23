//! Addresses to go to: what may stand in one, and where one may lead.

/// An address to go to has at most so many bytes. Some are made of what a form sent, and a header
/// as long as a form is one that proxies and browsers break on.
pub(super) const LONGEST: usize = 8192;

/// An address to go to that somebody gave us: on this very site, or the front page.
pub(crate) fn local(address: &str) -> String {
    let local = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains('\\')
        && !address.chars().any(char::is_control);
    if local { address.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_leads_elsewhere() {
        for (given, safe) in [
            ("/requests?q=a", "/requests?q=a"),
            ("//evil.example.com", "/"),
            ("/\\evil.example.com", "/"),
            ("https://evil.example.com", "/"),
            ("javascript:alert(1)", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(local(given), safe);
        }
    }
}
