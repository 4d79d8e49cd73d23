//! Text that flows (RFC 3676): lines that end in a space go on in the next.

/// Joins the lines that belong together. `delsp`: the space at the end is not part of the text.
pub(crate) fn unfold(text: &str, delsp: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    // The quote depth of the line that goes on.
    let mut open: Option<usize> = None;
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        match open {
            Some(before) if before == depth && !signature => {}
            before => {
                if before.is_some() || !joined.is_empty() {
                    joined.push('\n');
                }
                joined.push_str(&">".repeat(depth));
                joined.push_str(if depth > 0 && !content.is_empty() { " " } else { "" });
            }
        }
        let flows = content.ends_with(' ') && !signature;
        if flows {
            joined.push_str(if delsp { &content[..content.len() - 1] } else { content });
            open = Some(depth);
        } else {
            joined.push_str(content);
            open = None;
        }
        if !flows && joined.is_empty() {
            // An empty first line would be lost, as nothing stands before its end.
            joined.push('\n');
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_flow_are_joined() {
        assert_eq!(
            unfold("Hello \r\nAda,\r\n\r\nit \nrings.\n-- \nEve", false),
            "Hello Ada,\n\nit rings.\n-- \nEve"
        );
        assert_eq!(unfold(">> a \n>> b\n> c\n x", false), ">> a b\n> c\nx");
        assert_eq!(unfold("Donau\u{ad} \ndampf", true), "Donau\u{ad}dampf");
        assert_eq!(unfold("> a \nb", false), "> a \nb");
    }
}
