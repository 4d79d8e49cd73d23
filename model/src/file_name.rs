//! Names of files that strangers chose.

/// The longest name that is kept, in characters.
pub const MAX: usize = 120;

/// Makes a file name harmless: only the last part of a path, no control or direction marks, no
/// leading dots, nothing that a file system or a header gives a meaning to; at most [`MAX`]
/// characters, of which the ending stays. Empty when nothing is left.
pub fn safe(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = name.chars().filter(|c| !c.is_control() && !is_invisible(*c));
    let name: String = kept.map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let name = name.trim().trim_start_matches('.');
    let length = name.chars().count();
    if length <= MAX {
        return name.to_owned();
    }
    // The ending tells what it is, so the middle goes.
    let ending: String = name.rsplit_once('.').map_or("", |(_, ending)| ending).chars().take(10).collect();
    let start: String = name.chars().take(MAX - ending.chars().count() - 2).collect();
    format!("{start}….{ending}")
}

/// Whether a character shows nothing but changes how others are read: zero-width and direction
/// marks, by which `exe.pdf` and `fdp.exe` look the same.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        for (given, wanted) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.txt", "a.txt"),
            (".htaccess", "htaccess"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("Rechnung März.pdf", "Rechnung März.pdf"),
            ("..", ""),
        ] {
            assert_eq!(safe(given), wanted, "{given:?}");
        }
        let long = safe(&format!("{}.jpeg", "ä".repeat(500)));
        assert_eq!(long.chars().count(), MAX);
        assert!(long.ends_with(".jpeg"));
    }
}
