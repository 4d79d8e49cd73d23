//! What is suspicious about a text. Everything here people write too, so none of it is enough.

/// What was noticed about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Noticed {
    /// Links in the text.
    pub(super) links: usize,
    /// A link where nobody writes one: in a name or a subject.
    pub(super) link_in_head: bool,
    /// Links, and hardly a word beside them.
    pub(super) only_links: bool,
    /// Links as they are written for web forums.
    pub(super) markup: bool,
}

/// Looks at a request.
pub(super) fn notice(name: &str, subject: &str, body: &str) -> Noticed {
    let links = body.split_whitespace().filter(|word| is_link(word)).count();
    let words = body.split_whitespace().filter(|word| !is_link(word)).count();
    let lower = body.to_lowercase();
    Noticed {
        links,
        link_in_head: [name, subject].iter().any(|text| text.split_whitespace().any(is_link)),
        only_links: links > 0 && words < 4 * links.min(3),
        markup: ["[url", "[/url", "[link="].iter().any(|sign| lower.contains(sign)),
    }
}

fn is_link(word: &str) -> bool {
    let word = word.to_lowercase();
    word.contains("://") || word.contains("www.")
}

/// A text of at least so many letters is long enough for two people not to find it by themselves.
const LONG: usize = 40;

/// Letters of the beginning, and of the end, by which texts are compared.
const COMPARED: usize = 60;

/// What texts have in common that were made from one: their beginnings and their ends, letters
/// only, in lower case. Nothing for a short text: `It does not work` many people write.
pub(super) fn likeness(subject: &str, body: &str) -> Vec<String> {
    let text: Vec<char> = body
        .split_whitespace()
        .filter(|word| !is_link(word))
        .flat_map(str::chars)
        .filter(|letter| letter.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    if text.len() < LONG {
        // Of a text of links, the links.
        let links: String = body.split_whitespace().filter(|word| is_link(word)).collect();
        return if links.is_empty() { Vec::new() } else { vec![format!("{subject} {links}").to_lowercase()] };
    }
    let start: String = text.iter().take(COMPARED).collect();
    let end: String = text.iter().skip(text.len().saturating_sub(COMPARED)).collect();
    if start == end { vec![start] } else { vec![start, end] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_paste_links() {
        let body = "Seit gestern lädt die Seite https://example.com/shop nicht mehr, auch nicht unter \
                    https://example.com/kasse. Woran liegt das?";
        let noticed = notice("Ada", "Der Shop", body);
        assert_eq!(noticed, Noticed { links: 2, link_in_head: false, only_links: false, markup: false });
    }

    #[test]
    fn spam_is_noticed() {
        assert!(notice("https://evil.example", "Hi", "x").link_in_head);
        assert!(notice("", "WWW.evil.example", "x").link_in_head);
        assert!(notice("", "Hi", "Buy now https://evil.example").only_links);
        assert!(notice("", "Hi", "[URL=https://evil.example]x[/URL]").markup);
        assert_eq!(notice("", "Hi", &"https://evil.example ".repeat(12)).links, 12);
    }

    #[test]
    fn texts_made_from_one_are_alike() {
        let text = |name: &str, end: &str| {
            format!(
                "Dear {name}, we can bring your shop to page one within a week, for very little money. {end}"
            )
        };
        let one =
            likeness("Offer", &text("Ada", "Write to us today, we wait for your answer, kind regards."));
        let two =
            likeness("Hello", &text("Eve", "Write to us today, we wait for your answer, kind regards!!"));
        assert!(one.iter().any(|part| two.contains(part)), "{one:?} {two:?}");
        assert!(likeness("Printer", "It does not work.").is_empty());
        let long = "The printer on the second floor takes the paper but prints nothing on it since Monday.";
        let other =
            "The scanner on the first floor makes a strange noise when somebody opens the lid slowly.";
        assert!(!likeness("", long).iter().any(|part| likeness("", other).contains(part)));
    }
}
