//! Names of files that strangers chose.

/// The longest name that is kept, in characters.
pub const MAX: usize = 120;

/// Makes a file name harmless: only the last part of a path, no control or direction marks, no
/// dots or spaces at either end, nothing that a file system or a header gives a meaning to, none of the
/// names that are devices on Windows; at most [`MAX`] characters, of which the ending stays. Empty when
/// nothing is left.
pub fn safe(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = name.chars().filter(|c| !c.is_control() && !is_invisible(*c));
    let name: String = kept.map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    // Windows drops dots and spaces at the end, and finds another file then.
    let name = name.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let name = if is_device(name) { format!("_{name}") } else { name.to_owned() };
    let length = name.chars().count();
    if length <= MAX {
        return name;
    }
    // The ending tells what it is, so the middle goes.
    let ending: String = name.rsplit_once('.').map_or("", |(_, ending)| ending).chars().take(10).collect();
    let start: String = name.chars().take(MAX - ending.chars().count() - 2).collect();
    format!("{start}….{ending}")
}

/// Whether Windows takes a name for a device, whatever its ending: `CON`, `nul.txt`, `COM1.tar.gz`.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    let numbered = || {
        let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
        number.is_some_and(|number| {
            matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$") || numbered()
}

/// Whether a character shows nothing but changes how others are read: zero-width and direction
/// marks, by which `exe.pdf` and `fdp.exe` look the same.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
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
            (" . ", ""),
            ("NUL", "_NUL"),
            ("con.txt", "_con.txt"),
            ("CON .txt", "_CON .txt"),
            ("Aux.tar.gz", "_Aux.tar.gz"),
            ("com1", "_com1"),
            ("LPT³.log", "_LPT³.log"),
            ("C:\\CON", "_CON"),
            ("console.log", "console.log"),
            ("com10.txt", "com10.txt"),
            ("report.pdf. . ", "report.pdf"),
            ("invoice.pdf\u{2069}\u{2066}exe", "invoice.pdfexe"),
            ("a\u{61c}b\u{ad}c.txt", "abc.txt"),
            ("con\u{200b}.txt", "_con.txt"),
        ] {
            assert_eq!(safe(given), wanted, "{given:?}");
        }
        let long = safe(&format!("{}.jpeg", "ä".repeat(500)));
        assert_eq!(long.chars().count(), MAX);
        assert!(long.ends_with(".jpeg"));
    }
}
