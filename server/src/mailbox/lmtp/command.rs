//! The commands of LMTP (RFC 2033, RFC 5321 4.1) and their answers.

/// Longest path: 64 octets of local part, 255 of domain (RFC 5321 4.5.3.1), and room for UTF-8.
const LONGEST_PATH: usize = 512;

/// One command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Lhlo,
    Mail { from: String, size: Option<usize> },
    Rcpt { to: String },
    Data,
    Rset,
    Noop,
    Vrfy,
    Quit,
}

/// What is said to somebody whose line is no command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake(pub(super) &'static str);

/// Reads one line, without its end.
pub(super) fn parse(line: &[u8]) -> Result<Command, Mistake> {
    let line = std::str::from_utf8(line).map_err(|_| Mistake("500 5.5.2 Not UTF-8"))?;
    if line.chars().any(char::is_control) {
        return Err(Mistake("500 5.5.2 Control characters"));
    }
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim_end();
    match verb.trim_end().to_ascii_uppercase().as_str() {
        "LHLO" if rest.is_empty() => Err(Mistake("501 5.5.4 LHLO needs a name")),
        "LHLO" => Ok(Command::Lhlo),
        "HELO" | "EHLO" => Err(Mistake("500 5.5.1 This is LMTP: say LHLO")),
        "MAIL" => mail(rest),
        "RCPT" => recipient(rest),
        "DATA" if rest.is_empty() => Ok(Command::Data),
        "RSET" if rest.is_empty() => Ok(Command::Rset),
        "QUIT" if rest.is_empty() => Ok(Command::Quit),
        "DATA" | "RSET" | "QUIT" => Err(Mistake("501 5.5.4 Nothing may follow")),
        "NOOP" => Ok(Command::Noop),
        "VRFY" => Ok(Command::Vrfy),
        _ => Err(Mistake("500 5.5.1 Unknown command")),
    }
}

fn mail(rest: &str) -> Result<Command, Mistake> {
    let (from, parameters) = path(rest, "FROM:")?;
    if !from.is_empty() && !from.contains('@') {
        return Err(Mistake("501 5.1.7 Not an address"));
    }
    let mut size = None;
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (name.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
            ("SIZE", digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                // A number that does not fit is larger than anything that does.
                size = Some(digits.parse().unwrap_or(usize::MAX));
            }
            ("BODY", "7BIT" | "8BITMIME") | ("SMTPUTF8", "") => {}
            ("SIZE" | "BODY" | "SMTPUTF8", _) => return Err(Mistake("501 5.5.4 A value that means nothing")),
            _ => return Err(Mistake("555 5.5.4 Unknown parameter")),
        }
    }
    Ok(Command::Mail { from, size })
}

fn recipient(rest: &str) -> Result<Command, Mistake> {
    match path(rest, "TO:")? {
        (to, _) if !to.contains('@') => Err(Mistake("501 5.1.3 Not an address")),
        (to, "") => Ok(Command::Rcpt { to }),
        _ => Err(Mistake("555 5.5.4 Unknown parameter")),
    }
}

/// Reads `FROM:<path> parameters`. A route before the address is dropped (RFC 5321 4.1.1.3), and
/// so are quotes around a local part that needs none.
fn path<'a>(rest: &'a str, word: &str) -> Result<(String, &'a str), Mistake> {
    const SYNTAX: Mistake = Mistake("501 5.5.4 Write FROM:<address> or TO:<address>");
    if !rest.get(..word.len()).is_some_and(|given| given.eq_ignore_ascii_case(word)) {
        return Err(SYNTAX);
    }
    let rest = rest[word.len()..].trim_start().strip_prefix('<').ok_or(SYNTAX)?;
    let (mut quoted, mut escaped, mut end) = (false, false, None);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => {
                end = Some(at);
                break;
            }
            _ => {}
        }
    }
    let end = end.ok_or(SYNTAX)?;
    let (inside, after) = (&rest[..end], &rest[end + 1..]);
    if inside.len() > LONGEST_PATH {
        return Err(Mistake("501 5.1.3 Too long"));
    }
    if !after.is_empty() && !after.starts_with(' ') {
        return Err(SYNTAX);
    }
    let address = match inside.strip_prefix('@') {
        Some(route) => route.split_once(':').ok_or(SYNTAX)?.1,
        None => inside,
    };
    Ok((unquote(address), after.trim()))
}

fn unquote(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else { return address.to_owned() };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    match local.strip_prefix('"').and_then(|local| local.strip_suffix('"')) {
        Some(inner) if !inner.is_empty() && inner.chars().all(plain) => format!("{inner}@{domain}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(from: &str, size: Option<usize>) -> Result<Command, Mistake> {
        Ok(Command::Mail { from: from.into(), size })
    }

    fn to(to: &str) -> Result<Command, Mistake> {
        Ok(Command::Rcpt { to: to.into() })
    }

    #[test]
    fn reads_commands() {
        for (line, command) in [
            ("LHLO mail.example.com", Ok(Command::Lhlo)),
            ("mail from:<>", mail("", None)),
            (
                "MAIL FROM:<ada@example.com> SIZE=1000 BODY=8BITMIME SMTPUTF8",
                mail("ada@example.com", Some(1000)),
            ),
            (
                "MAIL FROM:<ada@example.com> SIZE=99999999999999999999999",
                mail("ada@example.com", Some(usize::MAX)),
            ),
            ("RCPT TO:<support+a1@example.com>", to("support+a1@example.com")),
            ("RCPT TO:<\"support+a1\"@example.com>", to("support+a1@example.com")),
            ("RCPT TO:<\"a> b\"@example.com>", to("\"a> b\"@example.com")),
            ("RCPT TO:<@relay.example,@b.example:support@example.com>", to("support@example.com")),
            ("RCPT TO: <süd@example.com>", to("süd@example.com")),
            ("data", Ok(Command::Data)),
            ("NOOP anything", Ok(Command::Noop)),
        ] {
            assert_eq!(parse(line.as_bytes()), command, "{line}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (line, code) in [
            ("", "500"),
            ("EHLO mail.example.com", "500 5.5.1 This is LMTP"),
            ("LHLO", "501"),
            ("DATA now", "501"),
            ("MAIL ada@example.com", "501"),
            ("MAIL FROM:ada@example.com", "501"),
            ("MAIL FROM:<ada@example.com", "501"),
            ("MAIL FROM:<ada@example.com>SIZE=1", "501"),
            ("MAIL FROM:<ada>", "501"),
            ("MAIL FROM:<ada@example.com> SIZE=-1", "501"),
            ("MAIL FROM:<ada@example.com> BODY=BINARYMIME", "501"),
            ("MAIL FROM:<ada@example.com> RET=HDRS", "555"),
            ("RCPT TO:<>", "501"),
            ("RCPT TO:<a@example.com> NOTIFY=NEVER", "555"),
            ("RCPT TO:<a@example.com\0>", "500 5.5.2"),
            ("ö", "500"),
        ] {
            let mistake = parse(line.as_bytes()).expect_err(line);
            assert!(mistake.0.starts_with(code), "{line}: {}", mistake.0);
        }
        let long = format!("RCPT TO:<{}@example.com>", "a".repeat(600));
        assert_eq!(parse(long.as_bytes()), Err(Mistake("501 5.1.3 Too long")));
        assert!(parse(b"NOOP \xff").is_err());
    }
}
